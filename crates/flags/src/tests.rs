use super::{CommandLine, Syntax};

fn read(names: &str, words: &[&str]) -> Result<CommandLine, String> {
    let syntax = Syntax {
        values: &["--data", "--to"],
        repeatable: &["--kind"],
        switches: &["--keep"],
        names,
    };
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    syntax.read(&words)
}

#[test]
fn flags_switches_and_names() {
    let line =
        read("SUITE", &["--data", "a b", "x", "--to=c", "--kind=1", "--kind", "2", "y"]).unwrap();
    assert_eq!((line.get("--data"), line.get("--to")), (Some("a b"), Some("c")));
    assert_eq!(line.all("--kind").collect::<Vec<_>>(), ["1", "2"]);
    assert_eq!(line.names(), ["x", "y"]);
    assert!(!line.is_on("--keep") && read("", &["--keep"]).unwrap().is_on("--keep"));
    assert_eq!(read("", &["--to", "-"]).unwrap().get("--to"), Some("-"));
    let behind_dashes = read("SUITE", &["--", "--keep"]).unwrap();
    assert!(!behind_dashes.is_on("--keep") && behind_dashes.names() == ["--keep"]);
}

#[test]
fn errors_say_how_to_mend_it() {
    for (words, expected) in [
        (&["--date", "x"][..], "unexpected \"--date\"; this takes --data, --to, --kind, --keep"),
        (&["x"], "unexpected \"x\"; this takes --data, --to, --kind, --keep"),
        (&["-k"], "unexpected \"-k\"; this takes --data, --to, --kind, --keep"),
        (&["--to"], "--to needs a value"),
        (&["--to="], "--to needs a value"),
        (&["--to=a", "--to=b"], "--to is given twice"),
        (&["--keep=yes", "--to=b"], "--keep takes no value"),
    ] {
        assert_eq!(read("", words).err().as_deref(), Some(expected));
    }
    let unknown = read("SUITE", &["--x"]).unwrap_err();
    assert_eq!(unknown, "unexpected \"--x\"; this takes SUITE, --data, --to, --kind, --keep");
}

#[test]
fn numbers() {
    let number = |text: &str, last| read("", &["--to", text]).unwrap().number("--to", 1..=last);
    assert_eq!(number("7", 9), Ok(Some(7)));
    assert_eq!(number("0xff", u64::MAX), Ok(Some(255)));
    assert_eq!(read("", &[]).unwrap().number("--to", 1..=9), Ok(None));
    for text in ["0", "10", "-1", "x", "0x", "1.5"] {
        let error = number(text, 9).unwrap_err();
        assert_eq!(error, format!("--to: {text:?} is not a number from 1 to 9"));
    }
    assert_eq!(number("0", u64::MAX).unwrap_err(), "--to: \"0\" is not a number from 1 on");
}
