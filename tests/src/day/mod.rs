//! The sample day 2026-11-21 of 柘川县城关网点: ten jobs by five people, each on a phone of their own, over a real relay;
//! then the owner's review of it. Money comes out to the fen.
//!
//! Every job is a script of steps at times of the day. All scripts run as one day, in the order of their times, so that
//! phones, relay and the owner's desk see it as it happens.

mod bench_jobs;
pub mod clock;
mod evening;
mod installs;
mod morning;
mod play;
mod repairs;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use doorstep::app::Doorstep;
use doorstep_schemas::ids::{DocId, JobId, ShortId};
use doorstep_schemas::view::DayReview;

use crate::outlet::{self, OWNER};
use crate::stage::{Device, Relay};
use crate::story::{StoryError, Tell};

use clock::DayClock;
use play::{Play, Played};

/// 2026-11-21 00:00 at the shop.
pub const MIDNIGHT: i64 = 1_795_190_400_000;
const MINUTE: i64 = 60_000;

/// Who carries which phone.
pub const PHONES: [(&str, &str, &str); 5] = [
    ("冉小军", "小军手机", "ran"),
    ("田勇", "田勇手机", "tian"),
    ("向波", "向波手机", "xiang"),
    ("小邓", "小邓手机", "deng"),
    ("龙师傅", "龙师傅手机", "long"),
];

/// The shop on that day.
pub struct Day {
    pub relay: Relay,
    pub clock: DayClock,
    pub desk: Device,
    pub phones: BTreeMap<&'static str, Device>,
    /// The day's jobs by customer.
    pub jobs: BTreeMap<&'static str, JobId>,
    names: BTreeMap<String, ShortId>,
    pictures: u8,
}

type Step = Box<dyn FnOnce(&mut Play<'_>) -> Played>;

/// What one member does at one customer's.
pub struct Script {
    customer: &'static str,
    member: &'static str,
    steps: Vec<(i64, Step)>,
    /// Told when it is over: 中文, English.
    told: (&'static str, &'static str),
}

impl Script {
    fn new(customer: &'static str, member: &'static str, zh: &'static str, en: &'static str) -> Self {
        Self { customer, member, steps: Vec::new(), told: (zh, en) }
    }

    /// A step at a time of the day, hours and minutes.
    fn at(&mut self, hour: i64, minute: i64, step: impl FnOnce(&mut Play<'_>) -> Played + 'static) {
        self.steps.push(((hour * 60 + minute) * MINUTE, Box::new(step)));
    }
}

impl Day {
    /// The stage in `folder`: relay, desk, five phones, roster, yesterday's and today's orders.
    pub async fn open(folder: &Path) -> Result<Self, StoryError> {
        std::fs::create_dir_all(folder)?;
        let clock = DayClock::new(&folder.join("clock"))?;
        let data = folder.join("relay");
        outlet::found(&data)?;
        clock.set(MIDNIGHT - 3 * 24 * 60 * MINUTE + 9 * 60 * MINUTE)?;
        let relay = Relay::rehearsed(&data, clock.file())?;
        let desk = Device::rehearsed("店里电脑", &folder.join("desk"), &clock)?;
        desk.enrol(&relay, OWNER).await?;
        let mut phones = BTreeMap::new();
        for (member, name, place) in PHONES {
            let phone = Device::rehearsed(name, &folder.join(place), &clock)?;
            phone.enrol(&relay, member).await?;
            phones.insert(member, phone);
        }
        desk.until("the team is known", |app| (app.actions.team().ok()?.members.len() == 6).then_some(())).await;
        let (jobs, names) = (BTreeMap::new(), BTreeMap::new());
        Ok(Self { relay, clock, desk, phones, jobs, names, pictures: 0 })
    }

    /// It is this time of the day, in milliseconds since midnight.
    fn time(&self, of_day: i64) -> Result<(), StoryError> {
        // Some seconds past the minute, as people are.
        Ok(self.clock.set(MIDNIGHT + of_day + 20_000)?)
    }

    fn phone(&self, member: &str) -> Result<&Device, StoryError> {
        self.phones.get(member).ok_or_else(|| StoryError::Unexpected(format!("{member} has no phone")))
    }

    /// Runs scripts as one day.
    async fn run(&mut self, scripts: Vec<Script>, tell: Tell<'_>) -> Result<(), StoryError> {
        let mut steps: Vec<(i64, usize, &'static str, &'static str, Step)> = Vec::new();
        let mut left: Vec<usize> = Vec::new();
        let mut told = Vec::new();
        for (n, script) in scripts.into_iter().enumerate() {
            left.push(script.steps.len());
            told.push(script.told);
            let (member, customer) = (script.member, script.customer);
            steps.extend(script.steps.into_iter().map(|(at, step)| (at, n, member, customer, step)));
        }
        steps.sort_by_key(|(at, n, ..)| (*at, *n));
        let mut begun = BTreeSet::new();
        for (at, n, member, customer, step) in steps {
            let job =
                *self.jobs.get(customer).ok_or_else(|| StoryError::Unexpected(format!("no job of {customer}")))?;
            let phone = self.phone(member)?;
            if begun.insert(n) {
                phone.network(true)?;
                let mine = |app: &Doorstep| app.actions.job(job).ok().filter(|view| view.may_write).map(|_| ());
                phone.until("the job is on the phone", mine).await;
                self.apart(phone).await?;
            }
            self.time(at)?;
            self.on_time(self.phone(member)?).await?;
            let app = &self.phones[member].app;
            let mut play = Play { app, job, names: &mut self.names, pictures: &mut self.pictures };
            step(&mut play)
                .map_err(|error| StoryError::Unexpected(format!("{customer} at {}: {error}", at / MINUTE)))?;
            left[n] -= 1;
            if left[n] == 0 {
                let phone = self.phone(member)?;
                phone.network(true)?;
                self.apart(phone).await?;
                tell(told[n].0, told[n].1);
            }
        }
        self.phones.values().try_for_each(|phone| phone.network(true))?;
        Ok(())
    }

    /// An answer that was under way while the clock moved tells a phone that its clock is off: it asks again.
    async fn on_time(&self, phone: &Device) -> Result<(), StoryError> {
        let off = |phone: &Device| -> Result<bool, StoryError> {
            let offset = phone.app.actions.shelf.store().clock_offset()?;
            Ok(offset.is_some_and(|ms| ms.abs() > 2_000))
        };
        while off(phone)? {
            phone.network(true)?;
            phone.app.sync_now().await?;
            phone.network(false)?;
        }
        Ok(())
    }

    /// Everything is handed over, then there is no network: nothing is under way while the clock moves.
    async fn apart(&self, phone: &Device) -> Result<(), StoryError> {
        phone.drained().await;
        Ok(phone.network(false)?)
    }
}

impl Day {
    /// Whether the phones hold exactly what the desk holds of the jobs that they know.
    pub fn same(&self) -> Result<(), StoryError> {
        for (customer, job) in &self.jobs {
            for doc in [DocId::Sheet(*job)] {
                let there = self.desk.app.actions.shelf.store().heads(&doc)?;
                for (member, phone) in &self.phones {
                    if !phone.app.actions.orders(None)?.iter().any(|card| card.job == *job) {
                        continue;
                    }
                    let here = phone.app.actions.shelf.store().heads(&doc)?;
                    if here != there {
                        return Err(StoryError::Unexpected(format!(
                            "{customer}: {member}'s phone and the desk differ"
                        )));
                    }
                }
            }
        }
        Ok(())
    }
}

/// Plays the whole day and the owner's evening; the review as it stands then.
pub async fn play(folder: &Path, tell: Tell<'_>) -> Result<(Day, DayReview), StoryError> {
    let mut day = Day::open(folder).await?;
    tell("中继、店里电脑和五台手机就绪", "relay, the shop's desk and five phones are ready");
    morning::before(&mut day, tell).await?;
    morning::orders(&mut day, tell).await?;
    let mut scripts = installs::scripts();
    scripts.extend(repairs::scripts());
    scripts.extend(bench_jobs::scripts());
    day.run(scripts, tell).await?;
    let review = evening::review(&mut day, tell).await?;
    Ok((day, review))
}
