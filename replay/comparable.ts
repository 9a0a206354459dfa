import type { Linked, Recorded } from '../src/recorder/happening.ts';
import type { Masks } from './masks.ts';
import { whole } from './whole.ts';

/** The part of a record that a replay must repeat, and its channel; within a channel the order must be the same. */
export interface Comparable {
  /** Null: nothing of it is compared. */
  readonly channel: string | null;
  readonly key: string;
}

const NOTHING: Comparable = { channel: null, key: '' };

/**
 * Not compared: times of day and counted seconds, the status bar, the order in which parts of the self-check finish,
 * and MACs, PIN blocks, check values and track lengths, which depend on the test cards and the replay's own keys.
 */
export function comparableOf(record: Linked | Recorded, masks: Masks): Comparable {
  const said = (text: string) => timeless(masks.translated(text));
  const of = (channel: string, ...parts: unknown[]): Comparable => ({ channel, key: parts.map(stable).join(' · ') });
  switch (record.kind) {
    case 'screen': {
      const { screen, texts, foot } = record;
      if (screen.startsWith('checkup.')) return screen === 'checkup.running' ? NOTHING : of('screen', screen);
      // A small number alone in a text counts the seconds of a wait.
      const lone = screen.endsWith('.waiting') ? /^\d{1,3}$/ : /^$/;
      return of('screen', screen, ...texts.map(said).map((text) => text.replace(lone, '#')), ...foot.map(said));
    }
    case 'display':
      return of('display', ...record.rows.map(said));
    case 'sound':
      // A surplus digit is refused by a sound only. No screen answers it, so the record does not name the key.
      return record.sound === 'refused' ? NOTHING : of('sound', record.sound);
    case 'paper':
      return of('paper', ...record.said.map(said).map((line) => line.trim()));
    case 'printed':
      return of('paper', record.end);
    case 'flow':
      return of('flow', record.flow, record.operator ?? '-');
    case 'key-centre':
      return of('key-centre', record.way, record.said.replace(/[0-9A-F]{6,}/, '…'));
    case 'parameters':
      return of('key-centre', 'parameters', whole(record).sent);
    case 'entry': {
      const { type, batch, trace, amount, event, detail } = record;
      // Printing runs beside everything else, and entries do not wait for each other: hence channels of their own.
      const channel = event.startsWith('copy-') ? 'paper' : `journal ${batch}/${trace}`;
      return of(channel, type, batch, trace, event, amount, said(stable(detail)));
    }
    case 'settlement':
      return of(`settlement ${record.batch}`, record.step, record.detail);
    case 'batch':
      return of('batch', record.batch);
    case 'host':
      // One channel for each trace: background messages to the bank may run beside those of a flow.
      return { channel: `host ${record.fields.trace ?? '-'}`, key: hostKey(record, masks) };
    default:
      return NOTHING;
  }
}

type Host = Extract<Recorded, { kind: 'host' }>;

function hostKey({ way, line, mti, fields, note }: Host, masks: Masks): string {
  const shown = Object.entries(fields)
    .filter(([name]) => !['mti', 'mac', 'time', 'date', 'settlementDate'].includes(name))
    // Of a secret field only its presence is compared: its length depends on the test card.
    .map(([name, value]) => `${name}=${value.startsWith('(') ? '(…)' : masks.translated(value)}`);
  const told = note === null ? [] : [note.startsWith('garbled') ? 'garbled' : note.replace(/\d+ ms/, '… ms')];
  return [way === 'out' ? '→' : '←', mti, line, ...shown.sort(), ...told].filter((part) => part !== '').join(' · ');
}

function stable(part: unknown): string {
  return typeof part === 'string' ? part : JSON.stringify(part);
}

function timeless(text: string): string {
  return text
    .replaceAll(/\d{4}[/-]\d\d[/-]\d\d/g, 'date')
    .replaceAll(/\b\d{1,2}:\d\d(:\d\d)?\b/g, 'time')
    .replaceAll(/"hhmmss":"\d+","mmdd":"\d+"/g, '"time"')
    .replaceAll(/\d+(?= ?(秒|seconds?\b|s\b))/g, '#');
}
