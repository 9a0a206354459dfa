import { tellBank } from './bank.js';
import { element } from './elements.js';
import { text } from './texts.js';

/** Names of clerks that were typed on this page, so that nobody has to type one twice. */
const written = new Map();

/**
 * A form of the bank's desk. `fields`: `{name, most, digits, choices, value, kept}`; a `kept` value is filled in again
 * in the next form. `acts`: one button each, `{name, label, path, body(values), done(answer, values)}`; `done` returns
 * the sentence to show after success, and is left out where the page shows the result by itself.
 */
export function deskForm({ name, fields, acts }) {
  const said = element('p', { class: 'said', role: 'status' });
  const buttons = acts.map((act, place) => {
    // Enter in a field submits a form with one button; with several, the user has to choose.
    const kind = acts.length === 1 ? 'submit' : 'button';
    const button = element('button', { type: kind, 'data-act': act.name ?? String(place) }, act.label);
    button.addEventListener('click', (event) => {
      event.preventDefault();
      run(act);
    });
    return button;
  });
  const form = element(
    'form',
    { class: 'desk', 'data-form': name, novalidate: true, 'aria-label': text(`form.${name}`) },
    ...fields.map(labelled),
    element('p', { class: 'acts' }, ...buttons),
    said,
  );
  form.addEventListener('submit', (event) => event.preventDefault());
  return form;

  async function run({ path, body, done }) {
    const values = Object.fromEntries(fields.map((field) => [field.name, form.elements[field.name].value.trim()]));
    for (const field of fields) if (field.kept) written.set(field.name, values[field.name]);
    for (const button of buttons) button.disabled = true;
    const answer = await tellBank(path, body(values));
    for (const button of buttons) button.disabled = false;
    said.classList.toggle('bad', !answer.ok);
    if (answer.ok) form.dispatchEvent(new Event('told', { bubbles: true }));
    said.textContent = answer.ok ? (done?.(answer, values) ?? '') : answer.sentence;
  }
}

function labelled({ name, most = 40, digits = false, choices, value, kept }) {
  const field =
    choices === undefined
      ? element('input', { name, maxlength: most, autocomplete: 'off', inputmode: digits ? 'numeric' : undefined })
      : element('select', { name }, ...choices.map(([id, words]) => element('option', { value: id }, words)));
  field.value = (kept ? written.get(name) : undefined) ?? value ?? (choices === undefined ? '' : choices[0][0]);
  return element('label', {}, element('span', {}, text(`field.${name}`)), field);
}

/** The fields for the two people who sign together. */
export const twoPeople = [
  { name: 'people', kept: true },
  { name: 'second', kept: true },
];

export function peopleOf({ people, second }) {
  return [people, second];
}
