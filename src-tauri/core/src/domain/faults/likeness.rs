//! How alike two short texts are, in Chinese, English or both.
//!
//! Chinese is compared by characters and pairs of neighbours, because it has no spaces and words can't be told apart
//! without a dictionary; English by words and their stems.

use std::collections::BTreeMap;

/// A text as what it is compared by, each with its weight.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(BTreeMap<String, u32>);

/// A symptom is a sentence; a whole page says no more about the fault.
const LONGEST: usize = 400;

const NOT: char = '不';

const CHARACTER: u32 = 1;
const PAIR: u32 = 3;
const WORD: u32 = 4;

/// Said of every appliance, so it tells nothing about the fault. Longer ones first.
const NAMES: [&str; 17] = [
    "电热水器",
    "燃气热水器",
    "热水器",
    "空调",
    "洗衣机",
    "电冰箱",
    "冰箱",
    "抽油烟机",
    "油烟机",
    "烟机",
    "燃气灶",
    "煤气灶",
    "电视机",
    "电视",
    "washing machine",
    "water heater",
    "air conditioner",
];

/// Two ways to say one thing.
const SAME: [(&str, &str); 4] = [("甩干", "脱水"), ("跳电", "跳闸"), ("掉闸", "跳闸"), ("fridge", "refrigerator")];

/// Fill words of both languages.
const FILL: [&str; 22] = [
    "a", "an", "the", "it", "is", "its", "my", "our", "has", "have", "at", "in", "on", "of", "to", "and", "or", "when",
    "does", "do", "very", "from",
];
const FILL_CHARACTERS: &str = "的了就我家们吗呢啊呀很是个它有也都又会老总时候里";

impl Words {
    pub fn of(text: &str) -> Self {
        let mut text = text.chars().take(LONGEST).collect::<String>().to_lowercase();
        for name in NAMES {
            text = text.replace(name, " ");
        }
        for (said, meant) in SAME {
            text = text.replace(said, meant);
        }
        let mut words = Self::default();
        let mut latin = String::new();
        let mut before: Option<char> = None;
        for c in text.chars().chain([' ']) {
            if c.is_ascii_alphanumeric() || c == '\'' {
                latin.push(c);
                continue;
            }
            words.add_word(&std::mem::take(&mut latin));
            if FILL_CHARACTERS.contains(c) {
                continue;
            }
            if !c.is_alphanumeric() {
                before = None;
                continue;
            }
            let c = plain(c);
            words.0.insert(c.to_string(), CHARACTER);
            // In either order, 手麻 is 麻手, but what is not there follows the 不: 有声无图 is not 有图无声. Said twice, as in
            // 嗡嗡, is said once.
            if let Some(before) = before.filter(|before| *before != c) {
                let turned = before > c && before != NOT && c != NOT;
                let pair = if turned { [c, before] } else { [before, c] };
                words.0.insert(pair.into_iter().collect(), PAIR);
            }
            before = Some(c);
        }
        words
    }

    fn add_word(&mut self, word: &str) {
        let word = word.trim_matches('\'');
        let word = match word {
            "no" | "doesn't" | "don't" | "won't" | "can't" | "isn't" | "cannot" | "nothing" => "not",
            _ => word,
        };
        if !word.is_empty() && !FILL.contains(&word) {
            self.0.insert(stem(word).to_owned(), WORD);
        }
    }

    /// From 0, nothing in common, to 1000, the same. What both have counts twice over the shorter text, so that two
    /// words of a long one are found and a whole story finds its two words; and once over both, so that the exact
    /// text comes first.
    pub fn likeness(&self, other: &Self) -> u32 {
        let weight = |words: &Self| words.0.values().sum::<u32>();
        let (mine, theirs) = (weight(self), weight(other));
        let common: u32 = self.0.iter().filter(|(word, _)| other.0.contains_key(*word)).map(|(_, w)| w).sum();
        let over_shorter = (1000 * common).checked_div(mine.min(theirs)).unwrap_or(0);
        let over_both = (2000 * common).checked_div(mine + theirs).unwrap_or(0);
        (2 * over_shorter + over_both) / 3
    }
}

/// One character for those that people use for each other.
fn plain(c: char) -> char {
    match c {
        '没' | '无' => NOT,
        '渗' | '滴' => '漏',
        '糊' => '焦',
        '凉' => '冷',
        '抖' | '晃' => '震',
        '响' | '音' => '声',
        '熄' => '灭',
        _ => c,
    }
}

/// `leaks`, `leaking` and `leak` are one word.
fn stem(word: &str) -> &str {
    let shorter = ["ing", "ed", "es", "s"].iter().find_map(|end| word.strip_suffix(end));
    shorter.filter(|stem| stem.len() >= 3).unwrap_or(word)
}
