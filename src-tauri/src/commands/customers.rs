//! What the desk sees and does about customers, reminders and calls.

use doorstep_schemas::code::Failure;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{
    CountFailures, EndContract, ListCustomers, ListReminders, NoteOnCustomer, OneCustomer, OrderVisit, TellReminder,
};
use doorstep_schemas::view::{
    CustomerList, CustomerView, FailureTable, FollowUpsView, JobView, ReminderList, UnreportedView,
};

use super::Core;
use crate::failure::Told;

#[tauri::command]
#[specta::specta]
pub async fn list_customers(core: Core<'_>, input: ListCustomers) -> Result<CustomerList, Failure> {
    core.actions.list_customers(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn customer(core: Core<'_>, input: OneCustomer) -> Result<CustomerView, Failure> {
    core.actions.customer(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn note_on_customer(core: Core<'_>, input: NoteOnCustomer) -> Result<ShortId, Failure> {
    core.actions.note_on_customer(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn end_contract(core: Core<'_>, input: EndContract) -> Result<ShortId, Failure> {
    core.actions.end_contract(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn order_visit(core: Core<'_>, input: OrderVisit) -> Result<JobView, Failure> {
    core.actions.order_visit(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn reminders(core: Core<'_>, input: ListReminders) -> Result<ReminderList, Failure> {
    core.actions.reminders(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn tell_reminder(core: Core<'_>, input: TellReminder) -> Result<(), Failure> {
    core.actions.tell_reminder(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn follow_ups(core: Core<'_>) -> Result<FollowUpsView, Failure> {
    core.actions.follow_ups().map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn failure_counts(core: Core<'_>, input: CountFailures) -> Result<FailureTable, Failure> {
    core.actions.failure_counts(&input).map_err(Told::told)
}

#[tauri::command]
#[specta::specta]
pub async fn unreported(core: Core<'_>) -> Result<UnreportedView, Failure> {
    core.actions.unreported().map_err(Told::told)
}
