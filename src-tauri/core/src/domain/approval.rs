//! 审核: an approval pins exactly one version of a sheet; a later edit shows as 审核后有改动 (R39).

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::ReasonAbout;

use super::facts::Job;
use super::nodes;

/// Whether this member gave a reason to edit a sheet that is finished, and after the owner's last word on it (R39).
pub fn reopened(job: &Job, member: MemberId) -> bool {
    let finished = nodes::ended(job).map_or(i64::MIN, |(_, noted)| noted.at_ms);
    let answered = job.order.approvals.iter().map(|a| a.noted.at_ms).max().unwrap_or(i64::MIN);
    job.sheet.reasons.iter().any(|reason| {
        reason.about.is(ReasonAbout::EditAfterApproval)
            && reason.noted.by == member
            && reason.noted.at_ms >= finished.max(answered)
            && !reason.text.trim().is_empty()
    })
}
