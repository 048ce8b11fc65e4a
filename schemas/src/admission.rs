//! The gate that relay and app share: whether a piece of somebody's work may enter a log or a store.
//!
//! Judged from bytes and history alone, without Automerge: the relay never opens a document, and the app must not
//! open one that could poison it. The verdict is the same whenever the piece comes and wherever it was cut.

use crate::change::MalformedChange;
use crate::code::ErrorCode;
use crate::ids::{ChangeHash, DeviceId, DocId, OutletId, PublicKey};
use crate::planted::{self, Bug};
use crate::segment::{self, SegmentError, Unpacked};
use crate::signature::{Chain, Claim, Signature};
use crate::wire::Segment;

/// Most operations in one document.
pub const MAX_DOC_OPS: u64 = 1_000_000;

/// How far one actor's run in one document has come. The default is "nothing yet".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    pub seq: u64,
    pub hash: ChangeHash,
    pub chain: Chain,
    /// The smallest operation number that the next change may start at.
    pub next_op: u64,
}

impl Default for Run {
    fn default() -> Self {
        Self { seq: 0, hash: ChangeHash([0; 32]), chain: Chain::default(), next_op: 1 }
    }
}

/// What is known where the piece arrives.
pub trait History {
    /// The error of the store behind it.
    type Error;
    fn run(&self) -> Run;
    /// Operations that the document holds so far, its birth included.
    fn doc_ops(&self) -> u64;
    /// The hash kept for a sequence number of this run that is not newer than [`Run::seq`].
    fn hash_at(&self, seq: u64) -> Result<Option<ChangeHash>, Self::Error>;
}

/// One change that passed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admitted {
    pub seq: u64,
    pub hash: ChangeHash,
    pub deps: Vec<ChangeHash>,
    pub ops: u64,
    pub start_op: u64,
    pub bytes: Vec<u8>,
}

/// The outcome for a piece that breaks no rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The unseen suffix, and how far the run and the document are with it.
    Admit { changes: Vec<Admitted>, run: Run, doc_ops: u64 },
    /// Everything in it was here already.
    Known,
    /// Changes before it are missing: send from this sequence number.
    WantFrom(u64),
}

/// Why a piece is refused. It blocks nothing but itself.
#[derive(Debug, thiserror::Error)]
pub enum Refusal<E> {
    #[error("the piece can't be read")]
    Unreadable(#[from] SegmentError),
    #[error("a change breaks the limits")]
    Change(#[from] MalformedChange),
    #[error("the piece is empty")]
    Empty,
    #[error("a change is not of the actor or sequence number that the piece names")]
    WrongRun,
    #[error("this sequence number already holds another change")]
    Forked,
    #[error("a change does not follow the one before it")]
    NotLinked,
    #[error("operation numbers start at {start_op}, the document allows {allowed}")]
    StartOp { start_op: u64, allowed: u64 },
    #[error("the document would hold more than {MAX_DOC_OPS} operations")]
    DocumentFull,
    #[error("the author's signature does not cover these changes")]
    Signature,
    #[error("history could not be read")]
    History(#[source] E),
}

impl<E> Refusal<E> {
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Unreadable(SegmentError::UnknownCodec(_)) => ErrorCode::UnknownCodec,
            Self::Unreadable(_) | Self::Empty => ErrorCode::PieceUnreadable,
            Self::Change(_) => ErrorCode::ChangeMalformed,
            Self::WrongRun | Self::NotLinked => ErrorCode::ChangeNotLinked,
            Self::Forked => ErrorCode::ChangeForked,
            Self::StartOp { .. } => ErrorCode::ChangeOutOfRange,
            Self::DocumentFull => ErrorCode::DocumentFull,
            Self::Signature => ErrorCode::SignatureInvalid,
            Self::History(_) => ErrorCode::StoreFailed,
        }
    }
}

/// Judges one segment. `author` is the key of the device that the actor's first 8 bytes name.
pub fn admit<H: History>(
    outlet: OutletId,
    doc: &DocId,
    segment: &Segment,
    author: &PublicKey,
    history: &H,
) -> Result<Verdict, Refusal<H::Error>> {
    admit_opened(outlet, doc, segment, Opened::default(), author, history)
}

/// What of a judgement needs no history, done beforehand: where histories are asked one after another, the rest is
/// little. It changes no verdict.
#[derive(Debug, Default)]
pub struct Opened {
    changes: Option<Result<Vec<Unpacked>, SegmentError>>,
    vouched: Option<Vouched>,
}

/// Whether a signature holds under a key.
#[derive(Debug)]
struct Vouched {
    author: PublicKey,
    preimage: Vec<u8>,
    bytes: [u8; 64],
    holds: bool,
}

impl Opened {
    /// Reads a segment. Where it begins a run and is of the device with the key `likely`, its signature is verified too.
    pub fn of(outlet: OutletId, doc: &DocId, segment: &Segment, likely: &PublicKey) -> Self {
        let changes = segment::unpack(segment.codec, &segment.body, segment.actor, segment.from_seq);
        Self::with(outlet, doc, segment, changes, likely)
    }

    /// The same where the segment was unpacked already: `changes` are what its body holds.
    pub fn with(
        outlet: OutletId,
        doc: &DocId,
        segment: &Segment,
        changes: Result<Vec<Unpacked>, SegmentError>,
        likely: &PublicKey,
    ) -> Self {
        let begins = segment.from_seq == 1 && segment.actor.device() == DeviceId::of_key(likely);
        let vouched = changes.as_ref().ok().filter(|_| begins).and_then(|changes| {
            let chain = changes.iter().fold(Chain::default(), |chain, change| chain.then(&change.hash));
            let claim = claim(outlet, doc, segment, chain)?;
            let holds = claim.holds(&segment.signature, likely);
            Some(Vouched { author: *likely, preimage: claim.preimage(), bytes: segment.signature.bytes, holds })
        });
        Self { changes: Some(changes), vouched }
    }
}

impl Vouched {
    /// Whether this very signature holds for this very claim; `None` where another was verified.
    fn word(&self, claim: &Claim<'_>, signature: &Signature, author: &PublicKey) -> Option<bool> {
        let same = self.author == *author && self.bytes == signature.bytes && self.preimage == claim.preimage();
        same.then_some(self.holds)
    }
}

/// [`admit`] of a segment that was opened. Of another segment than `segment` it may be no `opened`.
pub fn admit_opened<H: History>(
    outlet: OutletId,
    doc: &DocId,
    segment: &Segment,
    opened: Opened,
    author: &PublicKey,
    history: &H,
) -> Result<Verdict, Refusal<H::Error>> {
    let run = history.run();
    if segment.from_seq == 0 {
        return Err(Refusal::WrongRun);
    }
    if segment.from_seq > run.seq + 1 {
        return Ok(Verdict::WantFrom(run.seq + 1));
    }
    let Opened { changes, vouched } = opened;
    let unpack = || segment::unpack(segment.codec, &segment.body, segment.actor, segment.from_seq);
    let changes = changes.unwrap_or_else(unpack).map_err(unreadable)?;
    if changes.is_empty() {
        return Err(Refusal::Empty);
    }

    if planted::on(Bug::SuffixLost) && segment.from_seq <= run.seq {
        return Ok(Verdict::Known);
    }
    let mut reached = run;
    let mut doc_ops = history.doc_ops();
    let mut admitted = Vec::new();
    for (i, change) in changes.into_iter().enumerate() {
        let seq = segment.from_seq + i as u64;
        if change.actor != segment.actor || change.seq != seq {
            return Err(Refusal::WrongRun);
        }
        if seq <= run.seq {
            match history.hash_at(seq).map_err(Refusal::History)? {
                Some(hash) if hash == change.hash => continue,
                _ => return Err(Refusal::Forked),
            }
        }
        if seq > 1 && !change.deps.contains(&reached.hash) && !planted::on(Bug::LinkNotChecked) {
            return Err(Refusal::NotLinked);
        }
        let allowed = doc_ops + 1;
        let fits = change.start_op >= reached.next_op && change.start_op <= allowed;
        if !fits && !planted::on(Bug::StartOpNotChecked) {
            return Err(Refusal::StartOp { start_op: change.start_op, allowed });
        }
        doc_ops += change.ops;
        if doc_ops > MAX_DOC_OPS {
            return Err(Refusal::DocumentFull);
        }
        reached = Run {
            seq,
            hash: change.hash,
            chain: reached.chain.then(&change.hash),
            next_op: change.start_op + change.ops,
        };
        let Unpacked { hash, deps, ops, start_op, bytes, .. } = change;
        admitted.push(Admitted { seq, hash, deps, ops, start_op, bytes });
    }
    if admitted.is_empty() {
        return Ok(Verdict::Known);
    }
    if !signed(outlet, doc, segment, author, &reached, vouched.as_ref()) {
        return Err(Refusal::Signature);
    }
    Ok(Verdict::Admit { changes: admitted, run: reached, doc_ops })
}

/// What a device learns of a piece. The relay refuses a piece as a whole; a device that finds one in a bundle or a log
/// takes what is good of it, so that the same becomes of each change wherever the piece was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Examined {
    News(News),
    /// Everything in it was here already.
    Known,
    /// Changes before it are missing: it can be told from this sequence number on.
    WantFrom(u64),
    /// The author signed another change for this place than the one that is here.
    Forked(u64),
}

/// The unseen suffix of a piece, all of it under its author's signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct News {
    pub changes: Vec<Signed>,
    /// How far the run is with them.
    pub run: Run,
    /// Hashes between the run's end and the change that the signature reaches.
    pub tail: Vec<u8>,
    /// The piece's last changes that are no part of this run, because the first of them names another place than its
    /// own: nothing can follow there.
    pub strays: Vec<Stray>,
}

/// A change that its author signed for a place where no run can go on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stray {
    pub seq: u64,
    pub hash: ChangeHash,
    /// Its bytes name this very run and place, or break a rule: its hash is no sound change's of another place.
    pub in_place: bool,
}

/// A change that its author signed, and what its own bytes say against it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    pub seq: u64,
    pub hash: ChangeHash,
    pub bytes: Vec<u8>,
    pub ops: u64,
    pub flaw: Option<Flaw>,
}

/// A rule that a change breaks by its bytes and its run alone.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    #[error(transparent)]
    Malformed(#[from] MalformedChange),
    #[error("the change does not follow the one before it")]
    NotLinked,
}

impl Flaw {
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed(_) => ErrorCode::ChangeMalformed,
            Self::NotLinked => ErrorCode::ChangeNotLinked,
        }
    }
}

/// Reads one segment and tells what its author vouches for. A refusal says nothing about the changes: the piece was
/// damaged or is somebody else's, and a sound copy may come. What the author signed and what breaks a rule is told
/// change by change. Operation numbers and parents are not looked at: whoever holds the document does.
pub fn examine<H: History>(
    outlet: OutletId,
    doc: &DocId,
    segment: &Segment,
    author: &PublicKey,
    history: &H,
) -> Result<Examined, Refusal<H::Error>> {
    let run = history.run();
    if segment.from_seq == 0 {
        return Err(Refusal::WrongRun);
    }
    if segment.from_seq > run.seq + 1 {
        return Ok(Examined::WantFrom(run.seq + 1));
    }
    let found = segment::find(segment.codec, &segment.body, segment.actor, segment.from_seq).map_err(unreadable)?;
    if found.is_empty() {
        return Err(Refusal::Empty);
    }
    let mut news = None;
    for (seq, change) in (segment.from_seq..).zip(&found) {
        if seq > run.seq {
            news = Some(seq);
            break;
        }
        if history.hash_at(seq).map_err(Refusal::History)? != Some(change.hash()) {
            // Only a branch that the author signed is a fork; a damaged copy of what is here is nothing.
            let before = chain_to(history, seq - 1)?;
            let (_, branch) = found.split_at(usize::try_from(seq - segment.from_seq).unwrap_or(0));
            let reached = Run { seq: seq - 1, chain: before, ..run };
            return match follow(reached, branch, segment) {
                (end, _) if signed(outlet, doc, segment, author, &end, None) => Ok(Examined::Forked(seq)),
                _ => Err(Refusal::Signature),
            };
        }
    }
    let Some(from) = news else { return Ok(Examined::Known) };
    let unseen = found.split_at(usize::try_from(from - segment.from_seq).unwrap_or(0)).1;
    let (end, strays) = follow(run, unseen, segment);
    if !signed(outlet, doc, segment, author, &end, None) {
        return Err(Refusal::Signature);
    }
    Ok(Examined::News(tell(run, unseen, strays, segment)))
}

/// How far a run is when these changes are hung on, and how many of them can't be of it.
fn follow(run: Run, changes: &[segment::Found], segment: &Segment) -> (Run, u64) {
    let mut reached = run;
    let mut strays = 0;
    for change in changes {
        let here = match change {
            segment::Found::Sound(sound) => sound.actor == segment.actor && sound.seq == reached.seq.saturating_add(1),
            segment::Found::Flawed { .. } => true,
        };
        strays += u64::from(strays > 0 || !here);
        let seq = reached.seq.saturating_add(1);
        reached = Run { seq, hash: change.hash(), chain: reached.chain.then(&change.hash()), ..reached };
    }
    (reached, strays)
}

fn tell(run: Run, unseen: &[segment::Found], strays: u64, segment: &Segment) -> News {
    let kept = unseen.len().saturating_sub(usize::try_from(strays).unwrap_or(usize::MAX));
    let (taken, rest) = unseen.split_at(kept);
    let mut reached = run;
    let changes = taken.iter().map(|found| {
        let (ops, flaw) = match found {
            segment::Found::Sound(change) if reached.seq > 0 && !change.deps.contains(&reached.hash) => {
                (change.ops, Some(Flaw::NotLinked))
            }
            segment::Found::Sound(change) => (change.ops, None),
            segment::Found::Flawed { flaw, .. } => (0, Some(Flaw::Malformed(flaw.clone()))),
        };
        let next_op = match found {
            segment::Found::Sound(change) => change.start_op.saturating_add(change.ops),
            segment::Found::Flawed { .. } => reached.next_op,
        };
        let (seq, hash) = (reached.seq.saturating_add(1), found.hash());
        reached = Run { seq, hash, chain: reached.chain.then(&hash), next_op };
        Signed { seq, hash, bytes: found.bytes().to_vec(), ops, flaw }
    });
    let changes = changes.collect();
    let tail = rest.iter().flat_map(|found| found.hash().0).chain(segment.tail.iter().copied()).collect();
    let strays = (reached.seq.saturating_add(1)..).zip(rest).map(|(seq, found)| {
        let in_place = match found {
            segment::Found::Sound(change) => (change.actor, change.seq) == (segment.actor, seq),
            segment::Found::Flawed { .. } => true,
        };
        Stray { seq, hash: found.hash(), in_place }
    });
    News { changes, run: reached, tail, strays: strays.collect() }
}

fn chain_to<H: History>(history: &H, seq: u64) -> Result<Chain, Refusal<H::Error>> {
    (1..=seq).try_fold(Chain::default(), |chain, seq| {
        let hash = history.hash_at(seq).map_err(Refusal::History)?;
        hash.map(|hash| chain.then(&hash)).ok_or(Refusal::Forked)
    })
}

/// A change that breaks the rules is the same refusal in whichever codec it came.
fn unreadable<E>(error: SegmentError) -> Refusal<E> {
    match error {
        SegmentError::Change(change) => Refusal::Change(change),
        other => Refusal::Unreadable(other),
    }
}

fn signed(
    outlet: OutletId,
    doc: &DocId,
    segment: &Segment,
    author: &PublicKey,
    reached: &Run,
    vouched: Option<&Vouched>,
) -> bool {
    if planted::on(Bug::SignatureNotChecked) {
        return true;
    }
    let hashes = (segment.tail.len() / 32) as u64;
    if reached.seq + hashes != segment.signature.seq || segment.actor.device() != DeviceId::of_key(author) {
        return false;
    }
    let Some(claim) = claim(outlet, doc, segment, reached.chain) else { return false };
    let word = vouched.and_then(|vouched| vouched.word(&claim, &segment.signature, author));
    word.unwrap_or_else(|| claim.holds(&segment.signature, author))
}

/// What a segment's signature is about, when the chain of its changes is this. A signature may reach beyond the piece: the
/// hashes between are then in `tail`, so that a carrier who holds only the newest signature of a run can still send it in
/// pieces. `None` for a tail that is no hashes.
fn claim<'a>(outlet: OutletId, doc: &'a DocId, segment: &Segment, chain: Chain) -> Option<Claim<'a>> {
    let (tail, []) = segment.tail.as_chunks::<32>() else { return None };
    let chain = tail.iter().fold(chain, |chain, hash| chain.then(&ChangeHash(*hash)));
    let Signature { seq, beacon, .. } = segment.signature;
    Some(Claim { outlet, doc, actor: segment.actor, seq, chain, beacon })
}
