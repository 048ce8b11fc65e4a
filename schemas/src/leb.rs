//! LEB128 integers, bounded: the number format of Automerge's chunks and of our frames.

/// Input that ends too early, or a number that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LebError {
    #[error("the input ends inside a value")]
    Truncated,
    #[error("a number is longer than 64 bits")]
    TooLong,
    #[error("a number is not written in its shortest form")]
    NotShortest,
}

/// A cursor over foreign bytes. Every read checks the length first, and a number has one spelling only, so that
/// bytes and meaning are one: what is rebuilt from the meaning has the same hash.
#[derive(Debug, Clone, Copy)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub fn byte(&mut self) -> Result<u8, LebError> {
        let (first, rest) = self.rest.split_first().ok_or(LebError::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }

    pub fn take(&mut self, n: usize) -> Result<&'a [u8], LebError> {
        if n > self.rest.len() {
            return Err(LebError::Truncated);
        }
        let (head, rest) = self.rest.split_at(n);
        self.rest = rest;
        Ok(head)
    }

    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], LebError> {
        let (head, rest) = self.rest.split_first_chunk::<N>().ok_or(LebError::Truncated)?;
        self.rest = rest;
        Ok(*head)
    }

    pub fn unsigned(&mut self) -> Result<u64, LebError> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte > 1 {
                return Err(LebError::TooLong);
            }
            value |= u64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(LebError::NotShortest) } else { Ok(value) };
            }
        }
        Err(LebError::TooLong)
    }

    pub fn signed(&mut self) -> Result<i64, LebError> {
        let mut value = 0i64;
        let mut previous = 0u8;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(LebError::TooLong);
            }
            value |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let sign_said_already = (byte == 0 && previous & 0x40 == 0) || (byte == 0x7f && previous & 0x40 != 0);
                if shift > 0 && sign_said_already {
                    return Err(LebError::NotShortest);
                }
                let used = shift + 7;
                if used < 64 && byte & 0x40 != 0 {
                    value |= -1i64 << used;
                }
                return Ok(value);
            }
            previous = byte;
        }
        Err(LebError::TooLong)
    }

    /// A length that must lie within what is left, so that no claim can allocate more than was sent.
    pub fn length(&mut self) -> Result<usize, LebError> {
        let claimed = self.unsigned()?;
        match usize::try_from(claimed) {
            Ok(n) if n <= self.rest.len() => Ok(n),
            _ => Err(LebError::Truncated),
        }
    }

    pub fn prefixed(&mut self) -> Result<&'a [u8], LebError> {
        let n = self.length()?;
        self.take(n)
    }
}

pub fn put_unsigned(out: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        if value == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

pub fn put_signed(out: &mut Vec<u8>, mut value: i64) {
    loop {
        let low = (value & 0x7f) as u8;
        value >>= 7;
        let done = (value == 0 && low & 0x40 == 0) || (value == -1 && low & 0x40 != 0);
        if done {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

pub fn put_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    put_unsigned(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn numbers_come_back_as_they_went(u in any::<u64>(), i in any::<i64>()) {
            let mut out = Vec::new();
            put_unsigned(&mut out, u);
            put_signed(&mut out, i);
            let mut reader = Reader::new(&out);
            prop_assert_eq!(reader.unsigned().unwrap(), u);
            prop_assert_eq!(reader.signed().unwrap(), i);
            prop_assert!(reader.is_empty());
        }

        #[test]
        fn what_can_be_read_is_written_the_same_way(bytes in proptest::collection::vec(any::<u8>(), 1..12)) {
            let mut reader = Reader::new(&bytes);
            if let Ok(value) = reader.unsigned() {
                let mut out = Vec::new();
                put_unsigned(&mut out, value);
                prop_assert_eq!(&bytes[..bytes.len() - reader.rest().len()], out);
            }
            let mut reader = Reader::new(&bytes);
            if let Ok(value) = reader.signed() {
                let mut out = Vec::new();
                put_signed(&mut out, value);
                prop_assert_eq!(&bytes[..bytes.len() - reader.rest().len()], out);
            }
        }

        #[test]
        fn no_bytes_make_a_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let mut reader = Reader::new(&bytes);
            while reader.unsigned().is_ok() && reader.signed().is_ok() && reader.prefixed().is_ok() {}
        }
    }
}
