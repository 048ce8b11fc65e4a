//! Photo bytes beside the log: named by their SHA-256, appended piece by piece, resumable at any byte.
//!
//! `HEAD /v1/blobs/<hash>` tells how much is there, `PATCH` appends at that offset, `GET` reads (a `Range` is
//! honoured). A blob belongs to a document; who may read the document may read the blob.

/// Offset of the first byte in a `PATCH`, and the number of bytes held in every answer.
pub const OFFSET: &str = "upload-offset";
/// The blob's whole length in bytes; required in a `PATCH`.
pub const LENGTH: &str = "upload-length";
/// The document that the blob belongs to, as text.
pub const DOC: &str = "doorstep-doc";

/// Largest blob, in bytes.
pub const MAX_BLOB: u64 = 24 * 1024 * 1024;
