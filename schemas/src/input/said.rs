//! Texts that a person pastes, and what asks for some.

use serde::{Deserialize, Serialize};

use crate::ids::JobId;
use crate::input::{DeskFact, OrderFact, RequestFact};
use crate::paper::PaperForm;
use crate::view::{Fen, Language, Millis, ProofKind};

/// A dispatch or chat text (R41). At most 8,000 characters are read.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct PastedText {
    pub text: String,
}

/// What a job's texts may name and the job does not know.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct AskTexts {
    pub job: JobId,
    /// When the technician expects to be there.
    pub eta: Option<Millis>,
}

/// What an owner adds to an order.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NoteOnOrder {
    pub job: JobId,
    pub fact: OrderFact,
}

/// What an owner lets be taken for one line above guide, over the phone (R28).
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct SayDigits {
    pub job: JobId,
    pub most_fen: Fen,
}

/// What an owner adds to the desk.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NoteOnDesk {
    pub fact: DeskFact,
}

/// One month of this member's pay.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct OneMonth {
    /// `2026-11`; empty for the present one.
    pub month: String,
}

/// What a member asks of the owner, or says was handed in.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct Ask {
    pub fact: RequestFact,
}

/// A paper for the customer.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct MakePaper {
    pub job: JobId,
    pub kind: ProofKind,
    pub form: PaperForm,
    pub language: Language,
}
