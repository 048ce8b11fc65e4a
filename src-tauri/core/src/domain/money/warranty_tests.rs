//! Who pays, on both sides of every day that matters.

use proptest::prelude::*;

use super::*;
use crate::domain::calendar::DAY_MS;

/// 08:00 in China on a day.
fn on(text: &str) -> i64 {
    let midnight = day(text).unwrap().and_hms_opt(0, 0, 0).unwrap().and_utc();
    midnight.timestamp_millis()
}

fn policy_of(brand: &str, part: &str, months: u32, sold_from: &str) -> Policy {
    Policy { brand: brand.to_owned(), appliance: None, part: part.to_owned(), months, sold_from: sold_from.to_owned() }
}

fn rules() -> Policies {
    Policies {
        order: Vec::new(),
        policies: vec![
            policy_of("any", "whole", 12, ""),
            policy_of("any", "compressor", 36, ""),
            policy_of("北岭", "whole", 72, "2020-01-01"),
            policy_of("北岭", "whole", 120, "2024-01-01"),
            policy_of("北岭", "panel", 6, ""),
            policy_of("云浣", "motor", 120, ""),
        ],
        voids: vec![VoidReason {
            code: "own_repair".to_owned(),
            name: Text { zh: "自行拆修".to_owned(), en: "taken apart by others".to_owned() },
        }],
    }
}

fn bought(invoice: &str) -> Purchase {
    Purchase { invoice: invoice.to_owned(), ..Purchase::default() }
}

fn of(brand: &str, purchase: &Purchase, now: &str) -> Covered {
    coverage(&rules(), brand, ApplianceKind::WashingMachine, purchase, "", "", on(now))
}

#[test]
fn r26_the_last_day_is_covered_and_the_next_is_not() {
    for (start, last, next) in [
        ("2025-11-21", "2026-11-21", "2026-11-22"),
        ("2024-02-29", "2025-02-28", "2025-03-01"),
        ("2023-02-28", "2024-02-28", "2024-02-29"),
        ("2025-12-31", "2026-12-31", "2027-01-01"),
    ] {
        let purchase = bought(start);
        assert_eq!(of("云浣", &purchase, last).coverage, Coverage::InWarranty, "{start} on {last}");
        assert_eq!(of("云浣", &purchase, last).until.as_deref(), Some(last));
        assert_eq!(of("云浣", &purchase, next).coverage, Coverage::OutOfWarranty, "{start} on {next}");
    }
    let january = |year| day(&format!("{year}-01-31")).unwrap();
    assert_eq!(written(months_on(january(2026), 1)), "2026-02-28");
    assert_eq!(written(months_on(january(2028), 1)), "2028-02-29");
    assert_eq!(months_on(january(2026), u32::MAX), NaiveDate::MAX);
}

#[test]
fn r26_an_invoice_counts_before_a_card_before_the_installation_before_the_production_month() {
    let mut purchase = Purchase {
        invoice: "2026-03-01".to_owned(),
        card: "2026-03-05".to_owned(),
        installed: "2026-03-09".to_owned(),
        made: "2017-04".to_owned(),
        ..Purchase::default()
    };
    let begin = |purchase: &Purchase| start(purchase, "", on("2026-11-21")).unwrap();
    assert_eq!(begin(&purchase), ("2026-03-01".to_owned(), StartFrom::Invoice));
    purchase.invoice = "三月初".to_owned();
    assert_eq!(begin(&purchase), ("2026-03-05".to_owned(), StartFrom::Card), "what can't be read is missing");
    purchase.card = "2027-03-05".to_owned();
    assert_eq!(begin(&purchase), ("2026-03-09".to_owned(), StartFrom::Installed), "a day ahead is no proof");
    purchase.installed.clear();
    assert_eq!(begin(&purchase), ("2017-05-01".to_owned(), StartFrom::Made));
    let plate = start(&purchase, "2018-01-31", on("2026-11-21")).unwrap();
    assert_eq!(plate, ("2018-02-28".to_owned(), StartFrom::Made), "the nameplate knows better");
    purchase.made = "2026-11".to_owned();
    assert_eq!(begin(&purchase).0, "2026-12-01", "made this month, not yet begun, and covered");
    assert_eq!(of("云浣", &purchase, "2026-11-21").coverage, Coverage::InWarranty);
}

#[test]
fn r26_without_any_date_or_policy_it_is_to_be_appraised() {
    let none = of("云浣", &Purchase::default(), "2026-11-21");
    assert_eq!((none.coverage, none.until, none.start_from), (Coverage::ToBeAppraised, None, None));
    for bad in ["2026-02-30", "26-1-1", "0000-00-00", "12026-01-01", "2026-11-21x", "１９９９-01-01"] {
        assert_eq!(of("云浣", &bought(bad), "2026-11-21").coverage, Coverage::ToBeAppraised, "{bad}");
    }
    assert_eq!(of("云浣", &bought("2026/3/1"), "2026-11-21").start.as_deref(), Some("2026-03-01"));
    let nobody = Policies::default();
    let found = coverage(&nobody, "云浣", ApplianceKind::Other, &bought("2026-03-01"), "", "", on("2026-11-21"));
    assert_eq!(found.coverage, Coverage::ToBeAppraised);
    assert!(found.reason.zh.contains("待鉴定") && found.reason.en.contains("appraised"));
}

#[test]
fn r26_a_brands_own_policy_beats_everyones_and_that_of_the_purchase_day_counts() {
    let months = |brand: &str, part: &str, invoice: &str| {
        let purchase = Purchase { part: part.to_owned(), ..bought(invoice) };
        let until = of(brand, &purchase, "2026-11-21").until.unwrap();
        let (from, until) = (day(invoice).unwrap(), day(&until).unwrap());
        (0..200).find(|n| months_on(from, *n) == until).unwrap()
    };
    assert_eq!(months("北岭", "", "2019-12-31"), 12, "sold before the brand's policy");
    assert_eq!(months("北岭", "", "2020-01-01"), 72);
    assert_eq!(months("北岭", "whole", "2023-12-31"), 72);
    assert_eq!(months("北岭", "", "2024-01-01"), 120);
    assert_eq!(months("北岭", "panel", "2024-01-01"), 6, "its own word on the part");
    assert_eq!(months("北岭", "compressor", "2024-01-01"), 120, "a brand may give more than it must");
    assert_eq!(months("北岭", "compressor", "2019-01-01"), 36);
    assert_eq!(months("云浣", "motor", "2024-01-01"), 120);
    assert_eq!(months("云浣", "compressor", "2024-01-01"), 36);
    assert_eq!(months("云浣", "pump", "2024-01-01"), 12);
    assert_eq!(months("", "", "2024-01-01"), 12);
}

#[test]
fn r26_a_policy_for_the_kind_of_appliance_beats_one_for_all() {
    let mut rules = rules();
    rules.policies.push(Policy { appliance: Some(ApplianceKind::GasHeater), ..policy_of("any", "whole", 18, "") });
    let until = |kind| coverage(&rules, "旺泉", kind, &bought("2026-01-10"), "", "", on("2026-11-21")).until.unwrap();
    assert_eq!(until(ApplianceKind::GasHeater), "2027-07-10");
    assert_eq!(until(ApplianceKind::Other), "2027-01-10");
}

#[test]
fn r26_a_void_reason_ends_it_and_is_told() {
    let mut purchase = bought("2026-03-01");
    purchase.voids = "own_repair".to_owned();
    let found = of("云浣", &purchase, "2026-11-21");
    assert_eq!(found.coverage, Coverage::OutOfWarranty);
    assert!(found.reason.zh.contains("自行拆修") && found.reason.en.contains("taken apart"));
    purchase.voids = " flooded ".to_owned();
    assert!(of("云浣", &purchase, "2026-11-21").reason.zh.contains("flooded"), "a reason of later rules");
    let extended = coverage(&rules(), "云浣", ApplianceKind::Other, &purchase, "", "2030-01-01", on("2026-11-21"));
    assert_eq!(extended.coverage, Coverage::OutOfWarranty);
}

#[test]
fn r26_an_extended_warranty_begins_where_the_makers_ends() {
    let at = |now: &str, until: &str| {
        coverage(&rules(), "云浣", ApplianceKind::Other, &bought("2025-03-01"), "", until, on(now)).coverage
    };
    assert_eq!(at("2026-03-01", "2028-03-01"), Coverage::InWarranty);
    assert_eq!(at("2026-03-02", "2028-03-01"), Coverage::Extended);
    assert_eq!(at("2028-03-01", "2028-03-01"), Coverage::Extended);
    assert_eq!(at("2028-03-02", "2028-03-01"), Coverage::OutOfWarranty);
    assert_eq!(at("2026-03-02", "soon"), Coverage::OutOfWarranty);
}

#[test]
fn r26_the_reason_says_which_proof_and_until_when_in_both_languages() {
    let reason = of("云浣", &bought("2026-03-01"), "2026-11-21").reason;
    assert_eq!(reason.zh, "发票 2026年3月1日 起 12 个月，至 2027年3月1日：保内");
    assert_eq!(reason.en, "12 months from 1 Mar 2026 (invoice), until 1 Mar 2027: in warranty");
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn r26_no_text_and_no_moment_does_harm(texts in prop::collection::vec("[0-9/年月日 -]{0,12}", 5), now in any::<i64>()) {
        let purchase = Purchase {
            invoice: texts[0].clone(),
            card: texts[1].clone(),
            installed: texts[2].clone(),
            made: texts[3].clone(),
            ..Purchase::default()
        };
        let found = coverage(&rules(), "北岭", ApplianceKind::Other, &purchase, &texts[4], &texts[0], now);
        prop_assert_eq!(found.start.is_some(), found.start_from.is_some());
    }

    #[test]
    fn r26_a_warranty_once_over_stays_over(bought_on in 0i64..20_000, later in 0i64..20_000) {
        let purchase = bought(&calendar::day_name(bought_on * DAY_MS));
        let at = |days: i64| coverage(&rules(), "云浣", ApplianceKind::Other, &purchase, "", "", days * DAY_MS).coverage;
        if at(bought_on + later) == Coverage::OutOfWarranty {
            prop_assert_eq!(at(bought_on + later + 1), Coverage::OutOfWarranty);
        } else {
            prop_assert!(later <= 366);
        }
    }
}

#[test]
fn r26_a_set_may_ask_for_another_proof_first() {
    let bought =
        Purchase { invoice: "2026-01-10".to_owned(), installed: "2026-03-01".to_owned(), ..Purchase::default() };
    let start = |policies: &Policies| {
        let now = crate::domain::scene::NOON;
        coverage(policies, "any", ApplianceKind::WashingMachine, &bought, "", "", now).start
    };
    assert_eq!(start(&rules()).as_deref(), Some("2026-01-10"));
    let other = Policies { order: vec![StartFrom::Installed, StartFrom::Invoice], ..rules() };
    assert_eq!(start(&other).as_deref(), Some("2026-03-01"));
}
