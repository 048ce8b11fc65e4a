//! `doorstep-bench`: one command for every figure; `bench/run` builds and calls it.

use std::io;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use doorstep_bench::bootstrap::{self, BootstrapError, Join};
use doorstep_bench::cast::CastError;
use doorstep_bench::figures::Figures;
use doorstep_bench::relay::RelayBenchError;
use doorstep_bench::store::{Plan, StoreBenchError};
use doorstep_bench::{day, import, machine, photo, relay, repair, rush, save, shop, store};

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
    /// Seconds until a table of orders is looked at and brought in, from XLSX and from CSV in GB18030
    Import {
        #[arg(long, default_value_t = 10_000)]
        rows: usize,
    },
    /// Milliseconds of one durable field edit, beside the disk's own fdatasync
    Save,
    /// Bytes and seconds until a desk and a log know in what they differ
    Repair {
        /// Jobs that both hold
        #[arg(long, default_value_t = 100_000)]
        jobs: usize,
        /// Jobs of which the log lacks a change
        #[arg(long, value_delimiter = ',', default_value = "0,1,10,1000")]
        lacking: Vec<usize>,
    },
    /// Seconds until a day with 100 photos is handed over in the shop's own network
    Shop,
    /// What a store of years costs to open, to look at, to search, to write
    Store {
        /// Numbers of jobs, each with ":phone" behind it where a technician's device holds them, not the owner's
        #[arg(long, value_delimiter = ',', default_value = "2000:phone,100000")]
        sizes: Vec<Plan>,
        /// Makes the data folders again that earlier runs left
        #[arg(long)]
        rebuild: bool,
    },
    /// Milliseconds and memory of taking in a picture of twelve megapixels, beside the plain way
    Photo,
    /// One picture, in a process of its own
    #[command(hide = true)]
    PhotoOnce {
        #[arg(long)]
        file: PathBuf,
        #[arg(long)]
        case: String,
    },
    /// What the relay takes in: durable pushes of 60 changes and of one, over HTTP
    Relay {
        /// Only this case
        #[arg(long, value_parser = relay::cases())]
        case: Option<String>,
    },
    /// A thousand phones at once behind one address, 60 changes each way
    Rush,
    /// A new owner's device fetches all of an outlet's jobs
    Bootstrap {
        #[arg(long, default_value_t = 10_000)]
        jobs: usize,
        /// Makes the relay's log again that an earlier run left
        #[arg(long)]
        rebuild: bool,
        /// Without packs: the device is sent every entry
        #[arg(long)]
        entries: bool,
    },
    /// The new device, in a process of its own
    #[command(hide = true)]
    BootstrapJoin(Join),
    /// One folder's reading, in a process of its own
    #[command(hide = true)]
    StoreAsk {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        case: String,
    },
    /// One folder's writing, in a process of its own
    #[command(hide = true)]
    StoreEdit {
        #[arg(long)]
        data: PathBuf,
        #[arg(long)]
        case: String,
        #[arg(long)]
        plan: Plan,
    },
}

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
enum BenchError {
    #[error(transparent)]
    Cast(#[from] CastError),
    #[error(transparent)]
    Import(#[from] import::ImportBenchError),
    #[error(transparent)]
    Store(#[from] StoreBenchError),
    #[error(transparent)]
    Photo(#[from] photo::PhotoBenchError),
    #[error(transparent)]
    Relay(#[from] RelayBenchError),
    #[error(transparent)]
    Repair(#[from] repair::RepairBenchError),
    #[error(transparent)]
    Bootstrap(#[from] BootstrapError),
    #[error("a file failed")]
    Io(#[from] io::Error),
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

async fn run(arguments: &Arguments) -> Result<(), BenchError> {
    std::fs::create_dir_all(&arguments.folder)?;
    if machine::file_system(&arguments.folder).is_some_and(|kind| kind == "tmpfs") {
        eprintln!("doorstep-bench: {} is in memory: what is durable there costs nothing", arguments.folder.display());
    }
    let mut out = io::stdout();
    let scratch = tempfile::Builder::new().prefix("bench-").tempdir_in(&arguments.folder)?;
    match &arguments.bench {
        Bench::Machine => Ok(machine::describe(&arguments.folder, &mut Figures::of("machine", &mut out))?),
        Bench::Day { case } => Ok(day::measure(scratch.path(), day::Size::FULL, case.as_deref(), &mut out).await?),
        Bench::Import { rows } => Ok(import::measure(scratch.path(), *rows, &mut out).await?),
        Bench::Save => Ok(save::measure(scratch.path(), save::Size::FULL, &mut out).await?),
        Bench::Repair { jobs, lacking } => {
            // It waits for its log's writer as no task of a runtime may.
            Ok(tokio::task::block_in_place(|| repair::measure(&arguments.folder, *jobs, lacking, &mut out))?)
        }
        Bench::Shop => Ok(shop::measure(scratch.path(), shop::Size::FULL, &mut out).await?),
        Bench::Store { sizes, rebuild } => Ok(store::measure(&arguments.folder, sizes, *rebuild, &mut out)?),
        Bench::Photo => Ok(photo::measure(scratch.path(), photo::Size::FULL, &mut out)?),
        Bench::PhotoOnce { file, case } => Ok(photo::once(file, case, &mut out)?),
        Bench::Relay { case } => {
            Ok(relay::measure(scratch.path(), relay::Size::FULL, case.as_deref(), &mut out).await?)
        }
        Bench::Rush => Ok(rush::measure(scratch.path(), rush::Size::FULL, &mut out).await?),
        Bench::Bootstrap { jobs, rebuild, entries } => {
            let asked = bootstrap::Asked { jobs: *jobs, anew: *rebuild, packs: !entries };
            Ok(bootstrap::measure(&arguments.folder, scratch.path(), asked, &mut out).await?)
        }
        Bench::BootstrapJoin(join) => Ok(bootstrap::join_when_told(join, &mut out).await?),
        Bench::StoreAsk { data, case } => Ok(store::ask(data, case, &mut out)?),
        Bench::StoreEdit { data, case, plan } => Ok(store::edit(data, *plan, store::Size::FULL, case, &mut out).await?),
    }
}
