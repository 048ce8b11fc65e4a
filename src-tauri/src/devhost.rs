//! The same commands without a window: Tauri's own handler and access list behind HTTP on loopback.
//!
//! For browser tests and machines without a display. It is in no release: the feature that compiles it is not a
//! default, and it refuses any address but loopback.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path as UrlPath, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event as SseEvent, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use doorstep::app::{Doorstep, OpenError};
use doorstep::nature::Machine;
use doorstep_schemas::input::Enrol;
use futures_util::{Stream, StreamExt};
use tauri::ipc::{CallbackFn, InvokeBody};
use tauri::test::{INVOKE_KEY, MockRuntime, get_ipc_response, mock_builder};
use tauri::webview::InvokeRequest;
use tauri::{Manager, WebviewWindow, WebviewWindowBuilder};
use tokio::net::TcpListener;
use tokio_stream::wrappers::BroadcastStream;
use tower_http::services::{ServeDir, ServeFile};

use crate::bindings::{self, CoreMessage};
use crate::commands::bundles::Outside;
use crate::opening::Opening;
use crate::{photo_scheme, window};

/// Largest command: a picture of 40 MB in base64.
const MOST: usize = 56 * 1024 * 1024;

/// Why nothing is served.
#[derive(Debug, thiserror::Error)]
pub enum DevhostError {
    #[error("{0} is not a loopback address")]
    NotLoopback(SocketAddr),
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Tauri(#[from] tauri::Error),
    #[error("the data folder can't be opened")]
    Open(#[from] OpenError),
}

#[derive(Clone)]
struct Host {
    core: Arc<Doorstep>,
    webview: WebviewWindow<MockRuntime>,
    address: SocketAddr,
    policy: HeaderValue,
}

/// Serves until the process is told to end. Prints one line with the address when ready.
pub fn serve(folder: &Path, listen: SocketAddr, ui: &Path, enrol: Option<Enrol>) -> Result<(), DevhostError> {
    if !listen.ip().is_loopback() {
        return Err(DevhostError::NotLoopback(listen));
    }
    let runtime = tokio::runtime::Runtime::new()?;
    let core = Arc::new(Doorstep::open(folder, Arc::new(Machine), runtime.handle())?);
    let builder = bindings::builder::<MockRuntime>();
    let app = mock_builder().invoke_handler(builder.invoke_handler()).build(tauri::generate_context!())?;
    app.manage(Outside::beside(folder));
    app.manage(core.clone());
    app.manage(Opening::done());
    let webview = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build()?;
    let policy = policy(app.config());
    runtime.block_on(async move {
        let listener = TcpListener::bind(listen).await?;
        let address = listener.local_addr()?;
        let host = Host { core: core.clone(), webview, address, policy };
        if let Some(enrol) = enrol {
            window::join(&core, &enrol).await;
        }
        println!("listening on http://{address}");
        axum::serve(listener, routes(host, ui)).with_graceful_shutdown(told_to_end()).await?;
        Ok(())
    })
}

fn routes(host: Host, ui: &Path) -> Router {
    let files = ServeDir::new(ui).fallback(ServeFile::new(ui.join("index.html")));
    Router::new()
        .route("/ipc/{command}", post(invoke))
        .route("/events", get(events))
        .route("/photo/{hash}", get(photo))
        .fallback_service(files)
        .layer(axum::extract::DefaultBodyLimit::max(MOST))
        .layer(middleware::from_fn_with_state(host.clone(), guard))
        .with_state(host)
}

async fn told_to_end() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(signal) => signal,
        Err(error) => return tracing::error!(%error, "signals can't be heard"),
    };
    tokio::select! { _ = terminate.recv() => {}, _ = tokio::signal::ctrl_c() => {} }
    // Event streams never end by themselves: they must not keep the process.
    tokio::spawn(async {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        std::process::exit(0);
    });
}

/// The window's own content policy, for the browser that stands in for it.
fn policy(config: &tauri::Config) -> HeaderValue {
    let policy = config.app.security.csp.as_ref().map(ToString::to_string).unwrap_or_default();
    HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"))
}

/// A page of another site must not reach these commands through this machine's browser.
async fn guard(State(host): State<Host>, request: Request, next: Next) -> Response {
    if !from_this_host(request.headers(), host.address.port()) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let mut answer = next.run(request).await;
    answer.headers_mut().insert(header::CONTENT_SECURITY_POLICY, host.policy.clone());
    answer
}

fn from_this_host(headers: &HeaderMap, port: u16) -> bool {
    let ours = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let named = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let host = named(header::HOST).is_some_and(|host| ours.iter().any(|o| o == host));
    host && named(header::ORIGIN).is_none_or(|origin| ours.iter().any(|o| origin == format!("http://{o}")))
}

async fn invoke(State(host): State<Host>, UrlPath(command): UrlPath<String>, body: axum::body::Bytes) -> Response {
    let arguments: serde_json::Value = match serde_json::from_slice(&body) {
        Ok(arguments) => arguments,
        Err(error) => return (StatusCode::BAD_REQUEST, format!("arguments are not JSON: {error}")).into_response(),
    };
    let asked = tokio::task::spawn_blocking(move || {
        let request = InvokeRequest {
            cmd: command,
            callback: CallbackFn(0),
            error: CallbackFn(1),
            url: "tauri://localhost".parse().expect("a fixed address parses"),
            body: InvokeBody::Json(arguments),
            headers: Default::default(),
            invoke_key: INVOKE_KEY.to_owned(),
        };
        get_ipc_response(&host.webview, request)
    });
    let (status, json) = match asked.await {
        Ok(Ok(answer)) => match answer.deserialize::<serde_json::Value>() {
            Ok(value) => (StatusCode::OK, value),
            Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, serde_json::json!(error.to_string())),
        },
        Ok(Err(failure)) => (StatusCode::UNPROCESSABLE_ENTITY, failure),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, serde_json::json!(error.to_string())),
    };
    (status, axum::Json(json)).into_response()
}

async fn events(State(host): State<Host>) -> Sse<impl Stream<Item = Result<SseEvent, axum::Error>>> {
    let events = BroadcastStream::new(host.core.listen()).map(|event| {
        let event = event.unwrap_or(doorstep_schemas::event::CoreEvent::JobsChanged { jobs: Vec::new() });
        let message = HashMap::from([
            ("event", serde_json::json!("core-message")),
            ("payload", serde_json::json!(CoreMessage(event))),
        ]);
        SseEvent::default().json_data(message)
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn photo(State(host): State<Host>, UrlPath(hash): UrlPath<String>) -> Response {
    match photo_scheme::jpeg(&host.core, &hash) {
        Some(jpeg) => ([(header::CONTENT_TYPE, "image/jpeg")], Body::from(jpeg)).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A window on a fresh folder, and what one command answers there.
    fn answers(commands: &[(&str, serde_json::Value)]) -> Vec<(StatusCode, serde_json::Value)> {
        let folder = tempfile::tempdir().unwrap();
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let core = Arc::new(Doorstep::open(folder.path(), Arc::new(Machine), runtime.handle()).unwrap());
        let builder = bindings::builder::<MockRuntime>();
        let app = mock_builder().invoke_handler(builder.invoke_handler()).build(tauri::generate_context!()).unwrap();
        app.manage(core.clone());
        let webview = WebviewWindowBuilder::new(&app, "main", tauri::WebviewUrl::default()).build().unwrap();
        let policy = policy(app.config());
        let address = SocketAddr::from(([127, 0, 0, 1], 1));
        let host = Host { core, webview, address, policy };
        let ask = |(command, arguments): &(&str, serde_json::Value)| {
            let (host, command) = (State(host.clone()), UrlPath((*command).to_owned()));
            let body = serde_json::to_vec(arguments).unwrap().into();
            runtime.block_on(async {
                let answer = invoke(host, command, body).await;
                let status = answer.status();
                let bytes = axum::body::to_bytes(answer.into_body(), MOST).await.unwrap();
                (status, serde_json::from_slice(&bytes).unwrap())
            })
        };
        commands.iter().map(ask).collect()
    }

    #[test]
    fn the_inbox_is_empty_and_nothing_can_be_decided_or_erased_before_a_device_has_joined() {
        let decision = serde_json::json!({ "run": "x", "upto": 1, "admit": false, "reason": "" });
        let job = "01M803T56PA7M8ZJW29PZCSJ1T";
        let told = answers(&[
            ("inbox", serde_json::json!({})),
            ("decide_inbox", serde_json::json!({ "input": decision })),
            ("erase_job", serde_json::json!({ "input": { "job": job, "number_end": "SJ1T" } })),
            ("erase_job", serde_json::json!({ "input": { "job": "no job", "number_end": "" } })),
        ]);
        assert_eq!(told[0], (StatusCode::OK, serde_json::json!([])));
        for (status, failure) in &told[1..3] {
            assert_eq!((*status, &failure["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &"not_enrolled".into()));
        }
        assert_eq!(told[3].0, StatusCode::UNPROCESSABLE_ENTITY, "what is no job is refused at the door");
    }
}
