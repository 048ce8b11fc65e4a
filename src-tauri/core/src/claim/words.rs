//! What a check found, in words.

use doorstep_schemas::claim_pack::{Bracket, OpenSide};
use doorstep_schemas::view::Language;

use super::finding::{Fault, Gap, Item, Verdict};
use crate::domain::calendar;
use crate::reports::words::Phrase;

/// What an item is called.
pub fn item(item: &Item, language: Language) -> String {
    let say = |zh, en| Phrase(zh, en).of(language);
    match item {
        Item::Relay => say("中继公钥", "relay key").to_owned(),
        Item::Seal => say("制作设备的签名", "seal of the maker").to_owned(),
        Item::File(name) => format!("{} {name}", say("文件", "file")),
        Item::Changes(doc) => format!("{} {doc}", say("修改记录", "changes of")),
        Item::Run(doc, device) => format!("{} {device} → {doc}", say("作者签名", "author's signature")),
        Item::Receipt(number) => format!("{} {number}", say("中继回执", "receipt")),
        Item::Beacon(number) => format!("{} {number}", say("回执里的中继时间", "beacons in receipt")),
        Item::Photo(id) => format!("{} {id}", say("照片", "photo")),
        Item::Reading(id) => format!("{} {id}", say("测量值", "reading")),
        Item::Damage(id) => format!("{} {id}", say("损坏", "damage")),
        Item::History => say("经过", "history").to_owned(),
    }
}

/// A verdict in a few words.
pub fn verdict(verdict: Verdict, language: Language) -> String {
    let Phrase(zh, en) = match verdict {
        Verdict::Sound => Phrase("属实", "holds"),
        Verdict::Unproven(gap) => unproven(gap),
        Verdict::Broken(fault) => broken(fault),
    };
    Phrase(zh, en).of(language).to_owned()
}

fn unproven(gap: Gap) -> Phrase {
    match gap {
        Gap::KeyFromFile => Phrase(
            "未证实：公钥是文件自己说的，请向网点或中继的运营者核对后用 --relay-key 再查",
            "not proven: this key is the file's own word; ask the relay's operator for it and check again with --relay-key",
        ),
        Gap::DeviceNotVouched => {
            Phrase("未证实：没有回执说明这台设备是谁的", "not proven: no receipt says whose device this is")
        }
        Gap::PictureAbsent => Phrase("未证实：文件里没有这张照片", "not proven: the picture is not in the file"),
        Gap::TimeOpen => Phrase("内容属实，时间有一头没有凭据", "holds, but one side of its time is open"),
        Gap::NoReceipts => {
            Phrase("未证实：文件里没有中继回执，时间没有凭据", "not proven: no receipts, so no time is evidence")
        }
    }
}

fn broken(fault: Fault) -> Phrase {
    match fault {
        Fault::OtherRelay => Phrase("不符：文件说的是另一个中继", "FALSE: the file names another relay"),
        Fault::SealForged => {
            Phrase("不符：签名与 claim.json 不符", "FALSE: the seal is not the maker's under this claim.json")
        }
        Fault::FileAbsent => Phrase("不符：文件缺失", "FALSE: it is missing"),
        Fault::FileAltered => Phrase("不符：被改过", "FALSE: it was altered"),
        Fault::FileNotListed => Phrase("不符：不在清单里", "FALSE: it is not in the list"),
        Fault::Unreadable => Phrase("不符：读不出来", "FALSE: it can't be read"),
        Fault::ChangeTwice => Phrase("不符：同一处有两条修改", "FALSE: one change stands there twice"),
        Fault::ChangeMissing => Phrase("不符：缺了修改记录", "FALSE: a change is missing"),
        Fault::SignatureForged => Phrase("不符：签名不是作者的", "FALSE: the signature is not the author's"),
        Fault::SignatureAbsent => Phrase("不符：有修改没有签名", "FALSE: changes without their author's signature"),
        Fault::ReceiptForged => Phrase("不符：不是这个中继的回执", "FALSE: it is not this relay's receipt"),
        Fault::ReceiptForeign => Phrase("不符：是别的工单的回执", "FALSE: a receipt of another outlet or job"),
        Fault::ReceiptDiffers => {
            Phrase("不符：回执说的修改与文件里的不同", "FALSE: the receipt speaks of other changes than the file's")
        }
        Fault::BeaconForged => Phrase("不符：不是这个中继给的时间", "FALSE: a beacon that is not this relay's"),
        Fault::LeftOut => Phrase("不符：文件漏掉了一部分", "FALSE: a part of it was left out of the file"),
        Fault::PictureAltered => {
            Phrase("不符：照片与工单记录的指纹不同", "FALSE: the picture is not the one that the changes name")
        }
        Fault::NotInTheChanges => Phrase("不符：修改记录里不是这样", "FALSE: the changes say otherwise"),
        Fault::TimesDiffer => {
            Phrase("不符：时间与签名和回执不同", "FALSE: its times are not those of signatures and receipts")
        }
        Fault::TimesImpossible => {
            Phrase("不符：签名晚于送达", "FALSE: it would have been signed after it was handed over")
        }
    }
}

/// A moment in the outlet's zone, to the second.
pub fn moment(ms: i64) -> String {
    let seconds = ms.div_euclid(1000).rem_euclid(60);
    format!("{} {}:{seconds:02} +08:00", calendar::day_name(ms), calendar::clock(ms))
}

/// A bracket: two moments of the relay's clock, or why one is open.
pub fn bracket(bracket: &Bracket, language: Language) -> String {
    let side = |ms: Option<i64>, open: Option<OpenSide>| match (ms, open) {
        (Some(ms), _) => moment(ms),
        (None, open) => opened(open).of(language).to_owned(),
    };
    let after = side(bracket.not_before_ms, bracket.not_before_open);
    let by = side(bracket.not_after_ms, bracket.not_after_open);
    match language {
        Language::Zh => format!("签名不早于 {after}；送达中继不晚于 {by}"),
        Language::En => format!("signed not before {after}; at the relay not after {by}"),
    }
}

fn opened(open: Option<OpenSide>) -> Phrase {
    match open {
        Some(OpenSide::NoReceipt) | None => Phrase("（没有中继回执）", "(no receipt)"),
        Some(OpenSide::NoBeacon) => Phrase("（签名时还没有中继时间）", "(the signature names no beacon)"),
        Some(OpenSide::BeaconUnknown) => Phrase("（中继时间无法核对）", "(its beacon can't be checked)"),
    }
}
