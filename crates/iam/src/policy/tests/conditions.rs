//! Condition operators, one line each: operator, value in the policy, the request's keys, whether
//! the statement matches.

use super::{Case, Keys, parsed};
use crate::policy::{Attachment, Caller, Policy, PolicyErrorKind, Question, Subject, evaluate};

/// Whether an Allow with this condition allows.
fn holds(condition: &str, keys: &str) -> bool {
    let document = format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*","Resource":"*",
            "Condition":{condition}}}}}"#
    );
    let case = Case { caller: "alice", identity: vec![&document], keys, ..Case::default() };
    case.outcome() == "allow"
}

/// `operator value`, where the value is the JSON for key `k:x`.
fn check(table: &[(&str, &str, &str, bool)]) {
    for (operator, value, keys, expected) in table {
        let condition = format!(r#"{{"{operator}":{{"k:x":{value}}}}}"#);
        assert_eq!(holds(&condition, keys), *expected, "{operator} {value} with {keys:?}");
    }
}

#[test]
fn strings() {
    check(&[
        ("StringEquals", r#""a""#, "k:x=a", true),
        ("StringEquals", r#""a""#, "k:x=A", false),
        ("StringEquals", r#""a""#, "k:x=ab", false),
        ("StringEquals", r#""a""#, "", false),
        ("StringEquals", r#""a*""#, "k:x=ab", false),
        ("StringEquals", r#""a*""#, "k:x=a*", true),
        ("StringEquals", r#"["a","b"]"#, "k:x=b", true),
        ("StringEquals", r#"["a","b"]"#, "k:x=c", false),
        ("StringNotEquals", r#""a""#, "k:x=a", false),
        ("StringNotEquals", r#""a""#, "k:x=b", true),
        ("StringNotEquals", r#""a""#, "", true),
        ("StringNotEquals", r#"["a","b"]"#, "k:x=b", false),
        ("StringNotEquals", r#"["a","b"]"#, "k:x=c", true),
        ("StringEqualsIgnoreCase", r#""aB""#, "k:x=Ab", true),
        ("StringEqualsIgnoreCase", r#""aB""#, "k:x=Abc", false),
        ("StringEqualsIgnoreCase", r#""aB""#, "", false),
        ("StringNotEqualsIgnoreCase", r#""aB""#, "k:x=Ab", false),
        ("StringNotEqualsIgnoreCase", r#""aB""#, "k:x=c", true),
        ("StringNotEqualsIgnoreCase", r#""aB""#, "", true),
        ("StringLike", r#""a*""#, "k:x=a", true),
        ("StringLike", r#""a*""#, "k:x=abc/d", true),
        ("StringLike", r#""a?""#, "k:x=ab", true),
        ("StringLike", r#""a?""#, "k:x=a", false),
        ("StringLike", r#""a?c*""#, "k:x=abc", true),
        ("StringLike", r#""a*""#, "k:x=Ab", false),
        ("StringLike", r#""""#, "k:x=a", false),
        ("StringLike", r#"["home/","home/a/*"]"#, "k:x=home/a/b", true),
        ("StringLike", r#""a*""#, "", false),
        ("StringNotLike", r#""a*""#, "k:x=ab", false),
        ("StringNotLike", r#""a*""#, "k:x=b", true),
        ("StringNotLike", r#""a*""#, "", true),
    ]);
}

#[test]
fn numbers_and_dates() {
    check(&[
        ("NumericEquals", r#""10""#, "k:x=10", true),
        ("NumericEquals", "10", "k:x=10.0", true),
        ("NumericEquals", r#""10""#, "k:x=11", false),
        ("NumericEquals", r#""10""#, "k:x=ten", false),
        ("NumericEquals", r#""10""#, "", false),
        ("NumericNotEquals", r#""10""#, "k:x=10", false),
        ("NumericNotEquals", r#""10""#, "k:x=9", true),
        ("NumericNotEquals", r#""10""#, "", true),
        ("NumericLessThan", r#""10""#, "k:x=9", true),
        ("NumericLessThan", r#""10""#, "k:x=10", false),
        ("NumericLessThan", r#""10""#, "k:x=-1", true),
        ("NumericLessThanEquals", r#""10""#, "k:x=10", true),
        ("NumericLessThanEquals", r#""10""#, "k:x=10.5", false),
        ("NumericGreaterThan", r#""10""#, "k:x=11", true),
        ("NumericGreaterThan", r#""10""#, "k:x=10", false),
        ("NumericGreaterThanEquals", r#""10""#, "k:x=10", true),
        ("NumericGreaterThanEquals", r#""10""#, "k:x=9.99", false),
        ("NumericLessThanEquals", r#""600000""#, "", false),
        ("DateEquals", r#""2026-11-28T00:00:00Z""#, "k:x=2026-11-28T00:00:00Z", true),
        ("DateEquals", r#""2026-11-28""#, "k:x=2026-11-28T00:00:00Z", true),
        ("DateEquals", r#""1795824000""#, "k:x=2026-11-28T00:00:00Z", true),
        ("DateEquals", r#""2026-11-28T01:00:00+01:00""#, "k:x=2026-11-28T00:00:00Z", true),
        ("DateNotEquals", r#""2026-11-28""#, "k:x=2026-11-29", true),
        ("DateNotEquals", r#""2026-11-28""#, "", true),
        ("DateLessThan", r#""2026-11-28""#, "k:x=2026-11-27T23:59:59Z", true),
        ("DateLessThan", r#""2026-11-28""#, "k:x=2026-11-28", false),
        ("DateLessThanEquals", r#""2026-11-28""#, "k:x=2026-11-28", true),
        ("DateGreaterThan", r#""2026-11-28""#, "k:x=2026-11-28T00:00:01Z", true),
        ("DateGreaterThan", r#""2026-11-28""#, "k:x=2026-11-28", false),
        ("DateGreaterThanEquals", r#""2026-11-28""#, "k:x=2026-11-28", true),
        ("DateGreaterThanEquals", r#""2026-11-28""#, "k:x=yesterday", false),
    ]);
}

#[test]
fn booleans_bytes_and_absence() {
    check(&[
        ("Bool", r#""true""#, "k:x=true", true),
        ("Bool", "true", "k:x=true", true),
        ("Bool", "true", "k:x=True", true),
        ("Bool", "true", "k:x=false", false),
        ("Bool", r#""false""#, "k:x=false", true),
        ("Bool", r#""false""#, "", false),
        ("BoolIfExists", r#""false""#, "", true),
        ("BinaryEquals", r#""QmFk""#, "k:x=QmFk", true),
        ("BinaryEquals", r#""QmFk""#, "k:x=qmfk", false),
        ("Null", r#""true""#, "", true),
        ("Null", r#""true""#, "k:x=a", false),
        ("Null", r#""false""#, "", false),
        ("Null", r#""false""#, "k:x=a", true),
        ("Null", "true", "k:x=|", true),
        ("Null", "false", "k:x=|", false),
        ("Null", r#"["true","false"]"#, "", true),
    ]);
}

#[test]
fn addresses() {
    check(&[
        ("IpAddress", r#""203.0.113.0/24""#, "k:x=203.0.113.9", true),
        ("IpAddress", r#""203.0.113.0/24""#, "k:x=203.0.114.9", false),
        ("IpAddress", r#""203.0.113.9""#, "k:x=203.0.113.9", true),
        ("IpAddress", r#""203.0.113.9""#, "k:x=203.0.113.8", false),
        ("IpAddress", r#""203.0.113.9/24""#, "k:x=203.0.113.1", true),
        ("IpAddress", r#""0.0.0.0/0""#, "k:x=8.8.8.8", true),
        ("IpAddress", r#""0.0.0.0/0""#, "k:x=2001:db8::1", false),
        ("IpAddress", r#""::/0""#, "k:x=2001:db8::1", true),
        ("IpAddress", r#""2001:db8::/32""#, "k:x=2001:db8:1::9", true),
        ("IpAddress", r#""2001:db8::/32""#, "k:x=2001:db9::", false),
        ("IpAddress", r#""2001:db8::1""#, "k:x=2001:db8::1", true),
        ("IpAddress", r#""203.0.113.0/24""#, "k:x=::ffff:203.0.113.9", true),
        ("IpAddress", r#"["10.0.0.0/8","192.168.0.0/16"]"#, "k:x=192.168.1.1", true),
        ("IpAddress", r#""10.0.0.0/8""#, "", false),
        ("IpAddress", r#""10.0.0.0/8""#, "k:x=nonsense", false),
        ("NotIpAddress", r#""10.0.0.0/8""#, "k:x=10.1.2.3", false),
        ("NotIpAddress", r#""10.0.0.0/8""#, "k:x=11.1.2.3", true),
        ("NotIpAddress", r#""10.0.0.0/8""#, "", true),
        ("NotIpAddress", r#"["10.0.0.0/8","11.0.0.0/8"]"#, "k:x=11.1.2.3", false),
    ]);
}

/// Six parts, matched one by one: a `*` crosses no colon but in the last.
#[test]
fn arns() {
    let user = r#""arn:aws:iam::111122223333:user/*""#;
    check(&[
        ("ArnLike", user, "k:x=arn:aws:iam::111122223333:user/a", true),
        ("ArnLike", user, "k:x=arn:aws:iam::111122223333:user/a/b", true),
        ("ArnLike", user, "k:x=arn:aws:iam::444455556666:user/a", false),
        ("ArnEquals", user, "k:x=arn:aws:iam::111122223333:user/a", true),
        ("ArnLike", r#""arn:aws:iam::*:user/a""#, "k:x=arn:aws:iam::1:user/a", true),
        ("ArnLike", r#""arn:aws:*:::user/a""#, "k:x=arn:aws:iam::1:user/a", false),
        ("ArnLike", r#""arn:*:*:*:*:*""#, "k:x=arn:aws:sns:eu:1:topic:sub", true),
        ("ArnLike", r#""arn:aws:sns:*:1:topic""#, "k:x=arn:aws:sns:eu-west-1:1:topic", true),
        ("ArnLike", r#""*""#, "k:x=arn:aws:s3:::jam", true),
        ("ArnLike", user, "k:x=alice", false),
        ("ArnLike", user, "", false),
        ("ArnNotLike", user, "k:x=arn:aws:iam::111122223333:user/a", false),
        ("ArnNotLike", user, "k:x=arn:aws:iam::111122223333:role/a", true),
        ("ArnNotEquals", user, "", true),
        ("ArnEquals", r#""arn:aws:s3:::jam""#, "k:x=arn:aws:s3:::jam", true),
        ("ArnEquals", r#""arn:aws:s3:::jam""#, "k:x=arn:aws:s3:::jars", false),
    ]);
}

#[test]
fn where_a_key_is_missing_if_exists_holds() {
    let operators = [
        ("StringEquals", r#""a""#),
        ("StringNotEquals", r#""a""#),
        ("StringLike", r#""a""#),
        ("NumericLessThan", "1"),
        ("DateLessThan", r#""2026-01-01""#),
        ("Bool", "true"),
        ("BinaryEquals", r#""YQ==""#),
        ("IpAddress", r#""10.0.0.0/8""#),
        ("NotIpAddress", r#""10.0.0.0/8""#),
        ("ArnEquals", r#""arn:aws:s3:::jam""#),
        ("ForAnyValue:StringEquals", r#""a""#),
        ("ForAllValues:StringEquals", r#""a""#),
    ];
    for (operator, value) in operators {
        check(&[(&format!("{operator}IfExists"), value, "", true)]);
    }
    check(&[
        ("StringEqualsIfExists", r#""a""#, "k:x=b", false),
        ("StringNotEqualsIfExists", r#""a""#, "k:x=a", false),
        ("NumericLessThanIfExists", "1", "k:x=2", false),
    ]);
}

/// The negation is inside of the quantifier: each value is judged by itself.
#[test]
fn quantifiers() {
    check(&[
        ("ForAllValues:StringEquals", r#"["a","b"]"#, "k:x=a|b", true),
        ("ForAllValues:StringEquals", r#"["a","b"]"#, "k:x=a", true),
        ("ForAllValues:StringEquals", r#"["a","b"]"#, "k:x=a|c", false),
        ("ForAllValues:StringEquals", r#"["a","b"]"#, "", true),
        ("ForAllValues:StringEquals", r#"["a","b"]"#, "k:x=|", true),
        ("ForAnyValue:StringEquals", r#"["a","b"]"#, "k:x=a|c", true),
        ("ForAnyValue:StringEquals", r#"["a","b"]"#, "k:x=c|d", false),
        ("ForAnyValue:StringEquals", r#"["a","b"]"#, "", false),
        ("ForAnyValue:StringEquals", r#"["a","b"]"#, "k:x=|", false),
        ("ForAllValues:StringNotEquals", r#"["a","b"]"#, "k:x=c|d", true),
        ("ForAllValues:StringNotEquals", r#"["a","b"]"#, "k:x=a|d", false),
        ("ForAllValues:StringNotEquals", r#"["a","b"]"#, "", true),
        ("ForAnyValue:StringNotEquals", r#"["a","b"]"#, "k:x=a|d", true),
        ("ForAnyValue:StringNotEquals", r#"["a","b"]"#, "k:x=a|b", false),
        ("ForAnyValue:StringNotEquals", r#"["a","b"]"#, "", false),
        ("ForAllValues:StringLike", r#""t*""#, "k:x=tag|team", true),
        ("ForAllValues:StringLike", r#""t*""#, "k:x=tag|x", false),
        ("ForAnyValue:StringNotLike", r#""t*""#, "k:x=tag|x", true),
        ("ForAllValues:StringNotLike", r#""t*""#, "k:x=x|y", true),
        ("ForAnyValue:NumericLessThan", "5", "k:x=9|4", true),
        ("ForAllValues:NumericLessThan", "5", "k:x=9|4", false),
        ("StringEquals", r#""a""#, "k:x=a|c", true),
        ("StringNotEquals", r#""a""#, "k:x=a|c", false),
        ("StringNotEquals", r#""a""#, "k:x=b|c", true),
    ]);
}

#[test]
fn all_operators_and_all_keys_must_hold() {
    let both = r#"{"StringEquals":{"k:x":"a","k:y":"b"},"Bool":{"k:z":"true"}}"#;
    assert!(holds(both, "k:x=a k:y=b k:z=true"));
    for missing in ["k:y=b k:z=true", "k:x=a k:z=true", "k:x=a k:y=b", "k:x=a k:y=b k:z=false"] {
        assert!(!holds(both, missing), "{missing}");
    }
    assert!(holds("{}", ""), "no condition is no limit");
    assert!(holds(r#"{"StringEquals":{"K:X":"a"}}"#, "k:x=a"), "names have no case");
}

#[test]
fn variables() {
    let own = r#"{"StringLike":{"s3:prefix":"home/${aws:username}/*"}}"#;
    let table = [
        (own, "s3:prefix=home/alice/x aws:username=alice", true),
        (own, "s3:prefix=home/bob/x aws:username=alice", false),
        (own, "s3:prefix=home/alice/x", false),
        // What a variable stands for is text: its `*` is no wildcard.
        (own, "s3:prefix=home/bob/x aws:username=*", false),
        (own, "s3:prefix=home/*/x aws:username=*", true),
        (own, "s3:prefix=home/a/x aws:username=a|b", false),
        (r#"{"StringEquals":{"k:x":"${k:y, 'none'}"}}"#, "k:x=none", true),
        (r#"{"StringEquals":{"k:x":"${k:y, 'none'}"}}"#, "k:x=some k:y=some", true),
        (r#"{"StringEquals":{"k:x":"${k:y, 'none'}"}}"#, "k:x=none k:y=some", false),
        (r#"{"StringLike":{"k:x":"a${*}"}}"#, "k:x=a*", true),
        (r#"{"StringLike":{"k:x":"a${*}"}}"#, "k:x=ab", false),
        (r#"{"StringLike":{"k:x":"a${?}"}}"#, "k:x=a?", true),
        (r#"{"StringLike":{"k:x":"a${?}"}}"#, "k:x=ab", false),
        (r#"{"StringLike":{"k:x":"${$}a"}}"#, "k:x=$a", true),
        (r#"{"StringNotEquals":{"k:x":"${k:y}"}}"#, "k:x=a", false),
        (r#"{"StringNotEquals":{"k:x":["${k:y}","b"]}}"#, "k:x=a", false),
        (r#"{"StringEquals":{"k:x":["${k:y}","a"]}}"#, "k:x=a", true),
        (r#"{"StringEqualsIgnoreCase":{"k:x":"${k:y}"}}"#, "k:x=AB k:y=aB", true),
        (
            r#"{"ArnLike":{"k:x":"arn:aws:iam::${k:y}:user/*"}}"#,
            "k:x=arn:aws:iam::1:user/a k:y=1",
            true,
        ),
        (
            r#"{"ArnLike":{"k:x":"arn:aws:iam::${k:y}:user/*"}}"#,
            "k:x=arn:aws:iam::2:user/a k:y=1",
            false,
        ),
        (r#"{"Bool":{"k:x":"${k:y}"}}"#, "k:x=true k:y=TRUE", true),
    ];
    for (condition, keys, expected) in table {
        assert_eq!(holds(condition, keys), expected, "{condition} with {keys}");
    }
}

/// In a policy of 2008, or of no version, `${...}` is text; in the resource as well.
#[test]
fn variables_came_with_the_version_of_2012() {
    for (version, literal) in
        [(r#""Version":"2008-10-17","#, true), ("", true), (r#""Version":"2012-10-17","#, false)]
    {
        let document = format!(
            r#"{{{version}"Statement":{{"Effect":"Allow","Action":"*",
                "Resource":"arn:aws:s3:::jam/${{aws:username}}"}}}}"#
        );
        let policy = parsed(&document);
        let ask = |resource| {
            let alice = super::principal("alice");
            let question = Question {
                caller: &Caller::new(&alice),
                action: "s3:GetObject",
                resource,
                keys: &Keys::of("aws:username=alice"),
            };
            let subject = Subject { identity: &[&policy], ..Subject::default() };
            matches!(evaluate(&question, &subject, None), crate::policy::Verdict::Allowed(_))
        };
        assert_eq!(ask("arn:aws:s3:::jam/alice"), !literal, "{version}");
        assert_eq!(ask("arn:aws:s3:::jam/${aws:username}"), literal, "{version}");
    }
}

#[test]
fn what_cannot_be_compared_is_refused_when_the_policy_is_put() {
    let refused = [
        r#"{"StringIs":{"k:x":"a"}}"#,
        r#"{"stringequals":{"k:x":"a"}}"#,
        r#"{"NullIfExists":{"k:x":"true"}}"#,
        r#"{"ForAnyValue:Null":{"k:x":"true"}}"#,
        r#"{"ForSomeValues:StringEquals":{"k:x":"a"}}"#,
        r#"{"Null":{"k:x":"maybe"}}"#,
        r#"{"NumericEquals":{"k:x":"ten"}}"#,
        r#"{"NumericEquals":{"k:x":"NaN"}}"#,
        r#"{"NumericEquals":{"k:x":"${k:y}"}}"#,
        r#"{"DateEquals":{"k:x":"soon"}}"#,
        r#"{"IpAddress":{"k:x":"10.0.0.0/33"}}"#,
        r#"{"IpAddress":{"k:x":"10.0.0/8"}}"#,
        r#"{"IpAddress":{"k:x":"${k:y}"}}"#,
        r#"{"ArnLike":{"k:x":"alice"}}"#,
        r#"{"StringEquals":{"x":"a"}}"#,
        r#"{"StringEquals":{"s3:nothing":"a"}}"#,
        r#"{"StringEquals":{"s3:ExistingObjectTag":"a"}}"#,
        r#"{"StringEquals":"a"}"#,
        r#"{"StringEquals":{"k:x":{"a":1}}}"#,
        r#"{"StringEquals":{"k:x":null}}"#,
        r#"{"StringLike":{"k:x":"${open"}}"#,
        r#"{"StringLike":{"k:x":"${}"}}"#,
        r#"{"StringLike":{"k:x":"${k:y, none}"}}"#,
        r#"["StringEquals"]"#,
    ];
    for condition in refused {
        let document = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow","Action":"*",
                "Resource":"*","Condition":{condition}}}}}"#
        );
        let error = Policy::parse(&document, Attachment::Identity).expect_err(condition);
        assert_eq!(error.kind, PolicyErrorKind::Condition, "{condition}: {error}");
    }
}
