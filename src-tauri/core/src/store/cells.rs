//! Rows in the pages of a database, found without its schema: what a page holds says which table it is of.
//!
//! Layouts are SQLite's file format: pages of tables by rowid (13), leaves and inner pages of tables without one and of
//! indexes (10, 2). Everything is bounded and checked; a row that can't be followed is no row.

use std::collections::BTreeSet;

use super::pages::{Found, Pages, USABLE};

/// A row longer than this is none of ours.
const LONGEST: usize = 32 * 1024 * 1024;

/// One column of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    Null,
    Int(i64),
    Text(String),
    Blob(Vec<u8>),
    /// Floats, and text that is none: nothing of ours.
    Other,
}

impl Value {
    pub fn int(&self) -> Option<i64> {
        if let Self::Int(n) = self { Some(*n) } else { None }
    }

    pub fn flag(&self) -> Option<bool> {
        match self {
            Self::Int(0) => Some(false),
            Self::Int(1) => Some(true),
            _ => None,
        }
    }

    pub fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub fn blob(&self) -> Option<&[u8]> {
        if let Self::Blob(bytes) = self { Some(bytes) } else { None }
    }

    pub fn array<const N: usize>(&self) -> Option<[u8; N]> {
        self.blob()?.try_into().ok()
    }

    /// A number or nothing.
    pub fn maybe_int(&self) -> Option<Option<i64>> {
        match self {
            Self::Null => Some(None),
            Self::Int(n) => Some(Some(*n)),
            _ => None,
        }
    }
}

/// A row, with its number where its table has such.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub id: Option<i64>,
    pub values: Vec<Value>,
}

/// What a page gave.
#[derive(Debug, Default)]
pub struct Rows {
    pub rows: Vec<Row>,
    /// Rows that end in a page which is damaged or gone.
    pub cut: u32,
}

/// The rows of one sound page; a page of another kind has none.
pub fn rows(pages: &mut Pages, number: u32, page: &[u8]) -> std::io::Result<Rows> {
    let mut out = Rows::default();
    let start = if number == 1 { 100 } else { 0 };
    let Some(kind) = page.get(start).copied() else { return Ok(out) };
    let (head, inner) = match kind {
        13 | 10 => (8, false),
        2 => (12, true),
        _ => return Ok(out),
    };
    let count = usize::from(u16_at(page, start + 3).unwrap_or(0));
    for cell in 0..count {
        let Some(at) = u16_at(page, start + head + 2 * cell).map(usize::from) else { break };
        match row(pages, page, at + if inner { 4 } else { 0 }, kind == 13)? {
            Some(row) => out.rows.push(row),
            None => out.cut += 1,
        }
    }
    Ok(out)
}

/// Every page of the table or index that begins at `root`; `None` when a page on the way is damaged.
pub fn tree(pages: &mut Pages, root: u32) -> std::io::Result<Option<BTreeSet<u32>>> {
    let mut seen = BTreeSet::new();
    let mut open = vec![root];
    while let Some(number) = open.pop() {
        if !seen.insert(number) {
            continue;
        }
        let Found::Sound(page) = pages.page(number)? else { return Ok(None) };
        let start = if number == 1 { 100 } else { 0 };
        if matches!(page.get(start), Some(2 | 5)) {
            let count = usize::from(u16_at(&page, start + 3).unwrap_or(0));
            let cells = (0..count).filter_map(|cell| u16_at(&page, start + 12 + 2 * cell));
            open.extend(cells.filter_map(|at| u32_at(&page, usize::from(at))));
            open.extend(u32_at(&page, start + 8));
        }
    }
    Ok(Some(seen))
}

fn row(pages: &mut Pages, page: &[u8], at: usize, by_rowid: bool) -> std::io::Result<Option<Row>> {
    let mut cursor = at;
    let Some(length) = varint(page, &mut cursor) else { return Ok(None) };
    let id = if by_rowid { varint(page, &mut cursor) } else { None };
    let Ok(length) = usize::try_from(length) else { return Ok(None) };
    if length > LONGEST {
        return Ok(None);
    }
    let local = local_of(length, by_rowid);
    let Some(begin) = page.get(cursor..cursor + local) else { return Ok(None) };
    let mut payload = begin.to_vec();
    if local < length {
        let Some(mut next) = u32_at(page, cursor + local) else { return Ok(None) };
        while payload.len() < length {
            let Found::Sound(more) = pages.page(next)? else { return Ok(None) };
            let take = (length - payload.len()).min(USABLE - 4);
            payload.extend_from_slice(&more[4..4 + take]);
            next = u32_at(&more, 0).unwrap_or(0);
            if next == 0 && payload.len() < length {
                return Ok(None);
            }
        }
    }
    Ok(values(&payload).map(|values| Row { id, values }))
}

/// How much of a row's bytes lies in its own page.
fn local_of(length: usize, by_rowid: bool) -> usize {
    let most = if by_rowid { USABLE - 35 } else { (USABLE - 12) * 64 / 255 - 23 };
    let least = (USABLE - 12) * 32 / 255 - 23;
    if length <= most {
        return length;
    }
    let fitting = least + (length - least) % (USABLE - 4);
    if fitting <= most { fitting } else { least }
}

fn values(payload: &[u8]) -> Option<Vec<Value>> {
    let mut cursor = 0;
    let head = usize::try_from(varint(payload, &mut cursor)?).ok()?;
    let mut at = head;
    let mut out = Vec::new();
    while cursor < head {
        let kind = varint(payload, &mut cursor)?;
        let length = match kind {
            0 | 8 | 9 => 0,
            1..=4 => usize::try_from(kind).ok()?,
            5 => 6,
            6 | 7 => 8,
            12.. => usize::try_from((kind - 12) / 2).ok()?,
            _ => return None,
        };
        let bytes = payload.get(at..at.checked_add(length)?)?;
        at += length;
        out.push(match kind {
            0 => Value::Null,
            1..=6 => Value::Int(big_endian(bytes)),
            8 => Value::Int(0),
            9 => Value::Int(1),
            7 => Value::Other,
            _ if kind % 2 == 0 => Value::Blob(bytes.to_vec()),
            _ => String::from_utf8(bytes.to_vec()).map_or(Value::Other, Value::Text),
        });
    }
    Some(out)
}

fn big_endian(bytes: &[u8]) -> i64 {
    let sign = if bytes.first().is_some_and(|first| first & 0x80 != 0) { -1 } else { 0 };
    bytes.iter().fold(sign, |number, byte| (number << 8) | i64::from(*byte))
}

fn varint(bytes: &[u8], at: &mut usize) -> Option<i64> {
    let mut value: u64 = 0;
    for place in 0..9 {
        let byte = *bytes.get(*at)?;
        *at += 1;
        if place == 8 {
            value = (value << 8) | u64::from(byte);
        } else {
            value = (value << 7) | u64::from(byte & 0x7f);
            if byte & 0x80 == 0 {
                break;
            }
        }
    }
    Some(value.cast_signed())
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

pub fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}
