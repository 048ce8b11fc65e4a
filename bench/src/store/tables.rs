//! The database of a bench's folder from beside: its shape, its size by table, and what the core has no word for.

use std::fs;
use std::path::{Path, PathBuf};

use doorstep::store;
use doorstep::store::key::{Kept, Keyring};
use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::wire::{Access, Grant};
use doorstep_tests::town::Clock;
use rusqlite::Connection;

use super::StoreBenchError;

fn open(folder: &Path) -> Result<Connection, StoreBenchError> {
    let key = Kept::find(folder, &Keyring::File, &Clock::new(0))?.key;
    let db = Connection::open(store::database(folder))?;
    store::unlock(&db, &key)?;
    Ok(db)
}

/// Every table and index as it was made.
pub fn shape(folder: &Path) -> Result<String, StoreBenchError> {
    let db = open(folder)?;
    Ok(db.query_row("SELECT coalesce(group_concat(sql, ';'), '') FROM sqlite_master", [], |row| row.get(0))?)
}

/// Every grant of which the log has told.
pub fn granted(folder: &Path) -> Result<Vec<Grant>, StoreBenchError> {
    let db = open(folder)?;
    let mut query = db.prepare("SELECT job, member, access FROM granted WHERE access >= 0")?;
    let rows = query.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get(2)?)))?;
    let mut out = Vec::new();
    for row in rows {
        let (job, member, access): (_, _, i64) = row?;
        let access = [Access::None, Access::Read, Access::Write].into_iter().nth(usize::try_from(access).unwrap_or(0));
        if let (Ok(job), Ok(member), Some(access)) = (job.parse(), member.parse(), access) {
            out.push(Grant { job, member, access });
        }
    }
    Ok(out)
}

/// Photos whose bytes are said to have come: their files are there, with nothing in them.
pub struct Arrived(Vec<PathBuf>);

/// As if every photo's bytes had come. A packed job needs no row for a photo whose file is there.
pub fn photos_arrive(folder: &Path) -> Result<Arrived, StoreBenchError> {
    let db = open(folder)?;
    let hashes = {
        let mut query = db.prepare("SELECT hash FROM photo WHERE here = 0")?;
        query.query_map([], |row| row.get(0).map(BlobHash))?.collect::<Result<Vec<_>, _>>()?
    };
    let mut files = Vec::with_capacity(hashes.len());
    for hash in hashes {
        let name = hash.to_string();
        let within = folder.join("photos").join(&name[..2]);
        fs::create_dir_all(&within)?;
        let file = within.join(name);
        fs::File::create(&file)?;
        files.push(file);
    }
    db.execute("UPDATE photo SET here = 1, on_relay = 1 WHERE here = 0", [])?;
    Ok(Arrived(files))
}

impl Arrived {
    /// Takes the files away: a million of them would say nothing, and nothing that is measured looks at them.
    pub fn leave(self) -> std::io::Result<()> {
        self.0.iter().try_for_each(fs::remove_file)
    }
}

/// Everything is in the one file, as after a night at rest.
pub fn settle(folder: &Path) -> Result<(), StoreBenchError> {
    let db = open(folder)?;
    db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    Ok(())
}

/// Bytes of the file, bytes of it that hold nothing, and the bytes of each table or index, the largest first.
pub struct Sizes {
    pub file: u64,
    pub free: u64,
    pub tables: Vec<(String, u64)>,
}

pub fn sizes(folder: &Path) -> Result<Sizes, StoreBenchError> {
    let db = open(folder)?;
    let number = |pragma: &str| db.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0));
    let (pages, free) = (number("page_count")?, number("freelist_count")?);
    let file = fs::metadata(store::database(folder))?.len();
    let bytes = |n: i64| u64::try_from(n).unwrap_or(0);
    let mut query = db.prepare("SELECT name, sum(pgsize) FROM dbstat GROUP BY name ORDER BY 2 DESC")?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, bytes(row.get(1)?))))?;
    Ok(Sizes { file, free: file * bytes(free) / bytes(pages).max(1), tables: rows.collect::<Result<_, _>>()? })
}
