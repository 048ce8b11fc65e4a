//! XLSX: a ZIP of XML parts, read as a stream.
//!
//! The parts that say how much there is (counts, dimensions) are not believed: rows and texts are counted as they come.

use std::collections::BTreeMap;
use std::io::{BufReader, Cursor, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use zip::ZipArchive;
use zip::result::ZipError;

use super::{Grid, MOST_EXPANDED, MOST_SHEETS, Room, Sheet, TableError, dates};

type Archive<'a> = ZipArchive<Cursor<&'a [u8]>>;
type Part<'a> = Reader<BufReader<std::io::Take<&'a mut dyn Read>>>;

fn damaged(error: impl std::fmt::Display) -> TableError {
    TableError::Damaged(error.to_string())
}

pub fn read(bytes: &[u8], room: &mut Room) -> Result<Vec<Sheet>, TableError> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut expanded = MOST_EXPANDED;
    let Some(book) = part(&mut archive, "xl/workbook.xml", &mut expanded, workbook)? else {
        return Err(TableError::Unknown("it is an archive without a workbook"));
    };
    let places = part(&mut archive, "xl/_rels/workbook.xml.rels", &mut expanded, relations)?.unwrap_or_default();
    let texts = part(&mut archive, "xl/sharedStrings.xml", &mut expanded, |xml| shared(xml, room))?.unwrap_or_default();
    let days = part(&mut archive, "xl/styles.xml", &mut expanded, day_styles)?.unwrap_or_default();
    let known = Known { texts, days, since_1904: book.since_1904 };
    let mut sheets = Vec::new();
    for (name, id) in book.sheets.into_iter().take(MOST_SHEETS) {
        let Some(place) = places.get(&id) else { continue };
        let place = place.strip_prefix('/').map_or_else(|| format!("xl/{place}"), str::to_owned);
        if let Some(rows) = part(&mut archive, &place, &mut expanded, |xml| cells(xml, &known, room))? {
            sheets.push(Sheet { name, rows });
        }
    }
    Ok(sheets)
}

/// Reads one part, if it is there. What parts grow to is counted over all of them: one that says it is small may not be.
fn part<T>(
    archive: &mut Archive<'_>,
    name: &str,
    expanded: &mut u64,
    read: impl FnOnce(&mut Part<'_>) -> Result<T, TableError>,
) -> Result<Option<T>, TableError> {
    let mut file = match archive.by_name(name) {
        Ok(file) => file,
        Err(ZipError::FileNotFound) => return Ok(None),
        Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => return Err(TableError::Locked),
        Err(error) => return Err(damaged(error)),
    };
    let source: &mut dyn Read = &mut file;
    let mut xml = Reader::from_reader(BufReader::new(source.take(*expanded)));
    let out = read(&mut xml);
    let left = xml.into_inner().into_inner().limit();
    *expanded = left;
    if left == 0 { Err(TableError::TooMuch("expanded text")) } else { out.map(Some) }
}

/// What one event may take before it is looked at: a cell has 32,767 letters.
const MOST_EVENT: u64 = 1_000_000;
/// Bytes of a cell's text; what is behind them is left out.
const MOST_LETTERS: usize = 200_000;
/// Parts that a workbook may name.
const MOST_RELATIONS: usize = 1_000;

/// The next event of a part; `None` at its end.
fn next<'b>(xml: &mut Part<'_>, buffer: &'b mut Vec<u8>) -> Result<Option<Event<'b>>, TableError> {
    buffer.clear();
    let left = xml.get_ref().get_ref().limit();
    let room = left.min(MOST_EVENT);
    xml.get_mut().get_mut().set_limit(room);
    let event = xml.read_event_into(buffer);
    let rest = xml.get_ref().get_ref().limit();
    xml.get_mut().get_mut().set_limit(left - (room - rest));
    if rest == 0 && room < left {
        return Err(TableError::TooMuch("one text"));
    }
    match event.map_err(damaged)? {
        Event::Eof => Ok(None),
        event => Ok(Some(event)),
    }
}

fn attribute(tag: &BytesStart<'_>, wanted: &[u8]) -> Option<String> {
    let found = tag.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == wanted)?;
    let text = std::str::from_utf8(&found.value).ok()?;
    quick_xml::escape::unescape(text).ok().map(std::borrow::Cow::into_owned)
}

fn numbered<T: std::str::FromStr>(tag: &BytesStart<'_>, wanted: &[u8]) -> Option<T> {
    attribute(tag, wanted)?.parse().ok()
}

/// Text as it stands, and what stands for a letter.
fn letters(event: &Event<'_>, into: &mut String) {
    if into.len() > MOST_LETTERS {
        return;
    }
    match event {
        Event::Text(text) => into.extend(text.decode()),
        Event::CData(text) => into.extend(text.decode()),
        Event::GeneralRef(reference) => match reference.resolve_char_ref() {
            Ok(Some(c)) => into.push(c),
            _ => {
                let name = reference.decode().unwrap_or_default();
                into.push_str(quick_xml::escape::resolve_predefined_entity(&name).unwrap_or_default());
            }
        },
        _ => {}
    }
}

#[derive(Default)]
struct Book {
    /// Names, and by which relation each is found.
    sheets: Vec<(String, String)>,
    since_1904: bool,
}

fn workbook(xml: &mut Part<'_>) -> Result<Book, TableError> {
    let mut book = Book::default();
    let mut buffer = Vec::new();
    while let Some(event) = next(xml, &mut buffer)? {
        if let Event::Start(tag) | Event::Empty(tag) = event {
            match tag.local_name().as_ref() {
                b"sheet" if book.sheets.len() < MOST_SHEETS => {
                    let hidden = attribute(&tag, b"state").is_some_and(|state| state != "visible");
                    if let (false, Some(name), Some(id)) = (hidden, attribute(&tag, b"name"), attribute(&tag, b"id")) {
                        book.sheets.push((name, id));
                    }
                }
                b"workbookPr" => {
                    book.since_1904 = attribute(&tag, b"date1904").is_some_and(|flag| flag == "1" || flag == "true");
                }
                _ => {}
            }
        }
    }
    Ok(book)
}

fn relations(xml: &mut Part<'_>) -> Result<BTreeMap<String, String>, TableError> {
    let mut out = BTreeMap::new();
    let mut buffer = Vec::new();
    while let Some(event) = next(xml, &mut buffer)? {
        if let Event::Start(tag) | Event::Empty(tag) = event
            && tag.local_name().as_ref() == b"Relationship"
            && let (Some(id), Some(target)) = (attribute(&tag, b"Id"), attribute(&tag, b"Target"))
        {
            if out.len() == MOST_RELATIONS {
                return Err(TableError::TooMuch("relations"));
            }
            out.insert(id, target);
        }
    }
    Ok(out)
}

/// Texts that cells name by their number.
fn shared(xml: &mut Part<'_>, room: &mut Room) -> Result<Vec<String>, TableError> {
    let mut out = Vec::new();
    let (mut text, mut inside, mut spoken) = (String::new(), false, 0_u32);
    let mut buffer = Vec::new();
    while let Some(event) = next(xml, &mut buffer)? {
        match &event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"si" => text.clear(),
                // How the text is spoken stands beside it, and is no part of it.
                b"rPh" => spoken += 1,
                b"t" => inside = spoken == 0,
                _ => {}
            },
            Event::Empty(tag) if tag.local_name().as_ref() == b"si" => {
                room.cells(1)?;
                out.push(String::new());
            }
            Event::End(tag) => match tag.local_name().as_ref() {
                b"si" => {
                    room.cells(1)?;
                    room.text(text.len())?;
                    out.push(std::mem::take(&mut text));
                }
                b"rPh" => spoken = spoken.saturating_sub(1),
                b"t" => inside = false,
                _ => {}
            },
            other if inside => letters(other, &mut text),
            _ => {}
        }
    }
    Ok(out)
}

/// Of each style of a cell, whether it shows a day.
fn day_styles(xml: &mut Part<'_>) -> Result<Vec<bool>, TableError> {
    let mut own: BTreeMap<u32, bool> = BTreeMap::new();
    let (mut out, mut of_cells) = (Vec::new(), false);
    let mut buffer = Vec::new();
    while let Some(event) = next(xml, &mut buffer)? {
        match &event {
            Event::Start(tag) | Event::Empty(tag) => match tag.local_name().as_ref() {
                b"numFmt" => {
                    if let (Some(id), Some(code)) = (numbered(tag, b"numFmtId"), attribute(tag, b"formatCode")) {
                        own.insert(id, dates::shows_day(&code));
                    }
                }
                b"cellXfs" => of_cells = matches!(event, Event::Start(_)),
                // A cell names its style by a number of sixteen bits.
                b"xf" if of_cells && out.len() <= usize::from(u16::MAX) => {
                    let id = numbered(tag, b"numFmtId").unwrap_or(0);
                    out.push(own.get(&id).copied().unwrap_or_else(|| dates::built_in(id)));
                }
                _ => {}
            },
            Event::End(tag) if tag.local_name().as_ref() == b"cellXfs" => of_cells = false,
            _ => {}
        }
    }
    Ok(out)
}

struct Known {
    texts: Vec<String>,
    days: Vec<bool>,
    since_1904: bool,
}

/// A cell while it is read.
#[derive(Default)]
struct Open {
    place: (usize, usize),
    kind: String,
    style: usize,
    text: String,
}

fn cells(xml: &mut Part<'_>, known: &Known, room: &mut Room) -> Result<Vec<Vec<String>>, TableError> {
    let mut grid = Grid::default();
    // Where the next row and cell stand that don't say it.
    let (mut row, mut column) = (0_usize, 0_usize);
    let (mut open, mut inside, mut spoken): (Open, bool, u32) = (Open::default(), false, 0);
    let mut buffer = Vec::new();
    while let Some(event) = next(xml, &mut buffer)? {
        match &event {
            Event::Start(tag) => match tag.local_name().as_ref() {
                b"row" => {
                    row = numbered::<usize>(tag, b"r").and_then(|number| number.checked_sub(1)).unwrap_or(row);
                    column = 0;
                }
                b"c" => {
                    let place = attribute(tag, b"r").and_then(|name| place_of(&name)).unwrap_or((row, column));
                    let kind = attribute(tag, b"t").unwrap_or_default();
                    open = Open { place, kind, style: numbered(tag, b"s").unwrap_or(0), text: String::new() };
                }
                b"rPh" => spoken += 1,
                b"v" | b"t" => inside = spoken == 0,
                _ => {}
            },
            Event::Empty(tag) => match tag.local_name().as_ref() {
                b"c" => column += 1,
                b"row" => row = row.saturating_add(1),
                _ => {}
            },
            Event::End(tag) => match tag.local_name().as_ref() {
                b"c" => {
                    grid.put(open.place, &shown(&open, known), room)?;
                    column = open.place.1 + 1;
                }
                b"row" => row = row.saturating_add(1),
                b"rPh" => spoken = spoken.saturating_sub(1),
                b"v" | b"t" => inside = false,
                b"sheetData" => break,
                _ => {}
            },
            other if inside => letters(other, &mut open.text),
            _ => {}
        }
    }
    Ok(grid.rows)
}

fn shown(open: &Open, known: &Known) -> String {
    let text = open.text.trim();
    match open.kind.as_str() {
        "s" => text.parse::<usize>().ok().and_then(|number| known.texts.get(number)).cloned().unwrap_or_default(),
        "b" => if text == "1" { "TRUE" } else { "FALSE" }.to_owned(),
        // #REF! is no word of anybody's.
        "e" => String::new(),
        "str" | "inlineStr" => open.text.clone(),
        // 2026-11-21T14:00:00, as other programs than Excel write it.
        "d" => text.get(..16).unwrap_or(text).replace('T', " "),
        _ => match text.parse::<f64>() {
            Ok(value) if known.days.get(open.style).copied().unwrap_or(false) => dates::day(value, known.since_1904),
            Ok(value) => dates::number(value),
            Err(_) => text.to_owned(),
        },
    }
}

/// `BC12` is row 12 of column 55, both counted from nought here.
fn place_of(name: &str) -> Option<(usize, usize)> {
    let digits = name.find(|c: char| c.is_ascii_digit())?;
    let (letters, row) = name.split_at_checked(digits)?;
    let mut column = 0_usize;
    for letter in letters.bytes() {
        let place = usize::from(letter.to_ascii_uppercase().checked_sub(b'A')?);
        if place >= 26 || letters.len() > 3 {
            return None;
        }
        column = column * 26 + place + 1;
    }
    Some((row.parse::<usize>().ok()?.checked_sub(1)?, column.checked_sub(1)?))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use zip::write::SimpleFileOptions;

    const BOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="单" sheetId="1" r:id="a"/></sheets></workbook>"#;
    const RELS: &str = r#"<Relationships><Relationship Id="a" Target="worksheets/one.xml"/></Relationships>"#;

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, text) in [("xl/workbook.xml", BOOK), ("xl/_rels/workbook.xml.rels", RELS)].iter().chain(parts) {
            zip.start_file(*name, SimpleFileOptions::default()).unwrap();
            zip.write_all(text.as_bytes()).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    fn sheet(data: &str) -> Vec<u8> {
        archive(&[("xl/worksheets/one.xml", &format!("<worksheet><sheetData>{data}</sheetData></worksheet>"))])
    }

    #[test]
    fn a_cell_stands_where_it_says_or_behind_the_one_before() {
        let found = read(
            &sheet(
                r#"<row r="2"><c r="B2" t="inlineStr"><is><t>a&amp;b&#x4E00;</t></is></c><c><v>1.0</v></c></row>
                   <row><c t="str"><v>x</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c></row>"#,
            ),
            &mut Room::new(),
        );
        assert_eq!(found.unwrap()[0].rows, [vec![], vec!["", "a&b一", "1"], vec!["x", "TRUE"]]);
    }

    #[test]
    fn what_a_file_claims_takes_no_memory_and_what_it_holds_is_counted() {
        let far = read(&sheet(r#"<row r="99999999"><c r="A99999999"><v>1</v></c></row>"#), &mut Room::new());
        assert!(matches!(far, Err(TableError::TooMuch("rows"))), "{far:?}");
        let wide = read(&sheet(r#"<row r="1"><c r="XFD1"><v>1</v></c></row>"#), &mut Room::new());
        assert!(matches!(wide, Err(TableError::TooMuch("columns"))), "{wide:?}");
        // One long text, named by many cells.
        let text = format!(r#"<sst uniqueCount="999999999999999"><si><t>{}</t></si></sst>"#, "x".repeat(32_000));
        let many: String = (0..5_000).map(|_| r#"<row><c t="s"><v>0</v></c></row>"#).collect();
        let data = format!("<worksheet><sheetData>{many}</sheetData></worksheet>");
        let bomb =
            read(&archive(&[("xl/sharedStrings.xml", &text), ("xl/worksheets/one.xml", &data)]), &mut Room::new());
        assert!(matches!(bomb, Err(TableError::TooMuch("text"))), "{bomb:?}");
    }

    #[test]
    fn what_expands_without_end_is_given_up() {
        let bytes = archive(&[("xl/worksheets/one.xml", &" ".repeat(10_000))]);
        let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        let mut left = 9_000;
        let found = part(&mut archive, "xl/worksheets/one.xml", &mut left, workbook);
        assert!(matches!(found, Err(TableError::TooMuch(_))));
    }

    #[test]
    fn an_archive_without_a_workbook_is_named_as_such() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        zip.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
        let bytes = zip.finish().unwrap().into_inner();
        assert!(matches!(read(&bytes, &mut Room::new()), Err(TableError::Unknown(_))));
    }
}
