//! `doorstep rotate`: a new key for everything in a data folder.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use doorstep::app::OpenFolder;
use doorstep::nature::Machine;
use doorstep::store::key::Keyring;

use crate::progress::Line;

#[derive(Debug, Args)]
pub struct Rotate {
    /// The data folder
    #[arg(long)]
    data: PathBuf,
    /// Talk to no key store of the system: the key lies in store.key
    #[arg(long)]
    key_file: bool,
}

impl Rotate {
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        if !doorstep::store::database(&self.data).exists() {
            return Err("there is no database in this folder".into());
        }
        let keyring = if self.key_file { Keyring::File } else { Keyring::System };
        let mut folder = OpenFolder::open(&self.data, &keyring, &Machine, &mut Line::new("pages"))?;
        folder.store.rotate_key(folder.keeper.as_ref(), &Machine, &mut Line::new("bytes"))?;
        let photos = folder.store.reseal_all(&Machine, &mut Line::new("folders of photos"))?;
        println!("under a new key: the database and {} photo files", photos.files);
        if photos.unreadable > 0 {
            println!("left as they are, opened by no key: {}", photos.unreadable);
        }
        Ok(())
    }
}
