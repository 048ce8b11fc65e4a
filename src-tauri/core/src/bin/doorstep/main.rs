//! `doorstep`: what can be done with a data folder without the window. One file a subcommand.
//!
//! Answers go to standard output, progress and errors to standard error. It ends with 0 when all is well, 1 when it
//! failed, 2 when it was called wrongly, 3 when another program has the folder open, 4 when something was found. `verify`
//! ends with 0 when nothing in the file is false, 1 when something is, 2 when the file can't be looked at.

mod check;
mod export;
mod folder;
mod import;
mod progress;
mod rebuild;
mod recover;
mod rotate;
mod stuck;
mod verify;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use doorstep::app::OpenError;

/// 上门 Doorstep: looks after a data folder while the app is closed
#[derive(Debug, Parser)]
#[command(name = "doorstep", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Makes everything anew that follows from the changes: documents, lists, verdicts
    Rebuild(rebuild::Rebuild),
    /// Looks for damage and makes good what it finds; says what is in the folder and whether something is stuck
    Check(check::Check),
    /// What can't go on: written to a file, or judged again
    Stuck(stuck::Stuck),
    /// Writes a bundle file: work for a stick or a chat
    Export(export::Export),
    /// Takes a bundle file in, or what a repair of this folder exported
    Import(import::Import),
    /// Opens a data folder whose key is gone, by the outlet's recovery key
    Recover(recover::Recover),
    /// Brings a data folder under a new key
    Rotate(rotate::Rotate),
    /// Checks a claim pack: needs the file alone, no data folder and no network
    Verify(verify::Verify),
}

/// How a command ended that did not fail.
pub enum Ended {
    Well,
    Found,
    /// A file that was looked at is not what it says.
    False,
    /// A file could not be looked at.
    NoVerdict,
}

fn main() -> ExitCode {
    let ended = match Arguments::parse().command {
        Command::Rebuild(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Stuck(command) => command.run(),
        Command::Export(command) => command.run().map(|()| Ended::Well),
        Command::Import(command) => command.run().map(|()| Ended::Well),
        Command::Recover(command) => command.run().map(|()| Ended::Well),
        Command::Rotate(command) => command.run().map(|()| Ended::Well),
        Command::Verify(command) => Ok(command.run()),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Found) => ExitCode::from(4),
        Ok(Ended::False) => ExitCode::from(1),
        Ok(Ended::NoVerdict) => ExitCode::from(2),
        Err(error) => {
            eprintln!("doorstep: {}", told(error.as_ref()));
            let busy = matches!(error.downcast_ref::<OpenError>(), Some(OpenError::Busy(_)));
            ExitCode::from(if busy { 3 } else { 1 })
        }
    }
}

fn told(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text = format!("{text}: {error}");
        cause = error.source();
    }
    text
}
