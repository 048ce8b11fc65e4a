//! What the built-in sets say.

use doorstep_schemas::rules::emergency::EmergencyKind;
use doorstep_schemas::rules::promises::{MarketTier, Promises};
use doorstep_schemas::rules::steps::{ConsentKind, ScriptKind};
use doorstep_schemas::rules::surcharges::Mount;
use doorstep_schemas::rules::warranty::WarrantyPart;
use doorstep_schemas::rules::{SetKind, Unit};
use doorstep_schemas::view::{
    ApplianceKind, CertificateKind, FeeKind, Fen, JobKind, NoticeKind, Segment, ServiceCode, Urgency,
};

use super::{BUILT_IN, DAY, book};
use crate::domain::facts::outlet::Roster;
use crate::domain::reminders::After;
use crate::domain::scene;
use crate::rules::Set;

#[test]
fn every_kind_but_the_owners_own_is_built_in() {
    for kind in SetKind::ALL {
        let built_in = !kind.owner_only();
        assert_eq!(BUILT_IN.iter().any(|(built, _)| built == kind), built_in, "{}", kind.word());
        for at_ms in [i64::MIN, DAY, i64::MAX] {
            assert_eq!(book().in_force(*kind, at_ms).map(Set::kind), built_in.then_some(*kind));
            assert_eq!(book().hash_in_force(*kind, at_ms).is_some(), built_in);
        }
    }
}

#[test]
fn r27_no_built_in_set_holds_a_settlement_price() {
    for (kind, bytes) in BUILT_IN {
        let file = std::str::from_utf8(bytes).unwrap().to_lowercase();
        for word in ["settlement", "dealer", "结算", "\"cost"] {
            assert!(!file.contains(word), "{word} in {}", kind.word());
        }
    }
    assert!(book().settlement_at(DAY).is_none());
}

#[test]
fn r27_the_guide_prices_of_the_sample_day_are_in_the_book() {
    let book = book();
    let prices = book.prices_at(DAY);
    let fen = |code: &str| prices.item(code, Some(Segment::Village), "双河口镇").map(|item| item.guide_fen.0);
    for (code, guide_fen) in [
        ("visit", 3_000),
        ("install_wall_unit", 20_000),
        ("height", 10_000),
        ("weld_and_charge", 20_500),
        ("labour_element", 8_000),
        ("labour_drain_pump", 8_800),
        ("empty_trip", 3_000),
        ("bracket", 12_000),
        ("pipe_wall_unit", 11_000),
        ("pipe_floor_unit", 13_000),
        ("hole_concrete", 6_000),
        ("distance", 150),
        ("labour_board_repair", 9_000),
        ("labour_strips", 15_000),
        ("diagnosis", 5_000),
    ] {
        assert_eq!(fen(code), Some(guide_fen), "{code}");
    }
    assert_eq!(fen("nothing"), None);
    // 22 km to 双河口镇, of which 15 are free: 30 + 7 × 1.50 = 40.50 for the way.
    let km = book.places_at(DAY).township("双河口镇").unwrap().km;
    let free = book.surcharges_at(DAY).surcharges.iter().find(|s| s.code == "distance").unwrap().free_units;
    assert_eq!((km, km - free), (22, 7));
    assert_eq!(3_000 + i64::from(km - free) * 150, 4_050);
}

#[test]
fn r27_a_surcharge_costs_the_same_in_both_lists() {
    let book = book();
    for surcharge in &book.surcharges_at(DAY).surcharges {
        let item = book.prices_at(DAY).item(&surcharge.code, None, "").unwrap();
        assert_eq!((item.guide_fen, item.unit, item.kind), (surcharge.guide_fen, surcharge.unit, FeeKind::Surcharge));
    }
}

#[test]
fn r27_a_project_has_its_own_prices_and_the_standard_ones_for_the_rest() {
    let book = book();
    let prices = book.prices_at(DAY);
    let of = |code, segment| prices.item(code, segment, "城关镇").unwrap().guide_fen;
    assert_eq!(of("install_wall_unit", Some(Segment::Project)), Fen(18_000));
    assert_eq!(of("install_wall_unit", Some(Segment::Town)), Fen(20_000));
    assert_eq!(of("install_wall_unit", None), Fen(20_000));
    assert_eq!(of("bracket", Some(Segment::Project)), Fen(12_000));
    let offers = prices.offers(JobKind::Install, ApplianceKind::AirConditioner, Some(Segment::Project), "城关镇");
    let walls: Vec<_> = offers.iter().filter(|item| item.code == "install_wall_unit").map(|i| i.guide_fen).collect();
    assert_eq!(walls, [Fen(18_000)], "each code once, the narrow book first");
    assert!(!offers.iter().any(|item| item.code == "labour_drain_pump" || item.code == "weld_and_charge"));
}

#[test]
fn r27_every_kind_of_job_and_appliance_has_a_visit_to_charge() {
    let book = book();
    for job in JobKind::ALL {
        for appliance in ApplianceKind::ALL {
            let offers = book.prices_at(DAY).offers(*job, *appliance, None, "");
            assert!(
                offers.iter().any(|item| item.kind == FeeKind::Visit && item.code == "visit"),
                "{job:?} {appliance:?}"
            );
        }
    }
}

#[test]
fn r27_several_labour_items_count_a_hundred_fifty_and_thirty_percent() {
    let book = book();
    let set = book.surcharges_at(DAY);
    let shares: Vec<u32> = (0..5).map(|nth| set.labour_percent(nth)).collect();
    assert_eq!(shares, [100, 50, 30, 30, 30]);
    assert_eq!((set.visit_fees_per_report, set.diagnosis_waived_by_repair), (1, true));
    assert_eq!(set.surcharges.iter().find(|s| s.code == "pipe_wall_unit").unwrap().unit, Unit::Metre);
}

#[test]
fn r2_minutes_go_by_job_appliance_and_mount_and_a_set_takes_eight_tenths() {
    use ApplianceKind::{AirConditioner, RangeHood, StorageHeater, WashingMachine};
    let book = book();
    let set = &book.surcharges_at(DAY).minutes;
    for (job, appliance, mount, minutes) in [
        (JobKind::Install, StorageHeater, None, 120),
        (JobKind::Repair, AirConditioner, Some(Mount::Wall), 60),
        (JobKind::Install, AirConditioner, Some(Mount::Wall), 150),
        (JobKind::Install, AirConditioner, Some(Mount::Floor), 180),
        (JobKind::Install, AirConditioner, None, 150),
        (JobKind::Move, AirConditioner, Some(Mount::Floor), 180),
        (JobKind::Exchange, RangeHood, None, 120),
        (JobKind::Exchange, AirConditioner, None, 150),
        (JobKind::Survey, RangeHood, None, 60),
    ] {
        assert_eq!(set.one(job, appliance, mount), minutes, "{job:?} {appliance:?} {mount:?}");
    }
    let farm = [(AirConditioner, Some(Mount::Floor)), (WashingMachine, None), (RangeHood, None)];
    assert_eq!(set.visit(JobKind::Install, &farm), (180 + 120 + 120) * 8 / 10);
    assert_eq!(set.visit(JobKind::Install, &farm[..1]), 180);
    assert_eq!(set.visit(JobKind::Install, &[]), 60);
    for (model, mount) in [("KFR-72LW/B", Some(Mount::Floor)), ("美的3匹柜机", Some(Mount::Floor)), ("KFR-35GW", None)]
    {
        assert_eq!(set.mount(model), mount, "{model}");
    }
}

#[test]
fn r3_the_callers_words_find_the_script_and_gas_goes_first() {
    let book = book();
    let set = book.emergency_at(DAY);
    for (said, emergency, urgency) in [
        ("厨房好大一股煤气味", EmergencyKind::Gas, Urgency::Class1),
        ("There is a Gas Leak under the sink", EmergencyKind::Gas, Urgency::Class1),
        ("洗澡头晕，想吐", EmergencyKind::CarbonMonoxide, Urgency::Class1),
        ("热水器外壳带电，摸着麻手", EmergencyKind::Shock, Urgency::Class1),
        ("插座冒烟了", EmergencyKind::BurningSmell, Urgency::Class1),
        ("热水器漏水，滴到楼下了", EmergencyKind::WaterLeak, Urgency::Class2),
        // Two at once: the more dangerous one is read out.
        ("热水器漏水，还有煤气味", EmergencyKind::Gas, Urgency::Class1),
    ] {
        let script = set.script(said).unwrap_or_else(|| panic!("{said}"));
        assert_eq!((script.emergency, script.urgency), (emergency, urgency), "{said}");
    }
    assert!(set.script("空调不制冷").is_none());
    assert_eq!((set.arrive_near_minutes, set.arrive_far_minutes), (60, 120));
}

#[test]
fn r3_nobody_is_sent_into_a_gas_leak_before_the_gas_company() {
    let book = book();
    let gas = book.emergency_at(DAY).script("燃气泄漏").unwrap();
    assert!(gas.send_after.as_ref().unwrap().zh.contains("燃气公司"));
    assert!(gas.call_first[0].name.zh.contains("燃气公司"));
    let said: String = gas.steps.iter().map(|step| step.zh.as_str()).collect();
    for word in ["总阀", "门窗", "屋外"] {
        assert!(said.contains(word), "{word}");
    }
    assert!(gas.never.iter().any(|text| text.zh.contains("不要开关任何电灯")));
}

#[test]
fn r10_each_brand_has_a_complaint_number_that_cannot_be_real() {
    let book = book();
    let set = book.numbers_at(DAY);
    for brand in &book.places_at(DAY).brands {
        let number = set.brand(brand).unwrap_or_else(|| panic!("{brand}"));
        assert!(number.number.starts_with("400-000-10"), "{brand}");
    }
    assert!(set.brand("美的").is_none());
    let job = scene::job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
    let numbers = book.at(DAY).card_numbers(&job, &Roster::default());
    assert_eq!(numbers.iter().map(|n| n.number.as_str()).collect::<Vec<_>>(), ["12315"]);
}

#[test]
fn r23_parts_come_in_six_to_forty_eight_hours_by_tier() {
    let book = book();
    let promises = &book.promises_at(DAY).promises;
    let hours: Vec<u32> = MarketTier::ALL.iter().map(|tier| promises.parts_hours(*tier)).collect();
    assert_eq!(hours, [6, 24, 36, 48]);
}

#[test]
fn r4_r30_r34_r36_the_promises_are_the_defaults_until_an_outlet_says_otherwise() {
    let book = book();
    let promises = &book.promises_at(DAY).promises;
    assert_eq!(*promises, Promises::default());
    assert_eq!((promises.first_visit_hours, promises.take_out_hours), (24, 48));
    assert_eq!((promises.rating_delay_minutes, promises.silence_hours), (30, 72));
    assert_eq!((promises.call_above_fen, promises.compensation_limit_fen), (Fen(30_000), Fen(30_000)));
}

#[test]
fn r7_r37_certificates_grades_and_reminders_are_what_they_were_before_they_were_sets() {
    let (book, at) = (book(), DAY);
    let crew = book.at(at).crew_rules();
    let of = |kind| crew.certificates.iter().filter(|rule| rule.kind == kind).count();
    assert_eq!(CertificateKind::ALL.iter().map(|kind| of(*kind)).collect::<Vec<_>>(), [2, 1, 1, 1]);
    let grades: Vec<_> = crew.grades.iter().map(|g| (g.grade.word(), g.years, g.exam, g.interview)).collect();
    let asked =
        [("a_plus", 3, 3, true), ("a", 2, 3, false), ("b", 1, 2, false), ("c", 0, 1, false), ("d", 0, 0, false)];
    assert_eq!(grades, asked);
    let reminders = book.at(at).reminder_rules();
    let seasons: Vec<_> = reminders.seasons.iter().map(|s| (s.from_month, s.to_month, s.appliances.len())).collect();
    assert_eq!(seasons, [(4, 5, 1), (10, 11, 3)]);
    let after = |rules: &[After]| rules.iter().map(|rule| (rule.appliance, rule.months)).collect::<Vec<_>>();
    assert_eq!(after(&reminders.ages), [(ApplianceKind::GasHeater, 96)]);
    assert_eq!(after(&reminders.services), [(ApplianceKind::StorageHeater, 24)]);
    assert_eq!((reminders.quiet_months, reminders.tell_days, reminders.order_days), (6, 30, 7));
}

#[test]
fn r13_each_of_the_five_services_has_a_step_a_script_and_a_norm() {
    let book = book();
    let set = book.steps_at(DAY);
    for service in ServiceCode::ALL {
        let wording = book.at(DAY).service(*service).unwrap();
        assert!(!wording.norm.zh.is_empty());
        assert!(set.steps.iter().any(|step| step.service == Some(*service)), "{service:?}");
        assert_eq!(book.at(DAY).service_words(*service).0, wording.name);
    }
    let codes: Vec<&str> = set.steps.iter().map(|step| step.code.as_str()).collect();
    let at = |code| codes.iter().position(|c| *c == code).unwrap();
    assert!(at("show_card") < at("test_power") && at("test_power") < at("quote") && at("quote") < at("work"));
    assert_eq!(set.card_shown_ms, 3_000);
}

#[test]
fn r12_r49_r50_notices_consents_and_scripts_are_at_hand_in_both_languages() {
    let book = book();
    let set = book.steps_at(DAY);
    for kind in NoticeKind::ALL {
        let notice = set.notices.iter().find(|notice| notice.notice == *kind).unwrap();
        assert!(notice.refused.zh.contains("见证人") && notice.refused.en.contains("itness"), "{kind:?}");
    }
    for kind in ConsentKind::ALL {
        assert!(set.consents.iter().any(|consent| consent.consent == *kind), "{kind:?}");
    }
    for kind in ScriptKind::ALL {
        assert!(set.scripts.iter().filter(|script| script.kind == *kind).count() >= 3, "{kind:?}");
    }
    assert!(set.norms.len() >= 5 && !set.price_booklet.zh.is_empty());
}

#[test]
fn r26_a_brands_own_policy_goes_before_the_general_one_and_a_part_may_outlast_the_unit() {
    use ApplianceKind::{AirConditioner, GasHeater, Television, WashingMachine};
    let book = book();
    let set = book.warranty_at(DAY);
    let months = |brand, kind, part, sold| set.policy(brand, kind, part, sold).unwrap().months;
    for (brand, kind, part, sold, expected) in [
        ("无名", AirConditioner, WarrantyPart::Whole, "2026-01-01", 12),
        ("无名", AirConditioner, WarrantyPart::Compressor, "2026-01-01", 36),
        ("无名", AirConditioner, WarrantyPart::Other, "2026-01-01", 12),
        ("北岭", AirConditioner, WarrantyPart::Whole, "2026-01-01", 72),
        ("北岭", AirConditioner, WarrantyPart::Whole, "2018-12-31", 12),
        ("北岭", AirConditioner, WarrantyPart::Compressor, "2021-02-28", 36),
        ("北岭", AirConditioner, WarrantyPart::Compressor, "2021-03-01", 120),
        ("北岭", Television, WarrantyPart::Whole, "2026-01-01", 12),
        ("云浣", WashingMachine, WarrantyPart::Motor, "2024-05-01", 120),
        ("旺泉", GasHeater, WarrantyPart::Whole, "2017-04-01", 24),
    ] {
        assert_eq!(months(brand, kind, part, sold), expected, "{brand} {part:?} {sold}");
    }
    assert!(set.policy("无名", Television, WarrantyPart::Whole, "1999-12-31").is_none());
    let counting = set.counting;
    assert_eq!((counting.return_days, counting.exchange_days, counting.repairs_before_exchange), (7, 15, 2));
    let sources: Vec<&str> = set.start_order.iter().map(|source| source.word()).collect();
    assert_eq!(sources, ["invoice", "electronic_card", "install_date", "production_month_plus_one"]);
}

#[test]
fn r42_a_piece_has_its_rate_and_a_crew_shares_all_of_it() {
    let book = book();
    let set = book.pieces_at(DAY);
    let rate = |job, kind, item| set.rate(job, kind, item).map(|rate| rate.rate_fen.0);
    let ac = ApplianceKind::AirConditioner;
    assert_eq!(rate(JobKind::Install, ac, Some("install_wall_unit")), Some(9_000));
    assert_eq!(rate(JobKind::Repair, ac, Some("install_wall_unit")), None);
    assert_eq!(rate(JobKind::Install, ac, None), Some(3_000));
    assert_eq!(rate(JobKind::Repair, ac, None), Some(2_000));
    assert_eq!(set.shares(1), Some(&[100][..]));
    assert_eq!(set.shares(2), Some(&[60, 40][..]));
    assert_eq!(set.shares(9), None);
}

#[test]
fn r9_every_segment_has_a_name_and_every_township_its_way() {
    let book = book();
    let places = book.places_at(DAY);
    assert_eq!(places.segments.len(), Segment::ALL.len());
    assert!(places.townships.iter().all(|t| t.km > 0 && t.far == (t.km > 15)), "far begins where the free way ends");
    let lists = book.at(DAY).pick_lists();
    assert_eq!(lists.townships.len(), places.townships.len());
    assert_eq!((lists.brands.len(), lists.brands[0].as_str()), (6, "安泉"));
}

#[test]
fn r15_forms_offer_each_fault_with_all_its_causes_and_the_parts_that_fit() {
    let book = book();
    let leak = book.at(DAY).pick_lists().faults.into_iter().find(|fault| fault.symptom.zh == "接头渗水").unwrap();
    assert_eq!(
        (leak.appliance, leak.fault.zh.as_str(), leak.pairs[0].cause.zh.as_str()),
        (ApplianceKind::InstantHeater, "进水接头漏水", "密封圈老化")
    );
    let set = book.faults_at(DAY);
    let class = set.faults.iter().find(|class| class.code == leak.code).unwrap();
    assert!(class.pairs.len() > 1);
    assert_eq!((leak.pairs.len(), &leak.tools), (class.pairs.len(), &class.tools));
    let seal = book
        .at(DAY)
        .parts(ApplianceKind::InstantHeater, "", "")
        .into_iter()
        .find(|part| part.code == "AQ-MF-63")
        .unwrap();
    assert_eq!(seal.guide_fen, Fen(1_000));
    assert!(!seal.likely, "nobody has said anything");
    assert!(!book.at(DAY).parts(ApplianceKind::Television, "", "").iter().any(|part| part.code == "AQ-MF-63"));
}

#[test]
fn r8_the_parts_that_a_symptom_asks_for_come_first_and_none_is_lost() {
    let book = book();
    let offers = |symptom| book.at(DAY).parts(ApplianceKind::StorageHeater, symptom, "");
    let (plain, ranked) = (offers(""), offers("跳闸"));
    let likely = ranked.iter().take_while(|part| part.likely).map(|part| part.code.as_str()).collect::<Vec<_>>();
    assert_eq!(likely, ["AQ-RG-2000", "AQ-MB-M6", "AQ-MF-63"]);
    assert!(plain.len() > likely.len() && plain.len() == ranked.len());
    assert_eq!(ranked.iter().filter(|part| part.likely).count(), likely.len(), "all of them at the front");
    let codes = book.at(DAY).likely_faults(ApplianceKind::StorageHeater, "一插电就跳闸");
    assert_eq!(codes.first().map(String::as_str), Some("sh_element_leaks"));
}

#[test]
fn r8_a_set_of_machines_takes_along_what_each_of_them_asks_for_once() {
    let book = book();
    let mut job = scene::job(JobKind::Repair, &[ApplianceKind::StorageHeater, ApplianceKind::WashingMachine]);
    assert!(book.at(DAY).take_along(&job).parts.is_empty(), "no symptom, no guess");
    job.order.symptom = "不排水".to_owned();
    let codes = |job: &crate::domain::facts::Job| -> Vec<String> {
        book.at(DAY).take_along(job).parts.into_iter().map(|part| part.code.clone()).collect()
    };
    assert!(codes(&job).contains(&"YH-PSB-30W".to_owned()), "the washer's own");
    job.order.appliances[1].kind = ApplianceKind::StorageHeater;
    job.order.symptom = "跳闸".to_owned();
    assert_eq!(codes(&job), ["AQ-RG-2000", "AQ-MB-M6", "AQ-MF-63"], "two alike are brought for once");
}

#[test]
fn r11_every_need_names_a_row_of_the_limit_set_and_every_appliance_has_a_need() {
    let book = book();
    let limits = book.limits_at(DAY);
    for need in &book.needs_at(DAY).needs {
        for code in &need.readings {
            assert!(limits.limits.iter().any(|limit| limit.code == *code), "{code}");
        }
    }
    for appliance in ApplianceKind::ALL {
        assert!(book.needs_at(DAY).needs.iter().any(|need| need.appliances.contains(appliance)), "{appliance:?}");
    }
}
