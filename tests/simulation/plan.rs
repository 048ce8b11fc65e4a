//! What happens, drawn from a seed before anything does: leaving events out leaves the others what they were, so that a
//! failure can be cut down to the few that matter.

use doorstep_tests::chance::Chance;

/// One thing that happens. Whatever it needs to choose, it chooses by a chance of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Event {
    pub what: What,
    /// Which device, counted around.
    pub who: usize,
    pub n: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// Something a person does on their device.
    Deed,
    /// The same, and the program ends at one of the commits.
    DeedAndEnd,
    /// The exchange that is on its way goes to its end, or a new one does.
    Exchange,
    /// An exchange goes one step: request, arrival, answer. Others go on in between.
    Step,
    /// The program ends without a word and starts again.
    End,
    /// A request that was lost on its way arrives after all.
    Late,
    /// Time passes.
    Pass,
    /// A device's clock is set.
    Clock,
    /// A data folder is copied, or its copy put in its place.
    Copy,
    PutBack,
    /// The same with the relay's log.
    BackUp,
    Restore,
    RestoreSilently,
    /// A bundle goes from one device to another.
    Carry,
    /// A device is reported lost.
    Lose,
    /// Somebody tries what is forbidden.
    Forge,
}

/// What usually happens, and what seldom does. The numbers are weights.
const USUAL: &[(What, u32)] = &[
    (What::Deed, 420),
    (What::DeedAndEnd, 20),
    (What::Exchange, 260),
    (What::Step, 120),
    (What::End, 15),
    (What::Late, 30),
    (What::Pass, 40),
    (What::Clock, 12),
    (What::Copy, 10),
    (What::PutBack, 8),
    (What::BackUp, 10),
    (What::Restore, 4),
    (What::RestoreSilently, 4),
    (What::Carry, 20),
    (What::Lose, 2),
    (What::Forge, 25),
];

/// The people of an outlet and what happens to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    pub seed: u64,
    pub owners: usize,
    pub technicians: usize,
    /// Whose device each is: a place among owners and technicians.
    pub devices: Vec<usize>,
    pub events: Vec<Event>,
}

impl Plan {
    pub fn of(seed: u64) -> Self {
        let chance = Chance::of(seed, 1, 0);
        let size = match chance.between(0, 100) {
            0..80 => chance.between(3, 6),
            80..97 => chance.between(6, 10),
            _ => chance.between(10, 51),
        } as usize;
        let owners = if chance.happens(50) { 2 } else { 1 };
        let technicians = (size - owners).min(1 + chance.between(1, 5) as usize);
        let people = owners + technicians;
        let devices = (0..size).map(|place| if place < people { place } else { chance.draw() as usize % people });
        let devices = devices.collect();
        let count = chance.between(40, 120) as usize + 3 * size.min(20);
        // In one of four worlds nothing is put back to an older copy: there every promise holds without exception.
        let steady = chance.happens(25);
        let events = (0..count).map(|_| {
            let what = chance.weighted(USUAL, |(_, weight)| *weight).0;
            let back = matches!(what, What::PutBack | What::Restore | What::RestoreSilently);
            let what = if back && steady { What::Exchange } else { what };
            Event { what, who: chance.draw() as usize % size, n: chance.draw() }
        });
        let events = events.collect();
        Self { seed, owners, technicians, devices, events }
    }
}
