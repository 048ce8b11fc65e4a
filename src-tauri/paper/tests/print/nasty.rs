//! Texts and pictures that nobody meant well.

use doorstep_paper::{Paper, PaperForm, PressError};
use doorstep_schemas::paper::{Align, Block, Photo, Table, Tone, Total, Verdict, pair};
use image::{DynamicImage, ImageFormat};

use crate::reader::{PICTURES, document, margins_are_white, picture, press, print, squeezed, text};
use crate::sample::{self, column};

const MARKUP: [&str; 8] = [
    "#panic(\"x\")",
    "*bold* _thin_ $x^2$ `raw` = head",
    "\\ \\u{41} <label> @ref [content] {code}",
    "\"quotes\" 'single' -- --- ... ~",
    "#import \"@preview/x:1.0.0\": *",
    "// comment /* comment */",
    "{\"json\": \"\\u0000\"}",
    "</text><script>",
];

fn with(texts: &[&str]) -> Paper {
    let first = texts.first().copied().unwrap_or_default();
    let cell = |text: &str| vec![text.to_owned(), text.to_owned(), "1.00".to_owned()];
    let mut paper = sample::repair_list();
    paper.title = first.to_owned();
    paper.issuer.name = first.to_owned();
    paper.subtitle = first.to_owned();
    paper.footer = first.to_owned();
    paper.marks = vec![pair("单号", first)];
    paper.blocks = vec![
        Block::Heading(first.to_owned()),
        Block::Pairs(texts.iter().flat_map(|text| [pair("标签", *text), pair(*text, "值")]).collect()),
        Block::Table(Table {
            columns: vec![column("项目", Align::Start), column(first, Align::Start), column("金额", Align::End)],
            rows: texts.iter().map(|text| cell(text)).collect(),
            totals: vec![Total { cells: vec![first.to_owned(), String::new(), first.to_owned()], strong: true }],
        }),
        Block::Verdict(Verdict { tone: Tone::Warn, word: first.to_owned(), text: first.to_owned() }),
        Block::Photos(vec![Photo { caption: first.to_owned(), bytes: sample::photo(64, 48) }]),
        Block::Text(texts.join("\n")),
        Block::Small(texts.join(" ")),
    ];
    paper
}

#[test]
fn markup_in_a_text_is_printed_as_it_was_written() {
    let printed = print(&with(&MARKUP), PaperForm::A4);
    let document = document(&printed);
    let read: String = (1..=printed.pages as u32).map(|page| text(&document, page)).collect();
    for markup in MARKUP {
        assert!(read.matches(&squeezed(markup)).count() >= 4, "{markup}");
    }
}

#[test]
fn nothing_runs_over_the_edge_however_long_a_text_is() {
    let serial = "A1B2C3D4".repeat(6);
    let (name, marks, mixed) = ("石桥铺镇老街".repeat(12), "!。、)".repeat(16), "中文MIXED-".repeat(10));
    let link = format!("https://example.invalid/{}", "p/".repeat(20));
    let texts = [serial, name, marks, mixed, link, "W".repeat(40)];
    // Each in turn is in the places of which there is only one.
    for turn in [0, 2, 5] {
        let mut texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        texts.rotate_left(turn);
        let [dots, chat] = PICTURES.map(|form| picture(&print(&with(&texts), form)));
        assert!(margins_are_white(&chat, 38), "a chat's picture, turn {turn}");
        assert!(margins_are_white(&dots, 5), "a roll, turn {turn}");
    }
}

#[test]
fn amounts_stay_whole_and_right_aligned_on_the_narrowest_paper() {
    let mut paper = sample::receipt();
    let amount = "¥12,345,678.90";
    for block in &mut paper.blocks {
        if let Block::Table(table) = block {
            table.rows[0][3] = amount.to_owned();
            table.totals[0].cells[3] = amount.to_owned();
        }
    }
    let document = document(&print(&paper, PaperForm::Roll80));
    let read = document.extract_text(&[1]).unwrap();
    assert_eq!(read.matches(amount).count(), 2, "{read}");
}

#[test]
fn what_the_font_lacks_is_told_once_and_printed_as_a_mark() {
    let printed = print(&with(&["好👍 ཀ👍", "ཀ"]), PaperForm::A4);
    assert_eq!(printed.missing, "ཀ👍");
    assert!(text(&document(&printed), 1).contains("好〓〓〓"));
}

#[test]
fn a_paper_with_nothing_on_it_is_still_a_paper() {
    let mut paper = with(&[]);
    paper.issuer = doorstep_schemas::paper::Issuer::default();
    paper.blocks = vec![Block::Photos(vec![]), Block::Signatures(vec![]), Block::Text(" \n".to_owned())];
    for form in [PaperForm::A4, PaperForm::Roll80, PaperForm::Roll80Dots, PaperForm::Picture] {
        assert_eq!(print(&paper, form).pages, 1);
    }
}

#[test]
fn a_picture_that_is_none_is_named() {
    let told = |bytes: Vec<u8>, caption: &str| {
        let mut paper = sample::notice();
        paper.blocks.push(Block::Photos(vec![Photo { caption: caption.to_owned(), bytes }]));
        press().print(&paper, PaperForm::A4, &|| false).unwrap_err().to_string()
    };
    let whole = sample::photo(400, 300);
    let half = whole[..whole.len() / 2].to_vec();
    assert_eq!(told(half, "铭牌"), "picture \"铭牌\" can't be printed: it is cut off");
    // Two photos and a signature are before it.
    assert_eq!(told(b"BM".to_vec(), " "), "picture \"4\" can't be printed: it is neither JPEG nor PNG");
    let mut header = sample::file(&DynamicImage::new_rgb8(2, 2), ImageFormat::Png);
    header.truncate(33);
    assert_eq!(told(header, "x"), "picture \"x\" can't be printed: it is damaged");
}

#[test]
fn too_many_pictures_and_too_much_text_are_refused_before_they_are_set() {
    let mut paper = sample::notice();
    let photo = Photo { caption: String::new(), bytes: Vec::new() };
    paper.blocks = vec![Block::Photos(vec![photo; 61])];
    let error = press().print(&paper, PaperForm::A4, &|| false).unwrap_err();
    assert!(matches!(error, PressError::TooManyPictures { pictures: 61 }));
    paper.blocks = vec![Block::Text("字".repeat(1_000_000))];
    let error = press().print(&paper, PaperForm::A4, &|| false).unwrap_err();
    assert!(matches!(error, PressError::TooMuchText { bytes } if bytes > 3_000_000));
    paper.blocks = vec![Block::Code { text: "x".repeat(4000), caption: String::new() }];
    let error = press().print(&paper, PaperForm::A4, &|| false).unwrap_err();
    assert!(matches!(error, PressError::Code { bytes: 4000, .. }));
}
