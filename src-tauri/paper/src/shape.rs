//! The measures of each form, in points, and its sizes of letters.

use doorstep_schemas::paper::PaperForm;
use serde::Serialize;

const MM: f64 = 72.0 / 25.4;

/// Handed to the template as it is.
#[derive(Debug, Clone, Serialize)]
pub struct Shape {
    pub kind: &'static str,
    pub width: f64,
    /// A page grows with what it holds when there is none.
    pub height: Option<f64>,
    pub side: f64,
    pub top: f64,
    pub bottom: f64,
    /// Black on white: no greys, no grounds.
    pub mono: bool,
    pub size: f64,
    pub title: f64,
    pub issuer: f64,
    pub small: f64,
    /// Labels and values beside each other, twice on a line where they fit.
    pub pairs_beside: usize,
    pub photos_beside: usize,
    pub signatures_beside: usize,
    /// How wide a QR code is about, in dots of 203 to the inch.
    pub code_dots: usize,
    /// Pixels to the point; `None` makes a PDF.
    #[serde(skip)]
    pub scale: Option<f64>,
}

impl Shape {
    pub fn of(form: PaperForm) -> Self {
        match form {
            PaperForm::A4 => Self {
                kind: "page",
                width: 210.0 * MM,
                height: Some(297.0 * MM),
                side: 18.0 * MM,
                top: 14.0 * MM,
                bottom: 16.0 * MM,
                mono: false,
                size: 10.0,
                title: 21.0,
                issuer: 12.0,
                small: 8.5,
                pairs_beside: 2,
                photos_beside: 4,
                signatures_beside: 2,
                code_dots: 190,
                scale: None,
            },
            PaperForm::Roll80 => {
                Self { width: 80.0 * MM, side: 5.0 * MM, top: 6.0 * MM, bottom: 10.0 * MM, scale: None, ..Self::roll() }
            }
            PaperForm::Roll80Dots => Self::roll(),
            PaperForm::Picture => Self {
                kind: "picture",
                width: 375.0,
                height: None,
                side: 22.0,
                top: 26.0,
                bottom: 22.0,
                mono: false,
                size: 15.0,
                title: 25.0,
                issuer: 15.0,
                small: 12.0,
                pairs_beside: 1,
                photos_beside: 2,
                signatures_beside: 2,
                code_dots: 300,
                scale: Some(2.0),
            },
        }
    }

    fn roll() -> Self {
        Self {
            kind: "roll",
            width: 72.0 * MM,
            height: None,
            // Print heads stand a hair askew.
            side: 1.0 * MM,
            top: 2.0 * MM,
            bottom: 4.0 * MM,
            mono: true,
            size: 9.5,
            title: 15.0,
            issuer: 11.0,
            small: 8.5,
            pairs_beside: 1,
            photos_beside: 2,
            signatures_beside: 1,
            code_dots: 256,
            // 576 dots.
            scale: Some(8.0 / MM),
        }
    }

    /// How wide what it holds may be.
    pub fn room(&self) -> f64 {
        self.width - 2.0 * self.side
    }

    /// Pixels of a picture that is `points` wide on paper; a PDF is for printers of 200 dots to the inch.
    pub fn pixels(&self, points: f64) -> u32 {
        (points * self.scale.unwrap_or(200.0 / 72.0)).ceil() as u32
    }
}
