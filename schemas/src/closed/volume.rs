//! Many closed jobs in one body: which jobs, where each begins, what was shortened together, and what nothing shortens.
//! It names its jobs itself, so that it can be read wherever it is found.

use super::{ClosedError, MAX_PLAIN};
use crate::ids::JobId;
use crate::leb::{self, Reader};

/// The layout that this version writes.
pub const FORMAT: u8 = 1;
/// Most jobs of one volume.
pub const MAX_JOBS: usize = 128;

/// A job's two parts, as [`super::pack`] makes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    pub job: JobId,
    pub main: Vec<u8>,
    pub content: Vec<u8>,
}

/// Where a job lies: from one byte to before another, of all `main` and of all `content`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub job: JobId,
    pub main: std::ops::Range<usize>,
    pub content: std::ops::Range<usize>,
}

/// A volume whose `main` is still as it was compressed. The places of `content` are within it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume<'a> {
    pub places: Vec<Place>,
    pub main: &'a [u8],
    pub content: &'a [u8],
}

impl Volume<'_> {
    /// Bytes of all `main` before it was compressed.
    pub fn plain(&self) -> usize {
        self.places.last().map_or(0, |place| place.main.end)
    }
}

/// One body of these jobs. `compress` is given all `main`, one after the other.
pub fn bind(jobs: &[Parts], compress: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
    let mut body = vec![FORMAT];
    leb::put_unsigned(&mut body, jobs.len() as u64);
    for job in jobs {
        body.extend_from_slice(&job.job.to_bytes());
        leb::put_unsigned(&mut body, job.main.len() as u64);
        leb::put_unsigned(&mut body, job.content.len() as u64);
    }
    let main: Vec<u8> = jobs.iter().flat_map(|job| &job.main).copied().collect();
    leb::put_prefixed(&mut body, &compress(&main));
    jobs.iter().for_each(|job| body.extend_from_slice(&job.content));
    body
}

/// The parts of such a body. The bytes may be anybody's.
pub fn look_into(body: &[u8]) -> Result<Volume<'_>, ClosedError> {
    let mut reader = Reader::new(body);
    match reader.byte()? {
        FORMAT => {}
        other => return Err(ClosedError::UnknownFormat(other)),
    }
    let length = |reader: &mut Reader<'_>, most: usize| {
        let length = usize::try_from(reader.unsigned()?).ok().filter(|length| *length <= most);
        length.ok_or(ClosedError::Inconsistent)
    };
    let count = length(&mut reader, MAX_JOBS)?;
    let mut places: Vec<Place> = Vec::with_capacity(count);
    let (mut main, mut content) = (0, 0);
    for _ in 0..count {
        let job = JobId::from_bytes(reader.array()?);
        let (begins, lies) = (main, content);
        main += length(&mut reader, MAX_PLAIN)?;
        content += length(&mut reader, body.len())?;
        places.push(Place { job, main: begins..main, content: lies..content });
    }
    let volume = Volume { places, main: reader.prefixed()?, content: reader.rest() };
    if content != volume.content.len() || main > MAX_PLAIN {
        return Err(ClosedError::Inconsistent);
    }
    Ok(volume)
}
