//! Ten thousand orders from a table, as an owner brings them in: looked at, then written, from a workbook and from a CSV in
//! GB18030.
//!
//! Measured at the actions, the file's bytes in hand. The outlet holds jobs of some of the same phones and maker's numbers
//! already, and one builder's phone stands on a tenth of all rows.

use std::io::{self, Write};
use std::path::Path;
use std::time::Instant;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep::actions::import::ImportError;
use doorstep::actions::orders::OrderError;
use doorstep::tables::{self, Cell, Table, XlsxError};
use doorstep::tasks::Unwatched;
use doorstep_schemas::input::{ImportOrders, ReadImport};
use doorstep_schemas::view::ImportPlan;
use doorstep_tests::outlet::{self, OWNER};
use doorstep_tests::stage::{Device, Relay, StageError};

use crate::figures::{Figures, millis};

const HEAD: [&str; 10] =
    ["客户姓名", "联系电话", "详细地址", "品类", "品牌", "型号", "机身条码", "故障现象", "厂家工单号", "备注"];
const TOWNS: [&str; 4] = ["城关镇", "大湾乡", "石桥铺镇", "新集镇"];
const APPLIANCES: [(&str, &str, &str); 4] = [
    ("挂机空调", "北岭", "KFR-35GW/BP3N1"),
    ("储水式热水器", "安泉", "ES50H-A1"),
    ("洗衣机", "云浣", "XQG100-14"),
    ("燃气热水器", "旺泉", "JSQ25-13"),
];
/// Every tenth row is one builder's.
const BUILDER: &str = "13800009999";

/// Why there is no figure.
#[derive(Debug, thiserror::Error)]
pub enum ImportBenchError {
    #[error(transparent)]
    Stage(#[from] StageError),
    #[error(transparent)]
    Store(#[from] doorstep::store::StoreError),
    #[error(transparent)]
    Import(#[from] ImportError),
    #[error(transparent)]
    Order(#[from] OrderError),
    #[error(transparent)]
    Xlsx(#[from] XlsxError),
    #[error("a file failed")]
    Io(#[from] io::Error),
    #[error("{what}: {found} where {expected} were expected")]
    Miscounted { what: &'static str, expected: usize, found: usize },
}

pub async fn measure(folder: &Path, rows: usize, out: &mut dyn Write) -> Result<(), ImportBenchError> {
    let mut figures = Figures::of("import", out);
    for (number, case) in ["xlsx", "csv-gb18030"].into_iter().enumerate() {
        let scratch = tempfile::tempdir_in(folder)?;
        let data = scratch.path().join("relay");
        outlet::found(&data)?;
        let relay = Relay::start(&data)?;
        let desk = Device::enrolled("店里电脑", &scratch.path().join("desk"), &relay, OWNER).await?;
        desk.network(false)?;
        // A year before: the same customers, other orders.
        bring(&desk, &csv(&table(rows / 10, "CG2025")), rows / 10)?;
        let table = table(rows, "CG2026");
        let bytes = if number == 0 { tables::xlsx(&[table])? } else { csv(&table) };
        eprintln!("import: {rows} rows, {} bytes as {case}", bytes.len());
        let (plan_ms, take_ms) = bring(&desk, &bytes, rows)?;
        for (figure, ms) in [("plan_s", plan_ms), ("take_s", take_ms), ("seconds", plan_ms + take_ms)] {
            figures.say(case, figure, (ms / 10.0).round() / 100.0, "s")?;
        }
        figures.say(case, "rows", rows, "count")?;
    }
    Ok(())
}

/// Milliseconds of looking and of taking. What may be here twice is taken anyway.
fn bring(desk: &Device, bytes: &[u8], rows: usize) -> Result<(f64, f64), ImportBenchError> {
    let base64 = STANDARD.encode(bytes);
    let begun = Instant::now();
    let plan = desk.app.actions.read_import(&ReadImport { base64: base64.clone(), sheet: 0, columns: None })?;
    let plan_ms = millis(begun.elapsed());
    let ready = usize::try_from(plan.ready + plan.alike).unwrap_or(0);
    if ready != rows {
        return Err(ImportBenchError::Miscounted { what: "rows that can be brought in", expected: rows, found: ready });
    }
    let input = wish(base64, &plan, rows);
    let begun = Instant::now();
    let done = desk.app.actions.import_orders(&input, &mut Unwatched)?;
    let take_ms = millis(begun.elapsed());
    let taken = usize::try_from(done.taken).unwrap_or(0);
    if taken == rows {
        Ok((plan_ms, take_ms))
    } else {
        Err(ImportBenchError::Miscounted { what: "orders that were taken", expected: rows, found: taken })
    }
}

fn wish(base64: String, plan: &ImportPlan, rows: usize) -> ImportOrders {
    ImportOrders {
        name: "派工.xlsx".to_owned(),
        base64,
        sheet: plan.sheet,
        columns: plan.columns.clone(),
        anyway: (0..=u32::try_from(rows + 1).unwrap_or(u32::MAX)).collect(),
    }
}

fn table(rows: usize, orders: &str) -> Table {
    let text = |text: String| Cell::Text(text);
    let row = |n: usize| {
        let (appliance, brand, model) = APPLIANCES[n % APPLIANCES.len()];
        let phone = if n.is_multiple_of(10) { BUILDER.to_owned() } else { format!("138{:08}", 10_000_000 + n) };
        vec![
            text(format!("客户{n}")),
            text(phone),
            text(format!("{}南门小区{}-{}", TOWNS[n % TOWNS.len()], n / 100, n % 100)),
            text(appliance.to_owned()),
            text(brand.to_owned()),
            text(model.to_owned()),
            text(format!("SN{orders}{n:08}")),
            text("不制冷，响声大".to_owned()),
            text(format!("{orders}{n:08}")),
            text("先打电话, 再上门".to_owned()),
        ]
    };
    Table {
        name: "派工".to_owned(),
        head: HEAD.iter().map(|head| (*head).to_owned()).collect(),
        rows: (0..rows).map(row).collect(),
    }
}

fn csv(table: &Table) -> Vec<u8> {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let mut lines = vec![table.head.join(",")];
    lines
        .extend(table.rows.iter().map(|row| row.iter().map(|cell| quoted(&cell.text())).collect::<Vec<_>>().join(",")));
    encoding_rs::GB18030.encode(&lines.join("\r\n")).0.into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::figures::is_figure;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_row_of_both_files_becomes_an_order_and_every_line_is_a_figure() {
        let folder = tempfile::tempdir().unwrap();
        let mut out = Vec::new();
        measure(folder.path(), 120, &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert!(text.lines().count() == 8 && text.lines().all(is_figure), "{text}");
    }
}
