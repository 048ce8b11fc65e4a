//! What the subject says, one line of JSON each: before a deed what it will do, after the call returned what is saved.

use doorstep_schemas::ids::{BlobHash, JobId, ShortId};
use serde::{Deserialize, Serialize};

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Line {
    /// The folder is open; this start's actor.
    Began { actor: [u8; 16] },
    /// The call comes next. Whether it is there afterwards is open until it returned.
    Will(Will),
    /// The call returned: this is on the disk.
    Did(Did),
    /// The core said no.
    Refused(String),
}

/// A deed that may be half way when the program ends; those that are told apart by nothing but their outcome are
/// [`Will::Other`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Will {
    Take,
    Write(Written),
    Hear(Heard),
    Confirm,
    Other,
}

/// A deed, and what a reader sees of it from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Did {
    Founded,
    Taken {
        job: JobId,
        customer: String,
        appliances: usize,
    },
    Written(Written),
    Tapped {
        job: JobId,
        node: String,
    },
    Measured {
        job: JobId,
        reading: ShortId,
    },
    Used {
        job: JobId,
        part: ShortId,
    },
    Pictured {
        job: JobId,
        photo: BlobHash,
        thumb: BlobHash,
    },
    Heard(Heard),
    /// How many changes the relay has by its own word.
    Confirmed {
        on_relay: u32,
    },
}

/// A field's value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    pub job: JobId,
    pub appliance: ShortId,
    pub field: String,
    pub value: String,
}

/// A colleague's work came in, all of it or nothing: the cursor moved and the field says this.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heard {
    pub cursor: u64,
    pub written: Written,
}
