//! Load, breaker, wire and meter: each must carry what is before it (R11).
//!
//! Nobody sees how a wire runs inside a wall. Where it isn't known, it is taken as laid in insulation, where its heat
//! stays: the set says so, and a wire that passes then passes however it is laid.

use doorstep_schemas::rules::limits::{Circuit, Element};
use doorstep_schemas::view::{Text, Verdict};

use super::context::Lack;
use super::outcome::Outcome;
use super::shapes::Value;
use super::words::{both, number, sentence};

pub(super) fn judged(row: &Circuit, value: Value<'_>) -> Outcome {
    let found = value.thousandths;
    let beside = row.beside.clone().unwrap_or_default();
    let told = value.context.readings.get(&beside).copied();
    let links = match row.element {
        Element::Meter => vec![load_under(row, found, value, &METER)],
        Element::Breaker => vec![
            load_under(row, found, value, &BREAKER),
            told.map_or_else(
                || Outcome::lacking(Lack::Reading(beside)),
                |section| breaker_under_wire(found, carried(row, section, value)),
            ),
        ],
        Element::Wire => {
            let amps = carried(row, found, value);
            let breaker = value.context.breaker_thousandths().or(told);
            vec![
                load_under(row, amps, value, &WIRE),
                breaker.map_or_else(|| Outcome::lacking(Lack::Breaker), |breaker| breaker_under_wire(breaker, amps)),
            ]
        }
    };
    Outcome::worst(links)
}

const METER: (&str, &str) = ("电表", "meter");
const BREAKER: (&str, &str) = ("断路器", "breaker");
const WIRE: (&str, &str) = ("导线载流量", "wire carries");

/// What the wire carries as it is laid: that of the next thinner wire in the table, nothing below the thinnest.
fn carried(row: &Circuit, section: i64, value: Value<'_>) -> i64 {
    let laying = value.context.laying.or(row.unknown_laying);
    let of = |laying| row.carries.iter().find(|c| Some(c.laying) == laying);
    let table = of(laying).or_else(|| of(row.unknown_laying));
    let wires = table.map_or(&[][..], |table| &table.wires);
    wires.iter().rfind(|wire| wire.section <= section).map_or(0, |wire| wire.amps)
}

/// Whether the load is within `amps`. Powers are compared, so that nothing is rounded.
fn load_under(row: &Circuit, amps: i64, value: Value<'_>, what: &(&str, &str)) -> Outcome {
    let Some(watts) = value.context.rated_watts else { return Outcome::lacking(Lack::RatedPower) };
    let fits = i128::from(watts) * 1_000 <= i128::from(amps) * i128::from(row.volts);
    // For the reader only.
    let load = i64::try_from(i128::from(watts) * 10 / i128::from(row.volts.max(1))).unwrap_or(i64::MAX);
    let load = number(load.saturating_mul(100));
    link(fits, &both(format!("负荷 {load} A"), format!("load {load} A")), amps, what)
}

fn breaker_under_wire(breaker: i64, carried: i64) -> Outcome {
    let shown = number(breaker);
    link(breaker <= carried, &both(format!("断路器 {shown} A"), format!("breaker {shown} A")), carried, &WIRE)
}

fn link(fits: bool, left: &Text, amps: i64, (zh, en): &(&str, &str)) -> Outcome {
    let (verdict, sign) = if fits { (Verdict::Pass, "≤") } else { (Verdict::Fail, ">") };
    let amps = number(amps);
    let part = both(format!("{} {sign} {zh} {amps} A", left.zh), format!("{} {sign} {en} {amps} A", left.en));
    Outcome::plain(verdict, sentence(&[part], verdict))
}
