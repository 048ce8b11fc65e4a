//! Rule sets held to what they must be: their content, their slips, and what happens when they are replaced.

mod adapted;
mod content;
mod malformed;
mod replacing;
mod words;

use doorstep_schemas::rules::SetKind;

use super::RuleBook;
use super::book::BUILT_IN;

/// A day of the sample outlet: 2026-11-21, noon in China.
const DAY: i64 = 1_795_233_600_000;

fn book() -> RuleBook {
    RuleBook::built_in().unwrap()
}

fn built_in_file(kind: SetKind) -> String {
    let (_, bytes) = BUILT_IN.iter().rfind(|(k, _)| *k == kind).unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A file with one thing written otherwise. The text must be there.
fn with(kind: SetKind, from: &str, to: &str) -> Vec<u8> {
    let file = built_in_file(kind);
    assert!(file.contains(from), "{from} is not in {}", kind.word());
    file.replacen(from, to, 1).into_bytes()
}

/// The owner's settlement prices, as no built-in set has them.
fn settlement() -> String {
    let row = |code: &str, guide: &str, fen: i64| {
        format!("{{ \"code\": \"{code}\", \"guide\": \"{guide}\", \"settlement_fen\": {fen} }}")
    };
    let items = [
        row("BL-01", "weld_and_charge", 12_500),
        row("BL-02", "install_wall_unit", 15_000),
        row("BL-03", "height", 6_000),
        row("BL-04", "labour_element", 5_000),
        row("BL-05", "labour_drain_pump", 5_500),
        row("BL-06", "empty_trip", 3_000),
    ];
    format!(
        "{{\n \"set\": \"settlement\",\n \"version\": \"1\",\n \"valid_from\": \"2026-11-01\",\n \"makers\": [\n  {{ \
         \"maker\": \"北岭\", \"proofs\": [\"parameters\", \"voucher\"], \"ratio_percent\": 160, \"items\": [\n   {}\n  ] \
         }}\n ]\n}}\n",
        items.join(",\n   ")
    )
}
