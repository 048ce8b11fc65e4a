//! Words that documents, the core and the screens share, each with one spelling.
//!
//! A word is what a document holds, so it is never respelled; what this version does not know is shown as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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

/// A word of the trade: one spelling in documents and on the screen.
pub trait Worded: Copy + Eq + Ord + 'static {
    /// The word in documents and in TypeScript.
    fn word(self) -> &'static str;
    /// `None` for a word of a later version.
    fn from_word(word: &str) -> Option<Self>;
}

macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$vmeta:meta])* $variant:ident = $word:literal,)+ }) => {
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema, specta::Type,
        )]
        #[serde(rename_all = "snake_case")]
        $(#[$meta])*
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

        impl $crate::view::Worded for $name {
            fn word(self) -> &'static str { Self::word(self) }
            fn from_word(word: &str) -> Option<Self> { Self::from_word(word) }
        }
    };
}
pub(crate) use words;

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
        /// 合同内: a visit that a maintenance contract pays for (R37).
        Contract = "contract",
    }
);

words!(
    /// Visit nodes, in the order of a job's life. Only departed, arrived and finished are taps.
    NodeKind {
        Open = "open",
        /// 已电话指导: an emergency, before anything else (R3).
        Guided = "guided",
        Accepted = "accepted",
        Appointed = "appointed",
        Departed = "departed",
        Arrived = "arrived",
        CardShown = "card_shown",
        SafetyChecked = "safety_checked",
        Working = "working",
        /// 已装备用机
        LoanerPlaced = "loaner_placed",
        /// 已取机
        Taken = "taken",
        Finished = "finished",
        Left = "left",
        /// 已收机, at the bench
        Received = "received",
        Diagnosed = "diagnosed",
        Quoted = "quoted",
        Consented = "consented",
        /// 用户放弃维修
        GivenUp = "given_up",
        Repaired = "repaired",
        Unrepairable = "unrepairable",
        /// 已告知: the customer was told (R20).
        Informed = "informed",
        Returned = "returned",
        LoanerBack = "loaner_back",
        FollowedUp = "followed_up",
        Approved = "approved",
        Settled = "settled",
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
    Bracket = "bracket",
    Harness = "harness",
    IndoorPlate = "indoor_plate",
    OutdoorPlate = "outdoor_plate",
    Joint = "joint",
    Drain = "drain",
    Valve = "valve",
    Socket = "socket",
    Bolts = "bolts",
    Terminals = "terminals",
    BoardLabel = "board_label",
    Flue = "flue",
    Hose = "hose",
    Opening = "opening",
    TransportBolts = "transport_bolts",
    Wall = "wall",
    Concealed = "concealed",
    Acceptance = "acceptance",
    Damage = "damage",
    Loaner = "loaner",
    OldUnit = "old_unit",
    OldPart = "old_part",
    EnergyLabel = "energy_label",
    Invoice = "invoice",
    Tester = "tester",
});
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
        /// A hazard is said to be put right, and no reading before and after shows it (R14).
        HazardUnshown = "hazard_unshown",
    }
);
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
    /// Emergency: the script of the phone comes first (R3).
    NotGuided = "not_guided",
    GasCompanyNotCalled = "gas_company_not_called",
    GoodsNotConfirmed = "goods_not_confirmed",
    /// The law's certificate is missing or expired (R7).
    CertificateMissing = "certificate_missing",
    GradeTooLow = "grade_too_low",
    /// Readings of an earlier phase are still open (R11).
    PhaseTooEarly = "phase_too_early",
    OverrunReason = "overrun_reason",
    SignatureMissing = "signature_missing",
    NoticeMissing = "notice_missing",
    /// 隐患未消除: unplugged, tagged, re-check date (R12).
    NotUnplugged = "not_unplugged",
    NotTagged = "not_tagged",
    RecheckMissing = "recheck_missing",
    /// 闸口验收 (R16)
    AcceptanceMissing = "acceptance_missing",
    PlanMissing = "plan_missing",
    ConcealedPhotoMissing = "concealed_photo_missing",
    // Bench (R17–R20)
    LoanerUndecided = "loaner_undecided",
    LoanerUnsafe = "loaner_unsafe",
    LoanerOut = "loaner_out",
    UnitOut = "unit_out",
    PhoneMissing = "phone_missing",
    AddressMissing = "address_missing",
    SymptomMissing = "symptom_missing",
    TagMissing = "tag_missing",
    NotDiagnosed = "not_diagnosed",
    NotConsented = "not_consented",
    NotInformed = "not_informed",
    OtherLevelMissing = "other_level_missing",
    // Money (R24, R28, R32, R44)
    OldPartMissing = "old_part_missing",
    OldPartNotOffered = "old_part_not_offered",
    AboveGuideUnapproved = "above_guide_unapproved",
    NoLeakFound = "no_leak_found",
    FlameOnCharge = "flame_on_charge",
    PurgedWithRefrigerant = "purged_with_refrigerant",
    EvacuationTooShort = "evacuation_too_short",
    ChargeIncomplete = "charge_incomplete",
    PaidInFullMissing = "paid_in_full_missing",
    DamagePhotoMissing = "damage_photo_missing",
    SubsidyIncomplete = "subsidy_incomplete",
});

words!(
    /// How the casing is kept from touching, by the nameplate.
    ProtectionClass {
        Zero = "zero",
        ZeroOne = "zero_one",
        One = "one",
        /// 回 on the nameplate.
        Two = "two",
        Three = "three",
    }
);

words!(
    /// What kind of load an appliance is, where limits differ by it.
    Build {
        Portable = "portable",
        Motor = "motor",
        Heating = "heating",
    }
);

words!(
    /// How the circuit's wire is laid: the same wire carries less where its heat stays.
    Laying {
        /// Conduit in a thermally insulated wall.
        InsulatedWall = "insulated_wall",
        /// Conduit in or on masonry.
        Conduit = "conduit",
        /// Clipped to the wall in open air.
        Surface = "surface",
    }
);

words!(Refrigerant {
    R22 = "r22",
    R32 = "r32",
    R134a = "r134a",
    R290 = "r290",
    R410a = "r410a",
    R600a = "r600a",
});

words!(GasKind {
    /// 液化石油气
    Lpg = "lpg",
    /// 天然气
    Natural = "natural",
    /// 人工煤气
    Town = "town",
});

words!(
    /// What on a job asks for more than its kind does.
    NeedWhen {
        /// A loaner is left: it is an installation (R17).
        Loaner = "loaner",
        /// The refrigerant circuit was opened (R32).
        RefrigerantOpened = "refrigerant_opened",
        /// At 2 m or more without a platform.
        AtHeight = "at_height",
        /// 国补 (R44).
        Subsidised = "subsidised",
        /// Something was damaged (R30).
        Damage = "damage",
        /// Concealed work is covered after this visit (R16).
        Concealed = "concealed",
        /// A part goes back to its maker (R24).
        OldPart = "old_part",
    }
);
