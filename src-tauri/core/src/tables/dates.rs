//! Days and hours in workbooks: a number of days since 1900 or 1904, told from other numbers by its format alone.

use chrono::{DateTime, Timelike};

use crate::domain::calendar::DAY_MS;

/// 1899-12-30, the day before which nothing is dated, in days before 1970. Excel believes that 1900 had a 29th of February: days
/// before March 1900 are a day off, and nobody appoints them.
const FIRST_DAY: f64 = 25_569.0;
/// What a workbook of an old Mac counts from.
const LATER_BY: f64 = 1_462.0;
/// Year 9999.
const LAST_DAY: f64 = 2_958_466.0;

/// A number of a cell as a person reads it: no point behind a whole number, no exponent in a long one.
pub fn number(value: f64) -> String {
    if value.is_finite() && value.fract() == 0.0 && value.abs() < 1e18 {
        format!("{value:.0}")
    } else if value.is_finite() {
        format!("{value}")
    } else {
        String::new()
    }
}

/// A number that its format makes a day: `2026-11-21`, `2026-11-21 14:00` or, without a day, `14:00`.
pub fn day(value: f64, since_1904: bool) -> String {
    let value = if since_1904 { value + LATER_BY } else { value };
    if !value.is_finite() || !(0.0..LAST_DAY).contains(&value) {
        return number(value);
    }
    // To the minute: the number is a fraction of a day, and 14:00 comes back as 13:59:59.999.
    let minutes = (value * 1_440.0).round();
    let ms = (minutes - FIRST_DAY * 1_440.0) * 60_000.0;
    let Some(moment) = DateTime::from_timestamp_millis(ms as i64) else { return number(value) };
    if value < 1.0 {
        return moment.format("%H:%M").to_string();
    }
    let midnight = moment.hour() == 0 && moment.minute() == 0;
    moment.format(if midnight { "%Y-%m-%d" } else { "%Y-%m-%d %H:%M" }).to_string()
}

/// The number of a moment of the outlet's clock, for a workbook.
pub fn serial(moment_ms: i64, offset_ms: i64) -> f64 {
    (moment_ms + offset_ms) as f64 / DAY_MS as f64 + FIRST_DAY
}

/// Whether a built-in format shows a day; those above 27 are the ones of Chinese and Japanese Excel.
pub fn built_in(id: u32) -> bool {
    matches!(id, 14..=22 | 27..=36 | 45..=47 | 50..=58)
}

/// Whether a format that somebody wrote shows a day: letters of days and hours outside of quoted text and brackets.
pub fn shows_day(format: &str) -> bool {
    let mut chars = format.chars();
    let mut found = false;
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                let _ = chars.by_ref().find(|c| *c == '"');
            }
            '\\' | '_' | '*' => {
                let _ = chars.next();
            }
            '[' => {
                // [h]:mm is a span of hours, [Red] and [$-804] are none.
                let inside: String = chars.by_ref().take_while(|c| *c != ']').take(40).collect();
                found |= matches!(inside.to_ascii_lowercase().as_str(), "h" | "hh" | "m" | "mm" | "s" | "ss");
            }
            'y' | 'Y' | 'd' | 'D' | 'h' | 'H' | 'm' | 'M' | 's' | 'S' => found = true,
            // General and 0.00E+00 say nothing of days.
            'G' | 'g' => return false,
            ';' => break,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_a_day_by_its_format_alone() {
        for format in
            ["yyyy-mm-dd", "m/d/yy h:mm", "[$-804]yyyy\"年\"m\"月\"d\"日\"", "hh:mm:ss", "[h]:mm", "yyyy/m/d;@"]
        {
            assert!(shows_day(format), "{format}");
        }
        for format in ["General", "0.00", "#,##0", "[Red]0", "\"days\"0", "0.00E+00", "@", "0_d"] {
            assert!(!shows_day(format), "{format}");
        }
    }

    #[test]
    fn a_serial_is_the_moment_to_the_minute_in_either_calendar() {
        assert_eq!(day(46_347.0, false), "2026-11-21");
        assert_eq!(day(46_347.583_333_333, false), "2026-11-21 14:00");
        assert_eq!(day(46_347.583_333_333 - 1_462.0, true), "2026-11-21 14:00");
        assert_eq!(day(0.375, false), "09:00");
        assert_eq!(number(13_800_001_001.0), "13800001001");
        assert_eq!(number(0.5), "0.5");
        assert_eq!(day(f64::NAN, false), "");
        assert_eq!(day(1e300, false), number(1e300));
    }
}
