import { books } from './bank.js';
import { day, element, facts, fenOf, mark, stateName, time, typeName, yuan } from './elements.js';
import { deskForm } from './form.js';
import { renewList } from './list.js';
import { text } from './texts.js';

/** The bank's trades, with holds, refunds and related trades; and its accounts desk (money rule 13). */

const place = document.querySelector('#trades');
const list = element('div', { class: 'rows' });
const MOST = 100;
/** By type: the text that names the trade on which this one acts. */
const UPON = {
  'preauth-add': 'trade.of-hold',
  'preauth-void': 'trade.of-hold',
  completion: 'trade.of-hold',
  'completion-advice': 'trade.of-hold',
  'completion-void': 'trade.undoes',
  void: 'trade.undoes',
  refund: 'trade.refunds',
  adjust: 'trade.changes',
  tip: 'trade.changes',
};
/** Types for which a clerk may have to put a tombstone: the counter may have sent one that the books never got. */
const BURIED = [
  'sale',
  'void',
  'preauth',
  'preauth-add',
  'preauth-void',
  'completion',
  'completion-void',
  'instalment',
];
const TOLD = ['refund', 'completion-advice', 'offline', 'voice', 'adjust', 'tip'];
let shownIn = null;

export function showTrades() {
  return async () => {
    const trades = await books(`transactions?limit=${MOST}`);
    if (trades === null) {
      shownIn = null;
      place.replaceChildren(element('p', { class: 'bad' }, text('books.away')));
      return;
    }
    if (shownIn !== text('trades.none')) frame();
    list.dataset.none = text('trades.none');
    renewList(list, related(trades), { keyOf, head, inside });
  };
}

/** Drawn again only when the language changes, so that a number that somebody is typing stays. */
function frame() {
  shownIn = text('trades.none');
  const absent = element('details', { class: 'more' }, element('summary', {}, text('ruling.absent')), absentForm());
  place.replaceChildren(list, absent);
}

const keyOf = ({ terminal, batch, trace }) => `${terminal}/${batch}/${trace}`;

/** Adds to each trade the hold to which it belongs and the trades that act on it. */
function related(trades) {
  const known = new Map(trades.map((trade) => [keyOf(trade), trade]));
  const above = (trade) =>
    trade.original === null
      ? undefined
      : known.get(keyOf({ ...trade, batch: trade.original_batch, trace: trade.original }));
  const briefly = ({ type, trace, batch, amount, state, moved, terminal }) => ({
    ...{ type, trace, batch, amount, state, moved, terminal },
  });
  return trades.map((trade) => {
    const upon = above(trade);
    const hold = trade.type === 'completion-void' ? above(upon ?? { original: null }) : upon;
    const holds =
      (UPON[trade.type] === 'trade.of-hold' || trade.type === 'completion-void') && hold?.type === 'preauth';
    return {
      ...trade,
      of: holds ? { ...briefly(hold), hold: hold.hold } : null,
      followed: trades.filter((other) => above(other) === trade).map(briefly),
    };
  });
}

function head(trade) {
  const { type, amount, pan, trace, time: at, state, moved } = trade;
  return [
    element('b', {}, typeName(type)),
    element('small', {}, pan === null ? '' : pan.slice(-4)),
    element('span', { class: 'amount' }, yuan(amount)),
    element('span', { class: 'under' }, `${trace}  ${time(at)}`),
    mark(stateName(state, moved), MOODS[state] ?? ''),
    ...marks(trade),
  ];
}

const MOODS = { posted: 'good', declined: 'bad', tombstone: 'bad', reversed: 'open', voided: 'open' };

function marks(trade) {
  const { hold, refunded, of, ruling } = trade;
  return [
    hold === null ? null : mark(hold > 0 ? text('trade.holds', { amount: yuan(hold) }) : text('trade.held'), 'wide'),
    refunded > 0 ? mark(text('trade.refunded', { amount: yuan(refunded) }), 'wide') : null,
    uponWords(trade) === null ? null : mark(uponWords(trade), 'wide'),
    of !== null && of.hold > 0 ? mark(text('trade.hold-now', { amount: yuan(of.hold) }), 'wide') : null,
    ruling === null ? null : mark(text('trade.ruled', { reference: ruling.reference }), 'wide'),
  ];
}

/** The text about the trade on which this one acts; names its batch where that is another one. */
function uponWords({ type, original, original_batch, batch }) {
  if (original === null || UPON[type] === undefined) return null;
  return text(UPON[type], { trace: original_batch === batch ? original : `${original_batch}-${original}` });
}

function inside(trade) {
  const {
    batch,
    trace,
    terminal,
    reference,
    authorisation,
    code,
    fee,
    day: date,
    reversal_reason,
    of,
    followed,
  } = trade;
  const others = [...(of === null ? [] : [of]), ...followed];
  return [
    facts([
      [text('fact.batch'), `${batch} / ${trace}`],
      [text('fact.terminal'), terminal],
      [text('fact.reference'), reference],
      [text('fact.authorisation'), authorisation],
      [text('fact.code'), code],
      [text('fact.fee'), fee === 0 ? null : yuan(fee)],
      [text('fact.day'), day(date)],
      [text('fact.reversal'), reversal_reason],
    ]),
    others.length === 0
      ? null
      : element('p', { class: 'links' }, element('span', {}, text('trade.together')), ...others.map(link)),
    rulingOf(trade),
  ];
}

function link(other) {
  const words = `${typeName(other.type)} ${other.trace} ${yuan(other.amount)} ${stateName(other.state, other.moved)}`;
  return element('button', { type: 'button', class: 'link', on: { click: () => goTo(keyOf(other)) } }, words);
}

function goTo(key) {
  const row = [...list.children].find((one) => one.dataset.key === key);
  row.open = true;
  row.querySelector('summary').focus();
  row.scrollIntoView({ block: 'nearest' });
}

/** The clerk's ruling on the trade, or a form with the two words that the clerk may say. */
function rulingOf({ batch, trace, terminal, ruling }) {
  if (ruling !== null) {
    const { reference, money, by } = ruling;
    return element(
      'p',
      { class: 'ruled' },
      text('ruling.given', { money: text(`ruling.${money}`), by }),
      element('output', {}, reference),
    );
  }
  const act = (money) => ({
    name: money,
    label: text(`ruling.${money}`),
    path: 'ruling',
    body: ({ person }) => ({ terminal, batch, trace, money, person }),
  });
  return element(
    'div',
    {},
    element('p', { class: 'why' }, text('ruling.why')),
    deskForm({ name: 'ruling', fields: [{ name: 'person', kept: true }], acts: ['charged', 'not-charged'].map(act) }),
  );
}

/**
 * The form for a trade that is not in the list. One that never came gets a ruling too, and a tombstone in its place, so
 * that it is refused if it comes later. One that is older than the list gets the answer of the books, if type and
 * amount agree.
 */
function absentForm() {
  return element(
    'div',
    { class: 'inside' },
    element('p', { class: 'why' }, text('ruling.absent.why')),
    deskForm({
      name: 'absent',
      fields: [
        { name: 'batch', most: 6, digits: true },
        { name: 'trace', most: 6, digits: true },
        { name: 'type', choices: [...BURIED, ...TOLD].map((type) => [type, typeName(type)]) },
        { name: 'amount', most: 12 },
        { name: 'person', kept: true },
      ],
      acts: ['charged', 'not-charged'].map((money) => ({
        name: money,
        label: text(`ruling.${money}`),
        path: 'ruling',
        // The amount is asked for even where the books know it, so that a mistyped number rules on no other trade.
        body: ({ amount, ...rest }) => ({ ...rest, amount: fenOf(amount) ?? 0, money }),
        done: ({ reference }, { trace }) => text('ruling.tell', { reference, trace, money: text(`ruling.${money}`) }),
      })),
    }),
  );
}
