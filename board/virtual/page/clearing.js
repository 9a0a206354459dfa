import { books } from './bank.js';
import { day, element, facts, mark, nameIn, time, typeName, yuan } from './elements.js';
import { deskForm } from './form.js';
import { renewList } from './list.js';
import { hasText, text } from './texts.js';

/** The bank's day: which one is open, the form to end it by hand, and what merchants were paid. */

const place = document.querySelector('#clearing');
const standing = element('div', { class: 'standing' });
const turning = element('div');
const owed = element('div', { class: 'rows', 'data-list': 'owed' });
const paid = element('div', { class: 'rows', 'data-list': 'paid' });
const MOST = 30;
/** Long enough to finish a sale by hand while the bank answers 90. */
const LASTS_S = [30, 120];
let shownIn = null;

export function showClearing() {
  return async () => {
    const [today, payouts, merchants] = await Promise.all(['day', `payouts?limit=${MOST}`, 'merchants'].map(books));
    if (today === null || payouts === null || merchants === null) {
      shownIn = null;
      place.replaceChildren(element('p', { class: 'bad' }, text('books.away')));
      return undefined;
    }
    standing.replaceChildren(...stands(today));
    if (shownIn !== text('clearing.what')) frame(today);
    const named = new Map(merchants.map((merchant) => [merchant.id, nameIn(merchant)]));
    const open = merchants.map((merchant) => ({ ...merchant, name: named.get(merchant.id), day: today.day }));
    renewList(owed, open, { keyOf: ({ id }) => id, head: owedHead, inside: ({ id, day }) => fileOf(id, day) });
    paid.dataset.none = text('clearing.none');
    const rows = payouts.map((payout) => ({ ...payout, name: named.get(payout.merchant) ?? payout.merchant }));
    renewList(paid, rows, { keyOf: ({ id }) => id, head: paidHead, inside: paidInside });
    // Looks again when the cut-over is over, or when the day ends by itself.
    return new Date(today.quiet_until ?? today.ends) - Date.now() + 100;
  };
}

function frame({ lasts_s }) {
  shownIn = text('clearing.what');
  turning.replaceChildren(turnForm(lasts_s));
  place.replaceChildren(
    standing,
    turning,
    element('h3', {}, text('clearing.owed')),
    owed,
    element('h3', {}, text('clearing.paid')),
    paid,
  );
}

function stands({ day: date, ends, quiet_until, ahead_days: days }) {
  return [
    facts([
      [text('clearing.day'), element('output', {}, day(date))],
      [text('clearing.ends'), time(ends)],
    ]),
    quiet_until === null
      ? null
      : element('p', { class: 'quiet', role: 'status' }, text('clearing.quiet', { until: time(quiet_until) })),
    // One day ahead is normal: the day was ended early by hand.
    days > 1 ? element('p', { class: 'bad', role: 'status' }, text('clearing.ahead', { days })) : null,
  ].filter((part) => part !== null);
}

function turnForm(lasts_s) {
  const choices = [...new Set([lasts_s, ...LASTS_S])].sort((a, b) => a - b);
  return element(
    'div',
    {},
    element('p', { class: 'why' }, text('clearing.what')),
    deskForm({
      name: 'cut-over',
      fields: [
        {
          name: 'lasts_s',
          value: String(lasts_s),
          choices: choices.map((seconds) => [String(seconds), text('clearing.seconds', { seconds })]),
        },
      ],
      acts: [
        {
          name: 'cut-over',
          label: text('clearing.turn'),
          path: 'cut-over',
          body: ({ lasts_s: seconds }) => ({ lasts_s: Number(seconds) }),
          done: ({ closed, day: date }) => text('clearing.turned', { closed: day(closed), day: day(date) }),
        },
      ],
    }),
  );
}

function owedHead({ name, clearing, pending, fees, paid: all }) {
  return [
    element('b', {}, name),
    element('span', { class: 'amount' }, yuan(pending - fees)),
    element('span', { class: 'under' }, text('clearing.pending', { pending: yuan(pending), fees: yuan(fees) })),
    mark(clearing === 'T+1' ? text('clearing.daily') : text('clearing.at-once')),
    mark(text('clearing.all-paid', { amount: yuan(all) }), 'wide'),
  ];
}

function paidHead({ name, day: date, debits, debit, credits, credit, fee, paid: sum, carried }) {
  return [
    element('b', {}, day(date)),
    element('small', {}, name),
    element('span', { class: 'amount' }, yuan(sum)),
    element(
      'span',
      { class: 'under all' },
      text('clearing.sums', { debits, debit: yuan(debit), credits, credit: yuan(credit), fee: yuan(fee) }),
    ),
    carried === 0 ? null : mark(text('clearing.carried', { amount: yuan(carried) }), 'open wide'),
  ];
}

function paidInside({ merchant, day: date, debit, credit, fee, brought, paid: sum, carried, time: at }) {
  return [
    facts([
      [text('fact.debit'), yuan(debit)],
      [text('fact.credit'), yuan(-credit)],
      [text('fact.fee'), yuan(-fee)],
      [text('fact.brought'), brought === 0 ? null : yuan(brought)],
      [text('fact.carried'), carried === 0 ? null : yuan(carried)],
      [text('fact.paid'), yuan(sum)],
      [text('fact.time'), time(at)],
    ]),
    ...fileOf(merchant, date),
  ];
}

/** The merchant's reconciliation file of a day: a button to show it, and a link to download it. */
function fileOf(merchant, date) {
  const query = `merchant=${encodeURIComponent(merchant)}&date=${date}`;
  const seen = element('div');
  const look = async () => {
    const file = await books(`reconciliation?${query}`);
    seen.replaceChildren(file === null ? element('p', { class: 'bad' }, text('books.away')) : tableOf(file));
  };
  return [
    element(
      'p',
      { class: 'acts' },
      element('button', { type: 'button', 'data-act': 'look', on: { click: look } }, text('file.look')),
      element('a', { href: `/api/bank/reconciliation.csv?${query}`, download: true }, text('file.keep')),
    ),
    seen,
  ];
}

function tableOf({ rows, totals, closed, date }) {
  const line = (tag, cells) => element('tr', {}, ...cells.map((cell) => element(tag, {}, cell)));
  const names = ['file.what', 'fact.trace', 'fact.amount', 'fact.fee', 'file.net'].map((id) => text(id));
  const { debits, credits, debit, credit, fee, net } = totals;
  return element(
    'div',
    { class: 'file', tabindex: '0', role: 'group', 'aria-label': text('file.name', { day: day(date) }) },
    element(
      'table',
      {},
      element('thead', {}, line('th', names)),
      element(
        'tbody',
        {},
        ...rows.map((row) =>
          line('td', [kindOf(row), row.trace, yuan(row.amount), yuan(row.fee), yuan(row.net)].map(String)),
        ),
      ),
      element(
        'tfoot',
        {},
        line('th', [text('file.total', { count: debits + credits }), '', yuan(debit - credit), yuan(fee), yuan(net)]),
      ),
    ),
    element('p', { class: 'why' }, text(closed ? 'file.closed' : 'file.open')),
  );
}

/** The name of a ledger entry by its kind; other kinds than a trade's, such as a reversal, with the trade's type. */
function kindOf({ kind, type }) {
  if (hasText(`trade.type.${kind}`)) return typeName(kind);
  const name = text(`entry.${kind}`);
  return type === '' ? name : `${name} · ${typeName(type)}`;
}
