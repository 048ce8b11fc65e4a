//! The machine's own price of durability: 4 KB appended to a file and `fdatasync`.
//!
//! No database on this disk can save in less, so a saved edit is judged by what it costs beyond this.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// As much as one page of the database.
const BLOCK: [u8; 4096] = [0x5a; 4096];

pub struct FsyncFloor(File);

impl FsyncFloor {
    /// A new file in `folder`, which should be on the file system of what is compared with it.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        Ok(Self(File::create_new(folder.join("fsync-floor"))?))
    }

    /// Appends one block durably.
    pub fn once(&mut self) -> io::Result<Duration> {
        let begun = Instant::now();
        self.0.write_all(&BLOCK)?;
        self.0.sync_data()?;
        Ok(begun.elapsed())
    }
}
