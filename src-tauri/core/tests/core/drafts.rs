//! Half-typed fields: kept whatever happens to the app, bounded, sent nowhere.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use doorstep::nature::Machine;
use doorstep::rules::RuleBook;
use doorstep::store::Store;
use doorstep::store::drafts::{DraftError, MAX_DRAFT, MAX_DRAFTS, MAX_REMEMBERED};
use doorstep_schemas::input::PutDraft;

use crate::cast::{KEY, MINUTE, OWNER, Shop};

const CHILD: &str = "DOORSTEP_TEST_DRAFTS_IN";

fn open(folder: &Path) -> Store {
    Store::open(folder, &KEY, Arc::new(RuleBook::built_in().unwrap()), &Machine).unwrap()
}

/// Types for ever, and says each draft when it is kept.
fn type_into(folder: &Path) {
    let mut store = open(folder);
    for n in 0.. {
        let key = format!("job/01KAJV0000000000000000000{}/note", n % 7);
        store.put_draft(&key, &format!("罗桂香家的热水器，第{n}次"), n).unwrap();
        println!("\nkept {n} {key}");
    }
}

#[test]
fn a_draft_that_was_kept_survives_a_kill() {
    if let Some(folder) = std::env::var_os(CHILD) {
        return type_into(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    let name = "drafts::a_draft_that_was_kept_survives_a_kill";
    for wanted in [1, 12, 40] {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([name, "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let kept: Vec<(i64, String)> = lines
            .filter_map(|line| {
                let (n, key) = line.strip_prefix("kept ")?.split_once(' ')?;
                Some((n.parse().ok()?, key.to_owned()))
            })
            .take(wanted)
            .collect();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(kept.len(), wanted);
        let drafts = open(folder.path()).drafts("").unwrap();
        for (n, key) in kept.iter().rev().take(7) {
            let draft = drafts.iter().find(|draft| draft.key == *key).expect("it was kept");
            assert!(draft.at_ms >= *n, "{key} is older than what was said to be kept: {} < {n}", draft.at_ms);
            assert_eq!(draft.text, format!("罗桂香家的热水器，第{}次", draft.at_ms));
        }
    }
}

#[test]
fn a_draft_is_replaced_and_goes_when_it_is_empty() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let put = |key: &str, text: &str| desk.actions.put_draft(&PutDraft { key: key.to_owned(), text: text.to_owned() });
    put("job/A/cause", "加热管").unwrap();
    desk.nature.pass(MINUTE);
    put("job/A/cause", "加热管烧坏").unwrap();
    put("job/AB/cause", "别的").unwrap();
    let texts = |prefix: &str| -> Vec<String> {
        desk.actions.drafts(prefix).unwrap().into_iter().map(|draft| draft.text).collect()
    };
    assert_eq!(texts("job/A/"), ["加热管烧坏"]);
    put("job/A/cause", "").unwrap();
    assert_eq!(texts("job/A/"), Vec::<String>::new());
    assert_eq!(texts(""), ["别的"]);
    desk.actions.drop_draft("job/AB/cause").unwrap();
    assert_eq!(texts(""), Vec::<String>::new());
    assert_eq!(desk.store().outgoing(usize::MAX).unwrap().pieces, Vec::new(), "nothing of it is work");
}

#[test]
fn a_draft_too_many_or_too_long_is_refused_and_none_is_thrown_away_for_it() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    let mut store = desk.store();
    for n in 0..MAX_DRAFTS {
        store.put_draft(&format!("new/{n}"), "半句话", i64::from(n)).unwrap();
    }
    assert!(matches!(store.put_draft("one/more", "半句话", 1_000), Err(DraftError::TooMany)));
    store.put_draft("new/3", "整句话", 1_000).unwrap();
    assert_eq!(store.drafts("").unwrap().len(), MAX_DRAFTS as usize);
    let long = "长".repeat(MAX_DRAFT / 3 + 1);
    assert!(matches!(store.put_draft("new/3", &long, 1_001), Err(DraftError::TooLong(_))));
    assert_eq!(store.drafts("new/3").unwrap()[0].text, "整句话");
    for key in ["", "a\nb", &"k".repeat(201)] {
        assert!(matches!(store.put_draft(key, "x", 1), Err(DraftError::Key)), "{key:?}");
    }
}

#[test]
fn choices_are_offered_again_newest_first_and_only_the_last_few() {
    let mut shop = Shop::open();
    let desk = shop.device(OWNER);
    for n in 0..MAX_REMEMBERED + 5 {
        desk.nature.pass(1_000);
        desk.actions.remember_choice("instrument", &format!("VC60B-{n}")).unwrap();
    }
    desk.nature.pass(1_000);
    desk.actions.remember_choice("instrument", "VC60B-9").unwrap();
    let offered = desk.actions.remembered_choices("instrument").unwrap();
    assert_eq!(offered.len(), MAX_REMEMBERED as usize);
    assert_eq!(offered[..2], ["VC60B-9", "VC60B-24"]);
    assert_eq!(desk.actions.remembered_choices("bench").unwrap(), Vec::<String>::new());
}
