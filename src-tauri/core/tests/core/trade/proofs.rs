//! 凭证: what customers are given says what they may know, and nothing else (R12, R19, R21, R27, R45).

use doorstep::actions::proof::ProofError;
use doorstep_schemas::input::{MakePaper, SheetFact, SheetField, WriteField};
use doorstep_schemas::paper::{Block, Paper, PaperForm, Signed};
use doorstep_schemas::view::{
    ApplianceKind, Coverage, CustodyStep, FeeKind, JobKind, Language, NoticeKind, PaidFor, ProofKind, RepairLevel,
};

use super::bench::at_the_bench;
use crate::cast::Phone;
use crate::cast::deeds::{asked, at_home, covered, custody, fee, payment};
use doorstep_schemas::ids::JobId;

fn paper(desk: &Phone, job: JobId, kind: ProofKind, language: Language) -> Result<Paper, ProofError> {
    desk.actions.proof(&MakePaper { job, kind, form: PaperForm::A4, language })
}

/// Everything that a reader could read.
fn text(paper: &Paper) -> String {
    serde_json::to_string(paper).unwrap()
}

#[test]
fn r45_a_receipt_has_the_lines_the_sum_the_verdicts_and_who_was_there() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::StorageHeater), Coverage::OutOfWarranty);
    let (_shop, desk, job, heater) = at_home(&order);
    desk.measure(job, heater, "earth_present", "good").unwrap();
    desk.note(job, fee(FeeKind::Labour, 8_000, 8_000, "")).unwrap();
    desk.note(job, payment(5_000, PaidFor::Work)).unwrap();
    let zh = text(&paper(&desk, job, ProofKind::Receipt, Language::Zh).unwrap());
    for said in ["换加热管", "80.00", "合计（元）", "待付", "30.00", "合格", "12315", "五项服务", "现金"]
    {
        assert!(zh.contains(said), "{said}: {zh}");
    }
    assert!(!zh.contains("，合格"), "the verdict has a column of its own: {zh}");
    assert!(zh.contains("138 0000 10"), "numbers as people read them out: {zh}");
    let en = text(&paper(&desk, job, ProofKind::Receipt, Language::En).unwrap());
    assert!(en.contains("Still to pay") && en.contains("\"pass\""), "{en}");
}

#[test]
fn r45_what_was_picked_from_the_lists_is_told_in_the_readers_language() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::StorageHeater), Coverage::OutOfWarranty);
    let (_shop, desk, job, appliance) = at_home(&order);
    let offer =
        desk.actions.pick_lists().faults.into_iter().find(|each| each.appliance == ApplianceKind::StorageHeater);
    let (fault, own) = (offer.unwrap().fault, "打开就响");
    for (field, value) in [(SheetField::Fault, fault.zh.as_str()), (SheetField::Symptom, own)] {
        desk.actions.write_field(&WriteField { job, appliance, field, value: value.to_owned() }).unwrap();
    }
    let said = |language| text(&paper(&desk, job, ProofKind::Receipt, language).unwrap());
    let (zh, en) = (said(Language::Zh), said(Language::En));
    assert!(zh.contains(&fault.zh) && !zh.contains(&fault.en), "{zh}");
    assert!(en.contains(&fault.en) && !en.contains(&fault.zh) && en.contains(own), "{en}");
}

#[test]
fn r27_under_warranty_the_customer_sees_nothing_to_pay() {
    let order = covered(asked(JobKind::Repair, ApplianceKind::WashingMachine), Coverage::InWarranty);
    let (_shop, desk, job, _) = at_home(&order);
    desk.note(job, fee(FeeKind::Labour, 8_800, 8_800, "")).unwrap();
    let said = text(&paper(&desk, job, ProofKind::Receipt, Language::Zh).unwrap());
    assert!(said.contains("用户无需付费") && said.contains("保修由厂家承担"), "{said}");
}

#[test]
fn r19_r21_no_cause_before_the_diagnosis_and_both_prices_after_it() {
    let (_shop, desk, job, tv) = at_the_bench();
    let cause = WriteField { job, appliance: tv, field: SheetField::Cause, value: "怀疑灯条".to_owned() };
    desk.actions.write_field(&cause).unwrap();
    let list = || text(&paper(&desk, job, ProofKind::RepairList, Language::Zh).unwrap());
    assert!(!list().contains("怀疑灯条"));
    let (cause, level) = ("灯条烧坏".to_owned(), RepairLevel::Component);
    let diagnosis = desk.note(job, SheetFact::Diagnosis { appliance: tv, cause, level, repairable: true }).unwrap();
    let quote = SheetFact::Quote {
        appliance: tv,
        diagnosis,
        level: RepairLevel::Board,
        total_fen: doorstep_schemas::view::Fen(38_000),
        other_level: Some(RepairLevel::Component),
        other_fen: Some(doorstep_schemas::view::Fen(12_000)),
        days: 2,
    };
    desk.note(job, quote).unwrap();
    let said = list();
    assert!(said.contains("灯条烧坏") && said.contains("380.00") && said.contains("120.00"), "{said}");
}

#[test]
fn r18_a_tag_says_whose_machine_it_is_and_can_be_scanned() {
    let (_shop, desk, job, tv) = super::bench::pickup();
    let tag = || paper(&desk, job, ProofKind::BenchTag, Language::Zh);
    assert!(matches!(tag(), Err(ProofError::NoTag)));
    desk.note(job, super::bench::without_loaner(tv)).unwrap();
    desk.note(job, custody(tv, CustodyStep::Taken, "DS-1121")).unwrap();
    let paper = tag().unwrap();
    assert!(paper.blocks.iter().any(|block| matches!(block, Block::Code { text, .. } if text == "DS-1121")));
    let said = text(&paper);
    assert!(said.contains("65E3") && said.contains("2026-11-21"), "{said}");
    assert!(!said.contains(&desk.actions.job(job).unwrap().card.phone), "anybody reads a tag");
}

#[test]
fn r12_a_notice_is_printed_as_it_was_given_and_a_refused_signature_names_the_witness() {
    let (_shop, desk, job, heater) = at_home(&asked(JobKind::Install, ApplianceKind::StorageHeater));
    assert!(matches!(paper(&desk, job, ProofKind::SafetyNotice, Language::Zh), Err(ProofError::NoNotice)));
    desk.measure(job, heater, "earth_present", "none").unwrap();
    let notice = SheetFact::Notice {
        appliance: Some(heater),
        kind: NoticeKind::Refusal,
        readings: Vec::new(),
        text: "没有接地".to_owned(),
        signature: None,
        refused: true,
        witness: "村电工老周".to_owned(),
    };
    desk.note(job, notice).unwrap();
    let paper = paper(&desk, job, ProofKind::SafetyNotice, Language::Zh).unwrap();
    assert!(paper.title.contains("安全隐患告知书"), "{}", paper.title);
    assert!(text(&paper).contains("不合格"));
    let declined = paper.blocks.iter().any(|block| match block {
        Block::Signatures(all) => {
            all.iter().any(|one| matches!(&one.signed, Signed::Declined { witness, .. } if witness == "村电工老周"))
        }
        _ => false,
    });
    assert!(declined, "{:?}", paper.blocks.last());
}
