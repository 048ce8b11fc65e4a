//! TLS at the relay's own door: a certificate that the relay's key vouches for, and an ordinary one from files.
//!
//! A caller that asks for a name gets the ordinary certificate where there is one. Whoever calls an address, as phones
//! in the shop's network do, gets the self-made one. TLS 1.3 only: every device of ours speaks it.

mod files;
mod vouched;

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};

use doorstep_schemas::vouch;
use ed25519_dalek::SigningKey;
use rustls::crypto::{CryptoProvider, ring};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig, ServerSessionMemoryCache};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use files::Files;
use vouched::Vouched;

/// Callers who come back without a certificate's bytes; beyond that the oldest show up as new ones.
const REMEMBERED: usize = 8_192;

/// Why the relay can't speak TLS as it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("{0} can't be read")]
    File(PathBuf, #[source] std::io::Error),
    #[error("{0} is not the PEM that it should be")]
    Pem(PathBuf, #[source] rustls::pki_types::pem::Error),
    #[error("{0} holds no certificate")]
    NoCertificate(PathBuf),
    #[error("{certificate} and {key} don't make a certificate with its key")]
    Unfit {
        certificate: PathBuf,
        key: PathBuf,
        #[source]
        source: rustls::Error,
    },
    #[error("the relay's own certificate could not be made")]
    Own(#[source] rcgen::Error),
    #[error("the relay's own certificate could not be used")]
    OwnUnfit(#[source] rustls::Error),
    #[error("TLS could not be set up")]
    Setup(#[source] rustls::Error),
}

/// See the module.
pub struct Tls {
    acceptor: TlsAcceptor,
    certificates: Arc<Certificates>,
    vouched: Vouched,
    files: Option<Files>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tls").field("files", &self.files).finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Certificates {
    own: RwLock<Arc<CertifiedKey>>,
    ordinary: RwLock<Option<Arc<CertifiedKey>>>,
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let own = || self.own.read().unwrap_or_else(PoisonError::into_inner).clone();
        let ordinary = self.ordinary.read().unwrap_or_else(PoisonError::into_inner).clone();
        match hello.server_name() {
            Some(name) if name != vouch::NAME => ordinary.or_else(|| Some(own())),
            _ => Some(own()),
        }
    }
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

impl Tls {
    /// A relay that shows a certificate of its own, made now and renewed by [`Tls::refresh`]. Its key lies nowhere but
    /// in memory. With `files` (a chain and its key, both PEM) callers by name are shown that one.
    pub fn new(identity: &SigningKey, files: Option<(PathBuf, PathBuf)>, now_ms: i64) -> Result<Self, TlsError> {
        let vouched = Vouched::by(identity.clone());
        let own = RwLock::new(vouched.make(now_ms)?);
        let files = files.map(|(certificate, key)| Files::at(certificate, key));
        let ordinary = RwLock::new(files.as_ref().map(Files::load).transpose()?);
        let certificates = Arc::new(Certificates { own, ordinary });
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(TlsError::Setup)?
            .with_no_client_auth()
            .with_cert_resolver(certificates.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Kept here and named by 32 bytes: a sealed ticket would carry the whole state over every line. One is enough,
        // because a device holds one connection.
        config.session_storage = ServerSessionMemoryCache::new(REMEMBERED);
        config.send_tls13_tickets = 1;
        Ok(Self { acceptor: TlsAcceptor::from(Arc::new(config)), certificates, vouched, files })
    }

    /// Renews what is halfway through its life, and reads files that were replaced. Files that don't fit are told of
    /// once and change nothing.
    pub fn refresh(&self, now_ms: i64) {
        match self.vouched.renew(now_ms) {
            Ok(None) => {}
            Ok(Some(made)) => *self.certificates.own.write().unwrap_or_else(PoisonError::into_inner) = made,
            Err(cause) => tracing::error!(%cause, "the relay goes on with its old certificate"),
        }
        match self.files.as_ref().map_or(Ok(None), Files::reload) {
            Ok(None) => {}
            Ok(made @ Some(_)) => {
                *self.certificates.ordinary.write().unwrap_or_else(PoisonError::into_inner) = made;
                tracing::info!("a new certificate is shown from now on");
            }
            Err(cause) => tracing::error!(%cause, "the new certificate can't be used; the old one is still shown"),
        }
    }

    /// The handshake.
    pub async fn accept<S: AsyncRead + AsyncWrite + Unpin>(&self, stream: S) -> std::io::Result<TlsStream<S>> {
        self.acceptor.accept(stream).await
    }
}
