//! `outlet create`, `outlet list`.

use clap::{Args, Subcommand, ValueEnum};
use doorstep_schemas::enrol::RoleName;
use doorstep_schemas::ids::{OutletId, ShortId};
use doorstep_schemas::nearby;
use doorstep_schemas::wire::{RoleKind, Status};
use serde_json::json;

use super::folder::say;
use super::people::OfOutlet;
use super::{CliError, DataFolder, folder, quota};
use crate::clock::{Clock, SystemClock};
use crate::engine::team;
use crate::identity;
use crate::storage;
use crate::storage::sqlite::Sqlite;
use crate::storage::{Confirms, StorageError};

#[derive(Debug, Subcommand)]
pub enum OutletCommand {
    /// Found an outlet with its owner and first members.
    Create(Create),
    /// Every outlet of the folder.
    List(List),
    /// Which new devices wait until an owner has confirmed them.
    Confirm(Confirm),
    /// The most that may be brought in a day: told, or set.
    Quota(quota::QuotaCommand),
    /// Where devices reach the relay: add, list, remove. Devices hear of it with their next exchange.
    #[command(subcommand)]
    Address(AddressCommand),
}

#[derive(Debug, Args)]
pub struct Confirm {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long)]
    outlet: Option<String>,
    which: Which,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum Which {
    /// None: whoever has a code is in.
    None,
    /// Those of a member who has a device already.
    Further,
    /// All but the outlet's first.
    All,
}

#[derive(Debug, Subcommand)]
pub enum AddressCommand {
    /// One more address, tried after those that are there.
    Add(OneAddress),
    List(OfOutlet),
    Remove(OneAddress),
}

#[derive(Debug, Args)]
pub struct OneAddress {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long)]
    outlet: Option<String>,
    /// https://, a host, perhaps a port.
    address: String,
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
        OutletCommand::Address(AddressCommand::Add(command)) => change(&command, |addresses, address| {
            if !addresses.contains(&address) {
                addresses.push(address);
            }
        }),
        OutletCommand::Address(AddressCommand::Remove(command)) => {
            change(&command, |addresses, address| addresses.retain(|kept| *kept != address))
        }
        OutletCommand::Confirm(command) => confirm(&command),
        OutletCommand::Quota(command) => quota::run(&command),
        OutletCommand::Address(AddressCommand::List(command)) => list_addresses(&command),
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

fn change(command: &OneAddress, change: fn(&mut Vec<String>, String)) -> Result<(), CliError> {
    let address = command.address.trim_end_matches('/').to_owned();
    if !nearby::is_address(&address) {
        return Err(CliError::PublicAddress(command.address.clone()));
    }
    let storage = folder::open(&command.data)?;
    let id = folder::outlet(&storage, command.outlet.as_deref())?.id;
    let addresses = folder::decide(&storage, move |ledger| {
        let mut outlet = ledger.outlet(id)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
        change(&mut outlet.addresses, address);
        outlet.addresses.truncate(nearby::MOST_ADDRESSES);
        ledger.put_outlet(&outlet)?;
        Ok(outlet.addresses)
    })?;
    addresses.iter().try_for_each(|address| say(address))
}

fn list_addresses(command: &OfOutlet) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let addresses = folder::outlet(&storage, command.outlet.as_deref())?.addresses;
    if command.json {
        return folder::print_json(&json!({ "addresses": addresses }));
    }
    addresses.iter().try_for_each(|address| say(address))
}

fn confirm(command: &Confirm) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let id = folder::outlet(&storage, command.outlet.as_deref())?.id;
    let confirms = match command.which {
        Which::None => Confirms::None,
        Which::Further => Confirms::Further,
        Which::All => Confirms::All,
    };
    folder::decide(&storage, move |ledger| {
        let mut outlet = ledger.outlet(id)?.ok_or(StorageError::Corrupt { what: "outlet" })?;
        outlet.confirms = confirms;
        Ok(ledger.put_outlet(&outlet)?)
    })
}
