import { adjust } from './advice/adjust.ts';
import { sellOffline } from './advice/offline.ts';
import { addTip } from './advice/tip.ts';
import { sellByVoice } from './advice/voice.ts';
import { tellBalance } from './balance/balance.ts';
import { wasICharged } from './charged/charged.ts';
import { type CheckupDesk, checkUpOnDemand, powerOn } from './checkup/power-on.ts';
import { lookAtExceptions } from './exceptions/exceptions.ts';
import { owesMoney } from './journal/progress.ts';
import { type Choice, chooseFromMenu, isOffered } from './menu.ts';
import { acknowledged, askKey } from './operator/ask.ts';
import { about, goodbye, idle, owesBank } from './operator/screens/idle.ts';
import { settlementOpen } from './operator/screens/settlement.ts';
import { signingOut, signinRunning } from './operator/screens/signin.ts';
import { showProblem } from './operator/show-problem.ts';
import { showRefusals } from './payment/accept.ts';
import { waysOf } from './payment/card.ts';
import type { Counter } from './payment/counter.ts';
import { type Opening, putAway } from './payment/present.ts';
import { addToHold } from './preauth/add.ts';
import { complete, completeByAdvice } from './preauth/complete.ts';
import { preauthorise } from './preauth/preauth.ts';
import { releaseHold } from './preauth/release.ts';
import { voidCompletion } from './preauth/void-completion.ts';
import { isPrint, type Print, prints } from './printing/printing.ts';
import { giveBack } from './refund/give-back.ts';
import { sellByInstalments } from './sale/instalment.ts';
import { sell } from './sale/sale.ts';
import type { FlowName, Session } from './session.ts';
import { settleBatch } from './settlement/settle.ts';
import { comparesNewest, signInToBank } from './signin/bank.ts';
import { type HandshakeDesk, meetKeyCentre } from './signin/handshake.ts';
import { signIn } from './signin/signin.ts';
import { OVER } from './values/clock.ts';
import { Fault } from './values/problem.ts';
import type { Parameters } from './vault/centre-messages.ts';

export interface Terminal {
  readonly counter: Counter;
  readonly session: Session;
  readonly checkup: CheckupDesk;
  readonly handshake: HandshakeDesk;
  readonly version: string;
  /** Called when the self-check has finished: systemd is told READY. */
  checked(): void;
  /** Takes over the parameters that the key centre sent: limits, names, telephone numbers. */
  adopt(parameters: Parameters): void;
  switchLanguage(): void;
}

/** From power-on to power-off: the self-check, the key centre, then sign-in and trade, day after day. */
export async function run(terminal: Terminal): Promise<never> {
  const { counter, session, checkup, handshake } = terminal;
  counter.customer.say('display.starting');
  session.flow = 'checkup';
  await powerOn(checkup, terminal.checked);
  const end = await meetKeyCentre(handshake);
  if (end !== null) terminal.adopt(end.parameters);
  // From here on the bank is told what a power cut left owing; this does not wait for an operator.
  counter.outbox.wake();
  session.ready = true;
  for (;;) {
    session.flow = 'signin';
    counter.customer.say('display.closed');
    session.operator = await signIn({ ...counter, people: counter.vault.operators });
    session.signInAgain = false;
    counter.outbox.wake();
    counter.customer.say('display.welcome');
    await trade(terminal);
    session.operator = null;
  }
}

/** Idle, and what is chosen from there, until the operator signs out. */
async function trade(terminal: Terminal): Promise<void> {
  const { counter, session } = terminal;
  for (;;) {
    session.flow = 'idle';
    const opening = counter.journal.isBeingSettled ? await atOpenSettlement(terminal) : await atIdle(terminal);
    if (opening === 'settle') {
      await transact(terminal, 'settle');
      continue;
    }
    if (opening === 'charged') {
      await lookInto(terminal);
      continue;
    }
    if (opening !== 'menu') {
      await sale(terminal, opening);
      continue;
    }
    session.flow = 'menu';
    await showRefusals(counter);
    const choice = await chooseFromMenu(counter.operator, (each) =>
      isOffered(counter.config.profile.transactions, each),
    );
    if (choice === null) continue;
    if (choice === 'sale') await sale(terminal, { digit: '0' });
    else if (isTransaction(choice)) await transact(terminal, choice);
    else if (isPrint(choice)) await print(terminal, choice);
    else if (choice === 'checkup') await checkUpOnDemand(terminal.checkup);
    else if (choice === 'language') terminal.switchLanguage();
    else if (choice === 'about') await showAbout(terminal);
    else if (choice === 'sign-out') {
      await signOut(terminal);
      return;
    }
  }
}

/** Digits are always money here, a card may come first, Enter and Menu open the menu, Clear looks into what is owed. */
async function atIdle({ counter }: Terminal): Promise<Opening | 'menu' | 'charged'> {
  const { operator, reader, journal, paper } = counter;
  const draw = () => operator.show((text, bar) => idle(text, bar, idleFacts(counter)));
  const over = new AbortController();
  const stops = [journal.watch(draw), paper.watch(draw)];
  const pressed = async (): Promise<Opening | 'menu' | 'charged'> => {
    for (;;) {
      const key = await operator.press(over.signal);
      if (key === 'enter' || key === 'menu') return 'menu';
      if (key === 'clear' && owesBank(idleFacts(counter).owed)) return 'charged';
      if (key >= '0' && key <= '9') return { digit: key };
    }
  };
  const chosen = pressed();
  const swiped = reader.next(over.signal).then((swipe): Opening => ({ swipe }));
  // The loser of the race is aborted below and rejects with that abort: there is nothing to handle.
  chosen.catch(() => undefined);
  swiped.catch(() => undefined);
  try {
    draw();
    return await Promise.race([chosen, swiped]);
  } finally {
    over.abort(OVER);
    for (const stop of stops) stop();
  }
}

function idleFacts(counter: Counter) {
  const { journal, paper, config } = counter;
  const last = journal.last();
  const owed = journal.debts();
  const parked = owed.filter(({ state }) => state === 'parked').length;
  const reversing = owed.filter(({ debt, state }) => debt === 'reverse' && state !== 'parked').length;
  const repeating = owed.filter(({ debt, state }) => debt === 'repeat' && state !== 'parked').length;
  const unconfirmed = owed.filter(({ debt }) => debt === 'confirm').length;
  const refused = owed.filter(({ debt }) => debt === 'tell').length;
  const untold = owed.filter(({ debt, state }) => debt === 'advise' && state !== 'parked').length;
  return {
    merchant: config.terminal.merchant.name,
    ways: waysOf(counter),
    last: last === null ? null : { type: last.facts.type, amount: last.amount, state: last.state },
    owed: {
      reversing,
      repeating,
      parked,
      unconfirmed,
      refused,
      untold,
      paper: paper.problem === null ? 0 : paper.owed,
    },
    left: journal.left,
  };
}

/** Asks "Was I charged?" about the newest transaction owed to the bank: the customer at the counter means that one. */
async function lookInto(terminal: Terminal): Promise<void> {
  const { counter, session } = terminal;
  const owed = counter.journal.debts().filter(({ debt }) => debt === 'confirm' || owesMoney(debt));
  const newest = owed.at(-1);
  if (newest === undefined) return;
  session.flow = 'charged';
  await counter.signInFirst();
  await wasICharged(counter, newest.entry);
}

/** A sale, and the next one where the counter wants to try again. */
export async function sale(terminal: Pick<Terminal, 'counter' | 'session'>, opening: Opening): Promise<void> {
  const { counter, session } = terminal;
  session.flow = 'sale';
  let next = opening;
  for (;;) {
    if (!(await counter.signInFirst())) {
      if ('swipe' in next) putAway(next.swipe);
      return;
    }
    const end = await sell(counter, next);
    if (!('again' in end) || end.again === null) return;
    next = end.again;
  }
}

type Run = (counter: Counter) => Promise<void> | Promise<{ readonly end: string }>;

/** The transactions of the menu beside the sale, each a flow that ends where it began: at idle. */
const transactions = {
  'void-refund': { flow: 'refund', run: giveBack },
  balance: { flow: 'balance', run: tellBalance },
  charged: { flow: 'charged', run: wasICharged },
  settle: { flow: 'settlement', run: settleBatch },
  exceptions: { flow: 'exceptions', run: lookAtExceptions },
  preauth: { flow: 'preauth', run: preauthorise },
  'preauth-add': { flow: 'preauth', run: addToHold },
  'preauth-void': { flow: 'preauth', run: releaseHold },
  completion: { flow: 'preauth', run: complete },
  'completion-advice': { flow: 'preauth', run: completeByAdvice },
  'completion-void': { flow: 'preauth', run: voidCompletion },
  instalment: { flow: 'sale', run: sellByInstalments },
  offline: { flow: 'advice', run: sellOffline },
  voice: { flow: 'advice', run: sellByVoice },
  tip: { flow: 'advice', run: addTip },
  adjust: { flow: 'advice', run: adjust },
} as const satisfies Partial<Record<Choice, { flow: FlowName; run: Run }>>;

/** These move no money, so they run even where no payment can follow. */
const withoutPayment: readonly Choice[] = ['charged', 'exceptions'];

export async function transact(
  { counter, session }: Pick<Terminal, 'counter' | 'session'>,
  choice: keyof typeof transactions,
): Promise<void> {
  const { flow, run } = transactions[choice];
  session.flow = flow;
  for (;;) {
    if (!(await counter.signInFirst()) && !withoutPayment.includes(choice)) return;
    if ((await run(counter))?.end !== 'sign-in-first') return;
    // Where working keys were missing nothing was sent, so no answer has set this yet.
    session.signInAgain = true;
  }
}

/** While the open batch is being settled no payment may begin: Enter continues the settlement, Menu opens the menu. */
async function atOpenSettlement({ counter: { operator, journal } }: Terminal): Promise<'settle' | 'menu'> {
  operator.show((text, bar) => settlementOpen(text, bar, { batch: journal.batch }));
  return (await acknowledged(operator, ['enter', 'menu'])) === 'enter' ? 'settle' : 'menu';
}

function isTransaction(choice: Choice): choice is keyof typeof transactions {
  return Object.hasOwn(transactions, choice);
}

/**
 * Signs in again without asking the operator, where the bank wants that before anything else (77, 99, A0, or the
 * message header). False where no payment can follow; the operator has then seen why.
 */
export async function signInFirst({ counter, session }: Pick<Terminal, 'counter' | 'session'>): Promise<boolean> {
  if (!session.signInAgain || session.operator === null) return true;
  counter.operator.show((text, bar) => signinRunning(text, bar, { step: 'line' }));
  try {
    const compares = comparesNewest(counter.config.profile.transactions);
    const end = await signInToBank({ ...counter, compares }, session.operator);
    if (end.end === 'signed-in') {
      session.signInAgain = false;
      counter.outbox.wake();
    }
    return true;
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    // Without a line the sale itself says so, before anything is sent. A closed batch cannot be passed over: the bank
    // would answer 77 for ever.
    if (error.problem.kind !== 'batch-closed') return true;
    await showProblem(counter.operator, error.problem);
    return false;
  }
}

/** Prints what the operator chose from the menu. */
async function print({ counter, session }: Terminal, choice: Print): Promise<void> {
  session.flow = 'printing';
  await prints[choice](counter);
}

async function showAbout({ counter: { operator, config }, version }: Terminal): Promise<void> {
  const { merchant, serial } = config.terminal;
  await askKey(operator, {
    keys: ['enter', 'cancel'],
    wait_s: 60,
    draw: () => (text, bar) => about(text, bar, { merchant, serial, version }),
  });
}

/** The working keys are gone afterwards, whatever the bank says; what is owed stays owed. */
async function signOut({ counter }: Pick<Terminal, 'counter'>): Promise<void> {
  const { operator, host, journal, clock } = counter;
  operator.show((text, bar) => signingOut(text, bar));
  try {
    await host.signOut({ trace: journal.takeTrace(), batch: journal.batch });
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
  }
  operator.show((text, bar) => goodbye(text, bar, { why: 'signed-out' }));
  await clock.sleep(1500);
}
