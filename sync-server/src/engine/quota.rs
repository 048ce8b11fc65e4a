//! What one device and one outlet may bring in a day.
//!
//! Only what is new is counted: what the log holds already is answered as known also when nothing more is taken. An
//! owner's words (grants, decisions, erasures) are counted and never refused, because others' work hangs on them.

use std::cell::Cell;

use doorstep_schemas::ids::DeviceId;
use doorstep_schemas::planted::{self, Bug};
use doorstep_schemas::quota::day_of;

use super::standing::Caller;
use crate::storage::{DayUse, Ledger, Shelf, StorageError};

/// What is left of today for one device while its pieces are taken.
#[derive(Debug)]
pub struct Room {
    day: i64,
    device: DeviceId,
    /// Brought before, and the most of it: of the device, of the outlet.
    before: [(DayUse, DayUse); 2],
    taken: Cell<DayUse>,
}

impl Room {
    /// An owner's device may bring as much as the whole outlet.
    pub fn of(shelf: &dyn Shelf, caller: &Caller, now_ms: i64) -> Result<Self, StorageError> {
        let (day, device) = (day_of(now_ms), caller.device);
        let quota = shelf.quota(caller.outlet)?;
        let (own, all) = shelf.use_of(caller.outlet, day, device)?;
        let most = if caller.is_owner() { DayUse::ENDLESS } else { quota.device };
        Ok(Self { day, device, before: [(own, most), (all, quota.outlet)], taken: Cell::default() })
    }

    /// For what was counted before, and for a bench's own hand.
    pub fn endless(device: DeviceId) -> Self {
        let none = (DayUse::default(), DayUse::ENDLESS);
        Self { day: 0, device, before: [none, none], taken: Cell::default() }
    }

    fn takes_use(&self, more: DayUse) -> bool {
        let taken = self.taken.get().and(more);
        let fits = self.before.iter().all(|(before, most)| before.and(taken).fits(*most));
        if fits {
            self.taken.set(taken);
        }
        fits
    }

    /// Whether there is room for one more entry with a body of so many bytes; if so, it is counted.
    pub fn takes(&self, bytes: usize) -> bool {
        self.takes_use(DayUse { entries: 1, bytes: bytes as u64, photo_bytes: 0 })
    }

    /// The same for a photo of so many bytes.
    pub fn takes_photo(&self, bytes: u64) -> bool {
        self.takes_use(DayUse { photo_bytes: bytes, ..DayUse::default() })
    }

    /// Counts an entry that is taken in any case.
    pub fn counts(&self, bytes: usize) {
        self.taken.set(self.taken.get().and(DayUse { entries: 1, bytes: bytes as u64, photo_bytes: 0 }));
    }

    /// Writes down what was taken, in the transaction that takes it.
    pub fn write_down(&self, ledger: &mut dyn Ledger, caller: &Caller) -> Result<(), StorageError> {
        let taken = self.taken.take();
        if taken == DayUse::default() || planted::on(Bug::QuotaNotCounted) {
            return Ok(());
        }
        ledger.add_use(caller.outlet, self.day, self.device, taken)
    }
}

/// Counts a photo's bytes.
pub fn count_photo(ledger: &mut dyn Ledger, caller: &Caller, now_ms: i64, bytes: u64) -> Result<(), StorageError> {
    let room = Room { day: day_of(now_ms), ..Room::endless(caller.device) };
    room.takes_photo(bytes);
    room.write_down(ledger, caller)
}
