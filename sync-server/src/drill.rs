//! The rehearsal of a backup, as the relay keeps and tells it: the last one's outcome beside the database, and whether one
//! is under way.
//!
//! How a backup is made and restored is the command line's; here it is only begun, one at a time and not too often,
//! because it reads everything that the relay holds.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use doorstep_schemas::ids::OutletId;
use doorstep_schemas::upkeep::{DrillOutcome, DrillResult};
use serde::{Deserialize, Serialize};

/// Between the beginnings of two that owners ask for.
const PAUSE_MS: i64 = 10 * 60_000;
/// Beside `relay.db`.
const FILE: &str = "drill.json";

/// What came out of a backup, of one outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Held {
    pub entries: u64,
    pub photos: u64,
}

/// A rehearsal with all outlets of the folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    pub began_ms: i64,
    pub ended_ms: i64,
    pub outcome: DrillOutcome,
    pub reason: String,
    pub outlets: BTreeMap<String, Held>,
}

impl Record {
    /// What one outlet's owner is told: counts of their own.
    pub fn told(&self, outlet: OutletId) -> DrillResult {
        let held = self.outlets.get(&outlet.to_string()).copied().unwrap_or_default();
        DrillResult {
            began_ms: self.began_ms,
            ended_ms: self.ended_ms,
            outcome: self.outcome,
            entries: held.entries,
            photos: held.photos,
            reason: self.reason.clone(),
        }
    }
}

/// The newest one of a data folder; one that can't be read is none.
pub fn read(folder: &Path) -> Option<Record> {
    serde_json::from_slice(&std::fs::read(folder.join(FILE)).ok()?).ok()
}

/// Keeps it, whole or not at all.
pub fn write(folder: &Path, record: &Record) -> io::Result<()> {
    let (draft, place) = (folder.join("drill.json.part"), folder.join(FILE));
    std::fs::write(&draft, serde_json::to_vec_pretty(record).map_err(io::Error::other)?)?;
    std::fs::rename(draft, place)
}

/// Makes a backup, restores and compares it, and keeps the record.
type Work = Arc<dyn Fn() + Send + Sync>;

/// How a serving relay comes to one.
pub struct Drilling {
    folder: PathBuf,
    work: Option<Work>,
    turn: Arc<Mutex<Turn>>,
}

#[derive(Debug, Default)]
struct Turn {
    running: bool,
    began_ms: Option<i64>,
}

impl Drilling {
    /// Without `work` owners only see the outcome of those that were made by hand.
    pub fn new(folder: PathBuf, work: Option<Work>) -> Self {
        Self { folder, work, turn: Arc::default() }
    }

    pub fn last(&self) -> Option<Record> {
        read(&self.folder)
    }

    pub fn running(&self) -> bool {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner).running
    }

    pub fn may(&self) -> bool {
        self.work.is_some()
    }

    /// Begins one, unless one is under way or was begun a moment ago.
    pub fn begin(&self, now_ms: i64) {
        let Some(work) = self.work.clone() else { return };
        let mut turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let lately = turn.began_ms.is_some_and(|at| (0..PAUSE_MS).contains(&now_ms.saturating_sub(at)));
        if turn.running || lately {
            return;
        }
        (turn.running, turn.began_ms) = (true, Some(now_ms));
        let ended = Ended(self.turn.clone());
        // A thread of its own: a relay that is told to stop doesn't wait for it, and what it left is put away by the next.
        let begun = std::thread::Builder::new().name("drill".into()).spawn(move || {
            let _ended = ended;
            work();
        });
        if let Err(cause) = begun {
            tracing::warn!(%cause, "the drill could not be begun");
        }
    }
}

/// However the work ended, the next one may begin.
struct Ended(Arc<Mutex<Turn>>);

impl Drop for Ended {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).running = false;
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    #[test]
    fn one_drill_at_a_time_and_not_too_often() {
        let folder = tempfile::tempdir().unwrap();
        let (begun, told) = mpsc::channel();
        let (go, wait) = mpsc::channel::<()>();
        let (begun, wait) = (Mutex::new(begun), Mutex::new(wait));
        let work = move || {
            begun.lock().unwrap().send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
        };
        let drilling = Drilling::new(folder.path().to_owned(), Some(Arc::new(work)));
        drilling.begin(1_000);
        told.recv().unwrap();
        assert!(drilling.running());
        drilling.begin(1_000 + PAUSE_MS);
        go.send(()).unwrap();
        while drilling.running() {
            std::thread::yield_now();
        }
        drilling.begin(1_000 + PAUSE_MS - 1);
        assert!(!drilling.running() && told.try_recv().is_err(), "begun a moment ago");
        drilling.begin(1_000 + PAUSE_MS);
        told.recv().unwrap();
        go.send(()).unwrap();
    }

    #[test]
    fn a_record_is_kept_and_each_owner_hears_of_their_own_outlet_alone() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(folder.path()), None);
        let (mine, other): (OutletId, OutletId) =
            ("01M803T56PA7M8ZJW29PZCSJ1T".parse().unwrap(), "01M803T56PA7M8ZJW29PZCSJ1V".parse().unwrap());
        let outlets = BTreeMap::from([(mine.to_string(), Held { entries: 8, photos: 3 })]);
        let record = Record { began_ms: 1, ended_ms: 2, outcome: DrillOutcome::Same, reason: String::new(), outlets };
        write(folder.path(), &record).unwrap();
        let kept = read(folder.path()).unwrap();
        assert_eq!(kept, record);
        assert_eq!((kept.told(mine).entries, kept.told(mine).photos, kept.told(other).entries), (8, 3, 0));
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(read(folder.path()), None);
    }
}
