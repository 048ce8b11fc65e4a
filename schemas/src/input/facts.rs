//! Facts that a person adds to a job or to the outlet's papers, one type per paper. The core gives them their id, author
//! and time; what a fact means is derived.

use serde::{Deserialize, Serialize};

use crate::ids::{BlobHash, JobId, MemberId, ShortId};
use crate::view::{
    ApplianceKind, AppointmentResult, BenchWork, CertificateKind, Channel, ClaimState, CustodyStep, Evacuation,
    FeeKind, Fen, FollowUpKind, Grade, KitLevel, Millis, NoLoaner, NoticeKind, OldPartStep, OverrideOf, PaidFor, Party,
    PauseReason, PayWay, Payer, PlanStep, ReasonAbout, RepairLevel, RequestStep, RosterEvent, SettleState, SignedFor,
    Signer, StockMove, Thousandths, UnitOf, WageKind, Window,
};

/// A fact of a job's sheet. Figures are whole numbers in the unit of their name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum SheetFact {
    /// 预约, 预约失败, 改约, 转派
    Appointment {
        result: AppointmentResult,
        window: Option<Window>,
        channel: Channel,
        reason: String,
    },
    /// 电话指导 (R3)
    Guidance {
        script: String,
        called: String,
        solved: bool,
    },
    /// 货已到, confirmed before departure (R8)
    Goods {
        here: bool,
        note: String,
    },
    Crew {
        member: Option<MemberId>,
        name: String,
        left: bool,
    },
    /// The clock stops or goes on (R2).
    Pause {
        stopped: bool,
        reason: PauseReason,
        note: String,
    },
    Reason {
        about: ReasonAbout,
        subject: Option<ShortId>,
        text: String,
        photo: Option<ShortId>,
    },
    Serial {
        appliance: ShortId,
        unit: UnitOf,
        serial: String,
        photo: Option<ShortId>,
    },
    Hazard {
        appliance: Option<ShortId>,
        code: String,
        text: String,
        action: String,
        before: Option<ShortId>,
        after: Option<ShortId>,
        households: u32,
        remaining: bool,
        unplugged: bool,
        tagged: bool,
        recheck: Option<Millis>,
        /// The one that this corrects.
        replaces: Option<ShortId>,
    },
    /// 安全隐患告知书 (R12): signed by the signature named, or 拒签 with a witness.
    Notice {
        appliance: Option<ShortId>,
        kind: NoticeKind,
        readings: Vec<ShortId>,
        text: String,
        signature: Option<ShortId>,
        refused: bool,
        witness: String,
    },
    Signature {
        signed_for: SignedFor,
        subject: Option<ShortId>,
        signer: Signer,
        name: String,
        image: Option<BlobHash>,
    },
    /// Work on a refrigerant circuit (R32).
    Charge {
        appliance: ShortId,
        gas: String,
        leak_found: bool,
        leak_at: String,
        welded: bool,
        grams: u32,
        charged_when_welding: bool,
        before_kpa: Option<i32>,
        after_kpa: Option<i32>,
        evacuation: Evacuation,
        minutes: u32,
    },
    OldPart {
        part: ShortId,
        step: OldPartStep,
        tag: String,
        due: Option<Millis>,
        batch: String,
        courier: String,
        deducted_fen: Fen,
    },
    /// 费用: one line.
    Fee {
        appliance: Option<ShortId>,
        kind: FeeKind,
        code: String,
        name: String,
        quantity: Thousandths,
        unit_fen: Fen,
        /// Per mille.
        share: u32,
        guide_fen: Option<Fen>,
        payer: Payer,
        reason: String,
        part: Option<ShortId>,
        adjusts: Option<ShortId>,
        quote: Option<ShortId>,
        spoken_code: String,
    },
    Payment {
        fen: Fen,
        way: PayWay,
        paid_for: PaidFor,
        subject: Option<ShortId>,
        reference: String,
    },
    /// 损坏 (R30): its photos are taken first.
    Damage {
        what: String,
        text: String,
        photos: Vec<BlobHash>,
        asked_fen: Fen,
    },
    ClaimShare {
        damage: ShortId,
        party: Party,
        fen: Fen,
        state: ClaimState,
        signature: Option<ShortId>,
        note: String,
    },
    Loaner {
        appliance: ShortId,
        kind: ApplianceKind,
        tag: String,
        model: String,
        serial: String,
        deposit_fen: Fen,
        condition: String,
        photos: Vec<BlobHash>,
    },
    LoanerBack {
        loaner: ShortId,
        condition: String,
        kept_fen: Fen,
        reason: String,
    },
    WithoutLoaner {
        appliance: ShortId,
        why: NoLoaner,
        signature: Option<ShortId>,
        promised: Option<Millis>,
    },
    Custody {
        appliance: ShortId,
        step: CustodyStep,
        tag: String,
        place: String,
        condition: String,
        carried_in: bool,
    },
    Bench {
        appliance: ShortId,
        work: BenchWork,
        text: String,
        level: Option<RepairLevel>,
        channel: Option<Channel>,
        part: Option<ShortId>,
    },
    Diagnosis {
        appliance: ShortId,
        cause: String,
        level: RepairLevel,
        repairable: bool,
    },
    Quote {
        appliance: ShortId,
        diagnosis: ShortId,
        level: RepairLevel,
        total_fen: Fen,
        other_level: Option<RepairLevel>,
        other_fen: Option<Fen>,
        days: u32,
    },
    Consent {
        quote: ShortId,
        yes: bool,
        who: String,
        channel: Channel,
        cost_fen: Fen,
        days: u32,
        spoken: Option<Millis>,
    },
    Promise {
        appliance: ShortId,
        ready: Option<Millis>,
        next_contact: Option<Millis>,
        note: String,
    },
    /// 开票 (R43); all empty takes the request back.
    Invoice {
        title: String,
        tax_number: String,
        mail: String,
    },
    Remark {
        text: String,
    },
    /// What a photo shows.
    Caption {
        photo: ShortId,
        text: String,
    },
}

/// Adds a fact to a sheet.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NoteFact {
    pub job: JobId,
    pub fact: SheetFact,
    /// 补录: when it happened, where it is entered later.
    pub claimed: Option<Millis>,
}

/// What an owner adds to an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum OrderFact {
    /// A rule set aside with a reason (R7).
    Override {
        of: OverrideOf,
        member: Option<MemberId>,
        reason: String,
    },
    /// A line above the guide price (R28).
    OverGuide {
        fee: ShortId,
        granted: bool,
        most_fen: Fen,
        note: String,
    },
    /// Survey, plan, review of a project (R16).
    Plan {
        step: PlanStep,
        text: String,
        passed: bool,
        photo: Option<ShortId>,
    },
    /// `invoice`, `card`, `installed`, `made`, `dealer`, `part`, `voids` (R26).
    Purchase {
        appliance: ShortId,
        key: String,
        value: String,
    },
    Serial {
        appliance: ShortId,
        unit: UnitOf,
        serial: String,
    },
    Window {
        window: Window,
    },
    Cancel {
        reason: String,
    },
    /// 已结算
    Settled,
}

/// A line of a member's own requests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum RequestFact {
    Part { job: Option<JobId>, code: String, name: String, quantity: u32, note: String },
    Advance { fen: Fen, note: String },
    HandIn { fen: Fen, way: PayWay, note: String },
    Note { job: Option<JobId>, text: String },
}

/// A line of a member's stock, by the owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct StockFact {
    pub movement: StockMove,
    pub code: String,
    pub name: String,
    pub quantity: i32,
    pub request: Option<ShortId>,
    pub note: String,
}

/// A line of the roster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum RosterFact {
    Certificate {
        member: Option<MemberId>,
        kind: CertificateKind,
        number: String,
        issued: Option<Millis>,
        expires: Option<Millis>,
        withdrawn: bool,
    },
    Grade {
        member: MemberId,
        grade: Grade,
        years: u32,
        note: String,
    },
    /// The grade was given by mistake, and there was none before.
    NoGrade {
        member: MemberId,
    },
    Kit {
        member: MemberId,
        level: KitLevel,
        instrument: String,
        number: String,
        calibrated: Option<Millis>,
        due: Option<Millis>,
    },
    Event {
        member: MemberId,
        event: RosterEvent,
        text: String,
        level: String,
        passed: bool,
        fen: Fen,
    },
    /// Training, an exam, a reward or a penalty that was written by mistake; or a taking back that was.
    TakeBack {
        member: MemberId,
        event: ShortId,
        reason: String,
    },
    Authorisation {
        brand: String,
        number: String,
        expires: Option<Millis>,
        withdrawn: bool,
    },
    /// A text under a composed key: `outlet/grades`, `<member>/phone`.
    About {
        key: String,
        value: String,
    },
}

/// A line of the owner's desk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum DeskFact {
    Answer {
        request: ShortId,
        step: RequestStep,
        promised: Option<Millis>,
        note: String,
    },
    SettlementLine {
        job: JobId,
        maker: String,
        code: String,
        name: String,
        quantity: Thousandths,
        fen: Fen,
        fee: Option<ShortId>,
        adjusts: Option<ShortId>,
    },
    SettlementStep {
        job: JobId,
        state: SettleState,
        fen: Fen,
        reason: String,
        reference: String,
    },
    FollowUp {
        job: JobId,
        kind: FollowUpKind,
        stars: u32,
        chips: String,
        text: String,
        do_not_contact: bool,
        complaint: bool,
        handled: bool,
    },
    Wage {
        member: MemberId,
        job: Option<JobId>,
        kind: WageKind,
        fen: Fen,
        reason: String,
    },
    CashTaken {
        member: MemberId,
        fen: Fen,
        hand_in: Option<ShortId>,
        note: String,
    },
    Contract {
        customer: String,
        phone: String,
        appliance: String,
        from: Option<Millis>,
        months: u32,
        every: u32,
        fen: Fen,
        ended: bool,
    },
    Referral {
        job: Option<JobId>,
        text: String,
        member: Option<MemberId>,
        sold_fen: Fen,
    },
    Admission {
        dealer: String,
        sees: String,
        until: Option<Millis>,
        withdrawn: bool,
    },
    Remark {
        text: String,
    },
    /// Cash taken in, or a word of a customer noted, that was a slip: one's own, of this month or the one before.
    Withdraw {
        of: ShortId,
    },
    About {
        key: String,
        value: String,
    },
}
