import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

/** A PNG of 8-bit RGB pixels (ISO/IEC 15948), rows without gaps. */
export function png(width: number, height: number, rgb: Uint8Array): Uint8Array {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // Bit depth 8, colour type 2 (RGB), deflate, adaptive filters, no interlace.
  header.set([8, 2, 0, 0, 0], 8);
  const rows = Buffer.alloc(height * (1 + width * 3));
  for (let y = 0; y < height; y++) {
    rows.set(rgb.subarray(y * width * 3, (y + 1) * width * 3), y * (1 + width * 3) + 1);
  }
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(rows)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The panel's XRGB8888 (little-endian: B, G, R, X in memory) as a picture. */
export function panelPng(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(width * height * 3);
  for (let pixel = 0; pixel < width * height; pixel++) {
    rgb[pixel * 3] = pixels[pixel * 4 + 2] ?? 0;
    rgb[pixel * 3 + 1] = pixels[pixel * 4 + 1] ?? 0;
    rgb[pixel * 3 + 2] = pixels[pixel * 4] ?? 0;
  }
  return png(width, height, rgb);
}

/** The customer display's colours: light green on near black, as the page shows it. */
const LIT = [0x59, 0xf0, 0xc4] as const;
const DARK = [0x04, 0x21, 0x1d] as const;
const DOT = 4;

/** The display's pixels, each as a square of four by four dots. */
export function displayPng(width: number, height: number, pixels: Uint8Array): Uint8Array {
  const rgb = new Uint8Array(width * DOT * height * DOT * 3);
  for (let y = 0; y < height * DOT; y++) {
    for (let x = 0; x < width * DOT; x++) {
      const on = pixels[Math.floor(y / DOT) * width + Math.floor(x / DOT)] === 1;
      rgb.set(on ? LIT : DARK, (y * width * DOT + x) * 3);
    }
  }
  return png(width * DOT, height * DOT, rgb);
}

function chunk(type: string, data: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}
