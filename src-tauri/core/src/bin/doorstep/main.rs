//! `doorstep`: what can be done with a data folder without the window. One file a subcommand.
//!
//! Answers go to standard output, progress and errors to standard error. It ends with 0 when all is well, 1 when it
//! failed, 2 when it was called wrongly, 3 when another program has the folder open, 4 when something was found.

mod check;
mod folder;
mod rebuild;
mod stuck;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use doorstep::app::OpenError;

/// What can be done with Doorstep's data folder without its window.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Makes everything anew that follows from the changes: documents, lists, verdicts.
    Rebuild(rebuild::Rebuild),
    /// Says what is in the folder and whether something is stuck.
    Check(check::Check),
    /// What can't go on.
    Stuck(stuck::Stuck),
}

/// How a command ended that did not fail.
pub enum Ended {
    Well,
    Found,
}

fn main() -> ExitCode {
    let ended = match Cli::parse().command {
        Command::Rebuild(command) => command.run(),
        Command::Check(command) => command.run(),
        Command::Stuck(command) => command.run(),
    };
    match ended {
        Ok(Ended::Well) => ExitCode::SUCCESS,
        Ok(Ended::Found) => ExitCode::from(4),
        Err(error) => {
            eprintln!("{}", told(error.as_ref()));
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
