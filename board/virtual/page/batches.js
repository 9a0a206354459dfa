import { books } from './bank.js';
import { element, facts, mark, time, yuan } from './elements.js';
import { deskForm, peopleOf, twoPeople } from './form.js';
import { renewList } from './list.js';
import { text } from './texts.js';

/** Batches: each terminal's present one, how batches were settled, and the form to move a terminal (money rule 13). */

const place = document.querySelector('#batches');
const now = element('div', { class: 'standing' });
const move = element('div');
const list = element('div', { class: 'rows' });
const MOST = 50;
let shownIn = null;

export function showBatches() {
  return async () => {
    const [terminals, settlements] = await Promise.all(['terminals', `settlements?limit=${MOST}`].map(books));
    if (terminals === null || settlements === null) {
      shownIn = null;
      place.replaceChildren(element('p', { class: 'bad' }, text('books.away')));
      return;
    }
    now.replaceChildren(facts(terminals.map(({ terminal, batch }) => [text('batch.now', { terminal }), batch])));
    // Drawn again only when the language changes, so that what somebody is typing stays.
    if (shownIn !== text('batch.why')) {
      shownIn = text('batch.why');
      move.replaceChildren(element('p', { class: 'why' }, text('batch.why')), moveForm());
      place.replaceChildren(now, list, element('h3', {}, text('batch.move')), move);
    }
    list.dataset.none = text('batch.none');
    renewList(list, settlements, { keyOf: ({ id }) => id, head, inside });
  };
}

function head({ batch, state, balanced, terminal, counted }) {
  const result = state === 'closed' ? (balanced ? 'balanced' : 'unbalanced') : state;
  return [
    element('b', {}, text('batch.number', { batch })),
    element('small', {}, terminal),
    element('span', { class: 'under' }, time(counted)),
    mark(text(`batch.is.${result}`), { balanced: 'good', left: 'bad' }[result] ?? 'open'),
  ];
}

/** The totals of both sides, by home and foreign cards. */
function inside({ terminal_totals, bank_totals, reference, operator, next_batch, closed }) {
  const line = (group, side) => {
    const both = [bank_totals, terminal_totals].map((totals) => totals?.[group]?.[side]);
    const [bank, terminal] = both.map((sum) => (sum === undefined ? '–' : `${yuan(sum.amount)} × ${sum.count}`));
    const name = text('batch.line', { group: text(`group.${group}`), side: text(`fact.${side}`) });
    return element(
      'tr',
      { class: bank === terminal ? undefined : 'differs' },
      ...[
        ['th', name],
        ['td', bank],
        ['td', terminal],
      ].map(([tag, words]) => element(tag, {}, words)),
    );
  };
  const names = ['', text('case.bank'), text('case.terminal')];
  return [
    element(
      'table',
      { class: 'sides' },
      element('tr', {}, ...names.map((name) => element(name === '' ? 'td' : 'th', {}, name))),
      ...['home', 'foreign'].flatMap((group) => ['debit', 'credit'].map((side) => line(group, side))),
    ),
    facts([
      [text('batch.reference'), reference],
      [text('fact.operator'), operator],
      [text('fact.next'), next_batch],
      [text('fact.closed'), closed === null ? null : time(closed)],
    ]),
  ];
}

function moveForm() {
  return deskForm({
    name: 'batch',
    fields: [{ name: 'batch', most: 6, digits: true }, ...twoPeople, { name: 'reference', most: 80 }],
    acts: [
      {
        name: 'move',
        label: text('batch.take'),
        path: 'batch',
        body: ({ batch, reference, ...people }) => ({ batch, people: peopleOf(people), reference }),
        done: ({ batch, left }) =>
          left.unsettled > 0
            ? text('batch.moved', { batch, left: left.batch, count: left.unsettled })
            : text('batch.moved-empty', { batch, left: left.batch }),
      },
    ],
  });
}
