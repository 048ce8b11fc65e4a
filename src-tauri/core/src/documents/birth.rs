//! How births are made: the containers of each kind, in a fixed order, by a fixed actor at time 0.
//!
//! This file writes the bytes that [`doorstep_schemas::birth`] keeps; a test holds them equal. The lists below are
//! never edited once released: a new container is a new birth that depends on the one before.

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ObjType, ROOT};
use doorstep_schemas::birth;
use doorstep_schemas::ids::DocKind;

/// The containers that each birth of a kind adds, oldest birth first.
fn births(kind: DocKind) -> &'static [&'static [&'static str]] {
    match kind {
        DocKind::Order => &[
            &["customer", "appliances", "window", "assignees", "marks", "notes"],
            &["serials", "purchase", "approvals", "overrides", "over_guide", "plan"],
        ],
        DocKind::Sheet => &[
            &[
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
            ],
            &[
                "about",
                "appointments",
                "guidance",
                "goods",
                "crew",
                "pauses",
                "reasons",
                "notices",
                "charges",
                "serials",
                "old_parts",
                "claim_shares",
                "loaner_backs",
                "no_loaners",
                "diagnoses",
                "consents",
                "promises",
                // A walk-in's order, in the order's own layout, until the owner adopts it.
                "customer",
                "appliances",
                "window",
                "marks",
                "purchase",
            ],
        ],
        DocKind::Request => &[&["parts", "advances", "cash", "notes"]],
        DocKind::Stock => &[&["about", "moves"]],
        DocKind::Desk => &[&[
            "about",
            "sets",
            "answers",
            "lines",
            "states",
            "follow_ups",
            "samples",
            "wages",
            "cash",
            "contracts",
            "referrals",
            "admissions",
            "notes",
        ]],
        DocKind::Roster => {
            &[&["about", "certificates", "grades", "kits", "events", "authorisations"], &["recovery_keys"]]
        }
        DocKind::Catalogue => &[&["about", "sets"]],
    }
}

/// Names of all containers of a kind.
pub fn containers(kind: DocKind) -> impl Iterator<Item = &'static str> {
    births(kind).iter().flat_map(|birth| birth.iter().copied())
}

/// The bytes of every birth of a kind, oldest first: each depends on the one before and on nothing else.
pub fn make(kind: DocKind) -> Vec<Vec<u8>> {
    let mut doc = AutoCommit::new().with_actor(ActorId::from(birth::ACTOR.0));
    births(kind)
        .iter()
        .map(|containers| {
            for name in *containers {
                doc.put_object(ROOT, *name, ObjType::Map).expect("a map can be put into the root");
            }
            doc.commit_with(CommitOptions::default().with_message("birth").with_time(0));
            let made = doc.get_last_local_change().expect("every birth makes at least one container");
            made.raw_bytes().to_vec()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Set this to a folder to write the births there, when a new kind gets its first one.
    const WRITE_TO: &str = "DOORSTEP_WRITE_BIRTHS";

    #[test]
    fn births_are_the_bytes_that_both_sides_keep() {
        for kind in DocKind::ALL {
            for (n, made) in make(kind).iter().enumerate() {
                let n = n + 1;
                if let Ok(folder) = std::env::var(WRITE_TO) {
                    std::fs::write(format!("{folder}/{}.{n}.bin", kind.name()), made).unwrap();
                    continue;
                }
                assert_eq!(Some(made.as_slice()), birth::births(kind).get(n - 1).map(|b| b.bytes), "{kind:?} {n}");
            }
            assert_eq!(make(kind).len(), birth::births(kind).len(), "{kind:?}");
        }
    }
}
