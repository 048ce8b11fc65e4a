//! What was released must be read for ever: golden messages, JSON Schemas, rule sets, births, and the words of the protocol's
//! own description.

// A test may stop at what it did not expect.
#![allow(clippy::unwrap_used)]

mod births;
mod cbor;
mod examples;
mod golden;
mod json;
mod messages;
mod openapi;
mod protocol;
mod rules;
