//! The settings as operators give them.

use super::{LogFormat, Settings, load};
use larder_s3_api::Profile;
use larder_s3_wire::auth::SigV2;
use std::io;
use std::path::Path;
use std::time::Duration;

fn try_load(words: &[&str], variables: &[(&str, &str)], file: &str) -> Result<Settings, String> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    let variables: Vec<(String, String)> =
        variables.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
    load(&words, &variables, |path| {
        if path == Path::new("larder.toml") {
            Ok(file.as_bytes().to_vec())
        } else {
            Err(io::ErrorKind::NotFound.into())
        }
    })
}

fn check_error(words: &[&str], variables: &[(&str, &str)], file: &str, expected: &str) {
    let error = try_load(words, variables, file).unwrap_err();
    assert!(error.contains(expected), "{error:?} has no {expected:?}");
    assert!(!error.contains('\n'), "{error:?} is one line");
}

#[test]
fn defaults() {
    let settings = try_load(&[], &[("PATH", "/bin")], "").unwrap();
    assert_eq!(settings.data, Path::new("./larder-data"));
    assert_eq!(settings.listen, ["127.0.0.1:9000".parse().unwrap()]);
    assert_eq!(settings.domains, ["localhost"]);
    assert_eq!(settings.admin_listen, ["127.0.0.1:9001".parse().unwrap()]);
    assert!(!settings.admin_listen_asked, "nobody chose it");
    assert_eq!(settings.region, None);
    assert_eq!(settings.memory, 256 << 20);
    assert_eq!(settings.log_format, LogFormat::Auto);
    assert!(!settings.ephemeral);
    assert_eq!(settings.sigv2, SigV2::Presigned);
    assert_eq!(settings.profile, Profile::Aws);
}

#[test]
fn profiles() {
    let given = |name: &str| try_load(&["--profile", name], &[], "").unwrap().profile;
    assert_eq!((given("aws"), given("open")), (Profile::Aws, Profile::Open));
    let file = try_load(&["--config", "larder.toml"], &[], "profile = 'open'").unwrap();
    assert_eq!(file.profile, Profile::Open);
    check_error(&["--profile", "minio"], &[], "", "expected aws (no ACLs, public access blocked)");
}

#[test]
fn flag_wins_over_environment_over_file() {
    let file =
        "data = 'f'\nregion = 'file'\nshutdown_grace = 3\nsigv2 = 'on'\nlisten = ['[::1]:1']";
    let variables =
        [("LARDER_CONFIG", "larder.toml"), ("LARDER_DATA", "e"), ("LARDER_REGION", "env")];
    let settings = try_load(&["--data", "g", "--ephemeral"], &variables, file).unwrap();
    assert_eq!(settings.data, Path::new("g"));
    assert_eq!(settings.region.as_deref(), Some("env"));
    assert_eq!(settings.shutdown_grace, Duration::from_secs(3));
    assert_eq!(settings.listen, ["[::1]:1".parse().unwrap()]);
    assert!(settings.ephemeral);
    assert_eq!(settings.sigv2, SigV2::On);
}

#[test]
fn repeated_values() {
    let words = ["--listen", "127.0.0.1:1", "--listen=127.0.0.1:2"];
    let variables = [("LARDER_BUCKETS", "one, two,"), ("LARDER_DOMAIN", "")];
    let settings = try_load(&words, &variables, "").unwrap();
    assert_eq!(settings.listen.len(), 2);
    let buckets: Vec<&str> = settings.buckets.iter().map(|b| b.as_str()).collect();
    assert_eq!(buckets, ["one", "two"]);
    assert_eq!(settings.domains, ["localhost"], "an empty variable is not set");
}

#[test]
fn the_admin_listener_can_be_chosen_and_switched_off() {
    for (words, variables, expected) in [
        (vec!["--admin-listen", "off"], vec![], vec![]),
        (vec!["--admin-listen=127.0.0.1:9001"], vec![], vec!["127.0.0.1:9001"]),
        (vec![], vec![("LARDER_ADMIN_LISTEN", "[::1]:1,[::1]:2")], vec!["[::1]:1", "[::1]:2"]),
        (vec!["--admin-listen", "off"], vec![("LARDER_ADMIN_LISTEN", "[::1]:1")], vec![]),
    ] {
        let settings = try_load(&words, &variables, "").unwrap();
        let found: Vec<String> = settings.admin_listen.iter().map(|a| a.to_string()).collect();
        assert_eq!(found, expected, "{words:?} {variables:?}");
        assert!(settings.admin_listen_asked, "{words:?} {variables:?}");
    }
    check_error(&["--admin-listen", "on"], &[], "", "--admin-listen \"on\": expected ADDR:PORT");
}

#[test]
fn commas_separate_values_wherever_they_stand() {
    let words = ["--buckets", "one,two", "--buckets=three, four,", "--config=larder.toml"];
    let file = "domain = 'a.example, b.example'\nlisten = ['[::1]:1', '[::1]:2']\nbuckets = 'no'";
    let settings = try_load(&words, &[], file).unwrap();
    let buckets: Vec<&str> = settings.buckets.iter().map(|b| b.as_str()).collect();
    assert_eq!(buckets, ["one", "two", "three", "four"]);
    assert_eq!(settings.domains, ["a.example", "b.example"]);
    assert_eq!(settings.listen.len(), 2);
    check_error(&["--buckets", "one,T_O"], &[], "", "--buckets \"T_O\": expected bucket names");
    check_error(&["--buckets", ","], &[], "", "--buckets \"\": expected bucket names");
    // A setting with one value keeps its commas.
    assert_eq!(try_load(&["--data=a,b"], &[], "").unwrap().data, Path::new("a,b"));
}

#[test]
fn unknown_settings_name_the_nearest() {
    check_error(&["--lisen", "x"], &[], "", "--lisen; did you mean --listen?");
    check_error(&[], &[("LARDER_DTA", "x")], "", "LARDER_DTA; did you mean LARDER_DATA?");
    let config = ["--config", "larder.toml"];
    check_error(&config, &[], "tls-cert = 'x'", "tls-cert; did you mean tls_cert?");
    check_error(&config, &[], "[[account]]\nids = ''", "unknown ids; did you mean id?");
    check_error(&["--ephemral=true"], &[], "", "did you mean --ephemeral?");
}

#[test]
fn values_are_checked_where_they_stand() {
    check_error(&["--listen", "9000"], &[], "", "--listen \"9000\": expected ADDR:PORT");
    check_error(&["--region", "eu_west"], &[], "", "--region \"eu_west\": expected a region");
    check_error(&[], &[("LARDER_MEMORY", "1")], "", "LARDER_MEMORY \"1\": expected a size");
    check_error(&["--config=larder.toml"], &[], "log_level = 'loud'", "log_level \"loud\"");
    check_error(&["--config=larder.toml"], &[], "data = [1]", "data: expected text");
    check_error(&["--config=larder.toml"], &[], "\n\nx = ", "line 3");
    check_error(&["--config", "none.toml"], &[], "", "none.toml cannot be read");
    check_error(&["--data"], &[], "", "--data needs a value: --data DIR");
    check_error(&["--data", "--ephemeral"], &[], "", "--data needs a value");
    check_error(&["--sigv2"], &[], "", "--sigv2 needs a value: --sigv2 WHERE");
    check_error(&["--sigv2", "true"], &[], "", "expected off, presigned (in URLs and forms only)");
    check_error(&["--data=a", "--data=b"], &[], "", "given twice");
    check_error(&["/srv"], &[], "", "unexpected \"/srv\"");
    check_error(&["--tls-cert=c"], &[], "", "tls-cert is set and tls-key is not");
    check_error(&[], &[("LARDER_ROOT_SECRET_KEY", "s3cret")], "", "root-access-key is not");
}

#[test]
fn secrets_are_not_flags() {
    check_error(&["--root-secret-key=x"], &[], "", "set LARDER_ROOT_SECRET_KEY instead");
}

#[test]
fn accounts() {
    let file = r#"
[[account]]
id = "123456789012"
canonical_id = "abc"
display_name = "Main"
email = "main@example.com"
[[account.key]]
access_key = "MAIN"
secret_key = "main-secret"
[[account.key]]
access_key = "MAIN2"
secret_key = "main-secret2"

[[account]]
id = "123456789013"
canonical_id = "def"
key = [{ access_key = "OTHER", secret_key = "other-secret" }]
"#;
    let config = ["--config", "larder.toml"];
    let settings = try_load(&config, &[], file).unwrap();
    let [(main, keys), (other, _)] = settings.accounts.as_slice() else {
        panic!("two accounts");
    };
    assert_eq!((main.id.as_str(), main.email.as_str()), ("123456789012", "main@example.com"));
    assert_eq!(keys[1].0, "MAIN2");
    assert_eq!(keys[1].1.expose(), "main-secret2");
    assert_eq!(other.owner.display_name, "123456789013");
    for (file, expected) in [
        ("account = 1", "[[account]] tables"),
        ("[[account]]\nid = '1'", "12 digits"),
        ("[[account]]\nid = 123456789012", "text in quotes"),
        ("[[account]]\nid = '123456789012'", "canonical_id is missing"),
        ("[[account]]\nid = '123456789012'\ncanonical_id = 'a'", "[[account.key]] is missing"),
        (
            "[[account]]\nid = '123456789012'\ncanonical_id = 'a'\n[[account.key]]\naccess_key='x'",
            "secret_key is missing",
        ),
    ] {
        check_error(&config, &[], file, expected);
    }
}
