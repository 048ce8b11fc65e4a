//! Tables for other programs: a workbook, or CSV as a Chinese Excel opens it.

pub use rust_xlsxwriter::XlsxError;
use rust_xlsxwriter::{Format, Workbook};

use super::dates;
use crate::domain::calendar;

/// With what a cell begins that Excel takes for a formula.
pub const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Letters of a cell in Excel.
const MOST_LETTERS: usize = 32_767;
/// Letters of a sheet's name in Excel, and those that it must not have.
const MOST_NAME: usize = 31;
const NOT_IN_NAME: [char; 7] = ['[', ']', ':', '*', '?', '/', '\\'];
/// How wide a column becomes at most, in letters.
const WIDEST: usize = 60;
/// Rows by which a column's width is told.
const LOOK: usize = 200;

/// What one cell holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(i64),
    /// Thousandths of one.
    Thousandths(i64),
    /// Whole fen, shown as yuan with two places.
    Fen(i64),
    /// A moment; its day is shown.
    Day(i64),
    /// A moment; its day and its minute are shown.
    Moment(i64),
}

/// One table: a name, the headings, the rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

impl Cell {
    /// As it is read, and as CSV has it.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Thousandths(number) => thousandths(*number),
            Self::Fen(fen) => {
                let sign = if *fen < 0 { "-" } else { "" };
                format!("{sign}{}.{:02}", fen.unsigned_abs() / 100, fen.unsigned_abs() % 100)
            }
            Self::Day(at) => calendar::day_name(*at),
            Self::Moment(at) => format!("{} {}", calendar::day_name(*at), calendar::clock(*at)),
        }
    }
}

/// `21.4` for 21 400.
pub fn thousandths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let text = format!("{sign}{}.{:03}", number.unsigned_abs() / 1_000, number.unsigned_abs() % 1_000);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A workbook, a sheet a table. Its texts are texts: none is a formula, whatever it begins with.
pub fn xlsx(tables: &[Table]) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let yuan = Format::new().set_num_format("0.00");
    let day = Format::new().set_num_format("yyyy-mm-dd");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    for (number, table) in tables.iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(&table.name, number))?;
        for (column, head) in (0_u16..).zip(&table.head) {
            sheet.write_string_with_format(0, column, cut(head), &bold)?;
            sheet.set_column_width(column, width(table, usize::from(column)))?;
        }
        sheet.set_freeze_panes(1, 0)?;
        for (row, cells) in (1_u32..).zip(&table.rows) {
            for (column, cell) in (0_u16..).zip(cells) {
                let shop = |at: &i64| dates::serial(*at, calendar::OFFSET_MS);
                match cell {
                    Cell::Empty => continue,
                    Cell::Text(text) => sheet.write_string(row, column, cut(text))?,
                    Cell::Number(number) => sheet.write_number(row, column, *number as f64)?,
                    Cell::Thousandths(number) => sheet.write_number(row, column, *number as f64 / 1000.0)?,
                    Cell::Fen(fen) => sheet.write_number_with_format(row, column, *fen as f64 / 100.0, &yuan)?,
                    Cell::Day(at) => sheet.write_number_with_format(row, column, shop(at).floor(), &day)?,
                    // Its seconds are no part of it: they would be rounded up where CSV leaves them out.
                    Cell::Moment(at) => {
                        let minute = at - at.rem_euclid(60_000);
                        sheet.write_number_with_format(row, column, shop(&minute), &moment)?
                    }
                };
            }
        }
    }
    book.save_to_buffer()
}

/// CSV in UTF-8 with its mark, without which Excel shows nonsense for Chinese. A cell that begins like a formula gets an
/// apostrophe before it: whoever opens the file runs nothing that a customer's name says.
pub fn csv(table: &Table) -> Result<Vec<u8>, csv::Error> {
    csvs(std::slice::from_ref(table))
}

/// Several tables below each other, a line free between them.
pub fn csvs(tables: &[Table]) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .flexible(true)
        .from_writer(b"\xef\xbb\xbf".to_vec());
    for (number, table) in tables.iter().enumerate() {
        if number > 0 {
            writer.write_record([""])?;
        }
        writer.write_record(table.head.iter().map(|head| harmless(head)))?;
        for row in &table.rows {
            writer.write_record(row.iter().map(|cell| match cell {
                Cell::Text(text) => harmless(text),
                figure => figure.text(),
            }))?;
        }
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

fn harmless(text: &str) -> String {
    if text.starts_with(FORMULA) { format!("'{text}") } else { text.to_owned() }
}

fn cut(text: &str) -> String {
    text.chars().take(MOST_LETTERS).collect()
}

fn sheet_name(name: &str, number: usize) -> String {
    let name: String = name.chars().filter(|c| !c.is_control() && !NOT_IN_NAME.contains(c)).take(MOST_NAME).collect();
    let name = name.trim().trim_matches('\'');
    if name.is_empty() { format!("{}", number + 1) } else { name.to_owned() }
}

/// A Chinese letter takes the room of two.
fn width(table: &Table, column: usize) -> f64 {
    let wide = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    let cells = table.rows.iter().take(LOOK).filter_map(|row| row.get(column)).map(|cell| wide(&cell.text()));
    let most = cells.chain(table.head.get(column).map(|head| wide(head))).max().unwrap_or(0);
    (most + 2).clamp(8, WIDEST) as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::NOON;
    use crate::tables::read;

    fn table(cells: Vec<Cell>) -> Table {
        Table { name: "工单 [1]".into(), head: cells.iter().map(|_| "=列".to_owned()).collect(), rows: vec![cells] }
    }

    #[test]
    fn no_cell_of_a_csv_is_a_formula_for_the_program_that_opens_it() {
        let texts = ["=1+1", "+86 13800001001", "-3", "@SUM(A1)", "\t=1", "罗桂香"];
        let table = table(texts.iter().map(|text| Cell::Text((*text).into())).collect());
        let bytes = csv(&table).unwrap();
        let text = std::str::from_utf8(&bytes).unwrap();
        assert!(text.starts_with("\u{feff}'=列,"));
        assert!(text.contains("'=1+1,'+86 13800001001,'-3,'@SUM(A1),'\t=1,罗桂香"), "{text}");
        let again = &read(&bytes).unwrap()[0].rows[1];
        assert_eq!(again.iter().map(String::as_str).collect::<Vec<_>>(), texts.map(str::trim));
    }

    #[test]
    fn figures_stay_figures_and_days_are_the_shops() {
        let cells = vec![
            Cell::Number(-3),
            Cell::Fen(-1_205),
            Cell::Day(NOON),
            Cell::Moment(NOON + 43_000),
            Cell::Empty,
            Cell::Text("=1".into()),
        ];
        let shown = ["-3", "-12.05", "2026-11-21", "2026-11-21 12:00", "", "=1"];
        assert_eq!(read(&csv(&table(cells.clone())).unwrap()).unwrap()[0].rows[1], shown);
        let book = read(&xlsx(&[table(cells)]).unwrap()).unwrap();
        assert_eq!(book[0].rows[1], shown);
        assert_eq!(book[0].name, "工单 1");
    }

    #[test]
    fn a_long_text_is_cut_where_excel_would_refuse_the_file() {
        let book = xlsx(&[table(vec![Cell::Text("长".repeat(40_000))])]).unwrap();
        assert_eq!(read(&book).unwrap()[0].rows[1][0].chars().count(), MOST_LETTERS);
    }
}
