//! What the rules of the trade get out of the sets: figures and words that another set changes from its day on.

use doorstep_schemas::rules::SetKind;
use doorstep_schemas::rules::emergency::EmergencyKind;
use doorstep_schemas::view::{ApplianceKind, BlockerCode, Coverage, JobKind, Urgency};

use super::{DAY, book, with};
use crate::domain::calendar::DAY_MS;
use crate::domain::crew::certificate_stops;
use crate::domain::facts::outlet::Roster;
use crate::domain::facts::{Guidance, Purchase};
use crate::domain::gates::Rules;
use crate::domain::money::exchange::Counting;
use crate::domain::money::warranty::coverage;
use crate::domain::paste::parse_dispatch;
use crate::domain::rating::FollowUpLimits;
use crate::domain::scene::{id, job, member, noted};
use crate::domain::timing::{due, limit_of};
use crate::domain::triage::{may_send, triage};
use crate::rules::RuleBook;

#[test]
fn r1_r2_r3_r4_figures_of_time_are_those_of_the_sets_in_force() {
    let limits = book().at(DAY).time_limits();
    assert_eq!((limits.near_min, limits.far_min, limits.early_min, limits.clock_min), (60, 120, 10, 2));
    assert_eq!((limits.first_visit_min, limits.take_out_min), (24 * 60, 48 * 60));
    let extra = [
        with(SetKind::Surcharges, "\"otherwise\": 60", "\"otherwise\": 45"),
        with(SetKind::Promises, "\"first_visit_hours\": 24", "\"first_visit_hours\": 12"),
        with(SetKind::Emergency, "\"arrive_near_minutes\": 60", "\"arrive_near_minutes\": 40"),
    ];
    let kinds = [SetKind::Surcharges, SetKind::Promises, SetKind::Emergency];
    let (book, refused) = RuleBook::with(book(), kinds.into_iter().zip(extra).map(|(kind, file)| (kind, file, DAY)));
    assert_eq!(refused, []);
    let mut job = job(JobKind::Repair, &[]);
    for (at_ms, minutes, hours, near) in [(DAY - 1, 60, 24, 60), (DAY, 45, 12, 40)] {
        let limits = book.at(at_ms).time_limits();
        assert_eq!(limit_of(&job, &limits), minutes);
        job.order.urgency = Urgency::Normal;
        assert_eq!(due(&job, &limits), job.order.taken.at_ms + hours * 60 * 60_000);
        job.order.urgency = Urgency::Class2;
        assert_eq!(due(&job, &limits), job.order.taken.at_ms + near * 60_000);
    }
}

#[test]
fn r2_a_unit_stands_on_the_floor_where_the_set_says_what_such_models_are_called() {
    let mut job = job(JobKind::Install, &[ApplianceKind::AirConditioner]);
    job.order.appliances[0].model = "北岭 Turm 72".to_owned();
    assert_eq!(limit_of(&job, &book().at(DAY).time_limits()), 150);
    let tower = with(SetKind::Surcharges, "\"floor_marks\": [\"LW\"", "\"floor_marks\": [\"turm\"");
    let (book, _) = RuleBook::with(book(), [(SetKind::Surcharges, tower, DAY)]);
    assert_eq!(limit_of(&job, &book.at(DAY).time_limits()), 180);
}

#[test]
fn r3_the_words_of_the_built_in_scripts_call_for_their_own_script_in_both_languages() {
    let book = book();
    let triggers = book.at(DAY).triggers();
    assert_eq!(triggers.dangers.len(), EmergencyKind::ALL.len());
    for script in &book.emergency_at(DAY).scripts {
        for word in script.triggers.words() {
            let found = triage(word, &triggers);
            assert!(found.dangers.iter().any(|named| named.script == script.emergency.word()), "{word}");
            assert!(found.urgency <= script.urgency, "{word}");
        }
    }
}

#[test]
fn r3_a_call_to_the_gas_company_is_known_however_the_outlet_writes_it_down() {
    let book = book();
    let mut job = job(JobKind::Repair, &[ApplianceKind::GasStove]);
    job.order.symptom = "厨房有煤气味".to_owned();
    let guided = |called: &str| {
        let mut job = job.clone();
        let (script, called) = ("gas".to_owned(), called.to_owned());
        job.sheet.guidance = vec![Guidance { id: id(9), script, called, solved: false, noted: noted(DAY) }];
        let codes: Vec<_> = may_send(&job, &book.at(DAY).triggers()).iter().map(|o| o.code).collect();
        codes
    };
    assert_eq!(guided("县燃气公司 13:05"), []);
    assert_eq!(guided("called the gas company"), []);
    assert_eq!(guided("邻居"), [BlockerCode::GasCompanyNotCalled]);
}

#[test]
fn r10_the_card_is_shown_for_as_long_as_the_steps_in_force_ask_for() {
    let longer = with(SetKind::Steps, "\"card_shown_ms\": 3000", "\"card_shown_ms\": 5000");
    let (book, refused) = RuleBook::with(book(), [(SetKind::Steps, longer, DAY)]);
    assert_eq!(refused, []);
    assert_eq!((book.at(DAY - 1).card_shown_ms(), book.at(DAY).card_shown_ms()), (3_000, 5_000));
}

#[test]
fn r26_who_pays_follows_from_the_warranty_set_of_the_day() {
    let book = book();
    let policies = book.at(DAY).warranty_policies();
    // The set's own look-up and the rule's agree on every brand, appliance and part that the set names.
    let set = book.warranty_at(DAY);
    let brands = set.policies.iter().flat_map(|p| p.brands.iter().map(String::as_str)).chain(["无名"]);
    for brand in brands {
        for policy in &set.policies {
            for kind in ApplianceKind::ALL {
                let purchase = Purchase {
                    invoice: "2026-11-20".to_owned(),
                    part: policy.part.word().to_owned(),
                    ..Purchase::default()
                };
                let covered = coverage(&policies, brand, *kind, &purchase, "", "", DAY);
                assert_eq!(covered.coverage, Coverage::InWarranty, "{brand} {kind:?} {}", policy.code);
            }
        }
    }
    assert_eq!(policies.voids.len(), set.void_reasons.len());
    assert_eq!(book.at(DAY).repair_counting(), Counting { return_days: 7, exchange_days: 15, repairs: 2 });
    let generous = with(SetKind::Warranty, "\"return_days\": 7", "\"return_days\": 10");
    let (book, refused) = RuleBook::with(book, [(SetKind::Warranty, generous, DAY)]);
    assert_eq!(refused, []);
    assert_eq!((book.at(DAY - 1).repair_counting().return_days, book.at(DAY).repair_counting().return_days), (7, 10));
}

#[test]
fn r26_a_brands_policy_is_the_brands_alone() {
    let mut set = book().warranty_at(DAY).clone();
    let whole = set.policies.iter().position(|p| p.brands.is_empty() && p.appliances.is_empty()).unwrap();
    set.policies[whole].sold_since = "1990-01-01".to_owned();
    let mut own = set.policies[whole].clone();
    own.code = "own".to_owned();
    own.months = 600;
    own.brands = vec!["北岭".to_owned(), "安泉".to_owned()];
    own.appliances = vec![ApplianceKind::StorageHeater, ApplianceKind::Television];
    set.policies.push(own);
    let (book, refused) = RuleBook::with(book(), [(SetKind::Warranty, serde_json::to_vec(&set).unwrap(), DAY)]);
    assert_eq!(refused, []);
    let policies = book.at(DAY).warranty_policies();
    let old = Purchase { invoice: "1996-11-20".to_owned(), part: "whole".to_owned(), ..Purchase::default() };
    for (brand, kind, covered) in [
        ("北岭", ApplianceKind::StorageHeater, Coverage::InWarranty),
        ("安泉", ApplianceKind::Television, Coverage::InWarranty),
        ("北岭", ApplianceKind::Refrigerator, Coverage::OutOfWarranty),
        ("凌越", ApplianceKind::Television, Coverage::OutOfWarranty),
    ] {
        assert_eq!(coverage(&policies, brand, kind, &old, "", "", DAY).coverage, covered, "{brand} {kind:?}");
    }
}

#[test]
fn r34_r36_when_customers_are_asked_is_the_outlets_own_word() {
    assert_eq!(book().at(DAY).follow_up_limits(), FollowUpLimits::default());
    let patient = with(SetKind::Promises, "\"silence_hours\": 72", "\"silence_hours\": 96");
    let (book, _) = RuleBook::with(book(), [(SetKind::Promises, patient, DAY)]);
    assert_eq!(book.at(DAY).follow_up_limits().silence_hours, 96);
}

#[test]
fn r41_a_dispatch_text_is_read_by_the_labels_of_the_set() {
    let text = "工单号：BL2026112100017\n客户姓名：罗桂香\n联系电话：13800001001\n上门地址：城关镇南门小区3-1-502\n\
                品牌：北岭\n型号：KFR-35GW/BP3N1\n故障现象：不制冷\n预约时间：明天上午9点到11点";
    let book = book();
    let found = parse_dispatch(text, &book.at(DAY).dispatch_markers(), DAY);
    assert_eq!(found.maker_order.as_deref(), Some("BL2026112100017"));
    assert_eq!((found.name.as_deref(), found.phone.as_deref()), (Some("罗桂香"), Some("13800001001")));
    assert_eq!((found.township.as_deref(), found.brand.as_deref()), (Some("城关镇"), Some("北岭")));
    assert_eq!((found.model.as_deref(), found.fault.as_deref()), (Some("KFR-35GW/BP3N1"), Some("不制冷")));
    assert!(found.window.is_some_and(|window| window.from.0 > DAY && window.from.0 < DAY + DAY_MS));
}

#[test]
fn r7_r37_certificates_and_reminders_are_those_of_the_sets_in_force() {
    let [always, summer] = ["\"low_voltage\",\n      \"jobs\": [\"install\", ", "\"from_month\": 4"];
    let extra = [
        (
            SetKind::Crew,
            with(SetKind::Crew, always, "\"low_voltage\",\n      \"jobs\": [\"clean\", \"install\", "),
            DAY,
        ),
        (SetKind::Reminders, with(SetKind::Reminders, summer, "\"from_month\": 3"), DAY),
    ];
    let (book, refused) = RuleBook::with(book(), extra);
    assert_eq!(refused, []);
    let cleaning = job(JobKind::Clean, &[ApplianceKind::AirConditioner]);
    for (at_ms, asked, from) in [(DAY - 1, 0, 4), (DAY, 1, 3)] {
        let crew = Rules::crew_rules(&book.at(at_ms));
        assert_eq!(certificate_stops(&Roster::default(), &[member(1)], &cleaning, at_ms, &crew).len(), asked);
        assert_eq!(book.at(at_ms).reminder_rules().seasons[0].from_month, from);
    }
}
