//! What can be wrong with a set that has the right shape, and where in its file.
//!
//! A problem names a text that stands in the file, because the parsed set no longer knows its lines: whoever has the
//! bytes finds the line by it.

use std::collections::{BTreeMap, BTreeSet};

use crate::view::{Fen, Text};

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A code or text that occurs in the file.
    pub at: String,
    /// Which of its occurrences is meant, from 0.
    pub nth: usize,
    pub reason: String,
}

/// Problems as they are found.
#[derive(Debug, Default)]
pub struct Problems {
    found: Vec<Problem>,
    /// How often each code or name has been met in the file so far, over all its lists.
    met: BTreeMap<String, usize>,
}

/// More than any bill of the trade: ten million yuan.
const MOST_FEN: i64 = 1_000_000_000;

impl Problems {
    pub fn into_vec(self) -> Vec<Problem> {
        self.found
    }

    pub fn add(&mut self, at: &str, reason: impl Into<String>) {
        self.found.push(Problem { at: at.to_owned(), nth: 0, reason: reason.into() });
    }

    /// Whether something is wrong there already.
    pub fn has(&self, at: &str) -> bool {
        self.found.iter().any(|problem| problem.at == at)
    }

    pub fn unless(&mut self, holds: bool, at: &str, reason: impl Into<String>) {
        if !holds {
            self.add(at, reason);
        }
    }

    /// Codes are unique and made of lower-case letters, digits and `_`, so that they may stand in keys and file names.
    pub fn codes<'a>(&mut self, codes: impl IntoIterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for code in codes {
            let plain = code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            self.unless(plain && !code.is_empty(), code, "a code is made of a–z, 0–9 and _");
            self.met(code, seen.insert(code));
        }
    }

    /// Names that stand for themselves, such as a brand: unique and not empty.
    pub fn names<'a>(&mut self, names: impl IntoIterator<Item = &'a str>) {
        let mut seen = BTreeSet::new();
        for name in names {
            self.unless(!name.trim().is_empty(), name, "empty name");
            self.met(name, seen.insert(name));
        }
    }

    fn met(&mut self, at: &str, first: bool) {
        let before = self.met.entry(at.to_owned()).or_default();
        let nth = *before;
        *before += 1;
        if !first {
            self.found.push(Problem { at: at.to_owned(), nth, reason: format!("{at:?} is there twice") });
        }
    }

    /// Both languages say something. `owner` is where to look when neither does.
    pub fn text(&mut self, owner: &str, text: &Text) {
        match (text.zh.trim().is_empty(), text.en.trim().is_empty()) {
            (true, true) => self.add(owner, "a text is empty"),
            (true, false) => self.add(&text.en, "the Chinese text is missing"),
            (false, true) => self.add(&text.zh, "the English text is missing"),
            (false, false) => {}
        }
    }

    pub fn fen(&mut self, at: &str, amount: Fen) {
        self.unless((0..=MOST_FEN).contains(&amount.0), at, format!("{} fen is no price", amount.0));
    }

    pub fn date(&mut self, date: &str) {
        self.unless(is_date(date), date, format!("{date:?} is not a date such as 2026-11-01"));
    }
}

/// Whether this is a day of the calendar, written `2026-11-01`. Such dates sort as text.
pub fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| -> Option<u32> {
        let part = bytes.get(range)?;
        part.iter().all(u8::is_ascii_digit).then(|| part.iter().fold(0, |n, b| n * 10 + u32::from(b - b'0')))
    };
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return false;
    }
    let (Some(year), Some(month), Some(day)) = (digits(0..4), digits(5..7), digits(8..10)) else { return false };
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let days = match month {
        2 => 28 + u32::from(leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return false,
    };
    (1900..=2200).contains(&year) && (1..=days).contains(&day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_a_day_of_the_calendar_and_nothing_else() {
        for good in ["2026-11-01", "2024-02-29", "2000-02-29", "1999-12-31"] {
            assert!(is_date(good), "{good}");
        }
        for bad in ["", "2026-11-31", "2025-02-29", "1900-02-29", "2026-13-01", "2026-00-10", "2026-1-1", "2026/11/01"]
        {
            assert!(!is_date(bad), "{bad}");
        }
        for bad in ["+026-11-01", "2026-11-00", "0000-01-01", "二〇二六年", "2026-11-01 "] {
            assert!(!is_date(bad), "{bad}");
        }
    }

    #[test]
    fn a_code_that_is_there_twice_is_shown_where_it_is_again() {
        let mut found = Problems::default();
        found.codes(["visit", "hole", "visit", "Big"]);
        let found: Vec<_> = found.into_vec().into_iter().map(|p| (p.at, p.nth)).collect();
        assert_eq!(found, [("visit".to_owned(), 1), ("Big".to_owned(), 0)]);
    }
}
