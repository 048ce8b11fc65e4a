//! Taking a photo: shrunk and stripped outside the lock, on the disk before the sheet names it.

use doorstep_schemas::ids::{BlobHash, DocId, JobId, ShortId};
use doorstep_schemas::view::{JobView, PhotoStage};

use super::{Actions, JobError};
use crate::documents;
use crate::domain::facts::Photo;
use crate::domain::record::At;
use crate::photos::{IntakeError, intake};
use crate::store::{StoreError, photos};

/// Why a photo was not added.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error("this job has no such photo")]
    NotFound,
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for PhotoError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

impl Actions {
    /// Adds a picture file's bytes to the sheet. Takes up to half a second: call it off the UI's thread.
    pub fn add_photo(
        &self,
        job: JobId,
        appliance: ShortId,
        stage: PhotoStage,
        file: &[u8],
    ) -> Result<JobView, PhotoError> {
        let files = {
            let mut store = self.shelf.store();
            self.open_job(&mut store, job)?.measured(appliance)?;
            store.photo_files()
        };
        let picture = intake(file)?;
        let (hash, thumb) = (BlobHash::of(&picture.photo), BlobHash::of(&picture.thumb));
        self.shelf.store().room_for_photo((picture.photo.len() + picture.thumb.len()) as u64)?;
        files.write(&hash, &picture.photo, self.nature.as_ref())?;
        files.write(&thumb, &picture.thumb, self.nature.as_ref())?;

        let mut store = self.shelf.store();
        let open = self.open_job(&mut store, job)?;
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let photo = Photo {
            id: self.mint(),
            photo: hash,
            thumb,
            appliance,
            stage: stage.into(),
            width: picture.width,
            height: picture.height,
            bytes: size(&picture.photo),
            thumb_bytes: size(&picture.thumb),
            taken: Some(At(picture.taken_ms.unwrap_or(open.noted.at_ms))),
            caption: String::new(),
            in_makers_app: false,
            noted: open.noted,
        };
        let doc = DocId::Sheet(job);
        let write = |paper: &mut _| documents::layout::add_record(paper, &photo);
        store.act(&doc, "add_photo", open.noted.at_ms, write, |tx| {
            photos::put_own(tx, &photo.photo, &doc, false, photo.bytes, open.noted.at_ms)?;
            photos::put_own(tx, &photo.thumb, &doc, true, photo.thumb_bytes, open.noted.at_ms)
        })?;
        self.changed(job);
        Ok(self.view(&mut store, job)?)
    }

    /// A photo's or thumbnail's bytes (JPEG), if they are on this device and its job is shown.
    pub fn photo_bytes(&self, hash: &BlobHash) -> Result<Vec<u8>, PhotoError> {
        let files = {
            let mut store = self.looking()?;
            if store.is_lease_ended()
                && let Some(job) = store.photo_named(hash)?.and_then(|photo| photo.doc.job())
            {
                drop(store);
                store = self.looking_at(job)?;
            }
            match store.photo_standing(hash)? {
                Some(standing) if standing.here => store.photo_files(),
                _ => return Err(PhotoError::NotFound),
            }
        };
        match files.read(hash) {
            Ok(bytes) => Ok(bytes),
            // Its row says so now: it is fetched again, or told as lost.
            Err(_) if self.shelf.store().photo_damaged(hash)? => Err(PhotoError::NotFound),
            Err(error) => Err(error.into()),
        }
    }
}
