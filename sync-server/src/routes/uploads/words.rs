//! tus in headers: what a request says, and what it is told.

use std::time::{Duration, SystemTime};

use axum::http::{HeaderMap, HeaderValue, header};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_schemas::blob::{BODY_TYPE, CHECKSUM, LENGTH, MAX_BLOB, METADATA, RESUMABLE, RESUMABLE_VERSION};
use doorstep_schemas::ids::{BlobHash, DocId};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::blobs::Meant;
use crate::routes::RouteError;

pub const ALGORITHMS: &str = "sha256,sha1";

/// Refuses another version of tus, and whoever does not speak it.
pub fn version(headers: &HeaderMap) -> Result<(), RouteError> {
    let said = headers.get(RESUMABLE).map(HeaderValue::as_bytes);
    if said == Some(RESUMABLE_VERSION.as_bytes()) { Ok(()) } else { Err(RouteError::NotResumable) }
}

/// What an upload is told of its blob when it begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    pub hash: BlobHash,
    pub doc: DocId,
    pub length: u64,
    /// As it came.
    pub metadata: String,
}

impl Said {
    pub fn read(headers: &HeaderMap) -> Result<Self, RouteError> {
        let length = number(headers, LENGTH)?;
        if length > MAX_BLOB {
            return Err(RouteError::BlobTooLarge);
        }
        let metadata = headers.get(METADATA).and_then(|value| value.to_str().ok());
        let metadata = metadata.ok_or(RouteError::Invalid("an upload's metadata names its hash and its document"))?;
        let Meant { hash, doc } = Meant::read(metadata).map_err(RouteError::Invalid)?;
        Ok(Self { hash, doc, length, metadata: metadata.to_owned() })
    }
}

/// What goes with the bytes of a request; `None` when it brings none.
pub fn body(headers: &HeaderMap) -> Result<Option<Option<Checksum>>, RouteError> {
    match headers.get(header::CONTENT_TYPE) {
        Some(kind) if kind.as_bytes() == BODY_TYPE.as_bytes() => Ok(Some(checksum(headers)?)),
        _ if headers.get(header::CONTENT_LENGTH).is_none_or(|length| length == "0")
            && !headers.contains_key(header::TRANSFER_ENCODING) =>
        {
            Ok(None)
        }
        _ => Err(RouteError::BodyType),
    }
}

fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, RouteError> {
    let wrong = RouteError::Invalid("a checksum is the word sha256 or sha1 and a digest in base64");
    let Some(value) = headers.get(CHECKSUM) else { return Ok(None) };
    let read = value.to_str().ok().and_then(|text| {
        let (algorithm, said) = text.split_once(' ')?;
        let digest = match algorithm {
            "sha256" => Hashing::Sha256(Sha256::new()),
            "sha1" => Hashing::Sha1(Sha1::new()),
            _ => return None,
        };
        Some(Checksum { digest, said: BASE64_STANDARD.decode(said).ok()? })
    });
    read.map(Some).ok_or(wrong)
}

#[derive(Debug, Clone)]
enum Hashing {
    Sha256(Sha256),
    Sha1(Sha1),
}

/// What a body is held to.
#[derive(Debug, Clone)]
pub struct Checksum {
    digest: Hashing,
    said: Vec<u8>,
}

impl Checksum {
    pub fn hear(&mut self, bytes: &[u8]) {
        match &mut self.digest {
            Hashing::Sha256(digest) => digest.update(bytes),
            Hashing::Sha1(digest) => digest.update(bytes),
        }
    }

    pub fn holds(self) -> bool {
        match self.digest {
            Hashing::Sha256(digest) => digest.finalize().as_slice() == self.said,
            Hashing::Sha1(digest) => digest.finalize().as_slice() == self.said,
        }
    }
}

pub fn number(headers: &HeaderMap, name: &'static str) -> Result<u64, RouteError> {
    let digits = headers.get(name).and_then(|value| value.to_str().ok());
    let digits = digits.filter(|text| text.bytes().all(|digit| digit.is_ascii_digit()));
    digits.and_then(|text| text.parse().ok()).ok_or(RouteError::Invalid("offset or length is not a number"))
}

/// A moment as HTTP writes it.
pub fn date(ms: i64) -> HeaderValue {
    // HTTP's dates have four digits for a year.
    let ms = u64::try_from(ms).unwrap_or(0).min(253_402_300_799_000);
    let text = httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_millis(ms));
    HeaderValue::try_from(text).expect("a date is letters, digits and signs")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_http_writes_it() {
        assert_eq!(date(0), "Thu, 01 Jan 1970 00:00:00 GMT");
        assert_eq!(date(1_795_219_200_000), "Sat, 21 Nov 2026 00:00:00 GMT");
        assert_eq!(date(i64::MIN), date(0));
        assert_eq!(date(i64::MAX), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
