//! The project's own files, and what they must not hold.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Files below `folder` whose names end in `.ext`, with their texts.
pub fn sources(folder: &Path, ext: &str) -> Vec<(PathBuf, String)> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !["target", "node_modules", "dist", "gen", ".git"].contains(&name.as_str()) {
            out.extend(sources(&path, ext));
        } else if name.ends_with(&format!(".{ext}")) {
            out.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
    out
}

fn tracked() -> Vec<String> {
    let output = Command::new("git").current_dir(root()).arg("ls-files").output().unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn no_file_of_code_grows_past_five_hundred_lines() {
    for ext in ["rs", "ts", "vue"] {
        for (path, text) in sources(&root(), ext) {
            let generated = path.ends_with("bindings.ts");
            assert!(generated || text.lines().count() <= 500, "{}: two names for two things?", path.display());
        }
    }
}

#[test]
fn no_unfinished_mark_and_no_skipped_test_is_in_the_code() {
    let marks =
        [["TO", "DO"], ["FIX", "ME"], ["todo", "!("], ["unimplemented", "!("], ["#[ign", "ore"], [".sk", "ip("]];
    for ext in ["rs", "ts", "vue"] {
        for (path, text) in sources(&root(), ext) {
            for mark in &marks {
                let mark = mark.concat();
                let own = path.ends_with("tidy/tree.rs") || (mark == ".skip(" && ext == "rs");
                assert!(own || !text.contains(&mark), "{mark} in {}", path.display());
            }
        }
    }
}

#[test]
fn lock_files_name_no_registry_address_and_no_file_names_a_machine() {
    for file in ["ui/package-lock.json", "tests/interop/package-lock.json"] {
        let lock = fs::read_to_string(root().join(file)).unwrap();
        assert!(!lock.contains("\"resolved\""), "{file}");
    }
    let paths = [["/ro", "ot/"], ["/ho", "me/"], ["/wo", "rk/"]];
    for file in tracked() {
        let Ok(text) = fs::read_to_string(root().join(&file)) else { continue };
        for path in &paths {
            assert!(!text.contains(&path.concat()), "{} in {file}", path.concat());
        }
    }
}
