//! The files of the built-in rule sets against their types and against the JSON Schemas that outsiders write by.

use std::fs;

use doorstep_schemas::rules::crew::CrewSet;
use doorstep_schemas::rules::emergency::EmergencySet;
use doorstep_schemas::rules::faults::FaultSet;
use doorstep_schemas::rules::limits::LimitSet;
use doorstep_schemas::rules::needs::NeedSet;
use doorstep_schemas::rules::numbers::NumberSet;
use doorstep_schemas::rules::pieces::PieceSet;
use doorstep_schemas::rules::places::PlaceSet;
use doorstep_schemas::rules::prices::PriceSet;
use doorstep_schemas::rules::promises::PromiseSet;
use doorstep_schemas::rules::reminders::ReminderSet;
use doorstep_schemas::rules::replies::ReplySet;
use doorstep_schemas::rules::settlement::SettlementSet;
use doorstep_schemas::rules::steps::StepSet;
use doorstep_schemas::rules::surcharges::SurchargeSet;
use doorstep_schemas::rules::warranty::WarrantySet;
use doorstep_schemas::rules::{RuleSet, SetKind};
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::json::folder;

/// What this test knows about a kind of set.
struct Shape {
    kind: SetKind,
    schema: Schema,
    /// By type: what the type keeps of a file, and its problems.
    read: fn(Value) -> Result<(Value, usize), String>,
}

fn shape<T: RuleSet + JsonSchema + Serialize + DeserializeOwned>() -> Shape {
    Shape {
        kind: T::KIND,
        schema: SchemaGenerator::default().into_root_schema_for::<T>(),
        read: |file| {
            let set: T = serde_json::from_value(file).map_err(|error| error.to_string())?;
            Ok((serde_json::to_value(&set).unwrap(), set.problems().len()))
        },
    }
}

fn shapes() -> Vec<Shape> {
    vec![
        shape::<LimitSet>(),
        shape::<NeedSet>(),
        shape::<FaultSet>(),
        shape::<StepSet>(),
        shape::<EmergencySet>(),
        shape::<SurchargeSet>(),
        shape::<PriceSet>(),
        shape::<SettlementSet>(),
        shape::<WarrantySet>(),
        shape::<PromiseSet>(),
        shape::<NumberSet>(),
        shape::<ReplySet>(),
        shape::<PieceSet>(),
        shape::<PlaceSet>(),
        shape::<CrewSet>(),
        shape::<ReminderSet>(),
    ]
}

pub fn rule_schemas() -> Vec<(SetKind, Schema)> {
    shapes().into_iter().map(|shape| (shape.kind, shape.schema)).collect()
}

/// The built-in file; of the owner's own set, which has none, an example.
fn file(kind: SetKind) -> Value {
    if kind.owner_only() {
        let item = json!({ "code": "BL-01", "guide": "weld_and_charge", "settlement_fen": 12_500 });
        let maker = json!({ "maker": "北岭", "items": [item], "proofs": ["voucher"], "ratio_percent": 160 });
        return json!({ "set": "settlement", "version": "1", "valid_from": "2026-11-01", "makers": [maker] });
    }
    let path = folder("../src-tauri/core/rules").join(format!("{}.json", kind.word()));
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

/// What is wrong with a value by its schema: the words of JSON Schema that ours use, and no others.
fn against(root: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let Some(words) = schema.as_object() else {
        return if schema == &Value::Bool(false) { Err("nothing is allowed here".to_owned()) } else { Ok(()) };
    };
    for (word, means) in words {
        let holds = match word.as_str() {
            "$schema" | "$defs" | "title" | "description" | "default" | "format" => true,
            "$ref" => {
                let at = means.as_str().unwrap().strip_prefix('#').unwrap();
                against(root, root.pointer(at).unwrap(), value)?;
                true
            }
            "type" => match means {
                Value::Array(types) => types.iter().any(|one| is_a(one, value)),
                one => is_a(one, value),
            },
            "const" => means == value,
            "enum" => means.as_array().unwrap().contains(value),
            "oneOf" | "anyOf" => means.as_array().unwrap().iter().any(|one| against(root, one, value).is_ok()),
            "minimum" => value.as_f64().is_none_or(|n| n >= means.as_f64().unwrap()),
            "maximum" => value.as_f64().is_none_or(|n| n <= means.as_f64().unwrap()),
            "minItems" => value.as_array().is_none_or(|items| items.len() as u64 >= means.as_u64().unwrap()),
            "maxItems" => value.as_array().is_none_or(|items| items.len() as u64 <= means.as_u64().unwrap()),
            "required" => value.as_object().is_none_or(|object| {
                means.as_array().unwrap().iter().all(|key| object.contains_key(key.as_str().unwrap()))
            }),
            "properties" => {
                for (key, schema) in means.as_object().unwrap() {
                    value.get(key).map_or(Ok(()), |value| against(root, schema, value))?;
                }
                true
            }
            "additionalProperties" => {
                let known = |key: &str| words.get("properties").is_some_and(|known| known.get(key).is_some());
                for (key, value) in value.as_object().into_iter().flatten().filter(|(key, _)| !known(key)) {
                    against(root, means, value).map_err(|error| format!("{key}: {error}"))?;
                }
                true
            }
            "items" => {
                for item in value.as_array().into_iter().flatten() {
                    against(root, means, item)?;
                }
                true
            }
            other => panic!("{other}: a word that this test does not know"),
        };
        if !holds {
            return Err(format!("{word} {means} of {value}"));
        }
    }
    Ok(())
}

fn is_a(name: &Value, value: &Value) -> bool {
    match name.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "integer" => value.is_i64() || value.is_u64(),
        "boolean" => value.is_boolean(),
        "null" => value.is_null(),
        other => panic!("{other}: a type that this test does not know"),
    }
}

/// Every object of a file, of lists the first and the last one.
fn objects(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(fields) => {
            out.push(at.to_owned());
            fields.iter().for_each(|(key, value)| objects(value, &format!("{at}/{key}"), out));
        }
        Value::Array(items) => {
            let last = items.len().saturating_sub(1);
            for n in [0, last].into_iter().take(items.len()) {
                objects(&items[n], &format!("{at}/{n}"), out);
            }
        }
        _ => {}
    }
}

#[test]
fn every_built_in_file_is_what_its_type_and_its_schema_say_and_has_no_problem() {
    for shape in shapes() {
        let file = file(shape.kind);
        let word = shape.kind.word();
        against(shape.schema.as_value(), shape.schema.as_value(), &file).unwrap_or_else(|e| panic!("{word}: {e}"));
        let (kept, problems) = (shape.read)(file.clone()).unwrap();
        assert_eq!(problems, 0, "{word}");
        // What the type writes is a set again, by both.
        against(shape.schema.as_value(), shape.schema.as_value(), &kept).unwrap_or_else(|e| panic!("{word}: {e}"));
        assert_eq!((shape.read)(kept.clone()).unwrap().0, kept, "{word}");
        assert_eq!(file["set"], word);
    }
}

#[test]
fn a_field_is_required_by_the_schema_exactly_where_the_type_refuses_to_do_without() {
    for shape in shapes() {
        let file = file(shape.kind);
        let schema = shape.schema.as_value();
        let mut paths = Vec::new();
        objects(&file, "", &mut paths);
        assert!(shape.kind == SetKind::Promises || paths.len() >= 3, "{}", shape.kind.word());
        for path in paths {
            let keys: Vec<String> = file.pointer(&path).unwrap().as_object().unwrap().keys().cloned().collect();
            for key in keys {
                let mut without = file.clone();
                without.pointer_mut(&path).unwrap().as_object_mut().unwrap().remove(&key);
                let by_schema = against(schema, schema, &without);
                let by_type = (shape.read)(without).map(|_| ());
                assert_eq!(by_schema.is_ok(), by_type.is_ok(), "{path} without {key}: {by_schema:?}, {by_type:?}");
            }
            let mut more = file.clone();
            more.pointer_mut(&path).unwrap().as_object_mut().unwrap().insert("no_such_field".to_owned(), json!(1));
            let by_schema = against(schema, schema, &more);
            let by_type = (shape.read)(more).map(|_| ());
            assert!(by_schema.is_err() && by_type.is_err(), "{path}: {by_schema:?}, {by_type:?}");
        }
    }
}

#[test]
fn a_value_is_refused_by_the_schema_exactly_where_the_type_refuses_it() {
    for shape in shapes() {
        let file = file(shape.kind);
        let schema = shape.schema.as_value();
        let mut paths = Vec::new();
        objects(&file, "", &mut paths);
        let mut refused = 0;
        for path in paths {
            let keys: Vec<String> = file.pointer(&path).unwrap().as_object().unwrap().keys().cloned().collect();
            for key in keys {
                // No list where an object stands: a type would take its fields in their order, which nobody writes.
                let list = if file.pointer(&path).unwrap()[&key].is_object() { json!(null) } else { json!([1]) };
                for other in [json!(null), json!(-1), json!(1.5), json!("no such word"), json!(true), list, json!({})] {
                    let mut changed = file.clone();
                    changed.pointer_mut(&path).unwrap()[&key] = other.clone();
                    let by_schema = against(schema, schema, &changed);
                    let by_type = (shape.read)(changed).map(|_| ());
                    refused += usize::from(by_type.is_err());
                    assert_eq!(
                        by_schema.is_ok(),
                        by_type.is_ok(),
                        "{path}/{key} = {other}: {by_schema:?}, {by_type:?}"
                    );
                }
            }
        }
        assert!(refused > 20, "{}", shape.kind.word());
    }
}

#[test]
fn every_kind_of_set_has_a_schema_and_the_owners_own_no_file() {
    let known: Vec<SetKind> = rule_schemas().into_iter().map(|(kind, _)| kind).collect();
    for kind in SetKind::ALL {
        assert!(known.contains(kind), "{}", kind.word());
        let path = folder("../src-tauri/core/rules").join(format!("{}.json", kind.word()));
        assert_eq!(path.exists(), !kind.owner_only(), "{}", kind.word());
    }
}
