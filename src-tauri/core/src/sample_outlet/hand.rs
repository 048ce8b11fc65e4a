//! Made-up members with a device each: a clock that the story sets, and bundles between them.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use doorstep_schemas::ids::{MemberId, OutletId, PublicKey, ShortId};
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle};
use doorstep_schemas::wire::{Device, Piece, Role, RoleKind, Status, kind};
use tokio::sync::broadcast;

use super::SampleError;
use crate::actions::{Actions, Shelf};
use crate::app::make_private;
use crate::nature::{Nature, random};
use crate::rules::RuleBook;
use crate::store::key::StoreKey;
use crate::store::{Enrolment, Store};
use crate::tasks::Unwatched;

/// What a made-up member's action answers.
pub type Done<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// It shows what the story says; its chance is the machine's.
pub struct StoryClock {
    now: AtomicI64,
    nature: Arc<dyn Nature>,
}

impl StoryClock {
    pub fn new(nature: Arc<dyn Nature>) -> Arc<Self> {
        Arc::new(Self { now: AtomicI64::new(nature.now_ms()), nature })
    }

    pub fn set(&self, now_ms: i64) {
        self.now.store(now_ms, Ordering::Relaxed);
    }
}

impl Nature for StoryClock {
    fn now_ms(&self) -> i64 {
        self.now.load(Ordering::Relaxed)
    }

    fn fill(&self, bytes: &mut [u8]) {
        self.nature.fill(bytes);
    }
}

/// A person of the made-up outlet.
#[derive(Debug, Clone)]
pub struct Person {
    pub id: MemberId,
    pub name: &'static str,
    pub role: RoleKind,
}

impl Person {
    pub fn new(name: &'static str, role: RoleKind, nature: &dyn Nature) -> Self {
        Self { id: ShortId::mint(random(nature)), name, role }
    }

    fn word(&self) -> Piece {
        let Self { id: member, name, role } = self;
        let role = Role { member: *member, name: (*name).to_owned(), roles: vec![*role], status: Status::Active };
        Piece { kind: kind::ROLE, role: Some(role), ..Piece::default() }
    }
}

/// A member with their device.
pub struct Hand {
    pub actions: Actions,
    pub person: Person,
    device_name: &'static str,
}

impl Hand {
    /// A device in `folder`, which belongs to this person from now on.
    pub fn new(
        (folder, key): (&Path, &StoreKey),
        clock: &Arc<StoryClock>,
        person: Person,
        device_name: &'static str,
        (outlet, outlet_name): (OutletId, &str),
    ) -> Result<Self, SampleError> {
        make_private(folder)?;
        let mut store = Store::open(folder, key, Arc::new(RuleBook::built_in()?), clock.as_ref())?;
        store.set_enrolment(&Enrolment {
            outlet,
            outlet_name: outlet_name.to_owned(),
            member: person.id,
            device_name: device_name.to_owned(),
            relay: String::new(),
            relay_key: PublicKey([0; 32]),
            token: String::new(),
        })?;
        let actions = Actions { shelf: Shelf::new(store), nature: clock.clone(), events: broadcast::channel(1).0 };
        Ok(Self { actions, person, device_name })
    }

    /// The word on this device that a relay would have.
    fn word(&self) -> Piece {
        let store = self.actions.shelf.store();
        let (device, key) = (store.device(), store.public_key());
        let (member, name) = (self.person.id, self.device_name.to_owned());
        let device = Device { device, member, key, name, status: Status::Active };
        Piece { kind: kind::DEVICE, device: Some(device), ..Piece::default() }
    }

    /// Brings everything that `to` may read there, as a file that is gone afterwards; and the grants that an owner's device
    /// would have had a relay say.
    pub fn bring(&self, to: &Self, file: &Path) -> Done {
        let grants = self.actions.shelf.store().grants_due()?;
        let grant = |grant| Piece { kind: kind::GRANT, grant: Some(grant), ..Piece::default() };
        let now = self.actions.nature.now_ms();
        let said: Vec<Piece> = grants.iter().copied().map(grant).collect();
        self.actions.shelf.store().absorb_carried(&said, now)?;
        let theirs: Vec<Piece> = grants.into_iter().filter(|one| one.member == to.person.id).map(grant).collect();
        let everything = ExportBundle { what: BundleWhat::All, photos: BundlePhotos::All };
        self.actions.export_bundle(&everything, file, &mut Unwatched)?;
        to.actions.import_bundle(file, &mut Unwatched)?;
        to.actions.shelf.store().absorb_carried(&theirs, now)?;
        std::fs::remove_file(file)?;
        Ok(())
    }
}

/// All devices know all people and each other.
pub fn introduce(people: &[Person], hands: &[&Hand]) -> Done {
    let mut said: Vec<Piece> = people.iter().map(Person::word).collect();
    said.extend(hands.iter().map(|hand| hand.word()));
    for hand in hands {
        let now = hand.actions.nature.now_ms();
        hand.actions.shelf.store().absorb_carried(&said, now)?;
    }
    Ok(())
}
