import { type Message, pack, unpack } from '../../src/host/codec.ts';
import type { Entry } from '../../src/journal/entry.ts';
import { textsOf } from '../../src/operator/screen.ts';
import { type FormName, TERMINAL_2, tradeMessage } from '../unit/bank-counter.ts';
import { type Keys, MERCHANT, request, sealed, unsealedKeys } from '../unit/bank-terminal.ts';
import type { Seen } from './eye.ts';
import type { Finding } from './oracles.ts';
import { languages, patternOf } from './texts.ts';
import type { World } from './world.ts';

/** What another terminal of the merchant may do about what ours has begun. */
export type Elsewhere = Extract<FormName, 'completion' | 'preauth-void' | 'refund'>;

/** The merchant's other terminal, at another counter: no fault meets it, and ours hears nothing of it. */
export interface OtherTerminal {
  /** Does `what` to an entry of ours, with its whole amount; does nothing where the bank declines it. */
  act(what: Elsewhere, entry: Entry): Promise<void>;
  /** What it has done to the entry of ours with this trace; no two entries of a day have the same trace. */
  did(trace: string): Elsewhere | null;
  /** Everything that it has done, oldest first. */
  readonly acts: readonly Act[];
}

export interface Act {
  readonly what: Elsewhere;
  /** The trace of our entry. */
  readonly trace: string;
  readonly card: string | null;
  readonly amount: number;
}

export function otherTerminal(world: Pick<World, 'bank'>): OtherTerminal {
  const acts: Act[] = [];
  let master: Uint8Array | null = null;
  let trace = 0;
  const next = () => String(++trace).padStart(6, '0');

  const say = (body: Uint8Array): Promise<Message | null> =>
    new Promise((resolve) => {
      world.bank.submit(body, (frame) => resolve(frame === null ? null : unpack(frame.subarray(2))));
    });

  /** Signs in for the working keys. The first time a technician brings it its master key. */
  async function signedIn(): Promise<Keys | null> {
    if (master === null) {
      const { books, terminals } = world.bank.office;
      const { key, kcv } = books.atomically(() => terminals.nextMaster(TERMINAL_2));
      books.atomically(() => terminals.confirmMaster(TERMINAL_2, kcv));
      master = key;
    }
    const asked = { terminal: TERMINAL_2, trace: next(), batch: '00000001004', operator: '01 ' };
    const answer = await say(pack(request('0800', asked)));
    return answer?.code === '00' ? unsealedKeys(master, answer) : null;
  }

  return {
    async act(what, { trace: ours, amount, facts: { card }, history: { answer } }) {
      const keys = await signedIn();
      if (keys === null || answer === null) return;
      const original = `${'0'.repeat(12)}${answer.host_time?.mmdd}`;
      const named =
        what === 'refund' ? { reference: answer.reference ?? '' } : { authorisation: answer.authorisation ?? '' };
      const saying = { trace: next(), amount, terminal: TERMINAL_2, fields: { ...named, original } };
      const said = await say(sealed(tradeMessage(what, saying, keys, MERCHANT), keys.mak));
      if (said?.code === '00') acts.push({ what, trace: ours, card, amount });
    },
    did: (ours) => acts.find((act) => act.trace === ours)?.what ?? null,
    acts,
  };
}

const HELD = ['money.still-held', 'money.held-not-charged', 'money.hold-unchanged', 'charged.says.held'];

/** What a screen that shows the bank's answer must not say once the other terminal has done this. */
const LIES: Readonly<Record<Elsewhere, readonly string[]>> = {
  completion: [...HELD, 'charged.hold.not-charged'],
  'preauth-void': [...HELD, 'charged.hold.charged'],
  refund: ['money.still-charged', 'charged.payment.not-charged'],
};
const HEARD = /\.(told|declined)$/;
const TRACE = new RegExp(patternOf(['result.trace'], { trace: '(\\d{6})' }));

/** `ended`: what another terminal has done about the row with this trace, or about its original. */
export function liesAbout(seen: readonly Seen[], ended: (trace: string) => Elsewhere | null): Finding[] {
  return seen.flatMap(({ screen }): Finding[] => {
    if (!HEARD.test(screen.id)) return [];
    const texts = textsOf(screen);
    const trace = TRACE.exec(texts.join('\n'))
      ?.slice(1)
      .find((digits) => digits !== undefined);
    const what = trace === undefined ? null : ended(trace);
    if (what === null) return [];
    const says = (ids: readonly string[]) =>
      ids.find((id) => languages.some((words) => texts.includes(words[id] ?? id)));
    // The journal alone may still say that it is charged; a screen that also shows the bank's record may not.
    const isHeard = texts.some((text) => new RegExp(`^${patternOf(['charged.bank.posted'])}`).test(text));
    const lie = says(LIES[what]) ?? (what === 'refund' && isHeard ? says(['charged.do.charged']) : undefined);
    return lie === undefined
      ? []
      : [{ kind: 'screen', text: `${screen.id} of ${trace} says ${lie} after a ${what} elsewhere` }];
  });
}
