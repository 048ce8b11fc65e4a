//! Rule sets at work: built-in ones, those that replace them, and what is in force at a moment.
//!
//! A reading names the limit set it was judged by, and a named set is never deleted, so an old sheet is judged as it
//! was then. A set is taken whole or not at all: a mixture of two sets is one that nobody wrote.

mod adapters;
mod book;
pub mod compare;
mod cross;
mod in_force;
mod load;
mod people;
#[cfg(test)]
mod tests;

pub use book::{RefusedSet, RuleBook, shipped};
pub use in_force::InForce;
pub use load::{MOST_BYTES, MalformedSet, Set, load};
