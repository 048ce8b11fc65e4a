//! The outlet as a simulation: real devices and a real relay's engine without sockets, threads or clocks, and everything
//! that can go wrong between them, drawn from a seed.
//!
//! `DOORSTEP_SEEDS=N` tries that many, `DOORSTEP_SEED=N` one, and tells what happened in it.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod byzantine;
mod deeds;
mod device;
mod exchange;
mod heal;
mod invariants;
mod plan;
mod relay;
mod trouble;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use plan::Plan;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn whatever_happens_nothing_is_lost_and_all_see_the_same() {
    if let Some(seed) = number("DOORSTEP_SEED") {
        let ran = heal::run(&Plan::of(seed), true);
        println!("{}", ran.told);
        assert!(ran.broken.is_none(), "seed {seed}: {}", ran.broken.unwrap().0);
        return;
    }
    let (first, count) = (number("DOORSTEP_FIRST").unwrap_or(0), number("DOORSTEP_SEEDS").unwrap_or(500));
    let (next, failures) = (AtomicU64::new(first), Mutex::new(Vec::new()));
    let began = std::time::Instant::now();
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + count {
                        break;
                    }
                    let ran = std::panic::catch_unwind(|| heal::run(&Plan::of(seed), false));
                    let why = ran.map_or(Some("a panic".to_owned()), |ran| ran.broken.map(|broken| broken.0));
                    if let Some(why) = why {
                        failures.lock().unwrap().push((seed, why));
                    }
                }
            });
        }
    });
    println!("{count} seeds in {:.1} s", began.elapsed().as_secs_f64());
    let failures = failures.into_inner().unwrap();
    for (seed, why) in &failures {
        println!("seed {seed}: {why}");
    }
    assert!(failures.is_empty(), "{} of {count} seeds fail", failures.len());
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in [1, 2, 3] {
        let plan = Plan::of(seed);
        assert_eq!(heal::run(&plan, false).digest, heal::run(&plan, false).digest, "seed {seed}");
    }
}
