//! Announcements over server-sent events. Never relied upon: losing them costs only time.

use doorstep_schemas::live::Announcement;
use reqwest::Method;

use super::fault::Fault;
use super::line::Line;

/// A line of an event stream is short; more than this without a line's end is not one.
const MOST: usize = 16 * 1024;

/// Follows the relay's announcements until the line ends; where bytes cost money they come seldom.
pub async fn follow(line: &Line, metered: bool, mut heard: impl FnMut(Announcement)) -> Result<(), Fault> {
    let route = if metered { "v1/live?seldom=true" } else { "v1/live" };
    let request = line.request(Method::GET, route)?.header("accept", "text/event-stream");
    let mut answer = line.send(request, Vec::new()).await?;
    let mut buffer = Vec::new();
    while let Some(chunk) = answer.chunk().await? {
        buffer.extend_from_slice(chunk.as_ref());
        while let Some(end) = buffer.iter().position(|byte| *byte == b'\n') {
            let text: Vec<u8> = buffer.drain(..=end).collect();
            if let Some(announcement) = announcement(&text) {
                heard(announcement);
            }
        }
        if buffer.len() > MOST {
            return Err(Fault::Nonsense("an announcement without an end"));
        }
    }
    Ok(())
}

fn announcement(line: &[u8]) -> Option<Announcement> {
    let data = line.strip_prefix(b"data:")?;
    serde_json::from_slice(data.trim_ascii()).ok()
}
