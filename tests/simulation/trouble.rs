//! What befalls an outlet beside bad lines: work carried as files, devices lost, people who leave.

use doorstep::store::bundle::BundleError;
use doorstep::tasks::Unwatched;
use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::ids::MemberId;
use doorstep_schemas::input::{BundlePhotos, BundleWhat, ExportBundle};
use doorstep_schemas::wire::{Status, UpHeader};
use doorstep_tests::chance::Chance;

use crate::device::scratch;
use crate::invariants;
use crate::relay::Refused;
use crate::world::{Held, World, broken};

impl World {
    /// A bundle goes from one device to another.
    pub fn carry(&mut self, who: usize, chance: &Chance) -> Held {
        let to = chance.draw() as usize % self.devices.len();
        if to == who || self.devices[who].gone || self.devices[to].gone {
            return Ok(());
        }
        let folder = scratch();
        let path = folder.path().join("bundle.doorstep");
        let what = if chance.happens(50) { BundleWhat::Unsent } else { BundleWhat::All };
        let order = ExportBundle { what, photos: BundlePhotos::None };
        if let Err(error) = self.devices[who].actions.export_bundle(&order, &path, &mut Unwatched) {
            return broken(format!("{}: can't write a bundle: {error}", self.devices[who].name));
        }
        let taken = self.devices[to].actions.import_bundle(&path, &mut Unwatched);
        self.devices[to].seen = invariants::newest(&self.devices[to]);
        match taken {
            Ok(taken) => {
                let from = self.devices[who].name.clone();
                self.say(to, &format!("is brought {} changes by {from}", taken.received));
                Ok(())
            }
            // Who came after the last exchange is not known yet; who was lost is not heard.
            Err(BundleError::NotForThisDevice | BundleError::SenderUnknown(_) | BundleError::SenderRefused(_)) => {
                Ok(())
            }
            Err(error) => broken(format!("{}: can't read a bundle: {error}", self.devices[to].name)),
        }
    }

    /// A device is reported lost. The outlet keeps an owner's device.
    pub fn lose(&mut self, who: usize, chance: &Chance) -> Held {
        let Some(keeper) = self.devices.iter().position(|device| !device.gone) else { return Ok(()) };
        if who == keeper || self.devices[who].gone {
            return Ok(());
        }
        let now = self.moment();
        if chance.happens(50) {
            self.say(who, "is reported lost");
            self.gets_nothing_more(who, now)?;
            self.relay.set_device(self.devices[who].id, Status::Lost, now);
            return self.is_refused(who);
        }
        let member = self.devices[who].member;
        if self.devices[keeper].member == member {
            return Ok(());
        }
        self.leave(member, now);
        let theirs: Vec<usize> = (0..self.devices.len()).filter(|of| self.devices[*of].member == member).collect();
        theirs.into_iter().try_for_each(|who| {
            self.say(who, "belongs to somebody who left");
            self.brings_nothing_of_others(who)
        })
    }

    fn leave(&mut self, member: MemberId, now: i64) {
        self.relay.set_member(member, Status::Left, now);
    }

    /// Whoever has left may still hand over their own work, beside the log.
    fn brings_nothing_of_others(&mut self, who: usize) -> Held {
        self.devices[who].gone = true;
        let token = self.devices[who].token;
        let Some(body) = self.overheard.last().cloned() else { return Ok(()) };
        let (head, now) = (self.relay.head(), self.moment());
        let _answer = self.relay.serve(&token, &[&body], true, None, now);
        if self.relay.head() == head {
            Ok(())
        } else {
            broken(format!("{}: still writes into the log", self.devices[who].name))
        }
    }

    /// Reported lost while its request is running: nothing behind that is kept, and no answer comes.
    fn gets_nothing_more(&mut self, who: usize, now: i64) -> Held {
        let (token, id) = (self.devices[who].token, self.devices[who].id);
        let Some(body) = self.overheard.last().cloned() else { return Ok(()) };
        if self.owners.contains(&self.devices[who].member) {
            // Who has an owner's token says by it how far an owner is, until the relay hears that it is lost.
            let mut frames = FrameReader::default();
            frames.push(&body);
            let said = frames.next_frame().ok().flatten().and_then(|up| frame::read::<UpHeader>(up).ok()?.cursor);
            self.owners_at = self.owners_at.max(said.map_or(0, |cursor| cursor.seq));
        }
        let (first, rest) = body.split_at(body.len() / 2);
        self.relay.lost_midway = Some((id, now));
        let answer = self.relay.serve(&token, &[first, rest], true, None, now);
        self.relay.lost_midway = None;
        if answer == Err(Refused::Device) {
            return Ok(());
        }
        broken(format!("{}: is answered although it was lost while it asked", self.devices[who].name))
    }

    /// From the next request on it gets nothing.
    fn is_refused(&mut self, who: usize) -> Held {
        self.devices[who].gone = true;
        let token = self.devices[who].token;
        let Some(body) = self.overheard.last().cloned() else { return Ok(()) };
        let (head, now) = (self.relay.head(), self.moment());
        let answer = self.relay.serve(&token, &[&body], true, None, now);
        if answer != Err(Refused::Device) || self.relay.head() != head {
            return broken(format!("{}: is still served", self.devices[who].name));
        }
        Ok(())
    }
}
