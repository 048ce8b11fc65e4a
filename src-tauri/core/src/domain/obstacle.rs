//! What stands in the way of a step, as a code for the program and a sentence for a person.

use doorstep_schemas::view::{Blocker, BlockerCode, Jump, Text};

/// One reason why a step is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    pub code: BlockerCode,
    pub why: Text,
}

impl Obstacle {
    pub fn new(code: BlockerCode, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { code, why: say(zh, en) }
    }
}

impl From<Obstacle> for Blocker {
    /// What only the owner can mend.
    fn from(obstacle: Obstacle) -> Self {
        Self { code: obstacle.code, subject: Some(obstacle.why), jump: Jump::Owner }
    }
}

/// The same sentence in both languages.
pub fn say(zh: impl Into<String>, en: impl Into<String>) -> Text {
    Text { zh: zh.into(), en: en.into() }
}
