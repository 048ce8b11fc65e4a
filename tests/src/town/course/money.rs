//! Lines, payments and damages of a job.

use doorstep_schemas::ids::ShortId;
use doorstep_schemas::input::{OrderFact, SheetFact};
use doorstep_schemas::view::{
    ClaimState, Coverage, FeeKind, Fen, JobKind, PaidFor, Party, PayWay, Payer, PhotoStage, ReasonAbout, SignedFor,
    Signer, Thousandths,
};

use super::{Act, Script, picture_name};
use crate::town::words::{sayings, services};

/// 上门费, in fen.
const VISIT_FEN: i64 = 3_000;
/// Up to here the outlet pays a damage on the spot.
const ON_THE_SPOT_FEN: i64 = 30_000;

/// One line, before it is written.
struct Line {
    kind: FeeKind,
    name: String,
    quantity: i64,
    unit_fen: i64,
    share: u32,
    part: Option<ShortId>,
}

impl Line {
    fn one(kind: FeeKind, name: &str, unit_fen: i64) -> Self {
        Self { kind, name: name.to_owned(), quantity: 1_000, unit_fen, share: 1_000, part: None }
    }

    /// Rounded half up, once.
    fn fen(&self) -> i64 {
        (self.unit_fen * self.quantity * i64::from(self.share) + 500_000).div_euclid(1_000_000)
    }
}

impl Script<'_> {
    /// Writes the lines down and takes what the customer owes.
    pub(super) fn bill(&mut self) {
        let lines = self.lines();
        let payer = match self.order.input.coverage {
            Coverage::OutOfWarranty | Coverage::Contract => Payer::Customer,
            Coverage::InWarranty | Coverage::Extended | Coverage::ToBeAppraised => Payer::Maker,
        };
        let mut owed = 0;
        for line in lines {
            // Pipes, brackets and holes are the customer's also where the maker pays the work.
            let pays =
                if matches!(line.kind, FeeKind::Material | FeeKind::Surcharge) { Payer::Customer } else { payer };
            owed += if pays == Payer::Customer { line.fen() } else { 0 };
            self.line(&line, pays);
        }
        self.pay(owed);
    }

    fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        if self.order.input.details.as_ref().is_some_and(|d| d.revisit_of.is_some()) {
            return lines;
        }
        let chance = &self.chance;
        if self.kind() == JobKind::Repair {
            lines.push(Line::one(FeeKind::Visit, "上门费", VISIT_FEN));
        }
        for share in [1_000, 500].into_iter().take(if chance.happens(12) { 2 } else { 1 }) {
            let (name, fen) = services::LABOURS[chance.between(0, services::LABOURS.len() as u32) as usize];
            lines.push(Line { share, ..Line::one(FeeKind::Labour, name, fen) });
        }
        for step in &self.steps {
            if let Act::Part { name, part, quantity, fen, .. } = &step.act {
                let quantity = i64::from(*quantity) * 1_000;
                lines.push(Line { quantity, part: Some(*name), ..Line::one(FeeKind::Part, part, *fen) });
            }
        }
        if matches!(self.kind(), JobKind::Install | JobKind::Move | JobKind::Exchange) {
            for _ in 0..chance.between(0, 4) {
                let (name, fen) = services::MATERIALS[chance.between(0, services::MATERIALS.len() as u32) as usize];
                let quantity = if name.contains("每米") { i64::from(chance.between(1, 9)) * 500 } else { 1_000 };
                lines.push(Line { quantity, ..Line::one(FeeKind::Material, name, fen) });
            }
        }
        if chance.happens(3) {
            lines.push(Line::one(FeeKind::Discount, "老客户优惠", -1_000));
        }
        lines
    }

    fn line(&mut self, line: &Line, payer: Payer) -> ShortId {
        let above = line.kind == FeeKind::Material && self.chance.happens(2);
        let discount = line.kind == FeeKind::Discount;
        let reason = match (above, discount) {
            (true, _) => self.pick(sayings::ABOVE_GUIDE),
            (_, true) => "常来常往".to_owned(),
            _ => String::new(),
        };
        let guide = if above { line.unit_fen * 9 / 10 } else { line.unit_fen };
        let fee = self.fact(SheetFact::Fee {
            appliance: Some(self.order.units[0].id),
            kind: line.kind,
            code: String::new(),
            name: line.name.clone(),
            quantity: Thousandths(line.quantity),
            unit_fen: Fen(line.unit_fen),
            share: line.share,
            guide_fen: (!discount).then_some(Fen(guide)),
            payer,
            reason: reason.clone(),
            part: line.part,
            adjusts: None,
            quote: None,
            spoken_code: String::new(),
        });
        if above {
            let about = ReasonAbout::AboveGuide;
            self.fact(SheetFact::Reason { about, subject: Some(fee), text: reason, photo: None });
            let most_fen = Fen(line.unit_fen);
            self.by_owner(OrderFact::OverGuide { fee, granted: true, most_fen, note: String::new() });
        }
        fee
    }

    pub(super) fn pay(&mut self, fen: i64) {
        if fen <= 0 {
            return;
        }
        let ways = [(PayWay::OutletQr, 60), (PayWay::Cash, 30), (PayWay::Transfer, 5), (PayWay::Personal, 5)];
        let way = self.chance.weighted(&ways, |(_, weight)| *weight).0;
        self.payment(fen, way, PaidFor::Work, None);
    }

    pub(super) fn payment(&mut self, fen: i64, way: PayWay, paid_for: PaidFor, subject: Option<ShortId>) {
        self.fact(SheetFact::Payment { fen: Fen(fen), way, paid_for, subject, reference: String::new() });
    }

    /// An empty trip, where the customer pays the work.
    pub(super) fn trip(&mut self) {
        if self.order.input.coverage == Coverage::OutOfWarranty {
            self.line(&Line::one(FeeKind::Visit, "上门费", VISIT_FEN), Payer::Customer);
            self.pay(VISIT_FEN);
        }
    }

    /// 损坏 (R30): the photo first; small ones paid on the spot and signed, larger ones shared.
    pub(super) fn damage(&mut self) {
        let order = self.order;
        let shades: Vec<u64> = order.units.iter().map(|unit| self.photo(unit.id, PhotoStage::Damage).1).collect();
        let (what, text) = sayings::DAMAGES[self.chance.between(0, sayings::DAMAGES.len() as u32) as usize];
        let asked = i64::from(self.chance.between(5, 60)) * 1_000;
        let damage = self.fact(SheetFact::Damage {
            what: what.to_owned(),
            text: text.to_owned(),
            photos: shades.into_iter().map(picture_name).collect(),
            asked_fen: Fen(asked),
        });
        let share = |party, fen, state, signature| SheetFact::ClaimShare {
            damage,
            party,
            fen: Fen(fen),
            state,
            signature,
            note: String::new(),
        };
        if asked <= ON_THE_SPOT_FEN {
            let name = self.customer();
            let signature = self.sign(SignedFor::Damage, Signer::Customer, name);
            self.fact(share(Party::Outlet, asked, ClaimState::Paid, Some(signature)));
            self.payment(-asked, PayWay::Cash, PaidFor::Compensation, Some(damage));
        } else {
            self.fact(share(Party::Outlet, ON_THE_SPOT_FEN, ClaimState::Proposed, None));
            self.fact(share(Party::Insurer, asked - ON_THE_SPOT_FEN, ClaimState::Proposed, None));
        }
    }
}
