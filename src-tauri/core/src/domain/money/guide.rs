//! 指导价: lines above the price book, shares of several labour items, lines that put right what is not there (R27, R28).

use std::collections::BTreeMap;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{FeeKind, Payer, ReasonAbout};

use super::amount::{line_fen, yuan};
use super::each;
use super::fees::{Line, Terms, at_guide, lines, nets, share};
use super::problem::{Place, Problem, Trouble};
use super::spoken::{self, Judged};
use crate::domain::facts::{Fee, Job};

/// The shares of several labour items of one appliance (R27): the dearest counts in full, the next by the next share,
/// further ones by the last. `full` are the items at their full price; shares are per mille.
pub fn labour_shares(full: &[(ShortId, i64)], shares: &[i64]) -> BTreeMap<ShortId, i64> {
    let mut items = full.to_vec();
    items.sort_by_key(|(id, fen)| (std::cmp::Reverse(*fen), *id));
    items.dedup_by_key(|(id, _)| *id);
    items.into_iter().enumerate().map(|(rank, (id, _))| (id, share_of_rank(shares, rank))).collect()
}

/// The share of the item that stands at this place when the dearest is first; further ones get the last.
pub(super) fn share_of_rank(shares: &[i64], rank: usize) -> i64 {
    shares.get(rank).or(shares.last()).copied().unwrap_or(1_000)
}

/// Labour items that count for more than several of them may (R27).
pub fn share_problems(job: &Job, terms: &Terms<'_>, shares: &[i64]) -> Vec<Problem> {
    let lines = lines(job, terms);
    let fees = each(&job.sheet.fees);
    let mut of: BTreeMap<Option<ShortId>, Vec<(ShortId, i64)>> = BTreeMap::new();
    for (fee, line) in fees.iter().zip(&lines) {
        let stands = line.counts() && line.adjusts.is_none() && !line.adjusts_nothing;
        if stands && fee.kind.is(FeeKind::Labour) {
            of.entry(fee.appliance).or_default().push((fee.id, line_fen(fee.unit_fen, fee.quantity, 1_000)));
        }
    }
    let allowed: BTreeMap<ShortId, i64> = of.values().flat_map(|items| labour_shares(items, shares)).collect();
    let too_high = fees.into_iter().filter_map(|fee| {
        let most = *allowed.get(&fee.id)?;
        (share(fee) > most).then(|| {
            Problem::new(Trouble::ShareTooHigh, Place::Fee(fee.id))
                .with("share", share(fee).to_string())
                .with("most", most.to_string())
        })
    });
    too_high.collect()
}

/// What keeps lines from being charged as they stand (R28): above guide without a reason, or without the owner's word in
/// writing or by voice; a guide price that is not the book's; a line that the book does not have; an adjustment of a
/// line that is not there. `book` gives the guide price of one from the set that the fee names.
pub fn guide_problems(job: &Job, terms: &Terms<'_>, book: impl Fn(&Fee) -> Option<i64>) -> Vec<Problem> {
    let lines = lines(job, terms);
    let fees = each(&job.sheet.fees);
    let nets = nets(&lines);
    let mut out = Vec::new();
    for (fee, line) in fees.iter().zip(&lines) {
        let at = Place::Fee(fee.id);
        if line.adjusts_nothing {
            out.push(Problem::new(Trouble::AdjustsNothing, at.clone()));
        }
        if line.counts() && line.payer.is(Payer::Customer) && line.adjusts.is_none() && !line.adjusts_nothing {
            out.extend(against_the_book(fee, book(fee), nets.get(&fee.id).copied().unwrap_or(0)));
        }
        if line.above_guide_fen > 0 && !has_reason(job, fee) {
            out.push(above(Trouble::AboveGuideNoReason, line));
        }
        if line.waiting_fen > 0 {
            let checked = terms.spoken != Judged::AtTheirWord && spoken::is_code(&fee.spoken_code);
            let code = if checked { Trouble::SpokenCodeWrong } else { Trouble::AboveGuideUnapproved };
            out.push(above(code, line).with("waiting", yuan(line.waiting_fen)));
        }
    }
    out
}

fn above(code: Trouble, line: &Line) -> Problem {
    Problem::new(code, Place::Fee(line.fee)).with("above", yuan(line.above_guide_fen))
}

/// A reason on the line itself, or one given for it.
fn has_reason(job: &Job, fee: &Fee) -> bool {
    let given = |r: &crate::domain::facts::Reason| r.about.is(ReasonAbout::AboveGuide) && r.subject == Some(fee.id);
    !fee.reason.trim().is_empty() || job.sheet.reasons.iter().any(|r| given(r) && !r.text.trim().is_empty())
}

fn against_the_book(fee: &Fee, booked: Option<i64>, net: i64) -> Option<Problem> {
    let priced = match fee.kind.known() {
        Some(FeeKind::PassThrough | FeeKind::Discount | FeeKind::Adjustment) | None => false,
        Some(_) => true,
    };
    if !priced {
        return None;
    }
    match (booked, fee.guide_fen) {
        (None, None) if net > 0 => Some(Problem::new(Trouble::NoGuidePrice, Place::Fee(fee.id))),
        // A guide price of one's own making, or left out, would hide that the line is above it.
        (Some(booked), written) if written.is_none_or(|written| written > booked) && net > at_guide(fee, booked) => {
            Some(Problem::new(Trouble::GuideNotTheBooks, Place::Fee(fee.id)).with("guide", yuan(booked)))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::{OverGuide, Reason};
    use crate::domain::money::cast::*;

    const SHARES: [i64; 3] = [1_000, 500, 300];

    fn troubles(problems: &[Problem]) -> Vec<Trouble> {
        problems.iter().map(|p| p.code).collect()
    }

    fn labour(n: u64, unit_fen: i64, share: i64) -> Fee {
        Fee { share, ..one(n, FeeKind::Labour, unit_fen) }
    }

    #[test]
    fn r27_several_labour_items_count_in_full_by_half_and_by_three_tenths() {
        let items = [(id(1), 5_000), (id(2), 8_000), (id(3), 2_000), (id(4), 1_000)];
        let shares = labour_shares(&items, &SHARES);
        assert_eq!(shares, [(id(2), 1_000), (id(1), 500), (id(3), 300), (id(4), 300)].into());
        assert_eq!(labour_shares(&items[..1], &[]), [(id(1), 1_000)].into());
    }

    #[test]
    fn r27_a_second_item_in_full_is_told_and_another_appliances_is_not() {
        let mut job = repair();
        job.sheet.fees = vec![labour(1, 8_000, 1_000), labour(2, 5_000, 500), labour(3, 3_000, 1_000)];
        let found = share_problems(&job, &Terms::default(), &SHARES);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].at, Place::Fee(id(3)));
        assert_eq!(found[0].params["most"], "300");
        job.sheet.fees[2].appliance = Some(id(901));
        assert_eq!(share_problems(&job, &Terms::default(), &SHARES), []);
    }

    #[test]
    fn r28_a_line_above_guide_needs_a_reason_and_the_owners_word() {
        let mut job = repair();
        job.sheet.fees = vec![Fee { guide_fen: Some(8_000), ..one(1, FeeKind::Labour, 10_000) }];
        let found = |job: &Job| troubles(&guide_problems(job, &Terms::default(), |_| Some(8_000)));
        assert_eq!(found(&job), [Trouble::AboveGuideNoReason, Trouble::AboveGuideUnapproved]);
        let about = ReasonAbout::AboveGuide.into();
        job.sheet.reasons =
            vec![Reason { about, subject: Some(id(1)), text: "六楼无电梯".to_owned(), ..blank(40) }];
        assert_eq!(found(&job), [Trouble::AboveGuideUnapproved]);
        let word = OverGuide { granted: true, most_fen: 10_000, ..known(41, &[("fee", name(id(1)))]) };
        job.order.over_guide = vec![word];
        assert_eq!(found(&job), []);
        job.order.over_guide.clear();
        job.sheet.fees[0].spoken_code = "000000".to_owned();
        assert_eq!(found(&job), [], "taken at its word where it can't be checked");
        for spoken in [Judged::NeverGiven, Judged::By(b"secret", job_id(1))] {
            let owners = Terms { spoken, ..Terms::default() };
            assert_eq!(troubles(&guide_problems(&job, &owners, |_| Some(8_000))), [Trouble::SpokenCodeWrong]);
        }
    }

    #[test]
    fn r28_a_guide_price_is_the_books() {
        let mut job = repair();
        let line = one(1, FeeKind::Labour, 10_000);
        for (written, booked, expected) in [
            (Some(10_000), Some(8_000), vec![Trouble::GuideNotTheBooks]),
            (None, Some(8_000), vec![Trouble::GuideNotTheBooks]),
            (None, Some(10_000), vec![]),
            (None, None, vec![Trouble::NoGuidePrice]),
            (Some(10_000), None, vec![]),
        ] {
            job.sheet.fees = vec![Fee { guide_fen: written, ..line.clone() }];
            assert_eq!(
                troubles(&guide_problems(&job, &Terms::default(), |_| booked)),
                expected,
                "{written:?} {booked:?}"
            );
        }
        job.sheet.fees = vec![one(1, FeeKind::PassThrough, 5_000)];
        assert_eq!(guide_problems(&job, &Terms::default(), |_| None), [], "somebody else's work has no price here");
    }

    #[test]
    fn r28_an_adjustment_of_a_line_that_is_not_there_is_told() {
        let mut job = repair();
        job.sheet.fees = vec![Fee { adjusts: Some(id(9)), ..one(1, FeeKind::Adjustment, -500) }];
        assert_eq!(troubles(&guide_problems(&job, &Terms::default(), |_| None)), [Trouble::AdjustsNothing]);
    }
}
