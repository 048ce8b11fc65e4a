//! What somebody noted on a sheet and wants to read again where it was entered: refrigerant, old parts, hazards, the crew.

use serde::{Deserialize, Serialize};

use super::{Evacuation, MemberView, Millis, OldPartStep, UnitOf};
use crate::ids::{MemberId, ShortId};

/// 加氟: work on a refrigerant circuit (R32). The last one of an appliance counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ChargeView {
    pub id: ShortId,
    pub appliance: ShortId,
    pub gas: String,
    pub leak_found: bool,
    pub leak_at: String,
    pub welded: bool,
    /// The circuit still held gas when a flame was used.
    pub charged_when_welding: bool,
    pub grams: u32,
    /// Pressures in kPa, gauge.
    pub before_kpa: Option<i32>,
    pub after_kpa: Option<i32>,
    pub evacuation: Option<Evacuation>,
    pub minutes: u32,
    pub by: String,
    pub at: Millis,
}

/// 旧件: where the part is that a used part made room for (R24), as said last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OldPartView {
    /// The used part.
    pub part: ShortId,
    pub step: Option<OldPartStep>,
    pub tag: String,
    pub due: Option<Millis>,
    pub by: String,
    pub at: Millis,
}

/// 安全隐患: what was found unsafe, and what came of it (R12, R14).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct HazardView {
    pub id: ShortId,
    pub appliance: Option<ShortId>,
    pub text: String,
    pub action: String,
    pub households: u32,
    pub remaining: bool,
    pub unplugged: bool,
    pub tagged: bool,
    pub recheck: Option<Millis>,
    pub by: String,
    pub at: Millis,
}

/// 同行: one who is on the job beside those assigned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CrewView {
    /// None where the person has no account.
    pub member: Option<MemberId>,
    pub name: String,
}

/// 机号: of the outdoor unit or another part of a set, as read last (R15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SerialView {
    pub appliance: ShortId,
    pub unit: Option<UnitOf>,
    pub serial: String,
    pub photo: Option<ShortId>,
}

/// 备注, in somebody's own words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RemarkView {
    pub text: String,
    pub by: String,
    pub at: Millis,
}

/// What was noted, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct NotedView {
    pub charges: Vec<ChargeView>,
    pub old_parts: Vec<OldPartView>,
    pub hazards: Vec<HazardView>,
    /// Without those who left again.
    pub crew: Vec<CrewView>,
    pub serials: Vec<SerialView>,
    pub remarks: Vec<RemarkView>,
    /// Who could come along: active, and neither assigned nor on the crew.
    pub mates: Vec<MemberView>,
    /// By when an old part that is tagged now goes back, by the outlet's rule (R24).
    pub old_part_due: Millis,
    /// When a house is looked at again whose hazard is left now, by the outlet's rule (R12).
    pub recheck: Millis,
}
