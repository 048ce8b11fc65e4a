//! A working shift: the machine's clock plus the hours that a played day took, and chance from a seed.
//!
//! Six hundred edits in one second would carry times that no technician's day has, and their differences would pack
//! into almost nothing. Each edit lets the minutes pass that it takes by hand.

use std::sync::atomic::{AtomicI64, Ordering};

use doorstep::nature::{Machine, Nature};

use doorstep_tests::chance::Chance;

#[derive(Debug)]
pub struct Shift {
    passed_ms: AtomicI64,
    chance: Chance,
}

impl Shift {
    pub fn from_seed(seed: u64) -> Self {
        Self { passed_ms: AtomicI64::new(0), chance: Chance::from_seed(seed) }
    }

    /// A shift that begins at this moment.
    pub fn at(now_ms: i64, seed: u64) -> Self {
        Self { passed_ms: AtomicI64::new(now_ms - Machine.now_ms()), chance: Chance::from_seed(seed) }
    }

    /// Lets time go by on this device.
    pub fn pass(&self, millis: u32) {
        self.passed_ms.fetch_add(i64::from(millis), Ordering::Relaxed);
    }
}

impl Nature for Shift {
    fn now_ms(&self) -> i64 {
        Machine.now_ms() + self.passed_ms.load(Ordering::Relaxed)
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
    }
}
