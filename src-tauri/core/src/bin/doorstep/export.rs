//! `doorstep export`: a bundle file of what lies in a data folder.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use doorstep::domain::calendar::{self, DAY_MS};
use doorstep::nature::{Machine, Nature};
use doorstep::store::bundle;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle};
use doorstep_schemas::view::Millis;

use crate::folder::DataFolder;
use crate::progress::Line;

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Photos {
    None,
    Thumbnails,
    All,
}

#[derive(Debug, Args)]
pub struct Export {
    #[command(flatten)]
    folder: DataFolder,
    /// The file, or a folder for a file named by device and day
    #[arg(long, value_name = "PATH")]
    to: PathBuf,
    /// Everything, not only what the relay has not confirmed
    #[arg(long, conflicts_with = "job")]
    all: bool,
    /// These jobs only
    #[arg(long, value_name = "ID")]
    job: Vec<JobId>,
    /// Jobs that were touched from this day on
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, conflicts_with_all = ["all", "job"])]
    from: Option<i64>,
    /// Jobs that were touched up to this day, with the day itself
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = day, conflicts_with_all = ["all", "job"])]
    until: Option<i64>,
    #[arg(long, value_enum, default_value = "all")]
    photos: Photos,
}

fn day(text: &str) -> Result<i64, String> {
    calendar::parse_day(text).ok_or_else(|| format!("{text:?} is no day, as in 2026-11-21"))
}

impl Export {
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        let mut folder = self.folder.open()?;
        let what = match (self.all, self.job.as_slice()) {
            (true, _) => BundleWhat::All,
            (false, []) if self.from.or(self.until).is_some() => BundleWhat::Period {
                from: Millis(self.from.unwrap_or(0)),
                to: Millis(self.until.map_or(i64::MAX, |start| start.saturating_add(DAY_MS))),
            },
            (false, []) => BundleWhat::Unsent,
            (false, jobs) => BundleWhat::Jobs { jobs: jobs.to_vec() },
        };
        let photos = match self.photos {
            Photos::None => BundlePhotos::None,
            Photos::Thumbnails => BundlePhotos::Thumbnails,
            Photos::All => BundlePhotos::All,
        };
        let name = bundle::file_name(folder.store.device(), Machine.now_ms());
        let path = if self.to.is_dir() { self.to.join(name) } else { self.to.clone() };
        let order = ExportBundle { what, photos };
        let made = bundle::export(&mut folder.store, &order, &path, &Machine, &mut Line::new("documents and photos"))?;
        println!("{}", path.display());
        println!("{} jobs, {} changes, {} photos, {} bytes", made.jobs, made.changes, made.photos, made.bytes);
        println!("{} devices can open it", made.devices);
        if made.unreadable > 0 {
            println!("photos that can't be read here and are not in it: {}", made.unreadable);
        }
        Ok(())
    }
}
