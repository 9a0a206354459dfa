import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import type { BoardDescription } from '../../board/buses.ts';
import { Fault } from '../values/problem.ts';

/** What `firmware-config/` says of this terminal; its files' schemas (`schemas/`) hold the meaning of every key. */
export interface Config {
  readonly terminal: TerminalConfig;
  readonly network: NetworkConfig;
  readonly profile: Profile;
  readonly board: BoardDescription;
}

export interface TerminalConfig {
  readonly serial: string;
  readonly model: string;
  readonly board: string;
  readonly profile: string;
  readonly language: 'zh-CN' | 'en';
  readonly theme: 'light' | 'dark';
  readonly time_zone: string;
  readonly merchant: { readonly id: string; readonly name: string; readonly terminal: string };
  readonly support: { readonly machine: string; readonly accounts: string };
  readonly sale: { readonly limit_fen: number; readonly again_within_s: number };
  readonly waits: {
    readonly card_s: number;
    readonly pin_s: number;
    readonly confirm_s: number;
    readonly checkup_device_ms: number;
  };
  readonly recorder: { readonly most_mb: number };
  readonly receipt: { readonly columns: 32 | 48; readonly copies: readonly ('merchant' | 'cardholder')[] };
}

export interface NetworkConfig {
  readonly primary: string;
  readonly backup: string;
  readonly key_centre: string;
  readonly tpdu: string;
  readonly header: string;
  readonly connect_timeout_ms: number;
  readonly answer_timeout_ms: number;
}

export interface Profile {
  readonly name: string;
  readonly lab: boolean;
  readonly sign_in: '003' | '004';
  readonly currency: string;
  readonly encrypt_tracks: boolean;
  readonly reversal_retries: number;
  readonly pin_bypass: boolean;
  readonly transactions: Transactions;
  readonly dialect: Dialect;
  readonly operators: readonly {
    readonly number: string;
    readonly role: 'operator' | 'supervisor' | 'administrator';
    readonly first_password: string;
  }[];
}

/** What the acquirer offers beside the sale, and what each asks for. Amounts in fen. */
export interface Transactions {
  readonly void: Offered & Approved & { readonly pin: boolean };
  readonly refund: Offered & Approved & { readonly limit_fen: number; readonly window_days: number };
  readonly preauth: Offered;
  readonly preauth_add: Offered;
  readonly preauth_void: Offered & Approved & { readonly pin: boolean };
  readonly completion: Offered & {
    readonly pin: boolean;
    readonly over_percent: number;
    readonly hold_days: number;
    readonly by: 'request' | 'advice';
  };
  readonly completion_void: Offered & Approved & { readonly pin: boolean };
  readonly instalment: Offered & { readonly plan: string; readonly periods: readonly number[] };
  readonly offline: Offered & { readonly floor_fen: number };
  readonly voice: Offered & { readonly limit_fen: number };
  readonly adjust: Offered & Approved;
  readonly tip: Offered & { readonly most_percent: number };
  /** `newest`: whether the bank also says which transaction is its newest; true if absent. */
  readonly inquiry: Offered & { readonly newest?: boolean };
}

interface Offered {
  readonly offered: boolean;
}

interface Approved {
  /** Whether a supervisor approves it with a password. */
  readonly supervisor: boolean;
}

/** What differs between acquirers in their messages (unionpay.md 14). */
export interface Dialect {
  readonly read_capability: '2' | '5' | '6';
  readonly operator_field: 'spaces' | 'zeros';
  readonly without_mac: readonly string[];
  readonly reversal_pan: boolean;
  readonly reversal_expiry: boolean;
  readonly sm4_pin_shape: 'a' | 'b';
}

/** Reads and checks every file; throws a Fault of kind `configuration` that names the file, the key and the remedy. */
export function readConfig(folder: string): Config {
  // A test checks the schemas, which belong to the release, against the meta-schema: compiling that here would slow
  // each boot.
  const ajv = new Ajv({ allErrors: true, verbose: true, meta: false, validateSchema: false });
  const terminal = read<TerminalConfig>(folder, 'terminal.json', schema(ajv, folder, 'schemas/terminal.json'));
  const network = read<NetworkConfig>(folder, 'network.json', schema(ajv, folder, 'schemas/network.json'));
  const profileFile = `profiles/${terminal.profile}.json`;
  const profile = read<Profile>(folder, profileFile, schema(ajv, folder, 'schemas/profile.json'));
  const boardFile = `boards/${terminal.board}.json`;
  const board = read<BoardDescription>(folder, boardFile, schema(ajv, folder, 'boards/schema.json'));

  for (const key of ['primary', 'backup', 'key_centre'] as const) {
    // Security: plain TCP needs a lab profile. A published address is the virtual board's, on loopback.
    if (!profile.lab && !network[key].startsWith('tls://')) {
      throw refused('network.json', key, 'is not TLS', 'write tls://host:port, or choose a lab profile');
    }
  }
  if (profile.encrypt_tracks && profile.sign_in !== '004') {
    throw refused(profileFile, 'encrypt_tracks', 'needs a track key', 'set sign_in to 004, or encrypt_tracks to false');
  }
  mustBeZone(terminal.time_zone);
  mustHaveEachKey(boardFile, board);
  const recorder = { most_mb: Math.min(terminal.recorder.most_mb, RECORDER_MB) };
  return { terminal: { ...terminal, recorder }, network, profile, board };
}

/**
 * The longest record that an export can read (recorder/export.ts). A terminal configured for more starts all the same,
 * with this.
 */
const RECORDER_MB = 256;

/** Refuses a time zone that the runtime does not know: it would be taken for UTC without a word. */
function mustBeZone(time_zone: string): void {
  try {
    new Intl.DateTimeFormat('en', { timeZone: time_zone });
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const remedy = 'write an IANA time zone, such as Asia/Shanghai';
    throw refused('terminal.json', 'time_zone', `${time_zone} is no time zone`, remedy, cause);
  }
}

/** Sixteen places for sixteen keys: if one key stands twice another has no place, and that could be Enter. */
function mustHaveEachKey(file: string, { keypad }: BoardDescription): void {
  const keys = keypad.keys.flat();
  const twice = keys.find((key, place) => keys.indexOf(key) !== place);
  if (twice !== undefined) throw refused(file, 'keypad.keys', `${twice} stands there twice`, 'give each key one place');
}

function read<T>(folder: string, file: string, validate: ValidateFunction): T {
  const value = parse(folder, file);
  if (!validate(value)) throw explain(file, foremost(validate.errors ?? []));
  return value as T;
}

function schema(ajv: Ajv, folder: string, file: string): ValidateFunction {
  return ajv.compile(parse(folder, file) as object);
}

function parse(folder: string, file: string): unknown {
  let text: string;
  try {
    text = readFileSync(join(folder, file), 'utf8');
  } catch (cause) {
    throw refused(file, '-', 'cannot be read', 'restore the file from the release', cause);
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw refused(file, '-', `is not JSON${placeOf(error.message, text)}`, 'mend what stands there, or just before it');
  }
}

/**
 * Where the parser gave up. Its message is not passed on: if it names no position it quotes ten characters on either
 * side, and a first password may stand there.
 */
function placeOf(message: string, text: string): string {
  const before = text.slice(0, positionOf(message, text)).split('\n');
  return `: line ${before.length}, character ${(before.at(-1)?.length ?? 0) + 1}`;
}

const QUOTED_BEFORE = 10;

/** `… at position 40 (line 3 column 29)`, `Unexpected token 'x', ..."d": x }"... is not valid JSON`, or the end of the text. */
function positionOf(message: string, text: string): number {
  const said = /at position (\d+)/.exec(message)?.[1];
  if (said !== undefined) return Number(said);
  const [, token = '', cut, quoted] = /^Unexpected token '(.*?)', (\.\.\.)?"(.*)"(?:\.\.\.)? is/s.exec(message) ?? [];
  if (quoted === undefined) return text.length;
  return text.indexOf(quoted) + (cut === undefined ? quoted.indexOf(token) : QUOTED_BEFORE);
}

/** A misspelt key is reported both as unknown and as missing; the report of the unknown key leads to the mistake. */
function foremost(errors: readonly ErrorObject[]): ErrorObject | undefined {
  return errors.find(({ keyword }) => keyword === 'additionalProperties') ?? errors[0];
}

function explain(file: string, error: ErrorObject | undefined): Fault {
  if (error === undefined) return refused(file, '-', 'is refused', 'compare it with its schema');
  const at = error.instancePath.slice(1).replaceAll('/', '.');
  const named = (name: unknown) => (at === '' ? String(name) : `${at}.${String(name)}`);
  const meaning = (error.parentSchema as { description?: string } | undefined)?.description;
  switch (error.keyword) {
    case 'additionalProperties':
      return refused(
        file,
        named(error.params.additionalProperty),
        'is not a key of this file',
        'remove it or mend its spelling',
      );
    case 'required':
      return refused(file, named(error.params.missingProperty), 'is missing', 'add it');
    default:
      return refused(
        file,
        at === '' ? '-' : at,
        error.message ?? 'is refused',
        meaning ?? 'compare it with its schema',
      );
  }
}

function refused(file: string, key: string, why: string, remedy: string, cause?: unknown): Fault {
  return new Fault({ kind: 'configuration', file: `firmware-config/${file}`, key, why, remedy }, { cause });
}
