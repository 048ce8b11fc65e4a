//! The guide price book 指导价: what the customer's list says, by segment and region (R27).
//!
//! What the maker pays for the same item is in a set of its own, because this one is on every technician's device.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, Unit, rule_set};
use crate::view::{ApplianceKind, FeeKind, Fen, Grade, JobKind, Segment, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceSet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    /// The first book that fits and names the item counts, so the narrow ones come first.
    pub books: Vec<PriceBook>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceBook {
    pub book: String,
    pub name: Text,
    /// For any segment when empty.
    #[serde(default)]
    pub segments: Vec<Segment>,
    /// Townships; any when empty.
    #[serde(default)]
    pub regions: Vec<String>,
    pub items: Vec<PriceItem>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PriceItem {
    pub code: String,
    pub name: Text,
    /// Of the line on the bill. What is no list price, such as a discount, is refused.
    pub kind: FeeKind,
    pub unit: Unit,
    /// For one unit.
    pub guide_fen: Fen,
    /// Any when empty.
    #[serde(default)]
    pub appliances: Vec<ApplianceKind>,
    /// Any when empty.
    #[serde(default)]
    pub jobs: Vec<JobKind>,
    /// The lowest grade that does this alone.
    #[serde(default)]
    pub difficulty: Option<Grade>,
}

rule_set!(PriceSet is Prices);

impl PriceSet {
    /// The item of the first book for this customer that names it (R27).
    pub fn item(&self, code: &str, segment: Option<Segment>, township: &str) -> Option<&PriceItem> {
        self.books_for(segment, township).find_map(|book| book.items.iter().find(|item| item.code == code))
    }

    /// Everything that may be charged on such a job, each code once (R27).
    pub fn offers(
        &self,
        job: JobKind,
        appliance: ApplianceKind,
        segment: Option<Segment>,
        township: &str,
    ) -> Vec<&PriceItem> {
        let mut out: Vec<&PriceItem> = Vec::new();
        for item in self.books_for(segment, township).flat_map(|book| &book.items) {
            let fits = (item.jobs.is_empty() || item.jobs.contains(&job))
                && (item.appliances.is_empty() || item.appliances.contains(&appliance));
            if fits && !out.iter().any(|known| known.code == item.code) {
                out.push(item);
            }
        }
        out
    }

    /// Whether any book names the code.
    pub fn names(&self, code: &str) -> bool {
        self.books.iter().any(|book| book.items.iter().any(|item| item.code == code))
    }

    fn books_for<'a, 't>(
        &'a self,
        segment: Option<Segment>,
        township: &'t str,
    ) -> impl Iterator<Item = &'a PriceBook> + use<'a, 't> {
        self.books.iter().filter(move |book| {
            (book.segments.is_empty() || segment.is_some_and(|s| book.segments.contains(&s)))
                && (book.regions.is_empty() || book.regions.iter().any(|region| region == township))
        })
    }

    fn check(&self, found: &mut Problems) {
        found.codes(self.books.iter().map(|book| book.book.as_str()));
        let open = self.books.last().is_some_and(|book| book.segments.is_empty() && book.regions.is_empty());
        let last = self.books.last().map_or("books", |book| &book.book);
        found.unless(open, last, "the last book must be for everybody");
        for book in &self.books {
            found.text(&book.book, &book.name);
            found.codes(book.items.iter().map(|item| item.code.as_str()));
            for item in &book.items {
                found.text(&item.code, &item.name);
                found.fen(&item.code, item.guide_fen);
                let listed = match item.kind {
                    FeeKind::Visit | FeeKind::Diagnosis | FeeKind::Labour | FeeKind::Material | FeeKind::Surcharge => {
                        true
                    }
                    FeeKind::Part | FeeKind::PassThrough | FeeKind::Discount | FeeKind::Adjustment => false,
                };
                found.unless(listed, &item.code, format!("{} has no price in a list", item.kind.word()));
            }
        }
    }
}
