//! A closed job comes back as it was packed: every byte, hash, signature and number; and hostile bytes do no harm.

use doorstep_schemas::admission::Run;
use doorstep_schemas::closed::{Closed, ClosedChange, ClosedError, ClosedRun, pack, unpack};
use doorstep_schemas::ids::DocKind;
use doorstep_schemas::segment::Unpacked;
use doorstep_schemas::signature::{BeaconRef, Signature};
use proptest::prelude::*;

use crate::cast::{Made, day, device, edits, play};

/// A job of these two histories, the sheet's behind the order's, as a device keeps it that made every third change.
fn job(order: &[Made], sheet: &[Made], numbers: &[(i64, u64)]) -> Closed {
    let mut job = Closed::default();
    let made = order.iter().map(|made| (DocKind::Order, made)).chain(sheet.iter().map(|made| (DocKind::Sheet, made)));
    for (place, (kind, made)) in made.enumerate() {
        let change = Unpacked::read(made.bytes.clone()).unwrap();
        let known = job.runs.iter_mut().find(|run| run.kind == kind && run.actor == made.actor);
        let before = known.as_ref().map_or(Run::default(), |known| known.run);
        let run = Run {
            seq: change.seq,
            hash: change.hash,
            chain: before.chain.then(&change.hash),
            next_op: change.start_op + change.ops,
        };
        match known {
            Some(known) => known.run = run,
            None => {
                let signature = Signature { seq: 0, beacon: None, bytes: [place as u8; 64] };
                job.runs.push(ClosedRun { kind, actor: made.actor, run, signature, tail: Vec::new() });
            }
        }
        let (noted_ms, log_seq) = numbers[place % numbers.len()];
        job.changes.push(ClosedChange { kind, change, noted_ms, log_seq, mine: place % 3 == 0 });
    }
    for (place, run) in job.runs.iter_mut().enumerate() {
        let beyond = place as u64 % 2 * 3;
        run.signature.seq = run.run.seq + beyond;
        run.tail = vec![7; beyond as usize * 32];
        let (time_ms, seq) = numbers[place % numbers.len()];
        run.signature.beacon = (place % 3 > 0).then_some(BeaconRef { time_ms, seq, tag: [3; 8] });
    }
    job
}

fn numbers() -> impl Strategy<Value = Vec<(i64, u64)>> {
    proptest::collection::vec((any::<i64>(), any::<u64>()), 1..9)
}

/// Somebody's damage to bytes.
fn harm(bytes: &mut Vec<u8>, at: usize, how: u8) {
    let at = at % bytes.len().max(1);
    match how % 4 {
        _ if bytes.is_empty() => bytes.push(how),
        0 => bytes.truncate(at),
        1 => bytes[at] ^= 1 << (how / 4 % 8),
        2 => bytes.insert(at, how),
        _ => bytes[at..].fill(0xff),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_history_comes_back_whole(order in day(), sheet in day(), numbers in numbers()) {
        let job = job(&play(&order), &play(&sheet), &numbers);
        let (main, content) = pack(&job).unwrap();
        prop_assert_eq!(unpack(&main, &content).unwrap(), job);
    }

    #[test]
    fn damaged_bytes_are_refused_or_another_job_and_never_a_panic(
        day in day(),
        harms in proptest::collection::vec((any::<bool>(), any::<usize>(), any::<u8>()), 1..4),
    ) {
        let job = job(&play(&day), &[], &[(1, 2)]);
        let (mut main, mut content) = pack(&job).unwrap();
        for (of_main, at, how) in harms {
            harm(if of_main { &mut main } else { &mut content }, at, how);
        }
        let _ = unpack(&main, &content);
    }

    #[test]
    fn foreign_bytes_are_refused(
        main in proptest::collection::vec(any::<u8>(), 0..200),
        content in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(unpack(&main, &content).is_err());
    }
}

#[test]
fn what_would_not_come_back_is_not_packed() {
    let run = edits(&device(1), 9);
    let whole = job(&run, &[], &[(1, 2)]);
    assert!(pack(&whole).is_ok());
    let mut hole = whole.clone();
    hole.changes.remove(4);
    assert!(matches!(pack(&hole), Err(ClosedError::NotWhole)));
    let mut unsigned = whole.clone();
    unsigned.runs.clear();
    assert!(pack(&unsigned).is_err());
    let mut roster = whole.clone();
    roster.changes[0].kind = DocKind::Roster;
    assert!(matches!(pack(&roster), Err(ClosedError::NotWhole)));
    let mut altered = whole;
    altered.runs[0].run.next_op += 1;
    assert!(matches!(pack(&altered), Err(ClosedError::NotWhole)));
}

#[test]
fn a_bomb_takes_no_memory() {
    let run = edits(&device(1), 2);
    let (main, content) = pack(&job(&run, &[], &[(1, 2)])).unwrap();
    // The third number is the count of changes, the fourth that of actors.
    for place in [2, 3] {
        let bomb = [&main[..place], &[0xff, 0xff, 0xff, 0xff, 0x0f], &main[place + 1..]].concat();
        assert!(matches!(unpack(&bomb, &content), Err(ClosedError::TooLarge)), "{place}");
    }
    let long = vec![0; doorstep_schemas::closed::MAX_PLAIN + 1];
    assert!(matches!(unpack(&main, &long), Err(ClosedError::TooLarge)));
    assert_eq!(unpack(&pack(&Closed::default()).unwrap().0, &[]).unwrap(), Closed::default());
}
