//! Parts and money on a sheet: all of it facts that add up; a wrong line is put right by another line.

use doorstep_schemas::ids::{BlobHash, ShortId};
use doorstep_schemas::view::{ClaimState, FeeKind, OldPartStep, PaidFor, PartSource, Party, PayWay, Payer};

use super::Noted;
use crate::domain::record::{At, Word, record};

record! {
    /// A part that was used (R22).
    loose UsedPart in "parts" {
        appliance: ShortId = "app",
        code: String = "code",
        name: String = "name",
        quantity: u32 = "qty",
        /// Guide price of one, in fen.
        guide_fen: i64 = "guide",
        source: Word<PartSource> = "source",
        /// SHA-256 of the parts list that the price is from.
        set: Vec<u8> = "set",
    }
}

record! {
    /// A step on an old part's way (R24).
    kept OldPart in "old_parts" {
        /// The used part that it made room for.
        part: ShortId = "part",
        step: Word<OldPartStep> = "step",
        tag: String = "tag",
        due: Option<At> = "due",
        batch: String = "batch",
        courier: String = "courier",
        deducted_fen: i64 = "fen",
    }
}

record! {
    /// 费用: one line. Its amount is unit × quantity × share, rounded half up once.
    loose Fee in "fees" {
        appliance: Option<ShortId> = "app",
        kind: Word<FeeKind> = "kind",
        /// The price book's item; empty for a free line.
        code: String = "code",
        name: String = "name",
        /// Thousandths: 1.5 m is 1,500.
        quantity: i64 = "qty",
        unit_fen: i64 = "unit",
        /// Per mille: several labour items count 1000, 500, 300 (R27).
        share: i64 = "share",
        /// The guide price of one when it was written, in fen; `None` where the book has none.
        guide_fen: Option<i64> = "guide",
        payer: Word<Payer> = "payer",
        reason: String = "reason",
        /// The used part that it bills.
        part: Option<ShortId> = "part",
        /// The line that it puts right.
        adjusts: Option<ShortId> = "adjusts",
        /// Counts once this quote is consented to.
        quote: Option<ShortId> = "quote",
        /// SHA-256 of the price book.
        set: Vec<u8> = "set",
        /// The six digits that the owner gave by voice (R28).
        spoken_code: String = "code6",
    }
}

record! {
    /// 收款. A refund is a payment below zero.
    kept Payment in "payments" {
        fen: i64 = "fen",
        way: Word<PayWay> = "way",
        paid_for: Word<PaidFor> = "for",
        subject: Option<ShortId> = "subject",
        reference: String = "ref",
    }
}

record! {
    /// 损坏: photos first, append-only (R30).
    kept Damage in "claims" {
        what: String = "what",
        text: String = "text",
        photos: Vec<BlobHash> = "photos",
        asked_fen: i64 = "asked",
    }
}

record! {
    /// Who bears what of a damage, and how far that is (R30).
    kept ClaimShare in "claim_shares" {
        damage: ShortId = "damage",
        party: Word<Party> = "party",
        fen: i64 = "fen",
        state: Word<ClaimState> = "state",
        signature: Option<ShortId> = "sig",
        note: String = "note",
    }
}
