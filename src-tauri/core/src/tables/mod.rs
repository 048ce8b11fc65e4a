//! Tables as other programs write and read them: bytes in, rows of cells out, and the other way round.
//!
//! A file comes from anywhere, so nothing in it decides how much memory is taken: every row, cell and letter is counted
//! against [`Room`] before it is kept (decision 0048).

mod dates;
mod read;
mod text;
mod write;
mod xls;
mod xlsx;

pub use read::{Sheet, read};
pub use write::{Cell, Table, XlsxError, csv, csvs, thousandths, xlsx};

/// Largest file, in bytes.
pub const MOST_BYTES: usize = 20_000_000;
/// Most rows of a sheet, and most columns.
pub const MOST_ROWS: usize = 100_000;
pub const MOST_COLUMNS: usize = 256;
/// Most sheets of one file.
const MOST_SHEETS: usize = 20;
/// Cells of a file, empty ones between others included, and bytes of all their texts.
const MOST_CELLS: usize = 3_000_000;
const MOST_TEXT: usize = 64_000_000;
/// What a part of a workbook may grow to when it is expanded.
const MOST_EXPANDED: u64 = 300_000_000;

/// Why a file is not read as a table. Nothing of it was taken.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("the file has {0} bytes, more than {MOST_BYTES}")]
    TooLarge(usize),
    #[error("the file holds more than a table may: {0}")]
    TooMuch(&'static str),
    #[error("the file is locked by a password")]
    Locked,
    #[error("the file is none of CSV, XLSX and XLS: {0}")]
    Unknown(&'static str),
    #[error("the file is damaged: {0}")]
    Damaged(String),
    #[error("no sheet of the file holds anything")]
    Empty,
}

/// What is left of a file's room.
struct Room {
    cells: usize,
    text: usize,
}

impl Room {
    fn new() -> Self {
        Self { cells: MOST_CELLS, text: MOST_TEXT }
    }

    fn cells(&mut self, cells: usize) -> Result<(), TableError> {
        self.cells = self.cells.checked_sub(cells).ok_or(TableError::TooMuch("cells"))?;
        Ok(())
    }

    fn text(&mut self, bytes: usize) -> Result<(), TableError> {
        self.text = self.text.checked_sub(bytes).ok_or(TableError::TooMuch("text"))?;
        Ok(())
    }
}

/// Rows that grow cell by cell.
#[derive(Default)]
struct Grid {
    rows: Vec<Vec<String>>,
}

impl Grid {
    /// Puts a cell in its place; an empty one takes none.
    fn put(&mut self, (row, column): (usize, usize), text: &str, room: &mut Room) -> Result<(), TableError> {
        let text = text.trim();
        if text.is_empty() {
            return Ok(());
        }
        if row >= MOST_ROWS {
            return Err(TableError::TooMuch("rows"));
        }
        if column >= MOST_COLUMNS {
            return Err(TableError::TooMuch("columns"));
        }
        room.text(text.len())?;
        if self.rows.len() <= row {
            self.rows.resize_with(row + 1, Vec::new);
        }
        let Some(cells) = self.rows.get_mut(row) else { return Ok(()) };
        if cells.len() <= column {
            room.cells(column + 1 - cells.len())?;
            cells.resize_with(column + 1, String::new);
        }
        if let Some(cell) = cells.get_mut(column) {
            text.clone_into(cell);
        }
        Ok(())
    }
}
