//! Rule sets at work: published by the owner, carried to every device, in force from their day on.

use std::collections::{BTreeMap, BTreeSet};

use doorstep::actions::facts::FactError;
use doorstep::actions::rule_sets::PublishError;
use doorstep::actions::visit::VisitError;
use doorstep::documents::layout;
use doorstep::domain::calendar::DAY_MS;
use doorstep::domain::facts::Noted;
use doorstep::domain::facts::outlet::SetVersion;
use doorstep::domain::record::At;
use doorstep::nature::Nature;
use doorstep::rules::MOST_BYTES;
use doorstep::store::outbox::OutPiece;
use doorstep::store::rule_sets;
use doorstep::sync::{runner, status};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{BlobHash, DocId, JobId, ShortId};
use doorstep_schemas::input::{Finish, ShowCard, Tap, TapNode};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{FindingCode, JobOutcome, SyncState, Verdict};

use crate::cast::{
    MINUTE, NOON, OWNER, Phone, RAN, Shop, TIAN, leaking_heater, member, number, pass_everything, reading, refusal,
};

const LIMITS: &str = include_str!("../../rules/limits.json");
const SURCHARGES: &str = include_str!("../../rules/surcharges.json");
const STEPS: &str = include_str!("../../rules/steps.json");
const PRICES: &str = include_str!("../../rules/prices.json");
const TOMORROW: i64 = NOON + DAY_MS;
/// As no other file of this shop has it.
const SECRET: &str = "BL-WELD-125";

fn with(file: &str, changes: &[(&str, &str)]) -> Vec<u8> {
    let mut file = file.to_owned();
    for (from, to) in changes {
        assert!(file.contains(from), "{from}");
        file = file.replacen(from, to, 1);
    }
    file.into_bytes()
}

/// An earth passes up to 1 Ω instead of 4.
fn stricter() -> Vec<u8> {
    with(LIMITS, &[("\"to\": 4000", "\"to\": 1000"), ("\"from\": 4001", "\"from\": 1001")])
}

fn settlement() -> Vec<u8> {
    format!(
        "{{ \"set\": \"settlement\", \"version\": \"1\", \"valid_from\": \"2026-11-01\", \"makers\": [ {{ \"maker\": \
         \"北岭\", \"proofs\": [\"voucher\"], \"ratio_percent\": 160, \"items\": [ {{ \"code\": \"{SECRET}\", \
         \"guide\": \"weld_and_charge\", \"settlement_fen\": 12500 }} ] }} ] }}"
    )
    .into_bytes()
}

/// What a relay keeps beside its log.
#[derive(Default)]
struct Beside(BTreeMap<BlobHash, Vec<u8>>);

impl Beside {
    fn collect(&mut self, phone: &Phone) {
        let mut store = phone.store();
        while let Some(set) = store.set_to_send().unwrap() {
            self.0.insert(set.hash, store.set_bytes(&set.hash).unwrap().unwrap());
            store.note_set_sent(&set.hash).unwrap();
        }
    }

    /// Everything that the device asks for; returns the jobs that look different by it.
    fn deliver(&self, phone: &Phone) -> Vec<JobId> {
        let now = phone.nature.now_ms();
        let mut jobs = Vec::new();
        let mut store = phone.store();
        while let Some(set) = store.set_to_fetch(phone.name == OWNER).unwrap() {
            match self.0.get(&set.hash) {
                Some(bytes) => jobs.extend(store.keep_set(&set.hash, bytes, now).unwrap()),
                None => store.note_set_refused(&set.hash, ErrorCode::NotFound, now).unwrap(),
            }
        }
        jobs
    }
}

fn meet(shop: &mut Shop, phones: &mut [&mut Phone]) {
    for _ in 0..2 {
        phones.iter_mut().for_each(|phone| shop.log.exchange(phone));
    }
}

fn earth(phone: &Phone, job: JobId) -> Vec<Verdict> {
    let view = phone.actions.job(job).unwrap();
    let row = view.appliances[0].readings.iter().find(|row| row.code == "earth_resistance").unwrap();
    row.records.iter().map(|record| record.verdict.verdict).collect()
}

fn measure_earth(phone: &Phone, job: JobId, thousandths: i64) {
    let appliance = phone.facts(job).order.appliances[0].id;
    let mut input = reading(job, appliance, "earth_resistance", number(thousandths));
    input.rectified = "重测".to_owned();
    phone.actions.record_reading(&input).unwrap();
}

fn found(phone: &Phone, job: JobId, code: FindingCode) -> bool {
    let row = phone.store().job_row(job).unwrap().unwrap();
    row.card.findings.iter().any(|finding| finding.code == code)
}

/// All that is in the device's database, as whoever has its key would read it.
pub fn dump(phone: &Phone) -> Vec<u8> {
    let db = phone.database();
    let mut tables =
        db.prepare("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    let mut out = Vec::new();
    for table in tables {
        let mut rows = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let columns = rows.column_count();
        let mut rows = rows.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..columns {
                match row.get_ref(column).unwrap() {
                    rusqlite::types::ValueRef::Text(bytes) | rusqlite::types::ValueRef::Blob(bytes) => {
                        out.extend(bytes);
                    }
                    _ => out.push(0),
                }
            }
        }
    }
    out
}

pub fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

/// Names a set in a paper as a program without our checks would, and has its bytes to send.
fn name_unchecked(desk: &Phone, doc: &DocId, kind: &str, bytes: &[u8]) -> BlobHash {
    let set = BlobHash::of(bytes);
    let noted = Noted::now(desk.nature.now_ms(), None, member(OWNER));
    let id = ShortId::mint([set.0[0], set.0[1], 7, 7, 7]);
    let (kind, version) = (kind.to_owned(), "x".to_owned());
    let named = SetVersion { id, kind, version, set, valid_from: Some(At(NOON)), takes_back: None, noted };
    let write = |paper: &mut _| layout::add_record(paper, &named);
    desk.store().act(doc, "publish_set", NOON, write, |tx| rule_sets::put_own(tx, &set, doc, bytes)).unwrap();
    set
}

#[test]
fn r11_a_reading_keeps_its_verdict_on_every_device_when_another_set_comes_into_force() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let mut beside = Beside::default();
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    ran.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    measure_earth(&ran, job, 3_000);
    desk.actions.publish_rule_set(SetKind::Limits, &stricter(), NOON + 60 * MINUTE).unwrap();
    beside.collect(&desk);
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    beside.deliver(&ran);
    for phone in [&desk, &ran] {
        phone.nature.pass(61 * MINUTE);
        assert_eq!(phone.store().rules_turn(), Some(NOON + 60 * MINUTE));
        phone.store().renew_rules(phone.nature.now_ms()).unwrap();
        assert_eq!(phone.store().rules_turn(), None);
        assert_eq!(earth(phone, job), [Verdict::Pass]);
    }
    measure_earth(&ran, job, 3_000);
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    let ran = ran.restart();
    for phone in [&desk, &ran] {
        assert_eq!(earth(phone, job), [Verdict::Pass, Verdict::Fail], "by the set of their day");
    }
}

#[test]
fn r11_r12_a_reading_whose_set_is_not_here_is_not_measured_until_it_comes_also_when_the_job_is_finished() {
    let mut shop = Shop::open();
    let (mut desk, mut car) = (shop.device(OWNER), shop.device(OWNER));
    let mut beside = Beside::default();
    desk.actions.publish_rule_set(SetKind::Limits, &stricter(), NOON).unwrap();
    let take = || desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    let (open, refused) = (take(), take());
    for job in [open, refused] {
        desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
        measure_earth(&desk, job, 3_000);
    }
    let appliance = desk.facts(refused).order.appliances[0].id;
    desk.actions.note_fact(&refusal(refused, appliance)).unwrap();
    desk.actions.finish(&Finish { job: refused, outcome: JobOutcome::RefusedUnsafe }).unwrap();
    beside.collect(&desk);
    meet(&mut shop, &mut [&mut desk, &mut car]);
    // A relay that was restored from an older copy has the words and not the bytes.
    assert_eq!(Beside::default().deliver(&car), []);
    for job in [open, refused] {
        assert_eq!(earth(&car, job), [Verdict::NotMeasured]);
        assert!(found(&desk, job, FindingCode::ReadingFailed) && !found(&car, job, FindingCode::ReadingFailed));
    }
    assert_eq!(beside.deliver(&car), [], "it is asked for again after the next exchange");
    car.store().retry_fetches().unwrap();
    let judged: BTreeSet<JobId> = beside.deliver(&car).into_iter().collect();
    assert_eq!(judged, BTreeSet::from([open, refused]));
    for job in [open, refused] {
        assert_eq!(earth(&car, job), [Verdict::Fail]);
        assert!(found(&car, job, FindingCode::ReadingFailed));
    }
    assert_eq!(car.rows("lacking"), 0);
}

#[test]
fn r2_r27_another_set_counts_from_its_day_on_and_what_ended_before_keeps_the_old_one() {
    let mut shop = Shop::open();
    let (mut desk, mut late) = (shop.device(OWNER), shop.device(OWNER));
    let mut beside = Beside::default();
    let take = || desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    let (done, open) = (take(), take());
    pass_everything(&desk, done);
    desk.actions.finish(&Finish { job: done, outcome: JobOutcome::Completed }).unwrap();
    let quicker = with(SURCHARGES, &[("\"minutes\": 60 }", "\"minutes\": 45 }")]);
    desk.actions.publish_rule_set(SetKind::Surcharges, &quicker, TOMORROW).unwrap();
    beside.collect(&desk);
    meet(&mut shop, &mut [&mut desk, &mut late]);
    beside.deliver(&late);
    let minutes = |phone: &Phone| {
        let row = |job| phone.store().job_row(job).unwrap().unwrap().card.limit_minutes;
        let view = |job| phone.actions.job(job).unwrap().card.limit_minutes;
        assert_eq!((row(done), row(open)), (view(done), view(open)));
        (row(done), row(open))
    };
    for phone in [&desk, &late] {
        assert_eq!(minutes(phone), (60, 60));
        phone.nature.pass(DAY_MS);
    }
    assert_eq!(desk.store().renew_rules(TOMORROW).unwrap().into_iter().collect::<Vec<_>>(), [open]);
    assert_eq!(desk.store().renew_rules(TOMORROW + 1).unwrap().len(), 0, "judged once");
    assert_eq!(minutes(&desk), (60, 45));
    // Another device was off when the day came.
    assert_eq!(minutes(&late.restart()), (60, 45));
    // And one hears of the job when it is finished, and has the set after that.
    pass_everything(&desk, open);
    desk.actions.finish(&Finish { job: open, outcome: JobOutcome::Completed }).unwrap();
    let mut newest = shop.device(OWNER);
    newest.nature.pass(2 * DAY_MS);
    meet(&mut shop, &mut [&mut desk, &mut newest]);
    assert_eq!(minutes(&newest), (60, 60));
    assert!(beside.deliver(&newest).contains(&open));
    assert_eq!(minutes(&newest), (60, 45));
}

#[test]
fn r11_a_reading_is_judged_by_the_set_that_it_names_also_where_that_set_never_came_into_force() {
    let mut shop = Shop::open();
    let (mut desk, mut car) = (shop.device(OWNER), shop.device(OWNER));
    let mut beside = Beside::default();
    // Somebody's program used a set that lacks a row which jobs need: it doesn't fit here.
    let mut file = String::from_utf8(stricter()).unwrap();
    file = file.replacen("\"code\": \"rcd_button\"", "\"code\": \"rcd_knob\"", 1);
    let set = name_unchecked(&desk, &DocId::Catalogue, "limits", file.as_bytes());
    let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    measure_earth(&desk, job, 3_000);
    let mut foreign = desk.facts(job).sheet.readings[0].clone();
    (foreign.id, foreign.limits) = (ShortId::mint([250; 5]), set.0.to_vec());
    let write = |paper: &mut _| layout::add_record(paper, &foreign);
    desk.store().act(&DocId::Sheet(job), "record_reading", NOON, write, |_| Ok(())).unwrap();
    beside.collect(&desk);
    meet(&mut shop, &mut [&mut desk, &mut car]);
    assert_eq!(earth(&car, job), [Verdict::Pass, Verdict::NotMeasured]);
    assert_eq!(beside.deliver(&car), [job]);
    assert_eq!(earth(&car, job), [Verdict::Pass, Verdict::Fail]);
    assert!(found(&car, job, FindingCode::ReadingFailed));
    assert!(car.store().refused_sets()[0].reason.contains("does not fit"));
    assert_eq!(car.rows("lacking"), 0);
}

#[test]
fn r10_how_long_the_card_is_shown_is_the_outlets_own_word() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let longer = with(STEPS, &[("\"card_shown_ms\": 3000", "\"card_shown_ms\": 5000")]);
    desk.actions.publish_rule_set(SetKind::Steps, &longer, NOON + MINUTE).unwrap();
    let show = |shown_ms| {
        let job = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
        desk.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
        desk.actions.show_card(&ShowCard { job, shown_ms })
    };
    show(3_000).unwrap();
    desk.nature.pass(MINUTE);
    assert!(matches!(show(4_999), Err(VisitError::CardTooShort(4_999))));
    show(5_000).unwrap();
}

#[test]
fn r27_a_set_with_a_slip_is_refused_with_its_line_and_nothing_is_written() {
    let mut shop = Shop::open();
    let (mut desk, ran) = (shop.device(OWNER), shop.device(RAN));
    let slip = with(PRICES, &[("\"guide_fen\": 3000", "\"guide_fen\": -3000")]);
    let refused = desk.actions.publish_rule_set(SetKind::Prices, &slip, NOON);
    let Err(PublishError::Malformed(reason)) = refused else { panic!("{refused:?}") };
    assert!(reason.line > 1 && reason.reason.contains("no price"), "{reason}");
    let by_ran = ran.actions.publish_rule_set(SetKind::Prices, PRICES.as_bytes(), NOON);
    assert!(matches!(by_ran, Err(PublishError::Fact(FactError::OwnerOnly))));
    for phone in [&desk, &ran] {
        assert_eq!((phone.rows("rule_set"), phone.store().held().unwrap().changes), (0, 0));
    }
    assert_eq!(shop.log.collect(&mut desk), []);
}

#[test]
fn r27_a_set_is_in_force_from_now_at_the_earliest() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let dearer = with(PRICES, &[("\"guide_fen\": 3000", "\"guide_fen\": 3100")]);
    let hash = desk.actions.publish_rule_set(SetKind::Prices, &dearer, 0).unwrap();
    let rules = desk.store().rules().clone();
    assert_ne!(rules.hash_in_force(SetKind::Prices, NOON - 1), Some(&hash));
    assert_eq!(rules.hash_in_force(SetKind::Prices, NOON), Some(&hash));
}

#[test]
fn r27_settlement_prices_never_come_to_a_technicians_device() {
    let mut shop = Shop::open();
    let (mut desk, mut car, mut ran) = (shop.device(OWNER), shop.device(OWNER), shop.device(RAN));
    let mut beside = Beside::default();
    desk.actions.publish_rule_set(SetKind::Settlement, &settlement(), NOON).unwrap();
    let dearer = with(PRICES, &[("\"guide_fen\": 3000", "\"guide_fen\": 3100")]);
    desk.actions.publish_rule_set(SetKind::Prices, &dearer, NOON).unwrap();
    beside.collect(&desk);
    meet(&mut shop, &mut [&mut desk, &mut car, &mut ran]);
    beside.deliver(&car);
    beside.deliver(&ran);
    for phone in [&desk, &car] {
        assert!(phone.store().rules().settlement_at(NOON).is_some());
        assert!(holds(&dump(phone), SECRET), "the search finds it where it is");
    }
    let rules = ran.store().rules().clone();
    assert_eq!(
        rules.hash_in_force(SetKind::Prices, NOON + 100),
        Some(&BlobHash::of(&dearer)),
        "what is everybody's came"
    );
    assert!(rules.settlement_at(NOON + 100).is_none() && !ran.store().has(&DocId::Desk("sets".to_owned())).unwrap());
    assert!(!holds(&dump(&ran), SECRET) && !holds(&dump(&ran), "12500"));
    // Even where a log gave away what it must not, the bytes are not asked for.
    let given_away = shop.log.entries.clone();
    ran.store().absorb(&given_away, None, NOON).unwrap();
    assert_eq!(beside.deliver(&ran), []);
    assert!(ran.store().rules().settlement_at(NOON + 100).is_none() && !holds(&dump(&ran), SECRET));
}

#[test]
fn r27_settlement_prices_that_are_named_where_everybody_reads_are_neither_fetched_nor_used() {
    let mut shop = Shop::open();
    let (mut desk, mut car, mut ran) = (shop.device(OWNER), shop.device(OWNER), shop.device(RAN));
    let mut beside = Beside::default();
    name_unchecked(&desk, &DocId::Catalogue, "settlement", &settlement());
    beside.collect(&desk);
    meet(&mut shop, &mut [&mut desk, &mut car, &mut ran]);
    for phone in [&car, &ran] {
        beside.deliver(phone);
        assert!(phone.store().rules().settlement_at(NOON + 100).is_none() && !holds(&dump(phone), SECRET));
        let store = phone.store();
        let refused = &store.refused_sets()[0];
        assert_eq!(refused.kind, SetKind::Settlement);
        assert!(refused.reason.contains("not named in catalogue"), "{}", refused.reason);
    }
}

#[test]
fn r27_a_set_that_cannot_be_used_here_is_shown_with_its_reason_and_what_was_in_force_stays() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let mut beside = Beside::default();
    let slip = with(PRICES, &[("\"guide_fen\": 3000", "\"guide_fen\": -3000")]);
    name_unchecked(&desk, &DocId::Catalogue, "prices", &slip);
    let huge = name_unchecked(&desk, &DocId::Catalogue, "steps", &vec![b' '; MOST_BYTES + 1]);
    beside.collect(&desk);
    meet(&mut shop, &mut [&mut desk, &mut ran]);
    beside.0.remove(&huge);
    beside.deliver(&ran);
    ran.store().note_set_refused(&huge, ErrorCode::BlobTooLarge, NOON).unwrap();
    let ran = ran.restart();
    let refused = |phone: &Phone| {
        let view = status::view(&phone.store(), &runner::Now::default(), |_| false, NOON).unwrap();
        view.refused_sets.into_iter().map(|set| (set.kind, set.line > 1, set.reason)).collect::<Vec<_>>()
    };
    for phone in [&ran, &desk.restart()] {
        let refused = refused(phone);
        assert_eq!(refused.len(), 2, "{refused:?}");
        assert!(refused.iter().any(|(kind, line, why)| *kind == SetKind::Prices && *line && why.contains("no price")));
        assert!(refused.iter().any(|(kind, _, why)| *kind == SetKind::Steps && why.contains("2097152")));
        let rules = phone.store().rules().clone();
        assert_eq!(rules.prices_at(NOON).item("visit", None, "").unwrap().guide_fen.0, 3_000);
        assert_eq!(rules.at(NOON).card_shown_ms(), 3_000);
    }
    let asked = |phone: &Phone| phone.store().set_to_fetch(false).unwrap().map(|set| set.hash);
    ran.store().retry_fetches().unwrap();
    assert_eq!(asked(&ran), None, "two megabytes are not fetched again at every exchange");
    ran.store().retry_refused().unwrap();
    assert_eq!(asked(&ran), Some(huge), "by hand it is");
    ran.store().keep_set(&huge, b"other bytes", NOON).unwrap_err();
    assert_eq!(ran.store().set_bytes(&huge).unwrap(), None);
}

#[test]
fn r27_sets_that_come_in_any_order_make_the_same_book() {
    let mut shop = Shop::open();
    let (mut desk, mut ran, mut tian) = (shop.device(OWNER), shop.device(RAN), shop.device(TIAN));
    let mut beside = Beside::default();
    let priced = |fen: &str| with(PRICES, &[("\"guide_fen\": 3000", &format!("\"guide_fen\": {fen}"))]);
    for (fen, days) in [("3100", 2), ("3200", 1), ("3300", 2)] {
        desk.actions.publish_rule_set(SetKind::Prices, &priced(fen), NOON + days * DAY_MS).unwrap();
        desk.nature.pass(MINUTE);
    }
    beside.collect(&desk);
    meet(&mut shop, &mut [&mut desk, &mut ran, &mut tian]);
    let mut sets: Vec<_> = beside.0.iter().collect();
    for phone in [&ran, &tian] {
        for (hash, bytes) in &sets {
            phone.store().keep_set(hash, bytes, NOON).unwrap();
        }
        sets.reverse();
    }
    for at_ms in [NOON, NOON + DAY_MS, NOON + 2 * DAY_MS, i64::MAX] {
        let fen = |phone: &Phone| phone.store().rules().prices_at(at_ms).item("visit", None, "").unwrap().guide_fen;
        assert_eq!((fen(&ran), fen(&tian)), (fen(&desk), fen(&desk)));
    }
    let rules = ran.store().rules().clone();
    assert_eq!(rules.prices_at(i64::MAX).item("visit", None, "").unwrap().guide_fen.0, 3_300, "the later word");
    assert_eq!(rules.prices_at(NOON + DAY_MS).item("visit", None, "").unwrap().guide_fen.0, 3_200);
}

#[test]
fn a_set_lies_on_the_relay_before_anybody_hears_its_name() {
    let mut shop = Shop::open();
    let mut desk = shop.device(OWNER);
    let state = |desk: &Phone| status::chip(&desk.store(), &runner::Now::default()).unwrap().state;
    desk.actions.publish_rule_set(SetKind::Limits, &stricter(), NOON).unwrap();
    desk.actions.take_order(&leaking_heater(&[])).unwrap();
    let said = |pieces: Vec<OutPiece>| pieces.into_iter().filter_map(|piece| piece.piece.doc).collect::<Vec<_>>();
    let orders = said(shop.log.collect(&mut desk));
    assert!(orders.len() == 1 && orders[0] != DocId::Catalogue, "other work does not wait: {orders:?}");
    assert_eq!(state(&desk), SyncState::Waiting);
    Beside::default().collect(&desk);
    assert_eq!(said(shop.log.collect(&mut desk)), [DocId::Catalogue]);
    assert_eq!(state(&desk), SyncState::Synced);
}

#[test]
fn a_set_that_a_restored_relay_may_lack_is_sent_again() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    desk.actions.publish_rule_set(SetKind::Limits, &stricter(), NOON).unwrap();
    Beside::default().collect(&desk);
    assert_eq!(desk.store().set_to_send().unwrap(), None);
    assert_eq!(desk.store().unsent_sets().unwrap(), 0);
    desk.store().forget_confirmations().unwrap();
    assert_eq!(desk.store().set_to_send().unwrap().map(|set| set.hash), Some(BlobHash::of(&stricter())));
}
