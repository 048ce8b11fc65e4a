//! What the outlet decided about its pictures, and where a burst goes on.

use doorstep_schemas::ids::JobId;
use doorstep_schemas::view::PhotoStage;

use super::calendar;
use super::facts::outlet::Roster;
use super::facts::{Job, Photo};
use super::gates::{Judge, Measured};

/// The outlet's switches on the roster.
pub const SIDE: &str = "outlet/photo_side";
pub const STAMP: &str = "outlet/photo_stamp";

/// The longest side of a shared picture that the outlet asks for, in pixels; `None` where it never said.
pub fn side(roster: &Roster) -> Option<u32> {
    roster.about(SIDE).parse().ok()
}

/// Whether shared pictures carry time, place, order number and name.
pub fn stamped(roster: &Roster) -> bool {
    roster.about(STAMP) == "on"
}

/// What a stamped picture says: when, where, which order, who. The place is the township: a picture goes further than the
/// address should.
pub fn stamp(job: &Job, id: JobId, at_ms: i64, by: &str) -> Vec<String> {
    let number = match job.order.maker_order.trim() {
        "" => {
            let id = id.to_string();
            id[id.len().saturating_sub(8)..].to_owned()
        }
        makers => makers.to_owned(),
    };
    let lines = [
        format!("{} {}", calendar::day_name(at_ms), calendar::clock(at_ms)),
        job.customer().township,
        number,
        by.to_owned(),
    ];
    lines.into_iter().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect()
}

/// The required photo that nobody took of this appliance yet: the next behind `after`, then from the beginning.
pub fn next(judge: &Judge<'_>, measured: &Measured, after: Option<PhotoStage>) -> Option<PhotoStage> {
    let asked: Vec<PhotoStage> = judge.needs(measured).photos.into_iter().map(|(stage, _)| stage).collect();
    let taken = |stage: &PhotoStage| {
        let of_it = |photo: &&Photo| photo.appliance == measured.appliance.id;
        judge.job.sheet.photos.iter().filter(of_it).any(|photo| photo.stage.is(*stage))
    };
    let from = after.and_then(|after| asked.iter().position(|stage| *stage == after)).map_or(0, |at| at + 1);
    let (before, behind) = asked.split_at(from.min(asked.len()));
    behind.iter().chain(before).find(|stage| !taken(stage)).copied()
}

/// Where the next picture of a burst belongs. What isn't asked for is shot as often as somebody likes.
pub fn goes_on(judge: &Judge<'_>, measured: &Measured, stage: PhotoStage) -> PhotoStage {
    let asked = judge.needs(measured).photos.into_iter().any(|(asked, _)| asked == stage);
    if asked { next(judge, measured, Some(stage)).unwrap_or(stage) } else { stage }
}

/// Whether somebody took this photo again.
pub fn retaken(job: &Job, photo: &Photo) -> bool {
    job.sheet.photos.iter().any(|other| other.replaces == Some(photo.id))
}

/// What is said of a photo: the last word.
pub fn caption<'a>(job: &'a Job, photo: &'a Photo) -> &'a str {
    let said = job.sheet.notes.iter().filter(|note| note.photo == Some(photo.id));
    super::record::last(said).map_or(&photo.caption, |note| &note.text)
}
