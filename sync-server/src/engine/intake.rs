//! A piece of work at the door: whether it enters the log.
//!
//! Anyone live may carry anyone's work; the author's right and the author's signature decide. A refusal names its
//! reason and blocks nothing else.

use std::cell::RefCell;

use doorstep_schemas::admission::{self, History, Refusal, Run, Verdict};
use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, DocKind, OutletId};
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::segment;
use doorstep_schemas::wire::{Access, Grant, Outcome, Piece, PieceResult, Segment, kind};

use super::access::Verb;
use super::standing::{self, Caller};
use crate::storage::{GrantNow, Ledger, Member, NewEntry, RunRow, Shelf, StorageError, Stretch};

/// Who brings a piece, and when.
#[derive(Debug, Clone, Copy)]
pub struct Carrier<'a> {
    pub caller: &'a Caller,
    /// The actor that the exchange's header names.
    pub actor: Option<Actor>,
    pub now_ms: i64,
}

/// Judges one piece and appends it when it may enter. Only the shelf's failures are errors.
pub fn take(ledger: &mut dyn Ledger, carrier: Carrier<'_>, piece: Piece) -> Result<PieceResult, StorageError> {
    match piece {
        Piece { kind: kind::SEGMENT, doc: Some(doc), segment: Some(segment), .. } => {
            take_segment(ledger, carrier, &doc, segment)
        }
        Piece { kind: kind::GRANT, grant: Some(grant), .. } => take_grant(ledger, carrier, grant),
        Piece { kind: kind::SEGMENT | kind::GRANT, .. } => Ok(refused(ErrorCode::PieceUnreadable)),
        // The relay's own word: it comes from enrolment and from the team's routes.
        Piece { kind: kind::ROLE | kind::DEVICE, .. } => Ok(refused(ErrorCode::NotAllowed)),
        _ => Ok(refused(ErrorCode::UnknownKind)),
    }
}

/// The answer to a piece that was refused.
pub fn refused(code: ErrorCode) -> PieceResult {
    let code = Some(code.wire().to_owned());
    PieceResult { outcome: Outcome::Refused, log_seq: None, want_from: None, code }
}

fn held(outcome: Outcome, log_seq: u64) -> PieceResult {
    PieceResult { outcome, log_seq: Some(log_seq), want_from: None, code: None }
}

fn take_segment(
    ledger: &mut dyn Ledger,
    carrier: Carrier<'_>,
    doc: &DocId,
    segment: Segment,
) -> Result<PieceResult, StorageError> {
    let outlet = carrier.caller.outlet;
    let Some(author) = ledger.device(outlet, segment.actor.device())? else {
        return Ok(refused(ErrorCode::UnknownAuthor));
    };
    let Some(member) = ledger.member(outlet, author.member)? else {
        return Ok(refused(ErrorCode::UnknownAuthor));
    };
    let walk_in = match right_to_write(ledger, outlet, &member, doc)? {
        Right::None if !planted::on(Bug::AccessNotAsked) => return Ok(refused(ErrorCode::NotAllowed)),
        Right::None => false,
        Right::Granted => false,
        Right::WalkIn => true,
    };

    let history = LogHistory::of(ledger, outlet, doc, segment.actor)?;
    let before = history.row.map_or(0, |row| row.log_seq);
    let (changes, run, doc_ops) = match admission::admit(outlet, doc, &segment, &author.key, &history) {
        Ok(Verdict::Admit { changes, run, doc_ops }) => (changes, run, doc_ops),
        Ok(Verdict::Known) if planted::on(Bug::DuplicatesAppended) => (Vec::new(), history.run(), history.doc_ops()),
        Ok(Verdict::Known) => return Ok(held(Outcome::Known, before)),
        Ok(Verdict::WantFrom(_)) if planted::on(Bug::GapAccepted) => return Ok(held(Outcome::Accepted, before)),
        Ok(Verdict::WantFrom(seq)) => {
            return Ok(PieceResult { outcome: Outcome::Gap, log_seq: None, want_from: Some(seq), code: None });
        }
        Err(Refusal::History(cause)) => return Err(cause),
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
    let placed = ledger.append(
        outlet,
        &NewEntry {
            kind: kind::SEGMENT,
            doc: Some(doc.clone()),
            author: Some(author.id),
            carrier: Some(carrier.caller.device),
            actor: Some(actor),
            stretch: Some(Stretch { from_seq, to_seq: run.seq }),
            member: None,
            at_ms: carrier.now_ms,
            body: at_rest(&piece),
        },
    )?;
    ledger.put_run(outlet, doc, actor, &RunRow { run, log_seq: placed.seq })?;
    if !planted::on(Bug::OpsNotCounted) {
        ledger.put_document_ops(outlet, doc, doc_ops.saturating_sub(birth::ops(doc.kind())))?;
    }
    if let (true, Some(job)) = (walk_in, doc.job()) {
        let implied = GrantNow { access: Access::Write, since: placed.seq, log_seq: None };
        ledger.put_grant(outlet, job, member.id, implied)?;
    }
    Ok(held(Outcome::Accepted, placed.seq))
}

enum Right {
    None,
    Granted,
    WalkIn,
}

/// The table's word, and beside it the walk-in: a sheet of a job that nobody has named yet is its creator's.
fn right_to_write(shelf: &dyn Shelf, outlet: OutletId, member: &Member, doc: &DocId) -> Result<Right, StorageError> {
    if standing::may(shelf, outlet, member, Verb::Write, doc)? {
        return Ok(Right::Granted);
    }
    let mut with_grant = member.roles.iter().map(|role| super::access::rule(doc.kind(), *role, Verb::Write));
    let opens_by_grant = with_grant.any(|rule| rule == super::access::Rule::Granted(Access::Write));
    let active = member.status == doorstep_schemas::wire::Status::Active;
    match doc.job() {
        Some(job) if active && doc.kind() == DocKind::Sheet && opens_by_grant && !shelf.job_is_used(outlet, job)? => {
            Ok(Right::WalkIn)
        }
        _ => Ok(Right::None),
    }
}

fn take_grant(ledger: &mut dyn Ledger, carrier: Carrier<'_>, grant: Grant) -> Result<PieceResult, StorageError> {
    let outlet = carrier.caller.outlet;
    if !carrier.caller.is_owner() && !planted::on(Bug::GrantByAnyone) {
        return Ok(refused(ErrorCode::NotAllowed));
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
    let piece = Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() };
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
            body: at_rest(&piece),
        },
    )?;
    let since = before.filter(|now| now.access != Access::None).map_or(placed.seq, |now| now.since);
    let now = GrantNow { access: grant.access, since, log_seq: Some(placed.seq) };
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
struct LogHistory<'a> {
    shelf: &'a dyn Shelf,
    outlet: OutletId,
    doc: &'a DocId,
    actor: Actor,
    row: Option<RunRow>,
    doc_ops: u64,
    /// The stored segment that was asked for last: a repeated piece asks for each of its changes.
    decoded: RefCell<Vec<(u64, ChangeHash)>>,
}

impl<'a> LogHistory<'a> {
    fn of(shelf: &'a dyn Shelf, outlet: OutletId, doc: &'a DocId, actor: Actor) -> Result<Self, StorageError> {
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
