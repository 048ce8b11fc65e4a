//! 配件 at the desk: the list with everybody's stock, requests, the way of old parts (R22–R25). Answered from the outlet's own
//! papers and from what lies beside the rows; only jobs of which a maker waits for old parts are opened.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_schemas::ids::{DocId, JobId, MemberId, ShortId};
use doorstep_schemas::input::{DeskFact, MoveStock, PartArrived, PartTerms, SayOldParts, StockFact};
use doorstep_schemas::view::{
    Asked, Fen, HeldPart, Millis, MoveLine, OldPartLine, OldPartStep, PartAsked, PartLine, PartsDesk, RequestStep,
    StockHolder, StockMove, Text,
};

use super::facts::FactError;
use super::facts::check::{MOST_FEN, line, within};
use super::job_view::Names;
use super::{Actions, turns};
use crate::documents::layout::Edit;
use crate::domain::calendar::{self, DAY_MS};
use crate::domain::facts::desk::Desk;
use crate::domain::facts::outlet::Moved;
use crate::domain::facts::{FieldValue, Job};
use crate::domain::money::fees::Terms;
use crate::domain::money::part_cost::DealerPrices;
use crate::domain::parts::{self, Holding, SaidAtDesk};
use crate::domain::record::Word;
use crate::domain::shelf;
use crate::store::{Store, StoreError};

/// Movements that are shown, newest first.
const MOST_MOVES: usize = 200;
/// How far back old parts are looked for; what is settled is shown for some days more.
const OLD_PARTS_DAYS: i64 = 366;
const SETTLED_SHOWN_DAYS: i64 = 30;
/// The topic of what the owner keeps beside the parts list.
pub(super) const STOCK_TOPIC: &str = "stock";

/// Everybody's stock of one part.
type Held = BTreeMap<String, (String, Vec<HeldPart>)>;

impl Actions {
    /// The owner's page of parts.
    pub fn parts_desk(&self) -> Result<PartsDesk, FactError> {
        self.parts_with_moves(MOST_MOVES)
    }

    /// The same with so many movements at most.
    pub(super) fn parts_with_moves(&self, most_moves: usize) -> Result<PartsDesk, FactError> {
        let mut store = self.shelf.store();
        self.as_owner(&store)?;
        let now = self.nature.now_ms();
        let members = store.members()?;
        let mut holders = vec![StockHolder { member: None, name: String::new() }];
        let (mut held, mut moves) = (Held::new(), Vec::new());
        let (mut own, mut others) = (Vec::new(), Vec::new());
        let mut from_shelf = Vec::new();
        for member in &members {
            let stock = store.stock(member.id)?;
            if store.is_owner(member.id)? {
                from_shelf.extend(used_since(&store, Some(member.id), &stock.moves)?);
                moves.extend(stock.moves.iter().filter_map(|moved| move_line(None, moved)));
                own.extend(stock.moves);
                continue;
            }
            if member.active || !stock.moves.is_empty() {
                holders.push(StockHolder { member: Some(member.id), name: member.name.clone() });
            }
            let carried = carried(&store, member.id, &stock.moves)?;
            add(&mut held, Some(member.id), carried);
            moves.extend(stock.moves.iter().filter_map(|moved| move_line(Some(member.id), moved)));
            others.extend(stock.moves);
        }
        from_shelf.extend(used_since(&store, None, &own)?);
        add(&mut held, None, shelf::shelf(&own, &others, &from_shelf));
        moves.sort_by_key(|line: &MoveLine| std::cmp::Reverse((line.at, line.id)));
        moves.truncate(most_moves);
        let desks = store.desks()?;
        let parts = part_lines(&store, held, &desks, now);
        let mut requests = Vec::new();
        for (member, by, asked) in turns::open_requests(&mut store, now)? {
            if matches!(asked.what, Asked::Part { .. }) {
                requests.push(PartAsked { member, by, asked });
            }
        }
        requests.sort_by_key(|line| line.asked.at);
        let old_parts = old_parts(&mut store, &desks, now)?;
        Ok(PartsDesk { parts, holders, requests, old_parts, moves, now: Millis(now) })
    }

    /// A movement of a member's stock, or of the shop's shelf: that one stands under the owner's own name.
    pub fn move_parts(&self, input: &MoveStock) -> Result<ShortId, FactError> {
        let me = Self::enrolment(&self.shelf.store())?.member;
        self.move_stock(input.member.unwrap_or(me), &input.fact)
    }

    /// What was asked for has come: the answer is what the desk sees, and `issue_for` moves the stock.
    pub fn part_arrived(&self, input: &PartArrived) -> Result<(), FactError> {
        let asked = self.shelf.store().requests(input.member)?.parts;
        if asked.iter().all(|part| part.id != input.request) {
            return Err(FactError::Unknown("request"));
        }
        let (request, step) = (input.request, RequestStep::Arrived);
        self.desk_notes(&DeskFact::Answer { request, step, promised: None, note: String::new() })?;
        Ok(())
    }

    /// What was asked for and has come goes into the stock of whoever asked, whichever screen says so. What was ordered or
    /// shipped for it came into the shop first. A movement that stands already is not written twice.
    pub(super) fn issue_for(&self, request: ShortId) -> Result<(), FactError> {
        let mut store = self.shelf.store();
        let me = self.as_owner(&store)?.by;
        let mut found = None;
        for member in store.members()? {
            let asked = store.requests(member.id)?.parts.into_iter().find(|part| part.id == request);
            found = found.or_else(|| asked.map(|part| (member.id, part)));
        }
        let Some((member, asked)) = found else { return Ok(()) };
        let answers = store.desk("requests")?.answers;
        let last =
            answers.iter().filter(|answer| answer.request == request).max_by_key(|answer| answer.noted.true_ms());
        let from_maker =
            last.is_some_and(|answer| answer.step.is(RequestStep::Ordered) || answer.step.is(RequestStep::Shipped));
        let fact = StockFact {
            movement: StockMove::Issue,
            code: asked.code,
            name: asked.name,
            quantity: i32::try_from(asked.quantity).unwrap_or(i32::MAX),
            request: Some(request),
            note: String::new(),
        };
        for (to, wanted) in [(me, from_maker && member != me), (member, true)] {
            let moved = store.stock(to)?.moves.iter().any(|moved| moved.request == Some(request));
            if wanted && !moved {
                self.move_stock_in(&mut store, to, &fact)?;
            }
        }
        Ok(())
    }

    /// Keeps what the owner says of one part: from which number it is low, what it should cost and what it did (R25).
    pub fn set_part_terms(&self, input: &PartTerms) -> Result<(), FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let code = parts::key(&line("code", &input.code)?, "");
        if code.is_empty() || code.contains('/') {
            return Err(FactError::Malformed("code"));
        }
        let mut edits = Vec::new();
        for (key, value) in [("low", input.low.map(i64::from)), ("charged", input.charged_fen.map(|fen| fen.0))] {
            let value = value.map(|value| within("amount", value, 0, MOST_FEN)).transpose()?;
            let text = value.map_or_else(String::new, |value| value.to_string());
            edits.push(Edit::set("about", format!("{key}/{code}"), text));
        }
        let dealer = input.dealer_fen.map(|fen| within("amount", fen.0, 0, MOST_FEN)).transpose()?;
        let known = dealer_prices(&store.desk(STOCK_TOPIC)?.about);
        edits.extend(known.said(&code, dealer, noted.at_ms).into_iter().map(|(k, v)| Edit::set("about", k, v)));
        let write = |doc: &mut _| edits.into_iter().try_for_each(|edit: Edit| edit.apply(doc));
        store.act(&DocId::Desk(STOCK_TOPIC.to_owned()), "part_terms", noted.at_ms, write, |_| Ok(()))?;
        self.papers_changed();
        Ok(())
    }

    /// Says where old parts are on their way to the maker (R24). The sheet is the technician's, so the shop's word on it lies on
    /// the desk, under the month of the job: every word about one part meets in one place.
    pub fn say_old_parts(&self, input: &SayOldParts) -> Result<(), FactError> {
        let mut store = self.shelf.store();
        let noted = self.as_owner(&store)?;
        let (batch, courier) = (line("batch", &input.batch)?, line("courier", &input.courier)?);
        let fen = within("amount", input.deducted_fen.0, 0, MOST_FEN)?;
        match input.step {
            _ if input.parts.is_empty() => return Err(FactError::Required("part")),
            Some(OldPartStep::Sent) if batch.is_empty() => return Err(FactError::Required("batch")),
            Some(OldPartStep::Sent) if courier.is_empty() => return Err(FactError::Required("courier")),
            None | Some(OldPartStep::Sent | OldPartStep::Accepted | OldPartStep::Deducted) => {}
            Some(_) => return Err(FactError::Malformed("step")),
        }
        let mut by_topic: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for old in &input.parts {
            let facts = store.job_facts(old.job)?.ok_or(FactError::Unknown("job"))?;
            if !facts.sheet.parts.iter().any(|part| part.id == old.part) {
                return Err(FactError::Unknown("part"));
            }
            let place = format!("old/{}/{}", old.job, old.part);
            let entries = by_topic.entry(topic_of("old_parts", &facts)).or_default();
            entries.push((format!("{place}/step"), input.step.map_or("", OldPartStep::word).to_owned()));
            if input.step.is_none_or(|step| step == OldPartStep::Sent) {
                entries.push((format!("{place}/batch"), batch.clone()));
                entries.push((format!("{place}/courier"), courier.clone()));
            }
            if input.step.is_none_or(|step| step == OldPartStep::Deducted) {
                let fen = input.step.map_or_else(String::new, |_| fen.to_string());
                entries.push((format!("{place}/fen"), fen));
            }
        }
        for (topic, entries) in by_topic {
            let write = |doc: &mut _| {
                entries.into_iter().try_for_each(|(key, value)| Edit::set("about", key, value).apply(doc))
            };
            store.act(&DocId::Desk(topic), "old_parts", noted.at_ms, write, |_| Ok(()))?;
        }
        self.papers_changed();
        Ok(())
    }
}

/// A topic of the desk for what is said of a job: that of its month, so that every word about one thing meets in one place.
pub(super) fn topic_of(what: &str, job: &Job) -> String {
    let month = calendar::day_name(job.order.taken.at_ms);
    format!("{what}/{}", month.get(..7).unwrap_or_default())
}

/// What jobs took of a stock since its oldest movement: before that nobody kept it.
fn used_since(store: &Store, of: Option<MemberId>, moves: &[Moved]) -> Result<Vec<shelf::Use>, StoreError> {
    match moves.iter().map(|moved| moved.noted.happened_ms()).min() {
        Some(oldest) => store.part_uses(of, oldest),
        None => Ok(Vec::new()),
    }
}

/// What a member carries (R22): empty where nobody keeps a stock for them.
pub(super) fn carried(
    store: &Store,
    member: MemberId,
    moves: &[Moved],
) -> Result<BTreeMap<String, Holding>, StoreError> {
    Ok(shelf::carried(moves, &used_since(store, Some(member), moves)?))
}

fn add(held: &mut Held, member: Option<MemberId>, stock: BTreeMap<String, Holding>) {
    for (code, holding) in stock {
        let (name, of) = held.entry(code).or_default();
        if name.is_empty() {
            *name = holding.name;
        }
        let quantity =
            i32::try_from(holding.quantity).unwrap_or(if holding.quantity < 0 { i32::MIN } else { i32::MAX });
        of.push(HeldPart { member, quantity, counted: holding.counted_ms.map(Millis) });
    }
}

fn move_line(member: Option<MemberId>, moved: &Moved) -> Option<MoveLine> {
    Some(MoveLine {
        id: moved.id,
        member,
        movement: moved.movement.known()?,
        code: moved.code.clone(),
        name: moved.name.clone(),
        quantity: i32::try_from(moved.quantity).unwrap_or(i32::MAX),
        note: moved.note.clone(),
        at: Millis(moved.noted.happened_ms()),
    })
}

/// Dealer prices as the desk's topic of stocks holds them.
pub(super) fn dealer_prices(about: &BTreeMap<String, FieldValue>) -> DealerPrices {
    DealerPrices::read(about.iter().map(|(key, field)| (key.as_str(), field.value.as_str())))
}

/// The parts list in force and what is carried beside it, by code.
fn part_lines(store: &Store, mut held: Held, desks: &[(String, Desk)], now: i64) -> Vec<PartLine> {
    let about = desks.iter().find(|(topic, _)| topic == STOCK_TOPIC).map(|(_, desk)| &desk.about);
    let said = |what: &str, code: &str| -> Option<i64> { about?.get(&format!("{what}/{code}"))?.value.parse().ok() };
    let line = |code: String, name: Text, held: Vec<HeldPart>| {
        let total = held.iter().fold(0i32, |sum, one| sum.saturating_add(one.quantity));
        let low = said("low", &code).and_then(|low| u32::try_from(low).ok());
        let (dealer, charged) = (said("dealer", &code), said("charged", &code));
        let dealers: BTreeMap<String, i64> = dealer.map(|fen| (code.clone(), fen)).into_iter().collect();
        let above = parts::overcharged(charged.map(|fen| (code.as_str(), fen)), &dealers);
        PartLine {
            name,
            appliances: Vec::new(),
            guide_fen: None,
            unlisted: true,
            tracked: false,
            held,
            total,
            low,
            is_low: low.is_some_and(|low| i64::from(total) < i64::from(low)),
            dealer_fen: dealer.map(Fen),
            charged_fen: charged.map(Fen),
            overcharged: !above.is_empty(),
            code,
        }
    };
    let mut out: Vec<PartLine> = Vec::new();
    for listed in store.rules().at(now).listed_parts() {
        let code = parts::key(&listed.code, "");
        let (_, of) = held.remove(&code).unwrap_or_default();
        out.push(PartLine {
            appliances: listed.appliances.clone(),
            guide_fen: Some(listed.guide_fen),
            unlisted: false,
            tracked: listed.tracked,
            ..line(code, listed.name.clone(), of)
        });
    }
    for (code, (name, of)) in held {
        out.push(line(code, Text { zh: name.clone(), en: name }, of));
    }
    out.sort_by(|a, b| a.code.cmp(&b.code));
    out
}

/// What the desk said of old parts, by job and part.
pub(super) fn said_of_old_parts(desks: &[(String, Desk)]) -> BTreeMap<(JobId, ShortId), SaidAtDesk> {
    let mut out: BTreeMap<(JobId, ShortId), SaidAtDesk> = BTreeMap::new();
    let all = desks.iter().filter(|(topic, _)| topic.starts_with("old_parts/")).flat_map(|(_, desk)| &desk.about);
    for (key, field) in all {
        let mut pieces = key.split('/').skip(1);
        let (Some(job), Some(part), Some(what)) = (pieces.next(), pieces.next(), pieces.next()) else { continue };
        let (Ok(job), Ok(part)) = (job.parse(), part.parse()) else { continue };
        let said = out.entry((job, part)).or_default();
        match what {
            "step" => said.step = Word::<OldPartStep>::read(&field.value).known(),
            "batch" => said.batch.clone_from(&field.value),
            "courier" => said.courier.clone_from(&field.value),
            "fen" => said.deducted_fen = field.value.parse().unwrap_or(0),
            _ => {}
        }
    }
    out
}

fn settled(step: Option<OldPartStep>) -> bool {
    matches!(step, Some(OldPartStep::Accepted | OldPartStep::Deducted))
}

/// Old parts of the makers: jobs of a year whose sheets leave any open.
fn old_parts(store: &mut Store, desks: &[(String, Desk)], now: i64) -> Result<Vec<OldPartLine>, StoreError> {
    let said = said_of_old_parts(desks);
    let done: BTreeMap<JobId, u32> =
        said.iter().filter(|(_, said)| settled(said.step)).fold(BTreeMap::new(), |mut sums, ((job, _), _)| {
            *sums.entry(*job).or_default() += 1;
            sums
        });
    let mut out = Vec::new();
    for row in store.jobs_with_old_parts(now.saturating_sub(OLD_PARTS_DAYS * DAY_MS))? {
        let job = row.card.job;
        let all_done = done.get(&job).is_some_and(|done| *done >= row.figures.old_parts);
        if all_done && row.card.taken_at.0 < now.saturating_sub(SETTLED_SHOWN_DAYS * DAY_MS) {
            continue;
        }
        let Some(facts) = store.job_facts(job)? else { continue };
        let names = Names::new(store);
        let mut seen = BTreeSet::new();
        for old in parts::old_parts(&facts, &Terms::default(), now).into_iter().filter(|old| old.makers) {
            let Some(part) = facts.sheet.parts.iter().find(|part| part.id == old.part) else { continue };
            if !seen.insert(part.id) {
                continue;
            }
            let old = match said.get(&(job, old.part)) {
                Some(said) => old.with(said, now),
                None => old,
            };
            out.push(OldPartLine {
                job,
                part: old.part,
                customer: row.card.customer.clone(),
                maker_order: row.card.maker_order.clone(),
                by: names.of(part.noted.by),
                code: part.code.clone(),
                name: part.name.clone(),
                quantity: part.quantity,
                step: old.step,
                tag: old.tag,
                due: old.due_ms.map(Millis),
                overdue: old.overdue,
                batch: old.batch,
                courier: old.courier,
                deducted_fen: Fen(old.deducted_fen),
                claimable: old.claimable,
            });
        }
    }
    out.sort_by_key(|line| {
        (settled(line.step), line.step == Some(OldPartStep::Sent), line.due.is_none(), line.due, line.job)
    });
    Ok(out)
}
