//! The command line: which data folder, which window, or none at all.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use doorstep_schemas::input::Enrol;

use crate::window;

/// 上门 Doorstep
#[derive(Debug, Parser)]
#[command(name = "doorstep-app", version)]
struct Arguments {
    #[command(subcommand)]
    without_window: Option<WithoutWindow>,
    #[command(flatten)]
    device: Device,
    /// Content size in pixels, such as 390x844
    #[arg(long, value_parser = pair)]
    size: Option<(f64, f64)>,
    /// Where the window opens, such as 40x40
    #[arg(long, value_parser = pair)]
    position: Option<(f64, f64)>,
}

#[derive(Debug, Args)]
struct Device {
    /// The data folder; DOORSTEP_DATA_DIR, then the system's place for this app
    #[arg(long, global = true, env = "DOORSTEP_DATA_DIR")]
    data_dir: Option<PathBuf>,
    /// An enrolment link, for the first start
    #[arg(long, global = true)]
    enrol: Option<String>,
    /// What people call this device
    #[arg(long, global = true, default_value = "Doorstep")]
    device_name: String,
    /// Ask no key store of the system: the key lies in a file of the data folder
    #[arg(long, global = true)]
    key_file: bool,
}

impl Device {
    fn enrol(&self) -> Option<Enrol> {
        let relay = self.enrol.clone()?;
        Some(Enrol { relay, code: String::new(), device_name: self.device_name.clone() })
    }
}

#[derive(Debug, Subcommand)]
enum WithoutWindow {
    /// Writes the TypeScript of commands and events
    Bindings { path: PathBuf },
    /// Serves the same app to a browser on loopback, for tests and machines without a display
    #[cfg(feature = "devhost")]
    Devhost {
        #[arg(long, default_value = "127.0.0.1:0")]
        listen: std::net::SocketAddr,
        /// The built UI
        #[arg(long)]
        ui: PathBuf,
    },
}

fn pair(text: &str) -> Result<(f64, f64), String> {
    let parsed = text.split_once('x').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
    parsed.ok_or_else(|| format!("{text:?} is not two numbers like 390x844"))
}

/// Runs what the command line asks for.
pub fn main() -> ExitCode {
    let filter = tracing_subscriber::EnvFilter::try_from_env("DOORSTEP_LOG")
        .unwrap_or_else(|_unset| tracing_subscriber::EnvFilter::new("warn,doorstep=info"));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let arguments = Arguments::parse();
    let outcome = match arguments.without_window {
        None => window::open(window::Options {
            data_dir: arguments.device.data_dir.clone(),
            size: arguments.size,
            position: arguments.position,
            key_file: arguments.device.key_file,
            enrol: arguments.device.enrol(),
        })
        .map_err(|error| told(&error)),
        Some(WithoutWindow::Bindings { path }) => crate::bindings::export(&path),
        #[cfg(feature = "devhost")]
        Some(WithoutWindow::Devhost { listen, ui }) => match arguments.device.data_dir.clone() {
            Some(folder) => {
                crate::devhost::serve(&folder, listen, &ui, arguments.device.enrol()).map_err(|error| told(&error))
            }
            None => Err("devhost needs --data-dir".to_owned()),
        },
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(words) => {
            eprintln!("doorstep-app: {words}");
            ExitCode::FAILURE
        }
    }
}

fn told(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    words
}
