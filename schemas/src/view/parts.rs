//! 配件 at the desk: the list, who carries what, requests, the way of old parts (R22–R25).

use serde::{Deserialize, Serialize};

use super::{ApplianceKind, AskedLine, Fen, Millis, OldPartStep, StockMove, Text};
use crate::ids::{JobId, MemberId, ShortId};

/// Somebody's stock of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct HeldPart {
    /// The shop's shelf where nobody is named.
    pub member: Option<MemberId>,
    /// Below zero: more was used than was there (R22).
    pub quantity: i32,
    /// When it was last counted.
    pub counted: Option<Millis>,
}

/// A part of the list, or one that somebody carries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartLine {
    pub code: String,
    pub name: Text,
    pub appliances: Vec<ApplianceKind>,
    pub guide_fen: Option<Fen>,
    /// Not on the parts list in force: only carried.
    pub unlisted: bool,
    /// The old one goes back to the maker when the work is under warranty.
    pub tracked: bool,
    pub held: Vec<HeldPart>,
    pub total: i32,
    pub low: Option<u32>,
    /// Fewer are there than the owner wants.
    pub is_low: bool,
    pub dealer_fen: Option<Fen>,
    pub charged_fen: Option<Fen>,
    /// The outlet was charged above the dealer's price (R25).
    pub overcharged: bool,
}

/// Whose stocks there are: members, and the shop's shelf first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StockHolder {
    pub member: Option<MemberId>,
    pub name: String,
}

/// A part that a member asked for and that has not come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartAsked {
    pub member: MemberId,
    pub by: String,
    pub asked: AskedLine,
}

/// A movement, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MoveLine {
    pub id: ShortId,
    pub member: Option<MemberId>,
    pub movement: StockMove,
    pub code: String,
    pub name: String,
    pub quantity: i32,
    pub note: String,
    pub at: Millis,
}

/// An old part that a maker waits for (R24).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OldPartLine {
    pub job: JobId,
    pub part: ShortId,
    pub customer: String,
    pub maker_order: String,
    pub by: String,
    pub code: String,
    pub name: String,
    pub quantity: u32,
    /// `None` while nobody wrote anything.
    pub step: Option<OldPartStep>,
    pub tag: String,
    pub due: Option<Millis>,
    pub overdue: bool,
    pub batch: String,
    pub courier: String,
    pub deducted_fen: Fen,
    /// The claim may name this part.
    pub claimable: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartsDesk {
    pub parts: Vec<PartLine>,
    pub holders: Vec<StockHolder>,
    /// Oldest first.
    pub requests: Vec<PartAsked>,
    /// What is due first at the top; settled ones of the last weeks at the end.
    pub old_parts: Vec<OldPartLine>,
    pub moves: Vec<MoveLine>,
    pub now: Millis,
}
