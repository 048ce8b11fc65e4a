//! 审核: the owner's answer to a sheet, and what may still come after it (R39).

use std::collections::BTreeSet;

use doorstep::actions::JobError;
use doorstep::actions::facts::FactError;
use doorstep::actions::sheet::SheetError;
use doorstep::domain::approval::{ApprovalStanding, standing};
use doorstep::domain::nodes;
use doorstep_schemas::ids::{BlobHash, DocId, JobId, ShortId};
use doorstep_schemas::input::{SheetFact, SheetField};
use doorstep_schemas::view::{
    ApplianceKind, ApprovalKind, CustodyStep, FeeKind, JobKind, JobOutcome, OrderState, PhotoStage, ReasonAbout,
    SignedFor,
};

use super::identity::every_fact;
use crate::cast::deeds::{asked, fee, reason};
use crate::cast::{OWNER, Phone, RAN, Shop, TIAN, choice, field, member, picture, reading};
use ApprovalKind::{Approved, Returned, Withdrawn};

/// 冉小军 has finished 罗桂香's television, and the owner has all of it.
struct Finished {
    shop: Shop,
    desk: Phone,
    ran: Phone,
    job: JobId,
    tv: ShortId,
}

impl Finished {
    fn new(facts: impl FnOnce(&Phone, JobId, ShortId)) -> Self {
        let mut shop = Shop::open();
        let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
        let mut order = asked(JobKind::Repair, ApplianceKind::Television);
        order.assignees = vec![member(RAN), member(TIAN)];
        let view = desk.actions.take_order(&order).unwrap();
        let (job, tv) = (view.card.job, view.appliances[0].id);
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
        ran.come(job);
        facts(&ran, job, tv);
        ran.measure_all(job, tv, &[("socket_polarity", "right"), ("earth_present", "good")]);
        ran.fill_repair(job, tv);
        ran.shoot(job, tv, &[PhotoStage::After]);
        ran.note(job, fee(FeeKind::Labour, 8_000, 8_000, "")).unwrap();
        ran.pass(5);
        desk.pass(5);
        let mut finished = Self { shop, desk, ran, job, tv };
        finished.meet();
        finished
    }

    fn ended(facts: impl FnOnce(&Phone, JobId, ShortId)) -> Self {
        let mut finished = Self::new(facts);
        finished.ran.finish(finished.job, JobOutcome::Completed).unwrap();
        finished.meet();
        finished
    }

    fn meet(&mut self) {
        for _ in 0..2 {
            self.shop.log.exchange(&mut self.ran);
            self.shop.log.exchange(&mut self.desk);
        }
    }

    fn answer(&self, kind: ApprovalKind, note: &str) -> Result<(), FactError> {
        self.desk.actions.answer_sheet(self.job, kind, note).map(|_| ())
    }

    fn standing(&self) -> ApprovalStanding {
        let facts = self.desk.facts(self.job);
        let heads: Vec<BlobHash> = self.heads();
        let photos: Vec<BlobHash> = facts.sheet.photos.iter().map(|p| p.photo).collect();
        standing(&facts, &heads, &photos)
    }

    fn heads(&self) -> Vec<BlobHash> {
        self.desk.heads(&DocId::Sheet(self.job)).into_iter().map(|head| BlobHash(head.0)).collect()
    }
}

fn nothing(_: &Phone, _: JobId, _: ShortId) {}

#[test]
fn r39_only_an_owner_answers_only_a_finished_sheet_and_says_why_it_is_returned() {
    let mut case = Finished::new(nothing);
    assert!(matches!(case.answer(Approved, ""), Err(FactError::Required("outcome"))));
    case.ran.finish(case.job, JobOutcome::Completed).unwrap();
    case.meet();
    let by_ran = case.ran.actions.answer_sheet(case.job, Approved, "");
    assert!(matches!(by_ran, Err(FactError::OwnerOnly)));
    assert!(matches!(case.answer(Returned, "  "), Err(FactError::Required("note"))));
    assert_eq!(case.standing(), ApprovalStanding::None);
    case.answer(Returned, "缺铭牌照片").unwrap();
    assert!(matches!(case.standing(), ApprovalStanding::Returned { changed: false, .. }));
    case.desk.pass(1);
    case.answer(Withdrawn, "").unwrap();
    assert_eq!(case.standing(), ApprovalStanding::None, "a slip");
    assert!(matches!(case.answer(Withdrawn, ""), Err(FactError::Unknown("answer"))), "nothing is left to withdraw");
    case.desk.pass(1);
    case.answer(Approved, "").unwrap();
    assert!(matches!(case.standing(), ApprovalStanding::Approved { .. }));
    assert_eq!(nodes::order_state(&case.desk.facts(case.job)), OrderState::Closed);
}

#[test]
fn r39_an_approval_pins_the_version_the_photos_and_the_sum_that_were_seen() {
    let case = Finished::ended(nothing);
    case.answer(Approved, "").unwrap();
    let facts = case.desk.facts(case.job);
    let approval = &facts.order.approvals[0];
    assert_eq!(approval.heads, case.heads());
    assert!(!approval.heads.is_empty());
    assert_eq!(approval.photos, [facts.sheet.photos[0].photo]);
    assert_eq!(approval.total_fen, 8_000);
}

#[test]
fn r39_work_that_arrives_after_the_approval_shows_as_a_difference() {
    let mut case = Finished::ended(nothing);
    case.answer(Approved, "").unwrap();
    case.ran.pass(1);
    // This device does not know yet that the sheet was approved.
    case.ran.note(case.job, SheetFact::Remark { text: "少收了运费".to_owned() }).unwrap();
    assert!(matches!(case.standing(), ApprovalStanding::Approved { .. }));
    case.meet();
    assert!(matches!(case.standing(), ApprovalStanding::ChangedAfter { .. }));
}

#[test]
fn r39_a_finished_sheet_is_edited_only_with_a_reason_given_after_the_owners_word() {
    let mut case = Finished::ended(nothing);
    let (job, tv) = (case.job, case.tv);
    let write = |case: &Finished, text: &str| case.ran.actions.write_field(&field(job, tv, SheetField::Serial, text));
    let why = || reason(ReasonAbout::EditAfterApproval, "序列号抄错");
    // Before the owner's word the reason opens it until then.
    assert!(matches!(write(&case, "JS65-2"), Err(SheetError::Job(JobError::Finished))));
    case.ran.note(job, why()).unwrap();
    write(&case, "JS65-2").unwrap();
    case.meet();
    for phone in [&case.ran, &case.desk] {
        phone.pass(10);
    }
    case.answer(Approved, "").unwrap();
    case.meet();
    assert!(matches!(write(&case, "JS65-3"), Err(SheetError::Job(JobError::Finished))), "that was another edit's");
    assert!(!case.ran.actions.job(job).unwrap().may_write);
    case.ran.note(job, reason(ReasonAbout::Overrun, "螺丝锈死")).unwrap();
    assert!(matches!(write(&case, "JS65-3"), Err(SheetError::Job(JobError::Finished))), "a reason for something else");
    case.ran.note(job, why()).unwrap();
    write(&case, "JS65-3").unwrap();
    let mut tian = case.shop.device(TIAN);
    case.meet();
    case.shop.log.exchange(&mut tian);
    tian.pass(15);
    let edit = tian.actions.write_field(&field(job, tv, SheetField::Serial, "JS65-4"));
    assert!(matches!(edit, Err(SheetError::Job(JobError::Finished))), "his reason is not mine");
    assert!(matches!(case.standing(), ApprovalStanding::ChangedAfter { .. }));
    case.desk.pass(30);
    case.answer(Approved, "").unwrap();
    assert!(matches!(case.standing(), ApprovalStanding::Approved { .. }));
}

#[test]
fn r39_a_finished_sheet_takes_only_what_comes_afterwards() {
    let mut facts = Vec::new();
    let case = Finished::ended(|ran, job, tv| {
        facts = every_fact(ran, job, tv);
        // The unit never left, the loaner is back.
        for fact in facts.iter().filter(|f| matches!(f, SheetFact::LoanerBack { .. })) {
            ran.note(job, fact.clone()).unwrap();
        }
        let readings = [("socket_polarity", "right"), ("earth_present", "good"), ("earth_resistance", "1.2")];
        let placed = ran.facts(job).sheet.loaners[0].id;
        let house = [("earth_live", "0.4"), ("rcd_present", "there"), ("rcd_button", "trips"), ("breaker_match", "16")];
        let more = [("wire_section", "4"), ("water_pressure", "0.3"), ("wall_load", "four_times")];
        ran.fill(job, placed, &[(SheetField::RatedWatts, "2000"), (SheetField::Laying, "conduit")]);
        ran.measure_all(job, placed, &[&readings[..], &house, &more].concat());
        let dead = [("insulation_appliance", "60"), ("water_full_first", "yes"), ("safety_valve", "clear")];
        ran.measure_all(job, placed, &dead);
        let slots = [PhotoStage::Valve, PhotoStage::Socket, PhotoStage::Bolts, PhotoStage::Nameplate];
        ran.shoot(job, placed, &[&slots[..], &[PhotoStage::After, PhotoStage::Loaner]].concat());
    });
    let (ran, job, tv) = (&case.ran, case.job, case.tv);
    let tag = |fact: &SheetFact| serde_json::to_value(fact).unwrap()["fact"].as_str().unwrap().to_owned();
    let mut taken = BTreeSet::new();
    for fact in &facts {
        match ran.note(job, fact.clone()) {
            Ok(_) => taken.insert(tag(fact)),
            Err(FactError::Job(JobError::Finished)) => continue,
            Err(other) => panic!("{fact:?}: {other}"),
        };
        let returned = matches!(fact, SheetFact::Custody { step, .. } if *step == CustodyStep::Returned);
        assert!(returned || !matches!(fact, SheetFact::Custody { .. }), "{fact:?}");
    }
    let afterwards =
        ["claim_share", "custody", "damage", "loaner_back", "old_part", "payment", "reason", "remark", "signature"];
    assert_eq!(taken.iter().map(String::as_str).collect::<Vec<_>>(), afterwards);
    let late = reading(job, tv, "socket_polarity", choice("swapped"));
    assert!(ran.actions.record_reading(&late).is_err());
    assert!(ran.actions.add_photo(job, tv, PhotoStage::After, &picture(90)).is_err());
    assert!(ran.finish(job, JobOutcome::RefusedUnsafe).is_err(), "it ended once");
    assert_eq!(ran.facts(job).sheet.outcomes.len(), 1);
    assert!(ran.note(job, fee(FeeKind::Labour, 1, 1, "")).is_err());
    ran.sign(job, SignedFor::Work);
}
