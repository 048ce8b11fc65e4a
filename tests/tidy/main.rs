//! What keeps the house in order: who may lean on whom, files that stay short, texts that exist in both languages.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod layers;
mod rules;
mod tree;
