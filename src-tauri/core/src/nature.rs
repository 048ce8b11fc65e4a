//! Time and chance, as arguments: the only two things that the core takes from outside without asking.

use chrono::Utc;

/// Where the core's moments and random bytes come from. Tests and the simulation bring their own.
pub trait Nature: Send + Sync {
    /// This device's clock, milliseconds since 1970, UTC. It may be wrong; nothing's order depends on it.
    fn now_ms(&self) -> i64;
    fn fill(&self, bytes: &mut [u8]);
}

/// The machine's own clock and random numbers.
#[derive(Debug, Clone, Copy, Default)]
pub struct Machine;

impl Nature for Machine {
    fn now_ms(&self) -> i64 {
        Utc::now().timestamp_millis()
    }

    fn fill(&self, bytes: &mut [u8]) {
        // Without random bytes no key and no name can be made; going on would be worse than stopping.
        getrandom::fill(bytes).expect("the system has a random source");
    }
}

/// `N` random bytes.
pub fn random<const N: usize>(nature: &dyn Nature) -> [u8; N] {
    let mut bytes = [0u8; N];
    nature.fill(&mut bytes);
    bytes
}
