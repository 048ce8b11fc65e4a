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
