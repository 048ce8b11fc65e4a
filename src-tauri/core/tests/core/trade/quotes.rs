//! Diagnosis, quote, consent, repair at the bench (R19, R21).

use doorstep::actions::facts::FactError;
use doorstep::domain::bench;
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{SheetFact, SheetField};
use doorstep_schemas::view::{
    ApplianceKind, BenchWork, BlockerCode, Channel, Coverage, Fen, JobKind, NodeKind, RepairLevel,
};

use super::bench::{at_the_bench, without_loaner};
use crate::cast::Phone;
use crate::cast::deeds::{asked, at_home, covered, custody, waits_for};
use doorstep_schemas::view::CustodyStep;

fn diagnosis(appliance: ShortId) -> SheetFact {
    let (cause, level) = ("背光灯条烧坏".to_owned(), RepairLevel::Component);
    SheetFact::Diagnosis { appliance, cause, level, repairable: true }
}

fn quote(appliance: ShortId, diagnosis: ShortId, level: RepairLevel, other: Option<i64>) -> SheetFact {
    SheetFact::Quote {
        appliance,
        diagnosis,
        level,
        total_fen: Fen(28_500),
        other_level: other.map(|_| RepairLevel::Component),
        other_fen: other.map(Fen),
        days: 1,
    }
}

fn consent(quote: ShortId, yes: bool, who: &str) -> SheetFact {
    let (who, channel) = (who.to_owned(), Channel::Phone);
    SheetFact::Consent { quote, yes, who, channel, cost_fen: Fen(28_500), days: 1, spoken: None }
}

fn repaired(appliance: ShortId, level: RepairLevel) -> SheetFact {
    let text = "换三根灯条".to_owned();
    SheetFact::Bench { appliance, work: BenchWork::Repaired, text, level: Some(level), channel: None, part: None }
}

/// A diagnosis and a quote on it.
fn quoted(desk: &Phone, job: JobId, tv: ShortId) -> ShortId {
    let found = desk.note(job, diagnosis(tv)).unwrap();
    desk.note(job, quote(tv, found, RepairLevel::Component, None)).unwrap()
}

#[test]
fn r19_nothing_is_quoted_before_the_diagnosis() {
    let (_shop, desk, job, tv) = at_the_bench();
    let strange = ShortId::mint([77; 5]);
    let early = desk.note(job, quote(tv, strange, RepairLevel::Component, None));
    assert_eq!(waits_for(&early), [BlockerCode::NotDiagnosed]);
    let found = desk.note(job, diagnosis(tv)).unwrap();
    let of_nothing = desk.note(job, quote(tv, strange, RepairLevel::Component, None));
    assert!(matches!(of_nothing, Err(FactError::Unknown("diagnosis"))));
    desk.note(job, quote(tv, found, RepairLevel::Component, None)).unwrap();
    let line = desk.actions.job(job).unwrap().nodes;
    assert!(line.iter().any(|n| n.kind == NodeKind::Quoted && n.at.is_some()));
}

#[test]
fn r21_the_dearer_levels_quote_names_the_other_levels_price() {
    let (_shop, desk, job, tv) = at_the_bench();
    let found = desk.note(job, diagnosis(tv)).unwrap();
    for level in [RepairLevel::Board, RepairLevel::Factory] {
        let alone = desk.note(job, quote(tv, found, level, None));
        assert_eq!(waits_for(&alone), [BlockerCode::OtherLevelMissing], "{level:?}");
        desk.note(job, quote(tv, found, level, Some(12_000))).unwrap();
    }
    desk.note(job, quote(tv, found, RepairLevel::Component, None)).unwrap();
}

#[test]
fn r19_a_paid_repair_waits_for_the_customers_yes_to_the_last_quote() {
    for coverage in [Coverage::OutOfWarranty, Coverage::ToBeAppraised] {
        let (_shop, desk, job, tv) = at_home(&covered(asked(JobKind::UnitPickup, ApplianceKind::Television), coverage));
        desk.note(job, without_loaner(tv)).unwrap();
        desk.note(job, custody(tv, CustodyStep::Taken, "")).unwrap();
        let try_it = || waits_for(&desk.note(job, repaired(tv, RepairLevel::Component)));
        assert_eq!(try_it(), [BlockerCode::NotConsented], "{coverage:?}");
        let first = quoted(&desk, job, tv);
        assert_eq!(try_it(), [BlockerCode::NotConsented]);
        desk.note(job, consent(first, false, "罗桂香")).unwrap();
        assert_eq!(try_it(), [BlockerCode::NotConsented], "that was a no");
        assert!(matches!(desk.note(job, consent(first, true, " ")), Err(FactError::Required("who"))));
        let strange = ShortId::mint([77; 5]);
        assert!(matches!(desk.note(job, consent(strange, true, "罗桂香")), Err(FactError::Unknown("quote"))));
        desk.pass(5);
        let second = quoted(&desk, job, tv);
        desk.note(job, consent(first, true, "罗桂香")).unwrap();
        assert_eq!(try_it(), [BlockerCode::NotConsented], "a yes to the price before");
        desk.note(job, consent(second, true, "罗桂香")).unwrap();
        assert_eq!(try_it(), []);
        desk.note(job, consent(second, true, "罗桂香")).unwrap();
        desk.pass(5);
        desk.note(job, consent(second, false, "罗桂香")).unwrap();
        assert_eq!(try_it(), [BlockerCode::NotConsented], "the customer changed their mind");
    }
}

#[test]
fn r19_what_the_maker_pays_is_repaired_without_asking() {
    for coverage in [Coverage::InWarranty, Coverage::Extended] {
        let (_shop, desk, job, tv) = at_home(&covered(asked(JobKind::UnitPickup, ApplianceKind::Television), coverage));
        desk.note(job, repaired(tv, RepairLevel::Component)).unwrap();
    }
}

#[test]
fn r19_the_customer_sees_no_suspected_cause_before_the_diagnosis() {
    let (_shop, desk, job, tv) = at_the_bench();
    desk.fill(job, tv, &[(SheetField::Cause, "多半是屏坏了")]);
    let shown = || {
        let facts = desk.facts(job);
        bench::cause_for_customer(&facts, &facts.order.appliances[0])
    };
    assert_eq!(shown(), "");
    desk.note(job, diagnosis(tv)).unwrap();
    assert_eq!(shown(), "背光灯条烧坏");
    let cause = "  ".to_owned();
    let empty = SheetFact::Diagnosis { appliance: tv, cause, level: RepairLevel::Board, repairable: true };
    assert!(matches!(desk.note(job, empty), Err(FactError::Required("cause"))));
}

#[test]
fn r21_boards_that_were_swapped_are_counted_against_all_repairs() {
    let mut jobs = Vec::new();
    for level in [RepairLevel::Component, RepairLevel::Board, RepairLevel::Component, RepairLevel::Factory] {
        let order = covered(asked(JobKind::UnitPickup, ApplianceKind::Television), Coverage::InWarranty);
        let (_shop, desk, job, tv) = at_home(&order);
        desk.note(job, repaired(tv, level)).unwrap();
        jobs.push(desk.facts(job));
    }
    assert_eq!(bench::board_swaps(&jobs), (1, 4));
}
