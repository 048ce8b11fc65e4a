//! The relay's word on who may what, as devices act on it: farewells, the inbox, erased jobs.

use doorstep::actions::JobError;
use doorstep::actions::photos::PhotoError;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, DocId, JobId};
use doorstep_schemas::inbox::Decided;
use doorstep_schemas::input::{EraseJob, FindJobs, InboxDecision, ListJobs, SheetField};
use doorstep_schemas::signature::Farewell;
use doorstep_schemas::view::{PhotoStage, Remedy};
use doorstep_schemas::wire::{Access, DownHeader, Erased, Grant, InboxItem, Outcome, Piece, PieceResult, Status, kind};
use ed25519_dalek::SigningKey;

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, field, leaking_heater, member};

/// 冉小军 lost a job on which he has something unsent.
fn lost_job(shop: &mut Shop) -> (Phone, Phone, JobId) {
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let unit = ran.come(job).appliances[0].id;
    shop.log.exchange(&mut ran);
    shop.log.exchange(&mut desk);
    ran.actions.write_field(&field(job, unit, SheetField::Action, "换了密封圈")).unwrap();
    let grant = Grant { job, member: member(RAN), access: Access::None };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    shop.log.deliver(&mut ran);
    (desk, ran, job)
}

/// The relay keeps everything that the device sends in the inbox; what it keeps.
fn into_inbox(shop: &Shop, ran: &Phone, at: i64) -> Vec<InboxItem> {
    let outgoing = ran.store().outgoing(usize::MAX).unwrap();
    let kept = |mark| PieceResult {
        outcome: Outcome::Refused,
        log_seq: None,
        want_from: None,
        code: Some(ErrorCode::NotAllowed.wire().to_owned()),
        inbox: Some(mark),
    };
    let marks = 1..=outgoing.pieces.len() as u64;
    let header = shop.log.header(marks.clone().map(kept).collect());
    ran.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    let item = |(mark, out): (u64, &doorstep::store::outbox::OutPiece)| {
        let segment = out.piece.segment.as_ref().unwrap();
        let doorstep::store::outbox::Covers::Changes { to_seq, .. } = out.covers else { panic!("changes") };
        InboxItem {
            mark,
            doc: out.piece.doc.clone().unwrap(),
            actor: segment.actor,
            from_seq: segment.from_seq,
            to_seq,
            member: member(RAN),
            at_ms: at,
            state: 0,
            piece: Some(out.piece.clone()),
        }
    };
    marks.zip(&outgoing.pieces).map(item).collect()
}

#[test]
fn what_lies_in_the_inbox_is_sent_once_and_given_up_only_when_an_owner_has_it() {
    let mut shop = Shop::open();
    let (_desk, ran, job) = lost_job(&mut shop);
    assert_eq!(ran.store().purge_lost().unwrap(), Vec::new(), "unsent");
    assert_eq!(into_inbox(&shop, &ran, NOON).len(), 1);
    assert!(!ran.store().has_outgoing().unwrap());
    assert_eq!(ran.store().unsent().unwrap().changes, 0, "the relay has it");
    assert_eq!(ran.store().stuck().unwrap()[0].code, ErrorCode::InInbox);
    assert_eq!(ran.store().purge_lost().unwrap(), Vec::new(), "no owner has it yet");
    ran.store().note_inbox_seen(1).unwrap();
    assert_eq!(ran.store().purge_lost().unwrap(), [job]);
    assert_eq!((ran.rows("change"), ran.rows("in_inbox"), ran.rows("refused")), (0, 0, 0));
}

#[test]
fn another_log_has_another_inbox() {
    let mut shop = Shop::open();
    let (desk, ran, _) = lost_job(&mut shop);
    let items = into_inbox(&shop, &ran, NOON);
    desk.store().note_inbox(&items).unwrap();
    ran.store().note_inbox_seen(1).unwrap();
    for phone in [&desk, &ran] {
        phone.store().forget_confirmations().unwrap();
    }
    assert!(ran.store().has_outgoing().unwrap(), "handed in anew");
    assert_eq!(desk.store().inbox_known().unwrap(), Some(0));
    assert_eq!(ran.store().purge_lost().unwrap(), Vec::new());
}

#[test]
fn an_owner_reads_what_waits_and_decides() {
    let mut shop = Shop::open();
    let (desk, ran, job) = lost_job(&mut shop);
    let items = into_inbox(&shop, &ran, NOON);
    assert_eq!(ran.store().inbox_known().unwrap(), None, "owners alone read the inbox");
    assert!(desk.store().note_inbox(&items).unwrap());
    assert!(!desk.store().note_inbox(&items).unwrap(), "said twice is said once");
    assert_eq!(desk.store().inbox_known().unwrap(), Some(1));
    let seen = desk.actions.inbox().unwrap();
    let [run] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!((run.job, run.by.as_str(), run.changes, run.since.0), (Some(job), RAN, 1, NOON));
    assert!(!run.customer.is_empty() && !run.declined && !run.decided);
    assert_eq!(run.deeds.len(), 1);
    assert!(run.deeds[0].text.zh.contains("换了密封圈"), "{}", run.deeds[0].text.zh);
    let sheet = desk.facts(job).sheet;
    let decision = |admit| InboxDecision { run: run.run.clone(), upto: run.upto, admit, reason: String::new() };
    assert!(ran.actions.decide_inbox(&decision(true)).is_err(), "not the owner");
    assert!(desk.actions.decide_inbox(&InboxDecision { run: "nonsense".into(), ..decision(true) }).is_err());
    assert!(desk.actions.decide_inbox(&decision(true)).unwrap()[0].decided);
    assert_eq!(format!("{sheet:?}"), format!("{:?}", desk.facts(job).sheet), "a look changes nothing");

    // The relay did not take it: the list says why. Then it did.
    let answer = |code: Option<ErrorCode>, outcome| {
        let outgoing = desk.store().outgoing(usize::MAX).unwrap();
        let code = code.map(|code| code.wire().to_owned());
        let result = PieceResult { outcome, log_seq: Some(90), want_from: None, code, inbox: None };
        let header = shop.log.header(vec![result; outgoing.pieces.len()]);
        desk.store().settle(&outgoing.pieces, &header, NOON).unwrap();
    };
    answer(Some(ErrorCode::DocumentFull), Outcome::Refused);
    assert_eq!(desk.actions.inbox().unwrap()[0].code, Some(ErrorCode::DocumentFull));
    desk.actions.decide_inbox(&decision(false)).unwrap();
    answer(None, Outcome::Accepted);
    assert!(!desk.store().has_outgoing().unwrap());
    let declined = InboxItem { mark: 2, state: 2, ..items[0].clone() };
    desk.store().note_inbox(&[declined]).unwrap();
    assert!(desk.actions.inbox().unwrap()[0].declined);
    assert!(desk.actions.decide_inbox(&decision(false)).is_err(), "declined already");
    desk.actions.decide_inbox(&decision(true)).unwrap();
    let admitted = InboxItem { mark: 3, state: 1, piece: None, ..items[0].clone() };
    desk.store().note_inbox(&[admitted]).unwrap();
    assert_eq!(desk.actions.inbox().unwrap(), Vec::new());
}

#[test]
fn the_author_hears_that_an_owner_declined_and_why_and_keeps_what_is_here() {
    let mut shop = Shop::open();
    let (desk, ran, job) = lost_job(&mut shop);
    assert_eq!(ran.store().decided_known().unwrap(), None, "who never had anything there asks nothing");
    let items = into_inbox(&shop, &ran, NOON);
    assert_eq!(ran.store().decided_known().unwrap(), Some(0));
    desk.store().note_inbox(&items).unwrap();
    let run = desk.actions.inbox().unwrap().remove(0);
    let reason = format!("  照片不清楚，请重拍{}", "。".repeat(300));
    desk.actions.decide_inbox(&InboxDecision { run: run.run, upto: run.upto, admit: false, reason }).unwrap();
    let said = desk.store().words_due().unwrap().remove(0).admit.unwrap();
    let reason = said.reason.unwrap();
    assert!(reason.starts_with("照片") && reason.chars().count() == 200, "{reason}");

    let item = &items[0];
    let word = |mark, state| Decided {
        mark,
        doc: item.doc.clone(),
        actor: item.actor,
        from_seq: item.from_seq,
        to_seq: item.to_seq,
        state,
        reason: Some(reason.clone()),
    };
    assert!(ran.store().note_decided(&[word(2, 2)], NOON).unwrap());
    assert!(!ran.store().note_decided(&[word(2, 2)], NOON).unwrap(), "said twice is said once");
    assert_eq!(ran.store().decided_known().unwrap(), Some(2));
    let stuck = ran.store().stuck().unwrap();
    let [one] = stuck.as_slice() else { panic!("{stuck:?}") };
    assert_eq!((one.code, one.ours, one.doc.job()), (ErrorCode::Declined, true, Some(job)));
    assert_eq!(one.reason.as_deref(), Some(reason.as_str()));
    assert_eq!(one.remedies(false), [Remedy::Export]);
    let exported = ran.actions.export_stuck(Some(job)).unwrap();
    assert!(String::from_utf8_lossy(&exported).lines().count() > 0, "the work is here, and can be carried to somebody");
    // The owner thought again.
    assert!(ran.store().note_decided(&[word(3, 1)], NOON).unwrap());
    assert_eq!(ran.store().stuck().unwrap(), Vec::new());
    // Another's word, and one that grew old.
    let others = Decided { actor: Actor([9; 16]), ..word(4, 2) };
    assert!(!ran.store().note_decided(&[others], NOON).unwrap());
    ran.store().note_decided(&[word(5, 2)], NOON).unwrap();
    ran.store().note_decided(&[], NOON + 36 * 86_400_000).unwrap();
    assert!(ran.store().stuck().unwrap().iter().all(|one| one.code != ErrorCode::Declined));
}

#[test]
fn an_inbox_of_nonsense_is_passed_over() {
    let mut shop = Shop::open();
    let (desk, ran, job) = lost_job(&mut shop);
    let item = into_inbox(&shop, &ran, NOON).remove(0);
    let mut torn = item.clone();
    torn.piece.as_mut().unwrap().segment.as_mut().unwrap().body = vec![1, 2, 3];
    let other = InboxItem { mark: 4, doc: DocId::Order(job), ..item.clone() };
    let tomorrow = InboxItem { mark: 5, from_seq: 9, state: 77, ..item };
    desk.store().note_inbox(&[torn, other, tomorrow]).unwrap();
    let seen = desk.actions.inbox().unwrap();
    assert_eq!(seen.len(), 1, "only the torn one is one at all");
    assert_eq!(seen[0].deeds, Vec::new());
    assert_eq!(desk.store().inbox_known().unwrap(), Some(5), "and none is asked for again");
}

fn farewell(shop: &Shop, phone: &Phone, status: Status, at_ms: i64) -> Farewell {
    let (outlet, device) = (shop.outlet, phone.store().device());
    Farewell::sign(outlet, device, status as u8, at_ms, &shop.relay)
}

#[test]
fn only_the_relays_own_new_word_on_this_very_device_is_believed() {
    let mut shop = Shop::open();
    let (desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    shop.log.exchange(&mut ran);
    let heard = |word: &Farewell| ran.store().heard_farewell(word).unwrap();
    let word = farewell(&shop, &ran, Status::Lost, NOON + 1);
    assert_eq!(heard(&word), Some(Status::Lost));
    assert_eq!(heard(&farewell(&shop, &desk, Status::Lost, NOON + 1)), None, "of another device");
    assert_eq!(heard(&Farewell { status: 1, ..word }), None, "another word under the same signature");
    let stranger = SigningKey::from_bytes(&[42; 32]);
    let device = ran.store().device();
    let forged = Farewell::sign(shop.outlet, device, 2, NOON + 1, &stranger);
    assert_eq!(heard(&forged), None, "by a man in the middle");
    assert_eq!(heard(&farewell(&shop, &ran, Status::Lost, NOON - 1)), None, "of a log put back to before it was found");
    let tomorrows = Farewell::sign(shop.outlet, device, 9, NOON + 1, &shop.relay);
    assert_eq!(heard(&tomorrows), None, "a status of a later version");
}

#[test]
fn who_has_left_keeps_own_unsent_work_and_nothing_else() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let jobs = [(); 2].map(|()| desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job);
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    for job in jobs {
        ran.come(job);
    }
    shop.log.exchange(&mut ran);
    let unit = ran.facts(jobs[0]).order.appliances[0].id;
    ran.actions.write_field(&field(jobs[0], unit, SheetField::Action, "没传上去的")).unwrap();
    assert_eq!(ran.store().purge_left().unwrap(), Vec::new(), "nobody has left");
    ran.store().note_left(NOON).unwrap();
    assert_eq!(ran.store().purge_left().unwrap(), [jobs[1]]);
    assert!(ran.actions.job(jobs[0]).is_ok() && ran.actions.job(jobs[1]).is_err());
    assert_eq!(ran.store().members().unwrap().iter().filter(|m| m.name != OWNER && m.name != RAN).count(), 0);
    // Carried away all the same: the owner's key is still known.
    let bundle = crate::bundles::export(&ran, &crate::bundles::everything());
    assert!(crate::bundles::import(&desk, &bundle).is_ok());
    into_inbox(&shop, &ran, NOON);
    ran.store().note_inbox_seen(9).unwrap();
    assert_eq!(ran.store().purge_left().unwrap(), [jobs[0]]);
    assert_eq!((ran.rows("change"), ran.rows("paper")), (0, 0));
    // Back again: everything is asked for anew.
    ran.store().note_served().unwrap();
    assert!(!ran.store().has_left().unwrap() && ran.store().cursor().unwrap().is_none());
    shop.log.exchange(&mut ran);
    assert!(ran.actions.job(jobs[1]).is_ok());
}

#[test]
fn an_erased_job_goes_from_every_device_and_no_file_brings_it_back() {
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    ran.come(job);
    let bundle = crate::bundles::export(&ran, &crate::bundles::everything());
    let end = job.to_string()[22..].to_lowercase();
    let input = |number_end: &str| EraseJob { job, number_end: number_end.to_owned() };
    assert!(ran.actions.erase_job(&input(&end)).is_err(), "not the owner");
    assert!(desk.actions.erase_job(&input("0000")).is_err(), "not confirmed");
    desk.actions.erase_job(&input(&end)).unwrap();
    assert!(desk.actions.job(job).is_err());
    crate::bundles::import(&desk, &bundle).unwrap();
    assert!(desk.actions.job(job).is_err(), "no file brings it back");
    let due = desk.store().words_due().unwrap();
    assert_eq!(due[0].erased, Some(Erased { job }));

    // Its word reaches the other device, which has unsent work on it.
    shop.log.append(due[0].clone());
    let absorbed = shop.log.deliver(&mut ran);
    assert!(absorbed.erased);
    assert_eq!(ran.store().purge_erased().unwrap(), [job]);
    assert_eq!(ran.store().purge_erased().unwrap(), Vec::new());
    assert!(ran.actions.job(job).is_err());
    assert_eq!((ran.rows("change"), ran.rows("paper")), (0, 0));
    let header = DownHeader { owner_seq: 1, ..shop.log.header(Vec::new()) };
    ran.store().note_answer(&header, NOON).unwrap();
    assert!(!ran.store().has_outgoing().unwrap());
}

/// 冉小军 reads a past job of the machine that he visits tomorrow, and has a job of his own.
fn with_history(shop: &mut Shop) -> (Phone, Phone, JobId, JobId) {
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let others = desk.actions.take_order(&leaking_heater(&[])).unwrap().card.job;
    let own = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    let grant = Grant { job: others, member: member(RAN), access: Access::Read };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    shop.log.exchange(&mut ran);
    (desk, ran, own, others)
}

#[test]
fn after_a_week_without_the_relay_a_technician_sees_and_does_their_own_work_and_nobody_elses() {
    const DAY: i64 = 86_400_000;
    let mut shop = Shop::open();
    let (desk, mut ran, own, others) = with_history(&mut shop);
    let all = ListJobs { limit: 50, ..ListJobs::default() };
    let listed = |phone: &Phone| {
        let mut jobs: Vec<_> = phone.actions.list_jobs(&all).unwrap().jobs.iter().map(|card| card.job).collect();
        jobs.sort();
        jobs
    };
    let mut both = vec![own, others];
    both.sort();
    assert_eq!(listed(&ran), both);
    assert_eq!(ran.actions.job(own).unwrap().earlier.len(), 1);
    ran.nature.pass(7 * DAY - 3_600_000);
    assert_eq!(listed(&ran), both, "a week is a week");
    ran.nature.pass(2 * 3_600_000);
    assert_eq!(listed(&ran), [own]);
    assert!(matches!(ran.actions.job(others), Err(JobError::LeaseEnded)));
    assert!(matches!(ran.actions.deeds(others), Err(JobError::LeaseEnded)));
    let view = ran.actions.job(own).unwrap();
    assert!(view.earlier.is_empty());
    let found = ran.actions.find_jobs(&FindJobs { text: view.card.customer.clone() }).unwrap();
    assert_eq!(found.jobs.iter().map(|card| card.job).collect::<Vec<_>>(), [own]);
    // Own work goes on, and so does what is taken on the spot.
    let unit = view.appliances[0].id;
    ran.actions.write_field(&field(own, unit, SheetField::Cause, "密封圈老化")).unwrap();
    let walk_in = ran.actions.take_walk_in(&leaking_heater(&[])).unwrap().card.job;
    ran.actions.job(walk_in).unwrap();
    assert!(ran.store().has_outgoing().unwrap());
    // A clock that was set back gives nothing back; a desk has no lease.
    ran.nature.pass(-6 * DAY);
    assert!(!listed(&ran).contains(&others));
    desk.nature.pass(90 * DAY);
    assert!(listed(&desk).contains(&others));
    shop.log.exchange(&mut ran);
    assert!(listed(&ran).contains(&others), "one answer brings it back");
}

#[test]
fn the_lease_hides_the_pictures_of_a_job_with_the_job() {
    const DAY: i64 = 86_400_000;
    let mut shop = Shop::open();
    let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
    let others = desk.actions.take_order(&leaking_heater(&[member(OWNER)])).unwrap().card.job;
    let own = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
    shop.log.exchange(&mut desk);
    let grant = Grant { job: others, member: member(RAN), access: Access::Read };
    shop.log.append(Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() });
    shop.log.exchange(&mut ran);
    let unit = desk.come(others).appliances[0].id;
    let theirs = desk.shoot(others, unit, &[PhotoStage::After]).photos[0].clone();
    shop.log.exchange(&mut desk);
    shop.log.exchange(&mut ran);
    let unit = ran.come(own).appliances[0].id;
    // The second picture: the first is the same as theirs to the byte.
    let mine = ran.shoot(own, unit, &[PhotoStage::Before, PhotoStage::After]).photos[1].clone();
    // Both sizes have come, as they do when somebody looks at past work.
    for hash in [theirs.photo, theirs.thumb] {
        let bytes = desk.actions.photo_bytes(&hash).unwrap();
        let files = ran.store().photo_files();
        files.write(&hash, &bytes, ran.nature.as_ref()).unwrap();
        ran.store().note_photo_here(&hash).unwrap();
        assert_eq!(ran.actions.photo_bytes(&hash).unwrap(), bytes);
    }
    ran.nature.pass(8 * DAY);
    for hash in [theirs.photo, theirs.thumb] {
        let hidden = ran.actions.photo_bytes(&hash);
        assert!(matches!(hidden, Err(PhotoError::Job(JobError::LeaseEnded))), "{hidden:?}");
    }
    for hash in [mine.photo, mine.thumb] {
        assert!(ran.actions.photo_bytes(&hash).is_ok(), "one's own is always shown");
    }
    // The relay of this cast answers on the first day.
    ran.nature.pass(-7 * DAY);
    assert!(ran.actions.photo_bytes(&theirs.photo).is_err(), "a clock that was set back gives nothing back");
    shop.log.exchange(&mut ran);
    assert!(ran.actions.photo_bytes(&theirs.photo).is_ok(), "one answer brings it back");
}
