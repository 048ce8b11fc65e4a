//! Headings of a table that somebody else wrote, whatever its columns are to mean.

use crate::domain::intake::half_width;

/// Rows among which the headings are looked for: makers put titles and notes above them.
const HEAD_AMONG: usize = 10;
/// Rows by which a column without a known heading is told.
const LOOK: usize = 50;
/// Letters of a heading; a longer one is a note.
const MOST_LETTERS: usize = 20;

/// What columns mean, and how each is called.
pub type Headings<C> = &'static [(C, &'static [&'static str])];

/// A heading as compared: half width, small letters, without spaces, marks and what stands in brackets.
pub fn plain(heading: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for c in heading.chars().map(half_width).flat_map(char::to_lowercase) {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 && c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

/// The row of the headings: the one with most that are known; the first, where none has two.
pub fn head_among(rows: &[Vec<String>], known: impl Fn(&str) -> bool) -> usize {
    let known = |row: &Vec<String>| row.iter().filter(|cell| known(cell)).count();
    let counted = rows.iter().take(HEAD_AMONG).enumerate().map(|(at, row)| (known(row), at));
    let best = counted.max_by_key(|(known, at)| (*known, std::cmp::Reverse(*at)));
    let first = rows.iter().position(|row| !row.is_empty()).unwrap_or(0);
    best.filter(|(known, _)| *known >= 2).map_or(first, |(_, at)| at)
}

/// Columns that there are.
pub fn width(head: &[String], rows: &[Vec<String>]) -> usize {
    rows.iter().take(LOOK).map(Vec::len).chain([head.len()]).max().unwrap_or(0)
}

/// What each column is called, each meaning one column's: the first that is called wholly so, else the first in part.
pub fn named<C: Copy + PartialEq>(
    head: &[String],
    width: usize,
    by_heading: impl Fn(&str) -> Option<(C, bool)>,
) -> Vec<Option<C>> {
    let mut out: Vec<Option<C>> = vec![None; width];
    let mut exact: Vec<bool> = vec![false; width];
    for (at, heading) in head.iter().enumerate() {
        let Some((column, whole)) = by_heading(heading) else { continue };
        let before = out.iter().position(|other| *other == Some(column));
        match before {
            // 客户电话 is the phone, and 客户 the name, whichever stands first.
            Some(before) if whole && !exact.get(before).copied().unwrap_or(true) => {
                set(&mut out, before, None);
            }
            Some(_) => continue,
            None => {}
        }
        set(&mut out, at, Some(column));
        if let Some(exact) = exact.get_mut(at) {
            *exact = whole;
        }
    }
    out
}

/// Where no column is called so, the first free one whose cells look so.
pub fn look<C: Copy + PartialEq>(out: &mut [Option<C>], rows: &[Vec<String>], column: C, looks: impl Fn(&str) -> bool) {
    if out.contains(&Some(column)) {
        return;
    }
    let free = (0..out.len()).find(|at| {
        let cells = || rows.iter().take(LOOK).filter_map(|row| row.get(*at)).filter(|cell| !cell.is_empty());
        let fit = cells().filter(|cell| looks(cell)).count();
        out.get(*at).is_some_and(Option::is_none) && fit > 0 && fit * 5 >= cells().count() * 4
    });
    if let Some(at) = free {
        set(out, at, Some(column));
    }
}

fn set<C: Copy>(out: &mut [Option<C>], at: usize, column: Option<C>) {
    if let Some(place) = out.get_mut(at) {
        *place = column;
    }
}

/// What a plain heading is called, where that is the whole of it.
pub fn whole<C: Copy>(heading: &str, headings: Headings<C>) -> Option<C> {
    let found = headings.iter().find(|(_, names)| sound(heading) && names.iter().any(|name| plain(name) == heading));
    found.map(|(column, _)| *column)
}

/// The longest known word of it that is more than one letter: 报修客户电话 is a phone. English words are no parts of others.
pub fn part<C: Copy>(heading: &str, headings: Headings<C>) -> Option<C> {
    let parts = headings.iter().flat_map(|(column, names)| names.iter().map(move |name| (*column, *name)));
    let parts = parts.filter(|(_, name)| !name.is_ascii() && name.chars().count() >= 2 && heading.contains(*name));
    let last = parts.max_by_key(|(_, name)| (heading.rfind(name).map(|at| at + name.len()), name.len()));
    last.filter(|_| sound(heading)).map(|(column, _)| column)
}

fn sound(heading: &str) -> bool {
    !heading.is_empty() && heading.chars().count() <= MOST_LETTERS
}
