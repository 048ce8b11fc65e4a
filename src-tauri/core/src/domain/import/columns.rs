//! Which column of a table says what: by its heading, else by what stands in it.

use doorstep_schemas::view::OrderColumn;

use crate::domain::intake::{half_width, is_mobile, same_phone};
use crate::domain::paste::Markers;

/// Rows among which the headings are looked for: makers put titles and notes above them.
const HEAD_AMONG: usize = 10;
/// Rows by which a column without a known heading is told.
const LOOK: usize = 50;

/// Headings as makers' systems and people write them, without spaces and marks. What a maker's own dispatch calls a field comes
/// from rule data beside them.
const HEADINGS: &[(OrderColumn, &[&str])] = &[
    (
        OrderColumn::Name,
        &[
            "客户",
            "客户姓名",
            "客户名称",
            "姓名",
            "用户",
            "用户姓名",
            "用户名称",
            "联系人",
            "收货人",
            "customer",
            "name",
            "customername",
            "contact",
        ],
    ),
    (
        OrderColumn::Phone,
        &[
            "电话",
            "客户电话",
            "联系电话",
            "手机",
            "手机号",
            "手机号码",
            "电话号码",
            "联系方式",
            "用户电话",
            "phone",
            "mobile",
            "tel",
            "telephone",
            "phonenumber",
        ],
    ),
    (OrderColumn::Township, &["乡镇", "街道", "乡镇街道", "区域", "township", "town"]),
    (
        OrderColumn::Address,
        &["地址", "详细地址", "客户地址", "用户地址", "服务地址", "上门地址", "收货地址", "安装地址", "address"],
    ),
    (
        OrderColumn::Kind,
        &["服务类型", "工单类型", "业务类型", "服务类别", "服务项目", "类型", "jobkind", "kind", "servicetype", "job"],
    ),
    (
        OrderColumn::Appliance,
        &[
            "品类",
            "产品",
            "产品类别",
            "产品品类",
            "产品名称",
            "家电",
            "机型",
            "商品名称",
            "appliance",
            "product",
            "category",
        ],
    ),
    (OrderColumn::Brand, &["品牌", "brand", "make"]),
    (OrderColumn::Model, &["型号", "产品型号", "机器型号", "model"]),
    (
        OrderColumn::Serial,
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
        OrderColumn::Symptom,
        &["故障", "故障现象", "故障描述", "问题描述", "报修内容", "服务内容", "symptom", "fault", "problem"],
    ),
    (
        OrderColumn::Window,
        &[
            "预约时间",
            "预约日期",
            "上门时间",
            "服务时间",
            "期望上门时间",
            "约定时间",
            "要求服务时间",
            "appointment",
            "appointed",
            "window",
            "time",
            "date",
        ],
    ),
    (
        OrderColumn::Coverage,
        &["保内保外", "保内/保外", "质保", "保修", "保修状态", "质保状态", "保修类型", "coverage", "warranty"],
    ),
    (
        OrderColumn::MakerOrder,
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
            "orderno",
            "ordernumber",
        ],
    ),
    (OrderColumn::Note, &["备注", "说明", "备注信息", "客户备注", "note", "notes", "remark", "remarks"]),
];

/// A heading as compared: half width, small letters, without spaces, marks and what stands in brackets.
pub fn plain(heading: &str) -> String {
    let mut depth = 0_u32;
    let mut out = String::new();
    for c in heading.chars().map(half_width).flat_map(char::to_lowercase) {
        match c {
            '(' | '[' | '【' => depth += 1,
            ')' | ']' | '】' => depth = depth.saturating_sub(1),
            _ if depth == 0 && c.is_alphanumeric() => out.push(c),
            _ => {}
        }
    }
    out
}

/// The row of the headings: the one with most that are known; the first, where none has two.
pub fn head_row(rows: &[Vec<String>], markers: &Markers) -> usize {
    let known = |row: &Vec<String>| row.iter().filter(|cell| by_heading(cell, markers).is_some()).count();
    let counted = rows.iter().take(HEAD_AMONG).enumerate().map(|(at, row)| (known(row), at));
    let best = counted.max_by_key(|(known, at)| (*known, std::cmp::Reverse(*at)));
    let first = rows.iter().position(|row| !row.is_empty()).unwrap_or(0);
    best.filter(|(known, _)| *known >= 2).map_or(first, |(_, at)| at)
}

/// What each column says, each said by one column: the first that is called so, else the first that looks so.
pub fn guess(head: &[String], rows: &[Vec<String>], markers: &Markers) -> Vec<Option<OrderColumn>> {
    let width = rows.iter().take(LOOK).map(Vec::len).chain([head.len()]).max().unwrap_or(0);
    let mut out: Vec<Option<OrderColumn>> = vec![None; width];
    let mut exact: Vec<bool> = vec![false; width];
    for (at, heading) in head.iter().enumerate() {
        let Some((column, whole)) = by_heading(heading, markers) else { continue };
        let before = out.iter().position(|other| *other == Some(column));
        match before {
            // 客户电话 is the phone, and 客户 the name, whichever stands first.
            Some(before) if whole && !exact.get(before).copied().unwrap_or(true) => {
                set(&mut out, before, None);
            }
            Some(_) => continue,
            None => {}
        }
        set(&mut out, at, Some(column));
        if let Some(exact) = exact.get_mut(at) {
            *exact = whole;
        }
    }
    for (column, looks) in LOOKS {
        if out.contains(&Some(*column)) {
            continue;
        }
        let free = (0..width).find(|at| {
            let cells = || rows.iter().take(LOOK).filter_map(|row| row.get(*at)).filter(|cell| !cell.is_empty());
            let fit = cells().filter(|cell| looks(cell, markers)).count();
            out.get(*at) == Some(&None) && fit > 0 && fit * 5 >= cells().count() * 4
        });
        if let Some(at) = free {
            set(&mut out, at, Some(*column));
        }
    }
    out
}

fn set(out: &mut [Option<OrderColumn>], at: usize, column: Option<OrderColumn>) {
    if let Some(place) = out.get_mut(at) {
        *place = column;
    }
}

/// What a heading means, and whether that is the whole of it.
fn by_heading(heading: &str, markers: &Markers) -> Option<(OrderColumn, bool)> {
    let heading = plain(heading);
    if heading.is_empty() || heading.chars().count() > 20 {
        return None;
    }
    let own = |labels: &[String]| labels.iter().any(|label| plain(label) == heading);
    let makers = [
        (OrderColumn::Name, &markers.name),
        (OrderColumn::Phone, &markers.phone),
        (OrderColumn::Address, &markers.address),
        (OrderColumn::Appliance, &markers.product),
        (OrderColumn::Model, &markers.model),
        (OrderColumn::Symptom, &markers.fault),
        (OrderColumn::MakerOrder, &markers.maker_order),
        (OrderColumn::Window, &markers.window),
    ];
    let whole =
        HEADINGS.iter().find(|(_, names)| names.iter().any(|name| plain(name) == heading)).map(|(column, _)| *column);
    if let Some(column) = whole.or_else(|| makers.iter().find(|(_, labels)| own(labels)).map(|(column, _)| *column)) {
        return Some((column, true));
    }
    // The longest known word of it that is more than one letter: 报修客户电话 is a phone. English words are no parts of others.
    let parts = HEADINGS.iter().flat_map(|(column, names)| names.iter().map(move |name| (*column, *name)));
    let parts = parts.filter(|(_, name)| !name.is_ascii() && name.chars().count() >= 2 && heading.contains(*name));
    parts
        .max_by_key(|(_, name)| (heading.rfind(name).map(|at| at + name.len()), name.len()))
        .map(|(column, _)| (column, false))
}

type Looks = fn(&str, &Markers) -> bool;

/// How a column looks that nobody named.
const LOOKS: &[(OrderColumn, Looks)] = &[
    (OrderColumn::Phone, |cell, _| is_mobile(&same_phone(cell))),
    (OrderColumn::Appliance, |cell, markers| super::rows::appliance(cell, markers).is_some()),
    (OrderColumn::Coverage, |cell, _| super::rows::coverage(cell).is_some()),
    (OrderColumn::Kind, |cell, _| super::rows::kind(cell).is_some() && cell.chars().count() <= 6),
];

#[cfg(test)]
mod tests {
    use super::*;
    use OrderColumn as C;

    fn row(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    fn named(head: &[&str]) -> Vec<Option<OrderColumn>> {
        guess(&row(head), &[], &Markers::default())
    }

    #[test]
    fn headings_are_known_as_makers_and_people_write_them() {
        let head = [
            "*客户姓名（必填）",
            "联系电话",
            "乡镇",
            "详细地址",
            "品类",
            "品牌",
            "型号",
            "机身条码",
            "故障现象",
            "预约时间",
            "保内/保外",
            "厂家工单号",
            "备注",
        ];
        let wanted = [
            C::Name,
            C::Phone,
            C::Township,
            C::Address,
            C::Appliance,
            C::Brand,
            C::Model,
            C::Serial,
            C::Symptom,
            C::Window,
            C::Coverage,
            C::MakerOrder,
            C::Note,
        ];
        assert_eq!(named(&head), wanted.map(Some));
        assert_eq!(
            named(&["Customer name", "Phone", "Address", "Serial number", "Order no.", "Colour"]),
            [Some(C::Name), Some(C::Phone), Some(C::Address), Some(C::Serial), Some(C::MakerOrder), None]
        );
    }

    #[test]
    fn each_meaning_is_one_columns_and_the_whole_name_goes_first() {
        assert_eq!(named(&["报修客户电话", "电话", "客户"]), [None, Some(C::Phone), Some(C::Name)]);
        assert_eq!(named(&["电话", "手机"]), [Some(C::Phone), None]);
        assert_eq!(named(&["", "  ", "?"]), [None, None, None]);
    }

    #[test]
    fn a_column_without_a_name_is_told_by_what_stands_in_it() {
        let rows = [row(&["罗桂香", "138 0000 1001", "超保"]), row(&["田有福", "13800001002", "保内"])];
        assert_eq!(
            guess(&row(&["a", "b", "c"]), &rows, &Markers::default()),
            [None, Some(C::Phone), Some(C::Coverage)]
        );
    }

    #[test]
    fn the_headings_may_stand_below_a_title() {
        let rows =
            [row(&["2026年11月派工表"]), row(&["客户", "电话", "地址"]), row(&["罗桂香", "13800001001", "南门"])];
        assert_eq!(head_row(&rows, &Markers::default()), 1);
        assert_eq!(head_row(&rows[2..], &Markers::default()), 0);
        assert_eq!(head_row(&[], &Markers::default()), 0);
    }
}
