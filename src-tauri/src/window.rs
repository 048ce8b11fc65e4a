//! One window over one data folder.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use doorstep::app::{self, Doorstep, OpenError};
use doorstep::nature::Machine;
use doorstep::store::key::Keyring;
use doorstep::store::lock::FolderLock;
use doorstep::tasks::Watcher;
use doorstep_schemas::input::Enrol;
use tauri::http::{Response, StatusCode, header};
use tauri::{AppHandle, Manager};
use tauri_specta::Event;
use tokio::sync::broadcast::error::RecvError;

use crate::bindings::{self, CoreMessage};
use crate::commands::bundles::Outside;
use crate::opening::Opening;
use crate::photo_scheme;

/// How the window is opened.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The data folder; the system's place for this app when `None`.
    pub data_dir: Option<PathBuf>,
    /// Width and height of the content, in logical pixels.
    pub size: Option<(f64, f64)>,
    pub position: Option<(f64, f64)>,
    /// Asks no key store of the system: the key lies in a file.
    pub key_file: bool,
    /// Joins an outlet at the first start.
    pub enrol: Option<Enrol>,
}

/// Why there is no window.
#[derive(Debug, thiserror::Error)]
pub enum WindowError {
    #[error(transparent)]
    Tauri(#[from] tauri::Error),
}

/// Opens the window and returns when it is closed.
pub fn open(options: Options) -> Result<(), WindowError> {
    let builder = bindings::builder::<tauri::Wry>();
    let handler = builder.invoke_handler();
    tauri::Builder::default()
        .invoke_handler(handler)
        // The screens hand links over themselves.
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .plugin(tauri_plugin_notification::init())
        .register_uri_scheme_protocol("photo", |context, request| {
            let core = context.app_handle().try_state::<Arc<Doorstep>>();
            let jpeg = core.and_then(|core| photo_scheme::jpeg(&core, request.uri().path()));
            let status = if jpeg.is_some() { StatusCode::OK } else { StatusCode::NOT_FOUND };
            Response::builder()
                .status(status)
                .header(header::CONTENT_TYPE, "image/jpeg")
                .header(header::CACHE_CONTROL, "private, max-age=31536000, immutable")
                // The window alone can ask; without this it may show a picture and not draw on a copy of it.
                .header(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")
                .body(jpeg.unwrap_or_default())
                .expect("a status and fixed headers make a response")
        })
        .setup(move |app| {
            builder.mount_events(app);
            let folder = match &options.data_dir {
                Some(folder) => folder.clone(),
                None => app.path().app_data_dir()?,
            };
            app.manage(app.path().download_dir().map_or_else(|_none| Outside::beside(&folder), Outside));
            #[cfg(desktop)]
            build(app, &folder, &options)?;
            // Behind the window: whatever comes of it, there is somebody to tell.
            let (app_handle, options) = (app.handle().clone(), options.clone());
            app.manage(Opening::begin(folder.clone(), move |watcher| {
                open_folder(&app_handle, &folder, &options, watcher)
            }));
            Ok(())
        })
        .run(tauri::generate_context!())?;
    Ok(())
}

/// Opens the data folder; from then on commands are answered.
fn open_folder(app: &AppHandle, folder: &Path, options: &Options, watcher: &mut dyn Watcher) -> Result<(), OpenError> {
    let runtime = tauri::async_runtime::handle();
    let keyring = if options.key_file { Keyring::File } else { Keyring::System };
    let core = Arc::new(Doorstep::open_with(folder, &keyring, Arc::new(Machine), runtime.inner(), watcher)?);
    app.manage(core.clone());
    tauri::async_runtime::spawn(pass_on(app.clone(), core.clone()));
    if let Some(enrol) = options.enrol.clone() {
        tauri::async_runtime::spawn(async move { join(&core, &enrol).await });
    }
    Ok(())
}

#[cfg(desktop)]
fn build(app: &tauri::App, folder: &Path, options: &Options) -> Result<(), tauri::Error> {
    let (width, height) = options.size.unwrap_or((1280.0, 800.0));
    let mut window = tauri::WebviewWindowBuilder::new(app, "main", tauri::WebviewUrl::default())
        .title("上门 Doorstep")
        .inner_size(width, height)
        .min_inner_size(360.0, 600.0);
    // The web view would make the folder for everybody to read, and two of them in one are none of its makers' promises.
    window = if app::make_private(folder).is_ok() && FolderLock::take(folder).is_ok() {
        window.data_directory(folder.join("webview"))
    } else {
        window.incognito(true)
    };
    if let Some((x, y)) = options.position {
        window = window.position(x, y);
    }
    window.build()?;
    Ok(())
}

/// Joins the outlet that the command line names, unless this folder belongs to one already.
pub async fn join(core: &Doorstep, enrol: &Enrol) {
    match core.session() {
        Ok(session) if session.enrolled => {}
        _ => {
            if let Err(error) = core.enrol(enrol).await {
                tracing::error!(%error, "this device could not be enrolled");
            }
        }
    }
}

/// Core events to the screen. One that fell behind looks at everything anew.
async fn pass_on(app: AppHandle, core: Arc<Doorstep>) {
    let mut events = core.listen();
    loop {
        let event = match events.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => doorstep_schemas::event::CoreEvent::JobsChanged { jobs: Vec::new() },
            Err(RecvError::Closed) => return,
        };
        if let Err(error) = CoreMessage(event).emit(&app) {
            tracing::warn!(%error, "an event did not reach the screen");
        }
    }
}
