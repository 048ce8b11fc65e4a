//! The town on a core: what was drawn is what people can do, and a played job reads like the facts drawn directly.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use doorstep::actions::finish::FinishError;
use doorstep::actions::{Actions, Shelf};
use doorstep::domain::facts::Job;
use doorstep::domain::gates::{self, Judge};
use doorstep::domain::nodes;
use doorstep::store::Store;
use doorstep_schemas::ids::{BlobHash, ShortId};
use doorstep_schemas::view::{BlockerCode, JobOutcome};
use tempfile::TempDir;
use tokio::sync::broadcast;

use super::{jobs, rules, town};
use crate::town::{Act, Clock, Course, Ordered, Refused, Town, facts, play};

pub(super) struct Core {
    pub actions: Actions,
    pub clock: Arc<Clock>,
    pub folder: TempDir,
}

pub(super) fn core(town: &Town) -> Core {
    let folder = tempfile::tempdir().unwrap();
    let clock = Arc::new(Clock::new(town.seed));
    let mut store = store(folder.path(), &clock);
    town.found(&mut store).unwrap();
    let actions = Actions { shelf: Shelf::new(store), nature: clock.clone(), events: broadcast::channel(16).0 };
    Core { actions, clock, folder }
}

fn store(folder: &Path, clock: &Arc<Clock>) -> Store {
    Store::open(folder, &[7; 32], rules(), clock.as_ref()).unwrap()
}

impl Core {
    pub fn clock_ms(&self) -> i64 {
        doorstep::nature::Nature::now_ms(self.clock.as_ref())
    }

    fn play(&self, town: &Town, order: &Ordered, course: &Course) -> Job {
        let job = play(town, &self.actions, &self.clock, order, course).unwrap();
        (*self.actions.shelf.store().job_facts(job).unwrap().unwrap()).clone()
    }
}

/// Jobs of half a year that come to such an end, spread over all of it.
fn ending(town: &Town, outcome: JobOutcome, many: usize) -> Vec<(Ordered, Course)> {
    let fitting = |(_, course): &(Ordered, Course)| course.outcome() == Some(outcome);
    let all: Vec<_> = jobs(town, 180, 10).into_iter().filter(fitting).collect();
    assert!(all.len() >= many, "{outcome:?}: {}", all.len());
    let apart = all.len() / many;
    all.into_iter().step_by(apart).take(many).collect()
}

#[test]
fn a_completed_job_passes_every_gate_on_a_core_and_without_its_last_reading_it_does_not() {
    let town = town(11);
    let core = core(&town);
    for (order, course) in ending(&town, JobOutcome::Completed, 30) {
        let job = core.play(&town, &order, &course);
        assert_eq!(nodes::outcome(&job), Some(JobOutcome::Completed));
    }
    let mut blocked = 0;
    for (order, mut course) in ending(&town, JobOutcome::Completed, 5) {
        let Some(last) = course.steps.iter().rposition(|s| matches!(s.act, Act::Reading { .. })) else { continue };
        course.steps.remove(last);
        let error = play(&town, &core.actions, &core.clock, &order, &course).unwrap_err();
        assert!(matches!(error.why, Refused::Finish(FinishError::Blocked(JobOutcome::Completed, _))), "{error}");
        blocked += 1;
    }
    assert!(blocked > 1, "{blocked}");
}

#[test]
fn a_refused_job_is_refused_and_can_not_be_completed_instead() {
    let town = town(12);
    let core = core(&town);
    for (order, course) in ending(&town, JobOutcome::RefusedUnsafe, 4) {
        let job = core.play(&town, &order, &course);
        assert_eq!(nodes::outcome(&job), Some(JobOutcome::RefusedUnsafe));
        assert_eq!(job.sheet.notices.len(), 1);
        let mut bold = course.clone();
        for step in &mut bold.steps {
            if let Act::Finish { outcome, .. } = &mut step.act {
                *outcome = JobOutcome::Completed;
            }
        }
        let error = play(&town, &core.actions, &core.clock, &order, &bold).unwrap_err();
        assert!(matches!(error.why, Refused::Finish(FinishError::Blocked(JobOutcome::Completed, _))), "{error}");
        let (job, rules) = (facts(&town, &order, &course), rules());
        let blockers = gates::blockers(&Judge::new(&job, &rules.at(order.taken_ms)));
        assert!(blockers.iter().any(|b| b.code == BlockerCode::ReadingFailed), "{blockers:?}");
    }
}

#[test]
fn every_outcome_can_be_played_to_the_end_of_its_course() {
    let town = town(13);
    let core = core(&town);
    let all = jobs(&town, 200, 10);
    for outcome in JobOutcome::ALL {
        let some = all.iter().rev().find(|(_, course)| course.outcomes().contains(outcome));
        let (order, course) = some.unwrap_or_else(|| panic!("{outcome:?}"));
        let job = core.play(&town, order, course);
        assert!(job.sheet.outcomes.iter().any(|o| o.outcome.is(*outcome)), "{outcome:?}");
        assert_eq!(nodes::outcome(&job), course.outcome());
    }
}

#[test]
fn facts_drawn_directly_are_those_of_the_played_documents() {
    let town = town(14);
    let core = core(&town);
    let all = jobs(&town, 60, 10);
    // Walk-ins, those that went over the bench, and whatever comes.
    let walk_ins = all.iter().filter(|(order, _)| order.walk_in).take(4);
    let benched = all.iter().filter(|(_, course)| course.outcomes().contains(&JobOutcome::TakenToBench)).take(5);
    let others = all.iter().step_by(all.len() / 11).take(11);
    let sample: Vec<_> = walk_ins.chain(benched).chain(others).collect();
    assert_eq!(sample.len(), 20);
    for (order, course) in sample {
        let played = comparable(core.play(&town, order, course));
        let direct = comparable(facts(&town, order, course));
        for (a, b) in played.lines().zip(direct.lines()) {
            assert_eq!(a, b, "{:?} {:?}", order.input.kind, course.outcomes());
        }
        assert_eq!(played.len(), direct.len());
    }
}

/// A job as text, without what only a device can know: ids by their order, pictures by their number, no hashes.
pub(super) fn comparable(mut job: Job) -> String {
    let units: Vec<ShortId> = job.order.appliances.iter().map(|a| a.id).collect();
    let place = |id: &ShortId| units.iter().position(|unit| unit == id);
    let fields = std::mem::take(&mut job.sheet.fields);
    let mut fields: Vec<_> = fields.iter().map(|((id, field), value)| (place(id), field, value)).collect();
    fields.sort_by_key(|(place, field, _)| (*place, *field));
    let purchases = std::mem::take(&mut job.order.purchases);
    let mut purchases: Vec<_> = purchases.iter().map(|(id, purchase)| (place(id), purchase)).collect();
    purchases.sort_by_key(|(place, _)| *place);
    let blank = BlobHash([0; 32]);
    for photo in &mut job.sheet.photos {
        (photo.photo, photo.thumb, photo.bytes, photo.thumb_bytes) = (blank, blank, 0, 0);
    }
    for damage in &mut job.sheet.damages {
        damage.photos.fill(blank);
    }
    for signature in &mut job.sheet.signatures {
        signature.page.clear();
    }
    for approval in &mut job.order.approvals {
        approval.heads.clear();
        approval.photos.clear();
    }
    named_by_order(&format!("{job:#?}\n{fields:#?}\n{purchases:#?}"))
}

/// From here on a number is a moment in milliseconds.
const MOMENTS_MS: i64 = 1_000_000_000_000;

/// Every id by the place at which it is first named, and moments by the second: a device keeps what it notes in the same
/// millisecond apart.
fn named_by_order(text: &str) -> String {
    let mut names: BTreeMap<ShortId, usize> = BTreeMap::new();
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(|c: char| !c.is_ascii_alphanumeric()) {
        let bare = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
        if let Some(moment) = bare.parse::<i64>().ok().filter(|n| *n >= MOMENTS_MS) {
            out.push_str(&format!("{}", moment / 1_000));
            out.push_str(&word[bare.len()..]);
            continue;
        }
        match bare.parse::<ShortId>() {
            Ok(id) => {
                let next = names.len();
                out.push_str(&format!("#{}", names.entry(id).or_insert(next)));
                out.push_str(&word[bare.len()..]);
            }
            Err(_) => out.push_str(word),
        }
    }
    out
}
