//! One sheet of a file, as all imports begin: its headings found, its rows behind them.

use super::{ImportError, open};
use crate::tables::Sheet;

pub(in crate::actions) struct Picked {
    /// Of all sheets of the file.
    pub names: Vec<String>,
    /// Which one this is; of a number that there is not, the last.
    pub number: u32,
    pub sheet: Sheet,
    pub head: Vec<String>,
    /// Where its first row behind the headings stands.
    pub first: usize,
    /// By which the file is known again.
    pub file: String,
}

impl Picked {
    pub fn of(base64: &str, number: u32, head_row: impl FnOnce(&[Vec<String>]) -> usize) -> Result<Self, ImportError> {
        let (sheets, file) = open(base64)?;
        let names: Vec<String> = sheets.iter().map(|sheet| sheet.name.clone()).collect();
        let number = number.min(u32::try_from(sheets.len().saturating_sub(1)).unwrap_or(u32::MAX));
        let sheet = sheets.into_iter().nth(usize::try_from(number).unwrap_or(0)).unwrap_or_default();
        let at = head_row(&sheet.rows);
        let head = sheet.rows.get(at).cloned().unwrap_or_default();
        Ok(Self { names, number, sheet, head, first: at + 1, file })
    }

    pub fn rows(&self) -> &[Vec<String>] {
        self.sheet.rows.get(self.first..).unwrap_or_default()
    }
}
