//! What a person was told is saved survives whatever ends the app: programs are killed and, where the machine lets a
//! test mount a file system, the power is cut under one, while somebody outside holds the acknowledgements.
//!
//! Run through ./check. `DOORSTEP_KILLS` and `DOORSTEP_POWER_CUTS` ask for more than its 50 each, `DOORSTEP_SEED` for
//! the deeds of an earlier run.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod account;
mod disk;
mod kill;
mod observer;
mod power;
mod witness;

use std::io::Write;
use std::path::PathBuf;
use std::time::{SystemTime, UNIX_EPOCH};

/// Deeds that a subject does at most before its end is near: enough for the write-ahead log to be moved into the database
/// in some of the runs.
const DEEDS: u32 = 80;
/// Its end comes at any moment of this many microseconds.
const MOMENT: u32 = 200_000;

/// As many as the environment asks for.
fn asked(name: &str, usual: u32) -> u32 {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The seed of this run: another one every time, unless an earlier run is to be seen again.
fn seed() -> u64 {
    let asked = std::env::var("DOORSTEP_SEED").ok().and_then(|text| text.parse().ok());
    asked.unwrap_or_else(|| SystemTime::now().duration_since(UNIX_EPOCH).map_or(1, |since| since.as_millis() as u64))
}

/// A line that is seen also when the test passes.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// A memory disk, where there is one: for what need not last.
fn memory() -> PathBuf {
    let shm = PathBuf::from("/dev/shm");
    if shm.is_dir() { shm } else { std::env::temp_dir() }
}
