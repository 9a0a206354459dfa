import type { Text, TextId } from '../../config/texts.ts';
import type { Bar, BarItem } from '../screen.ts';

/** What every screen knows: who is signed in, how the line and the paper are, and whom to call. */
export interface BarFacts {
  readonly operator: string | null;
  readonly batch: string | null;
  /** Null until the line has been tried. */
  readonly line: 'primary' | 'backup' | 'down' | null;
  readonly paper: PaperState;
  /** A lab profile: plain TCP, test keys. */
  readonly lab: boolean;
  /** `09:41`; null before the clock has been checked. */
  readonly time: string | null;
  readonly support: Support;
}

/** `owed`: the printer is well and slips wait to be printed. */
export type PaperState = 'good' | 'out' | 'cover-open' | 'fault' | 'owed' | null;

/** Telephone numbers: one for the machine, one for accounts. */
export interface Support {
  readonly machine: string;
  readonly accounts: string;
}

const lines = {
  primary: { text: 'bar.line.primary', icon: 'disc', colour: 'done' },
  backup: { text: 'bar.line.backup', icon: 'half-disc', colour: 'attention' },
  down: { text: 'bar.line.down', icon: 'ring', colour: 'refused' },
} as const satisfies Record<NonNullable<BarFacts['line']>, { text: TextId } & Omit<BarItem, 'key' | 'text'>>;

const papers = {
  out: 'bar.paper.out',
  'cover-open': 'bar.paper.cover-open',
  fault: 'bar.paper.fault',
  owed: 'bar.paper.owed',
} as const satisfies Record<Exclude<PaperState, 'good' | null>, TextId>;

/** The status bar of a screen; `place` says where the operator is. */
export function barOf(text: Text, facts: BarFacts, place: string): Bar {
  const items: BarItem[] = [];
  if (facts.lab) items.push({ key: 'lab', text: text('bar.lab'), colour: 'attention', framed: true });
  if (facts.operator !== null) {
    items.push({ key: 'operator', text: text('bar.operator', { operator: facts.operator }), wide: true });
  }
  if (facts.batch !== null) items.push({ key: 'batch', text: text('bar.batch', { batch: facts.batch }), wide: true });
  if (facts.line !== null) {
    const { text: id, icon, colour } = lines[facts.line];
    items.push({ key: 'line', text: text(id), icon, colour });
  }
  if (facts.paper === 'good') items.push({ key: 'paper', icon: 'paper' });
  else if (facts.paper !== null) {
    items.push({ key: 'paper', text: text(papers[facts.paper]), icon: 'paper', colour: 'attention' });
  }
  if (facts.time !== null) items.push({ key: 'time', text: facts.time });
  return { place, items };
}
