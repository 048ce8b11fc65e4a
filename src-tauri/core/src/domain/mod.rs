//! The trade's rules, pure: no clock, no storage, no documents. Rules are named R1–R50 as in the trade's rule book.

pub mod approval;
pub mod bench;
pub mod calendar;
pub mod crew;
pub mod day;
pub mod day_money;
pub mod dispatch;
pub mod facts;
pub mod faults;
pub mod first_fix;
pub mod gates;
pub mod intake;
pub mod money;
pub mod nodes;
pub mod obstacle;
pub mod parts;
pub mod record;
pub mod safety;
#[cfg(test)]
pub(crate) mod scene;
pub mod score;
pub mod services;
pub mod timers;
pub mod timing;
pub mod triage;
