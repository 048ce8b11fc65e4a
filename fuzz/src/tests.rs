#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

use std::fs;
use std::path::PathBuf;

type Target = (&'static str, fn(&[u8]));

const TARGETS: [Target; 9] = [
    ("admission", crate::admission),
    ("segment", crate::segment),
    ("exchange", crate::exchange),
    ("intake", crate::intake),
    ("signature", crate::signature),
    ("enrolment", crate::enrolment),
    ("parcel", crate::parcel),
    ("bundle", crate::bundle),
    ("closed", crate::closed),
];

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = fs::read_dir(here().join("corpus").join(target)).unwrap();
    folder.map(|file| file.unwrap().path()).map(|path| (path.clone(), fs::read(path).unwrap())).collect()
}

/// Also cut at many places and with a byte changed: a second of what a fuzzer does all night.
#[test]
fn nothing_in_the_corpus_breaks_a_promise() {
    for (name, target) in TARGETS {
        let seeds = corpus(name);
        assert!(!seeds.is_empty(), "{name} begins with nothing");
        for (path, seed) in seeds {
            assert!(seed.len() < 64 * 1024, "{} is large for a seed", path.display());
            target(&seed);
            for at in (0..seed.len()).step_by(seed.len().div_ceil(24).max(1)) {
                target(&seed[..at]);
                let mut changed = seed.clone();
                changed[at] = changed[at].wrapping_add(1 << (at % 8));
                target(&changed);
            }
        }
    }
}

#[test]
fn the_script_the_manifest_and_the_corpus_name_the_same_targets() {
    let manifest = fs::read_to_string(here().join("Cargo.toml")).unwrap();
    let script = fs::read_to_string(here().join("run")).unwrap();
    for (name, _) in TARGETS {
        assert!(manifest.contains(&format!("name = \"fuzz-{name}\"")), "{name}");
        assert!(script.contains(name), "{name}");
    }
    assert_eq!(manifest.matches("[[bin]]").count(), TARGETS.len());
}
