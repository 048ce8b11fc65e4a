//! The people, things and lines that the tests of money speak of.

use doorstep_schemas::ids::{JobId, MemberId, ShortId};
use doorstep_schemas::view::{
    ApplianceKind, Channel, Coverage, FeeKind, JobKind, JobOutcome, PaidFor, PartSource, PayWay, Payer,
};

use crate::domain::facts::{
    Consent, Fee, Job, Noted, Order, OrderedAppliance, OutcomeFact, Payment, Quote, Sheet, UsedPart,
};
use crate::domain::record::{Record, Scalar};

/// 2026-11-21 08:00 in China.
pub const MORNING: i64 = 1_795_190_400_000 + 8 * 3_600_000;
pub const HOUR: i64 = 3_600_000;
pub const DAY: i64 = 24 * HOUR;

pub fn id(n: u64) -> ShortId {
    ShortId::mint([(n >> 32) as u8, (n >> 24) as u8, (n >> 16) as u8, (n >> 8) as u8, n as u8])
}

/// The appliance of a job with one.
pub fn unit() -> ShortId {
    id(900)
}

pub fn ran() -> MemberId {
    id(1001)
}

pub fn tian() -> MemberId {
    id(1002)
}

pub fn job_id(n: u64) -> JobId {
    JobId::mint(n, [0; 10])
}

pub fn noted(at_ms: i64) -> Noted {
    Noted::now(at_ms, None, ran())
}

/// A fact of which only this is known.
pub fn known<R: Record>(n: u64, fields: &[(&str, Scalar)]) -> R {
    let get = |key: &str| fields.iter().find(|(k, _)| *k == key).map(|(_, value)| value.clone());
    R::read(id(n), noted(MORNING + n as i64), &get).unwrap()
}

pub fn blank<R: Record>(n: u64) -> R {
    known(n, &[])
}

pub fn name(id: ShortId) -> Scalar {
    Scalar::Text(id.to_string())
}

/// A job on one appliance.
pub fn job(kind: JobKind, appliance: ApplianceKind, coverage: Coverage) -> Job {
    let mut order = Order::blank(kind, noted(MORNING));
    order.coverage = coverage;
    order.appliances.push(OrderedAppliance {
        id: unit(),
        kind: appliance,
        brand: "安泉".to_owned(),
        model: "ES50H-A1".to_owned(),
        serial: "AQ50H230417".to_owned(),
    });
    order.assignees.insert(ran(), MORNING);
    Job { order, sheet: Sheet::default() }
}

/// A repair that the customer pays.
pub fn repair() -> Job {
    job(JobKind::Repair, ApplianceKind::StorageHeater, Coverage::OutOfWarranty)
}

pub fn fee(n: u64, kind: FeeKind, quantity: i64, unit_fen: i64) -> Fee {
    Fee {
        appliance: Some(unit()),
        kind: kind.into(),
        quantity,
        unit_fen,
        share: 1_000,
        payer: Payer::Customer.into(),
        ..blank(n)
    }
}

/// One of something.
pub fn one(n: u64, kind: FeeKind, unit_fen: i64) -> Fee {
    fee(n, kind, 1_000, unit_fen)
}

pub fn used(n: u64, code: &str, quantity: u32, guide_fen: i64) -> UsedPart {
    UsedPart {
        code: code.to_owned(),
        quantity,
        guide_fen,
        source: PartSource::OwnStock.into(),
        ..known(n, &[("app", name(unit()))])
    }
}

pub fn paid(n: u64, fen: i64, way: PayWay, paid_for: PaidFor) -> Payment {
    Payment { fen, way: way.into(), paid_for: paid_for.into(), ..blank(n) }
}

pub fn quote(n: u64, total_fen: i64) -> Quote {
    Quote { total_fen, ..known(n, &[("app", name(unit())), ("diagnosis", name(id(1)))]) }
}

pub fn consent(n: u64, quote: ShortId, yes: bool, cost_fen: i64) -> Consent {
    let who = "向明".to_owned();
    Consent { yes, cost_fen, who, channel: Channel::Phone.into(), ..known(n, &[("quote", name(quote))]) }
}

pub fn outcome(n: u64, outcome: JobOutcome) -> OutcomeFact {
    OutcomeFact { outcome: outcome.into(), ..blank(n) }
}
