//! kill -9 at moments that nobody chose, and the same folder again.

use std::thread;
use std::time::{Duration, Instant};

use doorstep_tests::chance::Chance;
use tempfile::TempDir;

use crate::account::Account;
use crate::observer::Observer;
use crate::{asked, seed, tell, witness};

/// Kills that one folder lives through before a fresh one.
const LIVES: u32 = 5;

#[test]
fn nothing_that_was_acknowledged_is_lost_when_the_app_is_killed() {
    let (kills, seed, begun) = (asked("DOORSTEP_KILLS", 50), seed(), Instant::now());
    let mut acknowledged = 0;
    for first in (0..kills).step_by(LIVES as usize) {
        let folder = TempDir::new().unwrap();
        let mut account = Account::default();
        for kill in first..(first + LIVES).min(kills) {
            let chance = Chance::of(seed, 1, u64::from(kill));
            let subject = Observer::start(folder.path(), chance.draw(), false);
            // One in five is killed while it starts; the others at work.
            if chance.happens(80) {
                subject.until_done(chance.between(1, crate::DEEDS) as usize);
            }
            thread::sleep(Duration::from_micros(u64::from(chance.between(0, crate::MOMENT))));
            account.note(&subject.kill());
            let findings = witness::examine(folder.path(), &mut account);
            assert!(findings.none(), "DOORSTEP_SEED={seed}, kill {kill}: {findings:#?}");
        }
        acknowledged += account.acknowledged;
    }
    assert!(acknowledged > kills, "{acknowledged} acknowledgements prove nothing");
    tell(&format!(
        "kill -9: {kills} kills, {acknowledged} acknowledged actions, 0 lost, 0 corrupt ({:.0} s, seed {seed})",
        begun.elapsed().as_secs_f32()
    ));
}
