//! 拼音: how names are spelled in letters. A character with several readings is spelled by each, because a surname's is
//! often not the usual one: 单 is shan, 覃 qin or tan.

use std::collections::BTreeSet;

use pinyin::ToPinyinMulti;

/// Characters of a name that are spelled.
const MOST_CHARS: usize = 12;
/// Spellings of one name.
const MOST_SPELLINGS: usize = 16;

/// Readings of surnames that the tables of single characters do not hold, or hold behind others.
const SURNAMES: &[(char, &[&str])] = &[
    ('覃', &["qin", "tan"]),
    ('单', &["shan", "dan"]),
    ('仇', &["qiu", "chou"]),
    ('解', &["xie", "jie"]),
    ('曾', &["zeng", "ceng"]),
    ('区', &["ou", "qu"]),
    ('朴', &["piao", "pu"]),
    ('查', &["zha", "cha"]),
    ('翟', &["zhai", "di"]),
    ('乐', &["yue", "le"]),
    ('尉', &["yu", "wei"]),
    ('迟', &["chi"]),
    ('万', &["wan", "mo"]),
    ('俟', &["qi", "si"]),
    ('盖', &["ge", "gai"]),
    ('黑', &["he", "hei"]),
    ('折', &["she", "zhe"]),
    ('召', &["shao", "zhao"]),
    ('繁', &["po", "fan"]),
    ('员', &["yun", "yuan"]),
    ('任', &["ren"]),
    ('华', &["hua"]),
];

/// How a name is spelled: by first letters, and in full.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spelled {
    /// `lgx`
    pub initials: BTreeSet<String>,
    /// `luoguixiang`
    pub syllables: BTreeSet<String>,
}

impl Spelled {
    pub fn begins_with(&self, letters: &str) -> bool {
        self.initials.iter().chain(&self.syllables).any(|spelling| spelling.starts_with(letters))
    }
}

/// The readings of one character, each once, in plain letters.
fn readings(c: char) -> Vec<String> {
    // ü is typed v.
    let plain = |text: &str| text.replace('ü', "v").chars().filter(char::is_ascii_lowercase).collect::<String>();
    let said = SURNAMES.iter().find(|(known, _)| *known == c).map_or(&[] as &[&str], |(_, readings)| readings);
    let mut out: Vec<String> = said.iter().map(|reading| (*reading).to_owned()).collect();
    for reading in c.to_pinyin_multi().into_iter().flatten() {
        let reading = plain(reading.plain());
        if !reading.is_empty() && !out.contains(&reading) {
            out.push(reading);
        }
    }
    out
}

/// The spellings of a name; letters and digits in it stand for themselves, anything else is passed over.
pub fn spelled(name: &str) -> Spelled {
    let mut initials = BTreeSet::from([String::new()]);
    let mut syllables = BTreeSet::from([String::new()]);
    for c in name.chars().take(MOST_CHARS) {
        let readings = if c.is_ascii_alphanumeric() { vec![c.to_ascii_lowercase().to_string()] } else { readings(c) };
        if readings.is_empty() {
            continue;
        }
        let first: Vec<&str> = readings.iter().map(|reading| &reading[..1]).collect();
        initials = longer(&initials, &first);
        syllables = longer(&syllables, &readings.iter().map(String::as_str).collect::<Vec<_>>());
    }
    initials.remove("");
    syllables.remove("");
    Spelled { initials, syllables }
}

/// Each beginning with each reading behind it, as many as there may be.
fn longer(begun: &BTreeSet<String>, readings: &[&str]) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    for reading in readings {
        for beginning in begun {
            if out.len() < MOST_SPELLINGS {
                out.insert(format!("{beginning}{reading}"));
            }
        }
    }
    out
}
