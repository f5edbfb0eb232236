use super::{Advisory, Kept};

const DOCUMENT: &str = "```toml\n[advisory]\nid = \"RUSTSEC-2025-0009\"\npackage = \"ring\"\n\
    date = \"2025-03-06\"\ninformational = \"unsound\"\ncategories = [\"denial-of-service\"]\n\n\
    [versions]\npatched = [\">= 0.17.12\", \"< 0.10.0, >= 0.9.18\"]\n```\n\n# A title\n\nText.\n";

/// What is kept of an advisory is what the database says: it survives the way through the kept
/// facts and back into a file of the database.
#[test]
fn facts_survive_the_way_through_the_kept_file() {
    let read = Advisory::from_document(DOCUMENT).unwrap().unwrap();
    assert_eq!(read.patched, [">= 0.17.12", "< 0.10.0, >= 0.9.18"]);
    assert_eq!(read.informational.as_deref(), Some("unsound"));
    let text = format!("day = \"2026-01-02\"\nunix_seconds = 1\n[advisories]\n{}", read.line());
    let kept = Kept::parse(&text).unwrap();
    assert_eq!(kept.advisories, [read]);
    let again = Advisory::from_document(&kept.advisories[0].document()).unwrap();
    assert_eq!(again.as_ref(), kept.advisories.first());
    assert!(kept.note().unwrap().contains("which are of 2026-01-02"));
}

#[test]
fn withdrawn_advisories_are_left_out_and_others_are_whole() {
    let withdrawn = DOCUMENT.replace("date =", "withdrawn = \"2025-04-01\"\ndate =");
    assert_eq!(Advisory::from_document(&withdrawn), Ok(None));
    assert!(Advisory::from_document("# only text").is_err());
    assert!(Advisory::from_document(&DOCUMENT.replace("package =", "parcel =")).is_err());
    assert!(Kept::parse("day = \"2026-01-02\"\nunix_seconds = 1\n").is_err(), "no advisories");
}

/// A copy that somebody cut short would pass everything.
#[test]
fn the_kept_facts_are_read_whole() {
    let kept = Kept::read().unwrap();
    assert!(kept.advisories.len() >= 1_100, "{}", kept.advisories.len());
    let of = |package: &str| kept.advisories.iter().filter(|a| a.package == package).count();
    assert!(of("hyper") >= 6 && of("tokio") >= 5 && of("ring") >= 1);
}
