//! A table as a file: XLSX with real numbers and days, CSV that every spreadsheet opens.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::domain::calendar::{self, DAY_MS};
use crate::domain::money::amount::yuan;

/// Longest text of a cell, in characters: spreadsheets hold no more.
const MOST_TEXT: usize = 32_767;
/// Longest name of a sheet, in characters.
const MOST_NAME: usize = 31;
/// Rows and columns that a sheet can hold.
const MOST_ROWS: usize = 1_048_576;
const MOST_COLUMNS: usize = 16_384;
/// Days from 1899-12-30, where spreadsheets begin to count, to 1970-01-01.
const DAYS_BEFORE_1970: f64 = 25_569.0;

/// One table, and what its sheet is called.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    pub name: String,
    pub head: Vec<String>,
    pub rows: Vec<Vec<Cell>>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    Empty,
    Text(String),
    Number(f64),
    /// Money, shown in yuan.
    Fen(i64),
    /// A moment in milliseconds since 1970, UTC; shown as the outlet's day.
    Date(i64),
}

/// Why there is no file.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("a table of {rows} rows and {columns} columns fits no sheet")]
    TooLarge { rows: usize, columns: usize },
    #[error("the spreadsheet could not be written")]
    Format(#[from] XlsxError),
}

impl Cell {
    fn plain(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Fen(fen) => yuan(*fen),
            Self::Date(ms) => calendar::day_name(*ms),
        }
    }
}

/// The tables as one workbook, a sheet each.
pub fn xlsx(tables: &[Table]) -> Result<Vec<u8>, TableError> {
    let mut book = Workbook::new();
    let (head, money) = (Format::new().set_bold(), Format::new().set_num_format("#,##0.00"));
    let day = Format::new().set_num_format("yyyy-mm-dd");
    for (nth, table) in tables.iter().enumerate() {
        let columns = table.rows.iter().map(Vec::len).chain([table.head.len()]).max().unwrap_or(0);
        if table.rows.len() >= MOST_ROWS || columns > MOST_COLUMNS {
            return Err(TableError::TooLarge { rows: table.rows.len(), columns });
        }
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(&table.name, nth))?;
        sheet.set_freeze_panes(1, 0)?;
        for (column, text) in (0u16..).zip(&table.head) {
            sheet.write_string_with_format(0, column, cut(text, MOST_TEXT), &head)?;
        }
        for (row, cells) in (1u32..).zip(&table.rows) {
            for (column, cell) in (0u16..).zip(cells) {
                match cell {
                    Cell::Empty => {}
                    Cell::Text(text) => {
                        sheet.write_string(row, column, cut(text, MOST_TEXT))?;
                    }
                    Cell::Number(number) if number.is_finite() => {
                        sheet.write_number(row, column, *number)?;
                    }
                    Cell::Number(_) => {}
                    Cell::Fen(fen) => {
                        sheet.write_number_with_format(row, column, *fen as f64 / 100.0, &money)?;
                    }
                    Cell::Date(ms) => {
                        let days = (calendar::day_start(*ms) + 8 * 3_600_000).div_euclid(DAY_MS) as f64;
                        sheet.write_number_with_format(row, column, days + DAYS_BEFORE_1970, &day)?;
                    }
                }
            }
        }
        sheet.autofit();
    }
    Ok(book.save_to_buffer()?)
}

fn cut(text: &str, most: usize) -> String {
    text.chars().take(most).collect()
}

/// A name that spreadsheets take: without their own signs, never empty, each its own.
fn sheet_name(name: &str, nth: usize) -> String {
    let plain: String = name.chars().filter(|c| !"[]:*?/\\'".contains(*c) && !c.is_control()).collect();
    let number = if nth == 0 { String::new() } else { format!(" {}", nth + 1) };
    let room = MOST_NAME.saturating_sub(number.chars().count());
    let cut = cut(plain.trim(), room);
    if cut.is_empty() { format!("Sheet{}", nth + 1) } else { format!("{cut}{number}") }
}

/// One table as CSV: UTF-8 with its mark, so that a Chinese Excel reads it right. A text that a spreadsheet would take for
/// a formula is not one.
pub fn csv(table: &Table) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    let head: Vec<String> = table.head.iter().map(|text| field(text, true)).collect();
    out.push_str(&head.join(","));
    out.push_str("\r\n");
    for cells in &table.rows {
        let row: Vec<String> = cells.iter().map(|cell| field(&cell.plain(), matches!(cell, Cell::Text(_)))).collect();
        out.push_str(&row.join(","));
        out.push_str("\r\n");
    }
    out.into_bytes()
}

fn field(text: &str, may_be_formula: bool) -> String {
    let formula = may_be_formula && text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let text = if formula { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let row = |text: &str, fen| {
            vec![
                Cell::Text(text.to_owned()),
                Cell::Fen(fen),
                Cell::Date(1_795_233_600_000),
                Cell::Number(1.5),
                Cell::Empty,
            ]
        };
        let head = ["用户", "金额", "完工", "数量", "备注"].map(str::to_owned).to_vec();
        Table { name: "北岭 2026-11".to_owned(), head, rows: vec![row("罗桂香", 21_000), row("=1+1,\"x\"", -550)] }
    }

    #[test]
    fn a_csv_opens_in_chinese_and_holds_no_formula() {
        let text = String::from_utf8(csv(&table())).unwrap();
        assert!(text.starts_with('\u{feff}'));
        assert!(text.contains("罗桂香,210.00,2026-11-21,1.5,\r\n"), "{text}");
        assert!(text.contains("\"'=1+1,\"\"x\"\"\",-5.50,"), "{text}");
    }

    #[test]
    fn a_workbook_is_a_zip_with_a_sheet_for_each_table() {
        let bytes = xlsx(&[table(), table()]).unwrap();
        assert!(bytes.starts_with(b"PK"));
        let inside = |name: &[u8]| bytes.windows(name.len()).any(|part| part == name);
        assert!(inside(b"xl/worksheets/sheet2.xml") && !inside(b"xl/worksheets/sheet3.xml"));
    }

    #[test]
    fn names_of_sheets_are_ones_that_spreadsheets_take() {
        assert_eq!(sheet_name("a/b:[c]", 0), "abc");
        assert_eq!(sheet_name("", 1), "Sheet2");
        assert_eq!(sheet_name(&"长".repeat(40), 1).chars().count(), MOST_NAME);
    }

    #[test]
    fn a_table_that_fits_no_sheet_is_refused() {
        let wide = Table { head: vec![String::new(); MOST_COLUMNS + 1], ..Table::default() };
        assert!(matches!(xlsx(&[wide]), Err(TableError::TooLarge { .. })));
    }
}
