//! Installations: a wall unit with 国补, a heater without an earth that is refused, a set at a farm restaurant.

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{SheetFact, SheetField};
use doorstep_schemas::view::{
    FeeKind, JobOutcome, NoticeKind, PaidFor, PauseReason, PayWay, Payer, PhotoStage, SignedFor, UnitOf,
};

use super::Script;
use super::play::{Bill, Play, Played};

pub fn scripts() -> Vec<Script> {
    vec![luo_guixiang(), tian_youfu(), tan_restaurant()]
}

const WALL_UNIT_PHOTOS: [PhotoStage; 8] = [
    PhotoStage::Bracket,
    PhotoStage::Harness,
    PhotoStage::IndoorPlate,
    PhotoStage::OutdoorPlate,
    PhotoStage::Joint,
    PhotoStage::Drain,
    PhotoStage::Nameplate,
    PhotoStage::After,
];

/// Everything that is measured on a split air conditioner: the house, then the dead unit, then the trial.
pub fn measure_split(play: &mut Play<'_>, unit: ShortId, volts: (&str, &str), amps: &str) -> Played {
    play.measure(
        unit,
        &[
            ("socket_polarity", "right"),
            ("earth_present", "good"),
            ("supply_voltage", volts.0),
            ("breaker_match", "16"),
            ("wire_section", "4"),
            ("insulation_appliance", "50"),
            ("vacuum_gauge", "99"),
            ("vacuum_hold", "6"),
            ("vacuum", "18"),
            ("leak_test", "none"),
            ("loaded_voltage_drop", volts.1),
            ("running_current", amps),
            ("air_delta", "11.2"),
        ],
    )
}

/// What the nameplate of a split air conditioner says.
pub fn split_nameplate(play: &mut Play<'_>, unit: ShortId, watts: &str, milliamps: &str) -> Played {
    play.fields(
        unit,
        &[
            (SheetField::RatedWatts, watts),
            (SheetField::RatedMilliamps, milliamps),
            (SheetField::BreakerAmps, "16"),
            (SheetField::Laying, "conduit"),
            (SheetField::Refrigerant, "r32"),
            (SheetField::Protection, "one"),
        ],
    )
}

/// 罗桂香: 228 → 219 V under load, earth good; 1.5 m of pipe, bracket, height.
fn luo_guixiang() -> Script {
    let mut s = Script::new(
        "罗桂香",
        "田勇",
        "罗桂香：挂机装好，228 → 219 V，自费 ¥385.00，国补资料齐",
        "罗桂香: wall unit installed, 228 → 219 V, ¥385.00 of her own, subsidy papers complete",
    );
    s.at(7, 48, |play| play.goods_here());
    s.at(7, 50, |play| play.depart());
    s.at(8, 12, |play| play.arrive());
    s.at(8, 13, |play| play.card());
    s.at(8, 20, |play| {
        let unit = play.appliance(0)?;
        split_nameplate(play, unit, "1090", "5200")?;
        play.fields(unit, &[(SheetField::Serial, "BL35-2611-00871")])?;
        for (of, serial) in
            [(UnitOf::Indoor, "BL35-2611-00871"), (UnitOf::Outdoor, "BLW35-2611-00871"), (UnitOf::Old, "HS23-0907-114")]
        {
            play.fact("", SheetFact::Serial { appliance: unit, unit: of, serial: serial.into(), photo: None })?;
        }
        play.photos(unit, &WALL_UNIT_PHOTOS)?;
        play.photos(unit, &[PhotoStage::EnergyLabel, PhotoStage::Invoice, PhotoStage::OldUnit])
    });
    s.at(9, 35, |play| {
        let unit = play.appliance(0)?;
        measure_split(play, unit, ("228", "219"), "5.1")
    });
    s.at(9, 50, |play| {
        play.bill(&Bill { quantity: 1_500, ..Bill::one(FeeKind::Surcharge, "pipe_wall_unit", "加长管", 11_000) })?;
        play.bill(&Bill::one(FeeKind::Surcharge, "bracket", "外机支架", 12_000))?;
        play.bill(&Bill::one(FeeKind::Surcharge, "height", "高空作业费", 10_000))?;
        let labour = Bill::one(FeeKind::Labour, "install_wall_unit", "挂机安装", 20_000);
        play.bill(&Bill { payer: Payer::Maker, ..labour })?;
        play.services()?;
        play.sign("signed", SignedFor::Work, "罗桂香")?;
        play.pay(38_500, PayWay::OutletQr, PaidFor::Work)
    });
    s.at(10, 2, |play| play.finish(JobOutcome::Completed));
    s
}

/// 田有福: no earth in the house. No override: refused, 拒签, with a witness.
fn tian_youfu() -> Script {
    let mut s = Script::new(
        "田有福",
        "向波",
        "田有福：没有接地，拒装；用户拒签，见证人 村电工老周，空跑 ¥30.00 由厂家结算",
        "田有福: no earth, refused; not signed, witness 村电工老周; empty trip ¥30.00 settled by the maker",
    );
    s.at(7, 55, |play| play.goods_here());
    s.at(8, 0, |play| play.depart());
    s.at(9, 5, |play| play.arrive());
    s.at(9, 6, |play| play.card());
    s.at(9, 15, |play| {
        let unit = play.appliance(0)?;
        play.read(unit, "socket_polarity", "no_earth", "")?;
        play.read(unit, "supply_voltage", "221", "")?;
        play.read(unit, "live_earth", "108", "")?;
        play.read(unit, "neutral_earth", "112", "")?;
        play.read(unit, "earth_present", "none", "")?;
        play.photos(unit, &[PhotoStage::Socket])?;
        play.refused(JobOutcome::Completed)?;
        play.refused(JobOutcome::HazardRemaining)
    });
    s.at(9, 25, |play| {
        let unit = play.appliance(0)?;
        play.refused(JobOutcome::RefusedUnsafe)?;
        play.fact(
            "",
            SheetFact::Notice {
                appliance: Some(unit),
                kind: NoticeKind::Refusal,
                readings: Vec::new(),
                text: "家里没有接地线，先请电工做接地，再约安装".into(),
                signature: None,
                refused: true,
                witness: "村电工老周".into(),
            },
        )?;
        let trip = Bill::one(FeeKind::Visit, "empty_trip", "空跑费", 3_000);
        play.bill(&Bill { payer: Payer::Maker, ..trip })
    });
    s.at(9, 31, |play| play.finish(JobOutcome::RefusedUnsafe));
    s
}

/// 谭记农家乐: floor unit, washer and hood by two people through concrete, 195 minutes.
fn tan_restaurant() -> Script {
    let mut s = Script::new(
        "谭记农家乐",
        "向波",
        "谭记农家乐：成套三件、两人、195 分钟，打孔 2 × 60 + 管 2 × 130 = ¥380.00",
        "谭记农家乐: a set of three by two people in 195 min, holes 2 × 60 + pipe 2 × 130 = ¥380.00",
    );
    s.at(10, 8, |play| play.goods_here());
    s.at(10, 10, |play| play.depart());
    s.at(11, 0, |play| play.arrive());
    s.at(11, 1, |play| play.card());
    s.at(11, 5, |play| {
        play.fact("", SheetFact::Crew { member: None, name: "小邓".into(), left: false })?;
        let unit = play.appliance(0)?;
        split_nameplate(play, unit, "2180", "10200")?;
        play.fields(unit, &[(SheetField::Serial, "BL72-2610-00310")])?;
        play.photos(unit, &WALL_UNIT_PHOTOS)
    });
    s.at(12, 0, |play| {
        let (reason, note) = (PauseReason::Goods, String::from("等加长管送到"));
        play.fact("", SheetFact::Pause { stopped: true, reason, note })
    });
    s.at(12, 20, |play| {
        let (reason, note) = (PauseReason::Goods, String::new());
        play.fact("", SheetFact::Pause { stopped: false, reason, note })
    });
    s.at(13, 20, |play| {
        let unit = play.appliance(0)?;
        measure_split(play, unit, ("224", "216"), "10.4")
    });
    s.at(13, 50, |play| {
        let washer = play.appliance(1)?;
        play.fields(washer, &[(SheetField::Serial, "YH100-2609-2217"), (SheetField::RatedWatts, "2000")])?;
        play.photos(washer, &[PhotoStage::TransportBolts, PhotoStage::Nameplate, PhotoStage::After])?;
        play.measure(
            washer,
            &[
                ("socket_polarity", "right"),
                ("earth_present", "good"),
                ("supply_voltage", "224"),
                ("rcd_button", "trips"),
                ("earth_continuity", "0.06"),
                ("insulation_appliance", "80"),
                ("leak_test", "none"),
                ("transport_bolts", "out"),
                ("drain_height", "78"),
                ("spin", "steady"),
            ],
        )?;
        let hood = play.appliance(2)?;
        play.fields(hood, &[(SheetField::Serial, "LY220-2608-0045")])?;
        play.photos(hood, &[PhotoStage::Nameplate, PhotoStage::After])?;
        play.measure(hood, &[("socket_polarity", "right"), ("earth_present", "good")])
    });
    s.at(14, 5, |play| {
        let holes = Bill::one(FeeKind::Surcharge, "hole_concrete", "混凝土打孔", 6_000);
        play.bill(&Bill { quantity: 2_000, ..holes })?;
        let pipe = Bill::one(FeeKind::Surcharge, "pipe_floor_unit", "加长管", 13_000);
        play.bill(&Bill { quantity: 2_000, ..pipe })?;
        play.services()?;
        play.sign("signed", SignedFor::Work, "谭老板")?;
        play.pay(38_000, PayWay::Cash, PaidFor::Work)
    });
    s.at(14, 15, |play| play.finish(JobOutcome::Completed));
    s
}
