//! What people and devices do, and what the model makes of it. Any operation may come at any time: one that finds nothing
//! to do is passed over, so that a failing story shrinks to its few true steps.

use proptest::prelude::*;
use proptest::strategy::BoxedStrategy;
use proptest_state_machine::ReferenceStateMachine;

use super::oracle::{Deed, Field, Last, Node, Oracle, Paper};

/// Devices by their places: the owner's and 冉小军's.
pub const DESK: usize = 0;

/// One operation. `who` is a device; `job` and `nth` count among what that device shows.
#[derive(Debug, Clone)]
pub enum Op {
    Take,
    Assign {
        job: u8,
        helped: bool,
    },
    Tap {
        who: usize,
        job: u8,
        node: Node,
    },
    Write {
        who: usize,
        job: u8,
        field: Field,
        value: u8,
    },
    /// More writes of one field than changes lie behind a document's saved copy.
    Rewrite {
        who: usize,
        job: u8,
    },
    Measure {
        who: usize,
        job: u8,
        reason: u8,
    },
    Serve {
        who: usize,
        job: u8,
    },
    Use {
        who: usize,
        job: u8,
    },
    Remove {
        who: usize,
        job: u8,
        nth: u8,
    },
    Picture {
        who: usize,
        job: u8,
    },
    /// Undoes one of this device's own writes, the newest first.
    Undo {
        who: usize,
        job: u8,
        nth: u8,
    },
    /// Everything unsent goes to the log in pieces of so many changes; the answer comes or is lost.
    Send {
        who: usize,
        most: usize,
        answered: bool,
    },
    /// All that is behind the cursor.
    Fetch {
        who: usize,
    },
    /// Some entries of the log, in any order, some twice; the cursor stays.
    Hear {
        who: usize,
        picks: Vec<u8>,
    },
    /// The app ends and starts again.
    Reopen {
        who: usize,
    },
    /// The data folder is copied.
    Copy {
        who: usize,
    },
    /// The copy is put in the folder's place.
    Restore {
        who: usize,
    },
    /// The relay's log is another one than before.
    Forget {
        who: usize,
    },
    /// An idle moment: what can be put in one piece is, what the search waits for goes in, what is summed up is.
    Rest {
        who: usize,
    },
    /// Everything that follows from the changes is made anew, and is what it was.
    Rebuild {
        who: usize,
    },
    /// Somebody looks for a value that was written.
    Find {
        who: usize,
        value: u8,
    },
    /// A new device gets the whole log, turned by so much.
    Newcomer {
        turn: u8,
    },
}

/// The desk takes an order and the phone hears of it.
pub const BEGIN: [Op; 3] = [Op::Take, Op::Send { who: DESK, most: 4, answered: true }, Op::Fetch { who: 1 - DESK }];
/// See [`Op::Rewrite`].
pub const REWRITES: u8 = 52;

impl Op {
    /// The device that it concerns, if it is one of the two.
    pub fn who(&self) -> Option<usize> {
        match *self {
            Self::Tap { who, .. }
            | Self::Write { who, .. }
            | Self::Rewrite { who, .. }
            | Self::Measure { who, .. }
            | Self::Serve { who, .. }
            | Self::Use { who, .. }
            | Self::Remove { who, .. }
            | Self::Picture { who, .. }
            | Self::Undo { who, .. }
            | Self::Send { who, .. }
            | Self::Fetch { who }
            | Self::Hear { who, .. }
            | Self::Reopen { who }
            | Self::Copy { who }
            | Self::Restore { who }
            | Self::Rest { who }
            | Self::Rebuild { who }
            | Self::Find { who, .. }
            | Self::Forget { who } => Some(who),
            Self::Take | Self::Assign { .. } => Some(DESK),
            Self::Newcomer { .. } => None,
        }
    }
}

/// The job that the operation means, if the device shows any.
pub fn job_of(oracle: &Oracle, who: usize, job: u8) -> Option<usize> {
    let jobs = oracle.visible(who);
    jobs.get(usize::from(job) % jobs.len().max(1)).copied()
}

/// The `nth` newest own write of the job.
pub fn step_of(oracle: &Oracle, who: usize, job: usize, nth: u8) -> Option<usize> {
    let own = oracle.known(who, job, Paper::Sheet).filter(|(_, event)| event.who == who);
    let mut own: Vec<usize> = own.filter(|(_, e)| matches!(e.deed, Deed::Write(..))).map(|(id, _)| id).collect();
    own.reverse();
    own.get(usize::from(nth)).copied()
}

/// Values that each differ from the one before, and the first from whatever stands there.
pub fn rewrites(oracle: &Oracle, who: usize, job: usize) -> Vec<u8> {
    let standing = oracle.values(who, job, Field::Cause);
    let free = (10..).find(|value| !standing.contains(value)).unwrap_or(10);
    (0..REWRITES).map(|n| if n % 2 == 0 { free } else { free + 1 }).collect()
}

/// The entries that were picked.
pub fn picked(oracle: &Oracle, picks: &[u8]) -> Vec<usize> {
    let many = oracle.log.len();
    picks.iter().filter(|_| many > 0).map(|pick| usize::from(*pick) % many).collect()
}

impl ReferenceStateMachine for Oracle {
    type State = Self;
    type Transition = Op;

    fn init_state() -> BoxedStrategy<Self> {
        prop::bool::weighted(0.8)
            .prop_map(|begun| {
                let begin = BEGIN.iter().filter(|_| begun);
                begin.fold(Self { begun, ..Self::default() }, Self::apply)
            })
            .boxed()
    }

    fn transitions(_: &Self) -> BoxedStrategy<Op> {
        let (who, job) = (|| 0usize..2, || 0u8..3);
        let node = prop::sample::select(vec![Node::Departed, Node::Arrived, Node::CardShown]);
        let field = prop::sample::select(vec![Field::Fault, Field::Cause, Field::Serial]);
        prop_oneof![
            3 => Just(Op::Take),
            2 => (job(), any::<bool>()).prop_map(|(job, helped)| Op::Assign { job, helped }),
            5 => (who(), job(), node).prop_map(|(who, job, node)| Op::Tap { who, job, node }),
            14 => (who(), job(), field, 0u8..3)
                .prop_map(|(who, job, field, value)| Op::Write { who, job, field, value }),
            4 => (who(), job(), 0u8..3).prop_map(|(who, job, reason)| Op::Measure { who, job, reason }),
            2 => (who(), job()).prop_map(|(who, job)| Op::Serve { who, job }),
            4 => (who(), job()).prop_map(|(who, job)| Op::Use { who, job }),
            2 => (who(), job(), 0u8..3).prop_map(|(who, job, nth)| Op::Remove { who, job, nth }),
            1 => (who(), job()).prop_map(|(who, job)| Op::Picture { who, job }),
            4 => (who(), job(), 0u8..3).prop_map(|(who, job, nth)| Op::Undo { who, job, nth }),
            12 => (who(), 1usize..4, any::<bool>())
                .prop_map(|(who, most, answered)| Op::Send { who, most, answered }),
            8 => who().prop_map(|who| Op::Fetch { who }),
            10 => (who(), prop::collection::vec(any::<u8>(), 1..4)).prop_map(|(who, picks)| Op::Hear { who, picks }),
            3 => (who(), job(), prop::bool::weighted(0.08)).prop_map(|(who, job, rewrites)| {
                if rewrites { Op::Rewrite { who, job } } else { Op::Reopen { who } }
            }),
            2 => who().prop_map(|who| Op::Copy { who }),
            2 => who().prop_map(|who| Op::Restore { who }),
            1 => who().prop_map(|who| Op::Forget { who }),
            1 => any::<u8>().prop_map(|turn| Op::Newcomer { turn }),
            2 => who().prop_map(|who| Op::Rest { who }),
            1 => who().prop_map(|who| Op::Rebuild { who }),
            2 => (who(), 0u8..3).prop_map(|(who, value)| Op::Find { who, value }),
        ]
        .boxed()
    }

    fn apply(mut oracle: Self, op: &Op) -> Self {
        oracle.last = Last::Skipped;
        match *op {
            Op::Take => {
                let job = oracle.jobs;
                oracle.jobs += 1;
                oracle.act(DESK, job, Paper::Order, Deed::Take);
            }
            Op::Assign { job, helped } => {
                let Some(job) = job_of(&oracle, DESK, job) else { return oracle };
                let now = oracle.helped(DESK, job);
                if now.len() > 1 {
                    return oracle;
                }
                oracle.last = Last::Nothing;
                if !now.contains(&helped) {
                    oracle.act(DESK, job, Paper::Order, Deed::Assign(helped));
                }
            }
            Op::Tap { who, job, node } => {
                let Some(job) = job_of(&oracle, who, job) else { return oracle };
                let early = node == Node::CardShown && !oracle.reached(who, job, Node::Arrived);
                oracle.last = Last::Refused;
                if !early && !oracle.reached(who, job, node) {
                    oracle.act(who, job, Paper::Sheet, Deed::Tap(node));
                }
            }
            Op::Write { who, job, field, value } => {
                let Some(job) = job_of(&oracle, who, job) else { return oracle };
                oracle.last = Last::Nothing;
                if oracle.values(who, job, field) != [value].into() {
                    oracle.act(who, job, Paper::Sheet, Deed::Write(field, Some(value)));
                }
            }
            Op::Rewrite { who, job } => {
                let Some(job) = job_of(&oracle, who, job) else { return oracle };
                let first = oracle.events.len();
                for value in rewrites(&oracle, who, job) {
                    oracle.act(who, job, Paper::Sheet, Deed::Write(Field::Cause, Some(value)));
                }
                oracle.last = Last::DidMany(first);
            }
            Op::Measure { who, job, reason } => {
                let Some(job) = job_of(&oracle, who, job) else { return oracle };
                oracle.last = Last::Refused;
                if oracle.reached(who, job, Node::Arrived) {
                    oracle.act(who, job, Paper::Sheet, Deed::Measure(reason));
                }
            }
            Op::Serve { who, job } | Op::Use { who, job } | Op::Picture { who, job } => {
                let Some(job) = job_of(&oracle, who, job) else { return oracle };
                let deed = match op {
                    Op::Serve { .. } => Deed::Serve,
                    Op::Use { .. } => Deed::Use,
                    _ => Deed::Picture,
                };
                oracle.act(who, job, Paper::Sheet, deed);
            }
            Op::Remove { who, job, nth } => {
                let Some(job) = job_of(&oracle, who, job) else { return oracle };
                let Some(part) = oracle.parts(who, job).get(usize::from(nth)).copied() else { return oracle };
                oracle.act(who, job, Paper::Sheet, Deed::Remove(part));
            }
            Op::Undo { who, job, nth } => {
                let Some(job) = job_of(&oracle, who, job) else { return oracle };
                let Some(step) = step_of(&oracle, who, job, nth) else { return oracle };
                let Deed::Write(field, _) = oracle.events[step].deed else { return oracle };
                match oracle.before(who, step) {
                    Ok(value) => oracle.act(who, job, Paper::Sheet, Deed::Write(field, value)),
                    Err(true) => oracle.last = Last::Refused,
                    Err(false) => {}
                }
            }
            Op::Send { who, most, answered } => {
                oracle.send(who, most, answered);
                oracle.last = Last::Done;
            }
            Op::Fetch { who } => {
                let behind: Vec<usize> = (oracle.devices[who].cursor..oracle.log.len()).collect();
                oracle.absorb(who, &behind);
                oracle.devices[who].cursor = oracle.log.len();
                oracle.last = Last::Done;
            }
            Op::Hear { who, ref picks } => {
                let picked = picked(&oracle, picks);
                oracle.absorb(who, &picked);
                oracle.last = Last::Done;
            }
            Op::Reopen { who } => {
                oracle.devices[who].run = oracle.starts;
                oracle.starts += 1;
                oracle.last = Last::Done;
            }
            Op::Copy { who } => {
                let copy = Some(Box::new(super::oracle::Device { copy: None, ..oracle.devices[who].clone() }));
                oracle.devices[who].copy = copy;
                oracle.last = Last::Done;
            }
            Op::Restore { who } => {
                let Some(copy) = oracle.devices[who].copy.clone() else { return oracle };
                oracle.devices[who] = super::oracle::Device { run: oracle.starts, copy: Some(copy.clone()), ..*copy };
                oracle.starts += 1;
                oracle.last = Last::Done;
            }
            Op::Forget { who } => {
                let own = oracle.devices[who].received.iter().copied().filter(|id| oracle.events[*id].who == who);
                oracle.devices[who].unsent = own.collect();
                oracle.last = Last::Done;
            }
            Op::Newcomer { .. } | Op::Rest { .. } | Op::Rebuild { .. } | Op::Find { .. } => oracle.last = Last::Done,
        }
        oracle
    }
}
