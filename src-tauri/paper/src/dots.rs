//! A drawn page as a thermal printer has it: a dot is burnt or it is not.
//!
//! Letters and lines are cut at one grey, so that their edges stay straight; photos are dithered, or a dim room would
//! come out black.

use typst::layout::{Frame, FrameItem, Point, Transform};
use typst::visualize::ImageKind;
use typst_layout::Page;

/// What is darker is burnt. A little above the half: thin strokes would break otherwise.
const CUT: i32 = 160;

/// A photo's place in pixels: from column and row, to column and row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    x: (usize, usize),
    y: (usize, usize),
}

/// Where the photos of a page are.
pub fn photos(page: &Page, scale: f64) -> Vec<Place> {
    let mut out = Vec::new();
    walk(&page.frame, Transform::identity(), scale, &mut out);
    out
}

fn walk(frame: &Frame, above: Transform, scale: f64, out: &mut Vec<Place>) {
    for (at, item) in frame.items() {
        let here = above.pre_concat(Transform::translate(at.x, at.y));
        match item {
            FrameItem::Group(group) => walk(&group.frame, here.pre_concat(group.transform), scale, out),
            FrameItem::Image(image, size, _) if matches!(image.kind(), ImageKind::Raster(_)) => {
                let (from, to) = (Point::zero().transform(here), size.to_point().transform(here));
                let pixel = |points: f64| (points * scale).round().max(0.0) as usize;
                let span = |from: f64, to: f64| (pixel(from), pixel(to));
                out.push(Place { x: span(from.x.to_pt(), to.x.to_pt()), y: span(from.y.to_pt(), to.y.to_pt()) });
            }
            _ => {}
        }
    }
}

/// One byte a pixel, 0 or 255, out of four.
pub fn black_and_white(mut pixels: Vec<u8>, width: u32, photos: &[Place]) -> Vec<u8> {
    let width = width as usize;
    let count = pixels.len() / 4;
    for at in 0..count {
        pixels[at] = light(&pixels[at * 4..at * 4 + 3]);
    }
    pixels.truncate(count);
    for place in photos {
        dither(&mut pixels, width, *place);
    }
    for pixel in &mut pixels {
        *pixel = if i32::from(*pixel) < CUT { 0 } else { 255 };
    }
    pixels
}

fn light(rgb: &[u8]) -> u8 {
    let sum: u32 = rgb.iter().zip([299, 587, 114]).map(|(part, weight)| u32::from(*part) * weight).sum();
    (sum / 1000) as u8
}

/// Floyd and Steinberg's way: what a dot is too dark or too light is handed on to its neighbours.
fn dither(grey: &mut [u8], width: usize, place: Place) {
    let (left, right) = (place.x.0.min(width), place.x.1.min(width));
    let (top, bottom) = (place.y.0, place.y.1.min(grey.len() / width.max(1)));
    let across = right.saturating_sub(left);
    let mut here = vec![0i32; across + 2];
    for y in top..bottom {
        let mut below = vec![0i32; across + 2];
        for x in 0..across {
            let pixel = &mut grey[y * width + left + x];
            let wished = i32::from(*pixel) + here[x + 1] / 16;
            let set = if wished < 128 { 0 } else { 255 };
            *pixel = set as u8;
            let over = wished - set;
            here[x + 2] += over * 7;
            below[x] += over * 3;
            below[x + 1] += over * 5;
            below[x + 2] += over;
        }
        here = below;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_cut_and_photos_keep_their_grey_as_a_share_of_dots() {
        let grey = [170u8, 170, 170, 255].repeat(40 * 20);
        let photo = Place { x: (20, 40), y: (0, 20) };
        let made = black_and_white(grey, 40, &[photo]);
        assert!(made.iter().all(|pixel| matches!(pixel, 0 | 255)));
        let black =
            |from: usize| made.chunks(40).flat_map(|row| &row[from..from + 20]).filter(|pixel| **pixel == 0).count();
        assert_eq!(black(0), 0);
        assert!((100..170).contains(&black(20)), "a third of 400: {}", black(20));
    }

    #[test]
    fn a_photo_that_hangs_over_the_edge_is_cut_there() {
        let made = black_and_white(vec![0; 4 * 6], 3, &[Place { x: (1, 9), y: (0, 9) }]);
        assert_eq!(made, [0; 6]);
    }
}
