//! The commands and events of the app, as both the window and the generated TypeScript have them.

use std::path::Path;

use doorstep_schemas::event::CoreEvent;
use serde::{Deserialize, Serialize};
use specta_typescript::Typescript;
use tauri::Runtime;
use tauri_specta::{Builder, Event, collect_commands, collect_events};

use crate::commands::{
    bundles, customers, facts, history, inbox, kept, lists, money, orders, paper, parts, photos, review, rule_sets,
    said, session, settlement, sheet, storage, sync, tables, team, visit,
};

/// A core event on its way to the screen.
#[derive(Debug, Clone, Serialize, Deserialize, specta::Type, Event)]
#[serde(transparent)]
pub struct CoreMessage(pub CoreEvent);

/// The one list of commands.
pub fn builder<R: Runtime>() -> Builder<R> {
    Builder::<R>::new()
        // Values cross in one shape in both directions.
        .disable_serde_phases()
        .commands(collect_commands![
            session::opening,
            session::open_again,
            session::session,
            session::enrol,
            session::open_sample,
            session::leave_sample,
            session::set_preferences,
            lists::pick_lists,
            lists::today,
            lists::orders,
            lists::job,
            lists::board,
            lists::suggest,
            lists::list_jobs,
            lists::find_jobs,
            orders::take_order,
            orders::assign,
            orders::take_walk_in,
            orders::adopt_walk_in,
            orders::hear_call,
            tables::read_import,
            tables::import_orders,
            tables::undo_import,
            tables::imports,
            tables::export_orders,
            tables::export_table,
            visit::tap_node,
            visit::show_card,
            visit::finish,
            visit::enter_late,
            visit::card_code,
            sheet::record_reading,
            sheet::write_field,
            sheet::use_part,
            sheet::remove_part,
            sheet::answer_service,
            facts::note_fact,
            facts::answer_sheet,
            history::conflicts,
            history::resolve,
            history::undo,
            history::bench,
            history::bench_queue,
            money::fees,
            money::mine,
            money::month_earned,
            money::ask_owner,
            money::owners_turns,
            money::note_on_order,
            money::note_on_desk,
            money::say_digits,
            parts::parts_desk,
            parts::move_parts,
            parts::part_arrived,
            parts::set_part_terms,
            parts::say_old_parts,
            parts::read_parts,
            parts::publish_parts,
            customers::list_customers,
            customers::customer,
            customers::note_on_customer,
            customers::end_contract,
            customers::order_visit,
            customers::reminders,
            customers::tell_reminder,
            customers::follow_ups,
            customers::failure_counts,
            customers::unreported,
            settlement::settlement,
            settlement::job_claim,
            settlement::settle,
            settlement::claim_lines,
            settlement::claim_proposed,
            settlement::undo_desk,
            settlement::read_answer,
            settlement::take_answer,
            settlement::make_statement,
            settlement::wages,
            settlement::note_wage,
            settlement::make_wage_sheet,
            settlement::price_books,
            rule_sets::rule_sets,
            rule_sets::compare_set,
            rule_sets::jobs_by_set,
            rule_sets::publish_set,
            rule_sets::take_back_set,
            rule_sets::export_set,
            rule_sets::set_form,
            rule_sets::revise_set,
            said::read_pasted,
            said::job_texts,
            paper::make_paper,
            photos::add_photo,
            photos::add_photos,
            photos::retake_photo,
            photos::draw_on_photo,
            photos::read_codes,
            photos::set_pictures,
            photos::set_collection,
            photos::copy_album,
            photos::stamp_lines,
            photos::fetch_photo,
            sync::sync_status,
            sync::sync_now,
            sync::tell_network,
            sync::compare_now,
            sync::photos_anyway,
            review::day_review,
            review::draw_sample,
            review::since_approval,
            review::print_day,
            team::team,
            team::add_member,
            team::invite,
            team::set_member,
            team::set_device_status,
            team::relay,
            team::drill_relay,
            team::roster,
            team::note_on_roster,
            team::remove_kit,
            inbox::inbox,
            inbox::decide_inbox,
            inbox::erase_job,
            kept::kept,
            kept::put_draft,
            kept::remember,
            storage::storage,
            storage::check_store,
            storage::free_photos,
            storage::rebuild_store,
            storage::cancel_task,
            storage::key_view,
            storage::rotate_key,
            storage::make_recovery_key,
            storage::recover_folder,
            storage::erase_device,
            bundles::bundle_size,
            bundles::export_bundle,
            bundles::import_bundle,
            bundles::make_claim_pack,
            bundles::retry_stuck,
            bundles::export_stuck,
            bundles::refound_job,
        ])
        .events(collect_events![CoreMessage])
}

/// Writes the TypeScript that the screens are checked against.
pub fn export(path: &Path) -> Result<(), String> {
    builder::<tauri::Wry>().export(Typescript::default(), path).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn committed() -> std::path::PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas/ts/bindings.ts")
    }

    /// Set this to write the file instead of comparing it.
    const WRITE: &str = "DOORSTEP_WRITE_BINDINGS";

    #[test]
    fn the_screens_types_are_those_of_the_commands() {
        if std::env::var_os(WRITE).is_some() {
            return export(&committed()).unwrap();
        }
        let fresh = tempfile::tempdir().unwrap();
        let fresh = fresh.path().join("bindings.ts");
        export(&fresh).unwrap();
        let (fresh, committed) =
            (std::fs::read_to_string(fresh).unwrap(), std::fs::read_to_string(committed()).unwrap());
        assert!(fresh == committed, "schemas/ts/bindings.ts is stale: run the tests once with {WRITE}=1");
    }

    /// What is not ours: events, news told by the system, and with a scope of its own what is handed to other apps.
    const PLUGINS: [&str; 5] = [
        "core:event:allow-listen",
        "core:event:allow-unlisten",
        "notification:allow-is-permission-granted",
        "notification:allow-notify",
        "notification:allow-request-permission",
    ];

    #[test]
    fn every_command_is_allowed_to_the_window_and_nothing_else_is() {
        let committed = std::fs::read_to_string(committed()).unwrap();
        let mut commands: Vec<String> = committed
            .lines()
            .filter_map(|line| line.split("__TAURI_INVOKE(\"").nth(1)?.split('"').next())
            .map(|name| format!("allow-{}", name.replace('_', "-")))
            .collect();
        commands.extend(PLUGINS.map(str::to_owned));
        commands.sort();
        for file in ["main", "mobile"] {
            let path = format!("{}/capabilities/{file}.json", env!("CARGO_MANIFEST_DIR"));
            let capability: serde_json::Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
            let permissions = capability["permissions"].as_array().unwrap();
            let mut allowed: Vec<String> =
                permissions.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect();
            allowed.sort();
            // Links leave by their schemes, and by no web address: a page of the web has no business here.
            let scoped: Vec<&serde_json::Value> = permissions.iter().filter(|entry| entry.is_object()).collect();
            assert_eq!(scoped.len(), 1, "{file}.json");
            assert_eq!(scoped[0]["identifier"], "opener:allow-open-url");
            let links = scoped[0]["allow"].to_string();
            assert!(links.contains("tel:*") && !links.contains("http") && !links.contains("file"), "{links}");
            assert_eq!(allowed, commands, "{file}.json");
        }
    }

    #[test]
    fn the_content_policy_lets_in_only_our_own_scripts_and_keeps_ipc_fast() {
        let conf: serde_json::Value = serde_json::from_str(include_str!("../tauri.conf.json")).unwrap();
        let csp = &conf["app"]["security"]["csp"];
        assert_eq!(csp["script-src"], "'self'");
        assert_eq!(csp["default-src"], "'self'");
        assert_eq!(csp["object-src"], "'none'");
        // Without these two, IPC silently falls back to a slow path.
        let connect = csp["connect-src"].as_str().unwrap();
        assert!(connect.contains("ipc:") && connect.contains("http://ipc.localhost"), "{connect}");
    }
}
