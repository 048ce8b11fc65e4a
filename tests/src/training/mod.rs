//! What dictionaries are trained on: jobs of the town's shape in words of another county.
//!
//! No test and no bench says any of these texts. A dictionary that had seen the town's words would be measured on its own
//! training.

pub mod packs;
mod words;

pub use words::TEXTS;
