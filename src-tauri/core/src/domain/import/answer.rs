//! What a row of a maker's answer says (R31).

use doorstep_schemas::view::AnswerColumn;

use super::headings::{self, Headings};
use crate::domain::calendar;
use crate::domain::intake::{half_width, is_mobile, same_phone, same_serial};
use crate::domain::when::{self, Said};

const HEADINGS: Headings<AnswerColumn> = &[
    (
        AnswerColumn::MakerOrder,
        &[
            "厂家单号",
            "厂家工单号",
            "工单号",
            "工单编号",
            "单号",
            "服务单号",
            "派工单号",
            "网单号",
            "订单号",
            "makerorder",
            "makersorderno",
            "makersnumber",
            "orderno",
            "ordernumber",
        ],
    ),
    (
        AnswerColumn::Serial,
        &[
            "序列号",
            "机身号",
            "机身编码",
            "机号",
            "条码",
            "产品条码",
            "机身条码",
            "sn",
            "serial",
            "serialnumber",
            "barcode",
        ],
    ),
    (
        AnswerColumn::Phone,
        &[
            "电话",
            "客户电话",
            "联系电话",
            "手机",
            "手机号",
            "手机号码",
            "用户电话",
            "phone",
            "mobile",
            "tel",
            "telephone",
        ],
    ),
    (
        AnswerColumn::Day,
        &[
            "完工",
            "完工日期",
            "完成日期",
            "完工时间",
            "完成时间",
            "服务日期",
            "服务时间",
            "日期",
            "finished",
            "date",
            "day",
        ],
    ),
    (
        AnswerColumn::Agreed,
        &[
            "结算金额",
            "核定金额",
            "审核金额",
            "核准金额",
            "应付金额",
            "实付金额",
            "实结金额",
            "结算费用",
            "金额",
            "agreed",
            "approved",
            "accepted",
            "amount",
            "payable",
            "approvedamount",
        ],
    ),
    (
        AnswerColumn::Deducted,
        &["扣款", "扣款金额", "扣减", "扣减金额", "核减", "核减金额", "扣罚", "deducted", "deduction"],
    ),
    (
        AnswerColumn::Verdict,
        &["审核结果", "结算结果", "结果", "审核状态", "结算状态", "状态", "verdict", "result", "status", "state"],
    ),
    (
        AnswerColumn::Reason,
        &[
            "原因",
            "扣款原因",
            "核减原因",
            "驳回原因",
            "拒付原因",
            "审核意见",
            "备注",
            "说明",
            "reason",
            "remark",
            "remarks",
            "note",
        ],
    ),
    (
        AnswerColumn::Reference,
        &["结算单号", "付款单号", "批次", "批次号", "结算批次", "凭证号", "流水号", "reference", "batch", "voucher"],
    ),
];

/// What we asked for is no answer.
const ASKED: [&str; 5] = ["申报", "申请", "上报", "提报", "claimed"];

/// Refusals first: 未通过 holds 通过.
const VERDICTS: &[(Verdict, &[&str])] = &[
    (
        Verdict::Waits,
        &[
            "待审",
            "审核中",
            "未审核",
            "处理中",
            "已提交",
            "待结算",
            "未开始",
            "pending",
            "submitted",
            "in review",
            "not begun",
        ],
    ),
    (
        Verdict::Refused,
        &[
            "驳回",
            "拒绝",
            "拒付",
            "不通过",
            "未通过",
            "不予",
            "作废",
            "无效",
            "rejected",
            "refused",
            "declined",
            "denied",
        ],
    ),
    (
        Verdict::Agreed,
        &[
            "通过",
            "同意",
            "已结算",
            "已付",
            "正常",
            "有效",
            "扣款",
            "核减",
            "部分",
            "approved",
            "accepted",
            "agreed",
            "deducted",
            "paid",
            "ok",
        ],
    ),
];

/// Whether the maker pays for a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Agreed,
    Refused,
    Waits,
}

/// One row, as far as it is an answer.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Answered {
    pub row: u32,
    /// As compared; empty where the row has none.
    pub maker_order: String,
    pub serial: String,
    pub phone: String,
    /// The first moment of the day.
    pub day: Option<i64>,
    pub agreed_fen: Option<i64>,
    pub deducted_fen: Option<i64>,
    pub verdict: Option<Verdict>,
    /// A sum that is none, as it stands there.
    pub unread: bool,
    pub reason: String,
    pub reference: String,
}

/// The row of the headings.
pub fn head_row(rows: &[Vec<String>]) -> usize {
    headings::head_among(rows, |cell| by_heading(cell).is_some())
}

/// What each column says, by its heading, else by what stands in it.
pub fn guess(head: &[String], rows: &[Vec<String>]) -> Vec<Option<AnswerColumn>> {
    let width = headings::width(head, rows);
    let mut out = headings::named(head, width, by_heading);
    headings::look(&mut out, rows, AnswerColumn::Phone, |cell| is_mobile(&same_phone(cell)));
    out
}

fn by_heading(heading: &str) -> Option<(AnswerColumn, bool)> {
    let heading = headings::plain(heading);
    if ASKED.iter().any(|asked| heading.contains(asked)) {
        return None;
    }
    headings::whole(&heading, HEADINGS)
        .map(|column| (column, true))
        .or_else(|| headings::part(&heading, HEADINGS).map(|column| (column, false)))
}

/// Reads a row; `None` where it names no job and gives no sum, or is the line of the total.
pub fn read(row: u32, cells: &[String], columns: &[Option<AnswerColumn>], now: i64) -> Option<Answered> {
    let said = |column: AnswerColumn| -> String {
        let at = columns.iter().position(|other| *other == Some(column));
        let cell = at.and_then(|at| cells.get(at)).map(String::as_str).unwrap_or_default();
        cell.chars().map(|c| if c.is_control() { ' ' } else { half_width(c) }).collect::<String>().trim().to_owned()
    };
    let mut unread = false;
    let mut sum = |column| {
        let text = said(column);
        let sum = fen(&text);
        unread |= sum.is_none() && !text.is_empty();
        sum
    };
    let (agreed_fen, deducted_fen) = (sum(AnswerColumn::Agreed), sum(AnswerColumn::Deducted).map(i64::abs));
    let verdict = said(AnswerColumn::Verdict).to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| verdict.contains(word));
    let out = Answered {
        row,
        maker_order: same_serial(&said(AnswerColumn::MakerOrder)),
        serial: same_serial(&said(AnswerColumn::Serial)),
        phone: same_phone(&said(AnswerColumn::Phone)),
        day: day(&said(AnswerColumn::Day), now),
        agreed_fen,
        deducted_fen,
        verdict: VERDICTS.iter().find(|(_, words)| has(words)).map(|(verdict, _)| *verdict),
        unread,
        reason: said(AnswerColumn::Reason),
        reference: said(AnswerColumn::Reference),
    };
    let first = cells.iter().find(|cell| !cell.is_empty()).map(|cell| headings::plain(cell)).unwrap_or_default();
    let total = ["合计", "总计", "小计", "total", "subtotal"].iter().any(|word| first.starts_with(word));
    let named = !(out.maker_order.is_empty() && out.serial.is_empty() && out.phone.is_empty());
    let says = named || out.agreed_fen.is_some() || out.deducted_fen.is_some() || out.verdict.is_some();
    (says && !total).then_some(out)
}

fn day(text: &str, now: i64) -> Option<i64> {
    let at = match when::said(text, now)? {
        Said::Window(window) => window.from.0,
        Said::Hour(at) | Said::Day(at) => at,
    };
    Some(calendar::day_start(at))
}

/// A sum of money as people and programs write it, in fen: ¥1,234.50, 150元, (12.5). A tenth of a fen is rounded.
pub fn fen(text: &str) -> Option<i64> {
    let plain: String = text.chars().map(half_width).filter(|c| !c.is_whitespace() && *c != ',').collect();
    let plain = plain.trim_start_matches(['¥', '￥']).trim_end_matches('元');
    let (sign, plain) = match plain.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')) {
        Some(inner) => (-1, inner),
        None => plain.strip_prefix('-').map_or((1, plain), |rest| (-1, rest)),
    };
    let plain = plain.trim_start_matches(['¥', '￥']);
    let (yuan, cents) = plain.split_once('.').unwrap_or((plain, ""));
    let digits = |text: &str| text.bytes().all(|c| c.is_ascii_digit());
    if yuan.is_empty() || yuan.len() > 10 || !digits(yuan) || !digits(cents) {
        return None;
    }
    let mut three = cents.bytes().map(|c| i64::from(c - b'0')).chain(std::iter::repeat(0));
    let mut next = || three.next().unwrap_or(0);
    let cents = next() * 10 + next() + i64::from(next() >= 5);
    Some(sign * (yuan.parse::<i64>().ok()? * 100 + cents))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::scene::{MIDNIGHT, NOON};
    use AnswerColumn as C;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn r31_headings_of_an_answer_are_known_and_what_was_asked_for_is_no_answer() {
        let head = row(&[
            "厂家工单号",
            "机身条码",
            "用户电话",
            "完工日期",
            "申报金额",
            "核定金额",
            "扣款金额",
            "审核结果",
            "扣款原因",
            "结算批次",
        ]);
        let wanted = [
            Some(C::MakerOrder),
            Some(C::Serial),
            Some(C::Phone),
            Some(C::Day),
            None,
            Some(C::Agreed),
            Some(C::Deducted),
            Some(C::Verdict),
            Some(C::Reason),
            Some(C::Reference),
        ];
        assert_eq!(guess(&head, &[]), wanted);
        assert_eq!(head_row(&[row(&["北岭 11月 结算回单"]), head]), 1);
    }

    #[test]
    fn sums_are_read_as_people_write_them() {
        for (text, wanted) in [
            ("150", Some(15_000)),
            ("¥1,234.50", Some(123_450)),
            ("￥ 12.5 元", Some(1_250)),
            ("-3", Some(-300)),
            ("(12.50)", Some(-1_250)),
            ("0.30000000000000004", Some(30)),
            ("２１０", Some(21_000)),
            ("1.005", Some(101)),
            ("", None),
            ("无", None),
            ("1.2.3", None),
            ("99999999999", None),
        ] {
            assert_eq!(fen(text), wanted, "{text}");
        }
    }

    #[test]
    fn r31_a_row_says_what_was_decided_and_a_total_is_no_row() {
        let columns = [Some(C::MakerOrder), Some(C::Day), Some(C::Agreed), Some(C::Verdict), Some(C::Reason)];
        let read = |cells: &[&str]| read(3, &row(cells), &columns, NOON);
        let refused = read(&["bl 2026001", "2026-11-21", "0", "审核未通过", "照片不清"]).unwrap();
        assert_eq!((refused.maker_order.as_str(), refused.day), ("BL2026001", Some(MIDNIGHT)));
        assert_eq!((refused.verdict, refused.agreed_fen), (Some(Verdict::Refused), Some(0)));
        assert_eq!(read(&["BL1", "", "", "待审核"]).unwrap().verdict, Some(Verdict::Waits));
        assert_eq!(read(&["BL1", "", "", "审核通过"]).unwrap().verdict, Some(Verdict::Agreed));
        assert!(read(&["BL1", "", "百五"]).unwrap().unread);
        assert_eq!(read(&["合计", "", "300"]), None);
        assert_eq!(read(&["", "", "", "", "制表：小陈"]), None);
    }
}
