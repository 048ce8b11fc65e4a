//! 报价: the sum of its lines, the other level's price beside it, and what the customer agreed to (R21).

use std::collections::BTreeSet;

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::RepairLevel;

use super::amount::{less, sum, yuan};
use super::each;
use super::fees::{Terms, amount, lines};
use super::problem::{Place, Problem, Trouble};
use crate::domain::bench;
use crate::domain::facts::{Job, Quote};
use crate::domain::record::{Word, last};

/// A quote beside the other way of repairing it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    pub level: Word<RepairLevel>,
    pub total_fen: i64,
    pub other_level: Word<RepairLevel>,
    /// `None` where nobody wrote it.
    pub other_fen: Option<i64>,
    /// How much the dearer way costs more.
    pub saved_fen: Option<i64>,
}

/// The cheaper level's price beside the dearer one's (R21).
pub fn beside(quote: &Quote) -> Beside {
    Beside {
        level: quote.level.clone(),
        total_fen: quote.total_fen,
        other_level: quote.other_level.clone(),
        other_fen: quote.other_fen,
        saved_fen: quote.other_fen.map(|other| less(other, [quote.total_fen]).saturating_abs()),
    }
}

/// The sum of the lines that name a quote (R21).
pub fn quoted_fen(job: &Job, quote: ShortId) -> i64 {
    sum(each(&job.sheet.fees).into_iter().filter(|fee| fee.quote == Some(quote)).map(amount))
}

/// What is charged for a quote: its lines, and what was added to them by adjustments afterwards.
fn charged_fen(job: &Job, quote: ShortId) -> i64 {
    let lines = lines(job, &Terms::default());
    let of: BTreeSet<ShortId> = job.sheet.fees.iter().filter(|f| f.quote == Some(quote)).map(|f| f.id).collect();
    let charged = lines.iter().filter(|l| l.counts() && of.contains(&l.adjusts.unwrap_or(l.fee)));
    sum(charged.map(|l| l.amount_fen))
}

/// What is wrong with the last quote of each appliance (R21): not the sum of its lines, no other level beside a dear
/// one, agreed to at another price, or more charged than was agreed to.
pub fn quote_problems(job: &Job) -> Vec<Problem> {
    let mut out = Vec::new();
    for appliance in &job.order.appliances {
        let Some(quote) = last(job.sheet.quotes.iter().filter(|q| q.appliance == appliance.id)) else { continue };
        let at = || Place::Quote(quote.id);
        let lines = quoted_fen(job, quote.id);
        if lines != quote.total_fen {
            let differs = Problem::new(Trouble::QuoteDoesNotAddUp, at());
            out.push(differs.with("total", yuan(quote.total_fen)).with("lines", yuan(lines)));
        }
        if !bench::quote_gaps(quote).is_empty() {
            out.push(Problem::new(Trouble::OtherLevelMissing, at()));
        }
        let agreed = last(job.sheet.consents.iter().filter(|c| c.quote == quote.id && c.yes));
        if let Some(agreed) = agreed.filter(|agreed| agreed.cost_fen != quote.total_fen) {
            let differs = Problem::new(Trouble::ConsentDiffers, at());
            out.push(differs.with("total", yuan(quote.total_fen)).with("agreed", yuan(agreed.cost_fen)));
        }
        let charged = charged_fen(job, quote.id);
        if let Some(agreed) = agreed.filter(|agreed| charged > agreed.cost_fen.max(quote.total_fen)) {
            let above = Problem::new(Trouble::ChargedAboveConsent, at());
            out.push(above.with("charged", yuan(charged)).with("agreed", yuan(agreed.cost_fen)));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::view::FeeKind;

    use super::*;
    use crate::domain::facts::Fee;
    use crate::domain::money::cast::*;
    use crate::domain::money::fees::totals;

    #[test]
    fn r21_a_board_repair_of_120_stands_beside_the_swap_of_380() {
        let mut job = repair();
        let quote = Quote {
            level: RepairLevel::Component.into(),
            other_level: RepairLevel::Board.into(),
            other_fen: Some(38_000),
            ..quote(20, 12_000)
        };
        assert_eq!(beside(&quote).saved_fen, Some(26_000));
        let of = |fee: Fee| Fee { quote: Some(id(20)), ..fee };
        job.sheet.quotes = vec![quote];
        job.sheet.fees = vec![of(one(1, FeeKind::Labour, 9_000)), of(one(2, FeeKind::Part, 1_800))];
        assert_eq!(quote_problems(&job)[0].code, Trouble::QuoteDoesNotAddUp);
        assert_eq!(quote_problems(&job)[0].params["lines"], "108.00");
        job.sheet.fees.push(of(one(3, FeeKind::Part, 1_200)));
        assert_eq!(quote_problems(&job), []);
        job.sheet.consents = vec![consent(21, id(20), true, 13_000)];
        assert_eq!(quote_problems(&job)[0].code, Trouble::ConsentDiffers);
        job.sheet.consents = vec![consent(21, id(20), true, 12_000)];
        assert_eq!(quote_problems(&job), []);
        assert_eq!(totals(&job, &Terms::default()).customer_fen, 12_000);
        // Raised after the customer said yes.
        job.sheet.fees.push(Fee { adjusts: Some(id(1)), ..one(4, FeeKind::Adjustment, 500) });
        let found: Vec<Trouble> = quote_problems(&job).iter().map(|p| p.code).collect();
        assert_eq!(found, [Trouble::ChargedAboveConsent]);
        assert_eq!(quote_problems(&job)[0].params["charged"], "125.00");
    }

    #[test]
    fn r21_strips_and_labour_make_285_and_a_dear_quote_names_the_cheaper_way() {
        let mut job = repair();
        job.sheet.quotes = vec![Quote { level: RepairLevel::Board.into(), ..quote(20, 28_500) }];
        let of = |fee: Fee| Fee { quote: Some(id(20)), ..fee };
        job.sheet.fees = vec![of(fee(1, FeeKind::Part, 3_000, 4_500)), of(one(2, FeeKind::Labour, 15_000))];
        assert_eq!(quoted_fen(&job, id(20)), 28_500);
        let found: Vec<Trouble> = quote_problems(&job).iter().map(|p| p.code).collect();
        assert_eq!(found, [Trouble::OtherLevelMissing]);
    }

    #[test]
    fn r21_extreme_quotes_do_no_harm() {
        let quote = Quote { other_fen: Some(i64::MAX), ..quote(20, i64::MIN) };
        assert_eq!(beside(&quote).saved_fen, Some(crate::domain::money::amount::MOST_FEN));
    }
}
