//! Comparing what two places hold by digests, so that the bytes follow the difference and not what is held.
//!
//! What is compared is a *subject*: a job (its order, its sheet and its grants, under the order's name) or a document that
//! belongs to no job. A subject's digest is the XOR of the digests of its runs and grants, so that it is kept up with
//! each of them alone. Subjects lie in a tree by the SHA-256 of their names: a node's digest is the XOR of those in it.
//!
//! Digests of 64 bits stand against accidents, not against malice: whoever writes many runs can choose them so that some
//! of them cancel out. What that hides is the loss of those very runs, the writer's own; nothing is believed by a digest
//! alone that a signature has to vouch for.

use std::ops::RangeInclusive;

use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};

use crate::ids::{Actor, ChangeHash, DocId, JobId};
use crate::signature::Beacon;
use crate::wire::{Access, Device, Grant, Role, Status};

/// The newest form of comparing: what digests are made of, and how they are asked for.
pub const FORM: u8 = 1;

/// Nodes of one request.
pub const MOST_NODES: usize = 256;
/// Subjects of one request.
pub const MOST_SUBJECTS: usize = 128;
/// Runs that one request wants.
pub const MOST_WANTED: usize = 256;
/// Largest request, in bytes.
pub const MAX_COMPARE: usize = 64 * 1024;
/// A node with so many subjects, or fewer, is told subject by subject.
pub const LEAF: usize = 16;
/// Subjects that are told of a node which has no nodes below it.
const MOST_OF_NODE: usize = 4_096;
/// Bits of a subject's place.
const BITS: u32 = 63;
/// Nodes below this many hexadecimal digits are not divided further.
const DEEPEST: u32 = 6;

/// What a document is compared under.
pub fn subject(doc: &DocId) -> DocId {
    doc.job().map_or_else(|| doc.clone(), DocId::Order)
}

/// Where a subject stands in the tree: the first 63 bits of the SHA-256 of its name.
pub fn place(subject: &DocId) -> u64 {
    first(&Sha256::digest(subject.to_bytes())) >> 1
}

fn first(digest: &[u8]) -> u64 {
    digest.first_chunk::<8>().map_or(0, |head| u64::from_be_bytes(*head))
}

fn digest(domain: &str, parts: &[&[u8]]) -> u64 {
    let mut sha = Sha256::new().chain_update(domain).chain_update([0]);
    for part in parts {
        sha.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        sha.update(part);
    }
    first(&sha.finalize())
}

/// A run that ends with this change: its hash speaks for all before it.
pub fn of_run(doc: &DocId, actor: Actor, seq: u64, hash: &ChangeHash) -> u64 {
    digest("doorstep run", &[&doc.to_bytes(), &actor.0, &seq.to_be_bytes(), &hash.0])
}

pub fn of_grant(grant: &Grant) -> u64 {
    digest("doorstep grant", &[&grant.job.to_bytes(), grant.member.as_str().as_bytes(), &[grant.access as u8]])
}

/// A member, as far as every reader of the log keeps it.
pub fn of_role(role: &Role) -> u64 {
    let roles = role.roles.iter().fold(0u8, |bits, role| bits | 1 << *role as u8);
    let word = [roles, u8::from(role.status == Status::Active)];
    digest("doorstep member", &[role.member.as_str().as_bytes(), role.name.as_bytes(), &word])
}

/// A device, as far as every reader of the log keeps it.
pub fn of_device(device: &Device) -> u64 {
    let word = [u8::from(device.status == Status::Active)];
    let parts: [&[u8]; 5] =
        [&device.device.0, device.member.as_str().as_bytes(), &device.key.0, device.name.as_bytes(), &word];
    digest("doorstep device", &parts)
}

/// A node of the tree: 1 is the root, and `16 n + d` the part of node `n` with the hexadecimal digit `d`. Below the root
/// nodes have two digits or more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Node(#[n(0)] pub u32);

impl Node {
    pub const ROOT: Self = Self(1);

    /// Digits of its name; `None` for a number that names no node.
    fn depth(self) -> Option<u32> {
        let bits = self.0.checked_ilog2()?;
        let digits = bits / 4;
        (bits.is_multiple_of(4) && digits != 1 && digits <= DEEPEST).then_some(digits)
    }

    /// Places of the subjects in it; `None` for a number that names no node.
    pub fn span(self) -> Option<RangeInclusive<u64>> {
        let depth = self.depth()?;
        let width = BITS - 4 * depth;
        let value = u64::from(self.0) - (1 << (4 * depth));
        Some(value << width..=((value + 1) << width) - 1)
    }

    /// Digits that one answer goes down: two from the root, else one; `None` where nothing is below.
    fn step(self) -> Option<u32> {
        let step = if self == Self::ROOT { 2 } else { 1 };
        self.depth().filter(|depth| depth + step <= DEEPEST).map(|_| step)
    }

    /// Nodes that an answer on this one speaks of, in order.
    pub fn parts(self) -> impl Iterator<Item = Self> {
        let digits = self.step().map_or(0, |step| 4 * step);
        let first = self.0 << digits;
        (first..first + (1 << digits)).map(Self).filter(move |_| digits > 0)
    }

    /// The digests of its parts, from subjects in it by their places.
    pub fn digests(self, subjects: impl Iterator<Item = (u64, u64)>) -> Vec<u64> {
        let (Some(depth), Some(step)) = (self.depth(), self.step()) else { return Vec::new() };
        let shift = BITS - 4 * (depth + step);
        let mut out = vec![0; 1 << (4 * step)];
        for (place, digest) in subjects {
            let part = (place >> shift) % (1 << (4 * step));
            if let Some(sum) = usize::try_from(part).ok().and_then(|part| out.get_mut(part)) {
                *sum ^= digest;
            }
        }
        out
    }
}

/// A subject and the digest of what is held of it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Tally {
    #[n(0)]
    pub subject: DocId,
    #[n(1)]
    pub digest: u64,
}

/// What is held in a node.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct NodeHeld {
    #[n(0)]
    pub node: Node,
    /// Digests of its parts, 8 bytes each; empty where its subjects are told one by one.
    #[cbor(n(1), with = "minicbor::bytes")]
    #[cbor(default)]
    pub parts: Vec<u8>,
    #[n(2)]
    #[cbor(default)]
    pub subjects: Vec<Tally>,
}

impl NodeHeld {
    /// The answer on a node, from the subjects that lie in it; those whose runs have all gone count as absent.
    pub fn of(node: Node, mut subjects: Vec<Tally>) -> Self {
        subjects.retain(|tally| tally.digest != 0);
        if subjects.len() > LEAF && node.step().is_some() {
            let placed = subjects.iter().map(|tally| (place(&tally.subject), tally.digest));
            let parts = node.digests(placed).into_iter().flat_map(u64::to_be_bytes).collect();
            return Self { node, parts, subjects: Vec::new() };
        }
        subjects.truncate(MOST_OF_NODE);
        Self { node, parts: Vec::new(), subjects }
    }

    /// Its parts with their digests; none where subjects are told.
    pub fn parts(&self) -> impl Iterator<Item = (Node, u64)> + '_ {
        self.node.parts().zip(self.parts.as_chunks::<8>().0.iter().map(|bytes| u64::from_be_bytes(*bytes)))
    }

    /// Whether it tells its subjects one by one.
    pub fn is_leaf(&self) -> bool {
        self.parts.is_empty()
    }
}

/// How far a run is held.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RunEnd {
    #[n(0)]
    pub actor: Actor,
    #[n(1)]
    pub seq: u64,
    /// First 16 bytes of the hash of the change at `seq`.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub hash: [u8; 16],
    /// The log entry that brought it.
    #[n(3)]
    #[cbor(default)]
    pub log_seq: u64,
}

/// The part of a change's hash that a [`RunEnd`] names.
pub fn head_of(hash: &ChangeHash) -> [u8; 16] {
    hash.0.first_chunk().copied().unwrap_or_default()
}

/// All runs of a document.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct DocumentHeld {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub runs: Vec<RunEnd>,
}

/// Changes of a run that are wanted: those behind `after`.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct RunWanted {
    #[n(0)]
    pub doc: DocId,
    #[n(1)]
    pub actor: Actor,
    #[n(2)]
    #[cbor(default)]
    pub after: u64,
}

/// A question of `POST /v1/compare`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct CompareUp {
    #[n(0)]
    pub protocol: u32,
    #[n(1)]
    #[cbor(default)]
    pub nodes: Vec<Node>,
    #[n(2)]
    #[cbor(default)]
    pub subjects: Vec<DocId>,
    /// Members and devices are asked for.
    #[n(3)]
    #[cbor(default)]
    pub team: bool,
    #[n(4)]
    #[cbor(default)]
    pub wanted: Vec<RunWanted>,
    /// Most bytes of entries wanted back.
    #[n(5)]
    pub budget: Option<u64>,
    /// As in [`crate::wire::UpHeader`].
    #[n(6)]
    pub sample: Option<u8>,
}

/// The answer; entries of wanted runs follow it as frames, each at its own place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct CompareDown {
    #[n(0)]
    pub protocol: u32,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub epoch: [u8; 8],
    /// The log's end at the moment that this answer speaks of.
    #[n(2)]
    pub beacon: Beacon,
    #[n(3)]
    #[cbor(default)]
    pub nodes: Vec<NodeHeld>,
    /// Of members and devices together; with an answer on the root.
    #[n(4)]
    pub team: Option<u64>,
    /// How many of the asked subjects are answered, from the first.
    #[n(5)]
    #[cbor(default)]
    pub answered: u32,
    /// Documents of these subjects that are held and may be read.
    #[n(6)]
    #[cbor(default)]
    pub documents: Vec<DocumentHeld>,
    /// Grants of these subjects that may be read.
    #[n(7)]
    #[cbor(default)]
    pub grants: Vec<Grant>,
    #[n(8)]
    #[cbor(default)]
    pub roles: Vec<Role>,
    #[n(9)]
    #[cbor(default)]
    pub devices: Vec<Device>,
    /// Those of the asked jobs that were erased for good.
    #[n(11)]
    #[cbor(default)]
    pub erased: Vec<JobId>,
    /// How many of the wanted runs are told to their ends, from the first.
    #[n(10)]
    #[cbor(default)]
    pub told: u32,
}

/// The digest of who works here.
pub fn of_team(roles: &[Role], devices: &[Device]) -> u64 {
    roles.iter().map(of_role).chain(devices.iter().map(of_device)).fold(0, |sum, digest| sum ^ digest)
}

/// The digest of grants: those that were taken back count as much as those that hold.
pub fn of_grants(grants: &[Grant]) -> u64 {
    grants.iter().map(of_grant).fold(0, |sum, digest| sum ^ digest)
}

/// Whether a grant lets its member read the job.
pub fn reads(access: Access) -> bool {
    access >= Access::Read
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn tally(n: u16) -> Tally {
        let subject = DocId::Order(JobId::from_bytes([&n.to_be_bytes()[..], &[7; 14]].concat().try_into().unwrap()));
        let digest = of_run(&subject, Actor([1; 16]), 3, &ChangeHash([4; 32]));
        Tally { subject, digest }
    }

    fn within(all: &[Tally], node: Node) -> Vec<Tally> {
        let span = node.span().unwrap();
        all.iter().filter(|tally| span.contains(&place(&tally.subject))).cloned().collect()
    }

    #[test]
    fn parts_of_a_node_divide_its_places() {
        assert_eq!(Node::ROOT.span(), Some(0..=(1 << 63) - 1));
        for node in [Node::ROOT, Node(256), Node(511), Node(0x1abc)] {
            let span = node.span().unwrap();
            let parts: Vec<_> = node.parts().map(|part| part.span().unwrap()).collect();
            assert_eq!(parts.first().map(RangeInclusive::start), Some(span.start()));
            assert_eq!(parts.last().map(RangeInclusive::end), Some(span.end()));
            assert!(parts.windows(2).all(|pair| pair[0].end() + 1 == *pair[1].start()));
        }
        assert_eq!(Node::ROOT.parts().count(), 256);
        assert_eq!(Node(0x1ab_cdef).parts().count(), 0, "nothing is below six digits");
        for no_node in [0, 2, 15, 16, 31, 32, 0x2abc, u32::MAX] {
            assert_eq!(Node(no_node).span(), None, "{no_node:x}");
        }
    }

    #[test]
    fn whoever_goes_down_where_digests_differ_finds_every_difference_and_nothing_else() {
        let all: Vec<Tally> = (0..9_000).map(tally).collect();
        let mut other = all.clone();
        other.remove(70);
        other[4_000].digest ^= 1;
        other.push(tally(9_001));
        let (mut open, mut found, mut asked) = (vec![Node::ROOT], Vec::new(), 0);
        while let Some(node) = open.pop() {
            asked += 1;
            let (here, there) = (within(&other, node), NodeHeld::of(node, within(&all, node)));
            if there.is_leaf() {
                found.extend(here.iter().filter(|t| !there.subjects.contains(t)).map(|t| t.subject.clone()));
                found.extend(there.subjects.iter().filter(|t| !here.contains(t)).map(|t| t.subject.clone()));
                continue;
            }
            let own = node.digests(here.iter().map(|tally| (place(&tally.subject), tally.digest)));
            open.extend(there.parts().zip(own).filter(|((_, theirs), own)| theirs != own).map(|((part, _), _)| part));
        }
        found.sort();
        found.dedup();
        let mut expected = vec![all[70].subject.clone(), all[4_001].subject.clone(), tally(9_001).subject];
        expected.sort();
        assert_eq!(found, expected);
        assert!(asked <= 10, "{asked} nodes for three differences");
    }

    #[test]
    fn a_run_that_is_longer_or_another_one_has_another_digest() {
        let doc = DocId::Roster;
        let digest = |actor, seq, hash| of_run(&doc, Actor([actor; 16]), seq, &ChangeHash([hash; 32]));
        let all = [digest(1, 2, 3), digest(1, 3, 3), digest(1, 2, 4), digest(2, 2, 3)];
        assert!((0..4).all(|n| (n + 1..4).all(|m| all[n] != all[m])));
        assert_eq!(NodeHeld::of(Node::ROOT, vec![Tally { subject: doc, digest: 0 }]).subjects, [], "nothing is held");
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), node in any::<u32>()) {
            let _ = minicbor::decode::<CompareUp>(&bytes);
            if let Ok(down) = minicbor::decode::<CompareDown>(&bytes) {
                prop_assert!(down.nodes.iter().all(|held| held.parts().count() <= 256));
            }
            let held = NodeHeld { node: Node(node), parts: bytes, subjects: Vec::new() };
            prop_assert!(held.parts().count() <= 256);
            prop_assert!(Node(node).digests([(u64::MAX, 1)].into_iter()).len() <= 256);
        }
    }
}
