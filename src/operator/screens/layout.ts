import type { Text } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import { timeOfDay } from '../../values/time-of-day.ts';
import type { AmountNode, Colour, ColumnNode, Mark, Node, TextNode, Tone } from '../screen.ts';
import type { Support } from './bar.ts';

/** `622202******1234` as it stands on the card, in fours: `6222 02** **** 1234`. */
export function inFours(masked: string): string {
  return masked.replace(/(.{4})(?=.)/g, '$1 ');
}

export function amountNode(amount: Fen, size: AmountNode['size'], align?: AmountNode['align']): AmountNode {
  return { node: 'amount', yuan: yuan(amount, true), size, ...(align ? { align } : {}) };
}

export function quiet(text: string, align?: TextNode['align']): TextNode {
  return { node: 'text', text, colour: 'muted', ...(align ? { align } : {}) };
}

/** `2026-11-29`, local. */
export function dayOf(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `2026-11-29 09:41:07`, local. */
export function dayAndTime(date: Date): string {
  return `${dayOf(date)} ${timeOfDay(date.getTime())}`;
}

/** `11-29 09:41`, local. */
export function minuteOf(date: Date): string {
  return dayAndTime(date).slice(5, 16);
}

/** Facts in one quiet line, apart by middle dots; what is not known is left out. */
export function dotted(...parts: readonly (string | null)[]): string {
  return parts.filter((part) => part !== null && part !== '').join(' · ');
}

/** A question or a fact in the middle of the screen, with what belongs under it. */
export function centred(children: readonly Node[], gap: ColumnNode['gap'] = 'medium'): Node[] {
  return [{ node: 'column', children, gap, align: 'centre', justify: 'centre', grow: true }];
}

/** A question for digits, the digits typed so far, and the hint or the refusal under them. */
export function askedDigits(ask: string, typed: string, under: Node, empty = '– – – – – –'): Node[] {
  return [
    { node: 'text', text: ask, size: 'title', align: 'centre' },
    {
      node: 'text',
      key: 'typed',
      text: typed === '' ? empty : typed,
      size: 'headline',
      align: 'centre',
      strong: true,
      colour: typed === '' ? 'muted' : 'ink',
    },
    { ...under, key: 'hint' },
  ];
}

export interface ResultFacts {
  readonly tone: Exclude<Tone, 'plain'>;
  readonly mark: Mark;
  /** How the money stands, before anything else: charged, not charged, unknown. */
  readonly money?: string;
  readonly title: string;
  readonly amount?: Fen;
  /** The facts to read out on the telephone: codes and numbers. */
  readonly numbers: string;
  /** The explanation, and what each person can do. */
  readonly words: readonly Node[];
}

/** How a payment, a fault or a refusal ended: the badge, the state of the money, the reason, what to do. */
export function result({ tone, mark, money, title, amount, numbers, words }: ResultFacts): Node[] {
  const colour: Colour = tone;
  const head: Node[] = [];
  if (money !== undefined) head.push({ node: 'text', key: 'money', text: money, size: 'lead', colour, strong: true });
  head.push({ node: 'text', key: 'title', text: title, size: 'result', colour, strong: true });
  if (amount !== undefined) head.push(amountNode(amount, 'large', 'start'));
  if (numbers !== '') head.push({ node: 'text', key: 'numbers', text: numbers, colour: 'muted' });
  return [
    {
      node: 'line',
      key: 'head',
      gap: 'large',
      children: [
        { node: 'badge', mark, colour: tone },
        { node: 'column', key: 'said', children: head, gap: 'hair', grow: true },
      ],
    },
    { node: 'column', key: 'words', children: words, gap: 'small', grow: true },
  ];
}

export function callMachine(text: Text, support: Support): TextNode {
  return { node: 'text', key: 'call', text: text('call.machine', { phone: support.machine }), colour: 'muted' };
}

export function callAccounts(text: Text, support: Support): TextNode {
  return { node: 'text', key: 'call', text: text('call.accounts', { phone: support.accounts }), colour: 'muted' };
}

export function said(text: string, strong = false): TextNode {
  return { node: 'text', text, size: 'lead', ...(strong ? { strong } : {}) };
}
