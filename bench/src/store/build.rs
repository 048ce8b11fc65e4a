//! Years of an outlet's work in one data folder, made once and kept beside the build.
//!
//! Jobs come as they come to a new device: as signed pieces of a log, through the one way in. One thing alone is put there
//! by hand: that the photos' bytes are here, with empty files until their jobs are packed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Instant;

use doorstep::app::OpenFolder;
use doorstep::rules::RuleBook;
use doorstep::store::Store;
use doorstep::store::key::Keyring;
use doorstep::store::volumes::{JOBS, Loose};
use doorstep::tasks::Unwatched;
use doorstep_schemas::ids::MemberId;
use doorstep_schemas::log;
use doorstep_schemas::wire::{Cursor, Entry, Piece, RoleKind, kind};
use doorstep_tests::town::{Clock, Course, Ordered, Pens, Town, Written, facts};

use super::asks::Asks;
use super::{Plan, StoreBenchError, Whose};

const SEED: u64 = 20_261_122;
/// About as many changes as the store takes in at once.
const BATCH: usize = 2_000;
/// Jobs on their way from who writes them to the store.
const AHEAD: usize = 200;
/// Raised when a folder that an earlier bench made is no longer what this one would make.
const FORMAT: u32 = 1_000 + 3;
const HOUR_MS: i64 = 3_600_000;
/// A line of progress each.
const TELL: u64 = 2_000;

/// What happened in a town, as one of its devices has to know it.
pub struct Story {
    pub town: Town,
    pub member: MemberId,
    plan: Plan,
}

impl Story {
    pub fn of(plan: Plan) -> Result<Self, StoreBenchError> {
        let town = Town::new(SEED, Arc::new(RuleBook::built_in()?));
        let member = match plan.whose {
            Whose::Owner => town.owner(),
            Whose::Phone => town.first(RoleKind::Technician),
        };
        Ok(Self { town, member, plan })
    }

    /// Every order of the device with all that will come of it.
    pub fn orders(&self) -> impl Iterator<Item = (Ordered, Course)> {
        let per_day = match self.plan.whose {
            Whose::Owner => 60,
            Whose::Phone => 15,
        };
        let all = self.town.orders(0..u32::MAX, per_day).map(|ordered| {
            let course = self.town.course(&ordered);
            (ordered, course)
        });
        all.filter(|(ordered, course)| {
            self.plan.whose == Whose::Owner
                || facts(&self.town, ordered, course).order.assignees.contains_key(&self.member)
        })
    }

    /// The last moment: an hour after the last order came in.
    pub fn now_ms(&self) -> i64 {
        self.orders().take(self.plan.jobs).last().map_or(0, |(ordered, _)| ordered.taken_ms + HOUR_MS)
    }

    /// Whether a piece is for the device.
    pub fn hears(&self, piece: &Piece) -> bool {
        piece.grant.is_none_or(|grant| self.plan.whose == Whose::Owner || grant.member == self.member)
    }
}

/// A job as it stands at a moment: what comes later has not happened.
pub fn until(now_ms: i64, course: &Course) -> (Course, bool) {
    let steps: Vec<_> = course.steps.iter().filter(|step| step.at_ms <= now_ms).cloned().collect();
    let open = steps.len() < course.steps.len();
    (Course { steps, ..course.clone() }, open)
}

/// Gives pieces their places in a log.
pub struct Log(u64);

impl Log {
    pub fn from(seq: u64) -> Self {
        Self(seq)
    }

    pub fn entries(&mut self, pieces: impl IntoIterator<Item = (i64, Piece)>) -> Vec<Entry> {
        let entry = |(at_ms, piece)| {
            self.0 += 1;
            Entry { seq: self.0, hash: [0; 8], part: 0, at_ms, piece }
        };
        pieces.into_iter().map(entry).collect()
    }

    pub fn cursor(&self) -> Cursor {
        Cursor { epoch: [1; 8], seq: self.0, hash: [0; 8], part: 0 }
    }
}

/// A data folder as the app would open it.
pub fn open(folder: &Path) -> Result<OpenFolder, StoreBenchError> {
    Ok(OpenFolder::open(folder, &Keyring::File, &Clock::new(SEED), &mut Unwatched)?)
}

/// The folder of a plan, made if it is not there yet.
pub fn ready(beside: &Path, plan: Plan, anew: bool) -> Result<PathBuf, StoreBenchError> {
    let story = Story::of(plan)?;
    let folder = beside.join(format!("store-{}-{}-{}", plan.jobs, plan.whose.word(), fingerprint(&story)?));
    if anew && folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    if folder.exists() {
        renew(&folder)?;
        return Ok(folder);
    }
    for stale in fs::read_dir(beside)? {
        let stale = stale?;
        if stale.file_name().to_string_lossy().starts_with(&format!("store-{}-{}-", plan.jobs, plan.whose.word())) {
            fs::remove_dir_all(stale.path())?;
        }
    }
    // Under its name only when it is whole.
    let partial = tempfile::Builder::new().prefix("bench-store-").tempdir_in(beside)?;
    fill(partial.path(), &story)?;
    fs::rename(partial.keep(), &folder)?;
    Ok(folder)
}

/// Brings a folder that was filled by an earlier version to this one's shape and read models: what is measured is not the
/// first start after an update. The second opening lets go of the copy that the first one made.
fn renew(folder: &Path) -> Result<(), StoreBenchError> {
    for _ in 0..2 {
        drop(open(folder)?);
    }
    super::tables::settle(folder)
}

/// What a folder's content depends on: the documents that the town writes, and the shape of the tables.
pub(crate) fn fingerprint(story: &Story) -> Result<String, StoreBenchError> {
    let pens = Pens::new(&story.town);
    let mut all = FORMAT.to_be_bytes().to_vec();
    for (ordered, course) in story.orders().take(20) {
        for (_, piece) in pens.write(&ordered, &course)?.pieces {
            all.extend(minicbor::to_vec(&piece).unwrap_or_default());
        }
    }
    let blank = tempfile::tempdir()?;
    drop(open(blank.path())?);
    all.extend(super::tables::shape(blank.path())?.into_bytes());
    Ok(log::digest(&all)[..6].iter().map(|byte| format!("{byte:02x}")).collect())
}

fn fill(folder: &Path, story: &Story) -> Result<(), StoreBenchError> {
    let begun = Instant::now();
    let (jobs, whose) = (story.plan.jobs, story.plan.whose.word());
    eprintln!("store: a folder of {jobs} jobs is made ({whose}); it is kept for later runs");
    let OpenFolder { mut store, lock, .. } = open(folder)?;
    story.town.found(&mut store)?;
    store.set_enrolment(&story.town.enrolment(story.member))?;
    let mut chosen = store.chosen()?;
    chosen.no_network = true;
    store.set_chosen(&chosen)?;

    let now_ms = story.now_ms();
    let mut asks = Asks::at(now_ms, jobs);
    let mut log = Log::from(0);
    let devices = Pens::new(&story.town).devices().into_iter().map(|piece| (0, piece));
    store.absorb(&log.entries(devices), None, now_ms)?;
    let (to, from) = sync_channel(AHEAD);
    thread::scope(|scope| {
        let writer = scope.spawn(move || write(story, now_ms, &to));
        let taken = take(folder, &mut store, &from, &mut log, &mut asks, story);
        drop(from);
        writer.join().map_err(|_panicked| StoreBenchError::Writer)??;
        taken
    })?;
    asks.head = log.0;
    asks.keep(folder)?;
    drop((store, lock));
    super::tables::settle(folder)?;
    eprintln!("store: {jobs} jobs, {} changes in {:.0} s", asks.changes, begun.elapsed().as_secs_f64());
    Ok(())
}

/// A job on its way, whether it is open, and what it says of itself.
type Sent = (Ordered, Written, bool);

fn write(story: &Story, now_ms: i64, to: &SyncSender<Sent>) -> Result<(), StoreBenchError> {
    let pens = Pens::new(&story.town);
    for (ordered, course) in story.orders().take(story.plan.jobs) {
        let (course, open) = until(now_ms, &course);
        let written = pens.write(&ordered, &course)?;
        if to.send((ordered, written, open)).is_err() {
            // Whoever takes them in has failed and says so itself.
            return Ok(());
        }
    }
    Ok(())
}

fn take(
    folder: &Path,
    store: &mut Store,
    from: &Receiver<Sent>,
    log: &mut Log,
    asks: &mut Asks,
    story: &Story,
) -> Result<(), StoreBenchError> {
    let begun = Instant::now();
    let (mut batch, mut changes, mut told) = (Vec::new(), 0, 0);
    loop {
        let sent = from.recv().ok();
        let ended = sent.is_none();
        if let Some((ordered, written, open)) = sent {
            asks.note(&ordered, &written, open);
            changes += written.changes;
            batch.extend(written.pieces.into_iter().filter(|(_, piece)| story.hears(piece)));
        }
        if changes >= BATCH || ended {
            let absorbed = store.absorb(&log.entries(std::mem::take(&mut batch)), Some(&log.cursor()), asks.now_ms)?;
            if absorbed.adopted as usize != changes {
                return Err(StoreBenchError::Lost { sent: changes, adopted: absorbed.adopted as usize });
            }
            let said = grants_said(store, asks.now_ms)?;
            store.absorb(&log.entries(said), Some(&log.cursor()), asks.now_ms)?;
            let photos = super::tables::photos_arrive(folder)?;
            pack(store, asks.now_ms)?;
            photos.leave()?;
            changes = 0;
            if asks.jobs / TELL > told {
                told = asks.jobs / TELL;
                let speed = asks.jobs as f64 / begun.elapsed().as_secs_f64();
                eprintln!("store: {} jobs, {speed:.0} a second", asks.jobs);
            }
        }
        if ended {
            return Ok(());
        }
    }
}

/// Who may read which past jobs follows from the jobs: the device says it, and the relay puts it into the log.
fn grants_said(store: &mut Store, now_ms: i64) -> Result<Vec<(i64, Piece)>, StoreBenchError> {
    store.queue_history(now_ms)?;
    let piece = |grant| (now_ms, Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    Ok(store.grants_due()?.into_iter().map(piece).collect())
}

/// What upkeep does in idle moments; the outlet has been at rest for longer than a job must be quiet.
fn pack(store: &mut Store, now_ms: i64) -> Result<(), StoreBenchError> {
    while store.pack_some(now_ms, 256)?.looked_at > 0 {}
    while let Some(bound) = store.loose_packs(JOBS)?.and_then(Loose::bind) {
        store.put_volume(&bound)?;
    }
    Ok(())
}
