//! What a shop's self-made certificate is held to: the relay's Ed25519 key stands where an authority stands elsewhere.
//!
//! Nobody can sell a certificate for an address like 192.168.1.8. The key that beacons are checked with is in every
//! invitation, so a device needs nothing more to tell its relay from a stranger. There is no certificate of the
//! authority: its name is fixed and its key is known, which saves its bytes in every handshake.

use crate::ids::PublicKey;

/// The only name in a self-made certificate. It resolves nowhere, so no address can be mistaken for it.
pub const NAME: &str = "relay.doorstep.invalid";

/// The authority's common name.
pub const AUTHORITY: &str = "doorstep relay";

/// The authority's name in DER, without the outer sequence: one set of one common name (2.5.4.3, UTF8String).
pub fn authority_name() -> Vec<u8> {
    const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03, 0x0c];
    // All lengths here are below 128, where one byte says them.
    let length = AUTHORITY.len() as u8;
    let pair = COMMON_NAME.len() as u8 + 1 + length;
    [&[0x31, pair + 2, 0x30, pair], COMMON_NAME, &[length], AUTHORITY.as_bytes()].concat()
}

/// The authority's key in DER, a SubjectPublicKeyInfo without the outer sequence (RFC 8410).
pub fn authority_key(key: &PublicKey) -> Vec<u8> {
    const ED25519: &[u8] = &[0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
    [ED25519, &key.0].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A changed byte would shut every enrolled device out of its shop's relay.
    #[test]
    fn name_and_key_stay_as_devices_know_them() {
        let name = authority_name();
        assert_eq!(name[..11], [0x31, 23, 0x30, 21, 0x06, 0x03, 0x55, 0x04, 0x03, 0x0c, 14]);
        assert_eq!(&name[11..], b"doorstep relay");
        assert_eq!(authority_key(&PublicKey([7; 32])).len(), 42);
    }
}
