//! The oracle: what was agreed, in its own words.

use super::{Hold, Paper, Person, Standing};

/// Deny by default; access follows assignment. The owner reads everything; others their jobs, what is their own, and
/// what is everybody's.
pub fn reads(person: &Person, paper: Paper) -> bool {
    if person.standing != Standing::Active || person.roles.is_empty() {
        return false;
    }
    person.owns()
        || match paper {
            Paper::Order(hold) | Paper::Sheet(hold) => matches!(hold, Hold::Read | Hold::Write),
            Paper::OwnRequest | Paper::OwnStock | Paper::Roster | Paper::Catalogue => true,
            Paper::OthersRequest | Paper::OthersStock | Paper::Desk => false,
        }
}

/// What a role may write of a paper, if the job is theirs.
fn within_the_role(person: &Person, paper: Paper, theirs: bool) -> bool {
    match paper {
        // Sheets belong to those who do the work, whoever they are.
        Paper::Sheet(_) => !person.roles.is_empty() && theirs,
        // A request is its member's own word: not even the owner's.
        Paper::OwnRequest => !person.roles.is_empty(),
        Paper::OthersRequest => false,
        // Nobody approves or assigns their own work.
        Paper::Order(_) | Paper::OwnStock | Paper::OthersStock | Paper::Desk | Paper::Roster | Paper::Catalogue => {
            person.owns()
        }
    }
}

/// "accepted", "inbox" or "not_allowed".
pub fn writes(person: &Person, paper: Paper) -> &'static str {
    let hold = match paper {
        Paper::Order(hold) | Paper::Sheet(hold) => Some(hold),
        _ => None,
    };
    let now = matches!(hold, None | Some(Hold::Write | Hold::Unheard));
    let once = now || hold == Some(Hold::Taken);
    // An owner's right to an order rests on no grant.
    match person.standing {
        Standing::Active if within_the_role(person, paper, now) => "accepted",
        Standing::Active if matches!(paper, Paper::Sheet(_)) && within_the_role(person, paper, once) => "inbox",
        Standing::Left if within_the_role(person, paper, once) => "inbox",
        _ => "not_allowed",
    }
}
