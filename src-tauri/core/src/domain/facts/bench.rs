//! 送修: loaners, custody, diagnosis, quote, consent, the bench log (R17–R21).

use doorstep_schemas::ids::{BlobHash, ShortId};
use doorstep_schemas::view::{ApplianceKind, BenchWork, Channel, CustodyStep, NoLoaner, RepairLevel};

use super::{Noted, OrderedAppliance};
use crate::domain::record::{At, Word, record};

record! {
    /// 备用机: left with the customer. It is an installation of its own: readings name its id as their appliance.
    kept Loaner in "loaners" {
        /// The unit that it stands in for.
        appliance: ShortId = "app",
        kind: Word<ApplianceKind> = "kind",
        /// The shop's own tag, as BYJ-03.
        tag: String = "tag",
        model: String = "model",
        serial: String = "serial",
        deposit_fen: i64 = "deposit",
        condition: String = "cond",
        photos: Vec<BlobHash> = "photos",
    }
}

impl Loaner {
    /// The loaner as what is measured and filled in: an appliance of its own.
    pub fn appliance(&self) -> OrderedAppliance {
        OrderedAppliance {
            id: self.id,
            kind: self.kind.known().unwrap_or(ApplianceKind::Other),
            brand: String::new(),
            model: self.model.clone(),
            serial: self.serial.clone(),
        }
    }
}

record! {
    /// 备用机已收回
    kept LoanerBack in "loaner_backs" {
        loaner: ShortId = "loaner",
        condition: String = "cond",
        /// Kept from the deposit for harm, in fen.
        kept_fen: i64 = "kept",
        reason: String = "reason",
    }
}

record! {
    /// No loaner: declined and signed, or none there, told, with a promised date (R17).
    kept WithoutLoaner in "no_loaners" {
        appliance: ShortId = "app",
        why: Word<NoLoaner> = "why",
        signature: Option<ShortId> = "sig",
        promised: Option<At> = "promised",
    }
}

record! {
    /// Where the unit is: each hand that it goes through.
    kept Custody in "custody" {
        appliance: ShortId = "app",
        step: Word<CustodyStep> = "step",
        /// The machine's own tag, the QR on it.
        tag: String = "tag",
        /// Shelf, factory, or the customer's address on return.
        place: String = "place",
        condition: String = "cond",
        carried_in: bool = "carried_in",
    }
}

record! {
    /// A line of the bench log.
    kept BenchEntry in "bench" {
        appliance: ShortId = "app",
        work: Word<BenchWork> = "work",
        text: String = "text",
        level: Word<RepairLevel> = "level",
        /// How the customer was told, for `informed`.
        channel: Word<Channel> = "channel",
        part: Option<ShortId> = "part",
    }
}

record! {
    /// 检测结论: the cause. Before it no suspected cause is shown to the customer, and nothing is quoted (R19).
    kept Diagnosis in "diagnoses" {
        appliance: ShortId = "app",
        cause: String = "cause",
        level: Word<RepairLevel> = "level",
        repairable: bool = "ok",
    }
}

record! {
    /// A quote; its lines are fees that name it. The cheaper level's price stands beside the dearer one's (R21).
    kept Quote in "quotes" {
        appliance: ShortId = "app",
        diagnosis: ShortId = "diagnosis",
        level: Word<RepairLevel> = "level",
        total_fen: i64 = "total",
        other_level: Word<RepairLevel> = "level2",
        other_fen: Option<i64> = "total2",
        days: i64 = "days",
    }
}

record! {
    /// 用户同意 or 放弃: days, cost, who, when, channel, yes or no (R19).
    kept Consent in "consents" {
        quote: ShortId = "quote",
        yes: bool = "yes",
        who: String = "who",
        channel: Word<Channel> = "channel",
        cost_fen: i64 = "cost",
        days: i64 = "days",
        spoken: Option<At> = "spoken",
    }
}

record! {
    /// What was promised for a unit at the bench (R5).
    kept Promise in "promises" {
        appliance: ShortId = "app",
        ready: Option<At> = "ready",
        next_contact: Option<At> = "next",
        note: String = "note",
    }
}
