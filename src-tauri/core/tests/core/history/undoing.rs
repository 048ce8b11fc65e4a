//! Undo: what an action wrote is as it was before, unless somebody has touched it since or it is evidence.

use automerge::ReadDoc;
use doorstep::actions::JobError;
use doorstep::actions::undo::UndoError;
use doorstep::documents::history::{ActionId, deeds};
use doorstep::documents::snapshot::{Place, Value, snapshot};
use doorstep::documents::undo::{NotUndone, inverse};
use doorstep::domain::record::Scalar;
use doorstep_schemas::ids::{ChangeHash, DocKind, JobId, ShortId};
use doorstep_schemas::input::{Assign, Finish, RemovePart, SheetField, Tap, TapNode, Undo, UsePart};
use doorstep_schemas::view::{Fen, JobOutcome};
use proptest::prelude::*;

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, TIAN, cases, field, leaking_heater, member, pass_everything};
use crate::merges::anything::{Desks, Did, Stroke, stroke};

/// What a reader sees of what was touched: nothing of a record that was taken back, and no mark that says no.
fn seen(desks: &Desks, who: usize, at: Option<&[ChangeHash]>, did: &Did) -> Vec<(Place, Value)> {
    let all = snapshot(desks.papers[who].doc(), at);
    let mark = Place { container: did.container.into(), key: did.key.clone(), field: Some("removed".into()) };
    let gone = all.get(&mark).and_then(|held| held.first()) == Some(&Value::Known(Scalar::Flag(true)));
    let shown = |(place, held): (Place, Vec<Value>)| {
        let touched = (place.container.as_str(), &place.key) == (did.container, &did.key) && !gone && place != mark;
        touched.then(|| (place, held[0].clone()))
    };
    all.into_iter().filter_map(shown).collect()
}

proptest! {
    #![proptest_config(cases(96))]

    #[test]
    fn an_undone_action_leaves_what_stood_before_it_and_undoing_that_brings_it_back(
        kind in prop::sample::select(DocKind::ALL.to_vec()),
        strokes in prop::collection::vec((0usize..3, stroke()), 1..24),
        which in any::<prop::sample::Index>(),
        who in 0usize..3,
    ) {
        let mut desks = Desks::open(kind);
        for (who, stroke) in &strokes {
            desks.perform(*who, stroke);
        }
        let here: Vec<usize> = desks.known[who].iter().copied().collect();
        prop_assume!(!here.is_empty());
        let n = *which.get(&here);
        let (did, hash) = (desks.did[n].clone(), desks.made[n].hash);
        let action = ActionId::One(hash);
        let overtaken =
            here.iter().any(|other| *other != n && !did.knew.contains(other) && did.meets(&desks.did[*other]));
        let found = inverse(&mut desks.papers[who], action);
        if did.kept {
            prop_assert_eq!(found.unwrap_err(), NotUndone::Evidence(did.container.to_owned()));
            return Ok(());
        }
        if overtaken {
            prop_assert!(matches!(found, Err(NotUndone::Overtaken { .. })), "{found:?}");
            return Ok(());
        }
        let deps: Vec<ChangeHash> = {
            let change = desks.papers[who].doc().get_change_by_hash(&automerge::ChangeHash(hash.0)).unwrap();
            change.deps().iter().map(|dep| ChangeHash(dep.0)).collect()
        };
        let before = seen(&desks, who, Some(&deps), &did);
        let after = seen(&desks, who, None, &did);
        let inverse_of = found.unwrap();
        let undone = desks.papers[who].edit("undo", NOON, |doc| inverse_of.write(doc)).unwrap();
        prop_assert_eq!(seen(&desks, who, None, &did), before);
        // What changed nothing that is seen, like saying no where nobody had said yes, may need no undoing.
        let Some(undone) = undone else { return Ok(()) };
        let again = inverse(&mut desks.papers[who], ActionId::One(undone.hash)).unwrap();
        desks.papers[who].edit("undo", NOON, |doc| again.write(doc)).unwrap();
        prop_assert_eq!(seen(&desks, who, None, &did), after);
        // It is known now to have been undone: not a second time.
        let twice = matches!(inverse(&mut desks.papers[who], action), Err(NotUndone::Overtaken { .. }));
        prop_assert!(twice);
        let unknown = ActionId::Several(ShortId::mint([1; 5]));
        prop_assert_eq!(inverse(&mut desks.papers[who], unknown).unwrap_err(), NotUndone::Unknown);
    }
}

struct Story {
    shop: Shop,
    desk: Phone,
    ran: Phone,
    tian: Phone,
    job: JobId,
    appliance: ShortId,
}

impl Story {
    fn open() -> Self {
        let mut shop = Shop::open();
        let (desk, ran, tian) = (shop.device(OWNER), shop.device(RAN), shop.device(TIAN));
        let job = desk.actions.take_order(&leaking_heater(&[member(RAN), member(TIAN)])).unwrap().card.job;
        let appliance = desk.facts(job).order.appliances[0].id;
        let mut story = Self { shop, desk, ran, tian, job, appliance };
        story.meet();
        story
    }

    fn meet(&mut self) {
        for _ in 0..2 {
            for phone in [&mut self.desk, &mut self.ran, &mut self.tian] {
                self.shop.log.exchange(phone);
            }
        }
    }

    fn use_part(&self, phone: &Phone) -> ShortId {
        let (job, appliance) = (self.job, self.appliance);
        let (code, name) = ("AQ-MF-63".to_owned(), "密封圈".to_owned());
        let part = UsePart { job, appliance, code, name, quantity: 1, guide_fen: Fen(1_000) };
        phone.actions.use_part(&part).unwrap().parts.last().unwrap().id
    }

    fn cause(&self, phone: &Phone, text: &str) {
        phone.nature.pass(1_000);
        phone.actions.write_field(&field(self.job, self.appliance, SheetField::Cause, text)).unwrap();
    }

    fn shown_cause(&self, phone: &Phone) -> String {
        phone.facts(self.job).sheet.field(self.appliance, SheetField::Cause).to_owned()
    }

    /// The last thing with this code that the phone knows of.
    fn last(&self, phone: &Phone, code: &str) -> String {
        let deeds = phone.actions.deeds(self.job).unwrap();
        deeds.iter().rfind(|deed| deed.code == code).unwrap_or_else(|| panic!("nobody did {code}")).action.clone()
    }

    fn undo(&self, phone: &Phone, action: String) -> Result<(), UndoError> {
        phone.nature.pass(1_000);
        phone.actions.undo(&Undo { job: self.job, action }).map(drop)
    }
}

#[test]
fn a_part_used_by_mistake_is_undone_and_the_undo_undone() {
    let mut story = Story::open();
    let part = story.use_part(&story.ran);
    let parts = |story: &Story| story.tian.facts(story.job).sheet.parts.iter().map(|p| p.id).collect::<Vec<_>>();
    story.undo(&story.ran, story.last(&story.ran, "use_part")).unwrap();
    story.meet();
    assert_eq!(parts(&story), []);
    story.undo(&story.ran, story.last(&story.ran, "undo")).unwrap();
    story.meet();
    assert_eq!(parts(&story), [part]);
    // The tap that took it off is undone just as well.
    let take_off = RemovePart { job: story.job, part };
    story.ran.actions.remove_part(&take_off).unwrap();
    story.undo(&story.ran, story.last(&story.ran, "remove_part")).unwrap();
    story.meet();
    assert_eq!(parts(&story), [part]);
    assert_eq!(story.tian.store().stuck().unwrap(), []);
}

#[test]
fn a_field_gets_back_what_it_said_or_nothing_at_all() {
    let mut story = Story::open();
    story.cause(&story.ran, "密封圈老化");
    story.cause(&story.ran, "接头松动");
    story.undo(&story.ran, story.last(&story.ran, "write_field")).unwrap();
    story.meet();
    assert_eq!(story.shown_cause(&story.desk), "密封圈老化");
    let first = story.ran.actions.deeds(story.job).unwrap();
    let first = first.iter().find(|deed| deed.code == "write_field").unwrap().action.clone();
    assert!(
        matches!(story.undo(&story.ran, first), Err(UndoError::Overtaken { code, .. }) if code == "write_field"),
        "what was written over it comes first"
    );
    let mut story = Story::open();
    story.cause(&story.ran, "密封圈老化");
    story.undo(&story.ran, story.last(&story.ran, "write_field")).unwrap();
    story.meet();
    assert!(story.desk.facts(story.job).sheet.fields.is_empty());
}

#[test]
fn what_a_colleague_wrote_since_is_not_undone_with_ones_own() {
    let mut story = Story::open();
    story.cause(&story.ran, "密封圈老化");
    let mine = story.last(&story.ran, "write_field");
    story.cause(&story.tian, "接头松动");
    story.meet();
    // Written without knowing of it, and with.
    for _ in 0..2 {
        match story.undo(&story.ran, mine.clone()) {
            Err(UndoError::Overtaken { by, at, code }) => {
                assert_eq!((by.as_str(), code.as_str()), (TIAN, "write_field"));
                assert!(at.0 > NOON);
            }
            other => panic!("{other:?}"),
        }
        story.cause(&story.tian, "接头没拧紧");
        story.meet();
    }
    assert_eq!(story.shown_cause(&story.ran), "接头没拧紧");
}

#[test]
fn evidence_is_never_undone() {
    let story = Story::open();
    pass_everything(&story.ran, story.job);
    let before = story.ran.facts(story.job);
    for (code, container) in
        [("record_reading", "readings"), ("add_photo", "photos"), ("arrive", "nodes"), ("show_card", "nodes")]
    {
        let action = story.last(&story.ran, code);
        match story.undo(&story.ran, action) {
            Err(UndoError::Evidence(of)) => assert_eq!(of, container),
            other => panic!("{code}: {other:?}"),
        }
    }
    let taken = story.last(&story.desk, "take_order");
    assert!(matches!(story.undo(&story.desk, taken), Err(UndoError::Evidence(_))), "an order is cancelled, not undone");
    assert_eq!(story.ran.facts(story.job), before);
}

#[test]
fn one_undoes_ones_own_and_an_owner_what_owners_write() {
    let mut story = Story::open();
    story.use_part(&story.ran);
    story.meet();
    let part = story.last(&story.tian, "use_part");
    assert!(matches!(story.undo(&story.tian, part.clone()), Err(UndoError::NotYours)));
    assert!(
        matches!(story.undo(&story.desk, part.clone()), Err(UndoError::NotYours)),
        "an owner is no author of a sheet"
    );
    let mut tablet = story.shop.device(OWNER);
    story.desk.actions.assign(&Assign { job: story.job, members: vec![member(RAN)] }).unwrap();
    story.meet();
    story.shop.log.exchange(&mut tablet);
    let assigned = story.last(&story.ran, "assign");
    assert!(matches!(story.undo(&story.ran, assigned.clone()), Err(UndoError::OwnerOnly)));
    story.undo(&tablet, assigned).unwrap();
    story.shop.log.exchange(&mut tablet);
    story.meet();
    let assignees: Vec<_> = story.ran.facts(story.job).order.assignees.keys().copied().collect();
    assert_eq!(assignees, [member(RAN), member(TIAN)]);
    // The same person's other device, and the same device after the app was started again.
    let mut second = story.shop.device(RAN);
    story.shop.log.exchange(&mut second);
    story.undo(&second, part).unwrap();
    assert_eq!(second.facts(story.job).sheet.parts, []);
}

#[test]
fn a_finished_sheet_is_left_alone_and_unknown_names_undo_nothing() {
    let story = Story::open();
    story.use_part(&story.ran);
    let part = story.last(&story.ran, "use_part");
    pass_everything(&story.ran, story.job);
    story.ran.actions.finish(&Finish { job: story.job, outcome: JobOutcome::Completed }).unwrap();
    assert!(matches!(story.undo(&story.ran, part), Err(UndoError::Job(JobError::Finished))));
    for name in ["", "yesterday", "0F3H8TWC", "00"] {
        assert!(matches!(story.undo(&story.ran, name.to_owned()), Err(UndoError::Unknown(_))), "{name}");
    }
    let nowhere = ChangeHash([3; 32]).to_string();
    assert!(matches!(story.undo(&story.ran, nowhere), Err(UndoError::Unknown(_))));
}

#[test]
fn a_phone_started_again_undoes_what_it_did_before() {
    let Story { shop: _shop, ran, job, .. } = {
        let story = Story::open();
        story.use_part(&story.ran);
        story
    };
    let ran = ran.restart();
    let action = ran.actions.deeds(job).unwrap().iter().rfind(|d| d.code == "use_part").unwrap().action.clone();
    ran.actions.undo(&Undo { job, action }).unwrap();
    assert_eq!(ran.facts(job).sheet.parts, []);
    ran.actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
}

/// Births are nobody's action.
#[test]
fn a_documents_birth_is_no_deed() {
    for kind in DocKind::ALL {
        let mut desks = Desks::open(kind);
        assert_eq!(deeds(&mut desks.papers[0]), []);
        desks.perform(0, &Stroke::Add(0, 0));
        assert_eq!(deeds(&mut desks.papers[0]).len(), 1);
    }
}
