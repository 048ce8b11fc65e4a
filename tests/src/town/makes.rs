//! Brands, models and their nameplates: invented ones, so that no false fault sits on a real maker.

use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::{ApplianceKind, GasKind, ProtectionClass, Refrigerant};

use crate::chance::Chance;

/// What stands on a nameplate, as far as the safety check asks for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Plate {
    pub watts: i64,
    pub milliamps: i64,
    pub protection: ProtectionClass,
    pub refrigerant: Option<Refrigerant>,
    pub gas: Option<GasKind>,
    /// Where such an appliance stands.
    pub wet_room: bool,
}

impl Plate {
    /// The fields in which a technician writes it down.
    pub fn fields(&self) -> Vec<(SheetField, String)> {
        let mut out = vec![(SheetField::Protection, self.protection.word().to_owned())];
        if self.watts > 0 {
            out.push((SheetField::RatedWatts, self.watts.to_string()));
            out.push((SheetField::RatedMilliamps, self.milliamps.to_string()));
        }
        out.extend(self.refrigerant.map(|gas| (SheetField::Refrigerant, gas.word().to_owned())));
        out.extend(self.gas.map(|gas| (SheetField::Gas, gas.word().to_owned())));
        out.push((SheetField::WetRoom, if self.wet_room { "yes" } else { "no" }.to_owned()));
        out
    }
}

/// One model that the town's people own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    pub kind: ApplianceKind,
    pub brand: &'static str,
    /// Two letters that its serial numbers begin with.
    pub letters: &'static str,
    pub model: &'static str,
    pub plate: Plate,
    pub weight: u32,
}

/// Every brand of the town. None of them is a maker's.
pub const BRANDS: [&str; 9] = ["北岭", "安泉", "凌越", "云浣", "旺泉", "晶视", "霜白", "灶王星", "沐川"];

const fn plate(watts: i64, wet_room: bool) -> Plate {
    let protection = ProtectionClass::One;
    Plate { watts, milliamps: watts * 1_000 / 220, protection, refrigerant: None, gas: None, wet_room }
}
const fn cold(watts: i64, refrigerant: Refrigerant) -> Plate {
    Plate { refrigerant: Some(refrigerant), ..plate(watts, false) }
}
const fn burner(watts: i64, gas: GasKind) -> Plate {
    Plate { gas: Some(gas), ..plate(watts, true) }
}
const fn flat(watts: i64) -> Plate {
    Plate { protection: ProtectionClass::Two, ..plate(watts, false) }
}

const fn m(
    kind: ApplianceKind,
    brand: &'static str,
    letters: &'static str,
    model: &'static str,
    plate: Plate,
    weight: u32,
) -> Model {
    Model { kind, brand, letters, model, plate, weight }
}

use ApplianceKind::{
    AirConditioner, GasHeater, GasStove, InstantHeater, Other, RangeHood, Refrigerator, StorageHeater, Television,
    WashingMachine,
};

pub const MODELS: [Model; 31] = [
    m(AirConditioner, "北岭", "BL", "KFR-26GW/BP2N3", cold(780, Refrigerant::R32), 6),
    m(AirConditioner, "北岭", "BL", "KFR-35GW/BP3N1", cold(1_080, Refrigerant::R32), 9),
    m(AirConditioner, "北岭", "BL", "KFR-50LW/D5", cold(1_620, Refrigerant::R410a), 4),
    m(AirConditioner, "北岭", "BL", "KFR-72LW/BP1", cold(2_280, Refrigerant::R410a), 4),
    m(AirConditioner, "霜白", "SB", "KFR-35GW/N7", cold(1_080, Refrigerant::R32), 5),
    m(AirConditioner, "霜白", "SB", "KFR-32GW/T2", cold(1_080, Refrigerant::R22), 2),
    m(StorageHeater, "安泉", "AQ", "ES50H-A1", plate(2_000, true), 6),
    m(StorageHeater, "安泉", "AQ", "ES60H-D3", plate(2_000, true), 8),
    m(StorageHeater, "沐川", "MC", "DSZ-80F", plate(3_000, true), 4),
    m(InstantHeater, "凌越", "LY", "DSK-85", plate(8_500, true), 4),
    m(InstantHeater, "凌越", "LY", "DSK-65E", plate(6_500, true), 3),
    m(InstantHeater, "沐川", "MC", "KRD-75", plate(7_500, true), 2),
    m(GasHeater, "旺泉", "WQ", "JSQ25-13", burner(40, GasKind::Lpg), 4),
    m(GasHeater, "旺泉", "WQ", "JSQ30-16T", burner(40, GasKind::Natural), 6),
    m(GasHeater, "沐川", "MC", "JSQ26-13M", burner(40, GasKind::Natural), 3),
    m(WashingMachine, "云浣", "YH", "XQG100-14", plate(1_900, true), 7),
    m(WashingMachine, "云浣", "YH", "XQB80-28", plate(400, true), 6),
    m(WashingMachine, "霜白", "SB", "XQG80-12C", plate(1_900, true), 3),
    m(Refrigerator, "霜白", "SB", "BCD-218T", cold(120, Refrigerant::R600a), 7),
    m(Refrigerator, "霜白", "SB", "BCD-452W", cold(160, Refrigerant::R600a), 4),
    m(Refrigerator, "北岭", "BL", "BC-98", cold(120, Refrigerant::R134a), 2),
    m(RangeHood, "灶王星", "ZW", "CXW-220-A6", plate(220, false), 5),
    m(RangeHood, "凌越", "LY", "CXW-268", plate(260, false), 4),
    m(GasStove, "灶王星", "ZW", "JZT-B82", burner(0, GasKind::Natural), 4),
    m(GasStove, "灶王星", "ZW", "JZY-B71", burner(0, GasKind::Lpg), 4),
    m(Television, "晶视", "JS", "65E3", flat(150), 5),
    m(Television, "晶视", "JS", "55E2", flat(120), 5),
    m(Television, "晶视", "JS", "32A1", flat(60), 2),
    m(Other, "安泉", "AQ", "YR-5饮水机", plate(500, false), 2),
    m(Other, "灶王星", "ZW", "P70微波炉", plate(1_100, false), 2),
    m(Other, "凌越", "LY", "CFXB40", plate(700, false), 2),
];

/// A model of this kind, the usual ones more often.
pub fn model(chance: &Chance, kind: ApplianceKind) -> &'static Model {
    chance.weighted(&MODELS, |model| if model.kind == kind { model.weight } else { 0 })
}

/// Letters, year and month made, six figures.
pub fn serial(chance: &Chance, model: &Model, year: i32, month: u32) -> String {
    format!("{}{:02}{month:02}{:06}", model.letters, year % 100, chance.between(0, 1_000_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names under which makers sell household appliances in China.
    const REAL: [&str; 36] = [
        "美的",
        "格力",
        "海尔",
        "海信",
        "奥克斯",
        "志高",
        "长虹",
        "康佳",
        "TCL",
        "创维",
        "小米",
        "华凌",
        "科龙",
        "容声",
        "美菱",
        "新飞",
        "小天鹅",
        "松下",
        "西门子",
        "三星",
        "索尼",
        "夏普",
        "东芝",
        "博世",
        "方太",
        "老板",
        "华帝",
        "万和",
        "万家乐",
        "史密斯",
        "林内",
        "能率",
        "樱花",
        "帅康",
        "苏泊尔",
        "统帅",
    ];

    #[test]
    fn no_brand_is_a_makers_and_every_model_is_of_a_known_brand() {
        for brand in BRANDS {
            assert!(!REAL.iter().any(|real| brand.contains(real) || real.contains(brand)), "{brand}");
        }
        for model in &MODELS {
            assert!(BRANDS.contains(&model.brand), "{}", model.brand);
            assert!(!REAL.iter().any(|real| model.model.contains(real)), "{}", model.model);
        }
        assert!(BRANDS.iter().all(|brand| MODELS.iter().any(|model| model.brand == *brand)));
    }

    #[test]
    fn nobody_in_the_town_writes_of_a_real_maker() {
        // 老板 is also what an owner is called.
        let named = |text: &&str| REAL.iter().any(|real| *real != "老板" && text.contains(real));
        let texts: Vec<&str> = crate::town::TEXTS.iter().flat_map(|pool| pool.texts()).filter(named).collect();
        assert_eq!(texts, Vec::<&str>::new());
    }

    #[test]
    fn every_kind_has_a_model() {
        let chance = Chance::from_seed(3);
        for kind in ApplianceKind::ALL {
            assert_eq!(model(&chance, *kind).kind, *kind);
        }
    }
}
