//! Everything that a document can hold has a name in both languages, where people read a history.

use std::path::Path;

use doorstep::documents::birth;
use doorstep::documents::shapes::SHAPES;
use doorstep::reports::labels;
use doorstep::reports::words::Phrase;
use doorstep_schemas::ids::DocKind;
use doorstep_schemas::input::SheetField;

use crate::merges::anything::{Desks, full};

fn assert_named(phrase: Option<&Phrase>, what: &str) {
    let Some(Phrase(zh, en)) = phrase else { panic!("{what} has no name") };
    assert!(!zh.is_empty() && !en.is_empty() && zh != en, "{what}: {zh} {en}");
}

#[test]
fn every_container_that_a_birth_makes_has_a_name() {
    for kind in DocKind::ALL {
        for container in birth::containers(kind) {
            assert_named(labels::container(kind, container).as_ref(), &format!("{kind:?} {container}"));
        }
    }
    assert!(labels::container(DocKind::Sheet, "wings").is_none());
}

/// The keys are asked of the records themselves, so that none can come in without a name.
#[test]
fn every_field_of_every_record_has_a_name() {
    for shape in SHAPES {
        let keys = full(shape).into_iter().map(|(key, _)| key);
        for key in keys.chain(["at", "off", "claim", "by", "removed"].map(str::to_owned)) {
            let name = labels::field(shape.container, &key).map(|label| label.0);
            assert_named(name.as_ref(), &format!("{:?} {} {key}", shape.kind, shape.container));
        }
    }
    assert!(labels::field("nodes", "wings").is_none());
}

#[test]
fn everything_that_an_order_says_has_a_name() {
    let mut desks = Desks::open(DocKind::Order);
    desks.take_order();
    let written = doorstep::documents::snapshot::snapshot(desks.papers[0].doc(), None);
    assert!(written.len() > 15);
    for place in written.into_keys() {
        let key = place.field.as_ref().unwrap_or(&place.key);
        assert_named(labels::field(&place.container, key).map(|label| label.0).as_ref(), &format!("{place:?}"));
    }
    let marks = [
        ("marks", &["cancelled", "cancel_reason", "settled_at", "revisit_of", "contract", "km", "wished"][..]),
        ("marks", &["source", "segment", "difficulty", "subsidised", "acceptance", "project", "at_height", "note"]),
        ("purchase", &["invoice", "card", "installed", "made", "dealer", "part", "voids"]),
    ];
    for (container, keys) in marks {
        for key in keys {
            assert_named(labels::field(container, key).map(|label| label.0).as_ref(), key);
        }
    }
}

#[test]
fn every_field_of_a_sheet_and_everything_else_about_a_visit_has_a_name() {
    for field in SheetField::ALL {
        assert_named(Some(&labels::sheet_field(*field)), field.word());
    }
    for prefix in ["customer", "invoice", "subsidy", "outlet"] {
        assert_named(labels::about(prefix).as_ref(), prefix);
    }
}

/// The short codes that actions leave in the changes, read from the actions themselves: the first quoted word in lower
/// case behind a call that acts.
fn codes() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/actions");
    let mut out = Vec::new();
    let mut texts = Vec::new();
    for room in [folder.clone(), folder.join("facts")] {
        let files = std::fs::read_dir(room).unwrap().map(|file| file.unwrap().path());
        texts.extend(files.filter(|path| path.is_file()).map(|path| std::fs::read_to_string(path).unwrap()));
    }
    for text in texts {
        // A fact's code stands before its edit: `code: "sign"`, `("plan", Edit::…`, `"ask_part",` on a line of its own.
        let lines: Vec<&str> = text.lines().map(str::trim).collect();
        for (n, line) in lines.iter().enumerate() {
            let code = line.strip_prefix("code: ").or_else(|| line.strip_prefix("Ready { code: "));
            let code = code.filter(|rest| rest.starts_with('"') || rest.starts_with("if "));
            let pair = line.split_once("(\"").filter(|(_, rest)| rest.contains("\", Edit::")).map(|(_, rest)| rest);
            let edit_follows = lines.get(n + 1).is_some_and(|next| next.starts_with("Edit::"));
            let alone = line.strip_prefix('"').filter(|rest| rest.ends_with("\",") && edit_follows);
            let after_if = code.map(|code| code.split('"').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>());
            out.extend(after_if.into_iter().flatten());
            out.extend(pair.or(alone).and_then(|rest| rest.split('"').next()).map(str::to_owned));
        }
        for call in [".act(", ".act_many(", ".add_node("] {
            for rest in text.split(call).skip(1) {
                let end = rest.find(";\n").unwrap_or(rest.len()).min(rest.find("=> self").unwrap_or(rest.len()));
                let code = rest[..end].split('"').nth(1);
                let code = code.filter(|c| !c.is_empty() && c.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'));
                out.extend(code.map(str::to_owned));
            }
        }
    }
    out
}

#[test]
fn every_action_has_a_name() {
    let codes = codes();
    for known in ["take_order", "arrive", "record_reading", "undo", "resolve", "finish"] {
        assert!(codes.iter().any(|code| code == known), "{known} is not among {codes:?}");
    }
    for code in codes {
        assert_named(labels::action(&code).as_ref(), &code);
    }
}
