//! The model: every deed with what its author knew, and for each device which deeds it has. What a screen must show
//! follows from that by a few lines of plain code.

use std::collections::BTreeSet;

/// A deed's number.
pub type Id = usize;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Paper {
    Order,
    Sheet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Node {
    Departed,
    Arrived,
    CardShown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Field {
    Fault,
    Cause,
    Serial,
}

/// What one change says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    Take,
    /// 田勇 has the job too, or no longer.
    Assign(bool),
    Tap(Node),
    /// `None`: the field is as it was before anybody wrote it.
    Write(Field, Option<u8>),
    Measure(u8),
    Serve,
    Use,
    Remove(Id),
    Picture,
}

#[derive(Debug, Clone)]
pub struct Event {
    pub job: usize,
    pub paper: Paper,
    pub who: usize,
    /// The start of the app in which it was done, and its number in that start's run of the paper, from 1.
    pub run: usize,
    pub seq: usize,
    /// All that its author knew of the paper.
    pub knew: BTreeSet<Id>,
    pub deed: Deed,
}

/// A stretch of one run, as one entry of the log.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Piece {
    pub job: usize,
    pub paper: Paper,
    pub run: usize,
    pub events: Vec<Id>,
}

#[derive(Debug, Clone, Default)]
pub struct Device {
    /// Part of a paper here.
    pub known: BTreeSet<Id>,
    /// Here, but some of it waits for what its author knew.
    pub received: BTreeSet<Id>,
    /// Entries that follow on what is not here.
    pub held: Vec<usize>,
    pub unsent: BTreeSet<Id>,
    pub run: usize,
    pub cursor: usize,
    pub copy: Option<Box<Device>>,
}

/// What came of the last operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Last {
    /// There was nothing to do it with, or the model can't tell what comes of it: it is not done.
    #[default]
    Skipped,
    /// The core must say no.
    Refused,
    /// The core must say yes, and nothing changes.
    Nothing,
    Did(Id),
    /// This one and all after it.
    DidMany(Id),
    /// No deed: work travels, an app starts.
    Done,
}

#[derive(Debug, Clone)]
pub struct Oracle {
    pub events: Vec<Event>,
    pub jobs: usize,
    pub devices: [Device; 2],
    pub log: Vec<Piece>,
    pub starts: usize,
    pub last: Last,
    /// The story begins with a job that both devices have.
    pub begun: bool,
}

impl Default for Oracle {
    fn default() -> Self {
        let device = |run| Device { run, ..Device::default() };
        Self {
            events: Vec::new(),
            jobs: 0,
            devices: [device(0), device(1)],
            log: Vec::new(),
            starts: 2,
            last: Last::Skipped,
            begun: false,
        }
    }
}

impl Oracle {
    /// What a device knows of a paper.
    pub fn known(&self, who: usize, job: usize, paper: Paper) -> impl Iterator<Item = (Id, &Event)> {
        let known = self.devices[who].known.iter().map(|id| (*id, &self.events[*id]));
        known.filter(move |(_, event)| (event.job, event.paper) == (job, paper))
    }

    /// Jobs that a device shows: those whose order is here.
    pub fn visible(&self, who: usize) -> Vec<usize> {
        let mut jobs: Vec<usize> = self.devices[who]
            .known
            .iter()
            .map(|id| &self.events[*id])
            .filter(|event| event.deed == Deed::Take)
            .map(|event| event.job)
            .collect();
        jobs.sort_unstable();
        jobs
    }

    pub fn reached(&self, who: usize, job: usize, node: Node) -> bool {
        self.known(who, job, Paper::Sheet).any(|(_, event)| event.deed == Deed::Tap(node))
    }

    /// Parts that were used and not taken back.
    pub fn parts(&self, who: usize, job: usize) -> Vec<Id> {
        let used = self.known(who, job, Paper::Sheet).filter(|(_, event)| event.deed == Deed::Use).map(|(id, _)| id);
        used.filter(|id| !self.known(who, job, Paper::Sheet).any(|(_, e)| e.deed == Deed::Remove(*id))).collect()
    }

    /// Of these writes of one place, those that no other of them knew: what stands there.
    fn standing<V: Copy + Ord>(writes: &[(Id, &Event, V)]) -> BTreeSet<V> {
        let beaten = |id: Id| writes.iter().any(|(_, other, _)| other.knew.contains(&id));
        writes.iter().filter(|(id, ..)| !beaten(*id)).map(|(.., value)| *value).collect()
    }

    fn writes(&self, who: usize, job: usize, field: Field) -> Vec<(Id, &Event, Option<u8>)> {
        let all = self.known(who, job, Paper::Sheet);
        all.filter_map(|(id, event)| match event.deed {
            Deed::Write(of, value) if of == field => Some((id, event, value)),
            _ => None,
        })
        .collect()
    }

    /// Every value that a field has.
    pub fn values(&self, who: usize, job: usize, field: Field) -> BTreeSet<u8> {
        Self::standing(&self.writes(who, job, field)).into_iter().flatten().collect()
    }

    /// Whether 田勇 has the job; both where two desks differ.
    pub fn helped(&self, who: usize, job: usize) -> BTreeSet<bool> {
        let all = self.known(who, job, Paper::Order).filter_map(|(id, event)| match event.deed {
            Deed::Assign(helped) => Some((id, event, helped)),
            _ => None,
        });
        let standing = Self::standing(&all.collect::<Vec<_>>());
        if standing.is_empty() { [false].into() } else { standing }
    }

    /// Deeds of a paper here that no other one here knew.
    pub fn heads(&self, who: usize, job: usize, paper: Paper) -> Vec<Id> {
        let mut heads: Vec<Id> = Vec::new();
        // A later deed is not known by an earlier one, so that going backwards only heads are to be asked.
        for (id, _) in self.known(who, job, paper).collect::<Vec<_>>().into_iter().rev() {
            if !heads.iter().any(|head| self.events[*head].knew.contains(&id)) {
                heads.push(id);
            }
        }
        heads
    }

    /// One's own changes that are here, sent or not.
    pub fn own(&self, who: usize) -> usize {
        self.devices[who].received.iter().filter(|id| self.events[**id].who == who).count()
    }

    /// A deed is done.
    pub fn act(&mut self, who: usize, job: usize, paper: Paper, deed: Deed) {
        let run = self.devices[who].run;
        let before = self.events.iter().filter(|e| (e.job, e.paper, e.run) == (job, paper, run)).count();
        let knew = self.known(who, job, paper).map(|(id, _)| id).collect();
        let id = self.events.len();
        self.events.push(Event { job, paper, who, run, seq: before + 1, knew, deed });
        let device = &mut self.devices[who];
        for set in [&mut device.known, &mut device.received, &mut device.unsent] {
            set.insert(id);
        }
        self.last = Last::Did(id);
    }

    /// What an undo of a write puts back: `Err(true)` where it must be refused, `Err(false)` where several values stood
    /// there and only the store knows which was shown.
    pub fn before(&self, who: usize, step: Id) -> Result<Option<u8>, bool> {
        let Event { job, knew, deed: Deed::Write(field, _), .. } = &self.events[step] else { return Err(false) };
        let writes = self.writes(who, *job, *field);
        if writes.iter().any(|(id, ..)| *id != step && !knew.contains(id)) {
            return Err(true);
        }
        let earlier: Vec<_> = writes.into_iter().filter(|(id, ..)| knew.contains(id)).collect();
        let values: BTreeSet<u8> = Self::standing(&earlier).into_iter().flatten().collect();
        if values.len() > 1 { Err(false) } else { Ok(values.first().copied()) }
    }

    /// Cuts everything unsent into pieces of so many changes; those that bring the log something new become entries.
    pub fn send(&mut self, who: usize, most: usize, answered: bool) {
        for piece in self.outgoing(who, most) {
            let logged: BTreeSet<Id> = self.log.iter().flat_map(|piece| piece.events.iter().copied()).collect();
            if answered {
                self.devices[who].unsent.retain(|id| !piece.events.contains(id));
            }
            if piece.events.iter().any(|id| !logged.contains(id)) {
                self.log.push(piece);
            }
        }
    }

    /// A run goes from its first unsent change to its end, runs in the order of their names.
    pub fn outgoing(&self, who: usize, most: usize) -> Vec<Piece> {
        let device = &self.devices[who];
        let name = |id: &Id| (self.events[*id].job, self.events[*id].paper, self.events[*id].run);
        let runs: BTreeSet<_> = device.unsent.iter().map(name).collect();
        let mut out = Vec::new();
        for run in runs {
            let first = device.unsent.iter().filter(|id| name(id) == run).map(|id| self.events[*id].seq).min();
            let mut all: Vec<Id> = device.received.iter().copied().filter(|id| name(id) == run).collect();
            all.retain(|id| Some(self.events[*id].seq) >= first);
            all.sort_by_key(|id| self.events[*id].seq);
            let (job, paper, run) = run;
            out.extend(all.chunks(most).map(|events| Piece { job, paper, run, events: events.to_vec() }));
        }
        out
    }

    /// Entries come in, in this order.
    pub fn absorb(&mut self, who: usize, entries: &[usize]) {
        for entry in entries {
            if !self.take(who, *entry) && !self.devices[who].held.contains(entry) {
                self.devices[who].held.push(*entry);
            }
        }
        self.adopt(who);
        loop {
            let held = std::mem::take(&mut self.devices[who].held);
            let left: Vec<usize> = held.iter().copied().filter(|entry| !self.take(who, *entry)).collect();
            let moved = left.len() < held.len();
            self.devices[who].held = left;
            self.adopt(who);
            if !moved {
                return;
            }
        }
    }

    /// Whether an entry follows on what is here. Its news are here then, and the log has what it repeats.
    fn take(&mut self, who: usize, entry: usize) -> bool {
        let piece = &self.log[entry];
        let (device, events) = (&mut self.devices[who], &self.events);
        let run =
            |id: &&Id| (events[**id].job, events[**id].paper, events[**id].run) == (piece.job, piece.paper, piece.run);
        let last = device.received.iter().filter(run).map(|id| events[*id].seq).max().unwrap_or(0);
        if events[piece.events[0]].seq > last + 1 {
            return false;
        }
        device.received.extend(&piece.events);
        device.unsent.retain(|id| !piece.events.contains(id));
        true
    }

    /// What is here is part of its paper as soon as all that its author knew is.
    fn adopt(&mut self, who: usize) {
        let device = &mut self.devices[who];
        loop {
            let ready: Vec<Id> = device.received.difference(&device.known).copied().collect();
            let ready: Vec<Id> =
                ready.into_iter().filter(|id| self.events[*id].knew.is_subset(&device.known)).collect();
            if ready.is_empty() {
                return;
            }
            device.known.extend(ready);
        }
    }
}
