//! An exchange over a line that breaks where the seed says: request, arrival, answer, each cut at any byte, each with
//! an end of either side in between.

use doorstep::sync::engine::Wish;
use doorstep::sync::fault::Fault;
use doorstep::sync::pacer::Cause;
use doorstep_schemas::code::ErrorCode;
use doorstep_tests::chance::Chance;

use crate::device::Flight;
use crate::invariants;
use crate::relay::{End, Refused};
use crate::world::{Held, Late, World, broken};

/// Requests that are remembered, to be sent again by somebody else.
const OVERHEARD: usize = 200;

/// Cuts bytes into portions as a line would.
fn portions<'a>(bytes: &'a [u8], chance: &Chance) -> Vec<&'a [u8]> {
    let mut rest = bytes;
    let mut out = Vec::new();
    while !rest.is_empty() {
        let most = if chance.happens(50) { 64 } else { 8_192 };
        let (now, later) = rest.split_at((chance.between(1, most) as usize).min(rest.len()));
        out.push(now);
        rest = later;
        if out.len() > 12 {
            out.push(rest);
            break;
        }
    }
    out
}

/// Nothing of the request left the device.
fn not_sent() -> Fault {
    Fault::Refused {
        status: 429,
        code: ErrorCode::RelayUnreachable,
        detail: String::new(),
        retry_after_ms: None,
        farewell: None,
    }
}

fn refused() -> Fault {
    Fault::Refused {
        status: 403,
        code: ErrorCode::DeviceRefused,
        detail: String::new(),
        retry_after_ms: None,
        farewell: None,
    }
}

impl World {
    /// What is on its way comes to its end; where nothing is, one whole exchange is made.
    pub fn exchange(&mut self, who: usize, chance: &Chance, sound: bool) -> Held {
        loop {
            self.step(who, chance, sound)?;
            if self.devices[who].flight.is_none() {
                return Ok(());
            }
        }
    }

    /// One step of an exchange, on a sound line or on one that breaks as it likes.
    pub fn step(&mut self, who: usize, chance: &Chance, sound: bool) -> Held {
        if self.devices[who].gone {
            self.devices[who].flight = None;
            return Ok(());
        }
        match self.devices[who].flight.take() {
            None => self.ask(who),
            Some(Flight::Asked(body)) => self.arrive(who, body, chance, sound),
            Some(Flight::Compares(body)) => self.compare(who, &body, chance, sound),
            Some(Flight::Answered(answer)) => self.answer(who, answer, chance, sound),
            Some(Flight::Played(answer)) => self.see_through(who, &answer),
        }
    }

    fn ask(&mut self, who: usize) -> Held {
        let device = &mut self.devices[who];
        let now = device.now();
        device.engine.on(Cause::ByHand, now);
        let wish = device.engine.poll(&device.actions.shelf.store(), now);
        match wish {
            Ok(Wish::Send(body)) => {
                self.trace.weigh(&body);
                self.devices[who].flight = Some(Flight::Asked(body));
                Ok(())
            }
            Ok(Wish::Compare(body)) => {
                self.trace.weigh(&body);
                self.devices[who].flight = Some(Flight::Compares(body));
                Ok(())
            }
            other => broken(format!("{}: no exchange although one was wished: {other:?}", self.devices[who].name)),
        }
    }

    fn arrive(&mut self, who: usize, body: Vec<u8>, chance: &Chance, sound: bool) -> Held {
        let (token, now) = (self.devices[who].token, self.moment());
        if self.overheard.len() < OVERHEARD {
            self.overheard.push(body.clone());
        }
        let fate = if sound { 0 } else { chance.between(0, 100) };
        let parts = portions(&body, chance);
        let answer = match fate {
            0..66 => self.relay.serve(&token, &parts, true, None, now),
            66..76 => {
                let cut = chance.between(0, u32::try_from(body.len()).unwrap_or(u32::MAX)) as usize;
                let parts = portions(&body[..cut], chance);
                self.say(who, &format!("the request is cut at byte {cut} of {}", body.len()));
                let cut = self.relay.serve(&token, &parts, false, None, now);
                return self.fail(who, &if cut == Err(Refused::Device) { refused() } else { Fault::NoNetwork });
            }
            76..80 => {
                self.say(who, "the request does not leave");
                return self.fail(who, &not_sent());
            }
            80..86 => {
                self.say(who, "the request arrives twice");
                let _ = self.relay.serve(&token, &parts, true, None, now);
                self.relay.serve(&token, &portions(&body, chance), true, None, now)
            }
            86..88 => {
                self.say(who, "somebody else plays the relay");
                if let Ok(answer) = self.relay.play(&token, &body, now) {
                    self.devices[who].flight = Some(Flight::Played(answer));
                    return Ok(());
                }
                Err(Refused::Device)
            }
            88..93 => {
                self.say(who, "the request is held up on its way");
                self.late.push(Late { device: who, body });
                return self.fail(who, &Fault::NoNetwork);
            }
            _ => {
                let end = End { commits: chance.between(0, 4) };
                self.say(who, "the relay ends during the request");
                self.relay.serve(&token, &parts, true, Some(end), now)
            }
        };
        if let Ok(answer) = &answer {
            self.trace.weigh(answer);
        }
        self.devices[who].flight = Some(Flight::Answered(answer));
        Ok(())
    }

    /// A question of a comparison changes nothing at the relay: it is answered, or it is lost.
    fn compare(&mut self, who: usize, body: &[u8], chance: &Chance, sound: bool) -> Held {
        if !sound && chance.happens(20) {
            self.say(who, "a question is lost on its way");
            return self.fail(who, &Fault::NoNetwork);
        }
        let (token, now) = (self.devices[who].token, self.moment());
        let answer = self.relay.compare(&token, body, now);
        if let Ok(answer) = &answer {
            self.trace.weigh(answer);
        }
        self.devices[who].flight = Some(Flight::Answered(answer));
        Ok(())
    }

    fn answer(&mut self, who: usize, answer: Result<Vec<u8>, Refused>, chance: &Chance, sound: bool) -> Held {
        let answer = match answer {
            Ok(answer) => answer,
            Err(Refused::Device) => {
                self.say(who, "is refused");
                return self.fail(who, &refused());
            }
            Err(Refused::Gone) => return self.fail(who, &Fault::NoNetwork),
            Err(Refused::Unreadable) => {
                return broken(format!("{}: the relay can't read an honest request", self.devices[who].name));
            }
        };
        let fate = if sound { 0 } else { chance.between(0, 100) };
        let kept = match fate {
            0..72 => answer.len(),
            72..90 => chance.between(0, u32::try_from(answer.len()).unwrap_or(u32::MAX)) as usize,
            90..94 => 0,
            _ => {
                self.devices[who].end_after(chance.between(0, 8));
                answer.len()
            }
        };
        let whole = kept == answer.len();
        for part in portions(&answer[..kept], chance) {
            let device = &mut self.devices[who];
            let now = device.now();
            let taken = device.engine.receive(part, &mut device.actions.shelf.store(), now);
            if device.ended() {
                return self.end(who);
            }
            if let Err(fault) = taken {
                return broken(format!("{}: an honest answer is not taken: {fault}", self.devices[who].name));
            }
        }
        if !whole {
            self.say(who, &format!("the answer is cut at byte {kept} of {}", answer.len()));
            return self.fail(who, &Fault::NoNetwork);
        }
        let ends = fate >= 94;
        let device = &mut self.devices[who];
        let now = device.now();
        let news = device.engine.finish(&mut device.actions.shelf.store(), now);
        if device.ended() {
            return self.end(who);
        }
        match news {
            Ok(news) => {
                self.say(who, &format!("exchanged: {} up, {} down", news.confirmed, news.received));
                self.devices[who].seen = invariants::newest(&self.devices[who]);
                if ends { self.end(who) } else { invariants::keeps_its_claims(self, who) }
            }
            Err(fault) => broken(format!("{}: an honest answer does not end well: {fault}", self.devices[who].name)),
        }
    }

    /// An answer under another key than the relay's is believed in nothing.
    fn see_through(&mut self, who: usize, answer: &[u8]) -> Held {
        let device = &mut self.devices[who];
        let now = device.now();
        let taken = device.engine.receive(answer, &mut device.actions.shelf.store(), now);
        match taken {
            Err(fault @ Fault::Impostor) => self.fail(who, &fault),
            other => broken(format!("{}: believes a false relay: {other:?}", self.devices[who].name)),
        }
    }

    pub fn fail(&mut self, who: usize, fault: &Fault) -> Held {
        let device = &mut self.devices[who];
        let now = device.now();
        let noted = device.engine.fail(fault, 0, &mut device.actions.shelf.store(), now);
        match noted {
            Ok(_) => Ok(()),
            Err(error) => broken(format!("{}: a failure can't be noted: {error}", self.devices[who].name)),
        }
    }
}
