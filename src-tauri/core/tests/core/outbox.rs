//! What goes up: cut into pieces that are durable by themselves, each once, and counted only as far as confirmed.

use doorstep::store::outbox::Covers;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::segment::PIECE_TARGET;
use doorstep_schemas::view::PhotoStage;
use doorstep_schemas::wire::{Outcome, PieceResult, RunHeld};

use automerge::AutoCommit;
use automerge::transaction::Transactable;

use crate::cast::{
    Forger, NOON, OWNER, Phone, RAN, Shop, entries, field, leaking_heater, member, pass_everything, picture,
};

fn result(outcome: Outcome) -> PieceResult {
    PieceResult { outcome, log_seq: None, want_from: None, code: None, inbox: None }
}

/// A text that no compression shortens, as long as a person may type.
fn long_text(n: u32) -> String {
    let mut seed = n.wrapping_mul(2_654_435_761).wrapping_add(1);
    let letter = move || {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        char::from_u32(0x4e00 + (seed >> 12) % 20_000).unwrap()
    };
    std::iter::repeat_with(letter).take(500).collect()
}

fn busy(shop: &mut Shop, edits: u32) -> (Phone, JobId, ShortId) {
    let desk = shop.device(OWNER);
    let view = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap();
    let (job, appliance) = (view.card.job, view.appliances[0].id);
    for n in 0..edits {
        desk.actions.write_field(&field(job, appliance, SheetField::Cause, &long_text(n))).unwrap();
    }
    (desk, job, appliance)
}

#[test]
fn a_long_run_goes_in_pieces_that_pass_a_bad_line_and_admission_one_after_another() {
    let mut shop = Shop::open();
    let (mut desk, job, _) = busy(&mut shop, 90);
    let pieces = desk.store().outgoing(usize::MAX).unwrap().pieces;
    let sizes: Vec<usize> = pieces.iter().filter_map(|p| p.piece.segment.as_ref()).map(|s| s.body.len()).collect();
    assert!(sizes.len() > 4, "{sizes:?}");
    assert!(sizes.iter().all(|size| *size <= PIECE_TARGET), "{sizes:?}");
    // The log admits each by itself: the newest signature reaches over what has not come yet.
    shop.log.exchange(&mut desk);
    let mut other = shop.device(OWNER);
    shop.log.exchange(&mut other);
    assert_eq!(other.facts(job), desk.facts(job));
    assert_eq!(desk.store().outgoing(usize::MAX).unwrap().pieces, Vec::new());
}

#[test]
fn a_budget_takes_some_and_says_what_stays_behind() {
    let mut shop = Shop::open();
    let (desk, ..) = busy(&mut shop, 60);
    let all = desk.store().outgoing(usize::MAX).unwrap();
    assert_eq!((all.changes(), all.left.changes), (61, 0));
    let some = desk.store().outgoing(20 * 1024).unwrap();
    assert!(some.pieces.len() < all.pieces.len());
    assert_eq!(some.left.changes + some.changes(), 61);
    let least = desk.store().outgoing(0).unwrap();
    assert_eq!(least.pieces.iter().filter(|p| matches!(p.covers, Covers::Changes { .. })).count(), 1);
}

#[test]
fn nothing_is_sent_twice_after_it_was_accepted() {
    let mut shop = Shop::open();
    let (mut desk, job, appliance) = busy(&mut shop, 3);
    shop.log.exchange(&mut desk);
    assert_eq!(shop.log.collect(&mut desk), Vec::new());
    desk.actions.write_field(&field(job, appliance, SheetField::Cause, "新的")).unwrap();
    let sent = shop.log.collect(&mut desk);
    assert!(matches!(sent[..], [ref one] if matches!(one.covers, Covers::Changes { from_seq: 4, to_seq: 4, .. })));
    let desk = desk.restart();
    assert_eq!(desk.store().outgoing(usize::MAX).unwrap().pieces, Vec::new());
}

#[test]
fn what_a_restored_relay_has_lost_becomes_unsent_again() {
    let mut shop = Shop::open();
    let (mut desk, job, appliance) = busy(&mut shop, 5);
    let backup = shop.log.clone();
    shop.log.exchange(&mut desk);
    desk.actions.write_field(&field(job, appliance, SheetField::Fault, "进水接头漏水")).unwrap();
    // The relay comes back from a copy that knows nothing of this job, and answers "send from the beginning".
    shop.log = backup;
    let outgoing = desk.store().outgoing(usize::MAX).unwrap();
    let results = outgoing.pieces.iter().map(|piece| shop.log.take(&piece.piece)).collect::<Vec<_>>();
    assert!(results.iter().any(|result| result.outcome == Outcome::Gap), "{results:?}");
    let header = shop.log.header(results);
    desk.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    let again = desk.store().outgoing(usize::MAX).unwrap();
    let sheet = again.pieces.iter().filter(|p| p.piece.doc == Some(DocId::Sheet(job)));
    let results: Vec<_> = sheet.map(|piece| shop.log.take(&piece.piece).outcome).collect();
    assert!(!results.is_empty() && results.iter().all(|outcome| *outcome == Outcome::Accepted), "{results:?}");
}

#[test]
fn refused_work_is_kept_with_its_reason_and_offered_again_only_by_hand() {
    let mut shop = Shop::open();
    let (desk, job, appliance) = busy(&mut shop, 2);
    let outgoing = desk.store().outgoing(usize::MAX).unwrap();
    let answer = |piece: &doorstep::store::outbox::OutPiece| match piece.piece.doc {
        Some(DocId::Sheet(_)) => PieceResult { code: Some("signature_invalid".to_owned()), ..result(Outcome::Refused) },
        _ => PieceResult { log_seq: Some(9), ..result(Outcome::Accepted) },
    };
    let header = shop.log.header(outgoing.pieces.iter().map(answer).collect());
    desk.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    desk.actions.write_field(&field(job, appliance, SheetField::Fault, "进水接头漏水")).unwrap();
    let desk = desk.restart();
    assert_eq!(desk.store().outgoing(usize::MAX).unwrap().pieces, Vec::new());
    let stuck = desk.store().stuck().unwrap();
    assert!(matches!(stuck[..], [ref one] if one.ours && one.code == ErrorCode::SignatureInvalid), "{stuck:?}");
    assert_eq!(desk.store().held().unwrap().changes, 3, "it is still only here");
    // Other work of the same job by this start of the app is not held up.
    desk.actions.write_field(&field(job, appliance, SheetField::Action, "换密封圈")).unwrap();
    assert_eq!(desk.store().outgoing(usize::MAX).unwrap().changes(), 1);
    desk.store().retry_refused().unwrap();
    assert_eq!(desk.store().outgoing(usize::MAX).unwrap().changes(), 4);
    assert_eq!(desk.store().stuck().unwrap(), Vec::new());
}

#[test]
fn what_was_over_a_days_share_is_shown_and_offered_again_by_itself_the_next_day() {
    let mut shop = Shop::open();
    let (desk, job, appliance) = busy(&mut shop, 2);
    let photo = |store: &doorstep::store::Store| store.photo_to_send(true).unwrap().is_some();
    desk.actions.add_photo(job, appliance, PhotoStage::After, &picture(9)).unwrap();
    assert!(photo(&desk.store()));
    let outgoing = desk.store().outgoing(usize::MAX).unwrap();
    let over = |out: &doorstep::store::outbox::OutPiece| match out.piece.grant {
        // Those count and are never refused.
        Some(_) => result(Outcome::Accepted),
        None => PieceResult { code: Some("quota_used".to_owned()), ..result(Outcome::Refused) },
    };
    let header = shop.log.header(outgoing.pieces.iter().map(over).collect());
    desk.store().note_answer(&header, NOON).unwrap();
    desk.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    desk.store().note_photos_over_quota(NOON).unwrap();
    assert!(!photo(&desk.store()));
    let stuck = desk.store().stuck().unwrap();
    assert!(!stuck.is_empty() && stuck.iter().all(|one| one.code == ErrorCode::QuotaUsed), "{stuck:?}");
    // What is done now is tried by itself: the operator may have raised the share.
    desk.actions.write_field(&field(job, appliance, SheetField::Fault, "进水接头漏水")).unwrap();
    let desk = desk.restart();
    let midnight = NOON + 12 * 3_600_000 + desk.store().clock_offset().unwrap().unwrap();
    desk.store().offer_on_a_new_day(midnight - 1).unwrap();
    assert!(!desk.store().stuck().unwrap().is_empty());
    desk.store().offer_on_a_new_day(midnight).unwrap();
    assert_eq!(desk.store().stuck().unwrap(), Vec::new());
    assert!(photo(&desk.store()));
    assert!(desk.store().outgoing(usize::MAX).unwrap().changes() > outgoing.changes());
}

#[test]
fn pieces_that_were_answered_out_of_turn_are_still_sent_under_a_signature_that_fits() {
    let mut shop = Shop::open();
    let (mut desk, ..) = busy(&mut shop, 60);
    let outgoing = desk.store().outgoing(usize::MAX).unwrap();
    let sheets = outgoing.pieces.len();
    assert!(sheets > 3);
    // An answer that makes no sense: a later piece is there, an earlier one of the same run is not.
    let odd: Vec<PieceResult> = (0..sheets)
        .map(|n| match n {
            1 => PieceResult { want_from: Some(1), ..result(Outcome::Gap) },
            2 => PieceResult { log_seq: Some(50), ..result(Outcome::Accepted) },
            _ => PieceResult { want_from: Some(1_000), ..result(Outcome::Gap) },
        })
        .collect();
    let header = shop.log.header(odd);
    desk.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    shop.log.exchange(&mut desk);
    assert_eq!(desk.store().outgoing(usize::MAX).unwrap().pieces, Vec::new());
}

#[test]
fn the_counts_never_claim_more_than_was_confirmed() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    pass_everything(&ran, job);
    let counts = |phone: &Phone| {
        let counts = phone.store().counts().unwrap();
        (counts.on_device, counts.on_relay, counts.on_owner)
    };
    assert_eq!(counts(&ran), (10, 0, 0));
    // The line broke before an answer came: nothing was confirmed.
    let outgoing = ran.store().outgoing(usize::MAX).unwrap();
    let results: Vec<_> = outgoing.pieces.iter().map(|piece| shop.log.take(&piece.piece)).collect();
    assert_eq!(counts(&ran), (10, 0, 0));
    // An answer without the entry's number: on the relay, and on the owner's device only when that has all of the log.
    let bare: Vec<_> = results.iter().map(|result| PieceResult { log_seq: None, ..result.clone() }).collect();
    shop.log.owner_seq = shop.log.head() - 1;
    let header = shop.log.header(bare);
    ran.store().note_answer(&header, NOON).unwrap();
    ran.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    assert_eq!(counts(&ran), (10, 10, 0));
    assert!(ran.store().note_owner_seq(shop.log.head()).unwrap());
    assert_eq!(counts(&ran), (10, 10, 10));
    assert!(!ran.store().note_owner_seq(1).unwrap(), "the owner's device does not forget");
    assert_eq!(counts(&ran), (10, 10, 10));
    // Others' work is not counted as this device's.
    shop.log.exchange(&mut desk);
    assert_eq!(desk.store().counts().unwrap().on_device, 1);
}

#[test]
fn after_a_lost_answer_the_relays_word_on_the_runs_confirms_exactly_what_it_holds() {
    let mut shop = Shop::open();
    let (desk, job, _) = busy(&mut shop, 6);
    let asked = desk.store().unsent_runs().unwrap();
    assert_eq!(asked.len(), 2);
    let actor = desk.store().actor();
    let held = |doc: DocId, seq: u64| RunHeld { doc, actor, seq, log_seq: 40 };
    let stranger = RunHeld { doc: DocId::Order(JobId::mint(5, [5; 10])), actor, seq: 9, log_seq: 41 };
    let told = [held(DocId::Sheet(job), 4), stranger];
    assert_eq!(desk.store().settle_runs(&asked, &told).unwrap(), 4);
    let counts = desk.store().counts().unwrap();
    assert_eq!((counts.on_device, counts.on_relay), (7, 4));
    let left = desk.store().outgoing(usize::MAX).unwrap();
    let covers: Vec<_> = left.pieces.iter().map(|p| p.covers.clone()).collect();
    assert!(
        covers.iter().any(|c| matches!(c, Covers::Changes { doc: DocId::Sheet(_), from_seq: 5, to_seq: 6, .. })),
        "{covers:?}"
    );
    // What no run was asked about is not believed.
    assert_eq!(desk.store().settle_runs(&[], &[held(DocId::Sheet(job), 6)]).unwrap(), 0);
}

#[test]
fn what_is_asked_after_every_edit_goes_through_what_is_unsent_alone() {
    let mut shop = Shop::open();
    let (desk, ..) = busy(&mut shop, 1);
    // Indexes of what is unsent, tables that hold nothing else, and (by one letter) what was gathered from these.
    let may_be_walked =
        ["change_unsent", "change_carried", "photo_unsent", "grant_out", "word_out", "ROW", " s", " c", " p", " u"];
    for (name, first) in [
        ("unsent", "SEARCH change USING INDEX change_own (log_seq=? AND mine=?)"),
        ("has_outgoing", "SCAN change USING COVERING INDEX change_unsent"),
        ("unsent_runs", "SCAN change USING COVERING INDEX change_unsent"),
        ("unsent_jobs", "SCAN change USING INDEX change_unsent"),
    ] {
        let sql = std::fs::read_to_string(format!("{}/src/store/sql/{name}.sql", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let plan = desk.store().list_plan(&sql).unwrap();
        let all_walked = plan.lines().filter(|line| line.starts_with("SCAN"));
        let others: Vec<_> = all_walked.filter(|line| !may_be_walked.iter().any(|end| line.ends_with(end))).collect();
        assert!(others.is_empty() && plan.contains(first), "{name}: {others:?}\n{plan}");
    }
}

#[test]
fn a_carried_change_that_breaks_a_rule_keeps_nothing_else_here() {
    let mut shop = Shop::open();
    let (desk, job, _) = busy(&mut shop, 1);
    let (forger, doc) = (Forger::new(66), DocId::Sheet(job));
    desk.store().absorb(&entries(100, [forger.vouched()]), None, NOON).unwrap();
    let mut paper = AutoCommit::new().with_actor(forger.actor.0.to_vec().into());
    (0..20_000).for_each(|n| paper.put(automerge::ROOT, "note", n).unwrap());
    let too_many = forger.run(shop.outlet, &doc, &mut paper);
    desk.store().absorb_carried(&too_many.cut(&[]), NOON).unwrap();
    let outgoing = desk.store().outgoing(usize::MAX).unwrap();
    let authors = outgoing.pieces.iter().filter_map(|p| p.piece.segment.as_ref()).map(|s| s.actor.device());
    let authors: std::collections::BTreeSet<_> = authors.collect();
    assert!(authors.contains(&forger.actor.device()) && authors.contains(&desk.store().device()), "{authors:?}");
}
