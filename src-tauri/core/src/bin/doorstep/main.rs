//! `doorstep`: what can be done with a data folder without the window.

mod progress;
mod recover;
mod rotate;

use std::error::Error;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// 上门 Doorstep: looks after a data folder while the app is closed
#[derive(Debug, Parser)]
#[command(name = "doorstep", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Opens a data folder whose key is gone, by the outlet's recovery key
    Recover(recover::Recover),
    /// Brings a data folder under a new key
    Rotate(rotate::Rotate),
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Command::Recover(recover) => recover.run(),
        Command::Rotate(rotate) => rotate.run(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut told = error.to_string();
            let mut cause: Option<&dyn Error> = error.source();
            while let Some(error) = cause {
                told = format!("{told}: {error}");
                cause = error.source();
            }
            eprintln!("doorstep: {told}");
            ExitCode::FAILURE
        }
    }
}
