//! Kits, requests and old parts, as they come from several hands.

use doorstep_schemas::view::{ApplianceKind, Coverage, JobOutcome, StockMove};
use proptest::prelude::*;

use super::*;
use crate::domain::facts::Noted;
use crate::domain::money::cast::*;
use crate::domain::record::At;

fn moved(n: u64, movement: StockMove, code: &str, quantity: i64) -> Moved {
    Moved { movement: movement.into(), code: code.to_owned(), quantity, ..blank(n) }
}

fn of_job(n: u64, parts: &[UsedPart]) -> Vec<(JobId, &UsedPart)> {
    parts.iter().map(|part| (job_id(n), part)).collect()
}

fn held(stock: &BTreeMap<String, Holding>, code: &str) -> i64 {
    stock.get(code).map_or(0, |held| held.quantity)
}

#[test]
fn r22_use_lowers_a_members_own_stock() {
    let moves = [moved(1, StockMove::Issue, "AQ-MF-63", 5), moved(2, StockMove::Return, "aq-mf-63 ", 1)];
    let mut parts = vec![used(10, "AQ-MF-63", 2, 1_000)];
    assert_eq!(held(&stock(ran(), &moves, of_job(1, &parts)), "AQ-MF-63"), 2);
    parts[0].source = PartSource::Shop.into();
    assert_eq!(held(&stock(ran(), &moves, of_job(1, &parts)), "AQ-MF-63"), 4, "from the shop's shelf");
    parts[0].source = PartSource::OwnStock.into();
    parts[0].noted.by = tian();
    assert_eq!(held(&stock(ran(), &moves, of_job(1, &parts)), "AQ-MF-63"), 4, "from another's kit");
}

#[test]
fn r22_two_phones_use_the_last_one_and_the_owner_sees_it_below_zero() {
    let moves = [moved(1, StockMove::Issue, "BTA41-600B", 1)];
    // One id in two jobs: two parts.
    let part = used(10, "BTA41-600B", 1, 1_800);
    let both = [(job_id(1), &part), (job_id(2), &part), (job_id(2), &part)];
    let found = stock(ran(), &moves, both);
    assert_eq!(below_zero(&found), [("BTA41-600B", -1)]);
    let last_one = stock(ran(), &moves, [(job_id(1), &part)]);
    assert_eq!(below_zero(&last_one), [], "the last one was there");
    assert_eq!(not_carried(&last_one, &["BTA41-600B"]), ["BTA41-600B"]);
}

#[test]
fn r22_a_count_is_what_lies_there_and_what_was_before_is_over() {
    let at = |n: u64, ms: i64| Noted { at_ms: ms, ..blank::<Moved>(n).noted };
    let count = Moved { noted: at(3, MORNING + HOUR), ..moved(3, StockMove::Count, "AQ-MF-63", 7) };
    let moves = [moved(1, StockMove::Issue, "AQ-MF-63", 50), count.clone()];
    let mut part = used(10, "AQ-MF-63", 2, 1_000);
    assert_eq!(held(&stock(ran(), &moves, of_job(1, &[part.clone()])), "AQ-MF-63"), 7, "used before it was counted");
    part.noted.at_ms = MORNING + 2 * HOUR;
    assert_eq!(held(&stock(ran(), &moves, of_job(1, &[part.clone()])), "AQ-MF-63"), 5);
    // Entered after the count, used before it.
    part.noted.claimed_ms = Some(MORNING);
    assert_eq!(held(&stock(ran(), &moves, of_job(1, &[part])), "AQ-MF-63"), 7);
    let later = Moved { noted: at(4, MORNING + 3 * HOUR), ..moved(4, StockMove::Count, "AQ-MF-63", 6) };
    assert_eq!(held(&stock(ran(), &[later.clone(), count.clone()], []), "AQ-MF-63"), 6, "the last count");
    let mut remembered = Moved { quantity: 9, ..later.clone() };
    (remembered.id, remembered.noted.at_ms) = (id(5), MORNING + 9 * HOUR);
    remembered.noted.claimed_ms = Some(MORNING + 2 * HOUR);
    assert_eq!(held(&stock(ran(), &[later, count, remembered], []), "AQ-MF-63"), 6, "entered last, counted before");
}

#[test]
fn r8_what_a_symptom_suggests_and_nobody_packed_is_told_before_departure() {
    let found = stock(ran(), &[moved(1, StockMove::Issue, "AQ-RG-2000", 1)], []);
    assert_eq!(not_carried(&found, &["aq-rg-2000", "AQ-MB-M6"]), ["AQ-MB-M6"]);
}

#[test]
fn r23_a_request_has_its_promise_by_market_tier_and_is_late_after_it() {
    let request: PartRequest = blank(1);
    let answer = |n: u64, step: RequestStep, at: i64| Answer {
        step: step.into(),
        noted: noted(at),
        ..known(n, &[("request", name(id(1)))])
    };
    let asked = request.noted.at_ms;
    for hours in [6, 24, 36, 48] {
        let due = asked + i64::from(hours) * HOUR;
        let found = |now| requested(&request, &[], hours, now);
        assert_eq!((found(asked).promised_ms, found(asked).step), (due, None), "{hours} h");
        assert_eq!((found(due).left_ms, found(due).late), (Some(0), false));
        assert_eq!((found(due + 1).left_ms, found(due + 1).late), (Some(-1), true));
    }
    let mut answers = vec![answer(2, RequestStep::Approved, asked + 1), answer(3, RequestStep::Ordered, asked + 2)];
    assert_eq!(requested(&request, &answers, 6, asked).step, Some(RequestStep::Ordered));
    answers[1].promised = Some(At(asked + 80 * HOUR));
    assert!(!requested(&request, &answers, 6, asked + 79 * HOUR).late, "another promise was made");
    answers.push(answer(4, RequestStep::Arrived, asked + 81 * HOUR));
    answers.push(answer(5, RequestStep::Shipped, asked + 82 * HOUR));
    let found = requested(&request, &answers, 6, i64::MAX);
    assert_eq!((found.step, found.left_ms, found.late), (Some(RequestStep::Arrived), None, true));
    let refused = requested(&request, &[answer(2, RequestStep::Refused, asked + 1)], 6, i64::MAX);
    assert_eq!((refused.left_ms, refused.late), (None, false));
    let extreme = PartRequest { noted: noted(i64::MAX), ..request };
    assert_eq!(requested(&extreme, &[], u32::MAX, i64::MIN).promised_ms, i64::MAX);
}

/// 邓小妹's pump, under warranty.
fn pump() -> Job {
    let mut job = job(JobKind::Repair, ApplianceKind::WashingMachine, Coverage::InWarranty);
    job.sheet.outcomes = vec![outcome(5, JobOutcome::Completed)];
    job.sheet.parts = vec![used(50, "YH-PSB-30W", 1, 6_800)];
    job
}

fn old(n: u64, step: OldPartStep) -> OldPart {
    OldPart { step: step.into(), ..known(n, &[("part", name(id(50)))]) }
}

const DUE: i64 = MORNING + 14 * DAY;

fn tagged() -> OldPart {
    OldPart { tag: "YH-1121-1".to_owned(), due: Some(At(DUE)), ..old(60, OldPartStep::Tagged) }
}

fn gaps(job: &Job, now: i64) -> Vec<Trouble> {
    claim_gaps(job, &Terms::default(), &BTreeMap::new(), now).into_iter().map(|p| p.code).collect()
}

#[test]
fn r24_an_old_part_under_warranty_is_tagged_sent_and_only_then_claimed() {
    let mut job = pump();
    let blockers = |job: &Job| old_part_blockers(job, &Terms::default(), MORNING);
    assert_eq!(blockers(&job), [(BlockerCode::OldPartMissing, id(50))]);
    assert_eq!(gaps(&job, MORNING), [Trouble::OldPartUntagged]);
    job.sheet.old_parts = vec![OldPart { due: None, ..tagged() }];
    assert_eq!(blockers(&job).len(), 1, "without a due date");
    job.sheet.old_parts = vec![tagged()];
    assert_eq!(blockers(&job), []);
    assert_eq!(gaps(&job, DUE), [Trouble::OldPartNotSent]);
    assert_eq!(gaps(&job, DUE + 1), [Trouble::OldPartOverdue]);
    job.sheet.old_parts.push(OldPart { batch: "B47".to_owned(), ..old(61, OldPartStep::Sent) });
    assert_eq!(gaps(&job, DUE), [Trouble::OldPartNotSent], "no courier number");
    let courier = "SF001".to_owned();
    job.sheet.old_parts.push(OldPart { courier, ..old(62, OldPartStep::Sent) });
    assert_eq!(gaps(&job, DUE + 1), []);
    let found = old_parts(&job, &Terms::default(), DUE + 1).remove(0);
    assert!(found.claimable && !found.overdue);
    assert_eq!((found.tag.as_str(), found.batch.as_str(), found.courier.as_str()), ("YH-1121-1", "B47", "SF001"));
    job.sheet.old_parts.push(OldPart { deducted_fen: 3_800, ..old(63, OldPartStep::Deducted) });
    let found = old_parts(&job, &Terms::default(), DUE).remove(0);
    assert_eq!((found.claimable, found.deducted_fen), (false, 3_800));
    assert_eq!(gaps(&job, DUE), []);
}

#[test]
fn r24_out_of_warranty_it_is_the_customers_and_offered_first() {
    let mut job = pump();
    job.order.coverage = Coverage::OutOfWarranty;
    assert_eq!(old_part_blockers(&job, &Terms::default(), MORNING), [(BlockerCode::OldPartNotOffered, id(50))]);
    assert_eq!(gaps(&job, MORNING), [], "nothing to claim");
    let sent = OldPart { batch: "B47".to_owned(), courier: "SF001".to_owned(), ..old(60, OldPartStep::Sent) };
    job.sheet.old_parts = vec![sent];
    assert!(!old_parts(&job, &Terms::default(), MORNING)[0].claimable, "not the maker's");
    for step in [OldPartStep::Kept, OldPartStep::Declined] {
        job.sheet.old_parts = vec![old(60, step)];
        assert_eq!(old_part_blockers(&job, &Terms::default(), MORNING), []);
    }
    let mut install = pump();
    install.order.kind = JobKind::Install;
    assert_eq!(old_parts(&install, &Terms::default(), MORNING), [], "an installation replaces nothing");
}

#[test]
fn r25_a_part_above_the_dealers_price_is_told() {
    let dealer = [("AQ-RG-2000".to_owned(), 5_800), ("AQ-MB-M6".to_owned(), 1_800)].into();
    let charged = [("aq-rg-2000", 6_500), ("AQ-MB-M6", 1_800), ("NOBODYS", 9_900)];
    let expected = Overcharged { code: "AQ-RG-2000".to_owned(), charged_fen: 6_500, dealer_fen: 5_800 };
    assert_eq!(overcharged(charged, &dealer), [expected]);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

    #[test]
    fn r22_a_stock_is_the_same_in_any_order_and_doubled(
        moves in prop::collection::vec((0usize..3, any::<i64>(), 0i64..9), 0..7),
        quantities in prop::collection::vec((any::<u32>(), 0i64..9), 0..4),
        turn in 0usize..7,
    ) {
        let mut moves: Vec<Moved> = (1..)
            .zip(moves)
            .map(|(n, (kind, quantity, at))| Moved {
                noted: noted(MORNING + at),
                ..moved(n, StockMove::ALL[kind], "AQ-MF-63", quantity)
            })
            .collect();
        let parts: Vec<UsedPart> = (20..)
            .zip(quantities)
            .map(|(n, (quantity, at))| UsedPart { noted: noted(MORNING + at), ..used(n, "AQ-MF-63", quantity, 1) })
            .collect();
        let before = stock(ran(), &moves, of_job(1, &parts));
        let turn = turn.min(moves.len());
        moves.rotate_left(turn);
        let doubled: Vec<Moved> = moves.iter().rev().chain(&moves).cloned().collect();
        let again: Vec<UsedPart> = parts.iter().rev().chain(&parts).cloned().collect();
        let names = |stock: BTreeMap<String, Holding>| stock.into_iter().map(|(k, h)| (k, h.quantity)).collect::<Vec<_>>();
        prop_assert_eq!(names(stock(ran(), &doubled, of_job(1, &again))), names(before));
    }
}
