//! What people read on paper or in a terminal, in both languages.

pub mod day;
mod words;
