//! A judgement in words, with the numbers that it rests on.

use doorstep_schemas::rules::limits::Band;
use doorstep_schemas::view::{Text, Verdict};

pub(super) fn both(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}

/// A unit in both languages; most are written alike.
#[derive(Debug, Clone, Copy)]
pub(super) struct Unit<'a> {
    pub zh: &'a str,
    pub en: &'a str,
}

impl<'a> Unit<'a> {
    pub const MONTHS: Self = Self { zh: "个月", en: "months" };

    pub fn alike(unit: &'a str) -> Self {
        Self { zh: unit, en: unit }
    }

    pub fn of(self, shown: &str) -> Text {
        both(format!("{shown} {}", self.zh), format!("{shown} {}", self.en))
    }

    fn with(self, zh: &str, bound: i64, en: impl Fn(String) -> String) -> Text {
        let bound = self.of(&number(bound));
        both(format!("{zh} {}", bound.zh), en(bound.en))
    }
}

/// 12,600 is `12.6`; what is not needed is left out.
pub(super) fn number(thousandths: i64) -> String {
    let (sign, value) = (if thousandths < 0 { "-" } else { "" }, thousandths.unsigned_abs());
    let fraction = format!("{:03}", value % 1_000);
    match fraction.trim_end_matches('0') {
        "" => format!("{sign}{}", value / 1_000),
        digits => format!("{sign}{}.{digits}", value / 1_000),
    }
}

/// One decimal where that doesn't hide which band it is in: 3.948 % is `3.9`, and 5.001 % stays.
pub(super) fn short(thousandths: i64, bands: &[Band]) -> String {
    let rounded = thousandths.saturating_add(50).div_euclid(100).saturating_mul(100);
    let band = |value: i64| bands.iter().position(|b| b.holds(value));
    number(if band(rounded) == band(thousandths) { rounded } else { thousandths })
}

pub(super) fn verdict(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Pass => both("合格", "pass"),
        Verdict::Warn => both("注意", "warning"),
        Verdict::Fail => both("不合格", "fail"),
        Verdict::NotApplicable => both("不适用", "not applicable"),
        Verdict::NotMeasured => both("不算测过", "not measured"),
    }
}

/// `0.3 MΩ，低于 1 MΩ，不合格` and `0.3 MΩ, below 1 MΩ: fail`.
pub(super) fn sentence(parts: &[Text], found: Verdict) -> Text {
    let word = verdict(found);
    let join = |of: fn(&Text) -> &str, comma: &str| -> String {
        parts.iter().map(of).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(comma)
    };
    both(format!("{}，{}", join(|t| &t.zh, "，"), word.zh), format!("{}: {}", join(|t| &t.en, ", "), word.en))
}

/// Which bound was crossed on the way from what passes. Empty when nothing was.
pub(super) fn bound(bands: &[Band], at: usize, unit: Unit<'_>) -> Text {
    let Some(pass) = bands.iter().position(|b| b.verdict == Verdict::Pass) else { return Text::default() };
    // Neighbouring bounds are one thousandth apart: the rounder of the two is the one that people know.
    let own_is_rounder = |own: i64, other: i64| own % 100 == 0 && other % 100 != 0;
    if at < pass {
        let (own, next) = (bands[at].to.unwrap_or_default(), bands[at + 1].from.unwrap_or_default());
        if own_is_rounder(own, next) {
            return unit.with("不超过", own, |own| format!("not above {own}"));
        }
        return unit.with("低于", next, |next| format!("below {next}"));
    }
    if at > pass {
        let (own, last) = (bands[at].from.unwrap_or_default(), bands[at - 1].to.unwrap_or_default());
        if own_is_rounder(own, last) {
            return unit.with("达到", own, |own| format!("{own} or more"));
        }
        return unit.with("超过", last, |last| format!("above {last}"));
    }
    Text::default()
}
