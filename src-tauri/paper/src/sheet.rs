//! A paper with its texts cleaned, its words made to fit and its pictures made small: what the template draws.

use doorstep_schemas::paper::{
    Block, MOST_PICTURES, MOST_ROWS, MOST_TEXT, Pair, Paper, Photo, Signature, Signed, Tone,
};
use doorstep_schemas::view::Language;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Serialize;

use crate::PressError;
use crate::ink::Ink;
use crate::picture::{Small, shrunk};
use crate::shape::Shape;
use crate::table::{self, Set};

type Lines = Vec<String>;

/// Handed to the template as JSON; pictures are files beside it.
#[derive(Debug, Serialize)]
pub struct Sheet<'a> {
    form: &'a Shape,
    lang: &'static str,
    issuer: Lines,
    issuer_lines: Vec<Lines>,
    title: Lines,
    subtitle: Lines,
    marks: Vec<Lines>,
    blocks: Vec<Piece>,
    footer: Lines,
}

#[derive(Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Piece {
    Heading { text: Lines },
    Pairs { label: f64, beside: usize, rows: Vec<Vec<(Lines, Lines)>> },
    Table(Set),
    Text { text: Lines },
    Verdict { tone: Tone, word: Lines, text: Lines },
    Photos { photos: Vec<PhotoPiece> },
    Signatures { signatures: Vec<SignaturePiece> },
    Code { file: String, side: f64, quiet: f64, caption: Lines },
    Small { text: Lines },
}

#[derive(Debug, Serialize)]
struct PhotoPiece {
    file: String,
    format: &'static str,
    caption: Lines,
}

#[derive(Debug, Serialize)]
struct SignaturePiece {
    label: Lines,
    name: Lines,
    file: Option<String>,
    format: &'static str,
    /// Width to height.
    aspect: f64,
    declined: Lines,
    witness: Lines,
}

/// Files by their names on the desk.
pub type Files = Vec<(String, Vec<u8>)>;

/// Refuses what would take minutes or all of a phone's memory.
pub fn bounded(paper: &Paper) -> Result<(), PressError> {
    let (mut rows, mut pictures) = (0, 0);
    for block in &paper.blocks {
        match block {
            Block::Table(table) => rows += table.rows.len() + table.totals.len(),
            Block::Photos(photos) => pictures += photos.len(),
            Block::Signatures(signatures) => pictures += signatures.len(),
            Block::Code { .. } => pictures += 1,
            Block::Heading(_) | Block::Pairs(_) | Block::Text(_) | Block::Verdict(_) | Block::Small(_) => {}
        }
    }
    let bytes = bytes_of_text(paper);
    match () {
        () if rows > MOST_ROWS => Err(PressError::TooManyRows { rows }),
        () if pictures > MOST_PICTURES => Err(PressError::TooManyPictures { pictures }),
        () if bytes > MOST_TEXT => Err(PressError::TooMuchText { bytes }),
        () => Ok(()),
    }
}

fn bytes_of_text(paper: &Paper) -> usize {
    let pairs = |pairs: &[Pair]| pairs.iter().map(|pair| pair.label.len() + pair.value.len()).sum::<usize>();
    let all = |texts: &[String]| texts.iter().map(String::len).sum::<usize>();
    let blocks = paper.blocks.iter().map(|block| match block {
        Block::Heading(text) | Block::Text(text) | Block::Small(text) => text.len(),
        Block::Pairs(list) => pairs(list),
        Block::Table(table) => {
            let cells = table.rows.iter().chain(table.totals.iter().map(|total| &total.cells));
            let heads = table.columns.iter().map(|column| column.head.len()).sum::<usize>();
            cells.map(|row| all(row)).sum::<usize>() + heads
        }
        Block::Verdict(verdict) => verdict.word.len() + verdict.text.len(),
        Block::Photos(photos) => photos.iter().map(|photo| photo.caption.len()).sum(),
        Block::Signatures(list) => list.iter().map(bytes_of_signature).sum(),
        Block::Code { text, caption } => text.len() + caption.len(),
    });
    let head = [&paper.title, &paper.subtitle, &paper.footer, &paper.issuer.name];
    head.iter().map(|text| text.len()).sum::<usize>()
        + all(&paper.issuer.lines)
        + pairs(&paper.marks)
        + blocks.sum::<usize>()
}

fn bytes_of_signature(signature: &Signature) -> usize {
    let declined = match &signature.signed {
        Signed::Declined { word, witness } => word.len() + witness.len(),
        Signed::Drawn(_) | Signed::Line => 0,
    };
    signature.label.len() + signature.name.len() + declined
}

impl<'a> Sheet<'a> {
    /// The sheet and its pictures.
    pub fn new(paper: &Paper, form: &'a Shape, ink: &mut Ink) -> Result<(Self, Files), PressError> {
        let mut layout = Layout { form, ink, files: Vec::new() };
        let mut blocks = Vec::new();
        for block in &paper.blocks {
            blocks.extend(layout.piece(block)?);
        }
        let room = form.room();
        // Beside the title stands who gives the paper out.
        let beside = if form.height.is_some() { room * 0.48 } else { room };
        let sheet = Self {
            form,
            lang: match paper.language {
                Language::Zh => "zh",
                Language::En => "en",
            },
            issuer: layout.fit(&paper.issuer.name, form.issuer, beside),
            issuer_lines: paper.issuer.lines.iter().map(|line| layout.fit(line, form.small, beside)).collect(),
            title: layout.fit(&paper.title, form.title, beside),
            subtitle: layout.fit(&paper.subtitle, form.size, beside),
            marks: paper.marks.iter().filter_map(|mark| layout.mark(mark)).collect(),
            blocks: with_something_below(blocks),
            footer: layout.fit(&paper.footer, form.small, room * 0.85),
        };
        Ok((sheet, layout.files))
    }
}

/// Headings above nothing are left out.
fn with_something_below(blocks: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in blocks {
        if matches!(piece, Piece::Heading { .. }) && matches!(out.last(), Some(Piece::Heading { .. })) {
            out.pop();
        }
        out.push(piece);
    }
    if matches!(out.last(), Some(Piece::Heading { .. })) {
        out.pop();
    }
    out
}

struct Layout<'a> {
    form: &'a Shape,
    ink: &'a mut Ink,
    files: Files,
}

impl Layout<'_> {
    /// A text's lines, for letters of `size` in `room` points.
    fn fit(&mut self, text: &str, size: f64, room: f64) -> Lines {
        let lines = self.ink.lines(text);
        self.ink.broken(lines, room / size)
    }

    fn mark(&mut self, mark: &Pair) -> Option<Lines> {
        let text = format!("{} {}", mark.label, mark.value);
        (!mark.value.trim().is_empty()).then(|| self.fit(&text, self.form.small, self.form.room()))
    }

    fn piece(&mut self, block: &Block) -> Result<Option<Piece>, PressError> {
        let (size, small, room) = (self.form.size, self.form.small, self.form.room());
        let some = |text: &Lines| !text.is_empty();
        Ok(match block {
            Block::Heading(text) => {
                Some(self.fit(text, size * 1.15, room)).filter(some).map(|text| Piece::Heading { text })
            }
            Block::Text(text) => Some(self.fit(text, size, room)).filter(some).map(|text| Piece::Text { text }),
            Block::Small(text) => Some(self.fit(text, small, room)).filter(some).map(|text| Piece::Small { text }),
            Block::Pairs(pairs) => self.pairs(pairs),
            Block::Table(table) => table::set(table, room / self.table_size(), self.ink)?.map(Piece::Table),
            Block::Verdict(verdict) => {
                // The mark and the frame take the rest.
                let room = room - 5.0 * size;
                let (word, text) = (self.fit(&verdict.word, size * 1.15, room), self.fit(&verdict.text, size, room));
                (some(&word) || some(&text)).then_some(Piece::Verdict { tone: verdict.tone, word, text })
            }
            Block::Photos(photos) => self.photos(photos)?,
            Block::Signatures(signatures) => self.signatures(signatures)?,
            Block::Code { text, caption } => self.code(text, caption)?,
        })
    }

    fn table_size(&self) -> f64 {
        self.form.size * TABLE
    }

    /// Labels get one width for all; what is too long for half a line has a whole one.
    fn pairs(&mut self, pairs: &[Pair]) -> Option<Piece> {
        let (size, room, most) = (self.form.size, self.form.room(), self.form.pairs_beside);
        let pairs: Vec<(Lines, Lines)> =
            pairs.iter().map(|pair| (self.ink.lines(&pair.label), self.ink.lines(&pair.value))).collect();
        let pairs: Vec<_> = pairs.into_iter().filter(|(_, value)| !value.is_empty()).collect();
        let half = (room - size * PAIR_GAP * (most - 1) as f64) / most as f64;
        let label = pairs.iter().map(|(label, _)| self.ink.width(label) + 0.1).fold(0.0, f64::max) * size;
        let label = label.min(half * 0.4);
        let value = |part: f64| (part - label - size) / size;

        let mut rows: Vec<Vec<(Lines, Lines)>> = Vec::new();
        let mut open = false;
        for (name, text) in pairs {
            let short = most > 1 && self.ink.width(&text) + 0.1 <= value(half);
            let text = self.ink.broken(text, value(if short { half } else { room }));
            let one = (self.ink.broken(name, label / size), text);
            match rows.last_mut() {
                Some(row) if open && short && row.len() < most => row.push(one),
                _ => rows.push(vec![one]),
            }
            open = short;
        }
        (!rows.is_empty()).then_some(Piece::Pairs { label, beside: most, rows })
    }

    fn picture(&mut self, bytes: &[u8], name: &str, points: f64) -> Result<(String, &'static str, f64), PressError> {
        let number = self.files.len();
        let named = || if name.trim().is_empty() { (number + 1).to_string() } else { name.trim().to_owned() };
        let small =
            shrunk(bytes, self.form.pixels(points)).map_err(|why| PressError::Picture { name: named(), why })?;
        let Small { bytes, format, aspect } = small;
        let file = format!("/picture/{number}");
        self.files.push((file.clone(), bytes));
        Ok((file, format, aspect))
    }

    fn photos(&mut self, photos: &[Photo]) -> Result<Option<Piece>, PressError> {
        let width = self.form.room() / self.form.photos_beside as f64;
        let mut out = Vec::new();
        for photo in photos {
            let (file, format, _) = self.picture(&photo.bytes, &photo.caption, width)?;
            out.push(PhotoPiece { file, format, caption: self.fit(&photo.caption, self.form.small, width * 0.95) });
        }
        Ok((!out.is_empty()).then_some(Piece::Photos { photos: out }))
    }

    fn signatures(&mut self, signatures: &[Signature]) -> Result<Option<Piece>, PressError> {
        let width = self.form.room() / self.form.signatures_beside as f64 * 0.9;
        let mut out = Vec::new();
        for one in signatures {
            let (mut file, mut format, mut aspect) = (None, "", 1.0);
            let (mut declined, mut witness) = (Vec::new(), Vec::new());
            match &one.signed {
                Signed::Drawn(bytes) => {
                    let (name, kind, shape) = self.picture(bytes, &one.label, width)?;
                    (file, format, aspect) = (Some(name), kind, shape);
                }
                Signed::Line => {}
                Signed::Declined { word, witness: who } => {
                    declined = self.fit(word, self.form.size * 1.15, width * 0.85);
                    witness = self.fit(who, self.form.size, width);
                }
            }
            let label = self.fit(&one.label, self.form.small, width);
            let name = self.fit(&one.name, self.form.size, width);
            out.push(SignaturePiece { label, name, file, format, aspect, declined, witness });
        }
        Ok((!out.is_empty()).then_some(Piece::Signatures { signatures: out }))
    }

    /// A module is whole dots wide, so that a printer draws straight edges.
    fn code(&mut self, text: &str, caption: &str) -> Result<Option<Piece>, PressError> {
        if text.is_empty() {
            return Ok(None);
        }
        let code = QrCode::with_error_correction_level(text, EcLevel::M)
            .or_else(|_| QrCode::with_error_correction_level(text, EcLevel::L))
            .map_err(|why| PressError::Code { bytes: text.len(), why })?;
        let modules = code.width() + 2 * QUIET;
        let dots = (self.form.code_dots / modules).clamp(3, 8) * modules;
        let side = (dots as f64 / 203.0 * 72.0).min(self.form.room());
        let drawn = code.render::<svg::Color<'_>>().min_dimensions(modules as u32, modules as u32).build();
        let file = format!("/picture/{}", self.files.len());
        self.files.push((file.clone(), drawn.into_bytes()));
        let beside = self.form.room() - if self.form.mono { 0.0 } else { side + self.form.size };
        let quiet = side * QUIET as f64 / modules as f64;
        Ok(Some(Piece::Code {
            file,
            side,
            quiet,
            caption: self.fit(caption, self.form.small, beside.max(self.form.size * 6.0)),
        }))
    }
}

/// Letters of a table beside those of a paragraph.
const TABLE: f64 = 0.95;
/// Between two pairs on a line, in em.
const PAIR_GAP: f64 = 2.0;
/// White modules around a code.
const QUIET: usize = 4;
