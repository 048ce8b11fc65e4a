//! JSON Schemas for what outsiders read or write, in `schemas/json`.
//!
//! `DOORSTEP_WRITE_SCHEMAS=1` writes them anew; without it a stale or missing one fails.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use doorstep_schemas::blob::{MissingAnswer, MissingRequest};
use doorstep_schemas::claim_pack::ClaimPack;
use doorstep_schemas::enrol::{
    DeviceStatusRequest, EnrolAnswer, EnrolRequest, ErrorAnswer, InviteAnswer, InviteRequest, MemberAnswer,
    MemberRequest, NewMember,
};
use doorstep_schemas::live::Announcement;
use schemars::{Schema, schema_for};

use crate::rules::rule_schemas;

fn schemas() -> [(&'static str, Schema); 12] {
    [
        ("announcement", schema_for!(Announcement)),
        ("device-status-request", schema_for!(DeviceStatusRequest)),
        ("enrol-answer", schema_for!(EnrolAnswer)),
        ("enrol-request", schema_for!(EnrolRequest)),
        ("error-answer", schema_for!(ErrorAnswer)),
        ("invite-answer", schema_for!(InviteAnswer)),
        ("invite-request", schema_for!(InviteRequest)),
        ("member-answer", schema_for!(MemberAnswer)),
        ("member-request", schema_for!(MemberRequest)),
        ("missing-answer", schema_for!(MissingAnswer)),
        ("missing-request", schema_for!(MissingRequest)),
        ("new-member", schema_for!(NewMember)),
    ]
}

/// All that lie in the folder: the bodies, and one for each kind of rule set.
fn all() -> Vec<(String, Schema)> {
    let bodies = schemas().into_iter().map(|(name, schema)| (name.to_owned(), schema));
    let files = [("claim-pack".to_owned(), schema_for!(ClaimPack))];
    bodies
        .chain(files)
        .chain(rule_schemas().into_iter().map(|(kind, schema)| (format!("rule-{}", kind.word()), schema)))
        .collect()
}

pub fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn text(schema: &Schema) -> String {
    serde_json::to_string_pretty(schema).unwrap() + "\n"
}

#[test]
fn the_committed_schemas_say_what_the_code_says() {
    let folder = folder("json");
    if std::env::var_os("DOORSTEP_WRITE_SCHEMAS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        all().iter().for_each(|(name, schema)| {
            fs::write(folder.join(format!("{name}.schema.json")), text(schema)).unwrap();
        });
    }
    for (name, schema) in all() {
        let committed = fs::read_to_string(folder.join(format!("{name}.schema.json"))).unwrap_or_default();
        // Compared by meaning: the order of keys follows which features other crates of the build switch on.
        let committed: serde_json::Value = serde_json::from_str(&committed).unwrap_or_default();
        assert!(committed == *schema.as_value(), "{name}: stale; write it anew with DOORSTEP_WRITE_SCHEMAS=1");
    }
    let mut expected: BTreeSet<String> = all().iter().map(|(name, _)| format!("{name}.schema.json")).collect();
    expected.insert("openapi.json".to_owned());
    let found: BTreeSet<String> =
        fs::read_dir(&folder).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(found, expected, "a schema of nothing");
}

/// The golden bodies have the fields that the schemas ask for, and none that they don't name.
#[test]
fn the_golden_bodies_have_the_fields_of_their_schemas() {
    for (name, schema) in schemas() {
        let golden = fs::read_to_string(folder("golden/v1").join(format!("{name}.json"))).unwrap();
        let golden: serde_json::Value = serde_json::from_str(&golden).unwrap();
        let keys = |value: &serde_json::Value| {
            value.as_object().map(|object| object.keys().cloned().collect::<BTreeSet<_>>()).unwrap_or_default()
        };
        let properties = schema.get("properties").map(keys).unwrap_or_default();
        let asked = schema.get("required").and_then(|asked| asked.as_array()).into_iter().flatten();
        let asked: BTreeSet<_> = asked.filter_map(|field| field.as_str().map(str::to_owned)).collect();
        let shown = keys(&golden);
        assert!(shown.is_subset(&properties) && shown.is_superset(&asked), "{name}: {shown:?}");
    }
}
