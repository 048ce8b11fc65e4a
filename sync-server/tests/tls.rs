//! The relay's own door: which certificate who is shown, when files are replaced, and what a handshake costs.
#![allow(clippy::unwrap_used, reason = "in a test, an unwrap that fails is the finding")]

use std::net::SocketAddr;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_relay::tls::Tls;
use doorstep_schemas::ids::PublicKey;
use doorstep_schemas::vouch;
use ed25519_dalek::SigningKey;
use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

const NAME: &str = "shop.example";

fn identity() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

fn now_ms() -> i64 {
    use doorstep_relay::clock::{Clock, SystemClock};
    SystemClock.now_ms()
}

fn pem(kind: &str, der: &[u8]) -> String {
    format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", BASE64_STANDARD.encode(der))
}

/// An ordinary certificate and its key, as files.
fn put_files(folder: &Path) -> CertificateDer<'static> {
    let key = KeyPair::generate().unwrap();
    let made = CertificateParams::new([NAME.to_owned()]).unwrap().self_signed(&key).unwrap();
    std::fs::write(folder.join("chain.pem"), pem("CERTIFICATE", made.der())).unwrap();
    std::fs::write(folder.join("key.pem"), pem("PRIVATE KEY", &key.serialize_der())).unwrap();
    made.der().clone()
}

/// Answers each caller with one byte.
async fn listen(tls: Arc<Tls>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let tls = tls.clone();
            tokio::spawn(async move {
                if let Ok(mut stream) = tls.accept(stream).await {
                    stream.write_all(b"!").await.unwrap();
                    stream.shutdown().await.unwrap();
                }
            });
        }
    });
    address
}

fn caller(roots: RootCertStore) -> Arc<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Arc::new(config)
}

fn trusting_the_relay() -> RootCertStore {
    let key = PublicKey(identity().verifying_key().to_bytes());
    let anchor = TrustAnchor {
        subject: vouch::authority_name().into(),
        subject_public_key_info: vouch::authority_key(&key).into(),
        name_constraints: None,
    };
    RootCertStore { roots: vec![anchor] }
}

/// Bytes of one connection, both ways.
struct Counted(TcpStream, Arc<AtomicUsize>);

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.0).poll_read(cx, buf);
        self.1.fetch_add(buf.filled().len() - before, Ordering::Relaxed);
        polled
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let polled = Pin::new(&mut self.0).poll_write(cx, bytes);
        if let Poll::Ready(Ok(count)) = &polled {
            self.1.fetch_add(*count, Ordering::Relaxed);
        }
        polled
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

/// One call: the certificate that was shown, and the bytes of the whole connection.
async fn call(
    address: SocketAddr,
    name: &'static str,
    config: &Arc<ClientConfig>,
) -> std::io::Result<(Vec<u8>, usize)> {
    let counted = Arc::new(AtomicUsize::new(0));
    let stream = Counted(TcpStream::connect(address).await?, counted.clone());
    let name = ServerName::try_from(name).unwrap();
    let mut stream = TlsConnector::from(config.clone()).connect(name, stream).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    assert_eq!(answer, b"!");
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"http/1.1"[..]));
    let shown = stream.get_ref().1.peer_certificates().unwrap()[0].to_vec();
    Ok((shown, counted.load(Ordering::Relaxed)))
}

#[tokio::test]
async fn a_name_is_shown_the_files_and_an_address_the_relays_own_word() {
    let folder = tempfile::tempdir().unwrap();
    let files = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    assert!(Tls::new(&identity(), Some(files.clone()), now_ms()).is_err(), "files that are not there");
    let first = put_files(folder.path());
    let tls = Arc::new(Tls::new(&identity(), Some(files), now_ms()).unwrap());
    let address = listen(tls.clone()).await;

    let mut roots = RootCertStore::empty();
    roots.add(first.clone()).unwrap();
    let (shown, _) = call(address, NAME, &caller(roots)).await.unwrap();
    assert_eq!(shown, first.to_vec());
    // The fixed name is the relay's own; so is a call without a name.
    assert_ne!(call(address, vouch::NAME, &caller(trusting_the_relay())).await.unwrap().0, first.to_vec());
    assert!(call(address, NAME, &caller(trusting_the_relay())).await.is_err());

    // Replaced as ACME clients do it; a state that does not fit changes nothing.
    let second = put_files(folder.path());
    tls.refresh(now_ms());
    std::fs::write(folder.path().join("chain.pem"), "half a fi").unwrap();
    tls.refresh(now_ms());
    std::fs::remove_file(folder.path().join("chain.pem")).unwrap();
    tls.refresh(now_ms());
    let mut roots = RootCertStore::empty();
    roots.add(second.clone()).unwrap();
    assert_eq!(call(address, NAME, &caller(roots)).await.unwrap().0, second.to_vec());
}

#[tokio::test]
async fn the_own_certificate_is_renewed_daily_and_coming_back_costs_no_certificate() {
    let tls = Arc::new(Tls::new(&identity(), None, now_ms()).unwrap());
    let address = listen(tls.clone()).await;
    let config = caller(trusting_the_relay());
    let (first, whole) = call(address, vouch::NAME, &config).await.unwrap();
    let (_, resumed) = call(address, vouch::NAME, &config).await.unwrap();
    println!("certificate {} bytes, first handshake {whole} bytes, again {resumed} bytes", first.len());
    assert!(whole < 1_200, "{whole}");
    assert!(resumed < whole - 200, "{resumed} of {whole}");

    tls.refresh(now_ms() + 3_600_000);
    assert_eq!(call(address, vouch::NAME, &caller(trusting_the_relay())).await.unwrap().0, first);
    tls.refresh(now_ms() + 86_400_000);
    assert_ne!(call(address, vouch::NAME, &caller(trusting_the_relay())).await.unwrap().0, first);
}
