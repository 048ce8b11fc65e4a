//! The command line as a person meets it: what can't be meant is refused with words, and no window opens.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

use std::process::{Command, Output};

fn app(arguments: &[&str]) -> (Output, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_doorstep-app"))
        .env_remove("DOORSTEP_DATA_DIR")
        .args(arguments)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr.clone()).unwrap();
    (output, said)
}

#[test]
fn a_size_that_is_none_is_refused_with_an_example() {
    let (output, said) = app(&["--size", "wide"]);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("390x844"), "{said}");
}

#[test]
fn bindings_that_can_be_written_nowhere_say_why() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let below_a_file = file.path().join("bindings.ts");
    let (output, said) = app(&["bindings", below_a_file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("doorstep-app: "), "{said}");
    assert_eq!(std::fs::metadata(file.path()).unwrap().len(), 0, "what is there stays as it is");
}

#[cfg(feature = "devhost")]
#[test]
fn a_host_without_a_folder_is_refused_before_it_listens() {
    let (output, said) = app(&["devhost", "--ui", "."]);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("--data-dir"), "{said}");
}
