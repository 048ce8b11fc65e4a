//! 价目: price sets in force and to come, with what makers pay beside what customers pay (R27). On owners' devices alone.

use serde::{Deserialize, Serialize};

use super::{FeeKind, Fen, Millis, Segment, Text};
use crate::rules::{SetKind, Unit};

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SetStands {
    Past,
    InForce,
    ToCome,
}

/// One version of a price set.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SetLine {
    pub kind: SetKind,
    pub version: String,
    /// `None`: it came with the program and holds always.
    pub from: Option<Millis>,
    pub stands: SetStands,
}

/// What one maker pays for an item, and how much dearer the customer is (R27).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MakerPrice {
    pub maker: String,
    pub code: String,
    pub settlement: Fen,
    /// Guide ÷ settlement; `None` where the maker pays nothing.
    pub permille: Option<u32>,
    /// Beyond what the owner finds right.
    pub above: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PriceRow {
    pub code: String,
    pub name: Text,
    pub kind: FeeKind,
    pub unit: Unit,
    pub guide: Fen,
    pub makers: Vec<MakerPrice>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PriceBookView {
    pub book: String,
    pub name: Text,
    /// Any when empty.
    pub segments: Vec<Segment>,
    /// Townships; any when empty.
    pub regions: Vec<String>,
    pub rows: Vec<PriceRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PriceBooksView {
    pub sets: Vec<SetLine>,
    pub books: Vec<PriceBookView>,
    pub now: Millis,
}
