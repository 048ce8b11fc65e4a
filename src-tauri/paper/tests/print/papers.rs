//! The sample outlet's three papers in every form.

use doorstep_paper::{Paper, PaperForm};
use doorstep_schemas::paper::{Block, Signed};

use crate::reader::{PICTURES, document, margins_are_white, pages, picture, print, squeezed, text};
use crate::sample;

fn papers() -> [Paper; 3] {
    [sample::receipt(), sample::repair_list(), sample::notice()]
}

/// Every text of a paper that is printed as it is.
fn texts(paper: &Paper) -> Vec<String> {
    let mut out = vec![paper.title.clone(), paper.subtitle.clone(), paper.issuer.name.clone(), paper.footer.clone()];
    out.extend(paper.issuer.lines.clone());
    out.extend(paper.marks.iter().flat_map(|mark| [mark.label.clone(), mark.value.clone()]));
    for block in &paper.blocks {
        match block {
            Block::Heading(text) | Block::Text(text) | Block::Small(text) => out.push(text.clone()),
            Block::Pairs(pairs) => {
                let pairs = pairs.iter().filter(|pair| !pair.value.is_empty());
                out.extend(pairs.flat_map(|pair| [pair.label.clone(), pair.value.clone()]));
            }
            Block::Table(table) if table.rows.is_empty() => {}
            Block::Table(table) => {
                out.extend(table.columns.iter().map(|column| column.head.clone()));
                out.extend(table.rows.iter().flatten().cloned());
                out.extend(table.totals.iter().flat_map(|total| total.cells.clone()));
            }
            Block::Verdict(verdict) => out.extend([verdict.word.clone(), verdict.text.clone()]),
            Block::Photos(photos) => out.extend(photos.iter().map(|photo| photo.caption.clone())),
            Block::Signatures(signatures) => {
                for one in signatures {
                    out.extend([one.label.clone(), one.name.clone()]);
                    if let Signed::Declined { word, witness } = &one.signed {
                        out.extend([word.clone(), witness.clone()]);
                    }
                }
            }
            Block::Code { caption, .. } => out.push(caption.clone()),
        }
    }
    out
}

/// The words of `paper` that can't be read on it. Lines that turn cut a text in two, so its pieces are looked for.
fn unread(paper: &Paper, read: &str) -> Vec<String> {
    // A heading above nothing is not printed.
    let expected = texts(paper).into_iter().filter(|text| text != "旧件");
    expected.map(|text| squeezed(&text)).filter(|text| !read.contains(text.as_str())).collect()
}

#[test]
fn every_text_can_be_read_and_found_in_the_pdf() {
    for paper in papers() {
        for (form, width) in [(PaperForm::A4, 210.0), (PaperForm::Roll80, 80.0)] {
            let printed = print(&paper, form);
            let document = document(&printed);
            let seen = (pages(&document)[0].0, printed.pages, printed.missing.as_str());
            assert_eq!(seen, (width, 1, ""), "{form:?} {}", paper.title);
            assert_eq!(unread(&paper, &text(&document, 1)), Vec::<String>::new(), "{form:?}");
        }
    }
}

#[test]
fn a4_is_a4_and_a_roll_is_as_long_as_what_it_holds() {
    let [receipt, list, _] = papers();
    assert_eq!(pages(&document(&print(&receipt, PaperForm::A4))), [(210.0, 297.0)]);
    let long = pages(&document(&print(&receipt, PaperForm::Roll80)))[0].1;
    let short = pages(&document(&print(&list, PaperForm::Roll80)))[0].1;
    assert!(long > short + 30.0, "{long} {short}");
}

#[test]
fn pictures_have_the_width_of_a_chat_and_of_a_print_head() {
    for paper in papers() {
        let [dots, chat] = PICTURES.map(|form| picture(&print(&paper, form)));
        assert_eq!((dots.width(), chat.width()), (576, 750));
        assert!(dots.pixels().all(|pixel| matches!(pixel.0, [0, 0, 0] | [255, 255, 255])), "black or white");
        assert!(margins_are_white(&chat, 40));
        let dark = dots.pixels().filter(|pixel| pixel.0[0] == 0).count();
        assert!(dark > dots.pixels().len() / 50, "something is printed");
    }
}

#[test]
fn the_code_on_a_receipt_can_be_scanned_from_the_roll_and_from_the_chat() {
    for form in PICTURES {
        let picture = picture(&print(&sample::receipt(), form));
        let (width, height) = (picture.width(), picture.height());
        let grey = image::DynamicImage::ImageRgb8(picture).to_luma8().into_raw();
        let read = rxing::helpers::detect_in_luma(grey, width, height, Some(rxing::BarcodeFormat::QR_CODE)).unwrap();
        assert_eq!(read.getText(), "https://doorstep.invalid/p/SJ-20261121-03", "{form:?}");
    }
}

#[test]
fn a_heading_above_an_empty_table_is_left_out_with_it() {
    let mut paper = sample::repair_list();
    let read = |paper: &Paper| text(&document(&print(paper, PaperForm::A4)), 1);
    // In the sample a paragraph follows; without it nothing does.
    assert!(read(&paper).contains("旧件"));
    let old = paper.blocks.iter().position(|block| *block == Block::Heading("旧件".to_owned())).unwrap();
    paper.blocks.truncate(old + 2);
    assert!(!read(&paper).contains("旧件"));
}
