//! Functions have few parameters. Clippy counts them, but a tuple as one; here its elements count,
//! as two in a tuple are still two.

use super::lexer;
use super::settings::Settings;
use super::{Problem, SourceFile, Tree};

/// As `too-many-arguments-threshold` in `clippy.toml`.
const PARAMETERS_MAX: usize = 5;

/// Checks every Rust source that a person wrote, but for the rooms that `xtask/tidy.toml` names as
/// not clean yet.
pub fn check(tree: &Tree, settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut not_clean = settings.unclean("tuple-parameters");
    for file in tree.rust_sources() {
        let found = check_file(file);
        let room = not_clean.iter_mut().find(|unclean| unclean.holds(&file.path));
        match room {
            Some(unclean) => unclean.is_needed |= !found.is_empty(),
            None => problems.extend(found),
        }
    }
    problems.extend(settings.stale(&not_clean));
    problems
}

/// Problems of one file.
pub fn check_file(file: &SourceFile) -> Vec<Problem> {
    let functions = lexer::functions(&lexer::mask(&file.text)).into_iter();
    let many =
        functions.filter(|function| function.has_tuple && function.parameters > PARAMETERS_MAX);
    let problem = |function: lexer::Function| Problem {
        path: file.path.clone(),
        line: function.line,
        message: format!(
            "function {} has {} parameters with those in tuples, more than {PARAMETERS_MAX}; make \
             the struct that is missing",
            function.name, function.parameters
        ),
    };
    many.map(problem).collect()
}
