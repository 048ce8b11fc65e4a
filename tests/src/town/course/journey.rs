//! From the call to the door: guidance, appointments, the way, and what ends a visit before it began.

use doorstep::domain::calendar;
use doorstep_schemas::input::{OrderFact, SheetFact, Tap};
use doorstep_schemas::view::{
    ApplianceKind, AppointmentResult, Channel, Coverage, JobKind, JobOutcome, Millis, PlanStep, ReasonAbout, Urgency,
    Window,
};

use super::{Act, Fate, Script, Step};
use crate::town::words::sayings;
use crate::town::words::services;
use crate::town::{DAY_MS, FIRST_DAY_MS, MINUTE_MS};

const HOUR_MS: i64 = 60 * MINUTE_MS;

impl Script<'_> {
    /// What is done before anybody sets out.
    pub(super) fn intake(&mut self) {
        if self.order.walk_in {
            self.pass(2, 40);
            let worker = std::mem::replace(&mut self.by, self.town.owner());
            self.act(Act::Adopt);
            self.by = worker;
        }
        let details = self.order.input.details.clone().unwrap_or_default();
        if self.order.input.coverage == Coverage::InWarranty && (details.subsidised || self.chance.happens(40)) {
            for unit in &self.order.units {
                let bought = FIRST_DAY_MS + unit.owned.bought * DAY_MS;
                let (key, value) = ("invoice".to_owned(), calendar::day_name(bought));
                self.by_owner(OrderFact::Purchase { appliance: unit.id, key, value });
            }
        }
        if details.project {
            let (survey, plan, review) = sayings::PAPERS[self.chance.between(0, sayings::PAPERS.len() as u32) as usize];
            for (step, text) in [(PlanStep::Survey, survey), (PlanStep::Plan, plan), (PlanStep::Review, review)] {
                self.pass(5, 40);
                self.by_owner(OrderFact::Plan { step, text: text.to_owned(), passed: true, photo: None });
            }
        }
    }

    pub(super) fn cancel(&mut self) {
        self.pass(20, 600);
        let reason = self.pick(sayings::CANCELLED);
        self.by_owner(OrderFact::Cancel { reason });
    }

    pub(super) fn by_phone(&mut self) {
        self.pass(2, 20);
        self.guide(true);
        let text = self.pick(services::SOLVED_BY_PHONE);
        self.fact(SheetFact::Remark { text });
        self.finish(JobOutcome::SolvedByPhone);
    }

    /// 电话指导 (R3): before anybody is sent into a gas leak the gas company is called.
    fn guide(&mut self, solved: bool) {
        let script = self.order.emergency.unwrap_or("settings").to_owned();
        let called = if matches!(self.order.emergency, Some("gas" | "co")) { "燃气公司抢修" } else { "" };
        self.fact(SheetFact::Guidance { script, called: called.to_owned(), solved });
    }

    pub(super) fn come(&mut self, fate: Fate) {
        let fate = self.possible(fate);
        if self.order.input.urgency == Urgency::Class1 {
            self.now += i64::from(self.chance.between(20, 90)) * 1_000;
            self.guide(false);
        }
        let window = self.appoint();
        self.go(window);
        match fate {
            Fate::Absent => self.nobody_there(),
            Fate::NoGoods => self.nothing_there(),
            Fate::NeedsPart => self.needs_part(),
            Fate::Bench => self.over_the_bench(),
            Fate::Refused => self.refuse(),
            Fate::Condemned => self.condemn(),
            Fate::GivenUp => self.give_up(),
            Fate::NoFault => self.no_fault(),
            Fate::HazardRemaining => self.work(true),
            Fate::Done | Fate::ByPhone | Fate::Cancelled => self.work(false),
        }
    }

    /// What can't happen to this appliance becomes what can: a stove has no socket to be refused for.
    fn possible(&self, fate: Fate) -> Fate {
        let too_old = self.order.units.iter().any(|unit| self.too_old(unit));
        match fate {
            Fate::Absent | Fate::NoGoods | Fate::GivenUp => fate,
            _ if too_old => Fate::Condemned,
            Fate::Refused if self.failing_row(doorstep::domain::safety::Consequence::Stop).is_none() => Fate::Done,
            Fate::HazardRemaining
                if self.failing_row(doorstep::domain::safety::Consequence::HazardRemainingOnly).is_none() =>
            {
                Fate::Done
            }
            // These are mended where they hang.
            Fate::Bench
                if matches!(
                    self.first_kind(),
                    ApplianceKind::AirConditioner | ApplianceKind::GasHeater | ApplianceKind::GasStove
                ) =>
            {
                Fate::NeedsPart
            }
            _ => fate,
        }
    }

    /// Calls the customer; when somebody shall be there.
    fn appoint(&mut self) -> Window {
        let Some(wished) = self.order.input.window else {
            let slack = if self.order.input.urgency == Urgency::Normal { 20 * HOUR_MS } else { HOUR_MS };
            self.pass(2, 9);
            return Window { from: Millis(self.now), to: Millis(self.now + slack) };
        };
        self.pass(4, 45);
        if self.chance.happens(6) {
            let (result, channel) = (AppointmentResult::Failed, Channel::Phone);
            let reason = self.pick(sayings::CALLS);
            self.fact(SheetFact::Appointment { result, window: None, channel, reason });
            self.pass(10, 60);
        }
        let (result, window) = if self.chance.happens(7) {
            let day = i64::from(self.chance.between(1, 4)) * DAY_MS;
            let later = Window { from: Millis(wished.from.0 + day), to: Millis(wished.to.0 + day) };
            (AppointmentResult::Rebooked, later)
        } else {
            (AppointmentResult::Appointed, wished)
        };
        let window = Window {
            from: Millis(window.from.0.max(self.now + HOUR_MS)),
            to: Millis(window.to.0.max(self.now + 2 * HOUR_MS)),
        };
        let channel = if self.chance.happens(20) { Channel::Chat } else { Channel::Phone };
        let call = SheetFact::Appointment { result, window: Some(window), channel, reason: String::new() };
        if self.chance.happens(4) {
            self.entered_late(call);
        } else {
            self.fact(call);
        }
        window
    }

    /// 补录: both moments are kept, and why.
    fn entered_late(&mut self, fact: SheetFact) {
        let name = self.name();
        let claimed = Some(Millis(self.now));
        self.pass(5, 40);
        self.act(Act::Fact { name, fact, claimed });
        let text = self.pick(sayings::ENTERED_LATE);
        self.fact(SheetFact::Reason { about: ReasonAbout::EnteredLate, subject: Some(name), text, photo: None });
    }

    /// Another day, agreed with the customer.
    pub(super) fn appoint_again(&mut self, days: (u32, u32)) -> Window {
        self.pass(30, 200);
        let midnight = calendar::day_start(self.now);
        let from = midnight
            + i64::from(self.chance.between(days.0, days.1)) * DAY_MS
            + i64::from(self.chance.between(8, 17)) * HOUR_MS;
        let window = Window { from: Millis(from), to: Millis(from + 2 * HOUR_MS) };
        let (result, channel, reason) = (AppointmentResult::Rebooked, Channel::Phone, String::new());
        self.fact(SheetFact::Appointment { result, window: Some(window), channel, reason });
        window
    }

    /// Goods confirmed, departed, arrived; with a reason where it was late.
    pub(super) fn go(&mut self, window: Window) {
        let way = i64::from(self.order.input.details.as_ref().and_then(|d| d.km).unwrap_or(5)) * 2 * MINUTE_MS
            + 10 * MINUTE_MS;
        let late = self.chance.happens(9);
        let urgent = self.order.input.urgency != Urgency::Normal;
        let arrival = match (urgent, late) {
            (true, false) => self.now + way.min(50 * MINUTE_MS),
            (true, true) => self.now + 130 * MINUTE_MS,
            (false, true) => window.to.0 + i64::from(self.chance.between(5, 75)) * MINUTE_MS,
            (false, false) => {
                let span = u32::try_from((window.to.0 - window.from.0) / MINUTE_MS).unwrap_or(120);
                // Nobody rings at night, however wide the window.
                let at = window.from.0 + i64::from(self.chance.between(0, span.min(120))) * MINUTE_MS;
                at + night(at)
            }
        };
        self.now = self.now.max(arrival - way);
        let waited = |step: &Step| {
            let ended = JobOutcome::NeedsPart;
            matches!(step.act, Act::Finish { outcome, .. } if outcome == ended || outcome == JobOutcome::GoodsNotArrived)
        };
        let comes_with = matches!(self.kind(), JobKind::Install | JobKind::Exchange | JobKind::UnitReturn);
        if comes_with || self.steps.iter().any(waited) {
            self.fact(SheetFact::Goods { here: true, note: String::new() });
        }
        self.act(Act::Tap(Tap::Depart));
        self.now = self.now.max(arrival);
        self.act(Act::Tap(Tap::Arrive));
        (self.arrived, self.stood_ms) = (self.now, 0);
        if late || (urgent && self.now - self.order.taken_ms > 55 * MINUTE_MS) {
            let text = self.pick(sayings::LATE);
            self.fact(SheetFact::Reason { about: ReasonAbout::Late, subject: None, text, photo: None });
        }
    }

    fn nobody_there(&mut self) {
        self.pass(10, 30);
        let text = self.pick(sayings::ABSENT);
        self.fact(SheetFact::Remark { text });
        self.finish(JobOutcome::CustomerAbsent);
        self.once_more(80, (1, 5));
    }

    fn nothing_there(&mut self) {
        self.pass(5, 15);
        let note = self.pick(sayings::NO_GOODS);
        self.fact(SheetFact::Goods { here: false, note });
        self.finish(JobOutcome::GoodsNotArrived);
        self.once_more(70, (2, 6));
    }

    /// A second visit, in so many of a hundred cases; the others still wait.
    pub(super) fn once_more(&mut self, percent: u32, days: (u32, u32)) {
        if self.chance.happens(percent) {
            let window = self.appoint_again(days);
            self.go(window);
            if self.kind() == JobKind::UnitPickup {
                self.over_the_bench();
            } else if self.order.units.iter().any(|unit| self.too_old(unit)) {
                self.condemn();
            } else {
                self.work(false);
            }
        }
    }
}

/// How long it is till morning, from a moment of the night.
fn night(at: i64) -> i64 {
    let hour = (at - calendar::day_start(at)) / HOUR_MS;
    match hour {
        0..=7 => (8 - hour) * HOUR_MS,
        20..=23 => (32 - hour) * HOUR_MS,
        _ => 0,
    }
}
