//! A piece of work at the door: whether it enters the log.
//!
//! Anyone live may carry anyone's work; the author's right and the author's signature decide. A refusal names its
//! reason and blocks nothing else.

use std::cell::RefCell;

use doorstep_schemas::admission::{self, History, Opened, Refusal, Run, Verdict};
use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, DocKind, JobId, OutletId};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Access, Grant, Outcome, Piece, PieceResult, Segment, kind};

use super::access::{self, Sender, Verb};
use super::inbox;
use super::quota::Room;
use super::standing::{self, Caller};
use crate::storage::{Device, GrantNow, Ledger, Member, NewEntry, RunRow, Shelf, StorageError, Stretch};

/// Who brings a piece, and when.
#[derive(Debug, Clone, Copy)]
pub struct Carrier<'a> {
    pub caller: &'a Caller,
    /// The actor that the exchange's header names.
    pub actor: Option<Actor>,
    pub now_ms: i64,
    pub room: &'a Room,
}

/// Whose work a piece is.
pub struct Author {
    pub device: Device,
    pub member: Member,
}

/// The author that an actor names, if the outlet knows the device.
pub fn author(shelf: &dyn Shelf, outlet: OutletId, actor: Actor) -> Result<Option<Author>, StorageError> {
    let Some(device) = shelf.device(outlet, actor.device())? else { return Ok(None) };
    let member = shelf.member(outlet, device.member)?;
    Ok(member.map(|member| Author { device, member }))
}

/// A piece, and what was made out about it before the log is asked: the writer's turn is everybody's.
#[derive(Debug)]
pub struct Brought {
    pub(super) piece: Piece,
    pub(super) opened: Opened,
}

impl Brought {
    /// Opens a piece. Who brings it is its likeliest author.
    pub fn by(caller: &Caller, piece: Piece) -> Self {
        let opened = match &piece {
            Piece { kind: kind::SEGMENT, doc: Some(doc), segment: Some(segment), .. } => {
                Opened::of(caller.outlet, doc, segment, &caller.key)
            }
            _ => Opened::default(),
        };
        Self { piece, opened }
    }
}

/// Judges one piece and appends it when it may enter. Only the shelf's failures are errors.
pub fn take(ledger: &mut dyn Ledger, carrier: Carrier<'_>, piece: Piece) -> Result<PieceResult, StorageError> {
    take_opened(ledger, carrier, Brought { piece, opened: Opened::default() })
}

/// The same for one that was opened.
pub(super) fn take_opened(
    ledger: &mut dyn Ledger,
    carrier: Carrier<'_>,
    brought: Brought,
) -> Result<PieceResult, StorageError> {
    match brought.piece {
        Piece { kind: kind::SEGMENT, doc: Some(doc), segment: Some(segment), .. } => {
            take_segment(ledger, carrier, &doc, segment, brought.opened)
        }
        Piece { kind: kind::GRANT, grant: Some(grant), .. } => take_grant(ledger, carrier, grant),
        Piece { kind: kind::ADMIT, admit: Some(admit), .. } => inbox::decide(ledger, carrier, admit),
        Piece { kind, .. } => Ok(refused(match access::sender(kind) {
            Sender::Author | Sender::Owner => ErrorCode::PieceUnreadable,
            // It comes from enrolment and from the team's routes.
            Sender::Nobody => ErrorCode::NotAllowed,
            Sender::Unknown => ErrorCode::UnknownKind,
        })),
    }
}

/// The answer to a piece that was refused.
pub fn refused(code: ErrorCode) -> PieceResult {
    let code = Some(code.wire().to_owned());
    PieceResult { outcome: Outcome::Refused, log_seq: None, want_from: None, code, inbox: None }
}

pub(super) fn held(outcome: Outcome, log_seq: u64) -> PieceResult {
    PieceResult { outcome, log_seq: Some(log_seq), want_from: None, code: None, inbox: None }
}

pub(super) fn gap(want: u64) -> PieceResult {
    PieceResult { outcome: Outcome::Gap, log_seq: None, want_from: Some(want), code: None, inbox: None }
}

fn take_segment(
    ledger: &mut dyn Ledger,
    carrier: Carrier<'_>,
    doc: &DocId,
    segment: Segment,
    opened: Opened,
) -> Result<PieceResult, StorageError> {
    let outlet = carrier.caller.outlet;
    let Some(author) = author(ledger, outlet, segment.actor)? else {
        return Ok(refused(ErrorCode::UnknownAuthor));
    };
    if is_erased(ledger, outlet, doc.job())? {
        return Ok(refused(ErrorCode::JobErased));
    }
    if carrier.caller.left().is_some() && author.member.id != carrier.caller.member.id {
        // Whoever has left hands over their own work and nobody else's.
        return Ok(refused(ErrorCode::NotAllowed));
    }
    match right_to_write(ledger, outlet, &author.member, doc)? {
        Right::None | Right::Inbox if planted::on(Bug::AccessNotAsked) => {
            enter(ledger, carrier, &author, doc, segment, opened)
        }
        Right::None => Ok(refused(ErrorCode::NotAllowed)),
        Right::Inbox => inbox::take(ledger, carrier, &author, doc, segment, opened),
        Right::Granted => enter(ledger, carrier, &author, doc, segment, opened),
        Right::WalkIn => {
            let result = enter(ledger, carrier, &author, doc, segment, opened)?;
            if let (Outcome::Accepted, Some(since), Some(job)) = (result.outcome, result.log_seq, doc.job()) {
                let implied = GrantNow { access: Access::Write, since, had_write: true, log_seq: None };
                ledger.put_grant(outlet, job, author.member.id, implied)?;
            }
            Ok(result)
        }
    }
}

/// Whether a document's job, if it has one, was erased.
pub fn is_erased(shelf: &dyn Shelf, outlet: OutletId, job: Option<JobId>) -> Result<bool, StorageError> {
    Ok(match job {
        Some(job) => shelf.erased(outlet, job)?.is_some(),
        None => false,
    })
}

/// Puts a segment into the log, whose author's right was found; into the inbox, if it builds on what waits there.
pub(super) fn enter(
    ledger: &mut dyn Ledger,
    carrier: Carrier<'_>,
    author: &Author,
    doc: &DocId,
    segment: Segment,
    opened: Opened,
) -> Result<PieceResult, StorageError> {
    let outlet = carrier.caller.outlet;
    let history = LogHistory::of(ledger, outlet, doc, segment.actor)?;
    let before = history.row.map_or(0, |row| row.log_seq);
    let verdict = admission::admit_opened(outlet, doc, &segment, opened, &author.device.key, &history);
    let (changes, run, doc_ops) = match verdict {
        Ok(Verdict::Admit { changes, run, doc_ops }) => (changes, run, doc_ops),
        Ok(Verdict::Known) if planted::on(Bug::DuplicatesAppended) => (Vec::new(), history.run(), history.doc_ops()),
        Ok(Verdict::Known) => return Ok(held(Outcome::Known, before)),
        Ok(Verdict::WantFrom(_)) if planted::on(Bug::GapAccepted) => return Ok(held(Outcome::Accepted, before)),
        Ok(Verdict::WantFrom(seq)) => {
            return Ok(gap(seq));
        }
        Err(Refusal::History(cause)) => return Err(cause),
        Err(Refusal::StartOp { start_op, allowed }) if inbox::reaches(ledger, outlet, doc, start_op, allowed)? => {
            return inbox::take(ledger, carrier, author, doc, segment, Opened::default());
        }
        Err(refusal) => {
            tracing::info!(device = %carrier.caller.device, actor = %segment.actor, %refusal, "piece refused");
            return Ok(refused(refusal.code()));
        }
    };
    let from_seq = changes.first().map_or(segment.from_seq, |change| change.seq);
    let kept = if from_seq == segment.from_seq || planted::on(Bug::OverlapNotCut) {
        segment
    } else {
        // Only what was unseen is kept: an entry repeats nothing that an earlier one holds.
        let unseen: Vec<&[u8]> = changes.iter().map(|change| change.bytes.as_slice()).collect();
        match segment::encode(&unseen) {
            Ok((codec, body)) => Segment { from_seq, codec, body, ..segment },
            Err(cause) => return Ok(refused(Refusal::<StorageError>::Unreadable(cause).code())),
        }
    };
    let actor = kept.actor;
    let piece = Piece { kind: kind::SEGMENT, doc: Some(doc.clone()), segment: Some(kept), ..Piece::default() };
    let body = at_rest(&piece);
    if !carrier.room.takes(body.len()) {
        return Ok(refused(ErrorCode::QuotaUsed));
    }
    let placed = ledger.append(
        outlet,
        &NewEntry {
            kind: kind::SEGMENT,
            doc: Some(doc.clone()),
            author: Some(author.device.id),
            carrier: Some(carrier.caller.device),
            actor: Some(actor),
            stretch: Some(Stretch { from_seq, to_seq: run.seq }),
            member: None,
            at_ms: carrier.now_ms,
            body,
        },
    )?;
    ledger.put_run(outlet, doc, actor, &RunRow { run, log_seq: placed.seq })?;
    if !planted::on(Bug::OpsNotCounted) {
        ledger.put_document_ops(outlet, doc, doc_ops.saturating_sub(birth::ops(doc.kind())))?;
    }
    Ok(held(Outcome::Accepted, placed.seq))
}

enum Right {
    None,
    Granted,
    WalkIn,
    Inbox,
}

/// The table's word, and beside it the walk-in: a sheet of a job that nobody has named yet is its creator's.
fn right_to_write(shelf: &dyn Shelf, outlet: OutletId, member: &Member, doc: &DocId) -> Result<Right, StorageError> {
    if standing::may(shelf, outlet, member, Verb::Write, doc)? {
        return Ok(Right::Granted);
    }
    let mut with_grant = member.roles.iter().map(|role| access::rule(doc.kind(), *role, Verb::Write));
    let opens_by_grant = with_grant.any(|rule| rule == access::Rule::Granted(Access::Write));
    let active = member.status == doorstep_schemas::wire::Status::Active;
    match doc.job() {
        Some(job) if active && doc.kind() == DocKind::Sheet && opens_by_grant && !shelf.job_is_used(outlet, job)? => {
            Ok(Right::WalkIn)
        }
        _ if standing::may_wait(shelf, outlet, member, doc)? => Ok(Right::Inbox),
        _ => Ok(Right::None),
    }
}

fn take_grant(ledger: &mut dyn Ledger, carrier: Carrier<'_>, grant: Grant) -> Result<PieceResult, StorageError> {
    let outlet = carrier.caller.outlet;
    if !carrier.caller.is_owner() && !planted::on(Bug::GrantByAnyone) {
        return Ok(refused(ErrorCode::NotAllowed));
    }
    if is_erased(ledger, outlet, Some(grant.job))? {
        return Ok(refused(ErrorCode::JobErased));
    }
    if ledger.member(outlet, grant.member)?.is_none() {
        return Ok(refused(ErrorCode::MemberUnknown));
    }
    let before = ledger.grant(outlet, grant.job, grant.member)?;
    if let Some(GrantNow { access, log_seq: Some(log_seq), .. }) = before
        && access == grant.access
    {
        return Ok(held(Outcome::Known, log_seq));
    }
    let body = at_rest(&Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    carrier.room.counts(body.len());
    let placed = ledger.append(
        outlet,
        &NewEntry {
            kind: kind::GRANT,
            doc: None,
            author: Some(carrier.caller.device),
            carrier: Some(carrier.caller.device),
            actor: carrier.actor,
            stretch: None,
            member: Some(grant.member),
            at_ms: carrier.now_ms,
            body,
        },
    )?;
    let since = before.filter(|now| now.access != Access::None).map_or(placed.seq, |now| now.since);
    // What is taken back and was never given was given in a log of which this one is an older copy: what was done under it
    // may still come.
    let had_write = grant.access == Access::Write || before.map_or(grant.access == Access::None, |now| now.had_write);
    let now = GrantNow { access: grant.access, since, had_write, log_seq: Some(placed.seq) };
    ledger.put_grant(outlet, grant.job, grant.member, now)?;
    Ok(held(Outcome::Accepted, placed.seq))
}

/// A piece as the log keeps it: written anew, so that nothing unread lies in it.
pub fn at_rest(piece: &Piece) -> Vec<u8> {
    minicbor::to_vec(piece).expect("writing to memory can't fail")
}

/// A stored piece, read back.
pub fn from_rest(body: &[u8]) -> Result<Piece, StorageError> {
    minicbor::decode(body).ok().ok_or(StorageError::Corrupt { what: "entry" })
}

/// What the log holds of one run.
pub(super) struct LogHistory<'a> {
    shelf: &'a dyn Shelf,
    outlet: OutletId,
    doc: &'a DocId,
    actor: Actor,
    pub(super) row: Option<RunRow>,
    doc_ops: u64,
    /// The stored segment that was asked for last: a repeated piece asks for each of its changes.
    decoded: RefCell<Vec<(u64, ChangeHash)>>,
}

impl<'a> LogHistory<'a> {
    pub(super) fn of(
        shelf: &'a dyn Shelf,
        outlet: OutletId,
        doc: &'a DocId,
        actor: Actor,
    ) -> Result<Self, StorageError> {
        let row = shelf.run(outlet, doc, actor)?;
        let written = shelf.document_ops(outlet, doc)?.unwrap_or(0);
        let doc_ops = written.saturating_add(birth::ops(doc.kind()));
        Ok(Self { shelf, outlet, doc, actor, row, doc_ops, decoded: RefCell::default() })
    }

    fn decode_covering(&self, seq: u64) -> Result<Vec<(u64, ChangeHash)>, StorageError> {
        let corrupt = StorageError::Corrupt { what: "segment" };
        let Some(entry) = self.shelf.entry_covering(self.outlet, self.doc, self.actor, seq)? else {
            return Ok(Vec::new());
        };
        let body = self.shelf.body(self.outlet, entry)?.ok_or(StorageError::Corrupt { what: "entry" })?;
        let Some(kept) = from_rest(&body)?.segment else { return Err(corrupt) };
        let Ok(changes) = segment::decode(kept.codec, &kept.body, kept.actor, kept.from_seq) else {
            return Err(corrupt);
        };
        let hash = |bytes: &Vec<u8>| Change::parse(bytes).ok().map(|change| (change.seq, change.hash));
        changes.iter().map(hash).collect::<Option<_>>().ok_or(corrupt)
    }
}

impl History for LogHistory<'_> {
    type Error = StorageError;

    fn run(&self) -> Run {
        self.row.map(|row| row.run).unwrap_or_default()
    }

    fn doc_ops(&self) -> u64 {
        self.doc_ops
    }

    fn hash_at(&self, seq: u64) -> Result<Option<ChangeHash>, StorageError> {
        let find = |known: &[(u64, ChangeHash)]| known.iter().find(|(s, _)| *s == seq).map(|(_, hash)| *hash);
        if let Some(hash) = find(&self.decoded.borrow()) {
            return Ok(Some(hash));
        }
        *self.decoded.borrow_mut() = self.decode_covering(seq)?;
        Ok(find(&self.decoded.borrow()))
    }
}
