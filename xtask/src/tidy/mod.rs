//! `cargo xtask tidy`: the rules of the house that neither rustfmt nor clippy knows.

mod cards;
mod circles;
mod dependencies;
mod lexer;
mod modules;
mod names;
mod parameters;
mod ranks;
mod settings;
mod sizes;
#[cfg(test)]
mod tests;
mod text;
mod walk;

use std::fs;
use std::path::Path;

use settings::Settings;

/// Extensions of the files that are read.
const TEXT_EXTENSIONS: &[&str] = &["rs", "toml", "md", "py", "mjs", "sh", "yml", "yaml"];

/// What is wrong, and where.
#[derive(Debug)]
pub struct Problem {
    path: String,
    line: usize,
    message: String,
}

/// One text file of the tree.
pub struct SourceFile {
    /// From the workspace's root, with `/`.
    path: String,
    text: String,
}

impl SourceFile {
    fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }

    fn is_generated(&self) -> bool {
        self.path.contains("/generated/")
    }

    fn is_test(&self) -> bool {
        self.path.starts_with("tests/")
            || self.path.contains("/tests/")
            || self.path.ends_with("/tests.rs")
            || self.path.ends_with("_tests.rs")
    }
}

/// Every text file of the tree.
pub struct Tree {
    files: Vec<SourceFile>,
}

impl Tree {
    /// The Rust sources that a person wrote.
    fn rust_sources(&self) -> impl Iterator<Item = &SourceFile> {
        self.files.iter().filter(|file| file.is_rust() && !file.is_generated())
    }
}

/// Checks the whole tree and prints what is wrong.
///
/// # Errors
/// One line that counts the problems, or why the tree cannot be read.
pub fn run() -> Result<(), String> {
    let root = crate::root();
    let mut tree = Tree { files: Vec::new() };
    read_tree(&root, "", &mut tree)?;
    let text = fs::read_to_string(root.join(settings::PATH))
        .map_err(|error| format!("{}: {error}", settings::PATH))?;
    let settings = Settings::parse(&text)?;
    let mut problems = ranks::check(&tree);
    problems.extend(sizes::check(&tree, &settings));
    problems.extend(names::check(&tree));
    problems.extend(cards::check(&tree));
    problems.extend(circles::check(&tree, &settings));
    problems.extend(dependencies::check(&tree));
    problems.extend(modules::check(&tree, &settings));
    problems.extend(parameters::check(&tree, &settings));
    problems.extend(walk::check(&tree));
    problems.extend(text::check(&tree, &settings));
    problems.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    for problem in &problems {
        println!("{}:{}: {}", problem.path, problem.line, problem.message);
    }
    let files = tree.files.len();
    if problems.is_empty() {
        println!("tidy: {files} files in order");
        return Ok(());
    }
    Err(format!("tidy: {} problems in {files} files", problems.len()))
}

fn read_tree(directory: &Path, prefix: &str, tree: &mut Tree) -> Result<(), String> {
    let failed = |error| format!("{}: {error}", directory.display());
    for entry in fs::read_dir(directory).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = format!("{prefix}{name}");
        let kind = entry.file_type().map_err(failed)?;
        // A dot directory belongs to a tool, except the two that the project writes itself.
        let foreign = name.starts_with('.') && name != ".ci" && name != ".cargo";
        if kind.is_dir() && !foreign && name != "target" && name != "node_modules" {
            read_tree(&entry.path(), &format!("{path}/"), tree)?;
        }
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if kind.is_file() && (TEXT_EXTENSIONS.contains(&extension) || prefix == ".ci/") {
            let text =
                fs::read_to_string(entry.path()).map_err(|error| format!("{path}: {error}"))?;
            tree.files.push(SourceFile { path, text });
        }
    }
    Ok(())
}
