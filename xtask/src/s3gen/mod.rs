//! `cargo xtask s3gen`: writes `crates/s3-model/src/generated/` from AWS's service model.
//!
//! The model is the one that botocore ships, pinned by version and digest; where the wire differs
//! from it, `crates/s3-model/overrides.toml` says how and why.

mod emit;
mod emit_operations;
mod fields;
pub(crate) mod model;
pub(crate) mod names;
mod overrides;

use crate::wheel::{BOTOCORE, execute};
use larder_flags::Syntax;
use std::fs;
use std::path::Path;
use std::process::Command;

const MODEL: &str = "botocore/data/s3/2006-03-01/service-2.json.gz";

/// Generates the files, or with `--check` fails when they differ from what is checked in.
pub fn run(args: &[String]) -> Result<(), String> {
    let syntax = Syntax { switches: &["--check"], ..Syntax::default() };
    let check = syntax.read(args)?.is_on("--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let home = root.join("crates/s3-model");
    let model = model::Model::parse(&BOTOCORE.read(&root.join("target/s3gen"), MODEL)?)?;
    let overrides = overrides::Overrides::parse(&read(&home.join("overrides.toml"))?)?;
    overrides.check_against(&model)?;
    let wanted = home.join("src/generated");
    let written = if check { root.join("target/s3gen/generated") } else { wanted.clone() };
    fs::create_dir_all(&written).map_err(|e| format!("{}: {e}", written.display()))?;
    let files = emit::files(&model, &overrides)?;
    let mut paths = Vec::new();
    for (name, text) in &files {
        let path = written.join(name);
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        paths.push(path);
    }
    execute(Command::new("rustfmt").args(["--edition", "2024"]).args(&paths))?;
    if check { compare("s3gen", &files, &wanted, &written) } else { Ok(()) }
}

/// Says which files in `wanted` are not as `generator` has just `written` them.
pub(crate) fn compare(
    generator: &str,
    files: &[(&str, String)],
    wanted: &Path,
    written: &Path,
) -> Result<(), String> {
    let mut names = fs::read_dir(wanted)
        .map_err(|e| format!("{}: {e}", wanted.display()))?
        .map(|entry| entry.map(|e| e.file_name().to_string_lossy().into_owned()))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|e| e.to_string())?;
    names.extend(files.iter().map(|(name, _)| (*name).to_owned()));
    names.sort();
    names.dedup();
    let differing: Vec<String> = names
        .into_iter()
        .filter(|name| {
            let text = |folder: &Path| fs::read(folder.join(name)).ok();
            !files.iter().any(|(known, _)| known == name) || text(wanted) != text(written)
        })
        .collect();
    if differing.is_empty() {
        Ok(())
    } else {
        Err(format!("not as `cargo xtask {generator}` writes them: {}", differing.join(", ")))
    }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}
