//! Bundle files: written for a stick or a chat, before a device is given away, to help a colleague; and taken in.

use std::path::Path;

use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::input::{BundleWhat, ExportBundle};
use doorstep_schemas::view::{BundleMade, BundleSize, BundleTaken, Millis};

use super::{Actions, Shelf};
use crate::store::bundle::{self, BundleError, Lent};
use crate::store::{Store, StoreError};
use crate::tasks::Watcher;

impl Lent for Shelf {
    fn with<T>(&mut self, step: impl FnOnce(&mut Store) -> T) -> T {
        step(&mut self.store())
    }
}

fn small(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

impl Actions {
    /// What a bundle would hold.
    pub fn bundle_size(&self, what: &BundleWhat) -> Result<BundleSize, StoreError> {
        self.shelf.store().bundle_size(what)
    }

    /// A name for a bundle that is written now; where it lies is the shell's choice.
    pub fn bundle_name(&self) -> String {
        bundle::file_name(self.shelf.store().device(), self.nature.now_ms())
    }

    /// Writes a bundle to `path`, whole or not at all.
    pub fn export_bundle(
        &self,
        order: &ExportBundle,
        path: &Path,
        watcher: &mut dyn Watcher,
    ) -> Result<BundleMade, BundleError> {
        let made = bundle::export(&mut self.shelf.clone(), order, path, self.nature.as_ref(), watcher)?;
        Ok(BundleMade {
            path: path.display().to_string(),
            name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            kilobytes: small(made.bytes.div_ceil(1000)),
            jobs: small(made.jobs),
            changes: small(made.changes),
            photos: small(made.photos),
            unreadable_photos: small(made.unreadable),
            devices: small(made.devices),
        })
    }

    /// Takes a bundle in. What was taken before an error stays, and is told to whoever listens.
    pub fn import_bundle(&self, path: &Path, watcher: &mut dyn Watcher) -> Result<BundleTaken, BundleError> {
        let mut absorbed = crate::store::Absorbed::default();
        let outcome = bundle::import(&mut self.shelf.clone(), path, self.nature.as_ref(), watcher, &mut absorbed);
        self.tell(&absorbed);
        let taken = outcome?;
        let (member, device) = self.shelf.store().device_names(taken.label.device)?;
        Ok(BundleTaken {
            member,
            device,
            made_at: Millis(taken.label.made_ms),
            jobs: small(absorbed.jobs.len() as u64),
            received: absorbed.received,
            adopted: absorbed.adopted,
            photos: taken.photos,
            rule_sets: taken.sets,
            not_for_this_device: taken.closed,
            damaged: taken.damaged,
            whole: taken.whole,
        })
    }

    fn tell(&self, absorbed: &crate::store::Absorbed) {
        if !absorbed.jobs.is_empty() {
            // Nobody may be listening; the next reader sees the rows anyway.
            let _ = self.events.send(CoreEvent::JobsChanged { jobs: absorbed.jobs.iter().copied().collect() });
        }
        if absorbed.team {
            let _ = self.events.send(CoreEvent::TeamChanged);
        }
        if absorbed.papers || absorbed.rules {
            self.papers_changed();
        }
    }
}
