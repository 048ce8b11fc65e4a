//! Who lives in the town, what they own, and what they call for.

use std::collections::BTreeSet;

use doorstep::domain::calendar;
use doorstep_schemas::input::{RosterFact, TakeOrder};
use doorstep_schemas::view::{ApplianceKind, CertificateKind, JobKind, Segment, Source, Urgency};

use super::{jobs, town};
use crate::town::makes::BRANDS;
use crate::town::people::phone;
use crate::town::words::names::{HOUSES, SHOPS, SURNAMES, TOWNSHIPS};
use crate::town::{MINUTE_MS, Ordered};

fn told(order: &Ordered) -> String {
    format!("{order:?}")
}

#[test]
fn the_same_seed_makes_the_same_town_and_another_makes_another() {
    let all = |seed| {
        let town = town(seed);
        let orders: Vec<Ordered> = town.orders(0..20, 8).collect();
        let courses: Vec<String> = orders.iter().map(|order| format!("{:?}", town.course(order))).collect();
        let orders: Vec<String> = orders.iter().map(told).collect();
        (format!("{:?}", town.members), orders, courses)
    };
    assert_eq!(all(7), all(7));
    let (here, there) = (all(7), all(8));
    assert!(here.0 != there.0 && here.1 != there.1 && here.2 != there.2);
}

#[test]
fn a_day_is_the_same_whether_or_not_the_days_before_it_were_looked_at() {
    let town = town(3);
    let late: Vec<Ordered> = town.orders(0..30, 6).filter(|order| order.day == 29).collect();
    let alone: Vec<Ordered> = town.orders(29..30, 6).collect();
    assert_eq!(late.len(), alone.len());
    // Only a revisit needs to know what was before it.
    let fresh = |o: &Ordered| o.input.details.as_ref().is_some_and(|d| d.revisit_of.is_none());
    for (a, b) in late.iter().zip(&alone).filter(|(a, _)| fresh(a)) {
        assert_eq!(a.taken_ms, b.taken_ms);
        assert_eq!(a.input.kind, b.input.kind);
    }
}

#[test]
fn names_numbers_places_and_brands_are_the_towns_own() {
    let town = town(5);
    let mut length = [0u32; 8];
    for (order, _) in jobs(&town, 60, 12) {
        let customer = &order.input.customer;
        let digits: u64 = customer.phone.parse().unwrap();
        assert!(
            (13_800_000_000..13_800_010_000).contains(&digits) || (13_900_000_000..13_900_010_000).contains(&digits),
            "{digits}"
        );
        let township = TOWNSHIPS.iter().find(|t| t.name == customer.township).unwrap();
        assert!(order.input.far == (order.input.details.as_ref().unwrap().km.unwrap() > 15), "{}", township.km);
        let house = SHOPS.iter().chain(HOUSES).any(|end| customer.name.ends_with(end));
        let surname = SURNAMES.iter().any(|(surname, _)| customer.name.starts_with(surname));
        assert!(house || surname, "{}", customer.name);
        if !house {
            length[customer.name.chars().count()] += 1;
        }
        for appliance in &order.input.appliances {
            assert!(BRANDS.contains(&appliance.brand.as_str()), "{}", appliance.brand);
        }
        assert!(order.units.iter().all(|unit| unit.owned.serial.len() == 12), "{:?}", order.units);
    }
    assert!(length[2] > 100 && length[3] > 200, "two or three characters: {length:?}");
    assert!(length[1] == 0 && length[5..].iter().all(|n| *n == 0) && length[4] < 10, "{length:?}");
    let phones: BTreeSet<String> = (0..20_000).map(phone).collect();
    assert_eq!(phones.len(), 20_000, "nobody shares a number");
}

#[test]
fn every_kind_of_work_and_appliance_is_called_for_from_everywhere() {
    let orders: Vec<TakeOrder> = town(1).orders(0..200, 10).map(|order| order.input).collect();
    assert!((1_700..=2_300).contains(&orders.len()), "{}", orders.len());
    let kinds: BTreeSet<JobKind> = orders.iter().map(|o| o.kind).collect();
    assert_eq!(kinds.len(), JobKind::ALL.len(), "{kinds:?}");
    let appliances: BTreeSet<ApplianceKind> = orders.iter().flat_map(|o| &o.appliances).map(|a| a.kind).collect();
    assert_eq!(appliances.len(), ApplianceKind::ALL.len(), "{appliances:?}");
    let coverages: BTreeSet<_> = orders.iter().map(|o| o.coverage).collect();
    assert_eq!(coverages.len(), 4);
    let urgencies: BTreeSet<_> = orders.iter().map(|o| o.urgency).collect();
    assert_eq!(urgencies.len(), Urgency::ALL.len());
    let details = || orders.iter().filter_map(|o| o.details.as_ref());
    let sources: BTreeSet<_> = details().filter_map(|d| d.source).collect();
    assert_eq!(sources.len(), Source::ALL.len(), "{sources:?}");
    let segments: BTreeSet<_> = details().filter_map(|d| d.segment).collect();
    assert_eq!(segments.len(), Segment::ALL.len(), "{segments:?}");
    for (what, some) in [
        ("a set", orders.iter().any(|o| o.appliances.len() > 1)),
        ("a project", details().any(|d| d.project)),
        ("an acceptance", details().any(|d| d.acceptance)),
        ("a subsidy", details().any(|d| d.subsidised)),
        ("a contract", details().any(|d| !d.contract.is_empty())),
        ("work at height", details().any(|d| d.at_height)),
        ("a wish", details().any(|d| d.wished.is_some())),
        ("a maker's number", orders.iter().any(|o| !o.maker_order.is_empty())),
    ] {
        assert!(some, "{what}");
    }
}

#[test]
fn people_call_about_air_conditioners_in_summer_and_about_hot_water_in_winter() {
    let town = town(2);
    let mut seen = [[0u32; 2]; 2];
    for order in town.orders(0..366, 10) {
        let (month, ..) = calendar::month_day_weekday(order.taken_ms);
        let season = match month {
            6..=8 => 0,
            11 | 12 | 1 => 1,
            _ => continue,
        };
        match order.input.appliances[0].kind {
            ApplianceKind::AirConditioner => seen[season][0] += 1,
            ApplianceKind::StorageHeater | ApplianceKind::InstantHeater | ApplianceKind::GasHeater => {
                seen[season][1] += 1;
            }
            _ => {}
        }
    }
    let [summer, winter] = seen;
    assert!(summer[0] > 2 * summer[1], "{seen:?}");
    assert!(winter[1] > winter[0], "{seen:?}");
}

#[test]
fn what_is_old_fails_more_often_than_what_is_three_years_old() {
    let town = town(4);
    let mut ages = [0u32; 12];
    let repairs = town.orders(0..250, 12).filter(|order| order.input.kind == JobKind::Repair);
    for order in repairs {
        let age = (order.day - order.units[0].owned.bought) / 365;
        ages[usize::try_from(age).unwrap().min(11)] += 1;
    }
    assert!(ages[7] + ages[8] > 2 * (ages[1] + ages[2]), "{ages:?}");
}

#[test]
fn a_revisit_comes_back_to_the_same_machine_within_a_month() {
    let town = town(6);
    let orders: Vec<Ordered> = town.orders(0..120, 12).collect();
    let mut revisits = 0;
    for order in &orders {
        let Some(first) = order.input.details.as_ref().and_then(|d| d.revisit_of) else { continue };
        revisits += 1;
        let first = orders.iter().find(|o| o.job == first).unwrap();
        assert_eq!(first.input.customer.phone, order.input.customer.phone);
        assert_eq!(first.units[0].owned, order.units[0].owned);
        assert!((2..25).contains(&(order.day - first.day)));
    }
    assert!((10..100).contains(&revisits), "{revisits}");
}

#[test]
fn the_team_has_every_certificate_and_grade_and_orders_fit_those_who_get_them() {
    let town = town(9);
    let roster = town.roster();
    for kind in CertificateKind::ALL {
        let held = |fact: &RosterFact| matches!(fact, RosterFact::Certificate { kind: k, .. } if k == kind);
        assert!(roster.iter().any(held), "{kind:?}");
    }
    let names: BTreeSet<&str> = town.members.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(names.len(), town.members.len());
    for order in town.orders(0..60, 12) {
        let first = town.members.iter().find(|m| m.id == order.input.assignees[0]).unwrap();
        let details = order.input.details.as_ref().unwrap();
        assert!(!details.at_height || first.certificates.contains(&CertificateKind::WorkAtHeight));
        assert!(details.difficulty.is_none_or(|difficulty| first.grade.is_some_and(|grade| grade >= difficulty)));
        assert!(order.input.window.is_none_or(|w| w.to.0 - w.from.0 == 120 * MINUTE_MS));
    }
}
