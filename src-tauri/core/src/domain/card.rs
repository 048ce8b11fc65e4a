//! 公示卡: what the customer is shown first: who came, the five services, whom to complain to (R10).

use doorstep_schemas::ids::MemberId;
use doorstep_schemas::input::SheetField;
use doorstep_schemas::view::ServiceCode;

use super::crew;
use super::facts::Job;
use super::facts::outlet::{Authorisation, Roster};

/// The public complaint line of the state.
pub const PUBLIC_LINE: &str = "12315";

/// Whose number it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    Brand(String),
    Outlet,
    /// 12315
    Public,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    pub whose: Whose,
    pub number: String,
}

/// The card of one visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    pub technicians: Vec<MemberId>,
    pub services: Vec<ServiceCode>,
    pub complaints: Vec<Complaint>,
    /// Brands whose name and number may stand on the card.
    pub brands: Vec<String>,
}

fn same(a: &str, b: &str) -> bool {
    a.trim().to_lowercase() == b.trim().to_lowercase()
}

/// The authorisation by which the outlet speaks for a brand at that moment (R10): the last record counts, and one without
/// an expiry is none.
pub fn authorised<'a>(roster: &'a Roster, brand: &str, at: i64) -> Option<&'a Authorisation> {
    if brand.trim().is_empty() {
        return None;
    }
    let of = roster.authorisations.iter().filter(|a| same(&a.brand, brand));
    let latest = super::record::last(of)?;
    (!latest.withdrawn && latest.expires.is_some_and(|expires| at < expires.0)).then_some(latest)
}

/// The card (R10). `brand_numbers` are brands' complaint numbers from rule data, used where the authorisation names none;
/// where no brand may be spoken for, the outlet's own number stands there. 12315 is always on it.
pub fn card(job: &Job, roster: &Roster, outlet_number: &str, brand_numbers: &[(String, String)], at: i64) -> Card {
    let mut brands: Vec<String> = Vec::new();
    let mut complaints = Vec::new();
    let mut own = job.order.appliances.is_empty();
    for appliance in &job.order.appliances {
        let brand = job.field(appliance, SheetField::Brand).trim().to_owned();
        if brands.iter().any(|known| same(known, &brand)) {
            continue;
        }
        let Some(authorisation) = authorised(roster, &brand, at) else {
            own = true;
            continue;
        };
        let listed = brand_numbers.iter().find(|(name, _)| same(name, &brand)).map(|(_, number)| number.trim());
        let number = Some(authorisation.number.trim()).filter(|n| !n.is_empty()).or(listed).unwrap_or_default();
        if number.is_empty() {
            own = true;
        } else {
            complaints.push(Complaint { whose: Whose::Brand(brand.clone()), number: number.to_owned() });
        }
        brands.push(brand);
    }
    if own && !outlet_number.trim().is_empty() {
        complaints.push(Complaint { whose: Whose::Outlet, number: outlet_number.trim().to_owned() });
    }
    complaints.push(Complaint { whose: Whose::Public, number: PUBLIC_LINE.to_owned() });
    Card { technicians: crew::crew(job), services: ServiceCode::ALL.to_vec(), complaints, brands }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::At;
    use crate::domain::scene::{DAY, NOON, id, job, member, noted};
    use doorstep_schemas::view::{ApplianceKind, JobKind};

    fn authorisation(n: u32, brand: &str, number: &str, expires: Option<i64>) -> Authorisation {
        Authorisation {
            id: id(n),
            brand: brand.to_owned(),
            number: number.to_owned(),
            expires: expires.map(At),
            withdrawn: false,
            noted: noted(NOON),
        }
    }

    fn visit(brands: &[&str]) -> Job {
        let mut job = job(JobKind::Repair, &vec![ApplianceKind::Other; brands.len()]);
        for (appliance, brand) in job.order.appliances.iter_mut().zip(brands) {
            appliance.brand = (*brand).to_owned();
        }
        job.order.assignees.insert(member(2), NOON);
        job
    }

    fn numbers(job: &Job, roster: &Roster) -> Vec<String> {
        let listed = [("安泉".to_owned(), "400-1".to_owned())];
        card(job, roster, "0718-8220000", &listed, NOON).complaints.into_iter().map(|c| c.number).collect()
    }

    #[test]
    fn r10_the_brands_number_stands_on_the_card_only_while_the_outlet_is_authorised() {
        let mut roster =
            Roster { authorisations: vec![authorisation(1, "北岭", "400-2", Some(NOON + 1))], ..Roster::default() };
        let job = visit(&["北岭"]);
        assert_eq!(numbers(&job, &roster), ["400-2", PUBLIC_LINE]);
        roster.authorisations[0].expires = Some(At(NOON));
        assert_eq!(numbers(&job, &roster), ["0718-8220000", PUBLIC_LINE], "it ends at that moment");
        roster.authorisations[0].expires = None;
        assert_eq!(numbers(&job, &roster), ["0718-8220000", PUBLIC_LINE], "without an end it is none");
        assert!(card(&job, &roster, "", &[], NOON).brands.is_empty(), "nor does its name stand there");
        let renewed =
            Authorisation { noted: noted(NOON + 1), ..authorisation(2, " 北岭 ", "400-3", Some(NOON + DAY)) };
        roster.authorisations.push(renewed.clone());
        assert_eq!(numbers(&job, &roster), ["400-3", PUBLIC_LINE]);
        roster.authorisations.push(Authorisation { id: id(3), withdrawn: true, noted: noted(NOON + 2), ..renewed });
        assert_eq!(numbers(&job, &roster), ["0718-8220000", PUBLIC_LINE]);
    }

    #[test]
    fn r10_two_brands_in_one_visit_have_a_number_each() {
        let roster =
            Roster { authorisations: vec![authorisation(1, "安泉", "", Some(NOON + 1))], ..Roster::default() };
        assert_eq!(numbers(&visit(&["安泉", "别家", "安泉"]), &roster), ["400-1", "0718-8220000", PUBLIC_LINE]);
        assert_eq!(numbers(&visit(&[]), &roster), ["0718-8220000", PUBLIC_LINE]);
    }

    #[test]
    fn r10_the_card_names_who_came_and_the_five_services() {
        let shown = card(&visit(&[""]), &Roster::default(), "0718-8220000", &[], NOON);
        assert_eq!((shown.technicians, shown.services.len()), (vec![member(2)], 5));
    }
}
