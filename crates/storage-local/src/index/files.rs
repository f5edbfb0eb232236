//! The files of the index, checked byte by byte without the crate that writes them: `current` holds
//! the checksum of the manifest, the manifest those of the tables.
//!
//! ```text
//! current    u64 number of the manifest, u128 XXH3 of its file, u8 0
//! v<number>  the manifest: an archive of sections; "tables": u8 levels, each u8 runs, each u32
//!            tables, each u64 number, u8 0, u128 XXH3 of its file, u64 sequence number
//! tables/<number>
//! ```

use crate::bytes_le::Reader;
use crate::finding::Finding;
use larder_platform::{Disk, DiskFile, OpenMode};
use std::io::{self, Cursor};
use std::path::Path;
use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

/// Bytes of `current`.
const CURRENT_BYTES: usize = 25;
/// Bytes of a table read at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// A table that the manifest names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TableFile {
    pub(crate) number: u64,
    checksum: u128,
}

/// The tables that the index in `path` is made of; `Ok(None)` when there is no index.
pub(crate) fn tables(disk: &dyn Disk, path: &Path) -> Result<Option<Vec<TableFile>>, Finding> {
    let failed = |name: &str, error: io::Error| {
        Finding::damage(format!("index/{name}"), format!("it cannot be read: {error}"))
    };
    let current = match disk.read_all(&path.join("current")) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        other => other.map_err(|error| failed("current", error))?,
    };
    let damaged = |name: &str| Finding::damage(format!("index/{name}"), "it is damaged");
    let mut reader = Reader::new(&current);
    let number = reader.u64().ok_or_else(|| damaged("current"))?;
    let checksum = u128_le(&mut reader).ok_or_else(|| damaged("current"))?;
    if current.len() != CURRENT_BYTES || reader.u8() != Some(0) {
        return Err(damaged("current"));
    }
    let name = format!("v{number}");
    let manifest = disk.read_all(&path.join(&name)).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Finding::damage(
            "index/current",
            format!("it names a manifest {name} that is not there"),
        ),
        _ => failed(&name, error),
    })?;
    if xxh3_128(&manifest) != checksum {
        return Err(Finding::damage(
            format!("index/{name}"),
            "the manifest does not have the checksum that index/current says",
        ));
    }
    listed(&manifest).map(Some).ok_or_else(|| damaged(&name))
}

fn u128_le(reader: &mut Reader<'_>) -> Option<u128> {
    Some(u128::from_le_bytes(reader.array()?))
}

fn listed(manifest: &[u8]) -> Option<Vec<TableFile>> {
    let archive = sfa::Reader::from_reader(&mut Cursor::new(manifest)).ok()?;
    let section = archive.toc().section(b"tables")?;
    let from = usize::try_from(section.pos()).ok()?;
    let end = from.checked_add(usize::try_from(section.len()).ok()?)?;
    let mut reader = Reader::new(manifest.get(from..end)?);
    let mut tables = Vec::new();
    for _ in 0..reader.u8()? {
        for _ in 0..reader.u8()? {
            for _ in 0..reader.u32()? {
                let number = reader.u64()?;
                reader.u8()?;
                let checksum = u128_le(&mut reader)?;
                reader.u64()?;
                tables.push(TableFile { number, checksum });
            }
        }
    }
    Some(tables)
}

/// A table's file being read.
pub(crate) struct TableCheck {
    table: TableFile,
    file: std::sync::Arc<dyn DiskFile>,
    hash: Xxh3Default,
    length: u64,
    offset: u64,
}

impl TableCheck {
    /// Opens the file.
    pub(crate) fn open(disk: &dyn Disk, path: &Path, table: TableFile) -> io::Result<Self> {
        let path = path.join("tables").join(table.number.to_string());
        let file = disk.open(&path, OpenMode::Read)?;
        let length = file.length()?;
        Ok(Self { table, file, hash: Xxh3Default::new(), length, offset: 0 })
    }

    /// Reads on. `Ok(None)` when there is more, otherwise whether the file is intact.
    pub(crate) fn step(&mut self) -> io::Result<Option<bool>> {
        let mut chunk = vec![0; (self.length - self.offset).min(CHUNK_BYTES as u64) as usize];
        self.file.read_at(&mut chunk, self.offset)?;
        self.hash.update(&chunk);
        self.offset += chunk.len() as u64;
        let done = self.offset == self.length;
        Ok(done.then(|| self.hash.digest128() == self.table.checksum))
    }
}

/// How a table's file is called in a finding.
pub(crate) fn table_place(table: TableFile) -> String {
    format!("index/tables/{}", table.number)
}

/// Reads every file of the index in `path`.
pub(crate) fn verify(disk: &dyn Disk, path: &Path) -> Vec<Finding> {
    let tables = match tables(disk, path) {
        Ok(Some(tables)) => tables,
        Ok(None) => return vec![Finding::damage("index", "there is none")],
        Err(finding) => return vec![finding],
    };
    let mut findings = Vec::new();
    for table in tables {
        let intact = TableCheck::open(disk, path, table).and_then(|mut check| {
            loop {
                if let Some(intact) = check.step()? {
                    return Ok(intact);
                }
            }
        });
        match intact {
            Ok(true) => {}
            Ok(false) => findings.push(Finding::damage(table_place(table), "it is damaged")),
            Err(error) => {
                let what = format!("it cannot be read: {error}");
                findings.push(Finding::damage(table_place(table), what));
            }
        }
    }
    findings
}
