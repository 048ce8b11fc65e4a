//! Parcels: what goes in comes out to the byte, and nothing that comes in does harm.

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::segment::{self, MAX_PIECE_PLAIN};
use doorstep_schemas::signature::BeaconRef;
use doorstep_schemas::terse::{Item, Listener, NEWEST, Teller, TerseError};
use proptest::prelude::*;

use crate::cast::{Made, Shelf, day, device, edits, piece, play, runs, sheet, sign, slices};

/// Every run of a history, cut into items.
fn items(all: &[Made], cuts: &[usize], beacon: Option<BeaconRef>) -> Vec<Item> {
    let mut out = Vec::new();
    let mut cuts = cuts.iter().cycle();
    for (actor, run) in runs(all) {
        let who = (1..=3).map(device).find(|who| who.actor == actor).unwrap();
        let mut from = 0;
        while from < run.len() {
            let to = (from + cuts.next().unwrap()).min(run.len());
            let mut segment = piece(&who, &run, from, to, run.len());
            segment.signature = sign(&who, &run, run.len(), beacon);
            out.push(Item { seq: 40 + out.len() as u64, at_ms: 1_795_000_000_000, doc: sheet(), segment });
            from = to;
        }
    }
    out
}

/// As they come out: bodies are raw.
fn raw(items: &[Item]) -> Vec<Item> {
    let one = |item: &Item| {
        let mut item = item.clone();
        let kept = &mut item.segment;
        let changes = segment::decode(kept.codec, &kept.body, kept.actor, kept.from_seq).unwrap();
        (kept.codec, kept.body) = segment::plain(changes.iter().map(Vec::as_slice));
        item
    };
    items.iter().map(one).collect()
}

fn fold(version: u8, items: &[Item]) -> Result<Vec<u8>, TerseError> {
    Teller::new(version)?.fold(items)
}

fn unfold(parcel: &[u8]) -> Result<Vec<Item>, TerseError> {
    Listener::default().unfold(parcel)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn work_comes_out_of_a_parcel_as_it_went_in(
        day in day(),
        cuts in proptest::collection::vec(1usize..12, 1..20),
        beacon in proptest::option::of((any::<i64>(), any::<u64>(), any::<[u8; 8]>())),
    ) {
        let beacon = beacon.map(|(time_ms, seq, tag)| BeaconRef { time_ms, seq, tag });
        let items = items(&play(&day), &cuts, beacon);
        match fold(NEWEST, &items) {
            Ok(parcel) => prop_assert_eq!(unfold(&parcel).unwrap(), raw(&items)),
            // Work that makes far more than it tells goes by itself.
            Err(error) => prop_assert!(matches!(error, TerseError::TooLarge)),
        }
    }

    #[test]
    fn damaged_parcels_are_refused_or_bounded(
        day in day(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let Ok(mut parcel) = fold(NEWEST, &items(&play(&day), &[7], None)) else { return Ok(()) };
        parcel.truncate(1 + cut.index(parcel.len()));
        damage.iter().for_each(|(at, with)| *at.get_mut(&mut parcel) = *with);
        bounded(&parcel);
    }

    #[test]
    fn random_parcels_are_refused_or_bounded(body in proptest::collection::vec(any::<u8>(), 0..400)) {
        bounded(&[&[NEWEST], body.as_slice()].concat());
        bounded(&body);
    }

    #[test]
    fn a_minted_name_tells_its_number(n in 0u64..1 << 40, who in 1u8..4) {
        let actor = device(who).actor;
        let name = ShortId::nth(actor, n);
        prop_assert_eq!(name.place(actor), n);
        prop_assert_eq!(name.to_string().parse::<ShortId>().unwrap(), name);
        prop_assert_eq!(ShortId::mint(name.random()), name);
    }
}

fn bounded(parcel: &[u8]) {
    if let Ok(items) = unfold(parcel) {
        let made: usize = items.iter().map(|item| item.segment.body.len() + item.segment.tail.len()).sum();
        assert!(made <= 2 * MAX_PIECE_PLAIN, "{made}");
    }
}

#[test]
fn a_parcel_whose_ends_were_cut_is_never_read_as_less_work() {
    let (one, other) = (device(1), device(2));
    let (some, others) = (edits(&one, 30), edits(&other, 9));
    let items: Vec<Item> = [piece(&one, &some, 0, 30, 30), piece(&other, &others, 0, 9, 9)]
        .into_iter()
        .map(|segment| Item { seq: 0, at_ms: 0, doc: sheet(), segment })
        .collect();
    let parcel = fold(NEWEST, &items).unwrap();
    let mut shelf = Shelf::default();
    for (item, who) in unfold(&parcel).unwrap().iter().zip([&one, &other]) {
        shelf.take(who, &item.segment).unwrap();
    }
    assert_eq!(shelf.runs[&one.actor].seq + shelf.runs[&other.actor].seq, 39);
    for end in 0..parcel.len() {
        // What is read of a cut parcel is signed by nobody.
        let Ok(cut) = unfold(&parcel[..end]) else { continue };
        for (item, who) in cut.iter().zip([&one, &other]) {
            assert!(
                items.iter().any(|whole| raw(std::slice::from_ref(whole))[0] == *item)
                    || Shelf::default().judge(who, &item.segment).is_err()
            );
        }
    }
}

#[test]
fn each_parcel_goes_on_from_the_one_before_and_none_is_read_behind_a_lost_one() {
    let technicians = [device(1), device(2), device(3)];
    let all: Vec<Item> = technicians
        .iter()
        .map(|who| Item { seq: 0, at_ms: 0, doc: sheet(), segment: piece(who, &edits(who, 60), 0, 60, 60) })
        .collect();
    let mut teller = Teller::new(NEWEST).unwrap();
    let parcels: Vec<Vec<u8>> = all.chunks(1).map(|one| teller.fold(one).unwrap()).collect();
    assert!(parcels[1].len() < parcels[0].len());
    let mut listener = Listener::default();
    for (parcel, item) in parcels.iter().zip(&all) {
        assert_eq!(listener.unfold(parcel).unwrap(), raw(std::slice::from_ref(item)));
    }
    let mut listener = Listener::default();
    listener.unfold(&parcels[0]).unwrap();
    assert!(listener.unfold(&[NEWEST + 1, 2]).is_err());
    assert!(listener.unfold(&parcels[1]).is_err());
}

#[test]
fn what_is_told_together_is_shorter_than_each_by_itself() {
    let technicians = [device(1), device(2), device(3)];
    let segments: Vec<_> = technicians.iter().map(|who| piece(who, &edits(who, 60), 0, 60, 60)).collect();
    let apart: usize = segments.iter().map(|segment| segment.body.len() + 64).sum();
    let items: Vec<Item> =
        segments.into_iter().map(|segment| Item { seq: 0, at_ms: 0, doc: sheet(), segment }).collect();
    let together = fold(NEWEST, &items).unwrap().len();
    assert!(together < apart * 3 / 4, "{together} of {apart}");
}

#[test]
fn a_sample_that_is_not_known_is_refused_by_name() {
    for version in [0, NEWEST + 1, 255] {
        assert!(matches!(fold(version, &[]), Err(TerseError::UnknownSample(unknown)) if unknown == version));
        assert!(matches!(unfold(&[version, 1]), Err(TerseError::UnknownSample(unknown)) if unknown == version));
    }
    assert!(matches!(unfold(&[]), Err(TerseError::Truncated)));
}

/// Changes of another run than the piece names, and broken ones, are carried as they are for admission to judge.
#[test]
fn what_has_no_form_goes_verbatim() {
    let (one, other) = (edits(&device(1), 2), edits(&device(2), 1));
    let mut segment = piece(&device(1), &one, 0, 2, 2);
    (segment.codec, segment.body) = segment::plain([slices(&one)[0], slices(&other)[0]]);
    let items = [Item { seq: 0, at_ms: 0, doc: sheet(), segment }];
    assert_eq!(unfold(&fold(NEWEST, &items).unwrap()).unwrap(), items);
}
