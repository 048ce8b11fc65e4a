//! Upkeep: work on the data folder that nobody waits for, in small portions, while nothing moves over the line.

use std::time::Duration;

use doorstep_schemas::event::CoreEvent;
use tokio::runtime::Handle;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::sleep;

use crate::actions::Actions;
use crate::store::{StoreError, volumes};
use crate::tasks::Unwatched;

/// Between two portions: whoever waits for the store gets it first.
const BREATH: Duration = Duration::from_millis(60);
/// When there was nothing to do, or something is exchanged.
const REST: Duration = Duration::from_secs(30);

/// Files of photos in one portion.
const PHOTOS: u32 = 8;
/// Jobs that are packed in one portion, and after how long no further one is begun: a tap that comes meanwhile waits for
/// that and a job more.
const JOBS: u32 = 32;
/// Jobs whose texts go into the search in one portion.
const TEXTS: u32 = 16;
/// Jobs and papers that are summed up in one portion.
const SUMS: u32 = 64;
const HELD: Duration = Duration::from_millis(30);

/// One portion of something. The store is held for one small step of it; `true` says that more is due.
type Chore = fn(&Actions) -> Result<bool, StoreError>;

/// What is done, in this order: the next only when nothing of those before it is due.
const CHORES: &[(&str, Chore)] = &[
    ("look for room on the disk", room),
    ("put edited texts into the search", catch_up_search),
    ("open doubted packs", open_doubted),
    ("remove jobs that were taken away", leave),
    ("take orders for visits of contracts", Actions::look_for_visits),
    ("sum up what is held", sum_up),
    ("pack closed jobs", pack),
    ("bind packs into volumes", bind),
    ("bring photos under the newest key", reseal),
    ("give up photos of old jobs", give_up_photos),
    ("look for damage", check),
];

/// Nothing is written while room is short, but what frees it.
fn room(actions: &Actions) -> Result<bool, StoreError> {
    Ok(actions.look_for_room() && give_up_photos(actions)?)
}

fn catch_up_search(actions: &Actions) -> Result<bool, StoreError> {
    Ok(actions.shelf.store().catch_up_search(TEXTS)? > 0)
}

fn reseal(actions: &Actions) -> Result<bool, StoreError> {
    let mut store = actions.shelf.store();
    if store.photos_to_reseal()?.is_none() {
        return Ok(false);
    }
    Ok(!store.reseal_photos(PHOTOS, actions.nature.as_ref())?.ended)
}

fn check(actions: &Actions) -> Result<bool, StoreError> {
    actions.check_some(&mut Unwatched)
}

/// What a relay that was restored may lack is sent again before anything else is packed.
fn open_doubted(actions: &Actions) -> Result<bool, StoreError> {
    actions.shelf.store().open_doubted(actions.nature.now_ms(), 4)
}

/// So that whatever is compared with the relay is ready for it.
fn sum_up(actions: &Actions) -> Result<bool, StoreError> {
    actions.shelf.store().sum_up(SUMS)
}

fn pack(actions: &Actions) -> Result<bool, StoreError> {
    Ok(actions.shelf.store().pack_within(actions.nature.now_ms(), JOBS, HELD)?.looked_at > 0)
}

/// Shortening takes the longest, and is done beside the store.
fn bind(actions: &Actions) -> Result<bool, StoreError> {
    let Some(loose) = actions.shelf.store().loose_packs(volumes::JOBS)? else { return Ok(false) };
    let Some(bound) = loose.bind() else { return Ok(false) };
    actions.shelf.store().put_volume(&bound)
}

/// After its photos went up as well, or when a reader was in the way of emptying the log.
fn leave(actions: &Actions) -> Result<bool, StoreError> {
    let jobs = actions.shelf.store().purge_lost()?;
    if !jobs.is_empty() {
        // Nobody may be listening; the next reader sees that they are gone.
        let _ = actions.events.send(CoreEvent::JobsChanged { jobs });
    }
    Ok(false)
}

fn give_up_photos(actions: &Actions) -> Result<bool, StoreError> {
    Ok(actions.shelf.store().drop_old_photos(actions.nature.now_ms(), PHOTOS)? == PHOTOS)
}

/// The loop of one opened folder; it ends when this is dropped.
pub struct Upkeep(AbortHandle);

impl Upkeep {
    pub fn start(runtime: &Handle, actions: &Actions, resting: impl Fn() -> bool + Send + 'static) -> Self {
        let actions = actions.clone();
        let task = runtime.spawn(async move {
            loop {
                let worked = if resting() { portion(&actions).await } else { false };
                sleep(if worked { BREATH } else { REST }).await;
            }
        });
        Self(task.abort_handle())
    }
}

impl Drop for Upkeep {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Does one portion of the first chore that has any; says whether there may be more.
async fn portion(actions: &Actions) -> bool {
    let actions = actions.clone();
    // A panic in there ends this portion, not the loop.
    spawn_blocking(move || due(&actions)).await.unwrap_or(false)
}

fn due(actions: &Actions) -> bool {
    for (name, chore) in CHORES {
        match chore(actions) {
            Ok(true) => return true,
            Ok(false) => {}
            Err(error) => tracing::error!(%error, chore = name, "upkeep failed and is tried again later"),
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use tokio::runtime::Runtime;
    use tokio::sync::broadcast;

    use super::*;
    use crate::actions::Shelf;
    use crate::nature::Nature;
    use crate::rules::RuleBook;
    use crate::store::Store;

    struct Still;

    impl Nature for Still {
        fn now_ms(&self) -> i64 {
            1_795_000_000_000
        }

        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn upkeep_waits_while_something_moves_and_lets_go_of_the_folder_when_it_ends() {
        let folder = tempfile::tempdir().unwrap();
        let nature: Arc<dyn Nature> = Arc::new(Still);
        let store = Store::open(folder.path(), &[7; 32], Arc::new(RuleBook::built_in().unwrap()), &Still).unwrap();
        let actions = Actions { shelf: Shelf::new(store), nature: nature.clone(), events: broadcast::channel(4).0 };
        let portions = (0..100).take_while(|_| due(&actions)).count();
        assert!((1..100).contains(&portions), "the first look for damage, and then nothing: {portions}");
        let runtime = Runtime::new().unwrap();
        let asked = Arc::new(AtomicU32::new(0));
        let (told, heard) = std::sync::mpsc::channel();
        let resting = {
            let asked = asked.clone();
            move || {
                asked.fetch_add(1, Ordering::Relaxed);
                told.send(()).is_err()
            }
        };
        let upkeep = Upkeep::start(runtime.handle(), &actions, resting);
        heard.recv().unwrap();
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        drop((upkeep, actions));
        drop(runtime);
        assert_eq!(Arc::strong_count(&nature), 1, "nobody holds the store any more");
    }
}
