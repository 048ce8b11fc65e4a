//! Receipts of the relay on a job's work, for a claim pack.

use doorstep_schemas::PROTOCOL;
use doorstep_schemas::ids::{BlobHash, JobId};
use doorstep_schemas::receipt::{MOST_BLOBS, MOST_RUNS, Receipt, ReceiptsDown, ReceiptsUp, RunAsked};

use super::fault::Fault;
use super::ways::Ways;
use crate::actions::Actions;

/// Largest answer that is read: the most pieces of the most runs fit many times.
const ANSWER: usize = 8 * 1024 * 1024;
/// Questions after which something is wrong with the answers.
const MOST_QUESTIONS: usize = 64;

/// Asks for receipts until all is told. Each is the relay's own word, or nothing is taken.
pub async fn fetch(
    ways: &Ways,
    actions: &Actions,
    job: JobId,
    runs: Vec<RunAsked>,
    blobs: Vec<BlobHash>,
) -> Result<Vec<Receipt>, Fault> {
    let (line, enrolment) = ways.line(actions).await?;
    let (mut runs, mut blobs) = (runs, blobs);
    let mut out = Vec::new();
    while (!runs.is_empty() || !blobs.is_empty() || out.is_empty()) && out.len() < MOST_QUESTIONS {
        let asked: Vec<RunAsked> = runs.iter().take(MOST_RUNS).cloned().collect();
        let pictures = blobs.split_off(blobs.len() - blobs.len().min(MOST_BLOBS));
        let up = ReceiptsUp { protocol: PROTOCOL, job, runs: asked.clone(), blobs: pictures };
        let body = minicbor::to_vec(&up).expect("writing to memory can't fail");
        let mut answer = line.exchange("v1/receipts", body).await?;
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            bytes.extend_from_slice(chunk.as_ref());
            if bytes.len() > ANSWER {
                return Err(Fault::Nonsense("receipts without an end"));
            }
        }
        let nonsense = Fault::Nonsense("receipts that can't be read");
        let Ok(down) = minicbor::decode::<ReceiptsDown>(&bytes) else { return Err(nonsense) };
        let Ok(said) = down.receipt.read() else { return Err(nonsense) };
        if !down.receipt.holds(&enrolment.relay_key) || (said.outlet, said.job) != (enrolment.outlet, job) {
            return Err(Fault::Nonsense("receipts that are not this relay's"));
        }
        let told = usize::try_from(down.told).unwrap_or(usize::MAX).min(asked.len());
        // The one that was told in part goes on behind its last piece.
        if let Some(next) = asked.get(told) {
            let same = said.runs.iter().find(|run| (&run.doc, run.actor) == (&next.doc, next.actor));
            let reached = same.and_then(|run| run.pieces.last()).map_or(next.after, |piece| piece.to_seq);
            if told == 0 && reached <= next.after {
                return Err(Fault::Nonsense("receipts that do not go on"));
            }
            runs[told].after = reached;
        }
        runs.drain(..told);
        out.push(down.receipt);
    }
    Ok(out)
}
