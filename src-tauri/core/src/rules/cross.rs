//! What one rule set names and another one has: a code that leads nowhere would be a gate or a price that nobody sees.

use doorstep_schemas::rules::SetKind;

use super::book::RuleBook;

/// Two sets in force at the same time that don't fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Disagreement {
    /// The set that names something,
    pub from: SetKind,
    /// and the one that should have it.
    pub to: SetKind,
    /// The text in `from`'s file.
    pub at: String,
    pub reason: String,
}

/// Everything that doesn't fit among the sets in force at a moment.
pub(super) fn disagreements(book: &RuleBook, at_ms: i64) -> Vec<Disagreement> {
    let mut out = Vec::new();
    let mut unless = |holds: bool, from, to, at: &str, reason: &str| {
        if !holds {
            out.push(Disagreement { from, to, at: at.to_owned(), reason: format!("{at}: {reason}") });
        }
    };
    let (limits, prices, surcharges) = (book.limits_at(at_ms), book.prices_at(at_ms), book.surcharges_at(at_ms));
    let needs = book.needs_at(at_ms);
    let asked = needs.needs.iter().flat_map(|need| &need.readings);
    let figures = needs.figures.iter().flat_map(|figures| figures.failed.iter().chain(&figures.readings));
    let mended = needs.mending.iter().flat_map(|mending| &mending.failed);
    for code in asked.chain(figures).chain(mended) {
        let known = limits.limits.iter().any(|limit| limit.code == *code);
        unless(known, SetKind::Needs, SetKind::Limits, code, "no such row");
    }
    for item in prices.books.iter().flat_map(|book| &book.items) {
        if let Some(surcharge) = surcharges.surcharges.iter().find(|surcharge| surcharge.code == item.code) {
            let same = surcharge.unit == item.unit;
            unless(same, SetKind::Prices, SetKind::Surcharges, &item.code, "counted in another unit");
        }
    }
    let places = book.places_at(at_ms);
    for region in prices.books.iter().flat_map(|book| &book.regions) {
        let known = places.township(region).is_some();
        unless(known, SetKind::Prices, SetKind::Places, region, "no such township");
    }
    for item in book.pieces_at(at_ms).rates.iter().filter_map(|rate| rate.item.as_deref()) {
        unless(prices.names(item), SetKind::Pieces, SetKind::Prices, item, "no such item");
    }
    let makers = book.settlement_at(at_ms).map_or(&[][..], |settlement| &settlement.makers);
    for item in makers.iter().flat_map(|terms| &terms.items) {
        unless(prices.names(&item.guide), SetKind::Settlement, SetKind::Prices, &item.guide, "no such item");
    }
    out
}
