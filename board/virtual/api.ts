import { BOOKS, type Book, type MerchantFile } from './bank-link.ts';
import { type Counter, meetCard, needPower, notFitted, stateOf } from './counter.ts';
import { KEYS } from './far-ends.ts';
import { FAULTS } from './faults.ts';
import { fields, listOf, oneOf, optional, text, truth, whole } from './fields.ts';
import { displayPng, panelPng } from './png.ts';
import { Refusal } from './refusal.ts';
import { MOST_SPEED, REPLAY_ACTS } from './replay-desk.ts';
import { maskedPan } from './wallet.ts';

/** What a call answers: an object as JSON, a picture, or a file to download. */
export type Answer = { readonly json: unknown } | { readonly png: Uint8Array } | { readonly file: MerchantFile };

export interface Call {
  /** The parts of the path that match a `*` in the table. */
  readonly parts: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
  /** Aborted when the client has disconnected. */
  readonly signal: AbortSignal;
}

type Act = (counter: Counter, call: Call) => Answer | Promise<Answer>;

const MOST_KEYS = 64;
const MOST_HOLD_MS = 10_000;
const MOST_WAIT_MS = 120_000;
const ROWS = 50;
/** The same bound as in the bank's seed. */
const MOST_CUT_OVER_S = 600;

/** All calls of the control API (without the page's files and its WebSocket): method, path, handler. */
export const calls: readonly (readonly ['GET' | 'POST', string, Act])[] = [
  ['GET', '/api/state', async (counter) => ({ json: await stateOf(counter) })],
  ['POST', '/api/press', press],
  ['GET', '/api/cards', cards],
  ['POST', '/api/card', card],
  ['POST', '/api/scan', scan],
  ['GET', '/api/screen.png', ({ devices: { panel } }) => ({ png: panelPng(panel.width, panel.height, panel.pixels) })],
  ['GET', '/api/screen', screen],
  ['GET', '/api/display', ({ devices: { display } }) => ({ json: { lit: display.lit, rows: display.rows() } })],
  [
    'GET',
    '/api/display.png',
    ({ devices: { display } }) => ({ png: displayPng(display.width, display.height, display.pixels()) }),
  ],
  ['GET', '/api/paper', paper],
  ['GET', '/api/paper/*', paperPicture],
  ['GET', '/api/sounds', ({ devices }) => ({ json: devices.sounds() })],
  ['GET', '/api/checkup', async (counter) => ({ json: await powered(counter).status.checkup() })],
  ['POST', '/api/fault', fault],
  ['GET', '/api/fault', async ({ faults }) => ({ json: await faults.list() })],
  ['POST', '/api/power', power],
  ['GET', '/api/journal', journal],
  ['POST', '/api/bank/voice', voice],
  ['POST', '/api/bank/ruling', ruling],
  ['POST', '/api/bank/cut-over', cutOver],
  ['POST', '/api/bank/case', followCase],
  ['POST', '/api/bank/dispute', dispute],
  ['POST', '/api/bank/batch', moveBatch],
  ['GET', '/api/bank/day', async ({ bank }) => ({ json: await bank.day() })],
  ['GET', '/api/bank/reconciliation', reconciliation],
  ['GET', '/api/bank/reconciliation.csv', reconciliationFile],
  ['GET', '/api/bank/*', book],
  ['GET', '/api/wire', wire],
  ['GET', '/api/replay', replay],
  ['POST', '/api/replay', runReplay],
];

async function press(counter: Counter, { body }: Call): Promise<Answer> {
  const shape = { keys: listOf(oneOf(KEYS), MOST_KEYS), hold_ms: optional(whole(40, MOST_HOLD_MS)) };
  const { keys, hold_ms } = fields(body, shape);
  needPower(counter);
  await counter.finger.press(keys, hold_ms);
  return { json: { pressed: keys.length } };
}

function cards({ wallet }: Counter): Answer {
  return {
    json: wallet.map(({ id, name, note, kind, colour, pan, pin }) => ({
      id,
      name: name['zh-CN'],
      name_en: name.en,
      note: note['zh-CN'],
      note_en: note.en,
      kind,
      colour,
      ways: ['swipe'],
      pan: maskedPan(pan),
      pin,
    })),
  };
}

async function card(counter: Counter, { body }: Call): Promise<Answer> {
  if (typeof body === 'object' && body !== null && 'apdu' in body) {
    throw notFitted('chip reader', 'Use a card of the wallet: POST /api/card {"card":"boc-debit","how":"swipe"}.');
  }
  const { card, how } = fields(body, { card: text(32), how: oneOf(['swipe', 'insert', 'tap', 'remove']) });
  await meetCard(counter, card, how);
  return { json: { card, how } };
}

function scan(_: Counter, { body }: Call): never {
  fields(body, { code: text(512) });
  throw notFitted('scanner', 'Swipe a card: POST /api/card {"card":"boc-debit","how":"swipe"}.');
}

async function screen(counter: Counter, { query, signal }: Call): Promise<Answer> {
  const { status } = powered(counter);
  const wait = query.get('wait');
  if (wait === null) return { json: await status.screen() };
  // No screen's name has four digits in a row. A text that has may hold a card number, and is not repeated.
  if (!/^(?!.*\d{4})[a-z0-9.-]{1,60}$/.test(wait)) {
    throw new Refusal(400, '"wait" is no name of a screen', 'Send a name such as sale.approved.', { field: 'wait' });
  }
  const timeout_ms = number(query, 'timeout_ms', 1, MOST_WAIT_MS, 5000);
  const { came, seen } = await status.screenWhen(wait, timeout_ms, signal);
  if (came) return { json: seen };
  const remedy = 'See "screen" and "texts" for what is shown instead, or wait longer with timeout_ms.';
  throw new Refusal(504, `the screen ${wait} did not come within ${timeout_ms} ms`, remedy, { facts: { ...seen } });
}

function paper({ devices }: Counter, { query }: Call): Answer {
  const since = number(query, 'since', 0, Number.MAX_SAFE_INTEGER, 0);
  return { json: devices.paper.slips(since + 1) };
}

async function paperPicture({ devices }: Counter, { parts }: Call): Promise<Answer> {
  const n = /^([1-9]\d{0,8})\.png$/.exec(parts[0] ?? '')?.[1];
  const picture = n === undefined ? null : await devices.paper.picture(Number(n));
  if (picture === null) throw new Refusal(404, 'no such slip', 'GET /api/paper lists the slips by n.');
  return { png: picture };
}

async function fault({ faults }: Counter, { body }: Call): Promise<Answer> {
  const { fault, on } = fields(body, { fault: oneOf(FAULTS), on: truth });
  await faults.set(fault, on);
  return { json: { fault, on } };
}

async function power(counter: Counter, { body }: Call): Promise<Answer> {
  const { on } = fields(body, { on: truth });
  await counter.plug.turn(on);
  return { json: { power: on ? 'on' : 'off' } };
}

async function journal(counter: Counter, { query }: Call): Promise<Answer> {
  return { json: await powered(counter).status.journal(number(query, 'limit', 1, 1000, ROWS)) };
}

async function book({ bank }: Counter, { parts, query }: Call): Promise<Answer> {
  const found = BOOKS.find((name): name is Book => name === parts[0]);
  if (found === undefined) throw new Refusal(404, 'the bank has no such book', `Its books: ${BOOKS.join(' ')}.`);
  const open = query.get('open');
  if (open !== null) oneOf(['true', 'false'])(open, 'open');
  return { json: await bank.book(found, number(query, 'limit', 1, 100_000, 500), open === 'true') };
}

/** The bank's telephone desk: asks its clerk to authorise this amount, in fen, for this card. */
async function voice({ bank }: Counter, { body }: Call): Promise<Answer> {
  const { card, amount } = fields(body, { card: text(32), amount: whole(1, 999_999_999_999) });
  return { json: await bank.voice(card, amount) };
}

/** The bank's accounts desk: how a trade stands, and the ruling number under which two people end it at the terminal. */
async function ruling({ bank }: Counter, { body }: Call): Promise<Answer> {
  const asked = fields(body, {
    ...{ batch: text(6), trace: text(6), money: oneOf(['charged', 'not-charged']), person: text(40) },
    ...{ type: optional(text(20)), amount: optional(whole(1, 999_999_999_999)), terminal: optional(text(8)) },
  });
  return { json: await bank.ruling(asked) };
}

/** Ends the bank's day now; for `lasts_s` seconds it answers trades with 90. */
async function cutOver({ bank }: Counter, { body }: Call): Promise<Answer> {
  const { lasts_s } = fields(body, { lasts_s: optional(whole(0, MOST_CUT_OVER_S)) });
  return { json: await bank.cutOver(lasts_s) };
}

/** The next step of a case: what one clerk has found out, or what two clerks decide, with the paper that proves it. */
async function followCase({ bank }: Counter, { body }: Call): Promise<Answer> {
  const step = fields(body, {
    ...{ id: whole(1, Number.MAX_SAFE_INTEGER), answer: optional(text(200)), person: optional(text(40)) },
    ...{ decide: optional(oneOf(['credit', 'debit', 'reject'])), people: optional(listOf(text(40), 2)) },
    reference: optional(text(80)),
  });
  return { json: await bank.followCase(step) };
}

/** Opens a case for a slip of a batch that was left and that differs from the books; 0 fen where there is no slip. */
async function dispute({ bank }: Counter, { body }: Call): Promise<Answer> {
  const of = fields(body, {
    ...{ batch: text(6), trace: text(6), terminal_amount: optional(whole(0, 999_999_999_999)) },
    ...{ card: optional(text(32)), terminal: optional(text(8)) },
  });
  return { json: await bank.dispute(of) };
}

/** Two people of the bank move the terminal to another batch. */
async function moveBatch({ bank }: Counter, { body }: Call): Promise<Answer> {
  const to = fields(body, { batch: text(6), people: listOf(text(40), 2), reference: text(80) });
  return { json: await bank.moveBatch(to) };
}

async function reconciliation({ bank }: Counter, { query }: Call): Promise<Answer> {
  return { json: await bank.reconciliation(dayOfMerchant(query)) };
}

async function reconciliationFile({ bank }: Counter, { query }: Call): Promise<Answer> {
  return { file: await bank.reconciliationFile(dayOfMerchant(query)) };
}

function dayOfMerchant(query: URLSearchParams) {
  return { merchant: query.get('merchant') ?? undefined, date: query.get('date') ?? undefined };
}

async function wire({ told, log }: Counter, { query }: Call): Promise<Answer> {
  const since = number(query, 'since', 0, Number.MAX_SAFE_INTEGER, 0);
  await told.renew();
  return { json: log.since(since) };
}

function replay({ replay: desk }: Counter): Answer {
  return { json: desk === null ? null : { ...desk.state(), list: desk.list() } };
}

function runReplay({ replay: desk }: Counter, { body }: Call): Answer {
  const { act, speed } = fields(body, { act: oneOf(REPLAY_ACTS), speed: optional(whole(1, MOST_SPEED)) });
  if (desk === null) throw notFitted('replay', 'Start one: bin/guitai replay FILE.');
  if (speed !== undefined) desk.setSpeed(speed);
  desk.act(act);
  return { json: desk.state() };
}

function powered(counter: Counter): Counter {
  needPower(counter);
  return counter;
}

function number(query: URLSearchParams, field: string, least: number, most: number, usual: number): number {
  const given = query.get(field);
  if (given === null) return usual;
  return whole(least, most)(/^\d{1,16}$/.test(given) ? Number(given) : given, field);
}
