//! Orders as they come in, day by day: by season, by age of what people own, some of them coming back.

use std::collections::VecDeque;
use std::ops::Range;

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::input::TakeOrder;
use doorstep_schemas::view::{ApplianceKind, JobKind};

use super::base::{Owned, month_of};
use super::people::PHONES;
use super::taking::Taking;
use super::words::faults::{self, Trouble};
use super::{DAY_MS, FIRST_DAY_MS, MINUTE_MS, Town, stream};
use crate::chance::Chance;

/// An appliance on an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    pub id: ShortId,
    pub owned: Owned,
}

/// An order as it was taken. Its ids are names of the town's: a core that plays it mints its own.
#[derive(Debug, Clone)]
pub struct Ordered {
    pub job: JobId,
    pub taken_ms: i64,
    /// The owner, or the technician for a walk-in.
    pub taken_by: MemberId,
    pub walk_in: bool,
    pub input: TakeOrder,
    pub units: Vec<Unit>,
    pub customer: u64,
    /// The script of an emergency's call: `gas`, `shock`.
    pub emergency: Option<&'static str>,
    pub(super) trouble: usize,
    pub(super) day: i64,
    pub(super) seed: u64,
}

impl Ordered {
    /// What is wrong with an appliance of the order.
    pub(super) fn trouble(&self, kind: ApplianceKind) -> &'static Trouble {
        let troubles = faults::of(kind);
        &troubles[self.trouble % troubles.len()]
    }
}

/// Repairs that a later order may come back to.
const REMEMBERED: usize = 120;

/// See [`Town::orders`].
pub struct Orders<'a> {
    town: &'a Town,
    days: Range<u32>,
    per_day: u32,
    households: u64,
    today: VecDeque<Ordered>,
    repairs: VecDeque<Ordered>,
}

impl<'a> Orders<'a> {
    pub(super) fn new(town: &'a Town, days: Range<u32>, per_day: u32) -> Self {
        let households = (u64::from(per_day) * 150).clamp(600, PHONES);
        Self { town, days, per_day, households, today: VecDeque::new(), repairs: VecDeque::new() }
    }

    fn take_day(&mut self, day: u32) {
        let chance = Chance::of(self.town.seed, stream::DAY, u64::from(day));
        let month = month_of(i64::from(day)).1;
        let busy = match month {
            6..=8 => 125,
            1 | 12 => 110,
            2..=4 => 85,
            _ => 95,
        };
        let many = (self.per_day * busy * chance.between(80, 121) / 100 + 50) / 100;
        let mut minutes: Vec<u32> = (0..many).map(|_| chance.between(7 * 60 + 30, 19 * 60)).collect();
        minutes.sort_unstable();
        for (n, minute) in minutes.into_iter().enumerate() {
            let order = Taking {
                town: self.town,
                chance: Chance::of(self.town.seed, stream::DAY, (u64::from(day) + 1) * 100_000 + n as u64),
                day: i64::from(day),
                month,
                taken_ms: FIRST_DAY_MS + i64::from(day) * DAY_MS + i64::from(minute) * MINUTE_MS,
                households: self.households,
            }
            .order(&self.repairs);
            if order.input.kind == JobKind::Repair {
                self.repairs.push_back(order.clone());
                if self.repairs.len() > REMEMBERED {
                    self.repairs.pop_front();
                }
            }
            self.today.push_back(order);
        }
    }
}

impl Iterator for Orders<'_> {
    type Item = Ordered;

    fn next(&mut self) -> Option<Ordered> {
        while self.today.is_empty() {
            let day = self.days.next()?;
            self.take_day(day);
        }
        self.today.pop_front()
    }
}
