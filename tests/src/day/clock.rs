//! The day's clock: all devices and the relay go by it, so that a whole day passes in seconds and nobody's clock is off.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use doorstep::nature::{Machine, Nature};

/// Ahead of the machine's clock by as much as the story wants; the relay reads the same from a file.
#[derive(Debug, Clone)]
pub struct DayClock {
    ahead: Arc<AtomicI64>,
    file: PathBuf,
}

impl DayClock {
    pub fn new(file: &Path) -> io::Result<Self> {
        fs::write(file, "0")?;
        Ok(Self { ahead: Arc::default(), file: file.to_owned() })
    }

    pub fn file(&self) -> &Path {
        &self.file
    }

    /// It is this moment now, in milliseconds since 1970, UTC.
    pub fn set(&self, now_ms: i64) -> io::Result<()> {
        let ahead = now_ms - Machine.now_ms();
        // Whole at once, or the relay could read half a number.
        let fresh = self.file.with_extension("new");
        fs::write(&fresh, ahead.to_string())?;
        fs::rename(&fresh, &self.file)?;
        self.ahead.store(ahead, Ordering::SeqCst);
        Ok(())
    }
}

impl Nature for DayClock {
    fn now_ms(&self) -> i64 {
        Machine.now_ms() + self.ahead.load(Ordering::SeqCst)
    }

    fn fill(&self, bytes: &mut [u8]) {
        Machine.fill(bytes);
    }
}
