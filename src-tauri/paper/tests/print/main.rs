//! Papers held to what they must show: pages, sizes and texts, not pixels.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod nasty;
mod papers;
mod reader;
mod sample;
mod statement;
