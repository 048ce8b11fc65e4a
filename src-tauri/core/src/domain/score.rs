//! Scores: what customers said of a member, always with how many said it (R35).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::view::Text;

use super::calendar::DAY_MS;
use super::facts::desk::FollowUp;
use super::obstacle::say;
use super::record::last;

/// Below so many ratings a score says little, and is shown as new.
pub const ENOUGH: u32 = 5;

/// A plain mean with its count: a weighted one couldn't be explained to the person it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Hundredths of a star: 487 is 4.87.
    pub mean_hundredths: i64,
    pub count: u32,
}

impl Score {
    /// Mean and count of ratings of one to five stars (R35); anything else is no rating.
    pub fn of(stars: impl IntoIterator<Item = i64>) -> Self {
        let (mut sum, mut count) = (0i64, 0u32);
        for one in stars.into_iter().filter(|one| (1..=5).contains(one)) {
            sum = sum.saturating_add(one);
            count = count.saturating_add(1);
        }
        match i64::from(count) {
            0 => Self::default(),
            n => Self { mean_hundredths: (sum.saturating_mul(200) + n) / (2 * n), count },
        }
    }

    /// Too few ratings to say anything.
    pub fn is_new(&self) -> bool {
        self.count < ENOUGH
    }

    /// For ranking: a newcomer stands in the middle, neither punished nor praised for one voice.
    pub fn rank(&self) -> i64 {
        if self.is_new() { 400 } else { self.mean_hundredths }
    }

    /// `4.87 分（31 人评价）`
    pub fn text(&self) -> Text {
        if self.is_new() {
            return say(format!("新（{} 人评价）", self.count), format!("New ({} ratings)", self.count));
        }
        let mean = format!("{}.{:02}", self.mean_hundredths / 100, self.mean_hundredths % 100);
        say(format!("{mean} 分（{} 人评价）", self.count), format!("{mean} ({} ratings)", self.count))
    }
}

/// The stars that a job's customer gave (R35): the last rating counts, one a job.
pub fn stars<'a>(follow_ups: impl IntoIterator<Item = &'a FollowUp>, job: JobId) -> Option<i64> {
    let rated = follow_ups.into_iter().filter(|f| f.job == job && (1..=5).contains(&f.stars));
    last(rated).map(|f| f.stars)
}

/// Ratings count for so long: a score says how somebody works now.
pub const COUNTS_MS: i64 = 90 * DAY_MS;

fn counts(follow_up: &FollowUp, now: i64) -> bool {
    (1..=5).contains(&follow_up.stars) && follow_up.noted.happened_ms() >= now.saturating_sub(COUNTS_MS)
}

/// The jobs whose ratings count now (R35).
pub fn rated(follow_ups: &[FollowUp], now: i64) -> BTreeSet<JobId> {
    follow_ups.iter().filter(|each| counts(each, now)).map(|each| each.job).collect()
}

/// Each member's score: of a job with several, the rating is everybody's (R35).
pub fn by_member(
    follow_ups: &[FollowUp],
    members: &BTreeMap<JobId, Vec<MemberId>>,
    now: i64,
) -> BTreeMap<MemberId, Score> {
    let mut of_job: BTreeMap<JobId, Vec<&FollowUp>> = BTreeMap::new();
    for each in follow_ups.iter().filter(|each| counts(each, now)) {
        of_job.entry(each.job).or_default().push(each);
    }
    let mut given: BTreeMap<MemberId, Vec<i64>> = BTreeMap::new();
    for (job, ratings) in of_job {
        let Some(stars) = stars(ratings, job) else { continue };
        for member in members.get(&job).into_iter().flatten() {
            given.entry(*member).or_default().push(stars);
        }
    }
    given.into_iter().map(|(member, stars)| (member, Score::of(stars))).collect()
}

/// What a customer may be offered to choose from (R35).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    pub member: MemberId,
    pub score: Score,
    pub text: Text,
}

/// Members to choose from, best first (R35). Only those who may be sent are to be passed in.
pub fn choice(members: impl IntoIterator<Item = (MemberId, Score)>) -> Vec<Choice> {
    let mut out: Vec<Choice> =
        members.into_iter().map(|(member, score)| Choice { member, score, text: score.text() }).collect();
    out.sort_by_key(|c| (std::cmp::Reverse(c.score.rank()), std::cmp::Reverse(c.score.count), c.member));
    out.dedup_by_key(|c| c.member);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{NOON, id, job_id, member, noted};
    use doorstep_schemas::view::FollowUpKind;
    use proptest::prelude::*;

    #[test]
    fn r35_a_score_is_never_shown_without_its_count() {
        let score = Score::of([5, 5, 5, 5, 4, 0, 9]);
        assert_eq!((score.mean_hundredths, score.count), (480, 5));
        assert_eq!(score.text(), say("4.80 分（5 人评价）", "4.80 (5 ratings)"));
        assert_eq!(Score::of([5, 5, 4, 5, 5, 5]).mean_hundredths, 483, "rounded half up");
    }

    #[test]
    fn r35_fewer_than_five_ratings_are_new() {
        let four = Score::of([1; 4]);
        assert_eq!(four.text(), say("新（4 人评价）", "New (4 ratings)"));
        assert!(!Score::of([1; 5]).is_new());
        assert!(four.rank() > Score::of([3; 9]).rank(), "one bad voice is no verdict");
    }

    #[test]
    fn r35_the_customer_is_offered_a_choice_best_first() {
        let offered = choice([
            (member(1), Score::of([3; 6])),
            (member(2), Score::of([5; 6])),
            (member(3), Score::of([])),
            (member(4), Score::of([5; 9])),
        ]);
        assert_eq!(offered.iter().map(|c| c.member).collect::<Vec<_>>(), [4, 2, 3, 1].map(member));
    }

    fn rating(n: u32, stars: i64, at: i64) -> FollowUp {
        FollowUp {
            id: id(n),
            job: job_id(1),
            kind: FollowUpKind::Rating.into(),
            stars,
            chips: String::new(),
            text: String::new(),
            do_not_contact: false,
            complaint: false,
            handled: false,
            withdraws: None,
            noted: noted(at),
        }
    }

    #[test]
    fn r35_a_rating_is_everybodys_who_was_there_for_ninety_days() {
        let of = |job, each| FollowUp { job, ..each };
        let all = [
            rating(1, 2, NOON - 1),
            rating(2, 5, NOON),
            of(job_id(2), rating(3, 4, NOON)),
            of(job_id(3), rating(4, 1, NOON - 90 * DAY_MS - 1)),
            of(job_id(4), rating(5, 0, NOON)),
        ];
        assert_eq!(rated(&all, NOON), [job_id(1), job_id(2)].into());
        let crew = [(job_id(1), vec![member(1), member(2)]), (job_id(2), vec![member(2)])].into();
        let scores = by_member(&all, &crew, NOON);
        assert_eq!((scores[&member(1)], scores[&member(2)]), (Score::of([5]), Score::of([5, 4])));
    }

    #[test]
    fn r35_a_customer_who_rates_again_counts_once() {
        let all = [rating(1, 2, NOON), rating(2, 5, NOON + 1), rating(3, 0, NOON + 2)];
        assert_eq!((stars(&all, job_id(1)), stars(&all, job_id(2))), (Some(5), None));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn r35_a_mean_lies_between_its_worst_and_its_best(stars in proptest::collection::vec(any::<i64>(), 0..9)) {
            let kept: Vec<i64> = stars.iter().copied().filter(|s| (1..=5).contains(s)).collect();
            let score = Score::of(stars);
            prop_assert_eq!(score.count as usize, kept.len());
            if let (Some(worst), Some(best)) = (kept.iter().min(), kept.iter().max()) {
                prop_assert!((worst * 100..=best * 100).contains(&score.mean_hundredths));
            }
        }
    }
}
