//! What a reader sees of a paper.

use std::sync::OnceLock;

use doorstep_paper::{Paper, PaperForm, Press, Printed};
use image::RgbImage;
use lopdf::Document;

pub fn press() -> &'static Press {
    static PRESS: OnceLock<Press> = OnceLock::new();
    PRESS.get_or_init(|| Press::new().unwrap())
}

pub fn print(paper: &Paper, form: PaperForm) -> Printed {
    press().print(paper, form, &|| false).unwrap()
}

pub fn picture(printed: &Printed) -> RgbImage {
    assert_eq!(printed.mime, "image/png");
    let picture = image::load_from_memory(&printed.bytes).unwrap().to_rgb8();
    assert_eq!((picture.width(), picture.height()), (printed.width, printed.height));
    picture
}

pub fn document(printed: &Printed) -> Document {
    assert_eq!(printed.mime, "application/pdf");
    let document = Document::load_mem(&printed.bytes).unwrap();
    assert_eq!(document.get_pages().len(), printed.pages);
    document
}

/// Width and height of each page, in millimetres.
pub fn pages(document: &Document) -> Vec<(f32, f32)> {
    let of = |id| {
        let corners = document.get_dictionary(id).unwrap().get(b"MediaBox").unwrap().as_array().unwrap();
        let corner = |at: usize| corners[at].as_float().unwrap() * 25.4 / 72.0;
        ((corner(2) - corner(0)).round(), (corner(3) - corner(1)).round())
    };
    document.get_pages().into_values().map(of).collect()
}

/// All text of a page without the spaces and breaks that setting it brought.
pub fn text(document: &Document, page: u32) -> String {
    squeezed(&document.extract_text(&[page]).unwrap())
}

pub fn squeezed(text: &str) -> String {
    text.chars().filter(|one| !one.is_whitespace() && *one != '\u{200b}').collect()
}

/// The same sheet on every form that is a picture.
pub const PICTURES: [PaperForm; 2] = [PaperForm::Roll80Dots, PaperForm::Picture];

/// Whether the outermost columns of a picture are white, apart from the band at the top.
pub fn margins_are_white(picture: &RgbImage, columns: u32) -> bool {
    const BAND: u32 = 12;
    let edges = (0..columns).chain(picture.width() - columns..picture.width());
    edges
        .flat_map(|x| (BAND..picture.height()).map(move |y| (x, y)))
        .all(|(x, y)| picture.get_pixel(x, y).0 == [255; 3])
}
