//! A rule set on its way from the owner's desk to a technician's phone, over a real relay.

use doorstep::nature::{Machine, Nature};
use doorstep_schemas::rules::SetKind;
use doorstep_tests::story;

const STEPS: &str = include_str!("../../src-tauri/core/rules/steps.json");
const SETTLEMENT: &str = r#"{ "set": "settlement", "version": "1", "valid_from": "2026-11-01", "makers": [ { "maker": "北岭",
    "proofs": [], "ratio_percent": 160, "items": [ { "code": "BL-WELD", "guide": "weld_and_charge",
    "settlement_fen": 12500 } ] } ] }"#;

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
    let store = phone.app.actions.shelf.store();
    assert!(store.rules().settlement_at(Machine.now_ms()).is_none());
    assert_eq!(store.set_to_fetch(true).unwrap(), None, "the phone was never told of them");
}
