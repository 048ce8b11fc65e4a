//! The installed base: who lives where and owns what, since when. It is never stored, each customer is drawn anew.

use doorstep::domain::calendar;
use doorstep_schemas::view::ApplianceKind;

use super::makes::{self, Model};
use super::people;
use super::words::names::{BESIDE, ESTATES, HOUSES, SHOPS, STREETS, SURNAMES, TOWNSHIPS, VILLAGES};
use super::{DAY_MS, FIRST_DAY_MS, stream};
use crate::chance::Chance;

/// One customer and what they own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer {
    pub number: u64,
    pub name: String,
    pub phone: String,
    pub township: &'static str,
    pub address: String,
    pub km: u32,
    /// In streets and xiaoqu; else in a village.
    pub town: bool,
    /// A school, an inn, a clinic: no single person.
    pub house: bool,
    pub owned: Vec<Owned>,
}

/// An appliance of somebody's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owned {
    pub model: &'static Model,
    pub serial: String,
    /// Year and month.
    pub made: (i32, u32),
    /// Days after the town's first; most were bought before it.
    pub bought: i64,
}

/// Years back to which anybody remembers when something was bought.
const MEMORY: u32 = 10;

impl Customer {
    pub fn of(seed: u64, number: u64) -> Self {
        let chance = Chance::of(seed, stream::CUSTOMER, number);
        let township = chance.weighted(TOWNSHIPS, |t| t.weight);
        let house = chance.happens(6);
        let name = match (house, chance.happens(50)) {
            (false, _) => people::person(&chance),
            (true, true) => format!("{}{}", township.name, chance.pick(HOUSES)),
            (true, false) => {
                format!("{}{}", chance.weighted(SURNAMES, |(_, weight)| *weight).0, chance.pick(SHOPS))
            }
        };
        let many = if house { chance.between(2, 7) } else { chance.between(1, 6) };
        let owned = (0..many).map(|_| Owned::by(&chance)).collect();
        Self {
            number,
            name,
            phone: people::phone(number),
            township: township.name,
            address: address(&chance, township.town),
            km: township.km + chance.between(0, 4),
            town: township.town,
            house,
            owned,
        }
    }
}

fn address(chance: &Chance, town: bool) -> String {
    if !town {
        let village = chance.pick(VILLAGES);
        return if chance.happens(40) {
            format!("{village}{}", chance.pick(BESIDE))
        } else {
            format!("{village}{}组{}号", chance.between(1, 13), chance.between(1, 60))
        };
    }
    if chance.happens(55) {
        let (house, unit) = (chance.between(1, 16), chance.between(1, 4));
        let door = 100 * chance.between(1, 19) + chance.between(1, 5);
        format!("{}{house}栋{unit}单元{door}", chance.pick(ESTATES))
    } else {
        format!("{}{}号", chance.pick(STREETS), chance.between(1, 240))
    }
}

impl Owned {
    fn by(chance: &Chance) -> Self {
        let kind = *chance.weighted(&KINDS, |(_, weight)| *weight);
        let bought = -i64::from(chance.between(0, MEMORY * 365)) + 180;
        Self::bought_on(chance, kind.0, bought)
    }

    /// A new one, made some months before it was sold.
    pub fn bought_on(chance: &Chance, kind: ApplianceKind, bought: i64) -> Self {
        let model = makes::model(chance, kind);
        let made = month_of(bought - i64::from(chance.between(30, 200)));
        Self { model, serial: makes::serial(chance, model, made.0, made.1), made, bought }
    }
}

/// Year and month of a day.
pub fn month_of(day: i64) -> (i32, u32) {
    let name = calendar::day_name(FIRST_DAY_MS + day * DAY_MS);
    let mut parts = name.split('-');
    let year = parts.next().and_then(|year| year.parse().ok()).unwrap_or(2024);
    (year, parts.next().and_then(|month| month.parse().ok()).unwrap_or(1))
}

/// What people have at home, of a hundred.
pub const KINDS: [(ApplianceKind, u32); 10] = [
    (ApplianceKind::AirConditioner, 26),
    (ApplianceKind::StorageHeater, 13),
    (ApplianceKind::InstantHeater, 8),
    (ApplianceKind::GasHeater, 9),
    (ApplianceKind::WashingMachine, 13),
    (ApplianceKind::Refrigerator, 10),
    (ApplianceKind::RangeHood, 7),
    (ApplianceKind::GasStove, 6),
    (ApplianceKind::Television, 7),
    (ApplianceKind::Other, 2),
];

/// How much more often a kind is wanted or fails in this month; 10 is the most.
pub fn season(kind: ApplianceKind, month: u32) -> u32 {
    match kind {
        ApplianceKind::AirConditioner => match month {
            6..=8 => 10,
            5 | 9 => 6,
            12 | 1 => 4,
            _ => 2,
        },
        ApplianceKind::StorageHeater | ApplianceKind::InstantHeater | ApplianceKind::GasHeater => match month {
            11 | 12 | 1 | 2 => 10,
            3 | 10 => 6,
            _ => 3,
        },
        ApplianceKind::Refrigerator => match month {
            6..=9 => 8,
            _ => 4,
        },
        _ => 5,
    }
}

/// How likely something of this age fails; 20 is the most. New ones fail by their making, old ones by their years.
pub fn wear(age_days: i64) -> u32 {
    match age_days / 365 {
        i64::MIN..=0 => 8,
        1 | 2 => 4,
        3 => 6,
        4 => 8,
        5 => 10,
        6 => 12,
        7 => 15,
        8 => 17,
        _ => 20,
    }
}
