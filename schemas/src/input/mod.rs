//! What the screen asks for: one type per command.

mod access;
mod answer;
mod board;
mod bundle;
mod call;
mod customers;
mod facts;
mod history;
mod keys;
mod lists;
mod part_list;
mod parts;
mod photos;
mod rule_sets;
mod said;
mod settlement;
mod tables;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use access::*;
pub use answer::*;
pub use board::*;
pub use bundle::*;
pub use call::*;
pub use customers::*;
pub use facts::*;

use crate::enrol::{DeviceStatus, MemberStatus, RoleName};
use crate::ids::{DeviceId, JobId, MemberId, ShortId};
use crate::view::{
    ApplianceKind, ApprovalKind, Coverage, Fen, Grade, JobKind, JobOutcome, Language, Millis, Segment, ServiceCode,
    Shell, Source, Thousandths, Urgency, Window, words,
};

pub use history::*;
pub use keys::*;
pub use lists::*;
pub use part_list::*;
pub use parts::*;
pub use photos::*;
pub use rule_sets::*;
pub use said::*;
pub use settlement::*;
pub use tables::*;

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Enrol {
    /// An enrolment link, or the relay's address when `code` is given.
    pub relay: String,
    /// Empty when `relay` is a link.
    pub code: String,
    pub device_name: String,
}

/// A sample outlet is made on this device.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, specta::Type)]
pub struct OpenSample {
    /// Seen by its owner, else by one of its technicians.
    pub as_owner: bool,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Preferences {
    pub language: Option<Language>,
    /// `Some(None)` can't be said: a shell once chosen can be chosen again.
    pub shell: Option<Shell>,
    /// 演练无网络: as if there were no network; for trying.
    pub no_network: Option<bool>,
    /// Full pictures go over networks without a meter only.
    pub wifi_only: Option<bool>,
    /// Where a photo was taken is kept with it.
    pub photo_position: Option<bool>,
}

/// What the screens' system says of the network.
#[derive(Debug, Clone, Copy, Serialize, Deserialize, specta::Type)]
pub struct NetworkNote {
    /// It is there again, or the screens are looked at again after a while.
    pub back: bool,
    /// Bytes cost money here; `None`: the system doesn't say.
    pub metered: Option<bool>,
}

/// 1–40 characters of name; what is empty is asked for.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct CustomerInput {
    pub name: String,
    pub phone: String,
    pub township: String,
    pub address: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ApplianceInput {
    pub kind: ApplianceKind,
    pub brand: String,
    pub model: String,
    pub serial: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct TakeOrder {
    pub kind: JobKind,
    pub urgency: Urgency,
    /// Beyond the outlet's near townships: the arrival limit of an emergency is 120 min, not 60 (R3).
    pub far: bool,
    pub customer: CustomerInput,
    pub appliances: Vec<ApplianceInput>,
    pub symptom: String,
    pub window: Option<Window>,
    pub coverage: Coverage,
    /// The maker's own order number 厂家工单号; may be empty.
    pub maker_order: String,
    pub note: String,
    pub assignees: Vec<MemberId>,
    pub details: Option<OrderDetails>,
}

/// What is said of an order beyond who, where and what. What is missing is not said.
#[derive(Debug, Clone, Default, Serialize, Deserialize, specta::Type)]
pub struct OrderDetails {
    pub source: Option<Source>,
    pub segment: Option<Segment>,
    /// The job that this one comes back to (R8).
    pub revisit_of: Option<JobId>,
    /// The maintenance contract behind it: a topic of the desk.
    pub contract: String,
    /// 国补 (R44)
    pub subsidised: bool,
    /// 闸口验收 (R16)
    pub acceptance: bool,
    pub project: bool,
    pub difficulty: Option<Grade>,
    pub at_height: bool,
    pub wished: Option<MemberId>,
    /// Kilometres from the shop.
    pub km: Option<u32>,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Assign {
    pub job: JobId,
    /// Everybody who has the job after this.
    pub members: Vec<MemberId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Tap {
    Depart,
    Arrive,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct TapNode {
    pub job: JobId,
    pub tap: Tap,
}

/// A step of the visit that was not tapped when it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum LateStep {
    Depart,
    Arrive,
    Finish {
        outcome: JobOutcome,
    },
    /// 离开: nobody taps it; after the end it can be said.
    Leave,
}

/// 补录: a step of the visit, with the moment at which it was taken.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct EnterLate {
    pub job: JobId,
    pub late: LateStep,
    pub claimed: Millis,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ShowCard {
    pub job: JobId,
    /// How long the card was on the screen, in milliseconds; 3,000 make it shown (R10).
    pub shown_ms: u32,
}

/// What was found at one row of the safety check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Found {
    /// In thousandths of the row's unit: 12.6 Ω is 12,600.
    Number {
        thousandths: Thousandths,
    },
    /// One of the row's options.
    Choice {
        option: String,
    },
    NotApplicable {
        reason: String,
    },
    /// Never a pass (R11).
    NotMeasured {
        reason: String,
    },
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct RecordReading {
    pub job: JobId,
    pub appliance: ShortId,
    pub code: String,
    pub found: Found,
    /// The row's unit; empty for a choice.
    pub unit: String,
    /// One of the row's methods; empty when the row has none.
    pub method: String,
    /// Free text: make and number of the instrument.
    pub instrument: String,
    /// When the instrument was last calibrated, as its label says; may be empty.
    pub calibrated: String,
    /// What was put right before measuring again; empty the first time.
    pub rectified: String,
    /// A photo of the sheet that shows the instrument.
    pub photo: Option<ShortId>,
}

words!(
    /// A field of one appliance on the sheet. Figures are whole numbers in the unit of their name.
    SheetField {
        Brand = "brand",
        Model = "model",
        Serial = "serial",
        Symptom = "symptom",
        Fault = "fault",
        Cause = "cause",
        Action = "action",
        /// The fault class of rule data that was picked.
        FaultCode = "fault_code",
        /// Production month, `2017-04`.
        Made = "made",
        RatedWatts = "rated_w",
        RatedMilliamps = "rated_ma",
        /// I, II, 0, 0I, III
        Protection = "protection",
        Refrigerant = "refrigerant",
        Gas = "gas",
        /// Bathroom or kitchen: `yes` or `no`.
        WetRoom = "wet_room",
        /// How the wire is laid.
        Laying = "laying",
        BreakerAmps = "breaker_a",
        /// What the nameplate says of the kind of load: `portable`, `motor`, `heating`.
        Build = "build",
        /// The RCD's rated residual current.
        RcdMilliamps = "rcd_ma",
        /// `220-240`
        NameplateVolts = "volts",
        /// `0.02-0.8`
        NameplateMegapascals = "mpa",
    }
);

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct WriteField {
    pub job: JobId,
    pub appliance: ShortId,
    pub field: SheetField,
    pub value: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct UsePart {
    pub job: JobId,
    pub appliance: ShortId,
    /// The parts list's code; may be empty for a part that no list has.
    pub code: String,
    pub name: String,
    pub quantity: u32,
    /// Guide price of one, in fen.
    pub guide_fen: Fen,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct RemovePart {
    pub job: JobId,
    pub part: ShortId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum ServiceAnswer {
    Done,
    NotApplicable {
        reason: String,
    },
    /// 产品通检: looked at, nothing wrong.
    AllNormal,
    /// 产品通检: the customer doesn't want it.
    NotWanted,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct AnswerService {
    pub job: JobId,
    pub appliance: ShortId,
    pub service: ServiceCode,
    pub answer: ServiceAnswer,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Finish {
    pub job: JobId,
    pub outcome: JobOutcome,
}

/// 审核: the owner approves exactly what is here, or returns it with a note (R39).
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct AnswerSheet {
    pub job: JobId,
    pub kind: ApprovalKind,
    pub note: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct OneJob {
    pub job: JobId,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct OneDay {
    /// Any moment of the day wanted (in the outlet's time zone); `None` is today.
    pub at: Option<Millis>,
}

/// The day's review on paper.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct PrintDay {
    /// As in `OneDay`.
    pub at: Option<Millis>,
    pub language: Language,
}

/// A random sample of the jobs that ended on a day (R40).
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct DrawSample {
    /// As in `OneDay`.
    pub at: Option<Millis>,
    pub count: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct AddMember {
    pub name: String,
    pub roles: Vec<RoleName>,
}

/// Somebody's roles, and whether they belong to the outlet; what is missing stays as it is.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct SetMember {
    pub member: MemberId,
    pub roles: Option<Vec<RoleName>>,
    pub status: Option<MemberStatus>,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Invite {
    pub member: MemberId,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct SetDeviceStatus {
    pub device: DeviceId,
    pub status: DeviceStatus,
}
