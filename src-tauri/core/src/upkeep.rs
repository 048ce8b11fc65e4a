//! Upkeep: work on the data folder that nobody waits for, in small portions, while nothing moves over the line.

use std::time::Duration;

use tokio::runtime::Handle;
use tokio::task::{AbortHandle, spawn_blocking};
use tokio::time::sleep;

use crate::actions::Actions;
use crate::store::StoreError;

/// Between two portions: whoever waits for the store gets it first.
const BREATH: Duration = Duration::from_millis(60);
/// When there was nothing to do, or something is exchanged.
const REST: Duration = Duration::from_secs(30);

/// One portion of something. The store is held for one small step of it; `true` says that more is due.
type Chore = fn(&Actions) -> Result<bool, StoreError>;

/// What is done, in this order: the next only when nothing of those before it is due.
const CHORES: &[(&str, Chore)] = &[("open doubted packs", open_doubted), ("pack closed jobs", pack)];

/// What a relay that was restored may lack is sent again before anything else is packed.
fn open_doubted(actions: &Actions) -> Result<bool, StoreError> {
    actions.shelf.store().open_doubted(actions.nature.now_ms(), 4)
}

fn pack(actions: &Actions) -> Result<bool, StoreError> {
    Ok(actions.shelf.store().pack_some(actions.nature.now_ms(), 1)?.looked_at > 0)
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
        assert!(!due(&actions), "an empty folder needs nothing");
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
