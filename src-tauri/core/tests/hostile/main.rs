//! Bombs and broken pictures: each is a clear error or a picture, soon, and in little memory.
//!
//! Each is taken in by a process of its own, so that what it held at most is its own and a crash is seen as one.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

mod corpus;

use std::process::Command;
use std::time::{Duration, Instant};

use doorstep::photos::{IntakeError, Wanted, intake};

/// Set to the number of a file: this process takes it in and says what came of it.
const ONE: &str = "DOORSTEP_HOSTILE_ONE";
const MOST_GROWTH_KB: u64 = 300 * 1024;
/// A build that is not optimised decodes twenty times as slowly, and a test may share its cores.
const MOST_TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 60 } else { 5 });

fn word(taken: &Result<(), IntakeError>) -> &'static str {
    match taken {
        Ok(()) => "picture",
        Err(IntakeError::NotAPicture) => "not_a_picture",
        Err(IntakeError::Heif) => "heic",
        Err(IntakeError::Truncated) => "truncated",
        Err(IntakeError::TooLarge { .. }) => "too_large",
        Err(IntakeError::Damaged | IntakeError::Decode(_)) => "damaged",
        Err(IntakeError::Resize(_) | IntakeError::Buffer(_) | IntakeError::Encode(_)) => "internal",
    }
}

/// Kilobytes that this process holds, or held at most.
fn memory_kb(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|found| found.strip_prefix(line)).unwrap_or("0 kB");
    line.trim().trim_end_matches("kB").trim().parse().unwrap()
}

fn take_one(number: usize) {
    let files = corpus::all();
    let (name, expected, make) = &files[number];
    let file = make();
    // Making it may have taken more than it takes now.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let (before, begun) = (memory_kb("VmRSS:"), Instant::now());
    let taken = word(&intake(&file, Wanted::default()).map(drop));
    let took = begun.elapsed();
    let grown = memory_kb("VmHWM:").saturating_sub(before);
    println!("{name}: {taken}, {} KB, {} ms", grown, took.as_millis());
    assert!(expected.split('|').any(|word| word == taken), "{name} is {taken}, not {expected}");
    assert!(grown <= MOST_GROWTH_KB, "{name} took {grown} KB");
    assert!(took <= MOST_TIME, "{name} took {took:?}");
}

#[test]
fn bombs_and_broken_pictures_are_told_soon_and_in_little_memory() {
    if let Ok(number) = std::env::var(ONE) {
        return take_one(number.parse().unwrap());
    }
    let files = corpus::all();
    assert!(files.len() >= 40, "{}", files.len());
    let mut failed = Vec::new();
    for (number, (name, ..)) in files.iter().enumerate() {
        let ran = Command::new(std::env::current_exe().unwrap())
            .args(["bombs_and_broken_pictures_are_told_soon_and_in_little_memory", "--exact", "--nocapture"])
            .env(ONE, number.to_string())
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&ran.stdout).into_owned();
        print!(
            "{}",
            said.lines().filter(|line| line.starts_with(name)).map(|line| line.to_owned() + "\n").collect::<String>()
        );
        if !ran.status.success() {
            failed.push(format!("{name}: {}\n{}", ran.status, String::from_utf8_lossy(&ran.stderr)));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
