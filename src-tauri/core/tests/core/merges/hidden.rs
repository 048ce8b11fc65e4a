//! No merge hides a record, whatever it is: those that stand are all that were added but for those taken back.

use std::collections::BTreeSet;

use doorstep::documents::layout::{self, REMOVED};
use doorstep::documents::snapshot::{Place, Value, snapshot};
use doorstep::domain::record::Scalar;
use doorstep_schemas::ids::{DocKind, ShortId};
use proptest::prelude::*;

use super::anything::{Desks, Stroke, full, shapes_of, stroke};
use crate::cast::cases;

/// Records that count, by container, in a merged document against all that anybody wrote.
fn assert_nothing_hidden(desks: &Desks, doc: &automerge::AutoCommit, kind: DocKind) {
    for shape in shapes_of(kind) {
        let added = desks.added.iter().filter(|(of, _)| of.container == shape.container).map(|(_, id)| *id);
        // Somebody may have said and another unsaid the mark: which of the two is shown is not this test's matter.
        let said =
            |id: &ShortId| layout::facts(doc, shape.container).iter().any(|fact| fact.id == *id && fact.flag(REMOVED));
        let expected: BTreeSet<ShortId> = added.filter(|id| shape.kept || !said(id)).collect();
        let standing = (shape.standing)(doc);
        assert_eq!(standing.len(), expected.len(), "{kind:?} {}", shape.container);
        assert_eq!(standing.into_iter().collect::<BTreeSet<_>>(), expected, "{kind:?} {}", shape.container);
        for fact in layout::facts(doc, shape.container) {
            assert!(!fact.flag(REMOVED) || shape.kept || desks.marked.contains(&fact.id), "nobody took it back");
        }
    }
}

/// Two people add one record of each kind apart; a third takes back what may be taken back.
#[test]
fn two_records_of_every_kind_written_apart_are_both_there() {
    for kind in DocKind::ALL {
        let mut desks = Desks::open(kind);
        for n in 0..shapes_of(kind).len() {
            desks.perform(0, &Stroke::Add(n, 0));
            desks.perform(1, &Stroke::Add(n, 1));
        }
        desks.meet();
        for shape in shapes_of(kind) {
            for paper in &desks.papers {
                assert_eq!((shape.standing)(paper.doc()).len(), 2, "{kind:?} {}", shape.container);
            }
        }
        for n in 0..desks.added.len() {
            desks.perform(2, &Stroke::Mark(n, true));
        }
        desks.meet();
        for shape in shapes_of(kind) {
            let stay = if shape.kept { 2 } else { 0 };
            assert_eq!((shape.standing)(desks.papers[0].doc()).len(), stay, "{kind:?} {}", shape.container);
        }
    }
}

#[test]
fn every_field_of_every_record_lies_in_the_document_as_it_was_written() {
    for kind in DocKind::ALL {
        for (n, shape) in shapes_of(kind).into_iter().enumerate() {
            let mut desks = Desks::open(kind);
            desks.perform(0, &Stroke::Add(n, 0));
            let id = desks.added[0].1.to_string();
            let lies = snapshot(desks.papers[0].doc(), None);
            // Words that a test needs are put in place of a text.
            for (key, value) in full(shape).into_iter().filter(|(_, value)| !matches!(value, Scalar::Text(_))) {
                let place = Place { container: shape.container.to_owned(), key: id.clone(), field: Some(key) };
                assert_eq!(lies.get(&place), Some(&vec![Value::Known(value)]), "{kind:?} {place:?}");
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn no_merge_hides_a_record_of_any_kind(
        kind in prop::sample::select(DocKind::ALL.to_vec()),
        strokes in prop::collection::vec((0usize..3, stroke()), 1..40),
    ) {
        let mut desks = Desks::open(kind);
        for (who, stroke) in &strokes {
            desks.perform(*who, stroke);
        }
        desks.meet();
        for paper in &desks.papers {
            assert_nothing_hidden(&desks, paper.doc(), kind);
        }
    }
}
