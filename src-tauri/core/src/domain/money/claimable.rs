//! 结算项 proposed from a sheet: what a maker pays for the work that is on it (R27, R31).
//!
//! A maker pays its own price for an item, whatever the customer was charged: work at height is on the customer's bill and
//! in the claim. Shares of several labour items are the customer's; a maker pays each item whole.

use std::collections::BTreeSet;

use doorstep_schemas::ids::ShortId;

use super::amount::line_fen;
use super::each;
use super::fees::{Terms, lines};
use crate::domain::facts::Job;
use crate::domain::facts::desk::SettlementLine;

/// What a maker pays for an item of the guide price book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    pub guide: String,
    /// The maker's own code.
    pub code: String,
    pub fen: i64,
}

/// A line that could be claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    pub code: String,
    pub name: String,
    /// Thousandths.
    pub quantity: i64,
    pub fen: i64,
    pub fee: Option<ShortId>,
}

/// What follows from the sheet, and what else the maker has a price for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Claimable {
    pub lines: Vec<Claim>,
    pub more: Vec<Claim>,
}

/// The lines that follow from a sheet by a maker's prices, less what is claimed already; and one of each other item that
/// fits such a machine, by (guide code, name).
pub fn claimable(
    job: &Job,
    terms: &Terms<'_>,
    prices: &[Price],
    fits: &[(String, String)],
    claimed: &[&SettlementLine],
) -> Claimable {
    let mut out = Claimable::default();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let known = |fee: ShortId, code: &str| {
        claimed.iter().any(|line| line.fee == Some(fee) || (line.fee.is_none() && line.code == code))
    };
    for (fee, line) in each(&job.sheet.fees).into_iter().zip(lines(job, terms)) {
        let stands = line.counts() && line.adjusts.is_none() && !line.adjusts_nothing && !fee.code.is_empty();
        let Some(price) = prices.iter().find(|price| stands && price.guide == fee.code) else { continue };
        seen.insert(&price.guide);
        if known(fee.id, &price.code) {
            continue;
        }
        out.lines.push(Claim {
            code: price.code.clone(),
            name: fee.name.clone(),
            quantity: fee.quantity,
            fen: line_fen(price.fen, fee.quantity, 1_000),
            fee: Some(fee.id),
        });
    }
    for price in prices.iter().filter(|price| !seen.contains(price.guide.as_str())) {
        let Some((_, name)) = fits.iter().find(|(code, _)| *code == price.guide) else { continue };
        if !claimed.iter().any(|line| line.code == price.code) {
            let (code, name) = (price.code.clone(), name.clone());
            out.more.push(Claim { code, name, quantity: 1_000, fen: price.fen, fee: None });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::{ApplianceKind, Coverage, FeeKind, JobKind, Payer};

    use super::*;
    use crate::domain::facts::Fee;
    use crate::domain::money::cast::*;
    use crate::domain::record::Scalar;

    fn price(guide: &str, fen: i64) -> Price {
        Price { guide: guide.to_owned(), code: format!("BL-{guide}"), fen }
    }

    fn line(n: u64, code: &str, fee: Option<ShortId>) -> SettlementLine {
        let of_job = [("job", Scalar::Text(job_id(1).to_string()))];
        SettlementLine { code: code.to_owned(), fee, ..known(n, &of_job) }
    }

    /// 罗桂香: a wall unit at height; the maker pays 150 and 60.
    fn installed() -> Job {
        let mut job = job(JobKind::Install, ApplianceKind::AirConditioner, Coverage::InWarranty);
        let of = |n, kind, code: &str, fen| Fee { code: code.to_owned(), name: code.to_owned(), ..one(n, kind, fen) };
        job.sheet.fees = vec![
            Fee { payer: Payer::Maker.into(), ..of(1, FeeKind::Labour, "install_wall_unit", 20_000) },
            of(2, FeeKind::Surcharge, "height", 10_000),
            of(3, FeeKind::Material, "bracket", 12_000),
        ];
        job
    }

    #[test]
    fn r27_a_maker_pays_its_own_price_for_what_is_on_the_sheet() {
        let prices = [price("install_wall_unit", 15_000), price("height", 6_000), price("weld_and_charge", 12_500)];
        let fits = [("weld_and_charge".to_owned(), "补焊加氟".to_owned())];
        let found = claimable(&installed(), &Terms::default(), &prices, &fits, &[]);
        let shown = |claims: &[Claim]| claims.iter().map(|c| (c.code.clone(), c.fen)).collect::<Vec<_>>();
        assert_eq!(
            shown(&found.lines),
            [("BL-install_wall_unit".to_owned(), 15_000), ("BL-height".to_owned(), 6_000)],
            "the bracket is the customer's alone"
        );
        assert_eq!(shown(&found.more), [("BL-weld_and_charge".to_owned(), 12_500)]);
    }

    #[test]
    fn r31_what_is_claimed_is_not_proposed_again() {
        let prices = [price("install_wall_unit", 15_000), price("height", 6_000)];
        let (by_fee, by_hand) = (line(70, "other", Some(id(1))), line(71, "BL-height", None));
        let found = claimable(&installed(), &Terms::default(), &prices, &[], &[&by_fee, &by_hand]);
        assert_eq!(found, Claimable::default());
        let twice = Job {
            sheet: {
                let mut sheet = installed().sheet;
                sheet.fees[0].quantity = 2_000;
                sheet
            },
            ..installed()
        };
        let found = claimable(&twice, &Terms::default(), &prices, &[], &[]);
        assert_eq!(found.lines[0].fen, 30_000, "two of it");
    }
}
