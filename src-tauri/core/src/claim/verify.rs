//! The check of a claim pack by somebody who has nothing but the file, and perhaps the relay's key.

use doorstep_schemas::claim_pack::{
    Bracket, ClaimPack, ClaimedDeed, ClaimedPhoto, FORMAT, MANIFEST, MAX_FILE, ORDER, Origin, RECEIPTS, SEAL, SHEET,
    SIGNATURES, Seal, SignedRun,
};
use doorstep_schemas::ids::{BlobHash, DeviceId, PublicKey, ShortId};
use doorstep_schemas::receipt::Receipt;
use serde::Deserialize;

use super::archive::{self, Entry, NotAnArchive};
use super::derive::{self, Facts};
use super::finding::{Fault, Findings, Gap, Item};
use super::proof::{Parts, Proof};

/// Why a file can't be looked at as a claim pack at all.
#[derive(Debug, thiserror::Error)]
pub enum NotAPack {
    #[error("the file is larger than {MAX_FILE} bytes")]
    TooLarge,
    #[error(transparent)]
    Archive(#[from] NotAnArchive),
    #[error("the archive holds no {MANIFEST}")]
    NoManifest,
    #[error("{MANIFEST} can't be read")]
    Manifest(#[source] serde_json::Error),
    #[error("the file is of form {0}, this version knows {FORMAT}")]
    Form(u32),
}

/// What a check came to.
#[derive(Debug)]
pub struct Checked {
    pub pack: ClaimPack,
    pub findings: Findings,
}

/// Looks at a whole file (R30). `relay`: the relay's key, where it is known from elsewhere than the file.
pub fn verify(file: &[u8], relay: Option<PublicKey>) -> Result<Checked, NotAPack> {
    if file.len() as u64 > MAX_FILE {
        return Err(NotAPack::TooLarge);
    }
    let entries = archive::read(file)?;
    let manifest = bytes(&entries, MANIFEST).ok_or(NotAPack::NoManifest)?;
    let form: Form = serde_json::from_slice(manifest).map_err(NotAPack::Manifest)?;
    if form.format != FORMAT {
        return Err(NotAPack::Form(form.format));
    }
    let pack: ClaimPack = serde_json::from_slice(manifest).map_err(NotAPack::Manifest)?;
    let mut findings = Findings::default();
    let found = &mut findings;
    match relay {
        Some(given) if given != pack.relay_key => found.fault(Item::Relay, Fault::OtherRelay),
        Some(_) => found.sound(Item::Relay),
        None => found.gap(Item::Relay, Gap::KeyFromFile),
    }
    listed(&entries, &pack, found);
    let (signed, receipts): (Vec<SignedRun>, Vec<Receipt>) =
        (items(&entries, SIGNATURES, found), items(&entries, RECEIPTS, found));
    let mut proof = Proof::of(
        &Parts {
            outlet: pack.outlet,
            job: pack.job,
            relay: relay.unwrap_or(pack.relay_key),
            order: bytes(&entries, ORDER).unwrap_or_default(),
            sheet: bytes(&entries, SHEET).unwrap_or_default(),
            signed: &signed,
            receipts: &receipts,
        },
        found,
    );
    sealed(&entries, manifest, &pack, &proof, found);
    let facts = derive::facts(&mut proof).unwrap_or_default();
    photos(&entries, &pack, &facts, found);
    readings(&pack, &facts, found);
    damage(&pack, &facts, found);
    history(&pack.history, &facts.history, found);
    Ok(Checked { pack, findings })
}

/// What is read first: a later form may have other fields.
#[derive(Deserialize)]
struct Form {
    format: u32,
}

fn bytes<'a>(entries: &[Entry<'a>], name: &str) -> Option<&'a [u8]> {
    entries.iter().find(|entry| entry.name == name).map(|entry| entry.bytes)
}

/// A list of CBOR items; an entry that is absent is noted where the list of files is held against the archive.
fn items<T>(entries: &[Entry<'_>], name: &str, found: &mut Findings) -> Vec<T>
where
    T: for<'b> minicbor::Decode<'b, ()>,
{
    let Some(bytes) = bytes(entries, name) else { return Vec::new() };
    let mut decoder = minicbor::Decoder::new(bytes);
    let mut out = Vec::new();
    while decoder.position() < bytes.len() {
        match decoder.decode() {
            Ok(item) => out.push(item),
            Err(_unreadable) => {
                found.fault(Item::File(name.to_owned()), Fault::Unreadable);
                break;
            }
        }
    }
    out
}

/// Every entry is in the list as it lies in the archive, and no other.
fn listed(entries: &[Entry<'_>], pack: &ClaimPack, found: &mut Findings) {
    for file in &pack.files {
        let item = Item::File(file.name.clone());
        match bytes(entries, &file.name) {
            None => found.fault(item, Fault::FileAbsent),
            Some(bytes) if bytes.len() as u64 == file.bytes && BlobHash::of(bytes) == file.sha256 => found.sound(item),
            Some(_) => found.fault(item, Fault::FileAltered),
        }
    }
    for entry in entries.iter().filter(|entry| ![MANIFEST, SEAL].contains(&entry.name)) {
        if !pack.files.iter().any(|file| file.name == entry.name) {
            found.fault(Item::File(entry.name.to_owned()), Fault::FileNotListed);
        }
    }
    for name in [ORDER, SHEET, SIGNATURES, RECEIPTS] {
        if !pack.files.iter().any(|file| file.name == name) {
            found.fault(Item::File(name.to_owned()), Fault::FileAbsent);
        }
    }
}

fn sealed(entries: &[Entry<'_>], manifest: &[u8], pack: &ClaimPack, proof: &Proof, found: &mut Findings) {
    let seal = bytes(entries, SEAL).and_then(|bytes| serde_json::from_slice::<Seal>(bytes).ok());
    match seal {
        Some(seal) if seal.holds(manifest) && DeviceId::of_key(&seal.key) == pack.made_by => {
            found.sound(Item::Seal);
            if !proof.vouches(pack.made_by) {
                found.gap(Item::Seal, Gap::DeviceNotVouched);
            }
        }
        _ => found.fault(Item::Seal, Fault::SealForged),
    }
}

/// The times of a fact, and whether they can be.
fn timed(item: Item, said: &Bracket, derived: &Bracket, found: &mut Findings) {
    if said != derived {
        return found.fault(item, Fault::TimesDiffer);
    }
    match (derived.not_before_ms, derived.not_after_ms) {
        (Some(after), Some(by)) if after > by => found.fault(item, Fault::TimesImpossible),
        (Some(_), Some(_)) => found.sound(item),
        _ => found.gap(item, Gap::TimeOpen),
    }
}

/// A word on a fact with an origin: what is said, and what the changes say, without their times.
fn held(item: Item, said: &Origin, derived: Option<&Origin>, same: bool, found: &mut Findings) {
    match derived {
        Some(derived)
            if same
                && (said.by, said.phone_said_ms, &said.changes)
                    == (derived.by, derived.phone_said_ms, &derived.changes) =>
        {
            timed(item, &said.bracket, &derived.bracket, found);
        }
        _ => found.fault(item, Fault::NotInTheChanges),
    }
}

fn photos(entries: &[Entry<'_>], pack: &ClaimPack, facts: &Facts, found: &mut Findings) {
    for photo in &pack.photos {
        let item = Item::Photo(photo.id);
        let fact = facts.photos.iter().find(|fact| fact.id == photo.id);
        match photo.file.as_deref().map(|name| bytes(entries, name)) {
            None => found.gap(item.clone(), Gap::PictureAbsent),
            Some(None) => found.fault(item.clone(), Fault::FileAbsent),
            // By the changes' word on the picture; the list in the file says the same as long as it is honest.
            Some(Some(bytes)) if fact.is_some_and(|fact| BlobHash::of(bytes) != fact.sha256) => {
                found.fault(item.clone(), Fault::PictureAltered);
            }
            Some(Some(_)) => {}
        }
        let plain = |photo: &ClaimedPhoto, origin: &Origin| ClaimedPhoto {
            file: None,
            at_relay_ms: None,
            origin: origin.clone(),
            ..photo.clone()
        };
        let same = fact.is_some_and(|fact| plain(fact, &photo.origin) == plain(photo, &photo.origin));
        held(item.clone(), &photo.origin, fact.map(|fact| &fact.origin), same, found);
        if fact.is_some_and(|fact| fact.at_relay_ms != photo.at_relay_ms) {
            found.fault(item, Fault::TimesDiffer);
        }
    }
}

fn readings(pack: &ClaimPack, facts: &Facts, found: &mut Findings) {
    for reading in &pack.readings {
        let fact = facts.readings.iter().find(|fact| fact.id == reading.id);
        let same = fact.is_some_and(|fact| {
            let mut fact = fact.clone();
            fact.origin.clone_from(&reading.origin);
            fact == *reading
        });
        held(Item::Reading(reading.id), &reading.origin, fact.map(|fact| &fact.origin), same, found);
    }
    let named = |id: ShortId| pack.readings.iter().filter(|reading| reading.id == id).count();
    for fact in facts.readings.iter().filter(|fact| named(fact.id) != 1) {
        found.fault(Item::Reading(fact.id), Fault::LeftOut);
    }
}

fn damage(pack: &ClaimPack, facts: &Facts, found: &mut Findings) {
    let Some(damage) = &pack.damage else { return };
    let item = Item::Damage(damage.id);
    let fact = facts.damages.iter().find(|fact| fact.id == damage.id);
    let same = fact.is_some_and(|fact| {
        let mut fact = fact.clone();
        fact.origin.clone_from(&damage.origin);
        for (fact, said) in fact.shares.iter_mut().zip(&damage.shares) {
            fact.origin.bracket = said.origin.bracket;
        }
        fact == *damage
    });
    held(item.clone(), &damage.origin, fact.map(|fact| &fact.origin), same, found);
    for (share, said) in fact.iter().flat_map(|fact| fact.shares.iter().zip(&damage.shares)) {
        timed(item.clone(), &said.origin.bracket, &share.origin.bracket, found);
    }
}

fn history(said: &[ClaimedDeed], derived: &[ClaimedDeed], found: &mut Findings) {
    let same = |(said, derived): (&ClaimedDeed, &ClaimedDeed)| {
        let plain = ClaimedDeed { bracket: said.bracket, ..derived.clone() };
        *said == plain
    };
    if said.len() != derived.len() || !said.iter().zip(derived).all(same) {
        return found.fault(Item::History, Fault::NotInTheChanges);
    }
    found.sound(Item::History);
    for (said, derived) in said.iter().zip(derived) {
        timed(Item::History, &said.bracket, &derived.bracket, found);
    }
}
