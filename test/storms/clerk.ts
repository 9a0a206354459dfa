import type { KeyName } from '../../board/virtual/far-ends.ts';
import { maskedPan, stripeOf, type WalletCard } from '../../board/virtual/wallet.ts';
import { type Screen, textsOf } from '../../src/operator/screen.ts';
import type { Chance } from './chance.ts';
import { amountOn, dotsOn, typedOn } from './eye.ts';
import type { CardName, Flow } from './flows.ts';
import { asksItself } from './oracles.ts';
import type { World } from './world.ts';

/** One thing that a clerk and a customer set out to do. */
export interface Errand {
  readonly flow: Flow;
  /** In fen; no other errand of this world has it. */
  readonly amount: number;
  /** The trace of the original transaction; null where the flow takes the last one. */
  readonly original: string | null;
}

/** `ended`: the counter is idle again, or signed out; `stuck`: it was not within an hour. */
export type ErrandEnd = 'ended' | 'stuck';

/** The people at the counter: they look at the screen and press what it asks for, whatever became of it meanwhile. */
export interface People {
  /** Does the errand, through every trouble, until the terminal is idle or asks for a sign-in. */
  go(errand: Errand): Promise<ErrandEnd>;
  /** Signs in and goes back to idle. */
  home(): Promise<ErrandEnd>;
  /** A card's number, as the journal has it. */
  masked(card: CardName): string;
}

const MOST_MS = 3_600_000;
const MOST_DOTS = 12;
const OPERATOR = '01';
const PASSWORD = '0000';
const SUPERVISOR = '123456';
const ADMINISTRATOR = '12345678';

/** The flows whose screens ask a sale's questions under another name. */
const LIKE_A_SALE =
  /^(sale|void|refund|balance|charged|preauth|preauth-add|preauth-void|completion|completion-advice|completion-void|instalment|tip|offline|voice|adjust)\./;

/** Screens on which nobody has anything to do. */
const watched = new Set([
  ...['checkup.running', 'checkup.failed', 'handshake.running', 'signin.running', 'signin.locked', 'goodbye'],
  ...[
    'connecting',
    'waiting',
    'starting',
    'printing',
    'paper.printing',
    'trying',
    'settlement.running',
    'print.report',
  ],
]);

/** The screens that one green key answers. */
const agreed = new Set([
  ...['checkup.degraded', 'number', 'confirm', 'original', 'parked', 'doubted'],
  ...[
    'reversed-unconfirmed',
    'about',
    'which',
    'print.confirm',
    'accepted.refused',
    'settlement.confirm',
    'settlement.open',
  ],
  ...['settlement.done', 'settlement.difference', 'settlement.by-two', 'settlement.ruled'],
]);

/** Screens on which the customer agrees to the amount shown; the clerk cancels there if it is not the one meant. */
const agreesTo = new Set(['card', 'card.again', 'number', 'pin']);

/** Screens that say nobody answered: the clerk waits a little and tries again with Enter. */
const failed = new Set(['signin.failed', 'handshake.failed']);

/** Screens whose outcome is not known yet: the clerk waits or tries again, and puts it off in the end. */
const undecidable = new Set([
  ...['unknown', 'reversing', 'repeating', 'settlement.owing', 'settlement.stuck', 'settlement.refused'],
]);

export function people(world: World, wallet: readonly WalletCard[], chance: Chance): People {
  return {
    home: () => work(null),
    go: (errand) => work(errand),
    masked: (card) => maskedPan(wallet.find(({ id }) => id === card)?.pan ?? ''),
  };

  async function work(errand: Errand | null): Promise<ErrandEnd> {
    const mood = moodOf(errand, chance);
    const until_ms = world.clock.monotonic() + MOST_MS;
    while (world.clock.monotonic() < until_ms) {
      const { screen } = world;
      if (screen === null) await inTheDark(mood);
      else if (await step(screen, errand, mood)) return 'ended';
    }
    return 'stuck';
  }

  /** Waits while there is no power. About a minute after a refused boot somebody pulls the plug and puts it back. */
  async function inTheDark(mood: Mood): Promise<void> {
    await world.look(1000);
    if (world.refused === null || mood.turns++ < 60) return;
    mood.turns = 0;
    world.powerOff();
    world.powerOn();
  }

  /** Does what the screen asks for; true when there is nothing more to do. */
  async function step(screen: Screen, errand: Errand | null, mood: Mood): Promise<boolean> {
    const id = screen.id.replace(LIKE_A_SALE, '');
    if (id.startsWith('idle')) return idle(errand, mood);
    if (id === 'signin.operator') {
      if (mood.opened && errand !== null && errand.flow.plug !== true) return true;
      await typeOver(screen, OPERATOR);
    } else if (id === 'signin.password') await secret(screen, PASSWORD);
    else if (id === 'supervisor') await secret(screen, approves(screen));
    else if (id === 'settlement.left') await press('menu');
    else if (id === 'settlement.reference') await typeOver(screen, '17');
    else if (id === 'menu') await choose(mood);
    else if (errand !== null && !mood.cancelled && id === errand.flow.cancelAt) {
      mood.cancelled = true;
      await world.press('cancel');
    } else if (id === 'amount' || id === 'amount.of') await amount(screen, errand, mood);
    else if (id === 'periods') await press('1');
    else if (id === 'call') await call(screen, errand);
    else if (agreesTo.has(id) && errand !== null && !isMeant(screen, errand)) await press('cancel');
    else if (id === 'pin') await pin(screen, errand, mood);
    else if (id === 'card' || id === 'card.again') await swipe(errand, mood);
    else if (id === 'approved' || id === 'accepted') await approved(mood);
    else if (id === 'declined' || id === 'reversed') await refused(errand, mood);
    else if (undecidable.has(id)) await undecided(id, mood);
    else if (id === 'told') await told(screen, mood);
    else if (watched.has(id)) await world.look(2000);
    else if (id === 'which' && errand?.flow.elsewhere !== undefined) await original(screen, errand, mood);
    else if (id === 'trace' || id === 'print.trace') await original(screen, errand, mood);
    else if (failed.has(id)) await again();
    else if (agreed.has(id)) await press('enter');
    else await press(mood.turns++ % 2 === 0 ? 'cancel' : 'enter');
    return false;
  }

  async function idle(errand: Errand | null, mood: Mood): Promise<boolean> {
    if (errand === null || mood.opened) return true;
    mood.opened = true;
    const { opening, idle_ms, plug } = errand.flow;
    mood.path = opening.filter((key): key is KeyName => key !== 'amount' && key !== 'swipe');
    if (plug === true) {
      world.powerOff();
      await world.clock.sleep(1000);
      world.powerOn();
    } else if (idle_ms !== undefined) await world.clock.sleep(idle_ms);
    else if (opening[0] === 'swipe') await swipe(errand, mood);
    else if (opening[0] === 'amount') await press(String(errand.amount)[0] as KeyName);
    else await choose(mood);
    return false;
  }

  async function choose(mood: Mood): Promise<void> {
    await press(mood.path.shift() ?? 'cancel');
  }

  async function again(): Promise<void> {
    await world.look(4000);
    await press('enter');
  }

  async function press(key: KeyName): Promise<void> {
    await world.press(key);
  }

  /** Types digits on a screen that shows them, reads them before Enter and types them again where a key has bounced. */
  async function typeOver({ id }: Screen, digits: string): Promise<void> {
    for (let turn = 0; turn < 3; turn++) {
      const over = world.screen === null ? '' : (typedOn(world.screen) ?? '');
      const clears = new Array<KeyName>(over.length).fill('clear');
      for (const key of [...clears, ...(digits.split('') as KeyName[])]) {
        if (world.screen?.id !== id) return;
        await press(key);
      }
      const typed = world.screen?.id === id ? typedOn(world.screen) : null;
      if (typed === null || typed === digits) break;
    }
    if (world.screen?.id === id) await press('enter');
  }

  async function secret({ id }: Screen, digits: string): Promise<void> {
    const dots = () => (world.screen?.id === id ? dotsOn(world.screen) : 0);
    // On a password screen Clear takes back one digit: it is pressed until no dots are left.
    for (let turn = 0; turn < MOST_DOTS && dots() > 0; turn++) await press('clear');
    for (const key of digits.split('') as KeyName[]) {
      if (world.screen?.id !== id) return;
      await press(key);
    }
    // Another count means that a key has bounced: the next step clears the digits and types them again.
    if (dots() !== digits.length) return;
    await press('enter');
    await world.look(200);
  }

  /** Names the original by its trace, or takes the last one with Enter alone. */
  async function original(screen: Screen, errand: Errand | null, mood: Mood): Promise<void> {
    if (errand === null || mood.turns++ >= 2) return press('cancel');
    return errand.original === null ? press('enter') : typeOver(screen, errand.original);
  }

  /** Telephones the bank, which says six digits, declines or does not answer. */
  async function call(screen: Screen, errand: Errand | null): Promise<void> {
    const digits = errand === null || !world.bank.open ? null : world.bank.telephone(errand.flow.card, errand.amount);
    return digits === null ? press('cancel') : typeOver(screen, digits);
  }

  async function amount(screen: Screen, errand: Errand | null, mood: Mood): Promise<void> {
    // A void whose sale is settled by now is offered as a refund, which was not the errand.
    if (errand === null || errand.flow.type === 'void') return press('cancel');
    const wanted = String(errand.amount);
    const shown = amountOn(screen) ?? 0;
    if (shown === errand.amount || (errand.flow.amount === 'proposed' && shown > 0)) return press('enter');
    const typed = shown === 0 ? '' : String(shown);
    // A tip on a sale of one fen: the screen takes no digit, and says so each time.
    if (shown === mood.shown && mood.turns++ >= 2) return press('cancel');
    mood.shown = shown;
    return press(wanted.startsWith(typed) ? (wanted[typed.length] as KeyName) : 'clear');
  }

  async function pin(screen: Screen, errand: Errand | null, mood: Mood): Promise<void> {
    const card = cardOf(errand);
    if (errand === null || card === undefined) return press('cancel');
    if (errand.flow.pin === 'none') return press('enter');
    const wrong = errand.flow.pin === 'wrong-first' && !mood.wrongTyped;
    await secret(screen, wrong ? '000000' : card.pin);
    if (wrong && world.screen?.id !== screen.id) mood.wrongTyped = true;
  }

  async function swipe(errand: Errand | null, mood: Mood): Promise<void> {
    const card = cardOf(errand);
    if (errand === null || card === undefined) return press('cancel');
    const { stripe } = world.devices;
    const until_ms = world.clock.monotonic() + 10_000;
    while (!stripe.listening && world.clock.monotonic() < until_ms && world.on) await world.clock.sleep(50);
    // The reader has been away for ten seconds: the customer gives up.
    if (!stripe.listening) return press('cancel');
    const fault = world.strikeSlot();
    const worn = mood.swipes++ < (errand.flow.worn ?? 0) || fault === 'worn';
    const { track1, track2, track3 } = stripeOf(card);
    await stripe.swipe({ track1, track2, track3 }, worn ? { garble: 'parity' } : {});
    await world.look(500);
  }

  async function approved(mood: Mood): Promise<void> {
    // The slips take a second each; a hasty clerk does not wait for them.
    if (!mood.hasty) await world.look(200);
    if (!mood.hasty && mood.waits-- > 0) return;
    await press('enter');
  }

  async function refused(errand: Errand | null, mood: Mood): Promise<void> {
    // The bank knows what the other terminal did to the original; Clear on this screen asks it.
    if (errand?.flow.elsewhere !== undefined && mood.looks++ === 0) return press('clear');
    const again = errand?.flow.again === true && mood.agains++ === 0;
    await press(again ? 'enter' : 'cancel');
    // Gives the screen time to change before it is looked at again.
    if (!again) await world.look(100);
  }

  /** Prints the first answer where the screen offers it, then leaves. */
  async function told({ foot }: Screen, mood: Mood): Promise<void> {
    if (foot.menu === undefined || mood.told++ > 0) return press('cancel');
    await press('menu');
    await world.look(3000);
  }

  /** Waits, or tries a settlement again, for as long as the clerk is patient; then puts it off. */
  async function undecided(id: string, mood: Mood): Promise<void> {
    await world.look(1000);
    if (mood.patience-- <= 0) await press('cancel');
    else if (id.startsWith('settlement.')) await press('enter');
  }

  function cardOf(errand: Errand | null): WalletCard | undefined {
    return wallet.find(({ id }) => id === errand?.flow.card);
  }
}

/** False where the screen shows another amount than was meant: a stray Enter took it before all digits were typed. */
function isMeant(screen: Screen, { flow, amount }: Errand): boolean {
  const shown = amountOn(screen);
  return shown === null || shown === amount || !asksItself.includes(flow.type ?? '');
}

/** The password of the person whom the screen names: 99 is the administrator. */
function approves(screen: Screen): string {
  return textsOf(screen).some((said) => said.endsWith(' 99')) ? ADMINISTRATOR : SUPERVISOR;
}

/** What the people remember while they are at it. */
interface Mood {
  opened: boolean;
  cancelled: boolean;
  wrongTyped: boolean;
  path: KeyName[];
  swipes: number;
  agains: number;
  /** How often the bank was asked about the original. */
  looks: number;
  /** How often an answer was read. */
  told: number;
  turns: number;
  /** The amount that was shown when the last key was pressed. */
  shown: number | null;
  waits: number;
  patience: number;
  readonly hasty: boolean;
}

function moodOf(errand: Errand | null, chance: Chance): Mood {
  return {
    opened: false,
    cancelled: false,
    wrongTyped: false,
    path: [],
    swipes: 0,
    agains: 0,
    looks: 0,
    told: 0,
    turns: 0,
    shown: null,
    waits: 12,
    patience: chance.pick([3, 20, 200]),
    hasty: errand?.flow.hasty === true,
  };
}
