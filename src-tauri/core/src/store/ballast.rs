//! Room kept free on the disk: on a full one not even a deletion can be saved. When room runs out the ballast is let go, so
//! that what people type is saved while they make room; pictures wait. It is laid in again by itself.

use std::fs::File;
use std::path::{Path, PathBuf};

use fs4::FileExt;

use super::files;

const LEAST: u64 = 1_000_000;
const MOST: u64 = 8_000_000;
/// Below this much free room the next save may not fit: its pages, and a checkpoint of those before it.
const FLOOR: u64 = 512_000;

/// The ballast of one data folder.
#[derive(Debug)]
pub struct Ballast {
    path: PathBuf,
    laid: bool,
}

impl Ballast {
    /// Takes up what lies there, and lays in what is missing where there is room.
    pub fn of(folder: &Path) -> Self {
        let path = folder.join("ballast");
        let laid = path.metadata().is_ok_and(|meta| meta.len() >= LEAST);
        let mut ballast = Self { path, laid };
        ballast.renew();
        ballast.before_save();
        ballast
    }

    /// Whether room is short: text is saved, pictures are not taken.
    pub fn low(&self) -> bool {
        !self.laid
    }

    /// Lets the ballast go when the next save might not fit; says whether it went.
    pub fn before_save(&mut self) -> bool {
        self.laid && free(&self.path).is_some_and(|free| free < FLOOR) && self.release()
    }

    /// Lets the ballast go; says whether there was any.
    pub fn release(&mut self) -> bool {
        let had = self.laid;
        if let Err(error) = files::remove(&self.path) {
            tracing::error!(%error, "the ballast can't be let go");
            return false;
        }
        self.laid = false;
        if had {
            tracing::warn!("the disk is nearly full: the ballast is let go");
        }
        had
    }

    /// Lays it in again where there is room for it and as much besides; says whether it lies there now.
    pub fn renew(&mut self) -> bool {
        if !self.laid {
            let size = size(&self.path);
            self.laid = free(&self.path).is_some_and(|free| free >= 2 * size) && lay(&self.path, size).is_ok();
            if !self.laid {
                let _ = files::remove(&self.path);
            }
        }
        self.laid
    }

    /// Whether this many bytes may be added without touching the ballast.
    pub fn room_for(&self, bytes: u64) -> bool {
        self.laid && free(&self.path).is_none_or(|free| free >= bytes.saturating_add(FLOOR))
    }
}

/// Free bytes of the disk that `path` is to lie on; `None` where the system does not say.
pub fn free(path: &Path) -> Option<u64> {
    fs4::available_space(path.parent()?).ok()
}

/// A hundred-and-twenty-eighth of the disk, within reason: a day's text fits into the least.
fn size(path: &Path) -> u64 {
    let total = path.parent().and_then(|folder| fs4::total_space(folder).ok()).unwrap_or(0);
    (total / 128).clamp(LEAST, MOST)
}

fn lay(path: &Path, size: u64) -> std::io::Result<()> {
    let file = File::create(path)?;
    // Blocks that are promised, not a hole: a file of zeroes that was never written would free nothing.
    FileExt::allocate(&file, size)?;
    file.sync_all()
}
