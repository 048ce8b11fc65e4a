//! One figure, one line: `{"bench","case","figure","value","unit"}`.

use std::io::{self, Write};
use std::time::Duration;

use serde_json::{Value, json};

/// Where the lines go: standard output, or a test's memory.
pub struct Figures<'a> {
    bench: &'static str,
    out: &'a mut dyn Write,
}

impl<'a> Figures<'a> {
    pub fn of(bench: &'static str, out: &'a mut dyn Write) -> Self {
        Self { bench, out }
    }

    pub fn say(&mut self, case: &str, figure: &str, value: impl Into<Value>, unit: &str) -> io::Result<()> {
        let value: Value = value.into();
        // Written by hand for the order of its fields; each part is JSON by itself.
        writeln!(
            self.out,
            r#"{{"bench":{},"case":{},"figure":{},"value":{value},"unit":{}}}"#,
            json!(self.bench),
            json!(case),
            json!(figure),
            json!(unit)
        )?;
        self.out.flush()
    }
}

/// Milliseconds, to the microsecond.
pub fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 1e6).round() / 1e3
}

/// The value below which `percent` of the sorted `durations` lie; zero when there are none.
pub fn percentile(durations: &[f64], percent: usize) -> f64 {
    let mut sorted = durations.to_vec();
    sorted.sort_by(f64::total_cmp);
    let place = (sorted.len() * percent).div_ceil(100).saturating_sub(1);
    sorted.get(place).copied().unwrap_or(0.0)
}

/// What every line has; for whoever reads the lines again.
pub fn is_figure(line: &str) -> bool {
    let Ok(Value::Object(fields)) = serde_json::from_str(line) else { return false };
    let names: Vec<&str> = fields.keys().map(String::as_str).collect();
    let text = |name| fields.get(name).is_some_and(Value::is_string);
    names.len() == 5
        && ["bench", "case", "figure", "unit"].into_iter().all(text)
        && fields.get("value").is_some_and(|value| value.is_number() || value.is_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_one_line_of_five_fields_whatever_is_in_its_name() {
        let mut out = Vec::new();
        Figures::of("day", &mut out).say("2g \"cut\"\n", "seconds", 3.25, "s").unwrap();
        let line = String::from_utf8(out).unwrap();
        assert_eq!(line.lines().count(), 1);
        assert!(is_figure(line.trim_end()), "{line}");
        assert!(line.starts_with(r#"{"bench":"day","case":"#), "{line}");
        assert!(!is_figure(r#"{"bench":"day","case":"x","figure":"y","value":null,"unit":"s"}"#));
    }

    #[test]
    fn a_percentile_is_one_of_the_measured_values() {
        let values: Vec<f64> = (1..=200).rev().map(f64::from).collect();
        assert_eq!((percentile(&values, 50), percentile(&values, 99)), (100.0, 198.0));
        assert_eq!((percentile(&[4.0], 99), percentile(&[], 50)), (4.0, 0.0));
    }
}
