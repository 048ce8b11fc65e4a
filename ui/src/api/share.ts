/** The system's own share sheet, for files: the customer's chat is one tap away. */
import type { PaperMade } from '@schemas';

export function fileOf(paper: PaperMade): File {
  const bytes = Uint8Array.from(atob(paper.base64 ?? ''), (letter) => letter.charCodeAt(0));
  return new File([bytes], paper.path.split(/[\\/]/).pop() ?? 'paper', { type: paper.mime });
}

/** Whether this system has one: a desktop's web view has none, and the file's place is told instead. */
export function canShare(): boolean {
  const probe = new File([new Uint8Array(1)], 'paper.png', { type: 'image/png' });
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [probe] });
}

export async function share(file: File, title: string): Promise<void> {
  try {
    await navigator.share({ files: [file], title });
  } catch (error) {
    // Whoever closes the sheet has changed their mind: nothing went wrong.
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
  }
}
