//! Orders from a table that somebody else wrote: which column says what, what a row becomes, and what is here already.
//!
//! Nothing is invented: what a row doesn't say stays empty or is named as assumed, and a person looks at it first.

pub mod columns;
pub mod headings;
pub mod rows;
pub mod same;
