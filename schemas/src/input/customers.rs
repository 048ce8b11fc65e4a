//! 客户: lists of customers, reminders and calls, and what is written of a customer (R36, R37, R46).

use serde::{Deserialize, Serialize};

use crate::ids::{JobId, ShortId};
use crate::view::{JobKind, Millis, ReminderReason, Segment};

/// A page of customers, the last visited first; those that a text finds.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ListCustomers {
    /// Empty for all.
    pub text: String,
    /// `None` for all (R9).
    pub segment: Option<Segment>,
    /// `next` of the page before.
    pub after: Option<String>,
}

/// Customers are known by their phone.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct OneCustomer {
    pub phone: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct NoteOnCustomer {
    pub phone: String,
    pub text: String,
    /// The note that is taken back; then the text is empty.
    pub withdraws: Option<ShortId>,
}

/// Ends a maintenance contract.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct EndContract {
    pub contract: ShortId,
}

/// Takes the order for a visit that is due, from what the customer's last job knows: never a second one while it is open.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct OrderVisit {
    pub phone: String,
    /// The job whose customer and machines it takes over; the customer's newest where none is named.
    pub job: Option<JobId>,
    pub kind: JobKind,
    /// What is to be done, in the order's own field.
    pub what: String,
    /// The contract that promised it.
    pub contract: Option<ShortId>,
}

/// A page of the reminders that are due for one reason.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct ListReminders {
    pub reason: ReminderReason,
    pub after: Option<String>,
}

/// The customer was told of it; or wasn't, after all.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct TellReminder {
    pub job: JobId,
    pub reason: ReminderReason,
    pub told: bool,
}

/// Failures of a period, both days included.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type)]
pub struct CountFailures {
    pub from: Millis,
    pub to: Millis,
}
