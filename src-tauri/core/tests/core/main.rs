//! The core held to the trade's stories without a relay: documents, store, rules, sync engine, photos.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

mod absorbing;
mod access;
mod board;
mod bundles;
mod cast;
mod claims;
mod codes;
mod comparing;
mod days;
mod documents;
mod drafts;
mod engine;
mod erased;
mod grants;
mod history;
mod keyrings;
mod lists;
mod merges;
mod outbox;
mod own;
mod packs;
mod packs_beside;
mod parcels;
mod photos;
mod pictures;
mod purge;
mod quarantine;
mod recovery;
mod review;
mod rotation;
mod rule_sets;
mod rules;
mod safety;
mod set_pages;
mod settlement;
mod tables;
mod texts_at_rest;
mod trade;
mod vault;
mod verdicts;
mod volumes;
mod wages;
mod whole;
