//! A job's history, line by line: who did what and when, from its documents' changes.
//!
//! It is told again after every edit, but a change says the same for ever: what was read of one is kept by its hash.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::num::NonZeroUsize;

use doorstep_schemas::change::Change;
use doorstep_schemas::ids::{Actor, DeviceId, DocId, JobId};
use lru::LruCache;
use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError, packs};
use crate::documents::history::action_of;

/// Lines of a job's history that are told at most, the newest.
const LINES: usize = 500;
/// Changes of which it is known what they say: those of some sixty sheets, less than a megabyte.
const KNOWN: NonZeroUsize = NonZeroUsize::new(4_096).expect("4,096 is not zero");

/// One action of a job's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HistoryRow {
    /// By the author's clock, to the second.
    pub made_ms: i64,
    pub noted_ms: i64,
    pub device: DeviceId,
    pub member: String,
    pub action: String,
    pub received: bool,
}

/// What a change says of itself.
#[derive(Debug, Clone)]
struct Said {
    made_ms: i64,
    action: String,
}

impl Said {
    fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        let change = Change::parse(bytes)?;
        let message = String::from_utf8_lossy(change.message);
        Ok(Self { made_ms: change.time.saturating_mul(1000), action: action_of(&message).0.to_owned() })
    }
}

/// What changes said that were told lately.
pub struct Told(RefCell<LruCache<[u8; 32], Said>>);

impl Default for Told {
    fn default() -> Self {
        Self(RefCell::new(LruCache::new(KNOWN)))
    }
}

impl Told {
    fn said(&self, hash: [u8; 32], bytes: impl FnOnce() -> Result<Vec<u8>, StoreError>) -> Result<Said, StoreError> {
        if let Some(said) = self.0.borrow_mut().get(&hash) {
            return Ok(said.clone());
        }
        let said = Said::read(&bytes()?)?;
        self.0.borrow_mut().put(hash, said.clone());
        Ok(said)
    }
}

/// A change's place in its history, before it is read.
struct Line {
    id: Option<i64>,
    hash: [u8; 32],
    device: DeviceId,
    noted_ms: i64,
    received: bool,
    /// Of a packed change: its bytes are here already.
    bytes: Vec<u8>,
}

impl Store {
    /// One line an action of a job, from its documents' changes, oldest first.
    pub fn history(&self, job: JobId) -> Result<Vec<HistoryRow>, StoreError> {
        let mut query = self.db.prepare_cached(include_str!("sql/history.sql"))?;
        let docs = [DocId::Order(job).to_string(), DocId::Sheet(job).to_string()];
        let limit = i64::try_from(LINES).unwrap_or(i64::MAX);
        let lines = query.query_map(params![docs[0], docs[1], limit], |row| {
            Ok(Line {
                id: row.get(0)?,
                hash: row.get(1)?,
                device: Actor(row.get(2)?).device(),
                noted_ms: row.get(3)?,
                received: row.get(4)?,
                bytes: Vec::new(),
            })
        })?;
        let mut lines = lines.collect::<Result<Vec<_>, _>>()?;
        if lines.len() < LINES {
            // What is packed came before what has rows.
            let packed = packs::of(&self.db, job)?.unwrap_or_default().changes.into_iter().rev();
            lines.extend(packed.map(|kept| Line {
                id: None,
                hash: kept.change.hash.0,
                device: kept.change.actor.device(),
                noted_ms: kept.noted_ms,
                received: true,
                bytes: kept.change.bytes,
            }));
            lines.truncate(LINES);
        }
        let mut members = BTreeMap::new();
        let mut out = Vec::with_capacity(lines.len());
        for Line { id, hash, device, noted_ms, received, bytes } in lines.into_iter().rev() {
            let Said { made_ms, action } = self.told.said(hash, || match id {
                Some(id) => self.change_bytes(id),
                None => Ok(bytes),
            })?;
            let member = match members.get(&device) {
                Some(known) => known,
                None => members.entry(device).or_insert(self.member_of_device(device)?),
            };
            out.push(HistoryRow { made_ms, noted_ms, device, member: String::clone(member), action, received });
        }
        Ok(out)
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
