//! 理赔: photos first, append-only; up to the limit paid on the spot and signed, above it shared out (R30).

use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{ClaimState, PaidFor, Party, SignedFor};

use super::amount::{less, split, sum, yuan};
use super::each;
use super::problem::{Place, Problem, Trouble};
use crate::domain::facts::{ClaimShare, Damage, Job};
use crate::domain::record::{Word, last};

/// One party's share as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Share {
    pub party: Word<Party>,
    pub fen: i64,
    pub state: Word<ClaimState>,
}

/// A damage and how far it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub damage: ShortId,
    pub asked_fen: i64,
    /// Agreed or paid.
    pub agreed_fen: i64,
    pub paid_fen: i64,
    /// Agreed and not paid.
    pub open_fen: i64,
    pub shares: Vec<Share>,
    pub signed: bool,
    pub problems: Vec<Problem>,
}

/// The shares that are proposed for a damage (R30): within the limit the outlet bears all, above it the parties share by
/// weight; the shares add up to what was asked.
pub fn proposed_shares(asked_fen: i64, limit_fen: i64, weights: &[(Party, i64)]) -> Vec<(Party, i64)> {
    if asked_fen <= limit_fen || weights.is_empty() {
        return vec![(Party::Outlet, asked_fen)];
    }
    let by: Vec<i64> = weights.iter().map(|(_, weight)| *weight).collect();
    weights.iter().map(|(party, _)| *party).zip(split(asked_fen, &by)).collect()
}

/// The last word on each party's share of each damage.
fn standing<'a>(shares: impl IntoIterator<Item = &'a ClaimShare>) -> Vec<&'a ClaimShare> {
    let mut by_party: BTreeMap<(ShortId, &Word<Party>), Vec<&ClaimShare>> = BTreeMap::new();
    for share in shares {
        by_party.entry((share.damage, &share.party)).or_default().push(share);
    }
    by_party.into_values().filter_map(last).collect()
}

/// What the outlet and its technicians have paid of these shares, each damage and party by its last word (R30).
pub fn paid_on_the_spot<'a>(shares: impl IntoIterator<Item = &'a ClaimShare>) -> i64 {
    let ours = |share: &&ClaimShare| share.party.is(Party::Outlet) || share.party.is(Party::Technician);
    let paid = standing(shares).into_iter().filter(|share| share.state.is(ClaimState::Paid));
    sum(paid.filter(ours).map(|share| share.fen))
}

/// Where a damage stands (R30): the last word on each party's share counts.
pub fn claim(job: &Job, damage: &Damage, limit_fen: i64) -> Claim {
    let words = standing(job.sheet.claim_shares.iter().filter(|s| s.damage == damage.id));
    let on_the_spot = paid_on_the_spot(words.iter().copied());
    let shares: Vec<Share> = words
        .into_iter()
        .map(|word| Share { party: word.party.clone(), fen: word.fen, state: word.state.clone() })
        .collect();
    let of = |states: &[ClaimState]| {
        let counted = shares.iter().filter(|s| s.state.known().is_some_and(|state| states.contains(&state)));
        sum(counted.map(|s| s.fen))
    };
    let agreed_fen = of(&[ClaimState::Agreed, ClaimState::Paid]);
    let paid_fen = of(&[ClaimState::Paid]);
    let covered_fen = of(&[ClaimState::Proposed, ClaimState::Agreed, ClaimState::Paid]);
    let signed =
        job.sheet.signatures.iter().any(|s| s.signed_for.is(SignedFor::Damage) && s.subject == Some(damage.id));
    let handed_over = sum(each(&job.sheet.payments)
        .into_iter()
        .filter(|p| p.paid_for.is(PaidFor::Compensation) && p.subject == Some(damage.id))
        .map(|p| p.fen.saturating_abs()));
    let mut problems = Vec::new();
    let mut tell = |code, params: &[(&'static str, i64)]| {
        let problem = Problem::new(code, Place::Damage(damage.id));
        problems.push(params.iter().fold(problem, |problem, (key, fen)| problem.with(key, yuan(*fen))));
    };
    if damage.photos.is_empty() {
        tell(Trouble::DamagePhotoMissing, &[]);
    }
    if on_the_spot > limit_fen {
        tell(Trouble::ClaimAboveLimit, &[("paid", on_the_spot), ("limit", limit_fen)]);
    }
    if (paid_fen > 0 || handed_over > 0) && !signed {
        tell(Trouble::DamageUnsigned, &[]);
    }
    // Whoever signed has settled for what was agreed; until then the shares are what was asked.
    let due = if signed { agreed_fen } else { damage.asked_fen };
    if !shares.is_empty() && covered_fen != due {
        tell(Trouble::ClaimDoesNotAddUp, &[("shares", covered_fen), ("due", due)]);
    }
    if handed_over > agreed_fen {
        tell(Trouble::ClaimOverpaid, &[("paid", handed_over), ("agreed", agreed_fen)]);
    }
    Claim {
        damage: damage.id,
        asked_fen: damage.asked_fen,
        agreed_fen,
        paid_fen,
        open_fen: less(agreed_fen, [paid_fen]),
        shares,
        signed,
        problems,
    }
}

/// All damages of a job, each once (R30).
pub fn claims(job: &Job, limit_fen: i64) -> Vec<Claim> {
    each(&job.sheet.damages).into_iter().map(|damage| claim(job, damage, limit_fen)).collect()
}

/// What the outlet itself agreed to or paid for damage (R38); a maker's or an insurer's share is not its loss.
pub fn compensation_fen(job: &Job, limit_fen: i64) -> i64 {
    let shares = claims(job, limit_fen).into_iter().flat_map(|claim| claim.shares);
    let agreed = |s: &Share| s.state.is(ClaimState::Agreed) || s.state.is(ClaimState::Paid);
    sum(shares.filter(|s| s.party.is(Party::Outlet) && agreed(s)).map(|s| s.fen))
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::ids::BlobHash;
    use doorstep_schemas::view::PayWay;
    use proptest::prelude::*;

    use super::*;
    use crate::domain::facts::{ClaimShare, Payment, Signature};
    use crate::domain::money::cast::*;

    const LIMIT: i64 = 30_000;

    fn damage(asked_fen: i64) -> Damage {
        Damage { what: "吊顶".to_owned(), photos: vec![BlobHash([1; 32])], asked_fen, ..blank(1) }
    }

    fn share(n: u64, party: Party, fen: i64, state: ClaimState) -> ClaimShare {
        let of = [("damage", name(id(1)))];
        ClaimShare { party: party.into(), fen, state: state.into(), ..known(n, &of) }
    }

    fn signature() -> Signature {
        Signature { signed_for: SignedFor::Damage.into(), subject: Some(id(1)), ..blank(9) }
    }

    fn troubles(job: &Job) -> Vec<Trouble> {
        claims(job, LIMIT).into_iter().flat_map(|c| c.problems).map(|p| p.code).collect()
    }

    #[test]
    fn r30_a_ceiling_of_180_is_paid_on_the_spot_and_signed() {
        let mut job = repair();
        job.sheet.damages = vec![damage(18_000)];
        job.sheet.claim_shares = vec![share(10, Party::Outlet, 18_000, ClaimState::Paid)];
        assert_eq!(troubles(&job), [Trouble::DamageUnsigned]);
        job.sheet.signatures = vec![signature()];
        let handed = paid(11, -18_000, PayWay::Cash, PaidFor::Compensation);
        job.sheet.payments = vec![Payment { subject: Some(id(1)), ..handed }];
        let found = claims(&job, LIMIT).remove(0);
        assert_eq!(found.problems, []);
        assert_eq!((found.asked_fen, found.agreed_fen, found.paid_fen, found.open_fen), (18_000, 18_000, 18_000, 0));
        assert_eq!(compensation_fen(&job, LIMIT), 18_000);
        job.sheet.payments.push(Payment { subject: Some(id(1)), ..paid(12, 1, PayWay::Cash, PaidFor::Compensation) });
        assert_eq!(troubles(&job), [Trouble::ClaimOverpaid]);
    }

    #[test]
    fn r30_a_customer_who_signs_for_less_has_settled() {
        let mut job = repair();
        job.sheet.damages = vec![damage(18_000)];
        job.sheet.claim_shares = vec![share(10, Party::Outlet, 15_000, ClaimState::Agreed)];
        assert_eq!(troubles(&job), [Trouble::ClaimDoesNotAddUp]);
        job.sheet.signatures = vec![signature()];
        assert_eq!(troubles(&job), []);
        job.sheet.signatures[0].subject = Some(id(2));
        assert_eq!(troubles(&job), [Trouble::ClaimDoesNotAddUp], "for another damage");
    }

    #[test]
    fn r30_photos_come_first() {
        let mut job = repair();
        job.sheet.damages = vec![Damage { photos: Vec::new(), ..damage(18_000) }];
        let found = claims(&job, LIMIT).remove(0).problems;
        assert_eq!(found[0].code, Trouble::DamagePhotoMissing);
        assert!(found[0].code.blocker().is_some(), "it stops the claim");
    }

    #[test]
    fn r30_above_the_limit_outlet_maker_and_insurer_share_and_each_has_its_state() {
        let weights = [(Party::Outlet, 1), (Party::Maker, 1), (Party::Insurer, 1)];
        let shares = proposed_shares(100_000, LIMIT, &weights);
        assert_eq!(shares, [(Party::Outlet, 33_334), (Party::Maker, 33_333), (Party::Insurer, 33_333)]);
        assert_eq!(proposed_shares(LIMIT, LIMIT, &weights), [(Party::Outlet, LIMIT)]);
        let mut job = repair();
        job.sheet.damages = vec![damage(100_000)];
        job.sheet.claim_shares = vec![
            share(10, Party::Outlet, 30_000, ClaimState::Agreed),
            share(11, Party::Maker, 35_000, ClaimState::Proposed),
            share(12, Party::Insurer, 35_000, ClaimState::Proposed),
            share(13, Party::Maker, 35_000, ClaimState::Agreed),
        ];
        let found = claims(&job, LIMIT).remove(0);
        assert_eq!((found.agreed_fen, found.paid_fen, found.open_fen), (65_000, 0, 65_000));
        assert_eq!(found.shares.len(), 3, "the last word on each");
        assert_eq!(found.problems, []);
        assert_eq!(compensation_fen(&job, LIMIT), 30_000);
        // The insurer refuses: its share has nobody.
        job.sheet.claim_shares.push(share(14, Party::Insurer, 35_000, ClaimState::Rejected));
        assert_eq!(troubles(&job), [Trouble::ClaimDoesNotAddUp]);
        job.sheet.claim_shares.push(share(15, Party::Outlet, 65_000, ClaimState::Paid));
        job.sheet.signatures = vec![signature()];
        assert_eq!(troubles(&job), [Trouble::ClaimAboveLimit]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn r30_a_claim_is_the_same_in_any_order_and_doubled(
            words in prop::collection::vec((0usize..4, 0usize..4, any::<i64>()), 0..8),
            turn in 0usize..8,
        ) {
            let mut job = repair();
            job.sheet.damages = vec![damage(50_000)];
            let words = words.into_iter().zip(10..);
            job.sheet.claim_shares =
                words.map(|((party, state, fen), n)| share(n, Party::ALL[party], fen, ClaimState::ALL[state])).collect();
            let before = claims(&job, LIMIT);
            let mut again = job.sheet.claim_shares.clone();
            if !again.is_empty() {
                let turn = turn % again.len();
                again.rotate_left(turn);
            }
            job.sheet.claim_shares.extend(again);
            job.sheet.claim_shares.reverse();
            prop_assert_eq!(claims(&job, LIMIT), before);
        }
    }
}
