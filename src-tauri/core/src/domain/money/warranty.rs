//! 保修: who pays, until when, and why (R26). Pure, so it is answered without a network.
//!
//! A period runs to the same day of its last month, that day included, and to the month's last day where it has no such
//! day (Civil Code of China, art. 201–202). A day that can't be read, or lies ahead, is no proof and the next one counts.

use chrono::{Days, Months, NaiveDate};
use doorstep_schemas::view::{ApplianceKind, Coverage, Text};

use crate::domain::calendar;
use crate::domain::facts::Purchase;

/// How long something is covered, from a dated rule set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Policy {
    /// A brand, or `any`.
    pub brand: String,
    /// `None` for every kind.
    pub appliance: Option<ApplianceKind>,
    /// A part, or `whole`.
    pub part: String,
    pub months: u32,
    /// Sold from this day on: `2026-01-01`; empty for ever.
    pub sold_from: String,
}

/// Why a warranty ends early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoidReason {
    pub code: String,
    pub name: Text,
}

/// The rules in force.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Policies {
    pub policies: Vec<Policy>,
    pub voids: Vec<VoidReason>,
    /// Which proof of the start counts before which.
    pub order: Vec<StartFrom>,
}

/// Which proof the start is from, the strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StartFrom {
    Invoice,
    Card,
    Installed,
    /// The production month and one month more.
    Made,
}

impl StartFrom {
    fn name(self) -> (&'static str, &'static str) {
        match self {
            Self::Invoice => ("发票", "invoice"),
            Self::Card => ("电子保修卡", "electronic card"),
            Self::Installed => ("安装日期", "installation date"),
            Self::Made => ("生产月份加一个月", "production month and one more"),
        }
    }
}

/// Who pays, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Covered {
    pub coverage: Coverage,
    /// The last day covered.
    pub until: Option<String>,
    pub start: Option<String>,
    pub start_from: Option<StartFrom>,
    pub reason: Text,
}

/// `2026-11-21` or `2026/11/21`; anything else is missing.
pub(super) fn day(text: &str) -> Option<NaiveDate> {
    let plain = text.trim().replace('/', "-");
    NaiveDate::parse_from_str(&plain, "%Y-%m-%d").ok().filter(believable)
}

/// Nothing that is repaired was bought before 1950, and a year of five figures is a slip of the finger.
fn believable(day: &NaiveDate) -> bool {
    use chrono::Datelike;
    (1950..=9999).contains(&day.year())
}

/// The first day of `2017-04`, or a whole day.
fn made(text: &str) -> Option<NaiveDate> {
    day(text).or_else(|| day(&format!("{}-01", text.trim())))
}

fn written(day: NaiveDate) -> String {
    day.format("%Y-%m-%d").to_string()
}

pub(super) fn today(now: i64) -> NaiveDate {
    day(&calendar::day_name(now)).unwrap_or_default()
}

/// The last day of a period of months that starts here.
pub(super) fn months_on(start: NaiveDate, months: u32) -> NaiveDate {
    start.checked_add_months(Months::new(months)).unwrap_or(NaiveDate::MAX)
}

/// The last day of a period of days that starts here: the first day is not counted.
pub(super) fn days_on(start: NaiveDate, days: u64) -> NaiveDate {
    start.checked_add_days(Days::new(days)).unwrap_or(NaiveDate::MAX)
}

/// When the warranty began, and which proof says so (R26): invoice before electronic card before installation before
/// production month and one month more. `made_on_nameplate` is what was read on site, where it was.
pub fn start(purchase: &Purchase, made_on_nameplate: &str, now: i64) -> Option<(String, StartFrom)> {
    start_day(&START_ORDER, purchase, made_on_nameplate, today(now)).map(|(day, from)| (written(day), from))
}

/// Where no set says otherwise.
const START_ORDER: [StartFrom; 4] = [StartFrom::Invoice, StartFrom::Card, StartFrom::Installed, StartFrom::Made];

fn start_day(
    order: &[StartFrom],
    purchase: &Purchase,
    made_on_nameplate: &str,
    today: NaiveDate,
) -> Option<(NaiveDate, StartFrom)> {
    let past = |text: &str| day(text).filter(|day| *day <= today);
    order.iter().find_map(|from| {
        let day = match from {
            StartFrom::Invoice => past(&purchase.invoice),
            StartFrom::Card => past(&purchase.card),
            StartFrom::Installed => past(&purchase.installed),
            StartFrom::Made => {
                let produced = made(made_on_nameplate).or_else(|| made(&purchase.made)).filter(|day| *day <= today);
                produced.map(|day| months_on(day, 1))
            }
        };
        day.map(|day| (day, *from))
    })
}

/// The policy for a part of something sold on a day: a brand's own word on the part; else what is longer of everyone's
/// rule for the part and the brand's for the whole, for a brand may give more than it must; else everyone's for the
/// whole. Of several the latest counts.
fn policy<'a>(
    policies: &'a Policies,
    brand: &str,
    appliance: ApplianceKind,
    part: &str,
    sold: NaiveDate,
) -> Option<&'a Policy> {
    let in_force = |p: &&Policy| p.sold_from.is_empty() || day(&p.sold_from).is_some_and(|from| from <= sold);
    let find = |brand: &str, part: &str| {
        let of = policies.policies.iter().filter(|p| same(&p.brand, brand) && same(&p.part, part));
        of.filter(|p| p.appliance.is_none_or(|kind| kind == appliance))
            .filter(in_force)
            .max_by_key(|p| (p.appliance.is_some(), day(&p.sold_from)))
    };
    let own = |part: &str| find(brand, part);
    if part.trim().is_empty() || same(part, "whole") {
        return own("whole").or_else(|| find("any", "whole"));
    }
    own(part)
        .or_else(|| [find("any", part), own("whole")].into_iter().flatten().max_by_key(|p| p.months))
        .or_else(|| find("any", "whole"))
}

fn same(a: &str, b: &str) -> bool {
    a.trim().eq_ignore_ascii_case(b.trim())
}

/// Who pays for a repair (R26). `extended_until` is the last day of an extended warranty, where there is one. Reasons
/// that end a warranty end the extended one too.
pub fn coverage(
    policies: &Policies,
    brand: &str,
    appliance: ApplianceKind,
    purchase: &Purchase,
    made_on_nameplate: &str,
    extended_until: &str,
    now: i64,
) -> Covered {
    let today = today(now);
    let order = if policies.order.is_empty() { &START_ORDER[..] } else { &policies.order };
    let found = start_day(order, purchase, made_on_nameplate, today);
    let answer = |coverage, until: Option<NaiveDate>, zh: String, en: String| Covered {
        coverage,
        until: until.map(written),
        start: found.map(|(day, _)| written(day)),
        start_from: found.map(|(_, from)| from),
        reason: Text { zh, en },
    };
    if let Some(reason) = voided(policies, &purchase.voids) {
        let (zh, en) = (format!("保修失效:{}", reason.zh), format!("warranty void: {}", reason.en));
        return answer(Coverage::OutOfWarranty, None, zh, en);
    }
    if let Some(until) = day(extended_until).filter(|until| today <= *until) {
        let base = found.and_then(|(start, _)| {
            let policy = policy(policies, brand, appliance, &purchase.part, start)?;
            Some(months_on(start, policy.months)).filter(|base| today <= *base)
        });
        if base.is_none() {
            let last = calendar::long_day(until);
            let (zh, en) = (format!("延保至 {}", last.zh), format!("extended warranty until {}", last.en));
            return answer(Coverage::Extended, Some(until), zh, en);
        }
    }
    let Some((start, from)) = found else {
        let zh = "没有购机凭证、安装日期和生产日期,待鉴定".to_owned();
        let en = "no proof of purchase, installation or production date: to be appraised".to_owned();
        return answer(Coverage::ToBeAppraised, None, zh, en);
    };
    let Some(policy) = policy(policies, brand, appliance, &purchase.part, start) else {
        let zh = "没有适用的保修政策,待鉴定".to_owned();
        let en = "no warranty policy applies: to be appraised".to_owned();
        return answer(Coverage::ToBeAppraised, None, zh, en);
    };
    let until = months_on(start, policy.months);
    let (first, last) = (calendar::long_day(start), calendar::long_day(until));
    let (months, (proof_zh, proof_en)) = (policy.months, from.name());
    let (coverage, zh, en) = if today <= until {
        (Coverage::InWarranty, "保内", "in warranty")
    } else {
        (Coverage::OutOfWarranty, "保外", "out of warranty")
    };
    answer(
        coverage,
        Some(until),
        format!("{proof_zh} {} 起 {months} 个月，至 {}：{zh}", first.zh, last.zh),
        format!("{months} months from {} ({proof_en}), until {}: {en}", first.en, last.en),
    )
}

/// The first reason that ends the warranty. One that the rules in force do not know is shown as it is written.
fn voided(policies: &Policies, voids: &str) -> Option<Text> {
    let code = voids.split([' ', ',', ';', ',', '、']).map(str::trim).find(|code| !code.is_empty())?;
    let known = policies.voids.iter().find(|reason| reason.code == code).map(|reason| reason.name.clone());
    Some(known.unwrap_or_else(|| Text { zh: code.to_owned(), en: code.to_owned() }))
}

#[cfg(test)]
#[path = "warranty_tests.rs"]
mod tests;
