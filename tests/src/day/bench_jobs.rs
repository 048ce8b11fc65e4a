//! Over the bench: a heater that is repaired and brought back the same day while a loaner does its work, and a television
//! that a customer asked the repairer for directly.

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{SheetFact, SheetField};
use doorstep_schemas::view::{
    ApplianceKind, BenchWork, Channel, CustodyStep, FeeKind, Fen, JobOutcome, Millis, NoLoaner, PaidFor, PayWay,
    PhotoStage, RepairLevel, SignedFor,
};

use super::play::{Bill, Play, Played};
use super::{MIDNIGHT, MINUTE, Script};

pub fn scripts() -> Vec<Script> {
    vec![xiang_ming(), yang_guangrong()]
}

fn hand_over(play: &mut Play<'_>, step: CustodyStep, tag: &str, place: &str) -> Played {
    let appliance = play.appliance(0)?;
    let (tag, place, condition) = (tag.to_owned(), place.to_owned(), "外观完好".to_owned());
    play.fact("", SheetFact::Custody { appliance, step, tag, place, condition, carried_in: false })
}

fn bench(play: &mut Play<'_>, work: BenchWork, text: &str, level: Option<RepairLevel>) -> Played {
    let appliance = play.appliance(0)?;
    let channel = (work == BenchWork::Informed).then_some(Channel::Phone);
    play.fact("", SheetFact::Bench { appliance, work, text: text.to_owned(), level, channel, part: None })
}

/// The nameplate of a loaner, and all that is measured of it: a loaner is an installation.
fn measure_loaner(play: &mut Play<'_>, loaner: ShortId) -> Played {
    play.fields(
        loaner,
        &[
            (SheetField::RatedWatts, "5500"),
            (SheetField::BreakerAmps, "32"),
            (SheetField::Laying, "conduit"),
            (SheetField::Protection, "one"),
        ],
    )?;
    play.measure(
        loaner,
        &[
            ("supply_voltage", "223"),
            ("meter_capacity", "60"),
            ("breaker_match", "32"),
            ("wire_section", "6"),
            ("earth_present", "good"),
            ("earth_resistance", "1.9"),
            ("earth_live", "0.3"),
            ("rcd_present", "there"),
            ("rcd_button", "trips"),
            ("insulation_appliance", "35"),
            ("loaded_voltage_drop", "217"),
            ("terminal_temperature", "41"),
            ("outlet_temperature", "42"),
        ],
    )?;
    let photos =
        [PhotoStage::Loaner, PhotoStage::Terminals, PhotoStage::BoardLabel, PhotoStage::Nameplate, PhotoStage::After];
    play.photos(loaner, &photos)
}

/// 向明: no heat. Loaner BYJ-03 with its own check; triac and relay on the board for 120, a new board would be 380.
fn xiang_ming() -> Script {
    let mut s = Script::new(
        "向明",
        "龙师傅",
        "向明：备用机 BYJ-03；板上维修 90 + 18 + 12 = ¥120.00（换板 ¥380.00），当天送回",
        "向明: loaner BYJ-03; board repair 90 + 18 + 12 = ¥120.00 (a new board ¥380.00), back the same day",
    );
    s.at(10, 40, |play| play.depart());
    s.at(11, 10, |play| play.arrive());
    s.at(11, 11, |play| play.card());
    s.at(11, 15, |play| {
        let heater = play.appliance(0)?;
        play.photos(heater, &[PhotoStage::Nameplate, PhotoStage::Before])?;
        play.fields(heater, &[(SheetField::Serial, "LY85-2207-0180")])?;
        play.fact(
            "loaner",
            SheetFact::Loaner {
                appliance: heater,
                kind: ApplianceKind::InstantHeater,
                tag: "BYJ-03".into(),
                model: "DSK-55".into(),
                serial: "LY55-2001-0003".into(),
                deposit_fen: Fen(10_000),
                condition: "面板有旧划痕，其余完好".into(),
                photos: Vec::new(),
            },
        )?;
        play.pay(10_000, PayWay::Cash, PaidFor::Deposit)
    });
    s.at(11, 40, |play| {
        let loaner = play.named("loaner")?;
        measure_loaner(play, loaner)
    });
    s.at(11, 50, |play| {
        hand_over(play, CustodyStep::Taken, "XQ-1121-向明", "新集镇幸福苑2-604")?;
        play.finish(JobOutcome::TakenToBench)
    });
    s.at(12, 30, |play| hand_over(play, CustodyStep::Received, "XQ-1121-向明", "维修台 2"));
    s.at(12, 55, |play| {
        let appliance = play.appliance(0)?;
        let (cause, level) = ("可控硅击穿，继电器触点烧蚀".to_owned(), RepairLevel::Component);
        play.fact("diagnosis", SheetFact::Diagnosis { appliance, cause, level, repairable: true })?;
        let diagnosis = play.named("diagnosis")?;
        play.fact(
            "quote",
            SheetFact::Quote {
                appliance,
                diagnosis,
                level,
                total_fen: Fen(12_000),
                other_level: Some(RepairLevel::Board),
                other_fen: Some(Fen(38_000)),
                days: 1,
            },
        )?;
        let quoted = |kind, code, name, fen| Bill { quote: Some("quote"), ..Bill::one(kind, code, name, fen) };
        play.bill(&quoted(FeeKind::Labour, "labour_board_repair", "板上维修", 9_000))?;
        play.bill(&quoted(FeeKind::Part, "BTA41-600B", "可控硅", 1_800))?;
        play.bill(&quoted(FeeKind::Part, "LY-JDQ-30", "继电器", 1_200))
    });
    s.at(13, 10, |play| {
        let quote = play.named("quote")?;
        play.fact(
            "",
            SheetFact::Consent {
                quote,
                yes: true,
                who: "向明".into(),
                channel: Channel::Phone,
                cost_fen: Fen(12_000),
                days: 1,
                spoken: Some(Millis(MIDNIGHT + (13 * 60 + 9) * MINUTE)),
            },
        )
    });
    s.at(14, 50, |play| {
        let heater = play.appliance(0)?;
        play.part(heater, "BTA41-600B", "可控硅", 1, 1_800)?;
        play.part(heater, "LY-JDQ-30", "继电器", 1, 1_200)?;
        bench(play, BenchWork::Repaired, "换可控硅和继电器，带载试机 30 分钟", Some(RepairLevel::Component))?;
        play.fields(
            heater,
            &[
                (SheetField::Fault, "加热回路不通"),
                (SheetField::Cause, "可控硅击穿"),
                (SheetField::Action, "换可控硅，试机测出水温度"),
            ],
        )?;
        bench(play, BenchWork::Informed, "", None)
    });
    s.at(16, 20, |play| play.depart());
    s.at(16, 50, |play| play.arrive());
    s.at(17, 15, |play| {
        hand_over(play, CustodyStep::Returned, "XQ-1121-向明", "新集镇幸福苑2-604")?;
        let loaner = play.named("loaner")?;
        let (condition, reason) = ("和借出时一样".to_owned(), String::new());
        play.fact("", SheetFact::LoanerBack { loaner, condition, kept_fen: Fen(0), reason })?;
        play.pay(-10_000, PayWay::Cash, PaidFor::DepositBack)?;
        play.pay(12_000, PayWay::OutletQr, PaidFor::Work)?;
        let heater = play.appliance(0)?;
        play.photos(heater, &[PhotoStage::After])?;
        play.services()?;
        play.sign("signed", SignedFor::Work, "向明")
    });
    s.at(17, 20, |play| play.finish(JobOutcome::Completed));
    s
}

/// 杨光荣: asked directly; sound but no picture. Strips 3 × 45 + 150, consent by phone at 15:42, no loaner there.
fn yang_guangrong() -> Script {
    let mut s = Script::new(
        "杨光荣",
        "龙师傅",
        "杨光荣：直接找来的电视，3 × 45 + 150 = ¥285.00，15:42 电话同意；没有备用机，修好待送",
        "杨光荣: a television, asked directly; 3 × 45 + 150 = ¥285.00, consent by phone 15:42; no loaner, ready to be returned",
    );
    s.at(13, 30, |play| play.depart());
    s.at(13, 55, |play| play.arrive());
    s.at(13, 56, |play| play.card());
    s.at(14, 0, |play| {
        let tv = play.appliance(0)?;
        play.photos(tv, &[PhotoStage::Nameplate, PhotoStage::Before])?;
        play.fields(tv, &[(SheetField::Serial, "JS65-2004-7719")])?;
        let promised = Some(Millis(MIDNIGHT + (24 + 18) * 60 * MINUTE));
        play.fact(
            "",
            SheetFact::WithoutLoaner { appliance: tv, why: NoLoaner::NoneAvailable, signature: None, promised },
        )?;
        hand_over(play, CustodyStep::Taken, "DS-1121-杨光荣", "高店子镇粮站旁")?;
        play.finish(JobOutcome::TakenToBench)
    });
    s.at(14, 35, |play| hand_over(play, CustodyStep::Received, "DS-1121-杨光荣", "维修台 1"));
    s.at(15, 35, |play| {
        let appliance = play.appliance(0)?;
        let (cause, level) = ("背光灯条三根烧坏".to_owned(), RepairLevel::Component);
        play.fact("diagnosis", SheetFact::Diagnosis { appliance, cause, level, repairable: true })?;
        let diagnosis = play.named("diagnosis")?;
        let (total_fen, other_level, other_fen) = (Fen(28_500), None, None);
        play.fact(
            "quote",
            SheetFact::Quote { appliance, diagnosis, level, total_fen, other_level, other_fen, days: 1 },
        )?;
        let strips = Bill { quote: Some("quote"), ..Bill::one(FeeKind::Part, "JS-DT-65", "背光灯条", 4_500) };
        play.bill(&Bill { quantity: 3_000, ..strips })?;
        play.bill(&Bill { quote: Some("quote"), ..Bill::one(FeeKind::Labour, "labour_strips", "换灯条", 15_000) })
    });
    s.at(15, 43, |play| {
        let quote = play.named("quote")?;
        play.fact(
            "",
            SheetFact::Consent {
                quote,
                yes: true,
                who: "杨光荣".into(),
                channel: Channel::Phone,
                cost_fen: Fen(28_500),
                days: 1,
                spoken: Some(Millis(MIDNIGHT + (15 * 60 + 42) * MINUTE)),
            },
        )
    });
    s.at(16, 10, |play| {
        let tv = play.appliance(0)?;
        play.part(tv, "JS-DT-65", "背光灯条", 3, 4_500)?;
        bench(play, BenchWork::Repaired, "换三根灯条，老化一小时正常", Some(RepairLevel::Component))?;
        play.fields(
            tv,
            &[(SheetField::Fault, "背光不亮"), (SheetField::Cause, "灯条烧坏"), (SheetField::Action, "换灯条")],
        )?;
        bench(play, BenchWork::Informed, "", None)?;
        // Nothing is finished while the unit is not back.
        play.refused(JobOutcome::Completed)
    });
    s
}
