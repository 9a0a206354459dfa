import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readConfig } from '../src/config/config.ts';
import { RecordError, type Begin as RecordedBegin } from '../src/recorder/export.ts';
import type { Linked } from '../src/recorder/happening.ts';
import { Fault } from '../src/values/problem.ts';
import type { Film } from './film.ts';

/** A recorded power-on with its configuration. Texts in it were masked, so none is a card number. */
export type Begin = Omit<RecordedBegin, 'config'> & {
  readonly n: number;
  readonly config: {
    readonly terminal: {
      readonly serial: string;
      readonly merchant: { readonly name: string; readonly terminal: string };
    };
    readonly network: object;
    readonly profile: { readonly operators: readonly { readonly number: string; readonly role: string }[] };
    readonly board: { readonly printer?: { readonly confirms?: string } };
  };
};

/** By operator number: the password that stands in for the real one, which no record holds. */
export type Passwords = Map<string, string>;

const root = join(import.meta.dirname, '..');

/**
 * Writes the recorded configuration to a folder of its own; the record has no say in the file names. Changed from the
 * record: the board is the virtual one, the lines are the replay's, the profile is a lab's, and each operator has a
 * first password that the replay knows. Throws a RecordError where the schemas refuse what the record says.
 */
export function writeConfig(folder: string, { n, config, merchant }: Begin): Passwords {
  cpSync(join(root, 'firmware-config'), folder, { recursive: true });
  edit(join(folder, 'terminal.json'), (usual) => ({
    ...usual,
    ...config.terminal,
    merchant: { ...config.terminal.merchant, id: merchant.join('') },
    ...{ board: 'virtual', profile: 'replay' },
  }));
  const lines = { primary: 'published:primary', backup: 'published:backup', key_centre: 'published:key-centre' };
  edit(join(folder, 'network.json'), (usual) => ({ ...usual, ...config.network, ...lines }));
  const known: readonly { number: string; first_password: string }[] = read(
    join(root, 'firmware-config', 'profiles', 'lab.json'),
  ).operators;
  const operators = config.profile.operators.map((operator) => ({
    ...operator,
    first_password: known.find(({ number }) => number === operator.number)?.first_password ?? STAND_IN,
  }));
  const usual = read(join(folder, 'profiles', 'lab.json'));
  const profile = { ...usual, ...config.profile, name: 'replay', lab: true, operators };
  writeFileSync(join(folder, 'profiles', 'replay.json'), JSON.stringify(profile));
  const { confirms } = config.board.printer ?? {};
  edit(join(folder, 'boards', 'virtual.json'), (board) => ({
    ...board,
    printer: { ...(board.printer as object), ...(confirms === undefined ? {} : { confirms }) },
  }));
  mustBeRead(folder, n);
  return new Map(operators.map(({ number, first_password }) => [number, first_password]));
}

function mustBeRead(folder: string, n: number): void {
  try {
    readConfig(folder);
  } catch (error) {
    if (!(error instanceof Fault) || error.problem.kind !== 'configuration') throw error;
    const { file, key, why } = error.problem;
    throw new RecordError(
      `record ${n}: its configuration cannot be used, in ${file}: ${key} ${why}`,
      'Replay it with the release that has written it.',
    );
  }
}

const STAND_IN = '24681357';

/** Writes a bank's seed with the recorded merchant, terminal and parameters; its customers are the test cards. */
export function writeSeed(folder: string, { config, merchant, batch }: Begin, { frames }: Film): void {
  cpSync(join(root, 'bank', 'seed'), folder, { recursive: true });
  const sent = frames.map(({ record }) => record).find((record): record is Linked & Parameters => isParameters(record));
  const id = merchant.join('');
  const { terminal } = config;
  editAll(join(folder, 'merchants.json'), ([usual]) => [
    {
      ...usual,
      id,
      name: { ...(usual?.name as object), zh: sent?.sent.merchant_name ?? terminal.merchant.name },
      ...(sent === undefined ? {} : { sale_limit_fen: sent.sent.limit_fen }),
    },
  ]);
  editAll(join(folder, 'terminals.json'), ([usual]) => [
    { ...usual, terminal: terminal.merchant.terminal, merchant: id, serial: terminal.serial, status: 'good', batch },
  ]);
  if (sent === undefined) return;
  const { phone_machine, phone_accounts, answer_timeout_ms, reversal_retries } = sent.sent;
  edit(join(folder, 'acquirer.json'), (usual) => ({
    ...usual,
    ...{ phone_machine, phone_accounts, answer_timeout_ms, reversal_retries },
  }));
}

interface Parameters {
  readonly kind: 'parameters';
  readonly sent: Readonly<Record<string, string | number>>;
}

function isParameters(record: Linked): boolean {
  return record.kind === 'parameters';
}

function read(file: string) {
  return JSON.parse(readFileSync(file, 'utf8'));
}

type Json = Readonly<Record<string, unknown>>;

function edit(file: string, change: (usual: Json) => Json): void {
  writeFileSync(file, JSON.stringify(change(read(file))));
}

function editAll(file: string, change: (usual: readonly Json[]) => readonly Json[]): void {
  writeFileSync(file, JSON.stringify(change(read(file))));
}
