//! What must hold: at any time of one device, and of all when the outlet is at rest again.

use std::collections::{BTreeMap, BTreeSet};

use doorstep::documents::order;
use doorstep::tasks::Unwatched;
use doorstep_relay::engine::access::Verb;
use doorstep_relay::engine::standing;
use doorstep_schemas::code::ErrorCode;
use doorstep_schemas::frame::FrameReader;
use doorstep_schemas::ids::{Actor, ChangeHash, DeviceId, DocId, JobId};
use doorstep_schemas::quota::day_of;
use doorstep_schemas::wire::{Access, Status, kind};

use crate::device::{Device, Flight};
use crate::world::{Held, World, broken};

/// Days on which the relay's counts are looked at: it keeps them a little longer.
const DAYS_COUNTED: i64 = 30;

/// A change that a device made: its hash, document, actor, place in the run, row.
type Made = (ChangeHash, DocId, Actor, u64, i64);

/// Changes that this device made since somebody last looked.
pub fn made(device: &Device) -> Vec<Made> {
    let mut query = device
        .look
        .prepare_cached("SELECT hash, doc, actor, seq, id FROM change WHERE mine = 1 AND id > ?1 ORDER BY id")
        .unwrap();
    let rows = query.query_map([device.seen], |row| {
        let doc: String = row.get(1)?;
        let seq: i64 = row.get(3)?;
        Ok((ChangeHash(row.get(0)?), doc.parse().unwrap(), Actor(row.get(2)?), seq.unsigned_abs(), row.get(4)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// The newest row of the device's changes.
pub fn newest(device: &Device) -> i64 {
    device.look.query_row("SELECT coalesce(max(id), 0) FROM change", [], |row| row.get(0)).unwrap()
}

/// Changes of this device's own, here.
pub fn own_hashes(device: &Device) -> BTreeSet<ChangeHash> {
    hashes(device, "SELECT hash FROM change WHERE mine = 1")
}

fn hashes(device: &Device, sql: &str) -> BTreeSet<ChangeHash> {
    let mut query = device.look.prepare_cached(sql).unwrap();
    query.query_map([], |row| row.get(0).map(ChangeHash)).unwrap().map(Result::unwrap).collect()
}

/// Nothing that a person was told is saved is gone: it is on their device, or it left when the relay had it.
pub fn keeps_its_claims(world: &mut World, who: usize) -> Held {
    let here = own_hashes(&world.devices[who]);
    let gone = world.claims.iter().filter(|(hash, claim)| claim.device == who && !here.contains(hash));
    let gone: Vec<_> = gone.map(|(hash, claim)| (*hash, claim.clone())).collect();
    for (hash, claim) in gone {
        if !world.relay.holds(&claim.doc, claim.actor, claim.seq, &hash) {
            let name = &world.devices[who].name;
            return broken(format!("{name}: saved work is gone: {} #{}", claim.doc, claim.seq));
        }
    }
    Ok(())
}

/// Nothing is called received that the relay does not hold.
pub fn at_any_time(world: &mut World, who: usize) -> Held {
    let device = &world.devices[who];
    let cursor = device.actions.shelf.store().cursor().expect("the store answers");
    if device.gone || world.relay.in_doubt || cursor.is_none_or(|cursor| cursor.epoch != world.relay.epoch()) {
        // It has yet to hear that this log is another one.
        return Ok(());
    }
    let confirmed: Vec<(ChangeHash, DocId, Actor, u64)> = {
        let mut query = device
            .look
            .prepare_cached("SELECT hash, doc, actor, seq FROM change WHERE mine = 1 AND log_seq IS NOT NULL")
            .unwrap();
        let rows = query.query_map([], |row| {
            let doc: String = row.get(1)?;
            let seq: i64 = row.get(3)?;
            Ok((ChangeHash(row.get(0)?), doc.parse().unwrap(), Actor(row.get(2)?), seq.unsigned_abs()))
        });
        rows.unwrap().map(Result::unwrap).collect()
    };
    for (hash, doc, actor, seq) in confirmed {
        if !world.relay.holds(&doc, actor, seq, &hash) {
            let name = &world.devices[who].name;
            return broken(format!("{name}: {doc} #{seq} is called received, and the relay does not hold it"));
        }
    }
    Ok(())
}

/// No receipt of the owner's devices says more than one of them has fetched.
pub fn receipts_are_the_owners(world: &mut World) -> Held {
    for device in world.devices.iter().filter(|device| world.owners.contains(&device.member)) {
        let cursor = device.actions.shelf.store().cursor().expect("the store answers");
        world.owners_at = world.owners_at.max(cursor.map_or(0, |cursor| cursor.seq));
    }
    let outlet = world.relay.outlet;
    let said = world.relay.ask(|shelf| Ok(shelf.outlet(outlet)?.expect("the outlet was founded").owner_seq));
    if said > world.owners_at {
        return broken(format!("the receipt says {said}, the owner's devices are at {}", world.owners_at));
    }
    Ok(())
}

/// Everything that must hold when all have exchanged until nothing moves any more.
pub fn at_rest(world: &mut World) -> Held {
    if let Some(finding) = world.relay.audit() {
        return broken(format!("the relay's log: {finding}"));
    }
    what_was_brought_is_counted(world)?;
    all_confirmed(world)?;
    nothing_lost(world)?;
    only_want_of_a_right_is_refused(world)?;
    grants_follow_orders(world)?;
    everybody_has_theirs(world)?;
    all_show_the_same(world)?;
    a_fresh_exchange_carries_nothing(world)?;
    made_anew_is_the_same(world)?;
    a_newcomer_holds_the_same(world)
}

/// What a device put into the log of its own work counts as brought by it that day, as long as days are kept.
fn what_was_brought_is_counted(world: &mut World) -> Held {
    let (outlet, today) = (world.relay.outlet, day_of(world.moment()));
    let lacks = world.relay.ask(|shelf| {
        let mut brought: BTreeMap<(i64, DeviceId), u64> = BTreeMap::new();
        for entry in shelf.entries_after(outlet, 0, usize::MAX)? {
            let day = day_of(entry.at_ms);
            if let (kind::SEGMENT, Some(by)) = (entry.kind, entry.carrier)
                && entry.author == Some(by)
                && (today - DAYS_COUNTED..=today).contains(&day)
            {
                *brought.entry((day, by)).or_default() += 1;
            }
        }
        for ((day, device), entries) in brought {
            let counted = shelf.uses(outlet, day)?.into_iter().find(|(by, _)| *by == device);
            let counted = counted.map_or(0, |(_, used)| used.entries);
            if counted < entries {
                return Ok(Some(format!("{device} brought {entries} entries in a day, and {counted} were counted")));
            }
        }
        Ok(None)
    });
    lacks.map_or(Ok(()), broken)
}

fn all_confirmed(world: &mut World) -> Held {
    world.relay.in_doubt = false;
    (0..world.devices.len()).try_for_each(|who| at_any_time(world, who))
}

/// Changes that are here in one piece, by their jobs.
fn packed(device: &Device) -> BTreeMap<JobId, Vec<ChangeHash>> {
    let mut query = device.look.prepare_cached("SELECT job FROM pack").unwrap();
    let jobs = query.query_map([], |row| row.get(0).map(JobId::from_bytes)).unwrap().map(Result::unwrap);
    let store = device.actions.shelf.store();
    let whole = |job| store.whole_job(job).expect("the job opens").changes.iter().map(|c| c.change.hash).collect();
    jobs.map(|job| (job, whole(job))).collect()
}

/// What was refused of a device's own, by run.
fn refused(device: &Device) -> BTreeMap<(DocId, Actor), String> {
    let mut query = device.look.prepare_cached("SELECT doc, actor, code FROM refused").unwrap();
    let rows = query.query_map([], |row| {
        let doc: String = row.get(0)?;
        Ok(((doc.parse().unwrap(), Actor(row.get(1)?)), row.get(2)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// What was acknowledged is in the log, or with its author beside the reason for which it was refused.
fn nothing_lost(world: &mut World) -> Held {
    let refused: Vec<_> = world.devices.iter().map(refused).collect();
    let claims = std::mem::take(&mut world.claims);
    let mut lost = None;
    for (hash, claim) in &claims {
        if world.relay.holds(&claim.doc, claim.actor, claim.seq, hash) || world.devices[claim.device].gone {
            continue;
        }
        let told = refused[claim.device].contains_key(&(claim.doc.clone(), claim.actor));
        if !(told && own_hashes(&world.devices[claim.device]).contains(hash)) {
            let name = &world.devices[claim.device].name;
            lost = Some(format!("{name}: acknowledged work reached nobody: {} #{}", claim.doc, claim.seq));
            break;
        }
    }
    world.claims = claims;
    lost.map_or(Ok(()), broken)
}

/// One refusal keeps nothing else here: what is still unsent was refused itself.
pub fn only_what_was_refused_is_unsent(world: &World) -> Held {
    for device in world.devices.iter().filter(|device| !device.gone) {
        let sql = "SELECT count(*) FROM change c WHERE c.mine = 1 AND c.log_seq IS NULL
                   AND NOT EXISTS (SELECT 1 FROM refused r WHERE r.doc = c.doc AND r.actor = c.actor)";
        let unsent: i64 = device.look.query_row(sql, [], |row| row.get(0)).unwrap();
        if unsent > 0 {
            return broken(format!("{}: {unsent} changes are still here alone", device.name));
        }
    }
    Ok(())
}

/// What an honest device made breaks no rule: it is refused for want of a right, and for nothing else.
fn only_want_of_a_right_is_refused(world: &World) -> Held {
    for device in world.devices.iter().filter(|device| !device.gone) {
        let other = refused(device).into_iter().find(|((_, actor), code)| {
            let want = [ErrorCode::NotAllowed.wire(), ErrorCode::InInbox.wire()].contains(&code.as_str());
            actor.device() != world.stranger.device && !want
        });
        if let Some(((doc, _), code)) = other {
            return broken(format!("{}: honest work on {doc} is refused: {code}", device.name));
        }
    }
    Ok(())
}

/// Who has a job by the merged order has it by the log.
fn grants_follow_orders(world: &mut World) -> Held {
    let orders: BTreeSet<JobId> = world
        .relay
        .runs()
        .keys()
        .filter(|(doc, _)| matches!(doc, DocId::Order(_)))
        .filter_map(|(doc, _)| doc.job())
        .collect();
    let outlet = world.relay.outlet;
    for job in orders {
        let paper = world.devices[0].actions.shelf.store().copy_of(&DocId::Order(job)).expect("the order opens");
        // A walk-in that nobody took over yet is its creator's without a grant.
        let Some(order) = order::read(paper.doc()) else { continue };
        let named: BTreeSet<_> = order.assignees.keys().copied().collect();
        let given: BTreeSet<_> = world.relay.ask(|shelf| {
            let mut given = BTreeSet::new();
            for member in shelf.members(outlet)? {
                let grant = shelf.grant(outlet, job, member.id)?;
                if grant.is_some_and(|now| now.access == Access::Write && now.log_seq.is_some()) {
                    given.insert(member.id);
                }
            }
            Ok(given)
        });
        if named != given {
            return broken(format!("order:{job} names {named:?}, the log gives it to {given:?}"));
        }
    }
    Ok(())
}

/// Whoever may read a document holds all of it that the log holds, and nobody else anything that is not their own and
/// refused.
fn everybody_has_theirs(world: &mut World) -> Held {
    let runs = world.relay.runs().clone();
    let docs: BTreeSet<&DocId> = runs.keys().map(|(doc, _)| doc).collect();
    for place in 0..world.devices.len() {
        if world.devices[place].gone {
            continue;
        }
        let mut here = hashes(&world.devices[place], "SELECT hash FROM change");
        here.extend(packed(&world.devices[place]).into_values().flatten());
        for doc in &docs {
            let device = &world.devices[place];
            if reads(world, place, doc) {
                let lacking = runs.iter().filter(|((of, _), _)| of == *doc).flat_map(|(_, run)| run);
                let lacking = lacking.filter(|hash| !here.contains(*hash)).count();
                if lacking > 0 {
                    return broken(format!("{}: lacks {lacking} changes of {doc}", device.name));
                }
            } else {
                // What a stranger brings on purpose is theirs to tell.
                let sql = "SELECT count(*) FROM change WHERE doc = ?1 AND substr(actor, 1, 8) <> ?2";
                let whole = doc.job().and_then(|job| packed(device).remove(&job)).map_or(0, |all| all.len());
                let (doc, stranger) = (doc.to_string(), world.stranger.device.0);
                let left: i64 = device.look.query_row(sql, (&doc, stranger), |row| row.get(0)).unwrap();
                let left = left + i64::try_from(whole).unwrap();
                if left > 0 && !has_refused_work(device, &doc) {
                    return broken(format!("{}: still holds {left} changes of {doc}", device.name));
                }
            }
        }
    }
    Ok(())
}

/// Own work on the same job waits here for somebody's word.
fn has_refused_work(device: &Device, doc: &str) -> bool {
    let job = doc.parse::<DocId>().ok().and_then(|doc| doc.job());
    refused(device).keys().any(|(doc, _)| job.is_some() && doc.job() == job)
}

fn reads(world: &World, place: usize, doc: &DocId) -> bool {
    let (outlet, member) = (world.relay.outlet, world.devices[place].member);
    world.relay.ask(|shelf| {
        let member = shelf.member(outlet, member)?.expect("everybody is a member");
        standing::may(shelf, outlet, &member, Verb::Read, doc)
    })
}

/// The same heads, and the same seen in them.
fn all_show_the_same(world: &mut World) -> Held {
    let docs: BTreeSet<DocId> = world.relay.runs().keys().map(|(doc, _)| doc.clone()).collect();
    for doc in docs {
        let readers: Vec<usize> = (0..world.devices.len())
            .filter(|place| !world.devices[*place].gone && reads(world, *place, &doc))
            .filter(|place| !refused(&world.devices[*place]).keys().any(|(of, _)| *of == doc))
            .collect();
        let seen = |place: usize| {
            let mut store = world.devices[place].actions.shelf.store();
            let heads = store.heads(&doc).expect("the document opens");
            let papers = doc.job().map(|job| [DocId::Order(job), DocId::Sheet(job)].map(|doc| store.heads(&doc).ok()));
            let facts = doc.job().and_then(|job| store.job_facts(job).expect("the job opens"));
            (heads, papers, facts)
        };
        let Some((first, others)) = readers.split_first() else { continue };
        let one = seen(*first);
        for other in others {
            let another = seen(*other);
            let (a, b) = (&world.devices[*first].name, &world.devices[*other].name);
            if one.0 != another.0 {
                return broken(format!("{a} and {b} hold other heads of {doc}"));
            }
            // Facts are of both of a job's documents. A sheet that the log lost and its author may not write any more is
            // still with those who had fetched it.
            if one.1 == another.1 && one.2 != another.2 {
                return broken(format!("{a} and {b} see another {doc}{}", differing(&one.2, &another.2)));
            }
        }
        for place in &readers {
            let mut text = String::new();
            for head in seen(*place).0 {
                text.push_str(&head.to_string());
            }
            world.trace.weigh(text.as_bytes());
        }
    }
    Ok(())
}

/// Where two accounts of one thing part, for whoever reads the failure.
fn differing<T: std::fmt::Debug>(one: &T, other: &T) -> String {
    let (one, other) = (format!("{one:#?}"), format!("{other:#?}"));
    let pairs = one.lines().zip(other.lines()).filter(|(a, b)| a != b).take(6);
    pairs.map(|(a, b)| format!("\n    {} | {}", a.trim(), b.trim())).collect()
}

fn frames(bytes: &[u8]) -> usize {
    let mut reader = FrameReader::default();
    reader.push(bytes);
    let mut count = 0;
    while let Ok(Some(_)) = reader.next_frame() {
        count += 1;
    }
    count
}

fn a_fresh_exchange_carries_nothing(world: &mut World) -> Held {
    let chance = doorstep_tests::chance::Chance::from_seed(0);
    for who in 0..world.devices.len() {
        if world.devices[who].gone {
            continue;
        }
        loop {
            world.step(who, &chance, true)?;
            let name = &world.devices[who].name;
            match &world.devices[who].flight {
                Some(Flight::Asked(body)) if frames(body) != 1 => {
                    return broken(format!("{name}: still sends {} pieces", frames(body) - 1));
                }
                Some(Flight::Answered(Ok(answer))) if frames(answer) > 2 => {
                    return broken(format!("{name}: is still sent {} entries", frames(answer) - 2));
                }
                Some(_) => {}
                None => break,
            }
        }
    }
    Ok(())
}

/// What follows from the changes is the same when it is made anew, on one device.
fn made_anew_is_the_same(world: &mut World) -> Held {
    let Some(who) = (0..world.devices.len()).find(|who| !world.devices[*who].gone) else { return Ok(()) };
    let device = &world.devices[who];
    let now = device.now();
    let mut store = device.actions.shelf.store();
    let jobs = store.listed_jobs().expect("the list opens");
    let mut query = device.look.prepare_cached("SELECT DISTINCT doc FROM change ORDER BY doc").unwrap();
    let docs = query.query_map([], |row| row.get::<_, String>(0)).unwrap();
    let docs: Vec<DocId> = docs.map(|doc| doc.unwrap().parse().unwrap()).collect();
    let all = |store: &mut doorstep::store::Store| {
        let heads: Vec<_> = docs.iter().map(|doc| store.heads(doc).expect("the document opens")).collect();
        (heads, jobs.iter().map(|job| store.job_facts(*job).expect("the job opens")).collect::<Vec<_>>())
    };
    let before = all(&mut store);
    if let Err(error) = store.rebuild(now, &mut Unwatched) {
        return broken(format!("{}: can't be made anew: {error}", device.name));
    }
    if before != all(&mut store) {
        return broken(format!("{}: shows something else when made anew", device.name));
    }
    Ok(())
}

/// An owner's new device comes to the same by jobs in one piece as the others came to by entries. Then one job is erased,
/// and is nowhere in the relay any more.
fn a_newcomer_holds_the_same(world: &mut World) -> Held {
    let outlet = world.relay.outlet;
    let owner = world.owners.clone().into_iter().find(|owner| {
        let member = world.relay.ask(|shelf| shelf.member(outlet, *owner));
        member.is_some_and(|member| member.status == Status::Active)
    });
    let Some(owner) = owner else { return Ok(()) };
    world.relay.pack(i64::MAX);
    let who = world.newcomer(owner);
    world.until_quiet(who, &doorstep_tests::chance::Chance::from_seed(0))?;
    everybody_has_theirs(world)?;
    all_show_the_same(world)?;
    let job = world.relay.runs().keys().find_map(|(doc, _)| doc.job());
    let (device, now) = (world.devices[who].id, world.moment());
    match job {
        Some(job) if world.relay.erase(owner, device, job, now) => {
            broken(format!("{job} was erased and is still packed"))
        }
        _ => Ok(()),
    }
}
