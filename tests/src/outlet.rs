//! The sample outlet 柘川县城关网点: an invented place with invented brands, its people and ten orders of a day.

use std::path::Path;

use doorstep::actions::orders::OrderError;
use doorstep::domain::calendar;
use doorstep_schemas::ids::MemberId;
use doorstep_schemas::input::{ApplianceInput, CustomerInput, OrderDetails, RosterFact, TakeOrder};
use doorstep_schemas::view::{
    ApplianceKind, CertificateKind, Coverage, Grade, JobKind, KitLevel, MemberView, Millis, Segment, Source, Urgency,
    Window,
};

use crate::stage::{Device, StageError, relay_says};
use crate::story::StoryError;
use crate::town::{self, Town};

pub const NAME: &str = "柘川县城关网点";
pub const OWNER: &str = "覃建国";
pub const TECHNICIAN: &str = "冉小军";

/// Founds the outlet in a relay's data folder.
pub fn found(folder: &Path) -> Result<(), StageError> {
    let members = ["冉小军:technician", "田勇:technician", "向波:installer", "小邓:technician", "龙师傅:repairer"];
    let mut arguments = vec!["--name", NAME, "--owner", OWNER, "--json"];
    for member in members {
        arguments.extend(["--member", member]);
    }
    relay_says(folder, &["outlet", "create"], &arguments).map(|_said| ())
}

/// One line of the sample day.
struct Sample {
    customer: &'static str,
    phone: &'static str,
    township: &'static str,
    address: &'static str,
    kind: JobKind,
    urgency: Urgency,
    far: bool,
    appliances: &'static [(ApplianceKind, &'static str, &'static str)],
    symptom: &'static str,
    note: &'static str,
    coverage: Coverage,
    /// Hours of the window.
    window: (i64, i64),
    member: &'static str,
    maker_order: &'static str,
}

impl Sample {
    fn details(&self) -> OrderDetails {
        OrderDetails {
            source: Some(if self.maker_order.is_empty() { Source::Call } else { Source::Maker }),
            segment: Some(if self.appliances.len() > 1 {
                Segment::Set
            } else if self.far {
                Segment::Village
            } else {
                Segment::Town
            }),
            subsidised: self.note.starts_with("国补"),
            at_height: self.kind == JobKind::Install && self.customer == "罗桂香",
            km: (self.customer == "覃大勇").then_some(22),
            ..OrderDetails::default()
        }
    }
}

const DAY: [Sample; 10] = [
    Sample {
        customer: "罗桂香",
        phone: "13800001001",
        township: "城关镇",
        address: "南门小区 3-1-502",
        kind: JobKind::Install,
        urgency: Urgency::Normal,
        far: false,
        appliances: &[(ApplianceKind::AirConditioner, "北岭", "KFR-35GW/BP3N1")],
        symptom: "",
        note: "国补，旧机要收走",
        coverage: Coverage::InWarranty,
        window: (8, 10),
        member: "田勇",
        maker_order: "BL-261121-0071",
    },
    Sample {
        customer: "田有福",
        phone: "13800001002",
        township: "大湾乡",
        address: "三组",
        kind: JobKind::Install,
        urgency: Urgency::Normal,
        far: true,
        appliances: &[(ApplianceKind::StorageHeater, "安泉", "ES60H-D3")],
        symptom: "",
        note: "老房子，可能没接地",
        coverage: Coverage::InWarranty,
        window: (9, 11),
        member: "向波",
        maker_order: "AQ-261121-0113",
    },
    Sample {
        customer: "彭秀兰",
        phone: "13800001003",
        township: "石桥铺镇",
        address: "老街27号",
        kind: JobKind::Repair,
        urgency: Urgency::Normal,
        far: false,
        appliances: &[(ApplianceKind::StorageHeater, "安泉", "ES50H-A1")],
        symptom: "跳闸",
        note: "家里有老人，尽快",
        coverage: Coverage::OutOfWarranty,
        window: (10, 12),
        member: "冉小军",
        maker_order: "",
    },
    Sample {
        customer: "向明",
        phone: "13800001004",
        township: "新集镇",
        address: "幸福苑2-604",
        kind: JobKind::UnitPickup,
        urgency: Urgency::Normal,
        far: false,
        appliances: &[(ApplianceKind::InstantHeater, "凌越", "DSK-85")],
        symptom: "不加热",
        note: "带备用机 BYJ-03",
        coverage: Coverage::OutOfWarranty,
        window: (11, 13),
        member: "龙师傅",
        maker_order: "",
    },
    Sample {
        customer: "覃大勇",
        phone: "13800001005",
        township: "双河口镇",
        address: "沿河路9号",
        kind: JobKind::Repair,
        urgency: Urgency::Normal,
        far: true,
        appliances: &[(ApplianceKind::AirConditioner, "北岭", "KFR-35GW R32")],
        symptom: "制冷差",
        note: "22 公里，带 R32 和检漏工具",
        coverage: Coverage::OutOfWarranty,
        window: (13, 15),
        member: "田勇",
        maker_order: "",
    },
    Sample {
        customer: "邓小妹",
        phone: "13800001006",
        township: "柳林镇",
        address: "卫生院宿舍",
        kind: JobKind::Repair,
        urgency: Urgency::Normal,
        far: true,
        appliances: &[(ApplianceKind::WashingMachine, "云浣", "XQG100-14")],
        symptom: "不排水",
        note: "保内，旧件要回",
        coverage: Coverage::InWarranty,
        window: (14, 16),
        member: "小邓",
        maker_order: "YH-261121-0902",
    },
    Sample {
        customer: "龚正平",
        phone: "13800001007",
        township: "白杨坪乡",
        address: "6组",
        kind: JobKind::Repair,
        urgency: Urgency::Normal,
        far: true,
        appliances: &[(ApplianceKind::GasHeater, "旺泉", "JSQ25-13")],
        symptom: "打不着火",
        note: "2017 年买的，装在卫生间",
        coverage: Coverage::OutOfWarranty,
        window: (15, 17),
        member: "冉小军",
        maker_order: "",
    },
    Sample {
        customer: "谭记农家乐",
        phone: "13800001008",
        township: "红岩乡",
        address: "农家乐",
        kind: JobKind::Install,
        urgency: Urgency::Normal,
        far: true,
        appliances: &[
            (ApplianceKind::AirConditioner, "北岭", "KFR-72LW"),
            (ApplianceKind::WashingMachine, "云浣", "XQG100-14"),
            (ApplianceKind::RangeHood, "凌越", "CXW-220"),
        ],
        symptom: "",
        note: "成套，两个人去，混凝土墙打孔",
        coverage: Coverage::InWarranty,
        window: (9, 13),
        member: "向波",
        maker_order: "BL-261121-0088",
    },
    Sample {
        customer: "杨光荣",
        phone: "13800001009",
        township: "高店子镇",
        address: "粮站旁",
        kind: JobKind::UnitPickup,
        urgency: Urgency::Normal,
        far: true,
        appliances: &[(ApplianceKind::Television, "晶视", "65E3")],
        symptom: "有声无图",
        note: "电话直接来的",
        coverage: Coverage::OutOfWarranty,
        window: (15, 18),
        member: "龙师傅",
        maker_order: "",
    },
    Sample {
        customer: "张老师",
        phone: "13800001010",
        township: "城关镇",
        address: "实验小学",
        kind: JobKind::Repair,
        urgency: Urgency::Normal,
        far: false,
        appliances: &[(ApplianceKind::AirConditioner, "北岭", "KFR-35GW/BP3N1")],
        symptom: "排水管倒坡滴水",
        note: "二次上门，首单 11-18，免费",
        coverage: Coverage::InWarranty,
        window: (16, 18),
        member: "田勇",
        maker_order: "",
    },
];

/// Takes the ten orders of today on the owner's device.
pub fn take_the_days_orders(owner: &Device) -> Result<(), OrderError> {
    let session = owner.app.actions.team().map_err(|error| OrderError::Job(error.into()))?;
    let now = owner.app.actions.nature.now_ms();
    for sample in &DAY {
        owner.app.actions.take_order(&order(sample, &session.members, calendar::day_start(now)))?;
    }
    Ok(())
}

/// Takes a few made-up orders for each of the coming days, given to nobody yet: the owner has something to dispatch.
/// Orders without a window are of the day on which they were taken, so only those with one are taken.
pub fn take_coming_orders(owner: &Device, days: u32) -> Result<u32, OrderError> {
    let actions = &owner.app.actions;
    let rules = actions.shelf.store().rules().clone();
    let tomorrow = (calendar::day_start(actions.nature.now_ms()) - town::FIRST_DAY_MS) / town::DAY_MS + 1;
    let first = u32::try_from(tomorrow).unwrap_or(0);
    let mut taken = 0;
    for ordered in Town::new(2026, rules).orders(first..first + days, 5) {
        let order = ordered.input;
        if ordered.walk_in || order.window.is_none() || order.urgency != Urgency::Normal {
            continue;
        }
        // The town's own people and earlier jobs are not this outlet's.
        let details = order.details.map(|details| OrderDetails { wished: None, revisit_of: None, ..details });
        actions.take_order(&TakeOrder { assignees: Vec::new(), details, ..order })?;
        taken += 1;
    }
    Ok(taken)
}

/// The customers of the day, in the order of their windows' telling.
pub fn customers() -> impl Iterator<Item = &'static str> {
    DAY.iter().map(|sample| sample.customer)
}

/// The order of one customer, for the day that begins at `midnight`.
pub fn order_of(customer: &str, members: &[MemberView], midnight: i64) -> Result<TakeOrder, StoryError> {
    let sample = DAY.iter().find(|sample| sample.customer == customer);
    let sample = sample.ok_or_else(|| StoryError::Unexpected(format!("{customer} is no customer of the day")))?;
    Ok(order(sample, members, midnight))
}

/// Certificates, grades, kits and brands of the sample outlet, valid around `midnight` (R7, R10).
pub fn roster(members: &[MemberView], midnight: i64) -> Vec<RosterFact> {
    let year = 365 * 24 * 3_600_000;
    let (issued, expires) = (Some(Millis(midnight - year)), Some(Millis(midnight + 2 * year)));
    let mut out = Vec::new();
    let mut certificate = |member: Option<MemberId>, kind, number: &str| {
        let number = number.to_owned();
        out.push(RosterFact::Certificate { member, kind, number, issued, expires, withdrawn: false });
    };
    certificate(None, CertificateKind::GasFiling, "柘燃备-0012");
    let people = [
        ("冉小军", Grade::A, 5, KitLevel::Standard, &[CertificateKind::LowVoltage][..]),
        (
            "田勇",
            Grade::B,
            3,
            KitLevel::Professional,
            &[CertificateKind::LowVoltage, CertificateKind::WorkAtHeight, CertificateKind::Welding],
        ),
        ("向波", Grade::C, 2, KitLevel::Standard, &[CertificateKind::LowVoltage, CertificateKind::WorkAtHeight]),
        ("小邓", Grade::D, 0, KitLevel::Basic, &[CertificateKind::LowVoltage]),
        ("龙师傅", Grade::A, 12, KitLevel::Professional, &[CertificateKind::LowVoltage]),
    ];
    let known = |name: &str| members.iter().find(|m| m.name == name).map(|m| m.id);
    for (name, _, _, _, kinds) in people {
        for (n, kind) in kinds.iter().enumerate() {
            certificate(known(name), *kind, &format!("ZC-{name}-{n}"));
        }
    }
    for (name, grade, years, level, _) in people {
        let Some(member) = known(name) else { continue };
        out.push(RosterFact::Grade { member, grade, years, note: String::new() });
        let (instrument, number) = ("VC60B".to_owned(), format!("YQ-{name}"));
        let (calibrated, due) = (Some(Millis(midnight - year / 2)), Some(Millis(midnight + year / 2)));
        out.push(RosterFact::Kit { member, level, instrument, number, calibrated, due });
    }
    for brand in ["北岭", "安泉", "云浣"] {
        let (brand, number) = (brand.to_owned(), format!("SQ-{brand}"));
        out.push(RosterFact::Authorisation { brand, number, expires, withdrawn: false });
    }
    out
}

fn order(sample: &Sample, members: &[MemberView], midnight: i64) -> TakeOrder {
    let hour = |h: i64| Millis(midnight + h * 3_600_000);
    TakeOrder {
        kind: sample.kind,
        urgency: sample.urgency,
        far: sample.far,
        customer: CustomerInput {
            name: sample.customer.to_owned(),
            phone: sample.phone.to_owned(),
            township: sample.township.to_owned(),
            address: sample.address.to_owned(),
        },
        appliances: sample
            .appliances
            .iter()
            .map(|(kind, brand, model)| ApplianceInput {
                kind: *kind,
                brand: (*brand).to_owned(),
                model: (*model).to_owned(),
                serial: String::new(),
            })
            .collect(),
        symptom: sample.symptom.to_owned(),
        window: Some(Window { from: hour(sample.window.0), to: hour(sample.window.1) }),
        coverage: sample.coverage,
        maker_order: sample.maker_order.to_owned(),
        note: sample.note.to_owned(),
        assignees: members.iter().filter(|m| m.name == sample.member).map(|m| m.id).collect(),
        details: Some(sample.details()),
    }
}
