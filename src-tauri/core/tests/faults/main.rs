//! What can happen to a data folder: flipped bytes, a full disk, an older or newer program. Nothing acknowledged is lost, and
//! what is lost is told.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

#[allow(dead_code, unused_imports, reason = "the cast of the other stories")]
#[path = "../core/cast/mod.rs"]
mod cast;

mod corruption;
mod disk;
mod folders;
mod looking;
mod versions;

use std::io::Write;

/// How often something is tried: `few`, or what the environment says.
fn tries(knob: &str, few: u64) -> u64 {
    std::env::var(knob).ok().and_then(|text| text.parse().ok()).unwrap_or(few)
}

/// A line that is seen also when the test passes, where one of others may have no end yet.
fn tell(line: &str) {
    let _ = writeln!(std::io::stderr(), "\n{line}");
}

/// A number that only looks random.
fn pick(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *seed;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
