//! The sample outlet's papers, with the texts that a core would have made ready.

use std::io::Cursor;

use doorstep_schemas::paper::{
    Align, Block, Column, Issuer, Paper, Photo, Signature, Signed, Table, Tone, Total, Verdict, pair,
};
use doorstep_schemas::view::Language;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

fn texts<const N: usize>(texts: [&str; N]) -> Vec<String> {
    texts.map(str::to_owned).to_vec()
}

pub fn column(head: &str, align: Align) -> Column {
    Column { head: head.to_owned(), align }
}

fn heading(text: &str) -> Block {
    Block::Heading(text.to_owned())
}

fn total<const N: usize>(cells: [&str; N], strong: bool) -> Total {
    Total { cells: texts(cells), strong }
}

fn issuer() -> Issuer {
    Issuer {
        name: "柘川县城关网点".to_owned(),
        lines: texts(["电话 138 0000 1001", "柘川县城关镇解放路 18 号", "投诉 12315"]),
    }
}

/// A dim room with a bright window, as a JPEG.
pub fn photo(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let (x, y) = (x * 255 / width, y * 255 / height);
        let window = (90..150).contains(&x) && (60..120).contains(&y);
        if window { Rgb([240, 245, 250]) } else { Rgb([60 + (x / 3) as u8, 70 + (y / 4) as u8, 80]) }
    });
    file(&DynamicImage::ImageRgb8(picture), ImageFormat::Jpeg)
}

/// A wave of ink on nothing.
pub fn signature() -> Vec<u8> {
    let mut picture = RgbaImage::new(480, 160);
    for step in 0..4400 {
        let t = f64::from(step) / 4400.0;
        let (x, y) = (30.0 + t * 420.0, 80.0 + (t * 31.0).sin() * 45.0 * (1.0 - t * 0.6) + (t * 7.0).cos() * 12.0);
        for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1), (2, 1), (1, 2)] {
            picture.put_pixel(x as u32 + dx, y as u32 + dy, Rgba([20, 33, 43, 255]));
        }
    }
    file(&DynamicImage::ImageRgba8(picture), ImageFormat::Png)
}

pub fn file(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn drawn(label: &str, name: &str) -> Signature {
    Signature { label: label.to_owned(), name: name.to_owned(), signed: Signed::Drawn(signature()) }
}

fn photos(captions: &[&str]) -> Block {
    let photo = |caption: &&str| Photo { caption: (*caption).to_owned(), bytes: photo(1600, 1200) };
    Block::Photos(captions.iter().map(photo).collect())
}

/// 彭秀兰's water heater: 260 yuan.
pub fn receipt() -> Paper {
    Paper {
        language: Language::Zh,
        issuer: issuer(),
        title: "收据".to_owned(),
        subtitle: "家电维修服务".to_owned(),
        marks: vec![pair("单号", "SJ-20261121-03"), pair("日期", "2026-11-21 15:20")],
        blocks: vec![
            Block::Pairs(vec![
                pair("客户", "彭秀兰"),
                pair("电话", "138 **** 1023"),
                pair("地址", "石桥铺镇老街27号"),
                pair("机型", "安泉 ES50H-A1"),
                pair("机号", "AQES50HA1-2019-08-004512"),
                pair("师傅", "田勇(B级)"),
                pair("故障", "通电跳闸"),
                pair("备注", ""),
            ]),
            heading("收费明细"),
            Block::Table(Table {
                columns: vec![
                    column("项目", Align::Start),
                    column("单价", Align::End),
                    column("数量", Align::End),
                    column("金额(元)", Align::End),
                ],
                rows: vec![
                    texts(["上门费", "30.00", "1", "30.00"]),
                    texts(["人工：更换加热管", "80.00", "1", "80.00"]),
                    texts(["加热管 AQ-RG-2000", "95.00", "1", "95.00"]),
                    texts(["镁棒 AQ-MB-M6", "45.00", "1", "45.00"]),
                    texts(["密封圈 AQ-MF-63", "10.00", "1", "10.00"]),
                ],
                totals: vec![
                    total(["合计", "", "", "¥260.00"], true),
                    total(["微信收款 15:18", "", "", "260.00"], false),
                ],
            }),
            heading("安全测电"),
            Block::Verdict(Verdict {
                tone: Tone::Ok,
                word: "合格".to_owned(),
                text: "整机绝缘 0.3 MΩ → 60 MΩ(≥ 2 MΩ)。接地、极性、漏电保护正常。".to_owned(),
            }),
            heading("五项服务"),
            Block::Pairs(vec![
                pair("安全测电", "✓ 已做"),
                pair("讲解指导", "✓ 已做"),
                pair("维护保养", "✓ 已做"),
                pair("产品通检", "用户不需要"),
                pair("现场清理", "✓ 已做"),
            ]),
            photos(&["维修前：加热管结垢", "维修后", "绝缘复测 60 MΩ"]),
            Block::Signatures(vec![drawn("客户签字", "彭秀兰"), drawn("服务工程师", "田勇")]),
            Block::Code {
                text: "https://doorstep.invalid/p/SJ-20261121-03".to_owned(),
                caption: "扫码查看服务记录与评价。换下的旧件已交还客户。".to_owned(),
            },
            Block::Small("更换的零件保修 90 天，自付款之日起。镁棒每两年检查一次。".to_owned()),
        ],
        footer: "请保留此单作为保修凭证。".to_owned(),
    }
}

/// 向明's dryer at the bench, with the dearer level beside the cheaper.
pub fn repair_list() -> Paper {
    Paper {
        language: Language::Zh,
        issuer: issuer(),
        title: "维修清单".to_owned(),
        subtitle: "板上维修".to_owned(),
        marks: vec![pair("单号", "WX-20261121-04"), pair("送修", "2026-11-21"), pair("约定取机", "2026-11-25")],
        blocks: vec![
            Block::Pairs(vec![
                pair("客户", "向明"),
                pair("地址", "新集镇幸福苑2-604"),
                pair("机型", "凌越 DSK-85"),
                pair("备用机", "BYJ-03"),
            ]),
            heading("检测结果"),
            Block::Text("故障现象：不加热。原因：主板双向可控硅 BTA41-600B 击穿，加热继电器触点粘连。".to_owned()),
            heading("费用"),
            Block::Table(Table {
                columns: vec![column("项目", Align::Start), column("数量", Align::End), column("金额(元)", Align::End)],
                rows: vec![
                    texts(["板上维修人工", "1", "90.00"]),
                    texts(["双向可控硅 BTA41-600B", "1", "18.00"]),
                    texts(["继电器 LY-JDQ-30", "1", "12.00"]),
                ],
                totals: vec![
                    total(["板上维修合计", "", "¥120.00"], true),
                    total(["换整板(未选)LY-ZB-85", "", "380.00"], false),
                ],
            }),
            heading("旧件"),
            Block::Table(Table { columns: vec![column("旧件", Align::Start)], rows: vec![], totals: vec![] }),
            Block::Text("客户电话同意：2026-11-21 16:05，工期 2 天。".to_owned()),
            Block::Signatures(vec![Signature {
                label: "客户签字".to_owned(),
                name: String::new(),
                signed: Signed::Line,
            }]),
        ],
        footer: "板上维修部位保修 90 天。".to_owned(),
    }
}

/// 田有福's house has no earth: refused, and he would not sign.
pub fn notice() -> Paper {
    Paper {
        language: Language::Zh,
        issuer: issuer(),
        title: "安全隐患告知书".to_owned(),
        subtitle: String::new(),
        marks: vec![pair("编号", "GZ-20261121-02"), pair("日期", "2026-11-21 10:40")],
        blocks: vec![
            Block::Pairs(vec![
                pair("客户", "田有福"),
                pair("地址", "大湾乡三组"),
                pair("机型", "安泉 ES60H-D3"),
                pair("师傅", "冉小军(A级)"),
            ]),
            Block::Verdict(Verdict {
                tone: Tone::Danger,
                word: "不具备安装条件".to_owned(),
                text: "插座没有接地。通电使用热水器有触电危险，本次拒绝安装。".to_owned(),
            }),
            heading("实测"),
            Block::Table(Table {
                columns: vec![
                    column("项目", Align::Start),
                    column("实测", Align::End),
                    column("要求", Align::Start),
                    column("结论", Align::Start),
                ],
                rows: vec![
                    texts(["电源电压 L-N", "221 V", "198–235.4 V", "合格"]),
                    texts(["火地电压 L-PE", "108 V", "与 L-N 相差 ≤ 10 V", "不合格"]),
                    texts(["零地电压 N-PE", "112 V", "< 5 V", "不合格"]),
                ],
                totals: vec![],
            }),
            heading("请您尽快处理"),
            Block::Text(
                "1. 请持证电工加装接地线，接地电阻不大于 4 Ω。\n2. 加装 30 mA 漏电保护器。\n3. 处理前不要自行安装或通电。"
                    .to_owned(),
            ),
            Block::Verdict(Verdict {
                tone: Tone::Warn,
                word: "复查日期 2026-12-05".to_owned(),
                text: "整改后请致电网点，复查不另收费。".to_owned(),
            }),
            photos(&["插座测试仪：无地线", "接线盒"]),
            Block::Signatures(vec![
                Signature {
                    label: "客户签字".to_owned(),
                    name: "田有福".to_owned(),
                    signed: Signed::Declined { word: "拒签".to_owned(), witness: "见证人：村电工老周".to_owned() },
                },
                drawn("服务工程师", "冉小军"),
            ]),
            Block::Small("依据：GB 50303(插座接地)、GB/T 12325(电源电压)。拒签不影响本告知书的效力。".to_owned()),
        ],
        footer: "本告知书一式两份，客户与网点各执一份。".to_owned(),
    }
}

/// A maker's month, with as many lines as asked for.
pub fn statement(rows: usize) -> Paper {
    let row = |n: usize| {
        let cents = 5000 + n * 37 % 20000;
        texts([
            &format!("2026-11-{:02}", n % 30 + 1),
            &format!("BL-{n:05}"),
            ["罗桂香", "彭秀兰", "覃大勇", "龚正平"][n % 4],
            ["挂机安装", "补焊加氟", "更换加热管", "更换排水泵"][n % 4],
            &format!("{}.{:02}", cents / 100, cents % 100),
        ])
    };
    Paper {
        language: Language::Zh,
        issuer: issuer(),
        title: "厂家月结对账单".to_owned(),
        subtitle: "北岭 · 2026 年 11 月".to_owned(),
        marks: vec![pair("单号", "YJ-202611-BL")],
        blocks: vec![Block::Table(Table {
            columns: vec![
                column("日期", Align::Start),
                column("厂家工单号", Align::Start),
                column("客户", Align::Start),
                column("项目", Align::Start),
                column("结算(元)", Align::End),
            ],
            rows: (1..=rows).map(row).collect(),
            totals: vec![total(["合计", "", "", "", "¥99,999.00"], true)],
        })],
        footer: "柘川县城关网点".to_owned(),
    }
}
