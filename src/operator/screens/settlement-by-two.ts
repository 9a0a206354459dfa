import type { Text } from '../../config/texts.ts';
import type { Screen } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { askedDigits, centred, dotted, quiet, result, said } from './layout.ts';
import { type ShownTotals, totalRows } from './settlement.ts';

export interface SettlementLeftFacts {
  readonly code: string;
  readonly batch: string;
  /** The batch that the bank has open instead. */
  readonly bankBatch: string;
}

/** The bank takes no more of the batch and has another one open: no retry helps, two people may close it here. */
export function settlementLeft(text: Text, bar: BarFacts, facts: SettlementLeftFacts): Screen {
  const { code, batch, bankBatch } = facts;
  return {
    id: 'settlement.left',
    tone: 'refused',
    bar: barOf(text, bar, text('menu.settle')),
    body: result({
      tone: 'refused',
      mark: 'cross',
      title: text('settlement.left.title', { batch }),
      numbers: dotted(text('result.code', { code }), text('settlement.left.bank', { batch: bankBatch })),
      words: [said(text('settlement.left.text', { phone: bar.support.accounts }))],
    }),
    foot: { cancel: text('key.later'), menu: text('key.close-by-two'), enter: text('key.retry') },
  };
}

export interface SettlementByTwoFacts {
  readonly batch: string;
  readonly totals: ShownTotals;
}

/** Shows the batch that two people are about to close, and what it means that the bank has not agreed. */
export function settlementByTwo(text: Text, bar: BarFacts, { batch, totals }: SettlementByTwoFacts): Screen {
  return {
    id: 'settlement.by-two',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.settle')),
    body: [
      { node: 'text', key: 'ask', text: text('settlement.by-two.ask', { batch }), size: 'title', strong: true },
      { node: 'column', key: 'rows', children: totalRows(text, totals), gap: 'small', grow: true },
      { ...quiet(text('settlement.by-two.text')), key: 'text' },
    ],
    foot: { cancel: text('key.back'), enter: text('key.enter') },
  };
}

export function settlementReference(text: Text, bar: BarFacts, { typed }: { readonly typed: string }): Screen {
  const hint = quiet(text('settlement.reference.hint'), 'centre');
  return {
    id: 'settlement.reference',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.settle')),
    body: centred([...askedDigits(text('settlement.reference.ask'), typed, hint)], 'large'),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface SettlementRuledFacts {
  readonly batch: string;
  readonly next: string;
  readonly reference: string;
}

/** The batch is closed here, without the bank: says what is open there, and under which reference it is ended. */
export function settlementRuled(text: Text, bar: BarFacts, { batch, next, reference }: SettlementRuledFacts): Screen {
  return {
    id: 'settlement.ruled',
    tone: 'attention',
    bar: barOf(text, bar, text('menu.settle')),
    body: result({
      tone: 'attention',
      mark: 'bang',
      title: text('settlement.ruled.title'),
      numbers: dotted(text('settlement.batch', { batch }), text('settlement.next', { batch: next })),
      words: [
        { ...said(text('settlement.ruled.reference', { reference }), true), key: 'reference' },
        said(text('settlement.ruled.text', { phone: bar.support.accounts })),
      ],
    }),
    foot: { enter: text('key.done') },
  };
}
