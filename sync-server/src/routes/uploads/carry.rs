//! One upload, held by the newest connection of its device: what was begun, what comes, and how it ends.

use std::sync::Arc;

use doorstep_schemas::ids::{BlobHash, DocId};
use doorstep_schemas::quota::until_next_day_ms;

use super::doc_of;
use super::words::{Checksum, Said};
use crate::blobs::{Begun, Finished, Turn, Underway, Upload};
use crate::engine::access::Verb;
use crate::engine::intake;
use crate::engine::quota::{self, Room};
use crate::engine::standing::{self, Caller, NotServed, Sight};
use crate::routes::body::{Broken, Incoming};
use crate::routes::{RouteError, watched};
use crate::state::State;
use crate::storage::{Shelf, StorageError};

/// How far an upload is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    pub offset: u64,
    pub length: u64,
    /// Of one that is not whole.
    pub expires_ms: Option<i64>,
}

impl Place {
    fn whole(size: u64) -> Self {
        Self { offset: size, length: size, expires_ms: None }
    }
}

/// The right to move one upload on.
pub struct Carrying {
    state: Arc<State>,
    caller: Caller,
    upload: Upload,
    turn: Turn,
}

/// What one request does to what is held.
struct Bringing {
    doc: DocId,
    length: u64,
    held: u64,
    /// Bytes at the body's beginning that are held already.
    known: u64,
    checksum: Option<Checksum>,
}

impl Carrying {
    pub async fn of(state: Arc<State>, caller: Caller, upload: Upload) -> Self {
        let turn = state.blobs.turn(upload).await;
        Self { state, caller, upload, turn }
    }

    /// What was begun and is not too old.
    async fn underway(&self) -> Result<Option<Underway>, StorageError> {
        let found = self.state.blobs.underway(self.upload).await?;
        Ok(found.filter(|found| found.touched_ms >= self.state.uploads_since_ms()))
    }

    /// `sent`: that the body brings the blob's first bytes, and what they are held to.
    pub async fn begin(
        &mut self,
        said: &Said,
        sent: Option<Option<Checksum>>,
        incoming: &mut Incoming,
    ) -> Result<Place, RouteError> {
        self.has_right(&said.doc).await?;
        if let Some(size) = self.state.blobs.whole_length(self.upload.outlet, &self.upload.hash).await? {
            if size != said.length {
                return Err(RouteError::BlobMismatch);
            }
            self.attach(size, said.doc.clone(), 0).await?;
            return Ok(Place::whole(size));
        }
        let fits = |found: &Underway| {
            found.begun.length == said.length && doc_of(&found.begun.metadata).is_ok_and(|doc| doc == said.doc)
        };
        let held = match self.underway().await?.filter(fits) {
            Some(found) => found.held,
            None => {
                self.may_grow(0, said.length).await?;
                let begun = Begun { length: said.length, metadata: said.metadata.clone() };
                self.state.blobs.begin(self.upload, begun, self.state.now_ms()).await?;
                0
            }
        };
        let brings = sent.is_some() || held == said.length;
        let checksum = sent.flatten();
        let bringing = Bringing { doc: said.doc.clone(), length: said.length, held, known: held, checksum };
        if brings { self.bring(bringing, incoming).await } else { Ok(self.place(held, said.length)) }
    }

    /// How much is held, and the words that the upload was begun with.
    pub async fn held(&mut self) -> Result<(Place, Option<String>), RouteError> {
        if let Some(found) = self.underway().await? {
            let doc = doc_of(&found.begun.metadata)?;
            // Who may not bring it any more is told so when they try.
            if found.held < found.begun.length {
                return Ok((self.place(found.held, found.begun.length), Some(found.begun.metadata)));
            }
            // All of it came and nobody heard so. It is whole when it is held to its name, and not before.
            self.has_right(&doc).await?;
            return Ok((self.finish(doc, found.held, 0).await?, Some(found.begun.metadata)));
        }
        Ok((Place::whole(self.whole().await?.ok_or(RouteError::NotFound)?), None))
    }

    pub async fn append(
        &mut self,
        offset: u64,
        checksum: Option<Checksum>,
        incoming: &mut Incoming,
    ) -> Result<Place, RouteError> {
        let Some(found) = self.underway().await? else {
            return match self.whole().await?.ok_or(RouteError::NotFound)? {
                // A repeat is no harm.
                size if size == offset => Ok(Place::whole(size)),
                held => Err(RouteError::BlobOffset { held }),
            };
        };
        let doc = doc_of(&found.begun.metadata)?;
        self.has_right(&doc).await?;
        let (held, length) = (found.held, found.begun.length);
        if offset != held {
            return Err(RouteError::BlobOffset { held });
        }
        self.bring(Bringing { doc, length, held, known: 0, checksum }, incoming).await
    }

    pub async fn give_up(&mut self) -> Result<(), RouteError> {
        self.underway().await?.ok_or(RouteError::NotFound)?;
        Ok(self.state.blobs.give_up(self.upload).await?)
    }

    fn place(&self, offset: u64, length: u64) -> Place {
        let kept_ms = i64::try_from(self.state.pace.uploads.as_millis()).unwrap_or(i64::MAX);
        Place { offset, length, expires_ms: Some(self.state.now_ms().saturating_add(kept_ms)) }
    }

    async fn has_right(&self, doc: &DocId) -> Result<(), RouteError> {
        let may = self.state.read(may_bring(&self.caller, doc.clone())).await?;
        if may { Ok(()) } else { Err(RouteError::NotFound) }
    }

    /// The length of a whole blob that belongs to something the caller reads or may bring to.
    async fn whole(&self) -> Result<Option<u64>, RouteError> {
        let (caller, hash) = (self.caller.clone(), self.upload.hash);
        let related = self.state.read(move |shelf| is_for(shelf, &caller, &hash));
        if !related.await? {
            return Ok(None);
        }
        Ok(self.state.blobs.whole_length(self.upload.outlet, &self.upload.hash).await?)
    }

    /// Whether a photo of so many bytes, of which `held` are here, may take more room.
    async fn may_grow(&self, held: u64, length: u64) -> Result<(), RouteError> {
        if self.state.blobs.free().await? < self.state.pace.disk_floor {
            return Err(RouteError::DiskFloor);
        }
        // A photo counts as a whole once the first of it is here: what is never finished takes room as well.
        if held > 0 || length == 0 {
            return Ok(());
        }
        let (caller, now_ms) = (self.caller.clone(), self.state.now_ms());
        let fits =
            move |shelf: &dyn Shelf| Ok::<_, StorageError>(Room::of(shelf, &caller, now_ms)?.takes_photo(length));
        if self.state.read(fits).await? {
            return Ok(());
        }
        Err(RouteError::QuotaUsed { retry_after_s: until_next_day_ms(now_ms).unsigned_abs().div_ceil(1_000) })
    }

    /// Takes what comes; at the full length the blob is held to its name.
    async fn bring(&mut self, bringing: Bringing, incoming: &mut Incoming) -> Result<Place, RouteError> {
        let Bringing { ref doc, length, held, .. } = bringing;
        let doc = doc.clone();
        let begins = held == 0 && length > 0;
        if held < length {
            self.may_grow(held, length).await?;
        }
        let received = self.receive(bringing, incoming).await;
        let uncounted = if begins { length } else { 0 };
        match received {
            Ok(size) if size == length => self.finish(doc, size, uncounted).await,
            unfinished => {
                if begins && self.state.blobs.underway(self.upload).await?.is_some_and(|found| found.held > 0) {
                    let (caller, now_ms) = (self.caller.clone(), self.state.now_ms());
                    let count = move |ledger: &mut dyn crate::storage::Ledger| {
                        quota::count_photo(ledger, &caller, now_ms, uncounted)
                    };
                    self.state.write(count).durable().await?;
                }
                Ok(self.place(unfinished?, length))
            }
        }
    }

    /// Appends what comes until the body ends, breaks or is overtaken; what came is durable before this returns.
    async fn receive(&mut self, bringing: Bringing, incoming: &mut Incoming) -> Result<u64, RouteError> {
        let Bringing { length, held, mut known, mut checksum, .. } = bringing;
        let mut part = self.state.blobs.append(self.upload).await?.ok_or(RouteError::NotFound)?;
        let (mut size, mut unasked) = (held, 0);
        let mut end = loop {
            let chunk = tokio::select! {
                chunk = incoming.next() => chunk,
                () = self.turn.over() => break Err(RouteError::BlobOffset { held: size }),
            };
            let bytes = match chunk {
                Ok(Some(bytes)) => bytes,
                Ok(None) => break Ok(()),
                Err(cause @ (Broken::Cut(_) | Broken::Idle(_))) => break Err(cause.into()),
            };
            if let Some(checksum) = &mut checksum {
                checksum.hear(&bytes);
            }
            let passed = usize::try_from(known).unwrap_or(usize::MAX).min(bytes.len());
            known -= passed as u64;
            let new = &bytes[passed..];
            let fits = new.len().min(usize::try_from(length - size).unwrap_or(usize::MAX));
            if unasked + fits > watched::PART {
                if let Err(cause) = self.goes_on(size, length).await {
                    break Err(cause);
                }
                unasked = 0;
            }
            if let Err(cause) = part.write(&new[..fits]).await {
                break Err(cause.into());
            }
            size += fits as u64;
            unasked += fits;
            if fits < new.len() {
                break Err(RouteError::Invalid("the body is longer than the length says"));
            }
        };
        // Only a body that came whole can be held to its checksum; what a break left is held to the blob's name.
        if end.is_ok() && checksum.is_some_and(|checksum| !checksum.holds()) {
            part.cut_back().await?;
            end = Err(RouteError::Checksum);
        }
        part.sync(self.state.now_ms()).await?;
        end.map(|()| size)
    }

    /// Asked again while a long body comes: whether its device is served yet, and the disk has room.
    async fn goes_on(&self, size: u64, length: u64) -> Result<(), RouteError> {
        let caller = self.caller.clone();
        self.state.read(move |shelf| standing::again_to_bring(shelf, &caller).map(drop)).await?;
        self.may_grow(size.max(1), length).await
    }

    /// Holds what came to its name and ties it to its document; `uncounted` bytes of it are counted with that.
    async fn finish(&self, doc: DocId, size: u64, uncounted: u64) -> Result<Place, RouteError> {
        match self.state.blobs.finish(self.upload).await? {
            Finished::Mismatch => Err(RouteError::BlobMismatch),
            Finished::Whole => {
                self.attach(size, doc, uncounted).await?;
                Ok(Place::whole(size))
            }
        }
    }

    async fn attach(&self, size: u64, doc: DocId, uncounted: u64) -> Result<(), RouteError> {
        let check = may_bring(&self.caller, doc.clone());
        let (hash, now_ms, bringing) = (self.upload.hash, self.state.now_ms(), self.caller.clone());
        let attached = self.state.write(move |ledger| match check(ledger) {
            Ok(true) => {
                quota::count_photo(ledger, &bringing, now_ms, uncounted)?;
                ledger.attach_blob(bringing.outlet, &hash, size, &doc, now_ms).map(|()| Ok(()))
            }
            Ok(false) => Ok(Err(RouteError::NotFound)),
            Err(NotServed::Storage(cause)) => Err(cause),
            Err(refused) => Ok(Err(refused.into())),
        });
        attached.durable().await??;
        self.state.moved_beside(self.caller.outlet);
        Ok(())
    }
}

/// Whether a whole blob belongs to something that the caller reads or may bring photos of.
pub fn is_for(shelf: &dyn Shelf, caller: &Caller, hash: &BlobHash) -> Result<bool, NotServed> {
    let Some(blob) = shelf.blob(caller.outlet, hash)? else { return Ok(false) };
    let now = standing::again_to_bring(shelf, caller)?;
    let sight = Sight::of(shelf, now.outlet, &now.member)?;
    for doc in blob.docs {
        if (now.left().is_none() && sight.reads(&doc)) || may_bring(caller, doc)(shelf)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Whether the caller may bring photos of the document now: who may write it, and whose work on it waits for an owner.
fn may_bring(caller: &Caller, doc: DocId) -> impl FnOnce(&dyn Shelf) -> Result<bool, NotServed> + Send + use<> {
    let caller = caller.clone();
    move |shelf| {
        let Caller { outlet, member, .. } = standing::again_to_bring(shelf, &caller)?;
        if intake::is_erased(shelf, outlet, doc.job())? {
            return Ok(false);
        }
        if standing::may(shelf, outlet, &member, Verb::Write, &doc)? {
            return Ok(true);
        }
        let waiting = shelf.inbox_use(outlet, Some(member.id), Some(&doc))?;
        Ok(waiting.items > 0 && standing::may_wait(shelf, outlet, &member, &doc)?)
    }
}
