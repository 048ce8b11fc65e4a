//! Somebody who belongs to the outlet and does what no program of ours does: changes written by hand, signatures that are
//! none, others' requests sent again.

use doorstep_schemas::birth;
use doorstep_schemas::change::Change;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, JobId, MemberId, OutletId};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{Chain, Claim, identity};
use doorstep_schemas::wire::{
    Access, DownHeader, Grant, Outcome, Piece, Role, RoleKind, Segment, Status, UpHeader, kind,
};
use doorstep_tests::chance::Chance;
use ed25519_dalek::SigningKey;

use crate::world::{Held, World, broken};

/// The device that is none of ours.
pub struct Stranger {
    pub member: MemberId,
    pub key: SigningKey,
    pub device: DeviceId,
    pub token: [u8; 32],
}

impl Stranger {
    pub fn new(member: MemberId, chance: &Chance) -> Self {
        let key = SigningKey::from_bytes(&chance.bytes());
        let device = identity(&key).1;
        Self { member, key, device, token: [0; 32] }
    }
}

/// One author's run in one document, written without Automerge.
struct Pen<'a> {
    outlet: OutletId,
    doc: DocId,
    key: &'a SigningKey,
    actor: Actor,
    next_op: u64,
    hashes: Vec<ChangeHash>,
    changes: Vec<Vec<u8>>,
}

/// One operation: `note` at the root is set to a number.
const ONE: &[u8] = &[0x7f, 1];
/// The same a million times, in as many bytes.
const MILLION: &[u8] = &[0xc0, 0x84, 0x3d, 1];

impl<'a> Pen<'a> {
    fn new(stranger: &'a Stranger, outlet: OutletId, doc: DocId, chance: &Chance) -> Self {
        let (actor, next_op) = (Actor::new(stranger.device, chance.bytes()), birth::ops(doc.kind()) + 1);
        Self { outlet, doc, key: &stranger.key, actor, next_op, hashes: Vec::new(), changes: Vec::new() }
    }

    /// What an honest device would write here.
    fn honest(&mut self, value: u8) -> ChangeHash {
        let (deps, start_op) = (self.hashes.last().copied().into_iter().collect(), self.next_op);
        self.write(value, deps, start_op, ONE)
    }

    fn write(&mut self, value: u8, deps: Vec<ChangeHash>, start_op: u64, actions: &[u8]) -> ChangeHash {
        let value = [value];
        let change = Change {
            hash: ChangeHash([0; 32]),
            deps,
            actor: self.actor,
            seq: self.hashes.len() as u64 + 1,
            start_op,
            time: 0,
            message: b"note",
            other_actors: Vec::new(),
            columns: vec![
                (0x15, &[0x7f, 4, b'n', b'o', b't', b'e']),
                (0x34, &[1]),
                (0x42, actions),
                (0x56, &[0x7f, 0x13]),
                (0x57, &value),
                (0x70, &[0x7f, 0]),
            ],
            extra: &[],
            ops: 1,
        };
        let (bytes, hash) = change.to_bytes();
        self.next_op = start_op.saturating_add(1);
        self.hashes.push(hash);
        self.changes.push(bytes);
        hash
    }

    /// Everything from this change on, under the author's own signature.
    fn piece(&self, from: usize) -> Piece {
        let changes: Vec<&[u8]> = self.changes[from - 1..].iter().map(Vec::as_slice).collect();
        let (codec, body) = segment::plain(changes);
        let chain = self.hashes.iter().fold(Chain::default(), |chain, hash| chain.then(hash));
        let seq = self.hashes.len() as u64;
        let claim = Claim { outlet: self.outlet, doc: &self.doc, actor: self.actor, seq, chain, beacon: None };
        let segment = Segment {
            actor: self.actor,
            from_seq: from as u64,
            codec,
            body,
            signature: claim.sign(self.key),
            tail: Vec::new(),
        };
        Piece { kind: kind::SEGMENT, doc: Some(self.doc.clone()), segment: Some(segment), ..Piece::default() }
    }
}

/// What is tried, and the changes that must be nowhere afterwards.
struct Forgery {
    name: &'static str,
    pieces: Vec<Piece>,
    forbidden: Vec<ChangeHash>,
}

fn forge(world: &World, chance: &Chance, docs: &[(DocId, Actor)]) -> Forgery {
    let (stranger, outlet) = (&world.stranger, world.relay.outlet);
    let own = DocId::Sheet(JobId::mint(chance.draw() >> 20, chance.bytes()));
    let known = docs.get(chance.draw() as usize % docs.len().max(1)).cloned();
    let mut pen = Pen::new(stranger, outlet, own, chance);
    let first = pen.honest(1);
    let all = |name, pen: &Pen<'_>, forbidden| Forgery { name, pieces: vec![pen.piece(1)], forbidden };
    match chance.between(0, 13) {
        0 => {
            let bad = pen.write(2, vec![first], u64::from(u32::MAX) - 1, ONE);
            all("an operation number from the end of the world", &pen, vec![bad])
        }
        1 => {
            let bad = pen.write(2, Vec::new(), pen.next_op, ONE);
            all("a second change that does not follow the first", &pen, vec![bad])
        }
        2 => {
            let bad = pen.write(2, vec![first], pen.next_op, MILLION);
            all("a million operations in a hundred bytes", &pen, vec![bad])
        }
        3 => {
            pen.honest(2);
            let bad = pen.honest(3);
            Forgery { name: "a run with a gap", pieces: vec![pen.piece(3)], forbidden: vec![bad] }
        }
        4 => {
            let mut other = Pen { actor: pen.actor, ..Pen::new(stranger, outlet, pen.doc.clone(), chance) };
            let bad = other.honest(9);
            let pieces = vec![pen.piece(1), other.piece(1)];
            Forgery { name: "two changes for one place", pieces, forbidden: vec![bad] }
        }
        5 => {
            let order = known.and_then(|(doc, _)| doc.job()).map_or(DocId::Roster, DocId::Order);
            let mut pen = Pen::new(stranger, outlet, order, chance);
            let bad = pen.honest(1);
            all("a technician's word on an order", &pen, vec![bad])
        }
        6 => {
            let job = known.and_then(|(doc, _)| doc.job()).unwrap_or(JobId::mint(1, [1; 10]));
            let grant = Grant { job, member: stranger.member, access: Access::Write };
            let pieces = vec![Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() }];
            Forgery { name: "a job that a technician gives out", pieces, forbidden: Vec::new() }
        }
        7 => {
            let role = Role {
                member: stranger.member,
                name: "stranger".to_owned(),
                roles: vec![RoleKind::Owner],
                status: Status::Active,
            };
            let pieces = vec![Piece { kind: kind::ROLE, role: Some(role), ..Piece::default() }];
            Forgery { name: "a role that nobody gave", pieces, forbidden: Vec::new() }
        }
        8 | 9 => {
            // In somebody else's name: a new start of their device, signed by the stranger.
            let victim = &world.devices[chance.draw() as usize % world.devices.len()];
            let doc = known.map_or(pen.doc.clone(), |(doc, _)| doc);
            let mut pen = Pen::new(stranger, outlet, doc, chance);
            pen.actor = Actor::new(victim.id, chance.bytes());
            let bad = pen.honest(1);
            all("work in a colleague's name", &pen, vec![bad])
        }
        10 => {
            // Its own right: where the stranger may write, this enters the log and must harm nobody.
            let doc = known.map_or(pen.doc.clone(), |(doc, _)| doc);
            let mut pen = Pen::new(stranger, outlet, doc, chance);
            pen.write(2, Vec::new(), 1, ONE);
            pen.write(3, vec![pen.hashes[0]], 2, ONE);
            all("operation numbers that the births have used", &pen, Vec::new())
        }
        11 => {
            let doc = known.map_or(pen.doc.clone(), |(doc, _)| doc);
            let mut pen = Pen::new(stranger, outlet, doc, chance);
            let nobody = ChangeHash([7; 32]);
            pen.write(2, vec![nobody], pen.next_op, ONE);
            all("a parent that nobody has", &pen, Vec::new())
        }
        _ => {
            pen.honest(2);
            all("honest work", &pen, Vec::new())
        }
    }
}

/// What an answer says of the request's last piece.
fn last_outcome(answer: &[u8]) -> Option<Outcome> {
    let mut frames = FrameReader::default();
    frames.push(answer);
    let header: DownHeader = frame::read(frames.next_frame().ok()??).ok()?;
    header.results.last().map(|result| result.outcome)
}

impl World {
    /// Sends a change whose parent, another run's, comes only later: until then it is here and part of nothing.
    fn child_first(&mut self, chance: &Chance) {
        let sheet = DocId::Sheet(JobId::mint(chance.draw() >> 20, chance.bytes()));
        let pen = || Pen::new(&self.stranger, self.relay.outlet, sheet.clone(), chance);
        let (mut first, mut parent, mut child) = (pen(), pen(), pen());
        first.honest(1);
        let of = parent.honest(2);
        child.write(3, vec![of], parent.next_op, ONE);
        let body = |pieces: &[Piece]| {
            let mut body = Vec::new();
            frame::put(&mut body, &self.strangers_header());
            pieces.iter().for_each(|piece| frame::put(&mut body, piece));
            body
        };
        let (now, later) = (body(&[first.piece(1), child.piece(1)]), body(&[parent.piece(1)]));
        self.held_back.push(later);
        self.send_as_the_stranger(&now, "a child before its parent");
    }

    /// What was held back comes after all.
    pub fn parents_come(&mut self) {
        for body in std::mem::take(&mut self.held_back) {
            self.send_as_the_stranger(&body, "the parent");
        }
    }

    fn send_as_the_stranger(&mut self, body: &[u8], what: &str) {
        let (token, now) = (self.stranger.token, self.moment());
        let answer = self.relay.serve(&token, &[body], true, None, now);
        self.trace.say(&format!("stranger: {what}: {:?}", answer.map(|answer| answer.len())));
    }

    /// Tries one forgery at the relay, and one at a colleague's device as a bundle would bring it.
    pub fn forge(&mut self, who: usize, chance: &Chance) -> Held {
        if chance.happens(25) {
            return self.replay(chance);
        }
        if chance.happens(15) {
            self.child_first(chance);
            return Ok(());
        }
        let docs: Vec<(DocId, Actor)> = self.relay.runs().keys().cloned().collect();
        let Forgery { name, pieces, forbidden } = forge(self, chance, &docs);
        let mut body = Vec::new();
        frame::put(&mut body, &self.strangers_header());
        pieces.iter().for_each(|piece| frame::put(&mut body, piece));
        let (token, now) = (self.stranger.token, self.moment());
        let answer = self.relay.serve(&token, &[&body], true, None, now);
        let accepted = answer.as_ref().is_ok_and(|answer| last_outcome(answer) == Some(Outcome::Accepted));
        self.trace.say(&format!("stranger: {name}: {:?}", answer.map(|answer| answer.len())));
        let gives = pieces.iter().any(|piece| piece.grant.is_some());
        if accepted && (gives || !forbidden.is_empty()) {
            return broken(format!("the relay says that it takes {name}"));
        }
        let runs = self.relay.runs();
        if forbidden.iter().any(|hash| runs.values().any(|run| run.contains(hash))) {
            return broken(format!("the relay takes {name}"));
        }
        let stranger = self.stranger.member;
        let outlet = self.relay.outlet;
        if self.relay.ask(|shelf| Ok(shelf.member(outlet, stranger)?.expect("known").roles == [RoleKind::Owner])) {
            return broken("the stranger became an owner".to_owned());
        }
        if chance.happens(50) && !self.devices[who].gone {
            let device = &self.devices[who];
            let taken = device.actions.shelf.store().absorb_carried(&pieces, device.now());
            if let Err(error) = taken {
                return broken(format!("{}: can't take what a bundle brings: {error}", device.name));
            }
            self.say(who, &format!("is brought {name}"));
            return self.not_adopted(who, name, &forbidden);
        }
        Ok(())
    }

    /// None of these is part of a document here.
    fn not_adopted(&self, who: usize, name: &str, forbidden: &[ChangeHash]) -> Held {
        let device = &self.devices[who];
        let mut query =
            device.look.prepare_cached("SELECT EXISTS (SELECT 1 FROM change WHERE hash = ?1 AND state = 0)").unwrap();
        // Order and gap are the relay's to judge: a device has no word on who may write, and takes what it is brought.
        let judged = matches!(
            name,
            "an operation number from the end of the world"
                | "a second change that does not follow the first"
                | "a million operations in a hundred bytes"
                | "work in a colleague's name"
        );
        let adopted = forbidden.iter().any(|hash| query.query_row([hash.0], |row| row.get(0)).unwrap());
        if judged && adopted { broken(format!("{}: adopts {name}", device.name)) } else { Ok(()) }
    }

    fn strangers_header(&self) -> UpHeader {
        UpHeader {
            protocol: doorstep_schemas::PROTOCOL,
            cursor: None,
            actor: None,
            held: doorstep_schemas::wire::Held::default(),
            ask: Vec::new(),
            budget: None,
            sample: None,
            addresses: None,
            compares: None,
            packs: None,
            packs_from: None,
            decided: None,
            inbox: None,
            strayed: None,
        }
    }

    /// Sends a request again that somebody else sent once, as it was or with a byte changed.
    fn replay(&mut self, chance: &Chance) -> Held {
        if self.overheard.is_empty() {
            return Ok(());
        }
        let mut body = self.overheard[chance.draw() as usize % self.overheard.len()].clone();
        let altered = chance.happens(60);
        if altered && !body.is_empty() {
            let place = chance.draw() as usize % body.len();
            body[place] ^= 1 << chance.between(0, 8);
        }
        let (token, now) = (self.stranger.token, self.moment());
        let grants = self.grants();
        let answer = self.relay.serve(&token, &[&body], true, None, now);
        let what = if altered { "an altered request of a colleague's" } else { "a colleague's request once more" };
        self.trace.say(&format!("stranger: {what}: {:?}", answer.map(|answer| answer.len())));
        if self.grants() != grants {
            return broken("the relay takes a grant from a technician".to_owned());
        }
        Ok(())
    }

    /// Grants that were given by an entry of the log.
    fn grants(&self) -> usize {
        let outlet = self.relay.outlet;
        self.relay.ask(|shelf| {
            let mut count = 0;
            for member in shelf.members(outlet)? {
                count += shelf.grants_of(outlet, member.id)?.iter().filter(|(_, now)| now.log_seq.is_some()).count();
            }
            Ok(count)
        })
    }
}
