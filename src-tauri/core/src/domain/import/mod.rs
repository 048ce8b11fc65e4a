//! Tables that somebody else wrote: which column says what, what a row becomes, and what is here already. Orders, and what a
//! maker answers to claims.
//!
//! Nothing is invented: what a row doesn't say stays empty or is named as assumed, and a person looks at it first.

pub mod answer;
pub mod columns;
pub mod headings;
pub mod part_rows;
pub mod reconcile;
pub mod rows;
pub mod same;
