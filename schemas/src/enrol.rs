//! Joining an outlet: a one-time code, spoken, typed or in a QR code, and what comes back for it.
//!
//! The link carries the relay's own public key, so the first answer can already be checked. JSON, because an
//! operator may have to look at it.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{DeviceId, MemberId, OutletId, PublicKey};
use crate::signature::Farewell;
use crate::wire::RoleKind;

/// Letters of a code: 40 random bits in Crockford's base32, read the way people misread them.
pub const CODE_LENGTH: usize = 8;
/// How long a code works, in seconds.
pub const CODE_SECONDS: u64 = 600;

/// `I` and `L` are 1, `O` is 0, case and spaces don't matter.
pub fn normal_code(typed: &str) -> String {
    typed
        .chars()
        .filter(|c| !c.is_whitespace() && *c != '-')
        .map(|c| match c.to_ascii_uppercase() {
            'I' | 'L' => '1',
            'O' => '0',
            other => other,
        })
        .collect()
}

/// `POST /v1/enrol`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnrolRequest {
    pub code: String,
    /// The device's Ed25519 public key, hex.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    pub key: PublicKey,
    /// What people call the device, at most 40 characters.
    #[schemars(length(max = 40))]
    pub device_name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct EnrolAnswer {
    #[schemars(with = "String", regex(pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$"))]
    pub outlet: OutletId,
    pub outlet_name: String,
    #[schemars(with = "String", regex(pattern = "^[0-9A-HJKMNP-TV-Z]{8}$"))]
    pub member: MemberId,
    pub member_name: String,
    pub roles: Vec<RoleName>,
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{16}$"))]
    pub device: DeviceId,
    /// Presented with every request; the relay keeps only its hash.
    pub token: String,
    /// The relay's Ed25519 public key, hex: it signs beacons.
    #[schemars(with = "String", regex(pattern = "^[0-9a-f]{64}$"))]
    pub relay_key: PublicKey,
    /// The device waits until an owner has confirmed it; until then every request is answered with `device_pending`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pending: bool,
}

/// `POST /v1/members`, by an owner: a new person of the outlet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NewMember {
    /// At most 40 characters.
    #[schemars(length(max = 40))]
    pub name: String,
    pub roles: Vec<RoleName>,
}

/// `POST /v1/members/<member>`, by an owner: what is missing stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberRequest {
    /// All roles from now on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roles: Option<Vec<RoleName>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<MemberStatus>,
}

/// Whether somebody belongs to the outlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum MemberStatus {
    Active,
    /// 已离开: their devices hand over what they hold, and get nothing.
    Left,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct MemberAnswer {
    #[schemars(with = "String", regex(pattern = "^[0-9A-HJKMNP-TV-Z]{8}$"))]
    pub member: MemberId,
}

/// `POST /v1/invites`, by an owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InviteRequest {
    #[schemars(with = "String", regex(pattern = "^[0-9A-HJKMNP-TV-Z]{8}$"))]
    pub member: MemberId,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct InviteAnswer {
    pub code: String,
    /// When it stops working, by the relay's clock, milliseconds since 1970, UTC.
    pub expires_ms: i64,
}

/// `POST /v1/devices/<device>/status`, by an owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct DeviceStatusRequest {
    pub status: DeviceStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DeviceStatus {
    Active,
    Lost,
    /// Waits for an owner. Nobody sets a device back to it.
    Pending,
}

/// The error body of every route that answers JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorAnswer {
    /// The wire name of an error code.
    pub code: String,
    /// English, for the log.
    pub detail: String,
    /// With `device_refused`, to a device that the relay knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub farewell: Option<FarewellWord>,
}

/// A [`Farewell`] as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FarewellWord {
    /// 1 left, 2 lost.
    pub status: u8,
    /// The relay's clock when the device was reported lost or its member left, milliseconds since 1970, UTC.
    pub at_ms: i64,
    /// By the relay's key, hex.
    #[schemars(regex(pattern = "^[0-9a-f]{128}$"))]
    pub signature: String,
}

impl From<Farewell> for FarewellWord {
    fn from(word: Farewell) -> Self {
        let signature = word.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        Self { status: word.status, at_ms: word.at_ms, signature }
    }
}

impl FarewellWord {
    /// `None` when the signature is not one.
    pub fn read(&self) -> Option<Farewell> {
        if self.signature.len() != 128 {
            return None;
        }
        let mut bytes = [0; 64];
        for (byte, digits) in bytes.iter_mut().zip(self.signature.as_bytes().chunks(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        Some(Farewell { status: self.status, at_ms: self.at_ms, bytes })
    }
}

/// What a member is to the outlet, as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum RoleName {
    Owner,
    Technician,
    Installer,
    Repairer,
}

impl From<RoleKind> for RoleName {
    fn from(kind: RoleKind) -> Self {
        match kind {
            RoleKind::Owner => Self::Owner,
            RoleKind::Technician => Self::Technician,
            RoleKind::Installer => Self::Installer,
            RoleKind::Repairer => Self::Repairer,
        }
    }
}

impl From<RoleName> for RoleKind {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::Owner => Self::Owner,
            RoleName::Technician => Self::Technician,
            RoleName::Installer => Self::Installer,
            RoleName::Repairer => Self::Repairer,
        }
    }
}

/// What an enrolment QR code says: `doorstep:enrol?relay=<address>&code=<code>&key=<hex>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolLink {
    /// `http://` (loopback only) or `https://`, without a path.
    pub relay: String,
    pub code: String,
    pub key: PublicKey,
}

/// A text that is not an enrolment link.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not an enrolment link")]
pub struct NotALink;

const LINK: &str = "doorstep:enrol?";

impl fmt::Display for EnrolLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{LINK}relay={}&code={}&key={}", self.relay, self.code, self.key)
    }
}

impl FromStr for EnrolLink {
    type Err = NotALink;
    fn from_str(text: &str) -> Result<Self, NotALink> {
        let query = text.trim().strip_prefix(LINK).ok_or(NotALink)?;
        let field = |name: &str| {
            query.split('&').find_map(|pair| pair.split_once('=').filter(|(n, _)| *n == name)).map(|(_, value)| value)
        };
        let relay = field("relay").filter(|r| r.starts_with("http://") || r.starts_with("https://")).ok_or(NotALink)?;
        let code = normal_code(field("code").ok_or(NotALink)?);
        let key = field("key").and_then(|key| key.parse().ok()).ok_or(NotALink)?;
        if code.len() == CODE_LENGTH { Ok(Self { relay: relay.to_owned(), code, key }) } else { Err(NotALink) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_survives_being_pasted() {
        let link =
            EnrolLink { relay: "http://127.0.0.1:8470".into(), code: "7K2M9QXA".into(), key: PublicKey([7; 32]) };
        assert_eq!(format!("  {link}\n").parse::<EnrolLink>().unwrap(), link);
        assert_eq!("https://example.org".parse::<EnrolLink>(), Err(NotALink));
        assert_eq!("doorstep:enrol?relay=ftp://x&code=7K2M9QXA".parse::<EnrolLink>(), Err(NotALink));
    }

    #[test]
    fn a_code_is_read_as_people_write_it() {
        assert_eq!(normal_code("7k2m-9qxo"), "7K2M9QX0");
        assert_eq!(normal_code(" il2m 9qxa"), "112M9QXA");
    }
}
