/**
 * A file that was picked and is not taken yet, with what was chosen of it: both are drafts, in the core's encrypted store, so a reload loses
 * neither (decision 0056). One for each place of the desk; it goes when the file is taken or dropped.
 */
import { useDraft } from './draft';

/** As many letters of a longest body are kept: 3 MB as base64. Of 500 drafts it takes 67. */
export const MOST_KEPT = 4_000_000;

interface KeptFile {
  /** What it belongs to within its place: a maker's month. */
  of: string;
  name: string;
  body: string;
}

export function useKeptFile<C>(place: string, of = '') {
  const file = useDraft<KeptFile>(`file/${place}`, () => ({ of: '', name: '', body: '' }));
  const said = useDraft<{ choice: C | null }>(`file/${place}/choice`, () => ({ choice: null }));
  const mine = () => file.draft.value.body !== '' && file.draft.value.of === of;

  function found(): { name: string; body: string; choice: C | null } | null {
    return mine() ? { ...file.draft.value, choice: said.draft.value.choice } : null;
  }

  function drop(): void {
    if (!mine()) return;
    said.discard();
    file.discard();
  }

  /** Whether it is kept: a larger one has to be picked again after a reload. */
  function keep(name: string, body: string): boolean {
    const fits = body.length <= MOST_KEPT;
    if (fits) file.draft.value = { of, name, body };
    else drop();
    return fits;
  }

  function choose(choice: C): void {
    if (mine()) said.draft.value = { choice };
  }

  return { found, keep, choose, drop };
}
