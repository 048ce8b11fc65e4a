//! The mobile network between a phone and the relay: it forwards TCP, counts what passes at the socket, slows it and
//! cuts it.
//!
//! While an exchange's case is measured only connections whose first request is the exchange's are carried;
//! announcements and photo bytes find no line. What is counted is therefore the exchange and nothing else, headers
//! included, from the first byte after connecting.

mod answers;
mod lane;

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{Instant, sleep_until};

use answers::Answers;
use lane::Lane;
pub use lane::{Ends, Loss, Way, Weather};

/// How the exchange's requests begin.
const EXCHANGE: &[u8] = b"POST /v1/exchange ";
/// Parts on their way between two ends: more than a slow line ever holds.
const IN_THE_AIR: usize = 256;

/// What passed since the case began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Passed {
    pub bytes_up: u64,
    pub bytes_down: u64,
    /// Requests of the exchange that were answered whole.
    pub round_trips: u64,
    pub connections: u64,
    /// Connections that the weather ended.
    pub cut: u64,
}

#[derive(Debug, Default)]
struct Tally {
    bytes_up: AtomicU64,
    bytes_down: AtomicU64,
    round_trips: AtomicU64,
    connections: AtomicU64,
    cut: AtomicU64,
}

/// One case: its weather and what passed in it.
#[derive(Debug)]
struct Measured {
    weather: Weather,
    /// How the first request of a connection begins that is carried.
    carries: &'static [u8],
    up: Lane,
    down: Lane,
    tally: Tally,
    /// A line that ends once has done so.
    ended: AtomicBool,
}

/// `None`: everything is carried, at full speed, uncounted.
type Case = Option<Arc<Measured>>;

pub struct Carrier {
    /// What the phone believes to be the relay: `http://…`.
    pub address: String,
    case: Arc<Mutex<Case>>,
    serving: JoinHandle<()>,
}

impl Drop for Carrier {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Carrier {
    /// Carries to the relay at `http://…` on this machine; everything and at full speed, until a case begins.
    pub async fn to(relay: &str) -> io::Result<Self> {
        let relay: SocketAddr = relay
            .strip_prefix("http://")
            .and_then(|place| place.parse().ok())
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidInput, format!("{relay:?} is no relay on loopback")))?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = format!("http://{}", listener.local_addr()?);
        let case: Arc<Mutex<Case>> = Arc::default();
        let serving = tokio::spawn(serve(listener, relay, case.clone()));
        Ok(Self { address, case, serving })
    }

    /// From now on new connections are the exchange's only, counted, in this weather.
    pub fn begin(&self, weather: Weather) {
        self.begin_for(weather, EXCHANGE);
    }

    /// The same for connections whatever they are opened for.
    pub fn begin_for_all(&self, weather: Weather) {
        self.begin_for(weather, b"");
    }

    fn begin_for(&self, weather: Weather, carries: &'static [u8]) {
        let lane = || Lane::new(&weather);
        let (tally, ended) = (Tally::default(), AtomicBool::new(false));
        let case = Measured { weather, carries, up: lane(), down: lane(), tally, ended };
        *self.case.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(case));
    }

    /// What passed since the case began; nothing when none did.
    pub fn passed(&self) -> Passed {
        let case = self.case.lock().unwrap_or_else(PoisonError::into_inner);
        case.as_ref().map(|case| case.tally.read()).unwrap_or_default()
    }
}

impl Tally {
    fn read(&self) -> Passed {
        let now = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Passed {
            bytes_up: now(&self.bytes_up),
            bytes_down: now(&self.bytes_down),
            round_trips: now(&self.round_trips),
            connections: now(&self.connections),
            cut: now(&self.cut),
        }
    }
}

fn add(count: &AtomicU64, more: u64) {
    count.fetch_add(more, Ordering::Relaxed);
}

async fn serve(listener: TcpListener, relay: SocketAddr, case: Arc<Mutex<Case>>) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((phone, _)) = listener.accept().await else { continue };
        let case = case.lock().unwrap_or_else(PoisonError::into_inner).clone();
        connections.spawn(async move {
            let outcome = match case {
                Some(case) => carry(phone, relay, &case).await,
                None => carry_all(phone, relay).await,
            };
            // The phone and the relay each see their end break; that is all there is to tell.
            outcome.unwrap_or_default();
        });
    }
}

async fn carry_all(mut phone: TcpStream, relay: SocketAddr) -> io::Result<()> {
    let mut relay = TcpStream::connect(relay).await?;
    relay.set_nodelay(true)?;
    phone.set_nodelay(true)?;
    tokio::io::copy_bidirectional(&mut phone, &mut relay).await.map(|_bytes| ())
}

async fn carry(mut phone: TcpStream, relay: SocketAddr, case: &Measured) -> io::Result<()> {
    let opened = Instant::now();
    let weather = case.weather;
    let mut first = Vec::new();
    while first.len() < case.carries.len() {
        if phone.read_buf(&mut first).await? == 0 {
            return Ok(());
        }
    }
    if !first.starts_with(case.carries) {
        return Ok(());
    }
    let number = case.tally.connections.fetch_add(1, Ordering::Relaxed);
    // Loopback connects at once; on the air the first byte leaves when the handshake has gone there and back.
    sleep_until(opened + weather.round_trip).await;
    let mut relay = TcpStream::connect(relay).await?;
    relay.set_nodelay(true)?;
    phone.set_nodelay(true)?;

    let half = weather.round_trip / 2;
    let (mut answers, silent) = (Answers::default(), AtomicBool::new(false));
    let line = Lines { case, half, silent: &silent, within: weather.ends.within(number), carried: AtomicU64::new(0) };
    let carried = {
        let (from_phone, to_phone) = phone.split();
        let (from_relay, to_relay) = relay.split();
        let up = pump(from_phone, to_relay, first, &line, Way::Up, |_bytes| ());
        let down = pump(from_relay, to_phone, Vec::new(), &line, Way::Down, |bytes| {
            let before = answers.whole;
            answers.hear(bytes);
            add(&case.tally.round_trips, answers.whole - before);
        });
        let cut = async {
            match weather.ends {
                Ends::Each(after) => sleep_until(opened + after).await,
                _ => std::future::pending().await,
            }
        };
        tokio::select! {
            ended = async { tokio::try_join!(up, down) } => ended.map(|_both| ()),
            () = cut => {
                add(&case.tally.cut, 1);
                Err(io::ErrorKind::ConnectionAborted.into())
            }
        }
    };
    if carried.is_err() {
        // What the relay has received it may read to the end; the phone learns at once.
        phone.set_zero_linger()?;
    }
    carried
}

/// Moves bytes from one end to the other by the lane's rate, half a round trip late.
async fn pump(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    first: Vec<u8>,
    line: &Lines<'_>,
    way: Way,
    mut seen: impl FnMut(&[u8]),
) -> io::Result<()> {
    let case = line.case;
    let lane = match way {
        Way::Up => &case.up,
        Way::Down => &case.down,
    };
    let (send, mut arriving) = mpsc::channel::<(Instant, Vec<u8>)>(IN_THE_AIR);
    let leaving = async move {
        for part in first.chunks(lane.stride()) {
            line.leave(part, way, &send, &mut seen).await?;
        }
        let mut buffer = vec![0; lane.stride()];
        loop {
            // Not read before the last part has left: what a cut leaves behind was not counted.
            let count = from.read(&mut buffer).await?;
            line.unless_silent().await;
            if count == 0 {
                return Ok::<(), io::Error>(());
            }
            line.leave(&buffer[..count], way, &send, &mut seen).await?;
        }
    };
    let arrive = async move {
        while let Some((due, bytes)) = arriving.recv().await {
            sleep_until(due).await;
            to.write_all(&bytes).await?;
        }
        to.shutdown().await
    };
    tokio::try_join!(leaving, arrive).map(|_both| ())
}

/// One connection's both directions.
struct Lines<'a> {
    case: &'a Measured,
    half: Duration,
    /// Nothing passes any more, either way, and nobody is told.
    silent: &'a AtomicBool,
    /// Bytes behind which this connection ends, and those that it has carried.
    within: Option<u64>,
    carried: AtomicU64,
}

impl Lines<'_> {
    async fn unless_silent(&self) {
        if self.silent.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
    }

    /// Sends a portion on its way, as much of it as the line still carries.
    async fn leave(
        &self,
        part: &[u8],
        way: Way,
        send: &mpsc::Sender<(Instant, Vec<u8>)>,
        seen: &mut impl FnMut(&[u8]),
    ) -> io::Result<()> {
        let (case, half) = (self.case, self.half);
        let (lane, passed) = match way {
            Way::Up => (&case.up, &case.tally.bytes_up),
            Way::Down => (&case.down, &case.tally.bytes_down),
        };
        let before = passed.fetch_add(part.len() as u64, Ordering::Relaxed);
        let here = self.carried.fetch_add(part.len() as u64, Ordering::Relaxed);
        let ends = match case.weather.ends {
            Ends::EachWithin { .. } => self.within.map(|within| within.saturating_sub(here)),
            _ if case.ended.load(Ordering::Relaxed) => None,
            Ends::AtByte(on, at) | Ends::Silent(on, at) if on == way => at.checked_sub(before),
            _ => None,
        };
        // The byte that ends it lies in this portion: later connections are behind it.
        let ends = ends.and_then(|left| usize::try_from(left).ok()).filter(|left| *left < part.len());
        let carried = &part[..ends.unwrap_or(part.len())];
        passed.fetch_sub((part.len() - carried.len()) as u64, Ordering::Relaxed);
        seen(carried);
        let left = lane.leaves(Instant::now(), carried.len());
        sleep_until(left).await;
        // A far end that is gone has ended `arrive` with its error.
        let _ = send.send((left + half + lane.late(), carried.to_vec())).await;
        match (ends, case.weather.ends) {
            (None, _) => Ok(()),
            (Some(_), Ends::Silent(..)) => {
                self.silent.store(true, Ordering::Relaxed);
                case.over();
                std::future::pending().await
            }
            (Some(_), _) => {
                // What is under way still arrives.
                sleep_until(left + half + Duration::from_millis(5)).await;
                if self.within.is_some() {
                    add(&case.tally.cut, 1);
                } else {
                    case.over();
                }
                Err(io::ErrorKind::ConnectionAborted.into())
            }
        }
    }
}

impl Measured {
    /// The line came to its end, which it does once.
    fn over(&self) {
        add(&self.tally.cut, 1);
        self.ended.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;
