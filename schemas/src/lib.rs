//! Every shape that crosses a boundary, and what makes it well-formed.
//!
//! The app and the relay share this crate and nothing else. It knows the bytes of a change without knowing
//! Automerge: the relay judges work that it never opens (see [`admission`]).

// A test may stop at what it did not expect.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod admission;
pub mod birth;
pub mod blob;
pub mod bundle;
pub mod change;
pub mod claim_pack;
pub mod closed;
pub mod code;
mod columns;
pub mod compare;
pub mod dictionary;
pub mod enrol;
pub mod event;
pub mod frame;
pub mod ids;
pub mod inbox;
pub mod input;
mod leb;
pub mod live;
pub mod log;
pub mod manifest;
pub mod nearby;
pub mod operations;
pub mod paper;
pub mod planted;
pub mod quota;
pub mod receipt;
pub mod rules;
pub mod segment;
pub mod signature;
pub mod terse;
pub mod upkeep;
pub mod view;
pub mod vouch;
pub mod wire;

/// The protocol's version: in the path of every route and in the header of every exchange.
pub const PROTOCOL: u32 = 1;

/// The oldest protocol that a relay of this version still serves.
pub const PROTOCOL_OLDEST: u32 = 1;

/// Largest exchange body that either side takes, in bytes.
pub const MAX_EXCHANGE: usize = 8 * 1024 * 1024;
