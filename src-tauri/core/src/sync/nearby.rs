//! Looking for the relay in the network that this device is in.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use doorstep_schemas::nearby::{KEY, SERVICE};
use mdns_sd::{IfKind, ServiceDaemon, ServiceEvent};

/// Most places that are knocked at: a network full of strangers must not keep the work.
const MOST: usize = 4;

/// Who looks. Tests answer for it.
pub trait Lookout: Send + Sync + 'static {
    /// Where somebody says to be the relay with this tag (see [`doorstep_schemas::nearby::tag`]). Blocks no longer than
    /// `patience`, and less once somebody has answered.
    fn look(&self, tag: &str, patience: Duration) -> Vec<SocketAddr>;

    /// This machine's own addresses: others than before are another network.
    fn addresses(&self) -> BTreeSet<IpAddr> {
        BTreeSet::new()
    }

    /// How often to ask for them.
    fn every(&self) -> Duration {
        Duration::from_secs(15)
    }
}

/// Nobody looks: the relay is where the enrolment says.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nobody;

impl Lookout for Nobody {
    fn look(&self, _tag: &str, _patience: Duration) -> Vec<SocketAddr> {
        Vec::new()
    }
}

/// By mDNS, on every network that the machine is in.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mdns;

impl Lookout for Mdns {
    fn look(&self, tag: &str, patience: Duration) -> Vec<SocketAddr> {
        let found = heard(tag, patience);
        found.unwrap_or_else(|cause| {
            tracing::info!(%cause, "the network can't be looked through for the relay");
            Vec::new()
        })
    }

    fn addresses(&self) -> BTreeSet<IpAddr> {
        let all = if_addrs::get_if_addrs().unwrap_or_default();
        all.iter().filter(|each| !each.is_loopback() && !each.is_link_local()).map(if_addrs::Interface::ip).collect()
    }
}

fn heard(tag: &str, patience: Duration) -> Result<Vec<SocketAddr>, mdns_sd::Error> {
    let daemon = ServiceDaemon::new()?;
    // The shop's own machine may be the relay as well.
    daemon.enable_interface(IfKind::LoopbackV4)?;
    let answers = daemon.browse(SERVICE)?;
    let end = Instant::now() + patience;
    let mut found = BTreeSet::new();
    while let Ok(event) = answers.recv_timeout(end.saturating_duration_since(Instant::now())) {
        let ServiceEvent::ServiceResolved(service) = event else { continue };
        if service.get_property_val_str(KEY) != Some(tag) {
            continue;
        }
        let port = service.get_port();
        found.extend(service.get_addresses_v4().into_iter().map(|ip| SocketAddr::new(IpAddr::V4(ip), port)));
        if !found.is_empty() {
            break;
        }
    }
    // It ends by itself a moment later; nobody waits for that.
    let _ = daemon.shutdown();
    Ok(found.into_iter().take(MOST).collect())
}
