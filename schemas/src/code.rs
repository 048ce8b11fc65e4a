//! Error codes: what a person is told, in their own language.
//!
//! The core and the relay name a code and its parameters; the words are the UI's, and a test holds that none is
//! missing in either language. Codes are the wire's as well: they are only added, never renamed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

macro_rules! codes {
    ($($(#[$meta:meta])* $variant:ident = $wire:literal,)+) => {
        /// What went wrong, as one word that both ends know.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, specta::Type)]
        #[serde(rename_all = "snake_case")]
        pub enum ErrorCode { $($(#[$meta])* $variant,)+ }

        impl ErrorCode {
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            pub fn wire(self) -> &'static str {
                match self { $(Self::$variant => $wire,)+ }
            }

            pub fn from_wire(word: &str) -> Option<Self> {
                match word { $($wire => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

codes! {
    // A piece of work, judged by the relay or by another device.
    UnknownCodec = "unknown_codec",
    PieceUnreadable = "piece_unreadable",
    ChangeMalformed = "change_malformed",
    ChangeNotLinked = "change_not_linked",
    ChangeForked = "change_forked",
    ChangeOutOfRange = "change_out_of_range",
    ChangeUnappliable = "change_unappliable",
    /// Fine alone, and not together with another one that every device takes first.
    ChangeClashes = "change_clashes",
    /// It was made on top of a change that is in quarantine.
    RestsOnRefused = "rests_on_refused",
    DocumentFull = "document_full",
    SignatureInvalid = "signature_invalid",
    UnknownAuthor = "unknown_author",
    UnknownKind = "unknown_kind",
    /// Unknown and forbidden answer alike.
    NotAllowed = "not_allowed",
    /// It waits in the owner's inbox: its author has left, or has the job no longer.
    InInbox = "in_inbox",
    /// The relay did not open a job to a member whom its order names.
    GrantRefused = "grant_refused",
    /// An owner looked at it in the inbox and declined it.
    Declined = "declined",
    /// It builds on other work that waits in the inbox: that is decided first.
    BuildsOnWaiting = "builds_on_waiting",
    InboxFull = "inbox_full",
    /// What one device, or the whole outlet, may bring in a day is used up. It is offered again the next day.
    QuotaUsed = "quota_used",
    /// The job was erased for good: nothing of it is taken any more.
    JobErased = "job_erased",

    // A request to the relay.
    ExchangeUnreadable = "exchange_unreadable",
    ExchangeTooLarge = "exchange_too_large",
    ProtocolTooOld = "protocol_too_old",
    DeviceRefused = "device_refused",
    /// An owner has yet to confirm it.
    DevicePending = "device_pending",
    /// The member has left: own work still goes to the owner's inbox.
    MemberLeft = "member_left",
    CodeWrong = "code_wrong",
    TooManyTries = "too_many_tries",
    /// The device asks more often than any work needs.
    TooManyRequests = "too_many_requests",
    RelayBusy = "relay_busy",
    RequestInvalid = "request_invalid",
    NotFound = "not_found",
    BlobMismatch = "blob_mismatch",
    BlobOffset = "blob_offset",
    BlobTooLarge = "blob_too_large",
    RelayFailed = "relay_failed",
    DiskFull = "disk_full",

    // Reaching the relay.
    NoNetwork = "no_network",
    RelayUnreachable = "relay_unreachable",
    RelayTimeout = "relay_timeout",
    RelayNonsense = "relay_nonsense",
    RelayImpostor = "relay_impostor",
    RelayInsecure = "relay_insecure",
    /// As a rule the device's clock is wrong.
    RelayCertificateTime = "relay_certificate_time",

    // On this device.
    NotEnrolled = "not_enrolled",
    AlreadyEnrolled = "already_enrolled",
    /// A sample outlet has no relay and nobody to ask.
    SampleOutlet = "sample_outlet",
    /// The sample outlet could not be made.
    SampleFailed = "sample_failed",
    LinkUnreadable = "link_unreadable",
    StoreFailed = "store_failed",
    /// What can be read is kept and the rest fetched again at the next start.
    StoreDamaged = "store_damaged",
    /// Text is saved, pictures are not.
    DiskLow = "disk_low",
    /// An update needs room for a copy first.
    NoRoomToUpdate = "no_room_to_update",
    /// A person stopped long work.
    Cancelled = "cancelled",
    TaskRunning = "task_running",
    FileFailed = "file_failed",
    DataFolderBusy = "data_folder_busy",
    DataTooNew = "data_too_new",
    KeyMissing = "key_missing",
    /// The system's key store is there and does not give the key.
    KeyStoreLocked = "key_store_locked",
    /// The key lies in the system's key store, which is not there now.
    KeyStoreAbsent = "key_store_absent",
    KeyMalformed = "key_malformed",
    /// The key was not changed; the old one goes on.
    KeyNotChanged = "key_not_changed",
    RecoveryKeyInvalid = "recovery_key_invalid",
    /// What was sealed is for another recovery key.
    RecoveryKeyOther = "recovery_key_other",
    /// The folder holds nothing that a recovery key opens.
    RecoveryNothing = "recovery_nothing",
    RecoveryDamaged = "recovery_damaged",
    /// Something is only on this device, and erasing it would lose it.
    UnsentWork = "unsent_work",
    ConfirmationWrong = "confirmation_wrong",
    InputInvalid = "input_invalid",
    FieldRequired = "field_required",
    FieldTooLong = "field_too_long",
    PhoneInvalid = "phone_invalid",
    JobNotFound = "job_not_found",
    JobFinished = "job_finished",
    JobCancelled = "job_cancelled",
    NotAssigned = "not_assigned",
    OwnerOnly = "owner_only",
    MemberUnknown = "member_unknown",
    /// Nobody would be left who runs the outlet.
    LastOwner = "last_owner",
    StepTooEarly = "step_too_early",
    StepDone = "step_done",
    CardTooShort = "card_too_short",
    ReadingUnknown = "reading_unknown",
    ReadingValueInvalid = "reading_value_invalid",
    MethodRequired = "method_required",
    ReasonRequired = "reason_required",
    /// An earlier phase of the safety check is still open (R11).
    PhaseTooEarly = "phase_too_early",
    UnitWrong = "unit_wrong",
    /// The method shows whether something is there, not how much.
    MethodQualitative = "method_qualitative",
    MonthInvalid = "month_invalid",
    CalibrationInvalid = "calibration_invalid",
    NumberOutOfRange = "number_out_of_range",
    /// A fact names something that the job doesn't have.
    NotHere = "not_here",
    TimeAhead = "time_ahead",
    /// 补录: another step of the visit says that it can't have been then.
    TimeMisfit = "time_misfit",
    StepBlocked = "step_blocked",
    /// Identity numbers are never kept (R44).
    IdentityNumber = "identity_number",
    AlreadyAdopted = "already_adopted",
    NothingStuck = "nothing_stuck",
    /// Others' work is hidden on a device that was away from its relay for too long.
    LeaseEnded = "lease_ended",
    /// Nothing of this waits in the owner's inbox any more.
    NothingWaits = "nothing_waits",
    /// Not the last four characters of the job's number.
    JobNumberWrong = "job_number_wrong",
    AlreadyRefounded = "already_refounded",
    NotAdopted = "not_adopted",
    /// Nobody wrote two values there, or somebody has picked since.
    NothingToPick = "nothing_to_pick",
    ActionUnknown = "action_unknown",
    /// Evidence is put right by another record.
    ActionIsEvidence = "action_is_evidence",
    /// Whoever wrote later would lose what they wrote.
    ActionOvertaken = "action_overtaken",
    NotYourAction = "not_your_action",
    /// Certificates or grades speak against these members (R7).
    NotFit = "not_fit",
    ServiceUnknown = "service_unknown",
    QuantityInvalid = "quantity_invalid",
    PartNotFound = "part_not_found",
    FinishBlocked = "finish_blocked",
    PhotoNotAPicture = "photo_not_a_picture",
    /// HEIC: the phone can be told to write JPEG.
    PhotoHeic = "photo_heic",
    PhotoDamaged = "photo_damaged",
    PhotoTruncated = "photo_truncated",
    PhotoTooLarge = "photo_too_large",
    PhotoNotFound = "photo_not_found",
    /// None of the kinds of table that are read.
    TableUnknown = "table_unknown",
    TableDamaged = "table_damaged",
    TableTooLarge = "table_too_large",
    /// By a password.
    TableLocked = "table_locked",
    TableEmpty = "table_empty",
    /// Columns that no order is without are not named.
    ColumnsLacking = "columns_lacking",
    ImportUnknown = "import_unknown",
    /// The file is no bundle, or its beginning is damaged.
    BundleUnreadable = "bundle_unreadable",
    BundleTooNew = "bundle_too_new",
    BundleOtherOutlet = "bundle_other_outlet",
    BundleNotForDevice = "bundle_not_for_device",
    /// The device that wrote it is not known here.
    BundleSenderUnknown = "bundle_sender_unknown",
    /// The device that wrote it was reported lost, or its member has left.
    BundleSenderRefused = "bundle_sender_refused",
    /// A number or an address that can't be one.
    FieldMalformed = "field_malformed",
    /// A claim pack needs photos, and holds so many at most.
    ClaimChoice = "claim_choice",
    ClaimTooLarge = "claim_too_large",
    /// What is here would not stand up to a check: as a rule the relay holds more of the job.
    ClaimNotWhole = "claim_not_whole",
    /// No safety notice was given on this job, so there is none to print.
    NoNoticeGiven = "no_notice_given",
    /// No machine of this job was given a tag yet.
    NoBenchTag = "no_bench_tag",
    /// It does not fit into a picture or on a roll; A4 has pages.
    PaperTooLong = "paper_too_long",
    PaperFailed = "paper_failed",
    /// A claim is not where this step begins.
    SettleNotNext = "settle_not_next",
    /// A claim still lacks something that the maker asks for.
    SettleNotReady = "settle_not_ready",
    /// A rule set can't be used: which line, and why.
    SetRefused = "set_refused",
    /// A rule set that is in force, or was: it isn't taken back.
    SetBegun = "set_begun",
    /// More than may be paid on the spot for damage: an owner's word is asked for.
    ClaimAboveLimit = "claim_above_limit",
    DraftTooLong = "draft_too_long",
    TooManyDrafts = "too_many_drafts",
    Internal = "internal",
}

/// An error on its way to the screen: a code with parameters for the person, English for the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Failure {
    pub code: ErrorCode,
    pub params: BTreeMap<String, String>,
    pub detail: String,
}

impl Failure {
    pub fn new(code: ErrorCode, detail: impl Into<String>) -> Self {
        Self { code, params: BTreeMap::new(), detail: detail.into() }
    }

    #[must_use]
    #[expect(clippy::needless_pass_by_value, reason = "callers hand in numbers and names as they have them")]
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.params.insert(name.to_owned(), value.to_string());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_the_same_word_on_the_wire_and_on_the_screen() {
        for code in ErrorCode::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.wire());
            assert_eq!(ErrorCode::from_wire(code.wire()), Some(*code));
        }
    }
}
