use std::collections::BTreeSet;

use doorstep_schemas::rules::warranty::WarrantyPart;
use doorstep_schemas::view::{CertificateKind, Fen, Urgency};
use proptest::prelude::*;

use super::*;
use ApplianceKind::*;

fn the_set() -> FaultSet {
    serde_json::from_str(include_str!("../../../rules/faults.json")).unwrap()
}

fn codes<'a>(parts: &[&'a ListedPart]) -> Vec<&'a str> {
    parts.iter().map(|part| part.code.as_str()).collect()
}

fn first(set: &FaultSet, appliance: ApplianceKind, words: &str) -> String {
    likely(set, appliance, words).first().map_or_else(String::new, |fault| fault.code.clone())
}

const GAS: [ApplianceKind; 2] = [GasHeater, GasStove];

/// The parts of the sample story with their guide prices in yuan.
const STORY: [(&str, i64); 10] = [
    ("AQ-RG-2000", 95),
    ("AQ-MB-M6", 45),
    ("AQ-MF-63", 10),
    ("BTA41-600B", 18),
    ("LY-JDQ-30", 12),
    ("LY-ZB-85", 380),
    ("YH-PSB-30W", 68),
    ("JS-DT-65", 45),
    ("BL-ZB-3512", 290),
    ("AQ-AQF-07", 25),
];

#[test]
fn r8_r15_the_built_in_set_is_whole_in_both_languages_and_every_part_fits() {
    let set = the_set();
    assert_eq!((set.set.as_str(), set.version.as_str()), ("faults", "2026-11-2"));
    assert_eq!(set.problems(), []);
    for appliance in ApplianceKind::ALL {
        let n = set.faults.iter().filter(|fault| fault.appliance == *appliance).count();
        let least = if *appliance == Other { 5 } else { 12 };
        assert!(n >= least, "{appliance:?} has {n} faults");
    }
    for fault in &set.faults {
        let texts = [&fault.symptom, &fault.fault].into_iter().chain(&fault.tools);
        for text in texts.chain(fault.pairs.iter().flat_map(|pair| [&pair.cause, &pair.action])) {
            assert!(text.en.is_ascii() || text.en.contains(['–', '°']), "{}: {}", fault.code, text.en);
            assert!(text.zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)), "{}: {}", fault.code, text.zh);
        }
    }
}

#[test]
fn r8_every_part_of_the_list_is_wanted_by_some_fault_and_has_a_price() {
    let set = the_set();
    let wanted: BTreeSet<&str> = set.faults.iter().flat_map(|fault| &fault.parts).map(String::as_str).collect();
    for part in &set.parts {
        let story = STORY.iter().any(|(code, _)| *code == part.code);
        assert!(story || wanted.contains(part.code.as_str()), "{} is of no use", part.code);
        assert!(part.guide_fen > Fen(0), "{}", part.code);
        for appliance in &part.appliances {
            let mut faults = set.faults.iter().filter(|fault| fault.appliance == *appliance);
            assert!(story || faults.any(|fault| fault.parts.contains(&part.code)), "{} for {appliance:?}", part.code);
        }
    }
    for (code, yuan) in STORY {
        let part = set.parts.iter().find(|part| part.code == code);
        assert_eq!(part.map(|part| part.guide_fen), Some(Fen(yuan * 100)), "{code}");
    }
    assert!((50..=90).contains(&set.parts.len()), "{}", set.parts.len());
}

#[test]
fn r7_work_and_difficulty_go_together() {
    let set = the_set();
    for fault in &set.faults {
        let code = &fault.code;
        let (gas, welding) =
            (fault.work.contains(&CertificateKind::GasFiling), fault.work.contains(&CertificateKind::Welding));
        let smell = fault.symptom.zh.contains("煤气味");
        assert_eq!(gas, GAS.contains(&fault.appliance) || smell, "{code}");
        assert!(!welding || fault.difficulty >= Grade::B, "{code}: a junior does not braze alone");
        assert!(!welding || [AirConditioner, Refrigerator].contains(&fault.appliance), "{code}");
        let height = fault.work.contains(&CertificateKind::WorkAtHeight);
        assert!(!height || fault.appliance == AirConditioner, "{code}");
        let compressor = fault.warranty_part == WarrantyPart::Compressor;
        assert!(!compressor || fault.difficulty == Grade::APlus, "{code}");
        assert!(fault.urgency != Urgency::Class1 || !fault.work.is_empty(), "{code}: danger without a certificate");
        let circuit = fault.parts.iter().any(|part| part.starts_with("TY-R32") || part.starts_with("TY-R600A"));
        assert!(!circuit || welding, "{code}: refrigerant without brazing");
        let kinds: BTreeSet<_> = fault.work.iter().collect();
        assert_eq!(kinds.len(), fault.work.len(), "{code} names a certificate twice");
    }
}

#[test]
fn r15_the_words_of_the_sample_story_are_among_the_offers() {
    let set = the_set();
    let leak = named(&set, InstantHeater, " 进水接头漏水").unwrap();
    assert_eq!(leak.code, "ih_inlet_joint_leaks");
    assert_eq!((leak.symptom.zh.as_str(), leak.fault.zh.as_str()), ("接头渗水", "进水接头漏水"));
    let pair = &leak.pairs[0];
    assert_eq!((pair.cause.zh.as_str(), pair.action.zh.as_str()), ("密封圈老化", "换密封圈，通水试压"));
    assert_eq!(named(&set, InstantHeater, &leak.fault.en), Some(leak));
    assert_eq!((named(&set, Television, "进水接头漏水"), named(&set, InstantHeater, " ")), (None, None));
}

#[test]
fn r15_a_technician_who_has_typed_nothing_sees_the_whole_list() {
    let set = the_set();
    for appliance in ApplianceKind::ALL {
        let all: Vec<_> = set.faults.iter().filter(|fault| fault.appliance == *appliance).collect();
        assert_eq!(likely(&set, *appliance, " \n"), all);
    }
}

#[test]
fn r8_r15_the_customers_words_find_the_fault_in_either_language_and_any_order() {
    let set = the_set();
    for (appliance, words, code) in [
        (StorageHeater, "热水器跳闸", "sh_element_leaks"),
        (StorageHeater, "昨天开始一插电就跳闸", "sh_element_leaks"),
        (StorageHeater, "没热水了", "sh_element_open"),
        (StorageHeater, "no hot water", "sh_element_open"),
        (StorageHeater, "water heater trips the breaker", "sh_element_leaks"),
        (StorageHeater, "洗澡的时候手麻", "sh_bather_tingles"),
        (AirConditioner, "制冷效果差", "ac_low_charge"),
        (AirConditioner, "badly cools", "ac_low_charge"),
        (AirConditioner, "缺氟", "ac_low_charge"),
        (AirConditioner, "不制热", "ac_four_way_valve"),
        (AirConditioner, "外机不转了", "ac_outdoor_fan"),
        (AirConditioner, "一开空调家里就跳电", "ac_trips"),
        (WashingMachine, "水排不出去", "wm_drain_pump_stuck"),
        (WashingMachine, "doesn't drain", "wm_drain_pump_stuck"),
        (WashingMachine, "甩干时声音大", "wm_bearing_worn"),
        (GasHeater, "热水器不打火", "gh_no_spark"),
        (GasHeater, "忽冷忽热的水", "gh_unsteady"),
        (GasStove, "打着火松手就熄", "gs_goes_out"),
        (Refrigerator, "后面焦味，冰箱", "rf_starter_scorched"),
        (RangeHood, "抽油烟机声音大", "rh_noisy"),
        (Television, "有声没图", "tv_backlight_out"),
        (Television, "没声音，有图", "tv_no_sound"),
        (Television, "picture, no sound", "tv_backlight_out"),
        (InstantHeater, "关了水，在加热还", "ih_relay_stuck"),
        (InstantHeater, "leaking joint", "ih_inlet_joint_leaks"),
        (Other, "净水器漏水", "ot_leaks"),
    ] {
        assert_eq!(first(&set, appliance, words), code, "{words}");
    }
}

#[test]
fn r15_words_that_fit_nothing_suggest_nothing() {
    let set = the_set();
    for words in ["阿斯顿", "E1", "？？", "😀"] {
        assert_eq!(likely(&set, Television, words), Vec::<&FaultClass>::new(), "{words}");
        assert_eq!(difficulty(&set, Television, words), None);
        assert_eq!(bring(&set, Television, words, ""), Bring::default());
    }
}

#[test]
fn r8_what_the_symptom_suggests_goes_into_the_bag() {
    let set = the_set();
    let tripping = bring(&set, StorageHeater, "跳闸", "");
    assert_eq!(codes(&tripping.parts), ["AQ-RG-2000", "AQ-MB-M6", "AQ-MF-63"]);
    assert!(tripping.tools.iter().any(|tool| tool.en == "Insulation tester"));
    assert_eq!(codes(&bring(&set, InstantHeater, "接头渗水", "").parts), ["AQ-MF-63", "TY-BWG-40"]);
    assert_eq!(codes(&bring(&set, WashingMachine, "不排水", "").parts), ["YH-PSB-30W"]);

    // A bare 漏水 may be the door or the hoses: parts for both.
    let leaking = bring(&set, WashingMachine, "漏水", "");
    assert_eq!(codes(&leaking.parts), ["TY-MFQ-X", "YH-PSB-30W", "TY-JSF-X"]);
    assert_eq!(bring(&set, WashingMachine, "", " "), Bring::default());
}

#[test]
fn r8_what_the_fault_asks_for_that_was_found_comes_before_what_the_symptom_suggests() {
    let set = the_set();
    let door = "跳闸";
    let suggested = bring(&set, StorageHeater, door, "");
    let other = set.faults.iter().find(|fault| {
        fault.appliance == StorageHeater
            && !fault.parts.is_empty()
            && !codes(&suggested.parts).contains(&fault.parts[0].as_str())
    });
    let other = other.unwrap();
    let found = bring(&set, StorageHeater, door, &other.fault.zh);
    assert_eq!(found.parts[0].code, other.parts[0]);
    assert!(suggested.parts.iter().all(|part| found.parts.contains(part)), "the symptom's own follow");
}

#[test]
fn r8_a_code_that_is_on_no_list_or_fits_another_appliance_is_left_at_the_shop() {
    let mut set = the_set();
    let drain = set.faults.iter_mut().find(|fault| fault.code == "wm_drain_pump_stuck").unwrap();
    drain.parts = ["GONE", "JS-DT-65", "YH-PSB-30W"].map(str::to_owned).to_vec();
    assert_eq!(codes(&bring(&set, WashingMachine, "不排水", "").parts), ["YH-PSB-30W"]);
}

#[test]
fn r7_the_symptom_says_which_grade_the_job_asks_for() {
    let set = the_set();
    for (appliance, symptom, hard) in [
        (WashingMachine, "不排水", Grade::C),
        (Refrigerator, "不制冷，压缩机烫手", Grade::APlus),
        (AirConditioner, "制冷差", Grade::B),
        (GasStove, "松手就灭", Grade::C),
        (StorageHeater, "插头发烫", Grade::B),
    ] {
        assert_eq!(difficulty(&set, appliance, symptom), Some(hard), "{symptom}");
    }
    // Two faults answer equally well: the harder one is sent for.
    let mut twins = the_set();
    twins.faults.retain(|fault| ["wm_drain_pump_stuck", "wm_board_dead"].contains(&fault.code.as_str()));
    twins.faults.iter_mut().for_each(|fault| fault.symptom.zh = "坏了".to_owned());
    assert_eq!(difficulty(&twins, WashingMachine, "坏了"), Some(Grade::A));
}

fn any_appliance() -> impl Strategy<Value = ApplianceKind> {
    prop::sample::select(ApplianceKind::ALL)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn r8_whatever_is_typed_only_what_fits_the_appliance_is_suggested(
        appliance in any_appliance(), typed in "[不漏水热冷电声 a-zA-Z0-9，\\PC]{0,40}",
    ) {
        let set = the_set();
        let found = likely(&set, appliance, &typed);
        let once: BTreeSet<&str> = found.iter().map(|fault| fault.code.as_str()).collect();
        prop_assert_eq!(once.len(), found.len());
        prop_assert!(found.iter().all(|fault| fault.appliance == appliance));
        let bring = bring(&set, appliance, &typed, &typed);
        let once: BTreeSet<&str> = codes(&bring.parts).into_iter().collect();
        prop_assert_eq!(once.len(), bring.parts.len());
        prop_assert!(bring.parts.iter().all(|part| part.appliances.contains(&appliance)));
    }

    #[test]
    fn r8_a_listed_symptom_is_found_first_with_its_clauses_turned_and_fill_words_around(
        n in 0..the_set().faults.len(), chinese in any::<bool>(), turned in any::<bool>(),
    ) {
        let set = the_set();
        let fault = &set.faults[n];
        let said = if chinese { &fault.symptom.zh } else { &fault.symptom.en };
        let mut clauses: Vec<&str> = said.split(['，', '、']).collect();
        if turned {
            clauses.reverse();
        }
        let said = if chinese { format!("我家的{}了", clauses.join("，")) } else { format!("My {said}!") };
        let found = likely(&set, fault.appliance, &said);
        // Pictures and sounds swap places in English; the list still shows both.
        let top: Vec<_> = found.iter().take(2).map(|fault| fault.code.as_str()).collect();
        prop_assert!(top.contains(&fault.code.as_str()), "{}: {:?}", said, top);
    }

    #[test]
    fn r8_two_texts_are_as_alike_one_way_as_the_other(one in "\\PC{0,30}", other in "\\PC{0,30}") {
        let (one, other) = (Words::of(&one), Words::of(&other));
        prop_assert_eq!(one.likeness(&other), other.likeness(&one));
        prop_assert!(one.likeness(&other) <= 1000);
        prop_assert!(one == Words::default() || one.likeness(&one) == 1000);
    }
}
