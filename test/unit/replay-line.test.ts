import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import t, { type Test } from 'tap';
import type { Exchange } from '../../replay/film.ts';
import { openReplayLine } from '../../replay/line.ts';
import { pack, packFrame, unpack } from '../../src/host/codec.ts';
import { inquiryEnd } from '../../src/host/inquiry.ts';
import { type MessageFields, message } from '../../src/host/message.ts';
import { n12 } from './bank-counter.ts';

const envelope = { tpdu: '6000000000', header: '600000000000' };
const seal = () => Buffer.from('00000000');
const asked = message({ ...envelope, mti: '0820', trace: '000009', batch: '00000001320', mac: seal() });

/** A bank that answers anything with the same, and a line in front of it that plays one recorded answer. */
async function answered(t: Test, own: Partial<MessageFields>, recorded: Readonly<Record<string, string>>) {
  const bank = createServer((socket) =>
    socket.once('data', () =>
      socket.end(packFrame(message({ ...envelope, mti: '0830', mac: seal(), ...own }), () => seal())),
    ),
  );
  bank.listen(0, '127.0.0.1');
  await once(bank, 'listening');
  t.teardown(() => bank.close());
  const exchange: Exchange = {
    ...{ n: 2, mti: '0820', processing: undefined, trace: '000009', end: 'answer', delay_ms: 0 },
    ...{ answer: { mac: '3030303030303030', ...recorded }, badMac: false, unheard: false },
  };
  const wrong: string[] = [];
  const at = { host: '127.0.0.1', port: (bank.address() as AddressInfo).port };
  const line = await openReplayLine(
    { exchanges: () => [exchange], bank: at, seal, wrong: (why) => wrong.push(why) },
    { used: new Set(), given: new Map() },
  );
  t.teardown(() => line.close());
  const socket = connect(line.port, '127.0.0.1');
  const body = pack(asked, () => seal());
  socket.write(Buffer.concat([Buffer.from([body.length >> 8, body.length & 255]), body]));
  const [frame] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  t.same(wrong, []);
  return unpack(frame.subarray(2));
}

t.test(
  'what the bank’s books had of a hold is the record’s, whatever the replay’s own bank has, and its card is not',
  async (t) => {
    const held = { code: '00', amount: n12(10_000), totals: n12(0), operator: 'CUPheld        00622848******5511' };
    const completed = { code: '00', amount: n12(10_000), totals: `${n12(3_000)}${n12(8_000)}` };
    const said = await answered(t, held, { ...completed, operator: 'CUPcompleted   00622202******1234' });
    t.equal(said.operator, 'CUPcompleted   00622848******5511');
    t.match(inquiryEnd(said), { end: 'found', state: 'completed', refunded: 3_000, completed: 8_000 });
    const unmasked = await answered(t, held, { ...completed, operator: 'CUPcompleted   00' });
    t.equal(unmasked.operator, 'CUPcompleted   00', 'a bank that does not say the card');
    const none = await answered(t, { code: '25' }, { ...completed, operator: 'CUPcompleted   00622202******1234' });
    t.match(inquiryEnd(none), { state: 'completed', card: null }, 'nor does one that has no such trade');
    const without = await answered(t, held, { code: '25' });
    t.match(inquiryEnd(without), { end: 'none' });
    t.equal(without.operator, undefined);
  },
);
