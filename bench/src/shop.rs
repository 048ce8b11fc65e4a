//! Home from a day without a line: the phone joins the shop's Wi-Fi, which has no internet, finds the relay and hands
//! everything over.
//!
//! The relay is a process of its own, speaks TLS under its self-made certificate and announces itself by mDNS on
//! loopback. The address that the phone was enrolled by leads nowhere, as without internet.

use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use doorstep_schemas::view::{RelayWay, SyncState};
use tokio::time::timeout;

use crate::cast::{Cast, CastError};
use crate::figures::Figures;
use crate::visit::Load;

const SEED: u64 = 20_261_122;
const PATIENCE: Duration = Duration::from_secs(300);
const LOOK: Duration = Duration::from_millis(5);

/// How large the day is.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    pub sheets: usize,
    pub edits: usize,
    pub photos: usize,
}

impl Size {
    /// As the scoreboard has it: 100 photos.
    pub const FULL: Self = Self { sheets: 10, edits: 60, photos: 10 };
}

/// When what was there, from the moment at which the network came.
#[derive(Debug, Default)]
struct Seen {
    text: Option<Duration>,
    all: Option<Duration>,
}

pub async fn measure(folder: &Path, size: Size, out: &mut dyn Write) -> Result<(), CastError> {
    let cast = Cast::in_the_shop(folder, SEED).await?;
    let today = cast.orders(size.sheets).await?;
    cast.settled().await?;
    cast.phone.network(false)?;
    eprintln!("shop: {} visits without network", today.len());
    for job in &today {
        cast.visit(*job, Load { edits: size.edits, photos: size.photos, fields_only: false })?;
    }
    let cast = cast.relay_moves()?;
    let before = cast.phone.app.sync_view()?;
    let photos = before.photos - before.photos_on_relay;
    let bytes = before.photo_bytes - before.photo_bytes_on_relay;
    let expected = (size.sheets * size.photos) as u64;
    if u64::from(photos) != expected {
        return Err(CastError::Miscounted { what: "photos that wait", expected, found: photos.into() });
    }

    let begun = Instant::now();
    cast.phone.network(true)?;
    let seen = timeout(PATIENCE, drain(&cast, begun)).await;
    let seen = seen.unwrap_or(Err(CastError::InVain { who: "the phone", what: "everything is on the relay" }))?;
    let seconds = |at: Option<Duration>| at.map_or(f64::NAN, |at| (at.as_secs_f64() * 1_000.0).round() / 1_000.0);
    let mut figures = Figures::of("shop", out);
    figures.say("loopback", "seconds", seconds(seen.all), "s")?;
    figures.say("loopback", "text_seconds", seconds(seen.text), "s")?;
    figures.say("loopback", "photos", photos, "count")?;
    figures.say("loopback", "photo_bytes", bytes, "bytes")?;
    let moving = seconds(seen.all) - seconds(seen.text);
    figures.say("loopback", "photos_per_s", (f64::from(photos) / moving * 10.0).round() / 10.0, "1/s")?;
    Ok(())
}

async fn drain(cast: &Cast, begun: Instant) -> Result<Seen, CastError> {
    let mut seen = Seen::default();
    while seen.all.is_none() {
        tokio::time::sleep(LOOK).await;
        let (chip, now) = (cast.phone.app.sync_chip()?, begun.elapsed());
        if seen.text.is_none() && chip.changes == 0 {
            seen.text = Some(now);
        }
        let nothing = chip.changes + chip.photos + chip.bytes == 0 && chip.state == SyncState::Synced;
        if nothing {
            seen.all = Some(now);
        }
    }
    if cast.phone.app.sync_view()?.way == Some(RelayWay::Nearby) {
        Ok(seen)
    } else {
        Err(CastError::InVain { who: "the phone", what: "the relay is found nearby" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_tiny_day_finds_the_relay_and_every_line_is_a_figure() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        measure(folder.path(), Size { sheets: 1, edits: 12, photos: 2 }, &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().count() == 5 && text.lines().all(is_figure), "{text}");
        assert!(!text.contains("null"), "{text}");
    }
}
