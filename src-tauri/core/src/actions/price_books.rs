//! 价目: what customers and makers pay, version by version, and what another file would change (R27).

use std::collections::BTreeMap;

use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::input::{PriceSetFile, PublishSet};
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::rules::prices::{PriceItem, PriceSet};
use doorstep_schemas::rules::settlement::SettlementSet;
use doorstep_schemas::view::{
    Fen, MakerPrice, Millis, PriceBookView, PriceBooksView, PriceChange, PriceRow, SetCompared, SetLine, SetStands,
    Text,
};

use super::Actions;
use super::facts::FactError;
use super::rule_sets::PublishError;
use crate::domain::calendar;
use crate::domain::money::settlement::ratio_permille;
use crate::rules::{MOST_BYTES, MalformedSet, RuleBook, Set, load};

/// Kinds whose files hold prices, and nothing else is published from this page.
const KINDS: [SetKind; 4] = [SetKind::Prices, SetKind::Surcharges, SetKind::Settlement, SetKind::Pieces];

/// A price by where it stands: under which book or maker, by which code.
type Prices = BTreeMap<(String, String), (Text, i64)>;

impl Actions {
    /// The price sets, and the books in force with what makers pay beside; owners only.
    pub fn price_books(&self) -> Result<PriceBooksView, FactError> {
        let store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let rules = store.rules();
        let settlement = rules.settlement_at(now);
        let view = |book: &doorstep_schemas::rules::prices::PriceBook| PriceBookView {
            book: book.book.clone(),
            name: book.name.clone(),
            segments: book.segments.clone(),
            regions: book.regions.clone(),
            rows: book.items.iter().map(|item| row(item, settlement)).collect(),
        };
        let mut books: Vec<PriceBookView> = rules.prices_at(now).books.iter().map(view).collect();
        let extra = rules.surcharges_at(now);
        books.push(PriceBookView {
            book: "surcharges".to_owned(),
            name: Text { zh: "附加费".to_owned(), en: "Surcharges".to_owned() },
            segments: Vec::new(),
            regions: Vec::new(),
            rows: extra.surcharges.iter().map(|extra| surcharge(extra, settlement)).collect(),
        });
        Ok(PriceBooksView { sets: sets(rules, now), books, now: Millis(now) })
    }

    /// What a file would change against what is in force. Nothing is written.
    pub fn compare_set(&self, input: &PriceSetFile) -> Result<SetCompared, PublishError> {
        let store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let set = priced(input.kind, &input.file)?;
        store.rules().candidate(input.kind, input.file.as_bytes(), now)?;
        let before = store.rules().in_force(input.kind, now).map(prices_of).unwrap_or_default();
        let after = prices_of(&set);
        let mut changes = Vec::new();
        let mut same = 0u32;
        let keys: std::collections::BTreeSet<_> = before.keys().chain(after.keys()).collect();
        for key in keys {
            let (was, is) = (before.get(key), after.get(key));
            if was.map(|(_, fen)| fen) == is.map(|(_, fen)| fen) {
                same = same.saturating_add(1);
                continue;
            }
            let name = is.or(was).map(|(name, _)| name.clone()).unwrap_or_default();
            changes.push(PriceChange {
                under: key.0.clone(),
                code: key.1.clone(),
                name,
                before: was.map(|(_, fen)| Fen(*fen)),
                after: is.map(|(_, fen)| Fen(*fen)),
            });
        }
        let head = set.head();
        Ok(SetCompared {
            kind: input.kind,
            version: head.version.to_owned(),
            valid_from: calendar::parse_day(head.valid_from).map(Millis),
            changes,
            same,
        })
    }

    /// Puts a price set in force from a moment on, now at the earliest.
    pub fn publish_prices(&self, input: &PublishSet) -> Result<BlobHash, PublishError> {
        priced(input.kind, &input.file)?;
        self.publish_rule_set(input.kind, input.file.as_bytes(), input.from.0)
    }
}

/// A set that holds prices, from its file.
fn priced(kind: SetKind, file: &str) -> Result<Set, PublishError> {
    let refused = |reason: String| MalformedSet { kind, line: 1, column: 1, reason };
    if !KINDS.contains(&kind) {
        return Err(refused(format!("{} holds no prices", kind.word())).into());
    }
    if file.len() > MOST_BYTES {
        return Err(refused(format!("larger than {MOST_BYTES} bytes")).into());
    }
    Ok(load(kind, file.as_bytes())?)
}

fn prices_of(set: &Set) -> Prices {
    let mut out = Prices::new();
    let mut put = |under: &str, code: &str, name: &Text, fen: Fen| {
        out.insert((under.to_owned(), code.to_owned()), (name.clone(), fen.0));
    };
    let plain = |code: &str| Text { zh: code.to_owned(), en: code.to_owned() };
    match set {
        Set::Prices(set) => each_price(set, &mut put),
        Set::Surcharges(set) => set.surcharges.iter().for_each(|s| put("", &s.code, &s.name, s.guide_fen)),
        Set::Pieces(set) => set.rates.iter().for_each(|rate| put("", &rate.code, &rate.name, rate.rate_fen)),
        Set::Settlement(set) => {
            for terms in &set.makers {
                for item in &terms.items {
                    put(&terms.maker, &item.code, &plain(&item.guide), item.settlement_fen);
                }
            }
        }
        _ => {}
    }
    out
}

fn each_price(set: &PriceSet, put: &mut impl FnMut(&str, &str, &Text, Fen)) {
    for book in &set.books {
        book.items.iter().for_each(|item| put(&book.book, &item.code, &item.name, item.guide_fen));
    }
}

fn row(item: &PriceItem, settlement: Option<&SettlementSet>) -> PriceRow {
    PriceRow {
        code: item.code.clone(),
        name: item.name.clone(),
        kind: item.kind,
        unit: item.unit,
        guide: item.guide_fen,
        makers: makers(&item.code, item.guide_fen, settlement),
    }
}

fn surcharge(extra: &doorstep_schemas::rules::surcharges::Surcharge, settlement: Option<&SettlementSet>) -> PriceRow {
    PriceRow {
        code: extra.code.clone(),
        name: extra.name.clone(),
        kind: doorstep_schemas::view::FeeKind::Surcharge,
        unit: extra.unit,
        guide: extra.guide_fen,
        makers: makers(&extra.code, extra.guide_fen, settlement),
    }
}

/// What each maker pays for an item, the widest apart first (R27).
fn makers(guide: &str, fen: Fen, settlement: Option<&SettlementSet>) -> Vec<MakerPrice> {
    let mut out = Vec::new();
    for terms in settlement.into_iter().flat_map(|set| &set.makers) {
        for item in terms.items.iter().filter(|item| item.guide == guide) {
            let permille = ratio_permille(fen.0, item.settlement_fen.0);
            out.push(MakerPrice {
                maker: terms.maker.clone(),
                code: item.code.clone(),
                settlement: item.settlement_fen,
                permille: permille.map(|ratio| u32::try_from(ratio).unwrap_or(u32::MAX)),
                above: permille.is_some_and(|ratio| ratio > i64::from(terms.ratio_percent) * 10),
            });
        }
    }
    out.sort_by(|a, b| b.permille.cmp(&a.permille).then_with(|| a.maker.cmp(&b.maker)));
    out
}

fn sets(rules: &RuleBook, now: i64) -> Vec<SetLine> {
    let mut out = Vec::new();
    for kind in KINDS {
        let of_kind: Vec<(i64, BlobHash)> =
            rules.versions().filter(|(of, _, _)| *of == kind).map(|(_, from, hash)| (from, hash)).collect();
        let current = of_kind.iter().rposition(|(from, _)| *from <= now);
        for (n, (from, hash)) in of_kind.iter().enumerate() {
            let stands = match current {
                Some(current) if n == current => SetStands::InForce,
                Some(current) if n < current => SetStands::Past,
                _ => SetStands::ToCome,
            };
            let version = rules.by_hash(&hash.0).map(|set| set.head().version.to_owned()).unwrap_or_default();
            out.push(SetLine { kind, version, from: (*from != i64::MIN).then_some(Millis(*from)), stands });
        }
    }
    out
}
