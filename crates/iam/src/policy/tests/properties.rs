//! What holds for all policies and requests.

use super::{Case, parsed};
use crate::policy::{Attachment, Policy};
use proptest::prelude::*;
use proptest::sample::select;

/// A statement of a few names, so that they meet often.
fn statement() -> impl Strategy<Value = String> {
    let action = select(vec!["*", "s3:*", "s3:Get*", "s3:GetObject", "s3:PutObject", "iam:*"]);
    let resource = select(vec![
        "*",
        "arn:aws:s3:::jam/*",
        "arn:aws:s3:::jam/plum",
        "arn:aws:s3:::jam/${aws:username}",
        "arn:aws:s3:::other/*",
    ]);
    let condition = select(vec![
        "{}",
        r#"{"StringEquals":{"k:x":"a"}}"#,
        r#"{"StringNotEquals":{"k:x":"a"}}"#,
        r#"{"ForAllValues:StringLike":{"k:x":["a","b*"]}}"#,
        r#"{"Null":{"k:x":"true"}}"#,
        r#"{"IpAddress":{"aws:sourceip":"10.0.0.0/8"}}"#,
    ]);
    let not = || any::<bool>().prop_map(|not| if not { "Not" } else { "" });
    (action, resource, condition, not(), not()).prop_map(|(action, resource, condition, a, r)| {
        format!(r#""{a}Action":"{action}","{r}Resource":"{resource}","Condition":{condition}"#)
    })
}

fn document(statements: &[(&str, String)]) -> String {
    let statements: Vec<String> = statements
        .iter()
        .map(|(effect, inner)| format!(r#"{{"Effect":"{effect}",{inner}}}"#))
        .collect();
    format!(r#"{{"Version":"2012-10-17","Statement":[{}]}}"#, statements.join(","))
}

fn statements() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let effect = select(vec!["Allow", "Allow", "Deny"]);
    proptest::collection::vec((effect, statement()), 1..5)
}

fn keys() -> impl Strategy<Value = &'static str> {
    select(vec!["", "k:x=a", "k:x=b|c", "k:x=| aws:username=plum", "aws:sourceip=10.1.1.1"])
}

proptest! {
    #[test]
    fn a_deny_more_or_an_allow_less_never_allows(
        policy in statements(), further in statement(), gone in 0usize..5, keys in keys(),
    ) {
        let whole = document(&policy);
        let case = Case { caller: "alice", identity: vec![&whole], keys, ..Case::default() };
        let is_allowed = case.outcome() == "allow";
        let mut more = policy.clone();
        more.push(("Deny", further));
        let more = document(&more);
        let denied = Case { identity: vec![&more], ..case.clone() };
        prop_assert!(is_allowed || denied.outcome() != "allow");
        let at = gone % policy.len();
        if policy.len() > 1 && policy[at].0 == "Allow" {
            let mut less = policy.clone();
            less.remove(at);
            let less = document(&less);
            let fewer = Case { identity: vec![&less], ..case.clone() };
            prop_assert!(is_allowed || fewer.outcome() != "allow");
        }
    }

    #[test]
    fn a_session_and_a_boundary_never_add_rights(
        policy in statements(), limit in statements(), keys in keys(),
    ) {
        let (whole, limit) = (document(&policy), document(&limit));
        for caller in ["alice", "session"] {
            let case = Case { caller, identity: vec![&whole], keys, ..Case::default() };
            let is_allowed = case.outcome() == "allow";
            let bounded = Case { boundary: Some(&limit), ..case.clone() };
            prop_assert!(is_allowed || bounded.outcome() != "allow");
            let in_session = Case { session: Some(vec![&limit]), ..case };
            prop_assert!(is_allowed || in_session.outcome() != "allow");
        }
    }

    #[test]
    fn nothing_that_is_put_panics(
        text in "\\PC{0,200}", inner in "[\\[\\]{}\":,*?$a-z0-9/ ]{0,120}",
    ) {
        for attachment in [Attachment::Identity, Attachment::Bucket, Attachment::Trust] {
            let _ = Policy::parse(&text, attachment);
            let _ = Policy::parse(&inner, attachment);
        }
    }

    #[test]
    fn a_pattern_without_wildcards_matches_itself_alone(
        key in "[a-z/:${}]{0,12}", other in "[a-z/:]{0,12}",
    ) {
        let named = format!(
            r#"{{"Statement":{{"Effect":"Allow","Action":"*",
                "Resource":"arn:aws:s3:::jam/{key}"}}}}"#
        );
        parsed(&named);
        for (name, expected) in [(&key, true), (&other, key == other)] {
            let resource = format!("arn:aws:s3:::jam/{name}");
            let identity = vec![&named[..]];
            let case = Case { caller: "alice", identity, resource: &resource, ..Case::default() };
            prop_assert_eq!(case.outcome() == "allow", expected);
        }
    }
}
