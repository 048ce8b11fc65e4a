//! The outlet on the screen: this session, its people and devices, the day in numbers, what forms offer.

use serde::{Deserialize, Serialize};

use super::{ApplianceKind, CallScript, Fen, JobCard, Language, Millis, Shell, Text, Thousandths};
use crate::enrol::{DeviceStatus, RoleName};
use crate::ids::{DeviceId, JobId, MemberId};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MemberView {
    pub id: MemberId,
    pub name: String,
    pub roles: Vec<RoleName>,
    pub active: bool,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SessionView {
    pub enrolled: bool,
    /// The outlet was made up on this device for trying.
    pub sample: bool,
    pub outlet: String,
    pub member: Option<MemberView>,
    pub owner: bool,
    pub device: DeviceId,
    pub device_name: String,
    pub relay: String,
    pub language: Language,
    pub shell: Option<Shell>,
    pub no_network: bool,
    /// Full pictures go over networks without a meter only.
    pub wifi_only: bool,
    /// Where a photo was taken is kept with it, if the camera says so.
    pub photo_position: bool,
    /// Longest side of the outlet's shared pictures, in pixels.
    pub picture_side: u32,
    /// The outlet's shared pictures carry time, place, order number and name.
    pub pictures_stamped: bool,
    /// The outlet's own collection code, where an owner said what it is.
    pub collection: Option<CollectionCode>,
    /// The store's key lies in a plain file (0600) because the system has no key store.
    pub key_in_file: bool,
    pub version: String,
}
/// What a customer's payment app reads to pay the outlet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CollectionCode {
    pub text: String,
    /// The text as a QR code; `None` where it can't be one.
    pub svg: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct Rate {
    pub of: u32,
    pub good: u32,
}

/// The day in numbers (R38), as one pure function of the outlet's jobs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct DayFigures {
    pub due: u32,
    pub done: u32,
    pub open: u32,
    pub late: u32,
    pub on_time: Rate,
    pub in_limit: Rate,
    pub five_services: Rate,
    pub readings: u32,
    /// Readings that failed, whether or not they were put right afterwards.
    pub readings_failed: u32,
    pub rectified: u32,
    pub refused: u32,
    pub hazards_remaining: u32,
    pub parts: u32,
    pub parts_fen: Fen,
    pub photos: u32,
    /// Solved in one visit and not come back to (R8).
    pub first_time_fix: Rate,
    /// Pieces of evidence that finished sheets lack.
    pub missing_evidence: u32,
    /// What the customers' lines come to, and what of it is above the guide price.
    pub billed_fen: Fen,
    pub above_guide_fen: Fen,
    /// Agreed or paid for damage.
    pub compensation_fen: Fen,
    /// Used, and on no line although the customer pays.
    pub parts_unbilled: u32,
    pub parts_unbilled_fen: Fen,
    pub taken_fen: Fen,
    /// Of all days, not of this one alone (R43).
    pub not_handed_in_fen: Fen,
    pub money: Vec<MemberMoney>,
    pub receivable: Vec<MakerOwes>,
}

/// A usual day (R38): the mean of the days on which something was due. Counts are thousandths, money is whole fen, and a rate
/// is that of all these days together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct DayMean {
    /// How many days were counted.
    pub days: u32,
    pub due: Thousandths,
    pub done: Thousandths,
    pub open: Thousandths,
    pub late: Thousandths,
    pub on_time: Rate,
    pub in_limit: Rate,
    pub first_time_fix: Rate,
    pub five_services: Rate,
    pub readings: Thousandths,
    pub readings_failed: Thousandths,
    pub refused: Thousandths,
    pub hazards_remaining: Thousandths,
    pub missing_evidence: Thousandths,
    pub parts_fen: Fen,
    pub parts_unbilled_fen: Fen,
    pub billed_fen: Fen,
    pub above_guide_fen: Fen,
    pub compensation_fen: Fen,
    pub taken_fen: Fen,
    pub not_handed_in_fen: Fen,
    pub receivable_fen: Fen,
}

/// A member's money of the day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MemberMoney {
    pub member: MemberId,
    pub taken_fen: Fen,
    /// Of what was taken that day: cash, or on the member's own account.
    pub in_hand_fen: Fen,
    /// Of all days.
    pub not_handed_in_fen: Fen,
}

/// What a maker owes by settlements under way (R31).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MakerOwes {
    pub maker: String,
    pub fen: Fen,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DeviceView {
    pub device: DeviceId,
    pub name: String,
    pub member: MemberView,
    pub status: DeviceStatus,
    pub this_device: bool,
    /// The relay's clock at its last exchange.
    pub seen_at: Option<Millis>,
    /// What it said it still holds.
    pub changes: u32,
    pub photos: u32,
    pub photo_bytes: u32,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct DayReview {
    pub day: String,
    pub start: Millis,
    pub now: Millis,
    pub figures: DayFigures,
    pub yesterday: DayFigures,
    /// Each of the seven days before this one, oldest first.
    pub week: Vec<DayFigures>,
    /// Of these seven; `None` where nothing was due on any of them.
    pub mean: Option<DayMean>,
    /// Whether the days before say as well what stood at their end: money that was not handed in, what makers owed. It is known
    /// backwards from today alone.
    pub standing: bool,
    pub jobs: Vec<JobCard>,
    /// Arrivals by hour of the day, 24 numbers.
    pub arrivals: Vec<u32>,
    pub members: Vec<MemberDay>,
    /// Jobs that took longer than their limit (R2).
    pub overruns: Vec<Overrun>,
    pub sample: Option<SampleView>,
    /// How many of the jobs that ended would be drawn by the outlet's rule (R40); 0 where none ended.
    pub to_draw: u32,
    /// Devices that still hold something.
    pub not_arrived: Vec<DeviceView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Overrun {
    pub job: JobId,
    /// As it was given; empty where none was.
    pub reason: String,
}

/// 抽样回访: whom to call (R40).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SampleView {
    pub drawn: Vec<JobId>,
    /// Those of them that were called since.
    pub called: Vec<JobId>,
    /// From how many.
    pub of: u32,
    /// Sixteen hexadecimal digits: the same seed and the same jobs give the same sample.
    pub seed: String,
    /// The seed gives this sample.
    pub honest: bool,
    /// How often somebody drew for this day; the first draw stands.
    pub draws: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MemberDay {
    pub member: MemberView,
    pub jobs: u32,
    pub done: u32,
    pub on_time: Rate,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TeamView {
    pub members: Vec<MemberView>,
    pub devices: Vec<DeviceView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct InviteView {
    pub link: String,
    pub code: String,
    /// An SVG document, to be scanned.
    pub qr_svg: String,
    pub expires: Millis,
}
/// What the forms offer to pick from, from rule data.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PickLists {
    pub brands: Vec<String>,
    pub townships: Vec<Township>,
    pub faults: Vec<FaultOffer>,
    /// What is read out in each emergency (R3).
    pub scripts: Vec<CallScript>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Township {
    pub name: String,
    pub far: bool,
}

/// A symptom, what it turns out to be, and what is done about it (R8, R15).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FaultOffer {
    pub code: String,
    pub appliance: ApplianceKind,
    pub symptom: Text,
    pub fault: Text,
    /// The likeliest first; at least one.
    pub pairs: Vec<PairOffer>,
    /// Beyond the tool bag.
    pub tools: Vec<Text>,
}

/// A cause, and what is done about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PairOffer {
    pub cause: Text,
    pub action: Text,
}
