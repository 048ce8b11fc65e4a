//! Photo bytes beside the log: named by their SHA-256, brought by tus 1.0, read by ranges.
//!
//! `POST /v1/uploads` begins an upload, `HEAD` and `PATCH /v1/uploads/<hash>` go on with it, `GET /v1/blobs/<hash>` reads
//! what is whole. A blob belongs to a document; who may read the document may read the blob.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::BlobHash;

/// The version of tus, in every request and answer of an upload.
pub const RESUMABLE: &str = "tus-resumable";
pub const RESUMABLE_VERSION: &str = "1.0.0";
/// Offset of the first byte of a request's body, and the number of bytes held in an answer.
pub const OFFSET: &str = "upload-offset";
/// The blob's whole length in bytes.
pub const LENGTH: &str = "upload-length";
/// What an upload is told of its blob when it begins: pairs of a key and a value in base64.
pub const METADATA: &str = "upload-metadata";
/// Of the request's body: an algorithm and a digest in base64.
pub const CHECKSUM: &str = "upload-checksum";
/// Until when an upload is kept.
pub const EXPIRES: &str = "upload-expires";
/// The type of every body of an upload.
pub const BODY_TYPE: &str = "application/offset+octet-stream";

/// The key of the blob's name: its SHA-256 in lower-case hex.
pub const META_HASH: &str = "hash";
/// The key of the document that the blob belongs to, as text.
pub const META_DOC: &str = "doc";

/// Most hashes of one question which blobs the relay lacks.
pub const MOST_ASKED: usize = 200;

/// `POST /v1/blobs/missing`: which of these the relay lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissingRequest {
    /// At most [`MOST_ASKED`].
    #[schemars(with = "Vec<String>", length(max = 200), inner(regex(pattern = "^[0-9a-f]{64}$")))]
    pub hashes: Vec<BlobHash>,
}

/// Those that the relay lacks, and those that are not for the caller to know of: both are brought in the same way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MissingAnswer {
    #[schemars(with = "Vec<String>", inner(regex(pattern = "^[0-9a-f]{64}$")))]
    pub missing: Vec<BlobHash>,
}

/// Largest blob, in bytes.
pub const MAX_BLOB: u64 = 24 * 1024 * 1024;
