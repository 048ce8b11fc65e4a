//! Repairs on the spot: a heater that tripped, a leak in a refrigerant circuit, a pump under warranty, a gas heater that
//! is condemned, and a revisit with a damaged ceiling.

use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::input::{SheetFact, SheetField};
use doorstep_schemas::view::{
    ClaimState, Evacuation, FeeKind, Fen, JobOutcome, Millis, NoticeKind, OldPartStep, PaidFor, Party, PayWay, Payer,
    PhotoStage, SignedFor,
};

use super::play::Bill;
use super::{MIDNIGHT, MINUTE, Script};

pub fn scripts() -> Vec<Script> {
    vec![peng_xiulan(), qin_dayong(), deng_xiaomei(), gong_zhengping(), zhang_laoshi()]
}

/// 彭秀兰: trips; insulation 0.3 MΩ, then 60 MΩ with a new element.
fn peng_xiulan() -> Script {
    let mut s = Script::new(
        "彭秀兰",
        "冉小军",
        "彭秀兰：绝缘 0.3 → 60 MΩ，30 + 80 + 95 + 45 + 10 = ¥260.00 现金",
        "彭秀兰: insulation 0.3 → 60 MΩ, 30 + 80 + 95 + 45 + 10 = ¥260.00 in cash",
    );
    s.at(10, 0, |play| play.depart());
    s.at(10, 24, |play| play.arrive());
    s.at(10, 25, |play| play.card());
    s.at(10, 32, |play| {
        let heater = play.appliance(0)?;
        play.measure(
            heater,
            &[
                ("socket_polarity", "right"),
                ("earth_resistance", "2.6"),
                ("earth_live", "0.4"),
                ("rcd_button", "trips"),
                ("insulation_appliance", "0.3"),
            ],
        )?;
        play.refused(JobOutcome::Completed)?;
        play.photos(heater, &[PhotoStage::Nameplate, PhotoStage::Before])
    });
    s.at(11, 5, |play| {
        let heater = play.appliance(0)?;
        play.part(heater, "AQ-RG-2000", "加热管", 1, 9_500)?;
        play.part(heater, "AQ-MB-M6", "镁棒", 1, 4_500)?;
        play.part(heater, "AQ-MF-63", "密封圈", 1, 1_000)?;
        play.read(heater, "insulation_appliance", "60", "换加热管、镁棒和密封圈")?;
        play.measure(heater, &[("water_full_first", "yes"), ("safety_valve", "clear")])?;
        play.fields(
            heater,
            &[
                (SheetField::Serial, "AQ50-2103-4471"),
                (SheetField::Fault, "加热管漏电"),
                (SheetField::Cause, "加热管结垢破裂"),
                (SheetField::Action, "换加热管和镁棒"),
            ],
        )?;
        for part in ["AQ-RG-2000", "AQ-MB-M6", "AQ-MF-63"] {
            let part = play.named(part)?;
            play.fact("", old_part(part, OldPartStep::Kept, "", None))?;
        }
        play.photos(heater, &[PhotoStage::After])
    });
    s.at(11, 15, |play| {
        play.bill(&Bill::one(FeeKind::Visit, "visit", "上门费", 3_000))?;
        play.bill(&Bill::one(FeeKind::Labour, "labour_element", "换加热管", 8_000))?;
        for (code, name, fen) in
            [("AQ-RG-2000", "加热管", 9_500), ("AQ-MB-M6", "镁棒", 4_500), ("AQ-MF-63", "密封圈", 1_000)]
        {
            play.bill(&Bill { part: Some(code), ..Bill::one(FeeKind::Part, code, name, fen) })?;
        }
        play.services()?;
        play.sign("signed", SignedFor::Work, "彭秀兰")?;
        play.pay(26_000, PayWay::Cash, PaidFor::Work)
    });
    s.at(11, 20, |play| play.finish(JobOutcome::Completed));
    s
}

fn old_part(part: doorstep_schemas::ids::ShortId, step: OldPartStep, tag: &str, due: Option<Millis>) -> SheetFact {
    let (batch, courier) = (String::new(), String::new());
    SheetFact::OldPart { part, step, tag: tag.to_owned(), due, batch, courier, deducted_fen: Fen(0) }
}

/// 覃大勇: low charge, R32; leak at the joint, brazed, evacuated, 870 g; 22 km out.
fn qin_dayong() -> Script {
    let mut s = Script::new(
        "覃大勇",
        "田勇",
        "覃大勇：接头漏，补焊抽空加氟 870 g，205 + 30 + 7 × 1.50 = ¥245.50 现金",
        "覃大勇: leak at the joint, brazed, evacuated, 870 g, 205 + 30 + 7 × 1.50 = ¥245.50 in cash",
    );
    s.at(12, 50, |play| play.depart());
    s.at(13, 32, |play| play.arrive());
    s.at(13, 33, |play| play.card());
    s.at(13, 40, |play| {
        let unit = play.appliance(0)?;
        play.fields(unit, &[(SheetField::RatedMilliamps, "5200"), (SheetField::Refrigerant, "r32")])?;
        play.measure(unit, &[("socket_polarity", "right"), ("earth_present", "good")])
    });
    s.at(14, 10, |play| {
        let unit = play.appliance(0)?;
        play.fact(
            "",
            SheetFact::Charge {
                appliance: unit,
                gas: "R32".into(),
                leak_found: true,
                leak_at: "室外机接头".into(),
                welded: true,
                grams: 870,
                charged_when_welding: false,
                before_kpa: Some(310),
                after_kpa: Some(820),
                evacuation: Evacuation::Pump,
                minutes: 18,
            },
        )?;
        play.photos(unit, &[PhotoStage::Joint])?;
        play.measure(
            unit,
            &[
                ("vacuum_gauge", "98"),
                ("vacuum_hold", "6"),
                ("vacuum", "18"),
                ("leak_test", "none"),
                ("running_current", "5.0"),
            ],
        )?;
        play.fields(
            unit,
            &[
                (SheetField::Serial, "BL35-1906-22018"),
                (SheetField::Fault, "缺氟"),
                (SheetField::Cause, "接头漏氟"),
                (SheetField::Action, "补焊检漏，抽空加氟"),
            ],
        )?;
        play.photos(unit, &[PhotoStage::Nameplate, PhotoStage::After])
    });
    s.at(14, 20, |play| {
        play.bill(&Bill::one(FeeKind::Labour, "weld_and_charge", "补焊加氟", 20_500))?;
        play.bill(&Bill::one(FeeKind::Visit, "visit", "上门费", 3_000))?;
        play.bill(&Bill { quantity: 7_000, ..Bill::one(FeeKind::Surcharge, "distance", "远程费", 150) })?;
        play.services()?;
        play.sign("signed", SignedFor::Work, "覃大勇")?;
        play.pay(24_550, PayWay::Cash, PaidFor::Work)
    });
    s.at(14, 26, |play| play.finish(JobOutcome::Completed));
    s
}

/// 邓小妹: under warranty; a new pump, the customer pays nothing, the old one is due back.
fn deng_xiaomei() -> Script {
    let mut s = Script::new(
        "邓小妹",
        "小邓",
        "邓小妹：保内换排水泵，用户 ¥0，旧件挂牌，12-05 前返回",
        "邓小妹: pump under warranty, the customer pays ¥0, the old part is tagged and due 12-05",
    );
    s.at(13, 45, |play| play.depart());
    s.at(14, 15, |play| play.arrive());
    s.at(14, 16, |play| play.card());
    s.at(14, 22, |play| {
        let washer = play.appliance(0)?;
        play.measure(
            washer,
            &[
                ("socket_polarity", "right"),
                ("earth_present", "good"),
                ("supply_voltage", "226"),
                ("rcd_button", "trips"),
                ("earth_continuity", "0.05"),
                ("insulation_appliance", "120"),
            ],
        )?;
        play.photos(washer, &[PhotoStage::Nameplate, PhotoStage::Before])
    });
    s.at(14, 45, |play| {
        let washer = play.appliance(0)?;
        play.part(washer, "YH-PSB-30W", "排水泵", 1, 6_800)?;
        let pump = play.named("YH-PSB-30W")?;
        let due = Millis(MIDNIGHT + 14 * 24 * 60 * MINUTE);
        play.fact("", old_part(pump, OldPartStep::Tagged, "JJ-1121-01", Some(due)))?;
        play.measure(washer, &[("leak_test", "none")])?;
        play.fields(
            washer,
            &[
                (SheetField::Serial, "YH100-2505-0931"),
                (SheetField::Fault, "排水泵不转"),
                (SheetField::Cause, "异物卡死"),
                (SheetField::Action, "清理或更换排水泵"),
            ],
        )?;
        play.photos(washer, &[PhotoStage::OldPart, PhotoStage::After])?;
        for (kind, code, name, fen, part) in [
            (FeeKind::Labour, "labour_drain_pump", "换排水泵", 8_800, None),
            (FeeKind::Part, "YH-PSB-30W", "排水泵", 6_800, Some("YH-PSB-30W")),
        ] {
            play.bill(&Bill { payer: Payer::Maker, part, ..Bill::one(kind, code, name, fen) })?;
        }
        play.services()?;
        play.sign("signed", SignedFor::Work, "邓小妹")
    });
    s.at(15, 0, |play| play.finish(JobOutcome::Completed));
    s
}

/// 龚正平: an LPG heater of 2017 in a bathroom. Condemned: valve closed, notice signed.
fn gong_zhengping() -> Script {
    let mut s = Script::new(
        "龚正平",
        "冉小军",
        "龚正平：2017-04 液化气热水器装在卫生间，判废、关阀、告知书已签，上门费 ¥30.00",
        "龚正平: LPG heater of 2017-04 in a bathroom: condemned, valve closed, notice signed, visit ¥30.00",
    );
    s.at(14, 40, |play| play.depart());
    s.at(15, 28, |play| play.arrive());
    s.at(15, 29, |play| play.card());
    s.at(15, 36, |play| {
        let heater = play.appliance(0)?;
        play.fields(heater, &[(SheetField::Gas, "lpg"), (SheetField::Made, "2017-04")])?;
        play.measure(heater, &[("gas_age", "2017.04"), ("gas_type", "same"), ("flue", "bathroom")])?;
        play.photos(heater, &[PhotoStage::Nameplate, PhotoStage::Flue])?;
        play.refused(JobOutcome::Completed)?;
        play.refused(JobOutcome::Condemned)
    });
    s.at(15, 48, |play| {
        let heater = play.appliance(0)?;
        play.fact(
            "",
            SheetFact::Hazard {
                appliance: Some(heater),
                code: "gas_age".into(),
                text: "液化气热水器超过 8 年，装在卫生间".into(),
                action: "关闭燃气阀，贴停用标签".into(),
                before: None,
                after: None,
                households: 1,
                remaining: false,
                unplugged: true,
                tagged: true,
                recheck: None,
                replaces: None,
            },
        )?;
        play.sign("notice", SignedFor::Notice, "龚正平")?;
        let signature = Some(play.named("notice")?);
        play.fact(
            "",
            SheetFact::Notice {
                appliance: Some(heater),
                kind: NoticeKind::Condemned,
                readings: Vec::new(),
                text: "超龄且装在卫生间，停用，建议换平衡式或电热水器".into(),
                signature,
                refused: false,
                witness: String::new(),
            },
        )?;
        play.bill(&Bill::one(FeeKind::Visit, "visit", "上门费", 3_000))?;
        play.pay(3_000, PayWay::Cash, PaidFor::Work)
    });
    s.at(15, 55, |play| play.finish(JobOutcome::Condemned));
    s
}

/// 张老师: a revisit; the drain's slope is put right for nothing, the ceiling is made good on the spot.
fn zhang_laoshi() -> Script {
    let mut s = Script::new(
        "张老师",
        "田勇",
        "张老师：二次上门，重做排水坡度，免费；吊顶理赔 ¥180.00 ≤ 限额，已签",
        "张老师: revisit, drain slope redone for nothing; ceiling claim ¥180.00 within the limit, signed",
    );
    s.at(15, 30, |play| play.depart());
    s.at(16, 6, |play| play.arrive());
    s.at(16, 7, |play| play.card());
    s.at(16, 10, |play| {
        let unit = play.appliance(0)?;
        play.photos(unit, &[PhotoStage::Damage])?;
        let photos: Vec<BlobHash> = play.view()?.photos.iter().map(|p| p.photo).collect();
        play.fact(
            "ceiling",
            SheetFact::Damage {
                what: "吊顶".into(),
                text: "排水倒坡，水渍约半平方米".into(),
                photos,
                asked_fen: Fen(18_000),
            },
        )?;
        play.measure(unit, &[("socket_polarity", "right"), ("earth_present", "good")])
    });
    s.at(16, 40, |play| {
        let unit = play.appliance(0)?;
        play.fields(
            unit,
            &[
                (SheetField::Serial, "BL35-2611-00645"),
                (SheetField::Fault, "排水管倒坡"),
                (SheetField::Cause, "安装时坡度不够"),
                (SheetField::Action, "重做排水坡度，灌水试漏"),
            ],
        )?;
        play.photos(unit, &[PhotoStage::Nameplate, PhotoStage::After])?;
        play.sign("claim", SignedFor::Damage, "张老师")?;
        let (damage, signature) = (play.named("ceiling")?, Some(play.named("claim")?));
        let (party, note) = (Party::Outlet, String::new());
        play.fact(
            "",
            SheetFact::ClaimShare { damage, party, fen: Fen(18_000), state: ClaimState::Paid, signature, note },
        )?;
        play.pay(-18_000, PayWay::Cash, PaidFor::Compensation)?;
        play.services()?;
        play.sign("signed", SignedFor::Work, "张老师")
    });
    s.at(16, 50, |play| play.finish(JobOutcome::Completed));
    s
}
