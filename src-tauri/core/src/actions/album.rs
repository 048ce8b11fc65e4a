//! Copies of a job's photos in the maker's order, for the maker's own app (R41). They are plain files: whoever holds the
//! folder sees them.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use doorstep_schemas::ids::JobId;
use doorstep_schemas::view::PhotoStage;

use super::photos::PhotoError;
use super::{Actions, JobError};
use crate::domain::facts::Photo;
use crate::domain::reply;
use crate::tasks::{Cancelled, Step, Watcher};

/// Longest name of a stage in a file's name, in characters.
const MOST_NAME: usize = 24;

/// Why the copies were not made. Those that were made stay.
#[derive(Debug, thiserror::Error)]
pub enum AlbumError {
    #[error("a copy can't be written")]
    File(#[from] std::io::Error),
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error(transparent)]
    Photo(#[from] PhotoError),
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Album {
    /// The files' names, in the maker's order.
    pub files: Vec<String>,
    /// Photos whose bytes are not on this device.
    pub away: u32,
    /// Stages that the maker asks for and nobody photographed.
    pub missing: Vec<PhotoStage>,
}

impl Actions {
    /// Copies a job's photos into a folder as `01-….jpg`, `02-….jpg` in the order of the maker whose unit it is. Copies of
    /// an earlier time that lie there are replaced.
    pub fn copy_album(&self, job: JobId, folder: &Path, watcher: &mut dyn Watcher) -> Result<Album, AlbumError> {
        let (facts, rules) = {
            let mut store = self.looking_at(job).map_err(PhotoError::from)?;
            let facts = store.job_facts(job).map_err(PhotoError::from)?.ok_or(JobError::NotFound(job));
            (facts.map_err(PhotoError::from)?, store.rules().clone())
        };
        let in_force = rules.at(self.nature.now_ms());
        let brand = facts.order.appliances.first().map_or("", |appliance| appliance.brand.as_str());
        let order = in_force.album(brand);
        fs::create_dir_all(folder)?;
        clear(folder)?;
        let all = reply::album(&facts, order);
        let mut out = Album { files: Vec::new(), away: 0, missing: reply::album_gaps(&facts, order) };
        let mut bytes = 0;
        for (place, hash) in (0..).zip(&all) {
            watcher.step(Step { done: place, of: Some(all.len() as u64), bytes })?;
            let picture = match self.photo_bytes(hash) {
                Ok(picture) => picture,
                Err(PhotoError::NotFound) => {
                    out.away += 1;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            let stage = facts.sheet.photos.iter().find(|photo: &&Photo| photo.photo == *hash);
            let stage = stage.and_then(|photo| photo.stage.known()).unwrap_or(PhotoStage::During);
            // A gap in the numbers says that one is missing.
            let name = format!("{:02}-{}.jpg", place + 1, plain(&in_force.photo_name(stage).zh));
            let part = folder.join(format!("{name}.part"));
            File::create(&part).and_then(|mut file| file.write_all(&picture).and_then(|()| file.sync_all()))?;
            fs::rename(&part, folder.join(&name))?;
            bytes += picture.len() as u64;
            out.files.push(name);
        }
        Ok(out)
    }
}

/// Letters and digits of any script: names of stages are data, and a file's name is no place for a path.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).take(MOST_NAME).collect()
}

/// Takes away what an earlier copying left, and nothing else.
fn clear(folder: &Path) -> Result<(), std::io::Error> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let numbered = name.split_once('-').is_some_and(|(place, _)| {
            (2..=4).contains(&place.len()) && place.bytes().all(|digit| digit.is_ascii_digit())
        });
        if numbered && (name.ends_with(".jpg") || name.ends_with(".jpg.part")) && entry.file_type()?.is_file() {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stages_name_never_leads_out_of_the_folder() {
        assert_eq!(plain("管路接头（包扎前）"), "管路接头包扎前");
        assert_eq!(plain("../../etc/passwd\0"), "etcpasswd");
        assert_eq!(plain(&"长".repeat(90)).chars().count(), MOST_NAME);
    }
}
