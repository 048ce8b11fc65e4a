//! `invite`, `member …`, `device …`: who belongs to an outlet, and with what.

use clap::{Args, Subcommand};
use doorstep_schemas::enrol::EnrolLink;
use doorstep_schemas::ids::DeviceId;
use doorstep_schemas::wire::Status;
use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;
use serde_json::json;

use super::folder::say;
use super::outlet::{role, role_names, words};
use super::{CliError, DataFolder, folder};
use crate::clock::{Clock, SystemClock};
use crate::engine::team;
use crate::identity;
use crate::storage;

#[derive(Debug, Args)]
pub struct InviteCommand {
    #[command(flatten)]
    data: DataFolder,
    /// The outlet's id; needless where there is only one.
    #[arg(long)]
    outlet: Option<String>,
    /// The member's id or name.
    #[arg(long)]
    member: String,
    /// The relay's address as the new device will reach it: else the outlet's first, else this machine's.
    #[arg(long)]
    relay: Option<String>,
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
pub struct OfOutlet {
    #[command(flatten)]
    pub data: DataFolder,
    #[arg(long)]
    pub outlet: Option<String>,
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Subcommand)]
pub enum MemberCommand {
    /// Everybody of the outlet.
    List(OfOutlet),
    /// Change a member's roles, or let them leave.
    Set {
        #[command(flatten)]
        data: DataFolder,
        #[arg(long)]
        outlet: Option<String>,
        #[arg(long)]
        member: String,
        /// All roles from now on, as role+role.
        #[arg(long)]
        roles: Option<String>,
        /// The member has left the outlet: their devices are refused.
        #[arg(long, conflicts_with = "back")]
        left: bool,
        /// The member is back.
        #[arg(long)]
        back: bool,
    },
}

#[derive(Debug, Subcommand)]
pub enum DeviceCommand {
    /// Every device of the outlet.
    List(OfOutlet),
    /// Let a device in that waits for an owner's word.
    Confirm(OneDevice),
    /// Report a device lost: it is refused everything from now on.
    #[command(visible_alias = "revoke")]
    Lost(OneDevice),
    /// A lost device was found.
    Found(OneDevice),
}

#[derive(Debug, Args)]
pub struct OneDevice {
    #[command(flatten)]
    data: DataFolder,
    #[arg(long, value_parser = |text: &str| text.parse::<DeviceId>())]
    device: DeviceId,
}

pub fn invite(command: &InviteCommand) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let outlet = folder::outlet(&storage, command.outlet.as_deref())?;
    let said = command.relay.as_ref().or(outlet.addresses.first());
    let relay = said.map_or("http://127.0.0.1:8470", |relay| relay.trim_end_matches('/'));
    let host = relay.strip_prefix("http://").or_else(|| relay.strip_prefix("https://"));
    if host.is_none_or(|host| host.is_empty() || host.contains(['/', '&', '?', '#', ' '])) {
        return Err(CliError::RelayAddress(relay.to_owned()));
    }
    let member = folder::member(&storage, outlet.id, &command.member)?;
    let key = identity::public_key(&identity::signing_key(&storage)?);
    let (random, now_ms) = (identity::random()?, SystemClock.now_ms());
    let (code, expires_ms) =
        folder::decide(&storage, move |ledger| team::invite(ledger, outlet.id, member.id, random, now_ms))?;
    let link = EnrolLink { relay: relay.to_owned(), code: code.clone(), key }.to_string();
    if command.json {
        return folder::print_json(&json!({
            "code": code, "link": link, "expires_ms": expires_ms, "member": member.id, "outlet": outlet.id,
        }));
    }
    let qr = QrCode::new(link.as_bytes()).map_err(CliError::Qr)?;
    // Dark on light, whatever the terminal's colours: scanners read no inverted codes.
    let picture = qr.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build();
    say(&format!("{picture}\n\ncode  {code}  for {}, ten minutes, once\nlink  {link}", member.name))?;
    Ok(())
}

pub fn member(command: MemberCommand) -> Result<(), CliError> {
    match command {
        MemberCommand::List(command) => list_members(&command),
        MemberCommand::Set { data, outlet, member, roles, left, back } => {
            let storage = folder::open(&data)?;
            let outlet = folder::outlet(&storage, outlet.as_deref())?;
            let member = folder::member(&storage, outlet.id, &member)?;
            let roles = match roles {
                Some(text) => team::distinct(text.split('+').map(role).collect::<Result<Vec<_>, _>>()?),
                None => member.roles,
            };
            let status = match (left, back) {
                (true, _) => Status::Left,
                (false, true) => Status::Active,
                (false, false) => member.status,
            };
            let now_ms = SystemClock.now_ms();
            let set = folder::decide(&storage, move |ledger| {
                Ok(team::put_member(ledger, outlet.id, member.id, member.name, roles, status, now_ms)?)
            })?;
            say(&format!("member {} {} {} {}", set.id, set.name, words(&set.roles), status_word(set.status)))?;
            Ok(())
        }
    }
}

fn list_members(command: &OfOutlet) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let outlet = folder::outlet(&storage, command.outlet.as_deref())?;
    let members = storage::look(&storage, |shelf| shelf.members(outlet.id))?;
    if command.json {
        let row = |m: &storage::Member| json!({ "id": m.id, "name": m.name, "roles": role_names(&m.roles), "status": status_word(m.status) });
        return folder::print_json(&json!({ "members": members.iter().map(row).collect::<Vec<_>>() }));
    }
    for member in members {
        say(&format!("{} {} {} {}", member.id, member.name, words(&member.roles), status_word(member.status)))?;
    }
    Ok(())
}

pub fn device(command: DeviceCommand) -> Result<(), CliError> {
    match command {
        DeviceCommand::List(command) => list_devices(&command),
        DeviceCommand::Confirm(command) => set_status(&command, Status::Active),
        DeviceCommand::Lost(command) => set_status(&command, Status::Lost),
        DeviceCommand::Found(command) => set_status(&command, Status::Active),
    }
}

fn set_status(command: &OneDevice, status: Status) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let id = command.device;
    let home = storage::look(&storage, |shelf| {
        for outlet in shelf.outlets()? {
            if shelf.device(outlet.id, id)?.is_some() {
                return Ok(Some(outlet));
            }
        }
        Ok(None)
    })?;
    let outlet = home.ok_or(CliError::UnknownDevice(id))?;
    let now_ms = SystemClock.now_ms();
    folder::decide(&storage, move |ledger| team::set_device_status(ledger, outlet.id, id, status, now_ms))?;
    say(&format!("device {id} {}", status_word(status)))?;
    Ok(())
}

fn list_devices(command: &OfOutlet) -> Result<(), CliError> {
    let storage = folder::open(&command.data)?;
    let outlet = folder::outlet(&storage, command.outlet.as_deref())?;
    let devices = storage::look(&storage, |shelf| shelf.devices(outlet.id))?;
    if command.json {
        let row = |d: &storage::Device| {
            json!({
                "id": d.id, "member": d.member, "name": d.name, "status": state_word(d),
                "cursor_seq": d.cursor_seq, "seen_ms": d.seen_ms,
                "held": { "changes": d.held.changes, "photos": d.held.photos, "photo_bytes": d.held.photo_bytes },
            })
        };
        return folder::print_json(&json!({ "devices": devices.iter().map(row).collect::<Vec<_>>() }));
    }
    for device in devices {
        let (status, held) = (state_word(&device), device.held.changes);
        say(&format!("{} {} {} {status}, still holds {held} changes", device.id, device.member, device.name))?;
    }
    Ok(())
}

/// A device's status, with the waiting of one that nobody has confirmed.
pub fn state_word(device: &storage::Device) -> &'static str {
    if device.pending { "pending" } else { status_word(device.status) }
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Left => "left",
        Status::Lost => "lost",
    }
}
