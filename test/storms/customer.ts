import type { Oled } from '../../board/virtual/oled.ts';
import type { Glyphs } from '../../src/customer/glyphs.ts';
import type { Finding } from './oracles.ts';
import type { Moment } from './sayings.ts';
import { fenOf } from './slips.ts';
import { languages } from './texts.ts';

/** What the customer's display says of the money, by the rows of `firmware-config/texts`. */
const SAYS: Readonly<Record<'yes' | 'no' | 'open', readonly string[]>> = {
  yes: [...['approved', 'charged', 'voided', 'held', 'hold-raised', 'released', 'completed', 'held-again', 'refunded']],
  no: [
    ...['declined', 'cancelled', 'not-charged', 'reversed', 'still-charged', 'not-held', 'hold-unchanged'],
    ...['still-held', 'stands', 'not-refunded', 'void.reversed', 'nothing-done'],
  ],
  open: ['unknown', 'pending'],
};

const saidBy = new Map(
  languages.flatMap((texts) =>
    (['yes', 'no', 'open'] as const).flatMap((says) => SAYS[says].map((of) => [texts[`display.${of}`], says] as const)),
  ),
);
const WELCOME = languages.map((texts) => texts['display.welcome']);
const CLOSED = languages.map((texts) => texts['display.closed']);
/** Screens whose result the customer's display must show too. */
const TOLD = /\.(approved|declined|reversed|unknown|reversing|repeating|accepted)$/;

/** Reads the glass as a customer does, who stands before it while the clerk reads the screen. */
export interface CustomersEye {
  /** Null where it is dark, or shows what nobody can read. */
  rows(): readonly string[] | null;
}

const WIDTH = 128;
const ROWS = 4;
const HIGH = 16;

export function customersEye(glass: Pick<Oled, 'lit' | 'pixels'>, glyphs: Glyphs): CustomersEye {
  /** Characters by the dots of their columns, sixteen in each. */
  const signs = new Map<string, string>();
  const words = languages.flatMap((texts) =>
    Object.entries(texts).flatMap(([id, text]) => (id.startsWith('display.') ? [text] : [])),
  );
  for (const sign of new Set([...words.join(''), ...'0123456789.,¥ '])) {
    const { upper, lower } = glyphs.cell(sign);
    const columns = Array.from(upper, (byte, x) => byte + 256 * (lower[x] ?? 0));
    signs.set(String.fromCharCode(...columns), sign);
  }

  function row(dots: Uint8Array, number: number): string {
    let columns = '';
    for (let x = 0; x < WIDTH; x++) {
      let column = 0;
      for (let y = 0; y < HIGH; y++) column |= (dots[(number * HIGH + y) * WIDTH + x] ?? 0) << y;
      columns += String.fromCharCode(column);
    }
    let text = '';
    for (let x = 0; x < WIDTH; ) {
      const narrow = signs.get(columns.slice(x, x + 8));
      text += narrow ?? signs.get(columns.slice(x, x + 16)) ?? '?';
      x += narrow === undefined ? 16 : 8;
    }
    return text.trimEnd();
  }

  return {
    rows() {
      if (!glass.lit) return null;
      const dots = glass.pixels();
      return Array.from({ length: ROWS }, (_, number) => row(dots, number)).filter((text) => text !== '');
    },
  };
}

/** The screen of the clerk and the customer's display, read in one moment. */
export interface Glance {
  readonly screen: string;
  readonly moment: Moment;
  readonly rows: readonly string[];
}

/** Findings where the screen and the customer's display say different things of one request. */
export function disagreements(glances: readonly Glance[]): Finding[] {
  const wrong = new Set(glances.flatMap(disagreement));
  return [...wrong].map((text) => ({ kind: 'screen', text }));
}

function disagreement({ screen, moment, rows }: Glance): string[] {
  const says = rows.map((text) => saidBy.get(text)).filter((said) => said !== undefined);
  const is = moment.says === 'held' ? 'no' : moment.says;
  const both = `${screen} says ${is}, and the customer's display: ${rows.join(' | ')}`;
  if (says.some((said) => said !== is && said !== 'open')) return [both];
  if (TOLD.test(screen) && !says.includes(is)) return [both];
  const yuan = /¥([\d.,]+)/.exec(rows[0] ?? '')?.[1];
  const isOther = moment.amount !== null && yuan !== undefined && fenOf(yuan) !== moment.amount;
  return isOther ? [`${screen} says ${moment.amount} fen, and the customer's display: ${rows.join(' | ')}`] : [];
}

/** No result may stay on the display: it bids welcome at idle, and says closed where nobody has signed in. */
export function leftOn(screen: string | undefined, rows: readonly string[] | null): Finding[] {
  const wanted = screen?.startsWith('idle') ? WELCOME : screen?.startsWith('signin.') ? CLOSED : null;
  if (wanted === null || rows === null || rows.some((text) => wanted.includes(text))) return [];
  return [{ kind: 'screen', text: `at ${screen} the customer's display says ${rows.join(' | ')}` }];
}
