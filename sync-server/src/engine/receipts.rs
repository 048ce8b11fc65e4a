//! Receipts on a job: since when the relay holds its runs and pictures, in one signed statement from one moment.
//!
//! A beacon is signed the same way every time, so the one that a signature names can be made again from the log. It is
//! handed out only where it is that very beacon: who makes a time up would have to guess its signature.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::PROTOCOL;
use doorstep_schemas::compare::{self, DocumentHeld, RunEnd};
use doorstep_schemas::ids::{BlobHash, DeviceId, DocId, JobId};
use doorstep_schemas::log;
use doorstep_schemas::receipt::{
    BlobReceipt, MOST_BLOBS, MOST_PIECES, MOST_RUNS, PieceReceipt, Receipt, ReceiptsDown, ReceiptsUp, RunAsked,
    RunReceipt, Statement,
};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Beacon, BeaconRef, Chain};
use doorstep_schemas::wire::{Device, Role};
use ed25519_dalek::SigningKey;

use super::intake::from_rest;
use super::standing::{self, Caller, NotServed, Sight};
use super::team;
use crate::storage::tallied::MOST_RUNS as MOST_OF_DOCUMENT;
use crate::storage::{Outlet, Shelf, StorageError};

/// Entries looked at in one go.
const BATCH: usize = 64;
/// Bytes of entries that are opened for one answer: a job's sheet has a thousandth of it.
const MOST_OPENED: usize = 32 * 1024 * 1024;

/// The whole body of the answer.
pub fn answer(
    shelf: &dyn Shelf,
    caller: &Caller,
    up: &ReceiptsUp,
    now_ms: i64,
    key: &SigningKey,
) -> Result<Vec<u8>, NotServed> {
    let caller = standing::again(shelf, caller)?;
    let outlet = shelf.outlet(caller.outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
    let sight = Sight::of(shelf, caller.outlet, &caller.member)?;
    let docs: Vec<DocId> = documents(up.job).into_iter().filter(|doc| sight.reads(doc)).collect();
    let mut desk = Desk { shelf, outlet: &outlet, now_ms, key, pieces: 0, opened: 0, beacons: BTreeMap::new() };
    let asked = &up.runs[..up.runs.len().min(MOST_RUNS)];
    let (runs, told) = desk.runs(asked, &docs)?;
    let (devices, roles) = desk.people(&runs, caller.device)?;
    let statement = Statement {
        outlet: outlet.id,
        epoch: outlet.epoch,
        job: up.job,
        at_ms: now_ms,
        head: outlet.head,
        held: desk.held(&docs)?,
        runs,
        blobs: desk.blobs(&up.blobs, &docs)?,
        devices,
        roles,
    };
    let down = ReceiptsDown { protocol: PROTOCOL, receipt: Receipt::sign(&statement, key), told };
    Ok(minicbor::to_vec(down).expect("writing to memory can't fail"))
}

fn documents(job: JobId) -> [DocId; 2] {
    [DocId::Order(job), DocId::Sheet(job)]
}

/// One answer while it is made.
struct Desk<'a> {
    shelf: &'a dyn Shelf,
    outlet: &'a Outlet,
    now_ms: i64,
    key: &'a SigningKey,
    pieces: usize,
    opened: usize,
    beacons: BTreeMap<(i64, u64, [u8; 8]), Option<Beacon>>,
}

impl Desk<'_> {
    /// Receipts of the runs that may be read, and how many of those asked for are told to their ends. What may not be read
    /// is told to its end, as what is not there.
    fn runs(&mut self, asked: &[RunAsked], docs: &[DocId]) -> Result<(Vec<RunReceipt>, u32), StorageError> {
        let (mut out, mut told) = (Vec::new(), 0);
        for run in asked {
            if docs.contains(&run.doc) {
                let (receipt, whole) = self.run(run)?;
                out.extend(Some(receipt).filter(|receipt| !receipt.pieces.is_empty()));
                if !whole {
                    break;
                }
            }
            told += 1;
        }
        Ok((out, told))
    }

    /// One run, and whether it is told to its end. The chain is made anew from the run's beginning: nobody's word is
    /// signed that was not computed here.
    fn run(&mut self, asked: &RunAsked) -> Result<(RunReceipt, bool), StorageError> {
        let (mut chain, mut reached) = (Chain::default(), 0u64);
        let mut out = RunReceipt { doc: asked.doc.clone(), actor: asked.actor, pieces: Vec::new() };
        loop {
            let batch = self.shelf.run_entries(self.outlet.id, &asked.doc, asked.actor, reached, BATCH)?;
            let last = batch.len() < BATCH;
            for entry in batch {
                if reached >= asked.up_to {
                    return Ok((out, true));
                }
                if self.pieces >= MOST_PIECES {
                    return Ok((out, false));
                }
                let body = self.shelf.body(self.outlet.id, entry.seq)?.ok_or(StorageError::Corrupt { what: "log" })?;
                self.opened += body.len();
                // A run without an end is told as far as it goes: to ask again would bring no more of it.
                if self.opened > MOST_OPENED || body.is_empty() {
                    return Ok((out, true));
                }
                let corrupt = || StorageError::Corrupt { what: "segment" };
                let kept = from_rest(&body)?.segment.ok_or_else(corrupt)?;
                let found = segment::find(kept.codec, &kept.body, kept.actor, kept.from_seq);
                for (seq, change) in (kept.from_seq..).zip(found.ok().ok_or_else(corrupt)?) {
                    // What came before came again, from a device that had not heard.
                    if seq == reached + 1 {
                        chain = chain.then(&change.hash());
                        reached = seq;
                    }
                }
                if reached > asked.after {
                    self.pieces += 1;
                    out.pieces.push(PieceReceipt {
                        to_seq: reached,
                        chain: chain.0,
                        log_seq: entry.seq,
                        at_ms: entry.at_ms,
                        beacon: kept.signature.beacon.map(|named| self.beacon(named)).transpose()?.flatten(),
                        signature: kept.signature,
                    });
                }
            }
            if last {
                return Ok((out, true));
            }
        }
    }

    /// The beacon that a signature names, if this log has given it.
    fn beacon(&mut self, named: BeaconRef) -> Result<Option<Beacon>, StorageError> {
        let name = (named.time_ms, named.seq, named.tag);
        if let Some(known) = self.beacons.get(&name) {
            return Ok(known.clone());
        }
        let hash = match named.seq {
            0 => Some(log::GENESIS),
            seq => self.shelf.entry(self.outlet.id, seq)?.map(|entry| entry.hash),
        };
        let made = hash.filter(|_| named.time_ms <= self.now_ms).map(|hash| {
            let (outlet, epoch) = (self.outlet.id, self.outlet.epoch);
            Beacon::sign(outlet, epoch, named.time_ms, named.seq, log::short(&hash), self.key)
        });
        let made = made.filter(|beacon| beacon.reference() == named);
        self.beacons.insert(name, made.clone());
        Ok(made)
    }

    fn blobs(&self, asked: &[BlobHash], docs: &[DocId]) -> Result<Vec<BlobReceipt>, StorageError> {
        let mut out = Vec::new();
        for hash in asked.iter().take(MOST_BLOBS).collect::<BTreeSet<_>>() {
            let times = docs.iter().map(|doc| self.shelf.attached(self.outlet.id, hash, doc));
            let times: Vec<_> = times.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect();
            let first = times.into_iter().min_by_key(|(_, at_ms)| *at_ms);
            out.extend(first.map(|(size, at_ms)| BlobReceipt { hash: *hash, size, at_ms }));
        }
        Ok(out)
    }

    fn held(&self, docs: &[DocId]) -> Result<Vec<DocumentHeld>, StorageError> {
        let mut out = Vec::new();
        for doc in docs {
            let rows = self.shelf.runs_of(self.outlet.id, doc, MOST_OF_DOCUMENT)?;
            let end = |(actor, row): (_, crate::storage::RunRow)| RunEnd {
                actor,
                seq: row.run.seq,
                hash: compare::head_of(&row.run.hash),
                log_seq: row.log_seq,
            };
            let runs: Vec<RunEnd> = rows.into_iter().map(end).collect();
            if !runs.is_empty() {
                out.push(DocumentHeld { doc: doc.clone(), runs });
            }
        }
        Ok(out)
    }

    /// Who wrote these runs and who asks.
    fn people(&self, runs: &[RunReceipt], asks: DeviceId) -> Result<(Vec<Device>, Vec<Role>), StorageError> {
        let named: BTreeSet<DeviceId> = runs.iter().map(|run| run.actor.device()).chain([asks]).collect();
        let (mut devices, mut roles) = (Vec::new(), BTreeMap::new());
        for device in named {
            let Some(row) = self.shelf.device(self.outlet.id, device)? else { continue };
            if let Some(member) = self.shelf.member(self.outlet.id, row.member)? {
                let role = Role { member: member.id, name: member.name, roles: member.roles, status: member.status };
                roles.insert(member.id, role);
            }
            devices.push(team::word(&row));
        }
        Ok((devices, roles.into_values().collect()))
    }
}
