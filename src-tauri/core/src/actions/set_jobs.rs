//! Which open jobs another rule set would change: each is judged by what is in force and by what would be.
//!
//! Readings name the set that they were judged by, so no verdict of theirs changes; what the same value would be, were it
//! measured again, is told beside what the gates ask (R11). A portion at a time, so that nobody waits for the store.

use std::collections::BTreeSet;

use doorstep_schemas::ids::{JobId, ShortId};
use doorstep_schemas::input::JobsBySet;
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{BlockerCode, Coverage, JobBySet, JobChange, JobsBySetView, Millis, Text, Verdict};

use super::rule_sets::PublishError;
use super::{Actions, fees};
use crate::domain::facts::Job;
use crate::domain::facts::outlet::Roster;
use crate::domain::gates::{self, Judge};
use crate::domain::{nodes, timing};
use crate::rules::RuleBook;
use crate::store::StoreError;

/// Jobs of one portion: some 0.3 ms each to open, and twice that to judge.
const PORTION: usize = 120;

/// Whether open jobs can look different by a set of this kind.
pub(super) fn touches(kind: SetKind) -> bool {
    use SetKind::{Crew, Emergency, Faults, Limits, Needs, Promises, Surcharges, Warranty};
    matches!(kind, Limits | Needs | Crew | Surcharges | Emergency | Warranty | Promises | Faults)
}

impl Actions {
    /// The open jobs that a set would change, a portion of them. Nothing is written.
    pub fn jobs_by_set(&self, input: &JobsBySet) -> Result<JobsBySetView, PublishError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let at = input.from.0.max(now);
        let present = store.rules().clone();
        let other = present.trying(input.kind, input.file.as_bytes(), at)?;
        let open = store.unfinished_jobs()?;
        let rest = open.range((after(input.after), std::ops::Bound::Unbounded));
        let portion: Vec<JobId> = rest.take(PORTION).copied().collect();
        let roster = store.roster()?;
        let moment = Moment { at, now, roster: &roster };
        let jobs = store.in_one_look(|store| {
            let mut jobs = Vec::new();
            for id in &portion {
                let Some(facts) = store.job_facts(*id)? else { continue };
                if facts.order.cancelled || nodes::ended(&facts).is_some() {
                    continue;
                }
                let changes = differences(&said(&present, &facts, &moment), &said(&other, &facts, &moment));
                if !changes.is_empty()
                    && let Some(row) = store.job_row(*id)?
                {
                    jobs.push(JobBySet { card: row.card, changes });
                }
            }
            Ok::<_, StoreError>(jobs)
        })?;
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let after = portion.last().copied().filter(|last| open.range(last..).nth(1).is_some());
        Ok(JobsBySetView { jobs, looked: count(portion.len()), of: count(open.len()), after })
    }
}

fn after(job: Option<JobId>) -> std::ops::Bound<JobId> {
    job.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded)
}

/// When the set would be in force, when it is asked, and who may do what.
struct Moment<'a> {
    at: i64,
    now: i64,
    roster: &'a Roster,
}

/// A gate as it is told: its code, and what it is about.
type Gate = (BlockerCode, Text);

/// What the rules say of a job.
struct Said {
    gates: BTreeSet<(&'static str, String, String)>,
    told: Vec<Gate>,
    verdicts: Vec<(ShortId, Text, Verdict)>,
    minutes: u32,
    arrive_by: i64,
    coverage: Vec<(String, Coverage)>,
}

fn said(book: &RuleBook, job: &Job, moment: &Moment<'_>) -> Said {
    let rules = book.at(moment.at);
    let judge = Judge::new(job, &rules).with_roster(moment.roster);
    let next = gates::next(&judge, moment.now);
    let told: Vec<Gate> =
        next.blockers.into_iter().map(|blocker| (blocker.code, blocker.subject.unwrap_or_default())).collect();
    // As if it were read today: a reading that names no set is judged by the one in force.
    let mut again = job.clone();
    again.sheet.readings.iter_mut().for_each(|reading| reading.limits.clear());
    let anew = Judge::new(&again, &rules);
    let named = |code: &str| book.limits_at(moment.at).row(code).map(|limit| limit.name.clone());
    let verdicts = again.sheet.readings.iter().filter_map(|reading| {
        let last = crate::domain::safety::latest(&again.sheet.readings, reading.appliance, &reading.code)?;
        (last.id == reading.id).then(|| (reading.id, named(&reading.code).unwrap_or_default(), anew.verdict(reading)))
    });
    let limits = gates::Rules::time_limits(&rules);
    let coverage = fees::coverage(job, rules, moment.now).into_iter().map(|one| (one.name, one.judged));
    Said {
        gates: told.iter().map(|(code, subject)| (code.word(), subject.zh.clone(), subject.en.clone())).collect(),
        verdicts: verdicts.collect(),
        minutes: timing::limit_of(job, &limits),
        arrive_by: timing::due(job, &limits),
        coverage: coverage.collect(),
        told,
    }
}

fn differences(before: &Said, after: &Said) -> Vec<JobChange> {
    let mut out = Vec::new();
    for (one, other, comes) in [(after, before, true), (before, after, false)] {
        let mut met = BTreeSet::new();
        for (code, subject) in &one.told {
            let key = (code.word(), subject.zh.clone(), subject.en.clone());
            if !other.gates.contains(&key) && met.insert(key) {
                let subject = Some(subject.clone()).filter(|subject| *subject != Text::default());
                out.push(JobChange::Gate { code: *code, subject, comes });
            }
        }
    }
    for (id, row, is) in &after.verdicts {
        let was = before.verdicts.iter().find(|(reading, ..)| reading == id).map(|(.., verdict)| *verdict);
        if let Some(was) = was.filter(|was| was != is) {
            out.push(JobChange::Verdict { row: row.clone(), before: was, after: *is });
        }
    }
    if before.minutes != after.minutes {
        out.push(JobChange::Minutes { before: before.minutes, after: after.minutes });
    }
    if before.arrive_by != after.arrive_by {
        let shown = |at: i64| Some(Millis(at));
        out.push(JobChange::ArriveBy { before: shown(before.arrive_by), after: shown(after.arrive_by) });
    }
    for ((name, was), (_, is)) in before.coverage.iter().zip(&after.coverage) {
        if was != is {
            out.push(JobChange::Coverage { appliance: name.clone(), before: *was, after: *is });
        }
    }
    out
}
