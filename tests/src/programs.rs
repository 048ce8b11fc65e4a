//! Where the built programs lie: beside the one that runs.

use std::path::PathBuf;

/// A program of this workspace that was not built.
#[derive(Debug, thiserror::Error)]
#[error("{0} is not built: run `cargo build -p {1}` first")]
pub struct NotBuilt(pub PathBuf, pub &'static str);

/// The path of a program of this workspace, in the profile that this one was built in.
pub fn program(name: &'static str) -> Result<PathBuf, NotBuilt> {
    let mut folder = std::env::current_exe().unwrap_or_default();
    folder.pop();
    if folder.ends_with("deps") {
        folder.pop();
    }
    let path = folder.join(name);
    if path.exists() { Ok(path) } else { Err(NotBuilt(path, name)) }
}
