//! A rule set as a form: texts in both languages, promises and numbers are written without a file.
//!
//! What is written becomes a file like any other: it is compared, seen against the open jobs and published the same way,
//! so a form can say nothing that a file could not.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::input::{NewValue, OneSetKind, ReviseSet};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{Fen, FormField, FormRow, FormValue, SetDrafted, SetForm, Text};
use serde_json::{Value, json};

use super::Actions;
use super::facts::FactError;
use super::rule_sets::{PublishError, compared, named};
use crate::domain::calendar;
use crate::reports::set_words;
use crate::rules::compare::{self, Leaf, Said};
use crate::rules::{MalformedSet, RuleBook, load};

/// Longest text of a field, in characters.
const TEXT: usize = 4_000;
/// Kinds that have a form: words and promises. What is measured, paid or covered is written as a file.
const KINDS: [SetKind; 6] =
    [SetKind::Promises, SetKind::Reminders, SetKind::Numbers, SetKind::Replies, SetKind::Steps, SetKind::Emergency];

impl Actions {
    /// The set in force as a form; owners only.
    pub fn set_form(&self, input: &OneSetKind) -> Result<SetForm, PublishError> {
        let store = self.shelf.store();
        self.as_owner(&store)?;
        let (version, value) = template(store.rules(), input.kind, self.nature.now_ms())?;
        Ok(SetForm { kind: input.kind, version, rows: form(input.kind, &value) })
    }

    /// The file that follows from a form, and what it would change. Nothing is written.
    pub fn revise_set(&self, input: &ReviseSet) -> Result<SetDrafted, PublishError> {
        let store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let (_, mut value) = template(store.rules(), input.kind, now)?;
        let known = form(input.kind, &value);
        let known: BTreeMap<&str, &FormValue> =
            known.iter().flat_map(|row| &row.fields).map(|field| (field.pointer.as_str(), &field.value)).collect();
        for NewValue { pointer, value: to } in &input.values {
            let same = |of: &&FormValue| std::mem::discriminant(*of) == std::mem::discriminant(to);
            known.get(pointer.as_str()).copied().filter(same).ok_or(FactError::Unknown("value"))?;
            if let Some(place) = value.pointer_mut(pointer) {
                *place = written(to)?;
            }
        }
        if value.pointer("/outlet/number").is_some_and(|number| number == "") {
            put(&mut value, "outlet", Value::Null);
        }
        put(&mut value, "version", json!(next_version(store.rules(), input.kind, now)));
        put(&mut value, "valid_from", json!(calendar::day_name(now)));
        // Once more through the set's own shape: the file has its fields in the order in which people know them.
        let file =
            load(input.kind, value.to_string().as_bytes()).map_err(|error| MalformedSet { line: 1, ..error })?.file();
        let compared = compared(&store, input.kind, &file, now)?;
        Ok(SetDrafted { file, compared })
    }
}

/// The set in force, as its file has it, with a place for the outlet's own number.
fn template(rules: &RuleBook, kind: SetKind, now: i64) -> Result<(String, Value), PublishError> {
    let set = rules.in_force(kind, now).filter(|_| KINDS.contains(&kind)).ok_or(FactError::Unknown("kind"))?;
    let mut value = set.value();
    if kind == SetKind::Numbers && value.get("outlet").is_some_and(Value::is_null) {
        let label = json!({ "zh": "本店投诉电话", "en": "Complaints to the shop" });
        put(&mut value, "outlet", json!({ "label": label, "number": "" }));
    }
    Ok((set.head().version.to_owned(), value))
}

fn put(value: &mut Value, field: &str, to: Value) {
    if let Value::Object(object) = value {
        object.insert(field.to_owned(), to);
    }
}

fn form(kind: SetKind, value: &Value) -> Vec<FormRow> {
    let rows = compare::rows_of(value);
    let mut out: Vec<FormRow> = rows
        .iter()
        .map(|(key, row)| FormRow {
            under: set_words::under(&key.0),
            name: named(key, row.name.as_ref()),
            fields: row.leaves.iter().filter_map(|leaf| field(kind, leaf, &key.1)).collect(),
        })
        .filter(|row| !row.fields.is_empty())
        .collect();
    if kind == SetKind::Numbers && !out.iter().flat_map(|row| &row.fields).any(|f| f.pointer == "/outlet/number") {
        // An empty value is no leaf.
        let pointer = "/outlet/number".to_owned();
        let value = FormValue::Word(String::new());
        let number = FormField { pointer, label: set_words::field("number"), value, unit: Text::default() };
        let (under, name) = (set_words::field("outlet"), set_words::field("number"));
        out.push(FormRow { under, name, fields: vec![number] });
    }
    out
}

fn field(kind: SetKind, leaf: &Leaf, row: &str) -> Option<FormField> {
    let last = leaf.path.last().map_or(row, String::as_str);
    let value = match &leaf.said {
        Said::Text(text) => FormValue::Text(text.clone()),
        Said::Number(fen) if set_words::is_money(leaf, row) => FormValue::Money(Fen(*fen)),
        Said::Number(number) => FormValue::Number(i32::try_from(*number).ok()?),
        Said::Words(words) if last == "number" || (kind == SetKind::Promises && last == "market") => {
            FormValue::Word(words.first()?.clone())
        }
        Said::Words(_) | Said::Flag(_) => return None,
    };
    let label = if leaf.path.is_empty() { set_words::field(row) } else { set_words::place(leaf) };
    Some(FormField { pointer: leaf.pointer.clone(), label, value, unit: set_words::unit(leaf, row) })
}

fn written(value: &FormValue) -> Result<Value, FactError> {
    let fits = |text: &str| {
        if text.chars().count() <= TEXT { Ok(()) } else { Err(FactError::TooLong { field: "text", most: TEXT }) }
    };
    Ok(match value {
        FormValue::Text(text) => {
            fits(&text.zh)?;
            fits(&text.en)?;
            json!({ "zh": text.zh.trim(), "en": text.en.trim() })
        }
        FormValue::Number(number) => json!(number),
        FormValue::Money(fen) => json!(fen.0),
        FormValue::Word(word) => {
            fits(word)?;
            json!(word.trim())
        }
    })
}

/// The day, and a number behind it where that day has one already.
fn next_version(rules: &RuleBook, kind: SetKind, now: i64) -> String {
    let of_kind = rules.versions().filter(|(of, ..)| *of == kind);
    let taken: BTreeSet<String> =
        of_kind.filter_map(|(_, _, hash)| Some(rules.by_hash(&hash.0)?.head().version.to_owned())).collect();
    let day = calendar::day_name(now);
    let numbered = (2..).map(|n| format!("{day}-{n}"));
    std::iter::once(day.clone()).chain(numbered).find(|version| !taken.contains(version)).unwrap_or(day)
}
