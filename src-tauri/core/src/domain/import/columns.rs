//! Which column of a table says what: by its heading, else by what stands in it.

use doorstep_schemas::view::OrderColumn;

use super::headings::{self, Headings, plain};
use crate::domain::intake::{is_mobile, same_phone};
use crate::domain::paste::Markers;

/// Headings as makers' systems and people write them, without spaces and marks. What a maker's own dispatch calls a field comes
/// from rule data beside them.
const HEADINGS: Headings<OrderColumn> = &[
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

/// The row of the headings.
pub fn head_row(rows: &[Vec<String>], markers: &Markers) -> usize {
    headings::head_among(rows, |cell| by_heading(cell, markers).is_some())
}

/// What each column says, each said by one column: the first that is called so, else the first that looks so.
pub fn guess(head: &[String], rows: &[Vec<String>], markers: &Markers) -> Vec<Option<OrderColumn>> {
    let mut out = headings::named(head, headings::width(head, rows), |heading| by_heading(heading, markers));
    for (column, looks) in LOOKS {
        headings::look(&mut out, rows, *column, |cell| looks(cell, markers));
    }
    out
}

/// What a heading means, and whether that is the whole of it.
fn by_heading(heading: &str, markers: &Markers) -> Option<(OrderColumn, bool)> {
    let heading = plain(heading);
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
    let whole = headings::whole(&heading, HEADINGS);
    let whole = whole.or_else(|| makers.iter().find(|(_, labels)| own(labels)).map(|(column, _)| *column));
    whole.map(|column| (column, true)).or_else(|| headings::part(&heading, HEADINGS).map(|column| (column, false)))
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
