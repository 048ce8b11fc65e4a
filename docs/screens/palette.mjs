/**
 * A screenshot as a PNG of at most 256 colours: a third of the bytes, on screens of flat areas and text without a visible loss.
 *
 * The commonest colours are kept as they are, then those that are farthest from all kept ones, so that a small photo keeps its own; the
 * rest become the nearest.
 */
import { crc32, deflateSync } from 'node:zlib';

/** The picture's size, its palette and one index a pixel, found by the browser, which has a decoder for it. */
function indexed(page, png) {
  return page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const { width, height } = bitmap;
    const brush = new OffscreenCanvas(width, height).getContext('2d');
    brush.drawImage(bitmap, 0, 0);
    const { data } = brush.getImageData(0, 0, width, height);
    const at = (pixel) => (data[pixel * 4] << 16) | (data[pixel * 4 + 1] << 8) | data[pixel * 4 + 2];
    const counts = new Map();
    for (let pixel = 0; pixel < width * height; pixel += 1) counts.set(at(pixel), (counts.get(at(pixel)) ?? 0) + 1);
    const parts = (colour) => [colour >> 16, (colour >> 8) & 255, colour & 255];
    const apart = (a, b) => {
      const [x, y] = [parts(a), parts(b)];
      return (x[0] - y[0]) ** 2 + (x[1] - y[1]) ** 2 + (x[2] - y[2]) ** 2;
    };
    const common = [...counts].sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([colour]) => colour);
    const palette = common.slice(0, 176);
    const others = common.slice(176).map((colour) => ({ colour, far: Math.min(...palette.map((kept) => apart(kept, colour))) }));
    while (palette.length < 256 && others.length > 0) {
      const next = others.reduce((best, each) => (each.far > best.far ? each : best));
      palette.push(next.colour);
      for (const each of others) each.far = Math.min(each.far, apart(each.colour, next.colour));
    }
    const nearest = (colour) => palette.reduce((best, each, i) => (apart(each, colour) < apart(palette[best], colour) ? i : best), 0);
    const places = new Map(palette.map((colour, i) => [colour, i]));
    for (const colour of counts.keys()) if (!places.has(colour)) places.set(colour, nearest(colour));
    let pixels = '';
    for (let pixel = 0; pixel < width * height; pixel += 1) pixels += String.fromCharCode(places.get(at(pixel)));
    return { width, height, palette: palette.flatMap(parts), pixels: btoa(pixels) };
  }, png.toString('base64'));
}

function chunk(name, content) {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), content]);
  const ends = [Buffer.alloc(4), Buffer.alloc(4)];
  ends[0].writeUInt32BE(content.length);
  ends[1].writeUInt32BE(crc32(named));
  return Buffer.concat([ends[0], named, ends[1]]);
}

/** `page` only lends its decoder. */
export async function withPalette(page, png) {
  const { width, height, palette, pixels } = await indexed(page, png);
  const rows = Buffer.from(pixels, 'base64');
  const lines = [];
  // Each line begins with its filter: none, which suits indices best.
  for (let y = 0; y < height; y += 1) lines.push(Buffer.from([0]), rows.subarray(y * width, (y + 1) * width));
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 3], 8);
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const body = deflateSync(Buffer.concat(lines), { level: 9 });
  return Buffer.concat([
    signature,
    chunk('IHDR', head),
    chunk('PLTE', Buffer.from(palette)),
    chunk('IDAT', body),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
