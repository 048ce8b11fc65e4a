//! Where whole blobs lie, by the interface of `object_store`: a folder, or a bucket that speaks S3. Their names are the
//! same in both, and so are their bytes: sealed before they get here.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use doorstep_schemas::ids::{BlobHash, OutletId};
use object_store::aws::AmazonS3Builder;
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::prefix::PrefixStore;
use object_store::{ClientOptions, Error, ObjectStore, ObjectStoreExt, PutPayload, RetryConfig};
use serde::Deserialize;

use super::seal::CHUNK;
use crate::storage::StorageError;

/// Chunks that are fetched at once: from a disk one, over a network as many as are worth a request.
const AT_ONCE_NEAR: usize = 1;
const AT_ONCE_FAR: usize = 16;
/// A bucket that does not answer must not hold the log's writer for long.
const CONNECT: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(60);
const RETRIES: Duration = Duration::from_secs(20);

/// A bucket, as the operator's file describes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// `https://…`, or `http://` on this machine; without one Amazon's.
    pub endpoint: Option<String>,
    pub bucket: String,
    pub region: String,
    /// Before every name: several relays may share a bucket.
    #[serde(default)]
    pub folder: String,
    /// Without them the environment's `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    pub access_key_id: Option<String>,
    pub secret_access_key: Option<String>,
}

/// See the module.
#[derive(Debug, Clone)]
pub struct Depot {
    store: Arc<dyn ObjectStore>,
    /// A folder's root: what is new in it is synced by hand as far up as it may be new.
    root: Option<PathBuf>,
}

/// The name of a whole blob.
pub fn key(outlet: OutletId, hash: &BlobHash) -> Key {
    Key::from(format!("{outlet}/{:02x}/{hash}", hash.0[0]))
}

fn if_there<T>(asked: Result<T, Error>) -> Result<Option<T>, StorageError> {
    match asked {
        Ok(found) => Ok(Some(found)),
        Err(Error::NotFound { .. }) => Ok(None),
        Err(cause) => Err(cause.into()),
    }
}

impl Depot {
    pub fn folder(root: &Path) -> Result<Self, StorageError> {
        std::fs::create_dir_all(root).map_err(|cause| StorageError::io(root, cause))?;
        let store = LocalFileSystem::new_with_prefix(root)?.with_fsync(true);
        Ok(Self { store: Arc::new(store), root: Some(root.to_owned()) })
    }

    pub fn bucket(said: &Bucket) -> Result<Self, StorageError> {
        // The second one of a process finds it there.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let near = said.endpoint.as_deref().is_some_and(on_this_machine);
        let client = ClientOptions::new().with_connect_timeout(CONNECT).with_timeout(ANSWER).with_allow_http(near);
        let retries = RetryConfig { retry_timeout: RETRIES, ..RetryConfig::default() };
        let mut builder = AmazonS3Builder::from_env()
            .with_bucket_name(&said.bucket)
            .with_region(&said.region)
            .with_client_options(client)
            .with_retry(retries);
        if let Some(endpoint) = &said.endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        if let (Some(id), Some(secret)) = (&said.access_key_id, &said.secret_access_key) {
            builder = builder.with_access_key_id(id).with_secret_access_key(secret);
        }
        Ok(Self::over(Arc::new(PrefixStore::new(builder.build()?, said.folder.as_str()))))
    }

    /// Any other store: nothing of it is synced here.
    pub fn over(store: Arc<dyn ObjectStore>) -> Self {
        Self { store, root: None }
    }

    /// Bytes of chunks that are fetched at once.
    pub fn stretch(&self) -> u64 {
        (CHUNK * if self.root.is_some() { AT_ONCE_NEAR } else { AT_ONCE_FAR }) as u64
    }

    /// Lays a blob down; durable when this returns.
    pub async fn put(&self, key: &Key, sealed: Vec<u8>) -> Result<(), StorageError> {
        self.store.put(key, PutPayload::from(sealed)).await?;
        let Some(root) = self.root.clone() else { return Ok(()) };
        let place = root.join(key.as_ref());
        // A new folder is itself an entry of the one above: all must be on the disk before anybody is told.
        super::aside(place, |place| {
            place.ancestors().skip(1).take(3).try_for_each(|folder| std::fs::File::open(folder)?.sync_all())
        })
        .await
    }

    /// Bytes of a stored blob from `from` on, at most `most`; `None` where there is none.
    pub async fn read(&self, key: &Key, from: u64, most: u64) -> Result<Option<Vec<u8>>, StorageError> {
        let read = self.store.get_range(key, from..from.saturating_add(most)).await;
        Ok(if_there(read)?.map(|bytes| bytes.to_vec()))
    }

    /// The bytes that a blob takes.
    pub async fn size(&self, key: &Key) -> Result<Option<u64>, StorageError> {
        Ok(if_there(self.store.head(key).await)?.map(|found| found.size))
    }

    /// All of what lies there.
    pub async fn all(&self, key: &Key) -> Result<Option<Vec<u8>>, StorageError> {
        let Some(found) = if_there(self.store.get(key).await)? else { return Ok(None) };
        Ok(Some(found.bytes().await?.to_vec()))
    }

    /// One that is not there is gone already.
    pub async fn remove(&self, key: &Key) -> Result<(), StorageError> {
        if_there(self.store.delete(key).await).map(|_gone| ())
    }
}

/// Whether an address may be a bucket's: nothing is said in the clear beyond this machine.
pub fn may_be_spoken_to(endpoint: &str) -> bool {
    endpoint.starts_with("https://") || on_this_machine(endpoint)
}

fn on_this_machine(endpoint: &str) -> bool {
    ["http://127.0.0.1:", "http://[::1]:", "http://localhost:"].iter().any(|near| endpoint.starts_with(near))
}
