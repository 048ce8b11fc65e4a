//! Bits by their likelihood: a binary range coder, and the table of what was seen in which context.
//!
//! Whoever writes and whoever reads walk the same way: each decision goes through [`Coder::bit`], which codes the bit that it is
//! given or hands back the one that was sent. Only integers, so that every machine predicts the same.

use super::TerseError;

/// Cells of the table; a context falls on one by its hash, and a cell that is another's begins anew.
const CELLS_LOG2: u32 = 18;
/// Probabilities have 16 bits and stay away from certainty.
const EVEN: u32 = 1 << 15;
const LEAST: u32 = 24;
/// A cell that has seen more than this forgets as it learns.
const MOST_SEEN: u32 = 250;
/// Contexts of one bit at most.
pub const CONTEXTS: usize = 6;

/// What was seen in each context: 16 bits of probability that the next bit is 1, 8 of how often, 8 of whose cell it is.
#[derive(Clone)]
pub struct Table {
    cells: Vec<u32>,
}

impl Default for Table {
    fn default() -> Self {
        Self { cells: vec![EVEN << 16; 1 << CELLS_LOG2] }
    }
}

/// The cells of one bit, and how likely it is 1.
struct Guess {
    places: [usize; CONTEXTS],
    count: usize,
    one: u32,
}

fn spread(context: u32) -> u32 {
    let mixed = (context ^ (context >> 15)).wrapping_mul(0x2c1b_3c6d);
    (mixed ^ (mixed >> 12)).wrapping_mul(0x297a_2d39)
}

/// The largest divisor of [`divided`]: the weight of a cell that is sure, and what it is added to.
const MOST_DIVISOR: usize = 30 * (2 + 8) + 3;

/// 2³⁸ by each divisor, rounded up.
const RECIPROCALS: [u64; MOST_DIVISOR + 1] = {
    let mut all = [0; MOST_DIVISOR + 1];
    let mut by = 1;
    while by <= MOST_DIVISOR {
        all[by] = (1 << 38) / by as u64 + 1;
        by += 1;
    }
    all
};

/// A quotient, exact below 2²⁵: six contexts divide one after another for each bit, and a processor multiplies several
/// times as fast as it divides.
fn divided(number: u32, by: u32) -> u32 {
    ((u64::from(number) * RECIPROCALS[by as usize]) >> 38) as u32
}

/// A context within another.
pub fn within(context: u32, part: u32) -> u32 {
    spread(context.wrapping_mul(0x9e37_79b1).wrapping_add(part).wrapping_add(0x85eb_ca6b))
}

impl Table {
    /// Takes it out. What is left is no table: a new one in its place would be a megabyte that nobody reads.
    pub fn taken(&mut self) -> Self {
        Self { cells: std::mem::take(&mut self.cells) }
    }

    /// Blends the contexts, the most general first: a context counts by how much it has seen.
    fn guess(&mut self, contexts: &[u32], node: u32) -> Guess {
        let mut guess = Guess { places: [0; CONTEXTS], count: 0, one: EVEN };
        for context in contexts {
            let hash = within(*context, node);
            let place = (hash >> (32 - CELLS_LOG2)) as usize;
            let owner = hash & 0xff;
            let cell = &mut self.cells[place];
            if *cell & 0xff != owner {
                *cell = EVEN << 16 | owner;
            }
            let (one, seen) = (*cell >> 16, *cell >> 8 & 0xff);
            // A context that was always right counts more than one that was not.
            let sure = one.abs_diff(EVEN) >> 12;
            let weight = seen.min(30) * (2 + sure);
            guess.one = divided(one * weight + guess.one * 3, weight + 3);
            guess.places[guess.count] = place;
            guess.count += 1;
        }
        guess.one = guess.one.clamp(LEAST, (1 << 16) - LEAST);
        guess
    }

    fn learn(&mut self, guess: &Guess, bit: bool) {
        for place in &guess.places[..guess.count] {
            let cell = &mut self.cells[*place];
            let (one, seen) = (*cell >> 16, *cell >> 8 & 0xff);
            let pace = seen.min(30) + 2;
            let way = |far: u32| divided(far * 2, 2 * pace - 1);
            let one = if bit { one + way(0xffff - one) } else { one - way(one) };
            *cell = one << 16 | (seen + 1).min(MOST_SEEN) << 8 | (*cell & 0xff);
        }
    }
}

/// Both ways: see the module.
pub trait Coder {
    /// One bit, predicted from these contexts, the most general first.
    fn bit(&mut self, contexts: &[u32], node: u32, bit: bool) -> Result<bool, TerseError>;

    /// So many bits that nothing predicts, at most 32.
    fn plain(&mut self, value: u32, bits: u32) -> Result<u32, TerseError>;

    /// Counts what is made of the input, and refuses what no honest body makes.
    fn spend(&mut self, bytes: usize) -> Result<(), TerseError>;

    /// A value of so many bits, each predicted from those above it.
    fn symbol(&mut self, contexts: &[u32], bits: u32, value: u32) -> Result<u32, TerseError> {
        let mut node = 1;
        for place in (0..bits).rev() {
            node = node << 1 | u32::from(self.bit(contexts, node, value >> place & 1 == 1)?);
        }
        Ok(node - (1 << bits))
    }

    /// Any number: its length, its three highest bits, and the others as they are.
    fn number(&mut self, contexts: &[u32], value: u64) -> Result<u64, TerseError> {
        let length = self.symbol(contexts, 7, 64 - value.leading_zeros())?;
        if length > 64 {
            return Err(TerseError::Inconsistent);
        }
        if length < 2 {
            return Ok(u64::from(length));
        }
        let mut out = 1u64;
        let below = length - 1;
        let modelled = below.min(3);
        for step in 1..=modelled {
            let bit = value >> (below - step) & 1 == 1;
            let node = 1_000 + length * 16 + (out as u32 & 15 | 1 << (step - 1));
            out = out << 1 | u64::from(self.bit(contexts, node, bit)?);
        }
        let mut left = below - modelled;
        while left > 0 {
            let now = left.min(16);
            left -= now;
            let part = self.plain((value >> left) as u32 & 0xffff >> (16 - now), now)?;
            out = out << now | u64::from(part);
        }
        Ok(out)
    }

    fn signed(&mut self, contexts: &[u32], value: i64) -> Result<i64, TerseError> {
        let folded = (value << 1 ^ value >> 63).cast_unsigned();
        let folded = self.number(contexts, folded)?;
        Ok((folded >> 1).cast_signed() ^ -(folded & 1).cast_signed())
    }

    /// Bytes that nothing predicts.
    fn bytes<const N: usize>(&mut self, value: &[u8; N]) -> Result<[u8; N], TerseError> {
        let mut out = *value;
        for byte in &mut out {
            *byte = self.plain(u32::from(*byte), 8)? as u8;
        }
        Ok(out)
    }
}

const TOP: u32 = 1 << 24;

/// Writes.
pub struct Writer {
    table: Table,
    low: u64,
    range: u32,
    held: u8,
    waiting: u64,
    out: Vec<u8>,
    spent: usize,
}

impl Writer {
    pub fn new(table: Table) -> Self {
        Self { table, low: 0, range: u32::MAX, held: 0, waiting: 1, out: Vec::new(), spent: 0 }
    }

    fn shift(&mut self) {
        if self.low < 0xff00_0000 || self.low > 0xffff_ffff {
            let carry = (self.low >> 32) as u8;
            let mut byte = self.held;
            for _ in 0..self.waiting {
                self.out.push(byte.wrapping_add(carry));
                byte = 0xff;
            }
            self.waiting = 0;
            self.held = (self.low >> 24) as u8;
        }
        self.waiting += 1;
        self.low = (self.low & 0x00ff_ffff) << 8;
    }

    /// The bytes, how much a reader will make of them, and the table as both will have it.
    pub fn end(mut self) -> (Vec<u8>, usize, Table) {
        // As few bytes as tell the last interval: zeros behind them are not sent.
        let low = self.low;
        for keep in [24u32, 16, 8, 0] {
            let mask = (1u64 << keep) - 1;
            let rounded = (low + mask) & !mask;
            if rounded < low + u64::from(self.range) {
                self.low = rounded;
                break;
            }
        }
        (0..5).for_each(|_| self.shift());
        // The first byte is always zero.
        self.out.remove(0);
        for _ in 0..5 {
            if self.out.last() == Some(&0) {
                self.out.pop();
            }
        }
        (self.out, self.spent, self.table)
    }
}

impl Coder for Writer {
    fn bit(&mut self, contexts: &[u32], node: u32, bit: bool) -> Result<bool, TerseError> {
        let guess = self.table.guess(contexts, node);
        let bound = (self.range >> 16) * guess.one;
        if bit {
            self.range = bound;
        } else {
            self.low += u64::from(bound);
            self.range -= bound;
        }
        self.table.learn(&guess, bit);
        while self.range < TOP {
            self.range <<= 8;
            self.shift();
        }
        Ok(bit)
    }

    fn plain(&mut self, value: u32, bits: u32) -> Result<u32, TerseError> {
        for place in (0..bits).rev() {
            self.range >>= 1;
            if value >> place & 1 == 1 {
                self.low += u64::from(self.range);
            }
            while self.range < TOP {
                self.range <<= 8;
                self.shift();
            }
        }
        Ok(value)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TerseError> {
        self.spent += bytes;
        Ok(())
    }
}

/// Reads.
pub struct Reader<'a> {
    table: Table,
    code: u32,
    range: u32,
    rest: &'a [u8],
    /// Bytes that were wanted behind the end.
    beyond: u32,
    room: usize,
}

impl<'a> Reader<'a> {
    /// `room`: how much may be made of the input.
    pub fn new(table: Table, input: &'a [u8], room: usize) -> Self {
        let mut reader = Self { table, code: 0, range: u32::MAX, rest: input, beyond: 0, room };
        (0..4).for_each(|_| reader.pull());
        reader
    }

    fn pull(&mut self) {
        let byte = match self.rest.split_first() {
            Some((byte, rest)) => {
                self.rest = rest;
                *byte
            }
            None => {
                self.beyond += 1;
                0
            }
        };
        self.code = self.code << 8 | u32::from(byte);
    }

    fn refill(&mut self) -> Result<(), TerseError> {
        while self.range < TOP {
            self.range <<= 8;
            self.pull();
            // A writer leaves out zeros at its end, no more than it has bytes in hand.
            if self.beyond > 8 {
                return Err(TerseError::Truncated);
            }
        }
        Ok(())
    }

    /// The table as it is; an error where something follows.
    pub fn end(self) -> Result<Table, TerseError> {
        if self.rest.is_empty() { Ok(self.table) } else { Err(TerseError::Inconsistent) }
    }
}

impl Coder for Reader<'_> {
    fn bit(&mut self, contexts: &[u32], node: u32, _bit: bool) -> Result<bool, TerseError> {
        let guess = self.table.guess(contexts, node);
        let bound = (self.range >> 16) * guess.one;
        let bit = self.code < bound;
        if bit {
            self.range = bound;
        } else {
            self.code -= bound;
            self.range -= bound;
        }
        self.table.learn(&guess, bit);
        self.refill()?;
        Ok(bit)
    }

    fn plain(&mut self, _value: u32, bits: u32) -> Result<u32, TerseError> {
        let mut out = 0;
        for _ in 0..bits {
            self.range >>= 1;
            let one = self.code >= self.range;
            if one {
                self.code -= self.range;
            }
            out = out << 1 | u32::from(one);
            self.refill()?;
        }
        Ok(out)
    }

    fn spend(&mut self, bytes: usize) -> Result<(), TerseError> {
        self.room = self.room.checked_sub(bytes).ok_or(TerseError::TooLarge)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotient_by_multiplying_is_the_quotient() {
        const END: u32 = 1 << 25;
        for by in 1..=MOST_DIVISOR as u32 {
            // What is rounded up grows with the number, so it is too much at the end first.
            for number in (END - 1_000..END).chain((0..END).step_by(99_991)) {
                assert_eq!(divided(number, by), number / by, "{number} / {by}");
            }
        }
    }
}
