//! An ordinary certificate from files, as ACME clients leave and replace them.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use super::{TlsError, provider};

#[derive(Debug)]
pub struct Files {
    certificate: PathBuf,
    key: PathBuf,
    /// What was looked at last, fit or not.
    seen: Mutex<Option<(Vec<u8>, Vec<u8>)>>,
}

fn bytes(path: &Path) -> Result<Vec<u8>, TlsError> {
    std::fs::read(path).map_err(|cause| TlsError::File(path.to_owned(), cause))
}

impl Files {
    pub fn at(certificate: PathBuf, key: PathBuf) -> Self {
        Self { certificate, key, seen: Mutex::default() }
    }

    pub fn load(&self) -> Result<Arc<CertifiedKey>, TlsError> {
        let found = (bytes(&self.certificate)?, bytes(&self.key)?);
        let made = self.fit(&found.0, &found.1);
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(found);
        made
    }

    /// The new certificate when the files are others than before; each state of them is looked at once.
    pub fn reload(&self) -> Result<Option<Arc<CertifiedKey>>, TlsError> {
        // Gone for a moment is how some programs replace files.
        let (Ok(certificate), Ok(key)) = (bytes(&self.certificate), bytes(&self.key)) else { return Ok(None) };
        let found = (certificate, key);
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.as_ref() == Some(&found) {
            return Ok(None);
        }
        let made = self.fit(&found.0, &found.1);
        *seen = Some(found);
        made.map(Some)
    }

    fn fit(&self, certificate: &[u8], key: &[u8]) -> Result<Arc<CertifiedKey>, TlsError> {
        let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<_, _>>()
            .map_err(|cause| TlsError::Pem(self.certificate.clone(), cause))?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate(self.certificate.clone()));
        }
        let private = PrivateKeyDer::from_pem_slice(key).map_err(|cause| TlsError::Pem(self.key.clone(), cause))?;
        let unfit = |source| TlsError::Unfit { certificate: self.certificate.clone(), key: self.key.clone(), source };
        Ok(Arc::new(CertifiedKey::from_der(chain, private, &provider()).map_err(unfit)?))
    }
}
