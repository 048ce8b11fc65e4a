//! Six in the evening: a thousand phones behind one address, each with 60 changes to hand over and a colleague's 60 changes
//! to fetch, all in the same moment.
//!
//! The relay is a process of its own. A phone that is told to come again does so in the second that was named, at a moment
//! of its own choosing, as the app's pacer does. What comes down is unpacked only after the clock has stopped: the phones have
//! processors of their own.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use doorstep_schemas::frame;
use doorstep_schemas::ids::{DocId, JobId};
use doorstep_schemas::segment;
use doorstep_schemas::terse::Listener;
use doorstep_schemas::wire::{Cursor, Entry, Outcome, kind};
use doorstep_tests::stage::Relay;
use tokio::task::JoinSet;

use crate::figures::{Figures, millis, percentile};
use crate::machine;
use crate::relay::RelayBenchError;
use crate::relay::crowd::Crowd;
use crate::relay::line::{self, Line};
use crate::relay::load::{Templates, framed};

/// How large the rush is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub devices: usize,
    /// Changes each way.
    pub edits: usize,
}

impl Size {
    pub const FULL: Self = Self { devices: 1_000, edits: 60 };
}

/// A phone before the rush.
struct Phone {
    token: String,
    actor: doorstep_schemas::ids::Actor,
    cursor: Cursor,
    push: Vec<u8>,
}

/// What one phone saw: milliseconds until it was connected, of each exchange and of each word that there is no seat yet, milliseconds from its
/// first try until all was done, and what came down.
#[derive(Default)]
struct Seen {
    connected: f64,
    took: Vec<f64>,
    turned_away: Vec<f64>,
    done: f64,
    entries: Vec<Vec<u8>>,
    errors: u64,
}

/// Plays the rush once.
pub async fn measure(folder: &Path, size: Size, out: &mut dyn Write) -> Result<(), RelayBenchError> {
    let mut figures = Figures::of("rush", out);
    eprintln!("rush: signing");
    let templates = Templates::of(size.edits)?;
    let crowd = Crowd::found(&folder.join("relay"), size.devices + 1).await?;
    // As after the day's last quiet exchange; what is fetched comes in behind it.
    let cursor = crowd.cursor()?;
    let [_owner, colleague, fellows @ ..] = crowd.fellows.as_slice() else { return Err(RelayBenchError::Refused) };
    let (mut jobs, mut fetched, mut phones) = (Vec::new(), Vec::new(), Vec::new());
    for (place, fellow) in fellows.iter().enumerate() {
        let job = JobId::from_bytes(((1 << 90) + place as u128).to_be_bytes());
        jobs.extend([(job, colleague.member), (job, fellow.member)]);
        let theirs = templates.run(place, &colleague.author, DocId::Sheet(job), (place as u64).to_be_bytes())?;
        fetched.push(theirs.piece(&colleague.author, 0, theirs.len(), false)?);
        let sheet = templates.run(place + 1, &fellow.author, DocId::Sheet(job), [1; 8])?;
        let push = framed(&sheet.piece(&fellow.author, 0, sheet.len(), true)?);
        phones.push(Phone { token: fellow.token.clone(), actor: sheet.actor, cursor, push });
    }
    crowd.give(&jobs).await?;
    crowd.put(fetched).await?;
    drop(crowd);

    let relay = Relay::start(&folder.join("relay"))?;
    let begun = Instant::now();
    let mut devices = JoinSet::new();
    for phone in phones {
        devices.spawn(drain(relay.address.clone(), phone));
    }
    let mut all = Vec::with_capacity(size.devices);
    while let Some(done) = devices.join_next().await {
        all.push(done?);
    }
    let seconds = begun.elapsed().as_secs_f64();
    let took: Vec<f64> = all.iter().flat_map(|seen| seen.took.iter().copied()).collect();
    let turned_away: Vec<f64> = all.iter().flat_map(|seen| seen.turned_away.iter().copied()).collect();
    let answers = [took.as_slice(), &turned_away].concat();
    let connected: Vec<f64> = all.iter().map(|seen| seen.connected).collect();
    let done: Vec<f64> = all.iter().map(|seen| seen.done).collect();
    let short = all.iter().filter(|seen| came(seen).is_none_or(|changes| changes != size.edits)).count() as u64;
    let errors: u64 = all.iter().map(|seen| seen.errors).sum::<u64>() + short;

    figures.say("here", "drained_s", (seconds * 1_000.0).round() / 1_000.0, "s")?;
    figures.say("here", "p50_ms", percentile(&answers, 50), "ms")?;
    figures.say("here", "p99_ms", percentile(&answers, 99), "ms")?;
    figures.say("here", "connect_p99_ms", percentile(&connected, 99), "ms")?;
    figures.say("here", "exchange_p99_ms", percentile(&took, 99), "ms")?;
    figures.say("here", "exchanges", took.len(), "count")?;
    figures.say("here", "told_to_wait", turned_away.len(), "count")?;
    figures.say("here", "all_done_p50_ms", percentile(&done, 50), "ms")?;
    figures.say("here", "all_done_p99_ms", percentile(&done, 99), "ms")?;
    if let Some(peak) = machine::peak_memory_mb(relay.id()) {
        figures.say("here", "rss_mb", peak, "MB")?;
    }
    figures.say("here", "errors", errors, "count")?;
    Ok(())
}

/// Hands over and fetches until nothing more comes.
async fn drain(relay: String, phone: Phone) -> Seen {
    let mut seen = Seen::default();
    if exchange_all(&relay, &phone, &mut seen).await.is_err() {
        seen.errors += 1;
    }
    seen
}

async fn exchange_all(relay: &str, phone: &Phone, seen: &mut Seen) -> Result<(), RelayBenchError> {
    let (first, mut begun) = (Instant::now(), Instant::now());
    let mut line = Line::to(relay, &phone.token).await?;
    seen.connected = millis(first.elapsed());
    let (mut cursor, mut push) = (phone.cursor, phone.push.as_slice());
    loop {
        let answer = line.exchange(&line::up(phone.actor, Some(cursor)), push).await?;
        if let (503, Some(wait)) = (answer.status, answer.retry_after) {
            seen.turned_away.push(millis(begun.elapsed()));
            let mut within = [0; 2];
            getrandom::fill(&mut within).map_err(std::io::Error::other)?;
            let within = u64::from(u16::from_be_bytes(within)) % 1_000;
            tokio::time::sleep(Duration::from_millis(wait * 1_000 + within)).await;
            begun = Instant::now();
            continue;
        }
        seen.took.push(millis(begun.elapsed()));
        if answer.status != 200 {
            return Err(RelayBenchError::Refused);
        }
        let (header, entries, trailer) = line::read(&answer.body)?;
        if header.results.iter().any(|result| result.outcome != Outcome::Accepted) {
            return Err(RelayBenchError::Refused);
        }
        seen.entries.extend(entries);
        (cursor, push, begun) = (trailer.cursor, &[], Instant::now());
        if !trailer.more {
            seen.done = millis(first.elapsed());
            return Ok(());
        }
    }
}

/// Changes that came down; `None` when something can't be read.
fn came(seen: &Seen) -> Option<usize> {
    let mut listener = Listener::default();
    let mut changes = 0;
    for item in &seen.entries {
        let entry: Entry = frame::read(item).ok()?;
        let segments = match entry.piece {
            piece if piece.kind == kind::PARCEL => {
                listener.unfold(&piece.parcel?).ok()?.into_iter().map(|item| item.segment).collect()
            }
            piece => Vec::from_iter(piece.segment),
        };
        for segment in segments {
            let of = segment::decode(segment.codec, &segment.body, segment.actor, segment.from_seq).ok()?;
            changes += of.len();
        }
    }
    Some(changes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_handful_of_phones_hand_over_and_fetch_all_there_is() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        measure(folder.path(), Size { devices: 5, edits: 20 }, &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().all(is_figure), "{text}");
        assert!(text.contains(r#""figure":"errors","value":0,"#), "{text}");
    }
}
