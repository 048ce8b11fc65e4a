//! Those who have left or lost a job: what they hand over waits for an owner, and nobody else ever hears of it.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_relay::engine::audit;
use doorstep_relay::engine::inbox::MOST_ITEMS;
use doorstep_relay::storage;
use doorstep_schemas::enrol::ErrorAnswer;
use doorstep_schemas::ids::DocId;
use doorstep_schemas::signature::identity;
use doorstep_schemas::wire::{Access, Admit, Erased, InboxItem, Piece, RoleKind, RunName, Status, UpHeader, kind};
use reqwest::Method;
use stage::pen::Pen;
use stage::{Phone, Stage, body, grant, job, json, refusal};

fn admit(pen: &Pen, to_seq: u64, declined: bool) -> Piece {
    let admit = Admit { doc: pen.doc.clone(), actor: pen.actor, to_seq, declined, reason: None };
    Piece { kind: kind::ADMIT, admit: Some(admit), ..Piece::default() }
}

/// Words of the inbox after `known`, as this device is told them.
async fn inbox(phone: &mut Phone, known: u64) -> Vec<InboxItem> {
    let up = UpHeader { inbox: Some(known), ..phone.up() };
    phone.exchange_with(&up, &[]).await.header.inbox.unwrap_or_default()
}

fn words(items: &[InboxItem]) -> Vec<(u64, u64, u64, u8, bool)> {
    items.iter().map(|i| (i.mark, i.from_seq, i.to_seq, i.state, i.piece.is_some())).collect()
}

/// Wang's and Li's phones, a job that was Li's for two changes and then Zhao's, and Li's next three changes.
async fn lost_job(stage: &Stage) -> (Phone, Phone, Phone, Pen) {
    let mut wang = stage.enrol(stage.wang, 1).await;
    let mut li = stage.enrol(stage.li, 2).await;
    let zhao = stage.enrol(stage.zhao, 3).await;
    wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
    let mut pen = li.pen(DocId::Sheet(job(1)));
    pen.write(2);
    assert_eq!(li.exchange(&[pen.all()]).await.outcomes(), ["accepted"]);
    wang.exchange(&[grant(job(1), stage.li, Access::None), grant(job(1), stage.zhao, Access::Write)]).await;
    pen.write(3);
    (wang, li, zhao, pen)
}

#[tokio::test]
async fn work_on_a_job_that_was_lost_waits_for_the_owner_and_enters_the_log_by_their_word() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let (mut wang, mut li, mut zhao, pen) = lost_job(&stage).await;
        zhao.pull_all(None).await;
        let down = li.exchange(&[pen.piece(3, 4)]).await;
        assert_eq!((down.outcomes(), down.header.results[0].inbox), (vec!["not_allowed".to_owned()], Some(1)));
        // Again, and with more behind it: what is there is not kept twice.
        let again = li.exchange(&[pen.piece(3, 4), pen.piece(3, 5)]).await;
        assert_eq!(again.header.results.iter().map(|r| r.inbox).collect::<Vec<_>>(), [Some(1), Some(2)]);

        let items = inbox(&mut wang, 0).await;
        assert_eq!(words(&items), [(1, 3, 4, 0, true), (2, 5, 5, 0, true)]);
        assert_eq!((items[0].member, items[0].doc.clone()), (stage.li, pen.doc.clone()));
        assert!(inbox(&mut zhao, 0).await.is_empty() && inbox(&mut li, 0).await.is_empty(), "owners alone");
        assert!(zhao.pull_all(None).await.is_empty());
        // The receipt: an owner's device has it.
        assert_eq!(li.exchange(&[]).await.header.inbox_seen, None);
        inbox(&mut wang, 2).await;
        assert_eq!(li.exchange(&[]).await.header.inbox_seen, Some(2));

        for other in [&mut zhao, &mut li] {
            assert_eq!(other.exchange(&[admit(&pen, 5, false)]).await.outcomes(), ["not_allowed"]);
        }
        assert_eq!(wang.exchange(&[admit(&pen, 4, false)]).await.outcomes(), ["accepted"]);
        assert_eq!(words(&inbox(&mut wang, 2).await), [(3, 3, 4, 1, false)]);
        let heard = zhao.pull_all(None).await;
        assert_eq!(heard.len(), 1, "an admission is the owners' own; the work is everybody's who may read it");
        assert_eq!(heard[0].piece.segment.as_ref().unwrap().from_seq, 3);
        assert_eq!(wang.exchange(&[admit(&pen, 5, true)]).await.outcomes(), ["accepted"]);
        assert_eq!(words(&inbox(&mut wang, 3).await), [(4, 5, 5, 2, true)], "what was declined is kept");
        assert!(zhao.pull_all(None).await.is_empty());
        // An owner may think again; what was decided once is known.
        let outcomes = wang.exchange(&[admit(&pen, 5, false), admit(&pen, 5, false)]).await.outcomes();
        assert_eq!(outcomes, ["accepted", "known"]);
        assert_eq!(zhao.pull_all(None).await.len(), 1);
        assert_eq!(li.exchange(&[pen.piece(3, 5)]).await.outcomes(), ["known"], "as for any work that is in the log");
        let outlet = stage.outlet;
        let audit = storage::look(stage.state.storage(), |shelf| audit::audit(shelf, outlet)).unwrap();
        assert_eq!(audit.finding, None);
        stage.close().await;
    }
}

#[tokio::test]
async fn work_that_builds_on_what_waits_waits_with_it_and_follows_it_into_the_log() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let (mut wang, mut li, mut zhao, lost) = lost_job(&stage).await;
        let (first, next) = (lost.piece(3, 5), lost.next_op());
        let mut builds = zhao.pen(lost.doc.clone());
        builds.set_at(1, next);
        assert_eq!(
            zhao.exchange(&[builds.all()]).await.outcomes(),
            ["change_out_of_range"],
            "on nothing that is known"
        );
        assert_eq!(li.exchange(&[first]).await.header.results[0].inbox, Some(1));
        let down = zhao.exchange(&[builds.all()]).await;
        assert_eq!(down.header.results[0].inbox, Some(2), "it is no bomb: what it builds on is here");
        let mut bomb = zhao.pen(lost.doc.clone());
        bomb.set_at(1, next + 20);
        assert_eq!(zhao.exchange(&[bomb.all()]).await.header.results[0].inbox, None);

        assert_eq!(wang.exchange(&[admit(&builds, 1, false)]).await.outcomes(), ["builds_on_waiting"]);
        let outcomes = wang.exchange(&[admit(&lost, 5, false), admit(&builds, 1, false)]).await.outcomes();
        assert_eq!(outcomes, ["accepted", "accepted"]);
        assert_eq!(zhao.exchange(&[builds.all()]).await.outcomes(), ["known"]);
        stage.close().await;
    }
}

#[tokio::test]
async fn who_has_left_hands_over_and_is_handed_nothing() {
    let stage = Stage::set().await;
    let mut wang = stage.enrol(stage.wang, 1).await;
    let mut li = stage.enrol(stage.li, 2).await;
    wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
    let mut pen = li.pen(DocId::Sheet(job(1)));
    assert_eq!(li.exchange(&[pen.write(2).all()]).await.outcomes(), ["accepted"]);
    li.pull_all(None).await;
    stage.pass(60_000);
    stage.set_member(stage.li, vec![RoleKind::Technician], Status::Left).await;
    stage.pass(60_000);
    let mut order = wang.pen(DocId::Order(job(1)));
    wang.exchange(&[order.write(1).all()]).await;

    let (before, mut walk_in) = (li.cursor, li.pen(DocId::Sheet(job(7))));
    let mut others = Pen::new(stage.outlet, DocId::Order(job(1)), li.key.clone(), li.actor);
    let ask =
        vec![RunName { doc: pen.doc.clone(), actor: li.actor }, RunName { doc: order.doc.clone(), actor: wang.actor }];
    let up = UpHeader { ask, inbox: Some(0), ..li.up() };
    let brought = [pen.write(1).piece(3, 3), walk_in.write(1).all(), order.all(), others.write(1).all()];
    let down = li.exchange_with(&up, &brought).await;
    assert_eq!(down.header.results.iter().map(|r| r.inbox).collect::<Vec<_>>(), [Some(1), Some(2), None, None]);
    assert!(down.entries.is_empty() && down.header.devices.is_empty() && down.header.inbox.is_none());
    assert_eq!((li.cursor, down.header.runs.len()), (before, 1), "own runs alone");
    let word = down.header.farewell.unwrap();
    let relay = identity(&ed25519_dalek::SigningKey::from_bytes(&[0; 32])).0;
    assert_eq!((word.status, word.at_ms), (1, stage::EIGHT_IN_THE_MORNING + 60_000));
    assert!(!word.holds(stage.outlet, li.device, &relay), "by this relay's key alone");
    for (method, path) in [
        (Method::GET, "/v1/live".to_owned()),
        (Method::GET, format!("/v1/blobs/{}", "ab".repeat(32))),
        (Method::POST, "/v1/members".to_owned()),
        (Method::POST, "/v1/invites".to_owned()),
    ] {
        let answer = li.request(method, &path).send().await.unwrap();
        assert_eq!(refusal(answer).await, (403, "device_refused".to_owned()), "{path}");
    }
    assert_eq!(wang.exchange(&[admit(&pen, 9, false), admit(&walk_in, 9, false)]).await.outcomes(), ["accepted"; 2]);

    // A photo of work that waits is taken; of another job it is not.
    let sender = li.clone();
    let photo = |doc: DocId, n: u8| {
        let bytes = vec![n; 10];
        let hash = doorstep_schemas::ids::BlobHash(<sha2::Sha256 as sha2::Digest>::digest(&bytes).into());
        let sender = sender.clone();
        async move { sender.begin(hash, &doc, 10, &bytes).await.status() }
    };
    assert_eq!(photo(pen.doc.clone(), 1).await, 404, "nothing waits there any more");
    li.exchange(&[pen.write(1).piece(4, 4)]).await;
    assert_eq!(photo(pen.doc.clone(), 2).await, 201);
    assert_eq!(photo(DocId::Sheet(job(9)), 3).await, 404);
}

#[tokio::test]
async fn a_lost_device_hears_in_the_very_next_request_that_it_is_lost_and_gets_nothing() {
    let stage = Stage::on_sqlite().await;
    let wang = stage.enrol(stage.wang, 1).await;
    let li = stage.enrol(stage.li, 2).await;
    let mut pen = li.pen(DocId::Sheet(job(7)));
    let path = format!("/v1/devices/{}/status", li.device);
    stage.pass(5_000);
    let lost = wang.request(Method::POST, &path).body(r#"{"status":"lost"}"#).send().await.unwrap();
    assert_eq!(lost.status(), 204);
    let answer = li.send(body(&li.up(), &[pen.write(1).all()])).await;
    assert_eq!(answer.status(), 403);
    let said: ErrorAnswer = json(answer).await;
    let word = said.farewell.unwrap().read().unwrap();
    let relay = doorstep_relay::identity::signing_key(stage.state.storage()).unwrap();
    assert!(word.holds(stage.outlet, li.device, &identity(&relay).0));
    assert!(!word.holds(stage.outlet, wang.device, &identity(&relay).0), "it names the device");
    assert_eq!((word.status, word.at_ms), (2, stage::EIGHT_IN_THE_MORNING + 5_000));
    let outlet = stage.outlet;
    let used = storage::look(stage.state.storage(), |shelf| shelf.job_is_used(outlet, job(7))).unwrap();
    assert!(!used);
    stage.close().await;
}

#[tokio::test]
async fn the_inbox_has_an_end_for_each_member() {
    let stage = Stage::set().await;
    let (_wang, mut li, _zhao, mut pen) = lost_job(&stage).await;
    let mut kept = 0;
    for batch in 0..=MOST_ITEMS / 200 {
        let from = 3 + batch * 200;
        pen.write(100).write(100);
        let pieces: Vec<Piece> = (from..from + 200).map(|seq| pen.piece(seq, seq)).collect();
        let down = li.exchange(&pieces).await;
        kept += down.header.results.iter().filter(|result| result.inbox.is_some()).count() as u64;
        if batch == MOST_ITEMS / 200 {
            assert_eq!(down.outcomes()[0], "inbox_full");
        }
    }
    assert_eq!(kept, MOST_ITEMS);
    stage.close().await;
}

#[tokio::test]
async fn an_erased_job_is_gone_from_the_relay_and_the_log_still_holds_together() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li, mut zhao, pen) = lost_job(&stage).await;
    li.exchange(&[pen.piece(3, 5)]).await;
    zhao.pull_all(None).await;
    let word = |n| Piece { kind: kind::ERASED, erased: Some(Erased { job: job(n) }), ..Piece::default() };
    assert_eq!(zhao.exchange(&[word(1)]).await.outcomes(), ["not_allowed"]);
    assert_eq!(wang.exchange(&[word(1), word(1)]).await.outcomes(), ["accepted", "known"]);
    let heard = zhao.pull_all(None).await;
    assert_eq!(heard.iter().map(|entry| entry.piece.kind).collect::<Vec<_>>(), [kind::ERASED]);
    let refused = li.exchange(&[pen.piece(3, 5), pen.piece(1, 2)]).await;
    assert_eq!(refused.outcomes(), ["job_erased", "job_erased"]);
    let refused = wang.exchange(&[grant(job(1), stage.zhao, Access::Read), admit(&pen, 5, false)]).await;
    assert_eq!(refused.outcomes(), ["job_erased", "known"], "nothing waits any more");
    // A device that comes anew, and one that is given the rest of the log, pass over what is gone.
    let mut new = stage.enrol(stage.wang, 9).await;
    let all = new.pull_all(Some(1)).await;
    assert!(all.iter().all(|entry| entry.piece.segment.is_none()));
    assert_eq!(
        new.cursor.map(|c| c.seq),
        wang.pull_all(None).await.last().map_or(wang.cursor, |_| wang.cursor).map(|c| c.seq)
    );
    let outlet = stage.outlet;
    let audit = storage::look(stage.state.storage(), |shelf| audit::audit(shelf, outlet)).unwrap();
    assert_eq!(audit.finding, None);
    stage.close().await;
}

#[tokio::test]
async fn the_author_is_told_what_became_of_the_work_and_why_and_nobody_else_is() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let (mut wang, mut li, mut zhao, pen) = lost_job(&stage).await;
        li.exchange(&[pen.piece(3, 4), pen.piece(5, 5)]).await;
        let told = async |phone: &mut Phone, known: u64| {
            let up = UpHeader { decided: Some(known), ..phone.up() };
            phone.exchange_with(&up, &[]).await.header.decided.unwrap_or_default()
        };
        assert!(told(&mut li, 0).await.is_empty(), "it waits");
        let mut declined = admit(&pen, 4, true);
        declined.admit.as_mut().unwrap().reason = Some("照片不清楚".repeat(60));
        wang.exchange(&[declined]).await;
        assert!(li.exchange(&[]).await.header.decided.is_none(), "who does not ask is not told");
        let words = told(&mut li, 0).await;
        let short: Vec<_> = words.iter().map(|w| (w.from_seq, w.to_seq, w.state)).collect();
        assert_eq!(short, [(3, 4, 2)]);
        assert_eq!(words[0].reason.as_ref().map(|reason| reason.chars().count()), Some(200));
        assert!(told(&mut li, words[0].mark).await.is_empty(), "once");
        assert!(told(&mut zhao, 0).await.is_empty() && told(&mut wang, 0).await.is_empty());
        let outlet = stage.outlet;
        let head = storage::look(stage.state.storage(), |shelf| shelf.outlet(outlet)).unwrap().unwrap().head;
        let said = storage::look(stage.state.storage(), |shelf| shelf.body(outlet, head)).unwrap().unwrap();
        assert!(!String::from_utf8_lossy(&said).contains("照片"), "the log keeps no words about people");
        // An owner thinks again: what was declined goes in with what came behind it.
        wang.exchange(&[admit(&pen, 5, false)]).await;
        let words = told(&mut li, words[0].mark).await;
        let short: Vec<_> = words.iter().map(|w| (w.from_seq, w.state, w.reason.is_some())).collect();
        assert_eq!(short, [(3, 1, false), (5, 1, false)]);
        stage.close().await;
    }
}
