import { yuan } from './elements.js';
import { hear } from './live.js';
import { languageNow, text, whenLanguageChanges } from './texts.js';

/** The bank's accounts, and whether its books agree with the terminal's journal. */

const place = document.querySelector('#books');
let books = null;
/** The last value of each row, to mark what has changed. */
const before = new Map();

export function showBooks() {
  hear('whole', (message) => show(message.books));
  hear('books', (message) => show(message.books));
  whenLanguageChanges(() => show(books));
}

function show(fresh) {
  books = fresh;
  if (books === null) {
    place.replaceChildren(line('p', text('books.away'), 'bad'));
    return;
  }
  const table = document.createElement('table');
  table.append(...accountRows(), ...merchantRows(), sumRow(), agreementRow(), ...settlementRows(), ...caseRows());
  place.replaceChildren(table);
}

function accountRows() {
  return books.accounts.map(({ id, name, name_en, pan, balance, kind, credit }) => {
    const words = languageNow() === 'en' ? name_en : name;
    // A credit card's balance is what its holder owes, so what can still be spent is shown instead.
    const amount = kind === 'credit' && typeof credit === 'number' ? balance + credit : balance;
    const hint = kind === 'credit' ? ` ${text('books.available')}` : '';
    return row(`account ${id}`, words, yuan(amount), { hint: `${pan.slice(-4)}${hint}` });
  });
}

function merchantRows() {
  return books.merchants.flatMap(({ id, pending, fees, paid }) => [
    row(`pending ${id}`, text('books.pending'), yuan(pending)),
    row(`fees ${id}`, text('books.fee'), yuan(fees)),
    // Nothing is paid out before the first cut-over.
    ...(paid > 0 ? [row(`paid ${id}`, text('books.paid'), yuan(paid))] : []),
  ]);
}

function sumRow() {
  const { sum } = books.ledger;
  return row('sum', text('books.sum'), `${yuan(sum)} ${sum === 0 ? '✓' : '✕'}`, { mood: sum === 0 ? 'good' : 'bad' });
}

function agreementRow() {
  const { agreement } = books;
  const name = text('books.rows');
  if (agreement === null) return row('rows', name, text('books.unasked'), { mood: 'open' });
  const { terminal, bank, open, differing } = agreement;
  const count = `${terminal} / ${bank}`;
  if (differing.length > 0) {
    const rows = differing.map(({ trace, terminal: ours, bank: theirs }) => {
      const sides = [text(`row.${ours}`), theirs === 'absent' ? text('row.absent') : text(`trade.state.${theirs}`)];
      return `${trace} ${sides.join(' ≠ ')}`;
    });
    const traces = rows.join(text('comma'));
    return row('rows', name, `${count} ✕ ${text('books.differ', { count: differing.length, traces })}`, {
      mood: 'bad',
    });
  }
  if (open > 0) return row('rows', name, `${count} ! ${text('books.open', { count: open })}`, { mood: 'open' });
  return row('rows', name, `${count} ✓ ${text('books.agree')}`, { mood: 'good' });
}

function settlementRows() {
  return books.settlements.map(({ batch, state, balanced }) => {
    if (state === 'left')
      return row('settlement', text('books.settlement', { batch }), text('books.left'), { mood: 'bad' });
    const result = balanced ? `${text('books.balanced')} ✓` : `${text('books.unbalanced')} !`;
    const words = state === 'open' ? `${result} ${text('books.settling')}` : result;
    return row('settlement', text('books.settlement', { batch }), words, { mood: balanced ? 'good' : 'open' });
  });
}

/** At most three rows: the newest cases, and how many more there are. The tab of the cases shows all of them. */
function caseRows() {
  const shown = books.cases
    .slice(0, books.cases.length > 3 ? 2 : 3)
    .map(({ id, reason, trace, amount, todo, todo_en }) => {
      const name = text('books.case', { id, reason: text(`case.${reason}`) });
      const element = row(`case ${id}`, name, yuan(amount), {
        hint: trace === '000000' ? undefined : trace,
        mood: 'open',
      });
      element.title = languageNow() === 'en' ? todo_en : todo;
      return element;
    });
  const more = books.cases.length - shown.length;
  return more > 0 ? [...shown, row('cases', text('books.cases', { count: more }), '', { mood: 'open' })] : shown;
}

function row(id, name, value, { hint, mood } = {}) {
  const element = document.createElement('tr');
  const left = line('td', name);
  if (hint !== undefined) left.append(line('small', hint));
  element.append(left, line('td', value, mood));
  element.dataset.row = id;
  if (before.has(id) && before.get(id) !== value) element.className = 'changed';
  before.set(id, value);
  return element;
}

function line(tag, words, kind) {
  const element = document.createElement(tag);
  element.textContent = words;
  if (kind !== undefined) element.className = kind;
  return element;
}
