import { setTimeout as sleep } from 'node:timers/promises';
import type { Counter } from '../stories/counter.ts';
import { newest, outage } from '../stories/outage.ts';
import { bankKeeper } from './bank-process.ts';
import { compared, type Finding, type Told } from './books.ts';
import type { Flow } from './flow.ts';
import { Crashed, handAt, settlementsAt } from './hand.ts';
import type { FlowPoint } from './points.ts';
import { lines } from './steps.ts';
import { processOf, type Strike, tracer, type Victim } from './strike.ts';

/** Amounts of three digits, one after the other: paper and books tell the flows apart by their amounts. */
const LEAST = 100;
const MOST = 999;

/** Runs flows at a counter: lists the calls that they make there, and compares the books after a kill. */
export function scene(counter: Counter) {
  const { listen, strikeAt } = tracer(counter.dir);
  const keeper = bankKeeper(counter);
  let amounts = 0;
  const otherAmount = () => String(LEAST + (amounts++ % (MOST - LEAST + 1)));
  const someone = () => handAt(counter, { slips: 0, settlements: 0 }, otherAmount, new AbortController().signal);
  const pidOf = (victim: Victim) => counter.until(`the ${victim}`, async () => processOf(victim, counter.dir));

  /** Runs a flow up to where calls are counted; from there `watch` watches each of the victims. */
  async function run<Watch>(
    flow: Flow,
    victims: readonly Victim[],
    died: AbortSignal,
    watch: (pid: number) => Promise<Watch>,
  ) {
    const amount = otherAmount();
    const before = { slips: await newest(counter), settlements: (await settlementsAt(counter)).length };
    const from_ms = Date.now();
    const hand = handAt(counter, before, otherAmount, died);
    await flow.before(hand, amount);
    if (flow.bankBoots) await keeper.anew();
    const watched = new Map<Victim, Watch>();
    // The bank first: it must be watched before the terminal starts.
    for (const victim of (['bank', 'terminal'] as const).filter((one) => victims.includes(one))) {
      if (victim === 'terminal' && flow.boots) await counter.power(true);
      watched.set(victim, await watch(await pidOf(victim)));
    }
    if (!victims.includes('terminal') && flow.boots) await counter.power(true);
    const go = async () => {
      if (flow.bankBoots) await keeper.up();
      await flow.go(hand, amount);
    };
    const told = (): Told => ({ amount: Number(amount), before, from_ms, said: hand.said });
    return { hand, watched, told, go };
  }

  /** Takes back faults that a flow has set and could not take back because somebody died. */
  async function mended(): Promise<void> {
    await counter.fault('answer-lost', false);
    await lines(counter, false);
  }

  async function afterTheTerminal(): Promise<void> {
    await mended();
    await counter.until('the end', async () => (await counter.get<{ flow: string }>('state')).flow === 'crashed');
    await counter.power(true);
    await someone().signIn();
  }

  /** The terminal still runs: the clerk brings it to idle. Gives what it said meanwhile. */
  async function afterTheBank(): Promise<{ said: readonly string[]; findings: readonly Finding[] }> {
    await keeper.again();
    await mended();
    const clerk = someone();
    try {
      await clerk.toIdle();
      return { said: clerk.said, findings: [] };
    } catch (error) {
      if (!(error instanceof Crashed)) throw error;
      await afterTheTerminal();
      return {
        said: clerk.said,
        findings: [{ kind: 'lost', what: `the terminal died with the bank: ${error.message}` }],
      };
    }
  }

  return {
    /** What the terminal calls in a flow, and what the bank. */
    async heard(flow: Flow): Promise<Readonly<Record<Victim, readonly string[]>>> {
      // A fresh start, as after a kill: what the journal does in a quiet moment depends on what it has written since.
      await outage(counter);
      const { watched, go } = await run(flow, ['bank', 'terminal'], new AbortController().signal, listen);
      await go();
      const calls = async (victim: Victim) => (await watched.get(victim)?.stop()) ?? [];
      return { terminal: await calls('terminal'), bank: await calls('bank') };
    },

    async killed(flow: Flow, point: FlowPoint): Promise<{ came: boolean; findings: readonly Finding[] }> {
      const died = new AbortController();
      const strike = (pid: number) => strikeAt(pid, point);
      const { hand, watched, told, go } = await run(flow, [point.victim], died.signal, strike);
      const watch = watched.get(point.victim);
      if (watch === undefined) throw new Error(`nobody watches the ${point.victim}`);
      void watch.struck.then((yes) => yes && died.abort());
      const stumbled: unknown = await go().catch((error) => error);
      const came = await outcome(watch);
      // A clerk whose terminal or bank died stumbles over that; any other stumble is the flow's.
      if (stumbled !== undefined && !came) throw stumbled;
      if (!came) await outage(counter);
      const shown = (await counter.get<{ rows: string[] }>('display')).rows;
      if (came && point.victim === 'terminal') await afterTheTerminal();
      const after = came && point.victim === 'bank' ? await afterTheBank() : { said: [], findings: [] };
      const said = [...hand.said, ...shown, ...after.said];
      return { came, findings: [...after.findings, ...(await compared(counter, flow, { ...told(), said }))] };
    },

    close: keeper.close,
  };
}

async function outcome({ struck, stop }: Strike): Promise<boolean> {
  // The kill at the last call may still be on its way.
  const soon = await Promise.race([struck, sleep(300, null)]);
  if (soon === null) await stop();
  return struck;
}
