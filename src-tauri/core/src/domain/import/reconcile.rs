//! 对账: a maker's answer laid beside what was claimed of them, job by job (R31).

use std::collections::{BTreeMap, BTreeSet, HashMap};

use doorstep_schemas::ids::JobId;
use doorstep_schemas::view::{AnswerColumn, AnswerOutcome, SettleState};

use super::answer::{Answered, Verdict};
use crate::domain::calendar;
use crate::domain::money::amount::{less, sum};

/// A line of our statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ours {
    pub job: JobId,
    pub customer: String,
    pub maker_order: String,
    pub phones: Vec<String>,
    /// As compared.
    pub serials: Vec<String>,
    pub finished_ms: Option<i64>,
    /// Of this maker.
    pub claimed_fen: i64,
    pub state: Option<SettleState>,
    /// What was agreed so far, deductions taken off.
    pub agreed_fen: Option<i64>,
    /// Another maker has lines of the same job.
    pub shared: bool,
    /// The same file was written down for it.
    pub taken: bool,
    /// It stands on the statement of the month; another one is only looked at when the answer names it.
    pub of_month: bool,
}

/// What comes of one job, or of a row that is none of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Matched {
    pub rows: Vec<Answered>,
    /// Its place among ours, and by what it was found.
    pub ours: Option<(usize, AnswerColumn)>,
    pub outcome: AnswerOutcome,
    pub agreed_fen: Option<i64>,
}

/// Ours, by what a row may name them.
struct Index<'a> {
    ours: &'a [Ours],
    orders: HashMap<String, Vec<usize>>,
    serials: HashMap<&'a str, Vec<usize>>,
    visits: HashMap<(&'a str, i64), Vec<usize>>,
}

/// How a row found its job.
enum Found {
    One(usize, AnswerColumn),
    Several,
    None,
}

impl<'a> Index<'a> {
    fn of(ours: &'a [Ours]) -> Self {
        let mut out = Self { ours, orders: HashMap::new(), serials: HashMap::new(), visits: HashMap::new() };
        for (place, line) in ours.iter().enumerate() {
            let order = crate::domain::intake::same_serial(&line.maker_order);
            if !order.is_empty() {
                out.orders.entry(order).or_default().push(place);
            }
            for serial in line.serials.iter().filter(|serial| !serial.is_empty()) {
                out.serials.entry(serial).or_default().push(place);
            }
            if let Some(day) = line.finished_ms.map(calendar::day_start) {
                for phone in line.phones.iter().filter(|phone| !phone.is_empty()) {
                    out.visits.entry((phone, day)).or_default().push(place);
                }
            }
        }
        out
    }

    /// By the maker's number, else by the serial, else by phone and day. A job that bears another number of the maker's is
    /// another job.
    fn find(&self, row: &Answered) -> Found {
        let none = Vec::new();
        let numbered = |place: &usize| {
            let known = self.ours.get(*place).map(|line| line.maker_order.trim()).unwrap_or_default();
            row.maker_order.is_empty() || known.is_empty()
        };
        let by_order = self.orders.get(&row.maker_order).unwrap_or(&none);
        if !by_order.is_empty() {
            return self.narrow(by_order.clone(), row, AnswerColumn::MakerOrder);
        }
        let by_serial = self.serials.get(row.serial.as_str()).unwrap_or(&none);
        let by_serial: Vec<usize> = by_serial.iter().copied().filter(numbered).collect();
        if !by_serial.is_empty() {
            return self.narrow(by_serial, row, AnswerColumn::Serial);
        }
        let by_visit = row.day.and_then(|day| self.visits.get(&(row.phone.as_str(), day))).unwrap_or(&none);
        let by_visit: Vec<usize> = by_visit.iter().copied().filter(numbered).collect();
        self.narrow(by_visit, row, AnswerColumn::Phone)
    }

    /// Of several, what else the row says tells them apart.
    fn narrow(&self, mut places: Vec<usize>, row: &Answered, by: AnswerColumn) -> Found {
        let line = |place: &usize| self.ours.get(*place);
        let marks: [&dyn Fn(&Ours) -> bool; 3] =
            [&|line| line.serials.contains(&row.serial), &|line| line.phones.contains(&row.phone), &|line| {
                row.day.is_some() && line.finished_ms.map(calendar::day_start) == row.day
            }];
        for mark in marks {
            if places.len() > 1 && places.iter().any(|place| line(place).is_some_and(mark)) {
                places.retain(|place| line(place).is_some_and(mark));
            }
        }
        match places.as_slice() {
            [] => Found::None,
            [place] => Found::One(*place, by),
            _ => Found::Several,
        }
    }
}

/// Each job that the answer names once, however many rows it has there, and each row that names none, in the order of the
/// file; then the places of those of the month that wait for an answer and are not named.
pub fn reconcile(ours: &[Ours], rows: Vec<Answered>) -> (Vec<Matched>, Vec<usize>) {
    let index = Index::of(ours);
    let mut out: Vec<Matched> = Vec::new();
    let mut at: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows {
        let (outcome, found) = match index.find(&row) {
            Found::One(place, by) => {
                if let Some(matched) = at.get(&place).and_then(|at| out.get_mut(*at)) {
                    matched.rows.push(row);
                    continue;
                }
                at.insert(place, out.len());
                (AnswerOutcome::Unclear, Some((place, by)))
            }
            Found::Several => (AnswerOutcome::Several, None),
            Found::None => (AnswerOutcome::Unknown, None),
        };
        out.push(Matched { rows: vec![row], ours: found, outcome, agreed_fen: None });
    }
    for matched in &mut out {
        let line = matched.ours.and_then(|(place, _)| ours.get(place));
        matched.agreed_fen = agreed(line.map_or(0, |line| line.claimed_fen), &matched.rows)
            .filter(|_| line.is_some() || matched.rows.iter().any(|row| row.agreed_fen.is_some()));
        if let Some(line) = line {
            matched.outcome = judge(line, &matched.rows, matched.agreed_fen);
        }
    }
    let named: BTreeSet<usize> = at.into_keys().collect();
    let waits = |line: &Ours| line.of_month && line.state == Some(SettleState::Submitted);
    let missing = ours.iter().enumerate().filter(|(place, line)| waits(line) && !named.contains(place));
    (out, missing.map(|(place, _)| place).collect())
}

/// What a maker pays for a job by all of its rows; `None` where they don't say.
fn agreed(claimed_fen: i64, rows: &[Answered]) -> Option<i64> {
    let pays = |row: &&Answered| row.verdict != Some(Verdict::Refused);
    if rows.iter().any(|row| row.unread) {
        return None;
    }
    if rows.iter().all(|row| row.verdict == Some(Verdict::Refused)) {
        return Some(0);
    }
    let deducted = sum(rows.iter().filter_map(|row| row.deducted_fen));
    let named = rows.iter().filter(pays).filter_map(|row| row.agreed_fen);
    if rows.iter().any(|row| row.agreed_fen.is_some()) {
        let named = sum(named);
        // Some put what was claimed beside what they take off, some what is left of it.
        return Some(if named == claimed_fen { less(named, [deducted]) } else { named });
    }
    if rows.iter().any(|row| row.deducted_fen.is_some()) {
        return Some(less(claimed_fen, [deducted]));
    }
    // A verdict alone is one on the whole job.
    rows.iter().all(|row| row.verdict == Some(Verdict::Agreed)).then_some(claimed_fen)
}

fn judge(line: &Ours, rows: &[Answered], agreed_fen: Option<i64>) -> AnswerOutcome {
    if line.taken {
        return AnswerOutcome::Done;
    }
    if line.shared {
        return AnswerOutcome::Shared;
    }
    if rows.iter().any(|row| row.verdict == Some(Verdict::Waits)) {
        return AnswerOutcome::Waits;
    }
    let Some(fen) = agreed_fen.filter(|fen| *fen >= 0) else { return AnswerOutcome::Unclear };
    match line.state {
        Some(SettleState::Submitted) => {}
        Some(SettleState::Rejected) if fen == 0 => return AnswerOutcome::Done,
        None | Some(SettleState::Draft | SettleState::Ready | SettleState::Rejected) => {
            return AnswerOutcome::NotSubmitted;
        }
        Some(SettleState::Accepted | SettleState::Deducted | SettleState::Paid) => {
            return if line.agreed_fen == Some(fen) { AnswerOutcome::Done } else { AnswerOutcome::Otherwise };
        }
    }
    match fen.cmp(&line.claimed_fen) {
        std::cmp::Ordering::Greater => AnswerOutcome::More,
        std::cmp::Ordering::Equal => AnswerOutcome::Agreed,
        std::cmp::Ordering::Less if fen == 0 => AnswerOutcome::Refused,
        std::cmp::Ordering::Less => AnswerOutcome::Less,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{DAY, MIDNIGHT, NOON, job_id};

    fn ours(n: u8, order: &str, fen: i64) -> Ours {
        Ours {
            job: job_id(n),
            customer: "罗桂香".to_owned(),
            maker_order: order.to_owned(),
            phones: vec![format!("1380000100{n}")],
            serials: vec![format!("BL-{n}")],
            finished_ms: Some(NOON),
            claimed_fen: fen,
            state: Some(SettleState::Submitted),
            agreed_fen: None,
            shared: false,
            taken: false,
            of_month: true,
        }
    }

    fn said(order: &str, agreed_fen: Option<i64>) -> Answered {
        Answered { row: 2, maker_order: order.to_owned(), agreed_fen, ..Answered::default() }
    }

    fn outcomes(ours: &[Ours], rows: Vec<Answered>) -> Vec<AnswerOutcome> {
        reconcile(ours, rows).0.into_iter().map(|matched| matched.outcome).collect()
    }

    use AnswerOutcome as O;

    #[test]
    fn r31_an_answer_agrees_takes_off_refuses_names_strangers_and_leaves_out() {
        let ours: Vec<Ours> = (1..=4).map(|n| ours(n, &format!("BL{n}"), 21_000)).collect();
        let rows =
            vec![said("BL1", Some(21_000)), said("BL2", Some(20_000)), said("BL3", Some(0)), said("BL9", Some(5_000))];
        let (matched, missing) = reconcile(&ours, rows);
        assert_eq!(
            matched.iter().map(|m| (m.outcome, m.agreed_fen)).collect::<Vec<_>>(),
            [(O::Agreed, Some(21_000)), (O::Less, Some(20_000)), (O::Refused, Some(0)), (O::Unknown, Some(5_000))]
        );
        assert_eq!(missing, [3]);
        let elsewhere = Ours { of_month: false, ..ours[3].clone() };
        assert_eq!(reconcile(&[elsewhere], Vec::new()).1, Vec::<usize>::new());
    }

    #[test]
    fn r31_a_job_is_found_by_the_makers_number_else_by_serial_else_by_phone_and_day() {
        let mut lines = vec![ours(1, "BL1", 100), ours(2, "", 200), ours(3, "", 300)];
        lines[2].phones = vec!["13800001002".to_owned()];
        let by = |row: Answered| reconcile(&lines, vec![row]).0.remove(0);
        let serial = |order: &str, serial: &str| Answered { serial: serial.to_owned(), ..said(order, Some(200)) };
        assert_eq!(by(said("BL1", Some(100))).ours, Some((0, AnswerColumn::MakerOrder)));
        assert_eq!(by(serial("BL7", "BL-2")).ours, Some((1, AnswerColumn::Serial)), "ours has no number");
        assert_eq!(by(serial("BL7", "BL-1")).outcome, O::Unknown, "ours has another number");
        let visit = |phone: &str, day| Answered { phone: phone.to_owned(), day: Some(day), ..said("", Some(1)) };
        assert_eq!(by(visit("13800001001", MIDNIGHT)).ours, Some((0, AnswerColumn::Phone)));
        assert_eq!(by(visit("13800001001", MIDNIGHT + DAY)).outcome, O::Unknown);
        assert_eq!(by(visit("13800001002", MIDNIGHT)).outcome, O::Several);
        let told = Answered { serial: "BL-3".to_owned(), ..visit("13800001002", MIDNIGHT) };
        assert_eq!(by(told).ours, Some((2, AnswerColumn::Serial)));
    }

    #[test]
    fn r31_items_of_one_job_are_summed_and_what_is_more_is_a_persons_word() {
        let ours = [ours(1, "BL1", 21_000)];
        assert_eq!(outcomes(&ours, vec![said("BL1", Some(15_000)), said("BL1", Some(6_000))]), [O::Agreed]);
        let twice = vec![said("BL1", Some(21_000)), said("BL1", Some(21_000))];
        assert_eq!(outcomes(&ours, twice), [O::More], "a row that stands there twice is not paid twice unseen");
        let deducts = |agreed_fen| Answered { deducted_fen: Some(1_000), ..said("BL1", agreed_fen) };
        for (row, fen) in [(deducts(Some(21_000)), 20_000), (deducts(Some(20_000)), 20_000), (deducts(None), 20_000)] {
            assert_eq!(reconcile(&ours, vec![row]).0[0].agreed_fen, Some(fen));
        }
        let verdict = |verdict| Answered { verdict: Some(verdict), ..said("BL1", None) };
        assert_eq!(outcomes(&ours, vec![verdict(Verdict::Agreed)]), [O::Agreed]);
        assert_eq!(
            outcomes(&ours, vec![Answered { agreed_fen: Some(21_000), ..verdict(Verdict::Refused) }]),
            [O::Refused]
        );
        assert_eq!(outcomes(&ours, vec![verdict(Verdict::Waits)]), [O::Waits]);
        assert_eq!(outcomes(&ours, vec![said("BL1", None)]), [O::Unclear]);
        assert_eq!(outcomes(&ours, vec![Answered { unread: true, ..said("BL1", Some(1)) }]), [O::Unclear]);
    }

    #[test]
    fn r31_what_was_answered_stands_and_what_nobody_submitted_is_not_answered() {
        let with = |state, agreed_fen| [Ours { state, agreed_fen, ..ours(1, "BL1", 21_000) }];
        let row = |fen| vec![said("BL1", Some(fen))];
        use SettleState as S;
        assert_eq!(outcomes(&with(Some(S::Accepted), Some(21_000)), row(21_000)), [O::Done]);
        assert_eq!(outcomes(&with(Some(S::Deducted), Some(20_000)), row(20_000)), [O::Done]);
        assert_eq!(outcomes(&with(Some(S::Accepted), Some(21_000)), row(20_000)), [O::Otherwise]);
        assert_eq!(outcomes(&with(Some(S::Rejected), None), row(0)), [O::Done]);
        assert_eq!(outcomes(&with(Some(S::Rejected), None), row(21_000)), [O::NotSubmitted]);
        assert_eq!(outcomes(&with(None, None), row(21_000)), [O::NotSubmitted]);
        let taken = [Ours { taken: true, ..ours(1, "BL1", 21_000) }];
        assert_eq!(outcomes(&taken, row(0)), [O::Done], "claimed anew after this very file had refused it");
        let shared = [Ours { shared: true, ..ours(1, "BL1", 21_000) }];
        assert_eq!(outcomes(&shared, row(21_000)), [O::Shared]);
    }
}
