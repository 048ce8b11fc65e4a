//! 结算: where a claim to a maker stands, what is still to come, and what a job leaves (R27, R31).
//!
//! A step that may not follow the one before moves nothing and is shown: two devices may have written what neither would
//! have allowed.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::view::SettleState;

use super::amount::{less, showable, split, sum};
use super::each;
use crate::domain::calendar::DAY_MS;
use crate::domain::facts::desk::{SettlementLine, SettlementStep};

/// Where one job's claim stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Settlement {
    /// `None` before anybody touched it.
    pub state: Option<SettleState>,
    pub since_ms: i64,
    pub submitted_ms: Option<i64>,
    /// What the maker accepted; `None` where no sum was named: then all that was claimed.
    pub accepted_fen: Option<i64>,
    pub deducted_fen: i64,
    pub paid_fen: i64,
    /// Paid without a sum named: all of it.
    pub paid_in_full: bool,
    /// The last reason and reference that were given.
    pub reason: String,
    pub reference: String,
    /// Steps that may not follow the one before, or that this version does not know.
    pub illegal: Vec<ShortId>,
}

/// Whether a step may follow another (R31): draft → ready → submitted → accepted, deducted or rejected → paid; what was
/// rejected is made ready again. A maker pays in parts.
fn follows(before: Option<SettleState>, next: SettleState) -> bool {
    use SettleState::{Accepted, Deducted, Draft, Paid, Ready, Rejected, Submitted};
    match before {
        None => matches!(next, Draft | Ready),
        Some(Draft) => matches!(next, Ready),
        Some(Ready) => matches!(next, Submitted),
        Some(Submitted) => matches!(next, Accepted | Deducted | Rejected),
        Some(Accepted | Deducted | Paid) => matches!(next, Paid),
        Some(Rejected) => matches!(next, Ready),
    }
}

/// What may be said of a claim next (R31).
pub fn next(before: Option<SettleState>) -> Vec<SettleState> {
    SettleState::ALL.iter().copied().filter(|state| follows(before, *state)).collect()
}

/// The steps that lead to a state (R31): submitting what nobody touched says first that it is ready. Nothing where no way
/// leads there.
pub fn way_to(before: Option<SettleState>, state: SettleState) -> Vec<SettleState> {
    use SettleState::{Draft, Ready, Rejected, Submitted};
    match (before, state) {
        (None | Some(Draft | Rejected), Submitted) => vec![Ready, Submitted],
        _ if follows(before, state) => vec![state],
        _ => Vec::new(),
    }
}

/// Where the claim of a job stands, from its steps by (time, id) (R31). The same step written by two devices is one;
/// of payments those are one that bear the same reference.
pub fn state<'a>(job: JobId, steps: impl IntoIterator<Item = &'a SettlementStep>) -> Settlement {
    let mut out = Settlement::default();
    let mut paid: Vec<&SettlementStep> = Vec::new();
    for step in each(steps).into_iter().filter(|step| step.job == job) {
        let Some(next) = step.state.known() else {
            out.illegal.push(step.id);
            continue;
        };
        let again = out.state == Some(next) && next != SettleState::Paid;
        if !again && !follows(out.state, next) {
            out.illegal.push(step.id);
            continue;
        }
        if !again {
            out.since_ms = step.noted.happened_ms();
        }
        out.state = Some(next);
        match next {
            SettleState::Submitted if !again => out.submitted_ms = Some(step.noted.happened_ms()),
            SettleState::Accepted => out.accepted_fen = (step.fen > 0).then_some(step.fen),
            SettleState::Deducted => out.deducted_fen = step.fen.saturating_abs(),
            SettleState::Paid => {
                let known = |p: &&SettlementStep| !step.reference.is_empty() && p.reference == step.reference;
                if !paid.iter().any(known) {
                    paid.push(step);
                }
            }
            // Claimed anew: what was said of the earlier claim is over.
            SettleState::Ready => out.submitted_ms = None,
            SettleState::Draft | SettleState::Submitted | SettleState::Rejected => {}
        }
        for (kept, said) in [(&mut out.reason, &step.reason), (&mut out.reference, &step.reference)] {
            if !said.is_empty() {
                said.clone_into(kept);
            }
        }
    }
    out.paid_fen = sum(paid.iter().map(|step| step.fen));
    out.paid_in_full = paid.iter().any(|step| step.fen == 0);
    out
}

/// Each line once; what follows from one fee of a sheet is claimed once, whoever of two devices wrote it.
pub fn once<'a>(lines: impl IntoIterator<Item = &'a SettlementLine>) -> Vec<&'a SettlementLine> {
    let mut seen = BTreeSet::new();
    let mut out = each(lines);
    out.retain(|line| {
        let of_fee = line.fee.filter(|_| line.adjusts.is_none());
        of_fee.is_none_or(|fee| seen.insert((line.job, fee, line.maker.clone(), line.code.clone())))
    });
    out
}

/// What a job's lines claim (R31); a line's sum is its whole. An adjustment is a line of its own and adds to it.
pub fn claimed_fen<'a>(job: JobId, lines: impl IntoIterator<Item = &'a SettlementLine>) -> i64 {
    sum(once(lines).into_iter().filter(|line| line.job == job).map(|line| line.fen))
}

/// What is still to come from the maker for a job (R31): claimed or accepted, less deductions, less what was paid. Nothing
/// before it is submitted, and nothing of what was rejected.
pub fn receivable_fen(settlement: &Settlement, claimed_fen: i64) -> i64 {
    match settlement.state {
        Some(SettleState::Paid) if settlement.paid_in_full => 0,
        Some(SettleState::Submitted | SettleState::Accepted | SettleState::Deducted | SettleState::Paid) => {
            let due = settlement.accepted_fen.unwrap_or(claimed_fen);
            less(due, [settlement.deducted_fen, settlement.paid_fen]).max(0)
        }
        None | Some(SettleState::Draft | SettleState::Ready | SettleState::Rejected) => 0,
    }
}

/// Money that makers owe, by how long ago it was claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Ageing {
    pub to_30_fen: i64,
    pub to_60_fen: i64,
    pub to_90_fen: i64,
    pub older_fen: i64,
}

/// The age of what is to come, in whole days since it was submitted: up to 30, 60, 90, and older (R31).
pub fn ageing<'a>(claims: impl IntoIterator<Item = (&'a Settlement, i64)>, now: i64) -> Ageing {
    let mut buckets = [0i128; 4];
    for (settlement, claimed) in claims {
        let Some(submitted) = settlement.submitted_ms else { continue };
        let days = now.saturating_sub(submitted).max(0) / DAY_MS;
        let bucket = [30, 60, 90].iter().position(|last| days <= *last).unwrap_or(3);
        buckets[bucket] += i128::from(receivable_fen(settlement, claimed));
    }
    let [to_30_fen, to_60_fen, to_90_fen, older_fen] = buckets.map(showable);
    Ageing { to_30_fen, to_60_fen, to_90_fen, older_fen }
}

/// One maker's part of a job's claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Share {
    pub claimed_fen: i64,
    pub deducted_fen: i64,
    pub received_fen: i64,
    pub due_fen: i64,
}

/// A job's claim by maker (R31): each has its own lines; what is deducted and paid is divided by what was claimed of each.
/// What is due follows from what is left of each, so that a maker's part adds up by itself.
pub fn shares<'a>(
    settlement: &Settlement,
    lines: impl IntoIterator<Item = &'a SettlementLine>,
) -> BTreeMap<&'a str, Share> {
    let mut by_maker: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for line in once(lines) {
        by_maker.entry(&line.maker).or_default().push(line.fen);
    }
    let claims: Vec<i64> = by_maker.values().map(|fens| sum(fens.iter().copied())).collect();
    let claimed = sum(claims.iter().copied());
    let deducted = split(settlement.deducted_fen, &claims);
    let received = split(received_fen(settlement, claimed), &claims);
    let each = || claims.iter().zip(&deducted).zip(&received);
    let left: Vec<i64> = each().map(|((claim, deducted), received)| less(*claim, [*deducted, *received])).collect();
    let due = split(receivable_fen(settlement, claimed), &left);
    let parts = each().zip(due).map(|(((claim, deducted), received), due_fen)| Share {
        claimed_fen: *claim,
        deducted_fen: *deducted,
        received_fen: *received,
        due_fen,
    });
    by_maker.into_keys().zip(parts).collect()
}

/// What came in: of a claim that was paid without a sum, all of it.
pub fn received_fen(settlement: &Settlement, claimed_fen: i64) -> i64 {
    if settlement.paid_in_full {
        less(settlement.accepted_fen.unwrap_or(claimed_fen), [settlement.deducted_fen]).max(settlement.paid_fen)
    } else {
        settlement.paid_fen
    }
}

/// What each maker owes (R38).
pub fn receivable_by_maker<'a>(
    lines: impl IntoIterator<Item = &'a SettlementLine>,
    steps: impl IntoIterator<Item = &'a SettlementStep>,
) -> BTreeMap<String, i64> {
    let mut steps_of: BTreeMap<JobId, Vec<&SettlementStep>> = BTreeMap::new();
    for step in steps {
        steps_of.entry(step.job).or_default().push(step);
    }
    let mut by_job: BTreeMap<JobId, Vec<&SettlementLine>> = BTreeMap::new();
    for line in lines {
        by_job.entry(line.job).or_default().push(line);
    }
    let mut out: BTreeMap<String, i128> = BTreeMap::new();
    for (job, lines) in by_job {
        let standing = state(job, steps_of.remove(&job).unwrap_or_default());
        for (maker, share) in shares(&standing, lines).into_iter().filter(|(_, share)| share.due_fen != 0) {
            *out.entry(maker.to_owned()).or_default() += i128::from(share.due_fen);
        }
    }
    out.into_iter().map(|(maker, fen)| (maker, showable(fen))).collect()
}

/// Guide ÷ settlement price per mille, rounded half up (R27): how much dearer a customer is than a maker. `None` where
/// the maker pays nothing.
pub fn ratio_permille(guide_fen: i64, settlement_fen: i64) -> Option<i64> {
    if settlement_fen <= 0 || guide_fen < 0 {
        return None;
    }
    let (guide, settlement) = (i128::from(guide_fen), i128::from(settlement_fen));
    Some(showable((guide * 2_000 + settlement) / (settlement * 2)))
}

/// One item's two prices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratio {
    pub code: String,
    pub permille: i64,
    /// Beyond what the owner finds right.
    pub above: bool,
}

/// The ratio of each item that has both prices, as (code, guide, settlement), the widest apart first (R27). For the
/// owner alone.
pub fn ratios<'a>(prices: impl IntoIterator<Item = (&'a str, i64, i64)>, threshold_permille: i64) -> Vec<Ratio> {
    let rated = prices.into_iter().filter_map(|(code, guide, settlement)| {
        let permille = ratio_permille(guide, settlement)?;
        Some(Ratio { code: code.to_owned(), permille, above: permille > threshold_permille })
    });
    let mut out: Vec<Ratio> = rated.collect();
    out.sort_by(|a, b| b.permille.cmp(&a.permille).then_with(|| a.code.cmp(&b.code)));
    out
}

/// What a job brings and costs the outlet, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Costs {
    pub settlement_fen: i64,
    pub customer_fen: i64,
    /// Parts at the dealer's price.
    pub parts_fen: i64,
    pub travel_fen: i64,
    pub wages_fen: i64,
}

/// What a job leaves (R31): what maker and customer pay, less parts, travel and wages. For the owner alone.
pub fn margin_fen(costs: &Costs) -> i64 {
    less(sum([costs.settlement_fen, costs.customer_fen]), [costs.parts_fen, costs.travel_fen, costs.wages_fen])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::facts::Noted;
    use crate::domain::money::cast::*;
    use crate::domain::record::Scalar;

    fn of_job(n: u64) -> [(&'static str, Scalar); 1] {
        [("job", Scalar::Text(job_id(n).to_string()))]
    }

    fn step(n: u64, state: SettleState, fen: i64, at_ms: i64) -> SettlementStep {
        SettlementStep { state: state.into(), fen, noted: noted(at_ms), ..known(n, &of_job(1)) }
    }

    fn line(n: u64, job: u64, maker: &str, fen: i64) -> SettlementLine {
        SettlementLine { maker: maker.to_owned(), fen, ..known(n, &of_job(job)) }
    }

    fn steps(states: &[SettleState]) -> Vec<SettlementStep> {
        (1..).zip(states).map(|(n, state)| step(n, *state, 0, MORNING + n as i64)).collect()
    }

    #[test]
    fn r31_a_claim_goes_from_draft_to_paid_and_a_rejected_one_comes_back() {
        use SettleState::*;
        for (path, ends) in [
            (vec![Draft, Ready, Submitted, Accepted, Paid], Paid),
            (vec![Ready, Submitted, Deducted, Paid, Paid], Paid),
            (vec![Draft, Ready, Submitted, Rejected, Ready, Submitted], Submitted),
            (vec![Draft, Draft, Ready, Ready], Ready),
        ] {
            let found = state(job_id(1), &steps(&path));
            assert_eq!((found.state, found.illegal.len()), (Some(ends), 0), "{path:?}");
        }
        let again = state(job_id(1), &steps(&[Ready, Submitted, Rejected, Ready]));
        assert_eq!(again.submitted_ms, None, "it ages from the day that it is submitted again");
        for (path, stays, at) in [
            (vec![Draft, Paid], Draft, 2),
            (vec![Submitted], Draft, 1),
            (vec![Draft, Ready, Submitted, Rejected, Paid], Rejected, 5),
            (vec![Draft, Ready, Submitted, Accepted, Draft], Accepted, 5),
        ] {
            let found = state(job_id(1), &steps(&path));
            assert_eq!(found.illegal, [id(at)], "{path:?}");
            assert_eq!(found.state.unwrap_or(Draft), stays, "{path:?}");
        }
        assert_eq!(state(job_id(2), &steps(&[Draft])).state, None, "another job's");
    }

    #[test]
    fn r31_submitting_says_ready_first_and_no_other_step_is_left_out() {
        use SettleState::*;
        assert_eq!(way_to(None, Submitted), [Ready, Submitted]);
        assert_eq!(way_to(Some(Rejected), Submitted), [Ready, Submitted]);
        assert_eq!(way_to(Some(Ready), Submitted), [Submitted]);
        assert_eq!(way_to(Some(Submitted), Deducted), [Deducted]);
        assert_eq!(way_to(Some(Accepted), Submitted), []);
        assert_eq!(way_to(None, Paid), []);
        assert_eq!(next(Some(Submitted)), [Accepted, Deducted, Rejected]);
    }

    #[test]
    fn r31_every_pair_of_steps_is_allowed_or_shown() {
        use SettleState::*;
        let allowed = [
            (Draft, Ready),
            (Ready, Submitted),
            (Submitted, Accepted),
            (Submitted, Deducted),
            (Submitted, Rejected),
            (Accepted, Paid),
            (Deducted, Paid),
            (Paid, Paid),
            (Rejected, Ready),
        ];
        for before in SettleState::ALL {
            for next in SettleState::ALL {
                assert_eq!(follows(Some(*before), *next), allowed.contains(&(*before, *next)), "{before:?} {next:?}");
            }
        }
        let strange =
            SettlementStep { state: crate::domain::record::Word::Other("split".into()), ..step(9, Draft, 0, 0) };
        assert_eq!(state(job_id(1), &[strange]).illegal, [id(9)]);
    }

    #[test]
    fn r31_what_is_to_come_is_claimed_less_deducted_less_paid() {
        use SettleState::*;
        let lines = [line(20, 1, "北岭", 15_000), line(21, 1, "北岭", 6_000), line(22, 2, "北岭", 9_900)];
        assert_eq!(claimed_fen(job_id(1), &lines), 21_000, "罗桂香: 150 and 60");
        let mut steps = steps(&[Ready]);
        let due = |steps: &[SettlementStep]| receivable_fen(&state(job_id(1), steps), 21_000);
        assert_eq!(due(&steps), 0);
        steps.push(step(2, Submitted, 0, MORNING + 2));
        assert_eq!(due(&steps), 21_000);
        steps.push(step(3, Deducted, 1_000, MORNING + 3));
        assert_eq!(due(&steps), 20_000);
        let pay = |n, fen, reference: &str| SettlementStep {
            reference: reference.to_owned(),
            ..step(n, Paid, fen, MORNING + n as i64)
        };
        steps.push(pay(4, 12_000, "T1"));
        steps.push(pay(5, 12_000, "T1"));
        assert_eq!(due(&steps), 8_000, "one transfer, entered twice");
        assert_eq!(receivable_by_maker(&lines, &steps), [("北岭".to_owned(), 8_000)].into());
        steps.push(pay(6, 12_000, "T2"));
        assert_eq!(due(&steps), 0, "overpaid is not owed back");
        let all = [step(1, Ready, 0, 1), step(2, Submitted, 0, 2), step(3, Accepted, 0, 3), step(4, Paid, 0, 4)];
        assert_eq!(due(&all), 0, "paid, and no sum named");
        assert_eq!(due(&all[..3]), 21_000, "accepted, and no sum named");
        assert_eq!(due(&[&all[..2], &[step(3, Accepted, 15_000, 3)]].concat()), 15_000);
        assert_eq!(claimed_fen(job_id(3), &[line(30, 3, "云浣", 5_500)]), 5_500, "邓小妹: a pump");
    }

    #[test]
    fn r31_what_is_to_come_ages_by_days_since_it_was_submitted() {
        let submitted = state(job_id(1), &steps(&[SettleState::Ready, SettleState::Submitted]));
        let at = |days: i64| ageing([(&submitted, 21_000)], submitted.submitted_ms.unwrap() + days * DAY_MS);
        for (days, expected) in [
            (0, Ageing { to_30_fen: 21_000, ..Ageing::default() }),
            (30, Ageing { to_30_fen: 21_000, ..Ageing::default() }),
            (31, Ageing { to_60_fen: 21_000, ..Ageing::default() }),
            (60, Ageing { to_60_fen: 21_000, ..Ageing::default() }),
            (61, Ageing { to_90_fen: 21_000, ..Ageing::default() }),
            (90, Ageing { to_90_fen: 21_000, ..Ageing::default() }),
            (91, Ageing { older_fen: 21_000, ..Ageing::default() }),
        ] {
            assert_eq!(at(days), expected, "day {days}");
        }
        assert_eq!(ageing([(&Settlement::default(), 21_000)], i64::MAX), Ageing::default());
    }

    #[test]
    fn r38_makers_owe_each_their_part_of_a_job() {
        let lines = [line(20, 1, "北岭", 10_000), line(21, 1, "云浣", 5_000)];
        let mut done = steps(&[SettleState::Ready, SettleState::Submitted]);
        done.push(step(3, SettleState::Deducted, 1_500, MORNING + 9));
        let found = receivable_by_maker(&lines, &done);
        assert_eq!(found, [("云浣".to_owned(), 4_500), ("北岭".to_owned(), 9_000)].into());
        let shares = shares(&state(job_id(1), &done), &lines);
        let own = |claimed_fen, deducted_fen, due_fen| Share { claimed_fen, deducted_fen, received_fen: 0, due_fen };
        assert_eq!(shares, [("云浣", own(5_000, 500, 4_500)), ("北岭", own(10_000, 1_000, 9_000))].into());
    }

    #[test]
    fn r31_each_makers_part_adds_up_by_itself_to_the_last_fen() {
        let lines = [line(20, 1, "北岭", 2), line(21, 1, "云浣", 2), line(22, 1, "北岭", -1)];
        let mut done = steps(&[SettleState::Ready, SettleState::Submitted]);
        done.push(step(3, SettleState::Deducted, 1, MORNING + 9));
        done.push(step(4, SettleState::Paid, 1, MORNING + 10));
        let found = shares(&state(job_id(1), &done), &lines);
        for (maker, share) in &found {
            assert_eq!(share.claimed_fen, share.deducted_fen + share.received_fen + share.due_fen, "{maker}");
        }
        assert_eq!(found.values().map(|share| share.claimed_fen).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn r27_a_weld_is_1_64_times_as_dear_for_a_customer() {
        assert_eq!(ratio_permille(20_500, 12_500), Some(1_640));
        assert_eq!(ratio_permille(8_800, 5_500), Some(1_600));
        assert_eq!(
            (ratio_permille(2, 3), ratio_permille(1, 3), ratio_permille(1, 2_000)),
            (Some(667), Some(333), Some(1))
        );
        assert_eq!(ratio_permille(10_000, 0), None);
        assert_eq!(ratio_permille(-1, 100), None);
        assert_eq!(ratio_permille(i64::MAX, 1), Some(crate::domain::money::amount::MOST_FEN));
        let found = ratios([("trip", 3_000, 3_000), ("weld", 20_500, 12_500), ("gift", 0, 0)], 1_600);
        let seen: Vec<_> = found.iter().map(|r| (r.code.as_str(), r.permille, r.above)).collect();
        assert_eq!(seen, [("weld", 1_640, true), ("trip", 1_000, false)]);
    }

    #[test]
    fn r31_a_job_leaves_what_it_brings_less_what_it_costs() {
        let costs =
            Costs { settlement_fen: 5_500, customer_fen: 0, parts_fen: 3_800, travel_fen: 600, wages_fen: 2_000 };
        assert_eq!(margin_fen(&costs), -900);
        let most = i64::MAX;
        let costs =
            Costs { settlement_fen: most, customer_fen: most, parts_fen: most, travel_fen: most, wages_fen: most };
        assert_eq!(margin_fen(&costs), -crate::domain::money::amount::MOST_FEN);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn r31_a_claim_stands_the_same_in_any_order_and_doubled(
            path in prop::collection::vec((0usize..7, any::<i64>(), 0i64..5), 0..9),
            turn in 0usize..9,
        ) {
            let steps: Vec<SettlementStep> = (1..)
                .zip(path)
                .map(|(n, (state, fen, at))| step(n, SettleState::ALL[state], fen.saturating_add(1), MORNING + at))
                .collect();
            let before = state(job_id(1), &steps);
            let mut again = steps.clone();
            again.rotate_left(turn.min(steps.len()));
            again.extend(steps);
            again.reverse();
            prop_assert_eq!(&state(job_id(1), &again), &before);
            prop_assert!(receivable_fen(&before, 10_000) >= 0);
        }
    }

    #[test]
    fn r31_a_step_claimed_for_an_earlier_moment_counts_from_then() {
        let late = Noted { claimed_ms: Some(MORNING - DAY), ..noted(MORNING + 2) };
        let mut done = steps(&[SettleState::Ready]);
        done.push(SettlementStep { noted: late, ..step(2, SettleState::Submitted, 0, 0) });
        assert_eq!(state(job_id(1), &done).submitted_ms, Some(MORNING - DAY));
    }
}
