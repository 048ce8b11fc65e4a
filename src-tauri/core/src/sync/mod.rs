//! Work meets here: one exchange up and down, photos beside it, announcements when there are any.
//!
//! `engine` and `pacer` decide and never touch a socket, so a simulator can drive them; `runner` is the thin loop
//! that does what they wish over HTTP.

pub mod admin;
mod backlog;
mod blobs;
mod comparison;
pub mod engine;
pub mod fault;
mod flight;
pub mod line;
mod live;
mod lost;
pub mod nearby;
pub mod network;
pub mod pacer;
mod parcels;
pub(crate) mod photos;
pub mod receipts;
mod rule_sets;
pub mod runner;
pub mod status;
mod trust;
pub mod ways;
