import { type MessageFields, message } from '../src/host/codec.ts';
import { fieldNames, fields } from '../src/host/fields.ts';

export { pack, unpack } from '../src/host/codec.ts';

/**
 * The codec in the form that the peers' benchmark expects (`CODEC=…/bench/codec-peer.ts`): `pack`, `unpack`, and
 * `adapt`, which turns the benchmark's fields, keyed by number, into a message, once and untimed. Messages can be read
 * by field number too, as the benchmark's check does so.
 */
export function adapt(numbered: Readonly<Record<string, string | Uint8Array>>) {
  const named: Record<string, string | Uint8Array> = {};
  for (const [key, value] of Object.entries(numbered)) named[nameOf.get(key) ?? key] = value;
  const made = message(named as unknown as MessageFields);
  const shape: object = Object.getPrototypeOf(made);
  for (const [bit, name] of nameOf) {
    const property = Object.getOwnPropertyDescriptor(shape, name);
    if (property !== undefined && !Object.hasOwn(shape, bit)) Object.defineProperty(shape, bit, property);
  }
  return made;
}

const nameOf = new Map(fieldNames.map((name) => [String(fields[name].bit), name]));
