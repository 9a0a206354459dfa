import type { Text } from '../../config/texts.ts';
import type { Problem } from '../../values/problem.ts';
import type { Node, RowNode, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { result } from './layout.ts';
import { type Part, partName, problemWords } from './problem.ts';

export interface CheckupRowFacts {
  readonly part: Part;
  /** Without it no sale is possible. */
  readonly needed: boolean;
  readonly state: 'pending' | 'ok' | 'failed';
  /** What a well part said of itself: "18 ms". */
  readonly detail: string | null;
  readonly problem: Problem | null;
}

export interface CheckupFacts {
  readonly version: string;
  readonly rows: readonly CheckupRowFacts[];
}

/** The self-check as it happens: no key does anything yet. */
export function checkupRunning(text: Text, bar: BarFacts, facts: CheckupFacts): Screen {
  return {
    ...checkup(text, bar, facts, [text('checkup.notice.running')]),
    id: 'checkup.running',
    foot: { note: text('checkup.notice.running') },
  };
}

/** Something failed that a sale can do without: the remedy, and the green key goes on. */
export function checkupDegraded(text: Text, bar: BarFacts, facts: CheckupFacts): Screen {
  return {
    ...checkup(text, bar, facts, remedy(text, bar, facts, true)),
    id: 'checkup.degraded',
    foot: { cancel: text('key.check-again'), enter: text('key.continue') },
  };
}

/** Something failed without which no sale is possible. */
export function checkupFailed(text: Text, bar: BarFacts, facts: CheckupFacts): Screen {
  return {
    ...checkup(text, bar, facts, remedy(text, bar, facts, false)),
    id: 'checkup.failed',
    foot: { note: text('checkup.failed.title'), enter: text('key.check-again') },
  };
}

/** The result of a check-up that the operator asked for. */
export function checkupDone(text: Text, bar: BarFacts, facts: CheckupFacts): Screen {
  const well = facts.rows.every((row) => row.state === 'ok');
  return {
    ...checkup(text, bar, facts, well ? [text('checkup.notice.ok')] : remedy(text, bar, facts, true), well),
    id: 'checkup.done',
    foot: { cancel: text('key.back'), enter: text('key.check-again') },
  };
}

export interface ConfigurationFacts {
  readonly file: string;
  readonly key: string;
  readonly why: string;
  readonly remedy: string;
}

/** Configuration that is not understood: no sale, and what to correct. */
export function checkupConfiguration(text: Text, bar: BarFacts, facts: ConfigurationFacts): Screen {
  const row = (name: string, state: string): RowNode => ({ node: 'row', name, state, colour: 'ink' });
  return {
    id: 'checkup.configuration',
    tone: 'attention',
    bar: barOf(text, bar, text('place.checkup')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text('checkup.configuration.title'),
      numbers: '',
      words: [
        row(text('checkup.configuration.file'), facts.file),
        row(text('checkup.configuration.key'), facts.key),
        { node: 'text', text: facts.why },
        { node: 'text', text: facts.remedy, strong: true },
        {
          node: 'text',
          text: text('checkup.configuration.call', { phone: bar.support.machine }),
          colour: 'muted',
        },
      ],
    }),
    foot: {},
  };
}

function checkup(
  text: Text,
  bar: BarFacts,
  { version, rows }: CheckupFacts,
  notice: readonly string[],
  well = false,
): Omit<Screen, 'id' | 'foot'> {
  const failed = rows.some((row) => row.state === 'failed');
  const missing = rows.some((row) => row.state === 'failed' && row.needed);
  const body: Node[] = [
    { node: 'column', key: 'rows', children: rows.map((row) => checkupRow(text, row)), gap: 'hair' },
    { node: 'space' },
  ];
  if (failed || well) {
    body.push({ node: 'notice', colour: missing ? 'refused' : failed ? 'attention' : 'done', lines: notice });
  }
  const place = barOf(text, bar, text('place.checkup'));
  const items = [{ key: 'version', text: text('bar.version', { version }), wide: true }, ...place.items];
  return { tone: 'plain', bar: { ...place, items }, body };
}

function checkupRow(text: Text, { part, state, needed, detail, problem }: CheckupRowFacts): RowNode {
  const name = partName(text, part);
  if (state === 'pending') {
    return { node: 'row', key: part, name, state: text('checkup.state.running'), colour: 'muted' };
  }
  if (state === 'ok') {
    const good = text('checkup.state.ok');
    return { node: 'row', key: part, name, state: detail === null ? good : `${good} · ${detail}`, colour: 'done' };
  }
  const short = problem === null ? text('checkup.state.failed') : problemWords(text, problem).short;
  return { node: 'row', key: part, name, state: short, colour: needed ? 'refused' : 'attention' };
}

/** The remedy for the worst fault: one that stops a sale comes before one that does not. */
function remedy(text: Text, bar: BarFacts, { rows }: CheckupFacts, usable: boolean): string[] {
  const failed = rows.filter((row) => row.problem !== null);
  const worst = failed.find((row) => row.needed) ?? failed[0];
  if (worst === undefined || worst.problem === null) return [];
  const words = problemWords(text, worst.problem);
  const phone = bar.support[words.call];
  return [
    usable ? text('checkup.notice.usable', { remedy: words.remedy }) : words.remedy,
    text('checkup.notice.call', { phone }),
  ];
}
