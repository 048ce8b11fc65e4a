//! The power goes at moments that nobody chose. What was acknowledged before is on the disk; and the same trial, with
//! commits that are not synced, sees a loss.

use std::thread;
use std::time::{Duration, Instant};

use doorstep_tests::chance::Chance;
use doorstep_tests::trial::words::Line;

use crate::account::Account;
use crate::disk::Disk;
use crate::observer::Observer;
use crate::witness::{self, Findings};
use crate::{asked, seed, tell};

/// Cuts that one disk lives through before a fresh one.
const LIVES: u32 = 5;
/// Cuts within which the trial must see that unsynced commits are lost.
const TRIES: u32 = 60;

/// A first disk, or a word on why there is none. Who asks for cuts by name wants to hear of it as a failure.
fn possible() -> bool {
    let tried = Disk::new().and_then(|mut disk| {
        disk.cut()?;
        disk.start_again()
    });
    let Err(why) = tried else { return true };
    let needs = "root, a free loop device, mkfs.ext4, mount and perl";
    assert!(std::env::var_os("DOORSTEP_POWER_CUTS").is_none(), "no power can be cut here ({why}); it needs {needs}");
    tell(&format!("power cut: NOT TRIED on this machine: {why}. It needs {needs}."));
    false
}

/// Works on the disk until the power goes, starts again, and looks.
fn cut(disk: &mut Disk, account: &mut Account, chance: &Chance, lax: bool) -> Findings {
    let subject = Observer::start(&disk.folder(), chance.draw(), lax);
    // One in five goes out while the app starts; the others at work.
    if lax || chance.happens(80) {
        subject.until_done(chance.between(1, crate::DEEDS) as usize);
    }
    thread::sleep(Duration::from_micros(u64::from(chance.between(0, crate::MOMENT))));
    // What is said after this moment may have been said of a dead disk.
    let before = subject.heard();
    disk.cut().unwrap();
    let all = subject.kill();
    account.note(&before);
    let after: Vec<Line> = all.into_iter().skip(before.len()).filter(|line| !matches!(line, Line::Did(_))).collect();
    account.note(&after);
    disk.start_again().unwrap();
    witness::examine(&disk.folder(), account)
}

#[test]
fn nothing_that_was_acknowledged_is_lost_when_the_power_goes() {
    if !possible() {
        return;
    }
    let (cuts, seed, begun) = (asked("DOORSTEP_POWER_CUTS", 50), seed(), Instant::now());
    let mut acknowledged = 0;
    for first in (0..cuts).step_by(LIVES as usize) {
        let (mut disk, mut account) = (Disk::new().unwrap(), Account::default());
        for number in first..(first + LIVES).min(cuts) {
            let findings = cut(&mut disk, &mut account, &Chance::of(seed, 2, u64::from(number)), false);
            assert!(findings.none(), "DOORSTEP_SEED={seed}, cut {number}: {findings:#?}");
        }
        acknowledged += account.acknowledged;
    }
    assert!(acknowledged > cuts, "{acknowledged} acknowledgements prove nothing");
    tell(&format!(
        "power cut: {cuts} cuts, {acknowledged} acknowledged actions, 0 lost, 0 corrupt ({:.0} s, seed {seed})",
        begun.elapsed().as_secs_f32()
    ));
}

#[test]
fn commits_that_are_not_synced_are_seen_to_be_lost() {
    if !possible() {
        return;
    }
    let seed = seed();
    for number in 1..=TRIES {
        let (mut disk, mut account) = (Disk::new().unwrap(), Account::default());
        let findings = cut(&mut disk, &mut account, &Chance::of(seed, 3, u64::from(number)), true);
        if !findings.lost.is_empty() {
            tell(&format!("power cut with synchronous=NORMAL: cut {number} lost {}", findings.lost.len()));
            return;
        }
    }
    panic!("DOORSTEP_SEED={seed}: {TRIES} cuts lost nothing although nothing was synced: this trial is blind");
}
