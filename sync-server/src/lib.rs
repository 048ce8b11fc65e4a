//! The relay: one append-only log per outlet. It never opens a document.
//!
//! `engine` decides, `storage` and `blobs` keep, `routes` speak HTTP; each can be had without the next. Automerge is
//! deliberately absent: what could harm whoever opens it is judged from its bytes alone.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod announce;
pub mod blobs;
pub mod cli;
pub mod clock;
mod drill;
pub mod engine;
pub mod identity;
pub mod packing;
pub mod routes;
mod server;
mod state;
pub mod storage;
pub mod tls;

pub use server::{Door, listen, serve};
pub use state::{Pace, State};
