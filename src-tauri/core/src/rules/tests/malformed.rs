//! Slips of the pen, each refused with its line; and bytes that no pen wrote.

use doorstep_schemas::rules::SetKind;
use proptest::prelude::*;

use super::{BUILT_IN, built_in_file, settlement, with};
use crate::rules::{MOST_BYTES, load};

/// The line, from 1, of the first occurrence.
fn line_of(file: &[u8], text: &str) -> usize {
    let file = std::str::from_utf8(file).unwrap();
    1 + file[..file.find(text).unwrap_or_else(|| panic!("{text}"))].matches('\n').count()
}

/// A set with `from` written as `to` is refused in the line of `mark`, and says `reason`.
fn refused(kind: SetKind, from: &str, to: &str, mark: &str, reason: &str) {
    let file = match kind {
        SetKind::Settlement => {
            assert!(settlement().contains(from), "{from}");
            settlement().replacen(from, to, 1).into_bytes()
        }
        _ => with(kind, from, to),
    };
    let error = load(kind, &file).expect_err(&format!("{}: {from} → {to}", kind.word()));
    let expected = (kind, line_of(&file, mark));
    assert_eq!((error.kind, error.line), expected, "{from} → {to}: {error}");
    assert!(error.reason.contains(reason), "{from} → {to}: {error}");
    assert!(error.column >= 1 && error.to_string().contains(&format!("line {}", error.line)), "{error}");
}

#[test]
fn a_set_of_another_kind_without_a_version_or_with_no_date_is_refused_in_its_line() {
    for kind in SetKind::ALL.iter().copied().filter(|kind| !kind.owner_only()) {
        let word = kind.word();
        refused(kind, &format!("\"set\": \"{word}\""), "\"set\": \"other\"", "\"set\"", "is expected");
        refused(
            kind,
            "\"valid_from\": \"2026-11-01\"",
            "\"valid_from\": \"2026-11-31\"",
            "\"2026-11-31\"",
            "not a date",
        );
        refused(kind, "\"version\": \"2026-11-", "\"versoin\": \"2026-11-", "\"versoin\"", "unknown field");
        refused(kind, "\"version\"", "\"version\": \"\", \"set\"", "\"version\"", "duplicate field");
        refused(kind, "\"set\": ", "\"set\": 1, \"x\": ", "\"set\"", "invalid type");
    }
}

#[test]
fn r49_a_slip_in_the_steps_is_found_in_its_line() {
    let at = |from, to, mark, reason| refused(SetKind::Steps, from, to, mark, reason);
    at("\"card_shown_ms\": 3000", "\"card_shown_ms\": 0", "\"card_shown_ms\"", "between 1");
    at("\"code\": \"prepare\"", "\"code\": \"call\"", "\"name\": { \"zh\": \"备件备工具\"", "there twice");
    at("\"en\": \"Leave\"", "\"en\": \" \"", "\"zh\": \"道别\"", "English text is missing");
    at("\"notice\": \"warning\"", "\"notice\": \"refusal\"", "\"notices\"", "warning has 0 wordings");
    at("\"kind\": \"calming\"", "\"kind\": \"shouting\"", "\"shouting\"", "unknown variant");
}

#[test]
fn r3_a_slip_in_the_emergency_scripts_is_found_in_its_line() {
    let at = |from, to, mark, reason| refused(SetKind::Emergency, from, to, mark, reason);
    at("\"gas emergency\"", "\" \"", "\"gas_company\"", "heard always");
    at("\"arrive_far_minutes\": 120", "\"arrive_far_minutes\": 30", "\"arrive_far_minutes\"", "less time than near");
    at("\"urgency\": \"class2\"", "\"urgency\": \"normal\"", "\"urgency\": \"normal\"", "class 1 or 2");
    at("\"send_after\"", "\"send_before\"", "\"send_before\"", "unknown field");
    at("\"触电\", ", "\"\", ", "\"emergency\": \"shock\"", "always");
    at("\"emergency\": \"gas\"", "\"emergency\": \"shock\"", "\"scripts\"", "has 0 scripts");
    at(
        "\"zh\": \"燃气公司到场处理完，说安全了，才能派人。\"",
        "\"zh\": \"\"",
        "Send somebody only after the gas company",
        "Chinese text is missing",
    );
}

#[test]
fn r2_r27_a_slip_in_surcharges_and_prices_is_found_in_its_line() {
    let surcharges = |from, to, mark, reason| refused(SetKind::Surcharges, from, to, mark, reason);
    surcharges("[\"LW\"", "[\"\"", "\"floor_marks\"", "fit every model");
    surcharges("\"guide_fen\": 10000", "\"guide_fen\": -1", "\"code\": \"height\"", "no price");
    surcharges("[100, 50, 30]", "[100, 50, 60]", "\"labour_percent\"", "never rises");
    surcharges("\"unit\": \"km\"", "\"unit\": \"mile\"", "\"mile\"", "unknown variant");
    surcharges("\"set_percent\": 80", "\"set_percent\": 800", "\"set_percent\"", "between 1 and 100");
    surcharges("\"guide_fen\": 150,", "\"guide_fen\": 1.5,", "1.5", "invalid type");
    let prices = |from, to, mark, reason| refused(SetKind::Prices, from, to, mark, reason);
    prices("\"code\": \"empty_trip\"", "\"code\": \"visit\"", "\"name\": { \"zh\": \"空跑费\"", "there twice");
    prices("\"guide_fen\": 20500", "\"guide_fen\": 99999999999", "\"code\": \"weld_and_charge\"", "no price");
    prices("\"kind\": \"diagnosis\"", "\"kind\": \"discount\"", "\"code\": \"diagnosis\"", "no price in a list");
    prices("\"guide_fen\": 20500", "\"settlement_fen\": 12500", "\"settlement_fen\"", "unknown field");
    prices(
        "\"book\": \"standard\", ",
        "\"book\": \"standard\", \"segments\": [\"vip\"], ",
        "\"book\": \"standard\"",
        "everybody",
    );
}

#[test]
fn r27_r31_a_slip_in_the_owners_settlement_prices_is_found_in_its_line() {
    load(SetKind::Settlement, settlement().as_bytes()).unwrap();
    let at = |from, to, mark, reason| refused(SetKind::Settlement, from, to, mark, reason);
    at("\"BL-02\"", "\"BL-01\"", "\"install_wall_unit\"", "there twice");
    at("15000", "-15000", "\"BL-02\"", "no price");
    at("\"ratio_percent\": 160", "\"ratio_percent\": 16", "\"maker\"", "between 100 and 1000");
    at("\"voucher\"", "\"promise\"", "\"promise\"", "unknown variant");
}

#[test]
fn r26_a_slip_in_the_warranty_policies_is_found_in_its_line() {
    let at = |from, to, mark, reason| refused(SetKind::Warranty, from, to, mark, reason);
    at("\"sold_since\": \"2021-03-01\"", "\"sold_since\": \"2021-02-29\"", "2021-02-29", "not a date");
    at("\"months\": 72", "\"months\": 0", "\"beiling_whole\"", "between 1 and 600");
    at("\"invoice\", ", "", "\"start_order\"", "invoice is there 0 times");
    at("\"part\": \"whole\"", "\"part\": \"all\"", "\"all\"", "unknown variant");
    at("\"return_days\": 7", "\"return_days\": 70", "\"exchange_days\"", "to exchange");
}

#[test]
fn r10_r23_r42_a_slip_in_promises_numbers_pieces_and_places_is_found_in_its_line() {
    refused(SetKind::Promises, "\"tier3\": 36", "\"tier3\": 12", "\"tier3\"", "12 is not between 24");
    refused(SetKind::Promises, "\"lease_days\": 7", "\"lease_days\": -7", "\"lease_days\"", "invalid value");
    refused(SetKind::Promises, "\"lease_days\"", "\"lease\"", "\"lease\"", "unknown field");
    refused(SetKind::Reminders, "\"to_month\": 5", "\"to_month\": 3", "before_summer", "4–3 are no months");
    refused(SetKind::Reminders, "\"after_months\": 24", "\"after_months\": 0", "anode_rod", "0 months");
    refused(SetKind::Reminders, "\"order_days\": 7", "\"order_days\": 60", "order_days", "more than 30");
    refused(
        SetKind::Crew,
        "\"certificate\": \"welding\"",
        "\"certificate\": \"gas_filing\"",
        "certificates",
        "welding",
    );
    refused(SetKind::Crew, "\"grade\": \"d\"", "\"grade\": \"c\"", "grades", "each grade is there once");
    refused(SetKind::Numbers, "400-000-1003", "call us", "call us", "can't be dialled");
    refused(SetKind::Numbers, "\"brand\": \"北岭\"", "\"brand\": \"安泉\"", "Beiling", "there twice");
    refused(SetKind::Numbers, "Consumer complaints", "", "全国消费者投诉举报", "English text is missing");
    refused(SetKind::Pieces, "[60, 40]", "[60, 50]", "\"crews\"", "shares 110 %");
    refused(SetKind::Pieces, "\"rate_fen\": 9000", "\"rate_fen\": -9000", "\"install_wall_unit\"", "no price");
    refused(SetKind::Pieces, "\"code\": \"late\"", "\"code\": \"Late\"", "\"Late\"", "a–z");
    refused(SetKind::Places, "\"km\": 27", "\"km\": 27000", "大湾乡", "1,000 km");
    refused(SetKind::Places, "\"name\": \"柳林镇\"", "\"name\": \"新集镇\"", "\"km\": 18", "there twice");
    refused(SetKind::Places, "\"segment\": \"vip\"", "\"segment\": \"town\"", "\"segments\"", "vip is there 0 times");
}

#[test]
fn r41_a_slip_in_the_replies_is_found_in_its_line() {
    let at = |from, to, mark, reason| refused(SetKind::Replies, from, to, mark, reason);
    at("收费：{fees}", "收费：{price}", "{price}", "{price} is no place");
    at("收费：{fees}", "收费：{fees", "收费：{fees", "a brace without its other");
    at("\"field\": \"phone\"", "\"field\": \"customer\"", "\"markers\"", "there");
    at("\"工单编号\"", "\"电话\"", "\"field\": \"phone\"", "there twice");
    at(
        "\"code\": \"any\", \"stages\"",
        "\"code\": \"any\", \"brands\": [\"晶视\"], \"stages\"",
        "\"albums\"",
        "any brand",
    );
}

#[test]
fn r8_r11_a_slip_in_limits_needs_and_faults_is_found_in_its_line() {
    refused(
        SetKind::Limits,
        "\"code\": \"rcd_button\"",
        "\"code\": \"socket_polarity\"",
        "\"code\": \"socket_polarity\",\n      \"name\": { \"zh\": \"漏保试验按钮\"",
        "there twice",
    );
    refused(SetKind::Needs, "[ \"unit_pickup\" ]", "[ \"survey\" ]", "\"needs\": [", "nothing is asked of unit_pickup");
    refused(SetKind::Needs, "\"harness\": {", "\"wall\": {", "\"photo_names\"", "harness has no name");
    refused(SetKind::Limits, "\"to\": 4000", "\"to\": 3000", "\"code\": \"earth_resistance\"", "a hole between");
    refused(SetKind::Faults, "\"difficulty\": \"c\"", "\"difficulty\": \"e\"", "\"e\"", "unknown variant");
}

#[test]
fn what_is_no_set_at_all_is_refused() {
    for kind in SetKind::ALL {
        for bytes in [&b""[..], b"null", b"[]", b"{}", b"{", b"\xff\xfe", "设".as_bytes(), b"\0"] {
            load(*kind, bytes).unwrap_err();
        }
        let deep = "[".repeat(100_000);
        assert!(load(*kind, deep.as_bytes()).unwrap_err().line == 1);
    }
    let mut file = built_in_file(SetKind::Places).into_bytes();
    file.extend(std::iter::repeat_n(b' ', MOST_BYTES - file.len()));
    load(SetKind::Places, &file).unwrap();
    file.push(b' ');
    assert!(load(SetKind::Places, &file).unwrap_err().reason.contains("more than"));
    let mut broken = built_in_file(SetKind::Places).into_bytes();
    let at = broken.iter().position(|b| !b.is_ascii()).unwrap();
    broken[at] = 0xff;
    let error = load(SetKind::Places, &broken).unwrap_err();
    assert_eq!((error.line, error.reason.as_str()), (5, "not UTF-8"), "{error}");
    assert!(load(SetKind::Places, b"{} x").unwrap_err().column >= 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn mutated_bytes_of_every_built_in_file_never_panic_and_have_a_line_inside_the_file(
        which in 0..BUILT_IN.len(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let (kind, bytes) = BUILT_IN[which];
        let mut bytes = bytes.to_vec();
        for (at, byte, how) in edits {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                2 => { bytes.remove(at); }
                // Digits and quotes break values, not only syntax.
                _ => bytes[at] = b"0123456789\"-,:{}[]"[usize::from(byte) % 18],
            }
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Err(error) = load(kind, &bytes) {
            let lines = 1 + bytes.iter().filter(|b| **b == b'\n').count();
            prop_assert!((1..=lines).contains(&error.line) && error.column >= 1, "{error}");
            prop_assert!(!error.reason.is_empty() && error.kind == kind);
        }
    }

    #[test]
    fn whatever_bytes_arrive_are_judged_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for kind in SetKind::ALL {
            prop_assert!(load(*kind, &bytes).is_err());
        }
    }
}
