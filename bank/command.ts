import { maskedWords } from '../src/values/masked.ts';
import { Unable } from './unable.ts';

/** A command of the control socket: `do` and what goes with it. */
export type Command = Readonly<Record<string, unknown>>;

/** How many rows to return from a book that keeps growing. */
export function limitOf({ limit = 500 }: Command): number {
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > 100_000) {
    throw new Unable('"limit" is no number of rows', 'a whole number from 1 to 100000');
  }
  return limit;
}

/** A text that a person has written: not empty, of one line, without the card numbers that may stand in it. */
export function wordsOf(command: Command, key: string, most: number, example: string): string {
  const value = command[key];
  const text = typeof value === 'string' ? value.trim() : '';
  if (text === '' || text.length > most || /\p{Cc}/u.test(text)) {
    throw new Unable(`"${key}" is no text of 1 to ${most} characters`, `add "${key}": "${example}"`, {
      kind: 'words',
      key,
      most,
    });
  }
  return maskedWords(text);
}

/** What somebody has sent, made safe to quote in an error or a log: short, on one line, without a card number. */
export function brief(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? String(value));
  return maskedWords(text)
    .replaceAll(/\p{Cc}/gu, '·')
    .slice(0, 40);
}

export function quoted(value: unknown): string {
  return `"${brief(value)}"`;
}

/** Two different people, by name. */
export function twoPeopleOf({ people }: Command): readonly [string, string] {
  const [first, second, ...others] = Array.isArray(people)
    ? people.map((name) => wordsOf({ person: name }, 'person', 40, 'Li'))
    : [];
  if (first === undefined || second === undefined || others.length > 0 || first === second) {
    throw new Unable('"people" are not two different people', 'add "people": ["Li", "Wang"]', { kind: 'two-people' });
  }
  return [first, second];
}

/** A batch number or a trace, which begin at 000001. */
export function sixDigitsOf(command: Command, key: 'batch' | 'trace'): string {
  const value = command[key];
  if (typeof value === 'string' && /^(?!0{6})\d{6}$/.test(value)) return value;
  throw new Unable(`"${key}" is no number of six digits`, `add "${key}": "000001"`, { kind: 'six-digits', key });
}
