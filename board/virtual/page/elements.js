import { languageNow, text } from './texts.js';

/** Building blocks of the bank's panels, and the formats of amounts, days and times. */

/**
 * Makes an element with attributes (`class`, `data-…`), event handlers (`on`) and children; null children are left out.
 */
export function element(tag, { on = {}, ...attributes } = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) made.setAttribute(name, '');
    else if (value !== undefined && value !== false) made.setAttribute(name, value);
  }
  for (const [event, handler] of Object.entries(on)) made.addEventListener(event, handler);
  made.append(...inside.filter((part) => part !== null && part !== undefined));
  return made;
}

/** A list of names and values; rows without a value are left out. */
export function facts(rows) {
  const told = rows.filter(([, value]) => value !== null && value !== undefined && value !== '');
  return element(
    'dl',
    { class: 'facts' },
    ...told.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]),
  );
}

/** A small label; `mood` is `good`, `open` or `bad`. */
export function mark(words, mood = '') {
  return element('span', { class: `tag ${mood}`.trim() }, words);
}

/** `¥9,871.50` */
export function yuan(fen) {
  const whole = String(Math.floor(Math.abs(fen) / 100)).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${fen < 0 ? '−' : ''}¥${whole}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;
}

/** Reads an amount such as `128.5`, in fen; undefined where it is no amount. */
export function fenOf(written) {
  const [, whole, part = ''] = /^¥?(\d{1,9})(?:\.(\d{1,2}))?$/.exec(written.trim()) ?? [];
  return whole === undefined ? undefined : Number(whole) * 100 + Number(part.padEnd(2, '0'));
}

/** Writes a business day, YYYYMMDD, as `2026-12-01`. */
export function day(date) {
  return `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
}

/** Local time: `12-01 09:30:07`. */
export function time(iso) {
  const at = new Date(iso);
  const two = (number) => String(number).padStart(2, '0');
  const clock = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
  return `${two(at.getMonth() + 1)}-${two(at.getDate())} ${clock}`;
}

/** The name of something that the bank names in both languages. */
export function nameIn({ name, name_en }) {
  return languageNow() === 'en' ? name_en : name;
}

export function typeName(type) {
  return text(`trade.type.${type}`);
}

/** The name of a trade's state; a posted trade that moves no money, such as a hold, is not called posted. */
export function stateName(state, moved) {
  return text(`trade.state.${state === 'posted' && moved === 0 ? 'taken' : state}`);
}
