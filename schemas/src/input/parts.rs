//! 配件: what the owner does with stock, old parts and the parts list (R22–R25).

use serde::{Deserialize, Serialize};

use super::StockFact;
use crate::ids::{JobId, MemberId, ShortId};
use crate::view::{Fen, OldPartStep};

/// Gives parts out, takes them back, or writes down a count.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct MoveStock {
    /// Whose stock; the shop's shelf where nobody is named.
    pub member: Option<MemberId>,
    pub fact: StockFact,
}

/// A part that was asked for has arrived and goes to who asked (R23).
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct PartArrived {
    pub member: MemberId,
    pub request: ShortId,
}

/// What the owner keeps of one part beside the list. What is missing is taken back.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct PartTerms {
    pub code: String,
    /// Fewer than so many, over all stocks, is low.
    pub low: Option<u32>,
    /// What the maker's dealer price is (R25).
    pub dealer_fen: Option<Fen>,
    /// What the outlet was charged last.
    pub charged_fen: Option<Fen>,
}

/// One old part of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OneOldPart {
    pub job: JobId,
    /// The used part that it made room for.
    pub part: ShortId,
}

/// A step of old parts on their way to the maker, said at the desk (R24): a batch is sent together.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct SayOldParts {
    pub parts: Vec<OneOldPart>,
    /// `sent`, `accepted` or `deducted`; none takes the desk's word back, and the sheet's counts again.
    pub step: Option<OldPartStep>,
    pub batch: String,
    pub courier: String,
    /// Of each of them.
    pub deducted_fen: Fen,
}
