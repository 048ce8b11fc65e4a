//! What is said on the phone while an order is typed.

use serde::{Deserialize, Serialize};

use crate::view::{JobKind, Urgency};

/// A call as far as it has been typed; anything may be empty still.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct HearCall {
    pub phone: String,
    pub serial: String,
    pub kind: JobKind,
    pub symptom: String,
    pub urgency: Urgency,
    pub far: bool,
}
