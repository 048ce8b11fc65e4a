//! What the relay decides, without I/O: who may do what, what enters the log, what goes down to whom.
//!
//! Everything here works on a [`crate::storage::Shelf`] or [`crate::storage::Ledger`] that it is given, with time and
//! randomness as arguments, so that the same rules run on the database, in memory and in a simulation.

pub mod access;
pub mod audit;
pub mod compare;
pub mod enrolment;
pub mod erase;
pub mod exchange;
pub mod fork;
pub mod inbox;
pub mod intake;
pub mod pack;
pub mod parcel;
pub mod quota;
pub mod rates;
pub mod rush;
pub mod scan;
pub mod session;
pub mod standing;
pub mod team;
pub mod tries;
