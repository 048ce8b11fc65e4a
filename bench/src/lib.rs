//! What is measured: the app's own core against the relay's own program, on this machine, one JSON object a line.
//!
//! Nothing here decides whether a figure is good enough: the targets are in the documents, and a test that fails on a
//! slow day would only be switched off.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod bootstrap;
pub mod cast;
pub mod day;
pub mod figures;
pub mod fsync;
pub mod import;
pub mod machine;
pub mod photo;
pub mod relay;
pub mod repair;
pub mod rush;
pub mod save;
pub mod shift;
pub mod shop;
pub mod store;
pub mod trade;
pub mod visit;
