//! Errors of the data folder: the database, keys, bundle files, drafts.

use doorstep::actions::claim::ClaimError;
use doorstep::actions::keys::{RecoverError, RecoveryKeyError};
use doorstep::app::{LeaveError, OpenError};
use doorstep::sample_outlet::SampleError;
use doorstep::store::StoreError;
use doorstep::store::bundle::BundleError;
use doorstep::store::drafts::DraftError;
use doorstep::store::erase::EraseError;
use doorstep::store::key::KeyError;
use doorstep::store::lock::LockError;
use doorstep::store::rebuild::RebuildError;
use doorstep::store::recovery::RecoveryError;
use doorstep::store::recovery_key::SealError;
use doorstep::store::rotate::RotateError;
use doorstep::tasks::Running;
use doorstep_schemas::code::ErrorCode;

use super::Told;

impl Told for StoreError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::DiskFull(_) => ErrorCode::DiskFull,
            Self::TooNew { .. } => ErrorCode::DataTooNew,
            Self::WrongKey(_) => ErrorCode::KeyMissing,
            Self::NotEnrolled => ErrorCode::NotEnrolled,
            Self::OwnWork(refusal) => refusal.code(),
            Self::Damaged(_) => ErrorCode::StoreDamaged,
            Self::DiskLow => ErrorCode::DiskLow,
            Self::NoRoom { .. } => ErrorCode::NoRoomToUpdate,
            Self::Cancelled(_) => ErrorCode::Cancelled,
            Self::Io(_) if self.is_full() => ErrorCode::DiskFull,
            Self::Database(_)
            | Self::OldSqlite(_)
            | Self::Io(_)
            | Self::Paper(_)
            | Self::Write(_)
            | Self::Cbor(_)
            | Self::Json(_)
            | Self::Change(_)
            | Self::Pack(_)
            | Self::PackCame { .. }
            | Self::Row(_)
            | Self::Export(_)
            | Self::Cipher => ErrorCode::StoreFailed,
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        let megabytes = |bytes: u64| bytes.div_ceil(1_000_000).to_string();
        match self {
            Self::NoRoom { needed, free } => vec![("needed", megabytes(*needed)), ("free", megabytes(*free))],
            _ => Vec::new(),
        }
    }
}

impl Told for OpenError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Busy(_) => ErrorCode::DataFolderBusy,
            Self::Folder(error) if error.kind() == std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            Self::Folder(_) => ErrorCode::StoreFailed,
            Self::Rules(_) => ErrorCode::Internal,
            Self::Key(error) => error.code(),
            Self::Erase(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Store(error) => error.params(),
            _ => Vec::new(),
        }
    }
}

impl Told for KeyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Io(error) if error.kind() == std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            Self::Io(_) => ErrorCode::StoreFailed,
            Self::Malformed => ErrorCode::KeyMalformed,
            Self::Missing => ErrorCode::KeyMissing,
            Self::Refused(_) => ErrorCode::KeyStoreLocked,
            Self::StoreAbsent => ErrorCode::KeyStoreAbsent,
            Self::Untried(error) => error.code(),
        }
    }
}

impl Told for EraseError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Key(error) => error.code(),
            Self::File(_) => ErrorCode::FileFailed,
            Self::Store(error) => error.code(),
        }
    }
}

impl Told for LeaveError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotConfirmed => ErrorCode::ConfirmationWrong,
            Self::Unsent(_) => ErrorCode::UnsentWork,
            Self::Erase(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Unsent(only) => {
                vec![("changes", (only.changes + only.carried).to_string()), ("photos", only.photos.to_string())]
            }
            _ => Vec::new(),
        }
    }
}

impl Told for SampleError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::AlreadyEnrolled => ErrorCode::AlreadyEnrolled,
            Self::Folder(_) => ErrorCode::FileFailed,
            Self::Key(error) => error.code(),
            Self::Erase(error) => error.code(),
            Self::Store(error) => error.code(),
            Self::Rules(_) | Self::Story(..) => ErrorCode::SampleFailed,
        }
    }
}

impl Told for RotateError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Cancelled | Self::NotTaken => ErrorCode::KeyNotChanged,
            Self::Key(error) => error.code(),
            Self::Beside(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Told for RecoveryError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NothingSealed => ErrorCode::RecoveryNothing,
            Self::Seal(SealError::OtherKey(_)) => ErrorCode::RecoveryKeyOther,
            Self::Seal(SealError::Malformed | SealError::Damaged) | Self::NotAnswering => ErrorCode::RecoveryDamaged,
            Self::Seal(SealError::Weak(_)) => ErrorCode::RecoveryKeyInvalid,
            Self::Lock(LockError::Busy(_)) => ErrorCode::DataFolderBusy,
            Self::Lock(LockError::Folder(error)) | Self::Io(error) => match error.kind() {
                std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
                _ => ErrorCode::StoreFailed,
            },
            Self::Key(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

impl Told for RecoveryKeyError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Qr(_) => ErrorCode::Internal,
            Self::Fact(error) => error.code(),
        }
    }
}

impl Told for RecoverError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Typed(_) => ErrorCode::RecoveryKeyInvalid,
            Self::NotAtDesk(_) => ErrorCode::RecoveryKeyOther,
            Self::Recovery(error) => error.code(),
            Self::Rules(_) => ErrorCode::Internal,
            Self::Fact(error) => error.code(),
            Self::Bundle(error) => error.code(),
        }
    }

    fn params(&self) -> Vec<(&'static str, String)> {
        match self {
            Self::Bundle(error) => error.params(),
            Self::NotAtDesk(id) | Self::Recovery(RecoveryError::Seal(SealError::OtherKey(id))) => {
                vec![("key", id.to_string())]
            }
            _ => Vec::new(),
        }
    }
}

impl Told for BundleError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Unreadable | Self::Damaged => ErrorCode::BundleUnreadable,
            Self::TooNew { .. } => ErrorCode::BundleTooNew,
            Self::OtherOutlet => ErrorCode::BundleOtherOutlet,
            Self::NotForThisDevice => ErrorCode::BundleNotForDevice,
            Self::SenderUnknown(_) => ErrorCode::BundleSenderUnknown,
            Self::SenderRefused(_) => ErrorCode::BundleSenderRefused,
            Self::Cancelled(_) => ErrorCode::Cancelled,
            Self::File(error) if error.kind() == std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            Self::NoKey | Self::ItemTooLarge(_) | Self::File(_) => ErrorCode::StoreFailed,
            Self::Store(error) => error.code(),
        }
    }
}

impl Told for ClaimError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::NotFound => ErrorCode::PhotoNotFound,
            Self::Choice => ErrorCode::ClaimChoice,
            Self::TooLarge => ErrorCode::ClaimTooLarge,
            Self::NotWhole(_) => ErrorCode::ClaimNotWhole,
            Self::File(error) if error.kind() == std::io::ErrorKind::StorageFull => ErrorCode::DiskFull,
            Self::File(_) => ErrorCode::FileFailed,
            Self::Cancelled(_) => ErrorCode::Cancelled,
            Self::Job(error) => error.code(),
        }
    }
}

impl Told for RebuildError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::Cancelled(_) => ErrorCode::Cancelled,
            Self::Store(error) => error.code(),
        }
    }
}

impl Told for Running {
    fn code(&self) -> ErrorCode {
        ErrorCode::TaskRunning
    }
}

impl Told for DraftError {
    fn code(&self) -> ErrorCode {
        match self {
            Self::TooLong(_) => ErrorCode::DraftTooLong,
            Self::TooMany => ErrorCode::TooManyDrafts,
            Self::Key => ErrorCode::InputInvalid,
            Self::Store(error) => error.code(),
        }
    }
}
