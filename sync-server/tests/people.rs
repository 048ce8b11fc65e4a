//! Joining, members, codes, lost phones, over HTTP.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_relay::engine::enrolment::{Newcomer, enrol};
use doorstep_schemas::enrol::{InviteAnswer, MemberAnswer};
use doorstep_schemas::ids::{PublicKey, ShortId};
use doorstep_schemas::wire::{RoleKind, Status, kind};
use ed25519_dalek::SigningKey;
use reqwest::{Method, StatusCode};
use sha2::{Digest, Sha256};
use stage::{Stage, json, refusal};

fn key(seed: u8) -> PublicKey {
    PublicKey(SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes())
}

#[tokio::test]
async fn a_code_lets_one_device_in_once_however_many_try_together() {
    for stage in [Stage::set().await, Stage::on_sqlite().await] {
        let code = stage.code(stage.li).await;
        let homes: Vec<_> = (1..=8).map(|n| (n, format!("10.0.1.{n}"))).collect();
        let tries = homes.iter().map(|(n, home)| stage.try_code_from(home, &code, key(*n)));
        let answers = futures_util::future::join_all(tries).await;
        assert_eq!(answers.iter().filter(|answer| answer.status() == StatusCode::OK).count(), 1);
        for answer in answers.into_iter().filter(|answer| answer.status() != StatusCode::OK) {
            assert_eq!(refusal(answer).await, (403, "code_wrong".into()));
        }
        stage.close().await;
    }
}

#[tokio::test]
async fn wrong_used_and_expired_codes_answer_alike() {
    let stage = Stage::set().await;
    let alike = (403, "code_wrong".to_owned());
    assert_eq!(refusal(stage.try_code("0000-0000", key(1)).await).await, alike);
    let code = stage.code(stage.li).await;
    assert_eq!(stage.try_code(&code.to_lowercase(), key(1)).await.status(), 200, "typed as people type");
    assert_eq!(refusal(stage.try_code(&code, key(2)).await).await, alike);
    let late = stage.code(stage.li).await;
    stage.pass(600_000);
    assert_eq!(refusal(stage.try_code(&late, key(3)).await).await, alike);
}

#[tokio::test]
async fn the_sixth_wrong_code_from_one_address_waits_a_minute_and_the_shop_next_door_does_not() {
    let stage = Stage::set().await;
    let code = stage.code(stage.li).await;
    for _ in 0..5 {
        let answer = stage.try_code_from("203.0.113.9, 10.0.0.7", "99999999", key(1)).await;
        assert_eq!(refusal(answer).await, (403, "code_wrong".into()));
    }
    let answer = stage.try_code_from("10.0.0.7", &code, key(1)).await;
    assert_eq!(answer.headers()["retry-after"], "60", "the last word is the proxy's, the first the guesser's");
    assert_eq!(refusal(answer).await, (429, "too_many_tries".into()));
    assert_eq!(stage.try_code_from("10.0.0.8", &code, key(1)).await.status(), 200);
    stage.pass(60_000);
    assert_eq!(refusal(stage.try_code_from("10.0.0.7", &code, key(2)).await).await, (403, "code_wrong".into()));
}

#[tokio::test]
async fn guessing_is_stopped_after_sixty_tries_and_only_for_a_while() {
    let stage = Stage::set().await;
    let code = stage.code(stage.li).await;
    for n in 0..60 {
        let from = format!("10.0.0.{n}");
        assert_eq!(stage.try_code_from(&from, "99999999", key(1)).await.status(), 403);
    }
    let answer = stage.try_code(&code, key(1)).await;
    assert_eq!(answer.headers()["retry-after"], "60");
    assert_eq!(refusal(answer).await, (429, "too_many_tries".into()));
    stage.pass(60_000);
    assert_eq!(stage.try_code(&code, key(1)).await.status(), 200);
}

#[tokio::test]
async fn a_hundred_thousand_guesses_open_nothing() {
    let stage = Stage::set().await;
    for _ in 0..20 {
        stage.code(stage.li).await;
    }
    // Without the sixty a minute, which would let through six hundred in the time that a code works.
    let now = stage.state.now_ms();
    let hits = stage.state.write(move |ledger| {
        let mut hits = 0;
        for n in 0..100_000u32 {
            let digest: [u8; 32] = Sha256::digest(n.to_be_bytes()).into();
            let code = ShortId::mint([digest[0], digest[1], digest[2], digest[3], digest[4]]).to_string();
            let guess = Newcomer { code, key: key(9), name: "手机".into(), token_hash: digest };
            hits += u32::from(enrol(ledger, &guess, now).is_ok());
        }
        Ok(hits)
    });
    assert_eq!(hits.durable().await.unwrap(), 0);
}

#[tokio::test]
async fn a_phone_that_joins_again_gets_a_new_token_and_the_old_one_dies() {
    let stage = Stage::set().await;
    let before = stage.enrol(stage.li, 2).await;
    let mut after = stage.enrol(stage.li, 2).await;
    assert_eq!(before.device, after.device);
    assert_eq!(before.send(stage::body(&before.up(), &[])).await.status(), 401);
    after.exchange(&[]).await;
    // Another member's code does not take the phone over, and is not used up by the attempt.
    let code = stage.code(stage.zhao).await;
    assert_eq!(refusal(stage.try_code(&code, key(2)).await).await, (400, "request_invalid".into()));
    assert_eq!(stage.try_code(&code, key(9)).await.status(), 200);
}

#[tokio::test]
async fn an_owner_hires_invites_and_the_log_tells_everybody() {
    let stage = Stage::on_sqlite().await;
    let (wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    li.exchange(&[]).await;
    let hire =
        wang.request(Method::POST, "/v1/members").body(r#"{"name":" 孙师傅 ","roles":["installer","repairer"]}"#);
    let sun: MemberAnswer = json(hire.send().await.unwrap()).await;
    let ask = serde_json::json!({ "member": sun.member }).to_string();
    let invite: InviteAnswer = json(wang.request(Method::POST, "/v1/invites").body(ask).send().await.unwrap()).await;
    assert_eq!(invite.expires_ms, stage::EIGHT_IN_THE_MORNING + 600_000);
    assert_eq!(stage.try_code(&invite.code, key(5)).await.status(), 200);
    let told = li.exchange(&[]).await;
    let role = told.entries.iter().find_map(|entry| entry.piece.role.clone()).unwrap();
    assert_eq!((role.name.as_str(), role.roles.len(), role.status), ("孙师傅", 2, Status::Active));
    assert_eq!(told.entries.iter().filter(|entry| entry.piece.kind == kind::DEVICE).count(), 1);
    stage.close().await;
}

#[tokio::test]
async fn only_owners_decide_and_malformed_wishes_are_told_so() {
    let stage = Stage::set().await;
    let (wang, li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let member = format!(r#"{{"member":"{}"}}"#, stage.li);
    let status = format!("/v1/devices/{}/status", wang.device);
    let [leaves, own] = [stage.wang, stage.li].map(|member| format!("/v1/members/{member}"));
    for (path, body) in [
        ("/v1/members", r#"{"name":"我","roles":["owner"]}"#),
        (leaves.as_str(), r#"{"status":"left"}"#),
        (own.as_str(), r#"{"roles":["owner"]}"#),
        ("/v1/invites", member.as_str()),
        (status.as_str(), r#"{"status":"lost"}"#),
    ] {
        let answer = li.request(Method::POST, path).body(body.to_owned()).send().await.unwrap();
        assert_eq!(refusal(answer).await, (403, "not_allowed".into()), "{path}");
    }
    let long = "长".repeat(41);
    for body in [
        String::new(),
        "{".into(),
        r#"{"name":"孙","roles":[]}"#.into(),
        r#"{"name":"孙","roles":["emperor"]}"#.into(),
        r#"{"name":"  ","roles":["technician"]}"#.into(),
        format!(r#"{{"name":"{long}","roles":["technician"]}}"#),
    ] {
        let answer = wang.request(Method::POST, "/v1/members").body(body.clone()).send().await.unwrap();
        assert_eq!(refusal(answer).await, (400, "request_invalid".into()), "{body}");
    }
    let large = wang.request(Method::POST, "/v1/members").body(" ".repeat(16 * 1024 + 1)).send().await.unwrap();
    assert_eq!(refusal(large).await, (413, "request_invalid".into()));
    let unknown = wang.request(Method::POST, "/v1/invites").body(r#"{"member":"ZZZZZZZZ"}"#).send().await.unwrap();
    assert_eq!(refusal(unknown).await, (404, "member_unknown".into()));
    for device in ["0011223344556677", "../../etc", "%2e%2e"] {
        let path = format!("/v1/devices/{device}/status");
        let answer = wang.request(Method::POST, &path).body(r#"{"status":"lost"}"#).send().await.unwrap();
        assert_eq!(answer.status(), 404, "{device}");
    }
}

#[tokio::test]
async fn an_owner_lets_somebody_leave_and_come_back_and_says_their_roles_once() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    li.exchange(&[]).await;
    let teller = wang.clone();
    let say = async |member: &str, body: &str| {
        let path = format!("/v1/members/{member}");
        teller.request(Method::POST, &path).body(body.to_owned()).send().await.unwrap()
    };
    let (of_li, of_wang) = (stage.li.to_string(), stage.wang.to_string());
    let head = wang.clone().exchange(&[]).await.trailer.cursor.seq;
    assert_eq!(say(&of_li, r#"{"status":"left"}"#).await.status(), 204);
    assert_eq!(say(&of_li, r#"{"status":"left"}"#).await.status(), 204, "twice is once");
    let live = li.request(Method::GET, "/v1/live").send().await.unwrap();
    assert_eq!(refusal(live).await, (403, "device_refused".into()), "who left is told nothing");
    let told = wang.exchange(&[]).await;
    let roles: Vec<_> = told.entries.iter().filter_map(|entry| entry.piece.role.clone()).collect();
    assert!(roles.iter().any(|role| (role.member, role.status) == (stage.li, Status::Left)), "{roles:?}");
    assert_eq!(told.trailer.cursor.seq, head + 1);

    assert_eq!(say(&of_li, r#"{"status":"active","roles":["installer","installer"]}"#).await.status(), 204);
    let role = li.exchange(&[]).await.entries.into_iter().rev().find_map(|entry| entry.piece.role).unwrap();
    assert_eq!((role.status, role.roles), (Status::Active, vec![RoleKind::Installer]));
    assert_eq!(wang.exchange(&[]).await.trailer.cursor.seq, head + 2, "one entry for both");

    for body in [r#"{"status":"left"}"#, r#"{"roles":["technician"]}"#] {
        assert_eq!(refusal(say(&of_wang, body).await).await, (409, "last_owner".into()), "{body}");
    }
    assert_eq!(say(&of_li, r#"{"roles":["owner"]}"#).await.status(), 204);
    assert_eq!(say(&of_wang, r#"{"status":"left"}"#).await.status(), 204, "another one runs it now");
    let again = say(&of_li, r#"{"status":"left"}"#).await;
    assert_eq!(again.status(), 403, "and who has left decides nothing");
    stage.close().await;
}

#[tokio::test]
async fn a_member_who_is_not_there_can_not_be_said_anything_of() {
    let stage = Stage::set().await;
    let wang = stage.enrol(stage.wang, 1).await;
    for (member, body, expected) in [
        ("ZZZZZZZZ", r#"{"status":"left"}"#, (404, "member_unknown")),
        ("..%2f", r#"{"status":"left"}"#, (404, "member_unknown")),
        (stage.li.as_str(), r#"{"roles":[]}"#, (400, "request_invalid")),
        (stage.li.as_str(), r#"{"status":"lost"}"#, (400, "request_invalid")),
    ] {
        let path = format!("/v1/members/{member}");
        let answer = wang.request(Method::POST, &path).body(body).send().await.unwrap();
        assert_eq!(refusal(answer).await, (expected.0, expected.1.to_owned()), "{member} {body}");
    }
}

#[tokio::test]
async fn a_members_second_phone_waits_for_the_owner_and_is_in_no_log() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let head = wang.exchange(&[]).await.trailer.cursor.seq;
    let second = stage.enrol_waiting(stage.li, 9).await;
    let pending = (403, "device_pending".to_owned());
    assert_eq!(refusal(second.send(stage::body(&second.up(), &[])).await).await, pending);
    assert_eq!(refusal(second.request(Method::GET, "/v1/live").send().await.unwrap()).await, pending);

    let told = wang.exchange(&[]).await;
    assert_eq!(told.trailer.cursor.seq, head, "it is in no log");
    let named: Vec<_> = told.header.pending.unwrap().iter().map(|d| (d.device, d.member)).collect();
    assert_eq!(named, [(second.device, stage.li)]);
    assert_eq!(li.exchange(&[]).await.header.pending, None, "owners only");

    let say = async |status: &str| {
        let path = format!("/v1/devices/{}/status", second.device);
        let body = serde_json::json!({ "status": status }).to_string();
        wang.request(Method::POST, &path).body(body).send().await.unwrap().status().as_u16()
    };
    assert_eq!(say("pending").await, 400, "nobody is set back");
    assert_eq!(say("lost").await, 204);
    assert_eq!(refusal(second.send(stage::body(&second.up(), &[])).await).await, (403, "device_refused".into()));
    assert_eq!(say("active").await, 204);
    let mut second = second;
    second.exchange(&[]).await;
    let mut wang = wang.clone();
    let told = wang.exchange(&[]).await;
    assert_eq!(told.header.pending, None);
    assert_eq!(told.trailer.cursor.seq, head + 1, "now everybody hears of it");
    stage.close().await;
}
