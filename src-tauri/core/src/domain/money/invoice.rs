//! 开票: a customer's request for an invoice (R43). It lies in three fields of the visit.

use super::problem::{Place, Problem, Trouble};
use super::subsidy::looks_like_id_number;
use crate::domain::facts::Sheet;

pub const TITLE: &str = "invoice/title";
pub const TAX_NUMBER: &str = "invoice/tax_number";
pub const MAIL: &str = "invoice/mail";

/// Whether the customer asked for an invoice.
pub fn asked(sheet: &Sheet) -> bool {
    [TITLE, TAX_NUMBER, MAIL].into_iter().any(|key| !sheet.about(key).trim().is_empty())
}

/// Whether this has the shape of a tax number: 15, 18 or 20 capital letters and digits.
pub fn is_tax_number(text: &str) -> bool {
    matches!(text.len(), 15 | 18 | 20) && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// Whether this has the shape of a mail address.
pub fn is_mail(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    let plain = text.chars().all(|c| !c.is_whitespace() && !c.is_control() && c != ',' && c != ';');
    let dotted = host.contains('.') && host.split('.').all(|label| !label.is_empty());
    plain && !name.is_empty() && !host.contains('@') && dotted
}

/// What keeps an invoice from being written (R43). Without a tax number it is a private person's, whose own number is
/// their ID number and must not be kept.
pub fn invoice_problems(sheet: &Sheet) -> Vec<Problem> {
    if !asked(sheet) {
        return Vec::new();
    }
    let [title, tax_number, mail] = [TITLE, TAX_NUMBER, MAIL].map(|key| sheet.about(key).trim());
    let mut out = Vec::new();
    let mut tell = |code, key: &str| out.push(Problem::new(code, Place::About(key.to_owned())));
    if title.is_empty() {
        tell(Trouble::InvoiceTitleMissing, TITLE);
    }
    if looks_like_id_number(tax_number) {
        tell(Trouble::IdNumber, TAX_NUMBER);
    } else if !tax_number.is_empty() && !is_tax_number(tax_number) {
        tell(Trouble::TaxNumberShape, TAX_NUMBER);
    }
    if !mail.is_empty() && !is_mail(mail) {
        tell(Trouble::MailShape, MAIL);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::facts::FieldValue;

    fn sheet(fields: &[(&str, &str)]) -> Sheet {
        let mut sheet = Sheet::default();
        for (key, value) in fields {
            let value = FieldValue { value: (*value).to_owned(), others: Vec::new() };
            sheet.about.insert((*key).to_owned(), value);
        }
        sheet
    }

    #[test]
    fn r43_an_invoice_needs_a_title_and_numbers_of_the_right_shape() {
        let of = |fields: &[(&str, &str)]| -> Vec<Trouble> {
            invoice_problems(&sheet(fields)).into_iter().map(|p| p.code).collect()
        };
        assert_eq!(of(&[]), [], "nobody asked");
        assert_eq!(of(&[(TITLE, "柘川县谭记农家乐")]), []);
        assert_eq!(of(&[(MAIL, "tan@example.com")]), [Trouble::InvoiceTitleMissing]);
        let good = [(TITLE, "谭记"), (TAX_NUMBER, "92420000MA4EXAMPLX"), (MAIL, "tan@mail.example.com")];
        assert_eq!(of(&good), []);
        assert_eq!(of(&[(TITLE, "谭记"), (TAX_NUMBER, "12345")]), [Trouble::TaxNumberShape]);
        assert_eq!(of(&[(TITLE, "谭记"), (MAIL, "tan@")]), [Trouble::MailShape]);
        // The example of the standard for ID numbers.
        assert_eq!(of(&[(TITLE, "谭记"), (TAX_NUMBER, "11010519491231002X")]), [Trouble::IdNumber]);
    }

    #[test]
    fn r43_a_tax_number_has_15_18_or_20_characters() {
        for n in 0..24 {
            assert_eq!(is_tax_number(&"A".repeat(n)), [15, 18, 20].contains(&n), "{n}");
        }
        assert!(!is_tax_number("a23456789012345") && !is_tax_number("税123456789012"));
        for bad in ["", "@", "a@b", "a@.com", "a@b.", "a b@c.de", "a@b@c.de", "a@b..c", "a@b.c,d@e.f"] {
            assert!(!is_mail(bad), "{bad}");
        }
        assert!(is_mail("a@b.cn") && is_mail("向明@例子.中国"));
    }
}
