//! `doorstep check`: looks through a data folder for damage, and makes good what it finds.

use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use doorstep::actions::{Actions, Shelf};
use doorstep::app::OpenFolder;
use doorstep::nature::Machine;
use doorstep::store::key::Keyring;
use tokio::sync::broadcast;

use crate::progress::Line;

#[derive(Debug, Args)]
pub struct Check {
    /// The data folder
    #[arg(long)]
    data: PathBuf,
    /// Talk to no key store of the system: the key lies in store.key
    #[arg(long)]
    key_file: bool,
}

impl Check {
    pub fn run(&self) -> Result<(), Box<dyn Error>> {
        if !doorstep::store::files::is_founded(&self.data) {
            return Err("there is no database in this folder".into());
        }
        let keyring = if self.key_file { Keyring::File } else { Keyring::System };
        let folder = OpenFolder::open(&self.data, &keyring, &Machine, &mut Line::new("pages"))?;
        let before = folder.store.last_repair()?;
        let actions =
            Actions { shelf: Shelf::new(folder.store), nature: Arc::new(Machine), events: broadcast::channel(1).0 };
        let storage = actions.check(&mut Line::new("pages, changes, photos"))?;
        if let Some(check) = storage.checked {
            println!("looked at {} pages, {} changes, {} photo files", check.pages, check.changes, check.photos);
            if check.photos_damaged > 0 {
                println!("damaged photo files: {}; those that the relay has are fetched again", check.photos_damaged);
            }
            for lost in &storage.lost_photos {
                println!("lost, as far as is known: photo {}", lost.photo);
            }
            if !check.damaged {
                println!("the database is as it was written");
            }
        }
        let after = actions.shelf.store().last_repair()?;
        if let Some(repair) = after.filter(|after| before.as_ref() != Some(after)) {
            println!(
                "the database was damaged in {} of {} pages and was made anew",
                repair.damaged_pages, repair.pages
            );
            println!("kept {} changes; not readable and known of: {}", repair.kept, repair.own_missing);
            if let Some(export) = repair.export {
                println!("unsent: {} changes, also in exports/{export}", repair.exported);
            }
            if repair.identity_lost {
                println!("who this device was could not be read: it has to be enrolled again");
            }
        }
        Ok(())
    }
}
