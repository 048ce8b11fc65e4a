//! `doorstep rotate`: a new key for everything in a data folder.

use std::error::Error;

use clap::Args;
use doorstep::nature::Machine;

use crate::folder::DataFolder;
use crate::progress::Line;

#[derive(Debug, Args)]
pub struct Rotate {
    #[command(flatten)]
    folder: DataFolder,
}

impl Rotate {
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        let mut folder = self.folder.open()?;
        folder.store.rotate_key(folder.keeper.as_ref(), &Machine, &mut Line::new("bytes"))?;
        let photos = folder.store.reseal_all(&Machine, &mut Line::new("folders of photos"))?;
        println!("under a new key: the database and {} photo files", photos.files);
        if photos.unreadable > 0 {
            println!("left as they are, opened by no key: {}", photos.unreadable);
        }
        Ok(())
    }
}
