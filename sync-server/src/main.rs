//! `doorstep-relay`: the program around the library; see [`doorstep_relay::cli`].

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    doorstep_relay::cli::run(doorstep_relay::cli::Arguments::parse())
}
