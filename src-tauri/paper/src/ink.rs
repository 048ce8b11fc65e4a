//! What a text becomes before it is set: characters that the font has, in lines that can break.
//!
//! The typesetter leaves a character that the font lacks blank without a word. So the font is asked first.

use std::collections::BTreeSet;

use typst::layout::Abs;
use typst::text::{Font, FontInstance, FontVariant, FontVariations};

/// Stands for a character that the font lacks, as printers have always done it.
pub const GETA: char = '〓';
/// A line may break here.
const BREAK: char = '\u{200b}';
/// Between Chinese and Latin letters, and around nothing else, the typesetter leaves this much, in em.
const BETWEEN_SCRIPTS: f64 = 0.25;

/// Takes texts in and remembers what it could not print.
pub struct Ink {
    font: FontInstance,
    missing: BTreeSet<char>,
}

impl Ink {
    pub fn new(font: &Font) -> Self {
        // The font has one weight and one width, so any size will do.
        let font = font.clone().instantiate(FontVariant::default(), Abs::pt(10.0), &FontVariations::default());
        Self { font, missing: BTreeSet::new() }
    }

    /// What was asked for and is not in the font.
    pub fn missing(&self) -> String {
        self.missing.iter().collect()
    }

    /// The lines of a text as they can be printed. An empty text has none.
    pub fn lines(&mut self, text: &str) -> Vec<String> {
        let text = text.replace("\r\n", "\n");
        let lines = text.trim().split(['\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}']);
        let lines: Vec<String> = lines.map(|line| self.line(line)).collect();
        if lines.iter().all(String::is_empty) { Vec::new() } else { lines }
    }

    fn line(&mut self, line: &str) -> String {
        let line: String = line.chars().filter_map(plain).map(|one| self.covered(one)).collect();
        line.trim_end().to_owned()
    }

    fn covered(&mut self, one: char) -> char {
        if self.font.ttf().glyph_index(one).is_some() {
            return one;
        }
        self.missing.insert(one);
        GETA
    }

    /// How wide the widest of some lines is, in em.
    pub fn width(&self, lines: &[String]) -> f64 {
        lines.iter().map(|line| self.line_width(line)).fold(0.0, f64::max)
    }

    fn line_width(&self, line: &str) -> f64 {
        let mut before: Option<char> = None;
        let mut width = 0.0;
        for one in line.chars() {
            let meets = before.is_some_and(|before| is_han(before) != is_han(one));
            width += self.advance(one) + if meets { BETWEEN_SCRIPTS } else { 0.0 };
            before = Some(one);
        }
        width
    }

    fn advance(&self, one: char) -> f64 {
        let face = self.font.ttf();
        let units = face.glyph_index(one).and_then(|glyph| face.glyph_hor_advance(glyph)).unwrap_or(0);
        f64::from(units) / f64::from(face.units_per_em())
    }

    /// The same lines, with places to break in every word that is wider than `em`.
    pub fn broken(&self, lines: Vec<String>, em: f64) -> Vec<String> {
        lines.into_iter().map(|line| self.broken_line(line, em)).collect()
    }

    fn broken_line(&self, line: String, em: f64) -> String {
        if self.line_width(&line) <= em {
            return line;
        }
        let mut out = String::with_capacity(line.len());
        for word in words(&line) {
            if is_alone(word) || self.line_width(word) + clings(word) <= em {
                out.push_str(word);
                continue;
            }
            for one in word.chars() {
                out.push(one);
                out.push(BREAK);
            }
        }
        out
    }
}

/// Pieces between which a line can break by itself; Chinese characters and spaces are pieces of their own.
fn words(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let end = if alone(first) { first.len_utf8() } else { rest.find(alone).unwrap_or(rest.len()) };
        let (word, after) = rest.split_at(end);
        rest = after;
        Some(word)
    })
}

fn alone(one: char) -> bool {
    is_han(one) || one == ' '
}

fn is_alone(word: &str) -> bool {
    word.chars().all(alone)
}

/// Brackets and full stops at a word's ends hold the character beside them on their line.
fn clings(word: &str) -> f64 {
    let ends = [word.chars().next(), word.chars().next_back()];
    ends.into_iter().flatten().filter(|one| !one.is_alphanumeric()).count() as f64
}

fn is_han(one: char) -> bool {
    matches!(one, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}' | GETA)
}

/// A character as it is printed; `None` for what has no shape: controls, joiners, marks of direction. One of these could
/// make an amount read backwards.
fn plain(one: char) -> Option<char> {
    match one {
        '\t' | '\u{a0}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => Some(' '),
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' => None,
        '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' => None,
        '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}' => None,
        _ if one.is_control() => None,
        '₀'..='₉' => char::from_digit(u32::from(one) - u32::from('₀'), 10),
        '✔' | '☑' => Some('✓'),
        '✗' | '✘' | '☒' => Some('×'),
        '☐' => Some('□'),
        '∙' => Some('·'),
        _ => Some(one),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::desk;

    fn lines(text: &str) -> (Vec<String>, String) {
        let font = desk::font().unwrap();
        let mut ink = Ink::new(&font);
        let lines = ink.lines(text);
        (lines, ink.missing())
    }

    #[test]
    fn names_and_units_of_the_trade_are_in_the_font() {
        let text =
            "罗桂香 田有福 彭秀兰 覃大勇 龑喆堃昇玥犇 䶮㛃㭎𬱖 ¥385 ￥ № → ✓ ℃ Ω μF µF ² ³ × ÷ ≤ ≥ ± ½ ㎡ ① ——“”…·";
        assert_eq!(lines(text), (vec![text.to_owned()], String::new()));
    }

    #[test]
    fn what_the_font_lacks_is_seen_and_told() {
        assert_eq!(lines("师傅👍🏽好 ཀ"), (vec!["师傅〓〓好 〓".to_owned()], "ཀ🏽👍".to_owned()));
    }

    #[test]
    fn what_has_no_shape_is_left_out_and_cannot_turn_an_amount_round() {
        assert_eq!(lines("合计\u{202e}052\u{202c} 元\u{200b}\u{feff}\0").0, ["合计052 元"]);
        assert_eq!(lines("a\tb\u{a0}c\r\nd\u{2028}e").0, ["a b c", "d", "e"]);
        assert!(lines(" \u{200b}\n\t ").0.is_empty());
    }

    #[test]
    fn only_a_word_that_is_too_wide_may_break_inside() {
        let font = desk::font().unwrap();
        let ink = Ink::new(&font);
        let broken = |text: &str| ink.broken(vec![text.to_owned()], 10.0)[0].replace(BREAK, "|");
        assert_eq!(broken("清洗滤网 and the drain hose of the machine"), "清洗滤网 and the drain hose of the machine");
        let serial = "A1B2C3D4E5F6G7H8I9J0";
        assert_eq!(broken(serial).matches('|').count(), serial.len());
        assert!(broken("。。。。。。。。。。。。").contains('|'), "marks alone can't break either");
    }
}
