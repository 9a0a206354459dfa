/**
 * Summarises the messages that a relay passes: length, type, fields. It reads the length, the MTI and the bitmap, and
 * drops every other byte, so that the log cannot hold a secret.
 */

export interface Glance {
  readonly bytes: number;
  readonly mti?: string;
  readonly fields?: readonly number[];
  readonly step?: string;
}

export type Dialect = 'acquirer' | 'key-centre';

/** TPDU 5, header 6, MTI 2, primary and secondary bitmap 16 (Q/CUP 009.1 link frame). */
const ACQUIRER_HEAD = 29;
const MTI_AT = 11;
const BITMAP_AT = 13;
/** `{"v":1,"step":"terminal-proof"`: the step comes before anything that is secret. */
const KEY_CENTRE_HEAD = 40;

/** Watches one direction of one connection; calls `seen` once for each whole message. */
export function glancer(dialect: Dialect, seen: (glance: Glance) => void): (chunk: Uint8Array) => void {
  const most = dialect === 'acquirer' ? ACQUIRER_HEAD : KEY_CENTRE_HEAD;
  let head: number[] = [];
  let length = -1;
  let passed = 0;
  const lengthBytes: number[] = [];

  const finish = () => {
    seen({ bytes: length, ...describe(dialect, Uint8Array.from(head)) });
    head = [];
    length = -1;
    passed = 0;
    lengthBytes.length = 0;
  };

  return (chunk) => {
    let at = 0;
    while (at < chunk.length) {
      if (length < 0) {
        lengthBytes.push(chunk[at++] ?? 0);
        if (lengthBytes.length < 2) continue;
        length = (lengthBytes[0] ?? 0) * 256 + (lengthBytes[1] ?? 0);
        if (length === 0) finish();
        continue;
      }
      const take = Math.min(length - passed, chunk.length - at);
      if (head.length < most) head.push(...chunk.subarray(at, at + Math.min(take, most - head.length)));
      passed += take;
      at += take;
      if (passed === length) finish();
    }
  };
}

function describe(dialect: Dialect, head: Uint8Array): Omit<Glance, 'bytes'> {
  if (dialect === 'key-centre') {
    const step = /"step":"([a-z-]{1,20})"/.exec(Buffer.from(head).toString('latin1'))?.[1];
    return step === undefined ? {} : { step };
  }
  const mti = Buffer.from(head.subarray(MTI_AT, BITMAP_AT)).toString('hex');
  if (head.length < BITMAP_AT + 8 || !/^\d{4}$/.test(mti)) return {};
  return { mti, fields: announced(head.subarray(BITMAP_AT)) };
}

function announced(bitmap: Uint8Array): number[] {
  const bits = ((bitmap[0] ?? 0) & 0x80) !== 0 && bitmap.length >= 16 ? 128 : 64;
  const fields = [];
  for (let bit = 2; bit <= bits; bit++) {
    const byte = bitmap[(bit - 1) >> 3] ?? 0;
    if ((byte & (0x80 >> ((bit - 1) & 7))) !== 0) fields.push(bit);
  }
  return fields;
}
