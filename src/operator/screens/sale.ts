import type { Text } from '../../config/texts.ts';
import { type Fen, yuan } from '../../values/fen.ts';
import type { State } from '../../values/state.ts';
import type { Node, Screen, Tile } from '../screen.ts';
import { type BarFacts, barOf } from './bar.ts';
import { readerLost, type Ways, wayOrder } from './idle.ts';
import { amountNode, centred, dotted, inFours, quiet, result, said } from './layout.ts';

/** What the screens of a sale know of its card: the masked number and, where the terminal knows it, the issuer. */
export interface CardFacts {
  readonly masked: string;
  readonly issuer: string | null;
}

export interface AmountFacts {
  readonly amount: Fen;
  readonly limit: Fen;
  /** The card that came before the amount. */
  readonly card?: CardFacts;
  /** This card has just paid this amount: the time and how that ended (money rule 16). */
  readonly again?: { readonly time: string; readonly state: State } | null;
  /** The last key would have gone over the limit, or Enter came with nothing typed. */
  readonly refused?: 'over' | 'zero' | null;
}

export function saleAmount(text: Text, bar: BarFacts, { amount, limit, card, again, refused }: AmountFacts): Screen {
  const most = yuan(limit, true);
  const under: Node =
    refused === 'over' || refused === 'zero'
      ? {
          node: 'text',
          key: 'under',
          text: text(`amount.${refused}`, { limit: most }),
          align: 'end',
          colour: 'refused',
          strong: true,
        }
      : again !== undefined && again !== null
        ? {
            node: 'text',
            key: 'under',
            text: text('amount.again', { time: again.time, state: text(`state.${again.state}`) }),
            align: 'end',
            colour: 'attention',
            strong: true,
          }
        : { node: 'text', key: 'under', text: text('amount.limit', { limit: most }), align: 'end', colour: 'muted' };
  const above = card === undefined ? text('amount.ask') : dotted(text('amount.ask'), inFours(card.masked), card.issuer);
  return {
    ...sale(text, bar, 'sale.amount', [
      quiet(above),
      { node: 'column', key: 'amount', justify: 'centre', grow: true, children: [amountNode(amount, 'huge', 'end')] },
      under,
    ]),
    digits: 'open',
    foot: { cancel: text('key.cancel'), clear: text('key.backspace'), enter: text('key.enter') },
  };
}

export interface CardAskFacts {
  /** Null where the question is not about an amount. */
  readonly amount: Fen | null;
  readonly ways: Ways;
  readonly seconds: number;
}

/** Offers the three ways to pay, each lit only if its reader is well; if none is, says what to do about it. */
export function saleCard(text: Text, bar: BarFacts, { amount, ways, seconds }: CardAskFacts): Screen {
  const lost: Node[] = wayOrder.some((way) => ways[way]) ? [] : [readerLost(text, bar)];
  return {
    ...sale(text, bar, 'sale.card', [cardHead(waysWords(text, ways), amount), ...lost, wayTiles(text, ways)]),
    foot: { cancel: text('key.cancel'), note: text('card.left', { seconds }) },
  };
}

export interface CardAgainFacts extends CardAskFacts {
  /** This is the second, third … swipe of `most`. */
  readonly attempt: number;
  readonly most: number;
}

/** The stripe was not read. */
export function saleCardAgain(text: Text, bar: BarFacts, facts: CardAgainFacts): Screen {
  const { amount, ways, seconds, attempt, most } = facts;
  return {
    ...sale(text, bar, 'sale.card.again', [
      cardHead(text('card.again.title'), amount),
      { node: 'notice', colour: 'attention', lines: [text('card.again.text', { attempt, most })] },
      wayTiles(text, ways),
    ]),
    foot: { cancel: text('key.cancel'), note: text('card.left', { seconds }) },
  };
}

export interface CardAnotherFacts {
  readonly ways: Ways;
  /** How many swipes were not read. */
  readonly most: number;
}

/** After the last swipe: another card, or another way that this terminal has. */
export function saleCardAnother(text: Text, bar: BarFacts, { ways, most }: CardAnotherFacts): Screen {
  const items = [text('card.another.card')];
  if (ways.chip) items.push(text('card.another.chip'));
  if (ways.tap) items.push(text('card.another.tap'));
  return {
    ...sale(
      text,
      bar,
      'sale.card.another',
      result({
        tone: 'attention',
        mark: 'bang',
        money: text('money.not-charged'),
        title: text('card.another.title'),
        numbers: '',
        words: [said(text('card.another.text', { most })), { node: 'list', items }],
      }),
    ),
    tone: 'attention',
    foot: { cancel: text('key.end'), enter: text('key.other-card') },
  };
}

/** A chip card was swiped (service code 2 or 6). */
export function saleChip(text: Text, bar: BarFacts, { amount, ways, seconds }: CardAskFacts): Screen {
  const words = ways.chip ? text('card.chip.text') : text('card.chip.none');
  const only: Ways = ways.chip ? { stripe: false, chip: true, tap: ways.tap } : ways;
  return {
    ...sale(text, bar, 'sale.chip', [
      cardHead(text(ways.chip ? 'card.chip.title' : 'card.chip.title.none'), amount),
      { node: 'notice', colour: 'attention', lines: [words] },
      wayTiles(text, only),
    ]),
    foot: { cancel: text('key.cancel'), note: text('card.left', { seconds }) },
  };
}

export interface NumberFacts {
  readonly card: CardFacts;
  /** Null where the card came before the amount. */
  readonly amount: Fen | null;
  /** YYMM as the stripe has it. */
  readonly expiry: string | null;
}

/** The clerk compares the number that was read with the one on the card. */
export function saleNumber(text: Text, bar: BarFacts, { card, amount, expiry }: NumberFacts): Screen {
  const valid =
    expiry === null ? null : text('card.number.expiry', { month: expiry.slice(2), year: expiry.slice(0, 2) });
  const under = dotted(card.issuer, valid);
  return {
    ...sale(text, bar, 'sale.number', [
      ...centred([
        ...(amount === null ? [] : [amountNode(amount, 'small', 'centre')]),
        { node: 'text', key: 'number', text: inFours(card.masked), size: 'number', align: 'centre', strong: true },
        ...(under === '' ? [] : [quiet(under, 'centre')]),
        { node: 'text', key: 'ask', text: text('card.number.ask'), size: 'title', align: 'centre' },
      ]),
      { ...quiet(text('card.number.hint'), 'centre'), key: 'hint' },
    ]),
    foot: { cancel: text('key.different'), enter: text('key.same') },
  };
}

export interface PinFacts {
  readonly amount: Fen | null;
  readonly card: CardFacts;
  /** How many digits are typed; nothing else of them ever comes here. */
  readonly count: number;
  /** Enter without a digit is allowed. */
  readonly bypass: boolean;
}

export function salePin(text: Text, bar: BarFacts, { amount, card, count, bypass }: PinFacts): Screen {
  const hints = dotted(bypass ? text('pin.none') : null, text('pin.shield'));
  return {
    ...sale(text, bar, 'sale.pin', [
      { ...quiet(dotted(inFours(card.masked), card.issuer), 'centre'), key: 'card' },
      ...centred([
        ...(amount === null ? [] : [amountNode(amount, 'medium', 'centre')]),
        { node: 'text', text: text('pin.ask'), size: 'title', align: 'centre' },
        { node: 'dots', count },
      ]),
      { ...quiet(hints, 'centre'), key: 'hints' },
    ]),
    foot: { cancel: text('key.cancel'), clear: text('key.clear'), enter: text('key.enter') },
  };
}

export interface ConnectingFacts {
  readonly amount: Fen;
  readonly line: 'primary' | 'backup';
}

/** Shown while the line is being opened: nothing has been sent yet. */
export function saleConnecting(text: Text, bar: BarFacts, { amount, line }: ConnectingFacts): Screen {
  return {
    ...sale(
      text,
      bar,
      'sale.connecting',
      waitBody(amount, null, text(line === 'primary' ? 'wait.connecting' : 'wait.connecting.backup'), null),
    ),
    foot: { note: text('wait.not-sent') },
  };
}

export interface WaitingFacts {
  readonly amount: Fen | null;
  /** Seconds left of `of` until the result is called unknown. */
  readonly seconds: number;
  readonly of: number;
}

/** The request has left; its answer has not come. */
export function saleWaiting(text: Text, bar: BarFacts, { amount, seconds, of }: WaitingFacts): Screen {
  const part = of > 0 ? 1 - seconds / of : null;
  return {
    ...sale(
      text,
      bar,
      'sale.waiting',
      waitBody(amount, part, text('wait.waiting'), text('wait.left', { seconds }), String(seconds)),
    ),
    foot: { note: text('wait.sent') },
  };
}

export function sale(text: Text, bar: BarFacts, id: string, body: readonly Node[]): Omit<Screen, 'foot'> {
  return { id, tone: 'plain', bar: barOf(text, bar, text('place.sale')), body };
}

function waitBody(
  amount: Fen | null,
  part: number | null,
  title: string,
  under: string | null,
  inside?: string,
): Node[] {
  return centred(
    [
      ...(amount === null ? [] : [amountNode(amount, 'medium', 'centre')]),
      inside === undefined ? { node: 'ring', part } : { node: 'ring', part, text: inside },
      { node: 'text', key: 'title', text: title, size: 'title', align: 'centre' },
      ...(under === null ? [] : [quiet(under, 'centre')]),
    ],
    'medium',
  );
}

function cardHead(title: string, amount: Fen | null): Node {
  return {
    node: 'line',
    key: 'head',
    justify: 'apart',
    stack: true,
    children: [
      { node: 'text', text: title, size: 'title', strong: true, grow: true },
      ...(amount === null ? [] : [amountNode(amount, 'small', 'end')]),
    ],
  };
}

function waysWords(text: Text, ways: Ways): string {
  const lit = wayOrder.filter((way) => ways[way]).map((way) => text(`way.${way}`));
  return lit.length === 0 ? text('card.none') : text('card.ask', { ways: lit.join(text('way.or')) });
}

function wayTiles(text: Text, ways: Ways): Node {
  const tiles = wayOrder.map((way): Tile => ({ key: way, icon: way, text: text(`way.${way}`), dark: !ways[way] }));
  return { node: 'tiles', columns: 3, tiles };
}
