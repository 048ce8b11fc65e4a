//! Long work: it says how far it is, can be cancelled between two steps, and runs once at a time.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use doorstep_schemas::event::{CoreEvent, Task, TaskProgress};
use tokio::sync::broadcast;

/// People see a bar move, and a slow line to the screen is not flooded.
const PACE: Duration = Duration::from_millis(150);

/// How far a piece of long work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Step {
    pub done: u64,
    /// `None` while nobody knows.
    pub of: Option<u64>,
    pub bytes: u64,
}

impl Step {
    /// The same as a screen is shown it, while the work goes on.
    pub fn progress(self) -> TaskProgress {
        let small = |n: u64| u32::try_from(n).unwrap_or(u32::MAX);
        TaskProgress {
            done: small(self.done),
            of: self.of.map(small),
            kilobytes: small(self.bytes / 1000),
            ended: false,
        }
    }
}

/// A person stopped it. What was finished stays; what was begun is undone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Whoever follows long work, and may end it.
pub trait Watcher {
    /// Other work than before begins, where one wait is made of several.
    fn turn_to(&mut self, _task: Task) {}

    fn step(&mut self, step: Step) -> Result<(), Cancelled>;
}

/// Nobody looks.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Watcher for Unwatched {
    fn step(&mut self, _step: Step) -> Result<(), Cancelled> {
        Ok(())
    }
}

/// The long work of one opened data folder.
#[derive(Clone)]
pub struct Tasks {
    events: broadcast::Sender<CoreEvent>,
    running: Arc<Mutex<BTreeMap<Task, Arc<AtomicBool>>>>,
}

/// That work of this kind runs already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this runs already")]
pub struct Running;

impl Tasks {
    pub fn new(events: broadcast::Sender<CoreEvent>) -> Self {
        Self { events, running: Arc::default() }
    }

    /// Begins a task; it ends when what is returned is dropped.
    pub fn begin(&self, task: Task) -> Result<TaskRun, Running> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        if running.contains_key(&task) {
            return Err(Running);
        }
        let stop = Arc::new(AtomicBool::new(false));
        running.insert(task, stop.clone());
        drop(running);
        let run = TaskRun { tasks: self.clone(), task, stop, said: None, last: Step::default() };
        run.tell(false);
        Ok(run)
    }

    /// Asks a task to stop at its next step.
    pub fn cancel(&self, task: Task) {
        if let Some(stop) = self.running.lock().unwrap_or_else(PoisonError::into_inner).get(&task) {
            stop.store(true, Ordering::Relaxed);
        }
    }
}

/// One task while it runs.
pub struct TaskRun {
    tasks: Tasks,
    task: Task,
    stop: Arc<AtomicBool>,
    said: Option<Instant>,
    last: Step,
}

impl TaskRun {
    fn tell(&self, ended: bool) {
        let progress = TaskProgress { ended, ..self.last.progress() };
        // Nobody may be watching.
        let _ = self.tasks.events.send(CoreEvent::TaskMoved { task: self.task, progress });
    }
}

impl Watcher for TaskRun {
    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        self.last = step;
        if self.said.is_none_or(|at| at.elapsed() >= PACE) {
            self.said = Some(Instant::now());
            self.tell(false);
        }
        if self.stop.load(Ordering::Relaxed) { Err(Cancelled) } else { Ok(()) }
    }
}

impl Drop for TaskRun {
    fn drop(&mut self) {
        self.tasks.running.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.task);
        self.tell(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_says_how_far_it_is_runs_once_and_stops_when_asked() {
        let (events, mut heard) = broadcast::channel(16);
        let tasks = Tasks::new(events);
        let mut run = tasks.begin(Task::Rebuild).unwrap();
        assert_eq!(tasks.begin(Task::Rebuild).err(), Some(Running));
        assert!(tasks.begin(Task::Check).is_ok(), "another kind may run beside it");
        run.step(Step { done: 3, of: Some(10), bytes: 4_000 }).unwrap();
        tasks.cancel(Task::Rebuild);
        assert_eq!(run.step(Step { done: 4, of: Some(10), bytes: 5_000 }), Err(Cancelled));
        drop(run);
        assert!(tasks.begin(Task::Rebuild).is_ok(), "it may begin again");
        let mut told = Vec::new();
        while let Ok(event) = heard.try_recv() {
            if let CoreEvent::TaskMoved { task: Task::Rebuild, progress } = event {
                told.push((progress.done, progress.ended));
            }
        }
        assert_eq!(told[..3], [(0, false), (3, false), (4, true)], "and the next begins at nothing: {told:?}");
    }
}
