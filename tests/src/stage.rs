//! The stage: a relay of its own process and port, and devices over data folders. Everything waits on conditions,
//! nothing sleeps, and everything ends when it is dropped.

use std::ffi::OsStr;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use doorstep::app::{Doorstep, OpenError};
use doorstep::nature::Machine;
use doorstep::store::key::Keyring;
use doorstep::sync::admin::AdminError;
use doorstep::sync::nearby::Lookout;
use doorstep::tasks::Unwatched;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::input::{Enrol, Preferences};
use doorstep_schemas::view::SyncChip;
use tokio::runtime::Handle;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::timeout;

use crate::day::clock::DayClock;
use crate::programs::{NotBuilt, program};

/// Why the stage could not be set.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    #[error(transparent)]
    NotBuilt(#[from] NotBuilt),
    #[error("a program could not be run")]
    Io(#[from] io::Error),
    #[error("doorstep-relay {command} failed: {stderr}")]
    Relay { command: String, stderr: String },
    #[error("the relay's words are not what was expected: {0}")]
    Words(String),
    #[error(transparent)]
    Open(#[from] OpenError),
    #[error(transparent)]
    Enrol(#[from] AdminError),
}

/// A running relay.
pub struct Relay {
    process: Child,
    pub folder: PathBuf,
    pub address: String,
}

impl Relay {
    /// Serves `folder` on a free port of loopback.
    pub fn start(folder: &Path) -> Result<Self, StageError> {
        Self::start_at(folder, "127.0.0.1:0")
    }

    pub fn start_at(folder: &Path, listen: &str) -> Result<Self, StageError> {
        Self::serve(folder, listen, &[])
    }

    /// Serves `folder` and puts no quiet jobs together meanwhile.
    pub fn without_packing(folder: &Path) -> Result<Self, StageError> {
        Self::serve(folder, "127.0.0.1:0", &[OsStr::new("--no-packs")])
    }

    /// Serves `folder` by a rehearsal's clock.
    pub fn rehearsed(folder: &Path, clock: &Path) -> Result<Self, StageError> {
        Self::serve(folder, "127.0.0.1:0", &[OsStr::new("--rehearsal-clock"), clock.as_os_str()])
    }

    /// Serves `folder` over TLS, under the certificate that the relay's own key vouches for.
    pub fn secured(folder: &Path) -> Result<Self, StageError> {
        Self::serve(folder, "127.0.0.1:0", &[OsStr::new("--tls")])
    }

    /// Serves `folder` with its photos in the bucket that a file describes.
    pub fn in_bucket(folder: &Path, bucket: &Path) -> Result<Self, StageError> {
        Self::serve(folder, "127.0.0.1:0", &[OsStr::new("--s3"), bucket.as_os_str()])
    }

    fn serve(folder: &Path, listen: &str, more: &[&OsStr]) -> Result<Self, StageError> {
        let mut process = Command::new(program("doorstep-relay")?)
            .args(["serve", "--listen", listen, "--data"])
            .arg(folder)
            .args(more)
            .env("DOORSTEP_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::inherit())
            .spawn()?;
        let mut line = String::new();
        if let Some(stdout) = process.stdout.take() {
            BufReader::new(stdout).read_line(&mut line)?;
        }
        let Some(address) = line.trim().strip_prefix("listening on ").map(str::to_owned) else {
            let _ = process.kill();
            let _ = process.wait();
            return Err(StageError::Words(line));
        };
        Ok(Self { process, folder: folder.to_owned(), address })
    }

    /// A one-time enrolment link for a member of the only outlet.
    pub fn invite(&self, member: &str) -> Result<String, StageError> {
        let said = relay_says(
            &self.folder,
            &["invite"],
            &["--outlet", "only", "--member", member, "--relay", &self.address, "--json"],
        )?;
        let link = said["link"].as_str().ok_or_else(|| StageError::Words(said.to_string()))?;
        Ok(link.to_owned())
    }

    /// Of its process.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// Ends it without a word, as a power cut would.
    pub fn kill(mut self) -> io::Result<PathBuf> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(self.folder.clone())
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command of the relay's on a data folder; its JSON.
pub fn relay_says(folder: &Path, command: &[&str], rest: &[&str]) -> Result<serde_json::Value, StageError> {
    let said = relay_does(folder, command, rest)?;
    serde_json::from_str(&said).map_err(|error| StageError::Words(format!("{error}: {said}")))
}

/// Runs a command of the relay's on a data folder; what it printed.
pub fn relay_does(folder: &Path, command: &[&str], rest: &[&str]) -> Result<String, StageError> {
    let output = Command::new(program("doorstep-relay")?)
        .args(command)
        .arg("--data")
        .arg(folder)
        .args(rest)
        .stdin(Stdio::null())
        .output()?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    if !output.status.success() {
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        return Err(StageError::Relay { command: command.join(" "), stderr });
    }
    Ok(said)
}

/// One device of the cast.
pub struct Device {
    pub app: Doorstep,
    pub name: &'static str,
}

impl Device {
    /// A device on a data folder, not enrolled yet when the folder is new.
    pub fn open(name: &'static str, folder: &Path) -> Result<Self, StageError> {
        Ok(Self { app: Doorstep::open(folder, Arc::new(Machine), &Handle::current())?, name })
    }

    /// A device with somebody who looks for the relay nearby.
    pub fn looking(name: &'static str, folder: &Path, lookout: Arc<dyn Lookout>) -> Result<Self, StageError> {
        let (nature, runtime) = (Arc::new(Machine), Handle::current());
        let app = Doorstep::open_looking(folder, &Keyring::File, nature, &runtime, &mut Unwatched, lookout)?;
        Ok(Self { app, name })
    }

    /// A device that goes by a rehearsal's clock.
    pub fn rehearsed(name: &'static str, folder: &Path, clock: &DayClock) -> Result<Self, StageError> {
        Ok(Self { app: Doorstep::open(folder, Arc::new(clock.clone()), &Handle::current())?, name })
    }

    /// A new device of `member`, enrolled by a link.
    pub async fn enrolled(name: &'static str, folder: &Path, relay: &Relay, member: &str) -> Result<Self, StageError> {
        let device = Self::open(name, folder)?;
        device.enrol(relay, member).await?;
        Ok(device)
    }

    /// Joins the only outlet as `member`.
    pub async fn enrol(&self, relay: &Relay, member: &str) -> Result<(), StageError> {
        let enrol = Enrol { relay: relay.invite(member)?, code: String::new(), device_name: self.name.to_owned() };
        self.app.enrol(&enrol).await?;
        let pending = |chip: SyncChip| chip.error == Some(ErrorCode::DevicePending);
        if self.app.sync_chip().is_ok_and(pending) {
            // A member's further device: the owner is asked, and says yes.
            let device = self.app.actions.shelf.store().device().to_string();
            relay_does(&relay.folder, &["device", "confirm"], &["--device", &device])?;
            let _ = self.app.sync_now().await;
        }
        Ok(())
    }

    /// Waits until `seen` finds what it looks for; looks again whenever something changed. Panics after 30 s, naming
    /// what was waited for.
    pub async fn until<T>(&self, what: &str, mut seen: impl FnMut(&Doorstep) -> Option<T>) -> T {
        let mut events = self.app.listen();
        let found = timeout(Duration::from_secs(30), async {
            loop {
                if let Some(found) = seen(&self.app) {
                    return found;
                }
                match events.recv().await {
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                    Err(RecvError::Closed) => std::future::pending().await,
                }
            }
        });
        found.await.unwrap_or_else(|_elapsed| panic!("{} waited in vain: {what}", self.name))
    }

    /// The switch for trying: as if there were no network.
    pub fn network(&self, on: bool) -> Result<(), doorstep::store::StoreError> {
        let input =
            Preferences { language: None, shell: None, no_network: Some(!on), wifi_only: None, photo_position: None };
        self.app.set_preferences(&input).map(|_session| ())
    }

    /// Waits until this device holds nothing that the relay has not confirmed, photos included.
    pub async fn drained(&self) {
        self.until("everything is on the relay", |app| {
            let chip = app.sync_chip().ok()?;
            (chip.changes + chip.photos == 0 && chip.bytes == 0).then_some(())
        })
        .await;
    }
}
