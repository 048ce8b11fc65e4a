//! Why a paper was not printed.

use image::ImageError;
use qrcode::types::QrError;

use doorstep_schemas::paper::{MOST_COLUMNS, MOST_PICTURES, MOST_ROWS, MOST_TEXT, TALLEST_PIXELS};

#[derive(Debug, thiserror::Error)]
pub enum PressError {
    #[error("the tables have {rows} rows, {MOST_ROWS} are the most")]
    TooManyRows { rows: usize },
    #[error("the paper has {pictures} pictures, {MOST_PICTURES} are the most")]
    TooManyPictures { pictures: usize },
    #[error("the texts have {bytes} bytes, {MOST_TEXT} are the most")]
    TooMuchText { bytes: usize },
    #[error("a table has {columns} columns, 1 to {MOST_COLUMNS} are possible")]
    Columns { columns: usize },
    #[error("row {row} of a table has {cells} cells for {columns} columns")]
    Row { row: usize, cells: usize, columns: usize },
    /// `name` is the caption, or the label of the signature; else its number on the paper.
    #[error("picture \"{name}\" can't be printed: {why}")]
    Picture {
        name: String,
        #[source]
        why: BadPicture,
    },
    #[error("a text of {bytes} bytes does not fit into a QR code")]
    Code {
        bytes: usize,
        #[source]
        why: QrError,
    },
    /// The same paper fits on A4.
    #[error("{pixels} pixels are too tall for a picture or a roll, {TALLEST_PIXELS} are the most; A4 has pages")]
    TooTall { pixels: u32 },
    #[error("cancelled")]
    Cancelled,
    /// What the typesetter says; never the fault of a text.
    #[error("typesetting failed: {0}")]
    Typesetting(String),
}

/// What is wrong with a picture.
#[derive(Debug, thiserror::Error)]
pub enum BadPicture {
    #[error("it is neither JPEG nor PNG")]
    Format,
    #[error("it has {width} by {height} pixels")]
    TooLarge { width: u32, height: u32 },
    #[error("it is cut off")]
    Truncated,
    #[error("it is damaged")]
    Damaged(#[source] ImageError),
    /// It was read, and can't be written as small as it is printed.
    #[error("it can't be made smaller")]
    Shrinking(#[source] ImageError),
}
