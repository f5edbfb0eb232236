//! Forms in, documents out.

use crate::iam::{
    CreateUserRequest, CreateUserResponse, GetAccountSummaryResponse, ListUsersRequest,
    ListUsersResponse, PolicyVersion, SimulateCustomPolicyRequest, TagUserRequest, User,
};
use crate::sts::{AssumeRoleRequest, Credentials};
use crate::value::Output;
use crate::{
    CommonError, DecodeError, Form, Input, OPERATIONS, Operation, PARAMETERS_MAX, PolicyDocument,
    Service, error_document, result_document,
};
use larder_s3_model::Secret;
use larder_s3_model::xml::XmlWriter;
use larder_types::Timestamp;
use proptest::prelude::{Strategy, any};
use proptest::{collection, option, prop_assert_eq, proptest};
use std::collections::BTreeMap;

fn form<T: AsRef<str>>(pairs: &[(T, T)]) -> Form {
    let pairs = pairs.iter().map(|(n, v)| (n.as_ref().to_owned(), v.as_ref().to_owned()));
    Form::new(pairs).unwrap()
}

fn decode<T: Input>(pairs: &[(&str, &str)]) -> Result<T, DecodeError> {
    T::decode(&form(pairs))
}

/// The message of a refusal.
fn refused<T: Input + std::fmt::Debug>(pairs: &[(&str, &str)], code: CommonError) -> String {
    let error = decode::<T>(pairs).unwrap_err();
    assert_eq!(error.code(), code);
    error.to_string()
}

fn written(output: &dyn Output) -> String {
    let mut body = Vec::new();
    output.write(&mut XmlWriter::new(&mut body));
    String::from_utf8(body).unwrap()
}

#[test]
fn an_input_is_read_with_its_lists() {
    let input: CreateUserRequest = decode(&[
        ("Action", "CreateUser"),
        ("Version", "2010-05-08"),
        ("UserName", "ada"),
        ("Tags.member.2.Key", "b"),
        ("Tags.member.2.Value", ""),
        ("Tags.member.1.Key", "a"),
        ("Tags.member.1.Value", "1"),
        ("Tags.member.10.Key", "c"),
        ("Tags.member.10.Value", "3"),
        ("Unknown", "is nobody's business"),
    ])
    .unwrap();
    assert_eq!((input.user_name.as_str(), input.path), ("ada", None));
    let tags = input.tags.unwrap();
    let tags: Vec<(&str, &str)> = tags.iter().map(|t| (t.key.as_str(), t.value.as_str())).collect();
    assert_eq!(tags, [("a", "1"), ("b", ""), ("c", "3")]);
    // As botocore sends an empty list.
    let input: CreateUserRequest = decode(&[("UserName", "ada"), ("Tags", "")]).unwrap();
    assert_eq!(input.tags, Some(Vec::new()));
}

#[test]
fn lists_in_lists_are_read() {
    let input: SimulateCustomPolicyRequest = decode(&[
        ("PolicyInputList.member.1", "{}"),
        ("ActionNames.member.1", "s3:GetObject"),
        ("ContextEntries.member.1.ContextKeyName", "aws:SourceIp"),
        ("ContextEntries.member.1.ContextKeyType", "ipList"),
        ("ContextEntries.member.1.ContextKeyValues.member.1", "10.0.0.1"),
        ("ContextEntries.member.1.ContextKeyValues.member.2", "10.0.0.2"),
    ])
    .unwrap();
    let entries = input.context_entries.unwrap();
    let values = entries[0].context_key_values.as_deref().unwrap();
    assert_eq!(values, ["10.0.0.1", "10.0.0.2"]);
}

#[test]
fn what_is_wrong_is_told_as_aws_tells_it() {
    let long = "a".repeat(65);
    type User = CreateUserRequest;
    let invalid = |pairs: &[(&str, &str)]| refused::<User>(pairs, CommonError::ValidationError);
    assert_eq!(
        invalid(&[]),
        "1 validation error detected: Value null at 'userName' failed to satisfy constraint: \
         Member must not be null"
    );
    assert_eq!(
        invalid(&[("UserName", &long)]),
        "1 validation error detected: Value at 'userName' failed to satisfy constraint: Member \
         must have length less than or equal to 64"
    );
    assert_eq!(
        invalid(&[("UserName", "a b"), ("Path", "x")]),
        "2 validation errors detected: Value at 'path' failed to satisfy constraint: Member must \
         satisfy regular expression pattern: (\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F); Value \
         at 'userName' failed to satisfy constraint: Member must satisfy regular expression \
         pattern: [\\w+=,.@-]+"
    );
    let message = refused::<TagUserRequest>(
        &[("UserName", "ada"), ("Tags.member.3.Key", ""), ("Tags.member.3.Value", "v")],
        CommonError::ValidationError,
    );
    assert!(message.contains("Value at 'tags.3.member.key'"), "{message}");
    let message = refused::<TagUserRequest>(&[("UserName", "ada")], CommonError::ValidationError);
    assert!(message.contains("Value null at 'tags'"), "{message}");
    let number =
        |text| refused::<ListUsersRequest>(&[("MaxItems", text)], CommonError::ValidationError);
    assert!(number("0").contains("Member must have value greater than or equal to 1"));
    assert!(number("1001").contains("Member must have value less than or equal to 1000"));
    assert_eq!(
        refused::<ListUsersRequest>(&[("MaxItems", "ten")], CommonError::MalformedInput),
        "The value at 'maxItems' cannot be read"
    );
}

/// A message is bounded, however much is wrong.
#[test]
fn not_every_violation_is_shown() {
    let names: Vec<String> = (1..=200).map(|n| format!("ActionNames.member.{n}")).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "x")).collect();
    let message = refused::<SimulateCustomPolicyRequest>(&pairs, CommonError::ValidationError);
    assert!(message.starts_with("201 validation errors detected: "), "{message}");
    assert_eq!(message.matches("Value").count(), 10);
}

#[test]
fn a_form_has_each_parameter_once_and_not_too_many() {
    let pair = |name: usize| (name.to_string(), String::new());
    assert!(Form::new((0..PARAMETERS_MAX).map(pair)).is_ok());
    let refused = |pairs: Vec<(String, String)>| Form::new(pairs).unwrap_err();
    assert_eq!(refused((0..=PARAMETERS_MAX).map(pair).collect()), DecodeError::TooManyParameters);
    assert_eq!(refused(vec![pair(1), pair(1)]), DecodeError::RepeatedParameter);
    assert_eq!(DecodeError::RepeatedParameter.code().code(), "MalformedQueryString");
}

fn user(name: &str) -> User {
    User {
        path: "/".into(),
        user_name: name.into(),
        user_id: "AIDA".into(),
        arn: format!("arn:aws:iam::111111111111:user/{name}"),
        create_date: Timestamp::from_seconds(0),
        password_last_used: None,
        permissions_boundary: None,
        tags: Vec::new(),
    }
}

#[test]
fn an_answer_is_a_document_of_its_service() {
    let response = CreateUserResponse { user: Some(user("a&b")) };
    let body = result_document(Operation::CreateUser, "ID", &response);
    assert_eq!(
        String::from_utf8(body).unwrap(),
        "<CreateUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><CreateUserResult>\
         <User><Path>/</Path><UserName>a&amp;b</UserName><UserId>AIDA</UserId>\
         <Arn>arn:aws:iam::111111111111:user/a&amp;b</Arn>\
         <CreateDate>1970-01-01T00:00:00.000Z</CreateDate><Tags></Tags></User></CreateUserResult>\
         <ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></CreateUserResponse>"
    );
    let body = result_document(Operation::DeleteUser, "ID", &());
    assert_eq!(
        String::from_utf8(body).unwrap(),
        "<DeleteUserResponse xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\">\
         <ResponseMetadata><RequestId>ID</RequestId></ResponseMetadata></DeleteUserResponse>"
    );
    let body = error_document(Service::Sts, CommonError::AccessDenied.into(), "no <way>", "ID");
    assert_eq!(
        String::from_utf8(body).unwrap(),
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><Error>\
         <Type>Sender</Type><Code>AccessDenied</Code><Message>no &lt;way&gt;</Message></Error>\
         <RequestId>ID</RequestId></ErrorResponse>"
    );
}

#[test]
fn lists_maps_and_documents_are_written_as_clients_read_them() {
    let users = ListUsersResponse { users: vec![], is_truncated: Some(false), marker: None };
    assert_eq!(written(&users), "<Users></Users><IsTruncated>false</IsTruncated>");
    let counts = BTreeMap::from([("Users".to_owned(), 3), ("Groups".to_owned(), 0)]);
    assert_eq!(
        written(&GetAccountSummaryResponse { summary_map: counts }),
        "<SummaryMap><entry><key>Groups</key><value>0</value></entry>\
         <entry><key>Users</key><value>3</value></entry></SummaryMap>"
    );
    let document = PolicyDocument("{\"a\": \"~b/*\u{e9}\"}".into());
    let version = PolicyVersion { document: Some(document), ..PolicyVersion::default() };
    assert_eq!(written(&version), "<Document>%7B%22a%22%3A%20%22~b%2F%2A%C3%A9%22%7D</Document>");
}

#[test]
fn secrets_are_written_and_not_printed() {
    let credentials = Credentials {
        access_key_id: "ASIA".into(),
        secret_access_key: Secret::new("s3cret"),
        session_token: "t0ken".into(),
        expiration: Timestamp::from_seconds(60),
    };
    assert!(written(&credentials).contains("<SecretAccessKey>s3cret</SecretAccessKey>"));
    assert!(!format!("{credentials:?}").contains("s3cret"));
}

#[test]
fn the_table_is_sound() {
    for (at, info) in OPERATIONS.iter().enumerate() {
        assert_eq!(info.operation as usize, at);
        assert_eq!(Operation::from_name(info.name), Some(info.operation));
        assert!(OPERATIONS[at + 1..].iter().all(|other| other.name != info.name));
    }
    assert_eq!(Operation::from_name("createuser"), None);
    assert_eq!(Operation::GetCallerIdentity.service(), Service::Sts);
}

/// Texts that `pattern` in `form` is about, and much that it is not.
fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ -~\u{e9}\u{4e2d}\n]{0,20}").unwrap()
}

fn names() -> impl Strategy<Value = String> {
    let part = "(Tags|Tag|UserName|member|Key|Value|ActionNames|MaxItems|[0-9]{1,3}|)";
    proptest::string::string_regex(&format!("{part}(\\.{part}){{0,4}}")).unwrap()
}

proptest! {
    /// A client that writes a form by the protocol's page and not by this crate's code.
    #[test]
    fn what_a_client_writes_is_read(
        name in "[a-zA-Z0-9_+=,.@-]{1,64}",
        path in option::of("/([!-.0-~]{1,20}/)?"),
        tags in option::of(collection::vec(("[a-zA-Z \u{e9}]{1,12}", "[a-z0-9:/ ]{0,12}"), 1..12)),
    ) {
        let mut pairs = vec![("UserName".to_owned(), name.clone())];
        pairs.extend(path.iter().map(|path| ("Path".to_owned(), path.clone())));
        for (at, (key, value)) in tags.iter().flatten().enumerate() {
            pairs.push((format!("Tags.member.{}.Key", at + 1), key.clone()));
            pairs.push((format!("Tags.member.{}.Value", at + 1), value.clone()));
        }
        let input = CreateUserRequest::decode(&form(&pairs)).unwrap();
        let pair = |tag: crate::iam::Tag| (tag.key, tag.value);
        let read = input.tags.map(|tags| tags.into_iter().map(pair).collect::<Vec<_>>());
        prop_assert_eq!((input.user_name, input.path, read), (name, path, tags));
    }

    /// Whatever comes, there is an answer, and what was read is as the model demands.
    #[test]
    fn nothing_breaks_the_reader(
        pairs in collection::btree_map(names(), text(), 0..20),
        seconds in any::<i32>(),
    ) {
        let form = Form::new(pairs).unwrap();
        if let Ok(input) = CreateUserRequest::decode(&form) {
            assert!((1..=64).contains(&input.user_name.len()));
            assert!(input.tags.unwrap_or_default().iter().all(|tag| !tag.key.is_empty()));
        }
        if let Ok(input) = ListUsersRequest::decode(&form) {
            assert!(input.max_items.is_none_or(|items| (1..=1000).contains(&items)));
        }
        let _ = TagUserRequest::decode(&form);
        let _ = SimulateCustomPolicyRequest::decode(&form);
        let pairs = [
            ("RoleArn".to_owned(), "arn:aws:iam::111111111111:role/r".to_owned()),
            ("RoleSessionName".to_owned(), "me".to_owned()),
            ("DurationSeconds".to_owned(), seconds.to_string()),
        ];
        let input = AssumeRoleRequest::decode(&Form::new(pairs).unwrap());
        prop_assert_eq!(input.is_ok(), (900..=43200).contains(&seconds));
    }
}
