//! One exchange at the door, without I/O: bytes in as they come, batches of whole pieces out.
//!
//! Whoever holds the line hands each batch to the log at once, so that pieces which arrived whole are kept although the
//! line breaks behind them.

use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::frame::{self, FrameError, FrameReader};
use doorstep_schemas::ids::{Actor, BlobHash, OutletId};
use doorstep_schemas::terse::Listener;
use doorstep_schemas::wire::{Outcome, Piece, PieceResult, UpHeader, kind};
use doorstep_schemas::{MAX_EXCHANGE, PROTOCOL_OLDEST};

use super::exchange::Visit;
use super::intake::{self, Brought, Carrier};
use super::quota::Room;
use super::standing::{self, Caller, NotServed};
use super::{erase, exchange, parcel};
use crate::storage::{Ledger, StorageError};

/// Why an exchange ends before it is answered. What arrived whole was kept.
#[derive(Debug, thiserror::Error)]
pub enum NotRead {
    #[error("the exchange can't be read")]
    Unreadable(#[from] FrameError),
    #[error("the exchange holds no header")]
    Empty,
    #[error("the exchange is larger than {MAX_EXCHANGE} bytes")]
    TooLarge,
    #[error("protocol {0} is no longer served, the oldest is {PROTOCOL_OLDEST}")]
    TooOld(u32),
}

/// An exchange whose request is still on its way.
pub struct Session {
    caller: Caller,
    frames: FrameReader,
    /// Bytes that may still come.
    room: usize,
    up: Option<UpHeader>,
    /// The visit went along with a batch.
    noted: bool,
    listener: Listener,
}

impl Session {
    pub fn new(caller: Caller) -> Self {
        let (frames, listener) = (FrameReader::default(), Listener::default());
        Self { caller, frames, room: MAX_EXCHANGE, up: None, noted: false, listener }
    }

    pub fn outlet(&self) -> OutletId {
        self.caller.outlet
    }

    /// Takes the next bytes. The pieces that became whole are to be kept also when what follows them can't be read.
    pub fn take(&mut self, bytes: &[u8]) -> (Option<Batch>, Result<(), NotRead>) {
        let fits = bytes.len().min(self.room);
        self.frames.push(&bytes[..fits]);
        self.room -= fits;
        let mut pieces = Vec::new();
        let read = self.read(&mut pieces);
        let batch = self.up.as_ref().filter(|_| !pieces.is_empty()).map(|up| {
            let visit = (!std::mem::replace(&mut self.noted, true)).then(|| up.clone());
            Batch { caller: self.caller.clone(), actor: up.actor, pieces, visit }
        });
        let read = if fits < bytes.len() { read.and(Err(NotRead::TooLarge)) } else { read };
        (batch, read)
    }

    fn read(&mut self, pieces: &mut Vec<Option<Brought>>) -> Result<(), NotRead> {
        while let Some(item) = self.frames.next_frame()? {
            if self.up.is_none() {
                let up: UpHeader = frame::read(item)?;
                if up.protocol < PROTOCOL_OLDEST {
                    return Err(NotRead::TooOld(up.protocol));
                }
                self.up = Some(up);
                continue;
            }
            // A frame that holds no piece is refused by itself, like any other piece.
            match frame::read::<Piece>(item) {
                Ok(piece) => pieces.extend(parcel::pieces(&mut self.listener, piece, &self.caller)),
                Err(_) => pieces.push(None),
            }
        }
        Ok(())
    }

    /// The request has ended: what its header asks for.
    pub fn finish(self) -> Result<UpHeader, NotRead> {
        self.frames.finish()?;
        self.up.ok_or(NotRead::Empty)
    }
}

/// Pieces that arrived whole, for one write.
#[derive(Debug)]
pub struct Batch {
    caller: Caller,
    actor: Option<Actor>,
    /// `None` for what holds no piece.
    pieces: Vec<Option<Brought>>,
    /// With an exchange's first batch, what its header says: one commit for both.
    visit: Option<UpHeader>,
}

/// What became of a batch.
#[derive(Debug, Default)]
pub struct Kept {
    /// One for each piece.
    pub results: Vec<PieceResult>,
    /// With an exchange's first batch.
    pub visit: Option<Visit>,
    /// A job's content went for good.
    pub erased: bool,
}

impl Batch {
    /// Judges and keeps the pieces, and notes the visit that the exchange is; `remove` takes the bytes of an erased job's blob away. Who was reported
    /// lost since the last batch brings nothing more.
    pub fn keep(
        self,
        ledger: &mut dyn Ledger,
        now_ms: i64,
        remove: &dyn Fn(&BlobHash) -> Result<(), StorageError>,
    ) -> Result<Kept, StorageError> {
        let caller = match standing::again_to_bring(ledger, &self.caller) {
            Ok(caller) => caller,
            Err(NotServed::Storage(cause)) => return Err(cause),
            Err(NotServed::UnknownToken | NotServed::Revoked(_) | NotServed::Pending) => {
                let results = self.pieces.iter().map(|_| intake::refused(ErrorCode::NotAllowed)).collect();
                return Ok(Kept { results, ..Kept::default() });
            }
        };
        let room = Room::of(ledger, &caller, now_ms)?;
        let carrier = Carrier { caller: &caller, actor: self.actor, now_ms, room: &room };
        let mut erased = false;
        let mut take = |piece| match piece {
            Some(Brought { piece: Piece { kind: kind::ERASED, erased: Some(word), .. }, .. }) => {
                let result = erase::erase(ledger, carrier, word, remove)?;
                erased |= result.outcome == Outcome::Accepted;
                Ok(result)
            }
            Some(brought) => intake::take_opened(ledger, carrier, brought),
            None => Ok(intake::refused(ErrorCode::PieceUnreadable)),
        };
        let results = self.pieces.into_iter().map(&mut take).collect::<Result<_, _>>()?;
        room.write_down(ledger, &caller)?;
        let visit = self.visit.map(|up| exchange::note(ledger, &caller, &up, now_ms)).transpose()?;
        Ok(Kept { results, visit, erased })
    }
}
