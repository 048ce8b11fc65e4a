/** The list that a job was opened from: its way back leads there, whatever pages of the job lay between. */
let list = '/field/today';

export function cameFrom(path: '/field/today' | '/field/find' | '/field/bench' | '/field/turns'): void {
  list = path;
}

export const listBefore = () => list;
