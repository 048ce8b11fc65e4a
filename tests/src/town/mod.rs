//! A believable outlet from a seed: its people, its customers and what they own, years of orders, and what came of them.
//!
//! Everything is drawn from the seed and a thing's own number, so that the hundredth order is the same whether or not
//! the ninety-nine before it were looked at. What a job needs is asked of the rule book, never listed here: the town
//! goes on fitting when the rules change.

mod base;
mod clock;
pub mod course;
mod facts;
pub mod makes;
mod meter;
mod orders;
mod people;
mod play;
mod taking;
pub mod words;
mod written;

#[cfg(test)]
mod tests;

use std::ops::Range;
use std::sync::Arc;

use doorstep::rules::RuleBook;
use doorstep::store::{Enrolment, Store, StoreError};
use doorstep_schemas::ids::{MemberId, OutletId, PublicKey};
use doorstep_schemas::input::RosterFact;
use doorstep_schemas::wire::RoleKind;

use crate::chance::Chance;
pub use base::{Customer, Owned};
pub use clock::Clock;
pub use course::{Act, Course, Step};
pub use facts::facts;
use meter::Meter;
pub use orders::{Ordered, Orders, Unit};
pub use people::Member;
pub use play::{PlayError, Refused, play};
pub use words::{Pool, TEXTS, shares_text_with};
pub use written::{Pens, Written, WrittenError};

/// 2024-01-01 00:00 at the shop: the town's day 0.
pub const FIRST_DAY_MS: i64 = 1_704_038_400_000;
pub const MINUTE_MS: i64 = 60_000;
pub const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
pub const YEAR_MS: i64 = 365 * DAY_MS;

/// The town's name on cards and enrolments.
pub const NAME: &str = "枥川县沿江路网点";

/// Kinds of things that draw from chances of their own.
mod stream {
    pub const MEMBER: u64 = 1;
    pub const CUSTOMER: u64 = 2;
    pub const DAY: u64 = 3;
    pub const COURSE: u64 = 4;
    pub const METER: u64 = 5;
    pub const DEVICE: u64 = 6;
    pub const START: u64 = 7;
}

/// See the module.
pub struct Town {
    pub seed: u64,
    pub members: Vec<Member>,
    pub rules: Arc<RuleBook>,
    meter: Meter,
}

impl Town {
    /// The town of this seed under these rules.
    pub fn new(seed: u64, rules: Arc<RuleBook>) -> Self {
        Self { seed, members: people::members(seed), meter: Meter::new(seed, rules.clone()), rules }
    }

    /// Orders of these days after the first of 2024, so many a day as a rule; more in summer and before the new year.
    pub fn orders(&self, days: Range<u32>, per_day: u32) -> Orders<'_> {
        Orders::new(self, days, per_day)
    }

    /// What came of an order.
    pub fn course(&self, order: &Ordered) -> Course {
        course::of(self, order)
    }

    /// The `n`th customer.
    pub fn customer(&self, n: u64) -> Customer {
        Customer::of(self.seed, n)
    }

    pub fn owner(&self) -> MemberId {
        self.members[0].id
    }

    /// The first with this role.
    pub fn first(&self, role: RoleKind) -> MemberId {
        self.members.iter().find(|member| member.role == role).map_or(self.owner(), |member| member.id)
    }

    /// Grades, certificates and kits of the members (R7).
    pub fn roster(&self) -> Vec<RosterFact> {
        people::roster(&self.members)
    }

    /// Makes a new store this town's, on the owner's device.
    pub fn found(&self, store: &mut Store) -> Result<(), StoreError> {
        for member in &self.members {
            store.put_member(&member.role())?;
        }
        store.set_enrolment(&self.enrolment(self.owner()))
    }

    /// As the device of this member would be enrolled.
    pub fn enrolment(&self, member: MemberId) -> Enrolment {
        let chance = Chance::of(self.seed, stream::MEMBER, 1);
        Enrolment {
            outlet: OutletId::mint(u64::try_from(FIRST_DAY_MS).unwrap_or(0), chance.bytes()),
            outlet_name: NAME.to_owned(),
            member,
            device_name: "店里平板".to_owned(),
            relay: "http://127.0.0.1:1".to_owned(),
            relay_key: PublicKey(chance.bytes()),
            token: String::new(),
        }
    }
}
