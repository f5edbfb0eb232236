//! Starting, and refusing to.

use crate::harness::{Keys, Server, check_refusal, larder, path, root_keys, run};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use tempfile::tempdir;

#[test]
fn help_and_version() {
    let version = format!("larder {}\n", env!("CARGO_PKG_VERSION"));
    for (words, expected) in
        [(["version"], version.as_str()), (["--version"], &version), (["help"], "--listen ADDR")]
    {
        let output = run(&words);
        assert!(output.status.success() && output.stderr.is_empty());
        assert!(String::from_utf8(output.stdout).unwrap().contains(expected));
    }
}

#[test]
fn banner_and_keys() {
    let data = tempdir().unwrap();
    let server = Server::in_directory(&data);
    let file = data.path().join("root-credentials");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    for expected in [
        format!("S3    http://{}", server.address),
        format!("keys  {}", path(&file)),
        format!("AWS_SHARED_CREDENTIALS_FILE={}", path(&file)),
        format!("aws --endpoint-url http://{} s3 ls", server.address),
    ] {
        assert!(server.banner.contains(&expected), "{expected} in\n{}", server.banner);
    }
    let Keys(_, secret) = root_keys(data.path());
    let log = server.stop();
    assert!(!log.contains(&secret), "secrets are not logged");
}

#[test]
fn keys_data_and_buckets_outlive_a_restart() {
    let data = tempdir().unwrap();
    let server = Server::spawn(
        larder(&["--listen", "127.0.0.1:0", "--data", path(data.path())])
            .env("LARDER_BUCKETS", "first, second"),
    );
    let keys = root_keys(data.path());
    assert_eq!(server.signed(&keys, "PUT", "/first/key", b"body").status, 200);
    server.stop();
    let server = Server::in_directory(&data);
    assert_eq!(root_keys(data.path()), keys);
    let answer = server.signed(&keys, "GET", "/first/key", b"");
    assert_eq!((answer.status, answer.text().as_str()), (200, "body"));
    assert_eq!(server.signed(&keys, "HEAD", "/second", b"").status, 200);
    assert_eq!(server.signed(&keys, "HEAD", "/third", b"").status, 404);
}

#[test]
fn given_keys_and_accounts() {
    let data = tempdir().unwrap();
    let config = data.path().join("larder.toml");
    fs::write(
        &config,
        "buckets = ['roots']\n[[account]]\nid = '123456789012'\ncanonical_id = 'c1'\n\
         [[account.key]]\naccess_key = 'OTHER'\nsecret_key = 'other-secret'\n",
    )
    .unwrap();
    let store = data.path().join("deep/store");
    let words = ["--listen", "127.0.0.1:0", "--data", path(&store), "--config", path(&config)];
    let mut command = larder(&words);
    command.env("LARDER_ROOT_ACCESS_KEY", "ROOT").env("LARDER_ROOT_SECRET_KEY", "root-secret");
    let server = Server::spawn(&mut command);
    assert!(!store.join("root-credentials").exists());
    let root = Keys("ROOT".to_owned(), "root-secret".to_owned());
    let other = Keys("OTHER".to_owned(), "other-secret".to_owned());
    assert_eq!(server.signed(&root, "HEAD", "/roots", b"").status, 200);
    assert_eq!(server.signed(&other, "HEAD", "/roots", b"").status, 403);
    assert_eq!(server.signed(&other, "PUT", "/others", b"").status, 200);
}

#[test]
fn ephemeral_leaves_nothing_behind() {
    let cwd = tempdir().unwrap();
    let mut command = larder(&["--listen", "127.0.0.1:0", "--ephemeral"]);
    command.current_dir(cwd.path()).env("LARDER_BUCKETS", "bucket");
    let server = Server::spawn(&mut command);
    let line = server.banner.lines().find_map(|line| line.strip_prefix("  keys  ")).unwrap();
    let (key, secret) = line.split_once(' ').unwrap();
    let keys = Keys(key.to_owned(), secret.to_owned());
    let body = vec![b'x'; 3 << 20];
    assert_eq!(server.signed(&keys, "PUT", "/bucket/large", &body).status, 200);
    assert_eq!(server.signed(&keys, "GET", "/bucket/large", b"").body, body);
    server.stop();
    assert_eq!(fs::read_dir(cwd.path()).unwrap().count(), 0);
}

/// Neither the banner nor any line of the log, whatever the level, wherever the keys stood.
#[test]
fn a_given_secret_is_not_told() {
    let directory = tempdir().unwrap();
    let (data, config) = (directory.path().join("data"), directory.path().join("larder.toml"));
    fs::write(&config, "root_access_key = 'GIVENKEY'\nroot_secret_key = 'given-secret'").unwrap();
    for place in [vec!["--ephemeral"], vec!["--data", path(&data)]] {
        for in_file in [false, true] {
            let mut command = larder(&["--listen", "127.0.0.1:0", "--log-level", "trace"]);
            command.args(&place);
            if in_file {
                command.args(["--config", path(&config)]);
            } else {
                command.env("LARDER_ROOT_ACCESS_KEY", "GIVENKEY");
                command.env("LARDER_ROOT_SECRET_KEY", "given-secret");
            }
            let server = Server::spawn(&mut command);
            let keys = Keys("GIVENKEY".to_owned(), "given-secret".to_owned());
            assert_eq!(server.signed(&keys, "PUT", "/bucket", b"").status, 200);
            let said = server.banner.clone() + &server.stop();
            assert!(said.contains("keys  as given") && !said.contains("given-secret"), "{said}");
            let _ = fs::remove_dir_all(&data);
        }
    }
}

#[test]
fn refusals_say_how_to_mend_it() {
    let data = tempdir().unwrap();
    let data_path = path(data.path());
    check_refusal(&mut larder(&["--lisen", "x"]), "did you mean --listen?");
    check_refusal(
        &mut larder(&["server"]),
        "known are serve, check, repair, scrub, backup, restore, bench, help, version",
    );
    check_refusal(larder(&[]).env("LARDER_DTA", "x"), "did you mean LARDER_DATA?");
    check_refusal(&mut larder(&["--config", "/nowhere.toml"]), "/nowhere.toml cannot be read");
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap().to_string();
    let port_in_use = ["--listen", &taken, "--data", data_path];
    check_refusal(&mut larder(&port_in_use), "choose another --listen address");
    let admin_in_use = ["--listen", "127.0.0.1:0", "--admin-listen", &taken, "--data", data_path];
    check_refusal(&mut larder(&admin_in_use), "choose another --admin-listen address");
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0, "nothing was made");
    fs::write(data.path().join("holiday.jpg"), "x").unwrap();
    let foreign = ["--listen", "127.0.0.1:0", "--data", data_path];
    check_refusal(&mut larder(&foreign), "choose an empty --data directory");
    let file = data.path().join("holiday.jpg");
    let not_a_directory = ["--listen", "127.0.0.1:0", "--data", path(&file)];
    check_refusal(&mut larder(&not_a_directory), "cannot be used");
    let same = "[[account]]\nid = '000000000000'\ncanonical_id = 'x'\n\
                key = [{ access_key = 'a', secret_key = 'long-enough' }]";
    let config = data.path().join("c.toml");
    fs::write(&config, same).unwrap();
    let clash = ["--listen", "127.0.0.1:0", "--ephemeral", "--config", path(&config)];
    check_refusal(&mut larder(&clash), "two accounts have the id 000000000000");
}

#[test]
fn one_process_per_directory() {
    let data = tempdir().unwrap();
    let server = Server::in_directory(&data);
    let second = ["--listen", "127.0.0.1:0", "--data", path(data.path())];
    check_refusal(&mut larder(&second), "is in use by another process");
    assert_eq!(server.get("/_/health/ready").status, 200);
}
