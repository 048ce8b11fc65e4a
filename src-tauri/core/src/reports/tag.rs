//! 挂牌: what is tied to a machine that goes to the bench (R18). Whoever finds it in the workshop scans it, or reads whose it is.

use doorstep_schemas::input::SheetField;
use doorstep_schemas::paper::{Block, pair};
use doorstep_schemas::view::CustodyStep;

use super::proof::About;
use crate::domain::facts::{Job, OrderedAppliance};
use crate::domain::record::last;
use crate::domain::{bench, calendar};

/// A block for each unit that has a tag; nothing while none has. No phone and no address: a tag hangs where anybody reads it.
pub(super) fn tags(job: &Job, about: &About<'_>) -> Option<Vec<Block>> {
    let blocks: Vec<Block> = job.order.appliances.iter().flat_map(|unit| tag(job, unit, about)).collect();
    (!blocks.is_empty()).then_some(blocks)
}

fn tag(job: &Job, unit: &OrderedAppliance, about: &About<'_>) -> Vec<Block> {
    let (tag, _) = bench::tag_and_place(job, unit.id);
    if tag.trim().is_empty() {
        return Vec::new();
    }
    let field = |field| job.field(unit, field);
    let machine = format!("{} {}", field(SheetField::Brand), field(SheetField::Model)).trim().to_owned();
    let taken = last(job.sheet.custody.iter().filter(|c| c.appliance == unit.id && c.step.is(CustodyStep::Taken)));
    vec![
        Block::Code { text: tag.clone(), caption: tag },
        Block::Pairs(vec![
            pair(about.say("机器", "Machine"), machine),
            pair(about.say("机号", "Serial"), field(SheetField::Serial)),
            pair(about.say("故障现象", "Symptom"), field(SheetField::Symptom)),
            pair(about.say("用户", "Customer"), job.customer().name),
            pair(
                about.say("取机", "Taken"),
                taken.map(|c| calendar::day_name(c.noted.happened_ms())).unwrap_or_default(),
            ),
        ]),
    ]
}
