/** The words of a picture's stamp, drawn light on dark: the system has the letters of every name, the core has not. */

/** For a picture of 1,600 pixels; the core fits it to the others. */
const LETTERS = 34;
const LINE = 46;
const EDGE = 14;
const MOST_WIDTH = 1200;

/** A PNG as base64; `null` where nothing is to be said or nothing can be drawn. */
export function drawStamp(lines: string[]): string | null {
  const canvas = document.createElement('canvas');
  const over = canvas.getContext('2d');
  if (!over || lines.length === 0) return null;
  const font = `600 ${LETTERS}px system-ui, sans-serif`;
  over.font = font;
  const widest = Math.max(...lines.map((line) => over.measureText(line).width));
  canvas.width = Math.min(Math.ceil(widest) + 2 * EDGE, MOST_WIDTH);
  canvas.height = lines.length * LINE + EDGE;
  over.fillStyle = '#000';
  over.fillRect(0, 0, canvas.width, canvas.height);
  over.fillStyle = '#fff';
  // A canvas forgets its letters when it is resized.
  over.font = font;
  over.textBaseline = 'middle';
  lines.forEach((line, place) => over.fillText(line, EDGE, EDGE / 2 + LINE * (place + 0.5), MOST_WIDTH - 2 * EDGE));
  const url = canvas.toDataURL('image/png');
  return url.slice(url.indexOf(',') + 1);
}
