//! Builders for the tests of rules: one job at one customer's, with facts at chosen moments.

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::view::{ApplianceKind, JobKind, JobOutcome, NeedWhen, NodeKind};

use super::calendar::DAY_MS;
use super::crew::CrewRules;
use doorstep_schemas::rules::limits::Limit;

use super::facts::{Job, Node, Noted, Order, OrderedAppliance, OutcomeFact, Sheet};
use super::gates::{Needs, Rules};
use super::timing::Limits;
use super::triage::Triggers;

pub const MINUTE: i64 = 60_000;
pub const HOUR: i64 = 60 * MINUTE;
/// 2026-11-21 00:00 in China.
pub const MIDNIGHT: i64 = 1_795_190_400_000;
/// One day.
pub const DAY: i64 = DAY_MS;
pub const NOON: i64 = MIDNIGHT + DAY_MS / 2;

pub fn member(n: u8) -> MemberId {
    ShortId::mint([n; 5])
}

pub fn id(n: u32) -> ShortId {
    let [a, b, c, d] = n.to_be_bytes();
    ShortId::mint([1, a, b, c, d])
}

pub fn job_id(n: u8) -> JobId {
    JobId::mint(1_795_000_000_000, [n; 10])
}

pub fn noted(at_ms: i64) -> Noted {
    Noted::now(at_ms, None, member(1))
}

pub fn appliance(n: u32, kind: ApplianceKind) -> OrderedAppliance {
    OrderedAppliance { id: id(n), kind, brand: String::new(), model: String::new(), serial: String::new() }
}

/// A job taken at noon.
pub fn job(kind: JobKind, appliances: &[ApplianceKind]) -> Job {
    let mut order = Order::blank(kind, noted(NOON));
    order.appliances = (1..).zip(appliances).map(|(n, kind)| appliance(n, *kind)).collect();
    Job { order, sheet: Sheet::default() }
}

pub fn node(n: u32, kind: NodeKind, at_ms: i64) -> Node {
    Node { id: id(n), kind: kind.into(), lat_e6: None, lon_e6: None, noted: noted(at_ms) }
}

pub fn outcome(n: u32, outcome: JobOutcome, at_ms: i64) -> OutcomeFact {
    OutcomeFact { id: id(n), outcome: outcome.into(), reason: String::new(), noted: noted(at_ms) }
}

/// A rule book without a row: for rules that need none.
pub struct NoRules;

impl Rules for NoRules {
    fn limit(&self, _code: &str) -> Option<&Limit> {
        None
    }
    fn limit_of(&self, _set: &[u8], _code: &str) -> Option<&Limit> {
        None
    }
    fn needs_when(&self, _kind: JobKind, _appliance: ApplianceKind, _circumstances: &[NeedWhen]) -> Needs<'_> {
        Needs { readings: Vec::new(), photos: Vec::new() }
    }
    fn triggers(&self) -> Triggers {
        Triggers::default()
    }
    fn time_limits(&self) -> Limits {
        Limits::default()
    }
    fn crew_rules(&self) -> CrewRules {
        CrewRules::default()
    }
}
