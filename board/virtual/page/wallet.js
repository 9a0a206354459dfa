import { carry } from './carry.js';
import { act } from './live.js';
import { noticeRefusal } from './notice.js';
import { languageNow, text, whenLanguageChanges } from './texts.js';

/** The cards: each can be dragged to the terminal, or used from a menu by keyboard. */

const list = document.querySelector('#wallet');
const menu = document.querySelector('#ways');
const spoken = document.querySelector('#spoken');
const terminal = document.querySelector('#terminal');
const WAYS = ['swipe', 'insert', 'tap'];

let cards = [];
let opener = null;

export async function showWallet() {
  cards = await (await fetch('/api/cards')).json();
  whenLanguageChanges(fill);
  menu.addEventListener('keydown', moveInMenu);
  menu.addEventListener('focusout', (event) => {
    if (!menu.contains(event.relatedTarget)) closeMenu();
  });
  document.addEventListener('pointerdown', (event) => {
    if (!menu.hidden && !menu.contains(event.target)) closeMenu();
  });
}

function fill() {
  closeMenu();
  list.replaceChildren(...cards.map(row));
}

function row(card) {
  const english = languageNow() === 'en';
  const facts = { ...card, name: english ? card.name_en : card.name, note: english ? card.note_en : card.note };
  const plastic = document.createElement('button');
  plastic.type = 'button';
  plastic.className = 'plastic';
  plastic.dataset.card = card.id;
  plastic.style.background = card.colour;
  plastic.setAttribute('aria-haspopup', 'menu');
  plastic.setAttribute('aria-expanded', 'false');
  plastic.setAttribute('aria-label', text('card.name', { ...facts, last: card.pan.slice(-4) }));
  plastic.append(
    line(part('b', facts.name), part('span', text('card.pin', card), 'pin')),
    line(part('small', spaced(card.pan)), part('span', facts.note, 'note')),
  );
  carry(plastic, { drop: (how) => use(facts, how), tap: () => openMenu(plastic, facts) });
  plastic.addEventListener('click', (event) => {
    if (event.detail === 0) openMenu(plastic, facts, true);
  });
  const item = document.createElement('li');
  item.append(plastic);
  return item;
}

/** Puts a card to a reader, then moves the focus back to the terminal, for which the next keys are meant. */
async function use(card, how) {
  closeMenu();
  if (!card.ways.includes(how)) {
    noticeRefusal({ ok: false, error: text(`zone.${how}`), remedy: '' });
    return;
  }
  const done = await act({ do: 'card', card: card.id, how });
  if (!noticeRefusal(done)) return;
  spoken.textContent = text(`said.${how}`, card);
  const zone = document.querySelector(`.zone[data-how="${how}"]`);
  zone.classList.add('read');
  zone.addEventListener('animationend', () => zone.classList.remove('read'), { once: true });
  terminal.focus({ preventScroll: true });
}

function openMenu(plastic, card, byKeyboard = false) {
  closeMenu();
  opener = plastic;
  plastic.setAttribute('aria-expanded', 'true');
  menu.setAttribute('aria-label', text('ways', card));
  menu.replaceChildren(part('p', text('ways', card)), ...WAYS.map((how) => way(card, how)));
  menu.hidden = false;
  const at = plastic.getBoundingClientRect();
  const beside = innerWidth - at.right > menu.offsetWidth + 16;
  menu.style.left = `${beside ? at.right + 8 : Math.max(8, Math.min(at.left, innerWidth - menu.offsetWidth - 8))}px`;
  menu.style.top = `${Math.min(beside ? at.top : at.bottom + 6, innerHeight - menu.offsetHeight - 8)}px`;
  const first = menu.querySelector('button');
  first.focus({ focusVisible: byKeyboard });
}

function way(card, how) {
  const absent = !card.ways.includes(how);
  const button = part('button', text(`way.${how}`));
  button.type = 'button';
  button.setAttribute('role', 'menuitem');
  if (absent) {
    button.setAttribute('aria-disabled', 'true');
    button.append(part('small', text('way.absent')));
  }
  button.addEventListener('click', () => {
    if (!absent) use(card, how);
  });
  return button;
}

function closeMenu() {
  if (menu.hidden) return;
  menu.hidden = true;
  opener?.setAttribute('aria-expanded', 'false');
}

function moveInMenu(event) {
  const items = [...menu.querySelectorAll('button')];
  const at = items.indexOf(document.activeElement);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step !== undefined) {
    event.preventDefault();
    items[(at + step + items.length) % items.length].focus();
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    closeMenu();
    opener?.focus();
  }
}

/** `6222 02•• •••• 1234` */
function spaced(pan) {
  return pan.replaceAll('*', '•').replace(/(.{4})(?=.)/g, '$1 ');
}

function line(...parts) {
  const element = document.createElement('span');
  element.append(...parts);
  return element;
}

function part(tag, words, kind) {
  const element = document.createElement(tag);
  element.textContent = words;
  if (kind !== undefined) element.className = kind;
  return element;
}
