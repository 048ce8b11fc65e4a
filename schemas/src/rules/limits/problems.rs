//! What makes a limit set unfit though it can be read: a hole between two bands would let a value through unjudged.

use std::collections::BTreeSet;

use super::{Band, By, Carrying, Case, Circuit, Element, Judged, Limit, LimitSet, Measure, When};
use crate::view::{Text, Verdict};

/// Everything that is wrong with the set: the code of the row (or of the set) and why. Empty is fit for use (R11).
pub fn problems(set: &LimitSet) -> Vec<(String, String)> {
    let mut out = Vec::new();
    if set.set != "limits" {
        out.push((set.set.clone(), "the set is not named \"limits\"".to_owned()));
    }
    if !is_date(&set.valid_from) {
        out.push((set.valid_from.clone(), "valid_from is not a date like 2026-11-01".to_owned()));
    }
    if set.limits.is_empty() {
        out.push((set.set.clone(), "the set has no row".to_owned()));
    }
    let codes: BTreeSet<&str> = set.limits.iter().map(|limit| limit.code.as_str()).collect();
    let mut seen = BTreeSet::new();
    for limit in &set.limits {
        let mut row = Row { codes: &codes, reasons: Vec::new() };
        if !seen.insert(&limit.code) {
            row.say("the code is there twice");
        }
        row.words(limit);
        row.dates(limit);
        row.measure(limit);
        out.extend(row.reasons.into_iter().map(|reason| (limit.code.clone(), reason)));
    }
    out
}

struct Row<'a> {
    codes: &'a BTreeSet<&'a str>,
    reasons: Vec<String>,
}

impl Row<'_> {
    fn say(&mut self, reason: impl Into<String>) {
        self.reasons.push(reason.into());
    }

    fn words(&mut self, limit: &Limit) {
        if !is_code(&limit.code) {
            self.say("the code is not in small letters, figures and _");
        }
        let texts = [
            ("name", &limit.name),
            ("limit", &limit.limit),
            ("place", &limit.place),
            ("basis", &limit.basis),
            ("on_fail", &limit.on_fail),
        ];
        texts.into_iter().for_each(|(what, text)| self.text(what, text));
        if limit.on_warn.zh.trim().is_empty() != limit.on_warn.en.trim().is_empty() {
            self.say("on_warn is there in one language only");
        }
        if limit.on_warn.zh.trim().is_empty() && warns(&limit.measure) {
            self.say("the row can warn and says nothing then");
        }
        let mut seen = BTreeSet::new();
        for method in &limit.methods {
            if !is_code(&method.code) || !seen.insert(&method.code) {
                self.say(format!("method {:?} is no code or there twice", method.code));
            }
            self.text("a method", &method.label);
            if method.qualitative() {
                self.options(&method.signs);
                if matches!(limit.measure, Measure::Choice { .. }) {
                    self.say("signs belong to a row of numbers");
                }
            }
        }
        if !limit.methods.is_empty() && limit.methods.iter().all(super::Method::qualitative) {
            self.say("no method gives a value");
        }
    }

    fn text(&mut self, what: &str, text: &Text) {
        for (language, words) in [("zh", &text.zh), ("en", &text.en)] {
            if words.trim().is_empty() {
                self.say(format!("{what} has no text in {language}"));
            }
        }
    }

    fn dates(&mut self, limit: &Limit) {
        for date in [&limit.valid_from, &limit.valid_to].into_iter().flatten() {
            if !is_date(date) {
                self.say(format!("{date:?} is not a date like 2026-11-01"));
            }
        }
        if let (Some(from), Some(to)) = (&limit.valid_from, &limit.valid_to)
            && from > to
        {
            self.say("valid_to is before valid_from");
        }
    }

    fn measure(&mut self, limit: &Limit) {
        match &limit.measure {
            Measure::Choice { options } => {
                self.options(options);
                if !options.iter().any(|o| o.verdict == Verdict::Pass) {
                    self.say("no option passes");
                }
            }
            Measure::Number { unit, decimals, most, by } => {
                if unit.trim().is_empty() {
                    self.say("the unit is missing");
                }
                if *decimals > 3 {
                    self.say("values are kept in thousandths: at most 3 decimals");
                }
                if *most <= 0 {
                    self.say("most is not above 0");
                }
                self.shape(by, limit);
            }
        }
    }

    fn options(&mut self, options: &[Judged]) {
        let mut seen = BTreeSet::new();
        for option in options {
            if !is_code(&option.code) || !seen.insert(&option.code) {
                self.say(format!("option {:?} is no code or there twice", option.code));
            }
            self.text("an option", &option.label);
            if option.verdict == Verdict::NotApplicable {
                self.say("an option can't be \"not applicable\"");
            }
        }
    }

    fn shape(&mut self, by: &By, limit: &Limit) {
        match by {
            By::Fixed { bands } => self.bands(bands),
            By::Against { of, unit, bands, .. } => {
                self.bands(bands);
                if unit.trim().is_empty() {
                    self.say("the unit of the comparison is missing");
                }
                if let super::Quantity::Reading(code) = of {
                    self.other(code, limit);
                }
            }
            By::Nameplate { assume, bands, .. } => {
                self.bands(bands);
                if assume.from > assume.to {
                    self.say("the assumed range ends before it begins");
                }
            }
            By::Together { bands, with } => {
                self.bands(bands);
                for with in with {
                    self.bands(&with.bands);
                    self.other(&with.reading, limit);
                }
            }
            By::Cases { cases } | By::Age { cases } => self.cases(cases, limit),
            By::Circuit(circuit) => self.circuit(circuit, limit),
        }
    }

    fn other(&mut self, code: &str, limit: &Limit) {
        if code == limit.code || !self.codes.contains(code) {
            self.say(format!("{code:?} is not another row"));
        }
    }

    /// In order, from open end to open end, each beginning one thousandth after the one before, and one that passes.
    fn bands(&mut self, bands: &[Band]) {
        if bands.first().is_none_or(|b| b.from.is_some()) || bands.last().is_none_or(|b| b.to.is_some()) {
            self.say("the bands don't reach to both ends");
        }
        for pair in bands.windows(2) {
            let [before, after] = pair else { continue };
            match (before.to, after.from) {
                (Some(to), Some(from)) if to.checked_add(1) == Some(from) => {}
                (Some(to), Some(from)) if from > to => self.say(format!("a hole between {to} and {from}")),
                _ => self.say("two bands overlap"),
            }
        }
        if bands.iter().any(|b| b.from.zip(b.to).is_some_and(|(from, to)| from > to)) {
            self.say("a band ends before it begins");
        }
        if !bands.iter().any(|b| b.verdict == Verdict::Pass) {
            self.say("no band passes");
        }
        if bands.iter().any(|b| b.verdict == Verdict::NotApplicable) {
            self.say("a band can't be \"not applicable\"");
        }
    }

    fn cases(&mut self, cases: &[Case], limit: &Limit) {
        if cases.last().is_none_or(|case| case.when != When::default()) {
            self.say("the last case must fit always");
        }
        for case in cases {
            match (case.ceiling, case.bands.as_slice()) {
                (None, bands) => self.bands(bands),
                (Some(ceiling), []) if 0 <= ceiling.least && ceiling.least <= ceiling.most && ceiling.per_kw >= 0 => {}
                (Some(_), []) => self.say("a ceiling's figures are out of order"),
                (Some(_), _) => self.say("a case has bands or a ceiling, not both"),
            }
            for method in &case.when.methods {
                if !limit.methods.iter().any(|m| m.code == *method) {
                    self.say(format!("{method:?} is not one of the row's methods"));
                }
            }
        }
    }

    fn circuit(&mut self, circuit: &Circuit, limit: &Limit) {
        if circuit.volts <= 0 {
            self.say("volts are not above 0");
        }
        if circuit.element == Element::Meter {
            return;
        }
        let known = |laying| circuit.carries.iter().any(|c| c.laying == laying);
        if !circuit.unknown_laying.is_some_and(known) {
            self.say("it isn't said how an unknown wire is taken to be laid");
        }
        match &circuit.beside {
            Some(code) => self.other(code, limit),
            None => self.say("it isn't said which row holds the breaker or the wire beside it"),
        }
        for Carrying { wires, .. } in &circuit.carries {
            let rising = wires.windows(2).all(|w| w[0].section < w[1].section && w[0].amps < w[1].amps);
            if !rising || wires.first().is_none_or(|w| w.section <= 0 || w.amps <= 0) {
                self.say("a thicker wire must carry more");
            }
        }
    }
}

fn warns(measure: &Measure) -> bool {
    let any = |bands: &[Band]| bands.iter().any(|b| b.verdict == Verdict::Warn);
    match measure {
        Measure::Choice { options } => options.iter().any(|o| o.verdict == Verdict::Warn),
        Measure::Number { by, .. } => match by {
            By::Fixed { bands } | By::Against { bands, .. } | By::Nameplate { bands, .. } => any(bands),
            By::Cases { cases } | By::Age { cases } => cases.iter().any(|c| any(&c.bands)),
            By::Together { bands, with } => any(bands) || with.iter().any(|w| any(&w.bands)),
            By::Circuit(_) => false,
        },
    }
}

fn is_code(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

/// `2026-11-01`, a day that there is.
fn is_date(text: &str) -> bool {
    let number = |range: std::ops::Range<usize>| text.get(range).and_then(|t| t.parse::<u32>().ok());
    let plain = text.len() == 10
        && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
    let (Some(year), Some(month), Some(day)) = (number(0..4), number(5..7), number(8..10)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    };
    plain && (1..=12).contains(&month) && (1..=days).contains(&day)
}
