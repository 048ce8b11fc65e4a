//! The owner's desk: answers, settlement, wages, cash taken in, follow-up, samples, contracts. A topic is small (one a
//! customer, one a month); history comes from read models. No technician's device ever holds one.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{BlobHash, JobId, MemberId, ShortId};
use doorstep_schemas::view::{FollowUpKind, RequestStep, SettleState, WageKind};

use super::outlet::SetVersion;
use super::{FieldValue, Noted, Remark};
use crate::domain::record::{At, Record, Word, record};

record! {
    /// A step of a request (R23).
    loose Answer in "answers" {
        request: ShortId = "request",
        step: Word<RequestStep> = "step",
        promised: Option<At> = "promised",
        note: String = "note",
    }
}

record! {
    /// A line that the outlet claims from a maker (R31). The outlet's own book, as steps and wages are: no evidence for
    /// others, so a slip is undone (decision 0050).
    loose SettlementLine in "lines" {
        job: JobId = "job",
        maker: String = "maker",
        code: String = "code",
        name: String = "name",
        quantity: i64 = "qty",
        fen: i64 = "fen",
        /// The sheet's line that it follows from.
        fee: Option<ShortId> = "fee",
        adjusts: Option<ShortId> = "adjusts",
        /// SHA-256 of the settlement book.
        set: Vec<u8> = "set",
    }
}

record! {
    /// Where a job's settlement is (R31).
    loose SettlementStep in "states" {
        job: JobId = "job",
        state: Word<SettleState> = "state",
        /// What the maker accepted, deducted or paid, in fen.
        fen: i64 = "fen",
        reason: String = "reason",
        reference: String = "ref",
    }
}

record! {
    /// 回访: the customer's word after the technician has left (R36).
    kept FollowUp in "follow_ups" {
        job: JobId = "job",
        kind: Word<FollowUpKind> = "kind",
        /// 1–5; 0 where nobody rated.
        stars: i64 = "stars",
        /// Reason chips with a space between them.
        chips: String = "chips",
        text: String = "text",
        do_not_contact: bool = "quiet",
        complaint: bool = "complaint",
        handled: bool = "handled",
        /// The one that this withdraws.
        withdraws: Option<ShortId> = "withdraws",
    }
}

record! {
    /// A random sample to call, by its seed (R40).
    kept Sample in "samples" {
        seed: i64 = "seed",
        day: Option<At> = "day",
        of: Vec<JobId> = "of",
        drawn: Vec<JobId> = "drawn",
    }
}

record! {
    /// A line of somebody's month (R42).
    loose WageLine in "wages" {
        member: MemberId = "member",
        job: Option<JobId> = "job",
        kind: Word<WageKind> = "kind",
        fen: i64 = "fen",
        reason: String = "reason",
    }
}

record! {
    /// Cash that the owner took in from a member (R43).
    kept CashTaken in "cash" {
        member: MemberId = "member",
        fen: i64 = "fen",
        /// The member's own word, where there was one.
        hand_in: Option<ShortId> = "hand_in",
        note: String = "note",
        /// The one that this withdraws.
        withdraws: Option<ShortId> = "withdraws",
    }
}

record! {
    /// A maintenance contract: inspections come from it (R37).
    kept Contract in "contracts" {
        customer: String = "customer",
        phone: String = "phone",
        appliance: String = "appliance",
        from: Option<At> = "from",
        months: i64 = "months",
        /// Months between inspections.
        every: i64 = "every",
        fen: i64 = "fen",
        ended: bool = "ended",
    }
}

record! {
    /// From a repair to a sale (R37).
    kept Referral in "referrals" {
        job: Option<JobId> = "job",
        text: String = "text",
        member: Option<MemberId> = "member",
        sold_fen: i64 = "fen",
    }
}

record! {
    /// A dealer above the outlet who may look in, by the outlet's own act (R48).
    kept Admission in "admissions" {
        dealer: String = "dealer",
        /// What they may see, with a space between: `archive parts settlement visits`.
        sees: String = "sees",
        until: Option<At> = "until",
        withdrawn: bool = "withdrawn",
        photo: Option<BlobHash> = "photo",
    }
}

/// One topic of the desk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Desk {
    pub about: BTreeMap<String, FieldValue>,
    /// Owner-only sets: settlement prices are named here and nowhere else (R27).
    pub sets: Vec<SetVersion>,
    pub answers: Vec<Answer>,
    pub lines: Vec<SettlementLine>,
    pub states: Vec<SettlementStep>,
    pub follow_ups: Vec<FollowUp>,
    pub samples: Vec<Sample>,
    pub wages: Vec<WageLine>,
    pub cash: Vec<CashTaken>,
    pub contracts: Vec<Contract>,
    pub referrals: Vec<Referral>,
    pub admissions: Vec<Admission>,
    pub notes: Vec<Remark>,
}

impl Desk {
    /// As it stands: what its own author withdrew is not there, nor are the withdrawals.
    pub fn standing(self) -> Self {
        Self {
            follow_ups: not_withdrawn(self.follow_ups, |one| one.withdraws),
            cash: not_withdrawn(self.cash, |one| one.withdraws),
            ..self
        }
    }
}

pub(super) fn not_withdrawn<R: Record>(all: Vec<R>, withdraws: impl Fn(&R) -> Option<ShortId>) -> Vec<R> {
    let said = |one: &R| withdraws(one).map(|of| (of, one.noted().by));
    let gone: BTreeSet<(ShortId, MemberId)> = all.iter().filter_map(said).collect();
    all.into_iter().filter(|one| withdraws(one).is_none() && !gone.contains(&(one.id(), one.noted().by))).collect()
}
