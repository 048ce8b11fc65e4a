use super::*;
use crate::domain::facts::FieldValue;
use crate::domain::scene::{id, job};
use doorstep_schemas::view::JobKind;
use proptest::prelude::*;

fn luo() -> Job {
    let mut job = job(JobKind::Repair, &[ApplianceKind::GasHeater, ApplianceKind::AirConditioner]);
    let customer = &mut job.order.customer;
    customer.name = "罗桂香".to_owned();
    customer.phone = "+86 138-0741-0821".to_owned();
    customer.township = "石板镇".to_owned();
    customer.address = "大桥村3组 12号".to_owned();
    job.order.symptom = "点不着火，显示Ｅ１".to_owned();
    job.order.maker_order = "WX2026-11-0042".to_owned();
    let heater = &mut job.order.appliances[0];
    heater.brand = "北岭".to_owned();
    heater.model = "JSQ25-13A/T".to_owned();
    heater.serial = "hlsk 19a00734".to_owned();
    job.sheet.fields.insert(
        (id(1), SheetField::Fault.word().to_owned()),
        FieldValue { value: "点火针积炭".to_owned(), others: Vec::new() },
    );
    job
}

fn finds(typed: &str) -> bool {
    Found::of(&luo()).matches(&Query::parse(typed))
}

#[test]
fn a_job_is_found_as_people_type() {
    for typed in [
        "桂香",
        "罗桂香",
        "香",
        "大桥村3组",
        "大桥村三组",
        "大桥 12号",
        "0821",
        "13807410821",
        "138 0741 0821",
        "138",
        "SK19",
        "sk 19A0",
        "jsq25",
        "JSQ25-13a",
        "jsq2513at",
        "e1",
        "点火针",
        "积炭",
        "lgx",
        "lg",
        "luogui",
        "sbz",
        "热水器",
        "water heater",
        "空调",
        "WX2026",
        "0042",
        "罗 0821 热水器",
        "lgx 石板 ｊｓｑ",
    ] {
        assert!(finds(typed), "{typed}");
    }
    for typed in ["桂花", "罗桂 0822", "0741082", "gx", "冰箱", "大桥村4组", "火炭"] {
        assert!(!finds(typed), "{typed}");
    }
}

#[test]
fn what_was_corrected_on_site_is_found_beside_what_the_order_said() {
    let mut job = luo();
    for (key, value) in [("customer/name", "罗贵香"), ("customer/phone", "13907410999")] {
        job.sheet.about.insert(key.to_owned(), FieldValue { value: value.to_owned(), others: Vec::new() });
    }
    let found = Found::of(&job);
    for typed in ["罗贵香", "罗桂香", "0999", "0821"] {
        assert!(found.matches(&Query::parse(typed)), "{typed}");
    }
}

#[test]
fn a_name_is_spelled_by_every_reading_of_its_characters() {
    for (name, readings) in [
        ("覃", "qin tan"),
        ("单", "shan dan"),
        ("仇", "qiu chou"),
        ("解", "xie jie"),
        ("曾", "zeng ceng"),
        ("区", "ou qu"),
        ("朴", "piao pu"),
        ("查", "zha cha"),
        ("翟", "zhai di"),
        ("乐", "yue le"),
        ("尉迟", "yuchi weichi"),
        ("万俟", "moqi wansi"),
        ("女", "nv"),
        ("吕", "lv"),
    ] {
        let spelled = spelled(name);
        for reading in readings.split(' ') {
            assert!(spelled.syllables.contains(reading), "{name} {reading} {spelled:?}");
            let initials = &spelled.initials;
            assert!(initials.iter().any(|i| reading.starts_with(&i[..1])), "{name} {reading} {initials:?}");
        }
    }
    assert!(spelled("单志强").begins_with("szq") && spelled("单志强").begins_with("dzq"));
    assert_eq!(spelled("A2·🙂").initials, BTreeSet::from(["a2".to_owned()]));
    assert!(spelled(&"乐".repeat(100)).syllables.len() <= 16);
}

#[test]
fn a_character_is_asked_of_the_index_whole_and_a_letter_as_a_beginning() {
    let tokens = Found::of(&luo()).tokens();
    for c in ["罗", "桂", "香", "积", "镇"] {
        let word = &Query::parse(c).words[0];
        assert_eq!((word.index_query(), word.is_broad()), (vec![vec![Asked::Whole(c.to_owned())]], false));
        assert!(tokens.contains(c), "{c}");
    }
    for text in ["l", "8", "3组"] {
        assert!(!tokens.contains(&text[..1]), "a letter or digit says nothing by itself: {text}");
    }
    assert!(Query::parse("l").words[0].is_broad() && Query::parse("138").words[0].is_broad());
    assert_eq!(Query::parse("3组").words[0].index_query(), [[Asked::Whole("3组".to_owned())]]);
}

#[test]
fn any_text_is_a_query_and_a_long_one_is_cut() {
    for typed in ["", " ", "\"", "'--;", "* OR *", "🙂🙂", "\0\0", "（）「」"] {
        assert!(Query::parse(typed).is_empty() != typed.contains("OR"), "{typed:?}");
    }
    let long = Query::parse(&"罗桂香 ".repeat(3000));
    assert!(long.shortened);
    assert_eq!(long.words.len(), 1, "each word once");
    let pasted = Query::parse(&"漏".repeat(10_000));
    assert!(pasted.shortened && pasted.words[0].as_str().chars().count() == MOST_QUERY);
    assert!(Query::parse(&(0..40).map(|n| format!("a{n} ")).collect::<String>()).words.len() == MOST_WORDS);
}

fn any_text() -> impl Strategy<Value = String> {
    let some = "罗桂香单乐一三3一a1b石板镇KE-/ .　ｗü女🙂";
    proptest::collection::vec(proptest::sample::select(some.chars().collect::<Vec<_>>()), 0..9)
        .prop_map(|chars| chars.into_iter().collect())
}

/// Whether the index would hand out a job with these tokens.
fn indexed(tokens: &BTreeSet<String>, query: &Query) -> bool {
    query.words.iter().all(|word| {
        word.index_query().iter().any(|group| {
            group.iter().all(|asked| match asked {
                Asked::Whole(token) => tokens.contains(token),
                Asked::Beginning(text) => tokens.iter().any(|token| token.starts_with(text)),
            })
        })
    })
}

proptest! {
    #[test]
    fn the_index_hands_out_every_job_that_fits(
        name in any_text(), township in any_text(), texts in proptest::collection::vec(any_text(), 0..3),
        phone in "[0-9]{0,12}", typed in proptest::collection::vec(any_text(), 1..3), cut in 0usize..4,
    ) {
        let found = Found {
            name, township, texts, serials: Vec::new(), kinds: vec![ApplianceKind::GasStove],
            phones: once(vec![phone.clone()]),
        };
        let tokens = found.tokens();
        prop_assert!(tokens.iter().all(|token| !token.contains(' ') && token.chars().all(|c| c.is_alphanumeric() || MARKS.contains(c))));
        // Pieces of what is there, and texts of the same characters.
        let pieces = [&found.name, &found.township, &phone].map(|text| text.chars().skip(cut).take(4).collect::<String>());
        for typed in typed.iter().chain(&pieces).chain(&found.texts) {
            let query = Query::parse(typed);
            if found.matches(&query) {
                prop_assert!(indexed(&tokens, &query), "{typed:?} in {found:?}");
            }
        }
        for text in [&found.name].into_iter().chain(&found.texts) {
            prop_assert!(found.matches(&Query::parse(text)), "a job is found by its whole texts: {text:?}");
        }
    }
}
