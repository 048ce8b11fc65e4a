//! What in the code names a rule of the trade: public items by their doc comments, tests by their names.
//!
//! It reads lines, not syntax: rustfmt keeps them as they are expected here, and a scanner that needed a parser would
//! bring one into the build. What it does not understand it does not count, and a rule that nothing counts for fails.

use std::collections::BTreeSet;

/// Rules are numbered from 1 to this.
pub const LAST: u8 = 50;

/// What kind of item names a rule, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Function,
    Trait,
    Type,
    Constant,
}

/// A public item or a test, with the rules that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub kind: Kind,
    /// `Judge::consequence` for a method, the bare name otherwise.
    pub name: String,
    pub rules: BTreeSet<u8>,
}

/// The rules that a text names in parentheses: `(R12)`, `(R11, R12)`, `(R1–R4)`. What isn't in parentheses only speaks
/// of a rule, and a number that no rule has is a refrigerant.
pub fn rules_in(text: &str) -> BTreeSet<u8> {
    let mut out = BTreeSet::new();
    for group in text.split('(').skip(1) {
        let Some((inside, _)) = group.split_once(')') else { continue };
        let named: Option<Vec<(u8, u8)>> = inside.split(',').map(|part| span(part.trim())).collect();
        out.extend(named.into_iter().flatten().flat_map(|(first, last)| first..=last));
    }
    out
}

/// `R12` or `R1–R4`.
fn span(text: &str) -> Option<(u8, u8)> {
    let (first, last) = text.split_once(['–', '-']).unwrap_or((text, text));
    let number = |text: &str| -> Option<u8> {
        let number = text.strip_prefix('R')?.parse().ok()?;
        (1..=LAST).contains(&number).then_some(number)
    };
    Some((number(first)?, number(last)?))
}

/// The rules that a test's name begins with: `r26_r29_…`.
fn rules_of_test(name: &str) -> BTreeSet<u8> {
    let number = |part: &str| part.strip_prefix('r')?.parse().ok().filter(|n| (1..=LAST).contains(n));
    name.split('_').map_while(number).collect()
}

/// Public items of a file whose doc comments name rules. The tests inside the file are not read.
pub fn items(text: &str) -> Vec<Named> {
    let mut out = Vec::new();
    let mut doc = String::new();
    // The type or the trait that the lines are inside of, and whether it is a public trait.
    let mut within: Option<(String, bool)> = None;
    let mut attribute = false;
    // Whether the doc comment is the first thing in a macro's parentheses: then a bare name is what it is about.
    let mut in_macro = false;
    for line in text.lines() {
        if line.starts_with("mod tests {") {
            break;
        }
        let code = line.trim();
        if let Some(said) = code.strip_prefix("///") {
            doc.push_str(said);
            continue;
        }
        // An attribute may go over several lines; it ends with the line that closes it.
        if attribute || code.starts_with("#[") {
            attribute = !code.ends_with(']');
            continue;
        }
        if line == "}" {
            within = None;
        }
        let rules = rules_in(&std::mem::take(&mut doc));
        let public = within.as_ref().is_some_and(|(_, is_trait)| *is_trait);
        let found = if in_macro { words(code) } else { item(code, public) };
        in_macro = code.ends_with("!(");
        if let Some((kind, name)) = found.filter(|_| !rules.is_empty()) {
            let inside = within.as_ref().filter(|_| line.starts_with(' '));
            let name = inside.map_or_else(|| name.to_owned(), |(outer, _)| format!("{outer}::{name}"));
            out.push(Named { kind, name, rules });
        }
        if !line.starts_with(' ') && line.ends_with('{') {
            within = block(line).or(within);
        }
    }
    out
}

/// The public item that a line begins, or the record that a line of a macro defines.
fn item(code: &str, in_trait: bool) -> Option<(Kind, &str)> {
    let words: Vec<&str> = code.split_whitespace().collect();
    if let ["kept" | "loose", name, "in", ..] = words.as_slice() {
        return Some((Kind::Type, name));
    }
    let public = words.first().is_some_and(|word| *word == "pub");
    let words = words.iter().skip(usize::from(public)).skip_while(|word| ["async", "unsafe"].contains(*word));
    let words: Vec<&str> = words.copied().collect();
    let words = if words.starts_with(&["const", "fn"]) { &words[1..] } else { &words[..] };
    let [keyword, name, ..] = words else { return None };
    let kind = match *keyword {
        "fn" => Kind::Function,
        "trait" => Kind::Trait,
        "struct" | "enum" | "type" => Kind::Type,
        "const" | "static" => Kind::Constant,
        _ => return None,
    };
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(name.len());
    (public || in_trait).then_some((kind, &name[..end]))
}

/// The name that a list of words begins with.
fn words(code: &str) -> Option<(Kind, &str)> {
    code.strip_suffix(" {").map(|name| (Kind::Type, name))
}

/// The type of an `impl` or the name of a trait whose block a line opens.
fn block(line: &str) -> Option<(String, bool)> {
    let bare = |text: &str| text.split(['<', ' ', '{', ':']).next().unwrap_or_default().to_owned();
    if let Some(rest) = line.strip_prefix("pub trait ") {
        return Some((bare(rest), true));
    }
    let rest = line.strip_prefix("impl")?;
    // `impl<'a> Judge<'a> {` and `impl Rules for InForce<'_> {`: the type is the last name.
    let rest = if rest.starts_with('<') { rest.split_once("> ").map_or(rest, |(_, rest)| rest) } else { rest };
    let of = rest.split_once(" for ").map_or(rest, |(_, of)| of);
    Some((bare(of.trim_start()), false))
}

/// Tests of a file whose names begin with rules.
pub fn tests(text: &str) -> Vec<Named> {
    let mut out = Vec::new();
    let mut test = false;
    for line in text.lines() {
        let code = line.trim();
        if code.starts_with("#[") {
            test |= code.starts_with("#[test]") || code.starts_with("#[tokio::test");
            continue;
        }
        if code.starts_with("//") {
            continue;
        }
        let code = code.strip_prefix("async ").unwrap_or(code);
        if let Some((name, _)) = code.strip_prefix("fn ").and_then(|rest| rest.split_once('(')).filter(|_| test) {
            let rules = rules_of_test(name);
            if !rules.is_empty() {
                out.push(Named { kind: Kind::Function, name: name.to_owned(), rules });
            }
        }
        test = false;
    }
    out
}

#[test]
fn rules_are_read_one_by_one_and_as_ranges_and_refrigerants_are_none() {
    let read = |text| rules_in(text).into_iter().collect::<Vec<_>>();
    assert_eq!(read("An unsafe earth stops it (R12)."), [12]);
    assert_eq!(read("What a job needs (R11, R16, R17); more of it (R50)"), [11, 16, 17, 50]);
    assert_eq!(read("Limits of time (R1–R4), the bench (R17-R19, R21)"), [1, 2, 3, 4, 17, 18, 19, 21]);
    assert!(read("as R12 says (R290), (R410a), (R0), (R51), (see R12), (R9–R7), (R12").is_empty());
}

#[test]
fn public_items_are_found_below_attributes_in_macros_in_blocks_and_over_lines_of_comment() {
    let text = "\
/// Who pays (R26).
#[derive(
    Debug,
)]
pub enum Payer {
    /// A variant says (R27).
    Customer {
        name: String,
    },
}

words!(
    /// Triage (R3).
    Urgency {
        One = \"one\",
    }
);

/// As sets are seen (R11).
pub trait Rules {
    /// How long (R1–R2).
    fn limits(&self) -> Limits;
}

record! {
    /// Left with the customer
    /// (R17).
    kept Loaner in \"loaners\" {
        /// Which one (R18).
        tag: String = \"tag\",
    }
}

impl<'a> Judge<'a> {
    /// What follows (R12).
    #[must_use]
    pub const fn consequence(&self) -> u8 { 1 }
    /// For itself only (R13).
    fn own(&self) {}
}

impl fmt::Display for Sum {
    /// Shown (R42).
    pub async fn show(&self) {}
}

/// Nobody else's (R14).
fn private() {}

/// No rule.
pub fn plain() {}

/// The most (R30).
pub const MOST: i64 = 1;

#[cfg(test)]
mod tests {
    /// Of the cast (R15).
    pub fn cast() {}
}
";
    let found: Vec<(Kind, String, Vec<u8>)> =
        items(text).into_iter().map(|item| (item.kind, item.name, item.rules.into_iter().collect())).collect();
    let expected = [
        (Kind::Type, "Payer", vec![26]),
        (Kind::Type, "Urgency", vec![3]),
        (Kind::Trait, "Rules", vec![11]),
        (Kind::Function, "Rules::limits", vec![1, 2]),
        (Kind::Type, "Loaner", vec![17]),
        (Kind::Function, "Judge::consequence", vec![12]),
        (Kind::Function, "Sum::show", vec![42]),
        (Kind::Constant, "MOST", vec![30]),
    ];
    assert_eq!(found, expected.map(|(kind, name, rules)| (kind, name.to_owned(), rules)));
}

#[test]
fn tests_are_found_by_their_names_in_modules_and_macros_and_only_where_they_are_tests() {
    let text = "\
#[test]
fn r12_an_unsafe_earth_stops_an_installation() {
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Lines add up.
    #[test]
    fn r26_r29_lines_add_up(n in 0..9i64) {
    }
}

#[tokio::test(flavor = \"multi_thread\")]
async fn r1_somebody_comes_in_time() {
}

#[test]
#[should_panic]
fn r2d2_is_no_rule() {
}

#[test]
fn r51_neither() {
}

fn r13_a_cast() {
}
";
    let found: Vec<(String, Vec<u8>)> =
        tests(text).into_iter().map(|test| (test.name, test.rules.into_iter().collect())).collect();
    let expected = [
        ("r12_an_unsafe_earth_stops_an_installation", vec![12]),
        ("r26_r29_lines_add_up", vec![26, 29]),
        ("r1_somebody_comes_in_time", vec![1]),
    ];
    assert_eq!(found, expected.map(|(name, rules)| (name.to_owned(), rules)));
}
