//! What authors signed for places of their runs that can't hold it, and for the places behind: it ends the run, and is
//! known by its hashes, so that a later piece of the run, a fork there and what rests on it are judged as anywhere else.

use doorstep_schemas::admission::Stray;
use doorstep_schemas::ids::{Actor, ChangeHash};
use rusqlite::{Connection, params};

use super::StoreError;
use super::rows::signed;

/// Hashes of a run's strays, from its broken place on.
pub fn hashes(db: &Connection, doc: &str, actor: Actor) -> Result<Vec<ChangeHash>, StoreError> {
    let mut query = db.prepare_cached("SELECT hash FROM stray WHERE doc = ?1 AND actor = ?2 ORDER BY seq")?;
    let hashes = query.query_map(params![doc, actor.0], |row| row.get(0).map(ChangeHash))?;
    Ok(hashes.collect::<Result<_, _>>()?)
}

/// Those of a document that no sound change of another place can be: what rests on them is lost.
pub fn lost(db: &Connection, doc: &str) -> Result<Vec<ChangeHash>, StoreError> {
    let mut query = db.prepare_cached("SELECT hash FROM stray WHERE doc = ?1 AND in_place = 1")?;
    let hashes = query.query_map([doc], |row| row.get(0).map(ChangeHash))?;
    Ok(hashes.collect::<Result<_, _>>()?)
}

pub fn keep(
    db: &Connection,
    doc: &str,
    actor: Actor,
    strays: &[Stray],
    log_seq: Option<u64>,
) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached(
        "INSERT INTO stray (doc, actor, seq, hash, in_place, log_seq) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
    )?;
    for stray in strays {
        let place = params![doc, actor.0, signed(stray.seq), stray.hash.0, stray.in_place, log_seq.map(signed)];
        insert.execute(place)?;
    }
    Ok(())
}

/// The log holds these, from one place up to another that is not counted.
pub fn confirm(db: &Connection, doc: &str, actor: Actor, from: u64, to: u64, log_seq: u64) -> Result<(), StoreError> {
    db.prepare_cached(
        "UPDATE stray SET log_seq = ?5 WHERE doc = ?1 AND actor = ?2 AND seq >= ?3 AND seq < ?4 AND log_seq IS NULL",
    )?
    .execute(params![doc, actor.0, signed(from), signed(to), signed(log_seq)])?;
    Ok(())
}

/// Whether the log holds one of these, from this place on.
pub fn confirmed(db: &Connection, doc: &str, actor: Actor, from: u64) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached(
        "SELECT EXISTS (SELECT 1 FROM stray WHERE doc = ?1 AND actor = ?2 AND seq >= ?3 AND log_seq IS NOT NULL)",
    )?;
    Ok(query.query_row(params![doc, actor.0, signed(from)], |row| row.get(0))?)
}

/// The log holds something else from this place on.
pub fn forget_from(db: &Connection, doc: &str, actor: Actor, from: u64) -> Result<(), StoreError> {
    db.prepare_cached("DELETE FROM stray WHERE doc = ?1 AND actor = ?2 AND seq >= ?3")?.execute(params![
        doc,
        actor.0,
        signed(from)
    ])?;
    Ok(())
}
