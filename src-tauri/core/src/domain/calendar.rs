//! Days of the outlet: China has one time zone, UTC+8, without summer time.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeZone, Timelike, Utc};
use doorstep_schemas::view::Text;

const HOUR_MS: i64 = 3_600_000;
/// The outlet's clock before UTC.
pub const OFFSET_MS: i64 = 8 * HOUR_MS;
pub const DAY_MS: i64 = 24 * HOUR_MS;

fn zone() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600).expect("eight hours are a valid offset")
}

fn local(ms: i64) -> DateTime<FixedOffset> {
    Utc.timestamp_millis_opt(ms).single().unwrap_or(DateTime::UNIX_EPOCH).with_timezone(&zone())
}

/// Midnight at the start of the outlet's day that holds this moment, in milliseconds since 1970, UTC.
pub fn day_start(ms: i64) -> i64 {
    ms.saturating_add(8 * HOUR_MS).div_euclid(DAY_MS).saturating_mul(DAY_MS).saturating_sub(8 * HOUR_MS)
}

/// Which of the outlet's days holds this moment, counted from 1970-01-01.
pub fn day_number(ms: i64) -> i64 {
    ms.saturating_add(8 * HOUR_MS).div_euclid(DAY_MS)
}

/// `2026-11-21`
pub fn day_name(ms: i64) -> String {
    let at = local(ms);
    format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day())
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A day that may be years away, as people write it: `2028年5月31日`, `31 May 2028`.
pub fn long_day(day: NaiveDate) -> Text {
    let month = MONTHS.iter().zip(1..).find(|(_, number)| *number == day.month()).map_or("", |(name, _)| name);
    Text {
        zh: format!("{}年{}月{}日", day.year(), day.month(), day.day()),
        en: format!("{} {month} {}", day.day(), day.year()),
    }
}

/// Midnight of a day as `2026-11-21`; `None` for anything else.
pub fn parse_day(text: &str) -> Option<i64> {
    let day = NaiveDate::parse_from_str(text.trim(), "%Y-%m-%d").ok()?;
    let midnight = day.and_hms_opt(0, 0, 0)?.and_local_timezone(zone()).single()?;
    Some(midnight.timestamp_millis())
}

/// Month, day of the month, and weekday counted from Monday = 0.
pub fn month_day_weekday(ms: i64) -> (u32, u32, u32) {
    let at = local(ms);
    (at.month(), at.day(), at.weekday().num_days_from_monday())
}

/// A moment by the outlet's wall clock; `None` for a day or an hour that isn't there.
pub fn moment(year: i32, month: u32, day: u32, minutes: u32) -> Option<i64> {
    let midnight = zone().with_ymd_and_hms(year, month, day, 0, 0, 0).single()?.timestamp_millis();
    (minutes <= 24 * 60).then(|| midnight + i64::from(minutes) * 60_000)
}

/// Year, month and day of a moment.
pub fn year_month_day(ms: i64) -> (i32, u32, u32) {
    let at = local(ms);
    (at.year(), at.month(), at.day())
}

/// The same day so many months on, or the month's last day where it is shorter.
pub fn months_after(ms: i64, months: u32) -> i64 {
    let at = local(ms).naive_local();
    let later = at.checked_add_months(chrono::Months::new(months)).unwrap_or(at);
    later.and_utc().timestamp_millis() - 8 * HOUR_MS
}

/// Hour 0–23 of the outlet's day.
pub fn hour(ms: i64) -> usize {
    local(ms).hour() as usize
}

/// `14:05`
pub fn clock(ms: i64) -> String {
    let at = local(ms);
    format!("{:02}:{:02}", at.hour(), at.minute())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_day_of_the_shop_begins_at_its_own_midnight() {
        // 2026-11-21 00:00 in China is 2026-11-20 16:00 UTC.
        let midnight = 1_795_190_400_000;
        assert_eq!(day_name(midnight), "2026-11-21");
        assert_eq!(day_name(midnight - 1), "2026-11-20");
        assert_eq!(day_start(midnight + 5 * HOUR_MS), midnight);
        assert_eq!(clock(midnight + 14 * HOUR_MS + 300_000), "14:05");
        assert_eq!(month_day_weekday(midnight), (11, 21, 5), "a Saturday");
        assert_eq!(day_start(-1), -8 * HOUR_MS, "before 1970 too");
    }

    #[test]
    fn a_month_after_the_last_of_january_is_the_last_of_february() {
        let at = |year, month, day| moment(year, month, day, 0).unwrap();
        assert_eq!(months_after(at(2027, 1, 31), 1), at(2027, 2, 28));
        assert_eq!(months_after(at(2028, 1, 31), 1), at(2028, 2, 29));
        assert_eq!(year_month_day(months_after(at(2026, 11, 21), 24)), (2028, 11, 21));
        assert_eq!(moment(2026, 2, 30, 0), None);
        assert_eq!(moment(2026, 11, 21, 24 * 60 + 1), None);
        assert_eq!(months_after(i64::MAX, u32::MAX), 0, "a moment that isn't there");
    }
}
