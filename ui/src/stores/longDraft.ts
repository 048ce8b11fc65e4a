/**
 * A draft longer than the core takes as one (64 KB) is kept in pieces, `<key>~0`, `<key>~1`, …, under a head that says how many there are.
 * The head goes first and comes last: a reload in between leaves pieces without a head, never a text made of two.
 */
interface Kept {
  key: string;
  text: string;
}

const PIECE = 60_000;
/** Drafts are JSON, which never begins so. */
const HEAD = '~';
/** Pieces in the core, by the key of the draft. */
const cut = new Map<string, number>();

const isPiece = (key: string) => /~\d+$/.test(key);
const pieceOf = (key: string, at: number) => `${key}~${at}`;
/** The same JSON with a byte a letter, so that it can be cut anywhere. */
const plain = (json: string) => json.replace(/[\u007f-\uffff]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** What was kept, put together again; `torn` are keys of pieces that nothing is made of any more. */
export function whole(kept: Kept[]): { drafts: Kept[]; torn: string[] } {
  const texts = new Map(kept.map(({ key, text }) => [key, text]));
  const drafts: Kept[] = [];
  cut.clear();
  for (const { key, text } of kept.filter((each) => !isPiece(each.key))) {
    const count = text.startsWith(HEAD) ? Number(text.slice(1)) : 0;
    const parts = Array.from({ length: count }, (_, at) => texts.get(pieceOf(key, at)));
    if (parts.includes(undefined)) continue;
    if (count > 0) cut.set(key, count);
    drafts.push({ key, text: count > 0 ? parts.join('') : text });
  }
  const used = new Set(drafts.flatMap(({ key }) => [key, ...Array.from({ length: cut.get(key) ?? 0 }, (_, at) => pieceOf(key, at))]));
  return { drafts, torn: kept.map(({ key }) => key).filter((key) => !used.has(key)) };
}

/** Hands a draft over, by as many calls as it takes. */
export async function handOver(key: string, text: string, put: (key: string, text: string) => Promise<unknown>): Promise<void> {
  const json = text.length * 3 > PIECE ? plain(text) : text;
  const parts = json.length > PIECE ? Math.ceil(json.length / PIECE) : 0;
  const before = cut.get(key) ?? 0;
  if (before > 0) await put(key, '');
  cut.set(key, Math.max(before, parts));
  for (let at = 0; at < parts; at += 1) await put(pieceOf(key, at), json.slice(at * PIECE, (at + 1) * PIECE));
  for (let at = parts; at < before; at += 1) await put(pieceOf(key, at), '');
  if (parts > 0) cut.set(key, parts);
  else cut.delete(key);
  if (parts > 0 || text !== '' || before === 0) await put(key, parts > 0 ? `${HEAD}${parts}` : json);
}
