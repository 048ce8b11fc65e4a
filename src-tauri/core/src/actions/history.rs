//! What the changes of a job tell: who did what when, and what differs since it was approved.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{Actor, DeviceId, DocId, DocKind, JobId, MemberId};
use doorstep_schemas::rules::limits::Measure;
use doorstep_schemas::view::{
    ApprovalKind, DeedView, DeviceView, DifferenceView, Millis, SinceApprovalView, Text, Turn,
};

use super::{Actions, JobError};
use crate::documents::history::{self, Deed};
use crate::documents::paper::PaperError;
use crate::documents::snapshot::{self, Difference};
use crate::domain::approval;
use crate::reports;
use crate::reports::history::Names;
use crate::store::{Store, StoreError};

/// Both documents of a job.
pub(super) fn papers(job: JobId) -> [DocId; 2] {
    [DocId::Order(job), DocId::Sheet(job)]
}

/// Names of people, devices and readings, as this device knows them.
pub(super) struct Known<'a> {
    store: &'a Store,
    now_ms: i64,
    devices: BTreeMap<DeviceId, DeviceView>,
}

impl<'a> Known<'a> {
    pub(super) fn of(store: &'a Store, now_ms: i64) -> Result<Self, StoreError> {
        let devices = store.devices()?.into_iter().map(|view| (view.device, view)).collect();
        Ok(Self { store, now_ms, devices })
    }

    /// Whose device it is; nobody's, as far as this device knows, when its entry has not come yet.
    pub(super) fn author(&self, actor: Actor) -> Option<MemberId> {
        self.devices.get(&actor.device()).map(|view| view.member.id)
    }

    /// Names of who wrote, and of the device.
    pub(super) fn names(&self, member: Option<MemberId>, actor: Actor) -> (String, String) {
        let device = self.devices.get(&actor.device());
        let name = device.map_or_else(|| actor.device().to_string(), |view| view.name.clone());
        let by = member.or_else(|| self.author(actor)).map(|member| self.member(member)).unwrap_or_default();
        (by, name)
    }
}

impl Names for Known<'_> {
    fn member(&self, member: MemberId) -> String {
        self.store.member(member).map_or_else(|_| member.to_string(), |view| view.name)
    }

    fn reading(&self, set: &[u8], code: &str) -> Option<Text> {
        self.store.rules().at(self.now_ms).limit_of(set, code).map(|limit| limit.name.clone())
    }

    fn option(&self, set: &[u8], code: &str, option: &str) -> Option<Text> {
        match &self.store.rules().at(self.now_ms).limit_of(set, code)?.measure {
            Measure::Choice { options } => options.iter().find(|o| o.code == option).map(|o| o.label.clone()),
            Measure::Number { .. } => None,
        }
    }
}

fn turn(turn: snapshot::Turn) -> Turn {
    match turn {
        snapshot::Turn::Added => Turn::Added,
        snapshot::Turn::Gone => Turn::Gone,
        snapshot::Turn::TakenBack => Turn::TakenBack,
        snapshot::Turn::BroughtBack => Turn::BroughtBack,
        snapshot::Turn::Changed => Turn::Changed,
    }
}

fn shown(kind: DocKind, difference: &Difference, names: &Known<'_>) -> DifferenceView {
    DifferenceView { turn: turn(difference.turn), text: reports::history::difference(kind, difference, names) }
}

/// One deed as a person reads it.
pub(super) fn deed_view(deed: &Deed, known: &Known<'_>, received: bool) -> DeedView {
    let (by, device) = known.names(deed.member, deed.actor);
    DeedView {
        action: deed.action.to_string(),
        at: Millis(deed.at_ms),
        text: reports::history::line(deed, &by, &device, known),
        by,
        device,
        code: deed.code.clone(),
        differences: deed.differences.iter().map(|(doc, d)| shown(doc.kind(), d, known)).collect(),
        received,
    }
}

impl Actions {
    /// Everything that anybody did on a job, oldest first.
    pub fn deeds(&self, job: JobId) -> Result<Vec<DeedView>, JobError> {
        let mut store = self.looking_at(job)?;
        store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let mut found: Vec<Deed> = Vec::new();
        let mut received = Vec::new();
        for doc in papers(job) {
            found.extend(store.past(&doc, history::deeds)?.unwrap_or_default());
            received.push((doc.clone(), store.received(&doc)?));
        }
        let known = Known::of(&store, self.nature.now_ms())?;
        let on_relay = |deed: &Deed| {
            deed.changes.iter().all(|(doc, hash)| received.iter().any(|(of, held)| of == doc && held.contains(hash)))
        };
        Ok(history::together(found).iter().map(|deed| deed_view(deed, &known, on_relay(deed))).collect())
    }

    /// What has changed on the sheet since the approval that stands; `None` where none stands (R39).
    pub fn since_approval(&self, job: JobId) -> Result<Option<SinceApprovalView>, JobError> {
        let mut store = self.looking_at(job)?;
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let standing = approval::last_answer(&facts).filter(|approval| approval.kind.is(ApprovalKind::Approved));
        let Some(approval) = standing else { return Ok(None) };
        let since = store.past(&DocId::Sheet(job), |paper| history::since_approval(paper, &facts.sheet, approval))?;
        let (since, unknown) = match since {
            Some(Ok(since)) => (since, false),
            Some(Err(PaperError::NotAllHere)) | None => (history::SinceApproval::default(), true),
            Some(Err(other)) => return Err(StoreError::from(other).into()),
        };
        let known = Known::of(&store, self.nature.now_ms())?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        Ok(Some(SinceApprovalView {
            approved_at: Millis(approval.noted.happened_ms()),
            approved_by: known.member(approval.noted.by),
            unknown,
            differences: since.differences.iter().map(|d| shown(DocKind::Sheet, d, &known)).collect(),
            photos_added: count(since.photos_added.len()),
            photos_gone: count(since.photos_gone.len()),
        }))
    }
}
