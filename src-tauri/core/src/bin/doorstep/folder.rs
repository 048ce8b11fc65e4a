//! A data folder that exists, opened for one command.

use std::error::Error;
use std::io::Write;
use std::path::{Path, PathBuf};

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

/// Writes a file whole or not at all.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), std::io::Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    let mut file = std::fs::File::create(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)
}
