import type { Text, TextId } from '../../config/texts.ts';
import type { Fen } from '../../values/fen.ts';
import { yuan } from '../../values/fen.ts';
import type { State } from '../../values/state.ts';
import type { TransactionType } from '../../values/transaction-type.ts';
import type { Node, RowNode, Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { amountNode, askedDigits, centred, dotted, inFours, quiet, result, said } from './layout.ts';

export interface PrintTraceFacts {
  /** The digits typed so far. */
  readonly typed: string;
}

/** Asks which slip, by its trace, as lists and slips show it. */
export function printTrace(text: Text, bar: BarFacts, { typed }: PrintTraceFacts): Screen {
  return {
    id: 'print.trace',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.print-any')),
    body: centred([...askedDigits(text('print.trace.ask'), typed, quiet(text('print.trace.hint'), 'centre'))], 'large'),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface PrintConfirmFacts {
  readonly type: TransactionType;
  readonly amount: Fen;
  readonly masked: string | null;
  readonly trace: string;
  readonly batch: string;
  /** Local, with its day. */
  readonly time: string;
  readonly state: State;
}

/** Shows the entry as the books have it, before its slip is printed. */
export function printConfirm(text: Text, bar: BarFacts, facts: PrintConfirmFacts): Screen {
  const { type, amount, masked, trace, batch, time, state } = facts;
  const row = (name: string, value: string): RowNode => ({ node: 'row', key: name, name, state: value, colour: 'ink' });
  const rows: Node[] = [
    row(text('print.confirm.trace'), dotted(trace, batch === bar.batch ? null : text('bar.batch', { batch }))),
    row(text('print.confirm.time'), time),
    ...(masked === null ? [] : [row(text('print.confirm.card'), inFours(masked))]),
    row(text('print.confirm.state'), text(`state.${state}`)),
  ];
  return {
    id: 'print.confirm',
    tone: 'plain',
    bar: barOf(text, bar, text('menu.print-any')),
    body: [
      {
        node: 'line',
        key: 'head',
        justify: 'apart',
        stack: true,
        children: [
          { node: 'text', text: text(`type.${type}`), size: 'title', strong: true, grow: true },
          amountNode(amount, 'small', 'end'),
        ],
      },
      { node: 'column', key: 'rows', children: rows, gap: 'hair', grow: true },
      { ...quiet(text(state === 'parked' ? 'print.confirm.fault' : 'print.confirm.duplicate')), key: 'note' },
    ],
    foot: { cancel: text('key.back'), enter: text('key.print') },
  };
}

/** `unknown`: no entry has this trace. `not-done`: it never came to a slip. `open`: its result is not known yet. */
export type PrintWhy = 'unknown' | 'not-done' | 'open';

export interface PrintRefusedFacts {
  readonly why: PrintWhy;
  readonly trace: string;
  /** Null where there is no entry. */
  readonly amount: Fen | null;
}

export function printRefused(text: Text, bar: BarFacts, { why, trace, amount }: PrintRefusedFacts): Screen {
  const yuanOf = amount === null ? null : text('result.amount', { amount: yuan(amount, true) });
  return {
    id: 'print.impossible',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.print-any')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text(`print.why.${why}.title`),
      numbers: dotted(yuanOf, text('result.trace', { trace })),
      words: [said(text(`print.why.${why}.remedy`))],
    }),
    foot: { cancel: text('key.end'), enter: text('key.other-trace') },
  };
}

export type Report = 'details' | 'totals' | 'settlement' | 'fault';

const reportText = {
  details: 'print.details',
  totals: 'print.totals',
  settlement: 'print.settlement',
  fault: 'print.fault',
} as const satisfies Record<Report, TextId>;

export interface ReportPrintingFacts {
  readonly report: Report;
  /** Only for a list, which takes several slips; Cancel ends it after the one that is printing. */
  readonly page: { readonly page: number; readonly pages: number; readonly ending: boolean } | null;
}

export function reportPrinting(text: Text, bar: BarFacts, { report, page }: ReportPrintingFacts): Screen {
  const lines: Node[] = [
    { node: 'ring', part: null },
    {
      node: 'text',
      key: 'what',
      text: text('paper.printing', { copy: text(reportText[report]) }),
      size: 'title',
      align: 'centre',
    },
  ];
  if (page !== null) {
    const { page: at, pages, ending } = page;
    const line = ending ? text('print.ending') : text('report.page', { page: at, pages });
    lines.push({ ...quiet(line, 'centre'), key: 'page' });
  }
  return {
    id: 'print.report',
    tone: 'plain',
    bar: barOf(text, bar, text('place.print')),
    body: centred(lines, 'large'),
    foot: page === null || page.ending ? {} : { cancel: text('key.stop-printing') },
  };
}

/** No settlement has been made yet. */
export function settlementNone(text: Text, bar: BarFacts): Screen {
  return {
    id: 'print.no-settlement',
    tone: 'plain',
    bar: barOf(text, bar, text('place.print')),
    body: centred([
      { node: 'text', text: text('print.no-settlement.title'), size: 'result', align: 'centre', strong: true },
      quiet(text('print.no-settlement.text'), 'centre'),
    ]),
    foot: { enter: text('key.done') },
  };
}
