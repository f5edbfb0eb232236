use super::*;

fn file(path: &str, text: &str) -> SourceFile {
    SourceFile { path: path.to_string(), text: text.to_string() }
}

fn messages(problems: &[Problem]) -> Vec<&str> {
    problems.iter().map(|problem| problem.message.as_str()).collect()
}

#[test]
fn mask_leaves_only_code() {
    let check = |source: &str, expected: &str| assert_eq!(lexer::mask(source), expected);
    check("a // {\nb", "a     \nb");
    check("a /* { /* } */ { */ b", "a                   b");
    check(r#"x("{\"}") y"#, r#"x("____") y"#);
    check(r###"r#"{"{"# z"###, r###"r#"___"# z"###);
    check("'{' '\\'' '\\u{7b}' x", "'_' '__' '______' x");
    check("fn f<'a>(x: &'a str) {}", "fn f<'a>(x: &'a str) {}");
    check("b'{' b\"}\" br\"}\" r#fn", "b'_' b\"_\" br\"_\" r#fn");
    check("\"open\n{\"", "\"____\n_\"");
}

#[test]
fn functions_are_found_and_measured_like_clippy_does() {
    let source = "\
trait T { fn declared(&self); }
const F: fn(u8) -> u8 = one;
fn one(x: u8) -> u8 { x }

impl X {
    fn two(&self, table: [u8; { 3 }])
    where
        Self: Sized,
    {
        // a comment

        let close = '}';
        fn inner() {
            work();
        }
    }
}
";
    let found = lexer::functions(&lexer::mask(source));
    let found: Vec<_> = found.iter().map(|f| (f.name.as_str(), f.line, f.code_lines)).collect();
    assert_eq!(found, [("one", 3, 1), ("two", 6, 4), ("inner", 13, 1)]);
}

#[test]
fn ranks_only_fall() {
    let check = |room: &str, dependencies: &str| {
        let text = format!("[package]\nname = \"x\"\n{dependencies}");
        ranks::check_manifest(room, "Cargo.toml", &text).len()
    };
    assert_eq!(
        check("objects", "[dependencies]\nlarder-storage.workspace = true\nbytes = \"1\""),
        0
    );
    assert_eq!(check("objects", "[dev-dependencies]\nlarder-s3-api = \"1\""), 0);
    assert_eq!(check("objects", "[dependencies]\nlarder-s3-api = { path = \"..\" }"), 1);
    assert_eq!(check("objects", "[dependencies]\nlarder-s3-wire = \"1\""), 1, "the same rank");
    assert_eq!(check("objects", "[dependencies]\napi = { package = \"larder-s3-api\" }"), 1);
    assert_eq!(check("objects", "[dependencies]\nlarder-pantry = \"1\""), 1, "unknown");
    assert_eq!(check("types", "[target.'cfg(unix)'.dependencies]\nlarder-digest = \"1\""), 1);
    assert_eq!(check("admin", "[dependencies]\nlarder = \"1\""), 1, "the server's package");
    assert_eq!(check("pantry", ""), 1, "a crate without a rank");
    assert_eq!(check("types", "[dependencies"), 1, "not TOML");
}

fn large_function(name: &str, lines: usize) -> String {
    format!("fn {name}() {{\n{}}}\n", "    work();\n".repeat(lines))
}

fn judge(text: &str, settings: &str) -> Vec<String> {
    let settings = Settings::parse(settings).unwrap();
    let file = file("crates/x/src/a.rs", text);
    let mut measured = sizes::measure_functions(&file);
    measured.push(sizes::measure_file(&file));
    sizes::judge(&measured, &settings).into_iter().map(|problem| problem.message).collect()
}

fn exception(function: &str, lines: usize) -> String {
    format!(
        "[[large]]\npath = \"crates/x/src/a.rs\"\nlines = {lines}\nreason = \"one match\"\n\
         {function}"
    )
}

#[test]
fn sizes_are_a_ratchet() {
    assert!(judge(&large_function("f", 70), "").is_empty());
    assert_eq!(judge(&large_function("f", 71), "").len(), 1);
    let named = |lines| exception("function = \"f\"", lines);
    assert!(judge(&large_function("f", 80), &named(80)).is_empty());
    assert!(judge(&large_function("f", 75), &named(80)).is_empty(), "it may shrink");
    assert_eq!(judge(&large_function("f", 81), &named(80)).len(), 1, "it may not grow");
    assert!(judge(&large_function("f", 70), &named(80))[0].starts_with("stale exception"));
    assert!(judge("", &named(80))[0].starts_with("stale exception"), "it is gone");
    assert_eq!(judge(&large_function("g", 80), &named(80)).len(), 2, "another function");
    assert!(judge(&"\n".repeat(600), "").is_empty());
    assert_eq!(judge(&"\n".repeat(601), "").len(), 1);
    assert!(judge(&"\n".repeat(601), &exception("", 601)).is_empty());
}

#[test]
fn settings_need_reasons_and_known_sections() {
    assert!(Settings::parse("[[large]]\npath = \"a\"\nlines = 700\n").is_err());
    assert!(Settings::parse("[[forbidden]]\ntext = \"a\"\n").is_err());
    assert!(Settings::parse("[[larger]]\npath = \"a\"\n").is_err());
}

#[test]
fn names_that_say_nothing_are_refused() {
    let check = |path: &str, text: &str| names::check_file(&file(path, text)).len();
    assert_eq!(check("crates/x/src/journal.rs", "mod segment; // mod utils;"), 0);
    assert_eq!(check("crates/x/src/utils.rs", ""), 1);
    assert_eq!(check("crates/x/src/common/journal.rs", ""), 1);
    assert_eq!(check("crates/x/src/lib.rs", "mod helpers { }"), 1);
    assert_eq!(check("crates/x/src/lib.rs", "fn f() { Self::new() }"), 0);
}

#[test]
fn room_cards_are_whole_and_in_order() {
    let check = |text: &str| cards::check_file(&file("crates/x/src/lib.rs", text)).len();
    let card =
        "//! The pantry.\n//!\n//! Holds: jars.\n//! Never: cats.\n//! Enter at: [`Door`].\n";
    assert_eq!(check(card), 0);
    assert_eq!(check(&format!("{card}{}", "mod x;\n".repeat(94))), 0);
    assert_eq!(check(&format!("{card}{}", "mod x;\n".repeat(95))), 1, "a long lib.rs");
    assert_eq!(check(&card.replace("//! Never: cats.\n", "")), 1);
    assert_eq!(check(&card.replace("Never: cats.", "Never:")), 1, "empty");
    assert_eq!(check(&card.replace("//! The pantry.\n//!\n", "")), 1, "no first line");
    assert_eq!(check(&card.replace("//! Holds", "\n//! Holds")), 3, "the card is one block");
    assert_eq!(check(""), 4);
}

#[test]
fn text_is_narrow_and_clean() {
    let settings = "[[forbidden]]\ntext = \"/builds/\"\nreason = \"a directory of one machine\"\n";
    let settings = Settings::parse(settings).unwrap();
    let check =
        |path: &str, text: &str| messages(&text::check_file(&file(path, text), &settings)).len();
    let wide = "x".repeat(101);
    assert_eq!(check("crates/x/src/a.rs", &wide), 1);
    assert_eq!(check("crates/x/src/generated/a.rs", &wide), 0);
    assert_eq!(check("docs/a.md", &wide), 0);
    assert_eq!(check("crates/x/src/a.rs", &format!("// https://{wide}")), 0);
    assert_eq!(check("crates/x/src/a.rs", "let a; \n"), 1);
    assert_eq!(check("crates/x/src/a.rs", "open(\"/builds/x\")"), 1);
    assert_eq!(check("crates/x/src/tests.rs", "open(\"/builds/x\")"), 0);
    assert_eq!(check("crates/x/src/a.rs", "#[cfg(test)]\nmod t { \"/builds/x\" }"), 0);
    assert_eq!(check("tests/clients/a.py", "\"/builds/x\""), 0);
}

#[test]
fn parameters_in_tuples_count() {
    let count = |signature: &str| {
        let source = format!("fn {signature} {{}}");
        lexer::functions(&lexer::mask(&source))[0].parameters
    };
    assert_eq!(count("f()"), 0);
    assert_eq!(count("f(&self, a: u8, b: &'a mut [u8; 4],)"), 3);
    assert_eq!(count("f((a, b): (u8, u16), c: u8)"), 3);
    assert_eq!(count("f<T: Fn(u8, u8) -> u8>(&self, a: &'a (u8, (u8, u8), u8))"), 4);
    assert_eq!(count("f(a: &mut (u8, u8), b: HashMap<u8, (u8, u8)>)"), 3);
    assert_eq!(count("f(a: impl Fn(u8, u8) -> (u8, u8), b: [(u8, u8); 2])"), 2);
    assert_eq!(count("f(a: ()) -> (u8, u8)"), 1);
    let check = |text: &str| parameters::check_file(&file("crates/x/src/a.rs", text)).len();
    assert_eq!(check("fn f(&self, a: u8, (b, c): (u8, u8), d: u8) {}"), 0);
    assert_eq!(check("fn f(&self, a: u8, (b, c): (u8, u8), d: u8, e: u8) {}"), 1);
}

#[test]
fn modules_have_one_style() {
    let check = |settings: &str| {
        let settings = Settings::parse(settings).unwrap();
        let paths = ["crates/x/src/a.rs", "crates/x/src/a/b.rs", "crates/y/src/c/mod.rs"];
        let problems = modules::check_paths(&paths, &settings);
        problems.into_iter().map(|problem| problem.message).collect::<Vec<_>>()
    };
    assert_eq!(check(""), ["a module with files of its own lies in crates/x/src/a/mod.rs"]);
    let not_yet =
        |room| format!("[[not-yet]]\nrule = \"modules\"\nroom = \"{room}\"\nreason = \"later\"");
    assert!(check(&not_yet("x")).is_empty());
    assert_eq!(check(&not_yet("y")).len(), 2, "one is not named, the other is clean");
}

#[test]
fn rooms_use_the_crates_that_are_named_for_them() {
    let list: toml::Table = "objects = [\"bytes\"]".parse().unwrap();
    let check = |room: &str, dependencies: &str| {
        let text = format!("[package]\nname = \"x\"\n{dependencies}");
        dependencies::check_manifest(room, "Cargo.toml", &text, &list).len()
    };
    assert_eq!(check("objects", "[dependencies]\nbytes = \"1\"\nlarder-types = \"1\""), 0);
    assert_eq!(check("objects", "[dependencies]\nbytes = \"1\"\nhttp = \"1\""), 1);
    assert_eq!(check("objects", "[dev-dependencies]\nhttp = \"1\""), 1, "bytes is not used");
    assert_eq!(check("types", "[target.'cfg(unix)'.dependencies]\nbytes.workspace = true"), 1);
}

#[test]
fn a_walk_names_what_exists() {
    let tree = Tree { files: vec![file("crates/x/src/a.rs", "impl A { fn go(&self) {} }")] };
    let check = |text: &str| walk::check_page(&file("docs/walk.md", text), &tree).len();
    assert_eq!(check("1. `crates/x/src/a.rs::go` goes, as `A` does"), 0);
    assert_eq!(check("`crates/x/src/a.rs::went`, `crates/x/src/b.rs::go`"), 2);
    assert_eq!(walk::check(&tree).len(), 1, "the page is gone");
}

#[test]
fn modules_that_import_each_other_are_found() {
    let check = |files: &[(&str, &str)], allowed: Option<usize>| {
        let files: Vec<SourceFile> =
            files.iter().map(|(name, text)| file(&format!("crates/x/src/{name}"), text)).collect();
        let files: Vec<&SourceFile> = files.iter().collect();
        let named = allowed.map(|modules| settings::Circle { room: "x".to_string(), modules });
        let problems = circles::check_room("x", &files, named.as_ref());
        messages(&problems).join("\n")
    };
    let lib = ("lib.rs", "mod a;\nmod b;\n#[cfg(test)]\nmod testing;\n");
    let layers = [lib, ("a.rs", "use crate::b::B;"), ("b/mod.rs", "use crate::Root;")];
    assert_eq!(check(&layers, None), "");
    assert_eq!(check(&layers, Some(2)), "has no circles, and need not be named for them");
    let two = "2 modules import each other, 0 may: a, b";
    for back in [
        "use crate::a;",
        "use crate::{c::C, a::{A, d}};",
        "fn f() { crate::a::f() }",
        "use super::a::A;",
    ] {
        let circle = [lib, ("a.rs", "use crate::{\n    b::B,\n};"), ("b.rs", back)];
        assert_eq!(check(&circle, None), two, "{back}");
        assert_eq!(check(&circle, Some(2)), "", "{back}");
    }
    // By way of a third, and from deep inside a module.
    let long = [
        ("a.rs", "use crate::b;"),
        ("b/mod.rs", ""),
        ("b/deep.rs", "use crate::c;"),
        ("c.rs", "use crate::a;"),
    ];
    assert_eq!(check(&long, Some(2)), "3 modules import each other, 2 may: a, b, c");
    // Tests look down on anything, and what stands in comments and strings is nothing.
    for harmless in [
        "// crate::a",
        "const A: &str = \"crate::a\";",
        "#[cfg(test)]\nmod tests { use crate::a; }",
        "use other_crate::a;",
        "use crate::c::{a};",
        "use super::super::a;",
    ] {
        let fine = [lib, ("a.rs", "use crate::b;"), ("b.rs", harmless)];
        assert_eq!(check(&fine, None), "", "{harmless}");
    }
    let tested = [lib, ("a.rs", "use crate::testing;"), ("testing.rs", "use crate::a;")];
    assert_eq!(check(&tested, None), "");
}
