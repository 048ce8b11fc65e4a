//! What the rules of the trade get out of the sets: figures and words that another set changes from its day on.

use doorstep_schemas::rules::SetKind;
use doorstep_schemas::rules::emergency::EmergencyKind;
use doorstep_schemas::view::{ApplianceKind, BlockerCode, JobKind, Urgency};

use super::{DAY, book, with};
use crate::domain::facts::Guidance;
use crate::domain::scene::{id, job, noted};
use crate::domain::timing::{due, limit_of};
use crate::domain::triage::{may_send, triage};
use crate::rules::RuleBook;

#[test]
fn r1_r2_r3_r4_figures_of_time_are_those_of_the_sets_in_force() {
    let limits = book().at(DAY).time_limits();
    assert_eq!((limits.near_min, limits.far_min, limits.early_min, limits.clock_min), (60, 120, 10, 2));
    assert_eq!((limits.first_visit_min, limits.take_out_min), (24 * 60, 48 * 60));
    let extra = [
        with(SetKind::Surcharges, "\"otherwise\": 60", "\"otherwise\": 45"),
        with(SetKind::Promises, "\"first_visit_hours\": 24", "\"first_visit_hours\": 12"),
        with(SetKind::Emergency, "\"arrive_near_minutes\": 60", "\"arrive_near_minutes\": 40"),
    ];
    let kinds = [SetKind::Surcharges, SetKind::Promises, SetKind::Emergency];
    let (book, refused) = RuleBook::with(book(), kinds.into_iter().zip(extra).map(|(kind, file)| (kind, file, DAY)));
    assert_eq!(refused, []);
    let mut job = job(JobKind::Repair, &[]);
    for (at_ms, minutes, hours, near) in [(DAY - 1, 60, 24, 60), (DAY, 45, 12, 40)] {
        let limits = book.at(at_ms).time_limits();
        assert_eq!(limit_of(&job, &limits), minutes);
        job.order.urgency = Urgency::Normal;
        assert_eq!(due(&job, &limits), job.order.taken.at_ms + hours * 60 * 60_000);
        job.order.urgency = Urgency::Class2;
        assert_eq!(due(&job, &limits), job.order.taken.at_ms + near * 60_000);
    }
}

#[test]
fn r2_a_unit_stands_on_the_floor_where_the_set_says_what_such_models_are_called() {
    let mut job = job(JobKind::Install, &[ApplianceKind::AirConditioner]);
    job.order.appliances[0].model = "北岭 Turm 72".to_owned();
    assert_eq!(limit_of(&job, &book().at(DAY).time_limits()), 150);
    let tower = with(SetKind::Surcharges, "\"floor_marks\": [\"LW\"", "\"floor_marks\": [\"turm\"");
    let (book, _) = RuleBook::with(book(), [(SetKind::Surcharges, tower, DAY)]);
    assert_eq!(limit_of(&job, &book.at(DAY).time_limits()), 180);
}

#[test]
fn r3_the_words_of_the_built_in_scripts_call_for_their_own_script_in_both_languages() {
    let book = book();
    let triggers = book.at(DAY).triggers();
    assert_eq!(triggers.dangers.len(), EmergencyKind::ALL.len());
    for script in &book.emergency_at(DAY).scripts {
        for word in script.triggers.words() {
            let found = triage(word, &triggers);
            assert!(found.dangers.iter().any(|named| named.script == script.emergency.word()), "{word}");
            assert!(found.urgency <= script.urgency, "{word}");
        }
    }
}

#[test]
fn r3_a_call_to_the_gas_company_is_known_however_the_outlet_writes_it_down() {
    let book = book();
    let mut job = job(JobKind::Repair, &[ApplianceKind::GasStove]);
    job.order.symptom = "厨房有煤气味".to_owned();
    let guided = |called: &str| {
        let mut job = job.clone();
        let (script, called) = ("gas".to_owned(), called.to_owned());
        job.sheet.guidance = vec![Guidance { id: id(9), script, called, solved: false, noted: noted(DAY) }];
        let codes: Vec<_> = may_send(&job, &book.at(DAY).triggers()).iter().map(|o| o.code).collect();
        codes
    };
    assert_eq!(guided("县燃气公司 13:05"), []);
    assert_eq!(guided("called the gas company"), []);
    assert_eq!(guided("邻居"), [BlockerCode::GasCompanyNotCalled]);
}

#[test]
fn r10_the_card_is_shown_for_as_long_as_the_steps_in_force_ask_for() {
    let longer = with(SetKind::Steps, "\"card_shown_ms\": 3000", "\"card_shown_ms\": 5000");
    let (book, refused) = RuleBook::with(book(), [(SetKind::Steps, longer, DAY)]);
    assert_eq!(refused, []);
    assert_eq!((book.at(DAY - 1).card_shown_ms(), book.at(DAY).card_shown_ms()), (3_000, 5_000));
}
