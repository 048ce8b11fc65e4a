//! What the screen is shown. Numbers stay below 2⁵³; money is fen, moments are milliseconds since 1970, UTC.
//!
//! Verdicts, blockers and the next step are computed by the core; a screen only draws them.

mod answer;
mod bench;
mod board;
mod books;
mod bundle;
mod call;
mod customers;
mod fees;
mod history;
mod inbox;
mod job;
mod keys;
mod lists;
mod mine;
mod noted;
mod outlet;
mod part_list;
mod parts;
mod photo;
mod relay;
mod roster;
mod rule_sets;
mod said;
mod settlement;
mod start;
mod storage;
mod sync;
mod tables;
mod trade;
mod wages;
pub(crate) mod words;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use answer::*;
pub use bench::*;
pub use board::*;
pub use books::*;
pub use bundle::*;
pub use call::*;
pub use customers::*;
pub use fees::*;
pub use history::*;
pub use inbox::*;
pub use job::*;
pub use keys::*;
pub use lists::*;
pub use mine::*;
pub use noted::*;
pub use outlet::*;
pub use part_list::*;
pub use parts::*;
pub use photo::*;
pub use relay::*;
pub use roster::*;
pub use rule_sets::*;
pub use said::*;
pub use settlement::*;
pub use start::*;
pub use storage::*;
pub use sync::*;
pub use tables::*;
pub use trade::*;
pub use wages::*;
pub(crate) use words::words;
pub use words::*;

macro_rules! number {
    ($(#[$meta:meta])* $name:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
        #[derive(JsonSchema)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        // A plain number on the screen's side: its values stay below 2⁵³.
        impl specta::Type for $name {
            fn definition(types: &mut specta::Types) -> specta::datatype::DataType { i32::definition(types) }
        }
    };
}

number!(
    /// Milliseconds since 1970, UTC.
    Millis
);
number!(
    /// Money in fen (¥0.01).
    Fen
);
number!(
    /// A measured value in thousandths of its unit.
    Thousandths
);

/// A text in both languages, from rule data.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema, specta::Type)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub zh: String,
    pub en: String,
}
