//! Writing a bundle: planned at once, read in portions, so that screens go on while it is written.

use std::collections::BTreeSet;
use std::path::Path;

use doorstep_schemas::blob::MAX_BLOB;
use doorstep_schemas::bundle::{BlobPart, BundleItem, CarriedPiece};
use doorstep_schemas::ids::{Actor, DocId, JobId};
use doorstep_schemas::input::ExportBundle;
use doorstep_schemas::wire::{Access, Grant, Piece, kind};
use rusqlite::params;

use super::file::BundleWriter;
use super::plan::{Plan, PlannedBlob, PlannedDoc};
use super::{BundleError, Lent};
use crate::nature::Nature;
use crate::store::PhotoFiles;
use crate::store::outbox::{Fit, OutPiece, UnsentRun, pieces};
use crate::store::team::{access_of, text_error};
use crate::store::{Store, StoreError, packs};
use crate::tasks::{Step, Watcher};

/// Documents that are read while the store is held once.
const PORTION: usize = 16;
/// Bytes of a photo or rule set in one item.
const STRETCH: usize = 512 * 1024;

/// A bundle that was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Made {
    pub bytes: u64,
    pub jobs: u64,
    pub changes: u64,
    pub photos: u64,
    /// Photos whose files can't be read; the bundle lacks them.
    pub unreadable: u64,
    pub devices: u64,
}

/// Writes a bundle to `path`: whole, or not at all.
pub fn export(
    lent: &mut impl Lent,
    order: &ExportBundle,
    path: &Path,
    nature: &dyn Nature,
    watcher: &mut dyn Watcher,
) -> Result<Made, BundleError> {
    let plan = lent.with(|store| Plan::of(store, order, nature.now_ms()))?;
    let (head, keys) = plan.keys.draw(plan.label.outlet, nature);
    let (signer, files) = lent.with(|store| (store.signer.clone(), store.photo_files()));
    let mut writer = BundleWriter::create(path, &head, keys, signer, plan.label.clone())?;
    let of = Some((plan.docs.len() + plan.blobs.len()) as u64);
    let mut made = Made {
        bytes: 0,
        jobs: plan.jobs.len() as u64,
        changes: 0,
        photos: 0,
        unreadable: 0,
        devices: plan.keys.reached() as u64,
    };
    for (key, piece) in lent.with(|store| standing(store, &plan))? {
        put_piece(&mut writer, key, piece, plan.label.made_ms, None)?;
    }
    let mut done = 0;
    for portion in plan.docs.chunks(PORTION) {
        let read =
            lent.with(|store| portion.iter().map(|planned| of_doc(store, planned)).collect::<Result<Vec<_>, _>>())?;
        for (planned, carried) in portion.iter().zip(read) {
            made.changes += carried.changes;
            for piece in carried.pieces {
                writer.put(planned.key, &BundleItem { piece: Some(piece), ..BundleItem::default() })?;
            }
        }
        done += portion.len() as u64;
        watcher.step(Step { done, of, bytes: writer.bytes() })?;
    }
    // What names a photo lies before it.
    writer.flush()?;
    for blob in &plan.blobs {
        let bytes = bytes_of(lent, &files, blob)?;
        let photo = u64::from(blob.picture);
        match bytes {
            Some(bytes) => {
                put_blob(&mut writer, blob, &bytes)?;
                made.photos += photo;
            }
            None => made.unreadable += photo,
        }
        done += 1;
        watcher.step(Step { done, of, bytes: writer.bytes() })?;
    }
    made.bytes = writer.finish()?;
    Ok(made)
}

fn put_piece(
    writer: &mut BundleWriter,
    key: u32,
    piece: Piece,
    at_ms: i64,
    log_seq: Option<u64>,
) -> Result<(), BundleError> {
    let piece = Some(CarriedPiece { piece, at_ms, log_seq });
    writer.put(key, &BundleItem { piece, ..BundleItem::default() })
}

/// What an owner's device can tell of people, devices and grants; of others it would not be believed.
fn standing(store: &Store, plan: &Plan) -> Result<Vec<(u32, Piece)>, StoreError> {
    let owner = match store.enrolment()? {
        Some(enrolment) => store.is_owner(enrolment.member)?,
        None => false,
    };
    if !owner {
        return Ok(Vec::new());
    }
    let mut out = Vec::new();
    for role in store.roles()? {
        out.push((0, Piece { kind: kind::ROLE, role: Some(role), ..Piece::default() }));
    }
    for device in store.known_devices()? {
        out.push((0, Piece { kind: kind::DEVICE, device: Some(device), ..Piece::default() }));
    }
    let mut told = BTreeSet::new();
    for PlannedDoc { doc, key } in &plan.docs {
        if let Some(job) = doc.job().filter(|job| told.insert(*job)) {
            let grants = store.grants_of(job)?.into_iter();
            out.extend(grants.map(|grant| (*key, Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() })));
        }
    }
    Ok(out)
}

struct CarriedDoc {
    pieces: Vec<CarriedPiece>,
    changes: u64,
}

/// One document: every run whole, with its newest signature; and what waits for a part of its history.
fn of_doc(store: &Store, planned: &PlannedDoc) -> Result<CarriedDoc, StoreError> {
    let key = planned.doc.to_string();
    let mut out = CarriedDoc { pieces: Vec::new(), changes: 0 };
    for actor in store.actors_of(&planned.doc)? {
        for stretch in stretches(store, &planned.doc, actor)? {
            out.changes += stretch.run.changes.len() as u64;
            for OutPiece { piece, .. } in pieces(&stretch.run, Fit::File)? {
                out.pieces.push(CarriedPiece { piece, at_ms: stretch.at_ms, log_seq: stretch.log_seq });
            }
        }
    }
    let mut held =
        store.db.prepare_cached("SELECT piece, at_ms, log_seq FROM held_piece WHERE doc = ?1 ORDER BY id")?;
    let rows =
        held.query_map([&key], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?)))?;
    for row in rows {
        let (bytes, at_ms, log_seq) = row?;
        let piece: Piece = minicbor::decode(&bytes).map_err(StoreError::Cbor)?;
        out.pieces.push(CarriedPiece { piece, at_ms, log_seq: log_seq.and_then(|seq| u64::try_from(seq).ok()) });
    }
    Ok(out)
}

/// Consecutive changes that the relay holds, or does not.
struct Stretch {
    run: UnsentRun,
    at_ms: i64,
    log_seq: Option<u64>,
}

fn stretches(store: &Store, doc: &DocId, actor: Actor) -> Result<Vec<Stretch>, StoreError> {
    let whole = store.run_from(doc.clone(), actor, 1)?;
    let mut query =
        store.db.prepare_cached("SELECT noted_ms, log_seq FROM change WHERE doc = ?1 AND actor = ?2 ORDER BY seq")?;
    let packed = packs::of_doc(&store.db, doc)?.unwrap_or_default().changes.into_iter();
    let packed = packed.filter(|kept| (kept.kind, kept.change.actor) == (doc.kind(), actor));
    let mut noted: Vec<(i64, Option<i64>)> =
        packed.map(|kept| (kept.noted_ms, i64::try_from(kept.log_seq).ok())).collect();
    for row in query.query_map(params![doc.to_string(), actor.0], |row| Ok((row.get(0)?, row.get(1)?)))? {
        noted.push(row?);
    }
    let mut out: Vec<Stretch> = Vec::new();
    for (change, (at_ms, log_seq)) in whole.changes.into_iter().zip(noted) {
        let log_seq = log_seq.and_then(|seq| u64::try_from(seq).ok());
        match out.last_mut().filter(|last| last.log_seq.is_some() == log_seq.is_some()) {
            Some(last) => {
                last.run.changes.push(change);
                (last.at_ms, last.log_seq) = (at_ms, last.log_seq.max(log_seq));
            }
            None => {
                let run = UnsentRun {
                    doc: doc.clone(),
                    actor,
                    signature: whole.signature.clone(),
                    tail: Vec::new(),
                    changes: vec![change],
                };
                out.push(Stretch { run, at_ms, log_seq });
            }
        }
    }
    // The newest signature reaches over everything behind a stretch.
    let mut tail = whole.tail;
    for stretch in out.iter_mut().rev() {
        stretch.run.tail.clone_from(&tail);
        tail = stretch.run.changes.iter().flat_map(|(_, hash, _)| *hash).chain(tail).collect();
    }
    Ok(out)
}

fn bytes_of(lent: &mut impl Lent, files: &PhotoFiles, blob: &PlannedBlob) -> Result<Option<Vec<u8>>, BundleError> {
    if blob.doc.job().is_none() {
        return Ok(lent.with(|store| store.set_bytes(&blob.hash))?);
    }
    match files.read(&blob.hash) {
        Ok(bytes) if bytes.len() as u64 <= MAX_BLOB => Ok(Some(bytes)),
        Ok(_) => Ok(None),
        Err(error) => {
            tracing::warn!(photo = %blob.hash, %error, "a photo can't be read for a bundle");
            Ok(None)
        }
    }
}

fn put_blob(writer: &mut BundleWriter, blob: &PlannedBlob, bytes: &[u8]) -> Result<(), BundleError> {
    let mut offset = 0;
    for stretch in bytes.chunks(STRETCH) {
        let part = BlobPart {
            hash: blob.hash,
            doc: blob.doc.clone(),
            length: bytes.len() as u64,
            offset,
            bytes: stretch.to_vec(),
        };
        offset += stretch.len() as u64;
        writer.put(blob.key, &BundleItem { blob: Some(part), ..BundleItem::default() })?;
    }
    Ok(())
}

impl Store {
    /// The log's grants of a job, and those that this owner's device has yet to say.
    fn grants_of(&self, job: JobId) -> Result<Vec<Grant>, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT member, access FROM grant_out WHERE job = ?1
             UNION ALL SELECT member, access FROM granted g WHERE job = ?1
                 AND NOT EXISTS (SELECT 1 FROM grant_out o WHERE o.job = g.job AND o.member = g.member)",
        )?;
        let rows = query.query_map([job.to_string()], |row| {
            let member: String = row.get(0)?;
            Ok(Grant { job, member: member.parse().map_err(|e| text_error(0, e))?, access: access_of(row.get(1)?) })
        })?;
        let mut grants = rows.collect::<Result<Vec<_>, _>>()?;
        grants.retain(|grant| grant.access != Access::None);
        Ok(grants)
    }
}
