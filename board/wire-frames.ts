/**
 * The frames of `wires.sock`, the virtual board's GPIO, I²C, pixel and PCM wires:
 *
 *     u32be length (of what follows) | u8 channel | u8 op | payload
 *
 * Both ends are parts of this project and of one version; `hello` refuses another. Integers are big-endian, pixels and
 * samples are as they lie in memory (little-endian).
 */

export const WIRES_VERSION = 1;

/** A panel of 1920 × 1080 in one frame, with its header. */
export const MOST_FRAME_BYTES = 8_294_400 + 64;

export const channels = {
  /** The connection itself. */
  board: 0,
  lines: 1,
  i2c: 2,
  panel: 3,
  speaker: 4,
} as const;

/** T→B: the terminal sends it; B→T: the virtual board does; the answer to an op has the same number. */
export const ops = {
  board: {
    /** T→B u16 version: the terminal has power; answer: nothing, once the devices have it too. */
    hello: 1,
    /** B→T UTF-8: why the connection is closed. */
    refused: 2,
  },
  lines: {
    /** T→B u8 drive (0 push-pull, 1 open-drain), u8 level, u8 line … */
    outputs: 1,
    /** T→B u8 line … */
    inputs: 2,
    /** T→B (u8 line, u8 level) … */
    write: 3,
    /** T→B u8 line …; answer: u8 level … */
    read: 4,
    /** B→T u8 line, u8 level */
    edge: 5,
  },
  i2c: {
    /** T→B u8 bus, u8 address, bytes; answer: u8 acknowledged */
    write: 1,
    /** T→B u8 bus, u8 address, u16 length; answer: u8 acknowledged, bytes */
    read: 2,
  },
  panel: {
    /** T→B nothing; answer: u16 width, u16 height */
    size: 1,
    /** T→B u16 x, u16 y, u16 width, u16 height, XRGB8888 rows */
    rectangle: 2,
  },
  speaker: {
    /** T→B u32 rate in Hz, 16-bit samples; answer: nothing */
    play: 1,
  },
} as const;

export function frame(channel: number, op: number, payload: Uint8Array | readonly number[] = []): Buffer {
  const bytes = frameFor(channel, op, payload.length);
  bytes.set(payload, HEADER_BYTES);
  return bytes;
}

/** A frame with room for a payload, which the caller writes from `HEADER_BYTES` on: pixels are not copied twice. */
export function frameFor(channel: number, op: number, payload_bytes: number): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload_bytes);
  bytes.writeUInt32BE(2 + payload_bytes, 0);
  bytes[4] = channel;
  bytes[5] = op;
  return bytes;
}

export const HEADER_BYTES = 6;

/**
 * Returns a function that takes the stream's chunks and calls `receive` for every whole frame. The payload is only
 * valid during the call. Throws on a length that no frame has; the caller closes the connection.
 */
export function frameReader(receive: (channel: number, op: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let parts: Buffer[] = [];
  let held = 0;
  let wanted = 4;
  return (chunk) => {
    parts.push(chunk);
    held += chunk.length;
    // A large frame arrives in hundreds of chunks: they are joined once, when it is whole.
    if (held < wanted) return;
    let bytes = parts.length === 1 ? chunk : Buffer.concat(parts);
    wanted = 4;
    while (bytes.length >= 4) {
      const length = bytes.readUInt32BE(0);
      if (length < 2 || length > MOST_FRAME_BYTES) {
        throw new RangeError(`a frame of ${length} bytes: 2 to ${MOST_FRAME_BYTES} are possible`);
      }
      wanted = 4 + length;
      if (bytes.length < wanted) break;
      receive(bytes[4] as number, bytes[5] as number, bytes.subarray(6, wanted));
      bytes = bytes.subarray(wanted);
      wanted = 4;
    }
    parts = bytes.length > 0 ? [bytes] : [];
    held = bytes.length;
  };
}
