//! The outlet: its people, their devices, the relay, the requests on their way, and what everybody was told is kept.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, OnceLock};

use doorstep::rules::RuleBook;
use doorstep::store::Enrolment;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, MemberId, OutletId, ShortId};
use doorstep_schemas::log;
use doorstep_schemas::signature::identity;
use doorstep_schemas::wire::{Role, RoleKind, Status};
use doorstep_tests::chance::Chance;

use crate::byzantine::Stranger;
use crate::deeds;
use crate::device::Device;
use crate::invariants;
use crate::plan::{Event, Plan, What};
use crate::relay::Relay;

/// 2026-11-21 08:00 at the shop.
const MORNING: i64 = 1_795_219_200_000;
const MINUTE: i64 = 60_000;
const YEAR: i64 = 365 * 24 * 3_600_000;

/// Something that must hold and does not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken(pub String);

pub type Held<T = ()> = Result<T, Broken>;

/// Says what does not hold.
pub fn broken<T>(what: String) -> Held<T> {
    Err(Broken(what))
}

/// A change that a person was told is saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub device: usize,
    pub doc: DocId,
    pub actor: Actor,
    pub seq: u64,
}

/// A request that is still on its way although its sender gave up.
pub struct Late {
    pub device: usize,
    pub body: Vec<u8>,
}

pub struct World {
    pub now: Arc<AtomicI64>,
    pub relay: Relay,
    pub devices: Vec<Device>,
    pub owners: Vec<MemberId>,
    pub technicians: Vec<MemberId>,
    pub late: Vec<Late>,
    /// Requests that somebody on the line has seen.
    pub overheard: Vec<Vec<u8>>,
    pub stranger: Stranger,
    /// Requests of the stranger's that come when the others are at rest.
    pub held_back: Vec<Vec<u8>>,
    /// The highest cursor that an owner's device has had.
    pub owners_at: u64,
    pub claims: BTreeMap<ChangeHash, Claim>,
    pub trace: Trace,
    /// This outlet's relay puts quiet jobs together.
    packs: bool,
    seed: u64,
}

/// What happened, as one number and, where somebody reads it, as lines.
#[derive(Default)]
pub struct Trace {
    pub digest: [u8; 32],
    pub lines: Option<Vec<String>>,
}

impl Trace {
    pub fn say(&mut self, line: &str) {
        let mut all = self.digest.to_vec();
        all.extend_from_slice(line.as_bytes());
        self.digest = log::digest(&all);
        if let Some(lines) = &mut self.lines {
            lines.push(line.to_owned());
        }
    }

    /// Bytes count, and are not shown.
    pub fn weigh(&mut self, bytes: &[u8]) {
        let mut all = self.digest.to_vec();
        all.extend_from_slice(bytes);
        self.digest = log::digest(&all);
    }
}

fn rules() -> &'static Arc<RuleBook> {
    static BOOK: OnceLock<Arc<RuleBook>> = OnceLock::new();
    BOOK.get_or_init(|| Arc::new(RuleBook::built_in().unwrap()))
}

/// A device joins the outlet.
fn join(
    relay: &Relay,
    now: &Arc<AtomicI64>,
    chance: Chance,
    name: String,
    (member, role): (MemberId, RoleKind),
) -> Device {
    let enrolment = Enrolment {
        outlet: relay.outlet,
        outlet_name: "柘川县城关网点".to_owned(),
        member,
        device_name: name.clone(),
        relay: "http://127.0.0.1:1".to_owned(),
        relay_key: relay.public_key(),
        token: "token".to_owned(),
    };
    let word = Role { member, name: name.clone(), roles: vec![role], status: Status::Active };
    let mut device = Device::new(name, now, chance, rules(), (&word, enrolment));
    let key = device.actions.shelf.store().public_key();
    device.token = relay.enrol(member, key, &device.name, now.load(Ordering::SeqCst));
    device
}

impl World {
    /// An owner's new device, which has fetched nothing yet.
    pub fn newcomer(&mut self, owner: MemberId) -> usize {
        let chance = Chance::of(self.seed, 5, 0);
        let name = "newcomer".to_owned();
        self.devices.push(join(&self.relay, &self.now, chance, name, (owner, RoleKind::Owner)));
        self.devices.len() - 1
    }

    pub fn begin(plan: &Plan, traced: bool) -> Self {
        let chance = Chance::of(plan.seed, 2, 0);
        let now = Arc::new(AtomicI64::new(MORNING));
        let person = |place: usize| {
            let role = if place < plan.owners { RoleKind::Owner } else { RoleKind::Technician };
            let id: MemberId = ShortId::mint([u8::try_from(place + 1).unwrap_or(0); 5]);
            (id, format!("{}{}", if role == RoleKind::Owner { "owner" } else { "technician" }, place + 1), role)
        };
        let mut people: Vec<_> = (0..plan.owners + plan.technicians).map(person).collect();
        let stranger: MemberId = ShortId::mint([99; 5]);
        people.push((stranger, "stranger".to_owned(), RoleKind::Technician));
        let outlet = OutletId::mint(1, [9; 10]);
        let relay = Relay::found(outlet, Chance::of(plan.seed, 3, 0), &people, MORNING);
        let mut devices = Vec::new();
        for (place, of) in plan.devices.iter().enumerate() {
            let (member, name, role) = people[*of].clone();
            let name = format!("{name}/{}", place + 1);
            let own = Chance::of(plan.seed, 4, place as u64);
            devices.push(join(&relay, &now, own, name, (member, role)));
        }
        let mut stranger = Stranger::new(stranger, &chance);
        stranger.token = relay.enrol(stranger.member, identity(&stranger.key).0, "stranger", MORNING);
        let owners = people.iter().filter(|(_, _, role)| *role == RoleKind::Owner).map(|p| p.0).collect();
        let technicians = people.iter().filter(|(_, _, role)| *role == RoleKind::Technician).map(|p| p.0).collect();
        let trace = Trace { lines: traced.then(Vec::new), ..Trace::default() };
        let (late, overheard, claims) = (Vec::new(), Vec::new(), BTreeMap::new());
        let mut world = Self {
            now,
            relay,
            devices,
            owners,
            technicians,
            late,
            overheard,
            stranger,
            held_back: Vec::new(),
            owners_at: 0,
            claims,
            trace,
            packs: plan.seed.is_multiple_of(4),
            seed: plan.seed,
        };
        // Everybody has heard of everybody, as after a first day.
        for who in 0..world.devices.len() {
            world.exchange(who, &chance, true).expect("a first exchange on a sound line");
        }
        world
    }

    pub fn moment(&self) -> i64 {
        self.now.load(Ordering::SeqCst)
    }

    pub fn pass(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }

    pub fn say(&mut self, who: usize, what: &str) {
        let line = format!("{}: {what}", self.devices[who].name);
        self.trace.say(&line);
    }

    /// Makes one event happen. Whatever must hold at any time is looked at behind it.
    pub fn happen(&mut self, event: Event) -> Held {
        let Event { what, who, n } = event;
        let chance = Chance::from_seed(n);
        self.pass(i64::from(chance.between(20, 2_000)));
        match what {
            What::Deed => self.deed(who, &chance, None)?,
            What::DeedAndEnd => self.deed(who, &chance, Some(chance.between(0, 3)))?,
            What::Exchange => self.exchange(who, &chance, false)?,
            What::Step => self.step(who, &chance, false)?,
            What::End => self.end(who)?,
            What::Late => self.late(&chance),
            What::Pass => {
                self.pass(i64::from(chance.between(1, 240)) * MINUTE);
                self.trace.say("time passes");
                if self.packs {
                    self.relay.pack(self.moment() - 30 * MINUTE);
                }
            }
            What::Clock => self.clock(who, &chance),
            What::Copy => {
                self.devices[who].keep_copy();
                self.say(who, "its folder is copied");
            }
            What::PutBack => self.put_back(who)?,
            What::BackUp => {
                self.relay.back_up();
                self.trace.say("relay: backup");
            }
            What::Restore => self.restore(false),
            What::RestoreSilently => self.restore(true),
            What::Carry => self.carry(who, &chance)?,
            What::Lose => self.lose(who, &chance)?,
            What::Forge => self.forge(who, &chance)?,
        }
        invariants::at_any_time(self, who)?;
        invariants::receipts_are_the_owners(self)
    }

    fn deed(&mut self, who: usize, chance: &Chance, end: Option<u32>) -> Held {
        let device = &self.devices[who];
        if device.gone {
            return Ok(());
        }
        let owner = device.actions.shelf.store().is_owner(device.member).expect("the store answers");
        if let Some(commits) = end {
            device.end_after(commits);
        }
        let done = deeds::do_one(&device.actions, owner, &self.technicians, chance);
        let made = if device.ended() { Vec::new() } else { invariants::made(device) };
        let line = match &done {
            Ok(deed) => {
                let docs: Vec<String> = made.iter().map(|made| made.1.to_string()).collect();
                format!("{deed} {}", docs.join(" "))
            }
            Err(refusal) => format!("refused: {refusal}"),
        };
        self.say(who, &line);
        if self.devices[who].ended() {
            return self.end(who);
        }
        if done.is_err() && !made.is_empty() {
            return broken(format!("{}: what was refused left something behind: {line}", self.devices[who].name));
        }
        for (hash, doc, actor, seq, id) in made {
            self.claims.insert(hash, Claim { device: who, doc, actor, seq });
            self.devices[who].seen = id;
        }
        if end.is_some() { self.end(who) } else { Ok(()) }
    }

    /// The program ended; it starts again.
    pub fn end(&mut self, who: usize) -> Held {
        self.devices[who].start();
        self.say(who, "ends and starts again");
        self.devices[who].seen = invariants::newest(&self.devices[who]);
        invariants::keeps_its_claims(self, who)
    }

    fn late(&mut self, chance: &Chance) {
        if self.late.is_empty() {
            return;
        }
        let Late { device, body } = self.late.remove(chance.draw() as usize % self.late.len());
        let (token, now) = (self.devices[device].token, self.moment());
        let answer = self.relay.serve(&token, &[&body], true, None, now);
        self.say(device, &format!("an old request arrives: {:?}", answer.map(|answer| answer.len())));
    }

    fn clock(&mut self, who: usize, chance: &Chance) {
        let ahead = match chance.between(0, 5) {
            0 => 0,
            1 => -10 * YEAR,
            2 => 50 * YEAR,
            _ => (i64::from(chance.between(0, 240)) - 120) * MINUTE,
        };
        self.devices[who].nature.ahead.store(ahead, Ordering::SeqCst);
        self.say(who, &format!("its clock is {} minutes ahead", ahead / MINUTE));
    }

    fn put_back(&mut self, who: usize) -> Held {
        if !self.devices[who].restore() {
            return Ok(());
        }
        self.say(who, "its old folder is put back");
        self.devices[who].seen = invariants::newest(&self.devices[who]);
        // What was done since the copy is known to those who were told of it, or to nobody.
        let here = invariants::own_hashes(&self.devices[who]);
        let runs = self.relay.runs();
        self.claims.retain(|hash, claim| {
            let run = runs.get(&(claim.doc.clone(), claim.actor));
            claim.device != who || here.contains(hash) || run.is_some_and(|run| run.contains(hash))
        });
        Ok(())
    }

    fn restore(&mut self, silently: bool) {
        if self.relay.restore(silently) {
            self.trace.say(if silently { "relay: old files copied back" } else { "relay: restored" });
        }
    }

    /// What happened so far, to be read.
    pub fn told(&self) -> String {
        let mut out = String::new();
        for line in self.trace.lines.iter().flatten() {
            let _ = writeln!(out, "  {line}");
        }
        out
    }
}
