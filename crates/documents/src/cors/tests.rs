use super::{CorsConfiguration, matches, matches_header};
use crate::{BucketDocument, InvalidDocument};
use proptest::prelude::{ProptestConfig, proptest};

fn parse(rules: &str) -> Result<CorsConfiguration, InvalidDocument> {
    CorsConfiguration::parse(format!("<CORSConfiguration>{rules}</CORSConfiguration>").as_bytes())
}

/// `rule("GET,PUT", "https://a*", "x-*")`.
fn rule(methods: &str, origins: &str, headers: &str) -> String {
    let elements = |name: &str, values: &str| -> String {
        let values = values.split(',').filter(|value| !value.is_empty());
        values.map(|value| format!("<{name}>{value}</{name}>")).collect()
    };
    format!(
        "<CORSRule>{}{}{}</CORSRule>",
        elements("AllowedMethod", methods),
        elements("AllowedOrigin", origins),
        elements("AllowedHeader", headers)
    )
}

fn found(rules: &str, origin: &str, method: &str, headers: &str) -> Option<(usize, bool)> {
    let cors = parse(rules).unwrap();
    let headers = headers.split(',').filter(|header| !header.is_empty());
    let found = cors.find(origin, method, headers)?;
    let place = cors.shape.cors_rules.iter().position(|rule| std::ptr::eq(rule, found.rule));
    Some((place.unwrap(), found.any_origin))
}

#[test]
fn the_first_rule_that_matches_in_all_counts() {
    let rules = [
        rule("GET", "https://a.example", "x-one"),
        rule("GET,PUT", "https://*.example", "X-*,content-type"),
        rule("GET", "*", ""),
    ]
    .concat();
    for (origin, method, headers, expected) in [
        ("https://a.example", "GET", "", Some((0, false))),
        ("https://a.example", "GET", "X-ONE", Some((0, false))),
        // Not with that header: the next one does.
        ("https://a.example", "GET", "x-two", Some((1, false))),
        ("https://a.example", "PUT", "x-two,Content-Type", Some((1, false))),
        ("https://a.example", "PUT", "x-two,other", None),
        ("https://b.example", "GET", "", Some((1, false))),
        ("https://B.example", "GET", "", Some((1, false))),
        ("HTTPS://b.example", "GET", "", Some((2, true))),
        ("https://b.example.org", "GET", "", Some((2, true))),
        ("https://b.example.org", "GET", "x-one", None),
        ("https://b.example.org", "PUT", "", None),
        ("https://a.example", "DELETE", "", None),
        ("https://a.example", "get", "", None),
        ("null", "GET", "", Some((2, true))),
        ("", "GET", "", Some((2, true))),
    ] {
        assert_eq!(found(&rules, origin, method, headers), expected, "{origin} {method} {headers}");
    }
}

#[test]
fn patterns() {
    for (pattern, text, expected) in [
        ("*", "", true),
        ("*", "anything", true),
        ("a*b", "ab", true),
        ("a*b", "axxb", true),
        ("a*b", "a", false),
        ("a*a", "a", false),
        ("a*", "a", true),
        ("a*", "ba", false),
        ("*a", "ba", true),
        ("a", "a", true),
        ("a", "A", false),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        if expected {
            assert!(matches_header(&pattern.to_uppercase(), text), "{pattern} {text}");
        }
    }
    assert!(matches_header("X-Amz-*", "x-amz-meta-a") && !matches_header("x-*-a", "x-a"));
}

#[test]
fn what_aws_refuses() {
    let head = "<AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin>";
    for (rules, words) in [
        (rule("PATCH", "*", ""), "Unsupported method is PATCH"),
        (rule("get", "*", ""), "Unsupported method is get"),
        (rule("GET", "a*b*", ""), "AllowedOrigin \"a*b*\" can not have more than one wildcard."),
        (rule("GET", "*", "**"), "AllowedHeader \"**\" can not have more than one wildcard."),
        (rule("GET", "*", "a b"), "\"a b\" is no name of a header."),
        (format!("<CORSRule>{head}<ExposeHeader>x-*</ExposeHeader></CORSRule>"), "ExposeHeader"),
        (format!("<CORSRule>{head}<ExposeHeader>a&#10;b</ExposeHeader></CORSRule>"), "no name"),
        (format!("<CORSRule>{head}<MaxAgeSeconds>-1</MaxAgeSeconds></CORSRule>"), "negative"),
        (format!("<CORSRule>{head}<ID>{}</ID></CORSRule>", "i".repeat(256)), "at most 255"),
    ] {
        let error = parse(&rules).unwrap_err();
        assert!(
            matches!(error, InvalidDocument::Refused { code: "InvalidRequest", .. }),
            "{rules}"
        );
        assert!(error.to_string().contains(words), "{error}");
    }
    let too_many = rule("GET", "*", "").repeat(101);
    for rules in ["", &rule("", "*", ""), &rule("GET", "", ""), "<Other/>", &too_many] {
        match parse(rules).unwrap_err() {
            InvalidDocument::Malformed(_)
            | InvalidDocument::Refused { code: "MalformedXML", .. } => {}
            other => panic!("{rules}: {other:?}"),
        }
    }
    assert!(parse(&rule("GET", "*", "").repeat(100)).is_ok());
    assert!(parse(&rule("GET", &"o".repeat(65_536), "")).is_err(), "64 KB");
}

#[test]
fn an_encoding_is_read_again() {
    let rules = format!(
        "<CORSRule><ID>&lt;one&gt;</ID><AllowedHeader>*</AllowedHeader>\
         <AllowedMethod>GET</AllowedMethod><AllowedMethod>HEAD</AllowedMethod>\
         <AllowedOrigin>https://a</AllowedOrigin><ExposeHeader>ETag</ExposeHeader>\
         <MaxAgeSeconds>3000</MaxAgeSeconds></CORSRule>{}",
        rule("PUT", "*", "")
    );
    let cors = parse(&rules).unwrap();
    let again = CorsConfiguration::parse(&cors.encode()).unwrap();
    assert_eq!(again.encode(), cors.encode());
    let encoded = String::from_utf8(cors.encode()).unwrap();
    for element in ["<ID>&lt;one&gt;</ID>", "<ExposeHeader>ETag<", "<MaxAgeSeconds>3000<"] {
        assert!(encoded.contains(element), "{encoded}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_pattern_matches_what_it_was_made_of(
        start in "[a-c.]{0,6}",
        middle in "[a-c.]{0,6}",
        end in "[a-c.]{0,6}",
        other in "[a-c.]{0,9}",
    ) {
        let pattern = format!("{start}*{end}");
        let text = format!("{start}{middle}{end}");
        assert!(matches(&pattern, &text) && matches_header(&pattern, &text));
        // As a regular expression would say, tried at every split.
        let expected = (0..=other.len()).any(|from| (from..=other.len()).any(|to| {
            other[..from] == start && other[to..] == end
        }));
        assert_eq!(matches(&pattern, &other), expected);
        assert_eq!(matches_header(&pattern, &other), expected);
    }
}
