//! The one table from what went wrong to a status and a code.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use doorstep_schemas::blob;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::enrol::ErrorAnswer;
use doorstep_schemas::signature::Farewell;

use super::body::Broken;
use crate::engine::enrolment::EnrolError;
use crate::engine::session::NotRead;
use crate::engine::standing::NotServed;
use crate::engine::team::{BadName, TeamError};
use crate::engine::tries::TooMany;
use crate::storage::StorageError;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum RouteError {
    #[error(transparent)]
    NotServed(#[from] NotServed),
    #[error("refused: {}", .0.wire())]
    Refused(ErrorCode),
    #[error("{0}; what arrived whole was kept")]
    Exchange(#[from] NotRead),
    #[error("the device was reported lost, or its member has left")]
    Farewell(Farewell),
    #[error("the request's body broke off; what arrived whole was kept")]
    Broken(#[from] Broken),
    #[error("the request is larger than {0} bytes")]
    RequestTooLarge(usize),
    #[error("the request is not the JSON that it should be")]
    Json(#[from] serde_json::Error),
    #[error(transparent)]
    BadName(#[from] BadName),
    #[error("{0}")]
    Invalid(&'static str),
    #[error(transparent)]
    Enrol(#[from] EnrolError),
    #[error("too many wrong codes; try again in {} s", .0.retry_after_s)]
    TooManyTries(TooMany),
    #[error("this device asks too often; try again in {} s", .0.retry_after_s)]
    TooManyRequests(TooMany),
    #[error("everybody asks at once; try again in {} s", .0.retry_after_s)]
    Busy(TooMany),
    #[error("what may be brought in a day is used up; try again in {retry_after_s} s")]
    QuotaUsed { retry_after_s: u64 },
    #[error(transparent)]
    Team(#[from] TeamError),
    #[error("nothing here")]
    NotFound,
    #[error("not a way to ask this route")]
    Method,
    #[error("the blob is held up to byte {held}")]
    BlobOffset { held: u64 },
    #[error("the bytes are not those of the name; they were thrown away")]
    BlobMismatch,
    #[error("the body is not what its checksum says; nothing of it was kept")]
    Checksum,
    #[error("uploads are spoken to in tus {}", blob::RESUMABLE_VERSION)]
    NotResumable,
    #[error("a body of an upload is of the type {}", blob::BODY_TYPE)]
    BodyType,
    #[error("the relay's disk is nearly full and takes no photos; what arrived is kept, text still goes through")]
    DiskFloor,
    #[error("a blob has at most {} bytes", blob::MAX_BLOB)]
    BlobTooLarge,
    #[error("a range that the blob does not have")]
    Range { size: u64 },
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl RouteError {
    fn answer(&self) -> (StatusCode, ErrorCode) {
        match self {
            Self::NotServed(NotServed::UnknownToken) => (StatusCode::UNAUTHORIZED, ErrorCode::DeviceRefused),
            Self::NotServed(NotServed::Revoked(_)) | Self::Farewell(_) => {
                (StatusCode::FORBIDDEN, ErrorCode::DeviceRefused)
            }
            Self::NotServed(NotServed::Pending) => (StatusCode::FORBIDDEN, ErrorCode::DevicePending),
            Self::Refused(code) => (StatusCode::FORBIDDEN, *code),
            Self::Exchange(NotRead::Unreadable(_) | NotRead::Empty) => {
                (StatusCode::BAD_REQUEST, ErrorCode::ExchangeUnreadable)
            }
            Self::Exchange(NotRead::TooLarge) => (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::ExchangeTooLarge),
            Self::Exchange(NotRead::TooOld(_)) => (StatusCode::UPGRADE_REQUIRED, ErrorCode::ProtocolTooOld),
            Self::Broken(Broken::Idle(_)) => (StatusCode::REQUEST_TIMEOUT, ErrorCode::ExchangeUnreadable),
            Self::Broken(Broken::Cut(_)) => (StatusCode::BAD_REQUEST, ErrorCode::ExchangeUnreadable),
            Self::RequestTooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::RequestInvalid),
            Self::Json(_) | Self::BadName(_) | Self::Invalid(_) | Self::Enrol(EnrolError::OthersDevice) => {
                (StatusCode::BAD_REQUEST, ErrorCode::RequestInvalid)
            }
            Self::Enrol(EnrolError::CodeWrong) => (StatusCode::FORBIDDEN, ErrorCode::CodeWrong),
            Self::TooManyTries(_) => (StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyTries),
            Self::TooManyRequests(_) => (StatusCode::TOO_MANY_REQUESTS, ErrorCode::TooManyRequests),
            Self::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, ErrorCode::RelayBusy),
            Self::QuotaUsed { .. } => (StatusCode::TOO_MANY_REQUESTS, ErrorCode::QuotaUsed),
            Self::Team(TeamError::NoMember) => (StatusCode::NOT_FOUND, ErrorCode::MemberUnknown),
            Self::Team(TeamError::LastOwner) => (StatusCode::CONFLICT, ErrorCode::LastOwner),
            Self::Team(TeamError::NoDevice) | Self::NotFound => (StatusCode::NOT_FOUND, ErrorCode::NotFound),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, ErrorCode::RequestInvalid),
            Self::BlobOffset { .. } => (StatusCode::CONFLICT, ErrorCode::BlobOffset),
            Self::BlobMismatch => (StatusCode::UNPROCESSABLE_ENTITY, ErrorCode::BlobMismatch),
            // The status that tus gives to it; it has no name elsewhere.
            Self::Checksum => (StatusCode::from_u16(460).expect("within 100 to 999"), ErrorCode::BlobMismatch),
            Self::NotResumable => (StatusCode::PRECONDITION_FAILED, ErrorCode::RequestInvalid),
            Self::BodyType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, ErrorCode::RequestInvalid),
            Self::DiskFloor => (StatusCode::INSUFFICIENT_STORAGE, ErrorCode::DiskFull),
            Self::BlobTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::BlobTooLarge),
            Self::Range { .. } => (StatusCode::RANGE_NOT_SATISFIABLE, ErrorCode::RequestInvalid),
            Self::NotServed(NotServed::Storage(cause))
            | Self::Enrol(EnrolError::Storage(cause))
            | Self::Team(TeamError::Storage(cause))
            | Self::Storage(cause) => {
                if cause.is_disk_full() {
                    (StatusCode::INSUFFICIENT_STORAGE, ErrorCode::DiskFull)
                } else {
                    (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::RelayFailed)
                }
            }
        }
    }

    fn extra_header(&self) -> Option<(HeaderName, String)> {
        match self {
            Self::TooManyTries(TooMany { retry_after_s })
            | Self::TooManyRequests(TooMany { retry_after_s })
            | Self::Busy(TooMany { retry_after_s })
            | Self::QuotaUsed { retry_after_s } => Some((header::RETRY_AFTER, retry_after_s.to_string())),
            Self::BlobOffset { held } => Some((HeaderName::from_static(blob::OFFSET), held.to_string())),
            Self::NotResumable => Some((HeaderName::from_static("tus-version"), blob::RESUMABLE_VERSION.to_owned())),
            Self::Range { size } => Some((header::CONTENT_RANGE, format!("bytes */{size}"))),
            Self::NotServed(NotServed::UnknownToken) => Some((header::WWW_AUTHENTICATE, "Bearer".into())),
            _ => None,
        }
    }
}

impl IntoResponse for RouteError {
    fn into_response(self) -> Response {
        let (status, code) = self.answer();
        let failed = status.is_server_error() && !matches!(self, Self::Busy(_));
        if failed {
            tracing::error!(error = ?self, "a request failed");
        } else {
            tracing::debug!(error = %self, "a request was refused");
        }
        // A storage failure's cause names folders; it goes to the log, never to the caller.
        let inside = failed && !matches!(self, Self::DiskFloor);
        let detail = if inside { code.wire().to_owned() } else { self.to_string() };
        let extra = self.extra_header();
        let farewell = match self {
            Self::Farewell(word) => Some(word.into()),
            _ => None,
        };
        let mut response =
            (status, Json(ErrorAnswer { code: code.wire().to_owned(), detail, farewell })).into_response();
        if let Some((name, value)) = extra {
            let value = HeaderValue::try_from(value).expect("a number, or a word of ours");
            response.headers_mut().insert(name, value);
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_disk_is_told_to_the_phone_and_other_failures_name_nothing_inside() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        let full = RouteError::from(StorageError::Io { path: "secret/folder".into(), source: full });
        assert_eq!(full.answer(), (StatusCode::INSUFFICIENT_STORAGE, ErrorCode::DiskFull));
        let broken = std::io::Error::from(std::io::ErrorKind::PermissionDenied);
        let broken = RouteError::from(StorageError::Io { path: "secret/folder".into(), source: broken });
        assert_eq!(broken.answer(), (StatusCode::INTERNAL_SERVER_ERROR, ErrorCode::RelayFailed));
    }
}
