import { books } from './bank.js';
import { element, facts, fenOf, mark, nameIn, stateName, time, typeName, yuan } from './elements.js';
import { deskForm, peopleOf, twoPeople } from './form.js';
import { renewList, together } from './list.js';
import { hear } from './live.js';
import { hasText, languageNow, text } from './texts.js';

/** Cases of discrepancies (差错): what differs between the two sides, and the steps by which clerks close each case. */

const place = document.querySelector('#cases');
const tab = document.querySelector('#tab-cases');
const list = element('div', { class: 'rows' });
/** The most closed cases shown; open ones are always shown. */
const MOST = 100;
const MOODS = { open: 'bad', answered: 'open', closed: 'good' };

export function showCases() {
  hear('whole', count);
  hear('books', count);
  return async () => {
    const [newest, open, accounts, trades] = await Promise.all(
      [`cases?limit=${MOST}`, 'cases?open=true', 'accounts', 'transactions?limit=500'].map(books),
    );
    if (newest === null || open === null || accounts === null || trades === null) {
      place.replaceChildren(element('p', { class: 'bad' }, text('books.away')));
      return;
    }
    if (list.parentElement !== place) place.replaceChildren(list);
    list.dataset.none = text('cases.none');
    const named = new Map(accounts.map((account) => [`card:${account.id}`, nameIn(account)]));
    const whole = together(newest, open).map((one) => ({
      ...one,
      // A case about a whole batch lists the bank's trades in it.
      trades: one.trace === '000000' ? trades.filter(inBatch(one)).map(briefly) : [],
      cards: mayDispute(one) ? accounts.map(cardChoice) : [],
      postings: one.postings.map(({ account, amount }) => ({ name: accountName(account, named), amount })),
    }));
    renewList(list, whole, { keyOf: ({ id }) => id, head, inside });
  };
}

/**
 * Whether the dispute form is shown: for the slips of a batch that was not settled, and after `another-card` for the
 * second card once the first has its money back.
 */
function mayDispute({ reason, state, decision }) {
  return reason === 'another-card' ? decision === 'credit' : reason === 'unsettled' && state !== 'closed';
}

const cardChoice = (account) => [account.id, `${nameIn(account)} ${account.pan.slice(-4)}`];

function count({ books: told }) {
  const open = told?.cases.length ?? 0;
  tab.querySelector('i').textContent = open === 0 ? '' : String(open);
}

const inBatch = (one) => (trade) => trade.terminal === one.terminal && trade.batch === one.batch;
const briefly = ({ trace, type, amount, state, moved }) => ({ trace, type, amount, state, moved });

/** The name of an account: that of the card, or the purpose of a merchant's or the bank's own account. */
function accountName(account, named) {
  const card = account.replace(/:hold$/, '');
  if (named.has(card)) return card === account ? named.get(card) : `${named.get(card)} ${text('account.hold')}`;
  const kind = `account.${account.replace(/:.*:/, ':').replace(':', '.')}`;
  return hasText(kind) ? text(kind) : account;
}

function head({ id, reason, amount, trace, batch, opened, state }) {
  return [
    element('b', {}, text('case.number', { id })),
    element('small', {}, text(`case.${reason}`)),
    element('span', { class: 'amount' }, yuan(amount)),
    element('span', { class: 'under' }, `${trace === '000000' ? batch : trace}  ${time(opened)}`),
    mark(text(`case.is.${state}`), MOODS[state]),
  ];
}

function inside(one) {
  const { todo, todo_en, state, reason, id } = one;
  const advice = languageNow() === 'en' ? todo_en : todo;
  return [
    sides(one),
    about(one),
    one.trades.length === 0 ? null : batchOf(one),
    advice === null ? null : element('p', { class: 'why' }, advice),
    reason === 'unsettled' && state !== 'closed'
      ? element('p', { class: 'ruled' }, text('case.tell'), element('output', {}, String(id)))
      : null,
    one.cards.length > 0 ? disputeForm(one) : null,
    element('ol', { class: 'steps' }, ...steps(one)),
  ];
}

/** The bank's data beside the terminal's; lines that differ are marked. */
function sides(one) {
  const { bank_amount, terminal_amount, bank_pan, terminal_pan, pan, bank_group, terminal_group, reason } = one;
  const none = text('case.absent');
  const groups = { bank: bank_group, terminal: terminal_group };
  const group = (side) => (groups[side] === null ? none : text(`group.${groups[side]}`));
  const rows = [
    [text('fact.amount'), yuan(bank_amount), saidNothing(one) ? text('case.unsaid') : yuan(terminal_amount)],
    // Where nothing was uploaded, both sides mean the card that the case names.
    terminal_pan === null && bank_pan === null
      ? null
      : [text('fact.card'), bank_pan ?? none, terminal_pan ?? (reason === 'bank-only' ? none : pan)],
    terminal_group === null || bank_group === null ? null : [text('fact.group'), group('bank'), group('terminal')],
  ].filter((row) => row !== null);
  const cell = (tag, words) => element(tag, {}, words);
  return element(
    'table',
    { class: 'sides' },
    element('tr', {}, cell('td', ''), cell('th', text('case.bank')), cell('th', text('case.terminal'))),
    ...rows.map(([name, bank, terminal]) =>
      element(
        'tr',
        { class: bank === terminal ? undefined : 'differs' },
        cell('th', name),
        cell('td', bank),
        cell('td', terminal),
      ),
    ),
  );
}

/** Whether the batch was left before its terminal has said what is in it. */
function saidNothing({ reason, settlement, terminal_amount }) {
  return reason === 'unsettled' && settlement === null && terminal_amount === 0;
}

function about({ batch, trace, terminal, type, trade_state, trade_reference, pan, bank_pan, terminal_pan, opened }) {
  return facts([
    [text('fact.batch'), trace === '000000' ? batch : `${batch} / ${trace}`],
    [text('fact.terminal'), terminal],
    [text('fact.trade'), type === null ? null : `${typeName(type)} · ${stateName(trade_state)}`],
    [text('fact.card'), bank_pan === null && terminal_pan === null ? pan : null],
    [text('fact.reference'), trade_reference],
    [text('fact.opened'), time(opened)],
  ]);
}

function batchOf({ trades }) {
  return element(
    'table',
    { class: 'lines' },
    element('caption', {}, text('case.batch', { count: trades.length })),
    ...trades.map(({ trace, type, amount, state, moved }) =>
      element(
        'tr',
        {},
        ...[trace, typeName(type), stateName(state, moved), yuan(amount)].map((words) => element('td', {}, words)),
      ),
    ),
  );
}

/** The two steps, finding out and deciding: finished ones as text, the next one as a form. */
function steps(one) {
  const { answer, answered_by, state, past, amount } = one;
  const found = answer === null ? null : element('p', {}, text('case.found', { answer, by: answered_by }));
  const first = element(
    'li',
    { class: answer === null ? '' : 'done' },
    element('h4', {}, text('case.step.answer')),
    ...past.flatMap((before) => earlier(before, amount)),
    found,
  );
  if (answer === null && state === 'open') first.append(answerForm(one));
  if (answer === null && state === 'closed') first.append(element('p', {}, text('case.unanswered')));
  const last = element('li', { class: state === 'closed' ? 'done' : '' }, element('h4', {}, text('case.step.decide')));
  last.append(...(state === 'closed' ? outcome(one) : one.decisions.length === 0 ? [] : [decideForm(one)]));
  return [first, last];
}

/** An earlier answer and decision, replaced since. */
function earlier({ answer, answered_by, decision, people, reference, closed }, amount) {
  const how = decision === null ? '' : text(`decided.${decision}`, { amount: yuan(amount) });
  return [
    answer === null ? null : element('p', {}, text('case.found', { answer, by: answered_by })),
    decision === null
      ? null
      : element(
          'p',
          {},
          text('case.past', { people: people.join(text('case.and')), reference, at: time(closed), how }),
        ),
  ];
}

/** The form to open a case for one slip that differs from the bank's books. */
function disputeForm({ terminal, batch, trace: known, cards }) {
  return deskForm({
    name: 'dispute',
    fields: [
      { name: 'trace', most: 6, digits: true, value: known === '000000' ? '' : known },
      { name: 'terminal_amount', most: 12 },
      { name: 'card', choices: [['', text('dispute.card')], ...cards] },
    ],
    acts: [
      {
        name: 'dispute',
        label: text('dispute.open'),
        path: 'dispute',
        body: ({ trace, terminal_amount: slip, card }) => ({
          ...{ terminal, batch, trace, terminal_amount: fenOf(slip), card: card === '' ? undefined : card },
        }),
        done: ({ case: opened }) => text('dispute.opened', { id: opened.id }),
      },
    ],
  });
}

function answerForm({ id }) {
  return deskForm({
    name: 'answer',
    fields: [
      { name: 'answer', most: 200 },
      { name: 'person', kept: true },
    ],
    acts: [
      {
        name: 'answer',
        label: text('case.answer'),
        path: 'case',
        body: ({ answer, person }) => ({ id, answer, person }),
      },
    ],
  });
}

function decideForm({ id, decisions }) {
  return deskForm({
    name: 'decide',
    fields: [...twoPeople, { name: 'reference', most: 80 }],
    // Only possible decisions are offered: none that would pay or collect twice.
    acts: decisions.map((decide) => ({
      name: decide,
      label: text(`decide.${decide}`),
      path: 'case',
      body: ({ reference, ...people }) => ({ id, decide, people: peopleOf(people), reference }),
    })),
  });
}

/** The decision, the people who made it, and its ledger entry. */
function outcome({ decision, people, reference, closed, correction, postings, amount }) {
  const how = text(`decided.${decision}`, { amount: yuan(amount) });
  return [
    element('p', {}, element('b', {}, how)),
    facts([
      [text('fact.people'), people.join(text('case.and'))],
      [text('field.reference'), reference],
      [text('fact.closed'), time(closed)],
    ]),
    correction === null
      ? element('p', { class: 'why' }, text('case.unmoved'))
      : element(
          'table',
          { class: 'lines' },
          element('caption', {}, text('case.entry', { entry: correction })),
          ...postings.map(({ name, amount: moved }) =>
            element('tr', {}, element('td', {}, name), element('td', {}, yuan(moved))),
          ),
        ),
  ];
}
