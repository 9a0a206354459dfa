import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import {
  coveredByMac,
  MessageError,
  type MessageFields,
  message,
  pack,
  packFrame,
  unpack,
} from '../../src/host/codec.ts';
import { type Field, fieldNames, fields } from '../../src/host/fields.ts';

const text = (alphabet: string, least: number, most: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: least, maxLength: most });
const printable = String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i));
const anyByte = String.fromCharCode(...Array.from({ length: 256 }, (_, i) => i));

function arbitraryOf(field: Field): fc.Arbitrary<string | Uint8Array> {
  const least = field.length === undefined ? field.size : 0;
  if (field.form === 'b') return fc.uint8Array({ minLength: least, maxLength: field.size });
  const alphabet = { n: '0123456789', z: '0123456789ABCDEF', an: printable, ans: anyByte }[field.form];
  return text(alphabet, least, field.size);
}

const someFields = fc.record(Object.fromEntries(fieldNames.map((name) => [name, arbitraryOf(fields[name])])), {
  requiredKeys: [],
});
const messages = fc.tuple(
  text('0123456789ABCDEF', 10, 10),
  text('0123456789', 12, 12),
  text('0123456789', 4, 4),
  someFields,
);
const made = messages.map(([tpdu, header, mti, values]) => message({ tpdu, header, mti, ...values } as MessageFields));

const plain = (value: string | Uint8Array | undefined) =>
  value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;

t.test('what is packed unpacks to the same fields, and packs to the same bytes again', async (t) => {
  fc.assert(
    fc.property(made, (original) => {
      const bytes = Buffer.from(pack(original));
      const back = unpack(bytes);
      for (const name of ['tpdu', 'header', 'mti', ...fieldNames] as const) {
        if (plain(back[name]) !== plain(original[name])) return false;
      }
      return pack(back).equals(bytes);
    }),
    { numRuns: 500 },
  );
  t.pass('500 messages');
});

t.test('arbitrary bytes unpack to a message or to an error that names its field', async (t) => {
  const wire = Buffer.from(
    JSON.parse(readFileSync(new URL('../golden/workload.json', import.meta.url), 'utf8')).req.wire,
    'hex',
  );
  const mutated = fc
    .array(fc.tuple(fc.nat(wire.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 })
    .map((changes) => {
      const bytes = Buffer.from(wire);
      for (const [at, value] of changes) bytes[at] = value;
      return bytes;
    });
  const longer = fc.uint8Array({ minLength: 1, maxLength: 4 }).map((more) => Buffer.concat([wire, more]));
  const cut = fc.nat(wire.length).map((length) => wire.subarray(0, length));
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), mutated, longer, cut), (bytes) => {
      try {
        const back = unpack(bytes);
        // What was accepted is exactly what stands there: nothing is read twice, skipped or made up.
        return pack(back).equals(bytes);
      } catch (error) {
        refused++;
        return error instanceof MessageError && /^(F\d+|MTI|message)$/.test(error.field);
      }
    }),
    { numRuns: 3000 },
  );
  t.ok(refused > 100, `${refused} refused`);
});

t.test('a sealed message carries F64 over exactly the bytes from the MTI on', async (t) => {
  fc.assert(
    fc.property(made, (original) => {
      let covered = '';
      const bytes = pack(original.with({ mac: undefined }), (range) => {
        covered = Buffer.from(range).toString('hex');
        return Buffer.from('ABCDEF01', 'latin1');
      });
      const body = pack(unpack(Buffer.from(bytes)));
      return (
        Buffer.from(coveredByMac(body)).toString('hex') === covered &&
        body.subarray(-8).toString('latin1') === 'ABCDEF01' &&
        body.readUInt8(20) % 2 === 1
      );
    }),
  );
  const framed = packFrame(message({ tpdu: '6000030000', header: '603100310000', mti: '0820', trace: '000001' }));
  t.equal(framed.toString('hex'), `0018${'6000030000603100310000'}${'0820'}${'0020000000000000'}${'000001'}`);
});

t.test('no way of printing a message or an error shows a secret', async (t) => {
  fc.assert(
    fc.property(text('0123456789', 16, 16), text('0123456789', 20, 20), (pan, rest) => {
      const track2 = `${pan}D3012${rest.slice(0, 12)}`;
      const pinBlock = Buffer.from(rest.slice(0, 16), 'hex');
      const sale = message({ tpdu: '6000030000', header: '603100310000', mti: '0200', pan, track2, pinBlock });
      const shown = [
        inspect(sale),
        JSON.stringify(sale),
        `${inspect({ sale }, { depth: 9, showHidden: true })}`,
      ].join();
      return !shown.includes(pan) && !shown.includes(track2.slice(4)) && !shown.includes(rest.slice(0, 16));
    }),
  );
  const spoiled = Buffer.from(
    pack(message({ tpdu: '6000030000', header: '603100310000', mti: '0200', pan: '6222020010011234567' })),
  );
  spoiled[31] = 0x7f;
  t.throws(() => unpack(spoiled), new MessageError('F2', 'odd digit 0xF where 0 pads'));
});
