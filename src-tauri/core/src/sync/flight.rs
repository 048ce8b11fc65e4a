//! One exchange under way: what was sent, and what of the answer is here.

use doorstep_schemas::frame::{self, FrameError, FrameReader};
use doorstep_schemas::ids::Actor;
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::terse;
use doorstep_schemas::view::SyncAttempt;
use doorstep_schemas::wire::{Cursor, DownHeader, Entry, PacksFrom, Piece, RunName, Status, Trailer, kind};
use minicbor::Decode;

use super::engine::{News, TOGETHER_MS};
use super::fault::Fault;
use super::parcels;
use crate::store::outbox::Outgoing;
use crate::store::{Enrolment, Store, StoreError};

/// Bytes of an answer that are kept together at most.
const TOGETHER: usize = 192 * 1024;

/// Where an entry stands in the log, whatever it carries.
#[derive(Decode)]
#[cbor(map)]
struct EntryHead {
    #[n(0)]
    seq: u64,
    #[cbor(n(1), with = "minicbor::bytes")]
    hash: [u8; 8],
    #[n(2)]
    #[cbor(default)]
    part: u64,
    #[n(3)]
    at_ms: i64,
}

/// One exchange.
pub(super) struct Flight {
    /// Whose flight it is: a store that was made anew meanwhile knows nothing of it.
    pub(super) actor: Actor,
    pub(super) outgoing: Outgoing,
    pub(super) asked: Vec<RunName>,
    pub(super) reader: FrameReader,
    pub(super) listener: terse::Listener,
    pub(super) header: Option<DownHeader>,
    pub(super) trailer: Option<Trailer>,
    pub(super) entries: Vec<Entry>,
    /// When the first of them came, and how many bytes of the answer since.
    pub(super) unkept: Option<(i64, usize)>,
    pub(super) started: i64,
    pub(super) bytes_up: usize,
    pub(super) bytes_down: usize,
    pub(super) grants_due: bool,
    /// A grant came: what was refused for want of it may go now.
    pub(super) given: bool,
    /// A job in one piece could not be read.
    pub(super) pack_unread: bool,
    /// The request named a place in the log.
    pub(super) placed: bool,
    /// The relay is not the one that gave us that place: it was restored from an older copy, or begun anew.
    pub(super) restored: bool,
    /// We offered to compare.
    pub(super) compares: bool,
    /// So we do, and this answer's cursor stands before all of it.
    pub(super) compared: bool,
    pub(super) news: News,
}

fn take_header(header: DownHeader, sent: &Outgoing, enrolment: &Enrolment) -> Result<DownHeader, Fault> {
    if !planted::on(Bug::BeaconNotChecked) && !header.beacon.holds(enrolment.outlet, header.epoch, &enrolment.relay_key)
    {
        return Err(Fault::Impostor);
    }
    if header.results.len() != sent.pieces.len() {
        return Err(Fault::Nonsense("not one result for each piece"));
    }
    Ok(header)
}

impl Flight {
    /// Takes the frames that arrived whole.
    pub(super) fn read(&mut self, enrolment: &Enrolment, store: &mut Store, now: i64) -> Result<(), Fault> {
        while let Some(frame) = self.reader.next_frame()? {
            if self.trailer.is_some() {
                return Err(Fault::Nonsense("something follows the trailer"));
            }
            if self.header.is_none() {
                let header: DownHeader = frame::read(frame)?;
                self.header = Some(take_header(header, &self.outgoing, enrolment)?);
                self.settle(store, now)?;
                continue;
            }
            match frame::read::<Entry>(frame) {
                Ok(entry) => {
                    let brought = parcels::entries(&mut self.listener, entry).map_err(|error| {
                        tracing::warn!(%error, "a parcel can't be read: the work is asked for piece by piece");
                        Fault::Nonsense("a parcel can't be read")
                    })?;
                    self.entries.extend(brought);
                }
                Err(FrameError::Message(unreadable)) => match frame::read::<EntryHead>(frame) {
                    Ok(EntryHead { seq, hash, part, at_ms }) => {
                        // One word of a later version must not hold up everything behind it.
                        tracing::warn!(seq, error = %unreadable, "an entry that this version can't read is passed over");
                        self.entries.push(Entry { seq, hash, part, at_ms, piece: Piece::default() });
                    }
                    Err(_not_an_entry) => self.trailer = Some(frame::read(frame)?),
                },
                Err(other) => return Err(other.into()),
            }
        }
        Ok(())
    }

    fn settle(&mut self, store: &mut Store, now: i64) -> Result<(), Fault> {
        let Some(header) = &self.header else { return Ok(()) };
        self.news.left = match &header.farewell {
            Some(word) if store.heard_farewell(word)? == Some(Status::Left) => {
                store.note_left(word.at_ms)?;
                true
            }
            _ => false,
        };
        if header.farewell.is_none() {
            store.note_served()?;
        }
        let another = header.restarted || store.went_back(header)?;
        store.note_answer(header, now)?;
        if another && self.placed && !planted::on(Bug::RestoreNotAsked) {
            tracing::warn!("the relay's log is another one: what it had confirmed is asked about again");
            self.compared = self.compares && header.compares.is_some();
            if self.compared {
                store.begin_comparing()?;
            } else {
                store.forget_confirmations()?;
            }
            self.restored = true;
        }
        store.note_held(&header.devices)?;
        self.news.team |= store.note_pending(header.pending.as_deref().unwrap_or_default())?;
        store.note_inbox_seen(header.inbox_seen.unwrap_or(0))?;
        self.news.inbox |= store.note_inbox(header.inbox.as_deref().unwrap_or_default())?;
        if store.note_decided(header.decided.as_deref().unwrap_or_default(), now)? {
            self.news.jobs.extend(header.decided.iter().flatten().filter_map(|word| word.doc.job()));
        }
        self.news.confirmed += store.settle(&self.outgoing.pieces, header, now)?;
        for piece in &self.outgoing.pieces {
            self.news.jobs.extend(piece.piece.doc.as_ref().and_then(doorstep_schemas::ids::DocId::job));
        }
        self.news.confirmed += store.settle_runs(&self.asked, &header.runs)?;
        self.news.team |= !header.devices.is_empty();
        Ok(())
    }

    /// Whether what arrived whole is to be kept before more is read.
    pub(super) fn is_full(&mut self, bytes: usize, now: i64) -> bool {
        if self.entries.is_empty() {
            return false;
        }
        let (since, before) = self.unkept.unwrap_or((now, 0));
        self.unkept = Some((since, before + bytes));
        // A clock that was set back says nothing.
        before + bytes >= TOGETHER || !u64::try_from(now - since).is_ok_and(|past| past < TOGETHER_MS)
    }

    /// Absorbs the entries that arrived whole, with the cursor that stands behind the last of them.
    pub(super) fn keep(&mut self, store: &mut Store, now: i64) -> Result<(), Fault> {
        let Some(header) = &self.header else { return Ok(()) };
        let entries = std::mem::take(&mut self.entries);
        self.unkept = None;
        self.given |= entries.iter().any(|entry| matches!(entry.piece.kind, kind::GRANT | kind::PACK));
        let behind = entries.last().map(|entry| Cursor {
            epoch: header.epoch,
            seq: entry.seq,
            hash: entry.hash,
            part: entry.part,
        });
        let cursor = self.trailer.as_ref().map(|trailer| trailer.cursor).or(behind);
        if cursor.is_none() || self.compared {
            return Ok(());
        }
        if planted::on(Bug::CursorFirst) {
            store.absorb(&[], cursor.as_ref(), now)?;
        }
        let absorbed = match store.absorb(&entries, cursor.as_ref(), now) {
            Err(StoreError::PackCame { place, cause }) => {
                tracing::warn!(error = %cause, "a job in one piece can't be read: its entries are asked for");
                self.pack_unread = true;
                // What stands before it is kept: it need not come again.
                self.entries = entries;
                self.entries.truncate(place);
                self.trailer = None;
                if place > 0 {
                    self.keep(store, now)?;
                }
                return Err(Fault::Nonsense("a pack can't be read"));
            }
            absorbed => absorbed?,
        };
        self.news.received += absorbed.received;
        self.news.jobs.extend(absorbed.jobs);
        self.news.team |= absorbed.team;
        self.news.papers |= absorbed.papers;
        self.grants_due |= absorbed.grants_due;
        Ok(())
    }

    /// From where on packs are given, if this answer was of the log that is known.
    pub(super) fn packs_from(&self) -> Option<(Actor, PacksFrom)> {
        let from = self.header.as_ref().filter(|_| !self.restored).and_then(|header| header.packs_from)?;
        Some((self.actor, from))
    }

    /// Whether the relay took anything, or gave what lets it: without progress, trying again at once would only spin.
    pub(super) fn progressed(&self) -> bool {
        self.news.confirmed > 0 || self.news.received > 0 || self.given || !self.asked.is_empty()
    }

    pub(super) fn attempt(&self, now: i64, fault: Option<&Fault>) -> SyncAttempt {
        self.news.attempt(self.started..now, (self.bytes_up, self.bytes_down), fault)
    }
}
