//! `cargo xtask s3gen`: writes `crates/s3-model/src/generated/` from AWS's service model.
//!
//! The model is the one that botocore ships, pinned by version and digest; where the wire differs
//! from it, `crates/s3-model/overrides.toml` says how and why.

mod emit;
mod emit_operations;
mod fields;
mod model;
mod names;
mod overrides;

use larder_flags::Syntax;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The botocore release whose model is used. A newer one is tried by changing both constants.
const BOTOCORE_VERSION: &str = "1.44.5";
/// SHA-256 of its wheel.
const WHEEL_SHA256: &str = "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921";
/// Takes the wheel, its expected digest and the file to write; says what is wrong by its status.
const UNPACK: &str = "\
import gzip, hashlib, sys, zipfile
wheel, digest, out = sys.argv[1:]
found = hashlib.sha256(open(wheel, 'rb').read()).hexdigest()
if found != digest: sys.exit(f'{wheel}: SHA-256 is {found}, pinned is {digest}')
model = zipfile.ZipFile(wheel).read('botocore/data/s3/2006-03-01/service-2.json.gz')
open(out, 'wb').write(gzip.decompress(model))
";

/// Generates the files, or with `--check` fails when they differ from what is checked in.
pub fn run(args: &[String]) -> Result<(), String> {
    let syntax = Syntax { switches: &["--check"], ..Syntax::default() };
    let check = syntax.read(args)?.is_on("--check");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let home = root.join("crates/s3-model");
    let model = model::Model::parse(&read(&model_file(&root)?)?)?;
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
    if check { compare(&files, &wanted, &written) } else { Ok(()) }
}

fn compare(files: &[(&str, String)], wanted: &Path, written: &Path) -> Result<(), String> {
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
        Err(format!("not as `cargo xtask s3gen` writes them: {}", differing.join(", ")))
    }
}

/// The unpacked model, downloaded when it is not there yet.
fn model_file(root: &Path) -> Result<PathBuf, String> {
    let cache = root.join("target/s3gen");
    let file = cache.join(format!("s3-{BOTOCORE_VERSION}.json"));
    if file.exists() {
        return Ok(file);
    }
    fs::create_dir_all(&cache).map_err(|e| format!("{}: {e}", cache.display()))?;
    let wheel = cache.join(format!("botocore-{BOTOCORE_VERSION}-py3-none-any.whl"));
    if !wheel.exists() {
        execute(
            Command::new("python3")
                .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
                .arg(&cache)
                .arg(format!("botocore=={BOTOCORE_VERSION}")),
        )?;
    }
    execute(Command::new("python3").args(["-c", UNPACK]).arg(wheel).arg(WHEEL_SHA256).arg(&file))?;
    Ok(file)
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))
}

fn execute(command: &mut Command) -> Result<(), String> {
    let status =
        command.status().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} failed", command.get_program().display()))
    }
}
