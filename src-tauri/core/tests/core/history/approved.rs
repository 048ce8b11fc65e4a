//! 审核后有改动: what has changed since the owner's word on a sheet.

use doorstep::documents::layout;
use doorstep::domain::facts::{Approval, Noted};
use doorstep_schemas::ids::{BlobHash, ChangeHash, DocId, JobId, ShortId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{ApprovalKind, PhotoStage, Turn};

use crate::cast::{NOON, OWNER, Phone, RAN, Shop, field, leaking_heater, member, pass_everything, picture};

struct Story {
    shop: Shop,
    desk: Phone,
    ran: Phone,
    job: JobId,
    appliance: ShortId,
}

impl Story {
    fn open() -> Self {
        let mut shop = Shop::open();
        let (mut desk, mut ran) = (shop.device(OWNER), shop.device(RAN));
        let job = desk.actions.take_order(&leaking_heater(&[member(RAN)])).unwrap().card.job;
        shop.log.exchange(&mut desk);
        shop.log.exchange(&mut ran);
        let appliance = ran.facts(job).order.appliances[0].id;
        pass_everything(&ran, job);
        let mut story = Self { shop, desk, ran, job, appliance };
        story.meet();
        story
    }

    fn meet(&mut self) {
        self.shop.log.exchange(&mut self.ran);
        self.shop.log.exchange(&mut self.desk);
        self.shop.log.exchange(&mut self.ran);
    }

    /// The owner answers for the sheet as the desk has it, or for these heads.
    fn answer(&self, kind: ApprovalKind, heads: Option<Vec<ChangeHash>>) {
        let heads = heads.unwrap_or_else(|| self.desk.store().heads(&DocId::Sheet(self.job)).unwrap());
        let approval = Approval {
            id: self.desk_mint(),
            kind: kind.into(),
            heads: heads.iter().map(|hash| BlobHash(hash.0)).collect(),
            photos: self.desk.facts(self.job).sheet.photos.iter().map(|photo| photo.photo).collect(),
            total_fen: 0,
            note: String::new(),
            withdraws: None,
            noted: Noted::now(NOON + i64::from(self.desk.rows("change")), None, member(OWNER)),
        };
        let write = |doc: &mut _| layout::add_record(doc, &approval);
        self.desk.store().act(&DocId::Order(self.job), "approve", NOON, write, |_| Ok(())).unwrap();
    }

    fn desk_mint(&self) -> ShortId {
        ShortId::mint([7, 7, 7, 7, self.desk.rows("change") as u8])
    }
}

#[test]
fn r39_an_approved_sheet_shows_what_was_changed_afterwards_and_by_which_pictures() {
    let mut story = Story::open();
    assert_eq!(story.desk.actions.since_approval(story.job).unwrap(), None);
    story.answer(ApprovalKind::Approved, None);
    let since = story.desk.actions.since_approval(story.job).unwrap().unwrap();
    assert_eq!((since.differences.len(), since.photos_added, since.photos_gone), (0, 0, 0));
    assert_eq!((since.approved_by.as_str(), since.unknown), (OWNER, false));
    // A phone that did not know of it goes on.
    story.ran.actions.write_field(&field(story.job, story.appliance, SheetField::Cause, "接头松动")).unwrap();
    story.ran.actions.add_photo(story.job, story.appliance, PhotoStage::After, &picture(99)).unwrap();
    story.meet();
    let since = story.desk.actions.since_approval(story.job).unwrap().unwrap();
    assert_eq!((since.photos_added, since.photos_gone), (1, 0));
    let turns: Vec<Turn> = since.differences.iter().map(|d| d.turn).collect();
    assert_eq!(turns, [Turn::Changed, Turn::Added], "a picture is one difference");
    assert_eq!(since.differences[0].text.zh, "原因：密封圈老化 → 接头松动");
    assert!(since.differences[1].text.en.starts_with("photo after"), "{}", since.differences[1].text.en);
    // A new word on the sheet as it is now settles it.
    story.answer(ApprovalKind::Approved, None);
    let since = story.desk.actions.since_approval(story.job).unwrap().unwrap();
    assert_eq!((since.differences.len(), since.photos_added), (0, 0));
    story.answer(ApprovalKind::Returned, None);
    assert_eq!(story.desk.actions.since_approval(story.job).unwrap(), None, "sent back, nothing stands");
}

#[test]
fn r39_an_approval_of_a_version_that_is_not_here_claims_nothing() {
    let story = Story::open();
    story.answer(ApprovalKind::Approved, Some(vec![ChangeHash([8; 32])]));
    let since = story.desk.actions.since_approval(story.job).unwrap().unwrap();
    assert!(since.unknown);
    assert_eq!(since.differences, []);
}

#[test]
fn r39_a_picture_that_the_approver_saw_and_the_sheet_does_not_name_is_told() {
    let story = Story::open();
    story.answer(ApprovalKind::Approved, None);
    let facts = story.desk.facts(story.job);
    let mut approval = facts.order.approvals[0].clone();
    approval.photos.push(BlobHash([5; 32]));
    let since = story.desk.store().past(&DocId::Sheet(story.job), |paper| {
        doorstep::documents::history::since_approval(paper, &facts.sheet, &approval).unwrap()
    });
    let since = since.unwrap().unwrap();
    assert_eq!((since.photos_gone.as_slice(), since.is_nothing()), ([BlobHash([5; 32])].as_slice(), false));
    assert!(since.differences.is_empty() && since.photos_added.is_empty());
}
