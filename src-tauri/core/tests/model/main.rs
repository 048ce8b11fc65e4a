//! The store against a model of it: plain lists in memory that know who did what, who has heard of it, and what follows.
//! Whatever two people do on two devices, however their work travels, and however often an app ends, starts or is put
//! back from a copy, the store shows what the model says.
//!
//! `DOORSTEP_CASES` asks for more than the usual 1,000 cases.

#![expect(clippy::unwrap_used, reason = "a test that fails may panic")]

#[allow(dead_code, unused_imports, reason = "the core's tests have a larger cast than these")]
#[path = "../core/cast/mod.rs"]
mod cast;
mod check;
mod deeds;
mod oracle;
mod post;
mod shop;

use proptest_state_machine::prop_state_machine;

use shop::Shop;

prop_state_machine! {
    #![proptest_config(cast::cases(700))]

    #[test]
    fn whatever_two_people_do_in_a_few_steps_the_store_shows_what_was_done(sequential 1..16 => Shop);
}

prop_state_machine! {
    #![proptest_config(cast::cases(300))]

    #[test]
    fn however_long_work_travels_back_and_forth_the_store_shows_what_was_done(sequential 16..28 => Shop);
}
