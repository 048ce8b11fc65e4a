//! What a judgement may depend on beside the value: the job, the nameplate, the room, the circuit, other readings.
//!
//! Everything is optional, because a sheet fills up as the visit goes. What is lacking is named and never a pass.

use std::collections::BTreeMap;

use doorstep_schemas::input::Found;
use doorstep_schemas::rules::limits::Span;
use doorstep_schemas::view::{ApplianceKind, Build, GasKind, JobKind, Laying, ProtectionClass, Refrigerant, Text};

/// A month of a year, as nameplates have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Month {
    pub year: i32,
    /// 1–12
    pub month: u32,
}

impl Month {
    /// `2017-04`, or a day of that month.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.trim().split('-');
        let year = parts.next().filter(|y| y.len() == 4)?.parse().ok()?;
        let month = parts.next()?.parse().ok()?;
        (1..=12).contains(&month).then_some(Self { year, month })
    }

    /// 2,017,040 is April 2017: the typed value 2017.04 in thousandths.
    pub fn of_value(thousandths: i64) -> Option<Self> {
        let year = i32::try_from(thousandths.div_euclid(1_000)).ok()?;
        let month = u32::try_from(thousandths.rem_euclid(1_000)).ok()?;
        (month % 10 == 0 && (10..=120).contains(&month)).then_some(Self { year, month: month / 10 })
    }

    pub(super) fn months_until(self, later: Self) -> i64 {
        let count = |m: Self| i64::from(m.year) * 12 + i64::from(m.month);
        count(later) - count(self)
    }
}

/// Something that a judgement needed and did not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    Appliance,
    Protection,
    Build,
    Gas,
    WetRoom,
    Method,
    Refrigerant,
    RatedPower,
    RatedCurrent,
    RcdRating,
    Breaker,
    Manufacture,
    JobDay,
    /// Another row of the same appliance, by code.
    Reading(String),
}

impl Lack {
    /// What a person is asked for.
    pub fn text(&self) -> Text {
        let (zh, en) = match self {
            Self::Appliance => ("机器种类", "kind of appliance"),
            Self::Protection => ("防触电类别", "protection class"),
            Self::Build => ("手持、电动或电热", "portable, motor or heating"),
            Self::Gas => ("气种", "kind of gas"),
            Self::WetRoom => ("是否潮湿处", "wet room or not"),
            Self::Method => ("测量方法", "method"),
            Self::Refrigerant => ("制冷剂", "refrigerant"),
            Self::RatedPower => ("额定功率", "rated power"),
            Self::RatedCurrent => ("额定电流", "rated current"),
            Self::RcdRating => ("漏保额定动作电流", "RCD's rated residual current"),
            Self::Breaker => ("断路器电流", "breaker's current"),
            Self::Manufacture => ("生产年月", "year and month made"),
            Self::JobDay => ("服务日期", "day of the job"),
            Self::Reading(code) => {
                return Text { zh: format!("先测 {code}"), en: format!("the reading {code}") };
            }
        };
        Text { zh: zh.to_owned(), en: en.to_owned() }
    }
}

/// Built up by `with_…`, from what the sheet knows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Context {
    pub(super) job: Option<JobKind>,
    pub(super) appliance: Option<ApplianceKind>,
    pub(super) loaner: bool,
    pub(super) protection: Option<ProtectionClass>,
    pub(super) build: Option<Build>,
    pub(super) rated_watts: Option<i64>,
    pub(super) rated_milliamps: Option<i64>,
    pub(super) rcd_milliamps: Option<i64>,
    pub(super) nameplate_volts: Option<Span>,
    pub(super) nameplate_pressure: Option<Span>,
    pub(super) refrigerant: Option<Refrigerant>,
    pub(super) gas: Option<GasKind>,
    pub(super) wet_room: Option<bool>,
    pub(super) laying: Option<Laying>,
    pub(super) breaker_amps: Option<i64>,
    pub(super) made: Option<Month>,
    pub(super) job_day: Option<String>,
    pub(super) readings: BTreeMap<String, i64>,
}

/// A quantity that is not above zero is no quantity.
fn above_zero(value: Option<i64>) -> Option<i64> {
    value.filter(|value| *value > 0)
}

impl Context {
    pub fn new(job: JobKind, appliance: ApplianceKind) -> Self {
        Self { job: Some(job), appliance: Some(appliance), ..Self::default() }
    }

    /// The appliance on which it is judged is a loaner (R17).
    pub fn with_loaner(mut self, loaner: bool) -> Self {
        self.loaner = loaner;
        self
    }

    pub fn with_protection(mut self, class: Option<ProtectionClass>) -> Self {
        self.protection = class;
        self
    }

    pub fn with_build(mut self, build: Option<Build>) -> Self {
        self.build = build;
        self
    }

    pub fn with_rated_watts(mut self, watts: Option<i64>) -> Self {
        self.rated_watts = above_zero(watts);
        self
    }

    pub fn with_rated_milliamps(mut self, milliamps: Option<i64>) -> Self {
        self.rated_milliamps = above_zero(milliamps);
        self
    }

    pub fn with_rcd_milliamps(mut self, milliamps: Option<i64>) -> Self {
        self.rcd_milliamps = above_zero(milliamps);
        self
    }

    /// In thousandths of a volt. A range that ends before it begins is none.
    pub fn with_nameplate_volts(mut self, span: Option<Span>) -> Self {
        self.nameplate_volts = span.filter(|span| span.from <= span.to);
        self
    }

    /// In thousandths of a megapascal.
    pub fn with_nameplate_pressure(mut self, span: Option<Span>) -> Self {
        self.nameplate_pressure = span.filter(|span| span.from <= span.to);
        self
    }

    pub fn with_refrigerant(mut self, refrigerant: Option<Refrigerant>) -> Self {
        self.refrigerant = refrigerant;
        self
    }

    pub fn with_gas(mut self, gas: Option<GasKind>) -> Self {
        self.gas = gas;
        self
    }

    pub fn with_wet_room(mut self, wet: Option<bool>) -> Self {
        self.wet_room = wet;
        self
    }

    pub fn with_laying(mut self, laying: Option<Laying>) -> Self {
        self.laying = laying;
        self
    }

    pub fn with_breaker_amps(mut self, amps: Option<i64>) -> Self {
        self.breaker_amps = above_zero(amps);
        self
    }

    pub fn with_made(mut self, made: Option<Month>) -> Self {
        self.made = made;
        self
    }

    /// `2026-11-21`
    pub fn with_job_day(mut self, day: &str) -> Self {
        self.job_day = Month::parse(day).map(|_| day.to_owned());
        self
    }

    /// Another reading of the same appliance, the one that counts. Only numbers say anything here.
    pub fn with_reading(mut self, code: &str, found: &Found) -> Self {
        match found {
            Found::Number { thousandths } => self.readings.insert(code.to_owned(), thousandths.0),
            _ => self.readings.remove(code),
        };
        self
    }

    pub(super) fn breaker_thousandths(&self) -> Option<i64> {
        self.breaker_amps.and_then(|amps| amps.checked_mul(1_000))
    }
}
