//! The line to the relay: HTTP, one connection reused, and nothing secret over a plain one.

use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::enrol::ErrorAnswer;
use doorstep_schemas::ids::PublicKey;
use futures_util::stream;
use reqwest::header::{CONTENT_LENGTH, HeaderMap};
use reqwest::{Body, Client, Method, RequestBuilder, Response, StatusCode, Url};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until, timeout};

use super::fault::Fault;
use super::trust;
use super::ways::Way;
use crate::store::Enrolment;

/// When a line is dead.
#[derive(Debug, Clone, Copy)]
struct Patience {
    /// A 2G line needs seconds to answer; only silence for this long is a dead one.
    silence: Duration,
    /// How slowly a line may carry what the system has taken and not sent yet (bytes a second).
    slowest: usize,
}

const USUAL: Patience = Patience { silence: Duration::from_secs(60), slowest: 2 * 1024 };
const CONNECT: Duration = Duration::from_secs(20);
/// In the same network somebody answers at once or not at all.
const CONNECT_NEARBY: Duration = Duration::from_secs(2);
/// The largest error body worth reading.
const ERROR_BODY: usize = 4 * 1024;

/// A body goes out in parts of this size; each that moves on shows that the line lives.
const PART: usize = 4 * 1024;
/// What the system may have taken of a body without having sent it.
const IN_THE_SYSTEM: usize = 256 * 1024;

/// What came back, its body still on the way.
#[derive(Debug)]
pub struct Answer {
    response: Response,
    silence: Duration,
}

impl Answer {
    pub fn status(&self) -> StatusCode {
        self.response.status()
    }

    pub fn headers(&self) -> &HeaderMap {
        self.response.headers()
    }

    pub fn content_length(&self) -> Option<u64> {
        self.response.content_length()
    }

    /// The next bytes; `None` at the end.
    pub async fn chunk(&mut self) -> Result<Option<impl AsRef<[u8]> + use<>>, Fault> {
        match timeout(self.silence, self.response.chunk()).await {
            Ok(chunk) => Ok(chunk?),
            Err(_elapsed) => Err(Fault::Silent),
        }
    }
}

/// How far a body is on its way out: when the last part was taken, and how many bytes are left.
#[derive(Debug, Clone, Copy)]
struct Sent {
    at: Instant,
    left: usize,
}

impl Sent {
    /// Until when silence is no sign of a dead line. What the system holds of a body moves unseen, and it takes more only
    /// when a good part of that is gone.
    fn until(self, length: usize, patience: Patience) -> Instant {
        let unseen = (length - self.left).min(IN_THE_SYSTEM) as u64;
        self.at + patience.silence + Duration::from_millis(unseen * 1_000 / patience.slowest as u64)
    }
}

#[derive(Debug, Clone)]
pub struct Line {
    client: Client,
    base: Url,
    token: Option<String>,
    patience: Patience,
}

impl Line {
    /// `relay`: `https://…`, or `http://` on this machine's loopback only. `key`: the relay's, once an invitation or the
    /// enrolment has named it; see [`trust`].
    pub fn new(relay: &str, key: Option<PublicKey>, token: Option<String>) -> Result<Self, Fault> {
        Self::within(CONNECT, relay, key, token)
    }

    /// The line of an enrolled device by one way.
    pub fn by(way: &Way, enrolment: &Enrolment) -> Result<Self, Fault> {
        let patience = match way {
            Way::Nearby(_) => CONNECT_NEARBY,
            Way::Public(_) => CONNECT,
        };
        Self::within(patience, &way.address(), Some(enrolment.relay_key), Some(enrolment.token.clone()))
    }

    fn within(connect: Duration, relay: &str, key: Option<PublicKey>, token: Option<String>) -> Result<Self, Fault> {
        let insecure = || Fault::Insecure(relay.to_owned());
        let base = Url::parse(relay).ok().filter(|url| url.has_host()).ok_or_else(insecure)?;
        if base.scheme() != "https" && !(base.scheme() == "http" && loopback(&base)) {
            return Err(insecure());
        }
        let client = Client::builder()
            .tls_backend_preconfigured(trust::setup(key)?)
            .http1_only()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(connect)
            .tcp_nodelay(true)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(Self { client, base, token, patience: USUAL })
    }

    /// A request to `/v1/…`.
    pub fn request(&self, method: Method, path: &str) -> Result<RequestBuilder, Fault> {
        let url = self.base.join(path).ok().ok_or_else(|| Fault::Insecure(path.to_owned()))?;
        let request = self.client.request(method, url);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    /// Sends an exchange, or a question of a comparison.
    pub async fn exchange(&self, path: &str, body: Vec<u8>) -> Result<Answer, Fault> {
        let request = self.request(Method::POST, path)?.header("content-type", "application/cbor");
        self.send(request, body).await
    }

    /// Sends; an answer that is not a success becomes a fault with the relay's own reason.
    pub async fn send(&self, request: RequestBuilder, body: Vec<u8>) -> Result<Answer, Fault> {
        let answer = self.ask(request, body).await?;
        if answer.status().is_success() { Ok(answer) } else { Err(refusal(answer).await) }
    }

    /// Sends, and takes any answer. An upload lasts as long as it moves: a time limit for the whole of it would end the slow
    /// ones, which are the ones that must not begin again.
    pub async fn ask(&self, request: RequestBuilder, body: Vec<u8>) -> Result<Answer, Fault> {
        let length = body.len();
        let (tell, sent) = watch::channel(Sent { at: Instant::now(), left: length });
        let request = match length {
            0 => request,
            1..=PART => {
                tell.send_replace(Sent { at: Instant::now(), left: 0 });
                request.body(body)
            }
            _ => request.header(CONTENT_LENGTH, length).body(told(body, tell)),
        };
        let mut answering = pin!(request.send());
        loop {
            let until = sent.borrow().until(length, self.patience);
            tokio::select! {
                answer = &mut answering => return Ok(Answer { response: answer?, silence: self.patience.silence }),
                () = sleep_until(until) => if sent.borrow().until(length, self.patience) <= Instant::now() {
                    return Err(Fault::Silent);
                },
            }
        }
    }
}

/// A body that tells how far it is.
fn told(body: Vec<u8>, tell: watch::Sender<Sent>) -> Body {
    Body::wrap_stream(stream::unfold((body, 0, tell), async |(body, from, tell)| {
        let to = (from + PART).min(body.len());
        let part = body.get(from..to).filter(|part| !part.is_empty())?.to_vec();
        tell.send_replace(Sent { at: Instant::now(), left: body.len() - to });
        Some((Ok::<_, std::io::Error>(part), (body, to, tell)))
    }))
}

/// What the relay said when it said no.
pub async fn refusal(mut answer: Answer) -> Fault {
    let status = answer.status();
    let retry_after_ms = answer
        .headers()
        .get(reqwest::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse::<i64>().ok())
        .map(|seconds| seconds.clamp(0, 3_600) * 1000);
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(chunk.as_ref());
        if body.len() > ERROR_BODY {
            break;
        }
    }
    let said: Option<ErrorAnswer> = serde_json::from_slice(&body).ok();
    let code = said.as_ref().and_then(|said| ErrorCode::from_wire(&said.code)).unwrap_or(match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        _ if status.is_server_error() => ErrorCode::RelayFailed,
        _ => ErrorCode::RelayNonsense,
    });
    let farewell = said.as_ref().and_then(|said| said.farewell.as_ref()?.read()).map(Box::new);
    let detail = said.map(|said| said.detail).unwrap_or_default();
    Fault::Refused { status: status.as_u16(), code, detail, retry_after_ms, farewell }
}

fn loopback(url: &Url) -> bool {
    match url.host_str() {
        Some("localhost") => true,
        Some(host) => host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpSocket;
    use tokio::time::sleep;

    /// Reads so many bytes and no more; small buffers, so that the rest stays with the sender.
    async fn slow_relay(part: usize, pause: Duration, stops_after: usize, answers_after: Duration) -> Line {
        let socket = TcpSocket::new_v4().unwrap();
        socket.set_recv_buffer_size(16 * 1024).unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(4).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut buffer, mut head) = (0, vec![0; part], None);
                    while head.is_none_or(|length| read < length) {
                        if read >= stops_after {
                            return std::future::pending().await;
                        }
                        let came = stream.read(&mut buffer).await.unwrap();
                        read += came;
                        if head.is_none() {
                            let text = String::from_utf8_lossy(&buffer[..came]).to_lowercase();
                            let (heads, _) = text.split_once("\r\n\r\n").unwrap();
                            let length = heads
                                .split("content-length: ")
                                .nth(1)
                                .map_or(0, |rest| rest.split("\r\n").next().unwrap().parse::<usize>().unwrap());
                            head = Some(heads.len() + 4 + length);
                        }
                        sleep(pause).await;
                    }
                    sleep(answers_after).await;
                    stream.write_all(b"HTTP/1.1 204 No Content\r\nupload-offset: 0\r\n\r\n").await.unwrap();
                    sleep(Duration::from_secs(60)).await;
                });
            }
        });
        let line = Line::new(&address, None, None).unwrap();
        Line { patience: Patience { silence: Duration::from_millis(300), slowest: 64 * 1024 }, ..line }
    }

    /// Reads on and on.
    const NEVER: usize = usize::MAX;

    #[tokio::test]
    async fn an_upload_that_takes_longer_than_any_silence_may_arrives_as_long_as_it_moves() {
        let begun = Instant::now();
        let line = slow_relay(64 * 1024, Duration::from_millis(5), NEVER, Duration::ZERO).await;
        let answer = line.exchange("v1/exchange", vec![7; 32_000_000]).await;
        assert_eq!(answer.unwrap().status(), 204);
        let longest = Duration::from_millis(300 + 4_000);
        assert!(begun.elapsed() > longest, "{:?}: shorter than one silence", begun.elapsed());
    }

    #[tokio::test]
    async fn what_the_system_holds_back_of_an_upload_is_waited_for() {
        // A stride of a photo: the system takes all of it at once, and the line carries it for seconds.
        let line = slow_relay(4 * 1024, Duration::from_millis(25), NEVER, Duration::ZERO).await;
        let request = line.request(Method::PATCH, "v1/uploads/0").unwrap();
        assert_eq!(line.send(request, vec![7; 64 * 1024]).await.unwrap().status(), 204);
    }

    #[tokio::test]
    async fn a_line_on_which_nothing_moves_is_given_up() {
        let begun = Instant::now();
        let line = slow_relay(64 * 1024, Duration::ZERO, 100_000, Duration::ZERO).await;
        let stuck = line.exchange("v1/exchange", vec![7; 12_000_000]).await;
        assert!(matches!(stuck, Err(Fault::Silent)), "{stuck:?}");
        let line = slow_relay(4 * 1024, Duration::ZERO, NEVER, Duration::from_secs(60)).await;
        let silent = line.send(line.request(Method::GET, "v1/live").unwrap(), Vec::new()).await;
        assert!(matches!(silent, Err(Fault::Silent)), "{silent:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    }

    #[test]
    fn nothing_is_sent_in_the_clear_beyond_this_machine() {
        for bad in
            ["http://192.168.1.4:8470", "http://shop.example", "ftp://127.0.0.1", "127.0.0.1:8470", "", "https://"]
        {
            assert!(matches!(Line::new(bad, None, None), Err(Fault::Insecure(_))), "{bad}");
        }
        for good in ["http://127.0.0.1:8470", "http://[::1]:8470", "http://localhost:1", "https://shop.example"] {
            assert!(Line::new(good, None, None).is_ok(), "{good}");
        }
    }
}
