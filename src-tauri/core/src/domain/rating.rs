//! 评价 and 回访: the customer's word after the technician has left (R34, R36).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::JobId;
use doorstep_schemas::view::{CallReason, FollowUpKind};

use super::facts::desk::FollowUp;

const MINUTE_MS: i64 = 60_000;

/// An outlet's figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowUpLimits {
    /// Minutes after leaving before a rating opens.
    pub opens_min: i64,
    /// Hours of silence after which a job counts as not followed up.
    pub silence_hours: i64,
    /// Above so many fen a call is due.
    pub call_above_fen: i64,
}

impl Default for FollowUpLimits {
    fn default() -> Self {
        Self { opens_min: 30, silence_hours: 72, call_above_fen: 30_000 }
    }
}

/// On whose device somebody wants to rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RatedOn {
    /// The customer's own, by the page of the job.
    Customers,
    /// The shop's, while somebody there has the customer on the phone.
    Owners,
    Technicians,
}

/// Why a rating isn't taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RatingRefused {
    #[error("the technician has not left yet")]
    NotLeft,
    #[error("ratings open at {opens}")]
    TooEarly { opens: i64 },
    #[error("a rating is never given on a technician's device")]
    TechniciansDevice,
    #[error("{0} stars: one to five")]
    Stars(i64),
    #[error("{0:?} is not one of the reasons offered")]
    UnknownChip(String),
}

/// Whether a rating may be given now (R34): after "left" and half an hour, and never on the technician's device: nobody
/// looks over the customer's shoulder.
pub fn may_rate(left_at: Option<i64>, now: i64, on: RatedOn, limits: FollowUpLimits) -> Result<(), RatingRefused> {
    if on == RatedOn::Technicians {
        return Err(RatingRefused::TechniciansDevice);
    }
    let opens = left_at.ok_or(RatingRefused::NotLeft)?.saturating_add(limits.opens_min.saturating_mul(MINUTE_MS));
    if now < opens { Err(RatingRefused::TooEarly { opens }) } else { Ok(()) }
}

/// Whether this is a rating (R34): five steps, and reasons out of those offered.
pub fn accepts(stars: i64, chips: &[&str], offered: &[&str]) -> Result<(), RatingRefused> {
    if !(1..=5).contains(&stars) {
        return Err(RatingRefused::Stars(stars));
    }
    match chips.iter().find(|chip| !offered.contains(chip)) {
        Some(chip) => Err(RatingRefused::UnknownChip((*chip).to_owned())),
        None => Ok(()),
    }
}

/// Whether the customer asked to be left alone (R34): said once, it holds.
pub fn do_not_contact<'a>(follow_ups: impl IntoIterator<Item = &'a FollowUp>, job: JobId) -> bool {
    follow_ups.into_iter().any(|f| f.job == job && f.do_not_contact)
}

/// How far a job's follow-up is (R36).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FollowedUp {
    /// The technician has not left.
    NotYet,
    Waiting {
        until: i64,
    },
    /// When the customer's word came: a rating counts as much as a call.
    Done(FollowUpKind, i64),
    /// Silence: archived as not followed up, since that moment.
    Silent {
        since: i64,
    },
}

/// Where a job's follow-up stands (R36). The first word of the customer counts; a record of silence is none.
pub fn follow_up(
    job: JobId,
    left_at: Option<i64>,
    follow_ups: &[FollowUp],
    now: i64,
    limits: FollowUpLimits,
) -> FollowedUp {
    let words = follow_ups.iter().filter(|f| f.job == job && !f.kind.is(FollowUpKind::Silence));
    let first = words.filter_map(|f| Some((f.noted.true_ms(), f.id, f.kind.known()?))).min();
    if let Some((at, _, kind)) = first {
        return FollowedUp::Done(kind, at);
    }
    let Some(left) = left_at else { return FollowedUp::NotYet };
    let until = left.saturating_add(limits.silence_hours.saturating_mul(60 * MINUTE_MS));
    if now >= until { FollowedUp::Silent { since: until } } else { FollowedUp::Waiting { until } }
}

/// What the calls need to know of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ForCall {
    pub job: JobId,
    pub left_at: Option<i64>,
    pub paid_fen: i64,
    pub hazards: bool,
    pub claims: bool,
}

/// Whom to call and why, gravest first (R36): who paid more than the limit, whose house has or had a hazard, who has a
/// claim, and the sample. A call that was made ends it; a rating doesn't. Who asked to be left alone is called for
/// nothing but a hazard.
pub fn calls_due(
    jobs: &[ForCall],
    sample: &[JobId],
    follow_ups: &[FollowUp],
    limits: FollowUpLimits,
) -> Vec<(JobId, Vec<CallReason>)> {
    let called: BTreeSet<JobId> = follow_ups.iter().filter(|f| f.kind.is(FollowUpKind::Call)).map(|f| f.job).collect();
    let mut due: BTreeMap<JobId, BTreeSet<CallReason>> = BTreeMap::new();
    for job in jobs.iter().filter(|job| job.left_at.is_some() && !called.contains(&job.job)) {
        let reasons = [
            (CallReason::Hazard, job.hazards),
            (CallReason::Claim, job.claims),
            (CallReason::Paid, job.paid_fen > limits.call_above_fen),
            (CallReason::Sample, sample.contains(&job.job)),
        ];
        let quiet = do_not_contact(follow_ups, job.job);
        let reasons = reasons.into_iter().filter(|(reason, due)| *due && (!quiet || *reason == CallReason::Hazard));
        due.entry(job.job).or_default().extend(reasons.map(|(reason, _)| reason));
    }
    let mut out: Vec<(JobId, Vec<CallReason>)> =
        due.into_iter().filter(|(_, why)| !why.is_empty()).map(|(job, why)| (job, why.into_iter().collect())).collect();
    out.sort_by_key(|(job, why)| (why.first().copied(), *job));
    out
}

/// Jobs that fell silent, for the archive's list (R36): oldest first.
pub fn not_followed_up(jobs: &[ForCall], follow_ups: &[FollowUp], now: i64, limits: FollowUpLimits) -> Vec<JobId> {
    let silent = jobs.iter().filter_map(|job| match follow_up(job.job, job.left_at, follow_ups, now, limits) {
        FollowedUp::Silent { since } => Some((since, job.job)),
        _ => None,
    });
    let out: BTreeSet<(i64, JobId)> = silent.collect();
    out.into_iter().map(|(_, job)| job).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{HOUR, MINUTE, NOON, id, job_id, noted};
    use proptest::prelude::*;

    const LIMITS: FollowUpLimits = FollowUpLimits { opens_min: 30, silence_hours: 72, call_above_fen: 30_000 };

    fn word(n: u32, of: u8, kind: FollowUpKind, at: i64) -> FollowUp {
        FollowUp {
            id: id(n),
            job: job_id(of),
            kind: kind.into(),
            stars: 5,
            chips: String::new(),
            text: String::new(),
            do_not_contact: false,
            complaint: false,
            handled: false,
            withdraws: None,
            noted: noted(at),
        }
    }

    fn left(of: u8, paid_fen: i64, hazards: bool, claims: bool) -> ForCall {
        ForCall { job: job_id(of), left_at: Some(NOON), paid_fen, hazards, claims }
    }

    #[test]
    fn r34_a_rating_opens_half_an_hour_after_leaving_and_never_on_the_technicians_phone() {
        let at = |left, now, on| may_rate(left, now, on, LIMITS);
        let opens = NOON + 30 * MINUTE;
        assert_eq!(at(None, NOON, RatedOn::Customers), Err(RatingRefused::NotLeft));
        assert_eq!(at(Some(NOON), opens - 1, RatedOn::Customers), Err(RatingRefused::TooEarly { opens }));
        assert_eq!(at(Some(NOON), opens, RatedOn::Customers), Ok(()));
        assert_eq!(at(Some(NOON), opens, RatedOn::Owners), Ok(()));
        assert_eq!(at(Some(NOON), opens + HOUR, RatedOn::Technicians), Err(RatingRefused::TechniciansDevice));
    }

    #[test]
    fn r34_a_rating_has_five_steps_and_the_reasons_offered() {
        for (stars, good) in [(0, false), (1, true), (5, true), (6, false), (i64::MIN, false)] {
            assert_eq!(accepts(stars, &["late"], &["late", "messy"]).is_ok(), good, "{stars}");
        }
        assert_eq!(accepts(3, &["rude"], &["late"]), Err(RatingRefused::UnknownChip("rude".to_owned())));
    }

    #[test]
    fn r36_a_rating_counts_as_a_follow_up_and_three_days_of_silence_as_none() {
        let of = |words: &[FollowUp], left, now| follow_up(job_id(1), left, words, now, LIMITS);
        let until = NOON + 72 * HOUR;
        assert_eq!(of(&[], None, NOON), FollowedUp::NotYet);
        assert_eq!(of(&[], Some(NOON), until - 1), FollowedUp::Waiting { until });
        let silence = [word(1, 1, FollowUpKind::Silence, until)];
        assert_eq!(of(&silence, Some(NOON), until), FollowedUp::Silent { since: until });
        let late = [silence[0].clone(), word(2, 1, FollowUpKind::Rating, until + 9)];
        assert_eq!(of(&late, Some(NOON), until + 10), FollowedUp::Done(FollowUpKind::Rating, until + 9));
        assert_eq!(of(&[word(3, 2, FollowUpKind::Call, NOON)], Some(NOON), until), FollowedUp::Silent { since: until });
        let jobs = [left(2, 0, false, false), left(1, 0, false, false)];
        assert_eq!(not_followed_up(&jobs, &[word(3, 2, FollowUpKind::Call, NOON)], until, LIMITS), [job_id(1)]);
    }

    #[test]
    fn r36_calls_are_due_for_larger_sums_hazards_claims_and_the_sample() {
        use CallReason::{Claim, Hazard, Paid, Sample};
        let jobs = [
            left(1, 30_000, false, false),
            left(2, 30_001, false, false),
            left(3, 0, true, true),
            left(4, 0, false, true),
            left(5, 0, false, false),
            ForCall { left_at: None, ..left(6, 90_000, true, true) },
        ];
        let due = calls_due(&jobs, &[job_id(5), job_id(2)], &[], LIMITS);
        let expected = [(3, vec![Hazard, Claim]), (4, vec![Claim]), (2, vec![Paid, Sample]), (5, vec![Sample])];
        assert_eq!(due, expected.map(|(n, why)| (job_id(n), why)));
        let mut quiet = word(1, 4, FollowUpKind::Rating, NOON);
        quiet.do_not_contact = true;
        let hazard = FollowUp { job: job_id(3), ..quiet.clone() };
        let words = [quiet, hazard, word(2, 2, FollowUpKind::Call, NOON), word(3, 5, FollowUpKind::Rating, NOON)];
        let due = calls_due(&jobs, &[job_id(5)], &words, LIMITS);
        assert_eq!(due, [(job_id(3), vec![Hazard]), (job_id(5), vec![Sample])]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn r36_words_in_any_order_and_doubled_stand_alike(
            words in proptest::collection::vec((0usize..3, 0i64..4), 0..6), left in any::<i64>(), now in any::<i64>(),
        ) {
            let mut all: Vec<FollowUp> =
                (1..).zip(&words).map(|(n, (kind, at))| word(n, 1, FollowUpKind::ALL[*kind], NOON + at)).collect();
            let once = follow_up(job_id(1), Some(left), &all, now, LIMITS);
            all.reverse();
            all.extend(all.clone());
            prop_assert_eq!(follow_up(job_id(1), Some(left), &all, now, LIMITS), once);
        }
    }
}
