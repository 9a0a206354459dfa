import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { adapt, pack, unpack } from './codec-peer.ts';
import { type Figure, median } from './table.ts';

/**
 * Measures the message codec against its floor (the same bytes to and from hexadecimal in one call of the runtime), and
 * against its peers, where their benchmark is set up next to the project as its README says.
 */

const root = join(import.meta.dirname, '..');
const peers = join(process.env.GUITAI_PEERS ?? join(root, '..', 'shared', 'peers'), 'js');
const TRIALS = 7;
const TRIAL_MS = 60;

export function codecFigures(say: (line: string) => void): Figure[] {
  return [...ownFigures(), ...peerFigures(say)];
}

interface Sample {
  readonly wire: string;
  readonly fields: Readonly<Record<string, string | { readonly hex: string }>>;
}

function ownFigures(): Figure[] {
  const { req }: { req: Sample } = JSON.parse(readFileSync(join(root, 'test', 'golden', 'workload.json'), 'utf8'));
  const hex = req.wire.toUpperCase();
  const wire = Buffer.from(hex, 'hex');
  // Sixteen of each, so that the engine cannot cache the result of one.
  const messages = Array.from({ length: 16 }, () => adapt(fieldsOf(req)));
  const wires = Array.from({ length: 16 }, () => Buffer.from(wire));
  const [message] = messages;
  if (message === undefined || !wire.equals(pack(message))) throw new Error('the golden 0200 is packed otherwise');
  const works = [
    {
      what: 'a 0200 packed',
      ours: (n: number) => pack(messages[n % 16] ?? message),
      floor: () => Buffer.from(hex, 'hex'),
    },
    { what: 'a 0200 unpacked', ours: (n: number) => unpack(wires[n % 16] ?? wire), floor: () => wire.toString('hex') },
  ];
  return works.map(({ what, ours, floor }) => {
    const times = { ours: [] as number[], floor: [] as number[] };
    for (let trial = -1; trial < TRIALS; trial++) {
      const turn = { ours: micros(ours), floor: micros(floor) };
      // The first trial only warms up the engine.
      if (trial < 0) continue;
      times.ours.push(turn.ours);
      times.floor.push(turn.floor);
    }
    const [own, least] = [median(times.ours), median(times.floor)];
    return {
      ...{ what, measured: `${own.toFixed(2)} µs`, floor: `${least.toFixed(2)} µs its hexadecimal` },
      ...{ ratio: own / least, bound: null, held: null },
    };
  });
}

function fieldsOf(sample: Sample): Record<string, string | Uint8Array> {
  const entries = Object.entries(sample.fields);
  return Object.fromEntries(
    entries.map(([key, value]) => [key, typeof value === 'string' ? value : Buffer.from(value.hex, 'hex')]),
  );
}

function micros(work: (n: number) => unknown): number {
  const start = performance.now();
  let done = 0;
  for (; performance.now() - start < TRIAL_MS; done += 64) for (let n = 0; n < 64; n++) work(n);
  return (1000 * (performance.now() - start)) / done;
}

interface PeerLine {
  readonly op: string;
  readonly us: number;
  readonly check: string;
}

function peerFigures(say: (line: string) => void): Figure[] {
  const adapter = join(peers, 'adapter-iso_8583.mjs');
  if (!existsSync(join(peers, 'node_modules', 'iso_8583'))) {
    say('codec: no peer is set up beside the project (../shared/peers, or GUITAI_PEERS), so none is compared');
    return [];
  }
  const ours = peerRun('ours', join(import.meta.dirname, 'codec-peer.ts'));
  return peerRun('iso_8583', adapter).map(({ op, us }) => {
    const own = ours.find((line) => line.op === op);
    if (own?.check !== 'wire=golden') throw new Error(`${op}: ${own?.check}`);
    return {
      ...{ what: `codec beside npm iso_8583, ${op}`, measured: `${own.us} µs`, floor: `${us} µs iso_8583` },
      ...{ ratio: own.us / us, bound: null, held: null },
    };
  });
}

function peerRun(label: string, codec: string): PeerLine[] {
  const env = { ...process.env, SECS: '0.1', TRIALS: '3' };
  const said = execFileSync(process.execPath, [join(peers, 'bench-node.mjs'), label, codec], { env, encoding: 'utf8' });
  return said
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
