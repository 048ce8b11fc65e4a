//! What the screen is shown. Numbers stay below 2⁵³; money is fen, moments are milliseconds since 1970, UTC.
//!
//! Verdicts, blockers and the next step are computed by the core; a screen only draws them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::code::ErrorCode;
use crate::enrol::{DeviceStatus, RoleName};
use crate::ids::{BlobHash, DeviceId, JobId, MemberId, ShortId};

macro_rules! number {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        // A plain number on the screen's side: its values stay below 2⁵³.
        impl specta::Type for $name {
            fn definition(types: &mut specta::Types) -> specta::datatype::DataType { i32::definition(types) }
        }
    };
}

number!(
    /// Milliseconds since 1970, UTC.
    Millis
);
number!(
    /// Money in fen (¥0.01).
    Fen
);
number!(
    /// A measured value in thousandths of its unit.
    Thousandths
);

/// A text in both languages, from rule data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct Text {
    pub zh: String,
    pub en: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    Zh,
    En,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Shell {
    /// The phone in one hand.
    Field,
    /// The shop's computer.
    Desk,
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, specta::Type)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vmeta])* $variant,)+ }

        impl $name {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];
            /// The word in documents and in TypeScript.
            pub fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words!(JobKind {
    /// 安装
    Install = "install",
    /// 维修
    Repair = "repair",
    /// 移机
    Move = "move",
    /// 拆机
    Remove = "remove",
    /// 清洗
    Clean = "clean",
    /// 保养
    Maintenance = "maintenance",
    /// 勘测
    Survey = "survey",
    /// 鉴定
    Appraisal = "appraisal",
    /// 换机
    Exchange = "exchange",
    /// 收旧
    TradeIn = "trade_in",
    /// 拉修
    UnitPickup = "unit_pickup",
    /// 送回
    UnitReturn = "unit_return",
});

words!(ApplianceKind {
    AirConditioner = "air_conditioner",
    StorageHeater = "storage_heater",
    /// 即热式电热水器
    InstantHeater = "instant_heater",
    GasHeater = "gas_heater",
    WashingMachine = "washing_machine",
    Refrigerator = "refrigerator",
    RangeHood = "range_hood",
    GasStove = "gas_stove",
    Television = "television",
    Other = "other",
});

words!(
    /// Triage at intake (R3).
    Urgency {
        /// Gas, CO, shock, burning smell: guided by phone first.
        Class1 = "class1",
        /// Water leak: arrive within 60 min near, 120 min far.
        Class2 = "class2",
        Normal = "normal",
    }
);

words!(
    /// Who pays (R26).
    Coverage {
        InWarranty = "in_warranty",
        OutOfWarranty = "out_of_warranty",
        Extended = "extended",
        ToBeAppraised = "to_be_appraised",
    }
);

words!(
    /// Visit nodes, in the order of a job's life. Only departed, arrived and finished are taps.
    NodeKind {
        Open = "open",
        Accepted = "accepted",
        Departed = "departed",
        Arrived = "arrived",
        CardShown = "card_shown",
        SafetyChecked = "safety_checked",
        Working = "working",
        Finished = "finished",
        Cancelled = "cancelled",
    }
);

words!(JobOutcome {
    Completed = "completed",
    SolvedByPhone = "solved_by_phone",
    HazardRemaining = "hazard_remaining",
    NeedsPart = "needs_part",
    TakenToBench = "taken_to_bench",
    RefusedUnsafe = "refused_unsafe",
    CustomerAbsent = "customer_absent",
    GoodsNotArrived = "goods_not_arrived",
    GivenUp = "given_up",
    NoFaultFound = "no_fault_found",
    Condemned = "condemned",
});

words!(
    /// When a reading is taken (R11).
    Phase {
        /// 开工前: the house.
        BeforeWork = "before_work",
        /// 通电前: the unit, dead.
        BeforePower = "before_power",
        /// 试机
        Trial = "trial",
    }
);

words!(
    /// What a failure means (R12).
    FailureClass {
        /// The house.
        A = "a",
        /// The appliance itself.
        B = "b",
        /// Immediate danger.
        C = "c",
        /// Written down, not stopping.
        Warn = "warn",
    }
);

words!(Verdict {
    Pass = "pass",
    Warn = "warn",
    Fail = "fail",
    NotApplicable = "not_applicable",
    NotMeasured = "not_measured",
});

words!(
    /// 五项服务
    ServiceCode {
        /// 安全测电
        TestPower = "test_power",
        /// 讲解指导
        Explain = "explain",
        /// 维护保养
        Maintain = "maintain",
        /// 产品通检
        CheckAll = "check_all",
        /// 现场清理
        CleanUp = "clean_up",
    }
);

words!(PhotoStage {
    Nameplate = "nameplate",
    Before = "before",
    During = "during",
    After = "after",
    Reading = "reading",
});

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Window {
    pub from: Millis,
    pub to: Millis,
}

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
    pub outlet: String,
    pub member: Option<MemberView>,
    pub owner: bool,
    pub device: DeviceId,
    pub device_name: String,
    pub relay: String,
    pub language: Language,
    pub shell: Option<Shell>,
    pub no_network: bool,
    /// The store's key lies in a plain file (0600) because the system has no key store.
    pub key_in_file: bool,
    pub version: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    Synced,
    /// Something is waiting; the next attempt comes by itself.
    Waiting,
    Working,
    Offline,
    Failed,
}

/// The chip at the top of every screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncChip {
    pub state: SyncState,
    /// Records and photos that are only on this device.
    pub changes: u32,
    pub photos: u32,
    pub bytes: u32,
    /// Pieces that the relay refused or that can't be opened here.
    pub stuck: u32,
    pub error: Option<ErrorCode>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Finding {
    pub code: FindingCode,
    pub params: BTreeMap<String, String>,
}

words!(
    /// What the owner should look at.
    FindingCode {
        ReadingFailed = "reading_failed",
        /// A failure that was put right and measured again.
        Rectified = "rectified",
        ReadingMissing = "reading_missing",
        ServiceMissing = "service_missing",
        PhotoMissing = "photo_missing",
        FieldMissing = "field_missing",
        Late = "late",
        Overrun = "overrun",
        HazardRemaining = "hazard_remaining",
        Refused = "refused",
        ConflictingValues = "conflicting_values",
    }
);

/// One job in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct JobCard {
    pub job: JobId,
    pub kind: JobKind,
    pub urgency: Urgency,
    pub customer: String,
    pub phone: String,
    pub township: String,
    pub address: String,
    pub appliance_kind: ApplianceKind,
    /// Brand and model, as written.
    pub appliance: String,
    /// Number of appliances on the order.
    pub appliances: u32,
    pub symptom: String,
    pub coverage: Coverage,
    pub maker_order: String,
    pub window: Option<Window>,
    /// When somebody must have arrived: end of the window, or the emergency's limit.
    pub arrive_by: Option<Millis>,
    pub taken_at: Millis,
    pub status: NodeKind,
    pub arrived_at: Option<Millis>,
    pub finished_at: Option<Millis>,
    /// Minutes allowed after arrival (R2).
    pub limit_minutes: u32,
    pub outcome: Option<JobOutcome>,
    pub assignees: Vec<MemberView>,
    pub findings: Vec<Finding>,
    pub parts_fen: Fen,
    pub photos: u32,
    pub readings_done: u32,
    pub readings_required: u32,
    pub services_done: u32,
    /// Records of this job that are only on this device.
    pub unsent: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TodayView {
    /// `2026-11-21`, in the outlet's time zone.
    pub day: String,
    pub now: Millis,
    pub jobs: Vec<JobCard>,
    pub sync: SyncChip,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NodeView {
    pub kind: NodeKind,
    pub at: Option<Millis>,
    pub by: String,
    /// Followed from facts, not tapped.
    pub derived: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    Depart,
    Arrive,
    ShowCard,
    CheckSafety,
    FillSheet,
    Finish,
    Nothing,
}

/// Where on the job a blocker is mended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "to", rename_all = "snake_case")]
pub enum Jump {
    Card,
    Reading { appliance: ShortId, code: String },
    Field { appliance: ShortId, field: crate::input::SheetField },
    Photos { stage: PhotoStage },
    Service { service: ServiceCode },
    Node { node: NodeKind },
}

words!(BlockerCode {
    NotArrived = "not_arrived",
    CardNotShown = "card_not_shown",
    ReadingMissing = "reading_missing",
    ReadingNotMeasured = "reading_not_measured",
    /// There is no override (R12).
    ReadingFailed = "reading_failed",
    FieldMissing = "field_missing",
    PhotoMissing = "photo_missing",
    ServiceMissing = "service_missing",
});

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Blocker {
    pub code: BlockerCode,
    /// Names from rule data, where the blocker is about one.
    pub subject: Option<Text>,
    pub jump: Jump,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct NextStep {
    pub step: Step,
    /// Everything that keeps the job from "completed", all at once.
    pub blockers: Vec<Blocker>,
    /// Outcomes that may be chosen now.
    pub outcomes: Vec<JobOutcome>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ChoiceOption {
    pub code: String,
    pub label: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "input", rename_all = "snake_case")]
pub enum ReadingInput {
    Number { unit: String, decimals: u8 },
    Choice { options: Vec<ChoiceOption> },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct VerdictView {
    pub verdict: Verdict,
    pub class: Option<FailureClass>,
    /// What it means and what to do now.
    pub text: Text,
}

/// One measurement as it was taken. A failed one stays when it is measured again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RecordView {
    pub id: ShortId,
    pub found: crate::input::Found,
    pub method: Option<ChoiceOption>,
    pub instrument: String,
    pub rectified: String,
    pub at: Millis,
    pub by: String,
    pub verdict: VerdictView,
}

/// One row of the safety check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ReadingRow {
    pub appliance: ShortId,
    pub code: String,
    pub name: Text,
    pub phase: Phase,
    pub required: bool,
    pub input: ReadingInput,
    pub methods: Vec<ChoiceOption>,
    pub limit: Text,
    pub place: Text,
    pub basis: Text,
    pub class: FailureClass,
    /// Oldest first; the last one counts.
    pub records: Vec<RecordView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    Missing,
    Done,
    NotApplicable,
    NotWanted,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ServiceRow {
    pub service: ServiceCode,
    pub name: Text,
    pub script: Text,
    pub state: ServiceState,
    /// Follows from facts (readings, the after-photo), not from a pick.
    pub derived: bool,
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct ApplianceView {
    pub id: ShortId,
    pub kind: ApplianceKind,
    pub brand: String,
    pub model: String,
    pub serial: String,
    pub symptom: String,
    pub fault: String,
    pub cause: String,
    pub action: String,
    pub readings: Vec<ReadingRow>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartRow {
    pub id: ShortId,
    pub appliance: ShortId,
    pub code: String,
    pub name: String,
    pub quantity: u32,
    /// Of one, in fen.
    pub guide_fen: Fen,
    pub by: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PartOffer {
    pub code: String,
    pub name: Text,
    pub guide_fen: Fen,
}

/// Where a photo's bytes are known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PhotoPlace {
    OnDevice,
    OnRelay,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PhotoView {
    pub id: ShortId,
    /// The shared picture and its thumbnail, by content.
    pub photo: BlobHash,
    pub thumb: BlobHash,
    pub appliance: ShortId,
    pub stage: PhotoStage,
    pub width: u32,
    pub height: u32,
    pub bytes: u32,
    /// When it was taken, by the picture itself or by this device's clock.
    pub taken_at: Millis,
    pub by: String,
    pub place: PhotoPlace,
    /// The bytes are here and can be shown.
    pub photo_here: bool,
    pub thumb_here: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PhotoSlot {
    pub stage: PhotoStage,
    pub name: Text,
    pub required: bool,
    pub taken: u32,
}

/// 公示卡: shown to the customer on arrival (R10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CardView {
    pub outlet: String,
    pub member: String,
    pub services: Vec<Text>,
    /// 12315 and the outlet's own number, where set.
    pub numbers: Vec<CardNumber>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CardNumber {
    pub label: Text,
    pub number: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct JobView {
    pub card: JobCard,
    pub note: String,
    pub nodes: Vec<NodeView>,
    pub next: NextStep,
    pub appliances: Vec<ApplianceView>,
    pub services: Vec<ServiceRow>,
    pub parts: Vec<PartRow>,
    pub part_offers: Vec<PartOffer>,
    pub photos: Vec<PhotoView>,
    pub slots: Vec<PhotoSlot>,
    pub service_card: CardView,
    /// This member may write the sheet.
    pub may_write: bool,
    /// Jobs of the same phone or serial that this device holds.
    pub earlier: Vec<JobCard>,
    pub history: Vec<HistoryLine>,
    pub now: Millis,
}

/// One action, from the documents' changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct HistoryLine {
    pub at: Millis,
    pub by: String,
    pub device: DeviceId,
    /// The action's short code.
    pub action: String,
    /// The change is on the relay.
    pub received: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WaitingJob {
    /// `None` for what belongs to no job.
    pub job: Option<JobId>,
    pub customer: String,
    pub changes: u32,
    pub bytes: u32,
    pub photos: u32,
    pub photo_bytes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncAttempt {
    pub at: Millis,
    pub millis: u32,
    pub bytes_up: u32,
    pub bytes_down: u32,
    /// Records confirmed by the relay, and records received.
    pub sent: u32,
    pub received: u32,
    /// `None`: it succeeded.
    pub error: Option<crate::code::Failure>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StuckPiece {
    pub job: Option<JobId>,
    pub customer: String,
    pub code: ErrorCode,
    /// Refused by the relay (ours) or not openable here (another's).
    pub ours: bool,
    pub at: Millis,
    pub changes: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncView {
    pub chip: SyncChip,
    /// Records made on this device: all, of these on the relay, of these fetched by an owner's device.
    pub on_device: u32,
    pub on_relay: u32,
    pub on_owner: u32,
    pub photos: u32,
    pub photos_on_relay: u32,
    pub photo_bytes: u32,
    pub photo_bytes_on_relay: u32,
    pub waiting: Vec<WaitingJob>,
    /// Others' records that wait here for a part of their history.
    pub incomplete: u32,
    pub stuck: Vec<StuckPiece>,
    /// Newest first.
    pub attempts: Vec<SyncAttempt>,
    pub last_success: Option<Millis>,
    pub next_attempt: Option<Millis>,
    pub relay: String,
    pub no_network: bool,
    /// This device's clock minus the relay's, in milliseconds; `None` until known.
    pub clock_offset_ms: Option<Millis>,
    pub now: Millis,
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
    pub jobs: Vec<JobCard>,
    /// Arrivals by hour of the day, 24 numbers.
    pub arrivals: Vec<u32>,
    pub members: Vec<MemberDay>,
    /// Devices that still hold something.
    pub not_arrived: Vec<DeviceView>,
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
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Township {
    pub name: String,
    pub far: bool,
}

/// A symptom with its likely cause and action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FaultOffer {
    pub appliance: ApplianceKind,
    pub symptom: Text,
    pub fault: Text,
    pub cause: Text,
    pub action: Text,
}
