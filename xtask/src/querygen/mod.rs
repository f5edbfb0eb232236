//! `cargo xtask querygen`: writes `crates/iam-model/src/generated/` from AWS's service models of
//! IAM and STS, whose wire is the query protocol.
//!
//! The models are those that botocore ships, pinned as s3gen's is. Shapes are written for the
//! operations of [`built`]; of the others only the names.

mod built;
mod constraints;
mod emit;

use crate::s3gen::compare;
use crate::s3gen::model::Model;
use crate::wheel::{BOTOCORE, execute};
use larder_flags::Syntax;
use std::fs;
use std::path::Path;
use std::process::Command;

/// A service whose model is read.
struct Service {
    /// The name of its module and of its signatures' scope.
    name: &'static str,
    /// Its variant in `Service`.
    variant: &'static str,
    /// The version of its API.
    version: &'static str,
    /// The operations that shapes are written for.
    built: &'static [&'static str],
}

const SERVICES: [Service; 2] = [
    Service { name: "iam", variant: "Iam", version: "2010-05-08", built: built::IAM },
    Service { name: "sts", variant: "Sts", version: "2011-06-15", built: built::STS },
];

/// Generates the files, or with `--check` fails when they differ from what is checked in.
pub fn run(args: &[String]) -> Result<(), String> {
    let syntax = Syntax { switches: &["--check"], ..Syntax::default() };
    let check = syntax.read(args)?.is_on("--check");
    let root = crate::root();
    let cache = root.join("target/s3gen");
    let mut models = Vec::new();
    for service in &SERVICES {
        let member =
            format!("botocore/data/{}/{}/service-2.json.gz", service.name, service.version);
        models.push(Model::parse(&BOTOCORE.read(&cache, &member)?)?);
    }
    let files = files(&models)?;
    let wanted = root.join("crates/iam-model/src/generated");
    let written = if check { root.join("target/querygen") } else { wanted.clone() };
    write(&written, &files)?;
    if check { compare("querygen", &files, &wanted, &written) } else { Ok(()) }
}

/// Every generated file: its name and its text before formatting.
fn files(models: &[Model]) -> Result<Vec<(&'static str, String)>, String> {
    let mut files = vec![
        ("errors.rs", emit::errors(models)),
        ("mod.rs", emit::module()),
        ("operations.rs", emit::operations(models)?),
    ];
    for ((service, model), file) in SERVICES.iter().zip(models).zip(["iam.rs", "sts.rs"]) {
        files.push((file, emit::shapes(service, model)?));
    }
    Ok(files)
}

fn write(folder: &Path, files: &[(&str, String)]) -> Result<(), String> {
    fs::create_dir_all(folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut paths = Vec::new();
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|e| format!("{}: {e}", path.display()))?;
        paths.push(path);
    }
    execute(Command::new("rustfmt").args(["--edition", "2024"]).args(&paths))
}
