/**
 * Where each row of a list begins when rows differ in height. A sum of the rows before one, the row at a height, and a row that turns out
 * higher cost the logarithm of the list's length: a hundred thousand rows are scrolled like a hundred.
 */
export class Tops {
  /** Sums of ranges, as a binary indexed tree; its first place is empty. */
  private readonly sums: Float64Array;

  constructor(heights: number[]) {
    this.sums = new Float64Array(heights.length + 1);
    for (let at = 1; at < this.sums.length; at += 1) {
      this.put(at, heights[at - 1] ?? 0);
      const parent = at + (at & -at);
      if (parent < this.sums.length) this.put(parent, this.sums[at] ?? 0);
    }
  }

  private put(at: number, by: number): void {
    this.sums[at] = (this.sums[at] ?? 0) + by;
  }

  /** A row became so much higher. */
  grow(index: number, by: number): void {
    for (let at = index + 1; at < this.sums.length; at += at & -at) this.put(at, by);
  }

  /** Where the row begins; for the number of rows, where the list ends. */
  of(index: number): number {
    let sum = 0;
    for (let at = Math.min(index, this.sums.length - 1); at > 0; at -= at & -at) sum += this.sums[at] ?? 0;
    return sum;
  }

  /** The row that lies at this height: the last that begins at or above it. */
  at(px: number): number {
    let found = 0;
    let left = px;
    for (let step = 2 ** Math.floor(Math.log2(Math.max(1, this.sums.length - 1))); step >= 1; step /= 2) {
      const next = found + step;
      if (next >= this.sums.length || (this.sums[next] ?? 0) > left) continue;
      found = next;
      left -= this.sums[next] ?? 0;
    }
    return Math.min(found, Math.max(0, this.sums.length - 2));
  }
}
