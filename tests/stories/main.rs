//! Stories: core and a real relay of its own process, over HTTP.

#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod access;
mod bad_input;
mod bad_line;
mod bench;
mod bundles;
mod claims;
mod first_job;
mod networks;
mod restore;
mod rule_sets;
mod sample_day;
mod tls;
