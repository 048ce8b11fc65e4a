//! 日清 as text: the day's figures and one line a job (R38).

use std::fmt::Write;

use doorstep_schemas::view::{DayReview, DeviceView, Finding, JobCard, Language, Rate};

use super::words::{self, Phrase};
use crate::domain::calendar;

const WEEKDAYS: [Phrase; 7] = [
    Phrase("周一", "Monday"),
    Phrase("周二", "Tuesday"),
    Phrase("周三", "Wednesday"),
    Phrase("周四", "Thursday"),
    Phrase("周五", "Friday"),
    Phrase("周六", "Saturday"),
    Phrase("周日", "Sunday"),
];

/// `¥1,234.50`
pub fn money(fen: i64) -> String {
    let sign = if fen < 0 { "-" } else { "" };
    let (yuan, rest) = (fen.unsigned_abs() / 100, fen.unsigned_abs() % 100);
    let digits = yuan.to_string();
    let mut grouped = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}¥{grouped}.{rest:02}")
}

/// The whole review, lines ended by newlines.
pub fn text(review: &DayReview, outlet: &str, language: Language) -> String {
    let say = |zh, en| Phrase(zh, en).of(language);
    let figures = &review.figures;
    let mut out = String::new();
    let mut line = |text: String| {
        // Writing to a String can't fail.
        let _ = writeln!(out, "{text}");
    };
    line(format!("{outlet} · {} · {}", say("日清", "day review"), day(review.start.0, language)));
    line(format!(
        "  {} {}/{}   {} {}   {} {}",
        say("完工", "done"),
        figures.done,
        figures.due,
        say("未完", "open"),
        figures.open,
        say("迟到", "late"),
        figures.late
    ));
    line(format!(
        "  {} {}   {} {}   {} {}   {} {}",
        say("准时上门", "on time"),
        rate(figures.on_time),
        say("限时完成", "in limit"),
        rate(figures.in_limit),
        say("一次就好", "first-time fix"),
        rate(figures.first_time_fix),
        say("五项齐全", "five services"),
        rate(figures.five_services)
    ));
    line(format!(
        "  {} {}   {} {}   {} {}   {} {}",
        say("测量", "readings"),
        figures.readings,
        say("不合格", "failed"),
        figures.readings_failed,
        say("已整改", "put right"),
        figures.rectified,
        say("拒装", "refused"),
        figures.refused
    ));
    line(format!(
        "  {} {} {}   {} {}",
        say("配件", "parts"),
        figures.parts,
        money(figures.parts_fen.0),
        say("照片", "photos"),
        figures.photos
    ));
    for text in sums(review, language) {
        line(format!("  {text}"));
    }
    for job in &review.jobs {
        line(format!("  · {}", job_line(job, language)));
    }
    match review.not_arrived.as_slice() {
        [] => line(format!("  {}", say("所有设备都已传到", "every device has handed over everything"))),
        devices => devices.iter().for_each(|device| line(format!("  ! {}", holding(device, language)))),
    }
    out
}

/// Money and gaps, each line only where there is something to say (R38).
fn sums(review: &DayReview, language: Language) -> Vec<String> {
    let say = |zh, en| Phrase(zh, en).of(language);
    let figures = &review.figures;
    let mut out = Vec::new();
    let mut amounts = Vec::new();
    for (name, fen) in [
        (say("收款", "taken"), figures.taken_fen),
        (say("未交回", "not handed in"), figures.not_handed_in_fen),
        (say("高于指导价", "above guide"), figures.above_guide_fen),
        (say("理赔", "compensation"), figures.compensation_fen),
        (say("配件未计费", "parts not billed"), figures.parts_unbilled_fen),
    ] {
        if fen.0 != 0 {
            amounts.push(format!("{name} {}", money(fen.0)));
        }
    }
    if figures.missing_evidence > 0 {
        amounts.push(format!("{} {}", say("缺凭证", "evidence missing"), figures.missing_evidence));
    }
    if !amounts.is_empty() {
        out.push(amounts.join("   "));
    }
    for theirs in figures.money.iter().filter(|m| m.not_handed_in_fen.0 != 0) {
        let known = review.members.iter().find(|m| m.member.id == theirs.member);
        let name = known.map_or_else(|| theirs.member.to_string(), |m| m.member.name.clone());
        out.push(format!("{name} {} {}", say("未交回", "has not handed in"), money(theirs.not_handed_in_fen.0)));
    }
    for owed in &figures.receivable {
        out.push(format!("{} {} {}", owed.maker, say("应收", "owes"), money(owed.fen.0)));
    }
    out
}

pub(super) fn day(start: i64, language: Language) -> String {
    let (month, day, weekday) = calendar::month_day_weekday(start);
    let weekday = WEEKDAYS[weekday as usize % 7].of(language);
    match language {
        Language::Zh => format!("{month}月{day}日 {weekday}"),
        Language::En => format!("{} {weekday}", calendar::day_name(start)),
    }
}

pub(super) fn rate(rate: Rate) -> String {
    match rate.of {
        0 => "—".to_owned(),
        of => format!("{}% ({}/{of})", rate.good * 100 / of, rate.good),
    }
}

pub(super) fn state(job: &JobCard) -> Phrase {
    job.outcome.map_or_else(|| words::status(job.status), words::outcome)
}

pub(super) fn findings(job: &JobCard, language: Language) -> Vec<String> {
    let said = |finding: &Finding| {
        let word = words::finding(finding.code).of(language);
        finding.params.get("count").map_or_else(|| word.to_owned(), |n| format!("{word} {n}"))
    };
    job.findings.iter().map(said).collect()
}

fn job_line(job: &JobCard, language: Language) -> String {
    let names: Vec<&str> = job.assignees.iter().map(|a| a.name.as_str()).collect();
    let time = job.arrived_at.map_or_else(|| "  —  ".to_owned(), |at| calendar::clock(at.0));
    let findings = findings(job, language);
    let mut parts = vec![
        time,
        format!("{} {}", job.customer, job.township).trim().to_owned(),
        format!("{} {}", words::kind(job.kind).of(language), job.appliance),
        names.join("、"),
        state(job).of(language).to_owned(),
    ];
    if !findings.is_empty() {
        parts.push(findings.join("，"));
    }
    if job.billed_fen.0 > 0 {
        parts.push(money(job.billed_fen.0));
    }
    parts.join(" | ")
}

pub(super) fn holding(device: &DeviceView, language: Language) -> String {
    let seen = device.seen_at.map_or_else(String::new, |at| calendar::clock(at.0));
    match language {
        Language::Zh => format!(
            "{} 的 {}：{} 项、照片 {} 张未到，上次联系 {seen}",
            device.member.name, device.name, device.changes, device.photos
        ),
        Language::En => format!(
            "{} of {}: {} records and {} photos have not arrived, last seen {seen}",
            device.name, device.member.name, device.changes, device.photos
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r38_the_review_names_who_has_not_handed_in_and_which_maker_owes() {
        use doorstep_schemas::ids::ShortId;
        use doorstep_schemas::view::{DayFigures, Fen, MakerOwes, MemberMoney, Millis};
        let member = ShortId::mint([1; 5]);
        let owes = MemberMoney { member, taken_fen: Fen(0), in_hand_fen: Fen(0), not_handed_in_fen: Fen(24_550) };
        let mut review = DayReview {
            day: String::new(),
            start: Millis(0),
            now: Millis(0),
            figures: DayFigures {
                taken_fen: Fen(26_000),
                missing_evidence: 2,
                money: vec![owes],
                receivable: vec![MakerOwes { maker: "北岭".to_owned(), fen: Fen(21_000) }],
                ..DayFigures::default()
            },
            yesterday: DayFigures::default(),
            week: Vec::new(),
            mean: None,
            standing: false,
            jobs: Vec::new(),
            arrivals: Vec::new(),
            members: Vec::new(),
            overruns: Vec::new(),
            to_draw: 0,
            sample: None,
            not_arrived: Vec::new(),
        };
        assert_eq!(
            sums(&review, Language::Zh),
            ["收款 ¥260.00   缺凭证 2".to_owned(), format!("{member} 未交回 ¥245.50"), "北岭 应收 ¥210.00".to_owned()]
        );
        assert!(text(&review, "", Language::En).contains("taken ¥260.00   evidence missing 2"));
        review.figures = DayFigures::default();
        assert!(sums(&review, Language::En).is_empty(), "nothing to say");
    }

    #[test]
    fn money_is_written_as_people_write_it() {
        assert_eq!(money(123_450), "¥1,234.50");
        assert_eq!(money(0), "¥0.00");
        assert_eq!(money(100_000_005), "¥1,000,000.05");
        assert_eq!(money(-9_990), "-¥99.90");
    }
}
