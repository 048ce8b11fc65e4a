//! A data folder that exists, opened for one command.

use std::error::Error;
use std::path::PathBuf;

use clap::Args;
use doorstep::app::OpenFolder;
use doorstep::nature::Machine;
use doorstep::store;
use doorstep::store::key::Keyring;

use crate::progress::Line;

#[derive(Debug, Args)]
pub struct DataFolder {
    /// The data folder
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Talk to no key store of the system: the key lies in store.key
    #[arg(long)]
    key_file: bool,
}

impl DataFolder {
    /// Opens it. A folder without a database is refused: a slip of the pen must not make one.
    pub fn open(&self) -> Result<OpenFolder, Box<dyn Error>> {
        if !store::files::is_founded(&self.data) {
            return Err("there is no database in this folder".into());
        }
        let keyring = if self.key_file { Keyring::File } else { Keyring::System };
        Ok(OpenFolder::open(&self.data, &keyring, &Machine, &mut Line::new("pages"))?)
    }
}
