//! 现场接单: a job taken at the customer's without a network, and how it becomes the shop's (R6).

use doorstep::actions::JobError;
use doorstep::actions::facts::FactError;
use doorstep::actions::orders::OrderError;
use doorstep_schemas::input::{Assign, SheetFact};
use doorstep_schemas::view::{ApplianceKind, ApprovalKind, FeeKind, JobKind, JobOutcome, PhotoStage, Source};
use doorstep_schemas::wire::Access;

use crate::cast::deeds::{asked, fee};
use crate::cast::{OWNER, RAN, Shop, TIAN, member};

fn remark() -> SheetFact {
    SheetFact::Remark { text: "路过".to_owned() }
}

#[test]
fn r6_a_walk_in_is_a_whole_job_on_the_spot_without_a_network() {
    let mut shop = Shop::open();
    let ran = shop.device(RAN);
    let view = ran.actions.take_walk_in(&asked(JobKind::Repair, ApplianceKind::Television)).unwrap();
    let (job, tv) = (view.card.job, view.appliances[0].id);
    assert!(view.may_write);
    assert_eq!(ran.facts(job).order.source.known(), Some(Source::Direct), "reported as a direct one");
    assert_eq!(ran.actions.orders(None).unwrap().len(), 1, "it stands in the list");
    assert_eq!(ran.actions.day_review(None).unwrap().jobs.len(), 1);
    assert!(ran.finish(job, JobOutcome::Completed).is_err(), "the same gates as any job's");
    ran.come(job);
    ran.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
    ran.fill_repair(job, tv);
    ran.shoot(job, tv, &[PhotoStage::After]);
    ran.note(job, fee(FeeKind::Labour, 8_000, 8_000, "")).unwrap();
    let view = ran.finish(job, JobOutcome::Completed).unwrap();
    assert_eq!(view.card.outcome, Some(JobOutcome::Completed));
}

#[test]
fn r6_adoption_makes_an_order_under_the_same_ids() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let view = ran.actions.take_walk_in(&asked(JobKind::Repair, ApplianceKind::Television)).unwrap();
    let (job, tv) = (view.card.job, view.appliances[0].id);
    ran.come(job);
    ran.measure(job, tv, "socket_polarity", "right").unwrap();
    let before = ran.facts(job);
    for phone in [&mut ran, &mut desk] {
        shop.log.exchange(phone);
    }
    assert_eq!(desk.facts(job), before, "it reached the owner as it is");
    assert!(matches!(ran.actions.adopt_walk_in(job), Err(OrderError::OwnerOnly)));

    let adopted = desk.actions.adopt_walk_in(job).unwrap();
    assert_eq!(adopted.appliances[0].id, tv);
    let row = adopted.appliances[0].readings.iter().find(|r| r.code == "socket_polarity").unwrap();
    assert_eq!(row.records.len(), 1, "what was measured before is of the same appliance");
    assert!(matches!(desk.actions.adopt_walk_in(job), Err(OrderError::AlreadyAdopted)));
    let order = desk.facts(job).order;
    assert_eq!(order.assignees.keys().copied().collect::<Vec<_>>(), [member(RAN)]);
    assert_eq!((&order.customer, &order.appliances), (&before.order.customer, &before.order.appliances));
    assert_eq!(order.taken, before.order.taken, "taken when and by whom it was");

    let due = desk.store().grants_due().unwrap();
    assert_eq!(due.iter().map(|g| (g.member, g.access)).collect::<Vec<_>>(), [(member(RAN), Access::Write)]);
    for phone in [&mut desk, &mut ran] {
        shop.log.exchange(phone);
    }
    assert_eq!(desk.store().grants_due().unwrap(), []);
    ran.measure(job, tv, "earth_present", "good").unwrap();
    assert_eq!(ran.facts(job).sheet.readings.len(), 2, "the work goes on where it was");
}

#[test]
fn r6_what_the_creator_wrote_after_the_adoption_was_made_elsewhere_is_not_lost() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let view = ran.actions.take_walk_in(&asked(JobKind::Repair, ApplianceKind::Television)).unwrap();
    let (job, tv) = (view.card.job, view.appliances[0].id);
    for phone in [&mut ran, &mut desk] {
        shop.log.exchange(phone);
    }
    desk.actions.adopt_walk_in(job).unwrap();
    ran.come(job);
    ran.measure(job, tv, "socket_polarity", "right").unwrap();
    for _ in 0..2 {
        shop.log.exchange(&mut ran);
        shop.log.exchange(&mut desk);
    }
    assert_eq!(desk.facts(job), ran.facts(job));
    assert_eq!(desk.facts(job).sheet.readings[0].appliance, desk.facts(job).order.appliances[0].id);
}

#[test]
fn r6_before_its_adoption_a_walk_in_is_its_creators_and_the_owners_alone() {
    let mut shop = Shop::open();
    let (mut desk, mut ran, mut tian) = (shop.device(OWNER), shop.device(RAN), shop.device(TIAN));
    let job = ran.actions.take_walk_in(&asked(JobKind::Repair, ApplianceKind::Television)).unwrap().card.job;
    shop.log.exchange(&mut ran);
    assert!(matches!(tian.actions.job(job), Err(JobError::NotFound(_))));
    // A relay hands it to nobody else. Were it carried to him all the same, it would stand in no list of his.
    shop.log.exchange(&mut tian);
    shop.log.exchange(&mut desk);
    assert_eq!(tian.actions.orders(None).unwrap(), []);
    assert_eq!(desk.actions.orders(None).unwrap().len(), 1);
    assert!(!tian.actions.job(job).unwrap().may_write);
    assert!(matches!(tian.note(job, remark()), Err(FactError::Job(JobError::NotAssigned))));
    ran.note(job, remark()).unwrap();
}

#[test]
fn r6_an_owner_who_gives_a_walk_in_to_somebody_takes_it_over() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = ran.actions.take_walk_in(&asked(JobKind::Repair, ApplianceKind::Television)).unwrap().card.job;
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    let before = desk.facts(job).order;
    desk.actions.assign(&Assign { job, members: vec![member(TIAN)] }).unwrap();
    let order = desk.facts(job).order;
    assert_eq!(order.assignees.keys().copied().collect::<Vec<_>>(), [member(TIAN)]);
    assert_eq!((&order.customer, &order.appliances), (&before.customer, &before.appliances));
    let due = desk.store().grants_due().unwrap();
    assert_eq!(due.iter().map(|g| (g.member, g.access)).collect::<Vec<_>>(), [(member(TIAN), Access::Write)]);
    assert!(matches!(desk.actions.adopt_walk_in(job), Err(OrderError::AlreadyAdopted)));
}

#[test]
fn r6_what_an_owner_noted_on_a_walk_in_keeps_nobody_from_taking_it_over() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = ran.actions.take_walk_in(&asked(JobKind::Repair, ApplianceKind::Television)).unwrap().card.job;
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    desk.actions.answer_sheet(job, ApprovalKind::Returned, "照片呢").unwrap();
    desk.actions.adopt_walk_in(job).unwrap();
    assert_eq!(desk.facts(job).order.assignees.keys().copied().collect::<Vec<_>>(), [member(RAN)]);
}

#[test]
fn r6_a_walk_in_asks_for_what_any_order_does() {
    let mut shop = Shop::open();
    let ran = shop.device(RAN);
    let mut order = asked(JobKind::Repair, ApplianceKind::Television);
    order.customer.phone = "村口第二家".to_owned();
    assert!(matches!(ran.actions.take_walk_in(&order), Err(OrderError::Phone(_))));
    order.appliances.clear();
    order.customer.phone = "13800001099".to_owned();
    assert!(matches!(ran.actions.take_walk_in(&order), Err(OrderError::Required("appliances"))));
    assert_eq!(ran.rows("change"), 0, "nothing was written");
}
