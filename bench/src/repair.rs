//! What it costs a device and a relay to find out in what they differ: an owner's desk with years of jobs, and a log that
//! lacks the last change of some of them.
//!
//! Both are in this process, so that bytes are counted and no line is waited for. The relay's log holds runs and grants
//! and no bodies: comparing reads none.

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use doorstep::app::OpenFolder;
use doorstep::store::Store;
use doorstep::sync::engine::{Engine, Wish};
use doorstep::sync::fault::Fault;
use doorstep::sync::pacer::Cause;
use doorstep_relay::engine::access::Endpoint;
use doorstep_relay::engine::standing::{self, NotServed};
use doorstep_relay::engine::{compare, team};
use doorstep_relay::storage::sqlite::Sqlite;
use doorstep_relay::storage::{self, Device, GrantNow, Ledger, RunRow, StorageError};
use doorstep_schemas::PROTOCOL;
use doorstep_schemas::admission::Run;
use doorstep_schemas::frame::{self, FrameError, FrameReader};
use doorstep_schemas::ids::{Actor, DocId, DocKind, OutletId};
use doorstep_schemas::signature::{Beacon, identity};
use doorstep_schemas::wire::{self, Cursor, DownHeader, Grant, Held, Outcome, Piece, PieceResult, Status, Trailer};
use doorstep_tests::town::Pens;
use ed25519_dalek::SigningKey;

use crate::figures::Figures;
use crate::store::{Plan, StoreBenchError, Story, Whose, copy, granted, open_folder, ready};

const TOKEN: [u8; 32] = [5; 32];
const EPOCH: [u8; 8] = [9; 8];
const HASH: [u8; 8] = [0; 8];
/// Rows written to the log in one go.
const BATCH: usize = 4_096;

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum RepairBenchError {
    #[error(transparent)]
    Folder(#[from] StoreBenchError),
    #[error(transparent)]
    Store(#[from] doorstep::store::StoreError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    NotServed(#[from] NotServed),
    #[error(transparent)]
    Fault(#[from] Box<Fault>),
    #[error(transparent)]
    Frame(#[from] FrameError),
    #[error("{wanted} changes were to be sent again, and {sent} pieces were")]
    Missed { wanted: usize, sent: usize },
    #[error("the store is not at rest before it is compared")]
    NotAtRest,
    #[error("a file failed")]
    Io(#[from] io::Error),
}

impl From<Fault> for RepairBenchError {
    fn from(fault: Fault) -> Self {
        Self::Fault(Box::new(fault))
    }
}

/// A run as the log knows it, and as it was one change earlier.
struct Known {
    doc: DocId,
    actor: Actor,
    run: Run,
    before: Option<Run>,
}

/// What was said until nothing was left to say.
#[derive(Default)]
struct Said {
    questions: usize,
    up: usize,
    down: usize,
    pieces: usize,
    sent: usize,
}

/// Compares a desk of so many jobs with a log that lacks something of `lacking` of them, for each of these numbers.
pub fn measure(beside: &Path, jobs: usize, lacking: &[usize], out: &mut dyn Write) -> Result<(), RepairBenchError> {
    let plan = Plan { jobs, whose: Whose::Owner };
    let folder = ready(beside, plan, false)?;
    let work = tempfile::Builder::new().prefix("bench-").tempdir_in(beside)?;
    copy(&folder, work.path())?;
    let OpenFolder { mut store, lock, .. } = open_folder(work.path())?;
    let story = Story::of(plan)?;
    let log = tempfile::Builder::new().prefix("bench-").tempdir_in(beside)?;
    let (relay, known) = Relay::holding(log.path(), work.path(), &mut store, &story)?;
    while store.sum_up(1_024)? {}
    // They have met before: who works here is known on both sides.
    relay.talk(&mut store, story.now_ms())?;
    let mut figures = Figures::of("repair", out);
    for lacking in lacking.iter().copied().filter(|lacking| *lacking <= jobs) {
        let case = format!("{jobs}-{lacking}");
        let lost: Vec<&Known> = known.iter().filter(|known| known.before.is_some()).take(lacking).collect();
        relay.put(lost.iter().map(|known| (known.doc.clone(), known.actor, known.before.unwrap_or_default())))?;
        // What the last meeting changed is summed up between two of them, as in a device's idle moments.
        while store.sum_up(1_024)? {}
        if store.compare_due(story.now_ms())?.is_some() || !store.comparable()? {
            return Err(RepairBenchError::NotAtRest);
        }
        let begun = Instant::now();
        let said = relay.talk(&mut store, story.now_ms())?;
        let seconds = begun.elapsed().as_secs_f64();
        if said.pieces != lost.len() {
            return Err(RepairBenchError::Missed { wanted: lost.len(), sent: said.pieces });
        }
        relay.put(lost.iter().map(|known| (known.doc.clone(), known.actor, known.run)))?;
        figures.say(&case, "bytes_compared", said.up + said.down, "bytes")?;
        figures.say(&case, "bytes_sent", said.sent, "bytes")?;
        figures.say(&case, "round_trips", said.questions, "count")?;
        figures.say(&case, "seconds", (seconds * 1_000.0).round() / 1_000.0, "s")?;
    }
    drop((store, lock));
    Ok(())
}

/// A relay's engine over a log on the disk that is measured.
struct Relay {
    log: Sqlite,
    outlet: OutletId,
    key: SigningKey,
    head: u64,
}

impl Relay {
    /// One that holds what the store holds, and knows its device as the owner's.
    fn holding(
        folder: &Path,
        data: &Path,
        store: &mut Store,
        story: &Story,
    ) -> Result<(Self, Vec<Known>), RepairBenchError> {
        let (key, mut enrolment) = (SigningKey::from_bytes(&[3; 32]), story.town.enrolment(story.member));
        enrolment.relay_key = identity(&key).0;
        store.set_enrolment(&enrolment)?;
        let mut relay = Self { log: Sqlite::open(folder)?, outlet: enrolment.outlet, key, head: 0 };
        let (outlet, member) = (relay.outlet, story.member);
        let roles: Vec<_> = story.town.members.iter().map(doorstep_tests::town::Member::role).collect();
        let device = Device {
            id: store.device(),
            member,
            key: store.public_key(),
            name: enrolment.device_name.clone(),
            status: Status::Active,
            token_hash: TOKEN,
            cursor_seq: 0,
            seen_ms: 0,
            held: Held::default(),
            pending: false,
            status_ms: 0,
        };
        let words = Pens::new(&story.town).devices().into_iter().filter_map(|piece| piece.device);
        let other = |word: wire::Device| Device {
            id: word.device,
            member: word.member,
            key: word.key,
            name: word.name,
            token_hash: word.key.0,
            ..device.clone()
        };
        let others: Vec<Device> = words.map(other).collect();
        relay.write(move |ledger| {
            team::found_outlet(ledger, outlet, enrolment.outlet_name, EPOCH, 0)?;
            for role in roles {
                team::put_member(ledger, outlet, role.member, role.name, role.roles, role.status, 0)?;
            }
            others.iter().chain([&device]).try_for_each(|device| team::put_device(ledger, outlet, device, 0))
        })?;
        let mut known = Vec::new();
        for job in store.listed_jobs()? {
            let whole = store.whole_job(job)?;
            for run in &whole.runs {
                let last = |seq: u64| {
                    let here = |kept: &&doorstep_schemas::closed::ClosedChange| {
                        (kept.kind, kept.change.actor, kept.change.seq) == (run.kind, run.actor, seq)
                    };
                    whole.changes.iter().find(here).map(|kept| kept.change.hash)
                };
                let before = run.run.seq.checked_sub(1).filter(|seq| *seq > 0);
                let before = before.and_then(|seq| Some(Run { seq, hash: last(seq)?, ..run.run }));
                known.push(Known {
                    doc: if run.kind == DocKind::Order { DocId::Order(job) } else { DocId::Sheet(job) },
                    actor: run.actor,
                    run: run.run,
                    before,
                });
            }
        }
        relay.put(known.iter().map(|known| (known.doc.clone(), known.actor, known.run)))?;
        relay.give(granted(data)?)?;
        let row = storage::look(&relay.log, |shelf| shelf.outlet(outlet))?;
        relay.head = row.map_or(0, |row| row.head);
        Ok((relay, known))
    }

    fn write(
        &self,
        job: impl FnOnce(&mut dyn Ledger) -> Result<(), StorageError> + Send + 'static,
    ) -> Result<(), StorageError> {
        storage::write(&self.log, job).wait()
    }

    fn give(&self, grants: Vec<Grant>) -> Result<(), StorageError> {
        let outlet = self.outlet;
        self.write(move |ledger| {
            grants.iter().try_for_each(|grant| {
                let now = GrantNow { access: grant.access, since: 1, log_seq: Some(1), had_write: false };
                ledger.put_grant(outlet, grant.job, grant.member, now)
            })
        })
    }

    /// How far these runs are held.
    fn put(&self, runs: impl Iterator<Item = (DocId, Actor, Run)>) -> Result<(), StorageError> {
        let (outlet, mut runs) = (self.outlet, runs.peekable());
        while runs.peek().is_some() {
            let some: Vec<_> = runs.by_ref().take(BATCH).collect();
            self.write(move |ledger| {
                some.iter().try_for_each(|(doc, actor, run)| {
                    ledger.put_run(outlet, doc, *actor, &RunRow { run: *run, log_seq: 1 })
                })
            })?;
        }
        Ok(())
    }

    /// An exchange's answer: whatever came is held, nothing is new.
    fn header(&self, pieces: usize) -> DownHeader {
        let held = PieceResult {
            outcome: Outcome::Accepted,
            log_seq: Some(self.head),
            want_from: None,
            code: None,
            inbox: None,
        };
        DownHeader {
            protocol: PROTOCOL,
            epoch: EPOCH,
            beacon: Beacon::sign(self.outlet, EPOCH, 0, self.head, HASH, &self.key),
            results: vec![held; pieces],
            owner_seq: self.head,
            backed_up_to: 0,
            runs: Vec::new(),
            restarted: false,
            devices: Vec::new(),
            sample: None,
            addresses: None,
            pending: None,
            inbox: None,
            inbox_seen: None,
            farewell: None,
            compares: Some(doorstep_schemas::compare::FORM),
            packs_from: None,
            decided: None,
        }
    }

    /// Lets the device compare and send until it has nothing more to say.
    fn talk(&self, store: &mut Store, now_ms: i64) -> Result<Said, RepairBenchError> {
        let caller = storage::look(&self.log, |shelf| Ok(standing::caller(shelf, &TOKEN, Endpoint::Compare)))??;
        let cursor = Cursor { epoch: EPOCH, seq: self.head, hash: HASH, part: 0 };
        store.absorb(&[], Some(&cursor), now_ms)?;
        store.note_answer(&self.header(0), now_ms)?;
        store.compare_soon()?;
        let (mut engine, mut said) = (Engine::default(), Said::default());
        engine.on(Cause::Start, now_ms);
        loop {
            let answer = match engine.poll(store, now_ms)? {
                Wish::Compare(question) => {
                    let up = frame::read(&question)?;
                    let look = |shelf: &dyn storage::Shelf| Ok(compare::answer(shelf, &caller, &up, now_ms, &self.key));
                    let answer = storage::look(&self.log, look)??;
                    said.questions += 1;
                    said.up += question.len();
                    said.down += answer.len();
                    answer
                }
                Wish::Send(body) => {
                    let mut reader = FrameReader::default();
                    reader.push(&body);
                    let (mut pieces, mut grants) = (0, Vec::new());
                    reader.next_frame()?;
                    while let Some(item) = reader.next_frame()? {
                        pieces += 1;
                        grants.extend(frame::read::<Piece>(item)?.grant);
                    }
                    let segments = pieces - grants.len();
                    said.pieces += segments;
                    said.sent += if segments > 0 { body.len() } else { 0 };
                    self.give(grants)?;
                    let mut answer = Vec::new();
                    frame::put(&mut answer, &self.header(pieces));
                    frame::put(&mut answer, &Trailer { cursor, more: false });
                    answer
                }
                Wish::WaitUntil(_) | Wish::Rest => return Ok(said),
            };
            engine.receive(&answer, store, now_ms)?;
            engine.finish(store, now_ms)?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[test]
    fn bytes_follow_the_difference() {
        let (beside, mut out) = (tempfile::tempdir().unwrap(), Vec::new());
        measure(beside.path(), 120, &[0, 1, 10], &mut out).unwrap();
        let lines: Vec<&str> = std::str::from_utf8(&out).unwrap().lines().collect();
        assert!(lines.len() == 12 && lines.iter().all(|line| is_figure(line)), "{lines:#?}");
        let value = |case: &str, figure: &str| {
            let line = lines.iter().find(|line| line.contains(case) && line.contains(figure)).unwrap();
            serde_json::from_str::<serde_json::Value>(line).unwrap()["value"].as_u64().unwrap()
        };
        assert!(value("120-0", "bytes_compared") < 5_000);
        assert_eq!((value("120-0", "bytes_sent"), value("120-0", "round_trips")), (0, 1));
        assert!(value("120-1\"", "bytes_sent") < value("120-10", "bytes_sent"));
    }
}
