//! Who can open a bundle: random keys, each sealed to the devices of those who may read what lies under it.
//!
//! A device's Ed25519 key opens as X25519 what is sealed to it (the two uses together are proven safe in
//! eprint.iacr.org/2021/509), so a device needs no second key and the relay no second entry for it.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use doorstep_schemas::bundle::{BundleKey, FramePlace, Slot, recipient_tag};
use doorstep_schemas::ids::PublicKey;
use ed25519_dalek::{SigningKey, VerifyingKey};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};

use crate::nature::Nature;
use crate::store::recovery_key::{Chance, RecoverySecret};

type X25519 = X25519HkdfSha256;

const INFO: &[u8] = b"doorstep bundle key 1";

/// An X25519 public key that a bundle is sealed to: a device's, or the outlet's recovery key.
pub type Recipient = [u8; 32];
/// One random key of one file.
pub type FileKey = [u8; 32];

/// What a device opens its slots with.
pub struct Opener {
    public: Recipient,
    private: [u8; 32],
}

impl Opener {
    pub fn of_device(key: &SigningKey) -> Self {
        Self { public: key.verifying_key().to_montgomery().to_bytes(), private: key.to_scalar_bytes() }
    }

    /// Whoever holds the outlet's printed recovery key.
    pub fn of_recovery(secret: &RecoverySecret) -> Self {
        Self { public: secret.public().0, private: secret.bytes() }
    }

    /// The key that was sealed to this recipient, if there is one.
    pub fn open(&self, salt: &[u8; 16], key: &BundleKey) -> Option<FileKey> {
        let tag = recipient_tag(salt, &self.public);
        let private = <X25519 as Kem>::PrivateKey::from_bytes(&self.private).ok()?;
        key.slots.iter().filter(|slot| slot.tag == tag).find_map(|slot| {
            let encapsulated = <X25519 as Kem>::EncappedKey::from_bytes(&slot.encapsulated).ok()?;
            let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519>(
                &OpModeR::Base,
                &private,
                &encapsulated,
                INFO,
                &slot.sealed,
                salt,
            );
            opened.ok()?.try_into().ok()
        })
    }
}

/// The recipient that a device's key stands for; `None` for bytes that are no point of the curve.
pub fn recipient(key: &PublicKey) -> Option<Recipient> {
    Some(VerifyingKey::from_bytes(&key.0).ok()?.to_montgomery().to_bytes())
}

/// The key's slot for one recipient; `None` for a recipient that nothing can be sealed to.
pub fn slot(key: &FileKey, salt: &[u8; 16], to: &Recipient, nature: &dyn Nature) -> Option<Slot> {
    let public = <X25519 as Kem>::PublicKey::from_bytes(to).ok()?;
    let (encapsulated, sealed) = hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519>(
        &OpModeS::Base,
        &public,
        INFO,
        key,
        salt,
        &mut Chance(nature),
    )
    .ok()?;
    let encapsulated = encapsulated.to_bytes().into();
    Some(Slot { tag: recipient_tag(salt, to), encapsulated, sealed: sealed.try_into().ok()? })
}

pub fn seal_frame(plain: &[u8], key: &FileKey, place: &FramePlace) -> Option<Vec<u8>> {
    let payload = Payload { msg: plain, aad: &place.head };
    XChaCha20Poly1305::new(key.into()).encrypt(&XNonce::from(place.nonce()), payload).ok()
}

/// A frame's inside; `None` when it was not sealed under this key for this place.
pub fn open_frame(sealed: &[u8], key: &FileKey, place: &FramePlace) -> Option<Vec<u8>> {
    let payload = Payload { msg: sealed, aad: &place.head };
    XChaCha20Poly1305::new(key.into()).decrypt(&XNonce::from(place.nonce()), payload).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::nature::Machine;

    #[test]
    fn a_key_opens_for_its_recipient_and_for_nobody_else() {
        let (ran, tian) = (SigningKey::from_bytes(&[1; 32]), SigningKey::from_bytes(&[2; 32]));
        let to = recipient(&PublicKey(ran.verifying_key().to_bytes())).unwrap();
        let (key, salt) = ([9; 32], [5; 16]);
        let sealed = BundleKey { slots: vec![slot(&key, &salt, &to, &Machine).unwrap()] };
        assert_eq!(Opener::of_device(&ran).open(&salt, &sealed), Some(key));
        assert_eq!(Opener::of_device(&tian).open(&salt, &sealed), None);
        assert_eq!(Opener::of_device(&ran).open(&[6; 16], &sealed), None, "a slot fits its own file only");
        let mut forged = sealed.clone();
        forged.slots[0].tag = recipient_tag(&salt, &Opener::of_device(&tian).public);
        assert_eq!(Opener::of_device(&tian).open(&salt, &forged), None, "a tag is no key");
    }

    #[test]
    fn the_recovery_key_opens_what_is_sealed_to_its_public_half() {
        let opener = Opener::of_recovery(&RecoverySecret::make(&Machine));
        let sealed = BundleKey { slots: vec![slot(&[9; 32], &[5; 16], &opener.public, &Machine).unwrap()] };
        assert_eq!(opener.open(&[5; 16], &sealed), Some([9; 32]));
    }

    #[test]
    fn a_frame_opens_at_its_own_place_only() {
        let place = FramePlace { head: [1; 32], index: 7, key: 0 };
        let sealed = seal_frame("罗桂香".as_bytes(), &[9; 32], &place).unwrap();
        assert_eq!(open_frame(&sealed, &[9; 32], &place).unwrap(), "罗桂香".as_bytes());
        assert_eq!(open_frame(&sealed, &[9; 32], &FramePlace { index: 8, ..place }), None);
        assert_eq!(open_frame(&sealed, &[9; 32], &FramePlace { head: [2; 32], ..place }), None);
        assert_eq!(open_frame(&sealed, &[8; 32], &place), None);
    }
}
