import { Ajv, type ErrorObject } from 'ajv';
import { MessageError, message, pack } from '../src/host/codec.ts';
import { RecordError } from '../src/recorder/export.ts';
import type { Happening, Linked } from '../src/recorder/happening.ts';
import { openFields } from './line.ts';

/**
 * A record may come from anybody: this makes sure that it has the types of `happening.ts`. Throws a RecordError that
 * names line and field of the first record of another shape. Kinds that this release does not know are let through, as
 * nothing runs them.
 */
export function checkShapes(records: readonly Linked[]): void {
  for (const [place, record] of records.entries()) {
    const wrong = wrongIn(record);
    if (wrong === null) continue;
    // The first line is the manifest.
    throw new RecordError(
      `line ${place + 2}, record ${record.n}: ${wrong}`,
      record.kind === 'parameters'
        ? "Its key centre may have sent it, and the replay's cannot send it again: this record cannot be replayed. Give another one."
        : 'Replay it with the release that has written it, or export it again.',
    );
  }
}

function wrongIn(record: Linked): string | null {
  const shape = Object.hasOwn(shapes, record.kind) ? shapes[record.kind] : whenAndWhere;
  const error = errorIn(record, shape);
  if (error !== null) {
    const field = [record.kind, ...error.instancePath.split('/').slice(1)].join('.');
    return `${field} ${error.message ?? 'is of another shape'}`;
  }
  return record.kind === 'host' && record.way === 'in' && record.mti !== '' ? wrongOnTheLine(record) : null;
}

/** Recorded answers of the bank are sent over the line again, so they must fit into a message. */
function wrongOnTheLine({ mti, fields }: Extract<Linked, { kind: 'host' }>): string | null {
  try {
    pack(message({ tpdu: '6000000000', header: '600000000000', mti, ...openFields(mti, fields) }));
    return null;
  } catch (error) {
    if (error instanceof MessageError) return `host.fields ${error.message}`;
    throw error;
  }
}

/** Compiles each shape once. Counts characters as the bank's seed does, in UTF-16 units. */
const ajv = new Ajv({ strict: false, unicodeRegExp: false });

function errorIn(record: unknown, shape: Schema): ErrorObject | null {
  const fits = ajv.compile(shape);
  return fits(record) ? null : (fits.errors?.[0] ?? null);
}

type Schema = Readonly<Record<string, unknown>>;

/** An object with all of `properties` and perhaps some of `maybe`; anything else is allowed too. */
function having(properties: Readonly<Record<string, Schema>>, more: Schema = {}, maybe: Schema = {}): Schema {
  return { type: 'object', properties: { ...properties, ...maybe }, required: Object.keys(properties), ...more };
}

const text: Schema = { type: 'string' };
const textOrNull: Schema = { type: ['string', 'null'] };
const texts: Schema = { type: 'array', items: text };
const anything: Schema = {};
const yesOrNo: Schema = { type: 'boolean' };
const number6: Schema = { type: 'string', pattern: '^(?!0{6})[0-9]{6}$' };
/** A merchant's name, as the bank's seed accepts it: on one line. */
const name: Schema = { type: 'string', pattern: '^[^\\u0000-\\u001f\\u007f-\\u009f\\u2028\\u2029]{1,40}$' };
const phone: Schema = { type: 'string', pattern: '^[0-9+ -]{3,14}$' };
const whole = (minimum: number, maximum: number): Schema => ({ type: 'integer', minimum, maximum });
const oneOf = (...values: readonly (string | null)[]): Schema => ({ enum: values });
const way = oneOf('out', 'in');
/** The support telephone numbers, each split into parts (`flight.ts`). */
const support = having({ machine: texts, accounts: texts });

/** The longest time since power-on, some thirty years. */
const MOST_UP_MS = 10 ** 12;

const when = {
  n: { type: 'integer' },
  at: {
    type: 'string',
    pattern: '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$',
  },
  up: { type: 'number', minimum: 0, maximum: MOST_UP_MS },
};
const whenAndWhere = having(when);

const keys = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#', 'enter', 'clear', 'cancel', 'menu', 'digits'];

/** The parts of the configuration that the replay uses itself; the schemas of `firmware-config/` check the rest. */
const config = having({
  terminal: having({ serial: text, merchant: having({ name, terminal: text }) }),
  network: having({}),
  profile: having({ operators: { type: 'array', items: having({ number: text, role: text }) } }),
  board: having({}, {}, { printer: having({}, {}, { confirms: text }) }),
});

/** As the key centre may send them and a bank can hold them. */
const parameters = having({
  merchant_name: name,
  limit_fen: whole(1, 999_999_999_999),
  phone_machine: phone,
  phone_accounts: phone,
  answer_timeout_ms: whole(1000, 120_000),
  reversal_retries: whole(1, 99),
});

const shapes: Readonly<Record<Happening['kind'], Schema>> = {
  begin: having({
    ...{ ...when, version: text, config, merchant: texts, serial: texts, support },
    ...{ batch: number6, trace: number6, clean: yesOrNo },
  }),
  end: whenAndWhere,
  refused: whenAndWhere,
  reconciled: whenAndWhere,
  key: having({ ...when, key: oneOf(...keys) }),
  secret: having({ ...when, screen: text, state: oneOf('begun', 'ended'), by: oneOf('enter', 'cancel', null) }),
  screen: having({ ...when, screen: text, bar: texts, texts, foot: texts }),
  display: having({ ...when, rows: texts }),
  sound: having({ ...when, sound: text }),
  card: having(
    { ...when, read: oneOf('card', 'unreadable') },
    {
      if: { properties: { read: { const: 'card' } } },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word.
      then: having({ number: { type: 'string', pattern: '^[0-9]{2,6}[*]+[0-9]{4}$' } }),
    },
  ),
  paper: having({ ...when, said: texts }),
  printed: having({ ...when, end: text }),
  host: having({
    ...when,
    way,
    line: oneOf('primary', 'backup'),
    mti: { type: 'string', pattern: '^([0-9]{4})?$' },
    fields: { type: 'object', additionalProperties: text },
    note: textOrNull,
  }),
  'key-centre': having({ ...when, way, said: text }),
  parameters: having({ ...when, sent: parameters, support }),
  flow: having({ ...when, flow: text, operator: textOrNull }),
  entry: having({
    ...when,
    type: text,
    batch: text,
    trace: text,
    amount: whole(0, Number.MAX_SAFE_INTEGER),
    event: text,
    detail: anything,
  }),
  settlement: having({ ...when, batch: text, step: text, detail: anything }),
  batch: having({ ...when, batch: text }),
  device: having({ ...when, device: oneOf('printer', 'reader'), problem: textOrNull }),
  checkup: whenAndWhere,
};
