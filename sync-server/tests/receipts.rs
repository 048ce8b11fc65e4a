//! Receipts over real HTTP: what the relay holds of a job and since when, signed, and to nobody who may not read it.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_schemas::compare;
use doorstep_schemas::ids::{BlobHash, DocId, PublicKey};
use doorstep_schemas::receipt::{MAX_RECEIPTS, MOST_RUNS, ReceiptsDown, ReceiptsUp, RunAsked, Statement};
use doorstep_schemas::signature::{BeaconRef, Claim, identity};
use doorstep_schemas::wire::Access;
use ed25519_dalek::SigningKey;
use reqwest::Method;
use sha2::{Digest, Sha256};
use stage::pen::Pen;
use stage::{EIGHT_IN_THE_MORNING, Phone, Stage, grant, job, refusal};

fn relay_key(stage: &Stage) -> PublicKey {
    identity(&SigningKey::from_bytes(&stage.state.storage().identity([0; 32]).unwrap())).0
}

async fn ask(stage: &Stage, phone: &Phone, up: &ReceiptsUp) -> (Statement, u32) {
    let answer = phone.request(Method::POST, "/v1/receipts").body(minicbor::to_vec(up).unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let down: ReceiptsDown = minicbor::decode(&answer.bytes().await.unwrap()).unwrap();
    assert!(down.receipt.holds(&relay_key(stage)));
    (down.receipt.read().unwrap(), down.told)
}

fn asked(pen: &Pen, after: u64) -> RunAsked {
    RunAsked { doc: pen.doc.clone(), actor: pen.actor, up_to: pen.run.seq, after }
}

fn question(runs: Vec<RunAsked>, blobs: Vec<BlobHash>) -> ReceiptsUp {
    ReceiptsUp { protocol: 1, job: job(1), runs, blobs }
}

async fn put_photo(phone: &Phone, doc: &DocId, bytes: &[u8]) -> BlobHash {
    let hash = BlobHash(Sha256::digest(bytes).into());
    assert_eq!(phone.begin(hash, doc, bytes.len(), bytes).await.status(), 201);
    hash
}

/// Li's sheet of job 1 in three pieces, a minute between them; each but the first names the beacon of the last answer.
async fn scene(stage: &Stage) -> (Phone, Phone, Pen, Vec<BeaconRef>) {
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    wang.exchange(&[grant(job(1), stage.li, Access::Write)]).await;
    li.exchange(&[]).await;
    let mut sheet = li.pen(DocId::Sheet(job(1)));
    let mut named: Vec<BeaconRef> = Vec::new();
    for count in [2, 1, 3] {
        let from = sheet.run.seq + 1;
        sheet.write(count);
        let mut piece = sheet.piece(from, sheet.run.seq);
        if let (Some(beacon), Some(segment)) = (named.last(), piece.segment.as_mut()) {
            let claim = Claim {
                outlet: stage.outlet,
                doc: &sheet.doc,
                actor: sheet.actor,
                seq: sheet.run.seq,
                chain: sheet.run.chain,
                beacon: Some(*beacon),
            };
            segment.signature = claim.sign(&li.key);
        }
        let answer = li.exchange(&[piece]).await;
        assert_eq!(answer.outcomes(), ["accepted"]);
        named.push(answer.header.beacon.reference());
        stage.pass(60_000);
    }
    (wang, li, sheet, named)
}

#[tokio::test]
async fn a_receipt_says_since_when_each_piece_is_held_and_which_beacon_its_author_knew() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let (wang, li, sheet, named) = scene(&stage).await;
        let photo = put_photo(&li, &sheet.doc, b"a tile").await;
        stage.pass(60_000);
        let up = question(vec![asked(&sheet, 0)], vec![photo, BlobHash([1; 32])]);
        let (said, told) = ask(&stage, &wang, &up).await;
        assert_eq!((told, said.job, said.outlet), (1, job(1), stage.outlet));
        assert_eq!(said.at_ms, EIGHT_IN_THE_MORNING + 4 * 60_000);
        let [run] = &said.runs[..] else { panic!("{:?}", said.runs) };
        let minutes: Vec<_> =
            run.pieces.iter().map(|piece| (piece.to_seq, (piece.at_ms - EIGHT_IN_THE_MORNING) / 60_000)).collect();
        assert_eq!(minutes, [(2, 0), (3, 1), (6, 2)]);
        assert_eq!(run.pieces[2].chain, sheet.run.chain.0, "the chain that the author signed");
        assert_eq!(run.pieces[0].beacon, None, "none was known yet");
        let relay = relay_key(&stage);
        for (piece, named) in run.pieces[1..].iter().zip(&named) {
            let beacon = piece.beacon.as_ref().unwrap();
            assert!(beacon.holds(said.outlet, said.epoch, &relay), "made again, it is the relay's");
            assert_eq!(beacon.reference(), *named);
        }
        let [blob] = &said.blobs[..] else { panic!("{:?}", said.blobs) };
        assert_eq!((blob.hash, blob.size, blob.at_ms), (photo, 6, EIGHT_IN_THE_MORNING + 3 * 60_000));
        assert_eq!(said.held[0].runs[0].hash, compare::head_of(&sheet.run.hash));
        let devices: Vec<_> = said.devices.iter().map(|device| device.device).collect();
        assert!(devices.contains(&li.device) && devices.contains(&wang.device) && devices.len() == 2);
        assert_eq!(said.roles.len(), 2);
        // What was told before need not be told again, and what lies behind the asked change neither.
        let (said, _) = ask(&stage, &wang, &question(vec![asked(&sheet, 3)], Vec::new())).await;
        assert_eq!(said.runs[0].pieces.iter().map(|piece| piece.to_seq).collect::<Vec<_>>(), [6]);
        let first = RunAsked { up_to: 1, ..asked(&sheet, 0) };
        let (said, _) = ask(&stage, &wang, &question(vec![first], Vec::new())).await;
        assert_eq!(said.runs[0].pieces.iter().map(|piece| piece.to_seq).collect::<Vec<_>>(), [2]);
        stage.close().await;
    }
}

#[tokio::test]
async fn a_beacon_that_somebody_made_up_is_not_signed_for_them() {
    let stage = Stage::set().await;
    let (_, mut li, mut sheet, named) = scene(&stage).await;
    sheet.write(1);
    let mut piece = sheet.piece(sheet.run.seq, sheet.run.seq);
    let later = BeaconRef { time_ms: named[2].time_ms + 3_600_000, ..named[2] };
    let signed = Claim {
        outlet: stage.outlet,
        doc: &sheet.doc,
        actor: sheet.actor,
        seq: sheet.run.seq,
        chain: sheet.run.chain,
        beacon: Some(later),
    };
    piece.segment.as_mut().unwrap().signature = signed.sign(&li.key);
    assert_eq!(li.exchange(&[piece]).await.outcomes(), ["accepted"]);
    let (said, _) = ask(&stage, &li, &question(vec![asked(&sheet, 6)], Vec::new())).await;
    assert_eq!(said.runs[0].pieces[0].signature.beacon, Some(later));
    assert_eq!(said.runs[0].pieces[0].beacon, None);
    stage.pass(2 * 3_600_000);
    let (said, _) = ask(&stage, &li, &question(vec![asked(&sheet, 6)], Vec::new())).await;
    assert_eq!(said.runs[0].pieces[0].beacon, None, "nor when its time has come");
    stage.close().await;
}

#[tokio::test]
async fn who_may_not_read_a_job_learns_nothing_of_it() {
    let stage = Stage::on_sqlite().await;
    let (_, li, sheet, _) = scene(&stage).await;
    let photo = put_photo(&li, &sheet.doc, b"a tile").await;
    let zhao = stage.enrol(stage.zhao, 3).await;
    let asks = |n: u8| ReceiptsUp {
        job: job(n),
        ..question(vec![RunAsked { doc: DocId::Sheet(job(n)), ..asked(&sheet, 0) }], vec![photo])
    };
    let strip = |(said, told): (Statement, u32)| (Statement { job: job(0), ..said }, told);
    let (forbidden, unknown) = (strip(ask(&stage, &zhao, &asks(1)).await), strip(ask(&stage, &zhao, &asks(9)).await));
    assert_eq!(forbidden, unknown);
    assert!(forbidden.0.runs.is_empty() && forbidden.0.held.is_empty() && forbidden.0.blobs.is_empty());
    // A receipt on one job names nothing of another, whoever asks.
    let (said, _) =
        ask(&stage, &li, &ReceiptsUp { job: job(2), ..question(vec![asked(&sheet, 0)], vec![photo]) }).await;
    assert!(said.runs.is_empty() && said.blobs.is_empty());
    stage.close().await;
}

#[tokio::test]
async fn a_question_that_is_too_long_or_nobodys_is_refused_and_long_lists_are_cut() {
    let stage = Stage::set().await;
    let (wang, mut li, sheet, _) = scene(&stage).await;
    let many = vec![asked(&sheet, 0); MOST_RUNS + 5];
    let (said, told) = ask(&stage, &wang, &question(many, Vec::new())).await;
    assert_eq!((said.runs.len(), told), (MOST_RUNS, 64));
    let send = async |phone: &Phone, body: Vec<u8>| {
        phone.request(Method::POST, "/v1/receipts").body(body).send().await.unwrap()
    };
    assert_eq!(refusal(send(&li, vec![0xff]).await).await.0, 400);
    assert_eq!(refusal(send(&li, vec![0; MAX_RECEIPTS + 1]).await).await.0, 413);
    let old = ReceiptsUp { protocol: 0, ..question(Vec::new(), Vec::new()) };
    assert_eq!(refusal(send(&li, minicbor::to_vec(&old).unwrap()).await).await.0, 426);
    li.token = "nobody's".into();
    let none = question(Vec::new(), Vec::new());
    assert_eq!(refusal(send(&li, minicbor::to_vec(&none).unwrap()).await).await.0, 401);
    stage.close().await;
}
