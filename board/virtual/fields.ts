import { Refusal } from './refusal.ts';

/** Checks one field of a request; throws a Refusal that names the field. */
export type Check<T> = (value: unknown, field: string) => T;

type Shape = Record<string, Check<unknown>>;
type Checked<S extends Shape> = { [K in keyof S]: ReturnType<S[K]> };

function wrong(field: string, must: string, value: unknown): Refusal {
  const given = value === undefined ? 'it is missing' : `it is ${brief(value)}`;
  return new Refusal(400, `"${field}" must be ${must}; ${given}`, `Send "${field}" as ${must}.`, { field });
}

/**
 * A request's text, made safe to repeat: short, without control characters, as it may be shown in a terminal window,
 * and without four or more digits in a row, which may be a PIN or part of a card number.
 */
export function brief(value: unknown): string {
  const text = withoutNumbers(JSON.stringify(value) ?? String(value)).replaceAll(/\p{Cc}/gu, '·');
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

/** Masks four or more digits of any script, also with up to three other signs (no letters) between two of them. */
function withoutNumbers(text: string): string {
  return text.replaceAll(/\p{N}(?:[^\p{L}\p{N}]{0,3}\p{N}){3,}/gu, '****');
}

/** Checks every field of `shape` and refuses any other. */
export function fields<S extends Shape>(body: unknown, shape: S): Checked<S> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new Refusal(400, 'the body must be a JSON object', `Send an object with ${Object.keys(shape).join(', ')}.`);
  }
  for (const field of Object.keys(body)) {
    if (Object.hasOwn(shape, field)) continue;
    const known = Object.keys(shape).map((name) => `"${name}"`);
    throw new Refusal(400, `unknown field ${brief(field)}`, `Known here: ${known.join(', ')}.`, {
      field: withoutNumbers(field).slice(0, 40),
    });
  }
  const given = body as Record<string, unknown>;
  const checked = Object.entries(shape).map(([field, check]) => [field, check(given[field], field)]);
  return Object.fromEntries(checked) as Checked<S>;
}

export const truth: Check<boolean> = (value, field) => {
  if (typeof value !== 'boolean') throw wrong(field, 'true or false', value);
  return value;
};

export function oneOf<const T extends string>(choices: readonly T[]): Check<T> {
  return (value, field) => {
    const found = choices.find((choice) => choice === value);
    if (found === undefined) throw wrong(field, `one of ${choices.join(' ')}`, value);
    return found;
  };
}

export function whole(least: number, most: number): Check<number> {
  return (value, field) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < least || value > most) {
      throw wrong(field, `a whole number from ${least} to ${most}`, value);
    }
    return value;
  };
}

export function text(most: number): Check<string> {
  return (value, field) => {
    if (typeof value !== 'string' || value === '' || value.length > most) {
      throw wrong(field, `a text of 1 to ${most} characters`, value);
    }
    return value;
  };
}

export function listOf<T>(check: Check<T>, most: number): Check<readonly T[]> {
  return (value, field) => {
    if (!Array.isArray(value) || value.length === 0 || value.length > most) {
      throw wrong(field, `a list of 1 to ${most}`, Array.isArray(value) ? `${value.length} long` : value);
    }
    return value.map((item, place) => check(item, `${field}[${place}]`));
  };
}

export function optional<T>(check: Check<T>): Check<T | undefined> {
  return (value, field) => (value === undefined ? undefined : check(value, field));
}
