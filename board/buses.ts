/**
 * The five wires that a board has. Drivers see only these types, so a driver is the same code on a
 * Raspberry Pi (`linux.ts`, `serial.ts`), against the virtual board (`socket.ts`) and in storms.
 */

/** A digital line's level; 1 is high. */
export type Level = 0 | 1;

/**
 * A general-purpose line: the label of its chip and the line's offset in it, as the board description has them.
 * Kernel-wide numbers are no names: their base differs from kernel to kernel.
 */
export interface Pin {
  readonly chip: string;
  readonly line: number;
}

export interface Lines {
  /**
   * Claims `pins` as outputs, all at `initial`. An open-drain output is let go at level 1 (a pull-up makes it high), so
   * that two of them may be connected, as two rows of a key matrix are by two pressed keys.
   */
  outputs(pins: readonly Pin[], initial: Level, drive?: 'push-pull' | 'open-drain'): Promise<LineOutputs>;
  /** Claims `pins` as inputs with pull-ups; an open input reads 1. */
  inputs(pins: readonly Pin[]): Promise<LineInputs>;
}

export interface LineOutputs {
  /** One level per claimed pin, in the order of the claim. Calls take effect in the order they are made. */
  write(levels: readonly Level[]): Promise<void>;
}

export interface LineInputs {
  /** One level per claimed pin. A read sees every write that was called before it, awaited or not. */
  read(): Promise<readonly Level[]>;
  /** Calls `edge` at changes of a claimed pin (its place in the claim, its level) until the returned function is called. */
  watch(edge: (place: number, level: Level) => void): () => void;
}

/** One I²C bus. An absent or unpowered device makes the transfer reject (no acknowledge). */
export interface I2c {
  write(address: number, bytes: Uint8Array): Promise<void>;
  read(address: number, length: number): Promise<Uint8Array>;
}

/** A serial line: bytes in, bytes out, no modem signals. */
export interface ByteLine {
  /** Resolves when the last byte has left the port. */
  write(bytes: Uint8Array): Promise<void>;
  /** Calls `receive` with every chunk that arrives until the returned function is called. The chunk may be reused. */
  listen(receive: (bytes: Uint8Array) => void): () => void;
  /** Resolves when the line is gone: closed here, or unplugged. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** The panel. Pixels are XRGB8888 in memory, 4 bytes each, rows without gaps. */
export interface Framebuffer {
  readonly width: number;
  readonly height: number;
  /** Copies the given rectangles of the shadow to the panel. `rectangles` holds x1, y1, x2, y2 (inclusive) for each. */
  present(shadow: Uint8Array, rectangles: Int32Array): void;
}

/** A loudspeaker for voice prompts: 16-bit mono PCM. */
export interface Speaker {
  /** Resolves when the clip has been played or handed to the far end. */
  play(samples: Int16Array, rate_hz: number): Promise<void>;
}

/** Everything that a board description can open. Each is opened once, by `main.ts`. */
export interface Board {
  readonly lines: Lines;
  i2c(bus: number): Promise<I2c>;
  serial(path: string, baud: number): Promise<ByteLine>;
  framebuffer(): Promise<Framebuffer>;
  speaker(): Promise<Speaker>;
  /** Resolves when the wires are gone: closed here, or the virtual board has ended. */
  readonly closed: Promise<void>;
  close(): Promise<void>;
}

/** The keys of the pad, by what is printed on them. */
export type Key =
  | '0'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6'
  | '7'
  | '8'
  | '9'
  | '*'
  | '#'
  | 'enter'
  | 'clear'
  | 'cancel'
  | 'menu';

export interface KeypadLayout {
  readonly rows: readonly Pin[];
  readonly columns: readonly Pin[];
  /** One list for each row, one key for each column. */
  readonly keys: readonly (readonly Key[])[];
}

/** What `firmware-config/boards/NAME.json` says: which device is on which wire. Its schema explains each key. */
export interface BoardDescription {
  readonly name: string;
  readonly wires: 'linux' | 'socket';
  readonly keypad: KeypadLayout;
  readonly buzzer: Pin;
  readonly display: { readonly bus: number; readonly address: number };
  readonly stripe: { readonly tty: string; readonly baud: number };
  readonly printer: {
    readonly tty: string;
    readonly baud: number;
    /** How the printer says that it has printed. */
    readonly confirms: 'process-id' | 'queued-status';
  };
  readonly panel: {
    readonly device: string;
    readonly width: number;
    readonly height: number;
    readonly rotation: 0 | 90 | 180 | 270;
  };
  readonly speaker: { readonly device: string };
}
