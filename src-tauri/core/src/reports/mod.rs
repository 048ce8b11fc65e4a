//! What people read on paper or in a terminal, in both languages.

pub mod day;
pub mod day_paper;
pub mod day_table;
pub mod history;
pub mod labels;
pub mod lists;
pub mod orders;
pub mod proof;
pub mod set_words;
pub mod statement;
mod tag;
pub mod terms;
pub mod words;
