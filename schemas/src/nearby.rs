//! How a relay in the shop's network is found: what it announces by mDNS, and how a device knows it for its own.
//!
//! An announcement names nobody: anyone in the network hears it. Nor is it believed: it says where to knock, and the
//! relay's key decides who is there.

use sha2::{Digest, Sha256};

use crate::ids::PublicKey;

/// The service, as DNS-SD names it.
pub const SERVICE: &str = "_doorstep._tcp.local.";
/// The text record's version of what follows, today [`VERSION_NOW`].
pub const VERSION: &str = "v";
pub const VERSION_NOW: &str = "1";
/// The text record's tag of the relay's key.
pub const KEY: &str = "k";

/// Most addresses that a relay names, and the longest of them in bytes.
pub const MOST_ADDRESSES: usize = 8;
pub const LONGEST_ADDRESS: usize = 200;

/// The first 8 bytes of the key's SHA-256, as 16 hex digits.
pub fn tag(key: &PublicKey) -> String {
    Sha256::digest(key.0)[..8].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Which list of addresses a device knows: the first 4 bytes of the SHA-256 of its lines; 0 for none.
pub fn addresses_tag(addresses: &[String]) -> u32 {
    if addresses.is_empty() {
        return 0;
    }
    let digest = Sha256::digest(addresses.join("\n"));
    u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]])
}

/// Whether a text is an address that devices may be told: `https://`, a host, perhaps a port, nothing else.
pub fn is_address(text: &str) -> bool {
    let host = text.strip_prefix("https://").unwrap_or_default();
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | ':' | '[' | ']');
    !host.is_empty() && text.len() <= LONGEST_ADDRESS && host.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_stays_as_devices_know_it() {
        assert_eq!(tag(&PublicKey([7; 32])).len(), 16);
        assert_ne!(tag(&PublicKey([7; 32])), tag(&PublicKey([8; 32])));
        assert_eq!(addresses_tag(&[]), 0);
        let two = ["https://a.example".to_owned(), "https://b.example".to_owned()];
        assert_ne!(addresses_tag(&two), addresses_tag(&two[..1]));
    }

    #[test]
    fn an_address_is_a_host_over_tls_and_nothing_else() {
        for good in ["https://shop.example", "https://192.168.1.8:8470", "https://[fe80::1]:8470"] {
            assert!(is_address(good), "{good}");
        }
        for bad in [
            "http://shop.example",
            "https://",
            "https://a/b",
            "https://a b",
            "https://a\nhttps://b",
            "https://a?x",
            "shop",
        ] {
            assert!(!is_address(bad), "{bad}");
        }
    }
}
