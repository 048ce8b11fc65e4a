//! What comes of the orders: every outcome, in believable shares, in an order of time; and facts that add up.

use std::collections::{BTreeMap, BTreeSet};

use doorstep::domain::safety;
use doorstep_schemas::input::{Found, OrderFact, SheetFact, Tap};
use doorstep_schemas::view::{
    ApplianceKind, BenchWork, Fen, JobKind, JobOutcome, OldPartStep, PaidFor, PayWay, Payer, ReasonAbout, Verdict,
};

use super::{jobs, rules, town};
use crate::town::makes::{MODELS, Plate};
use crate::town::{Act, Course, FIRST_DAY_MS, facts};

type Holds<'a> = &'a dyn Fn(&SheetFact) -> bool;

fn sheet_facts(course: &Course) -> impl Iterator<Item = &SheetFact> {
    course.steps.iter().filter_map(|step| match &step.act {
        Act::Fact { fact, .. } => Some(fact),
        _ => None,
    })
}

#[test]
fn a_year_of_the_town_is_a_year_of_a_shop() {
    let town = town(1);
    let all = jobs(&town, 365, 8);
    assert!((2_700..=3_300).contains(&all.len()), "{}", all.len());
    let mut ends: BTreeMap<Option<JobOutcome>, usize> = BTreeMap::new();
    for (_, course) in &all {
        *ends.entry(course.outcome()).or_default() += 1;
    }
    let share = |outcome| ends.get(&outcome).copied().unwrap_or(0) * 1_000 / all.len();
    let completed = share(Some(JobOutcome::Completed));
    assert!((840..=950).contains(&completed), "5 to 15 of a hundred end otherwise: {ends:?}");
    for (outcome, from, to) in [
        (JobOutcome::RefusedUnsafe, 8, 40),
        (JobOutcome::SolvedByPhone, 8, 30),
        (JobOutcome::HazardRemaining, 2, 20),
        (JobOutcome::GivenUp, 6, 30),
        (JobOutcome::NoFaultFound, 5, 25),
        (JobOutcome::Condemned, 3, 30),
        (JobOutcome::NeedsPart, 1, 20),
        (JobOutcome::CustomerAbsent, 1, 15),
        (JobOutcome::GoodsNotArrived, 1, 8),
    ] {
        assert!((from..=to).contains(&share(Some(outcome))), "{outcome:?}: {ends:?}");
    }
    assert!((5..=30).contains(&share(None)), "cancelled: {ends:?}");
}

#[test]
fn every_outcome_is_on_the_way_of_some_job_within_two_thousand() {
    let town = town(2);
    let all = jobs(&town, 200, 10);
    let seen: BTreeSet<JobOutcome> = all.iter().take(2_000).flat_map(|(_, course)| course.outcomes()).collect();
    assert_eq!(seen.len(), JobOutcome::ALL.len(), "{seen:?}");
}

#[test]
fn what_belongs_to_the_trade_happens_now_and_then() {
    let town = town(3);
    let all = jobs(&town, 250, 10);
    let any = |holds: Holds<'_>| all.iter().any(|(_, course)| sheet_facts(course).any(holds));
    let cases: [(&str, Holds<'_>); 23] = [
        ("补录", &|f| matches!(f, SheetFact::Reason { about: ReasonAbout::EnteredLate, .. })),
        ("late", &|f| matches!(f, SheetFact::Reason { about: ReasonAbout::Late, .. })),
        ("overrun", &|f| matches!(f, SheetFact::Reason { about: ReasonAbout::Overrun, .. })),
        ("above guide", &|f| matches!(f, SheetFact::Reason { about: ReasonAbout::AboveGuide, .. })),
        ("put right", &|f| matches!(f, SheetFact::Hazard { remaining: false, after: Some(_), .. })),
        ("stays unsafe", &|f| matches!(f, SheetFact::Hazard { remaining: true, .. })),
        ("拒签", &|f| matches!(f, SheetFact::Notice { refused: true, .. })),
        ("guided by phone", &|f| matches!(f, SheetFact::Guidance { .. })),
        ("crew", &|f| matches!(f, SheetFact::Crew { .. })),
        ("clock stopped", &|f| matches!(f, SheetFact::Pause { stopped: true, .. })),
        ("cash", &|f| matches!(f, SheetFact::Payment { way: PayWay::Cash, paid_for: PaidFor::Work, .. })),
        ("QR", &|f| matches!(f, SheetFact::Payment { way: PayWay::OutletQr, paid_for: PaidFor::Work, .. })),
        ("maker pays", &|f| matches!(f, SheetFact::Fee { payer: Payer::Maker, .. })),
        ("damage", &|f| matches!(f, SheetFact::ClaimShare { .. })),
        ("old part to the maker", &|f| matches!(f, SheetFact::OldPart { step: OldPartStep::Tagged, .. })),
        ("old part kept", &|f| matches!(f, SheetFact::OldPart { step: OldPartStep::Kept, .. })),
        ("loaner", &|f| matches!(f, SheetFact::Loaner { .. })),
        ("loaner back", &|f| matches!(f, SheetFact::LoanerBack { .. })),
        ("no loaner", &|f| matches!(f, SheetFact::WithoutLoaner { .. })),
        ("consent", &|f| matches!(f, SheetFact::Consent { yes: true, .. })),
        ("declined", &|f| matches!(f, SheetFact::Consent { yes: false, .. })),
        ("unrepairable", &|f| matches!(f, SheetFact::Bench { work: BenchWork::Unrepairable, .. })),
        ("refrigerant", &|f| matches!(f, SheetFact::Charge { leak_found: true, .. })),
    ];
    for (what, holds) in cases {
        assert!(any(holds), "{what}");
    }
    let act = |holds: &dyn Fn(&Act) -> bool| all.iter().any(|(_, c)| c.steps.iter().any(|step| holds(&step.act)));
    assert!(act(&|act| matches!(act, Act::Adopt)), "a walk-in");
    assert!(act(&|act| matches!(act, Act::Order { fact: OrderFact::Plan { .. }, .. })), "a project");
    let visits = |c: &Course| c.steps.iter().filter(|s| matches!(s.act, Act::Tap(Tap::Arrive))).count();
    assert!(all.iter().any(|(_, course)| visits(course) == 2), "a second visit");
}

#[test]
fn steps_are_in_order_of_time_and_everybody_in_them_is_of_the_town() {
    let town = town(4);
    for (order, course) in jobs(&town, 60, 10) {
        let mut before = order.taken_ms;
        for step in &course.steps {
            assert!(step.at_ms > before, "{step:?}");
            before = step.at_ms;
            assert!(town.members.iter().any(|member| member.id == step.member));
        }
        assert_eq!(course.cancelled, course.outcome().is_none());
    }
}

#[test]
fn what_was_taken_in_is_what_the_customers_lines_come_to() {
    let town = town(5);
    let mut billed = 0;
    for (order, course) in jobs(&town, 90, 10) {
        let job = facts(&town, &order, &course);
        let line = |fee: &doorstep::domain::facts::Fee| {
            (fee.unit_fen * fee.quantity * fee.share + 500_000).div_euclid(1_000_000)
        };
        let owed: i64 = job.sheet.fees.iter().filter(|fee| fee.payer.is(Payer::Customer)).map(line).sum();
        let paid: i64 = job.sheet.payments.iter().filter(|p| p.paid_for.is(PaidFor::Work)).map(|p| p.fen).sum();
        assert_eq!(owed.max(0), paid, "{:?}", job.sheet.fees);
        billed += i32::from(paid > 0);
        let deposits: i64 = job.sheet.payments.iter().filter(|p| p.paid_for.is(PaidFor::Deposit)).map(|p| p.fen).sum();
        let back: i64 = job.sheet.payments.iter().filter(|p| p.paid_for.is(PaidFor::DepositBack)).map(|p| p.fen).sum();
        let kept: i64 = job.sheet.loaner_backs.iter().map(|b| b.kept_fen).sum();
        assert_eq!(deposits + back, kept);
        assert!(sheet_facts(&course).all(|f| !matches!(f, SheetFact::Fee { unit_fen: Fen(0), .. })));
    }
    assert!(billed > 300, "{billed}");
}

#[test]
fn whatever_the_rules_ask_for_can_be_measured_well_on_every_nameplate() {
    let town = town(6);
    let chance = crate::chance::Chance::from_seed(6);
    let plates: BTreeSet<(ApplianceKind, Plate)> = MODELS.iter().map(|m| (m.kind, m.plate)).collect();
    let mut rows = 0;
    for (kind, plate) in plates {
        for work in JobKind::ALL {
            let asked = town.meter.asked(*work, kind, &plate, Vec::new());
            for row in asked.rows.iter().filter(|row| !row.aged()) {
                let good = row.good(&chance, 1).unwrap_or_else(|| panic!("{work:?} {kind:?} {plate:?} {}", row.code));
                let limit =
                    doorstep::domain::gates::Rules::limit(&rules().at(FIRST_DAY_MS), &row.code).unwrap().clone();
                let alone = safety::judge(&limit, &good.found, &good.method, &safety::Context::default()).verdict;
                assert_ne!(alone, Verdict::Fail, "{} {good:?}", row.code);
                rows += 1;
            }
        }
    }
    assert!(rows > 500, "{rows}");
}

#[test]
fn an_old_gas_heater_is_condemned_and_a_young_one_is_not() {
    let town = town(7);
    let (mut old, mut young) = (0, 0);
    for (order, course) in jobs(&town, 250, 12) {
        let unit = &order.units[0].owned;
        let gas = matches!(unit.model.kind, ApplianceKind::GasHeater | ApplianceKind::GasStove);
        if !gas || order.input.kind != JobKind::Repair || course.outcome() == Some(JobOutcome::CustomerAbsent) {
            continue;
        }
        let aged = |step: &crate::town::Step| match &step.act {
            Act::Reading { code, found: Found::Number { thousandths }, .. } if code == "gas_age" => Some(thousandths.0),
            _ => None,
        };
        let Some(read) = course.steps.iter().find_map(aged) else { continue };
        assert_eq!(read, i64::from(unit.made.0) * 1_000 + i64::from(unit.made.1) * 10);
        let months = order.day / 30 - (i64::from(unit.made.0) - 2024) * 12 - i64::from(unit.made.1) + 1;
        if months > 98 {
            old += 1;
            assert_eq!(course.outcome(), Some(JobOutcome::Condemned));
        } else if months < 60 && course.outcome() == Some(JobOutcome::Completed) {
            young += 1;
        }
    }
    assert!(old > 3 && young > 10, "{old} {young}");
}
