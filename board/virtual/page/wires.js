import { hear } from './live.js';
import { hasText, text, whenLanguageChanges } from './texts.js';

/** What crosses the wires, as it crosses: sizes and shapes from the board, masked words from the terminal. */

const log = document.querySelector('#wires');
const MOST_ROWS = 300;
/** `name=value name=value …`, to the end of what the terminal says. */
const FIELDS = /(?<= |^)\w+=.*$/s;
const REPEATED = new Set(['tpdu', 'header', 'mti', 'terminal', 'merchant', 'currency']);
/** One element for each row, by the wire and the time at which its run began. */
const elements = new Map();
let rows = [];
/** Whether the newest row is in sight, and the height at which that was seen. */
let atEnd = true;
let height = log.clientHeight;

export function showWires() {
  new ResizeObserver(stayAtEnd).observe(log);
  log.addEventListener('scroll', () => {
    // A resize moves the end away without anybody having scrolled: only a scroll at the same height is somebody's.
    if (log.clientHeight === height) atEnd = isAtEnd();
  });
  hear('whole', (message) => renew(message.rows));
  hear('wires', (message) => {
    const follow = atEnd;
    for (const row of message.rows) add(row);
    if (follow) log.scrollTop = log.scrollHeight;
  });
  whenLanguageChanges(() => renew(rows));
}

function isAtEnd() {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 40;
}

/** A window or a telephone's address bar that changes its height leaves the newest row in sight. */
function stayAtEnd() {
  height = log.clientHeight;
  if (atEnd) log.scrollTop = log.scrollHeight;
}

function renew(fresh) {
  elements.clear();
  log.replaceChildren();
  const kept = [...fresh];
  rows = [];
  for (const row of kept) add(row);
  if (kept.length === 0) log.textContent = text('wires.none');
  log.scrollTop = log.scrollHeight;
}

function add(row) {
  if (rows.length === 0) log.replaceChildren();
  rows = [...rows.filter((earlier) => !sameRun(earlier, row)), row].slice(-MOST_ROWS);
  const key = keyOf(row);
  elements.get(key)?.remove();
  const element = write(row);
  elements.set(key, element);
  place(element, row.at);
  if (log.childElementCount > MOST_ROWS) log.firstElementChild.remove();
}

/** A run that has grown comes again, with the time at which it began. */
function keyOf({ n, wire, direction, at, times }) {
  return times > 1 ? `${wire} ${direction} ${at}` : `${wire} ${direction} ${at}${direction === null ? n : ''}`;
}

function sameRun(earlier, row) {
  return keyOf(earlier) === keyOf(row);
}

/** What the terminal tells comes a little after what the board has seen: it belongs before that. */
function place(element, at) {
  let after = log.lastElementChild;
  while (after !== null && after.dataset.at > at) after = after.previousElementSibling;
  element.dataset.at = at;
  if (after === null) log.prepend(element);
  else after.after(element);
}

function write(row) {
  const line = document.createElement('p');
  const time = document.createElement('time');
  time.dateTime = row.at;
  time.textContent = clock(row.at);
  const what = document.createElement('span');
  what.className = 'what';
  if (row.direction !== null && row.event === undefined) what.classList.add(row.direction);
  if (row.event === 'cut' || row.event === 'unreachable') what.classList.add('bad');
  const name = document.createElement('em');
  name.textContent = nameOf(row.wire);
  what.append(name, ` ${words(row)}`, ...fieldsTold(row));
  line.append(time, what);
  return line;
}

function words({ bytes, times, mti, fields, step, text: told, event }) {
  const parts = [];
  if (event !== undefined) parts.push(text(`wire.${event}`));
  if (mti !== undefined) parts.push(mti);
  if (step !== undefined) parts.push(step);
  if (told !== undefined) parts.push(told.replace(FIELDS, '').trim());
  if (bytes > 0) parts.push(`${bytes.toLocaleString('en')} B`);
  if (times > 1) parts.push(`×${times}`);
  if (fields !== undefined) parts.push(`F${fields.join(' ')}`);
  return parts.join('  ');
}

/** The fields that the terminal names in a message, each in its mask; what every message repeats is left out. */
function fieldsTold({ text: told = '' }) {
  const pairs = [...(FIELDS.exec(told)?.[0] ?? '').matchAll(/(\w+)=(.*?)(?= \w+=|$)/g)];
  return pairs
    .filter(([, name]) => !REPEATED.has(name))
    .map(([, name, value]) => {
      const field = document.createElement('span');
      field.className = 'field';
      const label = document.createElement('i');
      label.textContent = name;
      field.append(label, ` ${name === 'amount' ? `¥${(Number(value) / 100).toFixed(2)}` : value.trim()}`);
      return field;
    });
}

function nameOf(wire) {
  return hasText(`wire.${wire}`) ? text(`wire.${wire}`) : wire;
}

/** Local time to the millisecond. */
function clock(at) {
  const time = new Date(at);
  const two = (number) => String(number).padStart(2, '0');
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${String(time.getMilliseconds()).padStart(3, '0')}`;
}
