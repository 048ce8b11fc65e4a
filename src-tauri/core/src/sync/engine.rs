//! One exchange after another, without I/O: bytes and time in, bytes and wishes out.
//!
//! What arrives whole is kept with the cursor behind it, at the latest a moment after it came, so a line that breaks at
//! any byte costs only the piece it broke in. After an answer was lost, the next request asks what arrived instead of
//! sending it all again.

use std::collections::BTreeSet;
use std::ops::Range;

use doorstep_schemas::PROTOCOL;
use doorstep_schemas::compare;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{Actor, JobId};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::terse;
use doorstep_schemas::view::{Millis, SyncAttempt};
use doorstep_schemas::wire::{PACKS, PacksFrom, Piece, UpHeader};

use super::comparison::Comparison;
use super::fault::Fault;
use super::flight::Flight;
use super::pacer::{Cause, Pacer};
use super::parcels;
use crate::store::outbox::Outgoing;
use crate::store::{Store, StoreError};
use crate::tasks::Step;

/// Bytes of pieces in one request: doubled when requests go through, halved when they don't.
const BUDGET: usize = 64 * 1024;
const BUDGET_LEAST: usize = 12 * 1024;
const BUDGET_MOST: usize = 1024 * 1024;
/// Bytes of entries wanted in one answer.
pub(super) const DOWN_BUDGET: u64 = 512 * 1024;

/// Entries that arrive on each other's heels are kept together, for at most so long and so many bytes of the answer: a
/// commit costs as much as a job, and a document is tried once for all that comes to it.
pub const TOGETHER_MS: u64 = 300;

/// What the engine would have done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Send this body and bring back the answer.
    Send(Vec<u8>),
    /// The same for a question of a comparison.
    Compare(Vec<u8>),
    /// Nothing before this moment (by the clock that the engine is given).
    WaitUntil(i64),
    /// Nothing until something happens.
    Rest,
}

/// What an exchange changed here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct News {
    pub jobs: BTreeSet<JobId>,
    pub team: bool,
    pub papers: bool,
    /// Confirmations moved: on the relay, on the owner's device.
    pub confirmed: u32,
    pub received: u32,
    /// The owner's inbox looks different.
    pub inbox: bool,
    /// The relay said that this device's member has left.
    pub left: bool,
}

impl News {
    /// The line that the sync page shows of it: when it ran, and its bytes up and down.
    pub(super) fn attempt(&self, ran: Range<i64>, (up, down): (usize, usize), fault: Option<&Fault>) -> SyncAttempt {
        let small = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        SyncAttempt {
            at: Millis(ran.start),
            millis: u32::try_from(ran.end - ran.start).unwrap_or(0),
            bytes_up: small(up),
            bytes_down: small(down),
            sent: self.confirmed,
            received: self.received,
            error: fault.map(Fault::failure),
        }
    }
}

/// The state between exchanges and within one.
pub struct Engine {
    pacer: Pacer,
    flight: Option<Flight>,
    budget: usize,
    /// An answer was lost: what was sent may have arrived.
    uncertain: bool,
    /// What was sent without an answer held grants: it may be taken yet, behind what is granted since.
    strayed: bool,
    /// The relay did not understand parcels, or we not its: the next exchange goes without.
    by_themselves: bool,
    /// A pack could not be read: this start of the app is sent entries.
    without_packs: bool,
    /// From where on packs were given to the store with this actor.
    packs_from: Option<(Actor, PacksFrom)>,
    /// What is compared before anything more is exchanged.
    comparison: Option<Comparison>,
    /// What the last exchanges brought, when the last one left something to fetch.
    behind: Option<Step>,
}

impl Default for Engine {
    fn default() -> Self {
        Self {
            pacer: Pacer::default(),
            flight: None,
            budget: BUDGET,
            uncertain: true,
            strayed: false,
            by_themselves: false,
            without_packs: false,
            packs_from: None,
            comparison: None,
            behind: None,
        }
    }
}

impl Engine {
    pub fn on(&mut self, cause: Cause, now: i64) {
        self.pacer.on(cause, now);
    }

    pub fn due(&self) -> Option<i64> {
        self.pacer.due()
    }

    pub fn in_flight(&self) -> bool {
        self.flight.is_some() || self.comparing()
    }

    /// What is under way is a question of a comparison.
    pub fn comparing(&self) -> bool {
        self.comparison.as_ref().is_some_and(Comparison::in_flight)
    }

    /// How far the device is in the log, while there is more to fetch than the last answer brought.
    pub fn behind(&self) -> Option<Step> {
        self.behind
    }

    /// A person stopped the fetching: it goes on with the next cause.
    pub fn pause(&mut self, now: i64) {
        self.behind = None;
        self.pacer.succeeded(false, now);
    }

    /// The next thing to do.
    pub fn poll(&mut self, store: &Store, now: i64) -> Result<Wish, StoreError> {
        if self.in_flight() || store.enrolment()?.is_none() {
            return Ok(Wish::Rest);
        }
        if !self.pacer.is_due(now) {
            return Ok(self.pacer.due().map_or(Wish::Rest, Wish::WaitUntil));
        }
        if self.comparison.as_ref().is_some_and(|comparison| !comparison.is_of(store.actor())) {
            self.comparison = None;
        }
        if self.comparison.is_none() {
            let why = store.compare_due(now)?;
            self.comparison = why.map(|why| Comparison::new(why, store.actor(), now));
        }
        if let Some(comparison) = &mut self.comparison {
            self.pacer.begun();
            return Ok(Wish::Compare(comparison.ask()));
        }
        store.offer_on_a_new_day(now)?;
        let asked = if self.uncertain { store.unsent_runs()? } else { Vec::new() };
        let sample = if self.by_themselves { None } else { store.spoken_sample()? };
        let teller = sample.and_then(|sample| terse::Teller::new(sample).ok());
        let outgoing = match (asked.is_empty(), &teller) {
            (false, _) => Outgoing::default(),
            (true, None) => store.outgoing(self.budget)?,
            (true, Some(_)) => store.outgoing_in_parcels(self.budget)?,
        };
        store.grants_leave(outgoing.grants())?;
        let held = if asked.is_empty() { outgoing.left } else { store.held()? };
        let header = UpHeader {
            protocol: PROTOCOL,
            cursor: store.cursor()?,
            actor: Some(store.actor()),
            held,
            ask: asked.clone(),
            budget: Some(DOWN_BUDGET),
            sample: Some(terse::NEWEST).filter(|_| !self.by_themselves),
            addresses: store.relay_addresses_tag()?,
            inbox: store.inbox_known()?,
            packs: (!self.without_packs).then_some(PACKS),
            packs_from: self.packs_from.filter(|(actor, _)| *actor == store.actor()).map(|(_, from)| from),
            compares: if store.comparable()? { Some(compare::FORM) } else { None },
            decided: store.decided_known()?,
            strayed: self.strayed.then_some(true),
        };
        let mut body = Vec::new();
        frame::put(&mut body, &header);
        let pieces: Vec<&Piece> = outgoing.pieces.iter().map(|piece| &piece.piece).collect();
        match teller {
            Some(teller) => parcels::put(&mut body, &pieces, teller),
            None => pieces.iter().for_each(|piece| frame::put(&mut body, piece)),
        }
        self.pacer.begun();
        self.flight = Some(Flight {
            actor: store.actor(),
            outgoing,
            asked,
            reader: FrameReader::default(),
            listener: terse::Listener::default(),
            header: None,
            trailer: None,
            entries: Vec::new(),
            unkept: None,
            started: now,
            bytes_up: body.len(),
            bytes_down: 0,
            grants_due: false,
            given: false,
            pack_unread: false,
            placed: header.cursor.is_some(),
            compares: header.compares.is_some(),
            restored: false,
            compared: false,
            news: News::default(),
        });
        Ok(Wish::Send(body))
    }

    /// A part of the answer arrived. What is whole is kept at once or with what follows it closely.
    pub fn receive(&mut self, bytes: &[u8], store: &mut Store, now: i64) -> Result<(), Fault> {
        let enrolment = store.enrolment()?.ok_or(Fault::NotEnrolled)?;
        if let Some(comparison) = self.comparison.as_mut().filter(|comparison| comparison.in_flight()) {
            return comparison.receive(bytes, store, &enrolment, now);
        }
        let Some(flight) = &mut self.flight else { return Ok(()) };
        if flight.actor != store.actor() {
            // Its cursor would pass over all that a repaired store has yet to be given again.
            return Err(Fault::Nonsense("the database was made anew during the exchange"));
        }
        flight.bytes_down += bytes.len();
        flight.reader.push(bytes);
        let read = flight.read(&enrolment, store, now);
        // Whatever came before the nonsense is kept: it need not come again.
        if read.is_err() || flight.trailer.is_some() || flight.is_full(bytes.len(), now) {
            flight.keep(store, now)?;
        }
        read
    }

    /// Nothing followed for [`TOGETHER_MS`]: what is whole is kept now.
    pub fn linger(&mut self, store: &mut Store, now: i64) -> Result<(), Fault> {
        match &mut self.flight {
            Some(flight) if flight.actor == store.actor() => flight.keep(store, now),
            _ => Ok(()),
        }
    }

    /// The answer is complete.
    pub fn finish(&mut self, store: &mut Store, now: i64) -> Result<News, Fault> {
        if let Some(comparison) = self.comparison.as_mut().filter(|comparison| comparison.in_flight()) {
            let ended = comparison.finish(store, now)?;
            let news = comparison.news();
            if ended {
                self.comparison = None;
                // What was sent and not answered was compared as well.
                self.uncertain = false;
            }
            self.pacer.succeeded(true, now);
            return Ok(news);
        }
        let Some(flight) = &self.flight else { return Ok(News::default()) };
        flight.reader.finish()?;
        let Some(trailer) = flight.trailer.clone() else { return Err(Fault::Nonsense("the answer has no trailer")) };
        let Some(mut flight) = self.flight.take() else { return Ok(News::default()) };
        // What was done on a job that is somebody else's now has arrived with this exchange, or goes with a later one.
        flight.news.jobs.extend(store.purge_lost()?);
        flight.news.jobs.extend(store.purge_left()?);
        flight.news.jobs.extend(store.purge_erased()?);
        // Held pieces of photos that were not there yet may be there now.
        store.retry_fetches()?;
        self.packs_from = flight.packs_from();
        let before = self.behind.take().map_or(0, |step| step.bytes);
        self.behind = trailer.more.then(|| Step {
            done: trailer.cursor.seq,
            of: flight.header.as_ref().map(|header| header.beacon.seq),
            bytes: before.saturating_add(flight.bytes_down as u64),
        });
        let mut holes = false;
        if !trailer.more && !flight.compared && flight.actor == store.actor() {
            holes = store.ask_for_what_waits(now)?;
            store.note_caught_up(now)?;
        }
        flight.grants_due |= store.queue_history(now)?;
        let asked = !flight.asked.is_empty();
        let left = store.has_outgoing()?;
        let more =
            trailer.more || flight.grants_due || asked || holes || flight.restored || (left && flight.progressed());
        self.uncertain = flight.restored;
        self.by_themselves &= asked;
        self.budget = (self.budget * 2).min(BUDGET_MOST);
        self.pacer.succeeded(more, now);
        if left && !more {
            // Something was refused or raced in: the timer or the next edit takes it.
            self.pacer.on(Cause::Edit, now + 5_000);
        }
        let owner = match store.enrolment()? {
            Some(enrolment) => store.is_owner(enrolment.member)?,
            None => false,
        };
        if owner && (flight.news.received > 0 || flight.news.inbox) {
            // The next cursor is the receipt that technicians see as "on the owner's device".
            self.pacer.on(Cause::Receipt, now);
        }
        store.note_attempt(&flight.attempt(now, None))?;
        Ok(flight.news)
    }

    /// The store is not the one that began it any more.
    pub fn forget_flight(&mut self) {
        *self = Self::default();
    }

    /// The line broke, the relay was silent or talked nonsense. What was kept stays kept.
    pub fn fail(&mut self, fault: &Fault, jitter: u32, store: &mut Store, now: i64) -> Result<News, StoreError> {
        if self.comparing() {
            return self.fail_comparing(fault, jitter, store, now);
        }
        let Some(mut flight) = self.flight.take() else { return Ok(News::default()) };
        if flight.actor == store.actor()
            && let Err(error) = flight.keep(store, now)
        {
            tracing::warn!(%error, "what arrived before the line broke can't be kept: it is asked for again");
        }
        self.by_themselves |= matches!(fault, Fault::Nonsense(_));
        self.without_packs |= flight.pack_unread;
        if flight.header.is_some() {
            self.packs_from = flight.packs_from();
        }
        // With a header the relay's answer to every piece is known already.
        let unanswered = fault.may_have_arrived() && flight.header.is_none();
        self.uncertain |= flight.restored || unanswered;
        self.strayed |= unanswered && flight.outgoing.grants().next().is_some();
        if planted::on(Bug::ConfirmedUnanswered) {
            store.confirm_unanswered(&flight.outgoing.pieces)?;
        }
        if fault.busy_ms().is_none() {
            self.budget = (self.budget / 2).max(BUDGET_LEAST);
        }
        self.wait(fault, jitter, now);
        store.note_attempt(&flight.attempt(now, Some(fault)))?;
        Ok(flight.news)
    }
}

impl Engine {
    /// A line that broke goes on where it was; a relay that can't be compared with is asked for everything.
    fn fail_comparing(&mut self, fault: &Fault, jitter: u32, store: &mut Store, now: i64) -> Result<News, StoreError> {
        let Some(mut comparison) = self.comparison.take() else { return Ok(News::default()) };
        let news = comparison.news();
        if comparison.is_of(store.actor()) {
            if comparison.cut(fault) {
                self.comparison = Some(comparison);
            } else {
                tracing::warn!(code = fault.code().wire(), "the relay can't be compared with");
                store.give_up_comparing(now)?;
            }
        }
        self.wait(fault, jitter, now);
        Ok(news)
    }

    fn wait(&mut self, fault: &Fault, jitter: u32, now: i64) {
        match fault.busy_ms() {
            Some(wait_ms) => self.pacer.seat_given(wait_ms, jitter, now),
            None => self.pacer.failed(fault.retry_after_ms(), jitter, now),
        }
    }
}
