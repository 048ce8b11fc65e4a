//! Words of installing, cleaning and the other work that mends nothing.

/// What an installer writes about an installation.
pub const INSTALLED: &[&str] = &[
    "挂板打水平，四颗螺栓全部吃进实墙",
    "排水管向外倾斜，灌水试排顺畅",
    "支架刷了防锈漆，螺母加弹垫",
    "进出水加了角阀，方便以后检修",
    "连机线走套管，接头搪锡",
    "穿墙处打发泡胶，外口向下",
    "机脚调平，四角不晃",
    "烟道接口用铝箔胶带缠两圈",
    "机器离墙十公分，散热够",
    "试机半小时，客户现场看过",
];
/// Names of customers' lines.
pub const MATERIALS: &[(&str, i64)] = &[
    ("加长铜管每米", 11_000),
    ("不锈钢外机支架", 12_000),
    ("普通墙打孔", 4_000),
    ("混凝土墙打孔", 6_000),
    ("三平方连机线每米", 1_500),
    ("角阀安装", 2_000),
    ("高空作业费", 10_000),
    ("旧机拆除", 6_000),
    ("铝塑管改管", 8_000),
    ("插座移位", 5_000),
];
pub const LABOURS: &[(&str, i64)] = &[
    ("换件工时", 8_000),
    ("检漏补焊", 12_000),
    ("拆机清洗工时", 9_000),
    ("主板级维修", 9_000),
    ("电机更换工时", 11_000),
    ("管路疏通", 6_000),
    ("调试校准", 5_000),
];
pub const SYMPTOMS_OF_WORK: &[(&str, &str)] = &[
    ("install", "新买的等着装"),
    ("install", "货到了叫人来装"),
    ("install", "新房子第一次装机"),
    ("move", "搬家，老房拆了装到新房"),
    ("move", "从客厅挪到卧室"),
    ("remove", "房子要拆迁，机器先下了"),
    ("remove", "二手卖掉要拆下来"),
    ("clean", "油烟太重要深度清洗"),
    ("clean", "入夏前洗一洗空调"),
    ("maintenance", "年度保养到期了"),
    ("maintenance", "签了保养合同按期来"),
    ("survey", "装修前想量位置看线路"),
    ("survey", "项目上门勘测"),
    ("appraisal", "怀疑是质量问题要鉴定"),
    ("appraisal", "保修期算不清，请人看一看"),
    ("exchange", "同一毛病修两回了要求换机"),
    ("exchange", "到货就是坏的要换"),
    ("trade_in", "旧机折价换新的"),
    ("trade_in", "参加以旧换新收旧机"),
    ("unit_pickup", "修不了拉回店里修"),
    ("unit_pickup", "板子坏了要拿去修"),
    ("unit_return", "修好了给人家送回去"),
    ("unit_return", "店里修完约好送回"),
];
/// Said when calling, in the words of the screens' second language.
pub const ENGLISH_REMARKS: &[&str] = &[
    "Customer shown how to clean the filter",
    "Tested for twenty minutes, runs quietly",
    "Advised a pressure reducer on the inlet",
    "Neighbour asked for a quotation as well",
    "Socket of the washing machine gets warm, told to replace it",
    "Packing taken away with us",
];
/// What an emergency is called in with, by the script that answers it.
pub const EMERGENCIES: &[(&str, &str)] = &[
    ("gas", "厨房一股很浓的煤气味"),
    ("gas", "灶台关了还闻得到气味"),
    ("co", "洗澡出来头晕想吐"),
    ("shock", "摸水龙头被电了一下"),
    ("shock", "碰冰箱门手发麻"),
    ("burning", "插头那里烧焦冒烟"),
    ("burning", "空调出风口有烧塑料味"),
    ("water", "热水器水管爆了一地水"),
    ("water", "洗衣机进水管脱了止不住"),
];
pub const SOLVED_BY_PHONE: &[&str] =
    &["电话里教客户复位空开，好了", "让客户把童锁长按三秒解开", "指导客户清了排水过滤器", "教客户把角阀开大就有水了"];
