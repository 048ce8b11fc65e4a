//! Codes on nameplates, boxes and screens, as a phone's camera sees them: small, askew, in noise, or not there.

use std::time::{Duration, Instant};

use doorstep::photos::{Code, read_codes};
use doorstep_schemas::view::{ApplianceKind, CodeKind, CodeMeaning, JobKind};
use jpeg_encoder::{ColorType, Encoder};
use qrcode::{Color, EcLevel, QrCode};

use super::cast::deeds::{alone, asked};
use super::cast::picture;

/// Black and white squares, row by row.
struct Drawn {
    across: usize,
    black: Vec<bool>,
}

impl Drawn {
    /// Bars as high as a fifth of their length.
    fn bars(widths: &str) -> Self {
        let mut line = Vec::new();
        for (place, width) in widths.bytes().enumerate() {
            line.extend(std::iter::repeat_n(place % 2 == 0, usize::from(width - b'0')));
        }
        let high = line.len() / 5;
        Self { across: line.len(), black: line.repeat(high) }
    }

    fn at(&self, x: f64, y: f64) -> bool {
        let high = (self.black.len() / self.across) as f64;
        let inside = (0.0..self.across as f64).contains(&x) && (0.0..high).contains(&y);
        inside && self.black[y as usize * self.across + x as usize]
    }
}

fn qr(text: &str) -> Drawn {
    let code = QrCode::with_error_correction_level(text, EcLevel::M).unwrap();
    let black = code.to_colors().into_iter().map(|colour| colour == Color::Dark).collect();
    Drawn { across: code.width(), black }
}

const CODE128: [&str; 107] = [
    "212222", "222122", "222221", "121223", "121322", "131222", "122213", "122312", "132212", "221213", "221312",
    "231212", "112232", "122132", "122231", "113222", "123122", "123221", "223211", "221132", "221231", "213212",
    "223112", "312131", "311222", "321122", "321221", "312212", "322112", "322211", "212123", "212321", "232121",
    "111323", "131123", "131321", "112313", "132113", "132311", "211313", "231113", "231311", "112133", "112331",
    "132131", "113123", "113321", "133121", "313121", "211331", "231131", "213113", "213311", "213131", "311123",
    "311321", "331121", "312113", "312311", "332111", "314111", "221411", "431111", "111224", "111422", "121124",
    "121421", "141122", "141221", "112214", "112412", "122114", "122411", "142112", "142211", "241211", "221114",
    "413111", "241112", "134111", "111242", "121142", "121241", "114212", "124112", "124211", "411212", "421112",
    "421211", "212141", "214121", "412121", "111143", "111341", "131141", "114113", "114311", "411113", "411311",
    "113141", "114131", "311141", "411131", "211412", "211214", "211232", "2331112",
];

/// In set B: any printable ASCII.
fn code128(text: &str) -> Drawn {
    let values: Vec<usize> = text.bytes().map(|byte| usize::from(byte - 32)).collect();
    let check = values.iter().zip(1..).fold(104, |sum, (value, place)| sum + value * place) % 103;
    let all = [104].into_iter().chain(values).chain([check, 106]);
    Drawn::bars(&all.map(|value| CODE128[value]).collect::<String>())
}

fn ean13(digits: &str) -> Drawn {
    const L: [&str; 10] = ["3211", "2221", "2122", "1411", "1132", "1231", "1114", "1312", "1213", "3112"];
    const FIRST: [&str; 10] =
        ["LLLLLL", "LLGLGG", "LLGGLG", "LLGGGL", "LGLLGG", "LGGLLG", "LGGGLL", "LGLGLG", "LGLGGL", "LGGLGL"];
    let digits: Vec<usize> = digits.bytes().map(|byte| usize::from(byte - b'0')).collect();
    let mut widths = "111".to_owned();
    for (digit, set) in digits[1..7].iter().zip(FIRST[digits[0]].bytes()) {
        let own = L[*digit];
        widths.push_str(&if set == b'L' { own.to_owned() } else { own.chars().rev().collect() });
    }
    widths.push_str("11111");
    digits[7..].iter().for_each(|digit| widths.push_str(L[*digit]));
    Drawn::bars(&(widths + "111"))
}

/// How a code is held before the camera.
#[derive(Clone, Copy)]
struct Held {
    side: (u16, u16),
    /// Pixels of the narrowest bar or square.
    module: f64,
    degrees: f64,
    grain: u32,
}

const STEADY: Held = Held { side: (1_600, 1_200), module: 5.0, degrees: 0.0, grain: 6 };

fn shot(code: &Drawn, held: Held) -> Vec<u8> {
    let (width, height) = held.side;
    let (sin, cos) = held.degrees.to_radians().sin_cos();
    let (across, down) = (code.across as f64, (code.black.len() / code.across) as f64);
    let mut noise = 0x2545_f491u32;
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (f64::from(x) - f64::from(width) / 2.0, f64::from(y) - f64::from(height) / 2.0);
            let (u, v) = ((dx * cos + dy * sin) / held.module, (dy * cos - dx * sin) / held.module);
            let black = code.at(u + across / 2.0, v + down / 2.0);
            noise ^= noise << 13;
            noise ^= noise >> 17;
            noise ^= noise << 5;
            let light = if black { 40 } else { 205 } + u32::from(x) * 20 / u32::from(width);
            pixels.push(u8::try_from(light + noise % (held.grain + 1)).unwrap_or(255));
        }
    }
    let mut out = Vec::new();
    Encoder::new(&mut out, 85).encode(&pixels, width, height, ColorType::Luma).unwrap();
    out
}

const LONG: Duration = Duration::from_secs(60);

fn read(file: &[u8]) -> Vec<(CodeKind, String)> {
    read_codes(file, LONG).unwrap().into_iter().map(|Code { kind, text }| (kind, text)).collect()
}

const SERIAL: &str = "BYJ0320261121-00815";
const INVITATION: &str = concat!(
    "doorstep:enrol?relay=https://192.168.31.20:8470&code=7K2M9QXA&key=",
    "0707070707070707070707070707070707070707070707070707070707070707"
);

#[test]
fn a_serial_number_is_read_at_several_sizes_slightly_askew_and_in_noise() {
    let code = code128(SERIAL);
    let cases = [
        STEADY,
        Held { module: 2.2, ..STEADY },
        Held { degrees: 6.0, module: 4.0, ..STEADY },
        Held { degrees: -9.0, module: 4.0, grain: 45, ..STEADY },
        Held { degrees: 90.0, module: 4.0, ..STEADY },
        // A plate far away in a large picture.
        Held { side: (4_000, 3_000), module: 3.0, ..STEADY },
    ];
    for (place, held) in cases.into_iter().enumerate() {
        assert_eq!(read(&shot(&code, held)), [(CodeKind::Code128, SERIAL.to_owned())], "{place}");
    }
}

#[test]
fn a_serial_number_far_askew_is_turned_back() {
    for degrees in [24.0, -33.0] {
        let held = Held { degrees, module: 4.0, ..STEADY };
        assert_eq!(read(&shot(&code128(SERIAL), held)), [(CodeKind::Code128, SERIAL.to_owned())], "{degrees}");
    }
}

#[test]
fn goods_and_invitations_are_read_as_well() {
    for held in [STEADY, Held { module: 3.0, degrees: 5.0, grain: 40, ..STEADY }] {
        assert_eq!(read(&shot(&ean13("6901234567892"), held)), [(CodeKind::Ean, "6901234567892".to_owned())]);
    }
    for held in [STEADY, Held { module: 4.0, degrees: 31.0, grain: 40, ..STEADY }] {
        assert_eq!(read(&shot(&qr(INVITATION), held)), [(CodeKind::Qr, INVITATION.to_owned())]);
    }
    assert_eq!(read(&shot(&qr("安泉 ES60H-D3"), STEADY)), [(CodeKind::Qr, "安泉 ES60H-D3".to_owned())]);
}

#[test]
fn where_no_code_is_none_is_read_and_the_search_ends() {
    let blank = Drawn { across: 1, black: vec![false] };
    assert_eq!(read(&shot(&blank, Held { grain: 60, ..STEADY })), []);
    // A grille has stripes and says nothing.
    let grille = Drawn::bars(&"3".repeat(101));
    assert_eq!(read(&shot(&grille, STEADY)), []);
    let begun = Instant::now();
    let large = shot(&blank, Held { side: (4_000, 3_000), grain: 120, ..STEADY });
    let made = begun.elapsed();
    assert_eq!(read_codes(&large, Duration::ZERO).unwrap(), []);
    let whole = begun.elapsed() - made;
    read_codes(&large, LONG).unwrap();
    assert!(begun.elapsed() - made > whole * 2, "with time there are more tries");
    assert!(read_codes(b"no picture", LONG).is_err());
}

#[test]
fn what_is_read_is_proposed_and_nothing_is_written() {
    let (_shop, phone, job, _) = alone(&asked(JobKind::Repair, ApplianceKind::Television));
    let before = phone.rows("change");
    let serial = || phone.actions.job(job).unwrap().appliances[0].serial.clone();
    let known = serial();
    let seen = |drawn: &Drawn| {
        let views = phone.actions.read_codes(&shot(drawn, STEADY)).unwrap();
        views.into_iter().map(|view| (view.meant, view.text)).collect::<Vec<_>>()
    };
    assert_eq!(seen(&code128(SERIAL)), [(CodeMeaning::Serial, SERIAL.to_owned())]);
    assert_eq!(seen(&code128("AQ-RG-2000")), [(CodeMeaning::Part, "AQ-RG-2000".to_owned())]);
    assert_eq!(seen(&qr(INVITATION)), [(CodeMeaning::Enrolment, INVITATION.to_owned())]);
    assert_eq!(phone.actions.read_codes(&picture(3)).unwrap(), []);
    assert_eq!(phone.rows("change"), before);
    assert_eq!(serial(), known);
}
