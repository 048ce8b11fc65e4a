//! What is true in a pack stands up, for a program and for people.

use std::process::Command;

use doorstep::claim::finding::{Gap, Item, Verdict};
use doorstep::claim::verify::{Checked, verify};
use doorstep_schemas::claim_pack::{Bracket, OpenSide};
use doorstep_schemas::receipt::Receipt;

use super::{Unpacked, story};
use crate::cast::NOON;

#[test]
fn r30_a_pack_is_what_it_says_and_its_times_are_a_bracket_of_the_relays() {
    let story = story();
    let file = story.made(&[Receipt::sign(&story.statement(), &story.shop.relay)]);
    let Checked { pack, findings } = verify(&file, Some(story.shop.relay_key())).unwrap();
    let all = findings.all();
    assert!(all.iter().all(|finding| finding.verdict == Verdict::Sound), "{all:?}");
    for item in
        [Item::Photo(story.photos[1].0), Item::Reading(story.reading), Item::Damage(story.damage), Item::History]
    {
        assert_eq!(findings.of(&item), Some(Verdict::Sound), "{item:?}");
    }
    let known =
        Bracket { not_before_ms: Some(NOON), not_before_open: None, not_after_ms: Some(NOON), not_after_open: None };
    assert_eq!((pack.photos.len(), pack.photos[0].origin.bracket), (2, known));
    assert_eq!((pack.photos[0].at_relay_ms, pack.photos[1].at_relay_ms), (Some(NOON + 1), None));
    assert_eq!((pack.readings[0].value.as_str(), pack.readings[0].unit.as_str()), ("1.2", "Ω"));
    assert_eq!(pack.damage.unwrap().asked_fen, 12_000);
    // Whoever has no key from elsewhere takes the file's word, and is told so.
    let checked = verify(&file, None).unwrap();
    assert_eq!(checked.findings.of(&Item::Relay), Some(Verdict::Unproven(Gap::KeyFromFile)));
    assert!(checked.findings.hold());
    // For people, in both languages; what they typed stays text.
    let mut entries = Unpacked::of(&file);
    let page = String::from_utf8(entries.entry("index.html").clone()).unwrap();
    assert!(page.contains("卫生间一块 &lt;300×600&gt;") && page.contains("photos/01-damage.jpg"));
    assert!(!page.contains("<script"), "nothing runs on it");
    for (name, word) in
        [("text/readings-zh", "接地电阻 1.2 Ω"), ("text/readings-en", "1.2 Ω"), ("text/history-en", "phone said")]
    {
        let text = String::from_utf8(entries.entry(name).clone()).unwrap();
        assert!(text.contains(word), "{name}: {text}");
    }
}

#[test]
fn a_pack_without_receipts_says_what_it_does_not_prove() {
    let story = story();
    let Checked { pack, findings } = verify(&story.made(&[]), Some(story.shop.relay_key())).unwrap();
    assert!(findings.hold());
    assert_eq!(findings.of(&Item::Relay), Some(Verdict::Unproven(Gap::NoReceipts)));
    assert_eq!(findings.of(&Item::Photo(story.photos[0].0)), Some(Verdict::Unproven(Gap::TimeOpen)));
    let bracket = pack.photos[0].origin.bracket;
    assert_eq!((bracket.not_before_ms, bracket.not_after_ms), (None, None), "a phone's clock is no evidence");
    assert_eq!(bracket.not_after_open, Some(OpenSide::NoReceipt));
}

#[test]
fn the_documented_command_says_what_it_found_and_ends_by_it() {
    let story = story();
    story.made(&[Receipt::sign(&story.statement(), &story.shop.relay)]);
    let key = story.shop.relay_key().to_string();
    let told = |arguments: &[&str]| {
        let path = story.path();
        let output = Command::new(env!("CARGO_BIN_EXE_doorstep")).arg("verify").arg(path).args(arguments).output();
        let output = output.unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = told(&["--relay-key", &key]);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("+ relay key: holds") && text.contains("nothing in it is false"), "{text}");
    let (code, text) = told(&["--language", "zh"]);
    assert!(code == Some(0) && text.contains("? 中继公钥: 未证实"), "{text}");
    let (code, text) = told(&["--relay-key", &"0".repeat(64)]);
    assert!(code == Some(1) && text.contains("! relay key: FALSE"), "{text}");
    std::fs::write(story.path(), b"no archive").unwrap();
    assert_eq!(told(&[]).0, Some(2));
}
