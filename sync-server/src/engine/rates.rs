//! How often one device may ask. By device and never by address: behind a shop's address are all its phones.

use std::collections::HashMap;

use doorstep_schemas::ids::{DeviceId, OutletId};

use super::access::Endpoint;
use super::tries::TooMany;

/// Buckets beyond which those that are full again are thrown away.
const KEPT: usize = 4_096;
/// What a request takes of a bucket, in thousandths of an exchange.
const WHOLE: u64 = 1_000;
/// A stride of a photo: pictures come many to one, and their bytes are counted elsewhere.
const STRIDE: u64 = 50;

/// So many at once, and so many a second afterwards.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub at_once: u64,
    pub a_second: u64,
}

impl Rate {
    /// A phone exchanges some times a minute; one that fetches years or is tested hard, some times a second.
    pub const USUAL: Self = Self { at_once: 3_600, a_second: 60 };
    pub const ENDLESS: Self = Self { at_once: u64::MAX / WHOLE, a_second: u64::MAX / WHOLE };
}

#[derive(Debug)]
struct Bucket {
    left: u64,
    at_ms: i64,
}

#[derive(Debug, Default)]
pub struct Rates {
    buckets: HashMap<(OutletId, DeviceId), Bucket>,
}

impl Bucket {
    fn fill(&mut self, rate: Rate, now_ms: i64) {
        // A clock that was set back fills nothing and takes nothing.
        let past = u64::try_from(now_ms.saturating_sub(self.at_ms)).unwrap_or(0);
        self.left = self.left.saturating_add(past.saturating_mul(rate.a_second)).min(rate.at_once * WHOLE);
        self.at_ms = now_ms;
    }
}

impl Rates {
    /// Takes one request out of a device's bucket.
    pub fn ask(&mut self, who: (OutletId, DeviceId), at: Endpoint, rate: Rate, now_ms: i64) -> Result<(), TooMany> {
        if self.buckets.len() >= KEPT {
            self.buckets.retain(|_, bucket| {
                bucket.fill(rate, now_ms);
                bucket.left < rate.at_once * WHOLE
            });
        }
        let cost = match at {
            Endpoint::UploadHeld | Endpoint::UploadAppend | Endpoint::BlobRead => STRIDE,
            _ => WHOLE,
        };
        let full = || Bucket { left: rate.at_once * WHOLE, at_ms: now_ms };
        let bucket = self.buckets.entry(who).or_insert_with(full);
        bucket.fill(rate, now_ms);
        match bucket.left.checked_sub(cost) {
            Some(left) => {
                bucket.left = left;
                Ok(())
            }
            None => {
                let wait_ms = (cost - bucket.left).div_ceil(rate.a_second.max(1));
                Err(TooMany { retry_after_s: wait_ms.div_ceil(1_000).max(1) })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: Rate = Rate { at_once: 10, a_second: 2 };

    fn who(n: u8) -> (OutletId, DeviceId) {
        (OutletId::from_bytes([7; 16]), DeviceId([n; 8]))
    }

    #[test]
    fn a_device_that_storms_waits_and_its_neighbours_do_not() {
        let mut rates = Rates::default();
        for _ in 0..10 {
            assert_eq!(rates.ask(who(1), Endpoint::Exchange, RATE, 0), Ok(()));
        }
        assert_eq!(rates.ask(who(1), Endpoint::Exchange, RATE, 0), Err(TooMany { retry_after_s: 1 }));
        assert_eq!(rates.ask(who(2), Endpoint::Exchange, RATE, 0), Ok(()));
        assert_eq!(rates.ask(who(1), Endpoint::Exchange, RATE, 499), Err(TooMany { retry_after_s: 1 }));
        assert_eq!(rates.ask(who(1), Endpoint::Exchange, RATE, 500), Ok(()));
        assert!(rates.ask(who(1), Endpoint::Exchange, RATE, -9_000).is_err(), "a clock that was set back");
        assert_eq!(rates.ask(who(1), Endpoint::Exchange, RATE, 60_000), Ok(()));
    }

    #[test]
    fn strides_of_photos_take_little() {
        let mut rates = Rates::default();
        for _ in 0..200 {
            assert_eq!(rates.ask(who(1), Endpoint::UploadAppend, RATE, 0), Ok(()));
        }
        assert!(rates.ask(who(1), Endpoint::UploadAppend, RATE, 0).is_err());
    }

    #[test]
    fn those_who_rest_are_forgotten() {
        let mut rates = Rates::default();
        for n in 0..KEPT as u64 {
            let who = (OutletId::from_bytes([7; 16]), DeviceId(n.to_be_bytes()));
            assert_eq!(rates.ask(who, Endpoint::Exchange, RATE, 0), Ok(()));
        }
        assert_eq!(rates.ask(who(9), Endpoint::Exchange, RATE, 60_000), Ok(()));
        assert_eq!(rates.buckets.len(), 1);
    }
}
