//! The exchange over real HTTP: what goes up, what comes down to whom, and what a broken line leaves.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_schemas::ids::{Actor, DocId};
use doorstep_schemas::wire::{Access, Cursor, Held, RoleKind, RunName, Status, UpHeader, kind};
use stage::{Stage, body, grant, job};

#[tokio::test]
async fn an_order_given_to_li_reaches_li_and_nobody_else() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li, mut zhao) =
        (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    let mut order = wang.pen(DocId::Order(job(1)));
    order.write(3);
    let down = wang.exchange(&[order.all(), grant(job(1), stage.li, Access::Write)]).await;
    assert_eq!(down.outcomes(), ["accepted", "accepted"]);
    assert!(down.segments().is_empty(), "what this start brought is not sent back");
    assert!(down.header.beacon.holds(stage.outlet, down.header.epoch, &doorstep_key(&stage)));

    let got = li.exchange(&[]).await;
    assert_eq!(got.segments(), ["order@1"]);
    assert_eq!(got.entries.iter().filter(|entry| entry.piece.kind == kind::GRANT).count(), 1);
    assert!(!got.header.restarted);
    assert!(zhao.exchange(&[]).await.segments().is_empty());

    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(5);
    assert_eq!(li.exchange(&[sheet.all()]).await.outcomes(), ["accepted"]);
    assert_eq!(wang.exchange(&[]).await.segments(), ["sheet@1"]);
    assert!(wang.exchange(&[]).await.entries.is_empty(), "nothing comes twice");
    assert!(zhao.exchange(&[]).await.segments().is_empty());
    stage.close().await;
}

fn doorstep_key(stage: &Stage) -> doorstep_schemas::ids::PublicKey {
    let key = doorstep_relay::identity::signing_key(stage.state.storage()).unwrap();
    doorstep_relay::identity::public_key(&key)
}

#[tokio::test]
async fn a_push_that_is_repeated_changes_nothing_and_only_the_unseen_end_is_kept() {
    let stage = Stage::on_sqlite().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(4);
    assert_eq!(li.exchange(&[sheet.piece(1, 2)]).await.outcomes(), ["accepted"]);
    assert_eq!(li.exchange(&[sheet.piece(1, 2)]).await.outcomes(), ["known"]);
    assert_eq!(li.exchange(&[sheet.piece(1, 4)]).await.outcomes(), ["accepted"]);
    assert_eq!(li.exchange(&[sheet.piece(2, 3)]).await.outcomes(), ["known"]);
    let mut wang = stage.enrol(stage.wang, 1).await;
    assert_eq!(wang.exchange(&[]).await.segments(), ["sheet@1", "sheet@3"]);
    stage.close().await;
}

#[tokio::test]
async fn a_gap_is_answered_with_where_to_go_on() {
    let stage = Stage::set().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(6);
    let down = li.exchange(&[sheet.piece(1, 2), sheet.piece(5, 6)]).await;
    assert_eq!(down.outcomes(), ["accepted", "gap"]);
    assert_eq!(down.header.results[1].want_from, Some(3));
}

#[tokio::test]
async fn a_refused_piece_blocks_nothing_else() {
    let stage = Stage::set().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(2);
    let mut forbidden = li.pen(DocId::Order(job(1)));
    forbidden.write(1);
    let mut stock = li.pen(DocId::Stock(stage.li));
    stock.write(1);
    let down = li.exchange(&[forbidden.all(), stock.all(), sheet.all(), grant(job(1), stage.li, Access::Read)]).await;
    assert_eq!(down.outcomes(), ["not_allowed", "not_allowed", "accepted", "not_allowed"]);
}

#[tokio::test]
async fn forged_work_is_refused_with_its_reason() {
    let stage = Stage::set().await;
    let (mut li, zhao) = (stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(2);
    let mut bent = sheet.all();
    bent.segment.as_mut().unwrap().signature.bytes[0] ^= 1;
    // Zhao's key over a run that bears Li's name.
    let mut stolen = stage::pen::Pen::new(stage.outlet, DocId::Sheet(job(2)), zhao.key.clone(), li.actor);
    stolen.write(1);
    let mut stranger = li.pen(DocId::Sheet(job(3)));
    stranger.actor = Actor([0xee; 16]);
    stranger.write(1);
    let mut poison = li.pen(DocId::Sheet(job(4)));
    poison.set_at(1, 1 << 31);
    let mut codec = sheet.all();
    codec.segment.as_mut().unwrap().codec = 77;
    let down = li.exchange(&[bent, stolen.all(), stranger.all(), poison.all(), codec]).await;
    assert_eq!(
        down.outcomes(),
        ["signature_invalid", "signature_invalid", "unknown_author", "change_out_of_range", "unknown_codec"]
    );
    assert_eq!(li.exchange(&[sheet.all()]).await.outcomes(), ["accepted"], "the true work still enters");
    let mut fork = li.pen(DocId::Sheet(job(1)));
    fork.set(9).set(9);
    assert_eq!(li.exchange(&[fork.all()]).await.outcomes(), ["change_forked"]);
}

#[tokio::test]
async fn a_colleague_may_carry_the_work_and_the_author_gets_it_back_on_a_new_start() {
    let stage = Stage::set().await;
    let (mut li, mut zhao) = (stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(2);
    assert_eq!(zhao.exchange(&[sheet.all()]).await.outcomes(), ["accepted"]);
    assert!(zhao.exchange(&[]).await.segments().is_empty(), "carrying gives no right to read");
    assert_eq!(li.exchange(&[]).await.segments(), ["sheet@1"]);
}

#[tokio::test]
async fn a_walk_in_belongs_to_its_creator_and_an_open_job_to_nobody_by_chance() {
    let stage = Stage::set().await;
    let (mut wang, mut li, mut zhao) =
        (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    let mut walk_in = li.pen(DocId::Sheet(job(1)));
    walk_in.write(2);
    assert_eq!(li.exchange(&[walk_in.all()]).await.outcomes(), ["accepted"]);
    let mut intruder = zhao.pen(DocId::Sheet(job(1)));
    intruder.write(1);
    assert_eq!(zhao.exchange(&[intruder.all()]).await.outcomes(), ["not_allowed"]);
    // An order without a sheet is not free for the taking either.
    let mut order = wang.pen(DocId::Order(job(2)));
    order.write(1);
    wang.exchange(&[order.all()]).await;
    let mut grab = zhao.pen(DocId::Sheet(job(2)));
    grab.write(1);
    assert_eq!(zhao.exchange(&[grab.all()]).await.outcomes(), ["not_allowed"]);
    // Adoption writes the order and makes the grant explicit; the creator reads on without a gap.
    let mut adopted = wang.pen(DocId::Order(job(1)));
    adopted.write(1);
    let explicit = grant(job(1), stage.li, Access::Write);
    assert_eq!(wang.exchange(&[adopted.all(), explicit.clone()]).await.outcomes(), ["accepted", "accepted"]);
    assert_eq!(wang.exchange(&[explicit]).await.outcomes(), ["known"], "a wish that is already so is no news");
    assert_eq!(li.exchange(&[]).await.segments(), ["order@1"]);
    walk_in.write(1);
    assert_eq!(li.exchange(&[walk_in.piece(3, 3)]).await.outcomes(), ["accepted"]);
}

#[tokio::test]
async fn a_job_given_late_brings_its_history_in_parts_that_a_cut_does_not_lose() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li, mut zhao) =
        (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(6);
    for seq in 1..=6 {
        li.exchange(&[sheet.piece(seq, seq)]).await;
    }
    zhao.exchange(&[]).await;
    wang.exchange(&[grant(job(1), stage.zhao, Access::Read)]).await;
    let given = wang.cursor.unwrap().seq;
    sheet.write(1);
    li.exchange(&[sheet.piece(7, 7)]).await;

    let mut parts = Vec::new();
    let mut segments = Vec::new();
    loop {
        // One entry an exchange, as if the line were cut after each.
        let up = UpHeader { budget: Some(1), ..zhao.up() };
        let down = zhao.exchange_with(&up, &[]).await;
        segments.extend(down.segments());
        parts.extend(down.entries.iter().map(|entry| (entry.seq, entry.part)));
        if !down.trailer.more {
            break;
        }
    }
    let expected: Vec<_> =
        [1, 2, 3, 4, 5, 6, 0].map(|part| (given, part)).into_iter().chain([(given + 1, 0)]).collect();
    assert_eq!(parts, expected);
    assert_eq!(segments, ["sheet@1", "sheet@2", "sheet@3", "sheet@4", "sheet@5", "sheet@6", "sheet@7"]);

    // A new device of the same member gets the same in one go.
    let mut tablet = stage.enrol(stage.zhao, 33).await;
    assert_eq!(tablet.exchange(&[]).await.segments(), segments);
    // Taken away: nothing more, and another job's history stays shut.
    wang.exchange(&[grant(job(1), stage.zhao, Access::None)]).await;
    sheet.write(1);
    li.exchange(&[sheet.piece(8, 8)]).await;
    assert!(zhao.exchange(&[]).await.segments().is_empty());
    let mut fresh = stage.enrol(stage.zhao, 34).await;
    assert!(fresh.exchange(&[]).await.segments().is_empty());
    // Given again: everything, at the new place.
    wang.exchange(&[grant(job(1), stage.zhao, Access::Write)]).await;
    assert_eq!(zhao.exchange(&[]).await.segments().len(), 8);
    stage.close().await;
}

#[tokio::test]
async fn a_technician_who_becomes_an_owner_is_handed_the_whole_log_once() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    for n in 1..=4 {
        let mut order = wang.pen(DocId::Order(job(n)));
        order.write(2);
        wang.exchange(&[order.all()]).await;
    }
    assert!(li.exchange(&[]).await.segments().is_empty());
    stage.set_member(stage.li, vec![RoleKind::Owner, RoleKind::Technician], Status::Active).await;
    let handed = li.pull_all(Some(300)).await;
    assert_eq!(handed.iter().filter(|entry| entry.piece.kind == kind::SEGMENT).count(), 4);
    assert_eq!(handed.last().unwrap().part, 0);
    assert!(li.exchange(&[]).await.entries.is_empty());
    let mut fresh = stage.enrol(stage.li, 22).await;
    let all = fresh.pull_all(None).await;
    assert_eq!(all.iter().filter(|entry| entry.piece.kind == kind::SEGMENT).count(), 4, "once, not twice");
    stage.close().await;
}

#[tokio::test]
async fn a_cursor_of_another_log_starts_again_from_the_beginning() {
    let stage = Stage::on_sqlite().await;
    let mut wang = stage.enrol(stage.wang, 1).await;
    let good = wang.exchange(&[]).await.trailer.cursor;
    let strange = [
        Cursor { epoch: [1; 8], ..good },
        Cursor { hash: [1; 8], ..good },
        Cursor { seq: good.seq + 1, ..good },
        Cursor { seq: u64::MAX, part: u64::MAX, ..good },
    ];
    for cursor in strange {
        wang.cursor = Some(cursor);
        let down = wang.exchange(&[]).await;
        assert!(down.header.restarted, "{cursor:?}");
        let again = down.trailer.cursor;
        assert_eq!((again.seq, again.hash, again.part), (good.seq, good.hash, 0));
        assert_eq!(down.entries.len(), 4, "three members and a device");
    }
    stage.close().await;
}

#[tokio::test]
async fn the_owner_learns_what_phones_still_hold_and_phones_what_the_owner_fetched() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(1);
    li.held = Held { changes: 12, photos: 3, photo_bytes: u64::MAX };
    let pushed = li.exchange(&[sheet.all()]).await;
    let at = pushed.header.results[0].log_seq.unwrap();
    assert!(pushed.header.owner_seq < at);
    assert!(pushed.header.devices.is_empty(), "technicians don't see each other's phones");

    let seen = wang.exchange(&[]).await;
    assert_eq!(seen.header.devices.len(), 1);
    assert_eq!((seen.header.devices[0].device, seen.header.devices[0].held.changes), (li.device, 12));
    // Only a cursor that comes back says that the entries were kept.
    assert!(li.exchange(&[]).await.header.owner_seq < at);
    wang.exchange(&[]).await;
    assert!(li.exchange(&[]).await.header.owner_seq >= at);
    stage.close().await;
}

#[tokio::test]
async fn a_grant_that_came_late_is_told_to_the_device_that_lost_it_on_the_way() {
    let stage = Stage::on_sqlite().await;
    let mut wang = stage.enrol(stage.wang, 1).await;
    let mut order = wang.pen(DocId::Order(job(1)));
    order.write(1);
    let held_up = body(&wang.up(), &[grant(job(1), stage.li, Access::Write)]);
    wang.exchange(&[order.all(), grant(job(1), stage.zhao, Access::Write)]).await;
    // The device gave it up long ago; its answer goes nowhere.
    assert_eq!(wang.send(held_up).await.status(), 200);
    let strayed = UpHeader { strayed: Some(true), ..wang.up() };
    let down = wang.exchange_with(&strayed, &[]).await;
    let told: Vec<_> =
        down.entries.iter().filter_map(|entry| entry.piece.grant.as_ref()).map(|grant| grant.member).collect();
    assert_eq!(told, [stage.li], "what was answered before its cursor is not told again");
    assert!(wang.exchange_with(&UpHeader { strayed: Some(true), ..wang.up() }, &[]).await.entries.is_empty());
    stage.close().await;
}

#[tokio::test]
async fn a_phone_whose_answer_was_lost_asks_how_far_its_runs_are_held() {
    let stage = Stage::set().await;
    let (mut li, mut zhao) = (stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await);
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    sheet.write(5);
    li.exchange(&[sheet.all()]).await;
    let ask = vec![
        RunName { doc: DocId::Sheet(job(1)), actor: li.actor },
        RunName { doc: DocId::Sheet(job(2)), actor: li.actor },
    ];
    let up = UpHeader { ask: ask.clone(), ..li.up() };
    let runs = li.exchange_with(&up, &[]).await.header.runs;
    assert_eq!(runs.iter().map(|run| run.seq).collect::<Vec<_>>(), [5]);
    let up = UpHeader { ask, ..zhao.up() };
    assert!(zhao.exchange_with(&up, &[]).await.header.runs.is_empty(), "forbidden answers like unknown");
}

#[tokio::test]
async fn two_phones_push_at_once_and_nothing_is_lost() {
    let stage = Stage::on_sqlite().await;
    let phones = [stage.enrol(stage.li, 2).await, stage.enrol(stage.zhao, 3).await];
    let pushes = phones.into_iter().enumerate().map(|(i, mut phone)| async move {
        for n in 0..20u8 {
            let mut sheet = phone.pen(DocId::Sheet(job(10 + n + 100 * i as u8)));
            sheet.write(3);
            assert_eq!(phone.exchange(&[sheet.all()]).await.outcomes(), ["accepted"]);
        }
    });
    futures_util::future::join_all(pushes).await;
    let mut wang = stage.enrol(stage.wang, 1).await;
    assert_eq!(wang.pull_all(Some(2_000)).await.iter().filter(|e| e.piece.kind == kind::SEGMENT).count(), 40);
    let outlet = stage.outlet;
    let audit = stage.state.read(move |shelf| doorstep_relay::engine::audit::audit(shelf, outlet)).await.unwrap();
    assert_eq!(audit.finding, None);
    stage.close().await;
}
