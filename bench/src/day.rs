//! A technician's day over the air: ten sheets up, the owner's edits down, five hundred documents left alone.
//!
//! The app's own engine and runner, a relay of its own process, real sockets; only the carrier between them is the
//! bench's. The phone is offline for the whole day and drains it when the network is back.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use doorstep_schemas::ids::{JobId, MemberId};
use doorstep_schemas::input::Assign;
use doorstep_schemas::segment;
use doorstep_schemas::view::SyncState;

use crate::cast::{Cast, CastError, drained, until};
use crate::figures::Figures;
use crate::visit::Load;
use doorstep_tests::carrier::{Ends, Passed, Weather};

/// What the app might still send after it has said that it is done is counted too.
const AFTER: Duration = Duration::from_secs(3);
const SEED: u64 = 20_261_121;

/// How large the day is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Jobs that are here before and stay as they are: an order and a sheet each.
    pub unchanged: usize,
    pub sheets: usize,
    pub edits: usize,
    pub photos: usize,
    pub after: Duration,
}

impl Size {
    /// As the scoreboard has it.
    pub const FULL: Self = Self { unchanged: 250, sheets: 10, edits: 60, photos: 10, after: AFTER };
}

/// One line of the bench.
struct Case {
    name: &'static str,
    photos: bool,
    fields_only: bool,
    weather: Weather,
    /// Time is this case's figure, not only bytes.
    timed: bool,
}

/// As fast as this machine.
const CLEAR: Weather = Weather::CLEAR;

const CASES: [Case; 5] = [
    Case { name: "plain", photos: true, fields_only: false, weather: CLEAR, timed: false },
    Case { name: "plain-no-photo-records", photos: false, fields_only: false, weather: CLEAR, timed: false },
    Case { name: "plain-fields-only", photos: false, fields_only: true, weather: CLEAR, timed: false },
    Case { name: "2g", photos: true, fields_only: false, weather: Weather::TWO_G, timed: true },
    Case {
        name: "2g-cut5s",
        photos: true,
        fields_only: false,
        weather: Weather { ends: Ends::Each(Duration::from_secs(5)), ..Weather::TWO_G },
        timed: true,
    },
];

/// The names of the cases.
pub fn cases() -> Vec<&'static str> {
    CASES.iter().map(|case| case.name).collect()
}

/// Measures the cases whose name is `only`, or all.
pub async fn measure(folder: &Path, size: Size, only: Option<&str>, out: &mut dyn Write) -> Result<(), CastError> {
    let mut figures = Figures::of("day", out);
    for case in CASES.iter().filter(|case| only.is_none_or(|only| only == case.name)) {
        let stage = folder.join(case.name);
        eprintln!("day/{}: setting the stage", case.name);
        let seen = play(&stage, case, size).await?;
        eprintln!("day/{}: {seen:?}", case.name);
        seen.say(case, &mut figures)?;
    }
    Ok(())
}

/// What one case showed.
#[derive(Debug)]
struct Seen {
    cargo: Cargo,
    passed: Passed,
    seconds: f64,
}

/// What waited on the phone, as the engine would cut it.
#[derive(Debug, Default)]
struct Cargo {
    edits: u64,
    photo_records: u64,
    operations: u64,
    pieces: u64,
    /// As stored, before the codec.
    change_bytes: u64,
    /// Bodies of the pieces: after the codec, without signatures and frames.
    segment_bytes: u64,
}

async fn play(folder: &Path, case: &Case, size: Size) -> Result<Seen, CastError> {
    let (cast, carrier) = Cast::on_stage(folder, SEED).await?;
    let unchanged = cast.orders(size.unchanged).await?;
    for job in &unchanged {
        cast.visit(*job, Load { edits: 4, photos: 0, fields_only: false })?;
    }
    let today = cast.orders(size.sheets).await?;
    cast.settled().await?;

    cast.phone.network(false)?;
    let photos = if case.photos { size.photos } else { 0 };
    let load = Load { edits: size.edits, photos, fields_only: case.fields_only };
    eprintln!("day/{}: {} visits without network", case.name, today.len());
    for job in &today {
        cast.visit(*job, load)?;
    }
    let expected = (load.edits * today.len()) as u64;
    let cargo = weigh(&cast, expected, (load.photos * today.len()) as u64)?;
    let given = owner_edits(&cast, &today).await?;

    carrier.begin(case.weather);
    let begun = Instant::now();
    cast.phone.network(true)?;
    until(&cast.phone, "the day is on the relay and the owner's edits are here", |app| {
        let chip = app.sync_chip()?;
        if chip.changes > 0 || chip.state == SyncState::Working {
            return Ok(false);
        }
        let store = app.actions.shelf.store();
        for (job, members) in &given {
            let card = store.job_row(*job)?.map(|row| row.card);
            let held = card.is_some_and(|card| {
                card.assignees.len() == members.len() && card.assignees.iter().all(|m| members.contains(&m.id))
            });
            if !held {
                return Ok(false);
            }
        }
        Ok(true)
    })
    .await?;
    let seconds = begun.elapsed().as_secs_f64();
    // A line that idles is cut like any other; only the cuts that the day had to survive are its.
    let cut = carrier.passed().cut;
    tokio::time::sleep(size.after).await;
    Ok(Seen { cargo, passed: Passed { cut, ..carrier.passed() }, seconds })
}

/// Two edits on each order while the phone is away, hours apart as far as the relay can tell: first somebody is sent
/// along, later somebody else instead. The last word of each is returned.
async fn owner_edits(cast: &Cast, jobs: &[JobId]) -> Result<Vec<(JobId, Vec<MemberId>)>, CastError> {
    let colleagues = cast.colleagues();
    let mut given = Vec::new();
    for round in 0..2 {
        given.clear();
        for (place, job) in jobs.iter().enumerate() {
            let members = vec![cast.me, colleagues[(place + round) % colleagues.len()]];
            cast.owner.app.actions.assign(&Assign { job: *job, members: members.clone() })?;
            given.push((*job, members));
        }
        drained(&cast.owner).await?;
    }
    Ok(given)
}

fn weigh(cast: &Cast, edits: u64, photo_records: u64) -> Result<Cargo, CastError> {
    let outgoing = cast.phone.app.actions.shelf.store().outgoing(usize::MAX)?;
    let mut cargo = Cargo { edits, photo_records, ..Cargo::default() };
    for piece in outgoing.pieces.iter().filter_map(|piece| piece.piece.segment.as_ref()) {
        cargo.pieces += 1;
        cargo.segment_bytes += piece.body.len() as u64;
        for change in segment::unpack(piece.codec, &piece.body, piece.actor, piece.from_seq)? {
            cargo.operations += change.ops;
            cargo.change_bytes += change.bytes.len() as u64;
        }
    }
    let found = outgoing.changes();
    let expected = edits + photo_records;
    if found == expected {
        Ok(cargo)
    } else {
        Err(CastError::Miscounted { what: "changes that wait on the phone", expected, found })
    }
}

impl Seen {
    fn say(&self, case: &Case, figures: &mut Figures<'_>) -> Result<(), CastError> {
        let (passed, cargo) = (self.passed, &self.cargo);
        let mut say = |figure, value: u64, unit| figures.say(case.name, figure, value, unit);
        say("bytes_up", passed.bytes_up, "bytes")?;
        say("bytes_down", passed.bytes_down, "bytes")?;
        say("bytes_total", passed.bytes_up + passed.bytes_down, "bytes")?;
        say("round_trips", passed.round_trips, "count")?;
        say("connections", passed.connections, "count")?;
        if case.timed {
            say("connections_cut", passed.cut, "count")?;
        } else {
            say("edits", cargo.edits, "count")?;
            say("photo_records", cargo.photo_records, "count")?;
            say("operations", cargo.operations, "count")?;
            say("pieces", cargo.pieces, "count")?;
            say("change_bytes", cargo.change_bytes, "bytes")?;
            say("segment_bytes", cargo.segment_bytes, "bytes")?;
        }
        if case.timed {
            figures.say(case.name, "seconds", (self.seconds * 1_000.0).round() / 1_000.0, "s")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_tiny_day_goes_over_in_one_round_trip_and_every_line_is_a_figure() {
        let folder = tempfile::tempdir().unwrap();
        let size = Size { unchanged: 1, sheets: 1, edits: 30, photos: 1, after: Duration::ZERO };
        let mut out = Vec::new();
        measure(folder.path(), size, Some("plain"), &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().count() > 8 && text.lines().all(is_figure), "{text}");
        let value = |figure: &str| {
            let line = text.lines().find(|line| line.contains(&format!("\"figure\":\"{figure}\"")));
            let parsed: serde_json::Value = serde_json::from_str(line.unwrap()).unwrap();
            parsed["value"].as_u64().unwrap()
        };
        assert_eq!((value("round_trips"), value("connections"), value("edits")), (1, 1, 30));
        assert!(value("bytes_up") > 64 * value("pieces"), "signatures are counted");
        assert!(value("bytes_up") < value("change_bytes"), "what goes over is folded");
        assert_eq!(value("bytes_total"), value("bytes_up") + value("bytes_down"));
    }
}
