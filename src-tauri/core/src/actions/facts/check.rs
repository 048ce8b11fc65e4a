//! What a fact must be to be one: texts that fit, numbers that a till or a meter shows, ids that are here.

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::view::{Blocker, Fen, Jump};

use super::FactError;
use crate::domain::bench::Refusal;
use crate::domain::facts::Job;
use crate::domain::money::subsidy::looks_like_id_number;

/// Longest line and longest paragraph, in characters.
pub const LINE: usize = 120;
pub const PARAGRAPH: usize = 1_000;
/// ¥1,000,000: no household job comes to that.
pub const MOST_FEN: i64 = 100_000_000;

/// A text without blanks around it, if it fits. An identity number is never kept (R44).
pub fn text(field: &'static str, text: &str, most: usize) -> Result<String, FactError> {
    let text = text.trim();
    if looks_like_id_number(text) {
        return Err(FactError::IdentityNumber);
    }
    if text.chars().count() > most { Err(FactError::TooLong { field, most }) } else { Ok(text.to_owned()) }
}

pub fn line(field: &'static str, line: &str) -> Result<String, FactError> {
    text(field, line, LINE)
}

pub fn paragraph(field: &'static str, words: &str) -> Result<String, FactError> {
    text(field, words, PARAGRAPH)
}

pub fn required(field: &'static str, words: &str) -> Result<String, FactError> {
    let words = text(field, words, PARAGRAPH)?;
    if words.is_empty() { Err(FactError::Required(field)) } else { Ok(words) }
}

pub fn within(field: &'static str, number: i64, least: i64, most: i64) -> Result<i64, FactError> {
    if (least..=most).contains(&number) { Ok(number) } else { Err(FactError::OutOfRange { field, least, most }) }
}

/// An amount that is not negative.
pub fn amount(field: &'static str, fen: Fen) -> Result<i64, FactError> {
    within(field, fen.0, 0, MOST_FEN)
}

/// An amount of either sign.
pub fn signed_amount(field: &'static str, fen: Fen) -> Result<i64, FactError> {
    within(field, fen.0, -MOST_FEN, MOST_FEN)
}

/// The appliance, or the loaner that stands in for one, with this id.
pub fn measured(job: &Job, id: ShortId) -> Result<ShortId, FactError> {
    let here = job.order.appliances.iter().any(|a| a.id == id) || job.sheet.loaners.iter().any(|l| l.id == id);
    if here { Ok(id) } else { Err(FactError::Unknown("appliance")) }
}

pub fn appliance(job: &Job, id: ShortId) -> Result<ShortId, FactError> {
    let here = job.order.appliances.iter().any(|a| a.id == id);
    if here { Ok(id) } else { Err(FactError::Unknown("appliance")) }
}

/// Every named id must be in the list.
pub fn all_here<'a>(
    field: &'static str,
    ids: impl IntoIterator<Item = &'a ShortId>,
    mut here: impl FnMut(ShortId) -> bool,
) -> Result<(), FactError> {
    if ids.into_iter().all(|id| here(*id)) { Ok(()) } else { Err(FactError::Unknown(field)) }
}

/// Refusals of the bench as blockers with a place to jump to.
pub fn clear(refusals: &[Refusal]) -> Result<(), FactError> {
    if refusals.is_empty() {
        return Ok(());
    }
    let blocker = |refusal: &Refusal| Blocker {
        code: refusal.code,
        subject: None,
        jump: Jump::Bench { appliance: refusal.appliance },
    };
    Err(FactError::Blocked(refusals.iter().map(blocker).collect()))
}
