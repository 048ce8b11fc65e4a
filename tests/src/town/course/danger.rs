//! What ends without the work being done: refusals, condemned appliances, missing parts, nothing wrong after all.

use doorstep::domain::safety::Consequence;
use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{SheetFact, SheetField};
use doorstep_schemas::view::{Channel, JobOutcome, Millis, NoticeKind, Phase, PhotoStage, SignedFor, Signer};

use super::Script;
use crate::town::DAY_MS;
use crate::town::words::sayings;

impl Script<'_> {
    /// Refused as unsafe: measured up to the failure, told, signed or 拒签 before a witness (R12).
    pub(super) fn refuse(&mut self) {
        self.open();
        let Some((unsafe_id, code)) = self.failing_row(Consequence::Stop) else { return self.work(false) };
        let order = self.order;
        let mut failed = None;
        for unit in order.units.iter().filter(|unit| unit.id == unsafe_id) {
            let asked = self.asked(unit);
            for row in asked.rows.iter().filter(|row| row.phase == Phase::BeforeWork) {
                if row.code == code {
                    if let Some(bad) = row.bad(&self.chance, Consequence::Stop) {
                        failed = Some(self.read(unit.id, (&row.code, &row.unit), bad, ""));
                    }
                    break;
                }
                self.measure(unit.id, unit, row);
            }
        }
        self.photo(unsafe_id, PhotoStage::Reading);
        self.unsafe_facts(unsafe_id, &code, failed, NoticeKind::Refusal);
        self.trip();
        self.finish(JobOutcome::RefusedUnsafe);
        self.approve();
    }

    /// 判废: too old or beyond mending safely; put out of use.
    pub(super) fn condemn(&mut self) {
        self.open();
        let order = self.order;
        let unit = &order.units[0];
        let asked = self.asked(unit);
        let aged = asked.rows.iter().find(|row| row.aged());
        let code = aged.map(|row| row.code.clone()).unwrap_or_default();
        if let Some(row) = aged {
            self.measure(unit.id, unit, row);
        }
        self.diagnose(unit);
        self.photos();
        self.unsafe_facts(unit.id, &code, None, NoticeKind::Condemned);
        self.trip();
        self.finish(JobOutcome::Condemned);
        self.approve();
    }

    fn unsafe_facts(&mut self, appliance: ShortId, code: &str, failed: Option<ShortId>, kind: NoticeKind) {
        let text = self.pick(sayings::HAZARDS);
        self.fact(SheetFact::Hazard {
            appliance: Some(appliance),
            code: code.to_owned(),
            text: text.clone(),
            action: "断电关阀，贴停用标签".to_owned(),
            before: failed,
            after: None,
            households: 1,
            remaining: true,
            unplugged: true,
            tagged: true,
            recheck: Some(Millis(self.now + 14 * DAY_MS)),
            replaces: None,
        });
        self.notice(appliance, kind, failed, text);
    }

    pub(super) fn notice(&mut self, appliance: ShortId, kind: NoticeKind, failed: Option<ShortId>, text: String) {
        let refused = self.chance.happens(25);
        let witness = if refused { self.pick(sayings::WITNESSES) } else { String::new() };
        let signature = if refused {
            let name = witness.clone();
            self.sign(SignedFor::Notice, Signer::Witness, name)
        } else {
            let name = self.customer();
            self.sign(SignedFor::Notice, Signer::Customer, name)
        };
        self.fact(SheetFact::Notice {
            appliance: Some(appliance),
            kind,
            readings: failed.into_iter().collect(),
            text,
            signature: (!refused).then_some(signature),
            refused,
            witness,
        });
    }

    /// 修复·隐患未消除: unplugged, tagged, a day to look again, told in writing.
    pub(super) fn hazard_stays(&mut self, failed: ShortId) {
        let unit = self.order.units[0].id;
        self.unsafe_facts(unit, "", Some(failed), NoticeKind::HazardRemaining);
    }

    pub(super) fn needs_part(&mut self) {
        self.open();
        self.measure_all(&[Phase::BeforeWork], None);
        self.pass(5, 20);
        let order = self.order;
        self.diagnose(&order.units[0]);
        self.photo(order.units[0].id, PhotoStage::During);
        self.finish(JobOutcome::NeedsPart);
        self.once_more(88, (1, 7));
    }

    pub(super) fn give_up(&mut self) {
        self.open();
        self.pass(5, 20);
        let order = self.order;
        let trouble = order.trouble(self.first_kind());
        self.field(order.units[0].id, SheetField::Fault, trouble.fault);
        let text = self.pick(sayings::GIVEN_UP);
        self.fact(SheetFact::Remark { text });
        self.trip();
        self.finish(JobOutcome::GivenUp);
        self.approve();
    }

    pub(super) fn no_fault(&mut self) {
        self.open();
        self.measure_all(&[Phase::BeforeWork, Phase::BeforePower, Phase::Trial], None);
        self.pass(5, 20);
        let text = self.pick(sayings::NO_FAULT);
        self.field(self.order.units[0].id, SheetField::Action, &text);
        self.photos();
        self.services();
        self.trip();
        let name = self.customer();
        self.sign(SignedFor::Work, Signer::Customer, name);
        self.finish(JobOutcome::NoFaultFound);
        self.approve();
    }

    /// How a member reaches a customer.
    pub(super) fn channel(&self) -> Channel {
        let ways = [(Channel::Phone, 60), (Channel::Chat, 30), (Channel::InPerson, 10)];
        self.chance.weighted(&ways, |(_, weight)| *weight).0
    }
}
