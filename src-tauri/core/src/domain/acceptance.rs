//! 闸口验收 and the papers of a project job (R16).

use doorstep_schemas::view::{BlockerCode, PlanStep, SignedFor, Signer};

use super::facts::{Job, Signature};
use super::record::last;

/// The signature by which concealed work was accepted (R16): by somebody other than the installer. `installers` are the
/// names of the crew: a person can't accept under another title either.
pub fn accepted<'a>(job: &'a Job, installers: &[&str]) -> Option<&'a Signature> {
    job.sheet.signatures.iter().find(|s| {
        let by_another = matches!(s.signer.known(), Some(Signer::Acceptor | Signer::Owner | Signer::Customer));
        let name = s.name.trim();
        s.signed_for.is(SignedFor::Acceptance) && by_another && !name.is_empty() && !installers.contains(&name)
    })
}

/// What of survey, plan and review a project lacks (R16). The last word on each step counts, and a plan that was changed
/// after its review is not reviewed.
pub fn missing_papers(job: &Job) -> Vec<PlanStep> {
    let of = |step| last(job.order.plan.iter().filter(move |p| p.step.is(step)));
    let plan = of(PlanStep::Plan);
    let written = |step| of(step).is_some_and(|p| !p.text.trim().is_empty() || p.photo.is_some());
    let reviewed = of(PlanStep::Review).is_some_and(|review| {
        review.passed && plan.is_none_or(|plan| (plan.noted.at_ms, plan.id) < (review.noted.at_ms, review.id))
    });
    let mut out = Vec::new();
    if !written(PlanStep::Survey) {
        out.push(PlanStep::Survey);
    }
    if !written(PlanStep::Plan) {
        out.push(PlanStep::Plan);
    }
    if !reviewed {
        out.push(PlanStep::Review);
    }
    out
}

/// What keeps such a job from being completed (R16).
pub fn gaps(job: &Job, installers: &[&str]) -> Vec<BlockerCode> {
    let mut out = Vec::new();
    if job.order.acceptance && accepted(job, installers).is_none() {
        out.push(BlockerCode::AcceptanceMissing);
    }
    if job.order.project && !missing_papers(job).is_empty() {
        out.push(BlockerCode::PlanMissing);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::Plan;
    use crate::domain::scene::{NOON, id, job, noted};
    use doorstep_schemas::view::{ApplianceKind, JobKind};

    fn signature(signed_for: SignedFor, signer: Signer, name: &str) -> Signature {
        Signature {
            id: id(1),
            signed_for: signed_for.into(),
            subject: None,
            signer: signer.into(),
            name: name.to_owned(),
            image: None,
            page: Vec::new(),
            noted: noted(NOON),
        }
    }

    fn paper(n: u32, step: PlanStep, passed: bool, at: i64) -> Plan {
        Plan { id: id(n), step: step.into(), text: "一楼三台".to_owned(), passed, photo: None, noted: noted(at) }
    }

    #[test]
    fn r16_concealed_work_is_accepted_by_somebody_other_than_the_installer() {
        let mut job = job(JobKind::Install, &[ApplianceKind::AirConditioner]);
        assert!(gaps(&job, &["向波"]).is_empty(), "nobody asked for it");
        job.order.acceptance = true;
        for (signed_for, signer, name, good) in [
            (SignedFor::Acceptance, Signer::Acceptor, "覃建国", true),
            (SignedFor::Acceptance, Signer::Customer, "罗桂香", true),
            (SignedFor::Acceptance, Signer::Technician, "冉小军", false),
            (SignedFor::Acceptance, Signer::Acceptor, " 向波 ", false),
            (SignedFor::Acceptance, Signer::Acceptor, "", false),
            (SignedFor::Work, Signer::Customer, "罗桂香", false),
        ] {
            job.sheet.signatures = vec![signature(signed_for, signer, name)];
            let expected = if good { vec![] } else { vec![BlockerCode::AcceptanceMissing] };
            assert_eq!(gaps(&job, &["向波"]), expected, "{signer:?} {name}");
        }
    }

    #[test]
    fn r16_a_project_has_a_survey_a_plan_and_a_review_of_that_plan() {
        use PlanStep::{Plan, Review, Survey};
        let mut job = job(JobKind::Install, &[ApplianceKind::AirConditioner]);
        job.order.project = true;
        assert_eq!(missing_papers(&job), [Survey, Plan, Review]);
        job.order.plan =
            vec![paper(1, Survey, false, NOON), paper(2, Plan, false, NOON + 1), paper(3, Review, false, NOON + 2)];
        assert_eq!(missing_papers(&job), [Review], "it did not pass");
        job.order.plan.push(paper(4, Review, true, NOON + 3));
        assert!(gaps(&job, &[]).is_empty());
        job.order.plan.push(paper(5, Plan, false, NOON + 4));
        assert_eq!(missing_papers(&job), [Review], "the plan was changed afterwards");
        assert_eq!(gaps(&job, &[]), [BlockerCode::PlanMissing]);
    }
}
