//! The sample day without windows: `tell` plays the whole day and prints it; `seed` prepares the outlet for `./run`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand, ValueEnum};
use doorstep_schemas::view::Language;
use doorstep_tests::day;
use doorstep_tests::outlet::{self, OWNER, TECHNICIAN};
use doorstep_tests::stage::{Device, Relay};
use doorstep_tests::story::StoryError;

#[derive(Debug, Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plays the sample day, prints each step and the owner's review of it
    Tell {
        #[arg(long, value_enum, default_value = "zh")]
        lang: Lang,
        /// Keeps the data folders there; a folder that is removed at the end otherwise
        #[arg(long)]
        folder: Option<PathBuf>,
    },
    /// Founds the sample outlet, enrols the owner's desk and the technician's phone, takes ten orders of today
    Seed {
        #[arg(long)]
        folder: PathBuf,
        /// Where the relay will be served from now on
        #[arg(long)]
        listen: String,
    },
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Lang {
    Zh,
    En,
}

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Tell { lang, folder } => tell(lang, folder).await,
        Command::Seed { folder, listen } => seed(&folder, &listen).await,
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("doorstep-play: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn tell(lang: Lang, folder: Option<PathBuf>) -> Result<(), StoryError> {
    let language = match lang {
        Lang::Zh => Language::Zh,
        Lang::En => Language::En,
    };
    let scratch = tempfile::tempdir()?;
    let folder = folder.unwrap_or_else(|| scratch.path().to_owned());
    let mut step = 0;
    let mut print = |zh: &str, en: &str| {
        step += 1;
        println!("{step:>2}  {}", if language == Language::Zh { zh } else { en });
    };
    let (day, review) = day::play(&folder, &mut print).await?;
    day.same()?;
    print("核对：手机和店里电脑的记录完全一致", "checked: phones and desk hold exactly the same");
    println!("\n{}", doorstep::reports::day::text(&review, outlet::NAME, language));
    Ok(())
}

/// The relay is served for as long as this takes, at the address that the devices will remember.
async fn seed(folder: &Path, listen: &str) -> Result<(), StoryError> {
    let data = folder.join("relay");
    if !data.exists() {
        outlet::found(&data)?;
    }
    let relay = Relay::start_at(&data, listen)?;
    let owner = Device::open("店里电脑", &folder.join("desk"))?;
    let phone = Device::open("小军手机", &folder.join("phone"))?;
    for (device, member) in [(&owner, OWNER), (&phone, TECHNICIAN)] {
        if !device.app.session()?.enrolled {
            device.enrol(&relay, member).await?;
        }
    }
    owner.until("the team is known", |app| (app.actions.team().ok()?.members.len() >= 6).then_some(())).await;
    // A new day begins with its ten orders; a day that has some is left as it is.
    if owner.app.actions.orders(None)?.is_empty() {
        outlet::take_the_days_orders(&owner)?;
        outlet::take_coming_orders(&owner, 3)?;
    }
    owner.drained().await;
    Ok(())
}
