//! Merges: in whatever order work meets, all of it is there, and readers take whatever they find.

pub mod anything;
mod arrival;
mod hidden;
mod strange;
