//! What can be done about what is stuck: judged again, looked into, gone on with under a new name; and everything made
//! anew from the changes.

use doorstep::actions::stuck::RefoundError;
use doorstep::store::rebuild::{RebuildError, Rebuilt};
use doorstep::tasks::{Cancelled, Step, Unwatched, Watcher};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{PaidFor, Remedy};
use doorstep_schemas::wire::Access;

use super::byzantine::{Deed, World};
use crate::cast::deeds::payment;
use crate::cast::{NOON, OWNER, Phone, RAN, Shop, TIAN, entries, field, leaking_heater, member, pass_everything};

/// A job that 冉小军 has filled in and been paid for, on the owner's desk, with a change in it that can't be taken.
fn harmed() -> (Shop, Phone, Phone, JobId) {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let appliance = pass_everything(&ran, job).appliances[0].id;
    ran.use_one(job, appliance, "");
    ran.note(job, payment(9_500, PaidFor::Work)).unwrap();
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let mut world = World::new(shop.outlet, job);
    world.perform(0, Deed::Field(1));
    world.perform(0, Deed::HighStart);
    world.perform(0, Deed::Field(2));
    for forger in world.forgers() {
        desk.store().absorb(&entries(90, [forger.vouched()]), None, NOON).unwrap();
    }
    desk.store().absorb(&entries(95, world.runs()[0].cut(&[])), None, NOON).unwrap();
    (shop, desk, ran, job)
}

#[test]
fn what_is_stuck_says_whose_it_is_how_much_and_what_can_be_done() {
    let (_shop, desk, _, job) = harmed();
    let mut stuck = desk.store().stuck().unwrap();
    stuck.sort_by_key(|stuck| stuck.code);
    let seen: Vec<_> = stuck.iter().map(|s| (s.doc.clone(), s.code, s.changes, s.ours, s.by.as_str())).collect();
    let sheet = DocId::Sheet(job);
    assert_eq!(
        seen,
        [
            (sheet.clone(), ErrorCode::ChangeOutOfRange, 1, false, RAN),
            (sheet, ErrorCode::RestsOnRefused, 1, false, RAN),
        ]
    );
    assert_eq!(stuck[0].remedies(true), [Remedy::Retry, Remedy::Export, Remedy::Refound]);
    assert_eq!(stuck[0].remedies(false), [Remedy::Retry, Remedy::Export]);
    let file = String::from_utf8(desk.actions.export_stuck(Some(job)).unwrap()).unwrap();
    let lines: Vec<serde_json::Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["format"]), (3, &"doorstep-stuck".into()));
    assert!(lines[1..].iter().all(|line| line["what"] == "change" && line["bytes"].as_str().unwrap().len() > 100));
    assert_eq!(desk.actions.export_stuck(Some(JobId::mint(1, [1; 10]))).unwrap().split(|b| *b == b'\n').count(), 2);
}

#[test]
fn a_job_that_was_harmed_goes_on_under_a_new_name_with_its_facts_and_its_money() {
    let (mut shop, mut desk, mut ran, old) = harmed();
    let before = desk.facts(old);
    let row = desk.store().job_row(old).unwrap().unwrap();
    assert!(matches!(ran.actions.refound(old), Err(RefoundError::OwnerOnly)));
    let new = desk.actions.refound(old).unwrap().card.job;

    let after = desk.facts(new);
    assert_eq!(after.sheet, before.sheet);
    assert_eq!(after.order.refounded_from, Some(old));
    let mut order = after.order.clone();
    order.refounded_from = None;
    assert_eq!(order, before.order);
    let fresh = desk.store().job_row(new).unwrap().unwrap();
    assert_eq!(fresh.figures.money, row.figures.money);
    assert_eq!((fresh.card.parts_fen, fresh.card.photos), (row.card.parts_fen, row.card.photos));
    assert_eq!((fresh.card.refounded_from, fresh.card.refounded_as), (Some(old), None));
    let ended = desk.store().job_row(old).unwrap().unwrap();
    assert_eq!(ended.card.refounded_as, Some(new));
    assert_eq!((ended.card.parts_fen.0, ended.card.photos), (0, 0), "nothing counts twice");
    assert!(before.order.cancelled != desk.facts(old).order.cancelled);
    for photo in &after.sheet.photos {
        assert!(desk.store().photo_standing(&photo.photo).unwrap().is_some());
    }

    assert!(matches!(desk.actions.refound(old), Err(RefoundError::Already(job)) if job == new));
    assert!(matches!(desk.actions.refound(new), Err(RefoundError::NothingStuck)));
    // Who had the old one has the new one, and works on.
    let due = desk.store().grants_due().unwrap();
    assert!(due.iter().any(|grant| (grant.job, grant.member, grant.access) == (new, member(RAN), Access::Write)));
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let appliance = ran.facts(new).order.appliances[0].id;
    ran.actions.write_field(&field(new, appliance, SheetField::Cause, "接头松动")).unwrap();
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    assert_eq!(desk.facts(new), ran.facts(new));
    assert_eq!(ran.facts(old).order.refounded_as, Some(new));
}

#[test]
fn what_an_older_program_could_not_open_is_taken_after_the_update() {
    let (mut shop, mut desk, mut ran, job) = harmed();
    let appliance = ran.facts(job).order.appliances[0].id;
    for cause in ["一", "二"] {
        ran.actions.write_field(&field(job, appliance, SheetField::Cause, cause)).unwrap();
    }
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let whole = desk.facts(job);
    let heads = desk.heads(&DocId::Sheet(job));
    let reject = |desk: &Phone| {
        let db = desk.database();
        let device = &ran.store().actor().0;
        db.execute(
            "INSERT INTO quarantine (doc, actor, seq, code, at_ms) SELECT doc, actor, seq, 'change_malformed', 0
             FROM change WHERE actor = ?1 AND seq > 3 AND doc LIKE 'sheet%'",
            [device],
        )
        .unwrap();
        let rejected = "UPDATE change SET state = 2 WHERE actor = ?1 AND seq > 3 AND doc LIKE 'sheet%'";
        let n = db.execute(rejected, [device]).unwrap();
        db.execute("UPDATE paper SET saved = NULL, saved_to = 0", []).unwrap();
        n
    };
    let rejected = reject(&desk);
    let desk = desk.restart();
    assert_ne!(desk.facts(job), whole);
    assert_eq!(desk.actions.retry_stuck().unwrap() as usize, rejected, "by hand");
    assert_eq!((desk.facts(job), desk.heads(&DocId::Sheet(job))), (whole.clone(), heads.clone()));
    assert_eq!(desk.store().stuck().unwrap().len(), 2, "what is bad stays where it is");

    reject(&desk);
    desk.database().execute("DELETE FROM meta WHERE key = 'verdicts'", []).unwrap();
    let desk = desk.restart();
    assert_eq!((desk.facts(job), desk.heads(&DocId::Sheet(job))), (whole, heads), "by itself");
}

/// Stops at the second look.
struct Impatient(u32);

impl Watcher for Impatient {
    fn step(&mut self, _step: Step) -> Result<(), Cancelled> {
        self.0 += 1;
        if self.0 > 1 { Err(Cancelled) } else { Ok(()) }
    }
}

#[test]
fn caches_that_were_spoilt_are_made_anew_and_whoever_stops_it_harms_nothing() {
    let (_shop, desk, _, job) = harmed();
    let whole = desk.facts(job);
    let row = desk.store().job_row(job).unwrap();
    desk.database().execute("UPDATE paper SET saved = x'00ff', saved_to = 100000, ops = 3", []).unwrap();
    desk.store().recover();
    assert!(desk.store().job_facts(job).is_err(), "the cache is spoilt");
    assert!(matches!(desk.store().rebuild(NOON, &mut Impatient(0)), Err(RebuildError::Cancelled(_))));
    let rebuilt = desk.store().rebuild(NOON, &mut Unwatched).unwrap();
    assert_eq!(rebuilt, Rebuilt { jobs: 1, papers: 0 });
    assert_eq!((desk.facts(job), desk.store().job_row(job).unwrap()), (whole.clone(), row.clone()));
    assert_eq!(desk.store().stuck().unwrap().len(), 2);
    assert_eq!(desk.store().rebuild(NOON, &mut Unwatched).unwrap(), rebuilt, "and once more");
    let desk = desk.restart();
    assert_eq!(desk.facts(job), whole);
    assert_eq!(desk.store().job_row(job).unwrap(), row);
}

#[test]
fn nobody_who_does_not_own_the_outlet_founds_anew() {
    let (mut shop, _, _, job) = harmed();
    let tian = shop.device(TIAN);
    assert!(matches!(tian.actions.refound(job), Err(RefoundError::OwnerOnly)));
}
