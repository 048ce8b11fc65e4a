//! Limits of time (R1–R4): when somebody must have arrived, and how long the work may take.

use doorstep_schemas::view::{ApplianceKind, JobKind, Urgency};

use super::facts::Order;

const MINUTE_MS: i64 = 60_000;

/// When somebody must have arrived: an emergency's own limit, else the end of the window, else within 24 h (R1, R3, R4).
pub fn arrive_by(order: &Order) -> i64 {
    let minutes = match (order.urgency, &order.window) {
        (Urgency::Class1 | Urgency::Class2, _) => {
            if order.far {
                120
            } else {
                60
            }
        }
        (Urgency::Normal, Some(window)) => return window.to.0,
        (Urgency::Normal, None) => 24 * 60,
    };
    order.taken.at_ms + minutes * MINUTE_MS
}

/// Minutes allowed after arrival (R2): 60 for a repair, 120 for an installation, 150 for an air conditioner's; a set of
/// several appliances takes eight tenths of their sum.
pub fn limit_minutes(order: &Order) -> u32 {
    let one = |kind: ApplianceKind| match (order.kind, kind) {
        (JobKind::Install | JobKind::Move, ApplianceKind::AirConditioner) => 150,
        (JobKind::Install | JobKind::Move, _) => 120,
        _ => 60,
    };
    let sum: u32 = order.appliances.iter().map(|a| one(a.kind)).sum();
    match order.appliances.len() {
        0 => 60,
        1 => sum,
        _ => sum * 8 / 10,
    }
}

/// Whether arrival was in time (R1): inside the window, or before the limit where there is none. Early is not late,
/// but a customer who was promised 14:00 isn't home at 13:00 either: ten minutes of grace before the window.
pub fn on_time(order: &Order, arrived_ms: i64) -> bool {
    let not_before = match (order.urgency, &order.window) {
        (Urgency::Normal, Some(window)) => window.from.0 - 10 * MINUTE_MS,
        _ => i64::MIN,
    };
    (not_before..=arrive_by(order)).contains(&arrived_ms)
}

/// Whether the work kept its limit (R2).
pub fn in_limit(order: &Order, arrived_ms: i64, finished_ms: i64) -> bool {
    finished_ms - arrived_ms <= i64::from(limit_minutes(order)) * MINUTE_MS
}
