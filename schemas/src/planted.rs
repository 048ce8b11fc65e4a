//! Bugs on purpose: the simulation must see each of them, or it would not see the real ones.
//!
//! A point in the code asks [`on`]. Without the feature `planted`, which only the simulation's own test turns on, the
//! answer is a constant, and the compiler leaves the point out.

macro_rules! bugs {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Bug { $($(#[$doc])* $name),+ }

        impl Bug {
            pub const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

bugs! {
    /// The relay answers before its disk has what it answers for.
    AnswerBeforeCommit,
    /// Lost devices and people who left are served.
    StatusNotAsked,
    /// Whoever was served when a request began is served to its end.
    StatusAskedOnce,
    SignatureNotChecked,
    StartOpNotChecked,
    /// A change need not follow the one before it.
    LinkNotChecked,
    /// Work enters the log whoever wrote it.
    AccessNotAsked,
    GrantByAnyone,
    /// The receipt of the owner's devices is raised by anybody's.
    ReceiptByAnyone,
    /// An entry repeats what an earlier one holds.
    OverlapNotCut,
    /// Of a piece that is known in part, the rest is thrown away.
    SuffixLost,
    /// A piece behind a gap is called accepted.
    GapAccepted,
    /// What is known already is appended again.
    DuplicatesAppended,
    OpsNotCounted,
    /// What a device brings in a day is not counted.
    QuotaNotCounted,
    /// What lies before a grant is not handed over.
    GrantNotExpanded,
    /// A cursor of another log is taken for one of this.
    EpochIgnored,
    /// A device goes on as if the relay had never been put back.
    RestoreNotAsked,
    /// The same actor after a start.
    ActorReused,
    /// The cursor is written before what it covers.
    CursorFirst,
    CursorWithoutPart,
    BeaconNotChecked,
    /// Work is called received although no answer came.
    ConfirmedUnanswered,
    /// One refusal keeps everything else here.
    RefusalBlocksRest,
    /// A job that was taken away is removed with what the relay has not got.
    PurgeBeforePush,
    NothingPurged,
    /// An assignment is not followed by a grant.
    GrantsForgotten,
    /// Jobs in one piece are given to whoever asks.
    PackForAnyone,
    /// Entries are passed over because a pack holds them, although the pack was not given.
    PackNotGiven,
    /// An erased job stays in the cache.
    PackOutlivesErasure,
}

/// Whether this bug is planted here and now.
#[cfg(not(feature = "planted"))]
pub const fn on(_bug: Bug) -> bool {
    false
}

#[cfg(feature = "planted")]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Bug>> = const { std::cell::Cell::new(None) };
}

/// Whether this bug is planted here and now.
#[cfg(feature = "planted")]
pub fn on(bug: Bug) -> bool {
    PLANTED.get() == Some(bug)
}

/// Plants a bug in this thread, or takes it out.
#[cfg(feature = "planted")]
pub fn plant(bug: Option<Bug>) {
    PLANTED.set(bug);
}
