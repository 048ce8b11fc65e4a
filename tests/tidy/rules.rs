//! docs/rules.md: each rule of the trade, the code that keeps it, the tests that hold it.
//!
//! The page is written from the code alone, so it can't promise what is not there; a rule without code or without a test
//! fails here.

mod scan;
mod titles;

use std::collections::BTreeSet;
use std::fmt::Write;
use std::fs;
use std::path::Path;

use scan::{LAST, Named};
use titles::TITLES;

use crate::tree::{root, sources};

/// Set this to write the page.
const WRITE: &str = "DOORSTEP_WRITE_RULES";
const PAGE: &str = "docs/rules.md";

/// Where public items are read: folder and what its paths are called by.
const CODE: &[(&str, &str)] = &[("src-tauri/core/src", ""), ("schemas/src/rules", "schemas::rules")];
const TESTS: &[&str] = &["src-tauri/core/src", "src-tauri/core/tests", "schemas", "tests"];

const MOST_ITEMS: usize = 8;
const MOST_TESTS: usize = 4;

const HEAD: &str = "\
# Rules of the trade 规则

Which code keeps each rule, and which tests hold it. Nobody writes this page: a test reads the code and compares
(`tests/tidy/rules.rs`); `DOORSTEP_WRITE_RULES=1 cargo test -p doorstep-tests --test tidy` writes it anew.

A public function, record or constant names its rules in its doc comment as `(R12)`; a test begins its name with them,
as `r12_…` or `r26_r29_…`. Paths are those of the core's modules; `schemas::rules` is what the rule files can say. Of
many, those are shown that are about the fewest rules, functions first, and one test a file. Limits, prices and scripts
that the rules work with are rule sets in `src-tauri/core/rules`.

| rule | about | code | tests |
|---|---|---|---|
";

/// Something that names a rule, and where it is.
struct Found {
    place: String,
    named: Named,
}

/// Files whose public functions only serve tests.
fn of_tests(path: &Path) -> bool {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    name == "tests" || name == "cast" || name.ends_with("_tests") || path.components().any(|c| c.as_os_str() == "tests")
}

/// `domain/money/mod.rs` is `domain::money`.
fn module(path: &Path, folder: &Path, called: &str) -> String {
    let inside = path.strip_prefix(folder).unwrap().with_extension("");
    let parts = inside.iter().map(|part| part.to_string_lossy().into_owned());
    let parts = parts.filter(|part| part != "mod" && part != "lib");
    [called.to_owned()].into_iter().chain(parts).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("::")
}

fn sorted(folder: &Path) -> Vec<(std::path::PathBuf, String)> {
    let mut files = sources(folder, "rs");
    files.sort();
    files
}

fn items() -> Vec<Found> {
    let mut out = Vec::new();
    for (folder, called) in CODE {
        let folder = root().join(folder);
        for (path, text) in
            sorted(&folder).into_iter().filter(|(path, _)| !of_tests(path.strip_prefix(&folder).unwrap()))
        {
            let place = module(&path, &folder, called);
            out.extend(
                scan::items(&text).into_iter().map(|named| Found { place: format!("{place}::{}", named.name), named }),
            );
        }
    }
    out
}

fn tests() -> Vec<Found> {
    let mut out = Vec::new();
    for folder in TESTS {
        // What the scanner's own tests read is no test.
        let files =
            sorted(&root().join(folder)).into_iter().filter(|(path, _)| !path.starts_with(root().join("tests/tidy")));
        for (path, text) in files {
            let place = path.to_string_lossy().into_owned();
            out.extend(scan::tests(&text).into_iter().map(|named| Found { place: place.clone(), named }));
        }
    }
    out
}

/// Those of one rule, the most telling first.
fn of(rule: u8, all: &[Found]) -> Vec<&Found> {
    let mut out: Vec<&Found> = all.iter().filter(|found| found.named.rules.contains(&rule)).collect();
    out.sort_by_key(|found| (found.named.kind, found.named.rules.len()));
    out
}

/// The first of each place, then the others.
fn spread<'a>(found: &[&'a Found]) -> Vec<&'a Found> {
    let mut places = BTreeSet::new();
    let (mut first, rest): (Vec<&Found>, Vec<&Found>) = found.iter().partition(|found| places.insert(&found.place));
    first.extend(rest);
    first
}

fn cell(names: &[&str], all: usize) -> String {
    let mut lines: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    if all > lines.len() {
        lines.push(format!("and {} more", all - lines.len()));
    }
    lines.join("<br>")
}

fn page(items: &[Found], tests: &[Found]) -> String {
    let mut out = HEAD.to_owned();
    for (rule, (zh, en)) in (1..=LAST).zip(TITLES) {
        let (code, held) = (of(rule, items), of(rule, tests));
        let code_names = code.iter().take(MOST_ITEMS).map(|found| found.place.as_str()).collect::<Vec<_>>();
        let test_names =
            spread(&held).into_iter().take(MOST_TESTS).map(|found| found.named.name.as_str()).collect::<Vec<_>>();
        let (code, held) = (cell(&code_names, code.len()), cell(&test_names, held.len()));
        writeln!(out, "| R{rule} | {zh}<br>{en} | {code} | {held} |").unwrap();
    }
    out
}

#[test]
fn every_rule_has_code_that_keeps_it_and_a_test_that_holds_it() {
    let without = |all: &[Found]| -> Vec<u8> { (1..=LAST).filter(|rule| of(*rule, all).is_empty()).collect() };
    let none: Vec<u8> = Vec::new();
    assert_eq!(
        (without(&items()), without(&tests())),
        (none.clone(), none),
        "rules without code, rules without a test"
    );
}

#[test]
fn the_page_of_rules_is_what_the_code_says() {
    let page = page(&items(), &tests());
    if std::env::var_os(WRITE).is_some() {
        fs::write(root().join(PAGE), &page).unwrap();
    }
    let kept = fs::read_to_string(root().join(PAGE)).unwrap_or_default();
    let stale = page.lines().find(|line| !kept.lines().any(|old| old == *line));
    assert!(kept == page, "{PAGE} is stale, {WRITE}=1 writes it: {stale:?}");
}

#[test]
fn a_table_shows_the_most_telling_first_and_says_how_many_are_left_out() {
    let found = |place: &str, kind, rules: &[u8]| Found {
        place: place.to_owned(),
        named: Named { kind, name: place.to_owned(), rules: rules.iter().copied().collect() },
    };
    let mut items = vec![
        found("money::Fee", scan::Kind::Type, &[27]),
        found("money::lines", scan::Kind::Function, &[27, 28]),
        found("money::total", scan::Kind::Function, &[27]),
    ];
    let row = |items: &[Found]| page(items, &[]).lines().find(|line| line.starts_with("| R27 ")).unwrap().to_owned();
    assert!(row(&items).contains("| `money::total`<br>`money::lines`<br>`money::Fee` |"), "{}", row(&items));
    items.extend((0..MOST_ITEMS).map(|n| found(&format!("day::f{n}"), scan::Kind::Function, &[27])));
    assert!(row(&items).contains("`day::f6`<br>and 3 more |"), "{}", row(&items));

    let tests: Vec<Found> = [("a", "r1_a"), ("a", "r1_b"), ("b", "r1_c")]
        .into_iter()
        .map(|(place, name)| Found {
            place: place.to_owned(),
            named: Named { kind: scan::Kind::Function, name: name.to_owned(), rules: [1].into() },
        })
        .collect();
    let names: Vec<&str> = spread(&of(1, &tests)).iter().map(|found| found.named.name.as_str()).collect();
    assert_eq!(names, ["r1_a", "r1_c", "r1_b"], "one of each file first");
}
