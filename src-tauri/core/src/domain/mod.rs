//! The trade's rules, pure: no clock, no storage, no documents. Rules are named R1–R50 as in the trade's rule book.

pub mod acceptance;
pub mod approval;
pub mod bench;
pub mod calendar;
pub mod card;
pub mod crew;
pub mod customer;
pub mod day;
pub mod day_money;
pub mod dealer;
pub mod dispatch;
pub mod facts;
pub mod failures;
pub mod first_fix;
pub mod gates;
pub mod hazards;
pub mod intake;
pub mod nodes;
pub mod obstacle;
pub mod paste;
pub mod rating;
pub mod record;
pub mod reminders;
pub mod reply;
pub mod roster;
pub mod safety;
pub mod sample;
#[cfg(test)]
mod scene;
pub mod score;
pub mod services;
pub mod survey;
pub mod timers;
pub mod timing;
pub mod triage;
pub mod when;
