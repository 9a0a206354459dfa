import { hear } from './live.js';
import { hasText, text, whenLanguageChanges } from './texts.js';

/** The live log of the wires: sizes and message types from the board, masked texts from the terminal. */

const log = document.querySelector('#wires');
const MOST_ROWS = 300;
/** Matches `name=value name=value …` up to the end of the terminal's text. */
const FIELDS = /(?<= |^)\w+=.*$/s;
const REPEATED = new Set(['tpdu', 'header', 'mti', 'terminal', 'merchant', 'currency']);
/** The element of each row, by wire and start time of the run. */
const elements = new Map();
let rows = [];
/** Whether the log is scrolled to its end, and the height of the log at that time. */
let atEnd = true;
let height = log.clientHeight;

export function showWires() {
  new ResizeObserver(stayAtEnd).observe(log);
  log.addEventListener('scroll', () => {
    // A resize scrolls too, without the user: only a scroll at an unchanged height is the user's.
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

/** Keeps the newest row in sight when the height changes, as by a resized window or a phone's address bar. */
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

/** The key of a row: a run that has grown comes again with the same start time, so it has the same key. */
function keyOf({ n, wire, direction, at, times }) {
  return times > 1 ? `${wire} ${direction} ${at}` : `${wire} ${direction} ${at}${direction === null ? n : ''}`;
}

function sameRun(earlier, row) {
  return keyOf(earlier) === keyOf(row);
}

/** Puts a row in its place by time: the terminal's texts arrive later than what the board has seen meanwhile. */
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

/** The masked fields of a message, as the terminal tells them; fields that every message has are left out. */
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
