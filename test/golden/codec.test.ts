import { readFileSync } from 'node:fs';
import t from 'tap';
import { type MessageFields, message, pack, unpack } from '../../src/host/codec.ts';
import { type FieldName, fieldNames, fields } from '../../src/host/fields.ts';

const read = (file: string) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));
const nameOf = new Map(fieldNames.map((name) => [String(fields[name].bit), name]));

type Golden = Record<string, string | { hex: string }>;

function fromGolden(golden: Golden): MessageFields {
  const values: Record<string, string | Uint8Array> = {};
  for (const [key, value] of Object.entries(golden)) {
    values[nameOf.get(key) ?? key] = typeof value === 'string' ? value : Buffer.from(value.hex, 'hex');
  }
  return values as unknown as MessageFields;
}

const workload = read('workload.json');
for (const direction of ['req', 'resp']) {
  const { fields: golden, wire } = workload[direction] as { fields: Golden; wire: string };
  t.test(`the ${direction} of the workload packs to its golden bytes and back`, async (t) => {
    t.equal(pack(message(fromGolden(golden))).toString('hex'), wire);
    const back = unpack(Buffer.from(wire, 'hex'));
    for (const [key, value] of Object.entries(golden)) {
      const found = back[(nameOf.get(key) ?? key) as FieldName];
      t.equal(
        typeof found === 'string' ? found : Buffer.from(found ?? []).toString('hex'),
        typeof value === 'string' ? value : value.hex,
        key,
      );
    }
  });
}

interface Sample {
  id: string;
  framed: boolean;
  hex: string;
  decode: { mti: string; fields: Record<string, string> };
}

for (const sample of read('sample-messages.json').samples as Sample[]) {
  t.test(`the public sample ${sample.id} unpacks to its fields and packs to its bytes`, async (t) => {
    const hex = sample.framed ? sample.hex.slice(4) : `6000030000603100310000${sample.hex}`;
    const bytes = Buffer.from(hex, 'hex');
    const back = unpack(bytes);
    t.equal(back.mti, sample.decode.mti);
    for (const [label, value] of Object.entries(sample.decode.fields)) {
      const found = back[nameOf.get(label.slice(1)) ?? 'mac'];
      t.equal(
        typeof found === 'string'
          ? found
          : Buffer.from(found ?? [])
              .toString('hex')
              .toUpperCase(),
        value,
        label,
      );
    }
    t.equal(pack(back).toString('hex').toUpperCase(), hex.toUpperCase());
  });
}

interface Made {
  tpdu: string;
  header: string;
  mti: string;
  fields: Record<string, string>;
  hex: string;
}

t.test('what pyiso8583 made packs and unpacks to the same bytes and fields', async (t) => {
  for (const { tpdu, header, mti, fields: held, hex } of read('pyiso8583-messages.json').messages as Made[]) {
    const values: Record<string, string | Uint8Array> = { tpdu, header, mti };
    for (const [bit, value] of Object.entries(held)) {
      const name = nameOf.get(bit) ?? 'mac';
      values[name] = fields[name].form === 'b' ? Buffer.from(value, 'hex') : value;
    }
    t.equal(
      pack(message(values as unknown as MessageFields))
        .toString('hex')
        .toUpperCase(),
      hex,
    );
    const back = unpack(Buffer.from(hex, 'hex'));
    for (const [bit, value] of Object.entries(held)) {
      const found = back[nameOf.get(bit) ?? 'mac'];
      t.equal(
        typeof found === 'string'
          ? found
          : Buffer.from(found ?? [])
              .toString('hex')
              .toUpperCase(),
        value,
        bit,
      );
    }
  }
});
