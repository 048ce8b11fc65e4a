//! Answering a device that compares: digests of what it may read, runs where they differ, entries that it lacks.

use std::collections::{BTreeMap, HashSet};
use std::ops::RangeInclusive;

use doorstep_schemas::PROTOCOL;
use doorstep_schemas::compare::{
    self, CompareDown, CompareUp, DocumentHeld, MOST_NODES, MOST_SUBJECTS, MOST_WANTED, Node, NodeHeld, RunEnd,
    RunWanted, Tally,
};
use doorstep_schemas::frame;
use doorstep_schemas::ids::{DeviceId, DocId, JobId};
use doorstep_schemas::log;
use doorstep_schemas::signature::Beacon;
use doorstep_schemas::wire::{Device, Grant, Role};
use ed25519_dalek::SigningKey;

use super::exchange::{BUDGET, MOST_BUDGET};
use super::scan;
use super::standing::{self, Caller, NotServed, Sight};
use super::team;
use crate::storage::tallied::{MOST_RUNS, of_grant, of_run};
use crate::storage::{Outlet, Shelf, StorageError};

/// Runs and grants that one answer names, beside those of the last subject that it begins with.
const MOST_NAMED: usize = 4_096;

/// The whole body of the answer.
pub fn answer(
    shelf: &dyn Shelf,
    caller: &Caller,
    up: &CompareUp,
    now_ms: i64,
    key: &SigningKey,
) -> Result<Vec<u8>, NotServed> {
    let caller = standing::again(shelf, caller)?;
    let outlet = shelf.outlet(caller.outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
    let sight = Sight::of(shelf, caller.outlet, &caller.member)?;
    let view = View { shelf, outlet: &outlet, caller: &caller, sight: &sight };
    let wanted: Vec<RunWanted> =
        up.wanted.iter().take(MOST_WANTED).filter(|run| sight.reads(&run.doc)).cloned().collect();
    let budget = usize::try_from(up.budget.unwrap_or(BUDGET).min(MOST_BUDGET)).unwrap_or(usize::MAX);
    let (entries, told) = scan::runs(shelf, outlet.id, &wanted, up.sample, budget)?;
    let (roles, devices) = if up.team { view.team()? } else { Default::default() };
    let named = view.named(&up.subjects)?;
    let header = CompareDown {
        protocol: PROTOCOL,
        epoch: outlet.epoch,
        beacon: Beacon::sign(outlet.id, outlet.epoch, now_ms, outlet.head, log::short(&outlet.hash), key),
        nodes: view.nodes(&up.nodes)?,
        team: if up.nodes.contains(&Node::ROOT) {
            let (roles, devices) = view.team()?;
            Some(compare::of_team(&roles, &devices))
        } else {
            None
        },
        answered: named.answered,
        documents: named.documents,
        grants: named.grants,
        erased: named.erased,
        roles,
        devices,
        told: told_of(&up.wanted, &wanted, told),
    };
    let mut body = Vec::with_capacity(entries.len() + 4_096);
    frame::put(&mut body, &header);
    body.extend_from_slice(&entries);
    Ok(body)
}

/// The same count among the runs as they were asked for: what may not be read is told to its end, as what is not there.
fn told_of(asked: &[RunWanted], readable: &[RunWanted], told: usize) -> u32 {
    let reached = match readable.get(told) {
        Some(next) => asked.iter().position(|run| run == next).unwrap_or(0),
        None => asked.len().min(MOST_WANTED),
    };
    u32::try_from(reached).unwrap_or(u32::MAX)
}

/// What a member may see of the log now.
struct View<'a> {
    shelf: &'a dyn Shelf,
    outlet: &'a Outlet,
    caller: &'a Caller,
    sight: &'a Sight,
}

#[derive(Default)]
struct Named {
    answered: u32,
    documents: Vec<DocumentHeld>,
    grants: Vec<Grant>,
    erased: Vec<JobId>,
}

impl View<'_> {
    fn nodes(&self, asked: &[Node]) -> Result<Vec<NodeHeld>, StorageError> {
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        // Those who read everything have it summed up; what others may read is little, and summed up for them.
        let own = if self.caller.is_owner() { None } else { Some(self.own_tallies()?) };
        let of = |node: &Node| {
            let Some(span) = node.span() else { return Ok(NodeHeld::of(*node, Vec::new())) };
            let subjects = match &own {
                None => self.shelf.tallies(self.outlet.id, span)?,
                Some(own) => within(own, span),
            };
            Ok(NodeHeld::of(*node, subjects))
        };
        // The root is all places, and each node stands for its own: nobody has the same ones read twice.
        if asked.contains(&Node::ROOT) {
            return Ok(vec![of(&Node::ROOT)?]);
        }
        let mut told = HashSet::new();
        asked.iter().take(MOST_NODES).filter(|node| told.insert(**node)).map(of).collect()
    }

    fn own_tallies(&self) -> Result<BTreeMap<u64, Vec<Tally>>, StorageError> {
        let member = self.caller.member.id;
        let papers = [DocId::Roster, DocId::Catalogue, DocId::Request(member), DocId::Stock(member)];
        let grants = self.shelf.grants_of(self.outlet.id, member)?;
        let jobs = grants.iter().map(|(job, _)| DocId::Order(*job));
        let mut out: BTreeMap<u64, Vec<Tally>> = BTreeMap::new();
        for subject in papers.into_iter().chain(jobs) {
            let mut digest = 0;
            for doc in documents(&subject).into_iter().filter(|doc| self.sight.reads(doc)) {
                for (actor, row) in self.shelf.runs_of(self.outlet.id, &doc, MOST_RUNS)? {
                    digest ^= of_run(&doc, actor, &row);
                }
            }
            if let Some(job) = subject.job()
                && let Some(now) = self.shelf.grant(self.outlet.id, job, member)?
            {
                digest ^= of_grant(job, member, &now);
            }
            out.entry(compare::place(&subject)).or_default().push(Tally { subject, digest });
        }
        Ok(out)
    }

    fn named(&self, asked: &[DocId]) -> Result<Named, StorageError> {
        let mut out = Named::default();
        if asked.is_empty() {
            return Ok(out);
        }
        let devices = self.shelf.devices(self.outlet.id)?.into_iter();
        let own: HashSet<DeviceId> =
            devices.filter(|device| device.member == self.caller.member.id).map(|device| device.id).collect();
        let mut count = 0;
        for subject in asked.iter().take(MOST_SUBJECTS) {
            if count >= MOST_NAMED {
                break;
            }
            for doc in documents(subject) {
                let mut rows = self.shelf.runs_of(self.outlet.id, &doc, MOST_RUNS)?;
                if !self.sight.reads(&doc) {
                    // How far their own work has come everybody may know.
                    rows.retain(|(actor, _)| own.contains(&actor.device()));
                }
                let end = |(actor, row): &(_, crate::storage::RunRow)| RunEnd {
                    actor: *actor,
                    seq: row.run.seq,
                    hash: compare::head_of(&row.run.hash),
                    log_seq: row.log_seq,
                };
                let runs: Vec<RunEnd> = rows.iter().map(end).collect();
                count += runs.len();
                if !runs.is_empty() {
                    out.documents.push(DocumentHeld { doc, runs });
                }
            }
            if let Some(job) = subject.job() {
                // Everybody is told that a job was erased.
                if self.shelf.erased(self.outlet.id, job)?.is_some() {
                    out.erased.push(job);
                }
                let grants = self.grants(job)?;
                count += grants.len();
                out.grants.extend(grants);
            }
            out.answered += 1;
        }
        Ok(out)
    }

    /// Grants of a job that are in the log: to owners all, to others their own.
    fn grants(&self, job: JobId) -> Result<Vec<Grant>, StorageError> {
        let all = self.shelf.grants_on(self.outlet.id, job)?;
        let seen = all.into_iter().filter(|(member, now)| {
            now.log_seq.is_some() && (self.caller.is_owner() || *member == self.caller.member.id)
        });
        Ok(seen.map(|(member, now)| Grant { job, member, access: now.access }).collect())
    }

    /// Members and devices as the log has them: those that wait for an owner's word are in none.
    fn team(&self) -> Result<(Vec<Role>, Vec<Device>), StorageError> {
        let members = self.shelf.members(self.outlet.id)?.into_iter();
        let roles = members.map(|m| Role { member: m.id, name: m.name, roles: m.roles, status: m.status });
        let devices = self.shelf.devices(self.outlet.id)?;
        let devices = devices.iter().filter(|device| !device.pending).map(team::word);
        Ok((roles.collect(), devices.collect()))
    }
}

fn documents(subject: &DocId) -> Vec<DocId> {
    match subject.job() {
        Some(job) => vec![DocId::Order(job), DocId::Sheet(job)],
        None => vec![subject.clone()],
    }
}

fn within(tallies: &BTreeMap<u64, Vec<Tally>>, places: RangeInclusive<u64>) -> Vec<Tally> {
    tallies.range(places).flat_map(|(_, subjects)| subjects).cloned().collect()
}
