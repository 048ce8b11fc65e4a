//! Why a command did not do it, in words for the operator.

use std::net::SocketAddr;
use std::path::PathBuf;

use doorstep_schemas::ids::{DeviceId, OutletId};

use crate::engine::audit::Finding;
use crate::engine::team::{BadName, TeamError};
use crate::storage::StorageError;
use crate::tls::TlsError;

#[derive(Debug, thiserror::Error)]
pub enum CliError {
    #[error("another relay is already serving {0}; stop it first, or choose another folder")]
    FolderBusy(PathBuf),
    #[error("the lock of {0} could not be taken")]
    Lock(PathBuf, #[source] std::io::Error),
    #[error(
        "{0} is not a loopback address: without TLS the relay listens on this machine only; say --tls, or \
         --tls-certificate with --tls-key, or put a TLS proxy before it"
    )]
    NotLoopback(SocketAddr),
    #[error("can't listen on {0}")]
    Listen(SocketAddr, #[source] std::io::Error),
    #[error("the relay could not be started")]
    Start(#[source] std::io::Error),
    #[error(transparent)]
    Tls(#[from] TlsError),
    #[error("photos of this folder lie in the bucket {0}: say --s3 with the file that describes it")]
    PhotosElsewhere(String),
    #[error("{0}: the bucket's description could not be read")]
    Bucket(PathBuf, #[source] std::io::Error),
    #[error("{0} does not describe a bucket")]
    BucketMalformed(PathBuf, #[source] serde_json::Error),
    #[error("{0:?} is no bucket's address: https://, or http:// on this machine")]
    BucketAddress(String),
    #[error("standard output is closed")]
    Output(#[source] std::io::Error),
    #[error("{0} holds no relay; create an outlet there first, or serve it once")]
    NoRelay(PathBuf),
    #[error("there is no outlet here; create one first")]
    NoOutlet,
    #[error("there are several outlets here; say which with --outlet")]
    WhichOutlet,
    #[error("there is no outlet {0} here")]
    UnknownOutlet(OutletId),
    #[error("{0:?} is not an outlet id")]
    OutletId(String),
    #[error("no member of the outlet is called {0:?}")]
    UnknownMember(String),
    #[error("several members are called {0:?}; say which by id")]
    WhichMember(String),
    #[error("no device {0} at any outlet here")]
    UnknownDevice(DeviceId),
    #[error("{0:?} is not name:role; roles are owner, technician, installer, repairer")]
    MemberSpec(String),
    #[error("{0:?} is not a role; roles are owner, technician, installer, repairer")]
    Role(String),
    #[error("{0:?} is not a relay's address: http:// or https://, without a path")]
    RelayAddress(String),
    #[error("{0:?} is not an address for devices: https://, a host, perhaps a port, nothing else")]
    PublicAddress(String),
    #[error(transparent)]
    BadName(#[from] BadName),
    #[error(transparent)]
    Team(#[from] TeamError),
    #[error("{0}: the backup could not be written; the one before it is as it was")]
    Backup(PathBuf, #[source] std::io::Error),
    #[error("{missing} photos are missing here, so the backup lacks them and is not told to devices as one")]
    BackupLacks { missing: u64 },
    #[error("{0} holds no backup")]
    NoBackup(PathBuf),
    #[error("{0} is not empty: a backup is restored into a new folder, so that nothing is lost by it")]
    NotEmpty(PathBuf),
    #[error("{0}: not restored to the end; empty the folder and begin again")]
    Restore(PathBuf, #[source] std::io::Error),
    #[error("outlet {outlet}: {harmed} photos are missing or not what was written")]
    PhotosBroken { outlet: OutletId, harmed: u64 },
    #[error("outlet {outlet}: {finding}")]
    LogBroken { outlet: OutletId, finding: Finding },
    #[error("outlet {0}: what was restored is not the log that is served")]
    Other(OutletId),
    #[error("the backup could not be rehearsed: {0}")]
    Drill(String),
    #[error("{needed} bytes are needed beside the backup, {free} are free")]
    NoRoom { needed: u64, free: u64 },
    #[error("the QR code could not be made")]
    Qr(#[source] qrcode::types::QrError),
    #[error("the answer could not be written as JSON")]
    Json(#[source] serde_json::Error),
    #[error(transparent)]
    Storage(#[from] StorageError),
}

impl CliError {
    /// 2: the folder is taken; 1: everything else.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::FolderBusy(_) => 2,
            _ => 1,
        }
    }
}
