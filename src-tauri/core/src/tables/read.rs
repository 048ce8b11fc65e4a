//! From a file's bytes to its rows, whichever of the known kinds it is.

use super::{MOST_BYTES, Room, TableError, text, xls, xlsx};

/// One sheet: rows of texts as a person reads them, a row as long as its last cell that holds something.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// Empty for a CSV.
    pub name: String,
    pub rows: Vec<Vec<String>>,
}

/// Reads every sheet that holds something. What kind of file it is is told by its bytes: names lie.
pub fn read(bytes: &[u8]) -> Result<Vec<Sheet>, TableError> {
    if bytes.len() > MOST_BYTES {
        return Err(TableError::TooLarge(bytes.len()));
    }
    let mut room = Room::new();
    let mut sheets = if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        xlsx::read(bytes, &mut room)?
    } else if bytes.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
        xls::read(bytes, &mut room)?
    } else {
        vec![text::read(bytes, &mut room)?]
    };
    sheets.retain(|sheet| !sheet.rows.is_empty());
    if sheets.is_empty() { Err(TableError::Empty) } else { Ok(sheets) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::{Cell, Table};
    use proptest::prelude::*;

    /// A workbook with one byte changed, or cut.
    fn workbook() -> Vec<u8> {
        let rows = vec![vec![Cell::Text("罗桂香".into()), Cell::Number(3), Cell::Day(1_795_190_400_000)]];
        let head = ["客户".into(), "数量".into(), "日期".into()].to_vec();
        xlsx(&[Table { name: "工单".into(), head, rows }]).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn no_bytes_break_the_reader(
            start in prop_oneof![Just(&b""[..]), Just(&b"PK\x03\x04"[..]), Just(&b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"[..])],
            bytes in proptest::collection::vec(any::<u8>(), 0..2_000),
        ) {
            let _ = read(&[start, &bytes].concat());
        }

        #[test]
        fn a_damaged_workbook_is_refused_or_read(at in any::<proptest::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
            let mut bytes = workbook();
            let at = at.index(bytes.len());
            if cut { bytes.truncate(at) } else { bytes[at] = byte }
            let _ = read(&bytes);
        }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let sheets = read(&workbook()).unwrap();
        assert_eq!(sheets[0].name, "工单");
        assert_eq!(sheets[0].rows, [["客户", "数量", "日期"], ["罗桂香", "3", "2026-11-21"]]);
    }

    #[test]
    fn an_empty_file_says_that_it_is_empty() {
        assert!(matches!(read(b""), Err(TableError::Empty)));
        assert!(matches!(read(b"\n\n , ,\n"), Err(TableError::Empty)));
        assert!(matches!(read(&vec![b'a'; MOST_BYTES + 1]), Err(TableError::TooLarge(_))));
    }
}
