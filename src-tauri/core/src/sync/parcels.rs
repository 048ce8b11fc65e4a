//! Work of several documents on its way: put into parcels, and taken out of them.

use doorstep_schemas::frame;
use doorstep_schemas::segment::{self, PIECE_TARGET};
use doorstep_schemas::terse::{Item, Listener, Teller, TerseError};
use doorstep_schemas::wire::{Entry, Piece, kind};

/// So many bytes of changes are tried in one parcel.
const RAW_PARCEL: usize = 8 * PIECE_TARGET;

/// Frames of these pieces, in their order: segments in parcels of about 12 KB, all else by itself.
pub fn put(body: &mut Vec<u8>, pieces: &[&Piece], mut teller: Teller) {
    let mut rest = pieces;
    while let Some(first) = rest.first() {
        let mut raw = 0;
        let fits = rest.iter().take_while(|piece| {
            raw += piece.segment.as_ref().map_or(usize::MAX / 2, |segment| segment.body.len());
            raw <= RAW_PARCEL
        });
        let count = fits.count().max(1);
        let (now, later) = rest.split_at(count);
        match first.kind {
            kind::SEGMENT => put_segments(body, now, &mut teller),
            _ => frame::put(body, first),
        }
        rest = later;
    }
}

fn put_segments(body: &mut Vec<u8>, pieces: &[&Piece], teller: &mut Teller) {
    let items: Vec<Item> = pieces.iter().filter_map(|piece| item(piece)).collect();
    let mut attempt = teller.clone();
    match attempt.fold(&items) {
        Ok(parcel) if parcel.len() <= PIECE_TARGET || pieces.len() == 1 => {
            *teller = attempt;
            frame::put(body, &Piece { kind: kind::PARCEL, parcel: Some(parcel), ..Piece::default() });
        }
        Err(_) if pieces.len() == 1 => pieces.iter().for_each(|piece| frame::put(body, &shortened(piece))),
        // Too long, or one of them is told in no parcel.
        Ok(_) | Err(_) => {
            let (some, others) = pieces.split_at(pieces.len() / 2);
            put_segments(body, some, teller);
            put_segments(body, others, teller);
        }
    }
}

fn item(piece: &Piece) -> Option<Item> {
    Some(Item { seq: 0, at_ms: 0, doc: piece.doc.clone()?, segment: piece.segment.clone()? })
}

/// The piece as it goes by itself.
fn shortened(piece: &Piece) -> Piece {
    let mut piece = piece.clone();
    if let Some(kept) = &mut piece.segment
        && let Ok(changes) = segment::decode(kept.codec, &kept.body, kept.actor, kept.from_seq)
        && let Ok((codec, body)) = segment::encode(&changes.iter().map(Vec::as_slice).collect::<Vec<_>>())
    {
        (kept.codec, kept.body) = (codec, body);
    }
    piece
}

/// The entries that an entry brings: those of a parcel, or itself. The last one stands where it stands.
pub fn entries(listener: &mut Listener, entry: Entry) -> Result<Vec<Entry>, TerseError> {
    let Some(parcel) = entry.piece.parcel.as_ref().filter(|_| entry.piece.kind == kind::PARCEL) else {
        return Ok(vec![entry]);
    };
    let told = |item: Item| Entry {
        seq: item.seq.min(entry.seq),
        hash: entry.hash,
        part: entry.part,
        at_ms: item.at_ms,
        piece: Piece { kind: kind::SEGMENT, doc: Some(item.doc), segment: Some(item.segment), ..Piece::default() },
    };
    let mut out: Vec<Entry> = listener.unfold(parcel)?.into_iter().map(told).collect();
    match out.last_mut() {
        Some(last) => last.seq = entry.seq,
        // Nothing was in it, but it has its place.
        None => out.push(Entry { piece: Piece::default(), ..entry }),
    }
    Ok(out)
}
