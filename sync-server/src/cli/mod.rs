//! The command line: serving, and what an operator does beside a running relay.
//!
//! Only `serve` holds the folder's lock. The other commands write into the same database, which the running relay
//! notices, so an owner can be let in without stopping anybody.

mod backup;
mod check;
mod drill;
mod error;
mod folder;
mod outlet;
mod pack;
mod people;
mod quota;
mod restore;
mod serve;
mod stats;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
pub use error::CliError;

/// The relay of Doorstep 上门: one append-only log per outlet.
#[derive(Debug, Parser)]
#[command(name = "doorstep-relay", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

/// Where the relay keeps everything.
#[derive(Debug, Clone, Args)]
struct DataFolder {
    /// The data folder: database, its key file, photos.
    #[arg(long = "data", value_name = "DIR")]
    path: PathBuf,
    /// The database's key, where it is kept apart from the folder.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
}

/// Where photos lie.
#[derive(Debug, Clone, Args)]
struct Photos {
    /// Whole photos lie in a bucket that speaks S3, which this file describes: JSON with `bucket`, `region` and, as
    /// needed, `endpoint`, `folder`, `access_key_id` and `secret_access_key`. Keys that are not in it are taken from the
    /// environment. Nobody else may read the file.
    #[arg(long, value_name = "FILE")]
    s3: Option<PathBuf>,
}

impl DataFolder {
    fn key_file(&self) -> Option<&std::path::Path> {
        self.key_file.as_deref()
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the outlets of a data folder.
    Serve(serve::Serve),
    /// Outlets: create, list.
    #[command(subcommand)]
    Outlet(outlet::OutletCommand),
    /// A one-time code for a member's new device.
    Invite(people::InviteCommand),
    /// Members: list, change roles, leave.
    #[command(subcommand)]
    Member(people::MemberCommand),
    /// Devices: list, report lost.
    #[command(subcommand)]
    Device(people::DeviceCommand),
    /// Walk every log and look at every photo: whether all is as it was written.
    Check(check::Check),
    /// What each outlet takes, and how far its devices are.
    Stats(stats::Stats),
    /// Put quiet jobs together, so that a new device fetches years in minutes.
    Pack(pack::PackCommand),
    /// Copy everything but the key to another folder, while the relay serves.
    Backup(backup::Backup),
    /// Make a data folder of a backup.
    Restore(restore::Restore),
    /// Whether a backup could be restored: tried in a folder of its own, which goes afterwards.
    Drill(drill::Drill),
}

/// Runs one command; what went wrong is on standard error.
pub fn run(arguments: Arguments) -> ExitCode {
    let outcome = match arguments.command {
        Command::Serve(command) => serve::run(&command),
        Command::Outlet(command) => outlet::run(command),
        Command::Invite(command) => people::invite(&command),
        Command::Member(command) => people::member(command),
        Command::Device(command) => people::device(command),
        Command::Check(command) => check::run(&command),
        Command::Stats(command) => stats::run(&command),
        Command::Pack(command) => pack::run(&command),
        Command::Backup(command) => backup::run(&command),
        Command::Restore(command) => restore::run(&command),
        Command::Drill(command) => drill::run(&command),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(cause) => {
            eprintln!("doorstep-relay: {}", with_causes(&cause));
            ExitCode::from(cause.exit_code())
        }
    }
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        next = cause.source();
    }
    text
}
