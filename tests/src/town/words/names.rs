//! Names of people and places. The places are invented, the surnames are weighted as they are in the hills of the southwest.

/// Surnames and how often they occur, of a thousand.
pub const SURNAMES: &[(&str, u32)] = &[
    ("王", 62),
    ("李", 66),
    ("张", 60),
    ("刘", 48),
    ("陈", 46),
    ("杨", 44),
    ("黄", 36),
    ("周", 34),
    ("吴", 30),
    ("徐", 20),
    ("谭", 34),
    ("覃", 34),
    ("向", 36),
    ("田", 34),
    ("冉", 24),
    ("彭", 26),
    ("龚", 18),
    ("邓", 24),
    ("罗", 24),
    ("唐", 16),
    ("何", 18),
    ("廖", 14),
    ("马", 12),
    ("胡", 20),
    ("郑", 12),
    ("谢", 14),
    ("宋", 10),
    ("曾", 14),
    ("肖", 12),
    ("蒋", 12),
    ("牟", 10),
    ("瞿", 6),
    ("石", 10),
    ("舒", 8),
    ("侯", 8),
    ("余", 12),
    ("韦", 8),
    ("欧阳", 4),
];

/// Given names by the generation that was given them: born before 1965, 1965–1984, after.
pub const OLD: &[&str] = &[
    "桂香", "有福", "秀兰", "正平", "光荣", "德发", "玉珍", "国庆", "翠英", "长林", "凤仙", "家旺", "淑芬", "爱民",
    "立新", "大勇", "兴国", "春生", "代珍", "顺清", "吉安", "万全", "天佑", "菊英", "满堂", "昌明",
];
pub const MIDDLE: &[&str] = &[
    "建军", "丽华", "志强", "红梅", "永康", "雪琴", "文斌", "冬梅", "卫东", "小妹", "海燕", "晓琴", "建平", "春梅",
    "勇", "军", "萍", "波", "艳", "斌", "华", "明", "琼", "超", "小军", "世友",
];
pub const YOUNG: &[&str] = &[
    "雨涵", "梓轩", "浩然", "思颖", "佳怡", "宇航", "欣悦", "俊杰", "子墨", "诗雨", "博文", "婷婷", "鹏", "杰", "倩",
    "磊", "媛", "涛", "晨曦", "若兰", "昊", "依依", "嘉豪", "梦洁", "明轩", "语桐",
];

/// Customers who are no single person: what follows the township's name.
pub const HOUSES: &[&str] = &[
    "中心小学",
    "卫生院",
    "便民超市",
    "幼儿园",
    "供电所",
    "敬老院",
    "茶叶合作社",
    "客运站",
    "政务服务中心",
    "水厂",
    "林场",
    "村委会",
];
/// What follows a surname: 谭记农家乐.
pub const SHOPS: &[&str] =
    &["记农家乐", "家饭馆", "记早点铺", "家宾馆", "记理发店", "氏诊所", "家民宿", "记烧烤", "家粮油店", "记茶楼"];

pub struct Township {
    pub name: &'static str,
    /// From the shop.
    pub km: u32,
    /// The county town itself: streets and xiaoqu instead of villages.
    pub town: bool,
    pub weight: u32,
}

pub const TOWNSHIPS: &[Township] = &[
    Township { name: "枥城镇", km: 3, town: true, weight: 40 },
    Township { name: "青石桥镇", km: 9, town: true, weight: 14 },
    Township { name: "双溪口镇", km: 14, town: true, weight: 10 },
    Township { name: "枫香坪乡", km: 18, town: false, weight: 8 },
    Township { name: "老木垭乡", km: 23, town: false, weight: 6 },
    Township { name: "鹿鸣溪镇", km: 27, town: true, weight: 7 },
    Township { name: "岩门口乡", km: 31, town: false, weight: 5 },
    Township { name: "茶园坡乡", km: 36, town: false, weight: 5 },
    Township { name: "白羊关镇", km: 44, town: true, weight: 3 },
    Township { name: "云顶寨乡", km: 52, town: false, weight: 2 },
];

pub const STREETS: &[&str] = &[
    "枥阳路",
    "文昌街",
    "滨江大道",
    "盐店巷",
    "桂花路",
    "东岳街",
    "车坝路",
    "水井巷",
    "凤凰大道",
    "新民街",
    "油坊巷",
    "体育场路",
];
pub const ESTATES: &[&str] = &[
    "锦绣花园",
    "望江苑",
    "书香庭院",
    "金桂小区",
    "龙泉新村",
    "安居苑",
    "丽水湾",
    "御景台",
    "移民新区",
    "教师新村",
    "阳光里",
    "翠屏家园",
];
pub const VILLAGES: &[&str] = &[
    "樟树坪村",
    "石板溪村",
    "高峰村",
    "麻柳湾村",
    "五龙村",
    "龙潭坪村",
    "水田坝村",
    "火烧坪村",
    "杉树岭村",
    "半坡村",
    "桃花湾村",
    "金竹园村",
    "响水洞村",
    "大堰塘村",
    "梨子坪村",
    "黄土坎村",
];
/// How people in a village are found.
pub const BESIDE: &[&str] = &[
    "老供销社对面",
    "村口小桥边",
    "卫生室隔壁",
    "大樟树下",
    "晒谷场后头",
    "公路下坎第二家",
    "祠堂旁边",
    "村小学背后",
    "加油站斜对面",
    "水库坝上",
];
