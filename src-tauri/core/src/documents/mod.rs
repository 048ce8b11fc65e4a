//! The Automerge layout, one file per kind: edits in, tolerant readers out. Nothing else knows Automerge.

pub mod birth;
pub mod conflicts;
pub mod history;
pub mod layout;
pub mod lineage;
pub mod order;
pub mod origins;
pub mod outlet;
pub mod paper;
pub mod refound;
pub mod shapes;
pub mod sheet;
pub mod snapshot;
pub mod undo;
