//! `doorstep export`: a bundle file of what lies in a data folder.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use doorstep::nature::{Machine, Nature};
use doorstep::store::bundle;
use doorstep_schemas::ids::JobId;
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle};

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
    #[arg(long, value_enum, default_value = "all")]
    photos: Photos,
}

impl Export {
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        let mut folder = self.folder.open()?;
        let what = match (self.all, self.job.as_slice()) {
            (true, _) => BundleWhat::All,
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
