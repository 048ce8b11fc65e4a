//! Days and hours as people write them: 明天下午2点到4点, 11月21日14:00-16:00, tomorrow 9:00-11:00 (R41).

use doorstep_schemas::view::{Millis, Window};

use super::calendar::{self, DAY_MS};

/// A date this long ago is meant for the next year: 1月2日, said in December.
const LONG_AGO_MS: i64 = 180 * DAY_MS;

const WORDS: [(&str, i64); 7] =
    [("大后天", 3), ("后天", 2), ("明天", 1), ("明日", 1), ("今天", 0), ("tomorrow", 1), ("today", 0)];

/// Part of the day, and how it moves the hours of a twelve-hour clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Morning,
    Noon,
    Afternoon,
}

const PARTS: [(&str, Part); 8] = [
    ("上午", Part::Morning),
    ("早上", Part::Morning),
    ("中午", Part::Noon),
    ("下午", Part::Afternoon),
    ("傍晚", Part::Afternoon),
    ("晚上", Part::Afternoon),
    ("am", Part::Morning),
    ("pm", Part::Afternoon),
];

/// The first window that the text names whole: a day, and from when to when. A day alone, or an hour alone, is none.
pub fn window(text: &str, now: i64) -> Option<Window> {
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    (0..text.len()).find_map(|at| {
        let mut reader = Reader { text: &text, at };
        let day = reader.day(now)?;
        reader.weekday();
        let (from, to) = reader.hours()?;
        let moment = |minutes: u32| Millis(day.saturating_add(i64::from(minutes) * 60_000));
        let window = Window { from: moment(from), to: moment(to) };
        (window.from < window.to).then_some(window)
    })
}

/// What a text says of when: a window, the hour of a day, or a day alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    Window(Window),
    Hour(i64),
    Day(i64),
}

/// The same where a day or an hour alone is worth something, as in a cell of a table.
pub fn said(text: &str, now: i64) -> Option<Said> {
    if let Some(window) = window(text, now) {
        return Some(Said::Window(window));
    }
    let text: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    (0..text.len()).find_map(|at| {
        let mut reader = Reader { text: &text, at };
        let day = reader.day(now)?;
        reader.weekday();
        let part = reader.part();
        // T, as programs write it between a day and its hour.
        let _ = reader.any(&["t"]);
        let hour = reader.hour(part).filter(|(_, exact, _)| *exact);
        Some(hour.map_or(Said::Day(day), |(minutes, ..)| Said::Hour(day.saturating_add(i64::from(minutes) * 60_000))))
    })
}

struct Reader<'a> {
    text: &'a [char],
    at: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<char> {
        self.text.get(self.at).copied()
    }

    fn skip(&mut self, of: &str) {
        while self.peek().is_some_and(|c| c.is_whitespace() || of.contains(c)) {
            self.at += 1;
        }
    }

    /// Steps over the word if it stands here.
    fn word(&mut self, word: &str) -> bool {
        let here = word.chars().enumerate().all(|(n, c)| self.text.get(self.at + n) == Some(&c));
        if here {
            self.at += word.chars().count();
        }
        here
    }

    fn any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.word(word))
    }

    /// One to four digits, or a Chinese number up to twelve.
    fn number(&mut self) -> Option<u32> {
        let digits: String = self.text[self.at..].iter().take_while(|c| c.is_ascii_digit()).collect();
        if !digits.is_empty() {
            self.at += digits.len();
            return digits.parse().ok().filter(|_| digits.len() <= 4);
        }
        const NAMES: [(&str, u32); 13] = [
            ("十二", 12),
            ("十一", 11),
            ("十", 10),
            ("九", 9),
            ("八", 8),
            ("七", 7),
            ("六", 6),
            ("五", 5),
            ("四", 4),
            ("三", 3),
            ("两", 2),
            ("二", 2),
            ("一", 1),
        ];
        NAMES.iter().find(|(name, _)| self.word(name)).map(|(_, number)| *number)
    }

    /// Midnight of the day that stands here.
    fn day(&mut self, now: i64) -> Option<i64> {
        if let Some((_, days)) = WORDS.iter().find(|(word, _)| self.word(word)) {
            return Some(calendar::day_start(now).saturating_add(days * DAY_MS));
        }
        // A number begins here, not in the middle of another one.
        if self.at > 0 && self.text[self.at - 1].is_ascii_digit() {
            return None;
        }
        let first = self.number()?;
        let (this_year, ..) = calendar::year_month_day(now);
        if self.any(&["月"]) {
            let day = self.number()?;
            let _ = self.any(&["日", "号"]);
            let at = calendar::moment(this_year, first, day, 0)?;
            let next = calendar::moment(this_year + 1, first, day, 0);
            return if now.saturating_sub(at) > LONG_AGO_MS { next } else { Some(at) };
        }
        if first < 1000 || !self.any(&["-", "/", ".", "年"]) {
            return None;
        }
        let month = self.number()?;
        if !self.any(&["-", "/", ".", "月"]) {
            return None;
        }
        let day = self.number()?;
        let _ = self.any(&["日", "号"]);
        calendar::moment(i32::try_from(first).ok()?, month, day, 0)
    }

    /// 周六, (星期六): says nothing that the date didn't.
    fn weekday(&mut self) {
        self.skip("(（,，");
        if self.any(&["星期", "周"]) {
            self.at += 1;
        }
        self.skip(")）,，");
    }

    fn part(&mut self) -> Option<Part> {
        PARTS.iter().find(|(word, _)| self.word(word)).map(|(_, part)| *part)
    }

    /// From when to when, in minutes of the day.
    fn hours(&mut self) -> Option<(u32, u32)> {
        let before = self.part();
        let (from, from_exact, from_part) = self.hour(before)?;
        self.skip("");
        if !self.any(&["到", "至", "--", "-", "—", "–", "~", "～", "to"]) {
            return None;
        }
        self.skip("");
        let own = self.part();
        let (to, to_exact, to_part) = self.hour(own.or(from_part))?;
        // 14-16 without a unit may be anything: two rooms, two dates.
        (from_exact || to_exact).then_some(())?;
        // 9-11am, 2-4pm: the part stands behind the second hour and means both.
        let from = match (from_part, to_part) {
            (None, Some(Part::Afternoon)) if own.is_none() && from < 12 * 60 && from + 12 * 60 < to => from + 12 * 60,
            _ => from,
        };
        Some((from, to))
    }

    /// One hour: `14:30`, `2点半`, `14`; whether it has a unit; and the part of the day that it belongs to.
    fn hour(&mut self, part: Option<Part>) -> Option<(u32, bool, Option<Part>)> {
        self.skip("");
        let hour = self.number().filter(|hour| *hour <= 24)?;
        let (minutes, exact) = if self.any(&[":", "："]) {
            (self.number().filter(|m| *m < 60)?, true)
        } else if self.any(&["点钟", "点", "时"]) {
            let half = self.any(&["半"]);
            let minutes = if half { Some(30) } else { self.number() };
            let _ = self.any(&["分"]);
            (minutes.unwrap_or(0), true)
        } else {
            (0, false)
        };
        if minutes >= 60 {
            return None;
        }
        let behind = self.part();
        let (exact, part) = (exact || behind.is_some(), behind.or(part));
        let hour = match part {
            Some(Part::Afternoon) if hour < 12 => hour + 12,
            Some(Part::Noon) if hour < 6 => hour + 12,
            _ => hour,
        };
        Some((hour * 60 + minutes, exact, part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{DAY, HOUR, MIDNIGHT, MINUTE, NOON};
    use proptest::prelude::*;

    #[test]
    fn r41_a_window_is_read_as_people_write_it() {
        for (text, from, to) in [
            ("明天下午2点到4点", DAY + 14 * HOUR, DAY + 16 * HOUR),
            ("明天下午两点半到四点", DAY + 14 * HOUR + 30 * MINUTE, DAY + 16 * HOUR),
            ("11月21日14:00-16:00", 14 * HOUR, 16 * HOUR),
            ("11月22号(周日) 9:00~11:30", DAY + 9 * HOUR, DAY + 11 * HOUR + 30 * MINUTE),
            ("2026-11-23 08:00 - 10:00", 2 * DAY + 8 * HOUR, 2 * DAY + 10 * HOUR),
            ("2026年11月21日 上午10点至下午2点", 10 * HOUR, 14 * HOUR),
            ("大后天上午9点到12点", 3 * DAY + 9 * HOUR, 3 * DAY + 12 * HOUR),
            ("今天14-16点", 14 * HOUR, 16 * HOUR),
            ("今天中午12点到1点半，晚点打电话", 12 * HOUR, 13 * HOUR + 30 * MINUTE),
            ("Tomorrow 2-4pm", DAY + 14 * HOUR, DAY + 16 * HOUR),
            ("today 14:00 to 16:00", 14 * HOUR, 16 * HOUR),
        ] {
            let found = window(text, NOON).map(|w| (w.from.0 - MIDNIGHT, w.to.0 - MIDNIGHT));
            assert_eq!(found, Some((from, to)), "{text}");
        }
    }

    #[test]
    fn r41_a_day_or_an_hour_alone_is_no_window() {
        for text in [
            "明天",
            "明天下午",
            "下午2点到4点",
            "11月21日14:00",
            "明天4点到2点",
            "11月31日9:00-10:00",
            "明天25:00-26:00",
            "明天3-4",
        ] {
            assert_eq!(window(text, NOON), None, "{text}");
        }
    }

    #[test]
    fn r41_a_cell_may_hold_a_day_or_an_hour_alone() {
        for (text, said_so) in [
            ("2026-11-22", Said::Day(MIDNIGHT + DAY)),
            ("2026/11/22 14:00", Said::Hour(MIDNIGHT + DAY + 14 * HOUR)),
            ("2026-11-22 14:00:00", Said::Hour(MIDNIGHT + DAY + 14 * HOUR)),
            ("2026-11-22T14:00", Said::Hour(MIDNIGHT + DAY + 14 * HOUR)),
            ("明天下午2点", Said::Hour(MIDNIGHT + DAY + 14 * HOUR)),
            ("11月22日", Said::Day(MIDNIGHT + DAY)),
        ] {
            assert_eq!(said(text, NOON), Some(said_so), "{text}");
        }
        assert_eq!(said("尽快", NOON), None);
    }

    #[test]
    fn r41_a_january_day_said_in_december_is_next_years() {
        let december = calendar::moment(2026, 12, 30, 0).unwrap();
        let found = window("1月2日9:00-11:00", december).unwrap();
        assert_eq!(calendar::day_name(found.from.0), "2027-01-02");
        assert_eq!(calendar::day_name(window("12月28日9:00-11:00", december).unwrap().from.0), "2026-12-28");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn r41_no_text_breaks_the_reader_and_a_window_has_a_length(
            parts in proptest::collection::vec("(明天|[0-9]{1,5}|月|日|年|点|半|:|-|到|下午|上午| |pm|\\PC)", 0..14), now in any::<i64>(),
        ) {
            prop_assert!(window(&parts.concat(), now).is_none_or(|w| w.from < w.to && w.to.0 - w.from.0 <= DAY_MS + 12 * HOUR));
        }
    }
}
