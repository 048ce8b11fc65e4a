//! The history as sentences: one line a deed, one phrase a difference, in 中文 and English.
//!
//! What this version has no name for is shown by its own key and as it stands: a history leaves nothing out because it
//! is strange.

use std::collections::BTreeMap;

use doorstep_schemas::ids::{DocKind, MemberId, ShortId};
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{Language, ServiceCode, Text};

use super::day::money;
use super::labels::{self, Form, Label};
use super::terms::term;
use super::words::Phrase;
use crate::documents::history::Deed;
use crate::documents::shapes::SHAPES;
use crate::documents::snapshot::{BeforeAfter, Difference, Place, Turn, Value};
use crate::domain::calendar;
use crate::domain::facts::Noted;
use crate::domain::record::Scalar;

/// Names that lie elsewhere: people, and the rows and options of limit sets.
pub trait Names {
    fn member(&self, member: MemberId) -> String;
    fn reading(&self, set: &[u8], code: &str) -> Option<Text>;
    fn option(&self, set: &[u8], code: &str, option: &str) -> Option<Text>;
}

fn both(write: impl Fn(Language) -> String) -> Text {
    Text { zh: write(Language::Zh), en: write(Language::En) }
}

fn of(text: &Text, language: Language) -> String {
    match language {
        Language::Zh => text.zh.clone(),
        Language::En => text.en.clone(),
    }
}

/// "14:05 冉小军（小军手机）记测量值：接地电阻 12.6 Ω"
pub fn line(deed: &Deed, author: &str, device: &str, names: &dyn Names) -> Text {
    // What an action is about goes without saying, unless it could be about anything.
    let general = ["undo", "resolve"].contains(&deed.code.as_str()) || labels::action(&deed.code).is_none();
    both(|language| {
        let verb = labels::action(&deed.code).map_or_else(|| deed.code.clone(), |verb| verb.of(language).to_owned());
        let told = deed.differences.iter().map(|(doc, difference)| {
            let writer = Writer { kind: doc.kind(), language, names, brief: true };
            writer.difference(difference, general || deed.differences.len() > 1)
        });
        let told: Vec<String> = told.filter(|text| !text.is_empty()).collect();
        let clock = calendar::clock(deed.at_ms);
        let (said, end) = match language {
            Language::Zh => (format!("{clock} {author}（{device}）{verb}"), format!("：{}", told.join("；"))),
            Language::En => (format!("{clock} {author} ({device}) {verb}"), format!(": {}", told.join("; "))),
        };
        if told.is_empty() { said } else { said + &end }
    })
}

/// One difference between two versions of a document.
pub fn difference(kind: DocKind, difference: &Difference, names: &dyn Names) -> Text {
    both(|language| Writer { kind, language, names, brief: false }.difference(difference, true))
}

/// What a place is called.
pub fn place_name(kind: DocKind, place: &Place, names: &dyn Names) -> Text {
    both(|language| {
        let writer = Writer { kind, language, names, brief: false };
        match &place.field {
            None => writer.scalar(&place.container, &place.key).0,
            Some(field) => format!("{} {}", writer.title(&place.container), writer.field(&place.container, field).0),
        }
    })
}

/// A value as it is shown in its place.
pub fn value_text(kind: DocKind, place: &Place, value: &Value, names: &dyn Names) -> Text {
    both(|language| {
        let writer = Writer { kind, language, names, brief: false };
        let (key, form) = match &place.field {
            None => (place.key.as_str(), writer.scalar(&place.container, &place.key).1),
            Some(field) => (field.as_str(), writer.field(&place.container, field).1),
        };
        writer.value(&place.container, key, form, value)
    })
}

struct Writer<'a> {
    kind: DocKind,
    language: Language,
    names: &'a dyn Names,
    /// Without what no person asks for: the machine's own fields, and a no where nobody had said yes.
    brief: bool,
}

impl Writer<'_> {
    fn say(&self, zh: &'static str, en: &'static str) -> &'static str {
        Phrase(zh, en).of(self.language)
    }

    fn title(&self, container: &str) -> String {
        labels::container(self.kind, container).map_or(container, |name| name.of(self.language)).to_owned()
    }

    fn field(&self, container: &str, key: &str) -> (String, Form) {
        match labels::field(container, key) {
            Some(Label(name, form)) => (name.of(self.language).to_owned(), form),
            None => (key.to_owned(), Form::Plain),
        }
    }

    /// The name of a scalar under a composed key, and how its value is written.
    fn scalar(&self, container: &str, key: &str) -> (String, Form) {
        let parts: Vec<&str> = key.split('/').collect();
        match (container, parts.as_slice()) {
            ("fields", [_, field]) => match SheetField::from_word(field) {
                Some(field) => (labels::sheet_field(field).of(self.language).to_owned(), Form::Plain),
                None => ((*field).to_owned(), Form::Plain),
            },
            ("services", ["svc", _, service, _]) => (self.service(service), Form::Plain),
            ("assignees", [member]) => (self.member(member), Form::Moment),
            ("purchase", [_, field]) => self.field(container, field),
            (_, [prefix, field]) => {
                let prefix = match labels::about(prefix) {
                    Some(name) => name.of(self.language).to_owned(),
                    None => self.member(prefix),
                };
                (format!("{prefix} {}", self.field(container, field).0), Form::Plain)
            }
            _ => self.field(container, key),
        }
    }

    fn member(&self, id: &str) -> String {
        id.parse().map_or_else(|_no_member| id.to_owned(), |member| self.names.member(member))
    }

    fn service(&self, word: &str) -> String {
        let name = match ServiceCode::from_word(word) {
            Some(ServiceCode::TestPower) => self.say("安全测电", "safety test"),
            Some(ServiceCode::Explain) => self.say("讲解指导", "explaining"),
            Some(ServiceCode::Maintain) => self.say("维护保养", "maintenance"),
            Some(ServiceCode::CheckAll) => self.say("产品通检", "general check"),
            Some(ServiceCode::CleanUp) => self.say("现场清理", "cleaning up"),
            None => word,
        };
        name.to_owned()
    }

    /// `<time>|<member>|<answer>`: the line has the time and the author already.
    fn answer(&self, value: &str) -> String {
        let answer = value.splitn(3, '|').nth(2).unwrap_or(value);
        match answer.split_once(':') {
            Some(("na", reason)) => format!("{} {reason}", self.say("不适用", "not applicable")),
            _ => match answer {
                "done" => self.say("已做", "done").to_owned(),
                "all_normal" => self.say("都正常", "all normal").to_owned(),
                "not_wanted" => self.say("用户不要", "not wanted").to_owned(),
                other => other.to_owned(),
            },
        }
    }

    fn value(&self, container: &str, key: &str, form: Form, value: &Value) -> String {
        let nothing = "—".to_owned();
        let known = match value {
            Value::Known(known) => known,
            Value::Nothing => return nothing,
            Value::Strange(text) => return text.clone(),
        };
        match (form, known) {
            (_, Scalar::Text(text)) if text.is_empty() => nothing,
            (Form::Term, Scalar::Text(word)) => {
                term(container, key, word).map_or_else(|| word.clone(), |phrase| phrase.of(self.language).to_owned())
            }
            (Form::Member, Scalar::Text(id)) => self.member(id),
            (_, Scalar::Text(text)) if container == "services" => self.answer(text),
            (_, Scalar::Text(text)) => text.clone(),
            (Form::Money, Scalar::Number(fen)) => money(*fen),
            (Form::Thousandths, Scalar::Number(number)) => thousandths(*number),
            (Form::Day, Scalar::Time(at) | Scalar::Number(at)) => calendar::day_name(*at),
            (_, Scalar::Time(at)) => format!("{} {}", calendar::day_name(*at), calendar::clock(*at)),
            (_, Scalar::Number(number)) => number.to_string(),
            (_, Scalar::Flag(flag)) => if *flag { self.say("是", "yes") } else { self.say("否", "no") }.to_owned(),
            (_, Scalar::Bytes(bytes)) => bytes.iter().take(4).map(|byte| format!("{byte:02x}")).collect(),
        }
    }

    fn difference(&self, difference: &Difference, titled: bool) -> String {
        let Difference { container, key, turn, values, record } = difference;
        let before_record = match turn {
            Turn::Changed => return self.changed(container, key, values),
            Turn::Added => "",
            Turn::Gone => self.say("没有了：", "gone: "),
            Turn::TakenBack => self.say("撤下：", "taken back: "),
            Turn::BroughtBack => self.say("恢复：", "brought back: "),
        };
        let summary = self.record(container, key, record);
        let title = if titled || !before_record.is_empty() { self.title(container) } else { String::new() };
        let gap = if title.is_empty() || summary.is_empty() { "" } else { " " };
        format!("{before_record}{title}{gap}{summary}")
    }

    fn changed(&self, container: &str, key: &str, values: &BeforeAfter) -> String {
        let one = |(field, (before, after)): (&Option<String>, &(Vec<Value>, Vec<Value>))| {
            let (name, form) = match field {
                None => self.scalar(container, key),
                Some(field) => {
                    let (name, form) = self.field(container, field);
                    (format!("{} {name}", self.title(container)), form)
                }
            };
            let no = form == Form::Flag && after.first() == Some(&Value::Known(Scalar::Flag(false)));
            if self.brief && before.is_empty() && (no || form == Form::Hidden) {
                return None;
            }
            let key = field.as_deref().unwrap_or(key);
            let held = |values: &[Value]| {
                let texts: Vec<String> = values.iter().map(|value| self.value(container, key, form, value)).collect();
                texts.join(" / ")
            };
            let colon = self.say("：", ": ");
            Some(match (before.is_empty(), after.is_empty()) {
                (true, _) => format!("{name}{colon}{}", held(after)),
                (false, true) => format!("{name}{colon}{} → —", held(before)),
                (false, false) => format!("{name}{colon}{} → {}", held(before), held(after)),
            })
        };
        values.iter().filter_map(one).collect::<Vec<_>>().join(self.say("，", ", "))
    }

    /// What a record says, its fields in the order in which the record has them.
    fn record(&self, container: &str, key: &str, record: &BTreeMap<String, Value>) -> String {
        if container == "readings" {
            return self.reading(record);
        }
        let mut told = Vec::new();
        for (field, value) in self.ordered(container, key, record) {
            let (name, form) = self.field(container, &field);
            match (form, &value) {
                (Form::Hidden, _) => {}
                (Form::Flag, Value::Known(Scalar::Flag(true))) => told.push(name),
                (Form::Flag, _) => {}
                _ => {
                    let value = self.value(container, &field, form, &value);
                    told.push(if SPEAKING.contains(&field.as_str()) { value } else { format!("{name} {value}") });
                }
            }
        }
        told.join(self.say("，", ", "))
    }

    fn ordered(&self, container: &str, key: &str, record: &BTreeMap<String, Value>) -> Vec<(String, Value)> {
        let get = |field: &str| match record.get(field) {
            Some(Value::Known(scalar)) => Some(scalar.clone()),
            _ => None,
        };
        let noted = Noted::now(0, None, ShortId::mint([0; 5]));
        let shape = SHAPES.iter().find(|shape| shape.kind == self.kind && shape.container == container);
        let known = shape.zip(key.parse().ok()).and_then(|(shape, id)| (shape.read)(id, noted, &get));
        let mut out: Vec<(String, Value)> =
            known.into_iter().flatten().map(|(field, scalar)| (field.to_owned(), Value::Known(scalar))).collect();
        for (field, value) in record {
            let common = ["at", "off", "by", "removed"].contains(&field.as_str());
            if !common && !out.iter().any(|(known, _)| known == field) {
                out.push((field.clone(), value.clone()));
            }
        }
        out
    }

    /// "接地电阻 12.6 Ω"
    fn reading(&self, record: &BTreeMap<String, Value>) -> String {
        let text = |key: &str| record.get(key).and_then(Value::text).unwrap_or_default();
        let code = text("code");
        let set = match record.get("set") {
            Some(Value::Known(Scalar::Bytes(set))) => set.as_slice(),
            _ => &[],
        };
        let name = self.names.reading(set, code).map_or_else(|| code.to_owned(), |name| of(&name, self.language));
        let name = inside_a_sentence(name);
        let found = match (text("state"), record.get("val")) {
            ("num", Some(Value::Known(Scalar::Number(number)))) => {
                format!("{} {}", thousandths(*number), text("unit")).trim().to_owned()
            }
            ("opt", _) => {
                let option = text("val");
                let label = self.names.option(set, code, option);
                label.map_or_else(|| option.to_owned(), |label| of(&label, self.language))
            }
            ("na", _) => format!("{} {}", self.say("不适用", "not applicable"), text("val")),
            (_, _) => format!("{} {}", self.say("未测", "not measured"), text("val")),
        };
        let fixed = match text("fixed") {
            "" => String::new(),
            fixed => format!("{}{fixed}", self.say("，整改：", ", rectified: ")),
        };
        format!("{name} {found}{fixed}").trim().to_owned()
    }
}

/// Fields that say by themselves what they are.
const SPEAKING: [&str; 9] = ["name", "text", "what", "code", "kind", "stage", "outcome", "serial", "result"];

/// Names of rows begin with a capital letter where they stand alone; abbreviations do so everywhere.
fn inside_a_sentence(name: String) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if first.is_ascii_uppercase() && second.is_ascii_lowercase() => {
            first.to_ascii_lowercase().to_string() + &name[1..]
        }
        _ => name,
    }
}

/// 12,600 is 12.6.
fn thousandths(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    let (whole, rest) = (number.unsigned_abs() / 1000, number.unsigned_abs() % 1000);
    let rest = format!("{rest:03}");
    let rest = rest.trim_end_matches('0');
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_abbreviation_keeps_its_capitals() {
        for (name, inside) in
            [("Earth resistance", "earth resistance"), ("RCD button", "RCD button"), ("漏电", "漏电"), ("", "")]
        {
            assert_eq!(inside_a_sentence(name.to_owned()), inside);
        }
    }

    #[test]
    fn thousandths_are_written_without_noughts_that_say_nothing() {
        for (number, text) in [(12_600, "12.6"), (0, "0"), (-50, "-0.05"), (1_001, "1.001"), (230_000, "230")] {
            assert_eq!(thousandths(number), text);
        }
    }
}
