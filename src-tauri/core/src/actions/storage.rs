//! The data folder itself: room on the disk, the look for damage, and its repair.

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::view::{CheckView, LostPhotoView, Millis, RepairView, StorageView};

use super::Actions;
use crate::store::check::{self, Checked, Checker};
use crate::store::rebuild::{RebuildError, Rebuilt};
use crate::store::repair::Repair;
use crate::store::{Store, StoreError};
use crate::tasks::{Step, Watcher};

/// Pictures that go while nobody else has the store.
const FREED_AT_ONCE: usize = 64;

impl Actions {
    /// Where the data lies, how it is, and whether there is room.
    pub fn storage(&self) -> Result<StorageView, StoreError> {
        let store = self.shelf.store();
        let taken = store.disk_taken()?;
        let freeable = store.could_free(self.nature.now_ms())?;
        Ok(StorageView {
            database_kb: kb(taken.database),
            photos_kb: kb(taken.photos),
            freeable_photos: freeable.photos,
            freeable_kb: kb(freeable.bytes),
            exports_kb: kb(taken.exports),
            copies_kb: kb(taken.copies),
            free_kb: taken.free.map(kb),
            disk_low: store.disk_low(),
            checked: store.last_check()?.as_ref().map(checked),
            repaired: store.last_repair()?.map(repaired),
            lost_photos: store
                .lost_photos()?
                .into_iter()
                .map(|lost| LostPhotoView { photo: lost.hash, job: lost.job, at: Millis(lost.at_ms) })
                .collect(),
        })
    }

    /// Removes the full pictures that the relay gives back whenever somebody wants to see one; thumbnails stay.
    pub fn free_photos(&self, watcher: &mut dyn Watcher) -> Result<StorageView, StoreError> {
        let now_ms = self.nature.now_ms();
        let of = u64::from(self.shelf.store().could_free(now_ms)?.photos);
        let (mut done, mut bytes) = (0, 0);
        loop {
            let gone = self.shelf.store().free_photos(now_ms, FREED_AT_ONCE)?;
            (done, bytes) = (done + u64::from(gone.photos), bytes + gone.bytes);
            let stopped = watcher.step(Step { done, of: Some(of), bytes }).is_err();
            if stopped || gone.photos == 0 {
                break;
            }
        }
        self.papers_changed();
        self.storage_changed();
        self.storage()
    }

    /// Looks through everything for damage, and repairs what it finds.
    pub fn check(&self, watcher: &mut dyn Watcher) -> Result<StorageView, StoreError> {
        let mut checker = self.shelf.store().new_check(self.nature.now_ms())?;
        let note = |checker: &mut Checker| self.note(checker);
        if check::run(&mut checker, watcher, note)? {
            self.mend(&checker, watcher)?;
        }
        self.storage_changed();
        self.storage()
    }

    /// Makes everything anew that follows from the changes: documents, verdicts, lists.
    pub fn rebuild(&self, watcher: &mut dyn Watcher) -> Result<Rebuilt, RebuildError> {
        let outcome = self.shelf.store().rebuild(self.nature.now_ms(), watcher);
        // Also after a part of it: whatever is on a screen may look otherwise.
        self.papers_changed();
        outcome
    }

    /// One portion of the check that runs by itself, a few milliseconds. Repairs when it finds damage, told to
    /// `watcher`. Returns whether more is due now.
    pub fn check_some(&self, watcher: &mut dyn Watcher) -> Result<bool, StoreError> {
        let due = self.shelf.store().check_due(self.nature.now_ms())?;
        let Some(mut checker) = due else { return Ok(false) };
        checker.portion()?;
        if self.note(&mut checker)? {
            self.mend(&checker, watcher)?;
            return Ok(false);
        }
        if checker.ended() {
            self.storage_changed();
        }
        Ok(!checker.ended())
    }

    /// Looks whether there is room again, or none any more; says so to the screens when that changed. Returns whether
    /// room is short.
    pub fn look_for_room(&self) -> bool {
        let (before, low) = {
            let mut store = self.shelf.store();
            (store.disk_low(), store.look_for_room())
        };
        if before != low {
            self.storage_changed();
        }
        low
    }

    fn note(&self, checker: &mut Checker) -> Result<bool, StoreError> {
        self.shelf.store().note_check(checker, self.nature.now_ms())
    }

    /// Makes the damaged database anew, with the store in hand: nobody can write meanwhile.
    fn mend(&self, checker: &Checker, watcher: &mut dyn Watcher) -> Result<(), StoreError> {
        {
            let mut store: std::sync::MutexGuard<'_, Store> = self.shelf.store();
            store.repair(self.nature.as_ref(), watcher)?;
            store.note_mended(checker, self.nature.now_ms())?;
        }
        self.storage_changed();
        // Whatever is on a screen may have come back otherwise than it was, and the relay is to be asked.
        self.papers_changed();
        let _ = self.events.send(CoreEvent::TeamChanged);
        Ok(())
    }

    fn storage_changed(&self) {
        // Nobody may be listening.
        let _ = self.events.send(CoreEvent::StorageChanged);
    }
}

fn kb(bytes: u64) -> u32 {
    u32::try_from(bytes.div_ceil(1_000)).unwrap_or(u32::MAX)
}

fn checked(checked: &Checked) -> CheckView {
    let Checked { began_ms, ended_ms, pages, changes, photos, photos_damaged, damaged } = *checked;
    CheckView { at: Millis(ended_ms.unwrap_or(began_ms)), pages, changes, photos, photos_damaged, damaged }
}

fn repaired(repair: Repair) -> RepairView {
    let Repair { at_ms, pages: _, damaged_pages, kept, own_missing, exported, export, identity_lost, complete } =
        repair;
    RepairView { at: Millis(at_ms), damaged_pages, kept, own_missing, exported, export, identity_lost, complete }
}
