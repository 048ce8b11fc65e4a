//! Waiting changes become part of their document as soon as all their parents are, or go to quarantine.
//!
//! The verdict depends on bytes and history only. A change whose parent is quarantined goes with it: its meaning
//! rests on something that can't be opened.

use std::collections::BTreeSet;

use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId};
use rusqlite::{Connection, params};

use super::papers::{Papers, standing};
use super::rows::{ADOPTED, QUARANTINED, WAITING};
use super::team::text_error;
use super::{StoreError, stuck};

struct Waiting {
    id: i64,
    actor: Actor,
    seq: i64,
    hash: ChangeHash,
    bytes: Vec<u8>,
    deps: Vec<ChangeHash>,
}

enum Fate {
    Ready,
    Waits,
    Lost,
}

/// Documents with changes that wait, although this version may have learnt to open them since they came.
pub fn unsettled(db: &Connection) -> Result<BTreeSet<DocId>, StoreError> {
    let mut query = db.prepare_cached("SELECT DISTINCT doc FROM change WHERE state = 1")?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|row| Ok(row?.parse().map_err(|e| text_error(0, e))?)).collect()
}

/// Whether a parent is part of its document here, or is known to be no part of it.
pub fn judged(db: &Connection, doc: &DocId, hash: &ChangeHash) -> Result<bool, StoreError> {
    Ok(is_birth(doc, hash) || standing(db, &doc.to_string(), hash)?.is_some_and(|state| state != WAITING))
}

/// Adopts what can be adopted of one document; returns how many changes were.
pub fn settle(db: &Connection, papers: &mut Papers, doc: &DocId, at_ms: i64) -> Result<u32, StoreError> {
    if birth::births(doc.kind()).is_empty() {
        // A kind of a later version: kept unopened, and no reason to stop the rest.
        return Ok(0);
    }
    let key = doc.to_string();
    let mut adopted = 0;
    loop {
        let mut ready = Vec::new();
        let mut lost = Vec::new();
        for change in waiting(db, &key)? {
            match fate(db, &key, doc, &change.deps, &ready)? {
                Fate::Ready => ready.push(change),
                Fate::Lost => lost.push(change),
                Fate::Waits => {}
            }
        }
        if ready.is_empty() && lost.is_empty() {
            return Ok(adopted);
        }
        for change in lost {
            quarantine(db, &key, &change, ErrorCode::ChangeUnappliable, at_ms)?;
        }
        adopted += take(db, papers, doc, &key, &ready, at_ms)?;
    }
}

fn waiting(db: &Connection, key: &str) -> Result<Vec<Waiting>, StoreError> {
    let mut query =
        db.prepare_cached("SELECT id, actor, seq, hash, bytes FROM change WHERE doc = ?1 AND state = 1 ORDER BY id")?;
    let rows = query.query_map([key], |row| {
        Ok(Waiting {
            id: row.get(0)?,
            actor: Actor(row.get(1)?),
            seq: row.get(2)?,
            hash: ChangeHash(row.get(3)?),
            bytes: row.get(4)?,
            deps: Vec::new(),
        })
    })?;
    let mut out = Vec::new();
    for row in rows {
        let mut change = row?;
        change.deps = Change::parse(&change.bytes)?.deps;
        out.push(change);
    }
    Ok(out)
}

fn fate(db: &Connection, key: &str, doc: &DocId, deps: &[ChangeHash], ready: &[Waiting]) -> Result<Fate, StoreError> {
    let mut waits = false;
    for dep in deps {
        if is_birth(doc, dep) || ready.iter().any(|r| r.hash == *dep) {
            continue;
        }
        match standing(db, key, dep)? {
            Some(ADOPTED) => {}
            Some(QUARANTINED) => return Ok(Fate::Lost),
            _ => waits = true,
        }
    }
    Ok(if waits { Fate::Waits } else { Fate::Ready })
}

fn is_birth(doc: &DocId, hash: &ChangeHash) -> bool {
    birth::births(doc.kind()).iter().any(|b| Change::parse(b.bytes).is_ok_and(|change| change.hash == *hash))
}

/// All at once, as is usual; one by one when something among them is bad.
fn take(
    db: &Connection,
    papers: &mut Papers,
    doc: &DocId,
    key: &str,
    ready: &[Waiting],
    at_ms: i64,
) -> Result<u32, StoreError> {
    let all: Vec<&[u8]> = ready.iter().map(|r| r.bytes.as_slice()).collect();
    if all.is_empty() {
        return Ok(0);
    }
    if papers.get(db, doc)?.adopt(&all).is_ok() {
        for change in ready {
            set_state(db, change.id, ADOPTED)?;
        }
        return Ok(u32::try_from(ready.len()).unwrap_or(u32::MAX));
    }
    let mut adopted = 0;
    for change in ready {
        if let Fate::Ready = fate(db, key, doc, &change.deps, &[])? {
            match papers.get(db, doc)?.adopt(&[&change.bytes]) {
                Ok(()) => {
                    set_state(db, change.id, ADOPTED)?;
                    adopted += 1;
                }
                Err(error) => {
                    tracing::warn!(doc = key, seq = change.seq, %error, "a change goes to quarantine");
                    quarantine(db, key, change, ErrorCode::ChangeUnappliable, at_ms)?;
                }
            }
        }
    }
    Ok(adopted)
}

fn set_state(db: &Connection, id: i64, state: i64) -> Result<(), StoreError> {
    debug_assert_ne!(state, WAITING, "nothing goes back to waiting");
    db.prepare_cached("UPDATE change SET state = ?2 WHERE id = ?1")?.execute(params![id, state])?;
    Ok(())
}

fn quarantine(db: &Connection, key: &str, change: &Waiting, code: ErrorCode, at_ms: i64) -> Result<(), StoreError> {
    set_state(db, change.id, QUARANTINED)?;
    stuck::note(db, key, change.actor, change.seq, code, None, at_ms)
}
