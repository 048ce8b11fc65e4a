//! 凭证 for the customer: one of a job's papers, ready to be typeset (R45).

use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::input::MakePaper;
use doorstep_schemas::paper::Paper;
use doorstep_schemas::view::{Language, ProofKind};

use super::{Actions, JobError};
use crate::domain::{calendar, nodes};
use crate::reports::proof::{self, About};

/// Why there is no such paper.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    #[error("no notice was given on this job")]
    NoNotice,
    #[error("no unit of this job has a tag")]
    NoTag,
    #[error(transparent)]
    Job(#[from] JobError),
}

impl Actions {
    /// One paper of a job as it stands. Pictures that are not on this device are left out.
    pub fn proof(&self, input: &MakePaper) -> Result<Paper, ProofError> {
        let (facts, rules, roster, outlet, technician) = {
            let mut store = self.looking_at(input.job)?;
            let enrolment = Self::enrolment(&store).map_err(JobError::from)?;
            let facts = store.job_facts(input.job).map_err(JobError::from)?.ok_or(JobError::NotFound(input.job))?;
            let by = nodes::ended(&facts).map_or(enrolment.member, |(_, noted)| noted.by);
            let technician = store.member(by).map(|member| member.name).map_err(JobError::from)?;
            let roster = store.roster().map_err(JobError::from)?;
            (facts, store.rules().clone(), roster, enrolment.outlet_name, technician)
        };
        let at = nodes::ended(&facts).map_or_else(|| self.nature.now_ms(), |(_, noted)| noted.at_ms);
        let in_force = rules.at(at);
        let numbers = in_force.card_numbers(&facts, &roster).into_iter().map(|number| {
            let label = if input.language == Language::Zh { number.label.zh } else { number.label.en };
            format!("{label} {}", number.number)
        });
        let picture = |hash: &BlobHash| self.photo_bytes(hash).ok();
        let about = About {
            job: input.job,
            language: input.language,
            outlet: &outlet,
            technician: &technician,
            rules: in_force,
            numbers: numbers.collect(),
            picture: &picture,
        };
        let none = if input.kind == ProofKind::BenchTag { ProofError::NoTag } else { ProofError::NoNotice };
        proof::paper(&facts, input.kind, &about).ok_or(none)
    }

    /// What its file is called, without the ending: day, kind, the job's last characters.
    pub fn proof_name(&self, input: &MakePaper) -> String {
        let kind = match input.kind {
            ProofKind::Receipt => "凭证",
            ProofKind::RepairList => "清单",
            ProofKind::SafetyNotice => "告知书",
            ProofKind::BenchTag => "挂牌",
        };
        let job = input.job.to_string();
        let end = job.get(job.len().saturating_sub(6)..).unwrap_or_default().to_owned();
        format!("{}-{kind}-{end}", calendar::day_name(self.nature.now_ms()))
    }
}
