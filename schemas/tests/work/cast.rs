//! The cast: devices with keys, documents that several of them edit, and a relay's memory of what it holds.

use std::collections::BTreeMap;
use std::convert::Infallible;

use automerge::transaction::{CommitOptions, Transactable};
use automerge::{ActorId, AutoCommit, ObjId, ObjType, ROOT, ScalarValue};
use doorstep_schemas::admission::{self, History, Opened, Refusal, Run, Verdict};
use doorstep_schemas::change::Change;
use doorstep_schemas::ids::{Actor, ChangeHash, DocId, JobId, OutletId, PublicKey};
use doorstep_schemas::segment;
use doorstep_schemas::signature::{BeaconRef, Chain, Claim, Signature, identity};
use doorstep_schemas::wire::Segment;
use ed25519_dalek::SigningKey;
use proptest::prelude::*;

pub fn outlet() -> OutletId {
    OutletId::mint(1_795_000_000_000, [1; 10])
}

pub fn sheet() -> DocId {
    DocId::Sheet(JobId::mint(1_795_000_000_001, [2; 10]))
}

/// One device at one start of the app.
pub struct Device {
    pub key: SigningKey,
    pub public: PublicKey,
    pub actor: Actor,
}

pub fn device(n: u8) -> Device {
    let key = SigningKey::from_bytes(&[n; 32]);
    let (public, id) = identity(&key);
    Device { key, public, actor: Actor::new(id, [n; 8]) }
}

pub fn automerge_actor(actor: Actor) -> ActorId {
    ActorId::from(actor.0)
}

/// What somebody does to a document.
#[derive(Debug, Clone)]
pub enum Act {
    Write(String, Scalar),
    /// A reading, a part: a map with several facts under a fresh name.
    Fact(String, Vec<(String, Scalar)>),
    Delete(String),
    Save {
        message: Option<String>,
        time: i64,
    },
    /// A change without operations, as a merge point.
    Nothing,
    Meet(usize),
}

#[derive(Debug, Clone)]
pub struct Scalar(pub ScalarValue);

pub fn scalar() -> impl Strategy<Value = Scalar> {
    prop_oneof![
        any::<i64>().prop_map(ScalarValue::Int),
        any::<u64>().prop_map(ScalarValue::Uint),
        any::<f64>().prop_map(ScalarValue::F64),
        any::<bool>().prop_map(ScalarValue::Boolean),
        Just(ScalarValue::Null),
        any::<i64>().prop_map(ScalarValue::Timestamp),
        proptest::collection::vec(any::<u8>(), 0..40).prop_map(ScalarValue::Bytes),
        word().prop_map(|text| ScalarValue::Str(text.into())),
    ]
    .prop_map(Scalar)
}

/// Keys and values as technicians type them.
pub fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("接地电阻".to_owned()),
        Just("美的1.5匹挂机".to_owned()),
        Just("svc/7K2M9QXA/test_power".to_owned()),
        "[a-z]{1,6}",
        "\\PC{0,12}",
    ]
}

pub fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (word(), scalar()).prop_map(|(key, value)| Act::Write(key, value)),
        4 => ("[0-9A-HJKMNP-TV-Z]{8}", proptest::collection::vec((word(), scalar()), 1..9))
            .prop_map(|(id, facts)| Act::Fact(id, facts)),
        1 => word().prop_map(Act::Delete),
        6 => (proptest::option::of(word()), -(1i64 << 53)..1 << 53).prop_map(|(message, time)| Act::Save { message, time }),
        1 => Just(Act::Nothing),
        2 => (0usize..3).prop_map(Act::Meet),
    ]
}

/// What each of three devices does, in turn.
pub fn day() -> impl Strategy<Value = Vec<(usize, Act)>> {
    proptest::collection::vec((0usize..3, act()), 1..60)
}

/// One change of a finished history.
#[derive(Debug, Clone)]
pub struct Made {
    pub bytes: Vec<u8>,
    pub hash: ChangeHash,
    pub actor: Actor,
    pub seq: u64,
}

fn key_of(text: &str) -> String {
    // An empty key is no key for Automerge.
    if text.is_empty() { "空".to_owned() } else { text.to_owned() }
}

fn do_one(doc: &mut AutoCommit, act: &Act) {
    let put = |doc: &mut AutoCommit, object: &ObjId, key: &str, value: &Scalar| {
        doc.put(object, key_of(key), value.0.clone()).unwrap();
    };
    match act {
        Act::Write(key, value) => put(doc, &ROOT, key, value),
        Act::Fact(id, facts) => {
            let object = doc.put_object(ROOT, id.as_str(), ObjType::Map).unwrap();
            facts.iter().for_each(|(key, value)| put(doc, &object, key, value));
        }
        Act::Delete(key) => drop(doc.delete(ROOT, key_of(key))),
        Act::Save { message, time } => {
            let mut options = CommitOptions::default().with_time(*time);
            options.message.clone_from(message);
            doc.commit_with(options);
        }
        Act::Nothing => drop(doc.empty_change(CommitOptions::default().with_time(7))),
        Act::Meet(_) => {}
    }
}

/// Plays a day on three devices and returns every change, parents first.
pub fn play(day: &[(usize, Act)]) -> Vec<Made> {
    let mut docs: Vec<AutoCommit> =
        (0..3u8).map(|n| AutoCommit::new().with_actor(automerge_actor(device(n + 1).actor))).collect();
    for (who, act) in day {
        if let Act::Meet(other) = act
            && other != who
        {
            let mut me = std::mem::take(&mut docs[*who]);
            me.merge(&mut docs[*other]).unwrap();
            docs[*who] = me;
        } else {
            do_one(&mut docs[*who], act);
        }
    }
    let (all, others) = docs.split_first_mut().unwrap();
    others.iter_mut().for_each(|other| drop(all.merge(other).unwrap()));
    made(all)
}

pub fn made(doc: &mut AutoCommit) -> Vec<Made> {
    let one = |change: automerge::Change| Made {
        bytes: change.raw_bytes().to_vec(),
        hash: ChangeHash(change.hash().0),
        actor: Actor(change.actor_id().to_bytes().try_into().unwrap()),
        seq: change.seq(),
    };
    doc.get_changes(&[]).into_iter().map(one).collect()
}

/// Each actor's changes, in their order.
pub fn runs(all: &[Made]) -> BTreeMap<Actor, Vec<Made>> {
    let mut runs: BTreeMap<Actor, Vec<Made>> = BTreeMap::new();
    all.iter().for_each(|made| runs.entry(made.actor).or_default().push(made.clone()));
    runs
}

/// A run of `count` small edits by one device.
pub fn edits(who: &Device, count: usize) -> Vec<Made> {
    let mut doc = AutoCommit::new().with_actor(automerge_actor(who.actor));
    for n in 0..count {
        doc.put(ROOT, "读数", n as i64).unwrap();
        doc.commit_with(CommitOptions::default().with_message("record_reading").with_time(1_795_000_000 + n as i64));
    }
    made(&mut doc)
}

pub fn slices(run: &[Made]) -> Vec<&[u8]> {
    run.iter().map(|made| made.bytes.as_slice()).collect()
}

pub fn chain(run: &[Made]) -> Chain {
    run.iter().fold(Chain::default(), |chain, made| chain.then(&made.hash))
}

/// The author's signature over the first `upto` changes of their run.
pub fn sign(who: &Device, run: &[Made], upto: usize, beacon: Option<BeaconRef>) -> Signature {
    let doc = sheet();
    let claim =
        Claim { outlet: outlet(), doc: &doc, actor: who.actor, seq: upto as u64, chain: chain(&run[..upto]), beacon };
    claim.sign(&who.key)
}

/// Changes `from..to` (counted from 0) as a piece whose signature reaches to `signed`.
pub fn piece(who: &Device, run: &[Made], from: usize, to: usize, signed: usize) -> Segment {
    let (codec, body) = segment::encode(&slices(&run[from..to])).unwrap();
    let tail = run[to..signed].iter().flat_map(|made| made.hash.0).collect();
    Segment { actor: who.actor, from_seq: from as u64 + 1, codec, body, signature: sign(who, run, signed, None), tail }
}

/// What a relay remembers of one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Shelf {
    pub runs: BTreeMap<Actor, Run>,
    pub hashes: BTreeMap<(Actor, u64), ChangeHash>,
    pub doc_ops: u64,
    pub bytes: BTreeMap<(Actor, u64), Vec<u8>>,
}

pub struct Seen<'a>(&'a Shelf, Actor);

impl History for Seen<'_> {
    type Error = Infallible;
    fn run(&self) -> Run {
        self.0.runs.get(&self.1).copied().unwrap_or_default()
    }
    fn doc_ops(&self) -> u64 {
        self.0.doc_ops
    }
    fn hash_at(&self, seq: u64) -> Result<Option<ChangeHash>, Infallible> {
        Ok(self.0.hashes.get(&(self.1, seq)).copied())
    }
}

impl Shelf {
    pub fn judge(&self, author: &Device, piece: &Segment) -> Result<Verdict, Refusal<Infallible>> {
        let verdict = admission::admit(outlet(), &sheet(), piece, &author.public, &Seen(self, piece.actor));
        // Whatever was made out beforehand, and by whichever key, the verdict is the same.
        for likely in [&author.public, &device(2).public] {
            let opened = Opened::of(outlet(), &sheet(), piece, likely);
            let seen = Seen(self, piece.actor);
            let other = admission::admit_opened(outlet(), &sheet(), piece, opened, &author.public, &seen);
            assert_eq!(format!("{other:?}"), format!("{verdict:?}"));
        }
        verdict
    }

    /// Judges a piece and keeps what it brings.
    pub fn take(&mut self, author: &Device, piece: &Segment) -> Result<Verdict, Refusal<Infallible>> {
        let verdict = self.judge(author, piece)?;
        if let Verdict::Admit { changes, run, doc_ops } = &verdict {
            for change in changes {
                self.hashes.insert((piece.actor, change.seq), change.hash);
                self.bytes.insert((piece.actor, change.seq), change.bytes.clone());
            }
            self.runs.insert(piece.actor, *run);
            self.doc_ops = *doc_ops;
        }
        Ok(verdict)
    }
}

/// Rewrites a parsed change's parts and gives it the hash that fits.
pub fn forge(bytes: &[u8], alter: impl FnOnce(&mut Change<'_>)) -> Made {
    let mut change = Change::parse(bytes).unwrap();
    alter(&mut change);
    let (bytes, hash) = change.to_bytes();
    let (actor, seq) = (change.actor, change.seq);
    Made { bytes, hash, actor, seq }
}
