//! What both sides remember while they go through the changes: forms, texts, names, hashes, and who wrote last where.

use std::collections::{BTreeMap, HashMap};

use super::TerseError;
use super::coder::{Coder, within};
use super::form::{Form, Place, Word, bare, named, told};
use super::letters::text_of;
use super::lore::Lore;
use super::parts::{Op, Parts, Value};
use crate::ids::{Actor, ChangeHash, ShortId};
use crate::segment::cells::origin;

/// Texts and names that are remembered at a place, the last one first.
const NEAR: usize = 60;
/// Nobody mints more at one start of the app; a name beyond is chance.
const MOST_MINTED: u64 = 1 << 24;
const FORMS: usize = 2_000;
const TEXTS: usize = 20_000;
/// Most bytes of forms and texts that one exchange may leave in memory.
const MOST_KEPT: usize = 8 * 1024 * 1024;
/// What an operation of a form takes there, about.
const OP_KEPT: usize = 160;

/// An operation: whose, and its number.
type OpId = (Actor, u64);

#[derive(Clone, Default)]
pub struct Model {
    lore: Lore,
    names: Vec<ShortId>,
    hashes: Vec<[u8; 32]>,
    actors: Vec<Actor>,
    minted: BTreeMap<Actor, u64>,
    last_forms: [u32; 3],
    /// Who wrote last at a key of an object of the document in hand.
    written: HashMap<(Option<OpId>, String), OpId>,
    author: Option<Actor>,
    time: i64,
    hash: Option<ChangeHash>,
    next_op: u64,
    others: Vec<Actor>,
    kept: usize,
}

const FORM: u32 = 1;
const TIME: u32 = 2;
const LINEAR: u32 = 3;
const DEPS: u32 = 4;
const OP_NEXT: u32 = 5;
const START: u32 = 6;
const OTHERS_SAME: u32 = 7;
const OTHERS: u32 = 8;
const ACTOR: u32 = 9;
const NAME: u32 = 10;
const MINTED: u32 = 11;
const HASH: u32 = 12;
const HASH_KNOWN: u32 = 13;
const OBJECT: u32 = 14;
const PRED: u32 = 15;
const NUMBER: u32 = 16;
const INSTANT: u32 = 17;
const TEXT: u32 = 18;
const SAME: u32 = 19;
const BYTES: u32 = 320;
const KNOWN: u32 = 21;
const MINTED_STEP: u32 = 24;

/// Where something stands: the form, the operation in it, and which of its holes.
fn hole(form: u32, op: usize, part: usize) -> u32 {
    within(within(form.wrapping_add(7_000), op as u32), part as u32)
}

impl Model {
    /// Keeps how the trade speaks.
    pub fn forgetting(self) -> Self {
        let actors = vec![crate::birth::ACTOR];
        Self { lore: self.lore.into_sample(), hashes: self.hashes, actors, ..Self::default() }
    }

    pub fn texts(&self) -> Vec<String> {
        self.lore.all_texts().map(|text| String::from_utf8_lossy(text).into_owned()).collect()
    }

    /// A run of another document or actor begins.
    pub fn begin(&mut self) {
        self.written.clear();
        self.hash = None;
        self.next_op = 0;
        self.last_forms[0] = 0;
    }

    /// One change of the run; `given` where it is written.
    pub fn change<C: Coder>(&mut self, c: &mut C, actor: Actor, given: Option<&Parts>) -> Result<Parts, TerseError> {
        c.spend(64)?;
        self.author = Some(actor);
        let form = self.form(c, given)?;
        let shape = self.lore.form(form).ok_or(TerseError::Inconsistent)?;
        let deps = self.deps(c, given)?;
        let next = c.bit(&[OP_NEXT], 0, given.is_some_and(|g| g.start_op == self.next_op))?;
        let start_op = if next { self.next_op } else { c.number(&[START], given.map_or(0, |g| g.start_op))? };
        let step = given.map_or(0, |g| g.time.wrapping_sub(self.time));
        let time = self.time.wrapping_add(c.signed(&[TIME, within(TIME, form)], step)?);
        self.time = time;
        let others = self.others(c, given)?;
        let mut parts = Parts { deps, start_op, time, message: shape.message.clone(), others, ops: Vec::new() };
        let mut instant = origin(time);
        for (i, op) in shape.ops.iter().enumerate() {
            let given_op = given.and_then(|g| g.ops.get(i));
            let object = match op.place {
                Place::Root => None,
                Place::Own(offset) => Some((0, start_op.wrapping_add(offset))),
                Place::Born(actor, counter) => Some((actor, counter)),
                Place::Other => {
                    Some(self.link(c, hole(form, i, 90), OBJECT, start_op, given_op.and_then(|op| op.object))?)
                }
            };
            let key = self.key(c, form, i, &op.key, given_op)?;
            let at = hole(form, i, 0);
            let value = match bare(op.kind) {
                Some(bare) => bare,
                None => self.value(c, at, op.kind, given_op.map(|op| &op.value), &mut instant)?,
            };
            let preds = self.preds(c, (form, i), actor, &parts, (object, &key), op.preds, given_op)?;
            c.spend(12 + key.len())?;
            parts.ops.push(Op { object, key, action: op.action, value, preds });
        }
        for (i, op) in parts.ops.iter().enumerate() {
            let object = op.object.map(|(index, counter)| (whose(actor, &parts.others, index), counter));
            self.written.insert((object, op.key.clone()), (actor, start_op.wrapping_add(i as u64)));
        }
        self.next_op = start_op.wrapping_add(parts.ops.len() as u64);
        Ok(parts)
    }

    /// The change before is known by now.
    pub fn hashed(&mut self, hash: ChangeHash) {
        self.hash = Some(hash);
    }

    fn form<C: Coder>(&mut self, c: &mut C, given: Option<&Parts>) -> Result<u32, TerseError> {
        let known = given.map(|parts| {
            let form = Form::of(parts);
            (self.lore.number_of_form(&form), form)
        });
        let count = self.lore.forms() as u32;
        let number = known.as_ref().map_or(0, |(number, _)| number.unwrap_or(count));
        let [a, b, d] = self.last_forms;
        let contexts = [FORM, within(FORM, a), within(within(FORM, a), b), within(within(within(FORM, a), b), d)];
        let number = c.symbol(&contexts, 11, number)?;
        if number > count || count as usize >= FORMS {
            return Err(TerseError::Inconsistent);
        }
        if number == count {
            let form = told(c, known.as_ref().map(|(_, form)| form))?;
            self.keep(form.ops.len() * OP_KEPT + form.size())?;
            self.lore.add_form(form);
        }
        self.last_forms = [number, a, b];
        Ok(number)
    }

    fn deps<C: Coder>(&mut self, c: &mut C, given: Option<&Parts>) -> Result<Vec<ChangeHash>, TerseError> {
        let before = self.hash;
        let linear = given.is_some_and(|g| before.is_some_and(|hash| g.deps == [hash]));
        if c.bit(&[LINEAR], u32::from(before.is_some()), linear)? {
            return Ok(vec![before.ok_or(TerseError::Inconsistent)?]);
        }
        let count = c.number(&[DEPS], given.map_or(0, |g| g.deps.len() as u64))?;
        if count > crate::change::MAX_DEPS {
            return Err(TerseError::TooLarge);
        }
        (0..count as usize)
            .map(|i| {
                Ok(ChangeHash(self.hash32(c, DEPS, given.and_then(|g| g.deps.get(i)).map_or([0; 32], |dep| dep.0))?))
            })
            .collect()
    }

    fn hash32<C: Coder>(&mut self, c: &mut C, place: u32, given: [u8; 32]) -> Result<[u8; 32], TerseError> {
        let at = self.hashes.iter().rev().position(|hash| *hash == given);
        let known = c.bit(&[HASH_KNOWN, within(HASH_KNOWN, place)], 0, at.is_some())?;
        if known {
            let back = c.number(&[HASH, within(HASH, place)], at.unwrap_or(0) as u64)?;
            let place = usize::try_from(back).ok().and_then(|back| self.hashes.len().checked_sub(back + 1));
            let hash = place.map(|place| self.hashes.remove(place)).ok_or(TerseError::Inconsistent)?;
            self.hashes.push(hash);
            return Ok(hash);
        }
        let hash = c.bytes(&given)?;
        self.hashes.push(hash);
        if self.hashes.len() > 1_000 {
            self.hashes.remove(0);
        }
        Ok(hash)
    }

    fn keep(&mut self, bytes: usize) -> Result<(), TerseError> {
        self.kept = self.kept.saturating_add(bytes);
        if self.kept > MOST_KEPT { Err(TerseError::TooLarge) } else { Ok(()) }
    }

    /// An actor, told once.
    pub fn actor<C: Coder>(&mut self, c: &mut C, given: Actor) -> Result<Actor, TerseError> {
        let at = self.actors.iter().rev().position(|actor| *actor == given);
        let back = c.number(&[ACTOR], at.map_or(0, |at| at as u64 + 1))?;
        if back > 0 {
            let place = usize::try_from(back).ok().and_then(|back| self.actors.len().checked_sub(back));
            return place.map(|place| self.actors[place]).ok_or(TerseError::Inconsistent);
        }
        let actor = Actor(c.bytes(&given.0)?);
        self.actors.push(actor);
        Ok(actor)
    }

    fn others<C: Coder>(&mut self, c: &mut C, given: Option<&Parts>) -> Result<Vec<Actor>, TerseError> {
        if c.bit(&[OTHERS_SAME], 0, given.is_some_and(|g| g.others == self.others))? {
            c.spend(self.others.len() * 16)?;
            return Ok(self.others.clone());
        }
        let count = c.number(&[OTHERS], given.map_or(0, |g| g.others.len() as u64))?;
        if count > crate::change::MAX_OTHER_ACTORS {
            return Err(TerseError::TooLarge);
        }
        let nobody = Actor([0; 16]);
        self.others = (0..count as usize)
            .map(|i| self.actor(c, given.and_then(|g| g.others.get(i)).copied().unwrap_or(nobody)))
            .collect::<Result<_, _>>()?;
        Ok(self.others.clone())
    }

    fn link<C: Coder>(
        &mut self,
        c: &mut C,
        at: u32,
        kind: u32,
        start_op: u64,
        given: Option<(u64, u64)>,
    ) -> Result<(u64, u64), TerseError> {
        let (actor, counter) = given.unwrap_or((0, 0));
        let actor = c.number(&[kind, within(kind, at)], actor)?;
        let back = c.signed(&[kind + 100, within(kind + 100, at)], start_op.wrapping_sub(counter).cast_signed())?;
        Ok((actor, start_op.wrapping_sub(back.cast_unsigned())))
    }

    fn key<C: Coder>(
        &mut self,
        c: &mut C,
        form: u32,
        op: usize,
        words: &[Word],
        given: Option<&Op>,
    ) -> Result<String, TerseError> {
        let given: Vec<&str> = given.map_or(Vec::new(), |op| op.key.split('/').collect());
        let mut key = Vec::new();
        for (i, word) in words.iter().enumerate() {
            if i > 0 {
                key.push(b'/');
            }
            match word {
                Word::Is(text) => {
                    c.spend(text.len())?;
                    key.extend_from_slice(text);
                }
                Word::Name => {
                    let name = given.get(i).and_then(|text| named(text.as_bytes()));
                    key.extend_from_slice(self.name(c, hole(form, op, i + 1), name)?.as_str().as_bytes());
                }
            }
        }
        String::from_utf8(key).map_err(|_: std::string::FromUtf8Error| TerseError::Inconsistent)
    }

    fn name<C: Coder>(&mut self, c: &mut C, at: u32, given: Option<ShortId>) -> Result<ShortId, TerseError> {
        let given = given.unwrap_or(ShortId::mint([0; 5]));
        let back = self.names.iter().rev().take(NEAR).position(|name| *name == given);
        let back = c.symbol(&[NAME, within(NAME, at)], 6, back.map_or(0, |back| back as u32 + 1))?;
        if back > 0 {
            let place = self.names.len().checked_sub(back as usize).ok_or(TerseError::Inconsistent)?;
            let name = self.names.remove(place);
            self.names.push(name);
            return Ok(name);
        }
        let name = self.new_name(c, given)?;
        self.names.push(name);
        if self.names.len() > NEAR * 4 {
            self.names.drain(..NEAR * 2);
        }
        Ok(name)
    }

    /// A name that was not heard yet: as a rule the next one that its author minted.
    fn new_name<C: Coder>(&mut self, c: &mut C, given: ShortId) -> Result<ShortId, TerseError> {
        let author = self.author.ok_or(TerseError::Inconsistent)?;
        let minted = Some(given.place(author)).filter(|place| *place < MOST_MINTED);
        if !c.bit(&[MINTED], 0, minted.is_some())? {
            return Ok(ShortId::mint(c.bytes(&given.random())?));
        }
        let next = self.minted.entry(author).or_default();
        let step = c.signed(&[MINTED_STEP], minted.unwrap_or(0).wrapping_sub(*next).cast_signed())?;
        let place = next.wrapping_add(step.cast_unsigned());
        *next = place.wrapping_add(1);
        Ok(ShortId::nth(author, place))
    }

    fn number<C: Coder>(&mut self, c: &mut C, at: u32, given: u64) -> Result<u64, TerseError> {
        let last = self.lore.number(at);
        if c.bit(&[SAME, within(SAME, at)], u32::from(last.is_some()), last == Some(given))? {
            return last.ok_or(TerseError::Inconsistent);
        }
        let number = c.number(&[NUMBER, within(NUMBER, at)], given)?;
        self.lore.put_number(at, number);
        Ok(number)
    }

    fn value<C: Coder>(
        &mut self,
        c: &mut C,
        at: u32,
        kind: u8,
        given: Option<&Value>,
        instant: &mut i64,
    ) -> Result<Value, TerseError> {
        let fold = |n: i64| (n << 1 ^ n >> 63).cast_unsigned();
        Ok(match kind {
            3 => {
                let given = if let Some(Value::Unsigned(number)) = given { *number } else { 0 };
                Value::Unsigned(self.number(c, at, given)?)
            }
            4 => {
                let given = if let Some(Value::Signed(number)) = given { *number } else { 0 };
                let folded = self.number(c, at, fold(given))?;
                Value::Signed((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
            }
            5 => {
                let given = if let Some(Value::Float(bytes)) = given { *bytes } else { [0; 8] };
                Value::Float(c.bytes(&given)?)
            }
            6 => {
                let given: &[u8] = if let Some(Value::Text(text)) = given { text } else { &[] };
                Value::Text(self.text(c, at, given)?)
            }
            7 => {
                let given: &[u8] = if let Some(Value::Bytes(bytes)) = given { bytes } else { &[] };
                let length = c.number(&[BYTES], given.len() as u64)?;
                if length == 32 {
                    c.spend(32)?;
                    Value::Bytes(self.hash32(c, at, given.try_into().unwrap_or([0; 32]))?.to_vec())
                } else {
                    let mut out = Vec::new();
                    for i in 0..usize::try_from(length).unwrap_or(usize::MAX) {
                        c.spend(1)?;
                        out.push(c.plain(u32::from(given.get(i).copied().unwrap_or(0)), 8)? as u8);
                    }
                    Value::Bytes(out)
                }
            }
            9 => {
                let given = if let Some(Value::Instant(moment)) = given { *moment } else { 0 };
                let moment =
                    instant.wrapping_add(c.signed(&[INSTANT, within(INSTANT, at)], given.wrapping_sub(*instant))?);
                *instant = moment;
                Value::Instant(moment)
            }
            _ => return Err(TerseError::Inconsistent),
        })
    }

    /// A text: one that stood here before, a name, one that stood elsewhere, or a new one.
    fn text<C: Coder>(&mut self, c: &mut C, at: u32, given: &[u8]) -> Result<Vec<u8>, TerseError> {
        let number = self.lore.number_of_text(given);
        let near = self.lore.near(at);
        let place = number.and_then(|number| near.iter().position(|n| *n == number));
        let name = named(given);
        let which = match (place, name) {
            (_, Some(_)) => 1,
            (Some(place), None) => place as u32 + 2,
            (None, None) => 0,
        };
        let which = c.symbol(&[TEXT, within(TEXT, at)], 6, which)?;
        if which == 1 {
            c.spend(8)?;
            return Ok(self.name(c, at, name)?.as_str().as_bytes().to_vec());
        }
        let number = if which > 1 {
            self.lore.near(at).get(which as usize - 2).copied().ok_or(TerseError::Inconsistent)?
        } else {
            let count = self.lore.texts() as u64;
            if c.bit(&[KNOWN, within(KNOWN, at)], 0, number.is_some())? {
                let back = c.number(&[KNOWN + 400], number.map_or(0, |n| count - 1 - u64::from(n)))?;
                let number = count.checked_sub(back.saturating_add(1)).ok_or(TerseError::Inconsistent)?;
                number as u32
            } else {
                let text = text_of(c, at, given)?;
                if self.lore.texts() >= TEXTS || named(&text).is_some() {
                    return Err(TerseError::Inconsistent);
                }
                self.keep(2 * text.len() + OP_KEPT)?;
                self.lore.add_text(text)
            }
        };
        let near = self.lore.near(at);
        near.retain(|n| *n != number);
        near.insert(0, number);
        near.truncate(NEAR);
        let text = self.lore.text(number).ok_or(TerseError::Inconsistent)?;
        c.spend(text.len())?;
        Ok(text.to_vec())
    }

    #[expect(clippy::too_many_arguments, reason = "all that an operation's predecessors are predicted from")]
    fn preds<C: Coder>(
        &mut self,
        c: &mut C,
        (form, op): (u32, usize),
        author: Actor,
        parts: &Parts,
        (object, key): (Option<(u64, u64)>, &str),
        count: u64,
        given: Option<&Op>,
    ) -> Result<Vec<(u64, u64)>, TerseError> {
        let mut preds = Vec::new();
        if count == 0 {
            return Ok(preds);
        }
        let object = object.map(|(index, counter)| (whose(author, &parts.others, index), counter));
        let last = self.written.get(&(object, key.to_owned())).copied();
        let index = |actor: Actor| {
            if actor == author { Some(0) } else { parts.others.iter().position(|o| *o == actor).map(|n| n as u64 + 1) }
        };
        let guess = last.and_then(|(actor, counter)| Some((index(actor)?, counter)));
        for i in 0..usize::try_from(count).unwrap_or(usize::MAX) {
            c.spend(2)?;
            let real = given.and_then(|op| op.preds.get(i)).copied();
            let hit = c.bit(
                &[PRED, within(PRED, i.min(2) as u32)],
                u32::from(guess.is_some()),
                i == 0 && real == guess && real.is_some(),
            )?;
            preds.push(match guess {
                Some(guess) if hit => guess,
                _ if hit => return Err(TerseError::Inconsistent),
                _ => self.link(c, hole(form, op, 91), PRED + 500, parts.start_op, real)?,
            });
        }
        Ok(preds)
    }
}

fn whose(author: Actor, others: &[Actor], index: u64) -> Actor {
    match usize::try_from(index).ok().and_then(|n| n.checked_sub(1)) {
        None => author,
        Some(n) => others.get(n).copied().unwrap_or(Actor([0xff; 16])),
    }
}

#[cfg(test)]
mod tests {
    use super::super::coder::{Table, Writer};
    use super::*;

    /// Each parcel is within its bounds; together they may not fill a relay's memory with what is to be remembered.
    #[test]
    fn an_exchange_leaves_no_more_to_remember_than_a_few_megabytes() {
        let mut writer = Writer::new(Table::default());
        let mut model = Model { kept: MOST_KEPT - 2 * OP_KEPT, ..Model::default() };
        assert!(model.text(&mut writer, 1, "接头渗水".as_bytes()).is_ok());
        assert!(model.text(&mut writer, 1, "接头渗水".as_bytes()).is_ok(), "what is known takes nothing");
        assert!(matches!(model.text(&mut writer, 1, "外机不转".as_bytes()), Err(TerseError::TooLarge)));
    }
}
