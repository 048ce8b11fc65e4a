//! Words of the trade that documents hold beside those of the visit: dispatch, bench, parts, money, team.
//!
//! A word is never respelled; what this version does not know is shown as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::words;

words!(
    /// Where a job came from (R6).
    Source {
        Maker = "maker",
        Call = "call",
        WalkIn = "walk_in",
        /// The customer asked the technician directly.
        Direct = "direct",
        Dealer = "dealer",
        Chat = "chat",
        Contract = "contract",
    }
);

words!(
    /// An order's own state: what became of the shop's wish.
    OrderState {
        Open = "open",
        Assigned = "assigned",
        Closed = "closed",
        Cancelled = "cancelled",
    }
);

words!(
    /// Who the customer is to the shop (R9).
    Segment {
        Vip = "vip",
        Set = "set",
        Project = "project",
        Town = "town",
        Village = "village",
    }
);

words!(
    /// How calling the customer went.
    AppointmentResult {
        Appointed = "appointed",
        Failed = "failed",
        Rebooked = "rebooked",
        /// 转派
        PassedOn = "passed_on",
    }
);

words!(
    /// What stopped the clock (R2).
    PauseReason {
        Goods = "goods",
        Parts = "parts",
        Rectification = "rectification",
    }
);

words!(
    /// What a reason is given for.
    ReasonAbout {
        /// Longer than the limit (R2).
        Overrun = "overrun",
        Late = "late",
        /// A line above the guide price (R28).
        AboveGuide = "above_guide",
        /// Nameplate missing or unreadable (R15).
        Nameplate = "nameplate",
        EditAfterApproval = "edit_after_approval",
        EnteredLate = "entered_late",
    }
);

words!(
    /// Who signs.
    Signer {
        Customer = "customer",
        Witness = "witness",
        Acceptor = "acceptor",
        Technician = "technician",
        Owner = "owner",
    }
);

words!(
    /// What is signed.
    SignedFor {
        Work = "work",
        Notice = "notice",
        Quote = "quote",
        Damage = "damage",
        Loaner = "loaner",
        LoanerDeclined = "loaner_declined",
        /// 闸口验收 (R16)
        Acceptance = "acceptance",
        Handover = "handover",
        Survey = "survey",
    }
);

words!(
    /// 安全隐患告知书: refusal or warning in writing (R12).
    NoticeKind {
        Warning = "warning",
        Refusal = "refusal",
        /// 修复·隐患未消除
        HazardRemaining = "hazard_remaining",
        /// 判废
        Condemned = "condemned",
        /// 拒绝销售 (R50)
        SaleRefused = "sale_refused",
    }
);

words!(
    /// How a customer or a member was reached.
    // The screens' bindings have a `Channel` of their own.
    #[serde(rename = "ContactChannel")]
    Channel {
        InPerson = "in_person",
        Phone = "phone",
        Chat = "chat",
        Sms = "sms",
    }
);

words!(
    /// Where a unit is on its way (R17–R18).
    CustodyStep {
        Taken = "taken",
        Received = "received",
        ToFactory = "to_factory",
        FromFactory = "from_factory",
        Returned = "returned",
    }
);

words!(
    /// What was done at the bench.
    BenchWork {
        Test = "test",
        Finding = "finding",
        Work = "work",
        Repaired = "repaired",
        Unrepairable = "unrepairable",
        /// The customer was told (R20).
        Informed = "informed",
    }
);

words!(
    /// How deep a repair goes (R21): the cheaper level's price stands beside the dearer one's.
    RepairLevel {
        /// 板上维修
        Component = "component",
        Board = "board",
        /// 返厂
        Factory = "factory",
    }
);

words!(
    /// Why there is no loaner (R17).
    NoLoaner {
        /// Declined, signed.
        Declined = "declined",
        /// None available; the customer was told, with a promised date.
        NoneAvailable = "none_available",
    }
);

words!(PartSource {
    OwnStock = "own_stock",
    Shop = "shop",
    Maker = "maker",
    Customer = "customer",
});

words!(
    /// An old part's way back (R24).
    OldPartStep {
        /// Offered to the customer, who keeps it.
        Kept = "kept",
        Declined = "declined",
        Tagged = "tagged",
        Sent = "sent",
        Accepted = "accepted",
        Deducted = "deducted",
    }
);

words!(FeeKind {
    Visit = "visit",
    Diagnosis = "diagnosis",
    Labour = "labour",
    Part = "part",
    Material = "material",
    Surcharge = "surcharge",
    /// Somebody else's work that the shop passes on.
    PassThrough = "pass_through",
    Discount = "discount",
    /// Puts an earlier line right; the earlier one stays.
    Adjustment = "adjustment",
});

words!(
    /// Who pays a line.
    Payer {
        Customer = "customer",
        Maker = "maker",
        Outlet = "outlet",
        Insurer = "insurer",
    }
);

words!(PayWay {
    Cash = "cash",
    /// The outlet's own collection QR (R43).
    OutletQr = "outlet_qr",
    Transfer = "transfer",
    /// To the technician's own account: counts as not handed in.
    Personal = "personal",
});

words!(
    /// What a payment is for.
    PaidFor {
        Work = "work",
        Deposit = "deposit",
        DepositBack = "deposit_back",
        Compensation = "compensation",
        Refund = "refund",
    }
);

words!(
    /// Who bears a share of a damage (R30).
    Party {
        Outlet = "outlet",
        Technician = "technician",
        Maker = "maker",
        Insurer = "insurer",
    }
);

words!(ClaimState {
    Proposed = "proposed",
    Agreed = "agreed",
    Rejected = "rejected",
    Paid = "paid",
});

words!(
    /// A settlement's life (R31).
    SettleState {
        Draft = "draft",
        Ready = "ready",
        Submitted = "submitted",
        Accepted = "accepted",
        Deducted = "deducted",
        Rejected = "rejected",
        Paid = "paid",
    }
);

words!(
    /// A request's life (R23).
    RequestStep {
        Approved = "approved",
        Refused = "refused",
        Ordered = "ordered",
        Shipped = "shipped",
        Arrived = "arrived",
    }
);

words!(StockMove {
    Issue = "issue",
    Return = "return",
    /// Counted: what lies there now, not a difference.
    Count = "count",
});

words!(
    /// How an owner answers a sheet (R39).
    ApprovalKind {
        Approved = "approved",
        Returned = "returned",
        /// An answer that was a slip: it stands no more, and what stood before it stands again.
        Withdrawn = "withdrawn",
    }
);

words!(
    /// A rule that an owner set aside, with a reason (R7).
    OverrideOf {
        Grade = "grade",
        Window = "window",
        Coverage = "coverage",
    }
);

words!(
    /// Certificates come first, they are law (R7).
    CertificateKind {
        WorkAtHeight = "work_at_height",
        LowVoltage = "low_voltage",
        Welding = "welding",
        /// The outlet's filing, not a person's.
        GasFiling = "gas_filing",
    }
);

words!(
    /// Weakest first (R7).
    Grade {
        D = "d",
        C = "c",
        B = "b",
        A = "a",
        APlus = "a_plus",
    }
);

words!(
    /// What a member carries to measure with.
    KitLevel {
        Basic = "basic",
        Standard = "standard",
        Professional = "professional",
    }
);

words!(
    /// Where the customer's word came from (R36).
    FollowUpKind {
        Rating = "rating",
        Call = "call",
        /// Silence for 72 h: archived as not followed up.
        Silence = "silence",
    }
);

words!(WageKind {
    Piece = "piece",
    Bonus = "bonus",
    Deduction = "deduction",
    Advance = "advance",
    /// 已发: handed over or transferred.
    Paid = "paid",
});

words!(
    /// Training, rewards and penalties on the roster (R47).
    RosterEvent {
        Exam = "exam",
        Training = "training",
        Interview = "interview",
        Reward = "reward",
        Penalty = "penalty",
        /// One of these was written by mistake.
        TakenBack = "taken_back",
    }
);

words!(
    /// A project's papers (R16).
    PlanStep {
        Survey = "survey",
        Plan = "plan",
        Review = "review",
    }
);

words!(
    /// How charge got into or out of a circuit (R32).
    Evacuation {
        Pump = "pump",
        /// Blown out with refrigerant: never right.
        Purge = "purge",
        None = "none",
    }
);

words!(
    /// Which unit of an appliance a serial number is of; old and new where one replaces the other (R44).
    UnitOf {
        Whole = "whole",
        Indoor = "indoor",
        Outdoor = "outdoor",
        Old = "old",
    }
);
