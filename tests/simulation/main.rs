//! The outlet as a simulation: real devices and a real relay's engine without sockets or clocks, and everything that can
//! go wrong between them, drawn from a seed.
//!
//! `DOORSTEP_SEEDS=N` tries that many (from `DOORSTEP_FIRST` on), `DOORSTEP_SEED=N` one, and tells what happens in it.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod byzantine;
mod deeds;
mod device;
mod exchange;
mod heal;
mod invariants;
mod plan;
mod relay;
mod shrink;
mod trouble;
mod world;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use plan::Plan;

/// Seeds that are tried where nobody asks for more.
const SEEDS: u64 = 500;
/// Failures whose story is told.
const TOLD: usize = 2;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// Tries these seeds on all cores; those that fail, each with its reason.
fn failing(seeds: &[u64]) -> Vec<(u64, String)> {
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if let Some(broken) = heal::run(&Plan::of(*seed), false).broken {
                        failures.lock().unwrap().push((*seed, broken.0));
                    }
                }
            });
        }
    });
    let mut failures = failures.into_inner().unwrap();
    failures.sort();
    failures
}

/// Fails when there is a failure, and tells the shortest story that shows it.
fn hold(seeds: &[u64]) {
    let began = Instant::now();
    let failures = failing(seeds);
    println!("simulation: {} seeds in {:.0} s", seeds.len(), began.elapsed().as_secs_f64());
    for (seed, why) in &failures {
        println!("seed {seed}: {why}");
    }
    for (seed, _) in failures.iter().take(TOLD) {
        let plan = Plan::of(*seed);
        let (short, ran) = shrink::shortest(&plan);
        let (events, all) = (short.events.len(), plan.events.len());
        println!("seed {seed}, {events} of its {all} events:\n{}", ran.told);
        println!("  {}", ran.broken.map_or("does not fail again".to_owned(), |broken| broken.0));
    }
    assert!(failures.is_empty(), "{} of {} seeds fail", failures.len(), seeds.len());
}

#[test]
fn whatever_happens_nothing_is_lost_and_all_see_the_same() {
    if let Some(seed) = number("DOORSTEP_SEED") {
        let ran = heal::run(&Plan::of(seed), true);
        println!("seed {seed}:\n{}", ran.told);
        return hold(&[seed]);
    }
    let (first, count) = (number("DOORSTEP_FIRST").unwrap_or(0), number("DOORSTEP_SEEDS").unwrap_or(SEEDS));
    hold(&(first..first + count).collect::<Vec<_>>());
}

#[test]
fn seeds_that_failed_once_hold() {
    let seeds = include_str!("seeds.txt").lines().filter_map(|line| line.split_whitespace().next()?.parse().ok());
    let seeds: Vec<u64> = seeds.collect();
    assert!(!seeds.is_empty());
    hold(&seeds);
}

#[test]
fn the_same_seed_tells_the_same_story() {
    for seed in 1..6 {
        let plan = Plan::of(seed);
        let (one, other) = (heal::run(&plan, false), heal::run(&plan, true));
        assert_eq!(one.digest, other.digest, "seed {seed}");
        assert!(!other.told.is_empty());
    }
}

#[test]
fn a_seed_draws_the_same_plan_and_another_seed_another() {
    assert_eq!(Plan::of(7), Plan::of(7));
    assert_ne!(Plan::of(7).events, Plan::of(8).events);
    let sizes: Vec<usize> = (0..SEEDS).map(|seed| Plan::of(seed).devices.len()).collect();
    assert_eq!(sizes.iter().min(), Some(&3));
    assert!(sizes.iter().max() > Some(&30));
}
