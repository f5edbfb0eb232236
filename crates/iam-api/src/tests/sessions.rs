//! GetSessionToken, GetFederationToken and AssumeRole, up to what their sessions may do.

use super::{Ask, Got, World, key_of};
use std::time::Duration;

const ROLE: &str = "arn:aws:iam::111111111111:role/ops/reader";
const ADA: &str = "arn:aws:iam::111111111111:user/ada";
const ROOT: &str = "arn:aws:iam::111111111111:root";

/// What somebody signs with.
#[derive(Clone)]
struct Keys {
    id: String,
    secret: String,
    token: Option<String>,
}

impl Keys {
    fn of(got: &Got) -> Self {
        let text = |name| got.element(name).map(str::to_owned);
        let (id, secret) = (text("AccessKeyId").unwrap(), text("SecretAccessKey").unwrap());
        Self { id, secret, token: text("SessionToken") }
    }

    fn sign(&self, mut ask: Ask) -> Ask {
        ask.signer = Some(self.id.clone());
        ask.secret = Some(self.secret.clone());
        ask.token = self.token.clone();
        ask
    }
}

fn sts(world: &World, keys: &Keys, action: &str, parameters: &[(&str, &str)]) -> Got {
    let mut all = vec![("Action", action), ("Version", "2011-06-15")];
    all.extend_from_slice(parameters);
    world.send(keys.sign(Ask::post("sts", &all)))
}

fn assume(world: &World, keys: &Keys, more: &[(&str, &str)]) -> Got {
    let mut all = vec![("RoleArn", ROLE), ("RoleSessionName", "tuesday")];
    all.extend_from_slice(more);
    sts(world, keys, "AssumeRole", &all)
}

/// Ada, a user of alice's account without rights.
fn ada(world: &World) -> Keys {
    world.iam("CreateUser", &[("UserName", "ada")]).ok();
    Keys::of(&world.iam("CreateAccessKey", &[("UserName", "ada")]).ok())
}

/// A user of bob's account, who may do what the policy says.
fn of_bob(world: &World, policy: Option<&str>) -> Keys {
    let bob = |action, parameters: &[(&str, &str)]| {
        let mut all = vec![("Action", action)];
        all.extend_from_slice(parameters);
        world.send(Ask::post("iam", &all).by(Some(&key_of("bob")))).ok()
    };
    bob("CreateUser", &[("UserName", "ben")]);
    if let Some(policy) = policy {
        let put = [("UserName", "ben"), ("PolicyName", "p"), ("PolicyDocument", policy)];
        bob("PutUserPolicy", &put);
    }
    Keys::of(&bob("CreateAccessKey", &[("UserName", "ben")]))
}

fn trust(actions: &str, principal: &str, condition: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",
        "Principal":{{"AWS":"{principal}"}},"Action":{actions},"Condition":{condition}}}}}"#
    )
}

fn make_role(world: &World, trust: &str, max_s: &str) {
    let role = [
        ("RoleName", "reader"),
        ("Path", "/ops/"),
        ("AssumeRolePolicyDocument", trust),
        ("MaxSessionDuration", max_s),
    ];
    world.iam("CreateRole", &role).ok();
}

fn plain_role(world: &World, principal: &str) {
    make_role(world, &trust(r#""sts:AssumeRole""#, principal, "{}"), "7200");
}

fn allow(action: &str, resource: &str) -> String {
    format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}}}"#)
}

#[test]
fn a_user_signs_in_a_session_of_its_own_until_it_expires() {
    let world = World::new();
    let ada = ada(&world);
    let got = sts(&world, &ada, "GetSessionToken", &[("DurationSeconds", "900")]).ok();
    let session = Keys::of(&got);
    assert_eq!(&session.id[..4], "ASIA");
    let who = sts(&world, &session, "GetCallerIdentity", &[]).ok();
    assert_eq!(who.element("Arn"), Some(ADA));
    let again = sts(&world, &session, "GetSessionToken", &[]).refused(403, "AccessDenied");
    let message = again.element("Message");
    assert_eq!(message, Some("Cannot call GetSessionToken with session credentials"));
    let factor = [("SerialNumber", "arn:aws:iam::111111111111:mfa/ada"), ("TokenCode", "123456")];
    sts(&world, &ada, "GetSessionToken", &factor).refused(403, "AccessDenied");
    for seconds in ["899", "129601"] {
        let asked = [("DurationSeconds", seconds)];
        sts(&world, &ada, "GetSessionToken", &asked).refused(400, "ValidationError");
    }
    world.sim.block_on(world.sim.platform().tasks.sleep(Duration::from_secs(901)));
    sts(&world, &session, "GetCallerIdentity", &[]).refused(403, "ExpiredToken");
}

#[test]
fn a_session_of_the_root_lasts_an_hour_at_most() {
    let world = World::new();
    let asked = [("Action", "GetSessionToken"), ("DurationSeconds", "43200")];
    let root = Keys::of(&world.send(Ask::post("sts", &asked)).ok());
    let who = sts(&world, &root, "GetCallerIdentity", &[]).ok();
    assert_eq!(who.element("Arn"), Some(ROOT));
    world.sim.block_on(world.sim.platform().tasks.sleep(Duration::from_secs(3_601)));
    sts(&world, &root, "GetCallerIdentity", &[]).refused(403, "ExpiredToken");
}

#[test]
fn a_role_is_assumed_by_whom_it_trusts() {
    let world = World::new();
    let ada = ada(&world);
    let denied = assume(&world, &ada, &[]).refused(403, "AccessDenied");
    let sentence =
        format!("User: {ADA} is not authorized to perform: sts:AssumeRole on resource: {ROLE}");
    assert_eq!(denied.element("Message"), Some(sentence.as_str()), "no such role");
    plain_role(&world, ADA);
    let got = assume(&world, &ada, &[]).ok();
    let arn = "arn:aws:sts::111111111111:assumed-role/reader/tuesday";
    assert_eq!(got.element("Arn"), Some(arn));
    let id = got.element("AssumedRoleId").unwrap();
    assert!(id.starts_with("AROA") && id.ends_with(":tuesday"), "{id}");
    assert_eq!(got.element("PackedPolicySize"), None);
    let who = sts(&world, &Keys::of(&got), "GetCallerIdentity", &[]).ok();
    assert_eq!((who.element("Arn"), who.element("UserId")), (Some(arn), Some(id)));
    let elsewhere = ROLE.replace("/ops/", "/");
    let asked = [("RoleArn", elsewhere.as_str()), ("RoleSessionName", "tuesday")];
    sts(&world, &ada, "AssumeRole", &asked).refused(403, "AccessDenied");
    let asked = [("RoleArn", "arn:aws:iam::111111111111:user/ada"), ("RoleSessionName", "tuesday")];
    sts(&world, &ada, "AssumeRole", &asked).refused(400, "ValidationError");
    let asked = [("Action", "AssumeRole"), ("RoleArn", ROLE), ("RoleSessionName", "tuesday")];
    let root = world.send(Ask::post("sts", &asked)).refused(403, "AccessDenied");
    assert_eq!(root.element("Message"), Some("Roles may not be assumed by root accounts."));
}

#[test]
fn a_trusted_account_lets_its_own_policies_decide() {
    let world = World::new();
    let ada = ada(&world);
    plain_role(&world, ROOT);
    assume(&world, &ada, &[]).refused(403, "AccessDenied");
    let policy = allow("sts:AssumeRole", ROLE);
    let put = [("UserName", "ada"), ("PolicyName", "p"), ("PolicyDocument", &policy)];
    world.iam("PutUserPolicy", &put).ok();
    world.sim.block_on(world.sim.platform().tasks.sleep(Duration::from_secs(2)));
    assume(&world, &ada, &[]).ok();
    // Her policy does not make up for a role that does not trust her.
    let other = trust(r#""sts:AssumeRole""#, "222222222222", "{}");
    let update = [("RoleName", "reader"), ("PolicyDocument", other.as_str())];
    world.iam("UpdateAssumeRolePolicy", &update).ok();
    assume(&world, &ada, &[]).refused(403, "AccessDenied");
}

#[test]
fn between_accounts_both_sides_must_allow() {
    let ben = "arn:aws:iam::222222222222:user/ben";
    let may = allow("sts:AssumeRole", "*");
    for (trusted, policy, is_allowed) in [
        (ben, Some(may.as_str()), true),
        ("222222222222", Some(may.as_str()), true),
        (ben, None, false),
        (ROOT, Some(may.as_str()), false),
    ] {
        let world = World::new();
        let keys = of_bob(&world, policy);
        plain_role(&world, trusted);
        let got = assume(&world, &keys, &[]);
        assert_eq!(got.status == 200, is_allowed, "{trusted} {policy:?}: {}", got.body);
    }
}

#[test]
fn a_trust_policy_asks_for_what_the_request_says() {
    let world = World::new();
    let ada = ada(&world);
    let condition = r#"{"StringEquals":{"sts:ExternalId":"x-1","sts:RoleSessionName":"tuesday",
        "aws:RequestTag/team":"blue","sts:SourceIdentity":"ada"},
        "ForAllValues:StringEquals":{"aws:TagKeys":["team"]}}"#;
    let actions = r#"["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]"#;
    make_role(&world, &trust(actions, ADA, condition), "3600");
    let asked = [
        ("ExternalId", "x-1"),
        ("SourceIdentity", "ada"),
        ("Tags.member.1.Key", "team"),
        ("Tags.member.1.Value", "blue"),
    ];
    let got = assume(&world, &ada, &asked).ok();
    assert_eq!(got.element("SourceIdentity"), Some("ada"));
    let packed: u32 = got.element("PackedPolicySize").unwrap().parse().unwrap();
    assert!((1..=100).contains(&packed));
    assume(&world, &ada, &[]).refused(403, "AccessDenied");
    for (at, wrong) in [(0, "x-2"), (1, "eve"), (3, "red")] {
        let mut other = asked;
        other[at].1 = wrong;
        assume(&world, &ada, &other).refused(403, "AccessDenied");
    }
    let mut other = asked.to_vec();
    other.extend([("Tags.member.2.Key", "more"), ("Tags.member.2.Value", "")]);
    assume(&world, &ada, &other).refused(403, "AccessDenied");
}

#[test]
fn tags_and_a_source_identity_are_rights_of_their_own() {
    let world = World::new();
    let ada = ada(&world);
    plain_role(&world, ADA);
    let tags = [("Tags.member.1.Key", "team"), ("Tags.member.1.Value", "blue")];
    let denied = assume(&world, &ada, &tags).refused(403, "AccessDenied");
    assert!(denied.element("Message").unwrap().contains("sts:TagSession"), "{}", denied.body);
    let denied = assume(&world, &ada, &[("SourceIdentity", "ada")]).refused(403, "AccessDenied");
    let message = denied.element("Message").unwrap();
    assert!(message.contains("sts:SetSourceIdentity"), "{message}");
    let transitive = [("TransitiveTagKeys.member.1", "team")];
    assume(&world, &ada, &transitive).refused(501, "NotImplemented");
}

#[test]
fn a_session_lasts_as_long_as_its_role_lets_it() {
    let world = World::new();
    let ada = ada(&world);
    plain_role(&world, ADA);
    assume(&world, &ada, &[("DurationSeconds", "7200")]).ok();
    let long = assume(&world, &ada, &[("DurationSeconds", "7201")]);
    let long = long.refused(400, "ValidationError");
    assert!(long.element("Message").unwrap().contains("MaxSessionDuration"), "{}", long.body);
    assume(&world, &ada, &[("DurationSeconds", "899")]).refused(400, "ValidationError");
}

#[test]
fn a_chain_of_roles_is_short_and_knows_who_began_it() {
    let world = World::new();
    let ada = ada(&world);
    let actions = r#"["sts:AssumeRole","sts:SetSourceIdentity"]"#;
    let principals = format!(r#"{ADA}","{ROLE}"#);
    let both = trust(actions, &principals, "{}")
        .replace(r#""AWS":""#, r#""AWS":[""#)
        .replace(r#"reader"}"#, r#"reader"]}"#);
    make_role(&world, &both, "7200");
    let first = Keys::of(&assume(&world, &ada, &[("SourceIdentity", "ada")]).ok());
    let second = assume(&world, &first, &[("DurationSeconds", "3600")]).ok();
    assert_eq!(second.element("SourceIdentity"), Some("ada"));
    let long = assume(&world, &first, &[("DurationSeconds", "3601")]);
    let long = long.refused(400, "ValidationError");
    assert!(long.element("Message").unwrap().contains("role chaining"), "{}", long.body);
    assume(&world, &first, &[("SourceIdentity", "eve")]).refused(403, "AccessDenied");
}

#[test]
fn a_session_policy_limits_what_the_role_may() {
    let world = World::new();
    let ada = ada(&world);
    plain_role(&world, ADA);
    let all = allow("iam:*", "*");
    let put = [("RoleName", "reader"), ("PolicyName", "p"), ("PolicyDocument", all.as_str())];
    world.iam("PutRolePolicy", &put).ok();
    let list = |keys: &Keys, action| world.send(keys.sign(Ask::post("iam", &[("Action", action)])));
    let whole = Keys::of(&assume(&world, &ada, &[]).ok());
    list(&whole, "ListUsers").ok();
    list(&whole, "ListRoles").ok();
    let policy = allow("iam:ListUsers", "*");
    let limited = Keys::of(&assume(&world, &ada, &[("Policy", &policy)]).ok());
    list(&limited, "ListUsers").ok();
    list(&limited, "ListRoles").refused(403, "AccessDenied");
    let bad = assume(&world, &ada, &[("Policy", "{}")]);
    bad.refused(400, "MalformedPolicyDocument");
    let long = allow("iam:ListUsers", &format!("arn:aws:iam::111111111111:{}", "x".repeat(2_048)));
    assume(&world, &ada, &[("Policy", &long)]).refused(400, "PackedPolicyTooLarge");
    let missing = [("PolicyArns.member.1.arn", "arn:aws:iam::111111111111:policy/none")];
    assume(&world, &ada, &missing).refused(400, "ValidationError");
}

#[test]
fn a_federated_session_may_what_its_user_and_its_policy_both_allow() {
    let world = World::new();
    let ada = ada(&world);
    let fed = "arn:aws:sts::111111111111:federated-user/fay";
    let policy = allow("iam:List*", "*");
    let asked = [("Name", "fay"), ("Policy", policy.as_str())];
    sts(&world, &ada, "GetFederationToken", &asked).refused(403, "AccessDenied");
    let document = r#"{"Statement":[
        {"Effect":"Allow","Action":"sts:GetFederationToken",
         "Resource":"arn:aws:sts::111111111111:federated-user/fay"},
        {"Effect":"Allow","Action":["iam:ListUsers","iam:GetAccountSummary"],"Resource":"*"}]}"#;
    let put = [("UserName", "ada"), ("PolicyName", "p"), ("PolicyDocument", document)];
    world.iam("PutUserPolicy", &put).ok();
    world.sim.block_on(world.sim.platform().tasks.sleep(Duration::from_secs(2)));
    let got = sts(&world, &ada, "GetFederationToken", &asked).ok();
    assert_eq!(got.element("Arn"), Some(fed));
    assert_eq!(got.element("FederatedUserId"), Some("111111111111:fay"));
    assert!(got.element("PackedPolicySize").is_some());
    let session = Keys::of(&got);
    let who = sts(&world, &session, "GetCallerIdentity", &[]).ok();
    assert_eq!((who.element("Arn"), who.element("UserId")), (Some(fed), Some("111111111111:fay")));
    let ask = |action| world.send(session.sign(Ask::post("iam", &[("Action", action)])));
    ask("ListUsers").ok();
    ask("GetAccountSummary").refused(403, "AccessDenied");
    ask("ListRoles").refused(403, "AccessDenied");
    let other = [("Name", "eve")];
    sts(&world, &ada, "GetFederationToken", &other).refused(403, "AccessDenied");
    let tagged = [asked[0], ("Tags.member.1.Key", "k"), ("Tags.member.1.Value", "v")];
    let denied = sts(&world, &ada, "GetFederationToken", &tagged).refused(403, "AccessDenied");
    assert!(denied.element("Message").unwrap().contains("sts:TagSession"), "{}", denied.body);
    for name in ["f", "a-name-of-more-than-thirty-two-chars"] {
        sts(&world, &ada, "GetFederationToken", &[("Name", name)]).refused(400, "ValidationError");
    }
    plain_role(&world, fed);
    assume(&world, &session, &[]).refused(403, "AccessDenied");
    let own = Keys::of(&sts(&world, &ada, "GetSessionToken", &[]).ok());
    sts(&world, &own, "GetFederationToken", &asked).refused(403, "AccessDenied");
}

#[test]
fn a_federated_session_of_the_root_lasts_an_hour_at_most() {
    let world = World::new();
    let policy = allow("iam:ListUsers", "*");
    let asked = [("Action", "GetFederationToken"), ("Name", "fay"), ("Policy", policy.as_str())];
    let session = Keys::of(&world.send(Ask::post("sts", &asked)).ok());
    let list = || world.send(session.sign(Ask::post("iam", &[("Action", "ListUsers")])));
    list().ok();
    world.sim.block_on(world.sim.platform().tasks.sleep(Duration::from_secs(3_601)));
    list().refused(403, "ExpiredToken");
}
