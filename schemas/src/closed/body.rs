//! A closed job's body at rest and on its way: the layout's number, what zstd shortened with the trade's words, what
//! nothing shortens.

use super::{Closed, ClosedError, MAX_PLAIN, join, pack, split, unpack};
use crate::dictionary::{self, Kind, Unpackable};

/// Why a pack can't be read.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error(transparent)]
    Closed(#[from] ClosedError),
    #[error(transparent)]
    Zstd(#[from] Unpackable),
}

/// Fails for what would not come back equal.
pub fn encode(job: &Closed) -> Result<Vec<u8>, ClosedError> {
    let (main, content) = pack(job)?;
    Ok(join(&dictionary::compress(Kind::Pack, &main), &content))
}

pub fn decode(body: &[u8]) -> Result<Closed, PackError> {
    let (main, content) = parts_of(body)?;
    Ok(unpack(&main, &content)?)
}

/// A body's two parts as they were before shortening.
pub fn parts_of(body: &[u8]) -> Result<(Vec<u8>, Vec<u8>), PackError> {
    let (main, content) = split(body)?;
    Ok((dictionary::expand(Kind::Pack, main, MAX_PLAIN)?, content.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::super::FORMAT;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_hostile_body_is_refused(mut body in proptest::collection::vec(any::<u8>(), 0..300), known in any::<bool>()) {
            if let (Some(first), true) = (body.first_mut(), known) {
                *first = FORMAT;
            }
            prop_assert!(decode(&body).is_err());
        }
    }

    #[test]
    fn a_body_of_a_later_layout_and_one_that_inflates_without_end_are_refused() {
        let body = encode(&Closed::default()).unwrap();
        assert_eq!(decode(&body).unwrap(), Closed::default());
        let later = [&[FORMAT + 1], &body[1..]].concat();
        let error = decode(&later).unwrap_err();
        assert!(matches!(error, PackError::Closed(ClosedError::UnknownFormat(_))), "{error}");
        let bomb = dictionary::compress(Kind::Pack, &vec![0; MAX_PLAIN + 1]);
        let error = decode(&join(&bomb, &[])).unwrap_err();
        assert!(matches!(error, PackError::Zstd(Unpackable::TooLong { .. })), "{error}");
    }
}
