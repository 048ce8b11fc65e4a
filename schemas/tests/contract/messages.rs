//! Every CBOR message with all its fields filled, and which of them may be missing.

use doorstep_schemas::bundle::{
    BlobPart, BundleFrame, BundleHead, BundleItem, BundleKey, CarriedPiece, End, Label, Slot,
};
use doorstep_schemas::claim_pack::SignedRun;
use doorstep_schemas::compare::{CompareDown, CompareUp, DocumentHeld, NodeHeld, RunEnd, RunWanted, Tally};
use doorstep_schemas::frame;
use doorstep_schemas::receipt::{
    BlobReceipt, PieceReceipt, Receipt, ReceiptsDown, ReceiptsUp, RunAsked, RunReceipt, Statement,
};
use doorstep_schemas::segment::CODEC_RAW;
use doorstep_schemas::signature::{Beacon, BeaconRef, Farewell, Signature};
use doorstep_schemas::wire::{
    Admit, Cursor, Decided, Device, DeviceHeld, DownHeader, Entry, Erased, Grant, Held, InboxItem, Pack, PackedGrant,
    PacksFrom, Piece, PieceResult, Role, RunHeld, RunName, Segment, Trailer, UpHeader,
};
use minicbor::{Decode, Encode};

use crate::examples;

pub struct Message {
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub optional: &'static [u64],
    pub reads: fn(&[u8]) -> bool,
}

fn message<T>(name: &'static str, value: &T, optional: &'static [u64]) -> Message
where
    T: Encode<()> + for<'b> Decode<'b, ()>,
{
    let reads = |bytes: &[u8]| frame::read::<T>(bytes).is_ok();
    Message { name, bytes: minicbor::to_vec(value).unwrap(), optional, reads }
}

pub fn messages() -> Vec<Message> {
    let (up, down) = (examples::up_header_of_packs(), examples::down_header_of_packs());
    let packs_from = down.packs_from;
    let up = UpHeader {
        addresses: Some(1),
        sample: Some(1),
        inbox: Some(6),
        compares: Some(1),
        decided: Some(6),
        strayed: Some(true),
        ..up
    };
    let down = DownHeader {
        sample: Some(1),
        compares: Some(1),
        decided: Some(vec![examples::decided()]),
        packs_from,
        ..examples::down_header_of_the_inbox()
    };
    let changes = examples::changes();
    let segment = examples::segment(&changes, CODEC_RAW, vec![1, 2, 3]).segment.unwrap();
    let (grant, role, device) = (examples::grant(), examples::role(), examples::device());
    // A piece has one field of its kind only; here all of them, to see each.
    let every_kind = Piece {
        segment: Some(segment.clone()),
        role: role.role.clone(),
        device: device.device.clone(),
        parcel: Some(vec![1, 2]),
        admit: examples::admit().admit,
        erased: examples::erased().erased,
        pack: examples::pack().pack,
        ..grant.clone()
    };
    let (head, every_item) = (examples::bundle_head(), examples::bundle_item());
    let said = examples::statement();
    let (compare_up, compare_down) = (examples::compare_up(), examples::compare_down());
    let result = PieceResult {
        log_seq: Some(1),
        want_from: Some(2),
        code: Some("piece_unreadable".into()),
        inbox: Some(3),
        ..down.results[0].clone()
    };
    vec![
        message::<UpHeader>("UpHeader", &up, &[1, 2, 3, 4, 5, 6, 10, 12, 16, 17, 18, 19, 20]),
        message::<Cursor>("Cursor", &up.cursor.unwrap(), &[3]),
        message::<RunName>("RunName", &up.ask[0], &[]),
        message::<Held>("Held", &up.held, &[0, 1, 2]),
        message::<Piece>("Piece", &every_kind, &[1, 2, 3, 4, 5, 6, 7, 8, 9]),
        message::<Segment>("Segment", &segment, &[5]),
        message::<Signature>("Signature", &segment.signature, &[1]),
        message::<BeaconRef>("BeaconRef", &segment.signature.beacon.unwrap(), &[]),
        message::<Grant>("Grant", &grant.grant.unwrap(), &[]),
        message::<Role>("Role", &role.role.unwrap(), &[]),
        message::<Device>("Device", &device.device.unwrap(), &[]),
        message::<DownHeader>("DownHeader", &down, &[3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19]),
        message::<Beacon>("Beacon", &down.beacon, &[]),
        message::<PieceResult>("PieceResult", &result, &[1, 2, 3, 4]),
        message::<InboxItem>("InboxItem", &examples::inbox_item(), &[7, 8]),
        message::<Admit>("Admit", &examples::admit_with_reason().admit.unwrap(), &[3, 4]),
        message::<Decided>("Decided", &examples::decided(), &[6]),
        message::<Erased>("Erased", &examples::erased().erased.unwrap(), &[]),
        message::<PacksFrom>("PacksFrom", &up.packs_from.unwrap(), &[]),
        message::<Pack>("Pack", &examples::pack().pack.unwrap(), &[1]),
        message::<PackedGrant>("PackedGrant", &examples::pack().pack.unwrap().grants[0], &[]),
        message::<Farewell>("Farewell", &examples::farewell(), &[]),
        message::<RunHeld>("RunHeld", &down.runs[0], &[3]),
        message::<DeviceHeld>("DeviceHeld", &down.devices[0], &[]),
        message::<Entry>("Entry", &examples::entry(), &[2]),
        message::<Trailer>("Trailer", &examples::trailer(), &[1]),
        message::<CompareUp>("CompareUp", &compare_up, &[1, 2, 3, 4, 5, 6]),
        message::<RunWanted>("RunWanted", &compare_up.wanted[0], &[2]),
        message::<CompareDown>("CompareDown", &compare_down, &[3, 4, 5, 6, 7, 8, 9, 10, 11]),
        message::<NodeHeld>("NodeHeld", &compare_down.nodes[0], &[1, 2]),
        message::<Tally>("Tally", &compare_down.nodes[0].subjects[0], &[]),
        message::<DocumentHeld>("DocumentHeld", &compare_down.documents[0], &[]),
        message::<RunEnd>("RunEnd", &compare_down.documents[0].runs[0], &[3]),
        message::<ReceiptsUp>("ReceiptsUp", &examples::receipts_up(), &[2, 3]),
        message::<RunAsked>("RunAsked", &examples::receipts_up().runs[0], &[3]),
        message::<ReceiptsDown>("ReceiptsDown", &examples::receipts_down(), &[2]),
        message::<Receipt>("Receipt", &examples::receipts_down().receipt, &[]),
        message::<Statement>("Statement", &said, &[5, 6, 7, 8, 9]),
        message::<RunReceipt>("RunReceipt", &said.runs[0], &[2]),
        message::<PieceReceipt>("PieceReceipt", &said.runs[0].pieces[0], &[5]),
        message::<BlobReceipt>("BlobReceipt", &said.blobs[0], &[]),
        message::<SignedRun>("SignedRun", &examples::signed_run(), &[3]),
        message::<BundleHead>("BundleHead", &head, &[]),
        message::<BundleKey>("BundleKey", &head.keys[0], &[]),
        message::<Slot>("Slot", &head.keys[0].slots[0], &[]),
        message::<BundleFrame>("BundleFrame", &examples::bundle_frame(), &[]),
        message::<BundleItem>("BundleItem", &every_item, &[0, 1, 2, 3]),
        message::<Label>("Label", &every_item.label.clone().unwrap(), &[4, 5, 6, 7, 8, 9]),
        message::<CarriedPiece>("CarriedPiece", &every_item.piece.clone().unwrap(), &[2]),
        message::<BlobPart>("BlobPart", &every_item.blob.clone().unwrap(), &[]),
        message::<End>("End", &every_item.end.clone().unwrap(), &[]),
    ]
}
