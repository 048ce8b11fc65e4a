//! Bugs that were made on purpose, one at a time: each must be seen within a few seeds.
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

use std::panic::catch_unwind;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use doorstep_schemas::planted::{self, Bug};
use plan::Plan;

/// Seeds within which a bug must be seen.
const MOST: u64 = 60;

/// The seed that shows the bug, and what it shows.
fn seen(bug: Bug) -> Option<(u64, String)> {
    (0..MOST).find_map(|seed| {
        let ran = catch_unwind(|| {
            planted::plant(Some(bug));
            heal::run(&Plan::of(seed), false)
        });
        planted::plant(None);
        let why = ran.map_or(Some("a panic".to_owned()), |ran| ran.broken.map(|broken| broken.0));
        why.map(|why| (seed, why))
    })
}

#[test]
fn every_bug_that_was_planted_is_seen() {
    let (next, missed, began) = (AtomicUsize::new(0), Mutex::new(Vec::new()), std::time::Instant::now());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    match seen(*bug) {
                        Some((seed, why)) => println!("{bug:?}: seed {seed}: {}", why.lines().next().unwrap_or("")),
                        None => missed.lock().unwrap().push(*bug),
                    }
                }
            });
        }
    });
    println!("{} planted bugs in {:.1} s", Bug::ALL.len(), began.elapsed().as_secs_f64());
    let missed = missed.into_inner().unwrap();
    assert!(Bug::ALL.len() >= 20 && missed.is_empty(), "nobody saw {missed:?}");
}
