//! Pictures for the made-up jobs: a wall, a heater with its pipes, a board beside it. Nobody's home.

use jpeg_encoder::{ColorType, Encoder, EncodingError};

const WIDTH: u16 = 640;
const HEIGHT: u16 = 480;

/// One that differs from the others by its number.
pub fn draw(number: u8) -> Result<Vec<u8>, EncodingError> {
    let mut pixels = Vec::with_capacity(usize::from(WIDTH) * usize::from(HEIGHT) * 3);
    for y in 0..HEIGHT {
        for x in 0..WIDTH {
            pixels.extend(colour(x, y, number));
        }
    }
    let mut file = Vec::new();
    Encoder::new(&mut file, 85).encode(&pixels, WIDTH, HEIGHT, ColorType::Rgb)?;
    Ok(file)
}

fn colour(x: u16, y: u16, number: u8) -> [u8; 3] {
    let left = 170 + u16::from(number) * 12;
    let across = |from: u16, to: u16| (left + from..left + to).contains(&x);
    let (wide, high) = (u32::from(x.abs_diff(left + 60)), u32::from(y.abs_diff(250)));
    let base: [u8; 3] = if wide.pow(2) + high.pow(2) < 676 {
        [62, 96, 122]
    } else if across(160, 270) && (220..280).contains(&y) {
        [188, 192, 198]
    } else if across(0, 300) && (90..300).contains(&y) {
        [236, 238, 240]
    } else if (across(60, 74) || across(230, 244)) && y >= 300 {
        [168, 132, 84]
    } else if x % 80 < 2 || y % 80 < 2 {
        [196, 198, 190]
    } else {
        [212, 214, 205]
    };
    let shade = u8::try_from(y / 24).unwrap_or(0);
    base.map(|part| part.saturating_sub(shade))
}
