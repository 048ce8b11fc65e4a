//! The outlet's recovery key: an X25519 pair whose public half every device knows, and whose private half is on paper.
//!
//! A store key is sealed to it by HPKE (RFC 9180, base mode, X25519, HKDF-SHA256, ChaCha20-Poly1305). Whoever holds the
//! private half opens any data folder of the outlet; what is sealed says nothing to anybody else.

use std::convert::Infallible;
use std::fmt;

use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{
    Deserializable, HpkeError, Kem, OpModeR, OpModeS, Serializable, single_shot_open, single_shot_seal_with_rng,
};
use sha2::{Digest, Sha256};

use super::key::{KeyError, Keys, StoreKey};
use crate::nature::{Nature, random};

/// First bytes of a sealed file; the last one is its format.
const MAGIC: &[u8; 18] = b"doorstep-recovery\x01";
const INFO: &[u8] = b"doorstep recovery 1";
/// Magic, the recovery key's id, the mark.
const HEAD: usize = 18 + 8 + 16;
/// An encapsulated key and one store key with its tag.
const SHORTEST: usize = HEAD + 32 + 32 + 16;
/// With two store keys.
pub(super) const LONGEST: usize = SHORTEST + 32;
/// Characters of a private half as text: 32 bytes and 3 of check, in base32.
const LETTERS: usize = 56;
const CROCKFORD: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Why a sealed key was not opened.
#[derive(Debug, thiserror::Error)]
pub enum SealError {
    #[error("this is no sealed key, or one of another version")]
    Malformed,
    #[error("it is sealed to the recovery key {0}")]
    OtherKey(RecoveryId),
    #[error("the sealed key is damaged")]
    Damaged,
    #[error("nothing can be sealed to this recovery key")]
    Weak(#[source] HpkeError),
}

/// A text that is no recovery key: a letter was misread or left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not a recovery key")]
pub struct NotARecoveryKey;

/// The short name of a recovery key: the first 8 bytes of its public half's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecoveryId([u8; 8]);

impl fmt::Display for RecoveryId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The public half: what a device seals to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RecoveryPublic(pub [u8; 32]);

impl RecoveryPublic {
    pub fn id(&self) -> RecoveryId {
        let hash = Sha256::new().chain_update(b"doorstep recovery key\0").chain_update(self.0).finalize();
        RecoveryId(*hash.first_chunk().expect("a hash has 32 bytes"))
    }
}

/// The private half: opens every data folder of the outlet.
#[derive(Clone, PartialEq, Eq)]
pub struct RecoverySecret([u8; 32]);

/// Never its bytes.
impl fmt::Debug for RecoverySecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RecoverySecret({})", self.public().id())
    }
}

impl RecoverySecret {
    pub fn make(nature: &dyn Nature) -> Self {
        Self(random(nature))
    }

    pub(super) fn bytes(&self) -> [u8; 32] {
        self.0
    }

    pub fn public(&self) -> RecoveryPublic {
        RecoveryPublic(X25519HkdfSha256::sk_to_pk(&self.private()).to_bytes().into())
    }

    fn private(&self) -> <X25519HkdfSha256 as Kem>::PrivateKey {
        Deserializable::from_bytes(&self.0).expect("every 32 bytes are an X25519 private key")
    }

    /// As it is printed: 14 groups of four letters and digits, no I, L, O or U among them.
    pub fn text(&self) -> String {
        let mut out = String::with_capacity(LETTERS + LETTERS / 4);
        let bytes: Vec<u8> = self.0.into_iter().chain(check(&self.0)).collect();
        for n in 0..LETTERS {
            if n > 0 && n % 4 == 0 {
                out.push('-');
            }
            out.push(char::from(CROCKFORD[usize::from(five(&bytes, n))]));
        }
        out
    }

    /// From what a person typed or a camera read: case, spaces, dashes and line ends don't matter, I and L are 1, O is 0.
    pub fn parse(text: &str) -> Result<Self, NotARecoveryKey> {
        // A whole page may have been pasted.
        if text.len() > 1_000 {
            return Err(NotARecoveryKey);
        }
        let letters = doorstep_schemas::enrol::normal_code(text);
        let values: Option<Vec<u8>> = letters
            .bytes()
            .map(|letter| CROCKFORD.iter().position(|c| *c == letter))
            .map(|at| u8::try_from(at?).ok())
            .collect();
        let values = values.filter(|values| values.len() == LETTERS).ok_or(NotARecoveryKey)?;
        let mut bytes = [0u8; 35];
        for (n, value) in values.iter().enumerate() {
            let bit = n * 5;
            let wide = u16::from(*value) << (11 - bit % 8);
            let [high, low] = wide.to_be_bytes();
            bytes[bit / 8] |= high;
            if let Some(next) = bytes.get_mut(bit / 8 + 1) {
                *next |= low;
            }
        }
        let (secret, found) = bytes.split_first_chunk::<32>().ok_or(NotARecoveryKey)?;
        if found == check(secret) { Ok(Self(*secret)) } else { Err(NotARecoveryKey) }
    }
}

/// The `n`-th five bits.
fn five(bytes: &[u8], n: usize) -> u8 {
    let bit = n * 5;
    let low = bytes.get(bit / 8 + 1).copied().unwrap_or(0);
    let wide = u16::from_be_bytes([bytes[bit / 8], low]);
    u8::try_from(wide >> (11 - bit % 8) & 31).expect("five bits fit")
}

/// What tells a misread letter: one in 16 million goes unnoticed here, and none by the key's id.
fn check(secret: &[u8; 32]) -> [u8; 3] {
    let hash = Sha256::new().chain_update(b"doorstep recovery text\0").chain_update(secret).finalize();
    *hash.first_chunk().expect("a hash has 32 bytes")
}

/// Store keys under a recovery key, as the file beside the database holds them.
pub fn seal(keys: &Keys, to: &RecoveryPublic, nature: &dyn Nature) -> Result<Vec<u8>, SealError> {
    let public = Deserializable::from_bytes(&to.0).map_err(SealError::Weak)?;
    let mut head = [MAGIC.as_slice(), &to.id().0].concat();
    let (encapped, sealed) = single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        &public,
        INFO,
        &keys.to_bytes(),
        &head,
        &mut Chance(nature),
    )
    .map_err(SealError::Weak)?;
    let body = [encapped.to_bytes().as_slice(), &sealed].concat();
    head.extend(mark(keys, &head, &body));
    head.extend(body);
    Ok(head)
}

/// Opens what [`seal`] made: each store key that the folder may answer to.
pub fn unseal(bytes: &[u8], secret: &RecoverySecret) -> Result<Keys, SealError> {
    let (named, body) = parts(bytes)?;
    let id = secret.public().id();
    if named != id {
        return Err(SealError::OtherKey(named));
    }
    let (encapped, sealed) = body.split_at_checked(32).ok_or(SealError::Malformed)?;
    let encapped = Deserializable::from_bytes(encapped).map_err(|_: HpkeError| SealError::Damaged)?;
    let keys = single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeR::Base,
        &secret.private(),
        &encapped,
        INFO,
        sealed,
        &bytes[..HEAD - 16],
    )
    .map_err(|_: HpkeError| SealError::Damaged)?;
    let keys = Keys::read(&keys).map_err(|_: KeyError| SealError::Damaged)?;
    if mark(&keys, &bytes[..HEAD - 16], body) == bytes[HEAD - 16..HEAD] { Ok(keys) } else { Err(SealError::Damaged) }
}

/// The recovery key that a sealed file names.
pub fn sealed_to(bytes: &[u8]) -> Result<RecoveryId, SealError> {
    parts(bytes).map(|(id, _)| id)
}

/// Whether these bytes are whole and hold these keys for this recovery key: a device can't open what it sealed, but it
/// knows what is inside.
pub(super) fn holds(bytes: &[u8], keys: &Keys, to: &RecoveryPublic) -> bool {
    parts(bytes)
        .is_ok_and(|(id, body)| id == to.id() && mark(keys, &bytes[..HEAD - 16], body) == bytes[HEAD - 16..HEAD])
}

fn parts(bytes: &[u8]) -> Result<(RecoveryId, &[u8]), SealError> {
    if !bytes.starts_with(MAGIC) || ![SHORTEST, LONGEST].contains(&bytes.len()) {
        return Err(SealError::Malformed);
    }
    let id = bytes[MAGIC.len()..].first_chunk().ok_or(SealError::Malformed)?;
    Ok((RecoveryId(*id), &bytes[HEAD..]))
}

/// A hash of all of it and of the keys inside. The keys are random, so it tells nothing to whoever lacks them.
fn mark(keys: &Keys, head: &[u8], body: &[u8]) -> [u8; 16] {
    let hash = keys
        .all()
        .fold(Sha256::new().chain_update(b"doorstep recovery mark\0"), |hash, key: StoreKey| hash.chain_update(key));
    let hash = hash.chain_update(head).chain_update(body).finalize();
    *hash.first_chunk().expect("a hash has 32 bytes")
}

/// The core's chance as HPKE asks for it.
pub(super) struct Chance<'a>(pub(super) &'a dyn Nature);

impl TryRng for Chance<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::from_be_bytes(random(self.0)))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(u64::from_be_bytes(random(self.0)))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Chance<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    struct Counting;

    impl Nature for Counting {
        fn now_ms(&self) -> i64 {
            0
        }

        fn fill(&self, bytes: &mut [u8]) {
            (1..).zip(bytes).for_each(|(n, byte)| *byte = n);
        }
    }

    const KEYS: Keys = Keys { key: [7; 32], next: None };

    #[test]
    fn a_printed_key_is_read_back_however_it_was_typed() {
        let secret = RecoverySecret::make(&Counting);
        let text = secret.text();
        assert_eq!((text.len(), text.matches('-').count()), (69, 13));
        for typed in
            [text.clone(), text.to_lowercase(), text.replace('-', " \r\n"), text.replace('0', "O").replace('1', "l")]
        {
            assert_eq!(RecoverySecret::parse(&typed), Ok(secret.clone()), "{typed}");
        }
        for bytes in [[0; 32], [255; 32]] {
            assert_eq!(RecoverySecret::parse(&RecoverySecret(bytes).text()), Ok(RecoverySecret(bytes)));
        }
    }

    #[test]
    fn a_misread_letter_is_noticed() {
        let text = RecoverySecret::make(&Counting).text();
        for at in (0..text.len()).filter(|at| text.as_bytes()[*at] != b'-') {
            for other in ["7", "Z"].into_iter().filter(|other| !text[at..].starts_with(other)) {
                let mut typed = text.clone();
                typed.replace_range(at..=at, other);
                assert_eq!(RecoverySecret::parse(&typed), Err(NotARecoveryKey), "{at}");
            }
        }
        let long = "A".repeat(2_000);
        for typed in ["", "A", &text[..text.len() - 1], &format!("{text}A"), "上门", "U", &long] {
            assert_eq!(RecoverySecret::parse(typed), Err(NotARecoveryKey), "{typed}");
        }
    }

    #[test]
    fn what_is_sealed_opens_with_the_private_half_alone() {
        let secret = RecoverySecret::make(&Counting);
        let two = Keys { key: [7; 32], next: Some([8; 32]) };
        for keys in [KEYS, two] {
            let sealed = seal(&keys, &secret.public(), &Counting).unwrap();
            assert_eq!(unseal(&sealed, &secret).unwrap(), keys);
            assert!(holds(&sealed, &keys, &secret.public()));
            assert!(!sealed.windows(8).any(|window| window == [7; 8] || window == [8; 8]));
            let other = RecoverySecret([9; 32]);
            assert!(matches!(unseal(&sealed, &other), Err(SealError::OtherKey(id)) if id == secret.public().id()));
            assert!(!holds(&sealed, &keys, &other.public()));
            assert!(!holds(&sealed, &Keys::one([1; 32]), &secret.public()));
        }
    }

    #[test]
    fn every_flipped_byte_and_every_cut_of_a_sealed_file_is_noticed() {
        let secret = RecoverySecret::make(&Counting);
        let sealed = seal(&KEYS, &secret.public(), &Counting).unwrap();
        for at in 0..sealed.len() {
            let mut flipped = sealed.clone();
            flipped[at] ^= 0x10;
            assert!(unseal(&flipped, &secret).is_err(), "byte {at}");
            assert!(!holds(&flipped, &KEYS, &secret.public()), "byte {at}");
            assert!(unseal(&sealed[..at], &secret).is_err(), "{at} bytes");
        }
        assert!(unseal(&[sealed, vec![0]].concat(), &secret).is_err());
    }

    #[test]
    fn nothing_is_sealed_to_a_public_half_that_is_no_point_of_use() {
        assert!(matches!(seal(&KEYS, &RecoveryPublic([0; 32]), &Counting), Err(SealError::Weak(_))));
    }
}
