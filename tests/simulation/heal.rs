//! The line is sound again: everybody exchanges until nothing moves any more.

use std::panic::{AssertUnwindSafe, catch_unwind};

use doorstep::sync::fault::Fault;
use doorstep_schemas::input::InboxDecision;
use doorstep_schemas::view::InboxRunView;
use doorstep_tests::chance::Chance;

use crate::invariants;
use crate::plan::Plan;
use crate::world::{Broken, Held, World, broken};

/// Rounds of everybody's exchanges within which all must be quiet.
const ROUNDS: usize = 12;
/// Exchanges in a row that one device may want.
const IN_A_ROW: usize = 40;
const DAY: i64 = 24 * 3_600_000;

impl World {
    fn heal(&mut self) -> Held {
        let chance = Chance::from_seed(0);
        self.late.clear();
        for who in 0..self.devices.len() {
            if !self.devices[who].gone && self.devices[who].flight.take().is_some() {
                self.fail(who, &Fault::NoNetwork)?;
            }
        }
        // Two times in one day the relay does not believe that it was put back.
        self.pass(2 * DAY);
        for round in 0..ROUNDS {
            let before = self.relay.head();
            if round == 2 {
                invariants::only_what_was_refused_is_unsent(self)?;
                self.parents_come();
            }
            for who in 0..self.devices.len() {
                if !self.devices[who].gone {
                    if round == 2 {
                        // As by hand: what was refused is offered once more.
                        self.devices[who].actions.shelf.store().retry_refused().expect("the store answers");
                    }
                    self.until_quiet(who, &chance)?;
                    if self.owner_decides(who) {
                        self.until_quiet(who, &chance)?;
                    }
                }
            }
            if round >= 3 && self.relay.head() == before {
                return Ok(());
            }
        }
        broken(format!("after {ROUNDS} rounds there is still something to say"))
    }

    /// What was brought by those who may not write any more is taken in.
    fn owner_decides(&mut self, who: usize) -> bool {
        let actions = &self.devices[who].actions;
        let waiting = actions.inbox().expect("the store answers").into_iter().filter(|run| !run.declined);
        // Only an owner has an inbox, and another one may have been quicker.
        let admit =
            |run: InboxRunView| InboxDecision { run: run.run, upto: run.upto, admit: true, reason: String::new() };
        waiting.map(admit).filter(|decision| actions.decide_inbox(decision).is_ok()).count() > 0
    }

    pub fn until_quiet(&mut self, who: usize, chance: &Chance) -> Held {
        for _ in 0..IN_A_ROW {
            self.exchange(who, chance, true)?;
            let device = &self.devices[who];
            if device.engine.due().is_none_or(|due| due > device.now()) {
                return Ok(());
            }
        }
        broken(format!("{}: still wants another exchange after {IN_A_ROW}", self.devices[who].name))
    }
}

/// What a run came to: its digest, and what was said of it.
pub struct Ran {
    pub digest: [u8; 32],
    pub told: String,
    pub broken: Option<Broken>,
}

/// Lets everything happen, heals, and looks. A panic is a failure like any other.
pub fn run(plan: &Plan, traced: bool) -> Ran {
    let began = catch_unwind(|| World::begin(plan, traced));
    let Ok(mut world) = began else {
        return Ran {
            digest: [0; 32],
            told: String::new(),
            broken: Some(Broken("a panic at the beginning".to_owned())),
        };
    };
    let ran = catch_unwind(AssertUnwindSafe(|| {
        let events = plan.events.iter().try_for_each(|event| world.happen(*event));
        events.and_then(|()| world.heal()).and_then(|()| invariants::at_rest(&mut world))
    }));
    let broken = ran.unwrap_or_else(|panic| {
        let said = panic.downcast_ref::<String>().cloned();
        Err(Broken(format!("a panic: {}", said.unwrap_or_default())))
    });
    Ran { digest: world.trace.digest, told: world.told(), broken: broken.err() }
}
