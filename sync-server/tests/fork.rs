//! Old files copied back over the relay's: one device that remembers more is enough for all to be told.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

mod stage;

use doorstep_schemas::wire::Cursor;
use stage::Stage;

#[tokio::test]
async fn a_phone_that_remembers_more_than_the_log_makes_all_others_begin_anew() {
    let stage = Stage::on_sqlite().await;
    let (mut wang, mut li) = (stage.enrol(stage.wang, 1).await, stage.enrol(stage.li, 2).await);
    let good = li.exchange(&[]).await.trailer.cursor;
    wang.exchange(&[]).await;

    // Another log's cursor says nothing about this one.
    wang.cursor = Some(Cursor { epoch: [1; 8], ..good });
    assert_eq!(wang.exchange(&[]).await.header.epoch, good.epoch);
    assert!(!li.exchange(&[]).await.header.restarted);

    // Wang was answered up to an entry that is not here any more; Li's cursor is older than the copy.
    wang.cursor = Some(Cursor { seq: good.seq + 1, ..good });
    let told = wang.exchange(&[]).await;
    assert!(told.header.restarted);
    assert_ne!(told.header.epoch, good.epoch);
    let told = li.exchange(&[]).await;
    assert!(told.header.restarted, "what Li believes to be here may be missing");
    assert!(!li.exchange(&[]).await.header.restarted, "once");

    // Not again on the same day, whoever says so: all devices begin anew by it.
    let epoch = told.header.epoch;
    wang.cursor = Some(Cursor { epoch, seq: good.seq + 7, ..good });
    assert_eq!(wang.exchange(&[]).await.header.epoch, epoch);
    stage.pass(24 * 3_600 * 1_000);
    wang.cursor = Some(Cursor { epoch, seq: good.seq + 7, ..good });
    assert_ne!(wang.exchange(&[]).await.header.epoch, epoch);
    stage.close().await;
}
