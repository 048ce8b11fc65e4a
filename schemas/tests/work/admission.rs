//! Honest work passes, whatever became of it on the way.

use doorstep_schemas::admission::{MAX_DOC_OPS, Run, Verdict};
use doorstep_schemas::wire::Segment;
use proptest::prelude::*;

use crate::cast::{Device, Made, Shelf, day, device, edits, piece, play, runs};

/// The device of the cast whose run this is.
fn author(made: &Made) -> Device {
    (1..=3).map(device).find(|device| device.actor == made.actor).expect("the cast has three devices")
}

fn admitted(verdict: &Verdict) -> usize {
    match verdict {
        Verdict::Admit { changes, .. } => changes.len(),
        Verdict::Known | Verdict::WantFrom(_) => 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Three devices' work, parents first, in pieces that start anywhere in what is there and end anywhere, signed
    /// to their end or beyond, some of them sent twice: the relay holds the same as if each change had come alone.
    #[test]
    fn honest_work_arrives_whole_however_it_was_cut_repeated_and_overlapped(
        day in day(),
        luck in proptest::collection::vec((any::<bool>(), 0usize..6, any::<bool>(), any::<bool>()), 60),
    ) {
        let all = play(&day);
        let runs = runs(&all);
        let (mut one_by_one, mut cut) = (Shelf::default(), Shelf::default());
        for (i, made) in all.iter().enumerate() {
            let (author, run) = (author(made), &runs[&made.actor]);
            let end = usize::try_from(made.seq).unwrap();
            one_by_one.take(&author, &piece(&author, run, end - 1, end, end)).unwrap();

            let (wait, back, twice, to_the_end) = luck[i % luck.len()];
            let followed_by_own = all.get(i + 1).is_some_and(|next| next.actor == made.actor);
            if wait && followed_by_own {
                continue;
            }
            let held = cut.runs.get(&made.actor).map_or(0, |run| usize::try_from(run.seq).unwrap());
            let signed = if to_the_end { run.len() } else { end };
            let parcel = piece(&author, run, held.saturating_sub(back), end, signed);
            prop_assert_eq!(admitted(&cut.take(&author, &parcel).unwrap()), end - held);
            if twice {
                prop_assert_eq!(cut.take(&author, &parcel).unwrap(), Verdict::Known);
            }
        }
        prop_assert_eq!(one_by_one, cut);
    }

    #[test]
    fn a_gap_is_answered_with_the_first_change_that_is_missing(held in 0usize..10, from in 0usize..20) {
        let technician = device(1);
        let run = edits(&technician, 21);
        let mut shelf = Shelf::default();
        if held > 0 {
            shelf.take(&technician, &piece(&technician, &run, 0, held, held)).unwrap();
        }
        let verdict = shelf.take(&technician, &piece(&technician, &run, from, 21, 21)).unwrap();
        if from > held {
            prop_assert_eq!(verdict, Verdict::WantFrom(held as u64 + 1));
        } else {
            prop_assert_eq!(admitted(&verdict), 21 - held);
        }
    }
}

#[test]
fn a_colleague_carries_a_run_in_pieces_with_only_its_newest_signature() {
    let technician = device(1);
    let run = edits(&technician, 12);
    let newest = piece(&technician, &run, 0, 12, 12).signature;
    let mut shelf = Shelf::default();
    for (from, to) in [(0, 5), (5, 9), (9, 12)] {
        let carried = Segment { signature: newest.clone(), ..piece(&technician, &run, from, to, 12) };
        assert_eq!(admitted(&shelf.take(&technician, &carried).unwrap()), to - from);
    }
    assert_eq!(shelf.runs[&technician.actor].seq, 12);
}

#[test]
fn a_run_is_remembered_by_its_last_change() {
    let technician = device(1);
    let run = edits(&technician, 3);
    let mut shelf = Shelf::default();
    shelf.take(&technician, &piece(&technician, &run, 0, 3, 3)).unwrap();
    let Run { seq, next_op, hash, .. } = shelf.runs[&technician.actor];
    assert_eq!((seq, next_op, hash), (3, 4, run[2].hash));
    assert_eq!(shelf.doc_ops, 3);
}

#[test]
fn the_last_operation_that_a_document_may_hold_still_passes() {
    let technician = device(1);
    let run = edits(&technician, 2);
    let whole = piece(&technician, &run, 0, 2, 2);
    let mut shelf = Shelf { doc_ops: MAX_DOC_OPS - 2, ..Shelf::default() };
    assert_eq!(admitted(&shelf.take(&technician, &whole).unwrap()), 2);
    assert_eq!(shelf.doc_ops, MAX_DOC_OPS);
}
