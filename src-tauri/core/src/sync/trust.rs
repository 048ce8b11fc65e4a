//! Whom the line believes over TLS: the relay that this device was enrolled with, or an ordinary certificate.
//!
//! A certificate that the enrolled key vouches for is good at any address, so that a phone in the shop's network needs
//! no authority, no name and no internet. Without it an ordinary certificate must fit the name that was called. Nothing
//! of a request leaves before one of the two holds.

use std::sync::{Arc, Mutex, PoisonError};

use doorstep_schemas::ids::PublicKey;
use doorstep_schemas::vouch;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{verify_server_cert_signed_by_trust_anchor, verify_server_name};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, TrustAnchor, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, PeerIncompatible, RootCertStore, SignatureScheme,
};
use rustls_platform_verifier::Verifier;

use super::fault::Fault;

/// Set-ups that are kept: with them the sessions that a relay remembers, so that coming back costs no certificate.
const KEPT: usize = 4;

type Kept = Vec<(Option<PublicKey>, ClientConfig)>;

static SETUPS: Mutex<Kept> = Mutex::new(Vec::new());

/// How the line speaks TLS to the relay of this key; `None` while no key is known. One set-up a key, because whoever
/// resumes a session is not looked at again.
pub fn setup(relay: Option<PublicKey>) -> Result<ClientConfig, Fault> {
    let mut kept = SETUPS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, config)) = kept.iter().find(|(key, _)| *key == relay) {
        return Ok(config.clone());
    }
    let provider = Arc::new(ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider.clone())
        .with_safe_default_protocol_versions()
        .map_err(Fault::Tls)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Trust::new(relay, provider)))
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if kept.len() >= KEPT {
        kept.remove(0);
    }
    kept.push((relay, config.clone()));
    Ok(config)
}

#[derive(Debug)]
struct Trust {
    relay: Option<RootCertStore>,
    /// `None` where the system has no certificates of authorities: then none can be ordinary.
    ordinary: Option<Verifier>,
    provider: Arc<CryptoProvider>,
    name: ServerName<'static>,
}

impl Trust {
    fn new(relay: Option<PublicKey>, provider: Arc<CryptoProvider>) -> Self {
        let ordinary = Verifier::new(provider.clone());
        if let Err(cause) = &ordinary {
            tracing::warn!(%cause, "the system's certificates can't be had: only the relay's own key is believed");
        }
        let anchor = |key: PublicKey| TrustAnchor {
            subject: vouch::authority_name().into(),
            subject_public_key_info: vouch::authority_key(&key).into(),
            name_constraints: None,
        };
        Self {
            relay: relay.map(|key| RootCertStore { roots: vec![anchor(key)] }),
            ordinary: ordinary.ok(),
            provider,
            name: ServerName::try_from(vouch::NAME).expect("the fixed name is a DNS name"),
        }
    }

    /// Whether the enrolled key vouches for this certificate. `None`: it is not of that kind at all.
    fn vouched(&self, shown: &CertificateDer<'_>, now: UnixTime) -> Option<Result<(), Error>> {
        let roots = self.relay.as_ref()?;
        let algorithms = self.provider.signature_verification_algorithms.all;
        let outcome = ParsedCertificate::try_from(shown).and_then(|parsed| {
            verify_server_cert_signed_by_trust_anchor(&parsed, roots, &[], now, algorithms)?;
            verify_server_name(&parsed, &self.name)
        });
        match outcome {
            Err(Error::InvalidCertificate(CertificateError::UnknownIssuer)) => None,
            outcome => Some(outcome),
        }
    }
}

impl ServerCertVerifier for Trust {
    fn verify_server_cert(
        &self,
        shown: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        called: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(outcome) = self.vouched(shown, now) {
            return outcome.map(|()| ServerCertVerified::assertion());
        }
        match &self.ordinary {
            Some(ordinary) => ordinary.verify_server_cert(shown, between, called, ocsp, now),
            None => Err(CertificateError::UnknownIssuer.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        // Our own relays speak 1.3; who shows their certificate over 1.2 is none of them.
        if self.vouched(shown, UnixTime::now()).is_some_and(|outcome| outcome.is_ok()) {
            return Err(PeerIncompatible::ServerTlsVersionIsDisabledByOurConfig.into());
        }
        verify_tls12_signature(message, shown, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        shown: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, shown, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

/// What TLS said, somewhere below an HTTP error.
pub fn cause<'a>(error: &'a (dyn std::error::Error + 'static)) -> Option<&'a Error> {
    let mut next = error.source();
    while let Some(error) = next {
        // An I/O error does not name what it wraps as its source.
        let inner = error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let found = inner.and_then(|inner| inner.downcast_ref::<Error>()).or_else(|| error.downcast_ref::<Error>());
        if found.is_some() {
            return found;
        }
        next = match inner {
            Some(inner) => Some(inner as &dyn std::error::Error),
            None => error.source(),
        };
    }
    None
}
