//! The data folder on its way to being open, on a thread of its own: to bring years of work to a new shape takes minutes.
//! The window is there meanwhile and asks how far it is, or why it did not open.

use std::panic::{self, AssertUnwindSafe};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use doorstep::app::OpenError;
use doorstep::tasks::{Cancelled, Step, Watcher};
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::event::Task;
use doorstep_schemas::view::StartView;

use crate::failure::Told;

/// Opens the folder, and leaves it where the commands find it.
type Work = Box<dyn Fn(&mut dyn Watcher) -> Result<(), OpenError> + Send + Sync>;

/// See the module.
pub struct Opening {
    folder: PathBuf,
    work: Work,
    now: Mutex<StartView>,
}

impl Opening {
    /// Begins to open by `work`.
    pub fn begin(
        folder: PathBuf,
        work: impl Fn(&mut dyn Watcher) -> Result<(), OpenError> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let now = Mutex::new(StartView::Opening { task: None, progress: None });
        let opening = Arc::new(Self { folder, work: Box::new(work), now });
        opening.clone().start();
        opening
    }

    /// What was opened by somebody else.
    pub fn done() -> Arc<Self> {
        Arc::new(Self { folder: PathBuf::new(), work: Box::new(|_| Ok(())), now: Mutex::new(StartView::Opened) })
    }

    pub fn view(&self) -> StartView {
        self.now().clone()
    }

    /// Tries once more what failed.
    pub fn again(self: &Arc<Self>) -> StartView {
        let mut now = self.now();
        if matches!(*now, StartView::Failed { .. }) {
            *now = StartView::Opening { task: None, progress: None };
            drop(now);
            self.clone().start();
        } else {
            drop(now);
        }
        self.view()
    }

    fn now(&self) -> MutexGuard<'_, StartView> {
        self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn start(self: Arc<Self>) {
        let opening = self.clone();
        let begun = thread::Builder::new().name("opening".to_owned()).spawn(move || opening.run());
        if let Err(error) = begun {
            self.fail(Failure::new(ErrorCode::Internal, format!("no thread to open the data folder: {error}")));
        }
    }

    fn run(&self) {
        match panic::catch_unwind(AssertUnwindSafe(|| (self.work)(&mut Seen(self)))) {
            Ok(Ok(())) => *self.now() = StartView::Opened,
            Ok(Err(error)) => self.fail(error.told()),
            Err(_panic) => self.fail(Failure::new(ErrorCode::Internal, "opening the data folder panicked")),
        }
    }

    fn fail(&self, failure: Failure) {
        tracing::error!(code = failure.code.wire(), detail = failure.detail, "the data folder can't be opened");
        let (folder, version) = (self.folder.display().to_string(), env!("CARGO_PKG_VERSION").to_owned());
        *self.now() = StartView::Failed { why: failure, folder, version };
    }
}

/// What a step is shown as.
struct Seen<'a>(&'a Opening);

impl Watcher for Seen<'_> {
    fn turn_to(&mut self, task: Task) {
        *self.0.now() = StartView::Opening { task: Some(task), progress: None };
    }

    fn step(&mut self, step: Step) -> Result<(), Cancelled> {
        if let StartView::Opening { progress, .. } = &mut *self.0.now() {
            *progress = Some(step.progress());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::sync::mpsc;
    use std::time::Duration;

    use doorstep::app::Doorstep;
    use doorstep::nature::Machine;
    use doorstep::store::StoreError;
    use doorstep::store::key::Keyring;

    use super::*;

    fn ended(opening: &Opening) -> StartView {
        for _ in 0..2_000 {
            match opening.view() {
                StartView::Opening { .. } => thread::sleep(Duration::from_millis(5)),
                ended => return ended,
            }
        }
        panic!("it neither opens nor fails");
    }

    fn code(view: &StartView) -> ErrorCode {
        match view {
            StartView::Failed { why, .. } => why.code,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn whoever_waits_sees_what_takes_long_and_how_far_it_is() {
        let (step, steps) = mpsc::channel::<()>();
        let (seen, looks) = mpsc::channel::<()>();
        let (steps, seen) = (Mutex::new(steps), Mutex::new(seen));
        let opening = Opening::begin(PathBuf::new(), move |watcher| {
            watcher.turn_to(Task::Migrate);
            watcher.step(Step { done: 3, of: Some(18), bytes: 0 }).map_err(StoreError::from)?;
            seen.lock().unwrap().send(()).unwrap();
            steps.lock().unwrap().recv().unwrap();
            Ok(())
        });
        looks.recv().unwrap();
        let StartView::Opening { task, progress } = opening.view() else { panic!("{:?}", opening.view()) };
        assert_eq!((task, progress.map(|at| (at.done, at.of))), (Some(Task::Migrate), Some((3, Some(18)))));
        assert_eq!(opening.again(), opening.view(), "what is under way is not begun twice");
        step.send(()).unwrap();
        assert_eq!(ended(&opening), StartView::Opened);
    }

    #[test]
    fn what_failed_or_panicked_is_told_and_can_be_tried_again() {
        let tries = AtomicU32::new(0);
        let opening = Opening::begin(PathBuf::from("/data"), move |_| match tries.fetch_add(1, Ordering::SeqCst) {
            0 => Err(OpenError::Store(StoreError::NoRoom { needed: 9_000_000, free: 1_000_000 })),
            1 => panic!("planned"),
            _ => Ok(()),
        });
        let StartView::Failed { why, folder, .. } = ended(&opening) else { panic!("it had no room") };
        assert_eq!((why.code, folder.as_str()), (ErrorCode::NoRoomToUpdate, "/data"));
        assert_eq!(why.params.get("needed").map(String::as_str), Some("9"));
        opening.again();
        assert_eq!(code(&ended(&opening)), ErrorCode::Internal);
        opening.again();
        assert_eq!(ended(&opening), StartView::Opened);
        assert_eq!(opening.again(), StartView::Opened, "and never twice");
    }

    /// Another program has it; its key is gone.
    #[test]
    fn a_real_folder_that_does_not_open_says_why_and_opens_when_that_is_mended() {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let at = folder.path().to_owned();
        let first = Doorstep::open(&at, Arc::new(Machine), runtime.handle()).unwrap();
        let handle = runtime.handle().clone();
        let opening = Opening::begin(at.clone(), move |watcher| {
            Doorstep::open_with(&at, &Keyring::File, Arc::new(Machine), &handle, watcher).map(drop)
        });
        assert_eq!(code(&ended(&opening)), ErrorCode::DataFolderBusy);
        drop(first);
        let at = folder.path();
        let (key, aside) = (at.join("store.key"), at.join("elsewhere"));
        std::fs::rename(&key, &aside).unwrap();
        opening.again();
        assert_eq!(code(&ended(&opening)), ErrorCode::KeyMissing);
        std::fs::rename(&aside, &key).unwrap();
        opening.again();
        assert_eq!(ended(&opening), StartView::Opened);
    }
}
