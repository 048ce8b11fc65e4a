/** The kinds of things that wait for the owner, told apart. */
import type { OwnersTurns, TurnLine } from '@schemas';

type Of<W extends TurnLine['waits']> = Extract<TurnLine, { waits: W }>;
export type RequestLine = Of<'request'>;
export type OverGuideLine = Of<'over_guide'>;
export type WalkInLine = Of<'walk_in'>;

export function sorted(view: OwnersTurns) {
  const of = <W extends TurnLine['waits']>(waits: W) => view.lines.filter((line): line is Of<W> => line.waits === waits);
  return { requests: of('request'), overGuide: of('over_guide'), walkIns: of('walk_in') };
}
