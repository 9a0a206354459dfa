import { element } from './elements.js';
import { languageNow } from './texts.js';

/** The data from which each row of a list was drawn. */
const drawnFrom = new WeakMap();

/**
 * Draws a list of rows that can be opened. A row with unchanged data is left alone; a changed one stays open and keeps
 * what is typed in its fields and the focus. `inside` is called only once the row is open.
 */
export function renewList(list, items, { keyOf, head, inside }) {
  const known = new Map([...list.children].map((row) => [row.dataset.key, row]));
  let place = list.firstElementChild;
  for (const item of items) {
    const key = String(keyOf(item));
    const facts = `${languageNow()} ${JSON.stringify(item)}`;
    const before = known.get(key);
    known.delete(key);
    if (before !== undefined && drawnFrom.get(before) === facts) {
      if (before === place) place = place.nextElementSibling;
      else list.insertBefore(before, place);
      continue;
    }
    const row = draw(item, { key, head, inside, open: before?.open ?? false });
    drawnFrom.set(row, facts);
    if (before === undefined) list.insertBefore(row, place);
    else {
      if (before === place) place = place.nextElementSibling;
      replace(before, row);
    }
  }
  for (const gone of known.values()) gone.remove();
}

/** Merges lists of rows: each row once, the newest first. */
export function together(...lists) {
  const known = new Map(lists.flat().map((item) => [item.id, item]));
  return [...known.values()].sort((one, other) => other.id - one.id);
}

function draw(item, { key, head, inside, open }) {
  const row = element('details', { 'data-key': key }, element('summary', {}, ...head(item)));
  const fill = () => {
    if (row.open && row.childElementCount === 1) row.append(element('div', { class: 'inside' }, ...inside(item)));
  };
  row.open = open;
  fill();
  row.addEventListener('toggle', fill);
  return row;
}

function replace(before, row) {
  for (const field of before.querySelectorAll('[name]')) {
    const same = row.querySelector(`[name="${field.name}"]`);
    if (same !== null) same.value = field.value;
  }
  const held = before.contains(document.activeElement) ? document.activeElement : null;
  before.replaceWith(row);
  if (held === null) return;
  (row.querySelector(held.name ? `[name="${held.name}"]` : 'summary') ?? row.firstElementChild).focus();
}
