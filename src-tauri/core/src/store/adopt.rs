//! Waiting changes become part of their document as soon as all their parents are, or go to quarantine.
//!
//! The verdict depends on a change's bytes and history only. A change whose parent is quarantined goes with it: its
//! meaning rests on something that can't be opened.

use std::collections::{BTreeSet, HashMap, HashSet};

use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId};
use rusqlite::{Connection, params};

use super::papers::Papers;
use super::rows::{ADOPTED, QUARANTINED, WAITING};
use super::team::text_error;
use super::{StoreError, packs, strays, stuck, turns};
use crate::documents::lineage::Lineage;

/// A change that is here.
pub(super) struct Here {
    pub id: i64,
    pub actor: Actor,
    pub seq: i64,
    pub hash: ChangeHash,
    pub bytes: Vec<u8>,
    pub deps: Vec<ChangeHash>,
    pub state: i64,
}

/// Documents with changes that wait, although this version may have learnt to open them since they came.
pub fn unsettled(db: &Connection) -> Result<BTreeSet<DocId>, StoreError> {
    docs(db, "SELECT DISTINCT doc FROM change WHERE state = 1")
}

/// Documents with changes in quarantine.
pub fn quarantined(db: &Connection) -> Result<BTreeSet<DocId>, StoreError> {
    docs(db, "SELECT DISTINCT doc FROM change WHERE state = 2")
}

fn docs(db: &Connection, sql: &str) -> Result<BTreeSet<DocId>, StoreError> {
    let mut query = db.prepare_cached(sql)?;
    let rows = query.query_map([], |row| row.get::<_, String>(0))?;
    rows.map(|row| Ok(row?.parse().map_err(|e| text_error(0, e))?)).collect()
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
        let waiting = rows(db, &key, "state = 1")?;
        if waiting.is_empty() {
            return Ok(adopted);
        }
        let mut lost = lost(db, &key)?;
        let before = lost.len();
        let (ready, lineage) = judged(db, papers, doc, &waiting, &mut lost, at_ms)?;
        adopted += take(db, papers, doc, &ready, lineage, &mut lost, at_ms)?;
        if lost.len() == before {
            return Ok(adopted);
        }
        // Something was lost: what rests on it and waited for another parent besides goes with it.
    }
}

/// Those of the waiting changes that fit their own history; the others go to quarantine, or wait for a parent.
fn judged<'a>(
    db: &Connection,
    papers: &mut Papers,
    doc: &DocId,
    waiting: &'a [Here],
    lost: &mut HashSet<ChangeHash>,
    at_ms: i64,
) -> Result<(Vec<&'a Here>, Box<Lineage>), StoreError> {
    let key = doc.to_string();
    let mut lineage = papers.get(db, doc)?.lineage()?;
    let mut ready = Vec::new();
    for turn in turns::sorted(waiting, lost, |hash| lineage.holds(hash)) {
        let change = &waiting[turn.change];
        if turn.lost || change.deps.iter().any(|dep| lost.contains(dep)) {
            lost.insert(change.hash);
            quarantine(db, &key, change, ErrorCode::RestsOnRefused, at_ms)?;
            continue;
        }
        let parsed = Change::parse(&change.bytes)?;
        match lineage.judge(&parsed).and_then(|()| lineage.take(&parsed)) {
            Ok(()) => ready.push(change),
            Err(misfit) => {
                tracing::warn!(doc = key, seq = change.seq, %misfit, "a change goes to quarantine");
                lost.insert(change.hash);
                quarantine(db, &key, change, misfit.code(), at_ms)?;
            }
        }
    }
    Ok((ready, lineage))
}

/// All at once, as is usual. Automerge is the net under the judgement: what it fails at is looked for.
fn take(
    db: &Connection,
    papers: &mut Papers,
    doc: &DocId,
    ready: &[&Here],
    lineage: Box<Lineage>,
    lost: &mut HashSet<ChangeHash>,
    at_ms: i64,
) -> Result<u32, StoreError> {
    let key = doc.to_string();
    let paper = papers.get(db, doc)?;
    if ready.is_empty() {
        paper.keep_lineage(lineage);
        return Ok(0);
    }
    if clashes(db, &key)? {
        return choose(db, papers, doc, at_ms);
    }
    let all: Vec<&[u8]> = ready.iter().map(|r| r.bytes.as_slice()).collect();
    if paper.adopt(&all).is_ok() {
        paper.keep_lineage(lineage);
        set_states(db, ready, ADOPTED)?;
        return Ok(count(ready.len()));
    }
    match weigh(db, papers, doc, ready, lost, at_ms)? {
        Some(adopted) => Ok(adopted),
        None => choose(db, papers, doc, at_ms),
    }
}

/// Looks for the changes that make Automerge fail, by halves. One that fails also where nothing but its own history is
/// goes to quarantine. `None`: one fails only beside others.
fn weigh(
    db: &Connection,
    papers: &mut Papers,
    doc: &DocId,
    ready: &[&Here],
    lost: &mut HashSet<ChangeHash>,
    at_ms: i64,
) -> Result<Option<u32>, StoreError> {
    let key = doc.to_string();
    let mut sound: Vec<&Here> = Vec::new();
    for change in ready {
        if change.deps.iter().any(|dep| lost.contains(dep)) {
            lost.insert(change.hash);
            quarantine(db, &key, change, ErrorCode::RestsOnRefused, at_ms)?;
        } else {
            sound.push(change);
        }
    }
    let all: Vec<&[u8]> = sound.iter().map(|r| r.bytes.as_slice()).collect();
    let paper = papers.get(db, doc)?;
    if sound.is_empty() || paper.adopt(&all).is_ok() {
        set_states(db, &sound, ADOPTED)?;
        return Ok(Some(count(sound.len())));
    }
    if let [change] = sound[..] {
        let Err(error) = paper.try_alone(&change.deps, &change.bytes) else { return Ok(None) };
        tracing::warn!(doc = key, seq = change.seq, %error, "a change goes to quarantine");
        lost.insert(change.hash);
        quarantine(db, &key, change, ErrorCode::ChangeUnappliable, at_ms)?;
        return Ok(Some(0));
    }
    let (first, second) = sound.split_at(sound.len() / 2);
    let Some(one) = weigh(db, papers, doc, first, lost, at_ms)? else { return Ok(None) };
    let Some(other) = weigh(db, papers, doc, second, lost, at_ms)? else { return Ok(None) };
    Ok(Some(one + other))
}

/// Changes that are fine alone and not together: the whole document is gone through anew, parents first and by the
/// smaller hash, and what fails on what was taken before it is quarantined. Every device that has the same changes
/// chooses the same, whichever came first.
fn choose(db: &Connection, papers: &mut Papers, doc: &DocId, at_ms: i64) -> Result<u32, StoreError> {
    if let Some(job) = doc.job() {
        // The whole document is judged anew: all of it has rows again.
        packs::open_out(db, papers, job, false)?;
    }
    let key = doc.to_string();
    let again = [ErrorCode::ChangeClashes, ErrorCode::RestsOnRefused];
    db.execute(
        "UPDATE change SET state = 1 WHERE doc = ?1 AND state = 2 AND (actor, seq) IN
             (SELECT actor, seq FROM quarantine WHERE doc = ?1 AND code IN (?2, ?3))",
        params![key, again[0].wire(), again[1].wire()],
    )?;
    again.iter().try_for_each(|code| stuck::forget_code(db, &key, *code))?;
    let all = rows(db, &key, "state IN (0, 1)")?;
    let mut lost = lost(db, &key)?;
    let mut paper = papers.blank(doc)?;
    let births: HashSet<ChangeHash> = birth_hashes(doc).collect();
    let order = turns::sorted(&all, &mut lost, |hash| births.contains(hash));
    let outcomes = turns::chosen(&all, &order, lost, |change| {
        paper.adopt(&[&change.bytes]).map_err(|_net| match paper.try_alone(&change.deps, &change.bytes) {
            Ok(()) => ErrorCode::ChangeClashes,
            Err(_) => ErrorCode::ChangeUnappliable,
        })
    });
    let mut adopted = 0;
    for (change, outcome) in outcomes {
        let change = &all[change];
        match outcome {
            None => {
                adopted += u32::from(change.state != ADOPTED);
                set_state(db, change, ADOPTED)?;
            }
            Some(code) => quarantine(db, &key, change, code, at_ms)?,
        }
    }
    forget_saved(db, papers, doc)?;
    Ok(adopted)
}

fn birth_hashes(doc: &DocId) -> impl Iterator<Item = ChangeHash> {
    birth::births(doc.kind()).iter().filter_map(|birth| Change::parse(birth.bytes).ok().map(|change| change.hash))
}

fn clashes(db: &Connection, key: &str) -> Result<bool, StoreError> {
    let mut query = db.prepare_cached("SELECT EXISTS (SELECT 1 FROM quarantine WHERE doc = ?1 AND code = ?2)")?;
    Ok(query.query_row(params![key, ErrorCode::ChangeClashes.wire()], |row| row.get(0))?)
}

/// Makes a document's verdicts anew: of what is quarantined, or of everything that is here.
pub(super) fn rejudge(
    db: &Connection,
    papers: &mut Papers,
    doc: &DocId,
    everything: bool,
    at_ms: i64,
) -> Result<u32, StoreError> {
    if let Some(job) = doc.job() {
        // The whole document is judged anew: all of it has rows again.
        packs::open_out(db, papers, job, false)?;
    }
    let key = doc.to_string();
    let which = if everything { "1" } else { "state = 2" };
    let mut previous: HashMap<(Actor, i64), ChangeHash> = HashMap::new();
    let mut runs = db.prepare_cached("SELECT actor, seq, hash FROM change WHERE doc = ?1")?;
    for row in runs.query_map([&key], |row| Ok((Actor(row.get(0)?), row.get(1)?, ChangeHash(row.get(2)?))))? {
        let (actor, seq, hash) = row?;
        previous.insert((actor, seq), hash);
    }
    stuck::forget_changes(db, &key)?;
    for change in rows_unread(db, &key, which)? {
        let linked = |deps: &[ChangeHash]| {
            change.seq == 1 || previous.get(&(change.actor, change.seq - 1)).is_some_and(|hash| deps.contains(hash))
        };
        match Change::parse(&change.bytes) {
            Err(_malformed) => quarantine(db, &key, &change, ErrorCode::ChangeMalformed, at_ms)?,
            Ok(parsed) if !linked(&parsed.deps) => {
                quarantine(db, &key, &change, ErrorCode::ChangeNotLinked, at_ms)?;
            }
            Ok(_) => set_state(db, &change, WAITING)?,
        }
    }
    forget_saved(db, papers, doc)?;
    settle(db, papers, doc, at_ms)
}

/// What was adopted may now have a smaller number than what the saved copy ends with.
fn forget_saved(db: &Connection, papers: &mut Papers, doc: &DocId) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE paper SET saved = NULL, saved_to = 0 WHERE doc = ?1")?.execute([doc.to_string()])?;
    papers.forget(doc);
    Ok(())
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Hashes of what can't be part of the document.
fn lost(db: &Connection, key: &str) -> Result<HashSet<ChangeHash>, StoreError> {
    let mut query = db.prepare_cached("SELECT hash FROM change WHERE doc = ?1 AND state = 2")?;
    let hashes = query.query_map([key], |row| row.get(0).map(ChangeHash))?;
    let mut lost = hashes.collect::<Result<HashSet<_>, _>>()?;
    lost.extend(strays::lost(db, key)?);
    Ok(lost)
}

fn rows(db: &Connection, key: &str, which: &str) -> Result<Vec<Here>, StoreError> {
    let mut out = rows_unread(db, key, which)?;
    for change in &mut out {
        change.deps = Change::parse(&change.bytes)?.deps;
    }
    Ok(out)
}

fn rows_unread(db: &Connection, key: &str, which: &str) -> Result<Vec<Here>, StoreError> {
    let sql = format!("SELECT id, actor, seq, hash, bytes, state FROM change WHERE doc = ?1 AND {which} ORDER BY id");
    let mut query = db.prepare_cached(&sql)?;
    let rows = query.query_map([key], |row| {
        Ok(Here {
            id: row.get(0)?,
            actor: Actor(row.get(1)?),
            seq: row.get(2)?,
            hash: ChangeHash(row.get(3)?),
            bytes: row.get(4)?,
            state: row.get(5)?,
            deps: Vec::new(),
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn set_states(db: &Connection, changes: &[&Here], state: i64) -> Result<(), StoreError> {
    changes.iter().try_for_each(|change| set_state(db, change, state))
}

fn set_state(db: &Connection, change: &Here, state: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE change SET state = ?2 WHERE id = ?1")?.execute(params![change.id, state])?;
    Ok(())
}

fn quarantine(db: &Connection, key: &str, change: &Here, code: ErrorCode, at_ms: i64) -> Result<(), StoreError> {
    set_state(db, change, QUARANTINED)?;
    stuck::note(db, key, change.actor, change.seq, code, at_ms)
}
