//! The sample outlet 柘川县城关网点: an invented place with invented brands, its people and ten orders of a day.

use std::path::Path;

use doorstep::actions::orders::OrderError;
use doorstep::domain::calendar;
use doorstep_schemas::input::{ApplianceInput, CustomerInput, TakeOrder};
use doorstep_schemas::view::{ApplianceKind, Coverage, JobKind, MemberView, Millis, Urgency, Window};

use crate::stage::{Device, StageError, relay_says};

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
        maker_order: String::new(),
        note: sample.note.to_owned(),
        assignees: members.iter().filter(|m| m.name == sample.member).map(|m| m.id).collect(),
        details: None,
    }
}
