//! Why an attempt to reach the relay came to nothing. What was entered stays on this device whatever it was.

use doorstep_schemas::code::{ErrorCode, Failure};
use doorstep_schemas::frame::FrameError;
use doorstep_schemas::signature::Farewell;
use rustls::CertificateError;

use super::trust;
use crate::store::StoreError;

#[derive(Debug, thiserror::Error)]
pub enum Fault {
    #[error("the network is switched off for trying")]
    NoNetwork,
    #[error("this device is not enrolled")]
    NotEnrolled,
    #[error("a sample outlet has no relay")]
    Sample,
    #[error("{0:?} is neither https nor http on this machine")]
    Insecure(String),
    #[error("the relay could not be reached")]
    Unreachable(#[source] reqwest::Error),
    #[error("the relay is not the one that this device was enrolled with, nor has it an ordinary certificate")]
    Untrusted(#[source] reqwest::Error),
    #[error("the relay's certificate does not hold at this device's time")]
    CertificateTime(#[source] reqwest::Error),
    #[error("TLS can't be set up")]
    Tls(#[source] rustls::Error),
    #[error("the relay fell silent")]
    Timeout(#[source] reqwest::Error),
    #[error("nothing moved on the line any more")]
    Silent,
    #[error("the relay's answer is not made of frames")]
    Frames(#[from] FrameError),
    #[error("the relay's answer is not the expected JSON")]
    Json(#[source] serde_json::Error),
    #[error("the relay's answer does not fit the request: {0}")]
    Nonsense(&'static str),
    #[error("the relay's answer is not signed by the key that this device was enrolled with")]
    Impostor,
    #[error("the relay answered {status} {code:?}: {detail}")]
    Refused {
        status: u16,
        code: ErrorCode,
        detail: String,
        retry_after_ms: Option<i64>,
        farewell: Option<Box<Farewell>>,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<reqwest::Error> for Fault {
    fn from(error: reqwest::Error) -> Self {
        if let Some(rustls::Error::InvalidCertificate(cause)) = trust::cause(&error) {
            return match cause {
                CertificateError::Expired
                | CertificateError::ExpiredContext { .. }
                | CertificateError::NotValidYet
                | CertificateError::NotValidYetContext { .. } => Self::CertificateTime(error),
                _ => Self::Untrusted(error),
            };
        }
        if error.is_timeout() && !error.is_connect() { Self::Timeout(error) } else { Self::Unreachable(error) }
    }
}

impl Fault {
    /// The code for the person; kept with the attempt.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::NoNetwork => ErrorCode::NoNetwork,
            Self::NotEnrolled => ErrorCode::NotEnrolled,
            Self::Sample => ErrorCode::SampleOutlet,
            Self::Insecure(_) => ErrorCode::RelayInsecure,
            Self::CertificateTime(_) => ErrorCode::RelayCertificateTime,
            Self::Tls(_) | Self::Unreachable(_) => ErrorCode::RelayUnreachable,
            Self::Timeout(_) | Self::Silent => ErrorCode::RelayTimeout,
            Self::Frames(_) | Self::Json(_) | Self::Nonsense(_) => ErrorCode::RelayNonsense,
            Self::Impostor | Self::Untrusted(_) => ErrorCode::RelayImpostor,
            Self::Refused { code, .. } => *code,
            Self::Store(StoreError::DiskLow) => ErrorCode::DiskLow,
            Self::Store(StoreError::Damaged(_)) => ErrorCode::StoreDamaged,
            Self::Store(error) if error.is_full() => ErrorCode::DiskFull,
            Self::Store(_) => ErrorCode::StoreFailed,
        }
    }

    pub fn failure(&self) -> Failure {
        let mut detail = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            detail = format!("{detail}: {error}");
            cause = error.source();
        }
        Failure::new(self.code(), detail)
    }

    /// Whether the request may have reached the relay although no answer came.
    pub fn may_have_arrived(&self) -> bool {
        match self {
            Self::Unreachable(error) => !error.is_connect(),
            Self::Timeout(_) | Self::Silent | Self::Frames(_) | Self::Json(_) | Self::Nonsense(_) | Self::NoNetwork => {
                true
            }
            Self::Refused { code: ErrorCode::RelayBusy, .. } => false,
            Self::Refused { status, .. } => *status >= 500 || *status == 400 || *status == 413,
            _ => false,
        }
    }

    /// Whether asking again would bring no other answer, so that a comparison is given up.
    pub fn ends_comparing(&self) -> bool {
        match self {
            Self::Nonsense(_) => true,
            Self::Frames(cause) => !matches!(cause, FrameError::Truncated),
            Self::Refused { status, .. } => matches!(status, 400 | 404 | 405 | 413),
            _ => false,
        }
    }

    /// Whether nothing of the request can have left this device, so that another way may be tried with it at once.
    pub fn nothing_left(&self) -> bool {
        match self {
            Self::Unreachable(error) => error.is_connect(),
            Self::Untrusted(_) | Self::CertificateTime(_) => true,
            _ => false,
        }
    }

    /// The relay's signed word that it serves this device no longer; not judged yet.
    pub fn farewell(&self) -> Option<&Farewell> {
        match self {
            Self::Refused { farewell, .. } => farewell.as_deref(),
            _ => None,
        }
    }

    /// How long the relay asks to wait for a seat; nothing is wrong with the line, and nothing was read.
    pub fn busy_ms(&self) -> Option<i64> {
        match self {
            Self::Refused { code: ErrorCode::RelayBusy, retry_after_ms, .. } => Some(retry_after_ms.unwrap_or(1_000)),
            _ => None,
        }
    }

    pub fn retry_after_ms(&self) -> Option<i64> {
        match self {
            Self::Refused { retry_after_ms, .. } => *retry_after_ms,
            _ => None,
        }
    }
}
