//! 送修: taking a unit away, the loaner in its place, and getting both back (R17, R18, R20).

use doorstep::actions::facts::FactError;
use doorstep::actions::finish::FinishError;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::SheetFact;
use doorstep_schemas::view::{
    ApplianceKind, BenchWork, BlockerCode, Channel, CustodyStep, Fen, JobKind, JobOutcome, Millis, NoLoaner, NodeKind,
    PhotoStage, SignedFor,
};

use crate::cast::deeds::{asked, at_home, custody, loaner, waits_for};
use crate::cast::{MINUTE, NOON, Phone, Shop};
use BlockerCode::{LoanerOut, LoanerUndecided, LoanerUnsafe, NotInformed, SymptomMissing, TagMissing, UnitOut};
use CustodyStep::{Received, Returned, Taken};

/// A television to be picked up, with the repairer at the customer's.
pub fn pickup() -> (Shop, Phone, JobId, ShortId) {
    at_home(&asked(JobKind::UnitPickup, ApplianceKind::Television))
}

pub fn without_loaner(appliance: ShortId) -> SheetFact {
    let promised = Some(Millis(NOON + 48 * 60 * MINUTE));
    SheetFact::WithoutLoaner { appliance, why: NoLoaner::NoneAvailable, signature: None, promised }
}

fn entry(appliance: ShortId, work: BenchWork, channel: Option<Channel>) -> SheetFact {
    SheetFact::Bench { appliance, work, text: "主板无输出".to_owned(), level: None, channel, part: None }
}

/// A unit that is at the bench, without a loaner.
pub fn at_the_bench() -> (Shop, Phone, JobId, ShortId) {
    let (shop, desk, job, tv) = pickup();
    desk.note(job, without_loaner(tv)).unwrap();
    desk.note(job, custody(tv, Taken, "")).unwrap();
    desk.pass(30);
    desk.note(job, custody(tv, Received, "DS-1121")).unwrap();
    (shop, desk, job, tv)
}

#[test]
fn r17_a_unit_is_taken_only_after_the_loaner_was_spoken_about() {
    let (_shop, desk, job, tv) = pickup();
    assert_eq!(waits_for(&desk.note(job, custody(tv, Taken, ""))), [LoanerUndecided]);
    assert_eq!(desk.needs(job, JobOutcome::TakenToBench), Some(vec![UnitOut]), "it is not taken yet");
    let without =
        |why, signature, promised| desk.note(job, SheetFact::WithoutLoaner { appliance: tv, why, signature, promised });
    let day = Some(Millis(NOON + 24 * 60 * MINUTE));
    for signature in [None, Some(ShortId::mint([77; 5]))] {
        assert!(matches!(without(NoLoaner::Declined, signature, day), Err(FactError::Required("signature"))));
    }
    assert!(matches!(without(NoLoaner::NoneAvailable, None, None), Err(FactError::Required("promised"))));
    assert_eq!(waits_for(&desk.note(job, custody(tv, Taken, ""))), [LoanerUndecided]);
    let signed = desk.sign(job, SignedFor::LoanerDeclined);
    without(NoLoaner::Declined, Some(signed), None).unwrap();
    desk.note(job, custody(tv, Taken, "")).unwrap();
    desk.finish(job, JobOutcome::TakenToBench).unwrap();
    assert!(desk.actions.job(job).unwrap().may_write, "the job goes on");
}

#[test]
fn r17_no_loaner_there_is_told_with_a_promised_day() {
    let (_shop, desk, job, tv) = pickup();
    desk.note(job, without_loaner(tv)).unwrap();
    desk.note(job, custody(tv, Taken, "")).unwrap();
}

#[test]
fn r12_r17_a_loaner_is_measured_like_an_installation_before_the_unit_goes() {
    let (_shop, desk, job, tv) = pickup();
    let placed = desk.note(job, loaner(tv, ApplianceKind::Television)).unwrap();
    assert_eq!(waits_for(&desk.note(job, custody(tv, Taken, ""))), [LoanerUnsafe]);
    desk.measure(job, placed, "earth_present", "good").unwrap();
    desk.measure(job, placed, "socket_polarity", "swapped").unwrap();
    assert_eq!(waits_for(&desk.note(job, custody(tv, Taken, ""))), [LoanerUnsafe], "the house is not safe for it");
    desk.pass(1);
    let again = desk.typed(job, placed, "socket_polarity", "right", "改接插座");
    desk.actions.record_reading(&again).unwrap();
    desk.note(job, custody(tv, Taken, "")).unwrap();
    let view = desk.actions.job(job).unwrap();
    assert_eq!(view.loaners[0].readings.iter().map(|row| row.records.len()).sum::<usize>(), 3);
    assert!(view.loaners[0].slots.iter().any(|s| s.stage == PhotoStage::Loaner && s.required), "its state is shown");
}

#[test]
fn r17_the_job_stays_open_until_unit_and_loaner_are_both_back() {
    let (_shop, desk, job, tv) = pickup();
    let placed = desk.note(job, loaner(tv, ApplianceKind::Television)).unwrap();
    desk.measure_all(job, placed, &[("socket_polarity", "right"), ("earth_present", "good")]);
    desk.note(job, custody(tv, Taken, "")).unwrap();
    desk.finish(job, JobOutcome::TakenToBench).unwrap();
    desk.pass(60);
    let ends = [JobOutcome::Completed, JobOutcome::GivenUp, JobOutcome::NoFaultFound, JobOutcome::SolvedByPhone];
    let still_out = || -> Vec<Vec<BlockerCode>> {
        let out = |codes: Vec<BlockerCode>| codes.into_iter().filter(|c| [UnitOut, LoanerOut].contains(c)).collect();
        ends.iter().filter_map(|outcome| desk.needs(job, *outcome)).map(out).collect()
    };
    assert_eq!(still_out(), vec![vec![UnitOut, LoanerOut]; 2], "before the second visit");
    desk.come(job);
    assert_eq!(still_out(), vec![vec![UnitOut, LoanerOut]; 3]);
    for outcome in ends {
        assert!(matches!(desk.finish(job, outcome), Err(FinishError::Blocked(..))), "{outcome:?}");
    }
    desk.note(job, custody(tv, Returned, "")).unwrap();
    assert_eq!(still_out(), vec![vec![LoanerOut]; 3]);
    let back = |kept, reason: &str, condition: &str| {
        let (reason, condition) = (reason.to_owned(), condition.to_owned());
        desk.note(job, SheetFact::LoanerBack { loaner: placed, condition, kept_fen: Fen(kept), reason })
    };
    assert!(matches!(back(0, "", " "), Err(FactError::Required("condition"))));
    assert!(matches!(back(500, "", "完好"), Err(FactError::Required("reason"))));
    assert!(matches!(back(10_001, "屏碎", "屏碎"), Err(FactError::OutOfRange { field: "kept", .. })));
    assert_eq!(still_out(), vec![vec![LoanerOut]; 3]);
    back(500, "外壳新划痕", "外壳有新划痕").unwrap();
    assert_eq!(still_out(), vec![Vec::new(); 3]);
    let strange = SheetFact::LoanerBack {
        loaner: ShortId::mint([77; 5]),
        condition: "完好".to_owned(),
        kept_fen: Fen(0),
        reason: String::new(),
    };
    assert!(matches!(desk.note(job, strange), Err(FactError::Unknown("loaner"))));
}

#[test]
fn r18_a_handover_says_what_is_wrong_with_the_unit() {
    let mut order = asked(JobKind::UnitPickup, ApplianceKind::Television);
    order.symptom.clear();
    let (_shop, desk, job, tv) = at_home(&order);
    assert_eq!(waits_for(&desk.note(job, custody(tv, Taken, ""))), [SymptomMissing, LoanerUndecided], "all at once");
    desk.note(job, without_loaner(tv)).unwrap();
    assert_eq!(waits_for(&desk.note(job, custody(tv, Taken, ""))), [SymptomMissing]);
    desk.fill(job, tv, &[(doorstep_schemas::input::SheetField::Symptom, "有声无图")]);
    desk.note(job, custody(tv, Taken, "")).unwrap();
}

#[test]
fn r18_the_machine_bears_its_tag_when_it_reaches_the_bench() {
    let (_shop, desk, job, tv) = pickup();
    desk.note(job, without_loaner(tv)).unwrap();
    desk.note(job, custody(tv, Taken, "")).unwrap();
    assert_eq!(waits_for(&desk.note(job, custody(tv, Received, "  "))), [TagMissing]);
    desk.note(job, custody(tv, Received, "DS-1121")).unwrap();
    let view = desk.actions.job(job).unwrap();
    let at = |kind| view.nodes.iter().find(|n| n.kind == kind).unwrap().at;
    assert!(at(NodeKind::Taken).is_some() && at(NodeKind::Received).is_some() && at(NodeKind::Returned).is_none());
    let strange = ShortId::mint([77; 5]);
    assert!(matches!(desk.note(job, custody(strange, Taken, "")), Err(FactError::Unknown("appliance"))));
}

#[test]
fn r20_a_unit_that_cant_be_repaired_keeps_the_job_open_until_the_customer_was_told() {
    let (_shop, desk, job, tv) = at_the_bench();
    let open = || desk.needs(job, JobOutcome::GivenUp).unwrap();
    desk.note(job, entry(tv, BenchWork::Informed, Some(Channel::Phone))).unwrap();
    desk.pass(10);
    desk.note(job, entry(tv, BenchWork::Unrepairable, None)).unwrap();
    assert_eq!(open(), [UnitOut, NotInformed], "what was told before says nothing about it");
    assert!(matches!(desk.note(job, entry(tv, BenchWork::Informed, None)), Err(FactError::Required("channel"))));
    desk.note(job, custody(tv, Returned, "")).unwrap();
    assert_eq!(open(), [NotInformed]);
    assert!(desk.finish(job, JobOutcome::GivenUp).is_err());
    desk.pass(10);
    desk.note(job, entry(tv, BenchWork::Informed, Some(Channel::Phone))).unwrap();
    desk.finish(job, JobOutcome::GivenUp).unwrap();
}

#[test]
fn r20_a_diagnosis_without_hope_is_told_as_well() {
    let (_shop, desk, job, tv) = at_the_bench();
    let (cause, level) = ("屏碎".to_owned(), doorstep_schemas::view::RepairLevel::Factory);
    desk.note(job, SheetFact::Diagnosis { appliance: tv, cause, level, repairable: false }).unwrap();
    desk.pass(10);
    desk.note(job, custody(tv, Returned, "")).unwrap();
    assert_eq!(desk.needs(job, JobOutcome::GivenUp), Some(vec![NotInformed]));
    desk.note(job, entry(tv, BenchWork::Informed, Some(Channel::InPerson))).unwrap();
    assert_eq!(desk.needs(job, JobOutcome::GivenUp), Some(vec![]));
}
