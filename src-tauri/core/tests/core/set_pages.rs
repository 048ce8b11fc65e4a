//! The owner's page of rule sets: what a file would change, on which open jobs, published, taken back, as a form.

use std::collections::BTreeSet;

use doorstep::actions::facts::FactError;
use doorstep::actions::rule_sets::PublishError;
use doorstep::domain::calendar::{self, DAY_MS};
use doorstep::nature::Nature;
use doorstep_schemas::ids::{BlobHash, JobId};
use doorstep_schemas::input::{
    ExportSet, Finish, JobsBySet, NewValue, OneSetKind, PublishSet, ReviseSet, SetFile, TakeBackSet, Tap, TapNode,
};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{
    BlockerCode, Fen, FormValue, JobBySet, JobChange, JobOutcome, Millis, RowTurn, SetStands, SetVersionView, Verdict,
};
use serde_json::{Value, json};

use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, leaking_heater, member, number, pass_everything, reading};

const LIMITS: &str = include_str!("../../rules/limits.json");
const NEEDS: &str = include_str!("../../rules/needs.json");
const TOMORROW: i64 = NOON + DAY_MS;

/// An earth passes up to 1 Ω instead of 4.
fn stricter() -> String {
    LIMITS.replacen("\"to\": 4000", "\"to\": 1000", 1).replacen("\"from\": 4001", "\"from\": 1001", 1)
}

fn take(desk: &Phone) -> JobId {
    desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job
}

fn changed_by(desk: &Phone, kind: SetKind, file: &str) -> Vec<JobBySet> {
    let ask = |after| JobsBySet { kind, file: file.to_owned(), from: Millis(TOMORROW), after };
    let mut view = desk.actions.jobs_by_set(&ask(None)).unwrap();
    let mut jobs = std::mem::take(&mut view.jobs);
    let mut looked = view.looked;
    while let Some(after) = view.after {
        view = desk.actions.jobs_by_set(&ask(Some(after))).unwrap();
        looked += view.looked;
        jobs.append(&mut view.jobs);
    }
    assert_eq!(looked, view.of, "every open job, each once");
    jobs
}

fn publish(desk: &Phone, kind: SetKind, file: &str, from: i64) -> BlobHash {
    let hash = desk.actions.publish_set(&PublishSet { kind, file: file.to_owned(), from: Millis(from) }).unwrap();
    // What is noted in one millisecond of a clock that stands stands one behind the other.
    desk.nature.pass(MINUTE);
    hash
}

fn versions(desk: &Phone, kind: SetKind) -> Vec<SetVersionView> {
    let view = desk.actions.rule_sets().unwrap();
    view.kinds.into_iter().find(|of| of.kind == kind).unwrap().versions
}

#[test]
fn r11_a_stricter_limit_names_the_open_jobs_whose_values_would_fail_and_moves_no_gate() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let (measured, fresh, done) = (take(&desk), take(&desk), take(&desk));
    pass_everything(&desk, done);
    desk.actions.finish(&Finish { job: done, outcome: JobOutcome::Completed }).unwrap();
    desk.actions.tap_node(&TapNode { job: measured, tap: Tap::Arrive }).unwrap();
    let appliance = desk.facts(measured).order.appliances[0].id;
    desk.actions.record_reading(&reading(measured, appliance, "earth_resistance", number(3_000))).unwrap();

    let found = desk.actions.compare_set(&SetFile { kind: SetKind::Limits, file: stricter() }).unwrap();
    let [row] = found.changes.as_slice() else { panic!("{:?}", found.changes) };
    assert_eq!((row.code.as_str(), row.turn, row.values.len()), ("earth_resistance", RowTurn::Changed, 2));
    let sides = row.values[0].clone();
    assert_eq!((sides.before.unwrap().zh, sides.after.unwrap().zh), ("4 Ω".to_owned(), "1 Ω".to_owned()));
    assert!(found.touches_jobs);

    let jobs = changed_by(&desk, SetKind::Limits, &stricter());
    let [one] = jobs.as_slice() else { panic!("only what was measured, and is open: {jobs:?}") };
    assert_eq!(one.card.job, measured);
    let [JobChange::Verdict { row, before, after }] = one.changes.as_slice() else { panic!("{:?}", one.changes) };
    assert_eq!((row.zh.as_str(), *before, *after), ("接地电阻", Verdict::Pass, Verdict::Fail));
    assert_eq!(changed_by(&desk, SetKind::Limits, LIMITS), []);
    assert_ne!(fresh, measured);
}

#[test]
fn r11_what_is_asked_for_besides_is_a_gate_on_every_open_job() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let jobs = [take(&desk), take(&desk)];
    let mut more: Value = serde_json::from_str(NEEDS).unwrap();
    more["needs"].as_array_mut().unwrap().push(json!({ "readings": ["running_current"] }));
    let found = changed_by(&desk, SetKind::Needs, &more.to_string());
    assert_eq!(found.iter().map(|one| one.card.job).collect::<BTreeSet<_>>(), BTreeSet::from(jobs));
    for one in found {
        let [JobChange::Gate { code, subject, comes }] = one.changes.as_slice() else { panic!("{:?}", one.changes) };
        let subject = subject.clone().unwrap().zh;
        assert_eq!((*code, subject.as_str(), *comes), (BlockerCode::ReadingMissing, "运行电流", true));
    }
}

#[test]
fn a_broken_file_names_its_line_and_writes_nothing() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    take(&desk);
    let file = "{\n \"set\": \"limits\",\n \"version\": 3\n}";
    let broken = SetFile { kind: SetKind::Limits, file: file.to_owned() };
    let Err(PublishError::Malformed(why)) = desk.actions.compare_set(&broken) else { panic!("refused") };
    assert_eq!(why.line, 3, "{why}");
    let ask = JobsBySet { kind: SetKind::Limits, file: broken.file, from: Millis(NOON), after: None };
    assert!(matches!(desk.actions.jobs_by_set(&ask), Err(PublishError::Malformed(_))));
    assert_eq!(versions(&desk, SetKind::Limits).len(), 1, "nothing was written");
}

#[test]
fn a_set_is_taken_back_on_every_device_while_it_has_not_begun_and_not_after() {
    let mut shop = Shop::open();
    let (mut desk, mut car) = (shop.device(OWNER), shop.device(OWNER));
    publish(&desk, SetKind::Limits, &stricter(), TOMORROW);
    let listed = versions(&desk, SetKind::Limits);
    let stands: Vec<_> = listed.iter().map(|version| version.stands).collect();
    assert_eq!(stands, [SetStands::InForce, SetStands::ToCome]);
    assert_eq!((listed[1].by.as_str(), listed[1].from), (OWNER, Some(Millis(TOMORROW))));
    let id = listed[1].takes_back.unwrap();
    assert_eq!(listed[0].takes_back, None, "what is in force");
    desk.actions.take_back_set(&TakeBackSet { kind: SetKind::Limits, id }).unwrap();
    for _ in 0..2 {
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut car);
    }
    let desk = desk.restart();
    for phone in [&desk, &car] {
        phone.nature.pass(2 * DAY_MS);
        phone.store().renew_rules(phone.nature.now_ms()).unwrap();
        assert_eq!(versions(phone, SetKind::Limits).len(), 1);
        let hash = phone.store().rules().hash_in_force(SetKind::Limits, TOMORROW + 1).copied();
        assert_eq!(hash, Some(BlobHash::of(LIMITS.as_bytes())));
    }

    let begun = publish(&desk, SetKind::Limits, &stricter(), NOON);
    let id = {
        let known = desk.store().set_versions().unwrap();
        known.iter().find(|(_, version)| version.set == begun).map(|(_, version)| version.id).unwrap()
    };
    let back = desk.actions.take_back_set(&TakeBackSet { kind: SetKind::Limits, id });
    assert!(matches!(back, Err(PublishError::Begun)), "{back:?}");
    assert_eq!(desk.store().rules().hash_in_force(SetKind::Limits, desk.nature.now_ms()), Some(&begun));
}

#[test]
fn a_version_is_given_out_as_it_was_published_and_only_to_the_owner() {
    let mut shop = Shop::open();
    let (desk, ran) = (shop.device(OWNER), shop.device(RAN));
    let own = publish(&desk, SetKind::Limits, &stricter(), TOMORROW);
    let export =
        |phone: &Phone, hash| phone.actions.export_set(&ExportSet { kind: SetKind::Limits, hash, bytes: true });
    assert_eq!(export(&desk, own).unwrap().1, stricter().into_bytes());
    let built_in = export(&desk, BlobHash::of(LIMITS.as_bytes())).unwrap();
    assert_eq!(built_in.1, LIMITS.as_bytes());
    assert!(built_in.0.starts_with("limits-2026") && built_in.0.ends_with(".json"), "{}", built_in.0);
    assert!(export(&desk, BlobHash([7; 32])).is_err());
    assert!(matches!(export(&ran, own), Err(FactError::OwnerOnly)));
    assert!(matches!(ran.actions.rule_sets(), Err(FactError::OwnerOnly)));
    assert!(ran.actions.set_form(&OneSetKind { kind: SetKind::Promises }).is_err());
}

#[test]
fn r10_r30_the_outlets_number_and_its_limit_for_damage_are_written_in_a_form() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let revise = |kind, pointer: &str, value| {
        let values = vec![NewValue { pointer: pointer.to_owned(), value }];
        desk.actions.revise_set(&ReviseSet { kind, values })
    };
    let limit = "/promises/compensation_limit_fen";
    let form = desk.actions.set_form(&OneSetKind { kind: SetKind::Promises }).unwrap();
    let fields: Vec<_> = form.rows.iter().flat_map(|row| &row.fields).collect();
    let known = fields.iter().find(|field| field.pointer == limit).unwrap();
    assert_eq!((known.value.clone(), known.label.zh.as_str()), (FormValue::Money(Fen(30_000)), "现场赔付上限"));
    let drafted = revise(SetKind::Promises, limit, FormValue::Money(Fen(50_000))).unwrap();
    let [change] = drafted.compared.changes.as_slice() else { panic!("{:?}", drafted.compared) };
    assert_eq!(change.values[0].after.clone().unwrap().en, "¥500.00");
    publish(&desk, SetKind::Promises, &drafted.file, NOON);
    let now = desk.nature.now_ms();
    let in_force = desk.store().rules().promises_at(now).clone();
    assert_eq!((in_force.promises.compensation_limit_fen, in_force.version.as_str()), (Fen(50_000), "2026-11-21"));
    let again = revise(SetKind::Promises, limit, FormValue::Money(Fen(60_000))).unwrap();
    assert_eq!(again.compared.version, "2026-11-21-2", "no two versions of one name");

    let number = FormValue::Word("0719-8888888".to_owned());
    let drafted = revise(SetKind::Numbers, "/outlet/number", number).unwrap();
    publish(&desk, SetKind::Numbers, &drafted.file, NOON);
    let now = desk.nature.now_ms();
    assert_eq!(desk.store().rules().at(now).outlet_number(), "0719-8888888");
    let gone = revise(SetKind::Numbers, "/outlet/number", FormValue::Word(String::new())).unwrap();
    assert!(gone.compared.changes.iter().all(|change| change.turn == RowTurn::Gone));

    assert!(revise(SetKind::Promises, "/version", FormValue::Word("9".into())).is_err(), "only what the form has");
    assert!(revise(SetKind::Promises, limit, FormValue::Word("viel".into())).is_err(), "and of its kind");
    assert!(revise(SetKind::Limits, "/limits/0/name", FormValue::Word(String::new())).is_err());
    let wild = revise(SetKind::Promises, "/promises/sample_percent", FormValue::Number(101));
    assert!(matches!(wild, Err(PublishError::Malformed(_))), "{wild:?}");
    let wild = revise(SetKind::Promises, "/promises/silence_hours", FormValue::Number(0));
    assert!(matches!(wild, Err(PublishError::Malformed(_))), "{wild:?}");
}

#[test]
fn r12_r24_r40_r47_what_an_outlet_promises_in_days_and_shares_is_what_its_pages_propose() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let job = take(&desk);
    let proposed = |desk: &Phone| {
        let noted = desk.actions.job(job).unwrap().noted;
        let days = |at: Millis| (at.0 - calendar::day_start(desk.nature.now_ms())) / DAY_MS;
        (days(noted.old_part_due), days(noted.recheck), desk.actions.roster().unwrap().notice_days)
    };
    assert_eq!(proposed(&desk), (14, 7, 30));
    let figures = [("old_part_days", 20), ("recheck_days", 3), ("expiry_notice_days", 45), ("sample_percent", 100)];
    let value = |(name, n)| NewValue { pointer: format!("/promises/{name}"), value: FormValue::Number(n) };
    let values = figures.map(value).into();
    let drafted = desk.actions.revise_set(&ReviseSet { kind: SetKind::Promises, values }).unwrap();
    publish(&desk, SetKind::Promises, &drafted.file, NOON);
    assert_eq!(proposed(&desk), (20, 3, 45));
}
