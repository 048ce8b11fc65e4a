//! `doorstep check`: looks through a data folder for damage, makes good what it finds, and says how its changes stand.

use std::error::Error;
use std::sync::Arc;

use clap::Args;
use doorstep::actions::{Actions, Shelf};
use doorstep::nature::Machine;
use doorstep::store::rebuild::Verdicts;
use doorstep::store::repair::Repair;
use doorstep_schemas::view::{CheckView, StorageView};
use tokio::sync::broadcast;

use super::Ended;
use super::folder::DataFolder;
use super::progress::Line;

#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    folder: DataFolder,
}

impl Check {
    pub fn run(&self) -> Result<Ended, Box<dyn Error>> {
        let opened = self.folder.open()?;
        let before = opened.store.last_repair()?;
        let actions =
            Actions { shelf: Shelf::new(opened.store), nature: Arc::new(Machine), events: broadcast::channel(1).0 };
        let StorageView { checked, lost_photos, .. } = actions.check(&mut Line::new("pages, changes, photos"))?;
        let mut found = !lost_photos.is_empty();
        if let Some(check) = checked {
            found |= tell(&check);
        }
        for lost in &lost_photos {
            println!("lost, as far as is known: photo {}", lost.photo);
        }
        let store = actions.shelf.store();
        if let Some(repair) = store.last_repair()?.filter(|after| before.as_ref() != Some(after)) {
            found = true;
            tell_repair(&repair);
        }
        let Verdicts { documents, adopted, waiting, quarantined, aside, refused } = store.verdicts()?;
        println!("documents {documents}\nadopted {adopted}\nwaiting {waiting}\nquarantined {quarantined}");
        println!("aside {aside}\nrefused {refused}");
        for stuck in store.stuck()? {
            println!("stuck {} {} {}", stuck.doc, stuck.code.wire(), stuck.changes);
        }
        Ok(if found || quarantined + aside + refused > 0 { Ended::Found } else { Ended::Well })
    }
}

/// Whether something was damaged.
fn tell(check: &CheckView) -> bool {
    println!("looked at {} pages, {} changes, {} photo files", check.pages, check.changes, check.photos);
    if check.photos_damaged > 0 {
        println!("damaged photo files: {}; those that the relay has are fetched again", check.photos_damaged);
    }
    if !check.damaged {
        println!("the database is as it was written");
    }
    check.damaged || check.photos_damaged > 0
}

fn tell_repair(repair: &Repair) {
    println!("the database was damaged in {} of {} pages and was made anew", repair.damaged_pages, repair.pages);
    println!("kept {} changes; not readable and known of: {}", repair.kept, repair.own_missing);
    if let Some(export) = &repair.export {
        println!("unsent: {} changes, also in exports/{export}", repair.exported);
    }
    if repair.identity_lost {
        println!("who this device was could not be read: it has to be enrolled again");
    }
}
