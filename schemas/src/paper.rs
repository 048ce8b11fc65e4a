//! 凭证: a paper for the customer, before it is typeset.
//!
//! Texts come ready, in one language, with amounts and days as people read them: whoever typesets knows no word of the
//! trade. What is empty is left out, a heading above nothing too, so a paper can be written down with all that it may
//! hold.

use serde::{Deserialize, Serialize};

use crate::view::Language;

/// Most rows of all tables of a paper.
pub const MOST_ROWS: usize = 5_000;
/// Most columns of a table.
pub const MOST_COLUMNS: usize = 12;
/// Most pictures of a paper, signatures with them.
pub const MOST_PICTURES: usize = 60;
/// Letters of all its texts, in bytes.
pub const MOST_TEXT: usize = 2 * 1024 * 1024;
/// Tallest picture, in pixels. Chats and galleries refuse what is longer.
pub const TALLEST_PIXELS: u32 = 20_000;

/// What a paper comes out as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum PaperForm {
    /// A PDF of pages.
    A4,
    /// A PDF of one page as long as what it holds, on paper 80 mm wide of which 72 mm can be printed.
    Roll80,
    /// The same without its margins as a black and white PNG: 576 dots wide, as printers of 203 dpi want it.
    Roll80Dots,
    /// A PNG for a chat, 750 pixels wide.
    Picture,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    /// How lines break and what a reader aloud takes it for.
    pub language: Language,
    pub issuer: Issuer,
    pub title: String,
    pub subtitle: String,
    /// Number and day of the paper.
    pub marks: Vec<Pair>,
    pub blocks: Vec<Block>,
    /// At the foot of every A4 page, beside its number; else once at the end.
    pub footer: String,
}

/// Who gives the paper out.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Issuer {
    pub name: String,
    /// Telephones, address, complaint numbers: one a line.
    pub lines: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Block {
    /// Stays with what follows it.
    Heading(String),
    Pairs(Vec<Pair>),
    Table(Table),
    Text(String),
    Verdict(Verdict),
    Photos(Vec<Photo>),
    Signatures(Vec<Signature>),
    /// A text as a QR code, and what is said beside it.
    Code {
        text: String,
        caption: String,
    },
    /// Conditions, sources of limits: what only some read.
    Small(String),
}

/// Left out when its value is empty.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pair {
    pub label: String,
    pub value: String,
}

/// Left out when it has no rows. Every row has as many cells as there are columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Table {
    pub columns: Vec<Column>,
    pub rows: Vec<Vec<String>>,
    pub totals: Vec<Total>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Column {
    pub head: String,
    pub align: Align,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Align {
    Start,
    /// Numbers and money.
    End,
}

/// A row below the others. A text takes the empty cells behind it as its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Total {
    pub cells: Vec<String>,
    pub strong: bool,
}

/// A word, a mark that is drawn beside it, and why: never a colour alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verdict {
    pub tone: Tone,
    pub word: String,
    pub text: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tone {
    Ok,
    Warn,
    Danger,
}

/// A JPEG or PNG file with its caption.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Photo {
    pub caption: String,
    pub bytes: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// Whose it is: customer, technician.
    pub label: String,
    pub name: String,
    pub signed: Signed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Signed {
    /// A JPEG or PNG file.
    Drawn(Vec<u8>),
    /// A line to sign on.
    Line,
    /// 拒签, in the paper's words, and who saw it.
    Declined { word: String, witness: String },
}

/// A label and its value.
pub fn pair(label: impl Into<String>, value: impl Into<String>) -> Pair {
    Pair { label: label.into(), value: value.into() }
}
