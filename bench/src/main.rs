//! `doorstep-bench`: one command for every figure; `bench/run` builds and calls it.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use doorstep_bench::cast::CastError;
use doorstep_bench::figures::Figures;
use doorstep_bench::{day, machine, save};

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
    /// Where the data folders of the cast lie while it plays: on the disk that is to be measured
    #[arg(long, global = true, default_value = ".")]
    folder: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Bench {
    /// The machine that the figures are seen on
    Machine,
    /// Bytes, round trips and seconds of a technician's day: 10 sheets up, 20 order edits down, 500 documents unchanged
    Day {
        /// Only this case
        #[arg(long, value_parser = day::cases())]
        case: Option<String>,
    },
    /// Milliseconds of one durable field edit, beside the disk's own fdatasync
    Save,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doorstep-bench: {error}");
            let mut cause = std::error::Error::source(&error);
            while let Some(error) = cause {
                eprintln!("  because {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<(), CastError> {
    std::fs::create_dir_all(&arguments.folder)?;
    if machine::file_system(&arguments.folder).is_some_and(|kind| kind == "tmpfs") {
        eprintln!("doorstep-bench: {} is in memory: what is durable there costs nothing", arguments.folder.display());
    }
    let mut out = io::stdout();
    let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(&arguments.folder)?;
    match &arguments.bench {
        Bench::Machine => Ok(machine::describe(&arguments.folder, &mut Figures::of("machine", &mut out))?),
        Bench::Day { case } => day::measure(scratch.path(), day::Size::FULL, case.as_deref(), &mut out).await,
        Bench::Save => save::measure(scratch.path(), save::Size::FULL, &mut out).await,
    }
}
