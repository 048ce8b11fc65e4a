//! Who may lean on whom.

use std::process::Command;

use crate::tree::{root, sources};

/// Files of `folder` must not name any of `words`, except those whose path ends in one of `except`.
fn nowhere(folder: &str, words: &[&str], except: &[&str]) {
    for (path, text) in sources(&root().join(folder), "rs") {
        if except.iter().any(|end| path.ends_with(end)) {
            continue;
        }
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for word in words {
            let line = code.iter().find(|line| line.contains(word));
            assert!(line.is_none(), "{} leans on {word}: {}", path.display(), line.unwrap_or(&""));
        }
    }
}

const CORE: &str = "src-tauri/core/src";

#[test]
fn the_rules_of_the_trade_know_nothing_but_themselves() {
    let others =
        ["crate::documents", "crate::store", "crate::actions", "crate::sync", "automerge::", "rusqlite", "reqwest"];
    nowhere(&format!("{CORE}/domain"), &others, &[]);
}

#[test]
fn only_documents_know_automerge_and_only_two_files_make_objects() {
    for room in ["domain", "photos", "sync", "reports", "claim"] {
        nowhere(&format!("{CORE}/{room}"), &["automerge::"], &[]);
    }
    // The closure that an action hands to a document names its type and nothing more.
    nowhere(&format!("{CORE}/store"), &["automerge::"], &["own.rs"]);
    nowhere(&format!("{CORE}/actions"), &["automerge::"], &[]);
    nowhere(CORE, &["put_object"], &["documents/layout.rs", "documents/birth.rs"]);
}

#[test]
fn sql_is_in_the_store_and_http_at_the_edges() {
    for room in ["domain", "documents", "actions", "photos", "sync", "reports", "claim"] {
        nowhere(&format!("{CORE}/{room}"), &["rusqlite", "SELECT ", "INSERT "], &[]);
    }
    for room in ["domain", "documents", "store", "actions", "photos", "reports", "claim"] {
        nowhere(&format!("{CORE}/{room}"), &["reqwest"], &[]);
    }
    nowhere(
        &format!("{CORE}/sync"),
        &["reqwest::"],
        &["fault.rs", "line.rs", "live.rs", "blobs.rs", "admin.rs", "runner.rs"],
    );
    nowhere("src-tauri/src", &["rusqlite", "SELECT ", "automerge::", "reqwest"], &[]);
}

#[test]
fn layers_inside_the_core_lean_downwards() {
    nowhere(&format!("{CORE}/documents"), &["crate::store", "crate::actions", "crate::sync"], &[]);
    nowhere(&format!("{CORE}/store"), &["crate::actions", "crate::sync"], &[]);
    nowhere(&format!("{CORE}/claim"), &["crate::store", "crate::actions", "crate::sync"], &[]);
    nowhere(&format!("{CORE}/actions"), &["crate::sync"], &[]);
    nowhere(&format!("{CORE}/sync/"), &["crate::documents", "crate::domain"], &[]);
}

#[test]
fn bugs_on_purpose_are_turned_on_by_one_test_alone() {
    for (path, text) in sources(&root(), "toml") {
        let turns_on = text.contains("/planted\"") || text.contains("features = [\"planted");
        let own = path.ends_with("tests/Cargo.toml");
        assert!(own || !turns_on, "{}", path.display());
        if own {
            assert_eq!(text.matches("planted = [").count(), 1, "the feature is no default");
            assert!(!text.contains("default = "), "{}", path.display());
        }
    }
    for folder in ["src-tauri", "sync-server", "bench", "tests/src"] {
        nowhere(folder, &["planted::plant("], &[]);
    }
}

#[test]
fn the_relay_does_not_link_automerge_and_schemas_lean_on_nobody() {
    let tree = |package: &str| {
        let output = Command::new(env!("CARGO"))
            .current_dir(root())
            .args(["tree", "--offline", "--package", package, "--edges", "normal", "--prefix", "none"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let relay = tree("doorstep-relay");
    assert!(relay.contains("doorstep-schemas"));
    for absent in ["automerge", "doorstep v", "tauri"] {
        assert!(!relay.lines().any(|line| line.starts_with(absent)), "{absent}");
    }
    let schemas = tree("doorstep-schemas");
    let ours: Vec<&str> = schemas.lines().filter(|line| line.starts_with("doorstep")).collect();
    assert_eq!(ours.len(), 1, "{ours:?}");
    assert!(!tree("doorstep").lines().any(|line| line.starts_with("tauri")), "the core has no window");
}
