//! What an upload is for, in the metadata that it was begun with.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use doorstep_schemas::blob::{META_DOC, META_HASH};
use doorstep_schemas::ids::{BlobHash, DocId};

/// Longest metadata, in bytes: a hash, a document and what a client adds of its own.
const MOST: usize = 4 * 1024;

/// The blob's name and its document. Whatever else a client says of a file, its name above all, is kept and not looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meant {
    pub hash: BlobHash,
    pub doc: DocId,
}

impl Meant {
    /// Reads tus's metadata: words and their values in base64. An error says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, &'static str> {
        if text.len() > MOST {
            return Err("an upload's metadata is too long");
        }
        let value_of = |wanted: &str| {
            let mut pairs = text.split(',').map(|pair| pair.trim().split_once(' ').unwrap_or((pair.trim(), "")));
            let (_, value) = pairs.find(|(key, _)| *key == wanted)?;
            String::from_utf8(BASE64_STANDARD.decode(value).ok()?).ok()
        };
        let hash = value_of(META_HASH).and_then(|text| text.parse().ok());
        let doc = value_of(META_DOC).and_then(|text| text.parse().ok());
        let hash = hash.ok_or("the metadata's hash is not a blob's name")?;
        Ok(Self { hash, doc: doc.ok_or("the metadata's doc is not a document's name")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(pairs: &[(&str, &str)]) -> String {
        let pair = |(key, value): &(&str, &str)| format!("{key} {}", BASE64_STANDARD.encode(value));
        pairs.iter().map(pair).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn a_files_name_is_no_more_than_a_word() {
        let hash = "ab".repeat(32);
        let read = Meant::read(&said(&[("filename", "../../etc/passwd"), ("hash", &hash), ("doc", "roster")]));
        assert_eq!(read.unwrap(), Meant { hash: hash.parse().unwrap(), doc: DocId::Roster });
        let relative = Meant::read(&format!("is_private, hash {},doc cm9zdGVy", BASE64_STANDARD.encode(&hash)));
        assert!(relative.is_ok(), "a key without a value, and a blank behind a comma");
        for (hash, doc) in [
            ("../../etc/passwd", "roster"),
            ("..", "roster"),
            ("", "roster"),
            (&*hash.to_uppercase(), "roster"),
            (&*"zz".repeat(32), "roster"),
            (&*format!("{hash}/.."), "roster"),
            (&*hash, "../roster"),
            (&*hash, "nothing:1"),
            (&*hash, "\0"),
        ] {
            assert!(Meant::read(&said(&[("hash", hash), ("doc", doc)])).is_err(), "{hash} {doc}");
        }
        for text in ["", ",,,", "hash", "hash ", "hash !!!!,doc cm9zdGVy", &"a ".repeat(3_000)] {
            assert!(Meant::read(text).is_err(), "{text}");
        }
    }
}
