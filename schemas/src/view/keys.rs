//! Keys on the screen: where this device keeps its own, and who else could open its data.

use serde::{Deserialize, Serialize};

use super::{BundleTaken, Millis};
use crate::ids::MemberId;

/// How this device's data is locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct KeyView {
    /// The store's key lies in a plain file (0600) because the system has no key store.
    pub in_file: bool,
    pub rotated_at: Option<Millis>,
    /// After a change of the key: folders of photos that are under the newest one, of 256. `None` where all are.
    pub photos_resealed: Option<u32>,
    /// `None`: the outlet has no recovery key yet, and a device whose key is lost is lost.
    pub recovery: Option<RecoveryView>,
}

/// The outlet's recovery key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RecoveryView {
    /// Its short name, as on the printed page: 16 hexadecimal digits.
    pub id: String,
    pub made_at: Millis,
    pub by: MemberId,
    /// This device's key is sealed to it.
    pub sealed: bool,
    /// The private half is at the desk here, so that an orphaned folder opens without the page.
    pub at_desk: bool,
}

/// A recovery key as it is shown once, to be printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RecoveryPage {
    pub id: String,
    /// 14 groups of four letters and digits.
    pub text: String,
    /// The same as a QR code.
    pub qr_svg: String,
}

/// An orphaned data folder that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct RecoveredView {
    /// Empty where the device never joined an outlet.
    pub outlet: String,
    pub device_name: String,
    pub member: Option<MemberId>,
    /// Changes that were made there and that the relay does not have.
    pub unsent: u32,
    /// Jobs that hold them.
    pub unsent_jobs: u32,
    /// What of it was brought over to this device; `None` where there was nothing to bring.
    pub taken: Option<BundleTaken>,
}
