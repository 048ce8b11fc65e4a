//! The Automerge layout, one file per kind: edits in, tolerant readers out. Nothing else knows Automerge.

pub mod birth;
pub mod layout;
pub mod order;
pub mod outlet;
pub mod paper;
pub mod sheet;
