//! Jobs that come in one piece, from the relay's cache of packs.
//!
//! A pack is judged as its entries would be: the authors' keys and signatures, each change by its ancestors, Automerge as
//! the net. What passes whole, is over and of which nothing was here is kept as it came: at rest at once, without a row
//! for each change. Anything else is taken apart and goes the way of pieces, so that there is one way of judging. Packs
//! are judged beside the database, on as many threads as there are processors.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use doorstep_schemas::change::Change;
use doorstep_schemas::closed::{Closed, ClosedChange};
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, DocKind, JobId, OutletId, PublicKey};
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Access, Grant, Pack, Piece, Segment, kind};
use rusqlite::{Connection, params};

use super::absorb::Taken;
use super::index::Texts;
use super::listed::JobRow;
use super::packs::{self, PackError, Sums};
use super::papers::Papers;
use super::settings::Enrolment;
use super::{StoreError, inbox, index, packing, photos, rule_sets, tally, team, views};
use crate::documents::paper::Paper;
use crate::domain::facts::Job;
use crate::domain::nodes;
use crate::rules::RuleBook;

/// So few packs are not worth a thread.
const FEW: usize = 4;
/// Threads that judge at most: a phone has other work.
const MOST_THREADS: usize = 4;

/// A pack among what came.
#[derive(Clone, Copy)]
pub(super) struct Arrival<'a> {
    pub job: JobId,
    pub pack: &'a Pack,
    /// Its place among all that came.
    pub place: usize,
}

impl<'a> Arrival<'a> {
    pub fn of(place: usize, piece: &'a Piece) -> Option<Self> {
        let (Some(DocId::Order(job)), Some(pack)) = (&piece.doc, &piece.pack) else { return None };
        (piece.kind == kind::PACK).then_some(Self { job: *job, pack, place })
    }
}

/// Whose packs are judged, and by what.
pub(super) struct Judge<'a> {
    pub outlet: OutletId,
    /// This start of the app.
    pub actor: Actor,
    pub rules: &'a RuleBook,
    pub now_ms: i64,
}

/// What came of all packs of a batch.
#[derive(Default)]
pub(super) struct Arrived {
    /// Jobs that were kept as they came, and how many changes are in them.
    pub kept: BTreeSet<JobId>,
    pub changes: u32,
    /// The others, taken apart.
    pub apart: Vec<(Piece, Taken)>,
    /// Grants became due.
    pub grants_due: bool,
}

/// What a pack turned out to be.
enum Found {
    Whole(Box<Whole>),
    Apart(Closed),
    Unreadable(PackError),
}

struct Whole {
    closed: Closed,
    facts: Arc<Job>,
    row: JobRow,
}

/// Takes packs: keeps what can be kept whole, and returns the rest in pieces.
pub(super) fn take(
    db: &Connection,
    papers: &mut Papers,
    enrolment: &Enrolment,
    judge: &Judge<'_>,
    arrivals: &[Arrival<'_>],
) -> Result<Arrived, StoreError> {
    let keys = keys(db)?;
    let mut new = Vec::with_capacity(arrivals.len());
    let mut jobs = BTreeSet::new();
    for arrival in arrivals {
        new.push(jobs.insert(arrival.job) && !is_here(db, arrival.job)?);
    }
    let found = judge_all(judge, &keys, arrivals, &new);
    let owner = team::is_owner(db, enrolment.member)?;
    let mut out = Arrived::default();
    for (arrival, found) in arrivals.iter().zip(found) {
        if let Found::Unreadable(cause) = found {
            return Err(StoreError::PackCame { place: arrival.place, cause });
        }
        if inbox::is_erased(db, &DocId::Order(arrival.job))? {
            continue;
        }
        for said in &arrival.pack.grants {
            let grant = Grant { job: arrival.job, member: said.member, access: said.access };
            let taken = Taken { log_seq: Some(said.seq), ..Taken::default() };
            team::put_grant(db, &grant, team::rank(taken))?;
        }
        match found {
            Found::Whole(whole) => {
                keep(db, papers, judge, arrival, &whole)?;
                if owner {
                    out.grants_due |= team::queue_assigned(db, arrival.job, &whole.facts.order)?;
                }
                out.changes = out.changes.saturating_add(u32::try_from(whole.closed.changes.len()).unwrap_or(u32::MAX));
                out.kept.insert(arrival.job);
            }
            Found::Apart(closed) => {
                if arrival.pack.grants.iter().any(|said| said.access == Access::Write) {
                    team::offer_again(db, arrival.job)?;
                }
                out.apart.extend(pieces(arrival.job, &closed));
            }
            Found::Unreadable(_) => {}
        }
    }
    Ok(out)
}

fn keys(db: &Connection) -> Result<HashMap<DeviceId, PublicKey>, StoreError> {
    let mut query = db.prepare_cached("SELECT device, key FROM device")?;
    let rows = query.query_map([], |row| Ok((DeviceId(row.get(0)?), PublicKey(row.get(1)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn is_here(db: &Connection, job: JobId) -> Result<bool, StoreError> {
    let (order, sheet) = (DocId::Order(job), DocId::Sheet(job));
    if packs::has(db, &order)? || packs::has(db, &sheet)? {
        return Ok(true);
    }
    let mut query = db.prepare_cached(include_str!("sql/job_is_here.sql"))?;
    Ok(query.query_row(params![order.to_string(), sheet.to_string()], |row| row.get(0))?)
}

fn judge_all(
    judge: &Judge<'_>,
    keys: &HashMap<DeviceId, PublicKey>,
    arrivals: &[Arrival<'_>],
    new: &[bool],
) -> Vec<Found> {
    let one = |n: usize| judge.judge(keys, arrivals[n].job, arrivals[n].pack, new[n]);
    let threads = thread::available_parallelism().map_or(1, usize::from).min(MOST_THREADS);
    if arrivals.len() < FEW || threads == 1 {
        return (0..arrivals.len()).map(one).collect();
    }
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(arrivals.len())));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let n = next.fetch_add(1, Ordering::Relaxed);
                    if n >= arrivals.len() {
                        break;
                    }
                    let found = one(n);
                    done.lock().unwrap_or_else(PoisonError::into_inner).push((n, found));
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
    done.sort_by_key(|(n, _)| *n);
    done.into_iter().map(|(_, found)| found).collect()
}

impl Judge<'_> {
    fn judge(&self, keys: &HashMap<DeviceId, PublicKey>, job: JobId, pack: &Pack, new: bool) -> Found {
        let closed = match packs::decode(&pack.body) {
            Ok(closed) => closed,
            Err(cause) => return Found::Unreadable(cause),
        };
        let whole = if new && self.is_vouched(keys, job, &closed) { self.read(job, &closed) } else { None };
        match whole {
            Some((facts, row)) => Found::Whole(Box::new(Whole { closed, facts: Arc::new(facts), row })),
            None => Found::Apart(closed),
        }
    }

    /// Whether the author of each run is known, is another device and signed it, and each change follows the one before
    /// it in its run.
    fn is_vouched(&self, keys: &HashMap<DeviceId, PublicKey>, job: JobId, closed: &Closed) -> bool {
        let signed = closed.runs.iter().all(|run| {
            let author = run.actor.device();
            let key = keys.get(&author).filter(|_| author != self.actor.device());
            key.is_some_and(|key| packs::is_signed(self.outlet, job, run, key))
        });
        let mut ends: HashMap<(DocKind, Actor), ChangeHash> = HashMap::new();
        signed
            && closed.changes.iter().all(|ClosedChange { kind, change, .. }| {
                let before = ends.insert((*kind, change.actor), change.hash);
                before.is_none_or(|before| change.deps.contains(&before))
            })
    }

    /// The job as its documents tell it, if all of it can be adopted and it is over.
    fn read(&self, job: JobId, closed: &Closed) -> Option<(Job, JobRow)> {
        let order = self.adopt(job, DocKind::Order, closed)?;
        let sheet = self.adopt(job, DocKind::Sheet, closed)?;
        let has_order = closed.changes.iter().any(|kept| kept.kind == DocKind::Order);
        let facts = views::facts_of(has_order.then_some(&order), &sheet)?;
        let over = nodes::ended(&facts).is_some() || facts.order.cancelled;
        let row = over.then(|| views::row_of(self.rules, job, &facts, self.now_ms))?;
        Some((facts, row))
    }

    fn adopt(&self, job: JobId, kind: DocKind, closed: &Closed) -> Option<Paper> {
        let mut paper = Paper::blank(&packs::doc_of(job, kind), self.actor).ok()?;
        let mut lineage = paper.lineage().ok()?;
        let changes = closed.changes.iter().filter(|kept| kept.kind == kind);
        let mut all: Vec<&[u8]> = Vec::with_capacity(closed.changes.len());
        for kept in changes {
            let change = Change::parse(&kept.change.bytes).ok()?;
            lineage.judge(&change).and_then(|()| lineage.take(&change)).ok()?;
            all.push(&kept.change.bytes);
        }
        if !all.is_empty() {
            paper.adopt(&all).ok()?;
        }
        Some(paper)
    }
}

fn keep(
    db: &Connection,
    papers: &mut Papers,
    judge: &Judge<'_>,
    arrival: &Arrival<'_>,
    whole: &Whole,
) -> Result<(), StoreError> {
    let Arrival { job, pack, .. } = *arrival;
    packs::put(db, job, &pack.body, &whole.closed, Sums::default())?;
    tally::packed(db, job, &whole.closed)?;
    // They may be open without a change, because something asked for the job before it came.
    papers.forget(&DocId::Order(job));
    papers.forget(&DocId::Sheet(job));
    papers.keep_facts(job, &whole.facts);
    rule_sets::note_lacking(db, judge.rules, job, &whole.facts)?;
    index::put(db, &whole.row, Texts::Now)?;
    if !whole.facts.sheet.photos.is_empty() {
        photos::expect(db, papers, job, judge.now_ms)?;
        // Their rows go when their files are here.
        packing::look_later(db, job, judge.now_ms)?;
    }
    Ok(())
}

/// A pack taken apart: each run in a piece, in the place of its last entry.
fn pieces(job: JobId, closed: &Closed) -> Vec<(Piece, Taken)> {
    let piece = |run: &doorstep_schemas::closed::ClosedRun| {
        let of_run = || closed.changes.iter().filter(|c| (c.kind, c.change.actor) == (run.kind, run.actor));
        let (codec, body) = segment::plain(of_run().map(|kept| kept.change.bytes.as_slice()));
        let (signature, tail) = (run.signature.clone(), run.tail.clone());
        let segment = Segment { actor: run.actor, from_seq: 1, codec, body, signature, tail };
        let doc = Some(packs::doc_of(job, run.kind));
        let last = of_run().next_back();
        let taken = Taken {
            at_ms: last.map_or(0, |kept| kept.noted_ms),
            log_seq: last.map(|kept| kept.log_seq),
            handed_over: false,
        };
        (Piece { kind: kind::SEGMENT, doc, segment: Some(segment), ..Piece::default() }, taken)
    };
    closed.runs.iter().map(piece).collect()
}
