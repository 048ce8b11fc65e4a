//! Work in the hands of honest people and of others: what the codec restores, what admission lets in, what a
//! signature covers. Histories are made by Automerge itself, which the crate under test never links.

// A test may stop at what it did not expect.
#![allow(clippy::unwrap_used)]

mod admission;
mod cast;
mod closed;
mod codec;
mod corpus;
mod forgeries;
mod hostile;
mod parcels;
mod signatures;
mod survival;
