//! The two devices and the log between them, doing what the model said.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use doorstep::actions::undo::UndoError;
use doorstep::documents::sheet;
use doorstep::nature::Nature;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, JobId, ShortId};
use doorstep_schemas::input::{
    AnswerService, Assign, Found, RemovePart, ServiceAnswer, SheetField, ShowCard, Tap, TapNode, Undo, UsePart,
};
use doorstep_schemas::view::{Fen, PhotoStage, ServiceCode};
use doorstep_schemas::wire::{Cursor, Entry, Outcome, PieceResult};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use tempfile::TempDir;

use crate::cast::{self, Log, NOON, OWNER, Phone, RAN, Steady, TIAN, field, leaking_heater, member, picture, reading};
use crate::check;
use crate::deeds::{BEGIN, DESK, Op, job_of, picked, step_of};
use crate::oracle::{Deed, Event, Field, Id, Last, Node, Oracle, Paper};
use crate::post::recut;

/// See the module.
pub struct Shop {
    /// Taken out only while it is put back from a copy.
    pub phones: [Option<Phone>; 2],
    copies: [Option<TempDir>; 2],
    pub log: Log,
    /// Where the model's entries lie in the log.
    entries: Vec<usize>,
    pub jobs: Vec<JobId>,
    appliances: Vec<ShortId>,
    /// The actor of every start that wrote something.
    pub starts: BTreeMap<Actor, usize>,
    /// What the store calls the model's deeds.
    pub hashes: BTreeMap<Id, ChangeHash>,
    pub parts: BTreeMap<Id, ShortId>,
    newcomers: u64,
}

const NAMES: [&str; 2] = [OWNER, RAN];

/// Folders of two devices that have joined and heard of each other, made once and copied for each story.
struct Template {
    folders: [TempDir; 2],
    log: Log,
}

/// A memory disk, where there is one: these stories are about what is written, not about whether it lasts.
fn scratch() -> TempDir {
    let shm = Path::new("/dev/shm");
    if shm.is_dir() { TempDir::new_in(shm).unwrap() } else { TempDir::new().unwrap() }
}

fn template() -> &'static Template {
    static MADE: OnceLock<Template> = OnceLock::new();
    MADE.get_or_init(|| {
        let mut shop = cast::Shop::open();
        let mut phones = NAMES.map(|name| shop.device(name));
        shop.log.exchange(&mut phones[DESK]);
        let folders = phones.map(|phone| {
            let Phone { folder, actions, .. } = phone;
            drop(actions);
            folder
        });
        Template { folders, log: shop.log }
    })
}

/// A copy of a data folder.
fn copy(of: &Path) -> TempDir {
    fn into(from: &Path, to: &Path) {
        for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
            let name: PathBuf = to.join(entry.file_name());
            if entry.path().is_dir() {
                fs::create_dir(&name).unwrap();
                into(&entry.path(), &name);
            } else if entry.file_name() == "ballast" {
                // Its bytes mean nothing, and would be most of what a story writes.
                fs::File::create(name).unwrap().set_len(entry.metadata().unwrap().len()).unwrap();
            } else {
                fs::copy(entry.path(), name).unwrap();
            }
        }
    }
    let folder = scratch();
    into(of, folder.path());
    folder
}

impl StateMachineTest for Shop {
    type SystemUnderTest = Self;
    type Reference = Oracle;

    fn init_test(oracle: &Oracle) -> Self {
        let made = template();
        let mut shop = Self {
            phones: [None, None],
            copies: [None, None],
            log: made.log.clone(),
            entries: Vec::new(),
            jobs: Vec::new(),
            appliances: Vec::new(),
            starts: BTreeMap::new(),
            hashes: BTreeMap::new(),
            parts: BTreeMap::new(),
            newcomers: 0,
        };
        for (who, name) in NAMES.iter().enumerate() {
            let phone = Phone::in_folder(copy(made.folders[who].path()), name, Steady::new(5_000 + who as u64));
            shop.opened(who, phone, who);
        }
        let mut told = Oracle::default();
        for op in BEGIN.iter().filter(|_| oracle.begun) {
            told = <Oracle as ReferenceStateMachine>::apply(told, op);
            shop = Self::apply(shop, &told, op.clone());
        }
        shop
    }

    fn apply(mut shop: Self, oracle: &Oracle, op: Op) -> Self {
        if oracle.last != Last::Skipped {
            for phone in shop.phones.iter().flatten() {
                phone.nature.pass(1_000);
            }
            shop.perform(oracle, &op);
            if let Some(who) = op.who() {
                check::device(&shop, oracle, who);
            }
        }
        shop
    }

    fn teardown(shop: Self, oracle: Oracle) {
        for who in 0..NAMES.len() {
            check::device(&shop, &oracle, who);
            shop.phone(who).is_as_made_anew();
            check::device(&shop, &oracle, who);
        }
    }
}

impl Shop {
    fn opened(&mut self, who: usize, phone: Phone, start: usize) {
        let before = self.starts.insert(phone.store().actor(), start);
        assert_eq!(before, None, "an actor came twice");
        self.phones[who] = Some(phone);
    }

    pub fn phone(&self, who: usize) -> &Phone {
        self.phones[who].as_ref().expect("each place has its phone between two operations")
    }

    pub fn doc(&self, job: usize, paper: Paper) -> DocId {
        match paper {
            Paper::Order => DocId::Order(self.jobs[job]),
            Paper::Sheet => DocId::Sheet(self.jobs[job]),
        }
    }

    fn perform(&mut self, oracle: &Oracle, op: &Op) {
        match *op {
            Op::Send { who, most, answered } => self.send(oracle, who, most, answered),
            Op::Fetch { who } => {
                let log = &self.log;
                let phone = self.phones[who].as_mut().expect("each place has its phone");
                log.deliver(phone);
            }
            Op::Hear { who, ref picks } => {
                let picked = picked(oracle, picks);
                // As a relay gives nothing of a job before the word that gives the job.
                let grants = self.log.entries.iter().filter(|entry| entry.piece.grant.is_some());
                let pieces = picked.iter().map(|entry| &self.log.entries[self.entries[*entry]]);
                let entries: Vec<Entry> = grants.chain(pieces).cloned().collect();
                self.phone(who).store().absorb(&entries, None, NOON).unwrap();
            }
            Op::Reopen { who } => {
                let phone = self.phones[who].take().expect("each place has its phone").restart();
                self.opened(who, phone, oracle.devices[who].run);
            }
            Op::Copy { who } => self.copies[who] = Some(copy(self.phone(who).folder.path())),
            Op::Restore { who } => {
                let copied = copy(self.copies[who].as_ref().expect("the model has a copy").path());
                let Phone { nature, .. } = self.phones[who].take().expect("each place has its phone");
                self.opened(who, Phone::in_folder(copied, NAMES[who], nature), oracle.devices[who].run);
            }
            Op::Forget { who } => self.phone(who).store().forget_confirmations().unwrap(),
            Op::Newcomer { turn } => self.newcomer(oracle, turn),
            Op::Rest { who } => {
                let (mut store, now) = (self.phone(who).store(), self.phone(who).nature.now_ms());
                store.pack_some(now, 10).unwrap();
                store.catch_up_search(1).unwrap();
                store.sum_up(1).unwrap();
            }
            Op::Rebuild { who } => self.phone(who).is_as_made_anew(),
            Op::Find { who, value } => check::found(self, oracle, who, value),
            Op::Rewrite { who, .. } => self.rewrite(oracle, who),
            _ => self.deed(oracle, op),
        }
    }

    fn deed(&mut self, oracle: &Oracle, op: &Op) {
        let who = op.who().expect("a deed is done on a device");
        let before = self.phone(who).store().counts().unwrap().on_device;
        let done = self.act(oracle, op);
        let made = self.phone(who).store().counts().unwrap().on_device - before;
        match oracle.last {
            Last::Did(id) => {
                let Event { job, paper, .. } = oracle.events[id];
                assert!(done && made == 1, "{op:?}: {done}, {made} changes");
                let heads = self.phone(who).store().heads(&self.doc(job, paper)).unwrap();
                assert_eq!(heads.len(), 1, "whoever writes knows everything that is here");
                self.hashes.insert(id, heads[0]);
            }
            Last::Nothing => assert!(done && made == 0, "{op:?}: {done}, {made} changes"),
            _ => assert!(!done && made == 0, "{op:?} was not refused, {made} changes"),
        }
    }

    fn rewrite(&mut self, oracle: &Oracle, who: usize) {
        let Last::DidMany(first) = oracle.last else { return };
        for (id, event) in oracle.events.iter().enumerate().skip(first) {
            let Deed::Write(of, Some(value)) = event.deed else { continue };
            let (job, appliance) = (self.jobs[event.job], self.appliances[event.job]);
            // Without the screen that an action draws.
            let (mut store, doc, text) = (self.phone(who).store(), DocId::Sheet(job), value_text(value));
            let write = |paper: &mut _| sheet::set_field(paper, appliance, sheet_field(of).word(), &text);
            store.act(&doc, "write_field", NOON, write, |_| Ok(())).unwrap();
            let heads = store.heads(&doc).unwrap();
            drop(store);
            self.hashes.insert(id, heads[0]);
        }
    }

    /// One action; whether the core said yes.
    fn act(&mut self, oracle: &Oracle, op: &Op) -> bool {
        let place = |who: usize, job: u8| {
            let job = job_of(oracle, who, job).expect("else the model passes it over");
            (&self.phone(who).actions, self.jobs[job], self.appliances[job])
        };
        match *op {
            Op::Take => {
                let view = self.phone(DESK).actions.take_order(&leaking_heater(&[member(OWNER), member(RAN)])).unwrap();
                self.jobs.push(view.card.job);
                self.appliances.push(view.appliances[0].id);
                true
            }
            Op::Assign { job, helped } => {
                let (actions, job, _) = place(DESK, job);
                let names = [OWNER, RAN].into_iter().chain(helped.then_some(TIAN));
                actions.assign(&Assign { job, members: names.map(member).collect() }).is_ok()
            }
            Op::Tap { who, job, node } => {
                let (actions, job, _) = place(who, job);
                match node {
                    Node::Departed => actions.tap_node(&TapNode { job, tap: Tap::Depart }).is_ok(),
                    Node::Arrived => actions.tap_node(&TapNode { job, tap: Tap::Arrive }).is_ok(),
                    Node::CardShown => actions.show_card(&ShowCard { job, shown_ms: 3_000 }).is_ok(),
                }
            }
            Op::Write { who, job, field: of, value } => {
                let (actions, job, appliance) = place(who, job);
                actions.write_field(&field(job, appliance, sheet_field(of), &value_text(value))).is_ok()
            }
            Op::Measure { who, job, reason } => {
                let (actions, job, appliance) = place(who, job);
                let found = Found::NotMeasured { reason: value_text(reason) };
                actions.record_reading(&reading(job, appliance, "socket_polarity", found)).is_ok()
            }
            Op::Serve { who, job } => {
                let (actions, job, appliance) = place(who, job);
                let (service, answer) = (ServiceCode::Explain, ServiceAnswer::Done);
                actions.answer_service(&AnswerService { job, appliance, service, answer }).is_ok()
            }
            Op::Use { who, job } => {
                let (actions, job, appliance) = place(who, job);
                let known: Vec<ShortId> = self.parts.values().copied().collect();
                let (code, name) = (String::new(), "密封圈".to_owned());
                let part = UsePart { job, appliance, code, name, quantity: 1, guide_fen: Fen(500) };
                let view = actions.use_part(&part).unwrap();
                let new = view.parts.iter().find(|part| !known.contains(&part.id)).unwrap().id;
                let Last::Did(id) = oracle.last else { return false };
                self.parts.insert(id, new);
                true
            }
            Op::Remove { who, job, .. } => {
                let (actions, job, _) = place(who, job);
                let Last::Did(id) = oracle.last else { return false };
                let Deed::Remove(part) = oracle.events[id].deed else { return false };
                actions.remove_part(&RemovePart { job, part: self.parts[&part] }).is_ok()
            }
            Op::Picture { who, job } => {
                let (actions, job, appliance) = place(who, job);
                let shade = u8::try_from(oracle.events.len() % 256).unwrap_or(0);
                actions.add_photo(job, appliance, PhotoStage::During, &picture(shade)).is_ok()
            }
            Op::Undo { who, job, nth } => {
                let step = match oracle.last {
                    // The model has the undo's own deed already.
                    Last::Did(id) => self.undone(oracle, who, job, nth, Some(id)),
                    _ => self.undone(oracle, who, job, nth, None),
                };
                let (actions, job, _) = place(who, job);
                match actions.undo(&Undo { job, action: self.hashes[&step].to_string() }) {
                    Ok(_) => true,
                    Err(UndoError::Overtaken { .. }) => false,
                    Err(other) => panic!("{other:?}"),
                }
            }
            _ => unreachable!("work that travels is no deed"),
        }
    }

    /// The write that is undone, as the device knew it before.
    fn undone(&self, oracle: &Oracle, who: usize, job: u8, nth: u8, after: Option<Id>) -> Id {
        let mut before = oracle.clone();
        if let Some(id) = after {
            before.devices[who].known.remove(&id);
        }
        let job = job_of(&before, who, job).expect("else the model passes it over");
        step_of(&before, who, job, nth).expect("else the model passes it over")
    }

    fn send(&mut self, oracle: &Oracle, who: usize, most: usize, answered: bool) {
        let said = self.phone(who).store().outgoing(usize::MAX).unwrap().pieces;
        let place = |doc: &DocId, actor: Actor| {
            let job = self.jobs.iter().position(|job| Some(*job) == doc.job()).expect("a job of this story");
            let paper = if matches!(doc, DocId::Order(_)) { Paper::Order } else { Paper::Sheet };
            (job, paper, self.starts[&actor])
        };
        let pieces = recut(said, most, place);
        let mut results: Vec<PieceResult> = Vec::new();
        for out in &pieces {
            let before = self.log.entries.len();
            let result = self.log.take(&out.piece);
            assert!(matches!(result.outcome, Outcome::Accepted | Outcome::Known), "{result:?}");
            if out.piece.segment.is_some() && self.log.entries.len() > before {
                self.entries.push(before);
            }
            results.push(result);
        }
        assert_eq!(self.entries.len(), oracle.log.len(), "the model cut other pieces");
        if answered {
            let header = self.log.header(results);
            let phone = self.phone(who);
            let mut store = phone.store();
            store.note_answer(&header, NOON).unwrap();
            store.settle(&pieces, &header, NOON).unwrap();
        }
    }

    /// In whatever order the log comes, a new device has in the end what the model's log says.
    fn newcomer(&mut self, oracle: &Oracle, turn: u8) {
        self.newcomers += 1;
        let phone = Phone::in_folder(copy(template().folders[DESK].path()), OWNER, Steady::new(9_000 + self.newcomers));
        let mut entries = self.log.entries.clone();
        let by = usize::from(turn) % entries.len();
        entries.rotate_left(by);
        if turn % 2 == 1 {
            entries.reverse();
        }
        let half = entries.len() / 2;
        let cursor = Cursor { part: 0, ..self.log.cursor() };
        phone.store().absorb(&entries[..half], None, NOON).unwrap();
        phone.store().absorb(&entries[half..], Some(&cursor), NOON).unwrap();
        let mut expected = Oracle { devices: Default::default(), ..oracle.clone() };
        expected.absorb(DESK, &(0..oracle.log.len()).collect::<Vec<_>>());
        for job in expected.visible(DESK) {
            for paper in [Paper::Order, Paper::Sheet] {
                check::heads(self, &expected, &phone, DESK, job, paper);
            }
        }
    }
}

pub fn sheet_field(field: Field) -> SheetField {
    match field {
        Field::Fault => SheetField::Fault,
        Field::Cause => SheetField::Cause,
        Field::Serial => SheetField::Serial,
    }
}

pub fn value_text(value: u8) -> String {
    format!("写法{value}")
}
