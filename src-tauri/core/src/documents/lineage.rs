//! Whether a change fits its own history: its parents and all that they rest on, and nothing that stands beside it.
//!
//! A device may hold other people's concurrent work, or not yet. Were a change judged on the document as it stands, the
//! same change would be taken here and refused there, for ever. Told from the bytes of the change and of its ancestors:
//! Automerge is asked afterwards, and only as a net.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use doorstep_schemas::admission::MAX_DOC_OPS;
use doorstep_schemas::change::{Change, MalformedChange};
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::ids::{Actor, ChangeHash, DocKind};
use doorstep_schemas::operations::{self, OpName, Operation};

use super::birth::containers;

/// Why a change does not fit its own history.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Misfit {
    #[error(transparent)]
    Malformed(#[from] MalformedChange),
    #[error("operation numbers start at {start_op}, its history asks for {expected}")]
    StartOp { start_op: u64, expected: u64 },
    #[error("its last operation would be beyond number {MAX_DOC_OPS}")]
    DocumentFull,
    #[error("it names a parent twice, or leaves out the change before it")]
    NotLinked,
    #[error("an operation refers to something that its history does not hold")]
    Reference,
    #[error("it removes or replaces a container that the birth made")]
    Uprooted,
    #[error("a parent is not here")]
    NotAllHere,
}

impl Misfit {
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Malformed(_) => ErrorCode::ChangeMalformed,
            Self::StartOp { .. } => ErrorCode::ChangeOutOfRange,
            Self::DocumentFull => ErrorCode::DocumentFull,
            Self::NotLinked | Self::NotAllHere => ErrorCode::ChangeNotLinked,
            Self::Reference | Self::Uprooted => ErrorCode::ChangeUnappliable,
        }
    }
}

/// One operation's name in the document, whoever made it: its author's place in [`Lineage::actors`] and its number.
type Op = (usize, u64);

/// What a change stands for among others.
#[derive(Debug, Clone)]
struct Place {
    last_op: u64,
    /// How far each actor's run is known to it, itself included.
    knows: BTreeMap<usize, u64>,
}

/// What an operation left.
#[derive(Debug, Clone)]
struct Left {
    /// The sequence number of its change in its actor's run.
    seq: u64,
    object: Option<Op>,
    key: String,
    map: bool,
}

/// The history of one document as far as it was taken: what each change knew and what each operation left.
#[derive(Debug, Clone)]
pub struct Lineage {
    kind: DocKind,
    actors: Vec<Actor>,
    places: HashMap<ChangeHash, Place>,
    left: HashMap<Op, Left>,
}

impl Lineage {
    pub fn new(kind: DocKind) -> Self {
        Self { kind, actors: Vec::new(), places: HashMap::new(), left: HashMap::new() }
    }

    pub fn holds(&self, hash: &ChangeHash) -> bool {
        self.places.contains_key(hash)
    }

    /// Judges a change whose parents were all taken.
    pub fn judge(&self, change: &Change<'_>) -> Result<(), Misfit> {
        let (knows, last_op) = self.before(change)?;
        let expected = last_op + 1;
        if change.start_op != expected {
            return Err(Misfit::StartOp { start_op: change.start_op, expected });
        }
        // The length of the longest way to it, not what lies beside: that follows from history alone.
        if last_op + change.ops > MAX_DOC_OPS {
            return Err(Misfit::DocumentFull);
        }
        let author = self.place_of(&change.actor);
        let known = author.and_then(|author| knows.get(&author)).copied().unwrap_or(0);
        if known + 1 != change.seq {
            return Err(Misfit::NotLinked);
        }
        let mut own: HashMap<u64, (Option<Op>, String, bool)> = HashMap::new();
        for (number, operation) in (change.start_op..).zip(operations::all(&change.columns)?) {
            let object = self.fits(change, &operation, &knows, &own)?;
            if !operation.deletes {
                own.insert(number, (object, operation.key, operation.makes_map));
            }
        }
        Ok(())
    }

    /// Whether one operation writes into a map that its change knew, over values that stood there.
    fn fits(
        &self,
        change: &Change<'_>,
        operation: &Operation,
        knows: &BTreeMap<usize, u64>,
        own: &HashMap<u64, (Option<Op>, String, bool)>,
    ) -> Result<Option<Op>, Misfit> {
        // An author without a number here has no operations but those of this change.
        let author = self.place_of(&change.actor).unwrap_or(usize::MAX);
        let resolve = |name: OpName| -> Result<(Op, Option<Op>, &str, bool), Misfit> {
            let (index, number) = name;
            let actor = match index {
                0 => author,
                n => {
                    let other = usize::try_from(n - 1).ok().and_then(|n| change.other_actors.get(n));
                    let other = other.and_then(|bytes| <[u8; 16]>::try_from(*bytes).ok()).map(Actor);
                    other.and_then(|actor| self.place_of(&actor)).ok_or(Misfit::Reference)?
                }
            };
            if index == 0 && number >= change.start_op {
                let (object, key, map) = own.get(&number).ok_or(Misfit::Reference)?;
                return Ok(((actor, number), *object, key, *map));
            }
            let left = self.left.get(&(actor, number)).ok_or(Misfit::Reference)?;
            if left.seq > knows.get(&actor).copied().unwrap_or(0) {
                return Err(Misfit::Reference);
            }
            Ok(((actor, number), left.object, &left.key, left.map))
        };
        let object = match operation.object {
            None => None,
            Some(name) => {
                let (object, _, _, map) = resolve(name)?;
                map.then_some(Some(object)).ok_or(Misfit::Reference)?
            }
        };
        if object.is_none() && containers(self.kind).any(|name| name == operation.key) {
            return Err(Misfit::Uprooted);
        }
        let mut replaced = BTreeSet::new();
        for pred in &operation.preds {
            let (op, place, key, _) = resolve(*pred)?;
            if place != object || key != operation.key || !replaced.insert(op) {
                return Err(Misfit::Reference);
            }
        }
        Ok(object)
    }

    /// What a change's parents know together, and the number of the last operation among them.
    fn before(&self, change: &Change<'_>) -> Result<(BTreeMap<usize, u64>, u64), Misfit> {
        let mut knows: BTreeMap<usize, u64> = BTreeMap::new();
        let mut last_op = 0;
        for (n, dep) in change.deps.iter().enumerate() {
            if change.deps[..n].contains(dep) {
                return Err(Misfit::NotLinked);
            }
            let place = self.places.get(dep).ok_or(Misfit::NotAllHere)?;
            last_op = last_op.max(place.last_op);
            for (actor, seq) in &place.knows {
                let known = knows.entry(*actor).or_default();
                *known = (*known).max(*seq);
            }
        }
        Ok((knows, last_op))
    }

    /// Adds a change that was judged, or that is part of the document already.
    pub fn take(&mut self, change: &Change<'_>) -> Result<(), Misfit> {
        let (mut knows, _) = self.before(change)?;
        let author = self.number(change.actor);
        knows.insert(author, change.seq);
        for (number, operation) in (change.start_op..).zip(operations::all(&change.columns)?) {
            if operation.deletes {
                continue;
            }
            let object = operation.object.map(|name| self.named(change, author, name));
            let Operation { key, makes_map: map, .. } = operation;
            self.left.insert((author, number), Left { seq: change.seq, object, key, map });
        }
        let last_op = change.start_op.saturating_add(change.ops).saturating_sub(1);
        self.places.insert(change.hash, Place { last_op, knows });
        Ok(())
    }

    fn named(&mut self, change: &Change<'_>, author: usize, (index, number): OpName) -> Op {
        let other = index.checked_sub(1).and_then(|n| usize::try_from(n).ok()).and_then(|n| change.other_actors.get(n));
        let other = other.and_then(|bytes| <[u8; 16]>::try_from(*bytes).ok());
        (other.map_or(author, |actor| self.number(Actor(actor))), number)
    }

    fn place_of(&self, actor: &Actor) -> Option<usize> {
        self.actors.iter().position(|known| known == actor)
    }

    fn number(&mut self, actor: Actor) -> usize {
        self.place_of(&actor).unwrap_or_else(|| {
            self.actors.push(actor);
            self.actors.len() - 1
        })
    }
}
