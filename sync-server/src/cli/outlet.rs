//! `outlet create`, `outlet list`.

use clap::{Args, Subcommand};
use doorstep_schemas::enrol::RoleName;
use doorstep_schemas::ids::{OutletId, ShortId};
use doorstep_schemas::wire::{RoleKind, Status};
use serde_json::json;

use super::folder::say;
use super::{CliError, DataFolder, folder};
use crate::clock::{Clock, SystemClock};
use crate::engine::team;
use crate::identity;
use crate::storage;
use crate::storage::sqlite::Sqlite;

#[derive(Debug, Subcommand)]
pub enum OutletCommand {
    /// Found an outlet with its owner and first members.
    Create(Create),
    /// Every outlet of the folder.
    List(List),
}

#[derive(Debug, Args)]
pub struct Create {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long)]
    name: String,
    /// The owner's name.
    #[arg(long)]
    owner: String,
    /// A member as name:role; several roles as name:role+role. May be repeated.
    #[arg(long = "member", value_name = "NAME:ROLE")]
    members: Vec<String>,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long)]
    json: bool,
}

pub fn run(command: OutletCommand) -> Result<(), CliError> {
    match command {
        OutletCommand::Create(command) => create(&command),
        OutletCommand::List(command) => list(&command),
    }
}

/// A role's name on the command line.
pub fn role(word: &str) -> Result<RoleKind, CliError> {
    match word {
        "owner" => Ok(RoleKind::Owner),
        "technician" => Ok(RoleKind::Technician),
        "installer" => Ok(RoleKind::Installer),
        "repairer" => Ok(RoleKind::Repairer),
        _ => Err(CliError::Role(word.to_owned())),
    }
}

/// Roles as they are printed.
pub fn role_names(roles: &[RoleKind]) -> Vec<RoleName> {
    roles.iter().map(|role| (*role).into()).collect()
}

fn member_spec(text: &str) -> Result<(String, Vec<RoleKind>), CliError> {
    let (name, roles) = text.rsplit_once(':').ok_or_else(|| CliError::MemberSpec(text.to_owned()))?;
    let roles = roles.split('+').map(role).collect::<Result<Vec<_>, _>>()?;
    Ok((team::name(name)?, team::distinct(roles)))
}

fn create(command: &Create) -> Result<(), CliError> {
    let outlet_name = team::name(&command.name)?;
    let mut people = vec![(team::name(&command.owner)?, vec![RoleKind::Owner])];
    for text in &command.members {
        people.push(member_spec(text)?);
    }
    let now_ms = SystemClock.now_ms();
    let id = OutletId::mint(now_ms.unsigned_abs(), identity::random()?);
    let epoch = identity::random()?;
    let mut hired = Vec::new();
    for (name, roles) in people {
        hired.push((ShortId::mint(identity::random()?), name, roles));
    }
    let storage = Sqlite::open_by(&command.data.path, command.data.key_file())?;
    let key = identity::public_key(&identity::signing_key(&storage)?);
    let members = folder::decide(&storage, move |ledger| {
        team::found_outlet(ledger, id, outlet_name, epoch, now_ms)?;
        let hire = |(member, name, roles)| team::put_member(ledger, id, member, name, roles, Status::Active, now_ms);
        Ok(hired.into_iter().map(hire).collect::<Result<Vec<_>, _>>()?)
    })?;
    if command.json {
        let members: Vec<_> =
            members.iter().map(|m| json!({ "id": m.id, "name": m.name, "roles": role_names(&m.roles) })).collect();
        return folder::print_json(&json!({ "outlet": id, "relay_key": key, "members": members }));
    }
    say(&format!("outlet {id} {}", command.name.trim()))?;
    for member in members {
        say(&format!("member {} {} {}", member.id, member.name, words(&member.roles)))?;
    }
    say(&format!("next: doorstep-relay invite --data … --member {}", command.owner.trim()))
}

/// Roles in one word for a line of text.
pub fn words(roles: &[RoleKind]) -> String {
    let word = |role: &RoleKind| match role {
        RoleKind::Owner => "owner",
        RoleKind::Technician => "technician",
        RoleKind::Installer => "installer",
        RoleKind::Repairer => "repairer",
    };
    roles.iter().map(word).collect::<Vec<_>>().join("+")
}

fn list(command: &List) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let outlets = storage::look(&storage, |shelf| shelf.outlets())?;
    if command.json {
        let rows: Vec<_> = outlets
            .iter()
            .map(|o| json!({ "id": o.id, "name": o.name, "entries": o.head, "owner_seq": o.owner_seq }))
            .collect();
        return folder::print_json(&json!({ "outlets": rows }));
    }
    for outlet in outlets {
        say(&format!("{} {} ({} entries, owner holds {})", outlet.id, outlet.name, outlet.head, outlet.owner_seq))?;
    }
    Ok(())
}
