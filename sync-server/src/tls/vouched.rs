//! The self-made certificate: short-lived, under a key of its own, signed by the relay's identity key.
//!
//! Key and certificate are made at every start and lie on no disk: there is nothing to steal and nothing to restore,
//! because devices know the identity key alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use doorstep_schemas::vouch;
use ed25519_dalek::{Signer, SigningKey};
use rcgen::{CertificateParams, DistinguishedName, DnType, Issuer, KeyPair, PublicKeyData, SignatureAlgorithm};
use rustls::pki_types::PrivatePkcs8KeyDer;
use rustls::sign::CertifiedKey;

use super::{TlsError, provider};

/// A phone whose clock is a day slow still comes in.
const BEFORE_S: u64 = 24 * 3_600;
const LIFE_S: u64 = 8 * 24 * 3_600;
/// The rest of its life is for phones whose clocks are fast.
const RENEW_MS: i64 = 24 * 3_600 * 1_000;

/// The identity key as the one who signs certificates.
struct Identity<'a>(&'a SigningKey);

impl PublicKeyData for Identity<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.as_ref().as_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &rcgen::PKCS_ED25519
    }
}

impl rcgen::SigningKey for Identity<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        Ok(Signer::sign(self.0, message).to_bytes().to_vec())
    }
}

pub struct Vouched {
    identity: SigningKey,
    made_ms: AtomicI64,
}

impl std::fmt::Debug for Vouched {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Vouched").finish_non_exhaustive()
    }
}

impl Vouched {
    pub fn by(identity: SigningKey) -> Self {
        Self { identity, made_ms: AtomicI64::new(0) }
    }

    /// A new certificate, if the last one is a day old or of another time.
    pub fn renew(&self, now_ms: i64) -> Result<Option<Arc<CertifiedKey>>, TlsError> {
        let age = now_ms.saturating_sub(self.made_ms.load(Ordering::Relaxed));
        if (0..RENEW_MS).contains(&age) { Ok(None) } else { self.make(now_ms).map(Some) }
    }

    pub fn make(&self, now_ms: i64) -> Result<Arc<CertifiedKey>, TlsError> {
        let own = TlsError::Own;
        let mut params = CertificateParams::new([vouch::NAME.to_owned()]).map_err(own)?;
        // Names are matched against the alternative name; an empty subject saves bytes.
        params.distinguished_name = DistinguishedName::new();
        let now_s = u64::try_from(now_ms / 1_000).unwrap_or(0);
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        params.not_before = epoch + Duration::from_secs(now_s.saturating_sub(BEFORE_S));
        params.not_after = epoch + Duration::from_secs(now_s.saturating_add(LIFE_S));
        let mut authority = CertificateParams::default();
        authority.distinguished_name = DistinguishedName::new();
        authority.distinguished_name.push(DnType::CommonName, vouch::AUTHORITY);
        let issuer = Issuer::new(authority, Identity(&self.identity));
        let key = KeyPair::generate_for(&rcgen::PKCS_ED25519).map_err(own)?;
        let certificate = params.signed_by(&key, &issuer).map_err(own)?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let made = CertifiedKey::from_der(vec![certificate.der().clone()], key.into(), &provider());
        let made = made.map_err(TlsError::OwnUnfit)?;
        self.made_ms.store(now_ms, Ordering::Relaxed);
        Ok(Arc::new(made))
    }
}
