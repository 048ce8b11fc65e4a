//! What the day's review needs to know of a job's money (R38): plain sums over its facts.
//!
//! A day opens no document, so the sums lie beside the job's row. Whatever a broken sheet claims, they stay numbers
//! that a screen can show.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{MemberId, ShortId};
use doorstep_schemas::view::PaidFor;
use serde::{Deserialize, Serialize};

use super::facts::Job;
use super::facts::desk::CashTaken;
use super::money::fees::{self, Terms};
use super::money::{amount, billed, cash, claims};

/// Ten thousand million yuan, in fen: no job's cash is more.
const MOST_HAND: i64 = 1_000_000_000_000;

/// A sum of money that stays a number which a screen can show.
pub fn added(sum: i64, fen: i64) -> i64 {
    amount::sum([sum, fen])
}

/// One payment, as the day counts it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Paid {
    pub at: i64,
    pub id: ShortId,
    pub member: MemberId,
    pub fen: i64,
    /// Cash, or on the member's own account: not yet the outlet's.
    pub in_hand: bool,
    /// For the work: neither a deposit nor compensation.
    pub earned: bool,
}

/// A job's money in sums, in fen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct JobMoney {
    /// What the customer's lines come to.
    pub billed_fen: i64,
    /// What of it is above the guide price.
    pub above_guide_fen: i64,
    /// Agreed or paid for damage.
    pub compensation_fen: i64,
    /// Used, and on no line although the customer pays.
    pub parts_unbilled: u32,
    pub parts_unbilled_fen: i64,
    pub paid: Vec<Paid>,
}

impl JobMoney {
    /// What passed through each member's hands (R43). No job moves more than [`MOST_HAND`] either way, so that all
    /// jobs' sums can be kept as one number, added to and taken from in any order.
    pub fn hands(&self) -> BTreeMap<MemberId, i64> {
        let mut out = BTreeMap::new();
        for paid in self.paid.iter().filter(|paid| paid.in_hand) {
            let sum: &mut i64 = out.entry(paid.member).or_default();
            *sum = added(*sum, paid.fen);
        }
        out.retain(|_, fen| *fen != 0);
        out.values_mut().for_each(|fen| *fen = (*fen).clamp(-MOST_HAND, MOST_HAND));
        out
    }

    /// The sums of one job (R38).
    pub fn of(job: &Job) -> Self {
        let terms = Terms::default();
        let totals = fees::totals(job, &terms);
        let (parts_unbilled, parts_unbilled_fen) = billed::unbilled(job, &terms);
        let mut paid: Vec<Paid> = job.sheet.payments.iter().map(paid).collect();
        paid.sort_unstable();
        paid.dedup_by_key(|paid| paid.id);
        Self {
            billed_fen: totals.customer_fen,
            above_guide_fen: totals.above_guide_fen,
            // The limit asks who may pay on the spot, not what was paid.
            compensation_fen: claims::compensation_fen(job, i64::MAX),
            parts_unbilled,
            parts_unbilled_fen,
            paid,
        }
    }
}

fn paid(payment: &super::facts::Payment) -> Paid {
    Paid {
        at: payment.noted.true_ms(),
        id: payment.id,
        member: payment.noted.by,
        fen: cash::moved_fen(payment),
        in_hand: cash::through_the_hand(payment),
        earned: !matches!(
            payment.paid_for.known(),
            Some(PaidFor::Deposit | PaidFor::DepositBack | PaidFor::Compensation)
        ),
    }
}

/// What each member has in hand and not yet handed in (R38, R43): what passed through each one's hands over all jobs,
/// and all that the owner took in.
pub fn not_handed_in(hands: &BTreeMap<MemberId, i64>, cash: &[CashTaken]) -> BTreeMap<MemberId, i64> {
    let mut out: BTreeMap<MemberId, i64> = hands.iter().map(|(member, fen)| (*member, added(0, *fen))).collect();
    for taken in cash::taken_in(cash).0 {
        let sum = out.entry(taken.member).or_default();
        *sum = added(*sum, taken.fen.saturating_neg());
    }
    out
}

/// The same at the end of an earlier day, told backwards: without what passed through hands since, and with only what was
/// taken in before (R38, R43). `paid` are the payments of the jobs of the days since, each job's once.
pub fn not_handed_in_at<'a>(
    hands: &BTreeMap<MemberId, i64>,
    paid: impl IntoIterator<Item = &'a Paid>,
    cash: &[CashTaken],
    end: i64,
) -> BTreeMap<MemberId, i64> {
    let mut then = hands.clone();
    for paid in paid.into_iter().filter(|paid| paid.in_hand && paid.at >= end) {
        let sum = then.entry(paid.member).or_default();
        *sum = added(*sum, paid.fen.saturating_neg());
    }
    let before: Vec<CashTaken> = cash.iter().filter(|taken| taken.noted.true_ms() < end).cloned().collect();
    not_handed_in(&then, &before)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::{ClaimShare, Damage, Fee, Payment, UsedPart};
    use crate::domain::record::Word;
    use crate::domain::scene::{NOON, id, job, member, noted};
    use doorstep_schemas::view::{
        ApplianceKind, ClaimState, Coverage, FeeKind, JobKind, PartSource, Party, PayWay, Payer,
    };
    use proptest::prelude::*;

    fn fee(n: u32, unit_fen: i64, quantity: i64, guide_fen: Option<i64>) -> Fee {
        Fee {
            id: id(n),
            appliance: None,
            kind: FeeKind::Surcharge.into(),
            code: String::new(),
            name: String::new(),
            quantity,
            unit_fen,
            share: 1000,
            guide_fen,
            payer: Payer::Customer.into(),
            reason: String::new(),
            part: None,
            adjusts: None,
            quote: None,
            set: Vec::new(),
            spoken_code: String::new(),
            noted: noted(NOON),
        }
    }

    fn payment(n: u32, fen: i64, way: PayWay, paid_for: PaidFor) -> Payment {
        let (way, paid_for) = (way.into(), paid_for.into());
        Payment { id: id(n), fen, way, paid_for, subject: None, reference: String::new(), noted: noted(NOON) }
    }

    fn share(n: u32, party: Party, fen: i64, state: ClaimState, at: i64) -> ClaimShare {
        let (party, state) = (party.into(), state.into());
        ClaimShare {
            id: id(n),
            damage: id(90),
            party,
            fen,
            state,
            signature: None,
            note: String::new(),
            noted: noted(at),
        }
    }

    #[test]
    fn r38_an_installation_of_385_yuan_is_billed_to_the_fen() {
        let mut job = job(JobKind::Install, &[ApplianceKind::AirConditioner]);
        // 1.5 m of pipe at 110, bracket 120, height 100.
        job.sheet.fees =
            vec![fee(1, 11_000, 1500, None), fee(2, 12_000, 1000, None), fee(3, 10_000, 1000, Some(8_000))];
        let money = JobMoney::of(&job);
        assert_eq!((money.billed_fen, money.above_guide_fen), (38_500, 2_000));
        job.sheet.fees[1].payer = Payer::Maker.into();
        job.sheet.fees[2].quote = Some(id(77));
        assert_eq!(JobMoney::of(&job).billed_fen, 16_500, "the maker's line, and a quote nobody agreed to");
    }

    #[test]
    fn r38_a_part_that_nobody_billed_is_seen() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        let part = |n, code: &str| UsedPart {
            id: id(n),
            appliance: id(1),
            code: code.to_owned(),
            name: String::new(),
            quantity: 2,
            guide_fen: 4_500,
            source: PartSource::OwnStock.into(),
            set: Vec::new(),
            noted: noted(NOON),
        };
        job.sheet.parts = vec![part(1, "AQ-MB-M6"), part(2, "AQ-RG-2000")];
        job.sheet.fees = vec![Fee { part: Some(id(1)), ..fee(3, 4_500, 2000, None) }];
        let money = JobMoney::of(&job);
        assert_eq!((money.parts_unbilled, money.parts_unbilled_fen), (2, 9_000));
        job.order.coverage = Coverage::InWarranty;
        assert_eq!(JobMoney::of(&job).parts_unbilled, 0, "the maker pays");
    }

    #[test]
    fn r38_compensation_is_the_outlets_last_word_on_each_damage() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::AirConditioner]);
        job.sheet.damages = vec![Damage {
            id: id(90),
            what: "吊顶".to_owned(),
            text: String::new(),
            photos: Vec::new(),
            asked_fen: 50_000,
            noted: noted(NOON),
        }];
        job.sheet.claim_shares = vec![
            share(1, Party::Outlet, 50_000, ClaimState::Proposed, NOON),
            share(2, Party::Outlet, 18_000, ClaimState::Paid, NOON + 1),
            share(3, Party::Maker, 7_000, ClaimState::Rejected, NOON),
        ];
        assert_eq!(JobMoney::of(&job).compensation_fen, 18_000);
    }

    #[test]
    fn r38_r43_cash_and_money_on_a_members_own_account_are_not_handed_in_until_the_owner_took_them() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        job.sheet.payments = vec![
            payment(1, 26_000, PayWay::Cash, PaidFor::Work),
            payment(2, 10_000, PayWay::OutletQr, PaidFor::Work),
            payment(3, 5_000, PayWay::Personal, PaidFor::Deposit),
            payment(4, -1_000, PayWay::Cash, PaidFor::Refund),
        ];
        job.sheet.payments[2].way = Word::Known(PayWay::Personal);
        let twice = job.sheet.payments[0].clone();
        job.sheet.payments.push(twice);
        let hands = JobMoney::of(&job).hands();
        assert_eq!(not_handed_in(&hands, &[])[&member(1)], 30_000, "a doubled fact counts once");
        let taken = CashTaken {
            id: id(9),
            member: member(1),
            fen: 30_000,
            hand_in: None,
            note: String::new(),
            withdraws: None,
            noted: noted(NOON),
        };
        assert_eq!(not_handed_in(&hands, &[taken.clone(), taken.clone()])[&member(1)], 0, "doubled facts");
        let word = Some(id(70));
        let of = |n| CashTaken { id: id(n), hand_in: word, ..taken.clone() };
        assert_eq!(not_handed_in(&hands, &[of(9), of(10)])[&member(1)], 0, "two desks took in the same money");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r38_sums_stay_numbers_and_do_not_depend_on_order(
            lines in proptest::collection::vec((any::<i64>(), any::<i64>(), any::<i64>()), 0..6),
            fens in proptest::collection::vec(any::<i64>(), 0..6),
        ) {
            let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
            job.sheet.fees = (1..)
                .zip(&lines)
                .map(|(n, (unit, qty, share))| Fee { share: *share, ..fee(n, *unit, *qty, Some(share / 2)) })
                .collect();
            let pay = |(n, fen): (u32, &i64)| payment(n, fen % (1 << 50), PayWay::Cash, PaidFor::Work);
            job.sheet.payments = (20..).zip(&fens).map(pay).collect();
            let once = JobMoney::of(&job);
            prop_assert!(once.billed_fen.unsigned_abs() < 1 << 53);
            job.sheet.payments.reverse();
            prop_assert_eq!(JobMoney::of(&job).paid, once.paid);
        }
    }
}
