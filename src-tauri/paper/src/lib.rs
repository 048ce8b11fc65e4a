//! 凭证: papers for the customer, typeset on the device.
//!
//! A [`Paper`] comes in with its texts ready and goes out as a PDF or a picture. The crate knows no word of the trade
//! and reads nothing but its arguments: no file, no network, no font of the system. Texts reach the typesetter as
//! data, so nothing that a customer or a maker wrote is ever taken for markup.
//!
//! ```
//! use doorstep_paper::Press;
//! use doorstep_schemas::paper::{Align, Block, Column, Issuer, Paper, PaperForm, Signature, Signed, Table, Total, pair};
//! use doorstep_schemas::view::Language;
//!
//! let cells = |cells: [&str; 3]| cells.map(str::to_owned).to_vec();
//! let column = |head: &str, align| Column { head: head.to_owned(), align };
//! let paper = Paper {
//!     language: Language::Zh,
//!     issuer: Issuer { name: "柘川县城关网点".to_owned(), lines: vec!["电话 138 0000 1001".to_owned()] },
//!     title: "收据".to_owned(),
//!     subtitle: String::new(),
//!     marks: vec![pair("单号", "SJ-20261121-03"), pair("日期", "2026-11-21")],
//!     blocks: vec![
//!         Block::Pairs(vec![pair("客户", "彭秀兰"), pair("机型", "安泉 ES50H-A1")]),
//!         Block::Table(Table {
//!             columns: vec![column("项目", Align::Start), column("数量", Align::End), column("金额(元)", Align::End)],
//!             rows: vec![cells(["上门费", "1", "30.00"]), cells(["加热管 AQ-RG-2000", "1", "95.00"])],
//!             totals: vec![Total { cells: cells(["合计", "", "125.00"]), strong: true }],
//!         }),
//!         Block::Signatures(vec![Signature {
//!             label: "客户签字".to_owned(),
//!             name: "彭秀兰".to_owned(),
//!             signed: Signed::Line,
//!         }]),
//!     ],
//!     footer: "请保留此单作为保修凭证。".to_owned(),
//! };
//! let printed = Press::new()?.print(&paper, PaperForm::Roll80, &|| false)?;
//! assert_eq!((printed.mime, printed.pages, printed.missing.as_str()), ("application/pdf", 1, ""));
//! # Ok::<(), doorstep_paper::PressError>(())
//! ```

// A test may stop at what it did not expect.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod desk;
mod dots;
mod error;
mod ink;
mod picture;
mod press;
mod shape;
mod sheet;
mod table;

pub use doorstep_schemas::paper::{Paper, PaperForm};
pub use error::PressError;
pub use press::{Press, Printed};
