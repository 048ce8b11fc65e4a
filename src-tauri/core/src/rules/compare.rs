//! A set as rows of values, and what another one of its kind says differently.
//!
//! Rows are found by what they are about (a code, a brand, the jobs that they fit), never by their place in the file: a
//! row that was moved has not changed.

use std::collections::BTreeMap;

use doorstep_schemas::view::Text;
use serde_json::{Map, Value};

use super::Set;

/// What names a row, in this order.
const NAMES: [&str; 11] =
    ["code", "book", "maker", "brand", "notice", "service", "consent", "message", "field", "emergency", "name"];
/// What a row without a name is about, taken together.
const ABOUT: [&str; 12] = [
    "jobs",
    "appliances",
    "appliance",
    "when",
    "failed",
    "laying",
    "section",
    "reading",
    "verdict",
    "number",
    "minutes",
    "grade",
];
/// What people read as the name of a row.
const TITLES: [&str; 3] = ["name", "label", "title"];
/// Every set begins with these; they say nothing of its content.
const HEAD: [&str; 3] = ["set", "version", "valid_from"];

/// One value of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    Text(Text),
    Number(i64),
    Flag(bool),
    /// One word, or several.
    Words(Vec<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Where it stands in its row: `measure`, `number`, `by`, `fixed`, `bands`, `2`, `to`.
    pub path: Vec<String>,
    /// Where it stands in its file (RFC 6901).
    pub pointer: String,
    /// The unit that stands beside or above it.
    pub unit: Option<String>,
    pub said: Said,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    pub name: Option<Text>,
    pub leaves: Vec<Leaf>,
}

/// The list that a row is in, and what it is about.
pub type Key = (Vec<String>, String);

/// A value before and after; one of them is missing where it comes or goes.
pub type Turned = (Leaf, Option<Said>, Option<Said>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub key: Key,
    pub name: Option<Text>,
    /// Neither: the row is in both.
    pub comes: bool,
    pub goes: bool,
    pub values: Vec<Turned>,
}

/// Every row of a set.
pub fn rows(set: &Set) -> BTreeMap<Key, Row> {
    rows_of(&set.value())
}

/// Every row of a set as its file has it.
pub fn rows_of(set: &Value) -> BTreeMap<Key, Row> {
    let mut out = BTreeMap::new();
    if let Value::Object(whole) = set {
        for (field, value) in whole.iter().filter(|(field, _)| !HEAD.contains(&field.as_str())) {
            list(&mut out, std::slice::from_ref(field), &format!("/{field}"), value);
        }
    }
    out
}

/// What a set says otherwise than the one before it, and how many rows say the same.
pub fn changed(before: &BTreeMap<Key, Row>, after: &BTreeMap<Key, Row>) -> (Vec<Changed>, usize) {
    let keys: std::collections::BTreeSet<&Key> = before.keys().chain(after.keys()).collect();
    let (mut out, mut same) = (Vec::new(), 0);
    for key in keys {
        let (was, is) = (before.get(key), after.get(key));
        let values = turned(was, is);
        if was.is_some() && is.is_some() && values.is_empty() {
            same += 1;
            continue;
        }
        let name = is.or(was).and_then(|row| row.name.clone());
        out.push(Changed { key: key.clone(), name, comes: was.is_none(), goes: is.is_none(), values });
    }
    (out, same)
}

fn turned<'a>(was: Option<&'a Row>, is: Option<&'a Row>) -> Vec<Turned> {
    let leaves = |row: Option<&'a Row>| -> &'a [Leaf] { row.map_or(&[], |row| &row.leaves) };
    let by_path = |row| -> BTreeMap<&[String], &Said> {
        leaves(row).iter().map(|leaf| (leaf.path.as_slice(), &leaf.said)).collect()
    };
    let (before, after) = (by_path(was), by_path(is));
    let said = |of: &BTreeMap<&[String], &Said>, leaf: &Leaf| of.get(leaf.path.as_slice()).map(|said| (*said).clone());
    let stands = leaves(is).iter().map(|leaf| (leaf.clone(), said(&before, leaf), Some(leaf.said.clone())));
    let gone = leaves(was).iter().filter(|leaf| !after.contains_key(leaf.path.as_slice()));
    let gone = gone.map(|leaf| (leaf.clone(), Some(leaf.said.clone()), None));
    stands.filter(|(_, was, is)| was != is).chain(gone).collect()
}

/// A field of the file: a list of rows, or one row of its own.
fn list(out: &mut BTreeMap<Key, Row>, under: &[String], pointer: &str, value: &Value) {
    match value {
        Value::Array(all) if !all.is_empty() && all.iter().all(Value::is_object) => {
            let mut met: BTreeMap<String, usize> = BTreeMap::new();
            for (n, element) in all.iter().enumerate() {
                let Value::Object(object) = element else { continue };
                let named = about(object).unwrap_or_else(|| (n + 1).to_string());
                let nth = met.entry(named.clone()).or_default();
                *nth += 1;
                let key = (under.to_vec(), if *nth > 1 { format!("{named} #{nth}") } else { named });
                let pointer = format!("{pointer}/{n}");
                let nested = [under, std::slice::from_ref(&key.1)].concat();
                let mut row = Row { name: title(object), leaves: Vec::new() };
                for (field, value) in object {
                    let pointer = format!("{pointer}/{field}");
                    // What a book or a maker lists are rows of their own, however many.
                    if field == "items" {
                        list(out, &nested, &pointer, value);
                    } else {
                        leaves(&mut row.leaves, &mut vec![field.clone()], &pointer, unit(object), value);
                    }
                }
                out.insert(key, row);
            }
        }
        Value::Object(object) if text(value).is_none() => {
            for (field, value) in object {
                single(out, under, field, &format!("{pointer}/{field}"), value);
            }
        }
        _ => {
            let (field, above) = under.split_last().map_or(("", under), |(last, above)| (last.as_str(), above));
            single(out, above, field, pointer, value);
        }
    }
}

fn single(out: &mut BTreeMap<Key, Row>, under: &[String], field: &str, pointer: &str, value: &Value) {
    let mut row = Row::default();
    leaves(&mut row.leaves, &mut Vec::new(), pointer, None, value);
    if !row.leaves.is_empty() {
        out.insert((under.to_vec(), field.to_owned()), row);
    }
}

/// Every value below; what is empty says nothing.
fn leaves(out: &mut Vec<Leaf>, path: &mut Vec<String>, pointer: &str, unit_above: Option<String>, value: &Value) {
    let mut put = |said| {
        out.push(Leaf { path: path.clone(), pointer: pointer.to_owned(), unit: unit_above.clone(), said });
    };
    if let Some(both) = text(value) {
        if both != Text::default() {
            put(Said::Text(both));
        }
        return;
    }
    match value {
        Value::Null | Value::Bool(false) => {}
        Value::Bool(true) => put(Said::Flag(true)),
        Value::Number(number) => put(Said::Number(number.as_i64().unwrap_or_default())),
        Value::String(word) if word.is_empty() => {}
        Value::String(word) => put(Said::Words(vec![word.clone()])),
        Value::Array(all) if all.iter().any(Value::is_object) => {
            for (n, element) in all.iter().enumerate() {
                let named = element.as_object().and_then(name);
                path.push(named.unwrap_or_else(|| (n + 1).to_string()));
                leaves(out, path, &format!("{pointer}/{n}"), unit_above.clone(), element);
                path.pop();
            }
        }
        Value::Array(all) if all.is_empty() => {}
        Value::Array(all) => put(Said::Words(all.iter().map(word).collect())),
        Value::Object(object) => {
            let unit = unit(object).or(unit_above);
            for (field, value) in object {
                path.push(field.clone());
                leaves(out, path, &format!("{pointer}/{field}"), unit.clone(), value);
                path.pop();
            }
        }
    }
}

/// A text in both languages.
fn text(value: &Value) -> Option<Text> {
    let object = value.as_object().filter(|object| object.len() == 2)?;
    Some(Text { zh: object.get("zh")?.as_str()?.to_owned(), en: object.get("en")?.as_str()?.to_owned() })
}

fn word(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn unit(object: &Map<String, Value>) -> Option<String> {
    object.get("unit")?.as_str().map(str::to_owned)
}

fn name(object: &Map<String, Value>) -> Option<String> {
    NAMES.iter().find_map(|name| object.get(*name)?.as_str()).map(str::to_owned)
}

fn about(object: &Map<String, Value>) -> Option<String> {
    name(object).or_else(|| {
        let words = ABOUT.iter().filter_map(|about| object.get(*about)).flat_map(|value| match value {
            Value::Array(all) => all.iter().map(word).collect(),
            other => vec![word(other)],
        });
        let words: Vec<String> = words.collect();
        (!words.is_empty()).then(|| words.join(" "))
    })
}

fn title(object: &Map<String, Value>) -> Option<Text> {
    TITLES.iter().find_map(|title| text(object.get(*title)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::load;
    use doorstep_schemas::rules::SetKind;

    fn rows_in(kind: SetKind, file: &str) -> BTreeMap<Key, Row> {
        rows(&load(kind, file.as_bytes()).unwrap())
    }

    #[test]
    fn r12_a_limit_that_was_moved_and_changed_is_one_row_with_its_old_and_its_new_value() {
        let file = include_str!("../../rules/limits.json");
        let other = file.replacen("\"to\": 4000", "\"to\": 1000", 1).replacen("\"from\": 4001", "\"from\": 1001", 1);
        let mut set: Value = serde_json::from_str(&other).unwrap();
        set["limits"].as_array_mut().unwrap().reverse();
        let before = rows_in(SetKind::Limits, file);
        let (found, same) = changed(&before, &rows_in(SetKind::Limits, &set.to_string()));
        let [earth] = found.as_slice() else { panic!("{found:?}") };
        assert_eq!(
            (earth.key.1.as_str(), earth.comes, earth.goes, same),
            ("earth_resistance", false, false, before.len() - 1)
        );
        let turned: Vec<_> = earth.values.iter().map(|(leaf, was, is)| (leaf.unit.as_deref(), was, is)).collect();
        let of = |from, to| (Some("Ω"), Some(Said::Number(from)), Some(Said::Number(to)));
        let agreed = [of(4_000, 1_000), of(4_001, 1_001)];
        assert_eq!(turned, agreed.iter().map(|(unit, was, is)| (*unit, was, is)).collect::<Vec<_>>());
    }

    #[test]
    fn a_row_that_comes_or_goes_has_all_its_values_on_one_side() {
        let file = include_str!("../../rules/numbers.json");
        let mut set: Value = serde_json::from_str(file).unwrap();
        set["brands"].as_array_mut().unwrap().remove(0);
        let (before, after) = (rows_in(SetKind::Numbers, file), rows_in(SetKind::Numbers, &set.to_string()));
        let (found, _) = changed(&before, &after);
        let [gone] = found.as_slice() else { panic!("{found:?}") };
        assert!(gone.goes && !gone.comes && gone.values.iter().all(|(_, was, is)| was.is_some() && is.is_none()));
        assert_eq!(gone.name.as_ref().unwrap().zh, "安泉服务热线");
        let (found, _) = changed(&after, &before);
        assert!(found.iter().all(|row| row.comes && !row.goes));
    }

    #[test]
    fn no_two_rows_of_what_is_built_in_are_taken_for_one() {
        for (kind, bytes) in crate::rules::book::BUILT_IN {
            let set = load(kind, bytes).unwrap();
            let listed = rows(&set);
            let values: usize = listed.values().map(|row| row.leaves.len()).sum();
            assert!(!listed.is_empty() && values >= listed.len(), "{}", kind.word());
            for (key, row) in &listed {
                for leaf in &row.leaves {
                    assert!(set.value().pointer(&leaf.pointer).is_some(), "{key:?} {}", leaf.pointer);
                }
                let mut paths: Vec<_> = row.leaves.iter().map(|leaf| &leaf.path).collect();
                paths.sort();
                paths.dedup();
                assert_eq!(paths.len(), row.leaves.len(), "{} {key:?}", kind.word());
            }
        }
    }
}
