/** A job's papers for the customer: made by the core; shared, opened, printed and saved as far as the system can. */
import type { MakePaper, PaperForm, PaperMade } from '@schemas';
import { defineStore } from 'pinia';
import { call } from '@/api/call';
import { inWindow, saveFile } from '@/api/host';
import { canOpen, canPrint, canShare, fileOf, nameOf, openFile, printPicture, share } from '@/api/share';

export type PaperWay = 'share' | 'open' | 'print' | 'save';
const PDF: PaperForm[] = ['a4', 'roll80'];

export const useProof = defineStore('proof', () => {
  const make = (input: MakePaper) => call('makePaper', input);

  /** What this system can do with such a paper. A page's PDF is printed by whatever opens it. */
  function ways(form: PaperForm): PaperWay[] {
    const can: Record<PaperWay, boolean> = {
      share: canShare(PDF.includes(form) ? 'application/pdf' : 'image/png'),
      open: canOpen,
      print: canPrint() && form !== 'a4',
      save: canOpen,
    };
    return (['share', 'open', 'print', 'save'] as const).filter((way) => can[way]);
  }

  async function go(way: PaperWay, paper: PaperMade, input: MakePaper, title: string): Promise<void> {
    if (way === 'share') await share(fileOf(paper), title);
    else if (way === 'open') openFile(fileOf(paper));
    else if (way === 'save') saveFile(nameOf(paper.path), paper.mime, paper.base64 ?? '');
    else if (input.form === 'roll80') await printPicture(fileOf(await make({ ...input, form: 'roll80_dots' })), 'roll');
    else await printPicture(fileOf(paper), 'page');
  }

  return { make, ways, go, nameOf, /** The file is in a folder of this device, and not only in the page. */ written: inWindow };
});
