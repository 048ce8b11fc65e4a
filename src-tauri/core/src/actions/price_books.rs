//! 价目: what customers and makers pay, version by version (R27).

use doorstep_schemas::ids::BlobHash;
use doorstep_schemas::rules::SetKind;
use doorstep_schemas::rules::prices::PriceItem;
use doorstep_schemas::rules::settlement::SettlementSet;
use doorstep_schemas::view::{
    Fen, MakerPrice, Millis, PriceBookView, PriceBooksView, PriceRow, SetLine, SetStands, Text,
};

use super::Actions;
use super::facts::FactError;
use crate::domain::money::settlement::ratio_permille;
use crate::rules::RuleBook;

/// Kinds whose files hold prices.
const KINDS: [SetKind; 4] = [SetKind::Prices, SetKind::Surcharges, SetKind::Settlement, SetKind::Pieces];

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
        for (n, (from, hash)) in of_kind.iter().enumerate() {
            let stands = stands(&of_kind, n, now);
            let version = rules.by_hash(&hash.0).map(|set| set.head().version.to_owned()).unwrap_or_default();
            out.push(SetLine { kind, version, from: (*from != i64::MIN).then_some(Millis(*from)), stands });
        }
    }
    out
}

/// How the nth of a kind's versions stands, which are ordered by when they begin.
pub(super) fn stands(versions: &[(i64, BlobHash)], n: usize, now: i64) -> SetStands {
    match versions.iter().rposition(|(from, _)| *from <= now) {
        Some(current) if n == current => SetStands::InForce,
        Some(current) if n < current => SetStands::Past,
        _ => SetStands::ToCome,
    }
}
