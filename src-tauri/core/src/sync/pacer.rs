//! When to exchange: at the start, after an edit, on an announcement, by hand, on a timer; after a failure with
//! backoff and jitter. No clock of its own: time comes in.

/// What may make an exchange due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    Start,
    /// Something here is unsent. Waits a moment for more of it, and never overtakes a backoff.
    Edit,
    Announcement,
    /// Something arrived whose receipt others wait for; several receipts go as one.
    Receipt,
    NetworkBack,
    /// The device came into another network.
    NetworkChanged,
    /// The device slept.
    Woke,
    ByHand,
}

/// Several quick edits become one exchange.
const DEBOUNCE_MS: i64 = 400;
const RECEIPT_MS: i64 = 1_500;
const TIMER_MS: i64 = 10 * 60_000;
const BACKOFF_MS: i64 = 3_000;
const BACKOFF_MOST_MS: i64 = 5 * 60_000;

#[derive(Debug, Clone, Default)]
pub struct Pacer {
    due: Option<i64>,
    failures: u32,
    /// The relay gave a seat: no edit comes before it.
    seat: Option<i64>,
}

impl Pacer {
    pub fn on(&mut self, cause: Cause, now: i64) {
        let due = match cause {
            Cause::Edit | Cause::Announcement | Cause::Receipt if self.failures > 0 || self.seated(now) => return,
            // A line that never failed did not come back.
            Cause::NetworkBack if self.failures == 0 => return,
            Cause::Edit => now + DEBOUNCE_MS,
            Cause::Receipt => now + RECEIPT_MS,
            // What failed before failed in another network, or long ago.
            Cause::NetworkChanged | Cause::Woke => now,
            Cause::Start | Cause::Announcement | Cause::NetworkBack | Cause::ByHand => now,
        };
        self.due = Some(self.due.map_or(due, |held| held.min(due)));
    }

    /// It went through; `more` says that something is left in either direction.
    pub fn succeeded(&mut self, more: bool, now: i64) {
        self.failures = 0;
        self.due = Some(if more { now } else { now + TIMER_MS });
    }

    /// It did not. `jitter` is any number; a shop full of phones must not come back in the same second.
    pub fn failed(&mut self, retry_after_ms: Option<i64>, jitter: u32, now: i64) {
        let doubled = BACKOFF_MS.saturating_mul(1 << self.failures.min(10)).min(BACKOFF_MOST_MS);
        self.failures = self.failures.saturating_add(1);
        let wait = retry_after_ms.unwrap_or(0).max(doubled);
        self.due = Some(now + wait + wait * i64::from(jitter % 400) / 1000);
    }

    /// All ask at once, and the relay named a second to come in: within it at a moment of one's own. `jitter` is any number.
    pub fn seat_given(&mut self, wait_ms: i64, jitter: u32, now: i64) {
        let at = now + wait_ms + i64::from(jitter % 1_000);
        (self.due, self.seat) = (Some(at), Some(at));
    }

    fn seated(&self, now: i64) -> bool {
        self.seat.is_some_and(|seat| now < seat)
    }

    /// When the next exchange is due.
    pub fn due(&self) -> Option<i64> {
        self.due
    }

    pub fn is_due(&self, now: i64) -> bool {
        self.due.is_some_and(|due| due <= now)
    }

    /// An exchange begins; edits during it make the next one due.
    pub fn begun(&mut self) {
        (self.due, self.seat) = (None, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_quick_edits_make_one_exchange() {
        let mut pacer = Pacer::default();
        for at in 0..10 {
            pacer.on(Cause::Edit, at * 20);
        }
        assert_eq!(pacer.due(), Some(DEBOUNCE_MS));
    }

    #[test]
    fn a_line_that_fails_is_asked_less_and_less_but_a_hand_is_obeyed() {
        let mut pacer = Pacer::default();
        let mut waits = Vec::new();
        for _ in 0..9 {
            pacer.begun();
            pacer.failed(None, 0, 0);
            waits.push(pacer.due().unwrap());
        }
        assert!(waits.windows(2).all(|w| w[0] <= w[1]), "{waits:?}");
        assert_eq!(waits.last(), Some(&BACKOFF_MOST_MS));
        pacer.on(Cause::Edit, 5);
        assert_eq!(pacer.due(), Some(BACKOFF_MOST_MS), "an edit does not overtake the backoff");
        let mut elsewhere = pacer.clone();
        pacer.on(Cause::ByHand, 5);
        assert!(pacer.is_due(5));
        elsewhere.on(Cause::NetworkBack, 5);
        assert!(elsewhere.is_due(5), "the line is back");
    }

    #[test]
    fn another_network_and_a_device_that_wakes_are_tried_at_once() {
        for cause in [Cause::NetworkChanged, Cause::Woke] {
            let mut pacer = Pacer::default();
            pacer.failed(None, 0, 0);
            pacer.failed(None, 0, 0);
            pacer.on(cause, 7);
            assert_eq!(pacer.due(), Some(7), "{cause:?}");
            pacer.begun();
            pacer.failed(None, 0, 7);
            assert_eq!(pacer.due(), Some(7 + 4 * BACKOFF_MS), "it goes on where it was when that fails too");
        }
    }

    #[test]
    fn a_seat_is_no_failure_and_no_edit_comes_before_it() {
        let mut pacer = Pacer::default();
        pacer.begun();
        pacer.seat_given(2_000, 5_250, 100);
        assert_eq!(pacer.due(), Some(2_350));
        pacer.on(Cause::Edit, 200);
        assert_eq!(pacer.due(), Some(2_350));
        let mut hurried = pacer.clone();
        hurried.on(Cause::ByHand, 200);
        assert!(hurried.is_due(200), "a hand is obeyed");
        pacer.begun();
        pacer.failed(None, 0, 2_350);
        assert_eq!(pacer.due(), Some(2_350 + BACKOFF_MS), "the first failure");
    }

    #[test]
    fn the_relay_may_ask_for_more_patience_than_ours() {
        let mut pacer = Pacer::default();
        pacer.failed(Some(60_000), 0, 0);
        assert_eq!(pacer.due(), Some(60_000));
    }
}
