//! 进货价: what the parts of a job cost the outlet, at the dealer's price of the day (R25, R31).
//!
//! A price holds from the day on which the owner said it: were only the last one kept, a dearer part of today would change
//! what a job of last month left. A job older than the first price counts at that one, for no other was ever known.

use std::collections::BTreeMap;

use doorstep_schemas::view::PartSource;

use super::amount::{line_fen, sum};
use super::each;
use super::fees::{Terms, covered};
use crate::domain::calendar;
use crate::domain::facts::{Job, UsedPart};
use crate::domain::parts;

/// On the desk's topic of stocks: `dealer/CODE` is the price as it is, `dealer_since/CODE/DAY` what it became on a day.
const NOW: &str = "dealer";
const SINCE: &str = "dealer_since";
/// The day of a price that stood before days were written beside prices.
const EVER: &str = "0001-01-01";

/// Dealer prices by part and by the day from which they hold; `None` from the day on which a price was taken back.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DealerPrices {
    dated: BTreeMap<String, BTreeMap<String, Option<i64>>>,
    undated: BTreeMap<String, i64>,
}

impl DealerPrices {
    /// From what the desk says of stocks, key by key.
    pub fn read<'a>(said: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut out = Self::default();
        for (key, value) in said {
            let price = value.trim().parse::<i64>().ok().filter(|fen| *fen >= 0);
            match key.split_once('/') {
                Some((NOW, code)) => out.undated.extend(price.map(|fen| (code.to_owned(), fen))),
                Some((SINCE, rest)) => {
                    if let Some((code, day)) = rest.rsplit_once('/') {
                        out.dated.entry(code.to_owned()).or_default().insert(day.to_owned(), price);
                    }
                }
                _ => {}
            }
        }
        out
    }

    /// What one piece cost on a day, in fen; `None` where nobody knows.
    pub fn on(&self, code: &str, at_ms: i64) -> Option<i64> {
        let code = parts::key(code, "");
        let Some(dated) = self.dated.get(&code) else { return self.undated.get(&code).copied() };
        let day = calendar::day_name(at_ms);
        match dated.range(..=day).next_back() {
            Some((_, price)) => *price,
            None => dated.values().find_map(|price| *price),
        }
    }

    /// What is written when a price is said on a day; an empty value takes it back. A price without a day stays that of the
    /// days before.
    pub fn said(&self, code: &str, fen: Option<i64>, at_ms: i64) -> Vec<(String, String)> {
        let text = |fen: Option<i64>| fen.map_or_else(String::new, |fen| fen.to_string());
        let mut out = vec![(format!("{NOW}/{code}"), text(fen))];
        let before = self.undated.get(code).copied();
        if before == fen {
            return out;
        }
        if before.is_some() && !self.dated.contains_key(code) {
            out.push((format!("{SINCE}/{code}/{EVER}"), text(before)));
        }
        out.push((format!("{SINCE}/{code}/{}", calendar::day_name(at_ms)), text(fen)));
        out
    }
}

/// What parts cost, in fen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PartsCost {
    pub fen: i64,
    /// What of it is counted at the guide price, because no dealer's price is known.
    pub at_guide_fen: i64,
}

/// What the outlet's own parts of a job cost (R31): each once, at the dealer's price of the day. Parts under warranty are the
/// maker's, and what the customer brought along cost nothing.
pub fn cost(job: &Job, terms: &Terms<'_>, prices: &DealerPrices, at_ms: i64) -> PartsCost {
    let own =
        |part: &&UsedPart| !part.source.is(PartSource::Customer) && !covered(terms.coverage(job, Some(part.appliance)));
    let (mut known, mut guessed) = (Vec::new(), Vec::new());
    for part in each(&job.sheet.parts).into_iter().filter(own) {
        let of = |fen| line_fen(fen, i64::from(part.quantity).saturating_mul(1_000), 1_000);
        match prices.on(&part.code, at_ms) {
            Some(fen) => known.push(of(fen)),
            None => guessed.push(of(part.guide_fen)),
        }
    }
    let at_guide_fen = sum(guessed);
    PartsCost { fen: sum(known.into_iter().chain([at_guide_fen])), at_guide_fen }
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::{ApplianceKind, Coverage, JobKind};
    use proptest::prelude::*;

    use super::*;
    use crate::domain::scene::{DAY, NOON, id, job, noted};

    fn said(pairs: &[(String, String)]) -> DealerPrices {
        DealerPrices::read(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    }

    fn part(n: u32, code: &str, quantity: u32, guide_fen: i64, source: PartSource) -> UsedPart {
        UsedPart {
            id: id(n),
            appliance: id(1),
            code: code.to_owned(),
            name: String::new(),
            quantity,
            guide_fen,
            source: source.into(),
            set: Vec::new(),
            noted: noted(NOON),
        }
    }

    #[test]
    fn r25_a_price_holds_from_its_day_until_the_next() {
        let mut kept = DealerPrices::default().said("AQ-RG-2000", Some(5_800), NOON);
        kept.extend(said(&kept).said("AQ-RG-2000", Some(6_500), NOON + 3 * DAY));
        let prices = said(&kept);
        let on = |days: i64| prices.on("aq-rg-2000 ", NOON + days * DAY);
        assert_eq!((on(0), on(2), on(3), on(99)), (Some(5_800), Some(5_800), Some(6_500), Some(6_500)));
        assert_eq!(on(-40), Some(5_800), "no other price was known before");
        assert_eq!(prices.on("AQ-MB-M6", NOON), None);
        kept.extend(said(&kept).said("AQ-RG-2000", None, NOON + 5 * DAY));
        assert_eq!(said(&kept).on("AQ-RG-2000", NOON + 6 * DAY), None, "taken back");
        assert_eq!(said(&kept).on("AQ-RG-2000", NOON), Some(5_800));
    }

    #[test]
    fn r25_a_price_without_a_day_is_that_of_all_days_before_the_next() {
        let mut kept = vec![("dealer/X-1".to_owned(), "700".to_owned())];
        assert_eq!(said(&kept).on("X-1", NOON), Some(700));
        let more = said(&kept).said("X-1", Some(900), NOON);
        kept.retain(|(key, _)| more.iter().all(|(other, _)| other != key));
        kept.extend(more);
        assert_eq!((said(&kept).on("X-1", NOON - DAY), said(&kept).on("X-1", NOON)), (Some(700), Some(900)));
        assert_eq!(said(&kept).said("X-1", Some(900), NOON + DAY).len(), 1, "the same price is no new one");
    }

    #[test]
    fn r31_parts_cost_what_the_dealer_took_and_a_guess_is_told_as_one() {
        let mut job = job(JobKind::Repair, &[ApplianceKind::StorageHeater]);
        job.sheet.parts = vec![
            part(1, "AQ-RG-2000", 1, 9_500, PartSource::OwnStock),
            part(2, "AQ-MB-M6", 2, 4_500, PartSource::OwnStock),
            part(3, "", 1, 1_500, PartSource::OwnStock),
            part(4, "AQ-MF-63", 1, 1_000, PartSource::Customer),
        ];
        let twice = job.sheet.parts[0].clone();
        job.sheet.parts.push(twice);
        let prices = said(&[("dealer/AQ-RG-2000".into(), "5800".into()), ("dealer/AQ-MB-M6".into(), "1800".into())]);
        let found = cost(&job, &Terms::default(), &prices, NOON);
        assert_eq!(found, PartsCost { fen: 5_800 + 2 * 1_800 + 1_500, at_guide_fen: 1_500 });
        job.order.coverage = Coverage::InWarranty;
        assert_eq!(cost(&job, &Terms::default(), &prices, NOON), PartsCost::default(), "the maker's parts");
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(128) })]

        #[test]
        fn r25_whatever_the_desk_holds_is_read(
            key in "(dealer|dealer_since|low)?/?\\PC{0,12}",
            value in "\\PC{0,8}",
            at in any::<i32>(),
        ) {
            let prices = DealerPrices::read([(key.as_str(), value.as_str())]);
            prop_assert!(prices.on(&key, i64::from(at)).is_none_or(|fen| fen >= 0));
        }
    }
}
