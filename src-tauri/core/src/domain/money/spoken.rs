//! Six digits by voice: the owner's word on a line above guide where no network reaches (R28).
//!
//! The digits are bound to the job and the sum, which the two can say to each other before the line is on either's
//! device, so that they can't be used for another. They are 20 bits of a secret's word: enough over the phone, where
//! each try costs a call.

use doorstep_schemas::ids::JobId;
use sha2::{Digest, Sha256};

/// HMAC-SHA-256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> [u8; 32] {
    let mut block = [0u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

/// Six digits of a MAC by the dynamic truncation of RFC 4226 §5.3.
fn six_digits(mac: &[u8; 32]) -> String {
    let at = usize::from(mac[31] & 0x0f);
    let bits = u32::from_be_bytes([mac[at] & 0x7f, mac[at + 1], mac[at + 2], mac[at + 3]]);
    format!("{:06}", bits % 1_000_000)
}

/// How six digits on a line are judged here (R28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Judged<'a> {
    /// This device can't check them: it takes them at their word, and an owner's device looks.
    #[default]
    AtTheirWord,
    /// An owner's device, and no owner ever gave any.
    NeverGiven,
    /// An owner's device, with the owners' secret.
    By(&'a [u8], JobId),
}

impl<'a> Judged<'a> {
    /// On an owner's device, which knows the secret once digits were given.
    pub fn by_owner(secret: Option<&'a str>, job: JobId) -> Self {
        secret.map_or(Self::NeverGiven, |secret| Self::By(secret.as_bytes(), job))
    }

    /// The digits as an owner's for this sum; `None` where nobody here can tell.
    pub fn of(&self, said: &str, most_fen: i64) -> Option<bool> {
        match *self {
            Self::AtTheirWord => None,
            Self::NeverGiven => Some(false),
            Self::By(secret, job) => Some(matches(secret, job, most_fen, said)),
        }
    }
}

/// The digits with which the owner lets this much be taken for a line of a job (R28).
pub fn code(secret: &[u8], job: JobId, most_fen: i64) -> String {
    let mut message = b"doorstep above guide\0".to_vec();
    message.extend(job.to_bytes());
    message.extend(most_fen.to_be_bytes());
    six_digits(&hmac(secret, &message))
}

/// The digits of what somebody typed, who may have left gaps: `123 456`.
fn digits(said: &str) -> String {
    said.chars().filter(|c| !c.is_whitespace() && *c != '-').collect()
}

/// Whether this has the shape of a code.
pub fn is_code(said: &str) -> bool {
    let said = digits(said);
    said.len() == 6 && said.bytes().all(|b| b.is_ascii_digit())
}

/// Whether these are the owner's digits (R28). Takes as long for a near miss as for a far one.
fn matches(secret: &[u8], job: JobId, most_fen: i64, said: &str) -> bool {
    let (right, said) = (code(secret, job, most_fen), digits(said));
    let differing = right.bytes().zip(said.bytes()).fold(0, |found, (a, b)| found | (a ^ b));
    said.len() == right.len() && differing == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::money::cast::job_id;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn r28_the_mac_is_that_of_rfc_4231() {
        // Test cases 1, 2 and 6 (a key longer than the block).
        assert_eq!(
            hex(&hmac(&[0x0b; 20], b"Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        );
        assert_eq!(
            hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(
            hex(&hmac(&[0xaa; 131], b"Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        );
    }

    #[test]
    fn r28_digits_are_cut_as_in_rfc_4226() {
        // The RFC's own example: offset 10, 0x50ef7f19, 872921.
        let example = [
            0x1f, 0x86, 0x98, 0x69, 0x0e, 0x02, 0xca, 0x16, 0x61, 0x85, 0x50, 0xef, 0x7f, 0x19, 0xda, 0x8e, 0x94, 0x5b,
            0x55, 0x5a,
        ];
        let mut mac = [0u8; 32];
        mac[..20].copy_from_slice(&example);
        mac[31] = 0x5a;
        assert_eq!(six_digits(&mac), "872921");
        // The last place that an offset can reach, and leading noughts.
        mac[15..19].copy_from_slice(&[0x80, 0, 0, 7]);
        mac[31] = 0xff;
        assert_eq!(six_digits(&mac), "000007");
    }

    #[test]
    fn r28_digits_for_one_sum_of_one_job_open_no_other() {
        let right = code(b"secret", job_id(1), 10_000);
        assert!(is_code(&right));
        assert!(matches(b"secret", job_id(1), 10_000, &right));
        for gap in [" ", "-"] {
            let spaced = format!(" {}{gap}{}", &right[..3], &right[3..]);
            assert!(matches(b"secret", job_id(1), 10_000, &spaced), "{spaced}");
        }
        for (what, other) in [
            ("sum", code(b"secret", job_id(1), 10_001)),
            ("job", code(b"secret", job_id(2), 10_000)),
            ("owner", code(b"secre7", job_id(1), 10_000)),
        ] {
            assert_ne!(other, right, "{what}");
            assert!(!matches(b"secret", job_id(1), 10_000, &other), "{what}");
        }
        for said in ["", &right[..5], &format!("{right}0"), "abcdef"] {
            assert!(!matches(b"secret", job_id(1), 10_000, said), "{said}");
        }
        assert!(!is_code("12345x") && !is_code("1234567") && !is_code("１２３４５６"));
    }
}
