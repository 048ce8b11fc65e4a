//! XLS, BIFF8: the workbook of Excel 97 to 2003, which makers' systems still write. One stream of records.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use super::{Grid, MOST_EXPANDED, MOST_SHEETS, Room, Sheet, TableError, dates};

const BOF: u16 = 0x0809;
const EOF: u16 = 0x000a;
const CONTINUE: u16 = 0x003c;
const FILEPASS: u16 = 0x002f;
const DATEMODE: u16 = 0x0022;
const FORMAT: u16 = 0x041e;
const XF: u16 = 0x00e0;
const BOUNDSHEET: u16 = 0x0085;
const SST: u16 = 0x00fc;
const LABELSST: u16 = 0x00fd;
const LABEL: u16 = 0x0204;
const NUMBER: u16 = 0x0203;
const RK: u16 = 0x027e;
const MULRK: u16 = 0x00bd;
const FORMULA: u16 = 0x0006;
const STRING: u16 = 0x0207;

fn damaged(what: &'static str) -> TableError {
    TableError::Damaged(what.to_owned())
}

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Vec<Sheet>, TableError> {
    let mut file =
        cfb::CompoundFile::open(Cursor::new(bytes)).map_err(|error| TableError::Damaged(error.to_string()))?;
    if file.is_stream("/EncryptedPackage") {
        return Err(TableError::Locked);
    }
    let old = file.is_stream("/Book");
    let stream = file.open_stream("/Workbook").map_err(|_missing| {
        TableError::Unknown(if old { "it is a workbook from before Excel 97" } else { "it holds no workbook" })
    })?;
    let mut book = Vec::new();
    // A chain of sectors that leads back into itself would never end.
    stream
        .take((bytes.len() as u64).min(MOST_EXPANDED))
        .read_to_end(&mut book)
        .map_err(|error| TableError::Damaged(error.to_string()))?;
    let globals = Globals::read(&book, room)?;
    let mut sheets = Vec::new();
    for (name, at) in &globals.sheets {
        let rows = cells(&book, *at, &globals, room)?;
        sheets.push(Sheet { name: name.clone(), rows });
    }
    Ok(sheets)
}

/// One record with the pieces that continue it.
struct Record<'a> {
    kind: u16,
    pieces: Vec<&'a [u8]>,
}

impl<'a> Record<'a> {
    fn data(&self) -> &'a [u8] {
        self.pieces.first().copied().unwrap_or_default()
    }
}

/// The records from a place on.
struct Records<'a> {
    book: &'a [u8],
    at: usize,
}

impl<'a> Records<'a> {
    fn piece(&mut self) -> Option<(u16, &'a [u8])> {
        let head = self.book.get(self.at..self.at.checked_add(4)?)?;
        let (kind, length) = (u16_at(head, 0)?, usize::from(u16_at(head, 2)?));
        let data = self.book.get(self.at + 4..self.at + 4 + length)?;
        self.at += 4 + length;
        Some((kind, data))
    }
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let (kind, data) = self.piece()?;
        let mut pieces = vec![data];
        while u16_at(self.book.get(self.at..).unwrap_or_default(), 0) == Some(CONTINUE) {
            let Some((_, data)) = self.piece() else { break };
            pieces.push(data);
        }
        Some(Record { kind, pieces })
    }
}

fn u16_at(data: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(data.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(data: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(data.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn f64_at(data: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(data.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// Bytes of a record as one run; a text that a piece ends goes on behind a byte that says its width anew.
struct Run<'a> {
    pieces: std::vec::IntoIter<&'a [u8]>,
    here: &'a [u8],
}

impl<'a> Run<'a> {
    fn new(record: Record<'a>) -> Self {
        let mut pieces = record.pieces.into_iter();
        let here = pieces.next().unwrap_or_default();
        Self { pieces, here }
    }

    fn bytes<const N: usize>(&mut self) -> Option<[u8; N]> {
        let mut out = [0; N];
        for byte in &mut out {
            *byte = self.byte()?;
        }
        Some(out)
    }

    fn byte(&mut self) -> Option<u8> {
        loop {
            if let Some((first, rest)) = self.here.split_first() {
                self.here = rest;
                return Some(*first);
            }
            self.here = self.pieces.next()?;
        }
    }

    fn skip(&mut self, mut count: usize) -> Option<()> {
        while count > 0 {
            if self.here.is_empty() {
                self.here = self.pieces.next()?;
            }
            let step = count.min(self.here.len());
            self.here = self.here.get(step..)?;
            count -= step;
        }
        Some(())
    }

    /// A text with its length in letters before it.
    fn text(&mut self, length: usize) -> Option<String> {
        let flags = self.byte()?;
        let runs = if flags & 8 != 0 { usize::from(u16::from_le_bytes(self.bytes()?)) } else { 0 };
        let beside = if flags & 4 != 0 { u32::from_le_bytes(self.bytes()?) as usize } else { 0 };
        let mut wide = flags & 1 != 0;
        let mut units: Vec<u16> = Vec::new();
        while units.len() < length {
            if self.here.is_empty() {
                self.here = self.pieces.next()?;
                wide = self.byte()? & 1 != 0;
                continue;
            }
            let unit = if wide { u16::from_le_bytes(self.bytes()?) } else { u16::from(self.byte()?) };
            units.push(unit);
        }
        self.skip(runs * 4)?;
        self.skip(beside)?;
        Some(String::from_utf16_lossy(&units))
    }
}

/// What all sheets share.
#[derive(Default)]
struct Globals {
    /// Names of the visible ones, and where each begins.
    sheets: Vec<(String, usize)>,
    texts: Vec<String>,
    /// Of each style of a cell, whether it shows a day.
    days: Vec<bool>,
    since_1904: bool,
}

impl Globals {
    fn read(book: &[u8], room: &mut Room) -> Result<Self, TableError> {
        let mut out = Self::default();
        let mut formats: BTreeMap<u16, bool> = BTreeMap::new();
        let mut styles = Vec::new();
        let mut records = Records { book, at: 0 };
        let first = records.next().ok_or_else(|| damaged("it has no records"))?;
        if first.kind != BOF || u16_at(first.data(), 0) != Some(0x0600) {
            return Err(TableError::Unknown("it is a workbook from before Excel 97"));
        }
        for record in records {
            let data = record.data();
            match record.kind {
                FILEPASS => return Err(TableError::Locked),
                DATEMODE => out.since_1904 = u16_at(data, 0) == Some(1),
                FORMAT => {
                    if let (Some(id), Some(length)) = (u16_at(data, 0), u16_at(data, 2)) {
                        let mut run = Run { pieces: Vec::new().into_iter(), here: data.get(4..).unwrap_or_default() };
                        formats.insert(id, run.text(usize::from(length)).is_some_and(|code| dates::shows_day(&code)));
                    }
                }
                XF => styles.push(u16_at(data, 2).unwrap_or(0)),
                BOUNDSHEET if out.sheets.len() < MOST_SHEETS => {
                    // Worksheets alone, and those that are shown.
                    let plain = data.get(5) == Some(&0) && data.get(4).is_some_and(|state| state & 3 == 0);
                    let mut run = Run { pieces: Vec::new().into_iter(), here: data.get(7..).unwrap_or_default() };
                    let name = data.get(6).and_then(|length| run.text(usize::from(*length)));
                    if let (true, Some(at), Some(name)) = (plain, u32_at(data, 0), name) {
                        out.sheets.push((name, at as usize));
                    }
                }
                SST => out.texts = texts(record, room)?,
                EOF => break,
                _ => {}
            }
        }
        out.days = styles
            .into_iter()
            .map(|id| formats.get(&id).copied().unwrap_or_else(|| dates::built_in(u32::from(id))))
            .collect();
        Ok(out)
    }

    fn number(&self, value: f64, style: Option<u16>) -> String {
        let day = style.and_then(|style| self.days.get(usize::from(style))).copied().unwrap_or(false);
        if day { dates::day(value, self.since_1904) } else { dates::number(value) }
    }
}

/// Texts that cells name by their number. As many as there are: the number before them is not believed.
fn texts(record: Record<'_>, room: &mut Room) -> Result<Vec<String>, TableError> {
    let mut run = Run::new(record);
    let mut out = Vec::new();
    if run.skip(8).is_none() {
        return Ok(out);
    }
    while let Some(length) = run.bytes().map(u16::from_le_bytes) {
        let text = run.text(usize::from(length)).ok_or_else(|| damaged("a text ends early"))?;
        room.cells(1)?;
        room.text(text.len())?;
        out.push(text);
    }
    Ok(out)
}

/// A number in four bytes: thirty bits of a float or of an integer, and whether it stands for hundredths.
fn rk(raw: u32) -> f64 {
    let value =
        if raw & 2 != 0 { f64::from((raw as i32) >> 2) } else { f64::from_bits(u64::from(raw & 0xffff_fffc) << 32) };
    if raw & 1 != 0 { value / 100.0 } else { value }
}

fn cells(book: &[u8], at: usize, globals: &Globals, room: &mut Room) -> Result<Vec<Vec<String>>, TableError> {
    let mut grid = Grid::default();
    // Charts inside of a sheet have records of their own.
    let mut depth = 0_u32;
    let mut computed = None;
    for record in (Records { book, at }) {
        let data = record.data();
        match record.kind {
            BOF => depth += 1,
            EOF if depth <= 1 => break,
            EOF => depth -= 1,
            _ if depth != 1 => {}
            kind => {
                let place =
                    u16_at(data, 0).zip(u16_at(data, 2)).map(|(row, column)| (usize::from(row), usize::from(column)));
                let Some(place) = place else { continue };
                let style = u16_at(data, 4);
                match kind {
                    LABELSST => {
                        let text = u32_at(data, 6).and_then(|number| globals.texts.get(number as usize));
                        grid.put(place, text.map_or("", String::as_str), room)?;
                    }
                    LABEL => {
                        let mut run = Run { pieces: Vec::new().into_iter(), here: data.get(8..).unwrap_or_default() };
                        let text = u16_at(data, 6).and_then(|length| run.text(usize::from(length)));
                        grid.put(place, &text.unwrap_or_default(), room)?;
                    }
                    NUMBER => {
                        let text = f64_at(data, 6).map(|value| globals.number(value, style));
                        grid.put(place, &text.unwrap_or_default(), room)?;
                    }
                    RK => {
                        let text = u32_at(data, 6).map(|raw| globals.number(rk(raw), style));
                        grid.put(place, &text.unwrap_or_default(), room)?;
                    }
                    MULRK => {
                        for (n, one) in data.get(4..).unwrap_or_default().chunks_exact(6).enumerate() {
                            if let Some(raw) = u32_at(one, 2) {
                                let text = globals.number(rk(raw), u16_at(one, 0));
                                grid.put((place.0, place.1 + n), &text, room)?;
                            }
                        }
                    }
                    FORMULA => match (u16_at(data, 12), data.get(6)) {
                        // A text stands in the next record; a yes, an error and nothing are no figures.
                        (Some(0xffff), Some(0)) => computed = Some(place),
                        (Some(0xffff), _) => {}
                        _ => {
                            let text = f64_at(data, 6).map(|value| globals.number(value, style));
                            grid.put(place, &text.unwrap_or_default(), room)?;
                        }
                    },
                    STRING => {
                        if let (Some(place), Some(length)) = (computed.take(), u16_at(data, 0)) {
                            let mut run = Run::new(record);
                            let text = run.skip(2).and_then(|()| run.text(usize::from(length)));
                            grid.put(place, &text.unwrap_or_default(), room)?;
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    Ok(grid.rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn record(kind: u16, data: &[u8]) -> Vec<u8> {
        [&kind.to_le_bytes()[..], &(data.len() as u16).to_le_bytes(), data].concat()
    }

    #[test]
    fn a_text_goes_on_in_the_next_piece_in_another_width() {
        let wide: Vec<u8> = "南门".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let first = [&[1, 0, 0, 0, 2, 0, 0, 0][..], &[5, 0, 0], b"abc"].concat();
        let second = [&[1_u8][..], &wide, &[1, 0, 0], b"z"].concat();
        let book = [record(SST, &first), record(CONTINUE, &second)].concat();
        let record = Records { book: &book, at: 0 }.next().unwrap();
        assert_eq!(texts(record, &mut Room::new()).unwrap(), ["abc南门", "z"]);
    }

    #[test]
    fn a_short_number_is_a_float_an_integer_or_hundredths() {
        assert_eq!(rk((12_345 << 2) | 2), 12_345.0);
        assert_eq!(rk((12_345 << 2) | 3), 123.45);
        assert_eq!(rk(0x3ff0_0000), 1.0);
        assert_eq!(rk(((-5_i32 << 2) | 2) as u32), -5.0);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_records_break_the_reader(
            records in proptest::collection::vec(
                (prop_oneof![
                    Just(SST), Just(LABELSST), Just(LABEL), Just(NUMBER), Just(RK), Just(MULRK), Just(FORMULA), Just(STRING),
                    Just(CONTINUE), Just(BOF), Just(EOF), Just(FORMAT), Just(BOUNDSHEET), any::<u16>(),
                ], proptest::collection::vec(any::<u8>(), 0..40)), 0..30),
        ) {
            let mut book = record(BOF, &[0, 6, 5, 0]);
            records.iter().for_each(|(kind, data)| book.extend(record(*kind, data)));
            if let Ok(globals) = Globals::read(&book, &mut Room::new()) {
                let _ = cells(&book, 0, &globals, &mut Room::new());
            }
        }
    }
}
