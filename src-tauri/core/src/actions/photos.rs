//! Taking photos: shrunk and stripped outside the lock, on the disk before the sheet names them.

use std::time::Duration;

use doorstep_schemas::ids::{BlobHash, DocId, JobId, ShortId};
use doorstep_schemas::manifest::Manifest;
use doorstep_schemas::view::{CodeView, JobView, PhotoStage};

use super::{Actions, JobError, OpenJob};
use crate::documents;
use crate::domain::facts::Photo;
use crate::domain::gates::Judge;
use crate::domain::record::At;
use crate::domain::{codes, pictures};
use crate::photos::{
    Code, IntakeError, PICTURE_SIDE, PICTURE_SIDES, Picture, Stamp, Wanted, intake, read_codes, taken_by_head,
};
use crate::store::{PhotoFiles, Store, StoreError, photos};
use crate::tasks::{Cancelled, Step, Watcher};

/// How long a picture is searched for codes: somebody waits before a nameplate.
const CODES_TIME: Duration = Duration::from_millis(2_500);

/// Why a photo was not added.
#[derive(Debug, thiserror::Error)]
pub enum PhotoError {
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error("this job has no such photo")]
    NotFound,
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
    #[error(transparent)]
    Job(#[from] JobError),
}

impl From<StoreError> for PhotoError {
    fn from(error: StoreError) -> Self {
        Self::Job(error.into())
    }
}

/// How the outlet wants its shared pictures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pictures {
    /// Longest side, in pixels.
    pub side: u32,
    pub stamped: bool,
}

/// What came of several pictures at once.
#[derive(Debug)]
pub struct Burst {
    pub job: JobView,
    pub added: u32,
    /// Those that are no photos, by their place among all.
    pub refused: Vec<(u32, IntakeError)>,
    /// Why the rest was left. What was added stays.
    pub stopped: Option<PhotoError>,
}

/// A picture file as it comes in, and the stamp that the screens drew for it.
#[derive(Debug, Clone, Copy)]
pub struct Taken<'a> {
    pub file: &'a [u8],
    /// Put on the shared picture where the outlet wants it.
    pub stamp: Option<&'a [u8]>,
}

impl<'a> From<&'a [u8]> for Taken<'a> {
    fn from(file: &'a [u8]) -> Self {
        Self { file, stamp: None }
    }
}

impl<'a> From<&'a Vec<u8>> for Taken<'a> {
    fn from(file: &'a Vec<u8>) -> Self {
        file.as_slice().into()
    }
}

/// What a new picture is of.
#[derive(Debug, Clone, Copy)]
struct Shot {
    job: JobId,
    appliance: ShortId,
    stage: PhotoStage,
    replaces: Option<ShortId>,
    drawn_on: Option<ShortId>,
}

impl Actions {
    /// Adds a picture file's bytes to the sheet. Takes up to half a second: call it off the UI's thread.
    pub fn add_photo<'a>(
        &self,
        job: JobId,
        appliance: ShortId,
        stage: PhotoStage,
        file: impl Into<Taken<'a>>,
    ) -> Result<JobView, PhotoError> {
        self.shoot(Shot { job, appliance, stage, replaces: None, drawn_on: None }, file.into())?;
        Ok(self.view(&mut self.shelf.store(), job)?)
    }

    /// Adds several, one after the other: where a stage is required, the next picture is of the next required one that
    /// nobody shot. A file that is no photo stops none of the others. Between two of them it can be cancelled.
    pub fn add_photos(
        &self,
        job: JobId,
        appliance: ShortId,
        stage: PhotoStage,
        files: &[Taken<'_>],
        watcher: &mut dyn Watcher,
    ) -> Result<Burst, PhotoError> {
        let (mut stage, mut added, mut refused, mut stopped) = (stage, 0, Vec::new(), None);
        let mut bytes = 0;
        for (place, file) in (0..).zip(files) {
            let step = Step { done: u64::from(place), of: Some(files.len() as u64), bytes };
            let taken = watcher
                .step(step)
                .map_err(PhotoError::from)
                .and_then(|()| self.shoot(Shot { job, appliance, stage, replaces: None, drawn_on: None }, *file));
            match taken {
                Ok(next) => {
                    added += 1;
                    stage = next;
                }
                Err(PhotoError::Intake(why)) => refused.push((place, why)),
                Err(why) if added == 0 && !matches!(why, PhotoError::Cancelled(_)) => return Err(why),
                Err(why) => {
                    stopped = Some(why);
                    break;
                }
            }
            bytes += file.file.len() as u64;
        }
        Ok(Burst { job: self.view(&mut self.shelf.store(), job)?, added, refused, stopped })
    }

    /// Takes a photo again, of the same appliance and stage. The first one stays: evidence is never removed.
    pub fn retake_photo<'a>(
        &self,
        job: JobId,
        photo: ShortId,
        file: impl Into<Taken<'a>>,
    ) -> Result<JobView, PhotoError> {
        let first = self.photo_of(job, photo)?;
        let stage = first.stage.known().unwrap_or(PhotoStage::During);
        self.shoot(
            Shot { job, appliance: first.appliance, stage, replaces: Some(photo), drawn_on: None },
            file.into(),
        )?;
        Ok(self.view(&mut self.shelf.store(), job)?)
    }

    /// Adds a copy of a photo that somebody drew on. The photo stays as it is.
    pub fn draw_on_photo(&self, job: JobId, photo: ShortId, file: &[u8]) -> Result<JobView, PhotoError> {
        let source = self.photo_of(job, photo)?;
        let stage = source.stage.known().unwrap_or(PhotoStage::During);
        self.shoot(
            Shot { job, appliance: source.appliance, stage, replaces: None, drawn_on: Some(photo) },
            file.into(),
        )?;
        Ok(self.view(&mut self.shelf.store(), job)?)
    }

    fn photo_of(&self, job: JobId, photo: ShortId) -> Result<Photo, PhotoError> {
        let facts = self.shelf.store().job_facts(job)?.ok_or(JobError::NotFound(job))?;
        facts.sheet.photos.iter().find(|p| p.id == photo).cloned().ok_or(PhotoError::NotFound)
    }

    /// Takes one picture in; returns the stage that the next of a burst is of.
    fn shoot(&self, shot: Shot, taken: Taken<'_>) -> Result<PhotoStage, PhotoError> {
        let (files, wanted) = {
            let mut store = self.shelf.store();
            self.open_job(&mut store, shot.job)?.measured(shot.appliance)?;
            (store.photo_files(), self.pictures(&mut store)?)
        };
        let stamp = taken.stamp.filter(|_| wanted.stamped).map(Stamp::read).transpose()?;
        let picture = intake(taken.file, Wanted { side: wanted.side, stamp: stamp.as_ref() })?;
        self.shelf.store().room_for_photo((picture.photo.len() + picture.thumb.len()) as u64)?;
        self.write(&files, &picture.photo)?;
        self.write(&files, &picture.thumb)?;

        let mut store = self.shelf.store();
        let open = self.open_job(&mut store, shot.job)?;
        let photo = self.fact(&store, &open, shot, &picture)?;
        let doc = DocId::Sheet(shot.job);
        let write = |paper: &mut _| documents::layout::add_record(paper, &photo);
        let code = match shot {
            Shot { replaces: Some(_), .. } => "retake_photo",
            Shot { drawn_on: Some(_), .. } => "draw_on_photo",
            _ => "add_photo",
        };
        store.act(&doc, code, open.noted.at_ms, write, |tx| {
            photos::put_own(tx, &photo.photo, &doc, false, photo.bytes, open.noted.at_ms)?;
            photos::put_own(tx, &photo.thumb, &doc, true, photo.thumb_bytes, open.noted.at_ms)
        })?;
        self.changed(shot.job);
        self.next_stage(&mut store, shot)
    }

    fn write(&self, files: &PhotoFiles, bytes: &[u8]) -> Result<(), StoreError> {
        files.write(&BlobHash::of(bytes), bytes, self.nature.as_ref())
    }

    fn fact(&self, store: &Store, open: &OpenJob, shot: Shot, picture: &Picture) -> Result<Photo, StoreError> {
        let size = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        let point = if store.chosen()?.photo_position { picture.point } else { None };
        Ok(Photo {
            id: self.mint(),
            photo: BlobHash::of(&picture.photo),
            thumb: BlobHash::of(&picture.thumb),
            appliance: shot.appliance,
            stage: shot.stage.into(),
            width: picture.width,
            height: picture.height,
            bytes: size(&picture.photo),
            thumb_bytes: size(&picture.thumb),
            taken: Some(At(picture.taken_ms().unwrap_or(open.noted.at_ms))),
            caption: String::new(),
            in_makers_app: false,
            lat_e6: point.map(|point| point.lat_e6),
            lon_e6: point.map(|point| point.lon_e6),
            replaces: shot.replaces,
            drawn_on: shot.drawn_on,
            noted: open.noted,
        })
    }

    fn next_stage(&self, store: &mut Store, shot: Shot) -> Result<PhotoStage, PhotoError> {
        let facts = store.job_facts(shot.job)?.ok_or(JobError::NotFound(shot.job))?;
        let rules = store.rules().clone();
        let in_force = rules.at(self.nature.now_ms());
        let judge = Judge::new(&facts, &in_force);
        let measured = judge.measured().iter().find(|m| m.appliance.id == shot.appliance);
        Ok(measured.map_or(shot.stage, |measured| pictures::goes_on(&judge, measured, shot.stage)))
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

    /// What the original of a photo was, by its thumbnail; `None` for one taken before originals were written down.
    pub fn original_of(&self, job: JobId, photo: ShortId) -> Result<Option<Manifest>, PhotoError> {
        let thumb = self.photo_bytes(&self.photo_of(job, photo)?.thumb)?;
        Ok(Manifest::of_thumbnail(&thumb))
    }

    /// Barcodes and QR codes in a picture, and what each may be for. The picture is not kept, and nothing is written: a
    /// person decides. Takes up to some seconds: call it off the UI's thread.
    pub fn read_codes(&self, file: &[u8]) -> Result<Vec<CodeView>, PhotoError> {
        let found = read_codes(file, CODES_TIME)?;
        let rules = self.shelf.store().rules().clone();
        let in_force = rules.at(self.nature.now_ms());
        let view = |code: Code| {
            let meant = codes::meaning(code.kind, &code.text, in_force.part_codes());
            CodeView { meant, kind: code.kind, text: code.text }
        };
        let mut views: Vec<CodeView> = found.into_iter().map(view).collect();
        views.sort();
        Ok(views)
    }

    /// The lines of a picture's stamp, by the first part of its file: when it was taken, where, on which order, by whom.
    /// None where the outlet doesn't stamp.
    pub fn stamp_lines(&self, job: JobId, head: &[u8]) -> Result<Vec<String>, PhotoError> {
        let mut store = self.shelf.store();
        if !self.pictures(&mut store)?.stamped {
            return Ok(Vec::new());
        }
        let facts = store.job_facts(job)?.ok_or(JobError::NotFound(job))?;
        let me = store.member(Self::enrolment(&store)?.member)?;
        let at_ms = taken_by_head(head).unwrap_or_else(|| self.nature.now_ms());
        Ok(pictures::stamp(&facts, job, at_ms, &me.name))
    }

    /// How the outlet wants its shared pictures. What no device can do is not done.
    pub fn pictures(&self, store: &mut Store) -> Result<Pictures, StoreError> {
        let roster = store.roster()?;
        let side = pictures::side(&roster).unwrap_or(PICTURE_SIDE).clamp(*PICTURE_SIDES.start(), *PICTURE_SIDES.end());
        Ok(Pictures { side, stamped: pictures::stamped(&roster) })
    }
}
