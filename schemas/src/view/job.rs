//! One job on the screen: its card in a list, and its page with everything on it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{
    ApplianceKind, BlockerCode, CallScript, Coverage, FailureClass, Fen, FindingCode, JobKind, JobOutcome, MemberView,
    Millis, NodeKind, NotedView, PauseReason, Phase, PhotoStage, ServiceCode, SignedFor, SyncChip, Text, Urgency,
    Verdict,
};
use crate::ids::{BlobHash, DeviceId, JobId, ShortId};
use crate::input::SheetField;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Window {
    pub from: Millis,
    pub to: Millis,
}
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Finding {
    pub code: FindingCode,
    pub params: BTreeMap<String, String>,
}

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
    /// What the customer's lines come to.
    pub billed_fen: Fen,
    pub photos: u32,
    pub readings_done: u32,
    pub readings_required: u32,
    pub services_done: u32,
    /// Records of this job that are only on this device.
    pub unsent: u32,
    /// 另立: the job that goes on in this one's place, and the one that this goes on for.
    #[serde(default)]
    pub refounded_as: Option<JobId>,
    #[serde(default)]
    pub refounded_from: Option<JobId>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TodayView {
    /// This device's clock is off by so much: shown, because times are promised by it (R1).
    pub clock_note: Option<Text>,
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
    /// 补录: when it was entered, where that was later than it happened.
    pub entered: Option<Millis>,
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
    Reading {
        appliance: ShortId,
        code: String,
    },
    Field {
        appliance: ShortId,
        field: SheetField,
    },
    Photos {
        appliance: ShortId,
        stage: PhotoStage,
    },
    Service {
        service: ServiceCode,
    },
    Node {
        node: NodeKind,
    },
    /// The unit's page at the bench, with its loaner.
    Bench {
        appliance: ShortId,
    },
    Fees,
    Parts,
    Notice {
        appliance: Option<ShortId>,
    },
    Signature {
        signed_for: SignedFor,
    },
    Hazard,
    Charge {
        appliance: ShortId,
    },
    Damage {
        damage: ShortId,
    },
    /// What only the owner can mend: assignment, certificates, a project's papers.
    Owner,
}

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
    /// What keeps somebody from setting out, or from going in: an emergency's script, goods (R3, R8).
    pub before_going: Vec<Blocker>,
    /// Everything that keeps the job from "completed", all at once.
    pub blockers: Vec<Blocker>,
    /// Outcomes that may be chosen now.
    pub outcomes: Vec<JobOutcome>,
    /// Outcomes that this job may come to, each with what it still needs.
    pub others: Vec<OutcomeGate>,
}

/// An outcome that is not open yet, and everything that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct OutcomeGate {
    pub outcome: JobOutcome,
    pub blockers: Vec<Blocker>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, specta::Type)]
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
    /// Why, with the figures: "0.3 MΩ, below 1 MΩ: fail".
    pub reason: Text,
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
    /// What is usually put right once it failed.
    pub fixes: Vec<Text>,
    /// The repair of the unit's own fault may be the remedy as well.
    pub mended_by_repair: bool,
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
    /// Everything else that its fields say: the nameplate's figures, the room, the circuit.
    pub plate: BTreeMap<SheetField, String>,
    pub readings: Vec<ReadingRow>,
    /// Photos of this unit: required slots first.
    pub slots: Vec<PhotoSlot>,
    /// Codes of the fault classes that its symptom may mean, the likeliest first; as listed while nothing was said (R15).
    pub likely: Vec<String>,
    /// Parts of the list that fit it, those that its symptom or fault asks for first (R8).
    pub part_offers: Vec<PartOffer>,
    /// What the last visit's sheet says of it, where this one's is empty (R9).
    pub last: Option<LastTime>,
    /// The required photo that is to be shot next; `None` when all are there.
    pub next_photo: Option<PhotoStage>,
}

/// What is known of a unit at the bench that the next fact names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct BenchView {
    pub appliance: ShortId,
    /// The last diagnosis, which a quote is for (R19).
    pub diagnosis: Option<ShortId>,
    /// The last quote, which consent is for.
    pub quote: Option<QuoteView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct QuoteView {
    pub id: ShortId,
    pub total_fen: Fen,
    pub days: u32,
}

/// What came of adding a fact: its id, for facts that name it, and the job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct FactNoted {
    pub id: ShortId,
    pub job: JobView,
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
    /// The symptom or the fault asks for it.
    pub likely: bool,
}

/// 照上次: what the newest earlier job of the same machine or caller says, and this sheet doesn't yet. Nothing measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct LastTime {
    pub job: JobId,
    pub at: Millis,
    pub fields: BTreeMap<SheetField, String>,
}

/// 随身带: what the symptoms suggest before departure (R8).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct TakeAlong {
    /// The likeliest first.
    pub parts: Vec<TakePart>,
    /// Beyond the tool bag.
    pub tools: Vec<Text>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct TakePart {
    pub code: String,
    pub name: Text,
    /// In this member's own stock; `None` where nobody keeps one for them (R22).
    pub carried: Option<i32>,
}

/// The clock of the visit's work, as of the view's moment (R2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct WorkClock {
    pub limit_minutes: u32,
    /// Since arrival, without the pauses.
    pub worked_s: u32,
    /// It stands: for goods, parts or the customer's rectification.
    pub stopped: Option<PauseReason>,
    pub ended: bool,
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
    pub caption: String,
    /// Somebody took it again: the newer one counts, this one stays.
    pub retaken: bool,
    /// The photo that somebody drew on.
    pub drawn_on: Option<ShortId>,
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

/// A number of the card as a QR code: scanned, it is called (R10).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct CardCode {
    pub label: Text,
    pub number: String,
    /// An SVG document.
    pub svg: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema, specta::Type)]
#[serde(deny_unknown_fields)]
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
    /// 备用机: each an installation with readings of its own (R17).
    pub loaners: Vec<ApplianceView>,
    pub bench: Vec<BenchView>,
    pub services: Vec<ServiceRow>,
    pub parts: Vec<PartRow>,
    pub photos: Vec<PhotoView>,
    pub noted: NotedView,
    pub service_card: CardView,
    /// Before somebody is there.
    pub take_along: TakeAlong,
    /// What is read out before anybody is sent (R3), while the job is open.
    pub scripts: Vec<CallScript>,
    /// None before somebody is there.
    pub clock: Option<WorkClock>,
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
    /// By which it is undone.
    pub id: String,
    /// Done on this device, and of a kind that can be undone. Undoing may still be refused, with its reason.
    pub undoable: bool,
    /// The change is on the relay.
    pub received: bool,
}
