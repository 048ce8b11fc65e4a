//! Photos in, and photos brought here to be seen.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep::actions::JobError;
use doorstep::actions::photos::{PhotoError, Taken};
use doorstep::app::Doorstep;
use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::event::Task;
use doorstep_schemas::input::{
    AddPhoto, AddPhotos, DrawOnPhoto, FetchPhoto, NewPicture, OneJob, ReadCodes, RetakePhoto, SetCollection,
    SetPictures, StampLines,
};
use doorstep_schemas::view::{AlbumMade, CodeView, JobView, PhotoRefused, PhotosAdded, SessionView};
use tauri::State;

use super::Core;
use super::bundles::Outside;
use super::storage::long;
use crate::failure::Told;

/// On Android a raw body never reaches a command, so a picture comes as base64 everywhere.
fn bytes(base64: &str) -> Result<Vec<u8>, Failure> {
    STANDARD
        .decode(base64)
        .map_err(|error| Failure::new(ErrorCode::PhotoNotAPicture, format!("the picture is not base64: {error}")))
}

/// A picture's bytes and its stamp's.
struct Came {
    file: Vec<u8>,
    stamp: Option<Vec<u8>>,
}

impl Came {
    fn read(picture: &NewPicture) -> Result<Self, Failure> {
        Ok(Self { file: bytes(&picture.base64)?, stamp: picture.stamp.as_deref().map(bytes).transpose()? })
    }

    fn taken(&self) -> Taken<'_> {
        Taken { file: &self.file, stamp: self.stamp.as_deref() }
    }
}

/// Work on pixels, on a thread that nobody waits on.
async fn apart<T: Send + 'static>(
    core: &Arc<Doorstep>,
    work: impl FnOnce(&Doorstep) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let core = Arc::clone(core);
    let done = tokio::task::spawn_blocking(move || work(&core));
    done.await.map_err(|error| Failure::new(ErrorCode::Internal, format!("taking the picture in stopped: {error}")))?
}

#[tauri::command]
#[specta::specta]
pub async fn add_photo(core: Core<'_>, input: AddPhoto) -> Result<JobView, Failure> {
    let came = Came::read(&input.picture)?;
    let AddPhoto { job, appliance, stage, .. } = input;
    apart(&core, move |core| core.actions.add_photo(job, appliance, stage, came.taken()).map_err(Told::told)).await
}

/// Several at once, with progress; `cancel_task` stops between two of them.
#[tauri::command]
#[specta::specta]
pub async fn add_photos(core: Core<'_>, input: AddPhotos) -> Result<PhotosAdded, Failure> {
    let came = input.pictures.iter().map(Came::read).collect::<Result<Vec<_>, _>>()?;
    let AddPhotos { job, appliance, stage, .. } = input;
    long(&core, Task::Photos, move |core, run| {
        let files: Vec<_> = came.iter().map(Came::taken).collect();
        let burst = core.actions.add_photos(job, appliance, stage, &files, run).map_err(Told::told)?;
        let refused = burst.refused.into_iter().map(|(place, why)| PhotoRefused { place, failure: why.told() });
        Ok(PhotosAdded {
            job: burst.job,
            added: burst.added,
            refused: refused.collect(),
            stopped: burst.stopped.map(Told::told),
        })
    })
    .await
}

/// Takes a photo again; the first one stays.
#[tauri::command]
#[specta::specta]
pub async fn retake_photo(core: Core<'_>, input: RetakePhoto) -> Result<JobView, Failure> {
    let came = Came::read(&input.picture)?;
    let RetakePhoto { job, photo, .. } = input;
    apart(&core, move |core| core.actions.retake_photo(job, photo, came.taken()).map_err(Told::told)).await
}

/// Adds a copy that somebody drew on; the photo stays as it is.
#[tauri::command]
#[specta::specta]
pub async fn draw_on_photo(core: Core<'_>, input: DrawOnPhoto) -> Result<JobView, Failure> {
    let file = bytes(&input.base64)?;
    let DrawOnPhoto { job, photo, .. } = input;
    apart(&core, move |core| core.actions.draw_on_photo(job, photo, &file).map_err(Told::told)).await
}

/// Codes in a picture that is not kept; proposed, never written.
#[tauri::command]
#[specta::specta]
pub async fn read_codes(core: Core<'_>, input: ReadCodes) -> Result<Vec<CodeView>, Failure> {
    let file = bytes(&input.base64)?;
    apart(&core, move |core| core.actions.read_codes(&file).map_err(Told::told)).await
}

/// What the stamp of a picture says; nothing where the outlet doesn't stamp.
#[tauri::command]
#[specta::specta]
pub async fn stamp_lines(core: Core<'_>, input: StampLines) -> Result<Vec<String>, Failure> {
    core.actions.stamp_lines(input.job, &bytes(&input.head)?).map_err(Told::told)
}

/// Plain copies in the maker's order, in a folder for people.
#[tauri::command]
#[specta::specta]
pub async fn copy_album(core: Core<'_>, outside: State<'_, Outside>, input: OneJob) -> Result<AlbumMade, Failure> {
    let number = input.job.to_string();
    let folder = outside.0.join(format!("photos-{}", &number[number.len().saturating_sub(8)..]));
    long(&core, Task::Export, move |core, run| {
        let album = core.actions.copy_album(input.job, &folder, run).map_err(Told::told)?;
        Ok(AlbumMade {
            path: folder.display().to_string(),
            files: u32::try_from(album.files.len()).unwrap_or(u32::MAX),
            away: album.away,
            missing: album.missing,
        })
    })
    .await
}

/// How the outlet wants its shared pictures.
#[tauri::command]
#[specta::specta]
pub async fn set_pictures(core: Core<'_>, input: SetPictures) -> Result<SessionView, Failure> {
    core.actions.set_pictures(&input).map_err(Told::told)?;
    core.session().map_err(Told::told)
}

/// What the outlet's own collection code is.
#[tauri::command]
#[specta::specta]
pub async fn set_collection(core: Core<'_>, input: SetCollection) -> Result<SessionView, Failure> {
    core.actions.set_collection(&input).map_err(Told::told)?;
    core.session().map_err(Told::told)
}

/// Brings a photo's bytes here; nothing to do when they are.
#[tauri::command]
#[specta::specta]
pub async fn fetch_photo(core: Core<'_>, input: FetchPhoto) -> Result<(), Failure> {
    match core.actions.photo_bytes(&input.photo) {
        Ok(_) => return Ok(()),
        Err(hidden @ PhotoError::Job(JobError::LeaseEnded)) => return Err(hidden.told()),
        Err(_) => {}
    }
    match core.fetch_photo(&input.photo).await {
        Ok(true) => Ok(()),
        Ok(false) => Err(Failure::new(ErrorCode::PhotoNotFound, "no sheet here names this photo")),
        Err(fault) => Err(fault.told()),
    }
}
