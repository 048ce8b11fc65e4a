//! 现金: what a member has in hand, what was handed in, and what the customer scans (R43).
//!
//! A member's word that cash was handed in frees nobody: it counts once the owner has taken it. Money that went to a
//! member's own account is in that member's hand like a note.

use std::collections::BTreeSet;

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::view::{PaidFor, PayWay, Text};

use super::amount::{less, sum, yuan};
use super::{each, each_of_jobs};
use crate::domain::facts::Payment;
use crate::domain::facts::desk::CashTaken;
use crate::domain::facts::outlet::{HandIn, Roster};

/// One member's cash, in fen.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hand {
    /// Taken from customers in cash or to the member's own account, for work.
    pub taken_fen: i64,
    /// Given back to customers out of it: refunds and compensation.
    pub refunds_fen: i64,
    /// Taken in by the owner.
    pub handed_in_fen: i64,
    /// Said to be handed in, not yet taken in.
    pub waiting_fen: i64,
    /// What the member still holds: taken, less given back, less handed in. Below zero where more was handed in.
    pub in_hand_fen: i64,
    /// Deposits held for customers, apart.
    pub deposits_fen: i64,
    /// Paid straight to the outlet, or by a way that this version does not know.
    pub elsewhere_fen: i64,
    /// The owner's entries for one word of the member beyond the first: they do not count.
    pub doubled: Vec<ShortId>,
}

/// Whether the money went through the member's hand: in notes, or to the member's own account. A way that this version
/// does not know is nobody's hand.
pub fn through_the_hand(payment: &Payment) -> bool {
    matches!(payment.way.known(), Some(PayWay::Cash | PayWay::Personal))
}

/// What a payment adds to the hand, in fen: what goes back to a customer takes away, whatever its sign.
pub fn moved_fen(payment: &Payment) -> i64 {
    match payment.paid_for.known() {
        Some(PaidFor::DepositBack | PaidFor::Refund | PaidFor::Compensation) => {
            payment.fen.saturating_abs().saturating_neg()
        }
        Some(PaidFor::Work | PaidFor::Deposit) | None => payment.fen,
    }
}

/// What the owner took in, each entry once; and beside it the entries beyond the first for one word of a member, which
/// two of the owner's devices may both have written: they do not count (R43).
pub fn taken_in(cash: &[CashTaken]) -> (Vec<&CashTaken>, Vec<&CashTaken>) {
    let mut answered = BTreeSet::new();
    each(cash).into_iter().partition(|entry| entry.hand_in.is_none_or(|word| answered.insert((entry.member, word))))
}

/// What a member has in hand, from the payments of all jobs, the member's own words and the owner's entries (R43).
pub fn in_hand<'a>(
    member: MemberId,
    payments: impl IntoIterator<Item = (JobId, &'a Payment)>,
    cash: &[CashTaken],
    hand_ins: &[HandIn],
) -> Hand {
    let (mut taken, mut back, mut deposits, mut elsewhere) = (vec![], vec![], vec![], vec![]);
    for (_, payment) in each_of_jobs(payments).into_iter().filter(|(_, p)| p.noted.by == member) {
        let fen = moved_fen(payment);
        match payment.paid_for.known() {
            _ if !through_the_hand(payment) => elsewhere.push(payment.fen),
            Some(PaidFor::Deposit | PaidFor::DepositBack) => deposits.push(fen),
            _ if fen < 0 => back.push(fen.saturating_neg()),
            _ => taken.push(fen),
        }
    }
    let (counted, doubled) = taken_in(cash);
    let counted: Vec<&CashTaken> = counted.into_iter().filter(|entry| entry.member == member).collect();
    let doubled = doubled.into_iter().filter(|entry| entry.member == member).map(|entry| entry.id).collect();
    let said = each(hand_ins).into_iter().filter(|word| word.noted.by == member);
    let open = said.filter(|word| !counted.iter().any(|entry| entry.hand_in == Some(word.id)));
    let waiting_fen = sum(open.map(|word| word.fen));
    let (taken_fen, refunds_fen) = (sum(taken), sum(back));
    let handed_in_fen = sum(counted.iter().map(|entry| entry.fen));
    Hand {
        taken_fen,
        refunds_fen,
        handed_in_fen,
        waiting_fen,
        in_hand_fen: less(taken_fen, [refunds_fen, handed_in_fen]),
        deposits_fen: sum(deposits),
        elsewhere_fen: sum(elsewhere),
        doubled,
    }
}

/// The outlet's word on the roster: what its own collection code says.
pub const COLLECTION_CODE: &str = "outlet/collection_code";

/// What the outlet's collection code says, which a customer's payment app reads (R43); `None` where no owner said it.
pub fn collection_code(roster: &Roster) -> Option<&str> {
    Some(roster.about(COLLECTION_CODE)).filter(|text| !text.is_empty())
}

/// What stands beside the outlet's own collection QR (R43); `None` where there is nothing to collect. The amount is
/// said in words, because a printed code holds none.
pub fn collection_text(payee: &str, fen: i64) -> Option<Text> {
    (fen > 0).then(|| {
        let amount = yuan(fen);
        Text {
            zh: format!("请扫网点收款码付款：{payee}，金额 ¥{amount}。请勿转给师傅个人。"),
            en: format!("Please pay ¥{amount} to {payee} by the outlet's code, not to the technician."),
        }
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::facts::Noted;
    use crate::domain::money::cast::*;

    fn took(n: u64, fen: i64, hand_in: Option<u64>) -> CashTaken {
        CashTaken { fen, hand_in: hand_in.map(id), ..known(n, &[("member", name(ran()))]) }
    }

    fn said(n: u64, fen: i64) -> HandIn {
        HandIn { fen, ..blank(n) }
    }

    fn of_one_job(payments: &[Payment]) -> Vec<(JobId, &Payment)> {
        payments.iter().map(|payment| (job_id(1), payment)).collect()
    }

    #[test]
    fn r43_cash_is_in_hand_until_the_owner_took_it_in() {
        let payments = [
            paid(1, 26_000, PayWay::Cash, PaidFor::Work),
            paid(2, 24_550, PayWay::Personal, PaidFor::Work),
            paid(3, 38_500, PayWay::OutletQr, PaidFor::Work),
            paid(4, -1_000, PayWay::Cash, PaidFor::Refund),
            paid(5, 18_000, PayWay::Cash, PaidFor::Compensation),
            paid(6, 20_000, PayWay::Cash, PaidFor::Deposit),
            paid(7, 5_000, PayWay::Cash, PaidFor::DepositBack),
        ];
        let before = in_hand(ran(), of_one_job(&payments), &[], &[said(20, 30_000)]);
        assert_eq!((before.taken_fen, before.refunds_fen, before.in_hand_fen), (50_550, 19_000, 31_550));
        assert_eq!((before.waiting_fen, before.deposits_fen, before.elsewhere_fen), (30_000, 15_000, 38_500));
        let after = in_hand(ran(), of_one_job(&payments), &[took(30, 30_000, Some(20))], &[said(20, 30_000)]);
        assert_eq!((after.waiting_fen, after.handed_in_fen, after.in_hand_fen), (0, 30_000, 1_550));
        assert_eq!(in_hand(tian(), of_one_job(&payments), &[], &[]), Hand::default(), "another's pocket");
    }

    #[test]
    fn r43_one_handing_in_counts_once_though_two_devices_took_it() {
        let payments = [paid(1, 30_000, PayWay::Cash, PaidFor::Work)];
        let cash =
            [took(30, 10_000, Some(20)), took(31, 10_000, Some(20)), took(32, 5_000, None), took(33, 5_000, None)];
        let hand = in_hand(ran(), of_one_job(&payments), &cash, &[said(20, 10_000)]);
        assert_eq!((hand.handed_in_fen, hand.in_hand_fen), (20_000, 10_000));
        assert_eq!(hand.doubled, [id(31)]);
    }

    #[test]
    fn r43_two_jobs_may_share_an_id_and_neither_payment_is_lost() {
        let payment = paid(1, 3_000, PayWay::Cash, PaidFor::Work);
        let hand = in_hand(ran(), [(job_id(1), &payment), (job_id(2), &payment), (job_id(1), &payment)], &[], &[]);
        assert_eq!(hand.taken_fen, 6_000);
    }

    #[test]
    fn r43_the_customer_is_told_whom_to_pay_and_how_much() {
        let text = collection_text("柘川县城关网点", 26_000).unwrap();
        assert!(text.zh.contains("柘川县城关网点") && text.zh.contains("¥260.00"));
        assert!(text.en.contains("¥260.00"));
        assert_eq!(collection_text("柘川县城关网点", 0), None);
        assert_eq!(collection_text("柘川县城关网点", -5), None);
    }

    fn any_payment(n: u64) -> impl Strategy<Value = Payment> {
        let fen = prop_oneof![4 => -50_000i64..50_000, 1 => any::<i64>()];
        let way = prop::sample::select(PayWay::ALL.to_vec());
        let paid_for = prop::sample::select(PaidFor::ALL.to_vec());
        (fen, way, paid_for, any::<bool>()).prop_map(move |(fen, way, paid_for, mine)| {
            let by = if mine { ran() } else { tian() };
            Payment { noted: Noted { by, ..noted(MORNING) }, ..paid(n, fen, way, paid_for) }
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn r43_what_was_taken_is_in_hand_handed_in_or_given_back(
            payments in (any_payment(1), any_payment(2), any_payment(3), any_payment(4), any_payment(5)),
            handed in 0i64..60_000,
            turn in 0usize..5,
        ) {
            let (a, b, c, d, e) = payments;
            let mut payments = vec![a, b, c, d, e];
            let cash = [took(30, handed, None)];
            let hand = in_hand(ran(), of_one_job(&payments), &cash, &[]);
            let extreme = payments.iter().any(|p| p.fen.unsigned_abs() > 50_000);
            if !extreme {
                prop_assert_eq!(hand.taken_fen, hand.in_hand_fen + hand.handed_in_fen + hand.refunds_fen);
                let out = |p: &Payment| matches!(p.paid_for.known(), Some(PaidFor::Work)) && p.fen >= 0;
                let held = |p: &&Payment| p.noted.by == ran() && matches!(p.way.known(), Some(PayWay::Cash | PayWay::Personal));
                let taken: i64 = payments.iter().filter(held).filter(|p| out(p)).map(|p| p.fen).sum();
                prop_assert_eq!(hand.taken_fen, taken);
            }
            payments.rotate_left(turn);
            let doubled: Vec<Payment> = payments.iter().rev().chain(&payments).cloned().collect();
            prop_assert_eq!(in_hand(ran(), of_one_job(&doubled), &[cash.clone(), cash].concat(), &[]), hand);
        }
    }
}
