//! Facts arrive in any order, doubled, from several devices: the same job stands there in the end.

use automerge::AutoCommit;
use doorstep::documents::{order as order_paper, sheet as sheet_paper};
use doorstep::domain::day::JobFigures;
use doorstep::domain::facts::{Job, Order, Sheet};
use doorstep::domain::gates::{self, Judge};
use doorstep::domain::nodes::{self, Elsewhere, Reached};
use doorstep::rules::RuleBook;
use doorstep_schemas::ids::DocKind;
use doorstep_schemas::view::{Blocker, JobKind, JobOutcome, NodeKind, OrderState};
use proptest::prelude::*;

use super::anything::{Desks, Stroke, arrival, noted, stroke};
use crate::cast::cases;

/// All that is derived from a job's facts.
#[derive(Debug, PartialEq)]
struct Derived {
    line: Vec<Reached>,
    status: NodeKind,
    state: OrderState,
    figures: JobFigures,
    blockers: Vec<Blocker>,
    outcomes: Vec<JobOutcome>,
}

fn derived(order: Order, sheet: Sheet, rules: &RuleBook) -> Derived {
    let job = Job { order, sheet };
    let in_force = rules.at(0);
    let judge = Judge::new(&job, &in_force);
    let line = nodes::line(&job, gates::safety_checked(&judge), Elsewhere::default());
    let next = gates::next(&judge, 0);
    Derived {
        blockers: next.blockers,
        outcomes: next.outcomes,
        status: nodes::status(&job, &line),
        state: nodes::order_state(&job),
        figures: JobFigures::by(&judge),
        line,
    }
}

fn an_order() -> Order {
    Order::blank(JobKind::Repair, noted(0))
}

fn strokes() -> impl Strategy<Value = Vec<(usize, Stroke)>> {
    prop::collection::vec((0usize..3, stroke()), 1..30)
}

/// Strokes by three people and two orders in which what they wrote may arrive somewhere else.
fn arrivals() -> impl Strategy<Value = (Vec<(usize, Stroke)>, Vec<usize>, Vec<usize>)> {
    strokes().prop_flat_map(|strokes| {
        let len = strokes.len() + 1;
        (Just(strokes), arrival(len), arrival(len))
    })
}

fn filled(kind: DocKind, strokes: &[(usize, Stroke)]) -> Desks {
    let mut desks = Desks::open(kind);
    if kind == DocKind::Order {
        desks.take_order();
    }
    for (who, stroke) in strokes {
        desks.perform(*who, stroke);
    }
    desks
}

/// Orders for as many changes as came of the strokes: some strokes change nothing.
fn of_made(desks: &Desks, order: &[usize]) -> Vec<usize> {
    order.iter().copied().filter(|n| *n < desks.made.len()).collect()
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn a_sheets_facts_in_any_order_and_doubled_give_the_same_status(case in arrivals()) {
        let (strokes, one, other) = case;
        let rules = RuleBook::built_in().unwrap();
        let mut desks = filled(DocKind::Sheet, &strokes);
        let (one, other) = (desks.rebuilt(&of_made(&desks, &one)), desks.rebuilt(&of_made(&desks, &other)));
        prop_assert_eq!(sheet_paper::read(&one), sheet_paper::read(&other));
        let seen = derived(an_order(), sheet_paper::read(&one), &rules);
        prop_assert_eq!(&seen, &derived(an_order(), sheet_paper::read(&other), &rules));
        // Whoever took it in by exchanging with the others sees the same.
        desks.meet();
        for paper in &desks.papers {
            prop_assert_eq!(&seen, &derived(an_order(), sheet_paper::read(paper.doc()), &rules));
        }
    }

    #[test]
    fn an_orders_facts_in_any_order_and_doubled_give_the_same_state(case in arrivals()) {
        let (strokes, one, other) = case;
        let rules = RuleBook::built_in().unwrap();
        let desks = filled(DocKind::Order, &strokes);
        let (one, other) = (desks.rebuilt(&of_made(&desks, &one)), desks.rebuilt(&of_made(&desks, &other)));
        prop_assert_eq!(order_paper::read(&one), order_paper::read(&other));
        let seen = |doc: &AutoCommit| {
            let order = order_paper::read(doc).expect("it was taken");
            derived(order, Sheet::default(), &rules)
        };
        prop_assert_eq!(seen(&one), seen(&other));
    }
}
