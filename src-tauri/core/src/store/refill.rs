//! A new database from what was found in a damaged one. Everything passes the gate that it passed when it came: what was
//! adopted, waits or can't be opened is judged again, and no row is believed for its own sake.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{Actor, DocId};
use doorstep_schemas::signature::{Chain, Claim, Signature, identity};
use doorstep_schemas::wire::{Access, Grant, Piece};
use ed25519_dalek::SigningKey;
use rusqlite::types::{ToSql, ToSqlOutput, Value as Sql};
use rusqlite::{Connection, params, params_from_iter};

use super::absorb::Taken;
use super::cells::Value;
use super::outbox::{Fit, UnsentRun, pieces};
use super::rows::signed;
use super::salvage::{Haul, Kept, KeptRun, RunKey};
use super::{Enrolment, Store, StoreError, packs, settings, team, views};
use crate::tasks::{Step, Watcher};

/// Changes taken in with one transaction.
const PORTION: usize = 2_000;
/// Facts about the database that was, not about this device.
const NOT_OVER: [&str; 12] = [
    "cursor",
    "judged_by",
    "check",
    "repair",
    "views",
    packs::TURN,
    packs::DOUBT,
    packs::DOCS,
    packs::CHANGES,
    packs::OWN,
    packs::PHOTOS,
    packs::PHOTO_BYTES,
];

/// Tables whose rows go over as they are, by the columns that every version has had.
const COLUMNS: [(&str, &str); 9] = [
    ("member", "member, name, roles, active"),
    ("device", "device, member, key, name, lost"),
    ("granted", "job, member, access"),
    ("photo", "hash, doc, thumb, bytes, here, mine, sent, on_relay, refused, at_ms"),
    ("rule_set", "hash, doc, bytes, mine, on_relay, refused"),
    ("draft", "key, text, at_ms"),
    ("remembered", "key, value, at_ms"),
    ("photo_key", "generation, key, made_ms"),
    ("refused", "doc, actor, from_seq, code, at_ms"),
];

/// A piece of what was found.
pub struct Found {
    pub piece: Piece,
    pub at_ms: i64,
    /// Nobody else is known to have it.
    pub unsent: bool,
    pub changes: usize,
}

/// What was found, cut into pieces, and what lacks in runs that are this device's own.
#[derive(Default)]
pub struct Cut {
    pub pieces: BTreeMap<DocId, Vec<Found>>,
    pub own_missing: u32,
}

/// Whoever can sign own work again.
pub struct Author {
    pub signer: SigningKey,
    pub enrolment: Enrolment,
    pub own: Actor,
}

impl Haul {
    /// Cuts every run into pieces that can be judged. Own work whose signature is lost is signed again.
    pub fn cut(&self, author: Option<&Author>) -> Result<Cut, StoreError> {
        let mut out = Cut::default();
        let whole: BTreeSet<&DocId> = self.changes.keys().map(|(doc, _)| doc).collect();
        let gone = self.papers.iter().filter(|doc| !whole.contains(doc)).count();
        out.own_missing = u32::try_from(gone).unwrap_or(u32::MAX);
        for (key, changes) in &self.changes {
            let run = self.runs.get(key);
            let own = author.filter(|author| author.own.device() == key.1.device());
            if own.is_some() {
                let last = changes.keys().next_back().copied().unwrap_or(0).max(run.map_or(0, |run| run.seq));
                let missing = last.saturating_sub(changes.len() as u64);
                out.own_missing += u32::try_from(missing).unwrap_or(u32::MAX);
            }
            for stretch in stretches(changes) {
                if let Some((signature, tail, count)) = word(key, &stretch, run, own) {
                    self.add(&mut out, key, &stretch[..count], signature, tail)?;
                }
            }
        }
        Ok(out)
    }

    fn add(
        &self,
        out: &mut Cut,
        (doc, actor): &RunKey,
        stretch: &[(u64, &Kept)],
        signature: Signature,
        tail: Vec<u8>,
    ) -> Result<(), StoreError> {
        let changes = stretch.iter().map(|(seq, kept)| (*seq, kept.hash.0, kept.bytes.clone())).collect();
        let whole = UnsentRun { doc: doc.clone(), actor: *actor, signature, tail, changes };
        let mut rest = stretch;
        for cut in pieces(&whole, Fit::Line)? {
            let count = match &cut.covers {
                super::outbox::Covers::Changes { from_seq, to_seq, .. } => {
                    usize::try_from(to_seq + 1 - from_seq).unwrap_or(0)
                }
                super::outbox::Covers::Grant(_) | super::outbox::Covers::Word => 0,
            };
            let (now, later) = rest.split_at(count.min(rest.len()));
            rest = later;
            out.pieces.entry(doc.clone()).or_default().push(Found {
                piece: cut.piece,
                at_ms: now.first().map_or(0, |(_, kept)| kept.noted_ms),
                unsent: now.iter().any(|(_, kept)| kept.log_seq.is_none()),
                changes: count,
            });
        }
        Ok(())
    }
}

/// A run's changes without holes.
fn stretches(changes: &BTreeMap<u64, Kept>) -> Vec<Vec<(u64, &Kept)>> {
    let mut out: Vec<Vec<(u64, &Kept)>> = Vec::new();
    for (seq, kept) in changes {
        match out.last_mut() {
            Some(stretch) if stretch.last().is_some_and(|(before, _)| before + 1 == *seq) => stretch.push((*seq, kept)),
            _ => out.push(vec![(*seq, kept)]),
        }
    }
    out
}

/// The signature that vouches for a stretch, the hashes between its end and the signature's reach, and how many changes of
/// the stretch it covers.
fn word(
    (doc, actor): &RunKey,
    stretch: &[(u64, &Kept)],
    run: Option<&KeptRun>,
    own: Option<&Author>,
) -> Option<(Signature, Vec<u8>, usize)> {
    let (first, last) = (stretch.first()?.0, stretch.last()?.0);
    if let Some(run) = run
        && (first..=last).contains(&run.seq)
        && (own.is_none() || run.seq == last)
    {
        let count = usize::try_from(run.seq + 1 - first).ok()?;
        return Some((run.signature.clone(), run.tail.clone(), count));
    }
    // From the run's beginning the chain of hashes is known, so that own work can be vouched for again.
    let author = own.filter(|_| first == 1)?;
    let chain = stretch.iter().fold(Chain::default(), |chain, (_, kept)| chain.then(&kept.hash));
    let claim = Claim { outlet: author.enrolment.outlet, doc, actor: *actor, seq: last, chain, beacon: None };
    Some((claim.sign(&author.signer), Vec::new(), stretch.len()))
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Owned(match self {
            Self::Int(n) => Sql::Integer(*n),
            Self::Text(text) => Sql::Text(text.clone()),
            Self::Blob(bytes) => Sql::Blob(bytes.clone()),
            Self::Null | Self::Other => Sql::Null,
        }))
    }
}

/// What this device knows of itself and of others, before any work is taken in.
pub fn put_rows(db: &Connection, haul: &Haul) -> Result<(), StoreError> {
    for (key, value) in haul.meta.iter().filter(|(key, _)| !NOT_OVER.contains(&key.as_str())) {
        settings::put(db, key, value)?;
    }
    for (table, rows) in &haul.rows {
        let columns = COLUMNS.iter().find(|(name, _)| name == table).map_or("", |(_, columns)| columns);
        let count = columns.split(',').count();
        let places: Vec<String> = (1..=count).map(|place| format!("?{place}")).collect();
        let sql = format!("INSERT OR IGNORE INTO {table} ({columns}) VALUES ({})", places.join(", "));
        let mut insert = db.prepare(&sql)?;
        for row in rows {
            insert.execute(params_from_iter(row.iter().take(count)))?;
        }
    }
    // The relay is asked for all of it again, and for every photo that is not here.
    db.execute("UPDATE photo SET refused = NULL, sent = CASE on_relay WHEN 1 THEN sent ELSE 0 END", [])?;
    Ok(())
}

/// This device's own entry: without it its own work would wait for the relay's word on who made it.
pub fn put_own_device(db: &Connection, author: &Author) -> Result<(), StoreError> {
    let (key, device) = identity(&author.signer);
    let Enrolment { member, device_name, .. } = &author.enrolment;
    db.execute(
        "INSERT OR IGNORE INTO device (device, member, key, name, lost) VALUES (?1, ?2, ?3, ?4, 0)",
        params![device.0, member.as_str(), key.0, device_name],
    )?;
    Ok(())
}

impl Store {
    /// Takes in the pieces, document by document; returns how many changes of the haul are here then.
    pub(super) fn refill(
        &mut self,
        haul: &Haul,
        cut: &Cut,
        now_ms: i64,
        watcher: &mut dyn Watcher,
    ) -> Result<u32, StoreError> {
        let of = cut.pieces.values().flatten().map(|found| found.changes as u64).sum();
        let mut step = Step { done: 0, of: Some(of), bytes: 0 };
        let mut batch: Vec<(&Piece, Taken)> = Vec::new();
        let mut changes = 0;
        for found in cut.pieces.values().flatten() {
            batch.push((&found.piece, Taken { at_ms: found.at_ms, ..Taken::default() }));
            changes += found.changes;
            step.done += found.changes as u64;
            if changes >= PORTION {
                self.absorb_pieces(&batch, None, now_ms)?;
                batch.clear();
                changes = 0;
                watcher.step(step)?;
            }
        }
        self.absorb_pieces(&batch, None, now_ms)?;
        self.remember(haul)?;
        self.see_photos()?;
        self.believe_orders()?;
        Ok(self.db.query_row("SELECT count(*) FROM change", [], |row| row.get(0))?)
    }

    /// When each change was made and where the log has it, as the old rows had it.
    fn remember(&mut self, haul: &Haul) -> Result<(), StoreError> {
        let own = self.actor.device();
        let tx = self.db.transaction()?;
        {
            let mut update = tx.prepare_cached(
                "UPDATE change SET noted_ms = ?4, log_seq = ?5 WHERE doc = ?1 AND actor = ?2 AND seq = ?3",
            )?;
            for ((doc, actor), changes) in &haul.changes {
                let doc = doc.to_string();
                for (seq, kept) in changes {
                    // Of own work nothing is claimed that a deleted row might have said.
                    let log_seq = kept.log_seq.filter(|_| haul.all_live || actor.device() != own);
                    update.execute(params![doc, actor.0, signed(*seq), kept.noted_ms, log_seq])?;
                }
            }
        }
        tx.commit()?;
        Ok(())
    }

    /// Says of each photo whether its file is here. One whose row is lost may be our own: it is offered to the relay,
    /// which says at once if it has it.
    fn see_photos(&mut self) -> Result<(), StoreError> {
        let files = self.photo_files();
        let tx = self.db.transaction()?;
        {
            let mut query = tx.prepare("SELECT hash, here, on_relay FROM photo")?;
            let rows = query.query_map([], |row| Ok((row.get(0)?, row.get::<_, bool>(1)?, row.get::<_, bool>(2)?)))?;
            let mut found = tx.prepare("UPDATE photo SET here = 1, mine = max(mine, 1 - on_relay) WHERE hash = ?1")?;
            let mut gone = tx.prepare("UPDATE photo SET here = 0 WHERE hash = ?1")?;
            for row in rows.collect::<Result<Vec<_>, _>>()? {
                let (hash, here, _on_relay) = row;
                let there = files.path(&doorstep_schemas::ids::BlobHash(hash)).exists();
                match (here, there) {
                    (false, true) => found.execute([hash])?,
                    (true, false) => gone.execute([hash])?,
                    _ => 0,
                };
            }
        }
        tx.commit()?;
        Ok(())
    }

    /// Until the relay tells its grants again, orders say who has a job: without it the day's list would be empty until
    /// there is a network. An owner's device believes only the log, because it says what is missing there.
    fn believe_orders(&mut self) -> Result<(), StoreError> {
        let Some(enrolment) = self.enrolment()? else { return Ok(()) };
        if self.is_owner(enrolment.member)? {
            return Ok(());
        }
        let docs = {
            let mut query = self.db.prepare("SELECT doc FROM paper WHERE doc GLOB 'order:*'")?;
            query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?
        };
        for job in docs.iter().filter_map(|doc| doc.parse::<DocId>().ok()).filter_map(|doc| doc.job()) {
            let assigned = views::order(&self.db, &mut self.papers, job)?
                .is_some_and(|order| order.assignees.contains_key(&enrolment.member));
            if assigned {
                team::put_grant(&self.db, &Grant { job, member: enrolment.member, access: Access::Write }, None)?;
            }
        }
        Ok(())
    }
}
