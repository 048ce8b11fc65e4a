//! The same for people: readings and history as text, and one page that shows all of it. No script, nothing from
//! elsewhere: it opens in any browser, and years later.

use std::collections::BTreeMap;
use std::fmt::Write;

use doorstep_schemas::claim_pack::{ClaimPack, Origin};
use doorstep_schemas::ids::MemberId;
use doorstep_schemas::view::{Language, Text};

use super::words::{bracket, moment};
use crate::reports::day::money;
use crate::reports::terms::term;
use crate::reports::words::Phrase;

/// What the maker's device knows the names of.
#[derive(Debug, Clone, Default)]
pub struct Named {
    /// What each reading is of, in the order of the pack's.
    pub readings: Vec<Text>,
    /// The history's lines, in the order of the pack's.
    pub history: Vec<Text>,
    pub people: BTreeMap<MemberId, String>,
}

fn of(text: Option<&Text>, language: Language) -> String {
    text.map(|text| if language == Language::Zh { text.zh.clone() } else { text.en.clone() }).unwrap_or_default()
}

fn word(container: &str, key: &str, word: &str, language: Language) -> String {
    term(container, key, word).map_or_else(|| word.to_owned(), |known| known.of(language).to_owned())
}

impl Named {
    fn person(&self, member: MemberId) -> String {
        self.people.get(&member).cloned().unwrap_or_else(|| member.to_string())
    }

    fn origin(&self, origin: &Origin, language: Language) -> String {
        let by = self.person(origin.by);
        let phone = Phrase("手机显示", "phone said").of(language);
        format!("{by} · {} · {phone} {}", bracket(&origin.bracket, language), moment(origin.phone_said_ms))
    }
}

/// Readings, one a line.
pub fn readings(pack: &ClaimPack, named: &Named, language: Language) -> String {
    let mut out = String::new();
    for (at, reading) in pack.readings.iter().enumerate() {
        let name = of(named.readings.get(at), language);
        let said = match reading.state.as_str() {
            "na" | "nm" => format!("{} {}", word("readings", "state", &reading.state, language), reading.value),
            _ => format!("{} {}", reading.value, reading.unit),
        };
        let how = [&reading.method, &reading.instrument, &reading.rectified];
        let how: Vec<&str> = how.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
        let line =
            format!("{name} {} · {} · {}", said.trim(), how.join(" · "), named.origin(&reading.origin, language));
        // Writing to a String can't fail.
        let _ = writeln!(out, "{}", line.replace(" ·  · ", " · "));
    }
    out
}

/// The history, one action a line.
pub fn history(pack: &ClaimPack, named: &Named, language: Language) -> String {
    let mut out = String::new();
    for (at, deed) in pack.history.iter().enumerate() {
        let line = of(named.history.get(at), language);
        let phone = Phrase("手机显示", "phone said").of(language);
        let said = moment(deed.phone_said_ms);
        let _ = writeln!(out, "{line} · {} · {phone} {said}", bracket(&deed.bracket, language));
    }
    out
}

fn safe(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}

const HEAD: &str = r#"<!doctype html>
<html lang="zh">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>理赔包 Claim pack</title>
<style>
body{font:16px/1.5 sans-serif;max-width:60rem;margin:1rem auto;padding:0 1rem;color:#111;background:#fff}
img{max-width:100%;display:block}
figure{margin:0 0 1.5rem}
pre{white-space:pre-wrap;font:inherit}
code{word-break:break-all}
</style>
"#;

/// The page.
pub fn page(pack: &ClaimPack, named: &Named) -> String {
    let mut out = HEAD.to_owned();
    let mut put = |line: String| {
        out.push_str(&line);
        out.push('\n');
    };
    put("<h1>理赔包 Claim pack</h1>".to_owned());
    put(format!("<p>{} · <code>{}</code></p>", safe(&pack.outlet_name), pack.job));
    put("<p>这一页只供阅读。是否属实，用 <code>doorstep verify</code> 核对：以修改记录、签名和中继回执为准。\
         手机自己的时间不是凭据。<br>This page is for reading only. Whether it is true is checked with \
         <code>doorstep verify</code>, by changes, signatures and receipts. A phone's own clock is no evidence.</p>"
        .to_owned());
    put(format!("<p>中继公钥 Relay key: <code>{}</code></p>", pack.relay_key));
    if let Some(damage) = &pack.damage {
        put(format!("<h2>损坏 Damage</h2><p>{} {}</p>", safe(&damage.what), safe(&damage.text)));
        put(format!("<p>{}</p>", money(damage.asked_fen)));
        for language in [Language::Zh, Language::En] {
            put(format!("<p>{}</p>", safe(&named.origin(&damage.origin, language))));
            for share in &damage.shares {
                let party = word("claim_shares", "party", &share.party, language);
                let state = word("claim_shares", "state", &share.state, language);
                put(format!("<p>{} {} {}</p>", safe(&party), money(share.amount_fen), safe(&state)));
            }
        }
    }
    put("<h2>照片 Photos</h2>".to_owned());
    for photo in &pack.photos {
        put("<figure>".to_owned());
        match &photo.file {
            Some(file) => put(format!("<img src=\"{}\" alt=\"\">", safe(file))),
            None => put("<p>照片不在文件里 The picture is not in the file</p>".to_owned()),
        }
        put("<figcaption>".to_owned());
        for language in [Language::Zh, Language::En] {
            let stage = word("photos", "stage", &photo.stage, language);
            let origin = named.origin(&photo.origin, language);
            put(format!("<p>{} {}<br>{}</p>", safe(&stage), safe(&photo.caption), safe(&origin)));
        }
        put(format!("<code>SHA-256 {}</code></figcaption></figure>", photo.sha256));
    }
    for (title, write) in
        [("测量值 Readings", readings as fn(&ClaimPack, &Named, Language) -> String), ("经过 History", history)]
    {
        put(format!("<h2>{title}</h2>"));
        for language in [Language::Zh, Language::En] {
            put(format!("<pre>{}</pre>", safe(&write(pack, named, language))));
        }
    }
    out.push_str("</html>\n");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_typed_stays_text_on_the_page() {
        assert_eq!(safe("<script>a&b\"'"), "&lt;script&gt;a&amp;b&quot;&#39;");
    }
}
