//! From a paper to a file.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use doorstep_schemas::paper::{Paper, PaperForm, TALLEST_PIXELS};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use typst::comemo;
use typst::diag::{SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Smart};
use typst_layout::{Page, PagedDocument};
use typst_pdf::PdfOptions;
use typst_render::RenderOptions;

use crate::PressError;
use crate::desk::{Desk, Tools, file_id};
use crate::dots;
use crate::ink::Ink;
use crate::shape::Shape;
use crate::sheet::{Sheet, bounded};

/// What came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Printed {
    pub bytes: Vec<u8>,
    pub mime: &'static str,
    /// Of the picture in pixels, of the first page in points.
    pub width: u32,
    pub height: u32,
    pub pages: usize,
    /// Characters that the font lacks: each stands on the paper as 〓.
    pub missing: String,
}

/// The typesetter with its font and template. Kept and shared, it saves a few milliseconds a paper.
pub struct Press {
    tools: Tools,
}

impl Press {
    pub fn new() -> Result<Self, PressError> {
        Ok(Self { tools: Tools::new()? })
    }

    /// Sets a paper. `cancelled` is asked between the steps; each takes milliseconds, or seconds for thousands of rows.
    pub fn print(&self, paper: &Paper, form: PaperForm, cancelled: &dyn Fn() -> bool) -> Result<Printed, PressError> {
        let go_on = || if cancelled() { Err(PressError::Cancelled) } else { Ok(()) };
        bounded(paper)?;
        go_on()?;
        let shape = Shape::of(form);
        let mut ink = Ink::new(&self.tools.font);
        let desk = self.desk(paper, &shape, &mut ink)?;
        go_on()?;
        // The typesetter is large and foreign: should it stumble, the app must not.
        let printed = catch_unwind(AssertUnwindSafe(|| {
            let document = typeset(&desk)?;
            go_on()?;
            let page = document.pages().first().ok_or_else(|| PressError::Typesetting("no page".to_owned()))?;
            match (shape.scale, shape.height) {
                (Some(scale), _) => draw(page, scale, shape.mono),
                (None, height) => pdf(&document, page, height.is_none()),
            }
        }));
        // What it remembers would lie in memory until the next paper.
        comemo::evict(0);
        let printed = printed.unwrap_or_else(|_| Err(PressError::Typesetting("the typesetter stumbled".to_owned())))?;
        Ok(Printed { missing: ink.missing(), ..printed })
    }

    fn desk(&self, paper: &Paper, shape: &Shape, ink: &mut Ink) -> Result<Desk<'_>, PressError> {
        let (sheet, pictures) = Sheet::new(paper, shape, ink)?;
        let json = serde_json::to_vec(&sheet).map_err(|fault| PressError::Typesetting(fault.to_string()))?;
        let files = pictures.into_iter().chain([("/paper.json".to_owned(), json)]);
        let files = files.map(|(name, bytes)| Ok((file_id(&name)?, Bytes::new(bytes))));
        Ok(Desk { tools: &self.tools, files: files.collect::<Result<_, PressError>>()? })
    }
}

fn typeset(desk: &Desk<'_>) -> Result<PagedDocument, PressError> {
    let Warned { output, warnings: _ } = typst::compile::<PagedDocument>(desk);
    output.map_err(|faults| told(&faults))
}

fn told(faults: &[SourceDiagnostic]) -> PressError {
    let faults: Vec<String> = faults.iter().map(|fault| fault.message.to_string()).collect();
    PressError::Typesetting(faults.join("; "))
}

fn pdf(document: &PagedDocument, page: &Page, roll: bool) -> Result<Printed, PressError> {
    let size = page.frame.size();
    // A printer's roll has no pages, but a reader of PDF has its limits.
    if roll {
        held(size.y.to_pt() * 8.0 * 25.4 / 72.0)?;
    }
    let options = PdfOptions { creator: Smart::Custom(Some("Doorstep".to_owned())), ..PdfOptions::default() };
    let bytes = typst_pdf::pdf(document, &options).map_err(|faults| told(&faults))?;
    Ok(Printed {
        bytes,
        mime: "application/pdf",
        width: size.x.to_pt().round() as u32,
        height: size.y.to_pt().round() as u32,
        pages: document.pages().len(),
        missing: String::new(),
    })
}

/// Pixels of a height, if they are not too many.
fn held(pixels: f64) -> Result<(), PressError> {
    let pixels = pixels.ceil() as u32;
    if pixels > TALLEST_PIXELS { Err(PressError::TooTall { pixels }) } else { Ok(()) }
}

fn draw(page: &Page, scale: f64, mono: bool) -> Result<Printed, PressError> {
    held(page.frame.size().y.to_pt() * scale)?;
    let options = RenderOptions { pixel_per_pt: scale.into(), render_bleed: false };
    let drawn = typst_render::render(page, &options);
    let (width, height) = (drawn.width(), drawn.height());
    let pixels = drawn.take();
    let (pixels, colours) = if mono {
        (dots::black_and_white(pixels, width, &dots::photos(page, scale)), ExtendedColorType::L8)
    } else {
        (without_alpha(pixels), ExtendedColorType::Rgb8)
    };
    let mut bytes = Cursor::new(Vec::new());
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Default, FilterType::Adaptive)
        .write_image(&pixels, width, height, colours)
        .map_err(|fault| PressError::Typesetting(fault.to_string()))?;
    Ok(Printed { bytes: bytes.into_inner(), mime: "image/png", width, height, pages: 1, missing: String::new() })
}

/// The page is white all over, so nothing is see-through. Packed in place: a second picture would be felt.
fn without_alpha(mut pixels: Vec<u8>) -> Vec<u8> {
    let count = pixels.len() / 4;
    for at in 0..count {
        pixels.copy_within(at * 4..at * 4 + 3, at * 3);
    }
    pixels.truncate(count * 3);
    pixels
}
