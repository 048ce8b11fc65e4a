//! The core held to the trade's stories without a relay: documents, store, rules, sync engine, photos.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

mod absorbing;
mod cast;
mod days;
mod documents;
mod engine;
mod grants;
mod history;
mod merges;
mod outbox;
mod own;
mod packs;
mod photos;
mod quarantine;
mod rule_sets;
mod rules;
mod safety;
mod trade;
mod vault;
