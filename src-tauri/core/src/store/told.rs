//! A job's history, line by line: who did what and when, from its documents' changes.
//!
//! It is told again after every edit, but a change says the same for ever: what was read of one is kept by its hash, and
//! as long as changes were only added, the lines of a job are kept as well.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use doorstep_schemas::change::Change;
use doorstep_schemas::closed::ClosedChange;
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, JobId};
use lru::LruCache;
use rusqlite::hooks::Action;
use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, packs};
use crate::documents::history::{ActionId, action_of};

/// Lines of a job's history that are told at most, the newest.
const LINES: usize = 500;
/// Changes of which it is known what they say: those of some sixty sheets, less than a megabyte.
const KNOWN: NonZeroUsize = NonZeroUsize::new(4_096).expect("4,096 is not zero");
/// Jobs whose lines are kept: those that somebody turns between.
const TALES: NonZeroUsize = NonZeroUsize::new(8).expect("8 is not zero");

/// One action of a job's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// By the author's clock, to the second.
    pub made_ms: i64,
    pub noted_ms: i64,
    pub device: DeviceId,
    pub member: String,
    pub action: String,
    /// The action's name, by which it is undone.
    pub id: ActionId,
    pub received: bool,
}

/// What a change says of itself.
#[derive(Debug, Clone)]
struct Said {
    made_ms: i64,
    action: String,
    id: ActionId,
}

impl Said {
    fn read(hash: [u8; 32], bytes: &[u8]) -> Result<Self, StoreError> {
        let change = Change::parse(bytes)?;
        let message = String::from_utf8_lossy(change.message);
        let (action, several) = action_of(&message);
        let id = several.map_or(ActionId::One(ChangeHash(hash)), ActionId::Several);
        Ok(Self { made_ms: change.time.saturating_mul(1000), action: action.to_owned(), id })
    }
}

/// A change's place in its history.
#[derive(Debug, Clone)]
struct Line {
    device: DeviceId,
    noted_ms: i64,
    received: bool,
    said: Said,
}

/// A job's lines as they were told last, oldest first.
struct Tale {
    lines: Vec<Line>,
    /// No change after this one was there.
    newest: i64,
    /// How often changes had been overtaken then.
    overtaken: u64,
}

/// What was told lately.
pub struct Told {
    said: RefCell<LruCache<[u8; 32], Said>>,
    tales: RefCell<LruCache<JobId, Tale>>,
    /// How often a change that was there became another or went: received, judged, packed, purged.
    overtaken: Arc<AtomicU64>,
}

impl Told {
    /// Listens to what becomes of the changes in `db`.
    pub(super) fn listen(db: &mut Connection) -> Result<Self, StoreError> {
        let overtaken = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&overtaken);
        db.update_hook(Some(move |action, _: &str, table: &str, _| {
            if table == "change" && action != Action::SQLITE_INSERT {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }))?;
        Ok(Self { said: RefCell::new(LruCache::new(KNOWN)), tales: RefCell::new(LruCache::new(TALES)), overtaken })
    }

    fn said(&self, hash: [u8; 32], bytes: impl FnOnce() -> Result<Vec<u8>, StoreError>) -> Result<Said, StoreError> {
        if let Some(said) = self.said.borrow_mut().get(&hash) {
            return Ok(said.clone());
        }
        let said = Said::read(hash, &bytes()?)?;
        self.said.borrow_mut().put(hash, said.clone());
        Ok(said)
    }

    /// The lines of a job that are as they were told.
    fn tale(&self, job: JobId, overtaken: u64) -> Option<Tale> {
        self.tales.borrow_mut().pop(&job).filter(|tale| tale.overtaken == overtaken)
    }
}

impl Store {
    /// One line an action of a job, from its documents' changes, oldest first.
    pub fn history(&self, job: JobId) -> Result<Vec<HistoryRow>, StoreError> {
        let overtaken = self.told.overtaken.load(Ordering::Relaxed);
        let known = self.told.tale(job, overtaken);
        let (mut lines, after) = known.map_or((Vec::new(), 0), |tale| (tale.lines, tale.newest));
        let (added, newest) = self.lines_after(job, after)?;
        lines.extend(added);
        // What is packed came before what has rows.
        let packed = match after {
            0 if lines.len() < LINES => packs::of(&self.db, job)?.unwrap_or_default().changes,
            _ => Vec::new(),
        };
        let is_packed = !packed.is_empty();
        if is_packed {
            let room = packed.len().saturating_sub(LINES - lines.len());
            let mut all =
                packed.into_iter().skip(room).map(|kept| self.packed_line(kept)).collect::<Result<Vec<_>, _>>()?;
            all.append(&mut lines);
            lines = all;
        }
        lines.drain(..lines.len().saturating_sub(LINES));
        let mut members = BTreeMap::new();
        let mut out = Vec::with_capacity(lines.len());
        for Line { device, noted_ms, received, said, .. } in &lines {
            let member = match members.get(device) {
                Some(known) => known,
                None => members.entry(*device).or_insert(self.member_of_device(*device)?),
            };
            out.push(HistoryRow {
                made_ms: said.made_ms,
                noted_ms: *noted_ms,
                device: *device,
                member: String::clone(member),
                action: said.action.clone(),
                id: said.id,
                received: *received,
            });
        }
        // Rows of a packed job come and go as it is opened.
        if !is_packed && newest > 0 {
            self.told.tales.borrow_mut().put(job, Tale { lines, newest, overtaken });
        }
        Ok(out)
    }

    /// The newest lines of changes that came after one, oldest first, and the last change of all.
    fn lines_after(&self, job: JobId, after: i64) -> Result<(Vec<Line>, i64), StoreError> {
        let mut query = self.db.prepare_cached(include_str!("sql/history.sql"))?;
        let docs = [DocId::Order(job).to_string(), DocId::Sheet(job).to_string()];
        let limit = i64::try_from(LINES).unwrap_or(i64::MAX);
        let mut rows = query.query(params![docs[0], docs[1], limit, after])?;
        let mut lines = Vec::new();
        let mut newest = after;
        while let Some(row) = rows.next()? {
            let (id, hash) = (row.get(0)?, row.get(1)?);
            lines.push(Line {
                device: Actor(row.get(2)?).device(),
                noted_ms: row.get(3)?,
                received: row.get(4)?,
                said: self.told.said(hash, || self.change_bytes(id))?,
            });
            newest = newest.max(id);
        }
        lines.reverse();
        Ok((lines, newest))
    }

    fn packed_line(&self, kept: ClosedChange) -> Result<Line, StoreError> {
        let hash = kept.change.hash.0;
        Ok(Line {
            device: kept.change.actor.device(),
            noted_ms: kept.noted_ms,
            received: true,
            said: self.told.said(hash, || Ok(kept.change.bytes))?,
        })
    }

    fn change_bytes(&self, id: i64) -> Result<Vec<u8>, StoreError> {
        let mut query = self.db.prepare_cached("SELECT bytes FROM change WHERE id = ?1")?;
        Ok(query.query_row([id], |row| row.get(0))?)
    }

    pub(super) fn member_of_device(&self, device: DeviceId) -> Result<String, StoreError> {
        let mut query = self.db.prepare_cached(
            "SELECT coalesce(m.name, d.member) FROM device d LEFT JOIN member m ON m.member = d.member WHERE d.device = ?1",
        )?;
        Ok(query.query_row([device.0], |row| row.get(0)).optional()?.unwrap_or_default())
    }
}
