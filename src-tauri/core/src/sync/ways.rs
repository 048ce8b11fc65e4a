//! Which way to the relay: the shop's own network first, then the addresses that it is known by.
//!
//! A way that does not lead there is left alone until the network changes. Whoever answers on it is held to the relay's
//! key by the line, so that a stranger in the network costs one handshake and learns nothing.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use doorstep_schemas::nearby;
use doorstep_schemas::view::RelayWay;

use super::fault::Fault;
use super::line::{Answer, Line};
use super::nearby::Lookout;
use crate::actions::Actions;
use crate::store::Enrolment;

/// What an announcement in the same network needs, with a repeat.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Between two looks around: a network can change without anybody telling us.
const LOOK_EVERY_MS: i64 = 10 * 60_000;

/// One way to the relay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Way {
    Nearby(SocketAddr),
    Public(String),
}

impl Way {
    pub fn address(&self) -> String {
        match self {
            Self::Nearby(at) => format!("https://{at}"),
            Self::Public(address) => address.clone(),
        }
    }

    pub fn word(&self) -> RelayWay {
        match self {
            Self::Nearby(_) => RelayWay::Nearby,
            Self::Public(_) => RelayWay::Public,
        }
    }
}

/// The line that is kept, and its way.
pub type Held = (Line, Way);

/// A way that was chosen, and between which.
#[derive(Debug, Clone)]
pub struct Chosen {
    pub way: Way,
    enrolment: Enrolment,
    addresses: Vec<String>,
}

impl Chosen {
    pub fn line(&self) -> Result<Line, Fault> {
        Line::by(&self.way, &self.enrolment)
    }
}

#[derive(Debug, Default)]
struct Seen {
    nearby: Vec<SocketAddr>,
    looked_ms: Option<i64>,
    /// Ways that did not lead to the relay since the network last changed.
    blocked: Vec<Way>,
}

/// See the module.
pub struct Ways {
    lookout: Arc<dyn Lookout>,
    seen: Mutex<Seen>,
}

impl Ways {
    pub fn new(lookout: Arc<dyn Lookout>) -> Self {
        Self { lookout, seen: Mutex::default() }
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next way to try.
    async fn choose(&self, enrolment: &Enrolment, addresses: &[String], now_ms: i64) -> Way {
        let due = self.seen().looked_ms.is_none_or(|at| !(0..LOOK_EVERY_MS).contains(&now_ms.saturating_sub(at)));
        // Plain HTTP is for a relay on this machine, which is nowhere nearer.
        if due && enrolment.relay.starts_with("https:") {
            let (lookout, tag) = (self.lookout.clone(), nearby::tag(&enrolment.relay_key));
            let looked = tokio::task::spawn_blocking(move || lookout.look(&tag, PATIENCE)).await;
            let mut seen = self.seen();
            seen.nearby = looked.unwrap_or_default();
            seen.looked_ms = Some(now_ms);
        }
        let mut seen = self.seen();
        let ways = all(&seen.nearby, enrolment, addresses);
        let open = ways.iter().find(|way| !seen.blocked.contains(way)).cloned();
        open.unwrap_or_else(|| {
            seen.blocked.clear();
            ways.into_iter().next().unwrap_or_else(|| Way::Public(enrolment.relay.clone()))
        })
    }

    /// The next way of an enrolled device.
    pub async fn choose_for(&self, actions: &Actions) -> Result<Chosen, Fault> {
        let (enrolment, addresses) = {
            let store = actions.shelf.store();
            (store.enrolment()?.ok_or(Fault::NotEnrolled)?, store.relay_addresses()?)
        };
        if enrolment.is_sample() {
            return Err(Fault::Sample);
        }
        let way = self.choose(&enrolment, &addresses, actions.nature.now_ms()).await;
        Ok(Chosen { way, enrolment, addresses })
    }

    /// A line by the next way.
    pub async fn line(&self, actions: &Actions) -> Result<(Line, Enrolment), Fault> {
        let chosen = self.choose_for(actions).await?;
        Ok((chosen.line()?, chosen.enrolment))
    }

    /// Every way that is known, the nearest first.
    pub fn known(&self, enrolment: &Enrolment, addresses: &[String]) -> Vec<Way> {
        all(&self.seen().nearby, enrolment, addresses)
    }

    /// It did not lead to the relay. Returns whether another one is left to try.
    pub fn block(&self, chosen: &Chosen) -> bool {
        let mut seen = self.seen();
        if !seen.blocked.contains(&chosen.way) {
            seen.blocked.push(chosen.way.clone());
        }
        let ways = all(&seen.nearby, &chosen.enrolment, &chosen.addresses);
        ways.iter().any(|way| !seen.blocked.contains(way))
    }

    /// Sends an exchange, or what belongs to one, by the nearest way that leads to the relay. One connection is kept for as
    /// long as its way is.
    pub async fn exchange(
        &self,
        actions: &Actions,
        held: &mut Option<Held>,
        path: &str,
        body: Vec<u8>,
    ) -> Result<Answer, Fault> {
        loop {
            let chosen = self.choose_for(actions).await?;
            let (line, _) = match held.take() {
                Some(kept) if kept.1 == chosen.way => held.insert(kept),
                _ => held.insert((chosen.line()?, chosen.way.clone())),
            };
            match line.exchange(path, body.clone()).await {
                Err(fault) if fault.nothing_left() && self.block(&chosen) => {
                    tracing::info!(
                        code = fault.code().wire(),
                        "a way did not lead to the relay; the next one is tried"
                    );
                }
                outcome => return outcome,
            }
        }
    }

    /// This machine's own addresses.
    pub(super) fn addresses(&self) -> BTreeSet<IpAddr> {
        self.lookout.addresses()
    }

    /// How often to ask for them.
    pub(super) fn look_every(&self) -> Duration {
        self.lookout.every()
    }

    /// The line is back: what was blocked may lead there again.
    pub fn line_back(&self) {
        self.seen().blocked.clear();
    }

    /// Another network, or a person who asks: everything is looked at anew.
    pub fn network_changed(&self) {
        *self.seen() = Seen::default();
    }
}

/// Every way, the nearest first, each once.
fn all(nearby: &[SocketAddr], enrolment: &Enrolment, addresses: &[String]) -> Vec<Way> {
    let mut ways: Vec<Way> = nearby.iter().map(|at| Way::Nearby(*at)).collect();
    for address in [&enrolment.relay].into_iter().chain(addresses) {
        let way = Way::Public(address.clone());
        if !ways.contains(&way) {
            ways.push(way);
        }
    }
    ways
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use doorstep_schemas::ids::{OutletId, PublicKey, ShortId};

    use super::*;

    struct Answers(Vec<SocketAddr>, AtomicUsize);

    impl Lookout for Answers {
        fn look(&self, tag: &str, _patience: Duration) -> Vec<SocketAddr> {
            assert_eq!(tag, nearby::tag(&PublicKey([7; 32])));
            self.1.fetch_add(1, Ordering::Relaxed);
            self.0.clone()
        }
    }

    fn enrolment(relay: &str) -> Enrolment {
        Enrolment {
            outlet: OutletId::from_bytes([1; 16]),
            outlet_name: String::new(),
            member: ShortId::mint([1; 5]),
            device_name: String::new(),
            relay: relay.into(),
            relay_key: PublicKey([7; 32]),
            token: String::new(),
        }
    }

    #[tokio::test]
    async fn the_nearest_way_comes_first_and_one_that_leads_nowhere_is_left_alone_until_the_network_changes() {
        let near: SocketAddr = "192.168.1.8:8470".parse().unwrap();
        let lookout = Arc::new(Answers(vec![near], AtomicUsize::default()));
        let ways = Ways::new(lookout.clone());
        let (enrolment, addresses) = (enrolment("https://shop.example"), vec!["https://b.example".to_owned()]);
        let choose = async |now_ms| {
            let way = ways.choose(&enrolment, &addresses, now_ms).await;
            Chosen { way, enrolment: enrolment.clone(), addresses: addresses.clone() }
        };
        let first = choose(0).await;
        assert_eq!(first.way, Way::Nearby(near));
        assert!(ways.block(&first), "two are left");
        let second = choose(1).await;
        assert_eq!(second.way, Way::Public("https://shop.example".into()));
        assert!(ways.block(&second));
        let third = choose(2).await;
        assert_eq!(third.way, Way::Public("https://b.example".into()));
        assert!(!ways.block(&third), "none is left");
        assert_eq!(choose(3).await.way, Way::Nearby(near), "and then from the beginning");
        assert_eq!(lookout.1.load(Ordering::Relaxed), 1, "one look for all of these");
        choose(LOOK_EVERY_MS).await;
        ways.network_changed();
        choose(LOOK_EVERY_MS + 1).await;
        assert_eq!(lookout.1.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_relay_on_this_machine_is_not_looked_for() {
        let lookout = Arc::new(Answers(Vec::new(), AtomicUsize::default()));
        let ways = Ways::new(lookout.clone());
        let way = ways.choose(&enrolment("http://127.0.0.1:8470"), &[], 0).await;
        assert_eq!(way, Way::Public("http://127.0.0.1:8470".into()));
        assert_eq!(lookout.1.load(Ordering::Relaxed), 0);
    }
}
