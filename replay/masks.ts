import { readWallet, type WalletCard } from '../board/virtual/wallet.ts';
import type { Linked } from '../src/recorder/happening.ts';

/** The test cards that stand in for the masked card numbers of a record. */
export interface Masks {
  card(masked: string): StandIn;
  /** The text with each recorded number replaced by the test card's, in the same form. */
  translated(text: string): string;
  /** Whether each number of the record is that of a test card: then nothing is translated. */
  readonly exact: boolean;
}

export interface StandIn {
  readonly card: WalletCard;
  readonly exact: boolean;
}

export function masksOf(records: readonly Linked[], wallet: readonly WalletCard[] = readWallet()): Masks {
  const recorded = new Set(
    records.flatMap((record) => (record.kind === 'card' && record.read === 'card' ? [record.number as string] : [])),
  );
  const standIns = new Map([...recorded].map((number) => [number, standInOf(number, wallet)]));
  const pairs = [...standIns].flatMap(([number, { card, exact }]) => (exact ? [] : formsOf(number, maskOf(card.pan))));
  return {
    card: (number) => standIns.get(number) ?? standInOf(number, wallet),
    translated: (text) => pairs.reduce((sofar, [from, to]) => sofar.replaceAll(from, to), text),
    exact: [...standIns.values()].every(({ exact }) => exact),
  };
}

/** The test card with this masked number; else a sound one of the same issuer; else the first sound one. */
function standInOf(number: string, wallet: readonly WalletCard[]): StandIn {
  const sound = wallet.filter(({ worn, service_code }) => worn !== true && service_code.startsWith('1'));
  const own = wallet.find(({ pan, worn }) => worn !== true && maskOf(pan) === number);
  const card = own ?? sound.find(({ pan }) => pan.startsWith(number.slice(0, 6))) ?? sound[0];
  if (card === undefined) throw new Error('the wallet holds no card that can stand in for another');
  return { card, exact: own !== undefined };
}

/** As `Pan.masked`: shows the first six and the last four digits. */
function maskOf(pan: string): string {
  const head = Math.min(6, pan.length - 10);
  return `${pan.slice(0, head)}${'*'.repeat(pan.length - head - 4)}${pan.slice(-4)}`;
}

/** The forms of a masked number: in one piece (slips), in groups of four (screens), with six stars (messages). */
function formsOf(from: string, to: string): [string, string][] {
  const forms = [(text: string) => text, inFours, (text: string) => `${text.slice(0, 6)}******${text.slice(-4)}`];
  return forms.map((form) => [form(from), form(to)]);
}

function inFours(text: string): string {
  return text.replace(/.{4}(?=.)/g, '$& ');
}
