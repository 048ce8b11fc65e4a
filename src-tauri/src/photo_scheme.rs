//! `photo:` addresses: a photo's bytes by its hash, straight from the encrypted file to the screen.

use doorstep::app::Doorstep;
use doorstep_schemas::ids::BlobHash;

/// The JPEG behind `…/<hash>`, or nothing when it is not here.
pub fn jpeg(core: &Doorstep, path: &str) -> Option<Vec<u8>> {
    let hash: BlobHash = path.trim_start_matches('/').parse().ok()?;
    core.actions.photo_bytes(&hash).ok()
}
