//! The made-up outlet's roster and orders. Places, people and brands are invented; the phones begin with +999, a country
//! that nobody has.

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::input::{ApplianceInput, CustomerInput, OrderDetails, RosterFact, TakeOrder};
use doorstep_schemas::view::{
    ApplianceKind, CertificateKind, Coverage, Grade, JobKind, KitLevel, Millis, Segment, Source, Urgency, Window,
};

use crate::domain::calendar::DAY_MS;

pub const HOUR_MS: i64 = 3_600_000;
const YEAR_MS: i64 = 365 * DAY_MS;

/// One made-up order.
pub struct Sample {
    pub customer: &'static str,
    phone: &'static str,
    township: &'static str,
    address: &'static str,
    kind: JobKind,
    urgency: Urgency,
    appliance: (ApplianceKind, &'static str, &'static str),
    symptom: &'static str,
    note: &'static str,
    coverage: Coverage,
    maker_order: &'static str,
}

const PLAIN: Sample = Sample {
    customer: "",
    phone: "",
    township: "城关镇",
    address: "",
    kind: JobKind::Repair,
    urgency: Urgency::Normal,
    appliance: (ApplianceKind::StorageHeater, "安泉", "ES50H-A1"),
    symptom: "",
    note: "",
    coverage: Coverage::OutOfWarranty,
    maker_order: "",
};

/// A wall unit by 1+5: an installation with all its readings, photos and services.
pub const WALL_UNIT: Sample = Sample {
    customer: "罗桂香",
    phone: "+99913800001001",
    address: "南门小区 3-1-502",
    kind: JobKind::Install,
    appliance: (ApplianceKind::AirConditioner, "北岭", "KFR-35GW/BP3N1"),
    note: "国补，旧机要收走",
    coverage: Coverage::InWarranty,
    maker_order: "BL-0071",
    ..PLAIN
};
/// Where R12 has its say, should the house have no earth.
pub const OLD_HOUSE: Sample = Sample {
    customer: "田有福",
    phone: "+99913800001002",
    township: "大湾乡",
    address: "三组",
    kind: JobKind::Install,
    appliance: (ApplianceKind::StorageHeater, "安泉", "ES60H-D3"),
    note: "老房子，可能没接地",
    coverage: Coverage::InWarranty,
    maker_order: "AQ-0113",
    ..PLAIN
};
pub const WASHER: Sample = Sample {
    customer: "龚正平",
    phone: "+99913800001007",
    township: "白杨坪乡",
    address: "6组",
    appliance: (ApplianceKind::WashingMachine, "云浣", "XQG80-12"),
    symptom: "不脱水",
    ..PLAIN
};
pub const BENCH: Sample = Sample {
    customer: "向明",
    phone: "+99913800001004",
    township: "新集镇",
    address: "幸福苑2-604",
    kind: JobKind::UnitPickup,
    appliance: (ApplianceKind::InstantHeater, "凌越", "DSK-85"),
    symptom: "不加热",
    ..PLAIN
};
pub const EMERGENCY: Sample = Sample {
    customer: "谭记农家乐",
    phone: "+99913800001008",
    address: "河边街 2 号",
    urgency: Urgency::Class2,
    appliance: (ApplianceKind::StorageHeater, "安泉", "ES80H-D3"),
    symptom: "水箱漏水",
    note: "已让用户关进水阀、断电",
    ..PLAIN
};
pub const PART: Sample = Sample {
    customer: "邓小妹",
    phone: "+99913800001006",
    township: "柳林镇",
    address: "卫生院宿舍",
    appliance: (ApplianceKind::WashingMachine, "云浣", "XQG100-14"),
    symptom: "不排水",
    note: "保内，旧件要回",
    coverage: Coverage::InWarranty,
    maker_order: "YH-0902",
    ..PLAIN
};
/// Repaired and approved some days ago; it comes back as `AGAIN`.
pub const FIRST: Sample = Sample {
    customer: "彭秀兰",
    phone: "+99913800001003",
    township: "石桥铺镇",
    address: "老街27号",
    symptom: "跳闸",
    note: "家里有老人，尽快",
    ..PLAIN
};
pub const AGAIN: Sample =
    Sample { symptom: "又漏水", note: "二次上门，免费", coverage: Coverage::InWarranty, ..FIRST };
/// Finished yesterday: the owner has yet to look at it.
pub const FINISHED: Sample = Sample {
    customer: "杨光荣",
    phone: "+99913800001009",
    township: "高店子镇",
    address: "粮站旁",
    symptom: "跳闸",
    ..PLAIN
};
pub const COLLEAGUES: Sample = Sample {
    customer: "覃大勇",
    phone: "+99913800001005",
    township: "双河口镇",
    address: "沿河路9号",
    appliance: (ApplianceKind::AirConditioner, "北岭", "KFR-35GW R32"),
    symptom: "制冷差",
    note: "22 公里，带检漏工具",
    ..PLAIN
};
/// Nobody has it yet: something to dispatch.
pub const OPEN: Sample = Sample {
    customer: "张老师",
    phone: "+99913800001010",
    address: "实验小学",
    appliance: (ApplianceKind::AirConditioner, "北岭", "KFR-35GW/BP3N1"),
    symptom: "内机滴水",
    ..PLAIN
};

impl Sample {
    /// As an order to these members, by windows that begin and end at such moments.
    pub fn order(&self, window: Option<(i64, i64)>, assignees: &[MemberId], revisit_of: Option<JobId>) -> TakeOrder {
        let (kind, brand, model) = self.appliance;
        let town = self.township == PLAIN.township;
        TakeOrder {
            kind: self.kind,
            urgency: self.urgency,
            far: !town,
            customer: CustomerInput {
                name: self.customer.to_owned(),
                phone: self.phone.to_owned(),
                township: self.township.to_owned(),
                address: self.address.to_owned(),
            },
            appliances: vec![ApplianceInput {
                kind,
                brand: brand.to_owned(),
                model: model.to_owned(),
                serial: String::new(),
            }],
            symptom: self.symptom.to_owned(),
            window: window.map(|(from, to)| Window { from: Millis(from), to: Millis(to) }),
            coverage: self.coverage,
            maker_order: self.maker_order.to_owned(),
            note: self.note.to_owned(),
            assignees: assignees.to_vec(),
            details: Some(OrderDetails {
                source: Some(if self.maker_order.is_empty() { Source::Call } else { Source::Maker }),
                segment: Some(if town { Segment::Town } else { Segment::Village }),
                revisit_of,
                subsidised: self.note.starts_with("国补"),
                ..OrderDetails::default()
            }),
        }
    }
}

/// Certificates, grades and kits, so that every job has somebody who may do it, and the makers that authorised the outlet.
pub fn roster(people: &[(MemberId, Grade, u32)], now: i64) -> Vec<RosterFact> {
    let (issued, expires) = (Some(Millis(now - YEAR_MS)), Some(Millis(now + 2 * YEAR_MS)));
    let mut out = Vec::new();
    let mut certificate = |member, kind, number: String| {
        out.push(RosterFact::Certificate { member, kind, number, issued, expires, withdrawn: false });
    };
    certificate(None, CertificateKind::GasFiling, "示例-燃备".to_owned());
    for (n, (member, ..)) in (1..).zip(people) {
        for kind in [CertificateKind::LowVoltage, CertificateKind::WorkAtHeight, CertificateKind::Welding] {
            certificate(Some(*member), kind, format!("示例-{n}"));
        }
    }
    for (n, (member, grade, years)) in (1..).zip(people) {
        let (member, level) = (*member, KitLevel::Professional);
        out.push(RosterFact::Grade { member, grade: *grade, years: *years, note: String::new() });
        let (instrument, number) = ("VC60B".to_owned(), format!("示例-{n}"));
        let (calibrated, due) = (Some(Millis(now - YEAR_MS / 3)), Some(Millis(now + YEAR_MS / 2)));
        out.push(RosterFact::Kit { member, level, instrument, number, calibrated, due });
    }
    for brand in ["北岭", "安泉", "云浣"] {
        let (brand, number) = (brand.to_owned(), "示例".to_owned());
        out.push(RosterFact::Authorisation { brand, number, expires, withdrawn: false });
    }
    out
}
