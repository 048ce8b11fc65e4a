//! `serve`: the relay itself, until it is told to stop.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use super::{CliError, DataFolder, Photos, drill, folder};
use crate::Door;
use crate::announce::Announcing;
use crate::clock::{Clock, RehearsalClock, SystemClock};
use crate::drill::Drilling;
use crate::identity;
use crate::packing;
use crate::state::{Pace, State};
use crate::tls::Tls;

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    data: DataFolder,
    #[command(flatten)]
    photos: Photos,
    /// Without TLS a loopback address; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8470")]
    listen: SocketAddr,
    /// Speak TLS under a certificate that the relay's own key vouches for: for the shop's network, where no other can
    /// be had.
    #[arg(long)]
    tls: bool,
    /// Speak TLS, and show callers by name this certificate with its chain (PEM). Read again when it is replaced.
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_certificate: Option<PathBuf>,
    /// The certificate's key (PEM).
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    tls_key: Option<PathBuf>,
    /// Don't tell the network where the relay is.
    #[arg(long)]
    no_announce: bool,
    /// Don't put quiet jobs together while serving. Packs that are there are given all the same.
    #[arg(long)]
    no_packs: bool,
    /// Days that an upload is kept which nobody goes on with.
    #[arg(long, value_name = "DAYS", default_value_t = 7, value_parser = clap::value_parser!(u64).range(1..=365))]
    keep_uploads: u64,
    /// Megabytes that photos leave free on the disk: text goes on when photos are refused.
    #[arg(long, value_name = "MB", default_value_t = 512)]
    disk_floor: u64,
    /// Where a backup goes that an owner asks for at the desk; it is rehearsed there at once. Without it owners can't ask.
    #[arg(long, value_name = "DIR")]
    backup_to: Option<PathBuf>,
    /// For rehearsals of a day: a file with the milliseconds that this relay's clock is ahead of the machine's.
    #[arg(long, hide = true)]
    rehearsal_clock: Option<PathBuf>,
}

pub fn run(command: &Serve) -> Result<(), CliError> {
    let files = command.tls_certificate.clone().zip(command.tls_key.clone());
    let speaks_tls = command.tls || files.is_some();
    if !speaks_tls && !command.listen.ip().is_loopback() {
        return Err(CliError::NotLoopback(command.listen));
    }
    let filter = EnvFilter::try_from_env("DOORSTEP_LOG").unwrap_or_else(|_unset| EnvFilter::new("info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let _lock = folder::lock(&command.data.path)?;
    let clock: Arc<dyn Clock> = match &command.rehearsal_clock {
        Some(file) => Arc::new(RehearsalClock(file.clone())),
        None => Arc::new(SystemClock),
    };
    let pace = Pace {
        uploads: Duration::from_secs(command.keep_uploads * 24 * 3_600),
        disk_floor: command.disk_floor.saturating_mul(1_000_000),
        ..Pace::default()
    };
    let bucket = folder::bucket(&command.data, &command.photos)?;
    let state = State::open(&command.data.path, command.data.key_file(), bucket, clock, pace)?;
    let work = command.backup_to.clone();
    let work = work.map(|to| drill::asked(command.data.clone(), command.photos.clone(), to));
    state.set_drilling(Drilling::new(command.data.path.clone(), work));
    let door = match speaks_tls {
        true => Door::Tls(Arc::new(Tls::new(&state.key, files, SystemClock.now_ms())?)),
        false => Door::Plain,
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(CliError::Start)?;
    runtime.block_on(async {
        let listener = crate::listen(command.listen).map_err(|e| CliError::Listen(command.listen, e))?;
        let address = listener.local_addr().map_err(CliError::Start)?;
        let mut terminated = signal(SignalKind::terminate()).map_err(CliError::Start)?;
        let mut interrupted = signal(SignalKind::interrupt()).map_err(CliError::Start)?;
        // A proxy's relay is nowhere that phones could come to.
        let announcing =
            (speaks_tls && !command.no_announce).then(|| Announcing::start(&identity::public_key(&state.key), address));
        if let Some(Err(cause)) = &announcing {
            tracing::warn!(%cause, "phones can't find the relay by themselves: it can't be announced");
        }
        let scheme = if speaks_tls { "https" } else { "http" };
        let packing = (!command.no_packs).then(|| tokio::spawn(packing::go_on(state.clone())));
        folder::say(&format!("listening on {scheme}://{address}"))?;
        crate::serve(listener, door, state, async {
            tokio::select! {
                _ = terminated.recv() => tracing::info!("asked to stop"),
                _ = interrupted.recv() => tracing::info!("interrupted"),
            }
        })
        .await;
        if let Some(packing) = packing {
            packing.abort();
        }
        Ok(())
    })
}
