//! The app over lines as they are in villages: far, thin, lossy, cut, silent. What is asked each time: everything arrives,
//! nothing twice, and the bytes follow the work.

use std::time::Duration;

use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::input::{SheetField, WriteField};
use doorstep_tests::carrier::{Carrier, Ends, Loss, Passed, Way, Weather};
use doorstep_tests::chance::Chance;
use doorstep_tests::outlet::{self, OWNER, TECHNICIAN};
use doorstep_tests::stage::{Device, Relay};
use tempfile::TempDir;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

/// Edits of a visit, and what they come to over the air at most, both ways, when nothing goes wrong.
const EDITS: usize = 60;
const A_VISIT: u64 = 8_000;

/// The owner's desk beside the relay, and a phone whose only way to it is the carrier.
struct Stage {
    owner: Device,
    phone: Device,
    carrier: Carrier,
    job: JobId,
    _relay: Relay,
    _folder: TempDir,
}

impl Stage {
    async fn set() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("relay");
        outlet::found(&data).unwrap();
        let mut relay = Relay::start(&data).unwrap();
        let carrier = Carrier::to(&relay.address).await.unwrap();
        let owner = Device::enrolled("店里电脑", &folder.path().join("desk"), &relay, OWNER).await.unwrap();
        relay.address.clone_from(&carrier.address);
        let phone = Device::enrolled("小军手机", &folder.path().join("phone"), &relay, TECHNICIAN).await.unwrap();
        let team = owner.until("the team", |app| app.actions.team().ok().filter(|team| team.members.len() == 6)).await;
        assert!(!team.members.is_empty());
        outlet::take_the_days_orders(&owner).unwrap();
        let job = phone
            .until("the jobs", |app| {
                app.actions.orders(None).ok().filter(|jobs| jobs.len() == 2).map(|jobs| jobs[0].job)
            })
            .await;
        owner.drained().await;
        Self { owner, phone, carrier, job, _relay: relay, _folder: folder }
    }

    fn write(&self, field: SheetField, value: String) {
        let appliance = self.phone.app.actions.job(self.job).unwrap().appliances[0].id;
        let input = WriteField { job: self.job, appliance, field, value };
        self.phone.app.actions.write_field(&input).unwrap();
    }

    /// So many edits in the cellar, and then the street with this line.
    async fn work_then(&self, edits: usize, weather: Weather, most: Duration) -> Passed {
        self.phone.network(false).unwrap();
        let chance = Chance::from_seed(20_261_122);
        for n in 0..edits {
            let fields = [SheetField::Symptom, SheetField::Cause, SheetField::Serial];
            // Nothing that could be told shorter.
            let value = format!("{n}-{:016X}{:016X}", chance.draw(), chance.draw());
            self.write(fields[n % fields.len()], value);
        }
        self.carrier.begin(weather);
        self.phone.network(true).unwrap();
        self.sent_within(most).await;
        self.same().await;
        self.carrier.passed()
    }

    /// Waits until no change is left on the phone alone; photo bytes find no line here.
    async fn sent_within(&self, most: Duration) {
        let mut events = self.phone.app.listen();
        let sent = async {
            while self.phone.app.sync_chip().unwrap().changes > 0 {
                match events.recv().await {
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => return,
                }
            }
        };
        assert!(timeout(most, sent).await.is_ok(), "after {most:?}: {:?}", self.carrier.passed());
    }

    /// The owner's desk has what the phone has, change by change.
    async fn same(&self) {
        let heads = |device: &Device| {
            let mut store = device.app.actions.shelf.store();
            [DocId::Order(self.job), DocId::Sheet(self.job)].map(|doc| store.heads(&doc).unwrap())
        };
        let here = heads(&self.phone);
        self.owner.until("what the phone has", |_| (heads(&self.owner) == here).then_some(())).await;
        let lines = |device: &Device| device.app.actions.job(self.job).unwrap().history.len();
        assert_eq!(lines(&self.owner), lines(&self.phone), "nothing is told twice");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_visits_work_goes_over_2g_with_jitter_and_losses_in_one_conversation() {
    let stage = Stage::set().await;
    let loss = Some(Loss { one_in: 6, stall: Duration::from_secs(2) });
    let weather = Weather { jitter: Duration::from_millis(150), loss, ..Weather::TWO_G };
    let passed = stage.work_then(EDITS, weather, Duration::from_secs(60)).await;
    assert!(passed.bytes_up + passed.bytes_down < A_VISIT, "{passed:?}");
    assert_eq!(passed.cut, 0, "{passed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_is_cut_every_five_seconds_brings_each_piece_once() {
    let stage = Stage::set().await;
    // So thin that the work doesn't fit between two cuts.
    let weather = Weather { bytes_per_second: Some(1_500), ends: Ends::Each(Duration::from_secs(5)), ..Weather::TWO_G };
    let passed = stage.work_then(4 * EDITS, weather, Duration::from_secs(400)).await;
    assert!(passed.cut > 0, "{passed:?}");
    assert!(passed.bytes_up + passed.bytes_down < 3 * 4 * A_VISIT, "{passed:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_that_breaks_at_any_byte_is_finished_by_the_next_one() {
    let stage = Stage::set().await;
    let cuts = (0..700).step_by(61).map(|at| (Way::Up, at)).chain((1..300).step_by(43).map(|at| (Way::Down, at)));
    for (way, at) in cuts {
        stage.phone.network(false).unwrap();
        stage.write(SheetField::Serial, format!("AQ-{way:?}-{at}"));
        stage.carrier.begin(Weather { ends: Ends::AtByte(way, at), ..Weather::CLEAR });
        stage.phone.network(true).unwrap();
        // A hand is obeyed whatever the backoff says; the first try may be the loop's own.
        for _ in 0..2 {
            let _ = stage.phone.app.sync_now().await;
        }
        stage.sent_within(Duration::from_secs(20)).await;
        let passed = stage.carrier.passed();
        assert_eq!(passed.cut, 1, "{way:?} {at}: {passed:?}");
        assert!(passed.bytes_up < 4_000 && passed.bytes_down < 3_000, "{way:?} {at}: {passed:?}");
    }
    stage.same().await;
}

/// Neither end is told that the line is dead: the phone finds out by the silence, waits, and asks how far it came.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_line_that_falls_silent_is_given_up_and_the_work_goes_by_the_next() {
    let stage = Stage::set().await;
    let weather = Weather { ends: Ends::Silent(Way::Up, 900), ..Weather::CLEAR };
    let passed = stage.work_then(EDITS, weather, Duration::from_secs(120)).await;
    assert!(passed.cut == 1 && passed.connections >= 2, "{passed:?}");
    assert!(passed.bytes_up + passed.bytes_down < 2 * A_VISIT, "{passed:?}");
}
