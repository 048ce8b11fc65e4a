//! A rule set on its way from the owner's desk to a technician's phone, over a real relay.

use std::path::Path;

use doorstep::nature::{Machine, Nature};
use doorstep::store::key::{KeyFile, KeyKeeper};
use doorstep_schemas::input::DeskFact;
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::view::{Fen, Thousandths};
use doorstep_tests::story;
use rusqlite::types::ValueRef;

const STEPS: &str = include_str!("../../src-tauri/core/rules/steps.json");
const SETTLEMENT: &str = r#"{ "set": "settlement", "version": "1", "valid_from": "2026-11-01", "makers": [ { "maker": "北岭",
    "proofs": [], "ratio_percent": 160, "items": [ { "code": "BL-WELD", "guide": "weld_and_charge",
    "settlement_fen": 12500 } ] } ] }"#;
/// Words that stand nowhere but in the owner's prices and claims.
const PRICED: &str = "BL-WELD";
const CLAIMED: &str = "结算标记";

/// Everything that a data folder holds, its database opened with its own key.
struct Held {
    /// Names of the documents that any table speaks of.
    documents: Vec<String>,
    bytes: Vec<u8>,
}

impl Held {
    fn of(folder: &Path) -> Self {
        let mut held = Self { documents: Vec::new(), bytes: Vec::new() };
        for file in walk(folder) {
            held.bytes.extend(std::fs::read(file).unwrap());
        }
        let key = KeyFile::in_folder(folder).read().unwrap().unwrap().key;
        let db = rusqlite::Connection::open(doorstep::store::database(folder)).unwrap();
        doorstep::store::unlock(&db, &key).unwrap();
        let names = |sql: &str| -> Vec<String> {
            let mut query = db.prepare(sql).unwrap();
            query.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
        };
        for table in names("SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'") {
            let mut query = db.prepare(&format!("SELECT * FROM \"{table}\"")).unwrap();
            let columns = query.column_count();
            let mut rows = query.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                for column in 0..columns {
                    match row.get_ref(column).unwrap() {
                        ValueRef::Text(text) => {
                            held.bytes.extend(text);
                            let text = String::from_utf8_lossy(text);
                            held.documents.extend(text.contains(':').then(|| text.into_owned()));
                        }
                        ValueRef::Blob(blob) => held.bytes.extend(blob),
                        ValueRef::Null | ValueRef::Integer(_) | ValueRef::Real(_) => {}
                    }
                    held.bytes.push(0);
                }
            }
        }
        held
    }

    fn says(&self, word: &str) -> bool {
        self.bytes.windows(word.len()).any(|at| at == word.as_bytes())
    }
}

fn walk(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { walk(&path) } else { vec![path] }).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r10_r27_a_set_that_the_owner_publishes_is_in_force_on_the_phone_and_settlement_prices_stay_at_the_desk() {
    let folder = tempfile::tempdir().unwrap();
    let (_relay, owner, phone) = story::set_stage(folder.path()).await.unwrap();
    let now = Machine.now_ms();
    let longer = STEPS.replace("\"card_shown_ms\": 3000", "\"card_shown_ms\": 5000");
    owner.app.actions.publish_rule_set(SetKind::Settlement, SETTLEMENT.as_bytes(), now).unwrap();
    owner.app.actions.publish_rule_set(SetKind::Steps, longer.as_bytes(), now).unwrap();
    phone
        .until("the longer card is in force on the phone", |app| {
            let store = app.actions.shelf.store();
            (store.rules().at(Machine.now_ms()).card_shown_ms() == 5_000).then_some(())
        })
        .await;
    owner
        .until("the relay holds both sets", |app| (app.actions.shelf.store().unsent_sets().ok()? == 0).then_some(()))
        .await;
    // The owner's own claims are on the relay as well.
    let line = DeskFact::SettlementLine {
        job: "01J00000000000000000000000".parse().unwrap(),
        maker: "北岭".to_owned(),
        code: CLAIMED.to_owned(),
        name: CLAIMED.to_owned(),
        quantity: Thousandths(1_000),
        fen: Fen(12_500),
        fee: None,
        adjusts: None,
    };
    owner.app.actions.note_on_desk("settle/2026-11", &line).unwrap();
    owner.drained().await;
    phone.app.sync_now().await.unwrap();
    phone.drained().await;
    let (of_phone, of_owner) = (Held::of(&folder.path().join("phone")), Held::of(&folder.path().join("desk")));
    assert!(of_owner.documents.iter().any(|doc| doc.starts_with("desk:")), "{:?}", of_owner.documents);
    assert!(!of_phone.documents.iter().any(|doc| doc.starts_with("desk:")), "{:?}", of_phone.documents);
    assert!(of_owner.says(PRICED) && of_owner.says("desk:settle"), "what is looked for can be found");
    for word in [PRICED, CLAIMED, "desk:settle"] {
        assert!(!of_phone.says(word), "{word} is on the phone");
    }
    let store = phone.app.actions.shelf.store();
    assert!(store.rules().settlement_at(Machine.now_ms()).is_none());
    assert_eq!(store.set_to_fetch(true).unwrap(), None, "the phone was never told of them");
}
