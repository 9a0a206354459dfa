import { type Message, pack } from '../../src/host/codec.ts';
import { ask, type Keys, type Lab, request } from './bank-terminal.ts';

/** What a terminal says of its batch: fen and count of each side. */
export interface Sums {
  home?: { debit?: [number, number]; credit?: [number, number] };
  foreign?: { debit?: [number, number]; credit?: [number, number] };
}

export interface Row {
  trace: string;
  pan: string;
  amount: number;
  foreign?: boolean;
}

export const FOREIGN = { pan: '4761340010078211', expiry: '3010', service: '101' } as const;

const digits = (value: number, size: number): string => String(value).padStart(size, '0');

/** F48 of a 0500, 62 digits. */
export function sumDigits({ home = {}, foreign = {} }: Sums, flags = '00'): string {
  const side = ([amount, count]: [number, number] = [0, 0]): string => `${digits(amount, 12)}${digits(count, 3)}`;
  const group = ({ debit, credit }: NonNullable<Sums['home']>): string => `${side(debit)}${side(credit)}`;
  return `${group(home)}${flags[0]}${group(foreign)}${flags[1]}`;
}

/** F48 of an upload. */
export function rowDigits(rows: readonly Row[]): string {
  const row = ({ trace, pan, amount, foreign }: Row): string =>
    `${foreign === true ? '01' : '00'}${trace}${pan.padStart(20, '0')}${digits(amount, 12)}`;
  return `${digits(rows.length, 2)}${rows.map(row).join('')}`;
}

export function countRequest(batch: string, sums: Sums | string, changes: Partial<Message> = {}): Message {
  const totals = typeof sums === 'string' ? sums : sumDigits(sums);
  const form = { trace: '000900', totals, currency: '156', operator: '01 ', batch: `00${batch}201` };
  return request('0500', { ...form, ...changes });
}

export function uploadRequest(batch: string, rows: readonly Row[] | string): Message {
  const totals = typeof rows === 'string' ? rows : rowDigits(rows);
  return request('0320', { trace: '000901', totals, batch: `00${batch}201` });
}

export function endRequest(batch: string, network: '202' | '207', count: number | string): Message {
  const totals = typeof count === 'string' ? count : digits(count, 4);
  return request('0320', { trace: '000902', totals, batch: `00${batch}${network}` });
}

/** Asks without a MAC, as these messages go. */
export async function told(lab: Lab, asked: Message): Promise<Message> {
  const answer = await ask(lab, Buffer.from(pack(asked)));
  if (answer === null) throw new Error(`${asked.mti} was not answered`);
  return answer.message;
}

/** `00 12`: the code, and the flags of home and foreign. */
export async function countedAs(lab: Lab, { batch }: Pick<Keys, 'batch'>, sums: Sums | string): Promise<string> {
  const { code, totals = '' } = await told(lab, countRequest(batch, sums));
  return totals === '' ? `${code}` : `${code} ${totals[30]}${totals[61]}`;
}
