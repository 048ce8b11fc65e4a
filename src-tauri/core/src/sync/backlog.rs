//! How far a device is that has years of work to fetch: a task that a person can follow, and stop.
//!
//! It is begun by the first exchange that leaves something to fetch, so what one answer brings is never told of.

use doorstep_schemas::event::Task;

use crate::tasks::{Step, TaskRun, Tasks, Watcher};

/// See the module.
pub struct Backlog {
    tasks: Tasks,
    run: Option<TaskRun>,
}

impl Backlog {
    pub fn new(tasks: Tasks) -> Self {
        Self { tasks, run: None }
    }

    /// After each exchange: how far it is, `None` when nothing is left to fetch. `false`: a person stopped it.
    pub fn goes_on(&mut self, left: Option<Step>) -> bool {
        let Some(step) = left else {
            self.run = None;
            return true;
        };
        if self.run.is_none() {
            self.run = self.tasks.begin(Task::Fetch).ok();
        }
        let stopped = self.run.as_mut().is_some_and(|run| run.step(step).is_err());
        if stopped {
            self.run = None;
        }
        !stopped
    }
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::event::CoreEvent;
    use tokio::sync::broadcast;

    use super::*;

    #[test]
    fn it_says_how_far_it_is_until_nothing_is_left_and_stops_when_asked() {
        let (events, mut heard) = broadcast::channel(16);
        let mut backlog = Backlog::new(Tasks::new(events));
        assert!(backlog.goes_on(None));
        assert!(heard.try_recv().is_err(), "what one answer brings is not told of");
        let step = |done| Some(Step { done, of: Some(90), bytes: 5_000 });
        assert!(backlog.goes_on(step(30)) && backlog.goes_on(step(60)) && backlog.goes_on(None));
        let mut told = Vec::new();
        while let Ok(CoreEvent::TaskMoved { task: Task::Fetch, progress }) = heard.try_recv() {
            told.push((progress.done, progress.of, progress.ended));
        }
        assert_eq!((told[1], told.last().copied()), ((30, Some(90), false), Some((60, Some(90), true))), "{told:?}");

        assert!(backlog.goes_on(step(30)));
        backlog.tasks.cancel(Task::Fetch);
        assert!(!backlog.goes_on(step(60)), "a person stopped it");
        assert!(backlog.goes_on(step(60)), "the next cause begins it again");
    }
}
