//! What an outlet promises and from which amount it looks twice: settings, each with a default (R4, R23, R30, R34, R36).
//!
//! A replacing set may name only what differs; the rest keeps its default.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::Fen;
use crate::view::words::words;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PromiseSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    #[serde(default)]
    pub promises: Promises,
}

words!(
    /// How far a market is from the maker's stock.
    MarketTier {
        Tier1 = "tier1",
        Tier2 = "tier2",
        Tier3 = "tier3",
        Tier4 = "tier4",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Promises {
    /// The market that the outlet is in, and from asking for a part to its arrival there.
    pub market: MarketTier,
    pub parts_hours: PartsHours,
    pub first_visit_hours: u32,
    /// To fetch a unit, a loaner left in its place.
    pub take_out_hours: u32,
    /// How much earlier than the window an arrival still counts as on time.
    pub early_grace_minutes: u32,
    /// A customer is asked so long after the technician has left.
    pub rating_delay_minutes: u32,
    /// Without an answer a job is filed as not followed up.
    pub silence_hours: u32,
    /// Who paid more is called.
    pub call_above_fen: Fen,
    /// Damage up to this is paid on the spot.
    pub compensation_limit_fen: Fen,
    /// Of a hundred jobs so many are called at random.
    pub sample_percent: u32,
    pub old_part_days: u32,
    /// Certificates and authorisations are announced so long before they expire.
    pub expiry_notice_days: u32,
    /// Others' work is hidden on a device that was away so long.
    pub lease_days: u32,
    /// After a hazard was left, the house is looked at again.
    pub recheck_days: u32,
    /// A fault of the same appliance within so many days counts against the first visit.
    pub revisit_days: u32,
    /// A device's clock that is off by more is shown.
    pub clock_offset_minutes: u32,
}

/// Hours by tier (R23).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PartsHours {
    pub tier1: u32,
    pub tier2: u32,
    pub tier3: u32,
    pub tier4: u32,
}

impl Default for PartsHours {
    fn default() -> Self {
        Self { tier1: 6, tier2: 24, tier3: 36, tier4: 48 }
    }
}

impl Default for Promises {
    fn default() -> Self {
        Self {
            market: MarketTier::Tier4,
            parts_hours: PartsHours::default(),
            first_visit_hours: 24,
            take_out_hours: 48,
            early_grace_minutes: 10,
            rating_delay_minutes: 30,
            silence_hours: 72,
            call_above_fen: Fen(30_000),
            compensation_limit_fen: Fen(30_000),
            sample_percent: 10,
            old_part_days: 14,
            expiry_notice_days: 30,
            lease_days: 7,
            recheck_days: 7,
            revisit_days: 30,
            clock_offset_minutes: 2,
        }
    }
}

impl Promises {
    /// From asking for a part to its arrival, in a market of this tier (R23).
    pub fn parts_hours(&self, tier: MarketTier) -> u32 {
        match tier {
            MarketTier::Tier1 => self.parts_hours.tier1,
            MarketTier::Tier2 => self.parts_hours.tier2,
            MarketTier::Tier3 => self.parts_hours.tier3,
            MarketTier::Tier4 => self.parts_hours.tier4,
        }
    }
}

rule_set!(PromiseSet is Promises);

impl PromiseSet {
    fn check(&self, found: &mut Problems) {
        let p = &self.promises;
        let year = 366 * 24;
        let parts = p.parts_hours;
        let bounds = [
            ("tier1", parts.tier1, 1, year),
            ("tier2", parts.tier2, parts.tier1, year),
            ("tier3", parts.tier3, parts.tier2, year),
            ("tier4", parts.tier4, parts.tier3, year),
            ("first_visit_hours", p.first_visit_hours, 1, year),
            ("take_out_hours", p.take_out_hours, 1, year),
            ("early_grace_minutes", p.early_grace_minutes, 0, 120),
            ("rating_delay_minutes", p.rating_delay_minutes, 0, 24 * 60),
            ("silence_hours", p.silence_hours, 1, year),
            ("sample_percent", p.sample_percent, 0, 100),
            ("old_part_days", p.old_part_days, 1, 366),
            ("expiry_notice_days", p.expiry_notice_days, 0, 366),
            ("lease_days", p.lease_days, 1, 366),
            ("recheck_days", p.recheck_days, 1, 366),
            ("revisit_days", p.revisit_days, 0, 366),
            ("clock_offset_minutes", p.clock_offset_minutes, 1, 24 * 60),
        ];
        for (name, value, least, most) in bounds {
            found.unless((least..=most).contains(&value), name, format!("{value} is not between {least} and {most}"));
        }
        found.fen("call_above_fen", p.call_above_fen);
        found.fen("compensation_limit_fen", p.compensation_limit_fen);
    }
}
