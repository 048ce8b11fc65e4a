//! Volumes: dozens of packs bound into one row, shortened together.
//!
//! Jobs of one town say much the same, and a body of a page's half leaves the rest of its page empty. Bound, what they
//! have in common is kept once, and only the last page of a volume is not full. What nothing shortens (hashes, actors,
//! signatures) lies in it as it is, so that a hash is found without opening anything. A job that goes is cut out, and the
//! volume is written anew in the same transaction: nothing of it stays.

use doorstep_schemas::closed::ClosedError;
use doorstep_schemas::closed::volume::{self, Parts, Volume};
use doorstep_schemas::ids::JobId;
use rusqlite::{Connection, OptionalExtension, params};

use super::dictionary::{self, Kind};
use super::packs::{self, PackError};
use super::{Store, StoreError};

/// Jobs of one volume.
pub const JOBS: usize = 32;
/// Bytes before shortening after which a volume is full: to open one of its jobs, all of it is read.
const FULL: usize = 256 * 1024;
/// A pack of so many bytes fills its own pages.
const LARGE: usize = 48 * 1024;

fn join(jobs: &[Parts]) -> Vec<u8> {
    volume::bind(jobs, |main| dictionary::compress(Kind::Volume, main))
}

/// All that was shortened together.
fn main_of(volume: &Volume<'_>) -> Result<Vec<u8>, PackError> {
    let main = dictionary::expand(Kind::Volume, volume.main, volume.plain())?;
    if main.len() == volume.plain() { Ok(main) } else { Err(ClosedError::Inconsistent.into()) }
}

/// Every job of a volume.
pub fn split(body: &[u8]) -> Result<Vec<Parts>, PackError> {
    let volume = volume::look_into(body)?;
    let main = main_of(&volume)?;
    let parts = volume.places.iter().map(|place| Parts {
        job: place.job,
        main: main[place.main.clone()].to_vec(),
        content: volume.content[place.content.clone()].to_vec(),
    });
    Ok(parts.collect())
}

fn body_of(db: &Connection, volume: i64) -> Result<Vec<u8>, StoreError> {
    let mut query = db.prepare_cached("SELECT body FROM volume WHERE id = ?1")?;
    query.query_row([volume], |row| row.get(0)).optional()?.ok_or(StoreError::Row("volume"))
}

/// The two parts of a job of a volume.
pub fn parts(db: &Connection, id: i64, job: JobId) -> Result<(Vec<u8>, Vec<u8>), StoreError> {
    let body = body_of(db, id)?;
    let volume = volume::look_into(&body).map_err(PackError::from)?;
    let place = volume.places.iter().find(|place| place.job == job).ok_or(StoreError::Row("volume"))?;
    let main = main_of(&volume)?;
    Ok((main[place.main.clone()].to_vec(), volume.content[place.content.clone()].to_vec()))
}

/// How many bytes of a volume are a job's: its own, and its part of what was shortened together.
pub fn share(db: &Connection, id: i64, job: JobId) -> Result<usize, StoreError> {
    let body = body_of(db, id)?;
    let volume = volume::look_into(&body).map_err(PackError::from)?;
    let place = volume.places.iter().find(|place| place.job == job).ok_or(StoreError::Row("volume"))?;
    Ok(place.content.len() + volume.main.len() * place.main.len() / volume.plain().max(1))
}

/// Jobs of volumes in whose unshortened part a name lies.
pub fn naming(db: &Connection, name: &[u8]) -> Result<Vec<JobId>, StoreError> {
    let mut query = db.prepare_cached("SELECT body FROM volume WHERE instr(body, ?1) > 0")?;
    let mut rows = query.query([name])?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let body = row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?;
        let volume = volume::look_into(body).map_err(PackError::from)?;
        let here = |content: &[u8]| content.windows(name.len().max(1)).any(|part| part == name);
        let found = volume.places.iter().filter(|place| here(&volume.content[place.content.clone()]));
        out.extend(found.map(|place| place.job));
    }
    Ok(out)
}

/// Cuts a job out of a volume. What is left is written anew, or not at all where nothing is.
pub fn cut_out(db: &Connection, volume: i64, job: JobId) -> Result<(), StoreError> {
    let mut left = split(&body_of(db, volume)?)?;
    left.retain(|parts| parts.job != job);
    if left.is_empty() {
        db.prepare_cached("DELETE FROM volume WHERE id = ?1")?.execute([volume])?;
    } else {
        db.prepare_cached("UPDATE volume SET body = ?2 WHERE id = ?1")?.execute(params![volume, join(&left)])?;
    }
    Ok(())
}

/// Packs that lie by themselves and are to be bound: their rows and what is in them.
pub struct Loose {
    rows: Vec<(i64, Vec<u8>)>,
    jobs: Vec<Parts>,
}

/// A volume that was seen to hold what it was made of.
pub struct Bound {
    rows: Vec<(i64, Vec<u8>)>,
    body: Vec<u8>,
}

impl Loose {
    /// Shortens them together. It takes some fifty milliseconds and needs no store. `None`: they would not come back
    /// from it, and stay as they are.
    pub fn bind(self) -> Option<Bound> {
        let body = join(&self.jobs);
        if split(&body).is_ok_and(|back| back == self.jobs) {
            Some(Bound { rows: self.rows, body })
        } else {
            tracing::error!(jobs = self.jobs.len(), "packs would not come back from a volume and stay as they are");
            None
        }
    }
}

impl Store {
    /// Packs that are to become the next volume of so many jobs, oldest first; `None` while there are fewer.
    pub fn loose_packs(&self, jobs: usize) -> Result<Option<Loose>, StoreError> {
        let mut query = self
            .db
            .prepare_cached("SELECT id, job, body FROM pack WHERE volume IS NULL AND length(body) <= ?1 ORDER BY id")?;
        let mut found = query.query([i64::try_from(LARGE).unwrap_or(i64::MAX)])?;
        let (mut out, mut bytes) = (Loose { rows: Vec::new(), jobs: Vec::new() }, 0);
        while let Some(row) = found.next()? {
            let (id, body) = (row.get(0)?, row.get::<_, Vec<u8>>(2)?);
            // What can't be read is for whoever opens the job to report; it stays where it is.
            let Ok((main, content)) = packs::parts_of(&body) else { continue };
            bytes += main.len() + content.len();
            out.jobs.push(Parts { job: JobId::from_bytes(row.get(1)?), main, content });
            out.rows.push((id, body));
            if out.jobs.len() == jobs || bytes >= FULL {
                return Ok(Some(out));
            }
        }
        Ok(None)
    }

    /// Puts packs into a volume, unless one of them is another one by now; returns whether it did.
    pub fn put_volume(&mut self, bound: &Bound) -> Result<bool, StoreError> {
        let tx = self.db.transaction()?;
        tx.prepare_cached("INSERT INTO volume (body) VALUES (?1)")?.execute([&bound.body])?;
        let volume = tx.last_insert_rowid();
        for (id, body) in &bound.rows {
            let moved = tx
                .prepare_cached(
                    "UPDATE pack SET body = x'', volume = ?3 WHERE id = ?1 AND volume IS NULL AND body = ?2",
                )?
                .execute(params![id, body, volume])?;
            if moved != 1 {
                return Ok(false);
            }
        }
        tx.commit()?;
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn some(n: u8) -> Parts {
        let text = format!("挂机不制冷，外机不转，换电容，第 {n} 号").repeat(7);
        Parts { job: JobId::mint(u64::from(n), [n; 10]), main: text.into_bytes(), content: vec![n; 40] }
    }

    #[test]
    fn a_volume_gives_back_what_was_put_into_it_and_no_later_layout() {
        let jobs: Vec<Parts> = (0..9).map(some).collect();
        let body = join(&jobs);
        assert_eq!(split(&body).unwrap(), jobs);
        assert!(body.len() < jobs.iter().map(|parts| dictionary::compress(Kind::Pack, &parts.main).len() + 40).sum());
        let later = [&[volume::FORMAT + 1], &body[1..]].concat();
        assert!(matches!(split(&later), Err(PackError::Closed(ClosedError::UnknownFormat(_)))));
        assert_eq!(split(&join(&[])).unwrap(), []);
    }

    proptest! {
        #[test]
        fn a_hostile_volume_is_refused_and_a_cut_or_altered_one_never_panics(
            bytes in proptest::collection::vec(any::<u8>(), 0..200), at in 0usize..2_000, with in any::<u8>(),
        ) {
            prop_assert!(split(&[&[volume::FORMAT], bytes.as_slice()].concat()).map_or(true, |jobs| jobs.is_empty()));
            let mut body = join(&[some(1), some(2)]);
            let at = at % body.len();
            let cut = split(&body[..at]);
            prop_assert!(cut.is_err(), "{:?}", cut);
            body[at] ^= with;
            let _ = split(&body);
        }
    }
}
