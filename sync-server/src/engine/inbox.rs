//! The owner's inbox: work of those who have left or lost a job. It lies beside the log and is part of no document, until
//! an owner's device admits it.

use std::cell::RefCell;

use doorstep_schemas::admission::{self, History, Opened, Refusal, Run, Verdict};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{ChangeHash, DocId, OutletId};
use doorstep_schemas::inbox::{Decided, REASON};
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Admit, InboxItem, InboxState, Outcome, Piece, PieceResult, Segment, UpHeader, kind};

use super::intake::{self, Author, Carrier, LogHistory, at_rest, from_rest, refused};
use super::quota::Room;
use super::standing::Caller;
use crate::storage::{InboxRow, Ledger, NewEntry, Outlet, Shelf, StorageError};

/// What one member may leave in the inbox: some weeks of work without a signal.
pub const MOST_ITEMS: u64 = 2_000;
pub const MOST_BYTES: u64 = 4 * 1024 * 1024;
/// A piece of the inbox goes to owners inside one frame.
const MOST_PIECE: usize = 320 * 1024;
/// Bytes of pieces that one answer hands to an owner.
const BUDGET: usize = 384 * 1024;
const BATCH: usize = 256;
/// Words on own work in one answer; the rest comes with the next.
const MOST_DECIDED: usize = 32;

fn outlet_of(shelf: &dyn Shelf, outlet: OutletId) -> Result<Outlet, StorageError> {
    shelf.outlet(outlet)?.ok_or(StorageError::Corrupt { what: "outlet" })
}

fn next_mark(ledger: &mut dyn Ledger, outlet: OutletId) -> Result<u64, StorageError> {
    let mut row = outlet_of(ledger, outlet)?;
    row.inbox += 1;
    ledger.put_outlet(&row)?;
    Ok(row.inbox)
}

/// The answer to a piece that waits for an owner. Older devices read it as a refusal and keep the work.
fn waits(mark: u64) -> PieceResult {
    PieceResult { inbox: Some(mark), ..refused(ErrorCode::NotAllowed) }
}

/// A run as the log holds it, and behind it what waits in the inbox.
struct InboxHistory<'a> {
    log: LogHistory<'a>,
    items: Vec<InboxRow>,
    /// Operations that all waiting work on the document adds: honest work may build on it, be it of an earlier start of the
    /// author's app or somebody else's.
    waiting: u64,
    decoded: RefCell<Vec<(u64, ChangeHash)>>,
}

impl InboxHistory<'_> {
    /// Items that the log has overtaken say nothing any more.
    fn last(&self) -> Option<&InboxRow> {
        self.items.last().filter(|item| item.run.seq > self.log.run().seq)
    }
}

impl History for InboxHistory<'_> {
    type Error = StorageError;

    fn run(&self) -> Run {
        self.last().map_or_else(|| self.log.run(), |item| item.run)
    }

    fn doc_ops(&self) -> u64 {
        self.log.doc_ops().saturating_add(self.waiting)
    }

    fn hash_at(&self, seq: u64) -> Result<Option<ChangeHash>, StorageError> {
        if seq <= self.log.run().seq {
            return self.log.hash_at(seq);
        }
        let find = |known: &[(u64, ChangeHash)]| known.iter().find(|(s, _)| *s == seq).map(|(_, hash)| *hash);
        if let Some(hash) = find(&self.decoded.borrow()) {
            return Ok(Some(hash));
        }
        let Some(item) = self.items.iter().find(|item| (item.from_seq..=item.run.seq).contains(&seq)) else {
            return Ok(None);
        };
        *self.decoded.borrow_mut() = hashes(&item.body)?;
        Ok(find(&self.decoded.borrow()))
    }
}

fn hashes(body: &[u8]) -> Result<Vec<(u64, ChangeHash)>, StorageError> {
    let kept = from_rest(body)?.segment.ok_or(StorageError::Corrupt { what: "segment in the inbox" })?;
    let changes = segment::unpack(kept.codec, &kept.body, kept.actor, kept.from_seq)?;
    Ok(changes.iter().map(|change| (change.seq, change.hash)).collect())
}

/// Whether a change that is too far for the log stands where the work that waits for an owner would end: it builds on
/// that, and waits with it.
pub(super) fn reaches(
    shelf: &dyn Shelf,
    outlet: OutletId,
    doc: &DocId,
    start_op: u64,
    allowed: u64,
) -> Result<bool, StorageError> {
    Ok(start_op > allowed && start_op <= allowed.saturating_add(shelf.inbox_use(outlet, None, Some(doc))?.ops))
}

/// Takes a piece into the inbox, held to the same admission as the log's.
pub fn take(
    ledger: &mut dyn Ledger,
    carrier: Carrier<'_>,
    author: &Author,
    doc: &DocId,
    segment: Segment,
    opened: Opened,
) -> Result<PieceResult, StorageError> {
    let outlet = carrier.caller.outlet;
    let items = ledger.inbox_of(outlet, doc, segment.actor)?;
    let log = LogHistory::of(ledger, outlet, doc, segment.actor)?;
    let in_log = log.row;
    let waiting = ledger.inbox_use(outlet, None, Some(doc))?.ops;
    let history = InboxHistory { log, items, waiting, decoded: RefCell::default() };
    let (changes, run) = match admission::admit_opened(outlet, doc, &segment, opened, &author.device.key, &history) {
        Ok(Verdict::Admit { changes, run, .. }) => (changes, run),
        Ok(Verdict::Known) => {
            return Ok(match (history.last(), in_log) {
                (Some(item), _) => waits(item.mark),
                // It was there before the right was lost, or an owner admitted it.
                (None, Some(row)) => intake::held(Outcome::Known, row.log_seq),
                (None, None) => refused(ErrorCode::NotAllowed),
            });
        }
        Ok(Verdict::WantFrom(seq)) => {
            return Ok(intake::gap(seq));
        }
        Err(Refusal::History(cause)) => return Err(cause),
        Err(refusal) => return Ok(refused(refusal.code())),
    };
    let Some(first) = changes.first() else { return Ok(refused(ErrorCode::PieceUnreadable)) };
    let (from_seq, ops) = (first.seq, changes.iter().map(|change| change.ops).sum());
    let unseen: Vec<&[u8]> = changes.iter().map(|change| change.bytes.as_slice()).collect();
    let kept = match segment::encode(&unseen) {
        Ok((codec, body)) => Segment { from_seq, codec, body, ..segment },
        Err(cause) => return Ok(refused(Refusal::<StorageError>::Unreadable(cause).code())),
    };
    let actor = kept.actor;
    let body = at_rest(&Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(kept), ..Piece::default() });
    let used = ledger.inbox_use(outlet, Some(author.member.id), None)?;
    if used.items >= MOST_ITEMS || used.bytes + body.len() as u64 > MOST_BYTES || body.len() > MOST_PIECE {
        return Ok(refused(ErrorCode::InboxFull));
    }
    if !carrier.room.takes(body.len()) {
        return Ok(refused(ErrorCode::QuotaUsed));
    }
    let mark = next_mark(ledger, outlet)?;
    let row = InboxRow {
        mark,
        doc: doc.clone(),
        actor,
        from_seq,
        run,
        ops,
        member: author.member.id,
        at_ms: carrier.now_ms,
        state: InboxState::Waiting,
        reason: None,
        body,
    };
    ledger.put_inbox(outlet, &row)?;
    Ok(waits(mark))
}

/// An owner's decision. What is admitted enters the log as its author's work, held to admission once more; the first
/// piece that the log does not take ends it, and what came before stays admitted.
pub fn decide(ledger: &mut dyn Ledger, carrier: Carrier<'_>, admit: Admit) -> Result<PieceResult, StorageError> {
    let outlet = carrier.caller.outlet;
    if !carrier.caller.is_owner() {
        return Ok(refused(ErrorCode::NotAllowed));
    }
    let Some(author) = intake::author(ledger, outlet, admit.actor)? else {
        return Ok(refused(ErrorCode::UnknownAuthor));
    };
    let reason = admit.reason.as_deref().map(|reason| reason.chars().take(REASON).collect::<String>());
    let reason = reason.filter(|reason| admit.declined && !reason.is_empty());
    // The log keeps no words about people: they go with the item, also when the job is erased.
    let admit = Admit { reason: None, ..admit };
    let mut items = ledger.inbox_of(outlet, &admit.doc, admit.actor)?;
    items.retain(|item| item.run.seq <= admit.to_seq && !(admit.declined && item.state == InboxState::Declined));
    if items.is_empty() {
        // Another owner was faster, or it never was here: there is nothing to decide.
        return Ok(intake::held(Outcome::Known, outlet_of(ledger, outlet)?.head));
    }
    let mut refusal = None;
    let mut decided = 0;
    // It was counted as its author's when it came.
    let counted = Room::endless(carrier.caller.device);
    for mut item in items {
        if !admit.declined {
            let Some(segment) = from_rest(&item.body)?.segment else {
                return Err(StorageError::Corrupt { what: "segment in the inbox" });
            };
            let counts = Carrier { room: &counted, ..carrier };
            let result = intake::enter(ledger, counts, &author, &admit.doc, segment, Opened::default())?;
            if result.inbox.is_some() {
                refusal = Some(ErrorCode::BuildsOnWaiting.wire().to_owned());
                break;
            }
            if !matches!(result.outcome, Outcome::Accepted | Outcome::Known) {
                refusal = Some(result.code.unwrap_or_else(|| ErrorCode::ChangeNotLinked.wire().to_owned()));
                break;
            }
            item.body = Vec::new();
        }
        item.state = if admit.declined { InboxState::Declined } else { InboxState::Admitted };
        item.reason.clone_from(&reason);
        item.mark = next_mark(ledger, outlet)?;
        ledger.put_inbox(outlet, &item)?;
        decided += 1;
    }
    if let Some(code) = refusal.filter(|_| decided == 0) {
        return Ok(PieceResult { code: Some(code), ..refused(ErrorCode::ChangeNotLinked) });
    }
    let doc = admit.doc.clone();
    let body = at_rest(&Piece { kind: kind::ADMIT, admit: Some(admit), ..Piece::default() });
    carrier.room.counts(body.len());
    let placed = ledger.append(
        outlet,
        &NewEntry {
            kind: kind::ADMIT,
            doc: Some(doc),
            author: Some(carrier.caller.device),
            carrier: Some(carrier.caller.device),
            actor: carrier.actor,
            stretch: None,
            member: Some(author.member.id),
            at_ms: carrier.now_ms,
            body,
        },
    )?;
    Ok(intake::held(Outcome::Accepted, placed.seq))
}

/// Words of the inbox that an owner's device does not know, and whether there are more.
pub fn news(shelf: &dyn Shelf, caller: &Caller, up: &UpHeader) -> Result<(Option<Vec<InboxItem>>, bool), StorageError> {
    let Some(known) = up.inbox.filter(|_| caller.is_owner()) else { return Ok((None, false)) };
    let rows = shelf.inbox_after(caller.outlet, known, BATCH)?;
    let mut more = rows.len() == BATCH;
    let (mut items, mut room) = (Vec::new(), BUDGET);
    for row in rows {
        if !items.is_empty() && row.body.len() > room {
            more = true;
            break;
        }
        room = room.saturating_sub(row.body.len());
        let piece = if row.body.is_empty() { None } else { Some(from_rest(&row.body)?) };
        items.push(InboxItem {
            mark: row.mark,
            doc: row.doc,
            actor: row.actor,
            from_seq: row.from_seq,
            to_seq: row.run.seq,
            member: row.member,
            at_ms: row.at_ms,
            state: row.state as u8,
            piece,
        });
    }
    Ok((Some(items).filter(|items| !items.is_empty()), more))
}

/// What became of the caller's own work since the word that it knows. It is told to whoever wrote it, also when they have
/// left.
pub fn decided(shelf: &dyn Shelf, caller: &Caller, up: &UpHeader) -> Result<Option<Vec<Decided>>, StorageError> {
    let Some(known) = up.decided else { return Ok(None) };
    let rows = shelf.decided(caller.outlet, caller.device, known, MOST_DECIDED)?;
    let word = |row: InboxRow| Decided {
        mark: row.mark,
        doc: row.doc,
        actor: row.actor,
        from_seq: row.from_seq,
        to_seq: row.run.seq,
        state: row.state as u8,
        reason: row.reason,
    };
    Ok(Some(rows.into_iter().map(word).collect::<Vec<_>>()).filter(|words| !words.is_empty()))
}

/// Notes how far an owner's device has fetched the inbox; says whether that is farther than any before.
pub fn note_seen(ledger: &mut dyn Ledger, caller: &Caller, up: &UpHeader) -> Result<bool, StorageError> {
    let mut outlet = outlet_of(ledger, caller.outlet)?;
    let moved = is_unseen(&outlet, caller, up);
    if moved {
        outlet.inbox_seen = up.inbox.unwrap_or(0).min(outlet.inbox);
        ledger.put_outlet(&outlet)?;
    }
    Ok(moved)
}

pub fn is_unseen(outlet: &Outlet, caller: &Caller, up: &UpHeader) -> bool {
    caller.is_owner() && up.inbox.unwrap_or(0).min(outlet.inbox) > outlet.inbox_seen
}
