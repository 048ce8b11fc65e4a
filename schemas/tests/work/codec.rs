//! The codec gives back every byte, and reads a change as Automerge does.

use doorstep_schemas::change::Change;
use doorstep_schemas::ids::ChangeHash;
use doorstep_schemas::segment::{self, CODEC_RAW, CODEC_STRIPPED, PIECE_TARGET};
use proptest::prelude::*;

use crate::cast::{automerge_actor, day, device, edits, play, runs, slices};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_run_cut_anywhere_comes_back_byte_by_byte(day in day(), cuts in proptest::collection::vec(1usize..12, 1..20)) {
        for (actor, run) in runs(&play(&day)) {
            let mut rest = run.as_slice();
            for cut in cuts.iter().cycle() {
                let (piece, after) = rest.split_at((*cut).min(rest.len()));
                rest = after;
                let Some(first) = piece.first() else { break };
                let (codec, body) = segment::encode(&slices(piece)).unwrap();
                let back = segment::decode(codec, &body, actor, first.seq).unwrap();
                prop_assert_eq!(back.iter().map(Vec::as_slice).collect::<Vec<_>>(), slices(piece));
            }
        }
    }

    #[test]
    fn a_change_reads_as_automerge_reads_it(day in day()) {
        for made in play(&day) {
            let change = Change::parse(&made.bytes).unwrap();
            let theirs = automerge::Change::from_bytes(made.bytes.clone()).unwrap();
            prop_assert_eq!(change.hash, made.hash);
            prop_assert_eq!(&change.deps, &theirs.deps().iter().map(|h| ChangeHash(h.0)).collect::<Vec<_>>());
            prop_assert_eq!(automerge_actor(change.actor), theirs.actor_id().clone());
            prop_assert_eq!(change.seq, theirs.seq());
            prop_assert_eq!(change.start_op, theirs.start_op().get());
            prop_assert_eq!(change.time, theirs.timestamp());
            prop_assert_eq!(change.message, theirs.message().unwrap_or_default().as_bytes());
            prop_assert_eq!(change.other_actors, theirs.other_actor_ids().iter().map(|a| a.to_bytes()).collect::<Vec<_>>());
            prop_assert_eq!(change.ops, theirs.len() as u64);
            let (bytes, hash) = Change::parse(&made.bytes).unwrap().to_bytes();
            prop_assert_eq!((bytes.as_slice(), hash), (made.bytes.as_slice(), made.hash));
        }
    }
}

#[test]
fn a_sheet_of_sixty_edits_is_one_piece_far_below_its_target() {
    let technician = device(1);
    let run = edits(&technician, 60);
    let (codec, body) = segment::encode(&slices(&run)).unwrap();
    assert_eq!(codec, CODEC_STRIPPED);
    assert!(body.len() < PIECE_TARGET / 8, "{} bytes", body.len());
}

#[test]
fn changes_that_do_not_belong_together_travel_raw_and_whole() {
    let (one, other) = (edits(&device(1), 1), edits(&device(2), 1));
    let mixed = [one[0].bytes.as_slice(), other[0].bytes.as_slice()];
    let (codec, body) = segment::encode(&mixed).unwrap();
    assert_eq!(codec, CODEC_RAW);
    assert_eq!(segment::decode(codec, &body, device(1).actor, 1).unwrap(), mixed.map(<[u8]>::to_vec));
}
