//! What passes our reading of a change may still be refused by Automerge, or make it panic: that is caught, and the
//! change is quarantined. What must not happen is that the process ends, which no `catch_unwind` stops.

use std::panic::{AssertUnwindSafe, catch_unwind};

use automerge::transaction::Transactable;
use automerge::{AutoCommit, ROOT};
use doorstep_schemas::change::Change;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::cast::{Made, day, play};

fn read(made: &Made) -> automerge::Change {
    automerge::Change::from_bytes(made.bytes.clone()).unwrap()
}

/// What an app does with a foreign change: apply, edit, save, load.
fn open(mut doc: AutoCommit, change: automerge::Change) -> Result<(), automerge::AutomergeError> {
    doc.apply_changes([change])?;
    doc.put(ROOT, "~trial", true)?;
    doc.commit();
    AutoCommit::load(&doc.save()).map(drop)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]

    #[test]
    fn no_damaged_change_that_passes_ends_the_process(
        day in day(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), prop_oneof![0u8..8, any::<u8>()]), 12),
    ) {
        let all = play(&day);
        let mut doc = AutoCommit::new();
        for made in &all {
            for (at, with) in &damage {
                let mut bytes = made.bytes.clone();
                *at.get_mut(&mut bytes[10..]) = *with;
                let hash = Sha256::digest(&bytes[8..]);
                bytes[4..8].copy_from_slice(&hash[..4]);
                if Change::parse(&bytes).is_err() {
                    continue;
                }
                let copy = doc.clone();
                let opened = catch_unwind(AssertUnwindSafe(move || {
                    automerge::Change::from_bytes(bytes).is_ok_and(|change| open(copy, change).is_ok())
                }));
                // A panic that was caught is a quarantine; being here at all is what is asked.
                let _quarantined = !opened.unwrap_or(false);
            }
            doc.apply_changes([read(made)]).unwrap();
        }
    }
}
