//! CSV: which letters it is written in, and what parts its cells.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::{Grid, Room, Sheet, TableError};

/// Bytes from which the separator is told.
const LOOK: usize = 20_000;

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Sheet, TableError> {
    let text = decode(bytes)?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator(&text))
        .from_reader(text.as_bytes());
    let mut grid = Grid::default();
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|error| TableError::Damaged(error.to_string()))?;
        for (column, cell) in record.iter().enumerate() {
            grid.put((row, column), harmless_undone(cell), room)?;
        }
    }
    Ok(Sheet { name: String::new(), rows: grid.rows })
}

/// What this program writes before a cell that would begin a formula is taken off again.
fn harmless_undone(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(super::write::FORMULA) => rest,
        _ => cell,
    }
}

/// UTF-8 if it is, by its mark or by being sound; else GB18030, which Excel in Chinese writes. Bytes that are neither are
/// named as such: a guess would bring in names that nobody has.
fn decode(bytes: &[u8]) -> Result<String, TableError> {
    let unknown = TableError::Unknown("its text is neither UTF-8 nor GB18030");
    let whole = |(text, _, wrong): (std::borrow::Cow<'_, str>, _, bool)| (!wrong).then(|| text.into_owned());
    let text = if let Some(rest) = bytes.strip_prefix(b"\xef\xbb\xbf") {
        std::str::from_utf8(rest).ok().map(str::to_owned)
    } else if bytes.starts_with(b"\xff\xfe") {
        whole(UTF_16LE.decode(bytes))
    } else if bytes.starts_with(b"\xfe\xff") {
        whole(UTF_16BE.decode(bytes))
    } else {
        match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.to_owned()),
            Err(_not_utf8) => whole(GB18030.decode(bytes)),
        }
    };
    let text = text.ok_or(unknown)?;
    if text.contains('\0') {
        return Err(TableError::Unknown("it holds bytes that no text has"));
    }
    let start = text.trim_start().get(..200).unwrap_or(text.trim_start()).to_ascii_lowercase();
    if ["<!doctype html", "<html", "<table", "<?xml", "<meta"].iter().any(|mark| start.starts_with(mark)) {
        return Err(TableError::Unknown("it is a web page under another name"));
    }
    Ok(text)
}

/// Comma, semicolon or tab: whichever the first line has most of, outside of quotes.
fn separator(text: &str) -> u8 {
    let mut counts = [(b',', 0_u32), (b'\t', 0), (b';', 0)];
    let mut quoted = false;
    for byte in text.bytes().take(LOOK) {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted && counts.iter().any(|(_, count)| *count > 0) => break,
            other if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == other) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // The first of equals: a line without any is one column, whatever parts it.
    counts.into_iter().rev().max_by_key(|(_, count)| *count).map_or(b',', |(byte, _)| byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Vec<String>> {
        read(bytes, &mut Room::new()).unwrap().rows
    }

    #[test]
    fn letters_are_told_by_their_bytes_and_never_guessed() {
        let wanted = [["客户", "电话"], ["罗桂香", "13800001001"]];
        let text = "客户,电话\r\n罗桂香,13800001001\r\n";
        let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
        for bytes in [
            text.as_bytes().to_vec(),
            [&b"\xef\xbb\xbf"[..], text.as_bytes()].concat(),
            GB18030.encode(text).0.into_owned(),
            utf16,
        ] {
            assert_eq!(rows(&bytes), wanted);
        }
        assert!(matches!(read(b"a,b\n\xff\xff\xff", &mut Room::new()), Err(TableError::Unknown(_))));
        assert!(matches!(read(b"<html><table>", &mut Room::new()), Err(TableError::Unknown(_))));
    }

    #[test]
    fn the_separator_is_the_one_of_the_first_line() {
        assert_eq!(rows("a;b;c\n1,5;2;3".as_bytes()), [["a", "b", "c"], ["1,5", "2", "3"]]);
        assert_eq!(rows("a\tb\n\"1\t2\"\t3".as_bytes()), [["a", "b"], ["1\t2", "3"]]);
        assert_eq!(rows("\"a,b,c\";d\n1;2".as_bytes()), [["a,b,c", "d"], ["1", "2"]]);
        assert_eq!(rows(b"one"), [["one"]]);
    }
}
