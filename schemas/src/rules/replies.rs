//! Texts with places to fill: replies to makers, messages to customers, and how a dispatch text is read (R33, R41, R45).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Problems, rule_set};
use crate::view::words::words;
use crate::view::{PhotoStage, Text};

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplySet {
    pub set: String,
    pub version: String,
    pub valid_from: String,
    /// 复制回单, by maker; the first one that fits counts.
    pub replies: Vec<ReplyTemplate>,
    /// In which order a maker's own app takes the photos; the first one that fits counts.
    pub albums: Vec<AlbumOrder>,
    pub markers: Vec<FieldMarker>,
    pub messages: Vec<CustomerMessage>,
}

words!(
    /// What a template may hold between braces.
    Placeholder {
        Order = "order",
        Outlet = "outlet",
        Customer = "customer",
        Appliance = "appliance",
        Model = "model",
        Serial = "serial",
        Symptom = "symptom",
        Fault = "fault",
        Cause = "cause",
        Action = "action",
        Parts = "parts",
        Readings = "readings",
        Fees = "fees",
        Arrived = "arrived",
        Finished = "finished",
        Technician = "technician",
        Eta = "eta",
    }
);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplyTemplate {
    pub code: String,
    /// Any when empty.
    #[serde(default)]
    pub brands: Vec<String>,
    pub body: Text,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AlbumOrder {
    pub code: String,
    /// Any when empty.
    #[serde(default)]
    pub brands: Vec<String>,
    /// Stages that are not named come last.
    pub stages: Vec<PhotoStage>,
}

words!(
    /// A field that a dispatch text names.
    DispatchField {
        /// 工单号
        MakerOrder = "maker_order",
        /// 姓名
        Customer = "customer",
        /// 电话
        Phone = "phone",
        /// 地址
        Address = "address",
        /// 品牌
        Brand = "brand",
        /// 机型
        Model = "model",
        /// 机号
        Serial = "serial",
        /// 品类
        Appliance = "appliance",
        /// 故障
        Symptom = "symptom",
        /// 预约时间
        Window = "window",
        /// 保内/保外
        Coverage = "coverage",
        /// 购机日期
        Bought = "bought",
        /// 备注
        Note = "note",
    }
);

/// What a text writes before a field's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FieldMarker {
    pub field: DispatchField,
    pub labels: Vec<String>,
}

words!(MessageKind {
    /// 我在路上
    OnMyWay = "on_my_way",
    /// 晚到
    Delayed = "delayed",
    /// 已修好
    Repaired = "repaired",
    /// 修不了
    Unrepairable = "unrepairable",
});

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerMessage {
    pub message: MessageKind,
    pub body: Text,
}

rule_set!(ReplySet is Replies);

/// The names between braces, in the order of the text; an error holds what follows an open brace.
pub fn placeholders(body: &str) -> Result<Vec<&str>, &str> {
    let mut out = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find(['{', '}']) {
        let inside = &rest[at + 1..];
        let end = inside.find(['{', '}']).filter(|end| inside[*end..].starts_with('}'));
        match end {
            Some(end) if rest[at..].starts_with('{') => {
                out.push(&inside[..end]);
                rest = &inside[end + 1..];
            }
            _ => return Err(&rest[at..]),
        }
    }
    Ok(out)
}

/// The template with its places filled (R33, R41). What `fill` doesn't know becomes an empty text.
pub fn filled(body: &str, fill: impl Fn(Placeholder) -> String) -> String {
    let mut out = String::with_capacity(body.len());
    let mut rest = body;
    while let Some((before, (name, after))) =
        rest.split_once('{').and_then(|(before, rest)| Some((before, rest.split_once('}')?)))
    {
        out.push_str(before);
        out.push_str(&Placeholder::from_word(name).map(&fill).unwrap_or_default());
        rest = after;
    }
    out + rest
}

fn first_for<'a, T>(all: &'a [T], brands: impl Fn(&T) -> &[String], brand: &str) -> Option<&'a T> {
    all.iter().find(|one| brands(one).is_empty() || brands(one).iter().any(|b| b == brand))
}

impl ReplySet {
    /// The reply that this brand's maker wants (R41).
    pub fn reply(&self, brand: &str) -> Option<&ReplyTemplate> {
        first_for(&self.replies, |reply| &reply.brands, brand)
    }

    /// The order in which this brand's maker wants the photos (R41).
    pub fn album(&self, brand: &str) -> &[PhotoStage] {
        first_for(&self.albums, |album| &album.brands, brand).map_or(&[], |album| &album.stages)
    }

    /// The message for the customer (R33).
    pub fn message(&self, kind: MessageKind) -> Option<&Text> {
        self.messages.iter().find(|message| message.message == kind).map(|message| &message.body)
    }

    fn check(&self, found: &mut Problems) {
        found.codes(self.replies.iter().map(|reply| reply.code.as_str()));
        found.codes(self.albums.iter().map(|album| album.code.as_str()));
        let bodies = self.replies.iter().map(|reply| (reply.code.as_str(), &reply.body));
        for (at, body) in bodies.chain(self.messages.iter().map(|m| (m.message.word(), &m.body))) {
            found.text(at, body);
            for text in [&body.zh, &body.en] {
                match placeholders(text) {
                    Ok(names) => {
                        for name in names.into_iter().filter(|name| Placeholder::from_word(name).is_none()) {
                            found.add(&format!("{{{name}}}"), format!("{{{name}}} is no place that can be filled"));
                        }
                    }
                    Err(rest) => {
                        let rest: String = rest.chars().take_while(|c| !c.is_control()).take(20).collect();
                        found.add(&rest, "a brace without its other");
                    }
                }
            }
        }
        let open = |brands: &[String]| brands.is_empty();
        found.unless(self.replies.last().is_some_and(|r| open(&r.brands)), "replies", "the last must be for any brand");
        found.unless(self.albums.last().is_some_and(|a| open(&a.brands)), "albums", "the last must be for any brand");
        for kind in MessageKind::ALL {
            let n = self.messages.iter().filter(|message| message.message == *kind).count();
            found.unless(n == 1, "messages", format!("{} has {n} texts", kind.word()));
        }
        for field in DispatchField::ALL {
            let n = self.markers.iter().filter(|marker| marker.field == *field).count();
            found.unless(n == 1, "markers", format!("{} is there {n} times", field.word()));
        }
        found.names(self.markers.iter().flat_map(|marker| &marker.labels).map(String::as_str));
    }
}
