//! Rule sets: the trade's figures and words as files that an outlet may replace, one module a kind.
//!
//! A set is an immutable blob named by its SHA-256 and taken whole or not at all: a mixture of two sets is one that
//! nobody wrote. Unknown fields are refused, so a slip of the pen is found where it was made.

pub mod limits;
pub mod needs;
