//! Works on a data folder and says what is saved, until it is ended: the subject of the trials by kill and power cut.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use doorstep_tests::trial;
use tokio::runtime::Handle;

#[derive(Debug, Parser)]
struct Arguments {
    #[arg(long)]
    folder: PathBuf,
    /// Where the colleague's device lies; nothing there has to last
    #[arg(long)]
    beside: PathBuf,
    #[arg(long)]
    seed: u64,
    /// Commits without syncing them
    #[arg(long)]
    lax: bool,
}

#[tokio::main(worker_threads = 1)]
async fn main() -> ExitCode {
    let Arguments { folder, beside, seed, lax } = Arguments::parse();
    let ended = tokio::task::spawn_blocking(move || trial::run(&folder, &beside, seed, lax, &Handle::current())).await;
    match ended {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => {
            eprintln!("doorstep-subject: {error}");
            ExitCode::FAILURE
        }
        Err(panic) => {
            eprintln!("doorstep-subject: {panic}");
            ExitCode::FAILURE
        }
    }
}
