//! Long tables: pages, repeated heads, and what is too long for a picture.

use doorstep_paper::{PaperForm, PressError};

use crate::reader::{document, pages, press, print, text};
use crate::sample;

#[test]
fn a_thousand_rows_go_over_pages_that_each_repeat_the_head_and_tell_their_number() {
    let printed = print(&sample::statement(1000), PaperForm::A4);
    let document = document(&printed);
    assert!((15..40).contains(&printed.pages), "{}", printed.pages);
    assert!(pages(&document).iter().all(|size| *size == (210.0, 297.0)));
    let mut found = 0;
    for page in 1..=printed.pages as u32 {
        let text = text(&document, page);
        assert!(text.contains("厂家工单号"), "page {page}");
        assert!(text.contains(&format!("{page}/{}", printed.pages)), "page {page}");
        found += text.matches("BL-0").count();
    }
    assert_eq!(found, 1000);
    assert!(text(&document, printed.pages as u32).contains("¥99,999.00"));
}

#[test]
fn what_is_too_tall_for_a_picture_or_a_roll_is_refused_and_sent_to_a4() {
    let paper = sample::statement(1000);
    for form in [PaperForm::Picture, PaperForm::Roll80Dots, PaperForm::Roll80] {
        let error = press().print(&paper, form, &|| false).unwrap_err();
        assert!(matches!(error, PressError::TooTall { pixels } if pixels > 20_000), "{form:?}: {error}");
        assert!(error.to_string().contains("A4"));
    }
}

#[test]
fn more_rows_than_a_phone_should_set_are_refused_at_once() {
    let error = press().print(&sample::statement(5000), PaperForm::A4, &|| false).unwrap_err();
    assert!(matches!(error, PressError::TooManyRows { rows: 5001 }), "{error}");
}

#[test]
fn a_press_that_is_told_to_stop_stops() {
    let asked = std::cell::Cell::new(0);
    let second = || asked.replace(asked.get() + 1) == 1;
    let error = press().print(&sample::receipt(), PaperForm::A4, &second).unwrap_err();
    assert!(matches!(error, PressError::Cancelled));
}
