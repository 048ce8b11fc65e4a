//! What a row of a parts list says, and what it changes of the list in force (R22, R25).

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::rules::faults::ListedPart;
use doorstep_schemas::view::{ApplianceKind, Fen, PartChange, PartColumn, PartNote, PartNoteCode, PartRowState, Text};

use super::answer::fen;
use super::headings::{self, Headings};
use super::rows::appliance;
use crate::domain::intake::half_width;
use crate::domain::money::amount::yuan;
use crate::domain::parts;
use crate::domain::paste::Markers;

/// Letters of a code and of a name.
const MOST_LETTERS: usize = 60;
/// Dearest part, and highest safe stock.
const MOST_FEN: i64 = 100_000_000;
const MOST_LOW: i64 = 100_000;

const HEADINGS: Headings<PartColumn> = &[
    (
        PartColumn::Code,
        &[
            "配件编码",
            "编码",
            "配件编号",
            "物料编码",
            "物料号",
            "料号",
            "配件号",
            "图号",
            "partcode",
            "code",
            "partno",
            "partnumber",
            "sku",
        ],
    ),
    (PartColumn::Name, &["配件名称", "名称", "配件", "物料名称", "品名", "partname", "name", "description"]),
    (PartColumn::NameEn, &["英文名", "英文名称", "英文", "englishname", "nameinenglish"]),
    (
        PartColumn::Appliances,
        &[
            "适用家电",
            "适用机型",
            "适用品类",
            "适用产品",
            "适用",
            "品类",
            "机型",
            "fits",
            "appliance",
            "appliances",
            "product",
        ],
    ),
    (
        PartColumn::Guide,
        &[
            "指导价",
            "零售价",
            "销售价",
            "售价",
            "用户价",
            "单价",
            "价格",
            "guideprice",
            "guide",
            "price",
            "retailprice",
        ],
    ),
    (
        PartColumn::Dealer,
        &["进货价", "进价", "网点价", "出厂价", "经销价", "供货价", "成本价", "dealerprice", "dealer", "cost"],
    ),
    (PartColumn::Low, &["安全库存", "最低库存", "库存下限", "safestock", "lowstock", "minstock", "minimum"]),
    (PartColumn::Tracked, &["旧件返厂", "返旧件", "旧件", "是否返厂", "oldpartreturns", "tracked", "return"]),
];

/// The rest of a part, which is the owner's alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Terms {
    pub dealer_fen: Option<i64>,
    pub low: Option<i64>,
}

/// A list as it stands: parts by code, and the owner's terms of each.
#[derive(Debug, Clone, Default)]
pub struct Listed {
    pub parts: BTreeMap<String, ListedPart>,
    pub terms: BTreeMap<String, Terms>,
}

/// One row against the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Compared {
    pub row: u32,
    pub state: PartRowState,
    pub code: String,
    pub name: String,
    pub changes: Vec<PartChange>,
    pub notes: Vec<PartNote>,
}

pub fn head_row(rows: &[Vec<String>]) -> usize {
    headings::head_among(rows, |cell| by_heading(cell).is_some())
}

pub fn guess(head: &[String], rows: &[Vec<String>]) -> Vec<Option<PartColumn>> {
    headings::named(head, headings::width(head, rows), by_heading)
}

fn by_heading(heading: &str) -> Option<(PartColumn, bool)> {
    let heading = headings::plain(heading);
    headings::whole(&heading, HEADINGS)
        .map(|column| (column, true))
        .or_else(|| headings::part(&heading, HEADINGS).map(|column| (column, false)))
}

/// What a list is read by.
pub struct Reader<'a> {
    pub columns: &'a [Option<PartColumn>],
    pub markers: &'a Markers,
}

impl Reader<'_> {
    /// Lays rows beside the list and puts into it what is right. An empty cell leaves what stands; a part that is new has all
    /// that a part needs.
    pub fn lay(&self, rows: &[(u32, &[String])], listed: &mut Listed) -> Vec<Compared> {
        let mut seen = BTreeSet::new();
        rows.iter().filter_map(|(row, cells)| self.row(*row, cells, listed, &mut seen)).collect()
    }

    fn row(&self, row: u32, cells: &[String], listed: &mut Listed, seen: &mut BTreeSet<String>) -> Option<Compared> {
        let said = |column: PartColumn| -> String {
            let at = self.columns.iter().position(|other| *other == Some(column));
            let cell = at.and_then(|at| cells.get(at)).map(String::as_str).unwrap_or_default();
            cell.chars().map(|c| if c.is_control() { ' ' } else { half_width(c) }).collect::<String>().trim().to_owned()
        };
        if PartColumn::ALL.iter().all(|column| said(*column).is_empty()) {
            return None;
        }
        let mut notes = Vec::new();
        let code = parts::key(&said(PartColumn::Code), "");
        let before = listed.parts.get(&code).cloned();
        let terms = listed.terms.get(&code).copied().unwrap_or_default();
        let (part, after) = {
            let mut note = |code, column, text: &str| {
                notes.push(PartNote { code, column, text: text.chars().take(MOST_LETTERS).collect() });
            };
            let mut number = |column, read: &dyn Fn(&str) -> Option<i64>, most: i64| {
                let text = said(column);
                let number = read(&text).filter(|number| (0..=most).contains(number));
                if number.is_none() && !text.is_empty() {
                    note(PartNoteCode::Unread, column, &text);
                }
                number
            };
            let guide = number(PartColumn::Guide, &fen, MOST_FEN);
            let dealer = number(PartColumn::Dealer, &fen, MOST_FEN);
            let low = number(PartColumn::Low, &|text: &str| text.parse().ok(), MOST_LOW);
            let part = self.part(&said, &code, before.as_ref(), guide, &mut note);
            (part, Terms { dealer_fen: dealer.or(terms.dealer_fen), low: low.or(terms.low) })
        };
        if !code.is_empty() && !seen.insert(code.clone()) {
            notes.push(PartNote { code: PartNoteCode::Twice, column: PartColumn::Code, text: code.clone() });
        }
        let name = part.as_ref().map_or_else(|| said(PartColumn::Name), |part| part.name.zh.clone());
        let mut out = Compared { row, state: PartRowState::Wrong, code, name, changes: Vec::new(), notes };
        let Some(part) = part.filter(|_| out.notes.is_empty()) else { return Some(out) };
        out.changes = changes(before.as_ref(), &part, terms, after);
        out.state = match (&before, out.changes.is_empty()) {
            (None, _) => PartRowState::Added,
            (Some(_), true) => PartRowState::Same,
            (Some(_), false) => PartRowState::Changed,
        };
        listed.terms.insert(out.code.clone(), after);
        listed.parts.insert(out.code.clone(), part);
        Some(out)
    }

    fn part(
        &self,
        said: &impl Fn(PartColumn) -> String,
        code: &str,
        before: Option<&ListedPart>,
        guide: Option<i64>,
        note: &mut impl FnMut(PartNoteCode, PartColumn, &str),
    ) -> Option<ListedPart> {
        let (name, name_en) = (said(PartColumn::Name), said(PartColumn::NameEn));
        for (column, text) in [(PartColumn::Code, code), (PartColumn::Name, &name), (PartColumn::NameEn, &name_en)] {
            if text.chars().count() > MOST_LETTERS || (column == PartColumn::Code && text.contains('/')) {
                note(PartNoteCode::TooLong, column, text);
            }
        }
        let fits = said(PartColumn::Appliances);
        let mut appliances: Vec<ApplianceKind> = Vec::new();
        for word in fits.split(['、', ',', '，', ';', '；', '/', '|']).map(str::trim).filter(|word| !word.is_empty())
        {
            match appliance(word, self.markers) {
                Some(kind) if !appliances.contains(&kind) => appliances.push(kind),
                Some(_) => {}
                None => note(PartNoteCode::ApplianceUnknown, PartColumn::Appliances, word),
            }
        }
        if appliances.is_empty() {
            appliances = before.map(|part| part.appliances.clone()).unwrap_or_default();
        }
        let named = |text: &String, before: Option<&String>| {
            if text.is_empty() { before.cloned().unwrap_or_default() } else { text.clone() }
        };
        let zh = named(&name, before.map(|part| &part.name.zh));
        let en = named(&name_en, before.filter(|part| part.name.zh == zh).map(|part| &part.name.en));
        let guide = guide.or_else(|| before.map(|part| part.guide_fen.0));
        for (column, missing) in [
            (PartColumn::Code, code.is_empty()),
            (PartColumn::Name, zh.is_empty()),
            (PartColumn::Guide, guide.is_none() && said(PartColumn::Guide).is_empty()),
            (PartColumn::Appliances, appliances.is_empty() && fits.is_empty()),
        ] {
            if missing {
                note(PartNoteCode::Required, column, "");
            }
        }
        let tracked = match said(PartColumn::Tracked).to_lowercase().as_str() {
            "" => before.is_some_and(|part| part.tracked),
            text => ["是", "要", "返", "y", "yes", "true", "1", "√"].iter().any(|yes| text.starts_with(yes)),
        };
        Some(ListedPart {
            code: before.map_or_else(|| code.to_owned(), |part| part.code.clone()),
            name: Text { en: if en.is_empty() { zh.clone() } else { en }, zh },
            guide_fen: Fen(guide?),
            appliances,
            tracked,
        })
    }
}

fn changes(before: Option<&ListedPart>, part: &ListedPart, terms: Terms, after: Terms) -> Vec<PartChange> {
    let kinds = |part: &ListedPart| part.appliances.iter().map(|kind| kind.word()).collect::<Vec<_>>().join(" ");
    let of = |read: &dyn Fn(&ListedPart) -> String| (before.map(read).unwrap_or_default(), read(part));
    let number = |of: Option<i64>, write: fn(i64) -> String| of.map(write).unwrap_or_default();
    let yes = |part: &ListedPart| if part.tracked { "yes".to_owned() } else { "no".to_owned() };
    let fields = [
        (PartColumn::Name, of(&|part| part.name.zh.clone())),
        (PartColumn::NameEn, of(&|part| part.name.en.clone())),
        (PartColumn::Appliances, of(&kinds)),
        (PartColumn::Guide, of(&|part| yuan(part.guide_fen.0))),
        (PartColumn::Dealer, (number(terms.dealer_fen, yuan), number(after.dealer_fen, yuan))),
        (PartColumn::Low, (number(terms.low, |low| low.to_string()), number(after.low, |low| low.to_string()))),
        (PartColumn::Tracked, of(&yes)),
    ];
    let differ = fields.into_iter().filter(|(_, (before, after))| before != after);
    differ.map(|(column, (before, after))| PartChange { column, before, after }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use PartColumn as C;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    fn listed() -> Listed {
        let seal = ListedPart {
            code: "AQ-MF-63".to_owned(),
            name: Text { zh: "密封圈".to_owned(), en: "Seal ring".to_owned() },
            guide_fen: Fen(1_000),
            appliances: vec![ApplianceKind::StorageHeater],
            tracked: false,
        };
        Listed { parts: [(seal.code.clone(), seal)].into(), terms: BTreeMap::new() }
    }

    fn lay(cells: &[&str], listed: &mut Listed) -> Vec<Compared> {
        let columns = [C::Code, C::Name, C::Appliances, C::Guide, C::Dealer, C::Low, C::Tracked].map(Some);
        let cells = row(cells);
        Reader { columns: &columns, markers: &Markers::default() }.lay(&[(2, cells.as_slice())], listed)
    }

    #[test]
    fn headings_of_makers_price_lists_are_known() {
        let head = row(&["序号", "物料编码", "配件名称", "适用机型", "网点价", "零售价", "安全库存", "是否返厂"]);
        let wanted = [C::Code, C::Name, C::Appliances, C::Dealer, C::Guide, C::Low, C::Tracked].map(Some);
        assert_eq!(guess(&head, &[])[1..], wanted);
    }

    #[test]
    fn r25_a_known_part_takes_what_the_file_says_and_keeps_the_rest() {
        let mut list = listed();
        let found = lay(&["aq-mf-63", "", "", "12.50", "2", "5", ""], &mut list).remove(0);
        assert_eq!((found.state, found.name.as_str()), (PartRowState::Changed, "密封圈"));
        let changed: Vec<_> = found.changes.iter().map(|c| (c.column, c.before.as_str(), c.after.as_str())).collect();
        assert_eq!(changed, [(C::Guide, "10.00", "12.50"), (C::Dealer, "", "2.00"), (C::Low, "", "5")]);
        let part = &list.parts["AQ-MF-63"];
        assert_eq!((part.guide_fen, part.name.en.as_str()), (Fen(1_250), "Seal ring"));
        assert_eq!(list.terms["AQ-MF-63"], Terms { dealer_fen: Some(200), low: Some(5) });
        assert_eq!(lay(&["AQ-MF-63", "密封圈", "", "12.5", "", "", ""], &mut list)[0].state, PartRowState::Same);
    }

    #[test]
    fn a_new_part_has_all_that_a_part_needs_or_says_what_it_lacks() {
        let mut list = listed();
        let found = lay(&["XW-1", "挂架", "电视、彩电", "88", "", "", "是"], &mut list).remove(0);
        assert_eq!(found.state, PartRowState::Wrong, "彩电 is no word that is known: {found:?}");
        let found = lay(&["XW-1", "挂架", "电视", "88", "", "", "是"], &mut list).remove(0);
        assert_eq!(found.state, PartRowState::Added);
        let part = &list.parts["XW-1"];
        assert_eq!(
            (part.tracked, part.name.en.as_str(), &part.appliances),
            (true, "挂架", &vec![ApplianceKind::Television])
        );
        let bare = lay(&["XW-2", "", "", "", "", "", ""], &mut list).remove(0);
        let lacks: Vec<_> = bare.notes.iter().map(|note| (note.code, note.column)).collect();
        let required = |column| (PartNoteCode::Required, column);
        assert_eq!(lacks, [required(C::Name), required(C::Guide), required(C::Appliances)]);
        let unread = lay(&["AQ-MF-63", "", "饮水机", "面议", "", "很多", ""], &mut list).remove(0);
        assert_eq!(unread.notes.len(), 3, "{unread:?}");
        assert!(!list.parts.contains_key("XW-2"), "what is wrong is not put in");
    }
}
