//! Which outcomes are open, and what each one that is not still needs (R12, R17, R20).
//!
//! "Completed" needs everything. What ends a visit without the work being done is open once somebody has arrived. What
//! leaves something unsafe behind needs its notice: signed, or refused with a witness. There is no override.

use doorstep_schemas::view::{Blocker, BlockerCode, CustodyStep, JobKind, JobOutcome, Jump, NodeKind, NoticeKind};

use super::judge::Judge;
use super::{bench_blockers, blockers, safety_gate, sheet_gate};
use crate::domain::facts::Job;
use crate::domain::safety::Consequence;
use crate::domain::{hazards, nodes};

/// Everything that keeps the job from ending, or the visit from being left, with this outcome. `None` for an outcome
/// that this job can't have at all.
pub fn outcome_blockers(judge: &Judge<'_>, outcome: JobOutcome, now: i64) -> Option<Vec<Blocker>> {
    let job = judge.job;
    let arrived = nodes::has_now(job, NodeKind::Arrived);
    let not_arrived =
        || vec![Blocker { code: BlockerCode::NotArrived, subject: None, jump: Jump::Node { node: NodeKind::Arrived } }];
    let once_arrived = || if arrived { Vec::new() } else { not_arrived() };
    match outcome {
        JobOutcome::Completed => Some(completed(judge, now)),
        JobOutcome::HazardRemaining => hazard_remaining(judge, now),
        JobOutcome::RefusedUnsafe => {
            let unsafe_here = safety_gate::gravest(judge).is_some_and(|c| c >= Consequence::HazardRemainingOnly);
            let said = notice_given(job, &[NoticeKind::Refusal, NoticeKind::SaleRefused]);
            (unsafe_here || said).then(|| {
                let mut out = once_arrived();
                out.extend(notice_blocker(job, &[NoticeKind::Refusal, NoticeKind::SaleRefused]));
                out.extend(bench_blockers(job));
                out
            })
        }
        JobOutcome::Condemned => {
            let unsafe_here = safety_gate::gravest(judge) == Some(Consequence::Stop);
            (unsafe_here || notice_given(job, &[NoticeKind::Condemned])).then(|| {
                let mut out = once_arrived();
                out.extend(notice_blocker(job, &[NoticeKind::Condemned]));
                out.extend(bench_blockers(job));
                out
            })
        }
        JobOutcome::SolvedByPhone => (!arrived).then(|| left_behind(judge)),
        JobOutcome::TakenToBench => arrived.then(|| {
            let taken = job.sheet.custody.iter().any(|c| c.step.is(CustodyStep::Taken));
            let missing = job.order.appliances.first().filter(|_| !taken).map(|a| Blocker {
                code: BlockerCode::UnitOut,
                subject: None,
                jump: Jump::Bench { appliance: a.id },
            });
            missing.into_iter().collect()
        }),
        JobOutcome::GoodsNotArrived => {
            (arrived && matches!(job.order.kind, JobKind::Install | JobKind::Exchange)).then(Vec::new)
        }
        JobOutcome::GivenUp => {
            let may = matches!(job.order.kind, JobKind::Repair | JobKind::UnitPickup | JobKind::UnitReturn);
            (arrived && may).then(|| left_behind(judge))
        }
        JobOutcome::NoFaultFound => arrived.then(|| left_behind(judge)),
        JobOutcome::NeedsPart | JobOutcome::CustomerAbsent => arrived.then(Vec::new),
    }
}

/// What an end without the work leaves behind: a unit or a loaner that is out (R17, R20), and a danger that nobody was told
/// of in writing (R12). A customer who gives up the repair lives with the socket all the same.
fn left_behind(judge: &Judge<'_>) -> Vec<Blocker> {
    let unsafe_here = safety_gate::gravest(judge).is_some_and(|c| c >= Consequence::HazardRemainingOnly);
    let told = [NoticeKind::Refusal, NoticeKind::HazardRemaining, NoticeKind::Condemned, NoticeKind::Warning];
    let mut out: Vec<Blocker> = notice_blocker(judge.job, &told).filter(|_| unsafe_here).into_iter().collect();
    out.extend(bench_blockers(judge.job));
    out
}

fn completed(judge: &Judge<'_>, now: i64) -> Vec<Blocker> {
    let mut out = blockers(judge);
    out.extend(sheet_gate::overrun_blockers(judge, now));
    out.extend(sheet_gate::certificate_blockers(judge, now));
    out
}

/// 修复·隐患未消除: the work is done, only the house is unsafe, and everybody knows: notice, unplugged, tagged, a day to
/// look again (R12).
fn hazard_remaining(judge: &Judge<'_>, now: i64) -> Option<Vec<Blocker>> {
    let job = judge.job;
    if safety_gate::gravest(judge) != Some(Consequence::HazardRemainingOnly) {
        return None;
    }
    let mut out = completed(judge, now);
    out.retain(|blocker| blocker.code != BlockerCode::ReadingFailed);
    out.extend(notice_blocker(job, &[NoticeKind::HazardRemaining]));
    let noted = hazards::standing(job).into_iter().rfind(|hazard| hazard.remaining);
    let lacks = [
        (BlockerCode::NotUnplugged, noted.is_some_and(|h| h.unplugged)),
        (BlockerCode::NotTagged, noted.is_some_and(|h| h.tagged)),
        (BlockerCode::RecheckMissing, noted.is_some_and(|h| h.recheck.is_some())),
    ];
    let open = lacks.into_iter().filter(|(_, done)| !done);
    out.extend(open.map(|(code, _)| Blocker { code, subject: None, jump: Jump::Hazard }));
    Some(out)
}

/// Whether such a notice was given: signed, or refused with a witness (R12).
fn notice_given(job: &Job, kinds: &[NoticeKind]) -> bool {
    job.sheet.notices.iter().any(|notice| {
        let signed = notice.signature.is_some_and(|id| job.sheet.signatures.iter().any(|s| s.id == id));
        let refused = notice.refused && !notice.witness.trim().is_empty();
        notice.kind.known().is_some_and(|kind| kinds.contains(&kind)) && (signed || refused)
    })
}

fn notice_blocker(job: &Job, kinds: &[NoticeKind]) -> Option<Blocker> {
    let jump = Jump::Notice { appliance: job.order.appliances.first().map(|a| a.id) };
    (!notice_given(job, kinds)).then_some(Blocker { code: BlockerCode::NoticeMissing, subject: None, jump })
}
