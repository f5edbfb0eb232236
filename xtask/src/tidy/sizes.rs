//! Files and functions stay small. A named exception holds its recorded size: it may shrink, never
//! grow, and it goes away with the need for it.

use super::lexer;
use super::settings::{Exception, Settings};
use super::{Problem, SourceFile, Tree};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;

/// Checks every Rust source that a person wrote.
pub fn check(tree: &Tree, settings: &Settings) -> Vec<Problem> {
    let mut measured = Vec::new();
    for file in tree.rust_sources() {
        measured.push(measure_file(file));
        measured.extend(measure_functions(file));
    }
    judge(&measured, settings)
}

/// One thing with a size.
pub struct Measured {
    path: String,
    line: usize,
    /// The function's name; `None` for the file as a whole.
    function: Option<String>,
    lines: usize,
}

impl Measured {
    fn lines_max(&self) -> usize {
        if self.function.is_some() { FUNCTION_LINES_MAX } else { FILE_LINES_MAX }
    }

    fn title(&self) -> String {
        self.function.as_ref().map_or("file".to_string(), |name| format!("function {name}"))
    }

    fn is_named_by(&self, exception: &Exception) -> bool {
        exception.path == self.path && exception.function == self.function
    }
}

/// The size of a whole file.
pub fn measure_file(file: &SourceFile) -> Measured {
    let lines = file.text.lines().count();
    Measured { path: file.path.clone(), line: 1, function: None, lines }
}

/// The sizes of a file's functions.
pub fn measure_functions(file: &SourceFile) -> Vec<Measured> {
    let functions = lexer::functions(&lexer::mask(&file.text));
    let measured = functions.into_iter().map(|function| Measured {
        path: file.path.clone(),
        line: function.line,
        function: Some(function.name),
        lines: function.code_lines,
    });
    measured.collect()
}

/// What is too large, and which exceptions no longer hold.
pub fn judge(measured: &[Measured], settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    for item in measured.iter().filter(|item| item.lines > item.lines_max()) {
        let named = settings.exceptions.iter().find(|exception| item.is_named_by(exception));
        let limit = named.map_or(item.lines_max(), |exception| exception.lines);
        if item.lines > limit {
            let (title, lines) = (item.title(), item.lines);
            let message = format!("{title} has {lines} lines, more than its limit of {limit}");
            problems.push(Problem { path: item.path.clone(), line: item.line, message });
        }
    }
    for exception in &settings.exceptions {
        let of_it: Vec<_> = measured.iter().filter(|item| item.is_named_by(exception)).collect();
        let needed = of_it.iter().any(|item| item.lines > item.lines_max());
        if !needed {
            let name = exception.function.as_deref().unwrap_or("the file");
            problems.push(settings.problem(format!(
                "stale exception: {} in {} is within the limit or gone",
                name, exception.path
            )));
        }
    }
    problems
}
