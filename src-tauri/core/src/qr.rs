//! QR codes as pictures for a screen.

use qrcode::QrCode;
use qrcode::render::svg;
use qrcode::types::QrError;

/// Least width and height, in pixels.
const SIDE: u32 = 240;

/// An SVG of the text as a QR code, dark on light with its quiet zone. Fails where a text is too long for one.
pub fn svg(text: &str) -> Result<String, QrError> {
    Ok(QrCode::new(text.as_bytes())?.render::<svg::Color<'_>>().min_dimensions(SIDE, SIDE).build())
}
