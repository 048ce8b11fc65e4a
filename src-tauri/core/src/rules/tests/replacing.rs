//! Sets that an outlet puts in the place of the built-in ones.

use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{ApplianceKind, Fen, JobKind};
use proptest::prelude::*;

use super::{DAY, book, settlement, with};
use crate::domain::calendar::DAY_MS;
use crate::domain::gates::Rules;
use crate::rules::RuleBook;

fn visit_fen(book: &RuleBook, at_ms: i64) -> i64 {
    book.prices_at(at_ms).item("visit", None, "").unwrap().guide_fen.0
}

/// A price list with another visit fee.
fn prices(fen: i64) -> Vec<u8> {
    let from = "\"name\": { \"zh\": \"上门费\", \"en\": \"Visit\" }, \"kind\": \"visit\", \"unit\": \"each\", \"guide_fen\": 3000";
    with(SetKind::Prices, from, &from.replace("3000", &fen.to_string()))
}

#[test]
fn r27_a_job_is_charged_by_the_price_book_of_its_day() {
    let extra = [(SetKind::Prices, prices(4_000), DAY), (SetKind::Prices, prices(3_500), DAY - DAY_MS)];
    let (book, refused) = RuleBook::with(book(), extra);
    assert_eq!(refused, []);
    for (at_ms, fen) in [
        (i64::MIN, 3_000),
        (DAY - DAY_MS - 1, 3_000),
        (DAY - DAY_MS, 3_500),
        (DAY - 1, 3_500),
        (DAY, 4_000),
        (i64::MAX, 4_000),
    ] {
        assert_eq!(visit_fen(&book, at_ms), fen, "{at_ms}");
    }
    let hash = BlobHash::of(&prices(3_500));
    assert_eq!(book.hash_in_force(SetKind::Prices, DAY - 1), Some(&hash));
    assert_eq!(book.by_hash(&hash.0).unwrap().head().set, "prices");
}

#[test]
fn r27_of_two_price_books_for_the_same_day_the_later_word_counts() {
    for (first, second) in [(4_000, 3_500), (3_500, 4_000)] {
        let extra = [(SetKind::Prices, prices(first), DAY), (SetKind::Prices, prices(second), DAY)];
        let (book, refused) = RuleBook::with(book(), extra);
        assert_eq!((refused, visit_fen(&book, DAY)), (vec![], second));
    }
}

#[test]
fn r9_r27_prices_for_a_township_that_nobody_knows_are_refused() {
    let for_region =
        |town: &str| with(SetKind::Prices, "\"segments\": [\"project\"]", &format!("\"regions\": [\"{town}\"]"));
    let (book, refused) = RuleBook::with(book(), [(SetKind::Prices, for_region("红岩乡"), DAY)]);
    assert_eq!(refused, []);
    let visit = |town| book.prices_at(DAY).item("visit", None, town).unwrap().guide_fen;
    assert_eq!((visit("红岩乡"), visit("城关镇")), (Fen(0), Fen(3_000)));
    let (_, refused) = RuleBook::with(super::book(), [(SetKind::Prices, for_region("红石乡"), DAY)]);
    assert_eq!((refused.len(), refused[0].reason.line), (1, 7));
    assert!(refused[0].reason.reason.contains("红石乡: no such township"), "{}", refused[0]);
}

#[test]
fn r11_a_reading_is_judged_by_the_set_that_it_names_and_by_none_when_that_is_not_here() {
    let old = book().at(DAY).limit_set().to_vec();
    let stricter = with(SetKind::Limits, "\"to\": 4000", "\"to\": 1000");
    let stricter = String::from_utf8(stricter).unwrap().replacen("\"from\": 4001", "\"from\": 1001", 1).into_bytes();
    let (book, refused) = RuleBook::with(book(), [(SetKind::Limits, stricter.clone(), DAY)]);
    assert_eq!(refused, []);
    let day = book.at(DAY);
    let bound = |set: &[u8]| {
        let limit = day.limit_of(set, "earth_resistance")?;
        Some(serde_json::to_string(&limit.measure).unwrap().contains("\"to\":4000"))
    };
    assert_eq!(bound(&old), Some(true), "an old sheet is judged as it was then");
    assert_eq!(bound(&BlobHash::of(&stricter).0), Some(false));
    assert_eq!(bound(&[]), Some(false), "the one in force");
    assert_eq!(bound(&[7; 32]), None);
    assert_eq!(bound(&[7; 3]), None);
    let prices = book.hash_in_force(SetKind::Prices, DAY).unwrap();
    assert_eq!(bound(&prices.0), None, "a price list judges no reading");
    assert_eq!(book.at(DAY - 1).limit_set(), old);
    assert_eq!(book.at(DAY).limit_set(), BlobHash::of(&stricter).0);
    assert_eq!(book.limits_at(DAY - 1).version, book.limits_at(DAY).version);
    let needs = book.at(DAY).needs(JobKind::Repair, ApplianceKind::InstantHeater).readings.len();
    assert_eq!(needs, 3, "needs find their rows in the replacing set");
}

#[test]
fn a_malformed_replacement_is_refused_with_its_line_and_the_old_one_stays_in_force() {
    let bad = with(SetKind::Places, "\"km\": 27", "\"km\": 27000");
    let (book, refused) = RuleBook::with(book(), [(SetKind::Places, bad.clone(), DAY)]);
    assert_eq!(refused.len(), 1);
    assert_eq!((refused[0].hash, refused[0].reason.kind), (BlobHash::of(&bad), SetKind::Places));
    assert_eq!(refused[0].reason.line, 10);
    assert_eq!(book.places_at(DAY).township("大湾乡").unwrap().km, 27);
    assert!(book.by_hash(&refused[0].hash.0).is_none());
}

#[test]
fn r42_rates_for_an_item_that_nobody_charges_are_refused_and_kept_by_hash() {
    let bad = with(SetKind::Pieces, "\"item\": \"labour_strips\"", "\"item\": \"labour_stripes\"");
    let (book, refused) = RuleBook::with(book(), [(SetKind::Pieces, bad.clone(), DAY)]);
    assert_eq!(refused.len(), 1);
    assert!(refused[0].reason.reason.contains("labour_stripes: no such item"), "{}", refused[0]);
    assert_eq!(refused[0].reason.line, 12, "{}", refused[0]);
    assert_eq!(book.hash_in_force(SetKind::Pieces, DAY), super::book().hash_in_force(SetKind::Pieces, DAY));
    assert!(book.by_hash(&BlobHash::of(&bad).0).is_some(), "somebody may have named it");
}

#[test]
fn r11_a_limit_set_without_a_row_that_jobs_need_is_refused_unless_the_needs_change_with_it() {
    let limits = with(SetKind::Limits, "\"code\": \"rcd_button\"", "\"code\": \"rcd_push\"");
    let (_, refused) = RuleBook::with(book(), [(SetKind::Limits, limits.clone(), DAY)]);
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].reason.kind, SetKind::Limits);
    assert!(refused[0].reason.reason.contains("rcd_button: no such row"), "{}", refused[0]);

    let needs = String::from_utf8(with(SetKind::Needs, "\"rcd_button\"", "\"rcd_push\"")).unwrap();
    let needs = needs.replace("\"rcd_button\"", "\"rcd_push\"").into_bytes();
    let both = [(SetKind::Limits, limits.clone(), DAY), (SetKind::Needs, needs.clone(), DAY)];
    let (book, refused) = RuleBook::with(book(), both);
    assert_eq!(refused, []);
    assert!(book.at(DAY).limit("rcd_push").is_some() && book.at(DAY - 1).limit("rcd_button").is_some());

    // A day apart they don't fit on the day between, whichever comes first.
    let apart = [(SetKind::Limits, limits, DAY + DAY_MS), (SetKind::Needs, needs, DAY)];
    let (book, refused) = RuleBook::with(super::book(), apart);
    assert_eq!(refused.iter().map(|r| r.reason.kind).collect::<Vec<_>>(), [SetKind::Needs, SetKind::Limits]);
    assert_eq!(book.at(DAY).limit_set(), super::book().at(DAY).limit_set());
}

#[test]
fn r11_r27_a_set_is_tried_before_the_owner_publishes_it() {
    let book = book();
    let file = prices(4_000);
    let published = book.candidate(SetKind::Prices, &file, DAY);
    assert_eq!(published, Ok(("2026-11-2".to_owned(), BlobHash::of(&file))));
    assert_eq!(visit_fen(&book, DAY), 3_000, "only tried");
    let error = book.candidate(SetKind::Pieces, &file, DAY).unwrap_err();
    assert_eq!((error.line, error.reason.as_str()), (2, "\"prices\" where \"pieces\" is expected"));
    let limits = with(SetKind::Limits, "\"code\": \"rcd_button\"", "\"code\": \"rcd_push\"");
    assert!(book.candidate(SetKind::Limits, &limits, DAY).unwrap_err().reason.contains("does not fit the needs"));

    // Wages from the day after tomorrow on name an item that only the list of today has.
    let renamed = |kind, item: &str, at_ms| (kind, with(kind, item, "\"labour_lamps\""), at_ms);
    let lists = [
        renamed(SetKind::Prices, "\"labour_small\"", DAY),
        renamed(SetKind::Pieces, "\"labour_strips\"", DAY + 2 * DAY_MS),
    ];
    let (book, refused) = RuleBook::with(book, lists);
    assert_eq!(refused, []);
    assert!(book.candidate(SetKind::Prices, &file, DAY - DAY_MS).is_ok(), "over before the wages begin");
    let error = book.candidate(SetKind::Prices, &file, DAY + DAY_MS).unwrap_err();
    assert!(error.reason.contains("labour_lamps: no such item"), "it would push the wages out: {error}");
}

#[test]
fn r27_settlement_prices_are_in_force_only_where_the_owner_brings_them() {
    let (book, refused) = RuleBook::with(book(), [(SetKind::Settlement, settlement().into_bytes(), DAY)]);
    assert_eq!(refused, []);
    assert!(book.settlement_at(DAY - 1).is_none());
    let set = book.settlement_at(DAY).unwrap();
    assert_eq!(set.settlement_fen("北岭", "weld_and_charge"), Some(Fen(12_500)));
    assert_eq!(set.settlement_fen("北岭", "bracket"), None);
    assert_eq!(set.settlement_fen("安泉", "weld_and_charge"), None);
    // The known case: 205 ÷ 125 = 1.64, which the owner should see.
    let guide = book.prices_at(DAY).item("weld_and_charge", None, "").unwrap().guide_fen.0;
    assert_eq!(guide * 100 / 12_500, 164);
    assert!(set.makers[0].ratio_percent <= 164);
    let unknown = settlement().replace("weld_and_charge", "weld_only");
    let (_, refused) = RuleBook::with(super::book(), [(SetKind::Settlement, unknown.into_bytes(), DAY)]);
    assert_eq!((refused.len(), refused[0].reason.line), (1, 7), "{:?}", refused);
}

#[test]
fn r27_a_price_counted_in_another_unit_than_its_surcharge_is_refused() {
    let from = "\"kind\": \"surcharge\", \"unit\": \"km\"";
    let bad = with(SetKind::Prices, from, "\"kind\": \"surcharge\", \"unit\": \"each\"");
    let (book, refused) = RuleBook::with(book(), [(SetKind::Prices, bad, DAY)]);
    assert!(refused[0].reason.reason.contains("distance: counted in another unit"), "{}", refused[0]);
    assert_eq!(visit_fen(&book, DAY), 3_000);
}

#[test]
fn r23_an_outlet_names_only_the_promises_that_it_changes() {
    let file = "{ \"set\": \"promises\", \"version\": \"ours\", \"valid_from\": \"2026-12-01\",\n \"promises\": { \
                \"silence_hours\": 48, \"parts_hours\": { \"tier4\": 60 } } }";
    let (book, refused) = RuleBook::with(book(), [(SetKind::Promises, file.as_bytes().to_vec(), DAY)]);
    assert_eq!(refused, []);
    let promises = &book.promises_at(DAY).promises;
    assert_eq!((promises.silence_hours, promises.parts_hours.tier4, promises.parts_hours.tier1), (48, 60, 6));
    assert_eq!(promises.first_visit_hours, 24);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn r27_the_latest_list_that_has_begun_counts_in_whatever_order_lists_arrive(
        mut lists in prop::collection::vec((1..9_000i64, -5..5i64), 0..6), probe in -6..6i64,
    ) {
        // One list a day, so that the order of arrival can't matter.
        lists.sort_by_key(|(_, day)| *day);
        lists.dedup_by_key(|(_, day)| *day);
        let file = |(fen, day): &(i64, i64)| (SetKind::Prices, prices(*fen), DAY + day * DAY_MS);
        let (forward, refused) = RuleBook::with(book(), lists.iter().map(file));
        let (backward, _) = RuleBook::with(book(), lists.iter().rev().map(file));
        prop_assert!(refused.is_empty());
        let at_ms = DAY + probe * DAY_MS;
        let expected = lists.iter().rfind(|(_, day)| *day <= probe).map_or(3_000, |(fen, _)| *fen);
        prop_assert_eq!(visit_fen(&forward, at_ms), expected);
        prop_assert_eq!(visit_fen(&backward, at_ms), expected);
        for (fen, _) in &lists {
            prop_assert!(forward.by_hash(&BlobHash::of(&prices(*fen)).0).is_some(), "never dropped");
        }
    }
}
