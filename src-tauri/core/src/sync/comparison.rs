//! One comparison with the relay, without I/O: down the tree where digests differ, then the runs of what differs, then what
//! is wanted. Whatever was taken in stays; a question whose answer was cut is asked again.

use std::collections::VecDeque;

use doorstep_schemas::PROTOCOL;
use doorstep_schemas::compare::{CompareDown, CompareUp, MOST_NODES, MOST_SUBJECTS, MOST_WANTED, Node, RunWanted};
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{Actor, DocId};
use doorstep_schemas::terse::{self, Listener};
use doorstep_schemas::view::SyncAttempt;
use doorstep_schemas::wire::{Cursor, Entry};

use super::engine::{DOWN_BUDGET, News};
use super::fault::Fault;
use super::parcels;
use crate::store::comparing::{Told, Why};
use crate::store::{Enrolment, Store};

/// A question on its way, and what has come of its answer.
struct Asked {
    up: CompareUp,
    reader: FrameReader,
    listener: Listener,
    down: Option<CompareDown>,
    entries: u32,
}

/// See the module.
pub(super) struct Comparison {
    why: Why,
    /// Whose comparison it is: a store that was made anew meanwhile is another.
    actor: Actor,
    /// The log's end when it began: everything up to there is compared.
    moment: Option<Cursor>,
    nodes: VecDeque<Node>,
    subjects: VecDeque<DocId>,
    team: bool,
    wanted: VecDeque<RunWanted>,
    asked: Option<Asked>,
    /// How often the relay failed at a question.
    failures: u32,
    started: i64,
    bytes_up: usize,
    bytes_down: usize,
    news: News,
}

/// A relay that fails so often at a question will fail at it always.
const MOST_FAILURES: u32 = 3;

fn take<T>(from: &mut VecDeque<T>, most: usize) -> Vec<T> {
    from.drain(..from.len().min(most)).collect()
}

/// What was not answered goes back to where it was taken from.
fn put_back<T>(to: &mut VecDeque<T>, rest: impl DoubleEndedIterator<Item = T>) {
    rest.rev().for_each(|item| to.push_front(item));
}

impl Comparison {
    pub fn new(why: Why, actor: Actor, now: i64) -> Self {
        Self {
            why,
            actor,
            moment: None,
            nodes: VecDeque::from([Node::ROOT]),
            subjects: VecDeque::new(),
            team: false,
            wanted: VecDeque::new(),
            asked: None,
            failures: 0,
            started: now,
            bytes_up: 0,
            bytes_down: 0,
            news: News::default(),
        }
    }

    pub fn is_of(&self, actor: Actor) -> bool {
        self.actor == actor
    }

    pub fn in_flight(&self) -> bool {
        self.asked.is_some()
    }

    /// The next question.
    pub fn ask(&mut self) -> Vec<u8> {
        let wanted = if self.nodes.is_empty() && self.subjects.is_empty() && !self.team {
            take(&mut self.wanted, MOST_WANTED)
        } else {
            Vec::new()
        };
        let up = CompareUp {
            protocol: PROTOCOL,
            nodes: take(&mut self.nodes, MOST_NODES),
            subjects: take(&mut self.subjects, MOST_SUBJECTS),
            team: std::mem::take(&mut self.team),
            budget: Some(DOWN_BUDGET).filter(|_| !wanted.is_empty()),
            sample: Some(terse::NEWEST).filter(|_| !wanted.is_empty()),
            wanted,
        };
        let body = minicbor::to_vec(&up).expect("writing to memory can't fail");
        self.bytes_up += body.len();
        let (reader, listener) = (FrameReader::default(), Listener::default());
        self.asked = Some(Asked { up, reader, listener, down: None, entries: 0 });
        body
    }

    /// A part of the answer arrived. What is whole is kept at once.
    pub fn receive(&mut self, bytes: &[u8], store: &mut Store, enrolment: &Enrolment, now: i64) -> Result<(), Fault> {
        let Some(asked) = &mut self.asked else { return Ok(()) };
        if self.actor != store.actor() {
            return Err(Fault::Nonsense("the database was made anew during the comparison"));
        }
        self.bytes_down += bytes.len();
        asked.reader.push(bytes);
        let mut entries = Vec::new();
        while let Some(item) = asked.reader.next_frame()? {
            if asked.down.is_none() {
                let down: CompareDown = frame::read(item)?;
                if !down.beacon.holds(enrolment.outlet, down.epoch, &enrolment.relay_key) {
                    return Err(Fault::Impostor);
                }
                asked.down = Some(down);
                continue;
            }
            let brought = parcels::entries(&mut asked.listener, frame::read::<Entry>(item)?)
                .map_err(|_unreadable| Fault::Nonsense("a parcel can't be read"))?;
            entries.extend(brought);
        }
        if !entries.is_empty() {
            asked.entries += u32::try_from(entries.len()).unwrap_or(u32::MAX);
            let absorbed = store.absorb(&entries, None, now)?;
            self.news.received += absorbed.received;
            self.news.jobs.extend(absorbed.jobs);
            self.news.team |= absorbed.team;
            self.news.papers |= absorbed.papers;
        }
        Ok(())
    }

    /// The answer is complete. `true`: there is nothing more to ask, and all of it is settled.
    pub fn finish(&mut self, store: &mut Store, now: i64) -> Result<bool, Fault> {
        let Some(mut asked) = self.asked.take() else { return Ok(false) };
        let (outcome, down) = match (asked.reader.finish(), asked.down.take()) {
            (Ok(()), Some(down)) => (self.settle(&asked, &down, store, now), Some(down)),
            (Ok(()), None) => (Err(Fault::Nonsense("the answer is empty")), None),
            (Err(cut), down) => (Err(cut.into()), down),
        };
        if outcome.is_err() {
            asked.down = down;
            self.asked = Some(asked);
        }
        outcome?;
        let rest = self.nodes.is_empty() && self.subjects.is_empty() && self.wanted.is_empty() && !self.team;
        match &self.moment {
            Some(moment) if rest => {
                store.finish_comparing(moment, self.why, now)?;
                store.note_attempt(&self.attempt(now))?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The line broke: what was asked is asked again, from behind what has come.
    /// Returns whether that makes sense.
    pub fn cut(&mut self, fault: &Fault) -> bool {
        self.failures += u32::from(matches!(fault, Fault::Refused { status: 500.., .. }));
        self.ask_again();
        !fault.ends_comparing() && self.failures < MOST_FAILURES
    }

    fn ask_again(&mut self) {
        let Some(Asked { up, .. }) = self.asked.take() else { return };
        put_back(&mut self.nodes, up.nodes.into_iter());
        put_back(&mut self.subjects, up.subjects.into_iter());
        put_back(&mut self.wanted, up.wanted.into_iter());
        self.team |= up.team;
    }

    pub fn news(&mut self) -> News {
        std::mem::take(&mut self.news)
    }

    fn settle(&mut self, asked: &Asked, down: &CompareDown, store: &mut Store, now: i64) -> Result<(), Fault> {
        let epoch = down.epoch;
        let moment = match self.moment {
            Some(moment) if moment.epoch == epoch => moment,
            Some(_) => {
                tracing::warn!("the log became another one during the comparison: it begins anew");
                store.begin_comparing()?;
                *self = Self::new(Why::OtherLog, self.actor, now);
                return Ok(());
            }
            None => *self.moment.insert(Cursor { epoch, seq: down.beacon.seq, hash: down.beacon.hash, part: 0 }),
        };
        if down.nodes.len() != asked.up.nodes.len() {
            return Err(Fault::Nonsense("not one answer for each node"));
        }
        self.team |= down.team.is_some_and(|team| store.team_digest().is_ok_and(|own| own != team));
        if asked.up.team {
            store.take_team(&down.roles, &down.devices, moment.seq)?;
            self.news.team = true;
        }
        let differing = store.compare_nodes(&down.nodes, moment.seq)?;
        self.news.confirmed += differing.confirmed;
        self.nodes.extend(differing.nodes);
        self.subjects.extend(differing.subjects);
        self.settle_subjects(asked, down, store, moment.seq, now)?;
        self.go_on_wanting(asked, down, store)
    }

    fn settle_subjects(
        &mut self,
        asked: &Asked,
        down: &CompareDown,
        store: &mut Store,
        head: u64,
        now: i64,
    ) -> Result<(), Fault> {
        let all = &asked.up.subjects;
        let answered = usize::try_from(down.answered).unwrap_or(usize::MAX).min(all.len());
        if answered == 0 && !all.is_empty() {
            return Err(Fault::Nonsense("no subject is answered"));
        }
        let (subjects, rest) = all.split_at(answered);
        let told = Told { subjects, documents: &down.documents, grants: &down.grants, erased: &down.erased, head };
        let settled = store.settle_subjects(told, self.why, now)?;
        if settled != Default::default() {
            let (wanted, unsent, forked) = (settled.wanted.len(), settled.unsent, settled.forked);
            tracing::info!(subjects = answered, wanted, unsent, forked, "compared with the relay");
        }
        self.news.confirmed += settled.confirmed;
        self.news.jobs.extend(settled.jobs);
        self.wanted.extend(settled.wanted);
        put_back(&mut self.subjects, rest.iter().cloned());
        Ok(())
    }

    /// Of what was wanted, the rest that did not fit into the answer.
    fn go_on_wanting(&mut self, asked: &Asked, down: &CompareDown, store: &Store) -> Result<(), Fault> {
        let all = &asked.up.wanted;
        let told = usize::try_from(down.told).unwrap_or(usize::MAX).min(all.len());
        if told == 0 && asked.entries == 0 && !all.is_empty() {
            return Err(Fault::Nonsense("nothing is told of what was wanted"));
        }
        let mut rest: Vec<RunWanted> = all[told..].to_vec();
        if let Some(cut) = rest.first_mut() {
            let end = store.run_end(&cut.doc, cut.actor)?;
            if end > cut.after {
                cut.after = end;
            } else if asked.entries > 0 && told == 0 {
                // It came and can't be taken as it is: asked for again it would come for ever.
                rest.remove(0);
            }
        }
        put_back(&mut self.wanted, rest.into_iter());
        Ok(())
    }

    fn attempt(&self, now: i64) -> SyncAttempt {
        self.news.attempt(self.started..now, (self.bytes_up, self.bytes_down), None)
    }
}
