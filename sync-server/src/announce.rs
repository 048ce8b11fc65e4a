//! Telling the shop's network where the relay is: by mDNS, under a name that names nobody.

use std::net::SocketAddr;

use doorstep_schemas::ids::PublicKey;
use doorstep_schemas::nearby::{self, KEY, SERVICE, VERSION, VERSION_NOW};
use mdns_sd::{IfKind, ServiceDaemon, ServiceInfo};

/// Announces until it is dropped.
pub struct Announcing {
    daemon: ServiceDaemon,
    name: String,
}

impl Announcing {
    /// On every network of the machine, also on those that come later; a relay that listens on loopback tells it only to
    /// the programs of its own machine.
    pub fn start(key: &PublicKey, at: SocketAddr) -> Result<Self, mdns_sd::Error> {
        let tag = nearby::tag(key);
        let host = format!("doorstep-{tag}.local.");
        let words = [(VERSION, VERSION_NOW), (KEY, tag.as_str())];
        let service = ServiceInfo::new(SERVICE, &tag, &host, "", at.port(), &words[..])?.enable_addr_auto();
        let name = service.get_fullname().to_owned();
        let daemon = ServiceDaemon::new()?;
        if at.ip().is_loopback() {
            daemon.disable_interface(IfKind::All)?;
            daemon.enable_interface(IfKind::LoopbackV4)?;
        }
        daemon.register(service)?;
        Ok(Self { daemon, name })
    }
}

impl Drop for Announcing {
    fn drop(&mut self) {
        // Takes the announcement back; who doesn't hear it finds nobody there.
        if let Ok(done) = self.daemon.unregister(&self.name) {
            let _ = done.recv_timeout(std::time::Duration::from_millis(300));
        }
        let _ = self.daemon.shutdown();
    }
}
