//! Templates, their places, and how dispatch texts are marked.

use std::collections::BTreeSet;

use doorstep_schemas::rules::replies::{DispatchField, MessageKind, Placeholder, filled, placeholders};
use doorstep_schemas::view::PhotoStage;
use proptest::prelude::*;

use super::{DAY, book};

#[test]
fn r41_each_makers_reply_has_its_own_form_and_any_other_the_general_one() {
    let book = book();
    let set = book.replies_at(DAY);
    assert_eq!(set.reply("北岭").unwrap().code, "beiling");
    assert_eq!(set.reply("旺泉").unwrap().code, "anquan");
    assert_eq!(set.reply("美的").unwrap().code, "any");
    assert_eq!(set.album("北岭")[0], PhotoStage::Nameplate);
    assert_eq!(set.album("美的")[0], PhotoStage::Before);
    let at = |stage| set.album("旺泉").iter().position(|s| *s == stage);
    assert!(at(PhotoStage::Flue) < at(PhotoStage::After) && at(PhotoStage::Flue).is_some());
    let general = &set.reply("").unwrap().body;
    for places in [&general.zh, &general.en].map(|body| placeholders(body).unwrap()) {
        let places: BTreeSet<_> = places.into_iter().filter_map(Placeholder::from_word).collect();
        for must in [Placeholder::Order, Placeholder::Serial, Placeholder::Readings, Placeholder::Fees] {
            assert!(places.contains(&must), "{must:?}");
        }
    }
}

#[test]
fn r33_r45_a_message_names_who_comes_and_when() {
    let book = book();
    let fill = |place| match place {
        Placeholder::Outlet => "柘川县城关网点".to_owned(),
        Placeholder::Technician => "冉小军".to_owned(),
        Placeholder::Eta => "14:20".to_owned(),
        _ => String::new(),
    };
    let text = book.replies_at(DAY).message(MessageKind::OnMyWay).unwrap();
    assert_eq!(filled(&text.zh, fill), "您好，我是柘川县城关网点的冉小军，正在去您家的路上，预计14:20到。");
    for kind in MessageKind::ALL {
        let text = book.replies_at(DAY).message(*kind).unwrap();
        for body in [&text.zh, &text.en] {
            assert!(!filled(body, fill).contains(['{', '}']), "{body}");
        }
    }
}

#[test]
fn r41_every_field_of_a_dispatch_text_is_known_by_several_labels() {
    let book = book();
    let set = book.replies_at(DAY);
    for (label, field) in [
        ("姓名", DispatchField::Customer),
        ("电话", DispatchField::Phone),
        ("地址", DispatchField::Address),
        ("机型", DispatchField::Model),
        ("故障", DispatchField::Symptom),
        ("工单号", DispatchField::MakerOrder),
    ] {
        let marker = set.markers.iter().find(|marker| marker.labels.iter().any(|l| l == label)).unwrap();
        assert_eq!((marker.field, marker.labels.len() > 1), (field, true), "{label}");
    }
}

#[test]
fn a_brace_without_its_other_is_found() {
    for (body, expected) in [
        ("", Ok(vec![])),
        ("{order}", Ok(vec!["order"])),
        ("a{order}b{eta}", Ok(vec!["order", "eta"])),
        ("{order", Err("{order")),
        ("order}", Err("}")),
        ("{or{der}", Err("{or{der}")),
        ("{}", Ok(vec![""])),
    ] {
        assert_eq!(placeholders(body), expected, "{body}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn r41_filling_keeps_every_word_that_stands_outside_the_braces(
        words in prop::collection::vec("[^{}]{0,8}", 1..6), at in prop::collection::vec(0..17usize, 5),
    ) {
        let mut body = words[0].clone();
        for (word, place) in words[1..].iter().zip(&at) {
            body += &format!("{{{}}}{word}", Placeholder::ALL[*place].word());
        }
        prop_assert_eq!(filled(&body, |_| String::new()), words.concat());
        prop_assert_eq!(placeholders(&body).unwrap().len(), words.len() - 1);
    }
}
