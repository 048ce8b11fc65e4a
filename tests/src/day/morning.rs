//! Before the first departure: the roster, a job of three days ago that comes back today, the day's orders.

use doorstep::actions::orders::OrderError;
use doorstep_schemas::ids::MemberId;
use doorstep_schemas::input::{Assign, OrderDetails, OrderFact, SheetField, StockFact, TakeOrder};
use doorstep_schemas::view::{
    FeeKind, JobKind, JobOutcome, MemberView, OverrideOf, PaidFor, PayWay, PhotoStage, SignedFor, Source, StockMove,
};

use super::installs::{measure_split, split_nameplate};
use super::play::Bill;
use super::{Day, MIDNIGHT, MINUTE, Script};
use crate::outlet;
use crate::story::{StoryError, Tell};

const DAY: i64 = 24 * 60 * MINUTE;

fn member(team: &[MemberView], name: &str) -> Result<MemberId, StoryError> {
    let found = team.iter().find(|m| m.name == name).map(|m| m.id);
    found.ok_or_else(|| StoryError::Unexpected(format!("{name} is not of this outlet")))
}

/// Roster and stock; and 张老师's wall unit on 11-18, whose drain will have to be done again.
pub async fn before(day: &mut Day, tell: Tell<'_>) -> Result<(), StoryError> {
    let team = day.desk.app.actions.team()?.members;
    for fact in outlet::roster(&team, MIDNIGHT) {
        day.desk.app.actions.note_on_roster(&fact)?;
    }
    for (name, code, part, quantity) in [
        ("冉小军", "AQ-RG-2000", "加热管", 2),
        ("冉小军", "AQ-MB-M6", "镁棒", 2),
        ("冉小军", "AQ-MF-63", "密封圈", 5),
        ("小邓", "YH-PSB-30W", "排水泵", 1),
        ("龙师傅", "BTA41-600B", "可控硅", 4),
        ("龙师傅", "LY-JDQ-30", "继电器", 4),
        ("龙师傅", "JS-DT-65", "背光灯条", 2),
    ] {
        let note = String::new();
        let moved = StockFact {
            movement: StockMove::Issue,
            code: code.into(),
            name: part.into(),
            quantity,
            request: None,
            note,
        };
        day.desk.app.actions.move_stock(member(&team, name)?, &moved)?;
    }
    let mut first = outlet::order_of("张老师", &team, MIDNIGHT - 3 * DAY)?;
    first.kind = JobKind::Install;
    first.symptom = String::new();
    first.note = String::new();
    take(day, "张老师", &first)?;
    let mut script = Script::new("张老师", "田勇", "11-18 张老师：挂机装好", "11-18 张老师: wall unit installed");
    let ago = -3 * 24;
    script.at(ago + 15, 30, |play| play.goods_here());
    script.at(ago + 15, 31, |play| play.depart());
    script.at(ago + 16, 10, |play| play.arrive());
    script.at(ago + 16, 11, |play| play.card());
    script.at(ago + 16, 20, |play| {
        let unit = play.appliance(0)?;
        split_nameplate(play, unit, "1090", "5200")?;
        play.fields(unit, &[(SheetField::Serial, "BL35-2611-00645")])?;
        play.photos(
            unit,
            &[
                PhotoStage::Bracket,
                PhotoStage::Harness,
                PhotoStage::IndoorPlate,
                PhotoStage::OutdoorPlate,
                PhotoStage::Joint,
                PhotoStage::Drain,
                PhotoStage::After,
            ],
        )
    });
    script.at(ago + 17, 40, |play| {
        let unit = play.appliance(0)?;
        measure_split(play, unit, ("229", "221"), "5.0")?;
        play.bill(&Bill::one(FeeKind::Surcharge, "bracket", "外机支架", 12_000))?;
        play.services()?;
        play.sign("signed", SignedFor::Work, "张老师")?;
        play.pay(12_000, PayWay::OutletQr, PaidFor::Work)
    });
    script.at(ago + 17, 55, |play| play.finish(JobOutcome::Completed));
    day.run(vec![script], tell).await
}

fn set_aside_the_grade(day: &mut Day, team: &[MemberView], order: &TakeOrder) -> Result<(), StoryError> {
    let deng = member(team, "小邓")?;
    let actions = &day.desk.app.actions;
    let alone = actions.take_order(order);
    if !matches!(alone, Err(OrderError::NotFit(_))) {
        return Err(StoryError::Unexpected("a D grade was sent alone".into()));
    }
    let job = actions.take_order(&TakeOrder { assignees: Vec::new(), ..order.clone() })?.card.job;
    let reason = "保内换泵，龙师傅电话指导".to_owned();
    actions.note_on_order(job, &OrderFact::Override { of: OverrideOf::Grade, member: Some(deng), reason })?;
    actions.assign(&Assign { job, members: vec![deng] })?;
    day.jobs.insert("邓小妹", job);
    Ok(())
}

fn take(day: &mut Day, customer: &'static str, order: &TakeOrder) -> Result<(), StoryError> {
    let view = day.desk.app.actions.take_order(order)?;
    day.jobs.insert(customer, view.card.job);
    Ok(())
}

/// Nine orders from the owner, one from the repairer himself.
pub async fn orders(day: &mut Day, tell: Tell<'_>) -> Result<(), StoryError> {
    day.time(7 * 60 * MINUTE)?;
    let team = day.desk.app.actions.team()?.members;
    let first = day.jobs.get("张老师").copied();
    for customer in outlet::customers() {
        if customer == "杨光荣" {
            continue;
        }
        let mut order = outlet::order_of(customer, &team, MIDNIGHT)?;
        if customer == "张老师" {
            order.details = Some(OrderDetails { revisit_of: first, ..order.details.unwrap_or_default() });
        }
        if customer == "邓小妹" {
            // A D grade goes alone only by the owner's own word (R7).
            set_aside_the_grade(day, &team, &order)?;
        } else {
            take(day, customer, &order)?;
        }
    }
    let proofs = [
        ("罗桂香", "invoice", "2026-11-19"),
        ("邓小妹", "invoice", "2025-05-20"),
        ("龚正平", "made", "2017-04"),
        ("彭秀兰", "invoice", "2021-03-15"),
    ];
    for (customer, key, value) in proofs {
        let job = day.jobs.get(customer).copied();
        let job = job.ok_or_else(|| StoryError::Unexpected(format!("no job of {customer}")))?;
        let appliance = day.desk.app.actions.job(job)?.appliances.first().map(|a| a.id);
        let appliance = appliance.ok_or_else(|| StoryError::Unexpected(format!("{customer} has no appliance")))?;
        let fact = OrderFact::Purchase { appliance, key: key.into(), value: value.into() };
        day.desk.app.actions.note_on_order(job, &fact)?;
    }
    tell("老板接下九单，派给五人", "the owner takes nine orders for five people");
    walk_in(day, tell).await
}

/// 杨光荣 asks the repairer directly: a walk-in, taken on the repairer's phone and adopted by the owner.
async fn walk_in(day: &mut Day, tell: Tell<'_>) -> Result<(), StoryError> {
    let team = day.desk.app.actions.team()?.members;
    let mut order = outlet::order_of("杨光荣", &team, MIDNIGHT)?;
    order.assignees.clear();
    order.window = None;
    order.details = Some(OrderDetails { source: Some(Source::Direct), ..OrderDetails::default() });
    let job = day.phone("龙师傅")?.app.actions.take_walk_in(&order)?.card.job;
    day.jobs.insert("杨光荣", job);
    let seen = |app: &doorstep::app::Doorstep| app.actions.job(job).ok().map(|_| ());
    day.desk.until("the walk-in is on the desk", seen).await;
    day.desk.app.actions.adopt_walk_in(job)?;
    tell("龙师傅接到直接找来的活，老板转为正式工单", "the repairer is asked directly; the owner adopts the job");
    Ok(())
}
