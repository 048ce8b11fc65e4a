//! The trade's rules, pure: no clock, no storage, no documents. Rules are named R1–R50 as in the trade's rule book.

pub mod bench;
pub mod calendar;
pub mod day;
pub mod facts;
pub mod gates;
pub mod money;
pub mod nodes;
pub mod parts;
pub mod record;
pub mod safety;
pub mod services;
pub mod timing;
