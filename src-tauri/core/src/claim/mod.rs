//! 理赔包: a claim pack as evidence. What it says is derived from changes and receipts, by whoever makes it and again by
//! whoever checks it, with the same functions.
//!
//! [`archive`] is the container, [`proof`] what the changes, signatures and receipts prove, [`derive`] the facts read
//! from them, [`pages`] the same for people, [`verify`] the check. No I/O, no clock, no store: a third party has none of
//! ours.

pub mod archive;
pub mod derive;
pub mod finding;
pub mod pages;
pub mod proof;
pub mod verify;
pub mod words;
