import type { Text, TextId, TextValues } from '../../config/texts.ts';
import type { Problem } from '../../values/problem.ts';
import type { Foot, Screen } from '../screen.ts';
import { type BarFacts, barOf, type Support } from './bar.ts';
import { callAccounts, callMachine, result, said } from './layout.ts';

interface ProblemRow {
  /** For a row of the self-check: one or two words. */
  readonly short: TextId;
  readonly title: TextId;
  readonly remedy: TextId;
  /** Whose telephone number helps where the remedy does not. */
  readonly call: keyof Support;
}

const machine = <K extends Problem['kind']>(kind: K) =>
  ({
    short: `problem.${kind}.short`,
    title: `problem.${kind}.title`,
    remedy: `problem.${kind}.remedy`,
    call: 'machine',
  }) as const;
const accounts = <K extends Problem['kind']>(kind: K) => ({ ...machine(kind), call: 'accounts' }) as const;

/** The words for each kind of fault: a new kind does not compile before it has its words in both languages. */
const rows = {
  'line-down': machine('line-down'),
  'host-silent': accounts('host-silent'),
  'host-garbled': accounts('host-garbled'),
  'mac-wrong': accounts('mac-wrong'),
  'keys-missing': accounts('keys-missing'),
  'keys-mismatch': accounts('keys-mismatch'),
  'key-centre': accounts('key-centre'),
  'part-silent': machine('part-silent'),
  'clock-behind': machine('clock-behind'),
  'device-silent': machine('device-silent'),
  'device-lost': machine('device-lost'),
  'device-garbled': machine('device-garbled'),
  'key-stuck': machine('key-stuck'),
  'paper-out': machine('paper-out'),
  'cover-open': machine('cover-open'),
  'print-head-hot': machine('print-head-hot'),
  'printer-error': machine('printer-error'),
  'disk-full': machine('disk-full'),
  'disk-read-only': machine('disk-read-only'),
  'disk-broken': machine('disk-broken'),
  'journal-missing': accounts('journal-missing'),
  'journal-broken': accounts('journal-broken'),
  'journal-behind': accounts('journal-behind'),
  'journal-newer': machine('journal-newer'),
  'bank-ahead': accounts('bank-ahead'),
  'newest-unsaid': accounts('newest-unsaid'),
  'batch-full': accounts('batch-full'),
  'request-changed': accounts('request-changed'),
  'batch-closed': accounts('batch-closed'),
  'settlement-open': accounts('settlement-open'),
  'archive-broken': accounts('archive-broken'),
  configuration: machine('configuration'),
} as const satisfies Record<Problem['kind'], ProblemRow>;

export interface ProblemWords {
  readonly short: string;
  readonly title: string;
  readonly remedy: string;
  readonly call: keyof Support;
}

/** A fault in the operator's words, with its remedy and whom to call. */
export function problemWords(text: Text, problem: Problem): ProblemWords {
  const { short, title, remedy, call } = rows[problem.kind];
  const values = valuesOf(text, problem);
  return { short: text(short, values), title: text(title, values), remedy: text(remedy, values), call };
}

export interface ProblemFacts {
  readonly problem: Problem;
  /** What the keys do; by default the green one ends it. */
  readonly foot?: Foot;
}

/** A fault outside any payment: its title, the remedy, whom to call. */
export function problemScreen(text: Text, bar: BarFacts, { problem, foot }: ProblemFacts): Screen {
  const words = problemWords(text, problem);
  return {
    id: 'problem',
    tone: 'attention',
    bar: barOf(text, bar, text('place.problem')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: words.title,
      numbers: '',
      words: [said(words.remedy), call(text, bar.support, words.call)],
    }),
    foot: foot ?? { enter: text('key.done') },
  };
}

export function call(text: Text, support: Support, whom: keyof Support) {
  return whom === 'machine' ? callMachine(text, support) : callAccounts(text, support);
}

const parts = {
  keypad: 'checkup.row.keypad',
  display: 'checkup.row.display',
  reader: 'checkup.row.reader',
  printer: 'checkup.row.printer',
  storage: 'checkup.row.storage',
  clock: 'checkup.row.clock',
  keys: 'checkup.row.keys',
  line: 'checkup.row.line',
} as const satisfies Record<string, TextId>;

export type Part = keyof typeof parts;

export function partName(text: Text, part: Part): string {
  return text(parts[part]);
}

function valuesOf(text: Text, problem: Problem): TextValues {
  switch (problem.kind) {
    case 'device-silent':
    case 'device-lost':
    case 'device-garbled':
      return { device: text(`device.${problem.device}`) };
    case 'part-silent':
      return { part: Object.hasOwn(parts, problem.part) ? partName(text, problem.part as Part) : problem.part };
    case 'key-stuck':
      return { keys: problem.keys.join(' ') };
    case 'bank-ahead':
      return { batch: problem.batch, trace: problem.trace };
    case 'newest-unsaid':
      return { code: problem.code };
    case 'configuration':
      return { file: problem.file, key: problem.key, remedy: problem.remedy };
    default:
      return {};
  }
}
