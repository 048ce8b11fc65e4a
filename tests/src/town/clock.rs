//! A clock that stands where it is put, and numbers from a seed.

use std::sync::atomic::{AtomicI64, Ordering};

use doorstep::nature::Nature;

use crate::chance::Chance;

/// See the module.
pub struct Clock {
    now: AtomicI64,
    chance: Chance,
}

impl Clock {
    pub fn new(seed: u64) -> Self {
        Self { now: AtomicI64::new(super::FIRST_DAY_MS), chance: Chance::from_seed(seed) }
    }

    pub fn set(&self, at_ms: i64) {
        self.now.store(at_ms, Ordering::SeqCst);
    }
}

impl Nature for Clock {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.chance.fill(bytes);
    }
}
