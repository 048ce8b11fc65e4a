//! Texts that come in or go out: a pasted dispatch, the maker's reply, messages to the customer (R33, R41, R45).

use serde::{Deserialize, Serialize};

use super::{ApplianceKind, Text, Window};
use crate::rules::replies::MessageKind;

/// What a pasted text says (R41). What it doesn't say is missing; a person looks at it before it is taken.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, specta::Type)]
pub struct PastedOrder {
    pub name: Option<String>,
    pub phone: Option<String>,
    pub address: Option<String>,
    pub township: Option<String>,
    pub appliance: Option<ApplianceKind>,
    pub brand: Option<String>,
    pub model: Option<String>,
    pub symptom: Option<String>,
    pub maker_order: Option<String>,
    pub window: Option<Window>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct MessageText {
    pub message: MessageKind,
    pub text: Text,
}

/// What can be said of a job as it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct JobTexts {
    /// 复制回单: in the form of this brand's maker (R41).
    pub reply: Option<Text>,
    /// Messages to the customer from the outlet's rule set, filled (R33).
    pub messages: Vec<MessageText>,
    /// The customer's proof as a text (R45).
    pub proof: Text,
}

/// What a customer is given of a job (R45).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum ProofKind {
    /// 服务凭证
    Receipt,
    /// 维修清单 (R21)
    RepairList,
    /// 安全隐患告知书 (R12)
    SafetyNotice,
    /// 挂牌: what is tied to a machine that goes to the bench (R18)
    BenchTag,
}

/// A paper that was typeset, and where its file lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct PaperMade {
    pub path: String,
    /// `image/png` or `application/pdf`
    pub mime: String,
    pub kilobytes: u32,
    /// The file itself, for a picture and a job's paper: to be looked at, shared and printed.
    pub base64: Option<String>,
    /// Characters that the paper's font lacks: 〓 stands in their place.
    pub missing: String,
}
