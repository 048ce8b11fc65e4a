//! The sample outlet: believable, worked in like any other, heard of by nobody, and gone without a trace.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use doorstep::app::Doorstep;
use doorstep::domain::calendar::DAY_MS;
use doorstep::nature::{Machine, Nature};
use doorstep::sample_outlet::SampleError;
use doorstep::store::StoreError;
use doorstep::store::key::Keyring;
use doorstep::sync::admin::AdminError;
use doorstep::sync::fault::Fault;
use doorstep::sync::nearby::Lookout;
use doorstep::tasks::Unwatched;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::enrol::RoleName;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{
    AddMember, Assign, EraseDevice, Finish, Found, NoteFact, OpenSample, Preferences, RecordReading, SheetFact,
    ShowCard, Tap, TapNode,
};
use doorstep_schemas::view::{JobCard, JobKind, JobOutcome, Language, NodeKind, PhotoStage, SyncState, Urgency};
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::cast::{RAN, Shop, member, picture};

/// Somebody looks for a relay in the network of a sample: nobody may.
struct NoLooking;

impl Lookout for NoLooking {
    fn look(&self, _tag: &str, _patience: Duration) -> Vec<std::net::SocketAddr> {
        panic!("a sample looks for nobody")
    }
}

/// The app as it runs, and what ends with it.
struct Running {
    app: Doorstep,
    runtime: Runtime,
}

impl Running {
    fn start(folder: &Path) -> Self {
        let runtime = Runtime::new().unwrap();
        let nature: Arc<dyn Nature> = Arc::new(Machine);
        let (key, at) = (Keyring::File, runtime.handle());
        let app = Doorstep::open_looking(folder, &key, nature, at, &mut Unwatched, Arc::new(NoLooking)).unwrap();
        Self { app, runtime }
    }
}

struct Tried {
    running: Option<Running>,
    folder: TempDir,
}

impl Tried {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { running: Some(Running::start(folder.path())), folder }
    }

    fn sample(as_owner: bool) -> Self {
        let tried = Self::new();
        tried.app().open_sample(&OpenSample { as_owner }).unwrap();
        tried
    }

    fn app(&self) -> &Doorstep {
        &self.running.as_ref().unwrap().app
    }

    fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.running.as_ref().unwrap().runtime.block_on(work)
    }

    fn end(&mut self) {
        drop(self.running.take());
    }

    fn start(&mut self) {
        self.running = Some(Running::start(self.folder.path()));
    }

    fn place(&self) -> PathBuf {
        self.folder.path().join("sample")
    }

    /// Every job that is shown, whichever day it was of.
    fn all(&self) -> Vec<JobCard> {
        let now = Machine.now_ms();
        let of_day = |days: i64| self.app().actions.orders(Some(now - days * DAY_MS)).unwrap();
        let by_job: BTreeMap<JobId, JobCard> = (0..5).flat_map(of_day).map(|card| (card.job, card)).collect();
        by_job.into_values().collect()
    }

    /// The newest such job.
    fn job(&self, customer: &str, kind: JobKind) -> JobId {
        let theirs = self.all().into_iter().filter(|card| card.customer == customer && card.kind == kind);
        theirs.max_by_key(|card| card.taken_at).unwrap().job
    }

    /// What lies in the data folder, but for what comes and goes by itself.
    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> =
            names.filter(|name| !name.starts_with("doorstep.db-") && name != "ballast").collect();
        names.sort();
        names
    }
}

fn unsafe_earth(app: &Doorstep, job: JobId) {
    let actions = &app.actions;
    let fact = SheetFact::Goods { here: true, note: String::new() };
    actions.note_fact(&NoteFact { job, fact, claimed: None }).unwrap();
    actions.tap_node(&TapNode { job, tap: Tap::Depart }).unwrap();
    actions.tap_node(&TapNode { job, tap: Tap::Arrive }).unwrap();
    actions.show_card(&ShowCard { job, shown_ms: 4_000 }).unwrap();
    let appliance = actions.job(job).unwrap().appliances[0].id;
    let found = Found::Choice { option: "none".to_owned() };
    let reading = RecordReading {
        job,
        appliance,
        code: "earth_present".to_owned(),
        found,
        unit: String::new(),
        method: "socket_tester".to_owned(),
        instrument: String::new(),
        calibrated: String::new(),
        rectified: String::new(),
        photo: None,
    };
    actions.record_reading(&reading).unwrap();
    actions.add_photo(job, appliance, PhotoStage::Socket, &picture(9)).unwrap();
}

#[test]
fn a_technician_sees_a_day_of_every_kind_of_job_without_a_relay_and_so_does_the_owner() {
    let tried = Tried::sample(false);
    let session = tried.app().session().unwrap();
    assert!(session.enrolled && session.sample && !session.owner, "{session:?}");
    assert_eq!((session.relay.as_str(), session.member.unwrap().name.as_str()), ("", "冉小军"));
    let day = tried.app().actions.today(tried.app().sync_chip().unwrap()).unwrap();
    let to_do: Vec<&str> = day.jobs.iter().map(|card| card.customer.as_str()).collect();
    for customer in ["罗桂香", "田有福", "龚正平", "谭记农家乐", "彭秀兰"] {
        assert!(to_do.contains(&customer), "{customer} is not in {to_do:?}");
    }
    let mine = tried.all();
    assert_eq!(mine.len(), 9, "{:?}", mine.iter().map(|card| &card.customer).collect::<Vec<_>>());
    assert!(
        mine.iter().all(|card| card.customer != "张老师" && card.customer != "覃大勇"),
        "others' jobs are not here"
    );
    assert!(mine.iter().any(|card| card.urgency == Urgency::Class2), "an emergency");
    let first = mine.iter().filter(|card| card.customer == "彭秀兰").count();
    assert_eq!(first, 2, "a job, and the one that comes back to it");
    let arrived = tried.app().actions.mine().unwrap();
    assert!(arrived.stock.iter().any(|held| held.code == "YH-PSB-30W"), "the part that was asked for has come");
    let bench = tried.app().actions.job(tried.job("向明", JobKind::UnitPickup)).unwrap();
    assert!(bench.nodes.iter().any(|node| node.kind == NodeKind::Quoted), "the repairer's work came with it");

    let tried = Tried::sample(true);
    let session = tried.app().session().unwrap();
    assert!(session.owner && session.sample, "{session:?}");
    let all = tried.all();
    assert_eq!(all.len(), 11);
    let ended = all.iter().filter(|card| card.finished_at.is_some()).count();
    let approved = all.iter().filter(|card| card.status == NodeKind::Approved).count();
    assert_eq!((ended, approved), (2, 1), "one is approved, one waits for that");
    assert_eq!(all.iter().filter(|card| card.assignees.is_empty()).count(), 1, "one has yet to be given to somebody");
    let authors: Vec<_> = tried.app().actions.team().unwrap().devices;
    assert_eq!(authors.len(), 3, "the others' work is signed by devices of theirs");
    let phones = all.iter().all(|card| card.phone.starts_with("+999"));
    assert!(phones, "nobody's phone rings");
}

#[test]
fn r12_a_house_without_an_earth_stays_uninstallable_in_a_sample_as_well() {
    let mut tried = Tried::sample(false);
    let job = tried.job("田有福", JobKind::Install);
    unsafe_earth(tried.app(), job);
    for outcome in [JobOutcome::Completed, JobOutcome::HazardRemaining, JobOutcome::RefusedUnsafe] {
        let ended = tried.app().actions.finish(&Finish { job, outcome });
        assert!(ended.is_err(), "{outcome:?} without an earth, and without a notice");
    }
    tried.end();
    tried.start();
    let session = tried.app().session().unwrap();
    assert!(session.sample, "the next start lands in it again");
    let facts = tried.app().actions.shelf.store().job_facts(job).unwrap().unwrap();
    assert_eq!((facts.sheet.readings.len(), facts.sheet.photos.len()), (1, 1), "with all that was done");
    assert!(tried.app().actions.finish(&Finish { job, outcome: JobOutcome::Completed }).is_err());
}

#[test]
fn nothing_of_a_sample_waits_for_a_relay_and_nothing_leads_to_one() {
    let tried = Tried::sample(false);
    let app = tried.app();
    let job = tried.job("田有福", JobKind::Install);
    unsafe_earth(app, job);
    {
        let store = app.actions.shelf.store();
        assert!(!store.has_outgoing().unwrap());
        assert!(store.outgoing(usize::MAX).unwrap().pieces.is_empty());
        assert!(store.unsent_runs().unwrap().is_empty());
        assert!(store.photo_to_send(true).unwrap().is_none());
        assert!(store.only_here().unwrap().is_nothing());
    }
    assert!(tried.all().iter().all(|card| card.unsent == 0));
    // The switch for trying is no reason to be silent, nor to speak.
    let online = Preferences {
        language: Some(Language::En),
        shell: None,
        no_network: Some(false),
        wifi_only: Some(false),
        photo_position: None,
    };
    app.set_preferences(&online).unwrap();
    let photo = app.actions.job(job).unwrap().photos[0].photo;
    let asked = tried.wait(async {
        let by_hand = app.sync_now().await.map(|_| ());
        let compared = app.compare_now().await.map(|_| ());
        [by_hand, compared, app.fetch_photo(&photo).await.map(|_| ())]
    });
    assert!(asked.iter().all(|asked| matches!(asked, Err(Fault::Sample))), "{asked:?}");
    let chip = app.sync_chip().unwrap();
    assert_eq!((chip.state, chip.changes, chip.photos, chip.bytes), (SyncState::Sample, 0, 0, 0));
    let page = app.sync_view().unwrap();
    assert_eq!((page.attempts.len(), page.waiting.len(), page.carried), (0, 0, 0), "nothing was even tried");
    assert_eq!((page.last_success, page.next_attempt), (None, None));
}

#[test]
fn an_owner_of_a_sample_is_told_that_it_reaches_nobody() {
    let tried = Tried::sample(true);
    let app = tried.app();
    let owner = app.session().unwrap().member.unwrap().id;
    let named = AddMember { name: "谁".to_owned(), roles: vec![RoleName::Technician] };
    let refused = tried.wait(async { [app.invite(owner).await.map(|_| ()), app.add_member(&named).await.map(|_| ())] });
    assert!(refused.iter().all(|told| matches!(told, Err(AdminError::Fault(Fault::Sample)))), "{refused:?}");
    let relay = tried.wait(app.relay(false)).unwrap();
    assert_eq!((relay.addresses.len(), relay.unanswered), (0, Some(ErrorCode::SampleOutlet)));
    let open = tried.job("张老师", JobKind::Repair);
    let technician = app.actions.team().unwrap().members.into_iter().find(|one| one.name == "田勇").unwrap().id;
    app.actions.assign(&Assign { job: open, members: vec![technician] }).unwrap();
    assert!(app.actions.shelf.store().outgoing(usize::MAX).unwrap().pieces.is_empty(), "nor does the grant wait");
    assert_eq!(app.sync_chip().unwrap().state, SyncState::Sample);
}

#[test]
fn leaving_erases_all_of_it_and_the_device_is_as_it_was_before() {
    let mut tried = Tried::new();
    let device = tried.app().session().unwrap().device;
    let before = tried.names();
    let session = tried.app().open_sample(&OpenSample { as_owner: false }).unwrap();
    assert_ne!(session.device, device, "its key is not this device's own");
    assert!(tried.place().join("store.key").exists());
    unsafe_earth(tried.app(), tried.job("田有福", JobKind::Install));
    assert!(tried.app().open_sample(&OpenSample { as_owner: true }).is_err(), "no sample inside a sample");
    let left = tried.app().leave_sample().unwrap();
    assert_eq!((left.enrolled, left.sample, left.device), (false, false, device));
    assert_eq!(tried.names(), before);
    let clean = |app: &Doorstep| {
        let store = app.actions.shelf.store();
        assert_eq!((store.members().unwrap().len(), store.devices().unwrap().len()), (0, 0));
        assert_eq!(store.counts().unwrap().on_device, 0);
        drop(store);
        assert!(matches!(app.actions.orders(None), Err(StoreError::NotEnrolled)));
        assert_eq!(app.sync_chip().unwrap().state, SyncState::Synced);
    };
    clean(tried.app());
    assert!(!tried.app().leave_sample().unwrap().sample, "twice does no harm");
    tried.end();
    tried.start();
    let session = tried.app().session().unwrap();
    assert_eq!((session.enrolled, session.sample, session.device), (false, false, device));
    clean(tried.app());
    // The device's own end does the same, and takes nothing but the sample.
    tried.app().open_sample(&OpenSample { as_owner: true }).unwrap();
    let number = tried.app().session().unwrap().device.to_string();
    let number_end = number[number.len() - 4..].to_owned();
    tried.app().erase(&EraseDevice { number_end, unsent_too: false }).unwrap();
    assert_eq!(tried.app().session().unwrap().device, device);
    assert_eq!(tried.names(), before);
}

#[test]
fn a_sample_that_was_not_made_or_not_erased_to_its_end_is_gone_at_the_next_start() {
    let mut tried = Tried::sample(false);
    tried.end();
    fs::remove_file(tried.place().join("ready")).unwrap();
    tried.start();
    assert!(!tried.app().session().unwrap().enrolled);
    assert!(!tried.place().exists());
    // One that can't be opened keeps nobody from their app either.
    tried.app().open_sample(&OpenSample { as_owner: false }).unwrap();
    tried.end();
    fs::remove_file(tried.place().join("store.key")).unwrap();
    tried.start();
    assert!(!tried.app().session().unwrap().enrolled);
    assert!(!tried.place().exists());
}

#[test]
fn a_device_of_an_outlet_gets_no_sample() {
    let tried = Tried::new();
    let shop = Shop::open();
    tried.app().actions.shelf.store().set_enrolment(&shop.enrolment(RAN)).unwrap();
    let refused = tried.app().open_sample(&OpenSample { as_owner: false });
    assert!(matches!(refused, Err(SampleError::AlreadyEnrolled)), "{refused:?}");
    assert!(!tried.place().exists());
    let session = tried.app().leave_sample().unwrap();
    assert_eq!((session.enrolled, session.member.unwrap().id), (true, member(RAN)));
}
