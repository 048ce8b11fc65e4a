//! How births are made: the containers of each kind, in a fixed order, by a fixed actor at time 0.
//!
//! This file writes the bytes that [`doorstep_schemas::birth`] keeps; a test holds them equal. The lists below are
//! never edited once released: a new container is a new birth that depends on the one before.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ObjType, ROOT};
use doorstep_schemas::birth;
use doorstep_schemas::ids::DocKind;

/// Containers of the first birth of an order.
const ORDER: &[&str] = &["customer", "appliances", "window", "assignees", "marks", "notes"];

/// Containers of the first birth of a sheet.
const SHEET: &[&str] = &[
    "fields",
    "nodes",
    "readings",
    "services",
    "parts",
    "photos",
    "fees",
    "payments",
    "signatures",
    "hazards",
    "bench",
    "loaners",
    "custody",
    "quotes",
    "claims",
    "outcomes",
    "notes",
];

/// Names of the containers that the births of a kind make; none for a kind without one.
pub fn containers(kind: DocKind) -> &'static [&'static str] {
    match kind {
        DocKind::Order => ORDER,
        DocKind::Sheet => SHEET,
        _ => &[],
    }
}

/// The first birth's bytes of a kind that has one.
pub fn make(kind: DocKind) -> Option<Vec<u8>> {
    let containers = containers(kind);
    if containers.is_empty() {
        return None;
    }
    let mut doc = AutoCommit::new().with_actor(ActorId::from(birth::ACTOR.0));
    for name in containers {
        doc.put_object(ROOT, *name, ObjType::Map).expect("a map can be put into an empty root");
    }
    doc.commit_with(CommitOptions::default().with_message("birth").with_time(0))?;
    doc.get_last_local_change().map(|change| change.raw_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set this to a folder to write the births there, when a new kind gets its first one.
    const WRITE_TO: &str = "DOORSTEP_WRITE_BIRTHS";

    #[test]
    fn births_are_the_bytes_that_both_sides_keep() {
        for kind in DocKind::ALL {
            let made = make(kind);
            if let (Some(made), Ok(folder)) = (&made, std::env::var(WRITE_TO)) {
                std::fs::write(format!("{folder}/{}.1.bin", kind.name()), made).unwrap();
                continue;
            }
            assert_eq!(made.as_deref(), birth::births(kind).first().map(|b| b.bytes), "{kind:?}");
        }
    }
}
