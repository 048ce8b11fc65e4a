//! What all members read: roster and catalogue; and what one member shares with the owner: requests and stock.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{BlobHash, JobId, MemberId, ShortId};
use doorstep_schemas::view::{CertificateKind, Grade, KitLevel, PayWay, RosterEvent, StockMove};

use super::desk::not_withdrawn;
use super::{FieldValue, Noted};
use crate::domain::record::{At, Word, last, record};

record! {
    /// A certificate of a person, or a filing of the outlet where no member is named (R7).
    kept Certificate in "certificates" {
        member: Option<MemberId> = "member",
        kind: Word<CertificateKind> = "kind",
        number: String = "number",
        issued: Option<At> = "issued",
        expires: Option<At> = "expires",
        withdrawn: bool = "withdrawn",
        photo: Option<BlobHash> = "photo",
    }
}

record! {
    /// A grade given; the last one counts (R7).
    kept GradeGiven in "grades" {
        member: MemberId = "member",
        grade: Word<Grade> = "grade",
        years: i64 = "years",
        note: String = "note",
    }
}

record! {
    /// What a member measures with.
    loose Kit in "kits" {
        member: MemberId = "member",
        level: Word<KitLevel> = "level",
        instrument: String = "instr",
        number: String = "number",
        calibrated: Option<At> = "cal",
        due: Option<At> = "due",
    }
}

record! {
    /// Training, exams, rewards, penalties (R47).
    kept RosterNote in "events" {
        member: MemberId = "member",
        event: Word<RosterEvent> = "event",
        text: String = "text",
        level: String = "level",
        passed: bool = "ok",
        fen: i64 = "fen",
        /// The one that was written by mistake.
        takes_back: Option<ShortId> = "takes",
    }
}

record! {
    /// A brand that the outlet may speak for, until a day (R10).
    kept Authorisation in "authorisations" {
        brand: String = "brand",
        number: String = "number",
        expires: Option<At> = "expires",
        withdrawn: bool = "withdrawn",
    }
}

record! {
    /// 恢复钥匙: the public half of a key that opens orphaned data folders; the last one counts. The private half is on
    /// paper and at the owner's desk.
    loose RecoveryKey in "recovery_keys" {
        /// 32 bytes, X25519.
        public: Vec<u8> = "public",
    }
}

/// 花名册: profiles, certificates, grades.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Roster {
    /// `<member>/phone`, `<member>/township`, and the outlet's own switches under `outlet/…`.
    pub about: BTreeMap<String, FieldValue>,
    pub certificates: Vec<Certificate>,
    pub grades: Vec<GradeGiven>,
    pub kits: Vec<Kit>,
    pub events: Vec<RosterNote>,
    pub authorisations: Vec<Authorisation>,
    pub recovery_keys: Vec<RecoveryKey>,
}

impl Roster {
    /// The recovery key that counts: the last one said that is a key at all.
    pub fn recovery_key(&self) -> Option<(&RecoveryKey, [u8; 32])> {
        let whole = self.recovery_keys.iter().filter(|key| key.public.len() == 32);
        let key = last(whole)?;
        Some((key, key.public.as_slice().try_into().ok()?))
    }

    pub fn about(&self, key: &str) -> &str {
        self.about.get(key).map_or("", |f| &f.value)
    }
}

record! {
    /// A rule set that is in force from a day on: kind, version, hash.
    kept SetVersion in "sets" {
        kind: String = "kind",
        version: String = "version",
        set: BlobHash = "hash",
        valid_from: Option<At> = "from",
        /// The one that is taken back; its kind is [`TAKEN_BACK`] then, which an earlier program passes over.
        takes_back: Option<ShortId> = "takes",
    }
}

/// The kind of a version that takes another one back.
pub const TAKEN_BACK: &str = "taken_back";

impl SetVersion {
    /// From when on it holds.
    pub fn from_ms(&self) -> i64 {
        self.valid_from.map_or(self.noted.at_ms, |at| at.0)
    }
}

/// Those that were taken back before they began: what was judged and charged by a set stays so.
pub fn taken_back(sets: &[SetVersion]) -> BTreeSet<ShortId> {
    let begins = |id| sets.iter().find(|set| set.id == id).map(SetVersion::from_ms);
    let backs = sets.iter().filter_map(|back| Some((back, back.takes_back?)));
    backs.filter(|(back, id)| begins(*id).is_some_and(|from| back.noted.at_ms < from)).map(|(_, id)| id).collect()
}

/// 目录: which rule sets are in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Catalogue {
    pub sets: Vec<SetVersion>,
}

record! {
    /// A part that a member asks for (R23).
    kept PartRequest in "parts" {
        job: Option<JobId> = "job",
        code: String = "code",
        name: String = "name",
        quantity: u32 = "qty",
        note: String = "note",
    }
}

record! {
    kept AdvanceAsked in "advances" {
        fen: i64 = "fen",
        note: String = "note",
    }
}

record! {
    /// Money that a member hands in; it counts once the owner has taken it (R43).
    kept HandIn in "cash" {
        fen: i64 = "fen",
        way: Word<PayWay> = "way",
        note: String = "note",
    }
}

record! {
    kept NoteToOwner in "notes" {
        job: Option<JobId> = "job",
        text: String = "text",
    }
}

/// 申请: what a member asks of the owner.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Requests {
    pub parts: Vec<PartRequest>,
    pub advances: Vec<AdvanceAsked>,
    pub cash: Vec<HandIn>,
    pub notes: Vec<NoteToOwner>,
}

record! {
    /// Parts given out, brought back or counted. Use is derived from sheets, never written twice (R22).
    kept Moved in "moves" {
        movement: Word<StockMove> = "move",
        code: String = "code",
        name: String = "name",
        quantity: i64 = "qty",
        /// The request that it answers.
        request: Option<ShortId> = "request",
        note: String = "note",
        /// The one that this withdraws.
        withdraws: Option<ShortId> = "withdraws",
    }
}

/// 师傅个人库存
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Stock {
    pub about: BTreeMap<String, FieldValue>,
    pub moves: Vec<Moved>,
}

impl Stock {
    /// As it stands: what its own author withdrew is not there, nor are the withdrawals.
    pub fn standing(self) -> Self {
        Self { moves: not_withdrawn(self.moves, |one| one.withdraws), ..self }
    }
}
