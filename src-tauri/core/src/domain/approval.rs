//! 审核: an approval is for exactly one version of a sheet (R39).

use std::collections::BTreeSet;

use doorstep_schemas::ids::{BlobHash, JobId, MemberId};
use doorstep_schemas::view::{ApprovalKind, ReasonAbout};

use super::facts::{Approval, Job};
use super::nodes;

/// How a sheet stands with the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApprovalStanding {
    None,
    Returned {
        note: String,
        by: MemberId,
        at: i64,
        /// Somebody has worked on it since.
        changed: bool,
    },
    Approved {
        by: MemberId,
        at: i64,
    },
    /// 审核后有改动: the sheet is no longer what was approved.
    ChangedAfter {
        since: i64,
    },
}

/// The owner's last answer that was not withdrawn. Only an answer's own author withdraws it, and nothing withdraws a
/// withdrawal.
pub fn last_answer(job: &Job) -> Option<&Approval> {
    let (withdrawn, answers): (Vec<&Approval>, Vec<&Approval>) = job
        .order
        .approvals
        .iter()
        .filter(|a| a.kind.known().is_some())
        .partition(|a| a.kind.is(ApprovalKind::Withdrawn));
    let stands = |a: &&Approval| !withdrawn.iter().any(|w| w.withdraws == Some(a.id) && w.noted.by == a.noted.by);
    answers.into_iter().filter(stands).max_by_key(|a| (a.noted.true_ms(), a.id))
}

fn same(a: &[BlobHash], b: &[BlobHash]) -> bool {
    a.iter().collect::<BTreeSet<_>>() == b.iter().collect::<BTreeSet<_>>()
}

/// How the sheet stands, by its heads and photos of now (R39). Both are compared as sets: the order in which a device
/// lists them says nothing. An approval that pins no heads approved nothing.
pub fn standing(job: &Job, heads_now: &[BlobHash], photos_now: &[BlobHash]) -> ApprovalStanding {
    let Some(answer) = last_answer(job) else { return ApprovalStanding::None };
    let at = answer.noted.true_ms();
    let changed = answer.heads.is_empty() || !same(&answer.heads, heads_now) || !same(&answer.photos, photos_now);
    match answer.kind.known() {
        Some(ApprovalKind::Returned) => {
            ApprovalStanding::Returned { note: answer.note.clone(), by: answer.noted.by, at, changed }
        }
        _ if changed => ApprovalStanding::ChangedAfter { since: at },
        _ => ApprovalStanding::Approved { by: answer.noted.by, at },
    }
}

/// Why an edit is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the sheet is approved: say why it is edited")]
pub struct ReasonNeeded;

/// Whether the sheet may be edited on a device that knows of the approval (R39): an approved sheet asks for a reason
/// first, given after the approval. Elsewhere the edit shows as a difference.
pub fn may_edit(job: &Job) -> Result<(), ReasonNeeded> {
    let Some(answer) = last_answer(job).filter(|a| a.kind.is(ApprovalKind::Approved)) else { return Ok(()) };
    let given = job.sheet.reasons.iter().any(|r| {
        r.about.is(ReasonAbout::EditAfterApproval)
            && !r.text.trim().is_empty()
            && r.noted.true_ms() >= answer.noted.true_ms()
    });
    if given { Ok(()) } else { Err(ReasonNeeded) }
}

/// Whether this member gave a reason to edit a sheet that is finished, after the owner's last word on it (R39).
pub fn reopened(job: &Job, member: MemberId) -> bool {
    let finished = nodes::ended(job).map_or(i64::MIN, |(_, noted)| noted.at_ms);
    let answered = last_answer(job).map_or(i64::MIN, |answer| answer.noted.at_ms);
    job.sheet.reasons.iter().any(|reason| {
        reason.about.is(ReasonAbout::EditAfterApproval)
            && reason.noted.by == member
            && reason.noted.at_ms >= finished.max(answered)
            && !reason.text.trim().is_empty()
    })
}

/// A finished job in front of the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ForReview {
    pub job: JobId,
    pub finished: bool,
    pub findings: usize,
    pub standing: ApprovalStanding,
}

/// Jobs that "approve all without findings" takes (R39): finished, nothing to look at, never answered. What was returned or
/// changed after an approval needs a pair of eyes.
pub fn without_findings<'a>(jobs: impl IntoIterator<Item = &'a ForReview>) -> Vec<JobId> {
    let plain = |j: &&ForReview| j.finished && j.findings == 0 && j.standing == ApprovalStanding::None;
    let out: BTreeSet<JobId> = jobs.into_iter().filter(plain).map(|j| j.job).collect();
    out.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::Reason;
    use crate::domain::record::Word;
    use crate::domain::scene::{HOUR, NOON, id, job, job_id, member, noted};
    use doorstep_schemas::view::{ApplianceKind, JobKind};
    use proptest::prelude::*;

    fn hash(n: u8) -> BlobHash {
        BlobHash([n; 32])
    }

    fn answer(n: u32, kind: ApprovalKind, heads: &[u8], at: i64) -> Approval {
        Approval {
            id: id(n),
            kind: kind.into(),
            heads: heads.iter().map(|n| hash(*n)).collect(),
            photos: vec![hash(100)],
            total_fen: 26_000,
            note: "缺铭牌照片".to_owned(),
            withdraws: None,
            noted: noted(at),
        }
    }

    fn approved() -> Job {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        job.order.approvals = vec![answer(1, ApprovalKind::Approved, &[1, 2], NOON)];
        job
    }

    #[test]
    fn r39_an_approval_holds_for_exactly_the_version_and_the_photos_that_were_seen() {
        let job = approved();
        let of = |heads: &[BlobHash], photos: &[BlobHash]| standing(&job, heads, photos);
        let good = ApprovalStanding::Approved { by: member(1), at: NOON };
        let changed = ApprovalStanding::ChangedAfter { since: NOON };
        assert_eq!(of(&[hash(2), hash(1), hash(2)], &[hash(100)]), good);
        assert_eq!(of(&[hash(3)], &[hash(100)]), changed, "edited since");
        assert_eq!(of(&[hash(1)], &[hash(100)]), changed, "a head is missing");
        assert_eq!(of(&[hash(1), hash(2)], &[]), changed, "a photo is gone");
        let mut nothing = job.clone();
        nothing.order.approvals[0].heads.clear();
        assert_eq!(standing(&nothing, &[], &[hash(100)]), changed, "nothing was pinned");
    }

    #[test]
    fn r39_a_returned_sheet_says_why_and_whether_it_was_worked_on() {
        let mut job = approved();
        job.order.approvals.push(answer(2, ApprovalKind::Returned, &[1], NOON + HOUR));
        let returned = |changed| ApprovalStanding::Returned {
            note: "缺铭牌照片".to_owned(),
            by: member(1),
            at: NOON + HOUR,
            changed,
        };
        assert_eq!(standing(&job, &[hash(1)], &[hash(100)]), returned(false));
        assert_eq!(standing(&job, &[hash(5)], &[hash(100)]), returned(true));
        job.order.approvals.push(answer(3, ApprovalKind::Approved, &[5], NOON + 2 * HOUR));
        job.order.approvals[2].kind = Word::Other("provisional".to_owned());
        assert_eq!(standing(&job, &[hash(5)], &[hash(100)]), returned(true), "a later version's word is no approval");
    }

    #[test]
    fn r39_editing_an_approved_sheet_asks_for_a_reason() {
        let mut job = approved();
        assert_eq!(may_edit(&job), Err(ReasonNeeded));
        let reason = |text: &str, at| Reason {
            id: id(9),
            about: ReasonAbout::EditAfterApproval.into(),
            subject: None,
            text: text.to_owned(),
            photo: None,
            noted: noted(at),
        };
        job.sheet.reasons = vec![reason("序列号抄错", NOON - 1)];
        assert_eq!(may_edit(&job), Err(ReasonNeeded), "a reason for an edit before");
        job.sheet.reasons = vec![reason("序列号抄错", NOON + 1)];
        assert_eq!(may_edit(&job), Ok(()));
        job.sheet.reasons[0].text.clear();
        job.order.approvals[0].kind = ApprovalKind::Returned.into();
        assert_eq!(may_edit(&job), Ok(()), "a returned sheet is there to be edited");
    }

    #[test]
    fn r39_approve_all_takes_finished_jobs_without_findings_that_nobody_answered() {
        let of = |n, finished, findings, standing| ForReview { job: job_id(n), finished, findings, standing };
        let jobs = [
            of(5, true, 0, ApprovalStanding::None),
            of(1, true, 0, ApprovalStanding::None),
            of(2, true, 1, ApprovalStanding::None),
            of(3, false, 0, ApprovalStanding::None),
            of(4, true, 0, ApprovalStanding::ChangedAfter { since: NOON }),
        ];
        assert_eq!(without_findings(jobs.iter().chain(&jobs)), [job_id(1), job_id(5)]);
    }

    #[test]
    fn r39_a_withdrawn_answer_stands_no_more_and_the_one_before_it_does_again() {
        let mut job = approved();
        let good = ApprovalStanding::Approved { by: member(1), at: NOON };
        let withdrawal =
            |n, of| Approval { withdraws: Some(id(of)), ..answer(n, ApprovalKind::Withdrawn, &[9], NOON + 3 * HOUR) };
        let now = |job: &Job| standing(job, &[hash(1), hash(2)], &[hash(100)]);
        job.order.approvals.push(answer(2, ApprovalKind::Returned, &[1, 2], NOON + HOUR));
        job.order.approvals.push(withdrawal(3, 2));
        assert_eq!(now(&job), good);
        job.order.approvals.push(withdrawal(4, 3));
        assert_eq!(now(&job), good, "a withdrawal is not withdrawn");
        job.order.approvals.push(withdrawal(5, 1));
        assert_eq!(now(&job), ApprovalStanding::None);
        assert_eq!(may_edit(&job), Ok(()));
        job.order.approvals[4].noted.by = member(2);
        assert_eq!(now(&job), good, "somebody else's word is theirs");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn r39_answers_in_any_order_stand_alike(
            facts in proptest::collection::vec((any::<bool>(), 0u8..3, 0i64..5), 0..6),
        ) {
            let mut job = approved();
            job.order.approvals = (1..).zip(&facts).map(|(n, (yes, head, at))| {
                let kind = if *yes { ApprovalKind::Approved } else { ApprovalKind::Returned };
                answer(n, kind, &[*head], NOON + at)
            }).collect();
            let once = standing(&job, &[hash(1)], &[hash(100)]);
            job.order.approvals.reverse();
            prop_assert_eq!(standing(&job, &[hash(1)], &[hash(100)]), once);
        }
    }
}
