//! Comparing over real HTTP: digests find what differs, only what may be read counts, and what lacks is handed out.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_schemas::compare::{self, CompareDown, CompareUp, MAX_COMPARE, Node, NodeHeld, RunWanted, Tally};
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::DocId;
use doorstep_schemas::wire::{Access, Cursor, Entry, Grant, Piece, UpHeader};
use stage::pen::Pen;
use stage::{Phone, Stage, grant, job, refusal};

async fn ask(phone: &Phone, up: &CompareUp) -> (CompareDown, Vec<Entry>) {
    let answer = phone.request(reqwest::Method::POST, "/v1/compare").body(minicbor::to_vec(up).unwrap()).send().await;
    let answer = answer.unwrap();
    assert_eq!(answer.status(), 200);
    let mut reader = FrameReader::default();
    reader.push(&answer.bytes().await.unwrap());
    let down = frame::read(reader.next_frame().unwrap().unwrap()).unwrap();
    let mut entries = Vec::new();
    while let Some(item) = reader.next_frame().unwrap() {
        entries.push(frame::read(item).unwrap());
    }
    reader.finish().unwrap();
    (down, entries)
}

fn question() -> CompareUp {
    CompareUp { protocol: 1, ..CompareUp::default() }
}

async fn root(phone: &Phone) -> (Vec<Tally>, Option<u64>) {
    let (down, _) = ask(phone, &CompareUp { nodes: vec![Node::ROOT], ..question() }).await;
    let mut subjects = down.nodes[0].subjects.clone();
    subjects.sort_by_key(|tally| compare::place(&tally.subject));
    (subjects, down.team)
}

fn runs(pens: &[&Pen]) -> u64 {
    pens.iter().fold(0, |sum, pen| sum ^ compare::of_run(&pen.doc, pen.actor, pen.run.seq, &pen.run.hash))
}

fn granted(n: u8, member: doorstep_schemas::ids::MemberId, access: Access) -> u64 {
    compare::of_grant(&Grant { job: job(n), member, access })
}

fn pen(phone: &Phone, doc: DocId, changes: u8) -> Pen {
    let mut pen = phone.pen(doc);
    pen.write(changes);
    pen
}

/// A job of Li's with an order and a sheet, one of Zhao's with an order, and a page of the owner's desk.
async fn scene(stage: &Stage) -> (Phone, Phone, [Pen; 4]) {
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let orders = [1, 2].map(|n| pen(&wang, DocId::Order(job(n)), 3));
    let desk = pen(&wang, DocId::Desk("wages/11".into()), 2);
    let mut pieces: Vec<Piece> = orders.iter().chain([&desk]).map(Pen::all).collect();
    pieces.push(grant(job(1), stage.li, Access::Write));
    pieces.push(grant(job(2), stage.zhao, Access::Write));
    wang.exchange(&pieces).await;
    li.exchange(&[]).await;
    let sheet = pen(&li, DocId::Sheet(job(1)), 5);
    assert_eq!(li.exchange(&[sheet.all()]).await.outcomes(), ["accepted"]);
    let [one, two] = orders;
    (wang, li, [one, sheet, two, desk])
}

#[tokio::test]
async fn an_owner_compares_everything_and_others_what_they_may_read() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let (wang, li, [order, sheet, other, desk]) = scene(&stage).await;
        let tally = |subject: DocId, digest| Tally { subject, digest };
        let to_li = granted(1, stage.li, Access::Write);
        let lis = tally(DocId::Order(job(1)), runs(&[&order, &sheet]) ^ to_li);
        let zhaos = tally(DocId::Order(job(2)), runs(&[&other]) ^ granted(2, stage.zhao, Access::Write));
        let mut all = vec![lis.clone(), zhaos, tally(desk.doc.clone(), runs(&[&desk]))];
        all.sort_by_key(|tally| compare::place(&tally.subject));
        let (seen, team) = root(&wang).await;
        assert_eq!(seen, all);
        let (seen, same_team) = root(&li).await;
        assert_eq!((seen, same_team), (vec![lis], team), "a desk and another's job are not there");

        let subjects = vec![DocId::Order(job(2)), desk.doc.clone(), DocId::Order(job(1))];
        let up = CompareUp { subjects, team: true, ..question() };
        let (down, _) = ask(&li, &up).await;
        let docs: Vec<_> = down.documents.iter().map(|held| held.doc.clone()).collect();
        assert_eq!((down.answered, docs), (3, vec![DocId::Order(job(1)), DocId::Sheet(job(1))]));
        assert_eq!(down.documents[1].runs[0].hash, compare::head_of(&sheet.run.hash));
        assert_eq!(down.grants, [Grant { job: job(1), member: stage.li, access: Access::Write }]);
        assert_eq!(Some(compare::of_team(&down.roles, &down.devices)), team);

        // What was taken back stays known as such, and what it let one read is gone.
        let mut wang = wang;
        wang.exchange(&[grant(job(1), stage.li, Access::None)]).await;
        let expected = tally(DocId::Order(job(1)), granted(1, stage.li, Access::None));
        assert_eq!(root(&li).await.0, [expected]);
        stage.close().await;
    }
}

#[tokio::test]
async fn a_node_of_many_is_told_by_its_parts_and_every_part_adds_up() {
    let stage = Stage::on_sqlite().await;
    let mut wang = stage.enrol(stage.wang, 1).await;
    let pens: Vec<Pen> = (0..40u8).map(|n| pen(&wang, DocId::Order(job(n)), 1 + n % 3)).collect();
    wang.exchange(&pens.iter().map(Pen::all).collect::<Vec<_>>()).await;
    let (down, _) = ask(&wang, &CompareUp { nodes: vec![Node(256), Node::ROOT], ..question() }).await;
    let [held] = &down.nodes[..] else { panic!("the root alone: {:?}", down.nodes) };
    let expected = Node::ROOT.digests(pens.iter().map(|pen| (compare::place(&pen.doc), runs(&[pen]))));
    assert_eq!(held.parts().map(|(_, digest)| digest).collect::<Vec<_>>(), expected);
    let (part, _) = held.parts().find(|(_, digest)| *digest != 0).unwrap();
    let (down, _) = ask(&wang, &CompareUp { nodes: vec![part, part, Node(3)], ..question() }).await;
    assert_eq!(down.nodes.len(), 2, "each once");
    assert_eq!(down.nodes[1], NodeHeld::of(Node(3), Vec::new()), "no node is an empty one");
    let span = part.span().unwrap();
    assert!(down.nodes[0].subjects.iter().all(|tally| span.contains(&compare::place(&tally.subject))));
    assert!(!down.nodes[0].subjects.is_empty());
    stage.close().await;
}

#[tokio::test]
async fn runs_that_are_wanted_come_from_where_the_device_stands_within_its_budget() {
    let stage = Stage::on_sqlite().await;
    let (_, mut li, [order, mut sheet, other, _]) = scene(&stage).await;
    for _ in 0..3 {
        let from = sheet.run.seq + 1;
        sheet.write(2);
        li.exchange(&[sheet.piece(from, sheet.run.seq)]).await;
    }
    let wanted = |pen: &Pen, after| RunWanted { doc: pen.doc.clone(), actor: pen.actor, after };
    let asked = vec![wanted(&order, 3), wanted(&other, 0), wanted(&sheet, 5), wanted(&order, 0)];
    let starts = |entries: &[Entry]| -> Vec<_> {
        entries.iter().filter_map(|entry| entry.piece.segment.as_ref()).map(|segment| segment.from_seq).collect()
    };
    let (down, entries) = ask(&li, &CompareUp { wanted: asked.clone(), ..question() }).await;
    assert_eq!((starts(&entries), down.told), (vec![6, 8, 10, 1], 4), "of another's job nothing");
    let up = CompareUp { wanted: asked.clone(), budget: Some(1), ..question() };
    let (down, entries) = ask(&li, &up).await;
    assert_eq!((starts(&entries), down.told), (vec![6], 2), "at least one, and where it stopped");
    let up = CompareUp { wanted: asked, sample: Some(1), ..question() };
    let (down, entries) = ask(&li, &up).await;
    assert_eq!((entries.len(), down.told), (1, 4), "in a parcel");
    stage.close().await;
}

#[tokio::test]
async fn a_device_that_compares_is_not_sent_everything_when_its_cursor_is_of_another_log() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, ..) = scene(&stage).await;
    let good = wang.exchange(&[]).await.trailer.cursor;
    let other = Cursor { epoch: [1; 8], ..good };
    wang.cursor = Some(other);
    let down = wang.exchange_with(&UpHeader { compares: Some(1), ..wang.up() }, &[]).await;
    assert!(down.header.restarted && down.entries.is_empty() && down.trailer.more);
    assert_eq!((down.header.compares, down.trailer.cursor.seq), (Some(compare::FORM), 0));
    wang.cursor = Some(other);
    let down = wang.exchange(&[]).await;
    assert!(down.header.restarted && !down.entries.is_empty(), "others are");
    wang.cursor = None;
    let down = wang.exchange_with(&UpHeader { compares: Some(1), ..wang.up() }, &[]).await;
    assert!(!down.entries.is_empty(), "and so is who begins");
    stage.close().await;
}

#[tokio::test]
async fn a_question_that_is_none_or_is_nobodys_is_refused() {
    let stage = Stage::set().await;
    let mut li = stage.enrol(stage.li, 2).await;
    let send = async |phone: &Phone, body: Vec<u8>| {
        phone.request(reqwest::Method::POST, "/v1/compare").body(body).send().await.unwrap()
    };
    assert_eq!(refusal(send(&li, vec![0xff]).await).await.0, 400);
    assert_eq!(refusal(send(&li, vec![0; MAX_COMPARE + 1]).await).await.0, 413);
    let old = CompareUp { protocol: 0, ..question() };
    assert_eq!(refusal(send(&li, minicbor::to_vec(&old).unwrap()).await).await.0, 426);
    li.token = "nobody's".into();
    assert_eq!(refusal(send(&li, minicbor::to_vec(question()).unwrap()).await).await.0, 401);
    stage.close().await;
}
