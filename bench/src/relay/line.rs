//! One kept connection that speaks just enough HTTP/1.1: a whole client's work would be measured with the relay's.

use std::io;

use doorstep_schemas::frame::{self, FrameReader};
use doorstep_schemas::wire::{Cursor, DownHeader, Trailer, UpHeader};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::RelayBenchError;

pub struct Line {
    stream: TcpStream,
    token: String,
    held: Vec<u8>,
}

/// What an exchange brought.
pub struct Answer {
    pub status: u16,
    /// Seconds that the relay asks to wait.
    pub retry_after: Option<u64>,
    pub body: Vec<u8>,
}

impl Line {
    /// To the relay at `http://…`.
    pub async fn to(relay: &str, token: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(relay.trim_start_matches("http://")).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, token: token.to_owned(), held: Vec::new() })
    }

    /// One exchange: a header, and pieces that are frames already.
    pub async fn exchange(&mut self, up: &UpHeader, pieces: &[u8]) -> io::Result<Answer> {
        let mut header = Vec::new();
        frame::put(&mut header, up);
        let head = format!(
            "POST /v1/exchange HTTP/1.1\r\nhost: relay\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
            self.token,
            header.len() + pieces.len()
        );
        self.stream.write_all(&[head.as_bytes(), &header, pieces].concat()).await?;
        let end = loop {
            if let Some(end) = self.held.windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
            self.more().await?;
        };
        let head = read_head(&self.held[..end])?;
        let length = head.length;
        while self.held.len() < end + length {
            self.more().await?;
        }
        let body = self.held[end..end + length].to_vec();
        self.held.drain(..end + length);
        Ok(Answer { status: head.status, retry_after: head.retry_after, body })
    }

    async fn more(&mut self) -> io::Result<()> {
        match self.stream.read_buf(&mut self.held).await? {
            0 => Err(io::ErrorKind::UnexpectedEof.into()),
            _ => Ok(()),
        }
    }
}

struct Head {
    status: u16,
    length: usize,
    retry_after: Option<u64>,
}

fn read_head(head: &[u8]) -> io::Result<Head> {
    let text = String::from_utf8_lossy(head);
    let number = |wanted: &str| {
        text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim().parse::<u64>().ok())?
        })
    };
    let status = text.get(9..12).and_then(|status| status.parse().ok()).ok_or(io::ErrorKind::InvalidData)?;
    let length = number("content-length").and_then(|length| usize::try_from(length).ok());
    let length = length.ok_or(io::ErrorKind::InvalidData)?;
    Ok(Head { status, length, retry_after: number("retry-after") })
}

/// The frames of an answer: the header, entries as they came, and where the device then stands.
pub fn read(body: &[u8]) -> Result<(DownHeader, Vec<Vec<u8>>, Trailer), RelayBenchError> {
    let mut reader = FrameReader::default();
    reader.push(body);
    let mut frames = Vec::new();
    while let Some(item) = reader.next_frame()? {
        frames.push(item.to_vec());
    }
    reader.finish()?;
    let (header, trailer) =
        frames.first().zip(frames.last().filter(|_| frames.len() > 1)).ok_or(RelayBenchError::Refused)?;
    let (header, trailer) = (frame::read(header)?, frame::read(trailer)?);
    Ok((header, frames[1..frames.len() - 1].to_vec(), trailer))
}

/// What a device says of itself.
pub fn up(actor: doorstep_schemas::ids::Actor, cursor: Option<Cursor>) -> UpHeader {
    UpHeader {
        protocol: doorstep_schemas::PROTOCOL,
        cursor,
        actor: Some(actor),
        held: Default::default(),
        ask: Vec::new(),
        budget: None,
        sample: Some(doorstep_schemas::terse::NEWEST),
        addresses: None,
        compares: None,
        packs: None,
        packs_from: None,
        decided: None,
        strayed: None,
        inbox: None,
    }
}
