//! The stamp on a shared picture: time, place, order number and name in its corner, as field photos carry them.
//!
//! The screens draw the words, because their system has the letters of every name; the core says what the words are and
//! puts them on the picture. What is drawn is light on dark: how light a point is, is how much of the picture it covers.

use image::{Rgb, RgbImage};

use super::intake::{PICTURE_SIDE, fitted};
use super::{IntakeError, header, pixels};

/// A stamp is drawn for a picture of [`PICTURE_SIDE`], and no larger than this.
const MOST_WIDTH: u32 = 1_200;
const MOST_HEIGHT: u32 = 400;
/// Between the stamp and the picture's edges, in thousandths of the longest side.
const MARGIN: u32 = 12;

/// The words as they were drawn.
#[derive(Debug, Clone)]
pub struct Stamp {
    drawn: RgbImage,
}

impl Stamp {
    /// Takes a PNG or JPEG that the screens drew.
    pub fn read(file: &[u8]) -> Result<Self, IntakeError> {
        let header = header::read(file)?;
        if header.width > MOST_WIDTH || header.height > MOST_HEIGHT {
            return Err(IntakeError::TooLarge { width: header.width, height: header.height, bytes: file.len() });
        }
        Ok(Self { drawn: pixels::decode(&header)? })
    }

    /// Puts it into the lower left corner of an upright picture.
    pub(super) fn onto(&self, picture: &mut RgbImage) -> Result<(), IntakeError> {
        let (width, height) = picture.dimensions();
        let longest = width.max(height);
        let margin = longest * MARGIN / 1_000;
        let room = width.saturating_sub(2 * margin).min(self.drawn.width() * longest / PICTURE_SIDE);
        // By its longer side, and a stamp lies: it is as wide as the room for it, or as it was drawn.
        let drawn = fitted(self.drawn.clone(), room.max(1))?;
        let (left, top) = (margin, height.saturating_sub(drawn.height() + margin));
        for (x, y, &Rgb(light)) in drawn.enumerate_pixels() {
            let Some(Rgb(under)) = picture.get_pixel_mut_checked(left + x, top + y) else { continue };
            for (of, light) in under.iter_mut().zip(light) {
                // The ground is darkened by half, so that light words stand out on tiles as well.
                let ground = u16::from(*of) / 2;
                *of = u8::try_from(ground + (255 - ground) * u16::from(light) / 255).unwrap_or(255);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_covers_its_corner_and_nothing_else() {
        let mut drawn = RgbImage::new(200, 60);
        drawn.put_pixel(100, 30, Rgb([255; 3]));
        let stamp = Stamp { drawn };
        let mut picture = RgbImage::from_pixel(PICTURE_SIDE, 1_200, Rgb([200, 100, 50]));
        stamp.onto(&mut picture).unwrap();
        let (left, top) = (19, 1_200 - 60 - 19);
        assert_eq!(picture.get_pixel(left + 100, top + 30), &Rgb([255; 3]), "a word");
        assert_eq!(picture.get_pixel(left, top), &Rgb([100, 50, 25]), "its ground");
        assert_eq!(picture.get_pixel(left - 1, top), &Rgb([200, 100, 50]));
        assert_eq!(picture.get_pixel(left + 200, top), &Rgb([200, 100, 50]));
        // On a picture that is smaller than the stamp, it becomes as small.
        for (width, height) in [(40, 30), (3, 3), (1, 1)] {
            stamp.onto(&mut RgbImage::new(width, height)).unwrap();
        }
    }
}
