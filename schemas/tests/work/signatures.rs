//! A signature or a beacon with one bit changed, in it or in what it is about, holds no more.

use doorstep_schemas::ids::{ChangeHash, DocId, JobId, OutletId, PublicKey};
use doorstep_schemas::signature::{Beacon, BeaconRef, Chain, Claim};
use proptest::prelude::*;

use crate::cast::{Device, device, outlet, sheet};

fn flip<const N: usize>(mut bytes: [u8; N], bit: usize) -> [u8; N] {
    bytes[bit / 8 % N] ^= 1 << (bit % 8);
    bytes
}

fn reference() -> BeaconRef {
    BeaconRef { time_ms: 1_795_000_000_000, seq: 812, tag: [4; 8] }
}

fn claim<'a>(doc: &'a DocId, who: &Device) -> Claim<'a> {
    Claim {
        outlet: outlet(),
        doc,
        actor: who.actor,
        seq: 60,
        chain: Chain::default().then(&ChangeHash([3; 32])),
        beacon: Some(reference()),
    }
}

proptest! {
    #[test]
    fn one_bit_anywhere_breaks_a_signature(bit in 0usize..512, part in 0usize..10) {
        let technician = device(1);
        let doc = sheet();
        let claim = claim(&doc, &technician);
        let signed = claim.sign(&technician.key);
        prop_assert!(claim.holds(&signed, &technician.public));

        let DocId::Sheet(job) = &doc else { unreachable!("the cast's sheet is a sheet") };
        let other_job = DocId::Sheet(JobId::from_bytes(flip(job.to_bytes(), bit)));
        let (mut altered, mut signature, mut key) = (claim, signed, technician.public);
        match part {
            0 => signature.bytes = flip(signature.bytes, bit),
            1 => key = PublicKey(flip(key.0, bit)),
            2 => altered.outlet = OutletId::from_bytes(flip(altered.outlet.to_bytes(), bit)),
            3 => altered.doc = &other_job,
            4 => altered.actor.0 = flip(altered.actor.0, bit),
            5 => altered.chain.0 = flip(altered.chain.0, bit),
            6 => {
                altered.seq ^= 1 << (bit % 64);
                signature.seq = altered.seq;
            }
            7 => {
                altered.beacon = Some(BeaconRef { time_ms: reference().time_ms ^ 1 << (bit % 64), ..reference() });
                signature.beacon = altered.beacon;
            }
            8 => {
                altered.beacon = Some(BeaconRef { seq: reference().seq ^ 1 << (bit % 64), ..reference() });
                signature.beacon = altered.beacon;
            }
            _ => {
                altered.beacon = Some(BeaconRef { tag: flip(reference().tag, bit), ..reference() });
                signature.beacon = altered.beacon;
            }
        }
        prop_assert!(!altered.holds(&signature, &key));
    }

    #[test]
    fn one_bit_anywhere_breaks_a_beacon(bit in 0usize..512, part in 0usize..7) {
        let relay = device(9);
        let epoch = [6; 8];
        let honest = Beacon::sign(outlet(), epoch, 1_795_000_000_000, 812, [7; 8], &relay.key);
        prop_assert!(honest.holds(outlet(), epoch, &relay.public));
        let (mut beacon, mut from, mut of, mut key) = (honest, outlet(), epoch, relay.public);
        match part {
            0 => beacon.bytes = flip(beacon.bytes, bit),
            1 => beacon.hash = flip(beacon.hash, bit),
            2 => beacon.seq ^= 1 << (bit % 64),
            3 => beacon.time_ms ^= 1 << (bit % 64),
            4 => from = OutletId::from_bytes(flip(from.to_bytes(), bit)),
            5 => of = flip(of, bit),
            _ => key = PublicKey(flip(key.0, bit)),
        }
        prop_assert!(!beacon.holds(from, of, &key));
    }
}

#[test]
fn a_reference_names_one_beacon_only() {
    let relay = device(9);
    let at = |seq| Beacon::sign(outlet(), [6; 8], 1_795_000_000_000, seq, [7; 8], &relay.key);
    assert_eq!(at(812).reference(), at(812).reference());
    assert_ne!(at(812).reference().tag, at(813).reference().tag);
}

#[test]
fn a_weak_key_vouches_for_nothing() {
    // The identity point: under it one signature would fit every message.
    let mut weak = [0; 32];
    weak[0] = 1;
    let doc = sheet();
    let technician = device(1);
    let claim = claim(&doc, &technician);
    let mut signed = claim.sign(&technician.key);
    signed.bytes = [0; 64];
    signed.bytes[0] = 1;
    assert!(!claim.holds(&signed, &PublicKey(weak)));
}
