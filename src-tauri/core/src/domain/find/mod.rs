//! Search as people type: two characters of a name, a piece of an address, the last digits of a phone, a fragment of a
//! serial, a model, a fault, 拼音首字母 of a name or township, in any mixture.
//!
//! [`Found::matches`] says what a search means. [`Found::tokens`] and [`Word::index_query`] only make an index that
//! leaves few jobs to ask: each text gives one token a character, which is that character and the next (of letters and
//! digits the next two), so a word that a text holds has all its whole tokens among the text's. A character that is no
//! letter or digit stands by itself as well: people type a surname and four digits, and to gather all that begins with a
//! character costs more the more jobs there are.

mod spelled;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::ApplianceKind;

use super::facts::Job;
use super::intake::{half_width, same_phone, same_serial};
pub use spelled::{Spelled, spelled};

/// Characters of a query that are looked at; what was pasted beyond them is not.
pub const MOST_QUERY: usize = 128;
/// Words of a query that are looked at.
pub const MOST_WORDS: usize = 12;
/// Characters of one text by which a job is found.
const MOST_TEXT: usize = 240;
/// Texts, phones and serials by which a job is found, of each so many.
const MOST_TEXTS: usize = 64;
/// Digits of a phone; more are none.
const MOST_DIGITS: usize = 24;
/// Fewer digits than these say nothing of a phone.
const FEWEST_DIGITS: usize = 3;
/// Tokens of one word that the index is asked for: enough to leave a handful of jobs.
const MOST_ASKED: usize = 10;

/// Marks before tokens that are not pieces of a text. Each is a character that no word holds.
const FORWARD: char = '+';
const BACKWARD: char = '-';
const INITIALS: char = '@';
const SYLLABLES: char = '&';
const KIND: char = '#';
/// All of them: characters that the index must take as letters.
pub const MARKS: &str = "+-@&#";

/// What people call a kind of appliance. Longer names hold the shorter ones: 热水器 is in 燃气热水器.
fn called(kind: ApplianceKind) -> &'static [&'static str] {
    match kind {
        ApplianceKind::AirConditioner => &["空调", "冷气", "airconditioner", "aircon"],
        ApplianceKind::StorageHeater => &["储水式电热水器", "storagewaterheater", "electricwaterheater"],
        ApplianceKind::InstantHeater => &["即热式电热水器", "instantwaterheater", "electricwaterheater"],
        ApplianceKind::GasHeater => &["燃气热水器", "gaswaterheater"],
        ApplianceKind::WashingMachine => &["洗衣机", "washingmachine", "washer"],
        ApplianceKind::Refrigerator => &["电冰箱", "冰柜", "refrigerator", "fridge"],
        ApplianceKind::RangeHood => &["抽油烟机", "吸油烟机", "rangehood", "cookerhood"],
        ApplianceKind::GasStove => &["燃气灶", "煤气灶", "gasstove", "gascooker"],
        ApplianceKind::Television => &["电视机", "彩电", "television", "tvset"],
        ApplianceKind::Other => &["其他电器", "otherappliance"],
    }
}

/// A character as it is compared: half width, lower case, a digit however it is written.
fn compared(c: char) -> impl Iterator<Item = char> {
    let c = match half_width(c) {
        '〇' | '零' => '0',
        '一' | '壹' => '1',
        '二' | '贰' => '2',
        '三' | '叁' => '3',
        '四' | '肆' => '4',
        '五' | '伍' => '5',
        '六' | '陆' => '6',
        '七' | '柒' => '7',
        '八' | '捌' => '8',
        '九' | '玖' => '9',
        other => other,
    };
    c.to_lowercase().filter(|c| c.is_alphanumeric())
}

/// A text as it is searched: without blanks and punctuation, so that `kfr35gw` is found in `KFR-35GW/B1`.
pub fn compact(text: &str) -> String {
    text.chars().flat_map(compared).take(MOST_TEXT).collect()
}

/// As much of a text as a job is found by.
pub fn cut(text: &str) -> String {
    text.trim().chars().take(MOST_TEXT).collect()
}

/// All by which a job is found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Found {
    pub name: String,
    pub township: String,
    /// As compared: digits only.
    pub phones: Vec<String>,
    pub kinds: Vec<ApplianceKind>,
    /// As compared: without blanks, in upper case.
    pub serials: Vec<String>,
    /// Address, brands and models, symptoms, faults, causes, actions, the maker's order number; as written.
    pub texts: Vec<String>,
}

impl Found {
    /// From the facts. What was corrected on site counts as well as what the order said.
    pub fn of(job: &Job) -> Self {
        let order = &job.order;
        let customer = job.customer();
        let mut texts = vec![customer.address.clone(), order.symptom.clone(), order.maker_order.clone()];
        let fields = [
            SheetField::Brand,
            SheetField::Model,
            SheetField::Symptom,
            SheetField::Fault,
            SheetField::Cause,
            SheetField::Action,
        ];
        for appliance in &order.appliances {
            texts.extend(fields.iter().map(|field| job.field(appliance, *field)));
        }
        let known = &order.customer;
        texts.extend([&known.name, &known.township, &known.address].into_iter().cloned());
        texts.retain(|text| *text != customer.name && *text != customer.township);
        let mut phones = [&customer.phone, &known.phone].map(|phone| same_phone(phone)).to_vec();
        phones.iter_mut().for_each(|phone| phone.truncate(MOST_DIGITS));
        let serials = job.all_serials();
        let mut kinds: Vec<ApplianceKind> = order.appliances.iter().map(|a| a.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        Self {
            name: cut(&customer.name),
            township: cut(&customer.township),
            phones: once(phones),
            kinds,
            serials: once(serials.iter().map(|serial| cut(&same_serial(serial))).collect()),
            texts: once(texts.iter().map(|text| cut(text)).collect()),
        }
    }

    fn compacts(&self) -> impl Iterator<Item = String> {
        let texts = [&self.name, &self.township].into_iter().chain(&self.texts).chain(&self.serials);
        texts.map(|text| compact(text)).filter(|text| !text.is_empty())
    }

    fn spelled(&self) -> Spelled {
        let mut name = spelled(&self.name);
        // A township is known by its initials; its syllables would be most of the index.
        name.initials.extend(spelled(&self.township).initials);
        name
    }

    /// What another says as well (`also`), or what it doesn't. The tokens of the two parts are all that there are.
    pub fn part(&self, other: &Self, also: bool) -> Self {
        fn some<T: PartialEq + Clone>(these: &[T], others: &[T], also: bool) -> Vec<T> {
            these.iter().filter(|this| others.contains(this) == also).cloned().collect()
        }
        let text = |this: &String, other: &String| if (this == other) == also { this.clone() } else { String::new() };
        Self {
            name: text(&self.name, &other.name),
            township: text(&self.township, &other.township),
            phones: some(&self.phones, &other.phones, also),
            kinds: some(&self.kinds, &other.kinds, also),
            serials: some(&self.serials, &other.serials, also),
            texts: some(&self.texts, &other.texts, also),
        }
    }

    /// What the index holds of this job: each token once.
    pub fn tokens(&self) -> BTreeSet<String> {
        let mut out = BTreeSet::new();
        let mut alone = BTreeSet::new();
        for text in self.compacts() {
            let chars: Vec<char> = text.chars().collect();
            out.extend((0..chars.len()).map(|at| token(&chars[at..]).0));
            alone.extend(chars.into_iter().filter(|c| is_wide(*c)));
        }
        out.extend(alone.iter().map(char::to_string));
        for phone in &self.phones {
            out.insert(format!("{FORWARD}{phone}"));
            out.insert(std::iter::once(BACKWARD).chain(phone.chars().rev()).collect());
        }
        let spelled = self.spelled();
        out.extend(spelled.initials.iter().map(|initials| format!("{INITIALS}{initials}")));
        out.extend(spelled.syllables.iter().map(|syllables| format!("{SYLLABLES}{syllables}")));
        out.extend(self.kinds.iter().map(|kind| kind_token(*kind)));
        out
    }

    /// Whether every word of the query is said of this job.
    pub fn matches(&self, query: &Query) -> bool {
        let compacts: Vec<String> = self.compacts().collect();
        let spelled = std::cell::OnceCell::new();
        query.words.iter().all(|word| {
            compacts.iter().any(|text| text.contains(&word.text))
                || (word.may_be_phone() && self.phones.iter().any(|phone| word.is_end_of(phone)))
                || self.kinds.iter().any(|kind| word.names(*kind))
                || (word.is_letters() && spelled.get_or_init(|| self.spelled()).begins_with(&word.text))
        })
    }
}

/// Each once, in their order, as many as there may be; without empty ones.
fn once(mut texts: Vec<String>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    texts.retain(|text| !text.is_empty() && seen.insert(text.clone()));
    texts.truncate(MOST_TEXTS);
    texts
}

/// No letter or digit, of which a text has few: a character says something by itself.
fn is_wide(c: char) -> bool {
    !c.is_ascii()
}

/// The token of the place where `chars` begins, and whether it is whole: what follows would not make it longer.
fn token(chars: &[char]) -> (String, bool) {
    let most = if chars.first().is_some_and(|c| is_wide(*c)) { 2 } else { 3 };
    let mut out = String::new();
    for (n, c) in chars.iter().take(most).enumerate() {
        out.push(*c);
        if n + 1 == most || (n > 0 && is_wide(*c)) {
            return (out, true);
        }
    }
    (out, false)
}

fn kind_token(kind: ApplianceKind) -> String {
    format!("{KIND}{}", kind.word().replace('_', ""))
}

/// What is looked for: every word of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    pub words: Vec<Word>,
    /// More was typed than is looked at.
    pub shortened: bool,
}

/// One word, as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    text: String,
}

impl Query {
    /// Splits what was typed at blanks and punctuation. Any text is one.
    pub fn parse(typed: &str) -> Self {
        let mut shortened = typed.chars().nth(MOST_QUERY).is_some();
        let typed: String = typed.chars().take(MOST_QUERY).map(half_width).collect();
        let words = typed.split(|c: char| !c.is_alphanumeric()).map(compact).filter(|word| !word.is_empty());
        let mut words: Vec<Word> = joined(&words.collect::<Vec<_>>()).into_iter().map(|text| Word { text }).collect();
        let mut seen = BTreeSet::new();
        words.retain(|word| seen.insert(word.text.clone()));
        shortened |= words.len() > MOST_WORDS;
        words.truncate(MOST_WORDS);
        Self { words, shortened }
    }

    /// Nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty()
    }
}

/// A phone typed in groups, `138 1234 5678`, is one word.
fn joined(words: &[String]) -> Vec<String> {
    let digits = |word: &String| word.bytes().all(|b| b.is_ascii_digit());
    let mut out: Vec<String> = Vec::new();
    for group in words.chunk_by(|a, b| digits(a) && digits(b)) {
        let whole = group.concat();
        if group.len() > 1 && whole.len() >= 10 && whole.len() <= MOST_DIGITS {
            out.push(same_phone(&whole));
        } else {
            out.extend_from_slice(group);
        }
    }
    out
}

impl Word {
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Said of so many jobs, for all that can be told from the word, that an index gathers more than it spares.
    pub fn is_broad(&self) -> bool {
        let most = if self.may_be_phone() { FEWEST_DIGITS } else { 2 };
        self.text.is_ascii() && self.text.len() <= most
    }

    fn is_letters(&self) -> bool {
        self.text.bytes().all(|b| b.is_ascii_lowercase())
    }

    fn may_be_phone(&self) -> bool {
        self.text.len() >= FEWEST_DIGITS && self.text.bytes().all(|b| b.is_ascii_digit())
    }

    fn is_end_of(&self, phone: &str) -> bool {
        phone.starts_with(&self.text) || phone.ends_with(&self.text)
    }

    /// One letter names no kind; one character may: 灶.
    fn names(&self, kind: ApplianceKind) -> bool {
        let said = |name: &&str| name.contains(&self.text);
        (self.text.len() > 1) && called(kind).iter().any(said)
    }

    /// What to ask of the index: a job that this word fits holds one of the groups whole.
    pub fn index_query(&self) -> Vec<Vec<Asked>> {
        let chars: Vec<char> = self.text.chars().collect();
        let whole = (0..chars.len()).map(|at| token(&chars[at..])).filter(|(_, whole)| *whole);
        let mut pieces: Vec<Asked> = whole.map(|(token, _)| Asked::Whole(token)).collect();
        pieces.dedup();
        pieces.truncate(MOST_ASKED);
        if pieces.is_empty() {
            let text = self.text.clone();
            pieces.push(if text.chars().all(is_wide) { Asked::Whole(text) } else { Asked::Beginning(text) });
        }
        let mut out = vec![pieces];
        if self.may_be_phone() {
            out.push(vec![Asked::Beginning(format!("{FORWARD}{}", self.text))]);
            let back: String = std::iter::once(BACKWARD).chain(self.text.chars().rev()).collect();
            out.push(vec![Asked::Beginning(back)]);
        }
        if self.is_letters() {
            out.push(vec![Asked::Beginning(format!("{INITIALS}{}", self.text))]);
            out.push(vec![Asked::Beginning(format!("{SYLLABLES}{}", self.text))]);
        }
        let kinds = ApplianceKind::ALL.iter().filter(|kind| self.names(**kind));
        out.extend(kinds.map(|kind| vec![Asked::Whole(kind_token(*kind))]));
        out
    }
}

/// A token of the index, or how one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Asked {
    Whole(String),
    Beginning(String),
}
