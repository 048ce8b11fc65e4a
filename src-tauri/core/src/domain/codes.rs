//! What a code on a nameplate, a box or a screen may be for, by its looks. It is proposed; a person decides.

use doorstep_schemas::enrol::EnrolLink;
use doorstep_schemas::view::{CodeKind, CodeMeaning};

use super::intake::same_serial;

/// What the code may be for. `parts`: the codes of the parts list.
pub fn meaning<'a>(kind: CodeKind, text: &str, parts: impl IntoIterator<Item = &'a str>) -> CodeMeaning {
    if kind == CodeKind::Qr && text.parse::<EnrolLink>().is_ok() {
        return CodeMeaning::Enrolment;
    }
    if parts.into_iter().any(|part| same_serial(part) == same_serial(text)) {
        return CodeMeaning::Part;
    }
    if kind == CodeKind::Ean {
        return CodeMeaning::Goods;
    }
    // Makers write letters, digits and a few signs; a link or a sentence is something else.
    let lettered = text.chars().all(|c| c.is_ascii_alphanumeric() || "-/._".contains(c));
    let numbered = text.chars().filter(char::is_ascii_digit).count() >= 4;
    if lettered && numbered && (6..=40).contains(&text.len()) { CodeMeaning::Serial } else { CodeMeaning::Other }
}

#[cfg(test)]
mod tests {
    use doorstep_schemas::ids::PublicKey;

    use super::*;

    #[test]
    fn a_code_is_taken_for_what_the_trade_uses_it_for() {
        let parts = ["AQ-RG-2000", "BTA41-600B"];
        let cases = [
            (CodeKind::Code128, "AQ-RG-2000", CodeMeaning::Part),
            (CodeKind::Code39, "aq-rg-2000", CodeMeaning::Part),
            (CodeKind::Ean, "6901234567892", CodeMeaning::Goods),
            (CodeKind::Code128, "BYJ0320261121000815", CodeMeaning::Serial),
            (CodeKind::Qr, "KFR35GW-BP3N1-00815", CodeMeaning::Serial),
            (CodeKind::Qr, "doorstep:1234", CodeMeaning::Other),
            (CodeKind::Qr, "https://example.org/12345", CodeMeaning::Other),
            (CodeKind::Code39, "ABCDEF", CodeMeaning::Other),
            (CodeKind::Code39, "12345", CodeMeaning::Other),
        ];
        for (kind, text, meant) in cases {
            assert_eq!(meaning(kind, text, parts), meant, "{text}");
        }
        let key = PublicKey([7; 32]);
        let link =
            EnrolLink { relay: "https://relay.example".to_owned(), code: "7K2M9QXA".to_owned(), key }.to_string();
        assert_eq!(meaning(CodeKind::Qr, &link, parts), CodeMeaning::Enrolment);
        assert_eq!(meaning(CodeKind::Code128, &link, parts), CodeMeaning::Other);
    }
}
