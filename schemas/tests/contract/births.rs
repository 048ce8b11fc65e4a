//! Births are the same everywhere: the same bytes, the birth actor, no time.

use doorstep_schemas::birth::{self, ACTOR};
use doorstep_schemas::change::Change;
use doorstep_schemas::ids::DocKind;

#[test]
fn every_birth_is_a_change_of_nobodys_at_no_time() {
    for kind in DocKind::ALL {
        let mut parent = None;
        for (i, birth) in birth::births(kind).iter().enumerate() {
            let change = Change::parse(birth.bytes).unwrap();
            assert_eq!((change.actor, change.time), (ACTOR, 0), "{kind:?}");
            assert_eq!(change.seq, i as u64 + 1);
            assert_eq!(change.deps, parent.into_iter().collect::<Vec<_>>(), "a birth depends on the one before only");
            parent = Some(change.hash);
        }
    }
}

#[test]
fn every_kind_is_born_with_its_containers() {
    for kind in DocKind::ALL {
        assert!(birth::ops(kind) > 0, "{kind:?}");
    }
}
