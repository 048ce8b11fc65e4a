/** What the small drawings are made of. A look is a class of PlaceDrawing. */

export interface Line {
  look: string;
  d: string;
}
export interface Letter {
  x: number;
  y: number;
  size: number;
  look: string;
  /** The same in every language; else `key`. */
  text?: string;
  key?: 'left' | 'right' | 'top' | 'stake' | 'pipe' | 'press';
}
export type Mark = Line | Letter;

export const line = (look: string, d: string): Line => ({ look, d });
export const box = (look: string, x: number, y: number, w: number, h: number, r = 5): Line =>
  line(
    look,
    `M${x + r} ${y}h${w - 2 * r}q${r} 0 ${r} ${r}v${h - 2 * r}q0 ${r} ${-r} ${r}h${2 * r - w}q${-r} 0 ${-r} ${-r}v${2 * r - h}q0 ${-r} ${r} ${-r}z`,
  );
export const ring = (look: string, x: number, y: number, r: number): Line =>
  line(look, `M${x - r} ${y}a${r} ${r} 0 1 0 ${2 * r} 0a${r} ${r} 0 1 0 ${-2 * r} 0z`);
export const says = (x: number, y: number, text: string, size = 13, look = ''): Letter => ({ x, y, size, look, text });
export const told = (x: number, y: number, key: Letter['key'], size = 13): Letter => ({ x, y, size, look: '', key });

/** At the left: earth above, neutral left, live right. */
export const SOCKET: Mark[] = [
  box('body', 4, 8, 52, 76, 8),
  line('pe', 'M30 18v9'),
  line('n', 'M21 46l-4 10'),
  line('l', 'M39 46l4 10'),
  says(30, 41, 'PE'),
  says(16, 74, 'N'),
  says(44, 74, 'L'),
];
export const meter = (unit: string, size = 16): Mark[] => [box('meter', 76, 26, 40, 40), says(96, 46 + size / 3, unit, size, 'on')];
export const TO_PE = line('pe thin', 'M78 32C66 16 50 16 34 22');
export const TO_L = line('l thin', 'M78 46C66 48 58 50 47 52');
export const TO_N = line('n thin', 'M78 60C66 88 22 94 17 60');
/** A unit with its plug drawn, at the left. */
export const UNIT: Mark[] = [box('body', 4, 6, 46, 54, 6), line('soft', 'M12 16h30v12h-30z'), line('cord', 'M27 60v8')];
export const PLUG: Mark[] = [box('soft', 15, 68, 24, 10, 3), line('l', 'M34 80v7'), line('n', 'M20 80v7'), line('pe', 'M27 80v9')];
export const earth = (x: number, y: number) =>
  line('pe thin', `M${x} ${y}v8M${x - 10} ${y + 8}h20M${x - 6} ${y + 13}h12M${x - 2} ${y + 18}h4`);
export const clock = (x: number, y: number, r = 13): Mark[] => [ring('body', x, y, r), line('ink', `M${x} ${y - r + 5}V${y}l5 4`)];
export const drops = (x: number, y: number) => line('water', `M${x} ${y}v6M${x} ${y + 11}v6M${x} ${y + 22}v5`);
export const bubbles = (x: number, y: number): Mark[] => [
  ring('bubble', x, y, 7),
  ring('bubble', x + 13, y - 7, 5),
  ring('bubble', x + 4, y - 15, 4),
];
export const gauge = (x: number, y: number, needle: string): Mark[] => [
  ring('body', x, y, 18),
  line('ink', `M${x} ${y}${needle}`),
  ring('dot', x, y, 3),
];
export const PLATE: Mark[] = [box('body', 8, 10, 104, 72, 6), line('rule', 'M18 24h50M18 36h34')];
export const thermometer = (x: number, y: number): Mark[] => [
  line('glass', `M${x} ${y}v22`),
  line('l thin', `M${x} ${y + 10}v14`),
  ring('hot', x, y + 27, 6),
];
export const BOARD: Mark[] = [box('body', 6, 6, 108, 80, 6)];
export const GAS_COCK: Mark[] = [line('pipe', 'M6 66h30'), line('hose', 'M36 66h22q14 0 14-14V34'), line('ink', 'M28 50v10M18 50h20')];
