//! Fields that two people wrote apart: every value with its author, until a person picks.

use std::collections::BTreeSet;

use automerge::{ObjType, ROOT, ReadDoc, Value as Held};
use doorstep::actions::conflicts::ResolveError;
use doorstep::documents::conflicts::{NoPick, Pick, conflicts, settle};
use doorstep::documents::paper::Paper;
use doorstep::documents::snapshot::Place;
use doorstep_schemas::ids::{DocId, DocKind, JobId, ShortId};
use doorstep_schemas::input::{Choice, Resolve, SheetField};
use doorstep_schemas::view::{ConflictView, JobPaper, Millis, Window};
use proptest::prelude::*;

use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, TIAN, cases, field, leaking_heater, member, pass_everything};
use crate::merges::anything::{Desks, Stroke, stroke};

/// Every place whose live values are not all the same, asked for key by key.
fn by_hand(paper: &Paper) -> Vec<(Place, usize)> {
    let doc = paper.doc();
    let mut out = Vec::new();
    let mut look = |container: &str, key: &str, field: Option<&str>, object: &automerge::ObjId| {
        let held = doc.get_all(object, field.unwrap_or(key)).unwrap();
        let texts: Vec<String> = held.iter().map(|(value, _)| format!("{value:?}")).collect();
        if held.iter().all(|(value, _)| value.is_scalar()) && texts.iter().any(|text| *text != texts[0]) {
            let place = Place { container: container.into(), key: key.into(), field: field.map(str::to_owned) };
            out.push((place, held.len()));
        }
    };
    for container in doc.keys(ROOT) {
        let (_, parent) = doc.get(ROOT, container.as_str()).unwrap().unwrap();
        for key in doc.keys(&parent) {
            look(&container, &key, None, &parent);
            if let Some((Held::Object(ObjType::Map), record)) = doc.get(&parent, key.as_str()).unwrap() {
                for field in doc.keys(&record) {
                    look(&container, &key, Some(&field), &record);
                }
            }
        }
    }
    out.sort();
    out
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn every_conflict_is_found_and_none_is_left_once_a_person_has_picked(
        kind in prop::sample::select(DocKind::ALL.to_vec()),
        strokes in prop::collection::vec((0usize..3, stroke()), 1..30),
        picks in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 8),
    ) {
        let mut desks = Desks::open(kind);
        for (who, stroke) in &strokes {
            desks.perform(*who, stroke);
        }
        desks.meet();
        let paper = &mut desks.papers[0];
        let found = conflicts(paper);
        let places: Vec<(Place, usize)> = found.iter().map(|c| (c.place.clone(), c.values.len())).collect();
        prop_assert_eq!(places, by_hand(paper));
        for (conflict, (index, typed)) in found.iter().zip(picks.iter().cycle()) {
            let held = index.get(&conflict.values);
            let text = held.value.text().is_some() && *typed;
            let pick = if text { Pick::Typed("第三种写法".to_owned()) } else { Pick::Held(held.change) };
            let settled = settle(paper, &conflict.place, &pick).unwrap();
            prop_assert!(paper.edit("resolve", NOON, |doc| settled.write(doc)).unwrap().is_some());
            let now = doorstep::documents::snapshot::snapshot(paper.doc(), None);
            let stands = &now[&conflict.place];
            prop_assert_eq!(stands.len(), 1);
            if text {
                prop_assert_eq!(stands[0].text(), Some("第三种写法"));
            } else {
                prop_assert_eq!(&stands[0], &held.value);
            }
            prop_assert_eq!(settle(paper, &conflict.place, &pick).unwrap_err(), NoPick::Settled);
        }
        prop_assert_eq!(conflicts(paper), vec![]);
    }
}

/// 覃建国 has two devices, 冉小军 and 田勇 one each; the job is theirs.
struct Story {
    shop: Shop,
    desk: Phone,
    tablet: Phone,
    ran: Phone,
    tian: Phone,
    job: JobId,
    appliance: ShortId,
}

impl Story {
    fn open() -> Self {
        let mut shop = Shop::open();
        let (desk, tablet) = (shop.device(OWNER), shop.device(OWNER));
        let (ran, tian) = (shop.device(RAN), shop.device(TIAN));
        let job = desk.actions.take_order(&leaking_heater(&[member(RAN), member(TIAN)])).unwrap().card.job;
        let appliance = desk.facts(job).order.appliances[0].id;
        let mut story = Self { shop, desk, tablet, ran, tian, job, appliance };
        story.meet();
        story
    }

    fn meet(&mut self) {
        for _ in 0..2 {
            for phone in [&mut self.desk, &mut self.tablet, &mut self.ran, &mut self.tian] {
                self.shop.log.exchange(phone);
            }
        }
    }

    fn cause(&self, phone: &Phone, text: &str) {
        phone.actions.write_field(&field(self.job, self.appliance, SheetField::Cause, text)).unwrap();
    }

    fn window(&self, phone: &Phone, minutes: i64) {
        let window = Window { from: Millis(NOON), to: Millis(NOON + minutes * MINUTE) };
        let write = |doc: &mut _| doorstep::documents::order::set_window(doc, window);
        phone.store().act(&DocId::Order(self.job), "reschedule", NOON, write, |_| Ok(())).unwrap();
    }

    fn pick(&self, phone: &Phone, conflict: &ConflictView, n: usize) -> Result<(), ResolveError> {
        let choice = Choice::Pick { change: conflict.values[n].change };
        phone.actions.resolve(&Resolve { job: self.job, place: conflict.place.clone(), choice }).map(drop)
    }
}

#[test]
fn two_causes_are_shown_with_who_wrote_them_until_one_is_picked() {
    let mut story = Story::open();
    story.ran.nature.pass(5 * MINUTE);
    story.cause(&story.ran, "密封圈老化");
    story.cause(&story.tian, "接头松动");
    assert_eq!(story.ran.actions.conflicts(story.job).unwrap(), []);
    story.meet();
    let found = story.ran.actions.conflicts(story.job).unwrap();
    assert_eq!(found.len(), 1);
    let conflict = &found[0];
    assert_eq!((conflict.place.paper, conflict.place.container.as_str()), (JobPaper::Sheet, "fields"));
    assert_eq!((conflict.name.zh.as_str(), conflict.name.en.as_str()), ("原因", "cause"));
    let mut held: Vec<_> =
        conflict.values.iter().map(|v| (v.text.zh.as_str(), v.by.as_str(), v.device.as_str(), v.at.0)).collect();
    held.sort();
    let both = [("密封圈老化", RAN, "冉小军的手机", NOON + 5 * MINUTE), ("接头松动", TIAN, "田勇的手机", NOON)];
    assert_eq!(held, both);
    let shown = story.ran.facts(story.job).sheet.field(story.appliance, SheetField::Cause).to_owned();
    assert_eq!(conflict.values[0].text.zh, shown, "the one that is shown comes first");
    // The owner sees it, and it is not the owner's to decide.
    let at_desk = story.desk.actions.conflicts(story.job).unwrap();
    assert_eq!((at_desk[0].may_resolve, conflict.may_resolve), (false, true));
    assert!(matches!(story.pick(&story.desk, conflict, 0), Err(ResolveError::Job(_))));
    story.pick(&story.tian, conflict, 1).unwrap();
    story.meet();
    for phone in [&story.desk, &story.ran, &story.tian] {
        assert_eq!(phone.actions.conflicts(story.job).unwrap(), []);
        assert_eq!(phone.facts(story.job).sheet.field(story.appliance, SheetField::Cause), conflict.values[1].text.zh);
    }
    let last = story.desk.actions.deeds(story.job).unwrap();
    assert!(last.iter().any(|deed| deed.code == "resolve" && deed.by == TIAN), "a pick is an action");
}

/// Whichever of the two is picked, also the one that is shown anyway: somebody else's pick does not hide it.
#[test]
fn two_people_who_pick_apart_make_a_new_conflict() {
    for n in 0..2 {
        let mut story = Story::open();
        story.cause(&story.ran, "密封圈老化");
        story.cause(&story.tian, "接头松动");
        story.meet();
        let found = story.ran.actions.conflicts(story.job).unwrap();
        story.pick(&story.ran, &found[0], n).unwrap();
        let choice = Choice::Typed { text: " 两处都有 ".to_owned() };
        story.tian.actions.resolve(&Resolve { job: story.job, place: found[0].place.clone(), choice }).unwrap();
        story.meet();
        let again = story.ran.actions.conflicts(story.job).unwrap();
        let texts: BTreeSet<&str> = again[0].values.iter().map(|v| v.text.zh.as_str()).collect();
        assert_eq!(texts, BTreeSet::from([found[0].values[n].text.zh.as_str(), "两处都有"]));
        // A list that somebody still looks at names values that are gone: nothing else is picked in their place.
        let stale = story.pick(&story.ran, &found[0], 1);
        assert!(matches!(stale, Err(ResolveError::Pick(NoPick::NotHeld))), "{stale:?}");
    }
}

#[test]
fn the_shown_value_written_again_over_both_is_a_pick_like_any_other() {
    let mut story = Story::open();
    story.cause(&story.ran, "密封圈老化");
    story.cause(&story.tian, "接头松动");
    story.meet();
    let shown = story.ran.facts(story.job).sheet.field(story.appliance, SheetField::Cause).to_owned();
    story.cause(&story.ran, &shown);
    story.cause(&story.tian, "两处都有");
    story.meet();
    let again = story.ran.actions.conflicts(story.job).unwrap();
    let texts: BTreeSet<&str> = again[0].values.iter().map(|v| v.text.zh.as_str()).collect();
    assert_eq!(texts, BTreeSet::from([shown.as_str(), "两处都有"]));
}

#[test]
fn what_an_order_says_twice_only_its_owner_decides() {
    let mut story = Story::open();
    story.window(&story.desk, 60);
    story.window(&story.tablet, 90);
    story.meet();
    let found = story.ran.actions.conflicts(story.job).unwrap();
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0].name.en.as_str(), found[0].may_resolve), ("to", false));
    assert!(matches!(story.pick(&story.ran, &found[0], 0), Err(ResolveError::OwnerOnly)));
    let typed = |text: &str| {
        let choice = Choice::Typed { text: text.to_owned() };
        story.desk.actions.resolve(&Resolve { job: story.job, place: found[0].place.clone(), choice }).map(drop)
    };
    assert!(matches!(typed("五点"), Err(ResolveError::Pick(NoPick::Kind))), "a moment stays a moment");
    assert!(matches!(typed(&"五".repeat(600)), Err(ResolveError::TooLong)));
    typed(&(NOON + 75 * MINUTE).to_string()).unwrap();
    assert_eq!(story.desk.facts(story.job).order.window.unwrap().to, Millis(NOON + 75 * MINUTE));
    assert!(matches!(typed("0"), Err(ResolveError::Pick(NoPick::Settled))));
}

#[test]
fn a_finished_sheets_values_stay_until_somebody_gives_a_reason() {
    let mut story = Story::open();
    pass_everything(&story.ran, story.job);
    story.cause(&story.tian, "接头没拧紧");
    let outcome = doorstep_schemas::view::JobOutcome::Completed;
    story.ran.actions.finish(&doorstep_schemas::input::Finish { job: story.job, outcome }).unwrap();
    story.meet();
    let found = story.ran.actions.conflicts(story.job).unwrap();
    assert!(!found[0].may_resolve);
    assert!(matches!(story.pick(&story.ran, &found[0], 0), Err(ResolveError::Job(_))));
}

/// Nobody's program writes over evidence; where one did, the values can be picked from and not added to.
#[test]
fn what_evidence_says_is_picked_and_never_typed() {
    let mut story = Story::open();
    pass_everything(&story.ran, story.job);
    story.meet();
    let id = story.ran.facts(story.job).sheet.readings[0].id;
    for (phone, text) in [(&story.ran, "万用表"), (&story.tian, "摇表")] {
        let write =
            |doc: &mut _| doorstep::documents::layout::mark(doc, "readings", id, "instr", text.into()).map(|_found| ());
        phone.store().act(&DocId::Sheet(story.job), "strange", NOON, write, |_| Ok(())).unwrap();
    }
    story.meet();
    let found = story.ran.actions.conflicts(story.job).unwrap();
    assert_eq!(found[0].name.zh, "测量值 仪器");
    let choice = Choice::Typed { text: "钳表".to_owned() };
    let typed = story.ran.actions.resolve(&Resolve { job: story.job, place: found[0].place.clone(), choice });
    assert!(matches!(typed, Err(ResolveError::Evidence)));
    story.pick(&story.ran, &found[0], 0).unwrap();
    assert_eq!(story.ran.actions.conflicts(story.job).unwrap(), []);
}

#[test]
fn a_mark_said_and_unsaid_apart_is_a_conflict_of_the_record() {
    let mut desks = Desks::open(DocKind::Sheet);
    let parts = crate::merges::anything::shapes_of(DocKind::Sheet).iter().position(|s| s.container == "parts").unwrap();
    desks.perform(0, &Stroke::Add(parts, 0));
    desks.meet();
    desks.perform(0, &Stroke::Mark(0, true));
    desks.perform(1, &Stroke::Mark(0, false));
    desks.meet();
    let found = conflicts(&mut desks.papers[2]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].place.field.as_deref(), Some("removed"));
    let authors: Vec<u8> = found[0].values.iter().map(|held| held.actor.0[0]).collect();
    assert!(authors == [1, 2] || authors == [2, 1], "{authors:?}");
}
