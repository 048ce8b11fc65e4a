//! Serving HTTP/1.1 on a listener: header timeout, connection cap, a stop that lets running requests end.
//!
//! Built on hyper's connections, because a plain `axum::serve` waits for ever on a client that sends its headers one
//! byte an hour.

use std::collections::HashMap;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use doorstep_schemas::ids::OutletId;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::clock::{Clock, SystemClock};
use crate::routes;
use crate::state::State;
use crate::storage::{Shelf, StorageError};
use crate::tls::Tls;

/// After an accept that failed (no file descriptors left, as a rule) others get time to end.
const BREATH: Duration = Duration::from_millis(50);

/// Between two looks at certificates.
const CERTIFICATES: Duration = Duration::from_secs(60);

/// Between two looks for uploads that nobody goes on with.
const SWEEP: Duration = Duration::from_secs(3_600);

/// Callers that may wait to be accepted: a shop's phones all come in the same moment. Whoever finds no room tries again a second
/// later, and then two; the system's own bound, mostly 4,096, holds as well.
const WAITING: u32 = 4_096;

/// Listens where callers come in, with room for a rush: the usual 128 places are fewer than a shop has phones.
pub fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    // A relay that is started again takes its place back at once.
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(WAITING)
}

/// How callers come in.
#[derive(Debug, Clone)]
pub enum Door {
    /// For this machine only: whoever binds the listener sees to that.
    Plain,
    Tls(Arc<Tls>),
}

/// Serves until `shutdown` resolves and the running requests have ended or used up their farewell.
pub async fn serve(listener: TcpListener, door: Door, state: Arc<State>, shutdown: impl Future<Output = ()>) {
    let places = Arc::new(Semaphore::new(state.pace.connections));
    let router = routes::router(state.clone());
    let (stop, stopping) = watch::channel(false);
    let mut connections = JoinSet::new();
    let outside = tokio::spawn(watch_outside(state.clone()));
    let certificates = tokio::spawn(refresh_certificates(door.clone()));
    let sweeping = tokio::spawn(sweep_uploads(state.clone()));
    tokio::pin!(shutdown);
    loop {
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            () = &mut shutdown => break,
            accepted = async {
                // Taken before accepting: who waits beyond the cap waits in the kernel's queue.
                let place = places.clone().acquire_owned().await;
                (place, listener.accept().await)
            } => accepted,
        };
        match accepted {
            (Ok(place), Ok((stream, address))) => {
                let (service, stopping) = (TowerToHyperService::new(router.clone()), stopping.clone());
                let (door, header) = (door.clone(), state.pace.header);
                connections.spawn(async move {
                    let peer = routes::Peer(address.ip());
                    enter(stream, door, Serving { service, peer, header }, stopping).await;
                    drop(place);
                });
            }
            (_, outcome) => {
                if let Err(cause) = outcome {
                    tracing::warn!(%cause, "a connection could not be taken");
                }
                tokio::time::sleep(BREATH).await;
            }
        }
    }
    outside.abort();
    certificates.abort();
    sweeping.abort();
    drop(listener);
    state.close();
    stop.send_replace(true);
    let all = async { while connections.join_next().await.is_some() {} };
    if tokio::time::timeout(state.pace.farewell, all).await.is_err() {
        tracing::warn!("requests were still running when the relay stopped");
    }
}

/// What one connection is served with.
struct Serving {
    service: TowerToHyperService<axum::Router>,
    peer: routes::Peer,
    header: Duration,
}

async fn enter(stream: TcpStream, door: Door, serving: Serving, stopping: watch::Receiver<bool>) {
    if let Err(cause) = stream.set_nodelay(true) {
        tracing::debug!(%cause, "a connection ended before it was served");
        return;
    }
    match door {
        Door::Plain => connection(stream, serving, stopping).await,
        // A handshake that stands still is a head that does not come.
        Door::Tls(tls) => match tokio::time::timeout(serving.header, tls.accept(stream)).await {
            Ok(Ok(stream)) => connection(stream, serving, stopping).await,
            Ok(Err(cause)) => tracing::debug!(%cause, "a handshake failed"),
            Err(_elapsed) => tracing::debug!("a handshake took too long"),
        },
    }
}

async fn connection<S: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    stream: S,
    Serving { service, peer, header }: Serving,
    mut stopping: watch::Receiver<bool>,
) {
    let from_peer = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(peer);
        routes::read_meant_method(&mut request);
        service.call(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // The beacon tells the time, signed; a second telling costs 37 bytes of each answer.
        .auto_date_header(false)
        .header_read_timeout(header)
        .serve_connection(TokioIo::new(stream), from_peer);
    tokio::pin!(connection);
    let outcome = tokio::select! {
        outcome = connection.as_mut() => outcome,
        () = asked_to_stop(&mut stopping) => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(cause) = outcome {
        tracing::debug!(%cause, "a connection broke");
    }
}

async fn asked_to_stop(stopping: &mut watch::Receiver<bool>) {
    // A sender that is gone is a relay that has stopped.
    let _ = stopping.wait_for(|stop| *stop).await;
}

async fn refresh_certificates(door: Door) {
    let Door::Tls(tls) = door else { return };
    loop {
        tokio::time::sleep(CERTIFICATES).await;
        let tls = tls.clone();
        // Files are read there; a look that failed is told of by itself.
        let _ = tokio::task::spawn_blocking(move || tls.refresh(SystemClock.now_ms())).await;
    }
}

/// Uploads that nobody goes on with give their room back.
async fn sweep_uploads(state: Arc<State>) {
    loop {
        let sweeping = state.clone();
        match tokio::task::spawn_blocking(move || sweeping.sweep_uploads()).await {
            Ok(Ok(swept)) if swept.files > 0 => {
                tracing::info!(
                    files = swept.files,
                    bytes = swept.bytes,
                    "uploads that nobody went on with were thrown away"
                );
            }
            Ok(Err(cause)) => tracing::warn!(%cause, "old uploads could not be looked for"),
            _ => {}
        }
        tokio::select! {
            () = tokio::time::sleep(SWEEP) => {}
            () = state.asked_to_sweep() => {}
        }
    }
}

/// The command line writes into the same log from another process; live connections hear of it here.
async fn watch_outside(state: Arc<State>) {
    let mut known: HashMap<OutletId, u64> = HashMap::new();
    loop {
        match state.read(|shelf: &dyn Shelf| shelf.outlets()).await {
            Ok(outlets) => {
                for outlet in outlets {
                    // One that is seen for the first time may have changed since somebody listens to it.
                    if known.insert(outlet.id, outlet.head) != Some(outlet.head) {
                        state.tell(outlet.id);
                    }
                }
            }
            Err::<_, StorageError>(cause) => tracing::warn!(%cause, "the log could not be looked at"),
        }
        tokio::time::sleep(state.pace.outside).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The system may allow fewer than are asked for.
    fn allowed() -> usize {
        let bound = std::fs::read_to_string("/proc/sys/net/core/somaxconn");
        bound.ok().and_then(|text| text.trim().parse().ok()).unwrap_or(128)
    }

    #[tokio::test]
    async fn hundreds_wait_to_be_accepted_and_none_is_told_to_try_again() {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = listener.local_addr().unwrap();
        let at_once = Duration::from_millis(900);
        let callers: Vec<_> =
            (0..allowed().min(500)).map(|_| std::net::TcpStream::connect_timeout(&address, at_once)).collect();
        assert!(
            callers.iter().all(Result::is_ok),
            "{} of {}",
            callers.iter().filter(|one| one.is_ok()).count(),
            callers.len()
        );
    }
}
