//! Which network this device is in: whether it is another one than before, whether the device slept, whether bytes
//! cost money there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use tokio::sync::mpsc;
use tokio::time::sleep;

use super::pacer::Cause;
use super::runner::{Command, Shared};

/// The wall clock went on by so much more than the work did: the device slept.
const SLEPT: Duration = Duration::from_secs(30);

/// What bytes cost.
#[derive(Debug, Default)]
pub struct Purse {
    metered: AtomicBool,
    anyway: AtomicBool,
}

impl Purse {
    /// Whether somebody counts the bytes, as far as the system says.
    pub fn metered(&self) -> bool {
        self.metered.load(Ordering::Relaxed)
    }

    /// Returns whether that is news.
    pub(super) fn set_metered(&self, metered: bool) -> bool {
        self.metered.swap(metered, Ordering::Relaxed) != metered
    }

    /// Whether full pictures move now. Thumbnails and text always do.
    pub fn full_pictures(&self, wifi_only: bool) -> bool {
        !(wifi_only && self.metered()) || self.anyway.load(Ordering::Relaxed)
    }

    pub(super) fn photos_anyway(&self) {
        self.anyway.store(true, Ordering::Relaxed);
    }

    /// Nothing is left to move: what comes next waits again.
    pub(super) fn photos_done(&self) {
        self.anyway.store(false, Ordering::Relaxed);
    }
}

/// Another network: the relay is looked for anew, and tried at once.
pub(super) fn changed(shared: &Shared, commands: &mpsc::UnboundedSender<Command>) {
    shared.ways.network_changed();
    shared.live_anew.notify_one();
    // The loop ended only if the app is closing.
    let _ = commands.send(Command::Network(Cause::NetworkChanged));
}

/// Compares what the system says every few seconds; no system tells this in the same way.
pub(super) async fn watch(shared: Shared, commands: mpsc::WeakUnboundedSender<Command>) {
    let every = shared.ways.look_every();
    let mut addresses = shared.ways.addresses();
    let (mut worked, mut clock) = (Instant::now(), shared.clock());
    loop {
        sleep(every).await;
        let Some(commands) = commands.upgrade() else { return };
        let (now, at) = (Instant::now(), shared.clock());
        let slept = slept(every, now.duration_since(worked), at.saturating_sub(clock));
        (worked, clock) = (now, at);
        let here = shared.ways.addresses();
        let moved = here != addresses;
        addresses = here;
        if moved {
            tracing::info!("another network");
            changed(&shared, &commands);
        } else if slept {
            tracing::info!("awake again");
            shared.live_anew.notify_one();
            let _ = commands.send(Command::Network(Cause::Woke));
        }
    }
}

/// Whether the device slept: its work stood while the clock went on, or the work itself was kept waiting.
fn slept(every: Duration, worked: Duration, clock_ms: i64) -> bool {
    let clock = Duration::from_millis(u64::try_from(clock_ms).unwrap_or(0));
    clock.saturating_sub(worked) > SLEPT || worked.saturating_sub(every) > SLEPT
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_slept_when_its_clock_went_on_without_it() {
        let every = Duration::from_secs(10);
        assert!(!slept(every, every, 10_000));
        assert!(!slept(every, Duration::from_secs(14), 15_000), "a slow moment is no sleep");
        assert!(slept(every, every, 3_600_000));
        assert!(slept(every, Duration::from_secs(3_600), 3_600_000), "where the work's own clock goes on");
        assert!(!slept(every, every, -3_600_000), "a clock that was set back");
    }

    #[test]
    fn full_pictures_wait_for_a_network_without_a_meter_only_if_a_person_wants_that() {
        let purse = Purse::default();
        assert!(purse.full_pictures(true) && purse.full_pictures(false));
        assert!(purse.set_metered(true) && !purse.set_metered(true));
        assert!(!purse.full_pictures(true) && purse.full_pictures(false));
        purse.photos_anyway();
        assert!(purse.full_pictures(true));
        purse.photos_done();
        assert!(!purse.full_pictures(true));
    }
}
