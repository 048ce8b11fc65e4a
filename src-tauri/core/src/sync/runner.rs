//! The loop that does what the engine wishes: exchanges over HTTP, follows announcements, moves photos.
//!
//! It hears of edits by the same events that the screens hear; actions do not know that it exists.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::event::CoreEvent;
use doorstep_schemas::input::NetworkNote;
use doorstep_schemas::live::Announcement;
use doorstep_schemas::view::RelayWay;
use tokio::runtime::Handle;
use tokio::sync::{Notify, broadcast, mpsc, oneshot, watch};
use tokio::time::{sleep, timeout};

use super::backlog::Backlog;
use super::engine::{Engine, News, TOGETHER_MS, Wish};
use super::fault::Fault;
use super::line::{Answer, Line};
use super::nearby::Lookout;
use super::network::{self, Purse};
use super::pacer::Cause;
use super::ways::{Held, Ways};
use super::{live, lost, photos, status};
use crate::actions::Actions;
use crate::nature::random;
use crate::store::key::Vault;
use crate::store::{Store, StoreError};
use crate::tasks::Tasks;

const LIVE_BACKOFF: Duration = Duration::from_secs(2);
const LIVE_BACKOFF_MOST: Duration = Duration::from_secs(60);

pub(super) enum Command {
    ByHand(oneshot::Sender<()>),
    Heard(Announcement),
    /// Announcements came back after they were lost: the network is there.
    LineBack,
    /// Photos went up: the next exchange says that they are no longer held here only.
    PhotosSent,
    /// The enrolment or the network switch changed.
    Settings,
    /// The device is in another network, or awake again.
    Network(Cause),
}

/// What the loop is doing right now, for the chip and the sync screen.
#[derive(Debug, Clone, Copy, Default)]
pub struct Now {
    pub exchanging: bool,
    pub moving_photos: bool,
    pub error: Option<ErrorCode>,
    pub next: Option<i64>,
    /// By which way the last exchange went.
    pub way: Option<RelayWay>,
}

/// A running loop. Dropping it ends the loop at its next turn.
pub struct Runner {
    commands: mpsc::UnboundedSender<Command>,
    now: Arc<Mutex<Now>>,
    network: watch::Sender<bool>,
    shared: Shared,
}

impl Runner {
    pub fn start(
        runtime: &Handle,
        actions: &Actions,
        tasks: &Tasks,
        lookout: Arc<dyn Lookout>,
        vault: Arc<Vault>,
    ) -> Result<Self, StoreError> {
        let ways = Arc::new(Ways::new(lookout));
        let (commands, heard) = mpsc::unbounded_channel();
        let on = online(&actions.shelf.store())?;
        let (network, network_seen) = watch::channel(on);
        let now = Arc::new(Mutex::new(Now::default()));
        let shared = Shared {
            actions: actions.clone(),
            ways: ways.clone(),
            now: now.clone(),
            network: network_seen,
            purse: Arc::default(),
            photos_due: Arc::default(),
            live_anew: Arc::default(),
            text: Arc::default(),
            vault,
        };
        let backlog = Backlog::new(tasks.clone());
        runtime.spawn(exchange_loop(shared.clone(), heard, actions.events.subscribe(), backlog));
        runtime.spawn(live_loop(shared.clone(), commands.downgrade()));
        runtime.spawn(photos::keep_moving(shared.clone(), commands.downgrade()));
        runtime.spawn(network::watch(shared.clone(), commands.downgrade()));
        Ok(Self { commands, now, network, shared })
    }

    /// What the shell sees of the network.
    pub fn tell_network(&self, note: NetworkNote) {
        if note.metered.is_some_and(|metered| self.shared.purse.set_metered(metered)) {
            self.shared.live_anew.notify_one();
            self.shared.photos_due.notify_one();
        }
        if note.back {
            network::changed(&self.shared, &self.commands);
        }
    }

    /// Sends and fetches what waits for a network without a meter, until it is done.
    pub fn photos_anyway(&self) {
        self.shared.purse.photos_anyway();
        self.shared.photos_due.notify_one();
    }

    /// Whether bytes cost money here, and whether full pictures wait for that to end.
    pub fn purse(&self) -> &Purse {
        &self.shared.purse
    }

    /// Exchanges now, whatever the backoff says, and returns when that attempt has ended.
    pub async fn by_hand(&self) -> Result<(), Fault> {
        {
            let mut store = self.shared.actions.shelf.store();
            if store.enrolment()?.is_none() {
                return Err(Fault::NotEnrolled);
            }
            if store.is_sample() {
                return Err(Fault::Sample);
            }
            if store.chosen()?.no_network {
                return Err(Fault::NoNetwork);
            }
            store.retry_refused()?;
        }
        self.shared.ways.network_changed();
        let (done, ended) = oneshot::channel();
        if self.commands.send(Command::ByHand(done)).is_ok() {
            // The loop ended only if the app is closing.
            let _ = ended.await;
        }
        Ok(())
    }

    /// The enrolment or the network switch changed in the store.
    pub fn settings_changed(&self) -> Result<(), StoreError> {
        self.shared.ways.network_changed();
        let on = online(&self.shared.actions.shelf.store())?;
        self.network.send_replace(on);
        let _ = self.commands.send(Command::Settings);
        Ok(())
    }

    /// Ends whatever moves over the line, until `settings_changed`.
    pub fn hang_up(&self) {
        self.network.send_replace(false);
    }

    /// Whether nothing moves over the line right now.
    pub fn resting(&self) -> impl Fn() -> bool + Send + 'static + use<> {
        let now = self.now.clone();
        move || {
            let now = now.lock().unwrap_or_else(PoisonError::into_inner);
            !now.exchanging && !now.moving_photos
        }
    }

    /// Which way to the relay, for what is asked beside the loop.
    pub fn ways(&self) -> &Ways {
        &self.shared.ways
    }

    pub fn now(&self) -> Now {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Clone)]
pub(super) struct Shared {
    pub actions: Actions,
    pub ways: Arc<Ways>,
    now: Arc<Mutex<Now>>,
    network: watch::Receiver<bool>,
    pub purse: Arc<Purse>,
    pub photos_due: Arc<Notify>,
    pub live_anew: Arc<Notify>,
    /// Held while text is exchanged: pictures ask for it before each stride.
    pub text: Arc<tokio::sync::Mutex<()>>,
    pub vault: Arc<Vault>,
}

impl Shared {
    pub fn set(&self, change: impl FnOnce(&mut Now)) {
        change(&mut self.now.lock().unwrap_or_else(PoisonError::into_inner));
        let now = *self.now.lock().unwrap_or_else(PoisonError::into_inner);
        match status::chip(&self.actions.shelf.store(), &now) {
            Ok(chip) => self.tell(CoreEvent::SyncChanged { chip }),
            Err(error) => tracing::error!(%error, "the sync state can't be read"),
        }
    }

    pub fn tell(&self, event: CoreEvent) {
        // Nobody may be watching.
        let _ = self.actions.events.send(event);
    }

    pub fn clock(&self) -> i64 {
        self.actions.nature.now_ms()
    }

    pub fn network_on(&self) -> bool {
        *self.network.borrow()
    }

    pub async fn line(&self) -> Result<Line, Fault> {
        Ok(self.ways.line(&self.actions).await?.0)
    }

    pub fn moving_photos(&self) -> bool {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).moving_photos
    }

    /// Resolves when the network switch is turned off.
    pub async fn network_off(&self) {
        let mut seen = self.network.clone();
        // An ended channel means the app is closing, which is no network either.
        let _ = seen.wait_for(|on| !*on).await;
    }
}

/// Whether anything may move over a line: a sample outlet is for looking at, on this device alone.
fn online(store: &Store) -> Result<bool, StoreError> {
    Ok(!store.is_sample() && !store.chosen()?.no_network)
}

async fn exchange_loop(
    shared: Shared,
    mut commands: mpsc::UnboundedReceiver<Command>,
    mut events: broadcast::Receiver<CoreEvent>,
    mut backlog: Backlog,
) {
    let mut engine = Engine::default();
    engine.on(Cause::Start, shared.clock());
    let mut line: Option<Held> = None;
    let mut hands: Vec<oneshot::Sender<()>> = Vec::new();
    let mut beside = None;
    loop {
        let turn = turn_rules(&shared);
        let wish = if shared.network_on() { poll(&mut engine, &shared) } else { Wish::Rest };
        let wait = match wish {
            Wish::Send(body) | Wish::Compare(body) => {
                let news = exchange(&mut engine, &shared, &mut line, body).await;
                tell_news(&shared, &engine, news);
                if !backlog.goes_on(engine.behind()) {
                    engine.pause(shared.clock());
                }
                if engine.due().is_none_or(|due| due > shared.clock()) {
                    answer(&mut hands);
                }
                continue;
            }
            Wish::WaitUntil(at) => Duration::from_millis(u64::try_from(at - shared.clock()).unwrap_or(0).max(1)),
            Wish::Rest => {
                // Without a network, or as a device that nobody knows any more: nothing will come of it.
                answer(&mut hands);
                Duration::from_secs(3_600)
            }
        };
        tokio::select! {
            () = sleep(wait.min(turn)) => {}
            command = commands.recv() => match command {
                None => return,
                Some(Command::ByHand(done)) => {
                    hands.push(done);
                    engine.on(Cause::ByHand, shared.clock());
                }
                Some(Command::Heard(announcement)) => hear(&mut engine, &shared, announcement, &mut beside),
                Some(Command::PhotosSent) => engine.on(Cause::Receipt, shared.clock()),
                Some(Command::LineBack) => {
                    shared.ways.line_back();
                    engine.on(Cause::NetworkBack, shared.clock());
                }
                Some(Command::Network(cause)) => {
                    line = None;
                    engine.on(cause, shared.clock());
                    shared.photos_due.notify_one();
                }
                Some(Command::Settings) => {
                    line = None;
                    engine.on(Cause::Start, shared.clock());
                    shared.set(|now| now.error = None);
                    shared.photos_due.notify_one();
                }
            },
            event = events.recv() => match event {
                Ok(CoreEvent::JobsChanged { .. } | CoreEvent::PapersChanged) | Err(broadcast::error::RecvError::Lagged(_)) => {
                    if unsent(&shared) {
                        engine.on(Cause::Edit, shared.clock());
                        shared.set(|_| ());
                    }
                    if shared.actions.shelf.store().set_to_send().is_ok_and(|set| set.is_some()) {
                        // Its bytes go before the paper that names it.
                        shared.photos_due.notify_one();
                    }
                }
                Ok(_) => {}
                Err(broadcast::error::RecvError::Closed) => return,
            },
        }
    }
}

/// Judges anew when a version of a rule set has come into force by itself; says how long until the next one does.
fn turn_rules(shared: &Shared) -> Duration {
    let now = shared.clock();
    let mut store = shared.actions.shelf.store();
    if store.rules_turn().is_some_and(|at| at <= now) {
        match store.renew_rules(now) {
            Ok(jobs) => shared.actions.rules_changed(jobs),
            Err(error) => {
                tracing::error!(%error, "jobs can't be judged by the rules that are in force now");
                return Duration::from_secs(30);
            }
        }
    }
    let left = store.rules_turn().map_or(i64::MAX, |at| at.saturating_sub(now));
    Duration::from_millis(u64::try_from(left).unwrap_or(0).max(1))
}

/// Whoever waits for this attempt's end; one that stopped waiting is no loss.
fn answer(hands: &mut Vec<oneshot::Sender<()>>) {
    for hand in hands.drain(..) {
        let _ = hand.send(());
    }
}

fn poll(engine: &mut Engine, shared: &Shared) -> Wish {
    let store = shared.actions.shelf.store();
    // A sample may have taken the folder's place before the loop was told that it has no network.
    let wish = if store.is_sample() { Ok(Wish::Rest) } else { engine.poll(&store, shared.clock()) };
    drop(store);
    wish.unwrap_or_else(|error| {
        tracing::error!(%error, "the next exchange can't be prepared");
        shared.set(|now| now.error = Some(ErrorCode::StoreFailed));
        Wish::WaitUntil(shared.clock() + 30_000)
    })
}

fn unsent(shared: &Shared) -> bool {
    shared.actions.shelf.store().has_outgoing().unwrap_or(false)
}

fn hear(engine: &mut Engine, shared: &Shared, announcement: Announcement, beside: &mut Option<u64>) {
    let mut store = shared.actions.shelf.store();
    let behind = store.cursor().ok().flatten().is_none_or(|cursor| cursor.seq < announcement.seq);
    let owner_moved = store.note_owner_seq(announcement.owner_seq).unwrap_or(false);
    if let Err(error) = store.retry_fetches() {
        tracing::error!(%error, "photos can't be asked for again");
    }
    drop(store);
    let beside_moved = beside.replace(announcement.beside).is_some_and(|before| before != announcement.beside);
    if beside_moved {
        shared.photos_due.notify_one();
        engine.on(Cause::Receipt, shared.clock());
    }
    if behind {
        engine.on(Cause::Announcement, shared.clock());
    }
    if owner_moved {
        shared.set(|_| ());
    }
}

async fn exchange(engine: &mut Engine, shared: &Shared, line: &mut Option<Held>, body: Vec<u8>) -> News {
    shared.set(|now| now.exchanging = true);
    let text = shared.text.clone().lock_owned().await;
    let outcome = tokio::select! {
        outcome = converse(engine, shared, line, body) => outcome,
        () = shared.network_off() => Err(Fault::NoNetwork),
    };
    drop(text);
    let at = shared.clock();
    let (news, error) = match outcome {
        Ok(news) => {
            let _ = shared.actions.shelf.store().set_device_refused(false);
            shared.photos_due.notify_one();
            let error = news.left.then_some(ErrorCode::MemberLeft);
            (news, error)
        }
        Err(fault) => {
            if lost::erased(&fault, shared) {
                engine.forget_flight();
                return News::default();
            }
            tracing::info!(code = fault.code().wire(), "an exchange failed");
            let jitter = u32::from_be_bytes(random(shared.actions.nature.as_ref()));
            let mut store = shared.actions.shelf.store();
            let news = engine.fail(&fault, jitter, &mut store, at).unwrap_or_default();
            if fault.code() == ErrorCode::DeviceRefused {
                let _ = store.set_device_refused(true);
                shared.tell(CoreEvent::DeviceRefused);
            }
            (news, Some(fault.code()))
        }
    };
    let next = engine.due();
    shared.set(|now| {
        now.exchanging = false;
        now.error = error;
        now.next = next;
    });
    news
}

async fn converse(engine: &mut Engine, shared: &Shared, held: &mut Option<Held>, body: Vec<u8>) -> Result<News, Fault> {
    let path = if engine.comparing() { "v1/compare" } else { "v1/exchange" };
    let reached = shared.ways.exchange(&shared.actions, held, path, body).await;
    let way = held.as_ref().filter(|_| reached.is_ok()).map(|(_, way)| way.word());
    shared.set(|now| now.way = way);
    let mut answer = reached?;
    while let Some(chunk) = next_chunk(engine, shared, &mut answer).await? {
        engine.receive(chunk.as_ref(), &mut shared.actions.shelf.store(), shared.clock())?;
    }
    engine.finish(&mut shared.actions.shelf.store(), shared.clock())
}

/// What comes next of an answer. On a line that pauses, what came whole is not left waiting for it.
async fn next_chunk(
    engine: &mut Engine,
    shared: &Shared,
    answer: &mut Answer,
) -> Result<Option<impl AsRef<[u8]> + use<>>, Fault> {
    let next = answer.chunk();
    tokio::pin!(next);
    if let Ok(chunk) = timeout(Duration::from_millis(TOGETHER_MS), &mut next).await {
        return chunk;
    }
    engine.linger(&mut shared.actions.shelf.store(), shared.clock())?;
    next.await
}

fn tell_news(shared: &Shared, engine: &Engine, news: News) {
    if !news.jobs.is_empty() {
        shared.tell(CoreEvent::JobsChanged { jobs: news.jobs.into_iter().collect() });
    }
    if news.team || news.inbox {
        // The inbox is shown with the people whose work it is.
        shared.tell(CoreEvent::TeamChanged);
    }
    if news.papers {
        // The roster may name another recovery key.
        shared.actions.renew_recovery();
        shared.tell(CoreEvent::PapersChanged);
    }
    tracing::debug!(confirmed = news.confirmed, received = news.received, due = engine.due(), "exchanged");
}

async fn live_loop(shared: Shared, commands: mpsc::WeakUnboundedSender<Command>) {
    let mut pause = LIVE_BACKOFF;
    while let Some(sender) = commands.upgrade() {
        drop(sender);
        let line = if shared.network_on() { shared.line().await.ok() } else { None };
        if let Some(line) = line {
            let mut first = true;
            let heard = |announcement| {
                pause = LIVE_BACKOFF;
                if let Some(sender) = commands.upgrade() {
                    if std::mem::take(&mut first) {
                        let _ = sender.send(Command::LineBack);
                    }
                    let _ = sender.send(Command::Heard(announcement));
                }
            };
            tokio::select! {
                outcome = live::follow(&line, shared.purse.metered(), heard) => if let Err(fault) = outcome {
                    tracing::debug!(code = fault.code().wire(), "announcements ended");
                },
                () = shared.network_off() => {}
                () = shared.live_anew.notified() => continue,
            }
        }
        let mut seen = shared.network.clone();
        seen.mark_unchanged();
        tokio::select! {
            () = sleep(pause) => pause = (pause * 2).min(LIVE_BACKOFF_MOST),
            () = shared.live_anew.notified() => pause = LIVE_BACKOFF,
            changed = seen.changed() => match changed {
                Ok(()) => pause = LIVE_BACKOFF,
                Err(_closed) => return,
            },
        }
    }
}
