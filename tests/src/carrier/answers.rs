//! Counts answers in a stream of HTTP/1.1 responses: a round trip is one that came whole.

/// Longest head that is still one.
const MOST_HEAD: usize = 64 * 1024;

#[derive(Debug, Default)]
pub struct Answers {
    at: At,
    /// Answers that came whole, without interim ones (1xx).
    pub whole: u64,
}

#[derive(Debug)]
enum At {
    Head(Vec<u8>),
    Body {
        left: u64,
    },
    /// In front of, or inside, the line that tells a chunk's size.
    ChunkSize(Vec<u8>),
    Chunk {
        left: u64,
    },
    /// After the last chunk, up to an empty line.
    Trailer(Vec<u8>),
    /// Not framed by anything that is known here: the rest is not looked at.
    Opaque,
}

impl Default for At {
    fn default() -> Self {
        Self::Head(Vec::new())
    }
}

impl Answers {
    pub fn hear(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            bytes = self.step(bytes);
        }
    }

    /// Takes what belongs to the present part; hands back the rest.
    fn step<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        match &mut self.at {
            At::Head(held) => {
                let Some((head, rest)) = until(held, bytes, b"\r\n\r\n") else { return &[] };
                self.at = self.after_head(&head);
                rest
            }
            At::Body { left } => {
                let rest = skip(left, bytes);
                if *left == 0 {
                    self.end();
                }
                rest
            }
            At::ChunkSize(held) => {
                let Some((line, rest)) = until(held, bytes, b"\r\n") else { return &[] };
                self.at = match chunk_size(&line) {
                    Some(0) => At::Trailer(b"\r\n".to_vec()),
                    // The line's end behind the chunk belongs to it.
                    Some(size) => At::Chunk { left: size.saturating_add(2) },
                    None => At::Opaque,
                };
                rest
            }
            At::Chunk { left } => {
                let rest = skip(left, bytes);
                if *left == 0 {
                    self.at = At::ChunkSize(Vec::new());
                }
                rest
            }
            At::Trailer(held) => {
                let Some((_trailer, rest)) = until(held, bytes, b"\r\n\r\n") else { return &[] };
                self.end();
                rest
            }
            At::Opaque => &[],
        }
    }

    fn end(&mut self) {
        self.whole += 1;
        self.at = At::default();
    }

    fn after_head(&mut self, head: &[u8]) -> At {
        let text = String::from_utf8_lossy(head);
        let mut lines = text.split("\r\n");
        let status = lines.next().and_then(|line| line.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse::<u16>().ok());
        let mut length = None;
        for (name, value) in lines.filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                length = value.trim().parse().ok();
            }
            if name.eq_ignore_ascii_case("transfer-encoding") && value.trim().eq_ignore_ascii_case("chunked") {
                return At::ChunkSize(Vec::new());
            }
        }
        match (status, length) {
            (None, _) => At::Opaque,
            (Some(100..200), _) => At::default(),
            (Some(204 | 304), _) | (Some(_), Some(0)) => {
                self.whole += 1;
                At::default()
            }
            (Some(_), Some(left)) => At::Body { left },
            (Some(_), None) => At::Opaque,
        }
    }
}

/// What lies before `end`, once it is there, and what follows it. Until then everything is held.
fn until<'b>(held: &mut Vec<u8>, bytes: &'b [u8], end: &[u8]) -> Option<(Vec<u8>, &'b [u8])> {
    let before = held.len();
    held.extend_from_slice(bytes);
    let from = before.saturating_sub(end.len() - 1);
    match held[from..].windows(end.len()).position(|window| window == end) {
        Some(place) => {
            let taken = from + place + end.len() - before;
            held.truncate(from + place);
            Some((std::mem::take(held), &bytes[taken..]))
        }
        None => {
            if held.len() > MOST_HEAD {
                held.clear();
            }
            None
        }
    }
}

fn skip<'b>(left: &mut u64, bytes: &'b [u8]) -> &'b [u8] {
    let here = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
    *left -= here as u64;
    &bytes[here..]
}

fn chunk_size(line: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(line).ok()?;
    u64::from_str_radix(text.split(';').next()?.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 12\r\n\r\nHTTP/1.1 404\
        HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab\r\nc\r\n3;x\r\n\r\n0\r\n0\r\n\r\n";

    #[test]
    fn answers_are_counted_however_the_stream_is_cut() {
        for size in 1..TWO.len() {
            let mut answers = Answers::default();
            TWO.chunks(size).for_each(|part| answers.hear(part));
            assert_eq!(answers.whole, 2, "in parts of {size}");
        }
    }

    #[test]
    fn an_answer_that_broke_off_is_no_round_trip() {
        let mut answers = Answers::default();
        answers.hear(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nonly this much");
        assert_eq!(answers.whole, 0);
        let mut refusal = Answers::default();
        refusal.hear(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
        assert_eq!(refusal.whole, 1, "a refusal is an answer");
    }
}
