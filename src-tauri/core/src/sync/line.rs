//! The line to the relay: HTTP, one connection reused, and nothing secret over a plain one.

use std::net::IpAddr;
use std::time::Duration;

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::enrol::ErrorAnswer;
use doorstep_schemas::ids::PublicKey;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url};

use super::fault::Fault;
use super::trust;
use super::ways::Way;
use crate::store::Enrolment;

/// A 2G line needs seconds to answer; only silence for this long is a dead one.
const SILENCE: Duration = Duration::from_secs(60);
const CONNECT: Duration = Duration::from_secs(20);
/// In the same network somebody answers at once or not at all.
const CONNECT_NEARBY: Duration = Duration::from_secs(2);
/// The largest error body worth reading.
const ERROR_BODY: usize = 4 * 1024;

/// What came back, its body still on the way.
pub type Answer = Response;

#[derive(Debug, Clone)]
pub struct Line {
    client: Client,
    base: Url,
    token: Option<String>,
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
            .read_timeout(SILENCE)
            .tcp_nodelay(true)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(Self { client, base, token })
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

    /// Sends an exchange.
    pub async fn exchange(&self, body: Vec<u8>) -> Result<Answer, Fault> {
        let request = self.request(Method::POST, "v1/exchange")?.header("content-type", "application/cbor");
        self.send(request.body(body)).await
    }

    /// Sends; an answer that is not a success becomes a fault with the relay's own reason.
    pub async fn send(&self, request: RequestBuilder) -> Result<Response, Fault> {
        let answer = request.send().await?;
        if answer.status().is_success() { Ok(answer) } else { Err(refusal(answer).await) }
    }
}

/// What the relay said when it said no.
pub async fn refusal(mut answer: Response) -> Fault {
    let status = answer.status();
    let retry_after_ms = answer
        .headers()
        .get(reqwest::header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.parse::<i64>().ok())
        .map(|seconds| seconds.clamp(0, 3_600) * 1000);
    let mut body = Vec::new();
    while let Ok(Some(chunk)) = answer.chunk().await {
        body.extend_from_slice(&chunk);
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
