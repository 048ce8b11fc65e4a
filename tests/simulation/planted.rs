//! Bugs that were made on purpose, one at a time: each must be seen within a few seeds. `DOORSTEP_BUG=NAME` plants one.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]
#![allow(dead_code, reason = "what only the simulation itself tells of a run")]

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
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use doorstep_schemas::planted::{self, Bug};
use plan::Plan;

/// Seeds within which a bug must be seen.
const MOST: u64 = 60;

/// A seed that shows the bug, tried first; the others follow in case plans are drawn another way one day.
fn known(bug: Bug) -> u64 {
    match bug {
        Bug::AnswerBeforeCommit | Bug::StatusNotAsked | Bug::StatusAskedOnce => 8,
        Bug::StartOpNotChecked => 27,
        Bug::LinkNotChecked => 26,
        Bug::SignatureNotChecked => 36,
        Bug::AccessNotAsked => 5,
        Bug::OverlapNotCut | Bug::SuffixLost | Bug::DuplicatesAppended | Bug::PurgeBeforePush => 20,
        Bug::EpochIgnored | Bug::RestoreNotAsked => 15,
        Bug::ActorReused => 244,
        Bug::CursorFirst | Bug::RefusalBlocksRest => 14,
        Bug::CursorWithoutPart | Bug::BeaconNotChecked | Bug::GrantByAnyone => 2,
        Bug::GapAccepted => 7,
        Bug::NothingPurged => 19,
        Bug::ReceiptByAnyone
        | Bug::OpsNotCounted
        | Bug::QuotaNotCounted
        | Bug::GrantNotExpanded
        | Bug::ConfirmedUnanswered
        | Bug::GrantsForgotten
        | Bug::PackForAnyone
        | Bug::PackNotGiven
        | Bug::PackOutlivesErasure => 0,
    }
}

/// The seed that shows the bug, and what it shows.
fn seen(bug: Bug) -> Option<(u64, String)> {
    std::iter::once(known(bug)).chain(0..MOST).find_map(|seed| {
        planted::plant(Some(bug));
        let broken = heal::run(&Plan::of(seed), false).broken;
        planted::plant(None);
        broken.map(|broken| (seed, broken.0))
    })
}

#[test]
fn every_bug_that_was_planted_is_seen() {
    let asked = std::env::var("DOORSTEP_BUG").ok();
    let (next, missed, began) = (AtomicUsize::new(0), Mutex::new(Vec::new()), std::time::Instant::now());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                while let Some(bug) = Bug::ALL.get(next.fetch_add(1, Ordering::Relaxed)) {
                    if asked.as_ref().is_some_and(|asked| format!("{bug:?}") != *asked) {
                        continue;
                    }
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
