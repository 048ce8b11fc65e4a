//! Records: facts with an author and a time, each field said once with the key that it has in documents.
//!
//! A record is added under a random id and never overwritten. What this version can't read in one costs that field
//! only: a missing field is its default, a word of a later version is kept as it is. A record without what it is about
//! (its appliance, the hash of its picture) says nothing and is passed over.

use doorstep_schemas::ids::{BlobHash, JobId, ShortId};
use doorstep_schemas::view::Worded;

use super::facts::Noted;

/// One value of a document, as the rules see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scalar {
    Text(String),
    Number(i64),
    /// Milliseconds since 1970, UTC.
    Time(i64),
    Bytes(Vec<u8>),
    Flag(bool),
}

/// A word of the trade, or one of a later version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word<T> {
    Known(T),
    Other(String),
}

impl<T: Worded> Word<T> {
    pub fn read(word: &str) -> Self {
        T::from_word(word).map_or_else(|| Self::Other(word.to_owned()), Self::Known)
    }

    /// As it stands in documents.
    pub fn text(&self) -> &str {
        match self {
            Self::Known(word) => word.word(),
            Self::Other(word) => word,
        }
    }

    pub fn known(&self) -> Option<T> {
        match self {
            Self::Known(word) => Some(*word),
            Self::Other(_) => None,
        }
    }

    pub fn is(&self, word: T) -> bool {
        self.known() == Some(word)
    }
}

impl<T> From<T> for Word<T> {
    fn from(word: T) -> Self {
        Self::Known(word)
    }
}

/// How a type lies under one key. `put` gives `None` for what is not written at all, `get` for what makes the record
/// unreadable.
pub trait Field: Sized {
    fn put(&self) -> Option<Scalar>;
    fn get(found: Option<&Scalar>) -> Option<Self>;
}

impl Field for String {
    fn put(&self) -> Option<Scalar> {
        (!self.is_empty()).then(|| Scalar::Text(self.clone()))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Text(text)) => Some(text.clone()),
            _ => Some(Self::new()),
        }
    }
}

impl Field for i64 {
    fn put(&self) -> Option<Scalar> {
        (*self != 0).then_some(Scalar::Number(*self))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Number(number) | Scalar::Time(number)) => Some(*number),
            _ => Some(0),
        }
    }
}

/// A count: never negative, never beyond `u32`.
impl Field for u32 {
    fn put(&self) -> Option<Scalar> {
        i64::from(*self).put()
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        i64::get(found).map(|number| Self::try_from(number.max(0)).unwrap_or(Self::MAX))
    }
}

impl Field for bool {
    fn put(&self) -> Option<Scalar> {
        self.then_some(Scalar::Flag(true))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        Some(matches!(found, Some(Scalar::Flag(true))))
    }
}

impl Field for Vec<u8> {
    fn put(&self) -> Option<Scalar> {
        (!self.is_empty()).then(|| Scalar::Bytes(self.clone()))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Bytes(bytes)) => Some(bytes.clone()),
            _ => Some(Self::new()),
        }
    }
}

impl Field for BlobHash {
    fn put(&self) -> Option<Scalar> {
        Some(Scalar::Bytes(self.0.to_vec()))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Bytes(bytes)) => bytes.as_slice().try_into().ok().map(Self),
            _ => None,
        }
    }
}

/// Hashes one behind another.
impl Field for Vec<BlobHash> {
    fn put(&self) -> Option<Scalar> {
        (!self.is_empty()).then(|| Scalar::Bytes(self.iter().flat_map(|hash| hash.0).collect()))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Bytes(bytes)) => {
                Some(bytes.chunks_exact(32).filter_map(|hash| hash.try_into().ok().map(BlobHash)).collect())
            }
            _ => Some(Self::new()),
        }
    }
}

/// A time that may be missing: of the types here the only one that lies as a timestamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct At(pub i64);

impl Field for At {
    fn put(&self) -> Option<Scalar> {
        Some(Scalar::Time(self.0))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Number(number) | Scalar::Time(number)) => Some(Self(*number)),
            _ => None,
        }
    }
}

macro_rules! parsed {
    ($($name:ty),+) => { $(impl Field for $name {
        fn put(&self) -> Option<Scalar> { Some(Scalar::Text(self.to_string())) }
        fn get(found: Option<&Scalar>) -> Option<Self> {
            match found {
                Some(Scalar::Text(text)) => text.parse().ok(),
                _ => None,
            }
        }
    })+ };
}
parsed!(ShortId, JobId);

/// Ids with a space between them.
impl Field for Vec<ShortId> {
    fn put(&self) -> Option<Scalar> {
        let ids: Vec<&str> = self.iter().map(ShortId::as_str).collect();
        (!ids.is_empty()).then(|| Scalar::Text(ids.join(" ")))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Text(text)) => Some(text.split(' ').filter_map(|id| id.parse().ok()).collect()),
            _ => Some(Self::new()),
        }
    }
}

/// Jobs with a space between them.
impl Field for Vec<JobId> {
    fn put(&self) -> Option<Scalar> {
        let ids: Vec<String> = self.iter().map(JobId::to_string).collect();
        (!ids.is_empty()).then(|| Scalar::Text(ids.join(" ")))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Text(text)) => Some(text.split(' ').filter_map(|id| id.parse().ok()).collect()),
            _ => Some(Self::new()),
        }
    }
}

impl<T: Worded> Field for Word<T> {
    fn put(&self) -> Option<Scalar> {
        Some(Scalar::Text(self.text().to_owned()))
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        match found {
            Some(Scalar::Text(word)) => Some(Self::read(word)),
            _ => Some(Self::Other(String::new())),
        }
    }
}

/// What may be missing altogether. For numbers and ids: nought and a hundred are different from "nobody said".
impl<T: OrMissing> Field for Option<T> {
    fn put(&self) -> Option<Scalar> {
        self.as_ref().map(T::scalar)
    }
    fn get(found: Option<&Scalar>) -> Option<Self> {
        Some(found.and_then(T::read))
    }
}

/// Types whose absence means something.
pub trait OrMissing: Sized {
    fn scalar(&self) -> Scalar;
    fn read(found: &Scalar) -> Option<Self>;
}

impl OrMissing for i64 {
    fn scalar(&self) -> Scalar {
        Scalar::Number(*self)
    }
    fn read(found: &Scalar) -> Option<Self> {
        match found {
            Scalar::Number(number) | Scalar::Time(number) => Some(*number),
            _ => None,
        }
    }
}

impl OrMissing for bool {
    fn scalar(&self) -> Scalar {
        Scalar::Flag(*self)
    }
    fn read(found: &Scalar) -> Option<Self> {
        match found {
            Scalar::Flag(flag) => Some(*flag),
            _ => None,
        }
    }
}

macro_rules! or_missing {
    ($($name:ty),+) => { $(impl OrMissing for $name {
        fn scalar(&self) -> Scalar { self.put().expect("these types are always written") }
        fn read(found: &Scalar) -> Option<Self> { Self::get(Some(found)) }
    })+ };
}
or_missing!(At, ShortId, JobId, BlobHash);

/// A fact of a container.
pub trait Record: Sized {
    /// The container that the birth of its document makes.
    const CONTAINER: &'static str;
    /// Evidence: no undo and no mark takes it away, whatever a document says.
    const KEPT: bool;
    fn id(&self) -> ShortId;
    fn noted(&self) -> Noted;
    /// Its own fields, without id, author and time.
    fn scalars(&self) -> Vec<(&'static str, Scalar)>;
    fn read(id: ShortId, noted: Noted, get: &dyn Fn(&str) -> Option<Scalar>) -> Option<Self>;
}

/// Defines a record: `kept` for evidence, `loose` for what an undo may take back.
macro_rules! record {
    (@kept kept) => { true };
    (@kept loose) => { false };
    ($(#[$meta:meta])* $kept:ident $name:ident in $container:literal {
        $($(#[$field_meta:meta])* $field:ident: $type:ty = $key:literal,)*
    }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            pub id: ShortId,
            $($(#[$field_meta])* pub $field: $type,)*
            pub noted: Noted,
        }

        impl $crate::domain::record::Record for $name {
            const CONTAINER: &'static str = $container;
            const KEPT: bool = $crate::domain::record::record!(@kept $kept);
            fn id(&self) -> ShortId { self.id }
            fn noted(&self) -> Noted { self.noted }
            fn scalars(&self) -> Vec<(&'static str, $crate::domain::record::Scalar)> {
                let mut out = Vec::new();
                $(out.extend($crate::domain::record::Field::put(&self.$field).map(|value| ($key, value)));)*
                out
            }
            fn read(
                id: ShortId,
                noted: Noted,
                get: &dyn Fn(&str) -> Option<$crate::domain::record::Scalar>,
            ) -> Option<Self> {
                Some(Self {
                    id,
                    $($field: $crate::domain::record::Field::get(get($key).as_ref())?,)*
                    noted,
                })
            }
        }
    };
}
pub(crate) use record;

/// The one that counts where a later word replaces an earlier one: the last by (time, id).
pub fn last<'a, R: Record>(records: impl IntoIterator<Item = &'a R>) -> Option<&'a R> {
    records.into_iter().max_by_key(|record| (record.noted().at_ms, record.id()))
}
