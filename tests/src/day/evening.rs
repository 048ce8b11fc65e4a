//! The owner's evening: what the makers owe, cash taken in, sheets approved, a sample to call, the day's review.

use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::DeskFact;
use doorstep_schemas::input::RequestFact;
use doorstep_schemas::view::{ApprovalKind, DayReview, Fen, FollowUpKind, PayWay, SettleState, Thousandths};

use super::{Day, MINUTE};
use crate::story::{StoryError, Tell};

/// What the makers pay, by customer: maker, item, fen. Only the owner knows these.
const SETTLEMENT: [(&str, &str, &str, &str, i64); 4] = [
    ("罗桂香", "北岭", "install_wall_unit", "挂机安装", 15_000),
    ("罗桂香", "北岭", "height", "高空作业", 6_000),
    ("田有福", "安泉", "empty_trip", "空跑", 3_000),
    ("邓小妹", "云浣", "labour_drain_pump", "换排水泵工时", 5_500),
];

/// Who hands in what of the day's cash.
const HANDED_IN: [(&str, i64); 3] = [("冉小军", 26_000), ("田勇", 6_550), ("向波", 38_000)];

pub async fn review(day: &mut Day, tell: Tell<'_>) -> Result<DayReview, StoryError> {
    day.time((17 * 60 + 40) * MINUTE)?;
    for phone in day.phones.values() {
        phone.drained().await;
    }
    let jobs: Vec<JobId> = day.jobs.values().copied().collect();
    for (customer, job) in day.jobs.clone() {
        let ended = customer != "杨光荣";
        let there = move |app: &doorstep::app::Doorstep| {
            let view = app.actions.job(job).ok()?;
            let whole = view.photos.iter().all(|p| p.thumb_here);
            (whole && (!ended || view.card.finished_at.is_some())).then_some(())
        };
        day.desk.until("the day's work is on the desk", there).await;
    }
    tell("五台手机都传完，店里电脑看到全部", "five phones have handed over everything; the desk has all of it");
    settle(day)?;
    cash(day).await?;
    approve(day, tell)?;
    sample(day, &jobs, tell)?;
    day.desk.drained().await;
    let quiet = |app: &doorstep::app::Doorstep| app.actions.day_review(None).ok()?.not_arrived.is_empty().then_some(());
    day.desk.until("no device holds anything back", quiet).await;
    Ok(day.desk.app.actions.day_review(None)?)
}

fn job(day: &Day, customer: &str) -> Result<JobId, StoryError> {
    day.jobs.get(customer).copied().ok_or_else(|| StoryError::Unexpected(format!("no job of {customer}")))
}

fn settle(day: &Day) -> Result<(), StoryError> {
    let actions = &day.desk.app.actions;
    for (customer, maker, code, name, fen) in SETTLEMENT {
        let line = DeskFact::SettlementLine {
            job: job(day, customer)?,
            maker: maker.into(),
            code: code.into(),
            name: name.into(),
            quantity: Thousandths(1_000),
            fen: Fen(fen),
            fee: None,
            adjusts: None,
        };
        actions.note_on_desk("settle/2026-11", &line)?;
    }
    for customer in ["罗桂香", "田有福", "邓小妹"] {
        for state in [SettleState::Ready, SettleState::Submitted] {
            let (reason, reference) = (String::new(), String::new());
            let step = DeskFact::SettlementStep { job: job(day, customer)?, state, fen: Fen(0), reason, reference };
            actions.note_on_desk("settle/2026-11", &step)?;
        }
    }
    Ok(())
}

async fn cash(day: &Day) -> Result<(), StoryError> {
    let team = day.desk.app.actions.team()?.members;
    for (name, fen) in HANDED_IN {
        let Some(member) = team.iter().find(|m| m.name == name).map(|m| m.id) else { continue };
        let (way, note) = (PayWay::Cash, String::new());
        let said = day.phone(name)?.app.actions.ask(&RequestFact::HandIn { fen: Fen(fen), way, note })?;
        day.phone(name)?.drained().await;
        let heard = |app: &doorstep::app::Doorstep| {
            let requests = app.actions.shelf.store().requests(member).ok()?;
            requests.cash.iter().any(|hand_in| hand_in.id == said).then_some(())
        };
        day.desk.until("the desk hears of the cash", heard).await;
        let taken = DeskFact::CashTaken { member, fen: Fen(fen), hand_in: Some(said), note: String::new() };
        day.desk.app.actions.note_on_desk("cash/2026-11", &taken)?;
    }
    Ok(())
}

/// All that ended is approved, each by the version that is here.
fn approve(day: &Day, tell: Tell<'_>) -> Result<(), StoryError> {
    let mut approved = 0;
    for (customer, job) in &day.jobs {
        if *customer != "杨光荣" {
            day.desk.app.actions.answer_sheet(*job, ApprovalKind::Approved, "")?;
            approved += 1;
        }
    }
    tell(&format!("老板审核 {approved} 单"), &format!("the owner approves {approved} sheets"));
    Ok(())
}

/// A sample by a recorded seed, and its calls.
fn sample(day: &Day, jobs: &[JobId], tell: Tell<'_>) -> Result<(), StoryError> {
    let seed = 20_261_121;
    let drawn = doorstep::domain::sample::draw(seed, jobs, 2);
    for job in &drawn {
        let call = DeskFact::FollowUp {
            job: *job,
            kind: FollowUpKind::Call,
            stars: 5,
            chips: "准时 讲得清楚".into(),
            text: String::new(),
            do_not_contact: false,
            complaint: false,
            handled: false,
        };
        day.desk.app.actions.note_on_desk("follow/2026-11", &call)?;
    }
    tell(
        &format!("按种子 {seed} 抽 {} 单回访", drawn.len()),
        &format!("a sample of {} to call, by seed {seed}", drawn.len()),
    );
    Ok(())
}
