//! 退换: the right to give back or exchange, and the counting of repairs that it rests on (R26).

use std::collections::BTreeMap;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::view::Text;

use super::warranty::{day, days_on, today};
use crate::domain::calendar;

/// From the warranty rules in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counting {
    pub return_days: u32,
    pub exchange_days: u32,
    /// This many repairs, and still faulty.
    pub repairs: u32,
}

/// A repair of the unit for a fault of its own, done on a day (milliseconds since 1970, UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RepairDone {
    pub job: JobId,
    pub at_ms: i64,
}

/// What the customer may ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Remedy {
    Nothing,
    Repair,
    Exchange,
    /// Money back, or exchange.
    Return,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Right {
    pub remedy: Remedy,
    /// Repairs under warranty, each once.
    pub repairs: u32,
    pub reason: Text,
}

/// The customer's right for a unit that is faulty again (R26): within 7 days of the start money back, within 15 days
/// exchange, twice repaired under warranty and still faulty exchange; otherwise repair while the warranty runs.
/// `start` and `until` are the warranty's first and last day; without them there is no such right.
pub fn exchange_right(
    counting: &Counting,
    history: &[RepairDone],
    start: Option<&str>,
    until: Option<&str>,
    now: i64,
) -> Right {
    let answer = |remedy, repairs, zh: String, en: String| Right { remedy, repairs, reason: Text { zh, en } };
    let (Some(start), Some(until)) = (start.and_then(day), until.and_then(day)) else {
        return answer(Remedy::Nothing, 0, "没有保修起止日期".to_owned(), "no warranty dates".to_owned());
    };
    let today = today(now);
    let mut done: BTreeMap<JobId, i64> = BTreeMap::new();
    for repair in history {
        done.entry(repair.job).and_modify(|at| *at = (*at).min(repair.at_ms)).or_insert(repair.at_ms);
    }
    let covered = done.values().filter(|at| (start..=until).contains(&super::warranty::today(**at)) && **at <= now);
    let repairs = u32::try_from(covered.count()).unwrap_or(u32::MAX);
    if today > until {
        return answer(Remedy::Nothing, repairs, "已过保修期".to_owned(), "the warranty is over".to_owned());
    }
    for (remedy, days, zh, en) in [
        (Remedy::Return, counting.return_days, "可退货或换货", "return or exchange"),
        (Remedy::Exchange, counting.exchange_days, "可换货", "exchange"),
    ] {
        let last = days_on(start, u64::from(days));
        if (start..=last).contains(&today) {
            let last = calendar::long_day(last);
            let zh = format!("{days} 日内（{} 止）{zh}", last.zh);
            let en = format!("within {days} days (until {}): {en}", last.en);
            return answer(remedy, repairs, zh, en);
        }
    }
    if counting.repairs > 0 && repairs >= counting.repairs {
        let zh = format!("保修期内已修 {repairs} 次仍有故障,可换货");
        let en = format!("repaired {repairs} times under warranty and still faulty: exchange");
        return answer(Remedy::Exchange, repairs, zh, en);
    }
    let zh = format!("保修期内免费维修(已修 {repairs} 次)");
    let en = format!("free repair under warranty ({repairs} so far)");
    answer(Remedy::Repair, repairs, zh, en)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::cast::*;

    const COUNTING: Counting = Counting { return_days: 7, exchange_days: 15, repairs: 2 };

    /// 08:00 in China, this many days after 2026-11-21.
    fn after(days: i64) -> i64 {
        MORNING + days * DAY
    }

    fn right(history: &[RepairDone], days: i64) -> Right {
        exchange_right(&COUNTING, history, Some("2026-11-21"), Some("2027-11-21"), after(days))
    }

    #[test]
    fn r26_seven_days_to_return_and_fifteen_to_exchange() {
        for (days, remedy) in [
            (0, Remedy::Return),
            (7, Remedy::Return),
            (8, Remedy::Exchange),
            (15, Remedy::Exchange),
            (16, Remedy::Repair),
            (365, Remedy::Repair),
            (366, Remedy::Nothing),
        ] {
            assert_eq!(right(&[], days).remedy, remedy, "day {days}");
        }
        assert!(right(&[], 7).reason.zh.contains("2026年11月28日"));
    }

    #[test]
    fn r26_twice_repaired_and_still_faulty_is_exchanged() {
        let repair = |n, days| RepairDone { job: job_id(n), at_ms: after(days) };
        let once = [repair(1, 20), repair(1, 21)];
        assert_eq!(right(&once, 30).remedy, Remedy::Repair, "one job, told twice");
        let twice = [repair(1, 20), repair(2, 25)];
        let found = right(&twice, 30);
        assert_eq!((found.remedy, found.repairs), (Remedy::Exchange, 2));
        assert_eq!(right(&twice, 22).repairs, 1, "one lies ahead");
        let before = [repair(1, -5), repair(2, 25)];
        assert_eq!(right(&before, 30).remedy, Remedy::Repair, "one of an earlier warranty");
        assert_eq!(right(&twice, 400).remedy, Remedy::Nothing);
    }

    #[test]
    fn r26_without_dates_there_is_no_such_right() {
        assert_eq!(exchange_right(&COUNTING, &[], None, Some("2027-11-21"), MORNING).remedy, Remedy::Nothing);
        let bad = exchange_right(&COUNTING, &[], Some("gestern"), Some("2027-11-21"), MORNING);
        assert_eq!(bad.remedy, Remedy::Nothing);
        let uncounted = Counting { repairs: 0, ..COUNTING };
        let found = exchange_right(&uncounted, &[], Some("2026-11-21"), Some("2027-11-21"), after(30));
        assert_eq!(found.remedy, Remedy::Repair, "rules that count no repairs give no right by them");
        let far = Counting { return_days: u32::MAX, exchange_days: u32::MAX, repairs: 0 };
        assert_eq!(exchange_right(&far, &[], Some("2026-11-21"), Some("2027-11-21"), MORNING).remedy, Remedy::Return);
    }
}
