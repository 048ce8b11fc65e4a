//! The rule book: every set this device knows, by hash, and which of them is in force when.
//!
//! A set that was once named is kept for as long as the book lives, also when it was replaced or never came into
//! force: a reading or a fee may name it. Nothing here is merged; a version stands or falls as a whole.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::rules::crew::CrewSet;
use doorstep_schemas::rules::emergency::EmergencySet;
use doorstep_schemas::rules::faults::FaultSet;
use doorstep_schemas::rules::limits::LimitSet;
use doorstep_schemas::rules::needs::NeedSet;
use doorstep_schemas::rules::numbers::NumberSet;
use doorstep_schemas::rules::pieces::PieceSet;
use doorstep_schemas::rules::places::PlaceSet;
use doorstep_schemas::rules::prices::PriceSet;
use doorstep_schemas::rules::promises::PromiseSet;
use doorstep_schemas::rules::reminders::ReminderSet;
use doorstep_schemas::rules::replies::ReplySet;
use doorstep_schemas::rules::settlement::SettlementSet;
use doorstep_schemas::rules::steps::StepSet;
use doorstep_schemas::rules::surcharges::SurchargeSet;
use doorstep_schemas::rules::warranty::WarrantySet;
use doorstep_schemas::rules::{Problem, SetKind};

use super::InForce;
use super::cross::{Disagreement, disagreements};
use super::load::{Kind, MalformedSet, Set, load, locate};

/// From this moment on built-in sets are valid: before every job.
const ALWAYS: i64 = i64::MIN;

/// A replacement that did not come into force. What was in force before still is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{hash:?} is not used: {reason}")]
pub struct RefusedSet {
    pub hash: BlobHash,
    #[source]
    pub reason: MalformedSet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Version {
    from_ms: i64,
    hash: BlobHash,
}

/// All sets, and from when on each is in force.
#[derive(Debug, Clone)]
pub struct RuleBook {
    sets: BTreeMap<BlobHash, Arc<Set>>,
    /// Oldest first.
    versions: BTreeMap<SetKind, Vec<Version>>,
}

/// The files that ship with this version. Of several of a kind the last one counts; the others are kept because readings
/// and fees of earlier versions name them.
pub(super) const BUILT_IN: [(SetKind, &[u8]); 15] = [
    (SetKind::Limits, include_bytes!("../../rules/limits.json")),
    (SetKind::Needs, include_bytes!("../../rules/needs.json")),
    (SetKind::Faults, include_bytes!("../../rules/faults.json")),
    (SetKind::Steps, include_bytes!("../../rules/steps.json")),
    (SetKind::Emergency, include_bytes!("../../rules/emergency.json")),
    (SetKind::Surcharges, include_bytes!("../../rules/surcharges.json")),
    (SetKind::Prices, include_bytes!("../../rules/prices.json")),
    (SetKind::Warranty, include_bytes!("../../rules/warranty.json")),
    (SetKind::Promises, include_bytes!("../../rules/promises.json")),
    (SetKind::Numbers, include_bytes!("../../rules/numbers.json")),
    (SetKind::Replies, include_bytes!("../../rules/replies.json")),
    (SetKind::Pieces, include_bytes!("../../rules/pieces.json")),
    (SetKind::Places, include_bytes!("../../rules/places.json")),
    (SetKind::Crew, include_bytes!("../../rules/crew.json")),
    (SetKind::Reminders, include_bytes!("../../rules/reminders.json")),
];

/// The file of a built-in set.
pub fn shipped(hash: &BlobHash) -> Option<&'static [u8]> {
    BUILT_IN.iter().map(|(_, bytes)| *bytes).find(|bytes| BlobHash::of(bytes) == *hash)
}

impl RuleBook {
    /// The sets that ship with this version: of each kind that is not the owner's alone.
    pub fn built_in() -> Result<Self, MalformedSet> {
        let mut book = Self { sets: BTreeMap::new(), versions: BTreeMap::new() };
        for (kind, bytes) in BUILT_IN {
            book.add(kind, bytes, ALWAYS)?;
        }
        match disagreements(&book, ALWAYS).first() {
            None => Ok(book),
            Some(found) => {
                let file = BUILT_IN.iter().rfind(|(kind, _)| *kind == found.from).map_or(&b""[..], |(_, bytes)| bytes);
                Err(found.reason(found.from, file))
            }
        }
    }

    /// This book with the catalogue's sets: kind, bytes, and from when on each is valid. Of two that begin at the same
    /// moment the later one counts. A set that is malformed, or that doesn't fit those in force beside it, is left out
    /// and reported.
    pub fn with(built_in: Self, extra: impl IntoIterator<Item = (SetKind, Vec<u8>, i64)>) -> (Self, Vec<RefusedSet>) {
        let mut book = built_in;
        let mut files = BTreeMap::new();
        let mut refused = Vec::new();
        for (kind, bytes, from_ms) in extra {
            let hash = BlobHash::of(&bytes);
            match book.add(kind, &bytes, from_ms.max(ALWAYS + 1)) {
                Ok(()) => {
                    files.insert(hash, bytes);
                }
                Err(reason) => refused.push(RefusedSet { hash, reason }),
            }
        }
        while let Some((kind, hash, reason)) = book.misfit(&files) {
            if let Some(versions) = book.versions.get_mut(&kind) {
                versions.retain(|version| version.hash != hash || version.from_ms == ALWAYS);
            }
            refused.push(RefusedSet { hash, reason });
        }
        (book, refused)
    }

    /// Keeps a set that is in force at no time: a reading may name it all the same. One that is malformed says nothing.
    pub fn keep(&mut self, kind: SetKind, bytes: &[u8]) {
        if let Ok(set) = load(kind, bytes) {
            self.sets.entry(BlobHash::of(bytes)).or_insert_with(|| Arc::new(set));
        }
    }

    /// This book as it would be with another set in force from a moment on, or what stands against it.
    pub fn trying(&self, kind: SetKind, bytes: &[u8], from_ms: i64) -> Result<Self, MalformedSet> {
        let (book, refused) = Self::with(self.clone(), [(kind, bytes.to_vec(), from_ms)]);
        refused.into_iter().next().map_or(Ok(book), |refused| Err(refused.reason))
    }

    /// Whether a set may be put in force from a moment on: the catalogue's version and hash of it, or what stands
    /// against it. Asked before the owner publishes it; a set that another one would have to give way to is refused too.
    pub fn candidate(&self, kind: SetKind, bytes: &[u8], from_ms: i64) -> Result<(String, BlobHash), MalformedSet> {
        let version = load(kind, bytes)?.head().version.to_owned();
        self.trying(kind, bytes, from_ms)?;
        Ok((version, BlobHash::of(bytes)))
    }

    fn add(&mut self, kind: SetKind, bytes: &[u8], from_ms: i64) -> Result<(), MalformedSet> {
        let set = load(kind, bytes)?;
        let hash = BlobHash::of(bytes);
        self.sets.entry(hash).or_insert_with(|| Arc::new(set));
        let versions = self.versions.entry(kind).or_default();
        let at = versions.partition_point(|version| version.from_ms <= from_ms);
        versions.insert(at, Version { from_ms, hash });
        Ok(())
    }

    /// Every version of every kind: from when on it holds, and its hash.
    pub fn versions(&self) -> impl Iterator<Item = (SetKind, i64, BlobHash)> {
        self.versions.iter().flat_map(|(kind, versions)| versions.iter().map(|v| (*kind, v.from_ms, v.hash)))
    }

    /// When another version comes into force by itself, after this moment.
    pub fn next_turn(&self, after_ms: i64) -> Option<i64> {
        self.versions().map(|(_, from_ms, _)| from_ms).filter(|from_ms| *from_ms > after_ms).min()
    }

    /// A replacement that disagrees with what is in force beside it: of the two the one that came into force last.
    fn misfit(&self, files: &BTreeMap<BlobHash, Vec<u8>>) -> Option<(SetKind, BlobHash, MalformedSet)> {
        let moments: BTreeSet<i64> = self.versions.values().flatten().map(|v| v.from_ms).collect();
        moments.into_iter().find_map(|at_ms| {
            disagreements(self, at_ms).into_iter().find_map(|found: Disagreement| {
                let version = |kind| self.version(kind, at_ms).filter(|v| v.from_ms != ALWAYS).map(|v| (*v, kind));
                let (from, to) = (version(found.from), version(found.to));
                let newest = if to.map(|(v, _)| v.from_ms) > from.map(|(v, _)| v.from_ms) { to } else { from };
                let (version, kind) = newest?;
                let file = files.get(&version.hash).map_or(&b""[..], Vec::as_slice);
                Some((kind, version.hash, found.reason(kind, file)))
            })
        })
    }

    fn version(&self, kind: SetKind, at_ms: i64) -> Option<&Version> {
        self.versions.get(&kind)?.iter().rfind(|version| version.from_ms <= at_ms)
    }

    /// The set that is in force at a moment, in milliseconds since 1970, UTC. None of a kind that the owner keeps to
    /// themselves, on any other device.
    pub fn in_force(&self, kind: SetKind, at_ms: i64) -> Option<&Set> {
        self.sets.get(&self.version(kind, at_ms)?.hash).map(Arc::as_ref)
    }

    /// What a reading or a fee of that moment names.
    pub fn hash_in_force(&self, kind: SetKind, at_ms: i64) -> Option<&BlobHash> {
        self.version(kind, at_ms).map(|version| &version.hash)
    }

    /// A set by the 32 bytes that a reading or a fee names, in force or not.
    pub fn by_hash(&self, hash: &[u8]) -> Option<&Set> {
        let hash: [u8; 32] = hash.try_into().ok()?;
        self.sets.get(&BlobHash(hash)).map(Arc::as_ref)
    }

    /// All rules as they are at one moment.
    pub fn at(&self, at_ms: i64) -> InForce<'_> {
        InForce { book: self, at_ms }
    }

    pub(super) fn find<T: Kind>(&self, at_ms: i64) -> Option<&T> {
        self.in_force(T::KIND, at_ms).and_then(T::of)
    }

    pub(super) fn built<T: Kind>(&self, at_ms: i64) -> &T {
        self.find(at_ms).expect("a built-in set of this kind is laid when the book is made and is valid always")
    }
}

/// One typed way to each kind that is built in.
macro_rules! ways {
    ($($name:ident: $shape:ty,)+) => {
        impl RuleBook {
            $(pub fn $name(&self, at_ms: i64) -> &$shape { self.built(at_ms) })+
        }
    };
}
ways! {
    limits_at: LimitSet,
    needs_at: NeedSet,
    faults_at: FaultSet,
    steps_at: StepSet,
    emergency_at: EmergencySet,
    surcharges_at: SurchargeSet,
    prices_at: PriceSet,
    warranty_at: WarrantySet,
    promises_at: PromiseSet,
    numbers_at: NumberSet,
    replies_at: ReplySet,
    pieces_at: PieceSet,
    places_at: PlaceSet,
    crew_at: CrewSet,
    reminders_at: ReminderSet,
}

impl RuleBook {
    /// What makers pay, on the owner's devices (R27).
    pub fn settlement_at(&self, at_ms: i64) -> Option<&SettlementSet> {
        self.find(at_ms)
    }
}

impl Disagreement {
    /// The reason as one of `kind`'s own, with its line where that set is the one that names the other.
    fn reason(&self, kind: SetKind, file: &[u8]) -> MalformedSet {
        let file = std::str::from_utf8(file).unwrap_or_default();
        let (at, other) = if kind == self.from { (self.at.as_str(), self.to) } else { ("set", self.from) };
        let (line, column) = locate(file, &Problem { at: at.to_owned(), nth: 0, reason: String::new() });
        let reason = format!("does not fit the {} beside it: {}", other.word(), self.reason);
        MalformedSet { kind, line, column, reason }
    }
}
