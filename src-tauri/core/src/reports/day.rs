//! 日清 as text: the day's figures and one line a job (R38).

use std::fmt::Write;

use doorstep_schemas::view::{DayReview, DeviceView, JobCard, Language, Rate};

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
        "  {} {}   {} {}   {} {}",
        say("准时上门", "on time"),
        rate(figures.on_time),
        say("限时完成", "in limit"),
        rate(figures.in_limit),
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
    for job in &review.jobs {
        line(format!("  · {}", job_line(job, language)));
    }
    match review.not_arrived.as_slice() {
        [] => line(format!("  {}", say("所有设备都已传到", "every device has handed over everything"))),
        devices => devices.iter().for_each(|device| line(format!("  ! {}", holding(device, language)))),
    }
    out
}

fn day(start: i64, language: Language) -> String {
    let (month, day, weekday) = calendar::month_day_weekday(start);
    let weekday = WEEKDAYS[weekday as usize % 7].of(language);
    match language {
        Language::Zh => format!("{month}月{day}日 {weekday}"),
        Language::En => format!("{} {weekday}", calendar::day_name(start)),
    }
}

fn rate(rate: Rate) -> String {
    match rate.of {
        0 => "—".to_owned(),
        of => format!("{}% ({}/{of})", rate.good * 100 / of, rate.good),
    }
}

fn job_line(job: &JobCard, language: Language) -> String {
    let names: Vec<&str> = job.assignees.iter().map(|a| a.name.as_str()).collect();
    let state = match job.outcome {
        Some(outcome) => words::outcome(outcome),
        None => words::status(job.status),
    };
    let time = job.arrived_at.map_or_else(|| "  —  ".to_owned(), |at| calendar::clock(at.0));
    let findings: Vec<String> = job
        .findings
        .iter()
        .map(|f| {
            let word = words::finding(f.code).of(language);
            f.params.get("count").map_or_else(|| word.to_owned(), |n| format!("{word} {n}"))
        })
        .collect();
    let mut parts = vec![
        time,
        format!("{} {}", job.customer, job.township).trim().to_owned(),
        format!("{} {}", words::kind(job.kind).of(language), job.appliance),
        names.join("、"),
        state.of(language).to_owned(),
    ];
    if !findings.is_empty() {
        parts.push(findings.join("，"));
    }
    if job.parts_fen.0 > 0 {
        parts.push(money(job.parts_fen.0));
    }
    parts.join(" | ")
}

fn holding(device: &DeviceView, language: Language) -> String {
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
    fn money_is_written_as_people_write_it() {
        assert_eq!(money(123_450), "¥1,234.50");
        assert_eq!(money(0), "¥0.00");
        assert_eq!(money(100_000_005), "¥1,000,000.05");
        assert_eq!(money(-9_990), "-¥99.90");
    }
}
