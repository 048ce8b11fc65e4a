/** What a made paper can be handed to: the system's share sheet, a viewer, a printer, a folder. Each is asked for, as no system has all. */
import type { PaperMade } from '@schemas';
import { inWindow } from './host';
import { systemOf } from './outside';

export const nameOf = (path: string) => path.split(/[\\/]/).pop() ?? path;

export function fileOf(paper: PaperMade): File {
  const bytes = Uint8Array.from(atob(paper.base64 ?? ''), (letter) => letter.charCodeAt(0));
  return new File([bytes], nameOf(paper.path), { type: paper.mime });
}

/** Whether this system shares files of this kind: the web views of desktops and of Android have no share sheet. */
export function canShare(mime: string): boolean {
  const probe = new File([new Uint8Array(1)], mime === 'application/pdf' ? 'paper.pdf' : 'paper.png', { type: mime });
  return typeof navigator.canShare === 'function' && navigator.canShare({ files: [probe] });
}

/** A browser opens a file in another tab and saves it; the app's own window has written it to a folder, and shows none. */
export const canOpen = !inWindow;

/** Web views of phones have no printer. */
export const canPrint = () => typeof window.print === 'function' && (!inWindow || systemOf() === 'other');

export async function share(file: File, title: string): Promise<void> {
  try {
    await navigator.share({ files: [file], title });
  } catch (error) {
    // Whoever closes the sheet has changed their mind: nothing went wrong.
    if (!(error instanceof DOMException && error.name === 'AbortError')) throw error;
  }
}

/** In another tab, where the browser shows and prints it. */
export function openFile(file: File): void {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  Object.assign(link, { href: url, target: '_blank', rel: 'noopener' });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

const PRINTED: Record<'page' | 'roll', string> = { page: 'width: 100%', roll: 'width: 72mm' };

/** Prints a picture and nothing of the screen; an 80 mm roll prints on 72 of them. */
export async function printPicture(file: File, on: 'page' | 'roll'): Promise<void> {
  const url = URL.createObjectURL(file);
  const sheet = document.createElement('div');
  const rules = document.createElement('style');
  const size = on === 'roll' ? '@page { size: 80mm auto; margin: 0 4mm }' : '';
  rules.textContent = `${size} @media screen { #paper { display: none } } @media print { body > :not(#paper) { display: none !important } }`;
  const image = new Image();
  image.style.cssText = PRINTED[on];
  sheet.id = 'paper';
  sheet.append(rules, image);
  document.body.append(sheet);
  try {
    image.src = url;
    await image.decode();
    window.print();
  } finally {
    sheet.remove();
    URL.revokeObjectURL(url);
  }
}
