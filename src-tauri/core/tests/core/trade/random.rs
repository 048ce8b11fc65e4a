//! Whatever two devices add to one job, in whatever order they hear of each other: one job in the end (R12, R17, R38).

use doorstep::domain::day::JobFigures;
use doorstep::domain::gates::{self, Judge};
use doorstep::domain::nodes::{self, Elsewhere, Reached};
use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::{NoteFact, SheetFact, Tap, TapNode};
use doorstep_schemas::view::{ApplianceKind, Blocker, JobKind, JobOutcome, Millis, NodeKind};
use proptest::prelude::*;

use super::identity::every_fact;
use crate::cast::deeds::asked;
use crate::cast::{MINUTE, NOON, OWNER, Phone, RAN, Shop, TIAN, cases, member};

/// What somebody does next.
#[derive(Debug, Clone)]
enum Deed {
    Fact {
        which: usize,
        claimed: Option<i64>,
    },
    Measure(usize),
    Come,
    Finish(usize),
    Wait(i64),
    /// Meets the log.
    Meet,
}

const READINGS: [(&str, &str); 8] = [
    ("socket_polarity", "right"),
    ("socket_polarity", "swapped"),
    ("earth_resistance", "2.6"),
    ("earth_live", "0.4"),
    ("earth_live", "60"),
    ("rcd_button", "trips"),
    ("insulation_appliance", "0.3"),
    ("insulation_appliance", "60"),
];

fn deed() -> impl Strategy<Value = Deed> {
    let claimed = proptest::option::of(-30i64..5);
    prop_oneof![
        8 => (any::<usize>(), claimed).prop_map(|(which, claimed)| Deed::Fact { which, claimed }),
        3 => (0..READINGS.len()).prop_map(Deed::Measure),
        1 => Just(Deed::Come),
        2 => (0..JobOutcome::ALL.len()).prop_map(Deed::Finish),
        1 => (1i64..50).prop_map(Deed::Wait),
        2 => Just(Deed::Meet),
    ]
}

/// Does it; what the core refuses is not done.
fn perform(phone: &Phone, job: JobId, heater: ShortId, facts: &[SheetFact], deed: &Deed) {
    let ignore = |_done_or_refused: bool| ();
    match deed {
        Deed::Fact { which, claimed } => {
            let fact = facts[which % facts.len()].clone();
            let claimed = claimed.map(|minute| Millis(NOON + minute * MINUTE));
            ignore(phone.actions.note_fact(&NoteFact { job, fact, claimed }).is_ok());
        }
        Deed::Measure(n) => {
            let (code, value) = READINGS[*n];
            let input = phone.typed(job, heater, code, value, "改过了");
            ignore(phone.actions.record_reading(&input).is_ok());
        }
        Deed::Come => {
            ignore(phone.actions.tap_node(&TapNode { job, tap: Tap::Depart }).is_ok());
            ignore(phone.actions.tap_node(&TapNode { job, tap: Tap::Arrive }).is_ok());
        }
        Deed::Finish(n) => ignore(phone.finish(job, JobOutcome::ALL[*n]).is_ok()),
        Deed::Wait(minutes) => phone.pass(*minutes),
        Deed::Meet => {}
    }
}

/// All that people see of a job.
#[derive(Debug, PartialEq)]
struct Seen {
    facts: doorstep::domain::facts::Job,
    line: Vec<Reached>,
    figures: JobFigures,
    blockers: Vec<Blocker>,
    outcomes: Vec<Option<Vec<Blocker>>>,
}

fn seen(phone: &Phone, job: JobId) -> Seen {
    let (facts, rules) = (phone.facts(job), phone.store().rules().clone());
    let in_force = rules.at(NOON);
    let judge = Judge::new(&facts, &in_force);
    let now = NOON + 1_000 * MINUTE;
    Seen {
        line: nodes::line(&facts, gates::safety_checked(&judge), Elsewhere::default()),
        figures: JobFigures::by(&judge),
        blockers: gates::blockers(&judge),
        outcomes: JobOutcome::ALL.iter().map(|o| gates::outcome_blockers(&judge, *o, now)).collect(),
        facts: facts.clone(),
    }
}

/// How far a status is along the line. A yes after a no, and a repair after all, stand at the same place.
fn rank(status: NodeKind) -> usize {
    use NodeKind::{
        Accepted, Appointed, Approved, Arrived, Cancelled, CardShown, Consented, Departed, Diagnosed, Finished,
        FollowedUp, GivenUp, Guided, Informed, Left, LoanerBack, LoanerPlaced, Open, Quoted, Received, Repaired,
        Returned, SafetyChecked, Settled, Taken, Unrepairable, Working,
    };
    match status {
        Open => 0,
        Guided => 1,
        Accepted => 2,
        Appointed => 3,
        Departed => 4,
        Arrived => 5,
        // Another loaner, or a charge, asks for readings that nobody has taken yet: then the check is open again.
        CardShown | SafetyChecked => 6,
        Working => 7,
        LoanerPlaced => 8,
        Taken => 9,
        Received => 10,
        Diagnosed => 11,
        Quoted => 12,
        Consented | GivenUp => 13,
        Repaired | Unrepairable => 14,
        Informed => 15,
        Returned => 16,
        LoanerBack => 17,
        Finished => 18,
        Left => 19,
        FollowedUp => 20,
        Approved => 21,
        Settled => 22,
        Cancelled => 23,
    }
}

proptest! {
    #![proptest_config(cases(16))]

    #[test]
    fn r12_r17_r38_whatever_two_devices_add_and_however_they_meet_it_is_one_job(
        deeds in proptest::collection::vec((any::<bool>(), deed()), 1..60),
        last in any::<bool>(),
        begun in any::<bool>(),
    ) {
        let mut shop = Shop::open();
        let (mut desk, mut one, mut other) = (shop.device(OWNER), shop.device(RAN), shop.device(TIAN));
        let mut order = asked(JobKind::Repair, ApplianceKind::StorageHeater);
        order.assignees = vec![member(OWNER), member(RAN), member(TIAN)];
        let view = desk.actions.take_order(&order).unwrap();
        let (job, heater) = (view.card.job, view.appliances[0].id);
        // A job that has just begun, where only what names nothing is taken; or one that has been to the bench.
        let scratch = desk.actions.take_order(&order).unwrap();
        let facts = if begun {
            every_fact(&desk, scratch.card.job, scratch.appliances[0].id)
        } else {
            every_fact(&desk, job, heater)
        };
        for phone in [&mut desk, &mut one, &mut other] {
            shop.log.exchange(phone);
        }
        let mut ranks = [0, 0];
        for (which, deed) in &deeds {
            let phone = if *which { &mut one } else { &mut other };
            perform(phone, job, heater, &facts, deed);
            if matches!(deed, Deed::Meet) {
                shop.log.exchange(phone);
            }
            // Facts are only added: nobody's line goes back.
            let now = rank(phone.actions.job(job).unwrap().card.status);
            prop_assert!(now >= ranks[usize::from(*which)], "{deed:?} took the job back");
            ranks[usize::from(*which)] = now;
        }
        let (first, second) = if last { (&mut one, &mut other) } else { (&mut other, &mut one) };
        shop.log.exchange(first);
        shop.log.exchange(second);
        shop.log.exchange(first);
        shop.log.exchange(&mut desk);
        let expected = seen(&desk, job);
        for phone in [&one, &other] {
            prop_assert_eq!(&seen(phone, job), &expected);
            // Whoever reads it anew from the changes reads the same.
            let read = doorstep::documents::sheet::read(&phone.rebuilt(&doorstep_schemas::ids::DocId::Sheet(job)));
            prop_assert_eq!(&read, &expected.facts.sheet);
        }
        let view = desk.actions.job(job).unwrap();
        prop_assert!(rank(view.card.status) >= ranks[0].max(ranks[1]), "the merge took the job back");
        let unsafe_end = expected.facts.sheet.outcomes.iter().any(|o| o.outcome.is(JobOutcome::Completed));
        prop_assert!(!unsafe_end, "nothing here was ever whole enough to be completed");
    }
}
