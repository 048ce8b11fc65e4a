//! Data folders: copied, listed, opened.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep::rules::RuleBook;
use doorstep::store::{Store, StoreError};
use doorstep::tasks::Watcher;
use tempfile::TempDir;

use crate::cast::{KEY, Steady};

/// A folder with the same files.
pub fn copy(from: &Path) -> TempDir {
    let to = tempfile::tempdir().unwrap();
    for file in files(from) {
        let name = file.strip_prefix(from).unwrap();
        // Fast to make, and of no account here.
        if name == Path::new("ballast") {
            continue;
        }
        let target = to.path().join(name);
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::copy(&file, target).unwrap();
    }
    to
}

/// Every file of a folder, sorted.
pub fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.path().is_dir() {
            out.extend(files(&entry.path()));
        } else {
            out.push(entry.path());
        }
    }
    out.sort();
    out
}

/// Turns some bits of a byte.
pub fn flip(path: &Path, at: u64, mask: u8) {
    let mut bytes = fs::read(path).unwrap();
    let at = usize::try_from(at).unwrap() % bytes.len();
    bytes[at] ^= mask;
    fs::write(path, bytes).unwrap();
}

/// The store of a folder, with somebody looking.
pub fn open_watched(folder: &Path, watcher: &mut dyn Watcher) -> Result<Store, StoreError> {
    let rules = Arc::new(RuleBook::built_in().unwrap());
    Store::open_watched(folder, &KEY, rules, Steady::new(60).as_ref(), watcher)
}
