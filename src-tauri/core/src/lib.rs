//! All that the app knows and does, without a window.
//!
//! Inside: `domain` knows the trade's rules and nothing else; `documents` the Automerge layout; `store` the one
//! encrypted database; `actions` what people do; `sync` how work meets. [`app::Doorstep`] puts them together.

pub mod actions;
pub mod app;
pub mod claim;
pub mod documents;
pub mod domain;
pub mod nature;
pub mod photos;
mod qr;
pub mod reports;
pub mod rules;
pub mod sample_outlet;
pub mod store;
pub mod sync;
pub mod tables;
pub mod tasks;
mod upkeep;
