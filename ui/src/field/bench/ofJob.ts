/** What a job itself tells of its units at the bench. */
import type { JobView, NodeKind } from '@schemas';

const NODES: NodeKind[] = [
  'loaner_placed',
  'taken',
  'received',
  'diagnosed',
  'quoted',
  'consented',
  'repaired',
  'unrepairable',
  'informed',
  'returned',
  'loaner_back',
];

/** The last node of the bench that it passed. */
export function benchNode(view: JobView): NodeKind | null {
  const passed = view.nodes.filter((node) => NODES.includes(node.kind) && node.at !== null);
  return passed.sort((a, b) => (a.at ?? 0) - (b.at ?? 0)).pop()?.kind ?? null;
}

/** A unit is away, or an outcome waits for its going there. */
export function benches(view: JobView): boolean {
  const blockers = [...view.next.blockers, ...view.next.others.flatMap((gate) => gate.blockers)];
  return benchNode(view) !== null || blockers.some((each) => each.jump.to === 'bench');
}
