import { hear, moveKey } from './live.js';
import { text, whenLanguageChanges } from './texts.js';

/** The keypad, for mouse, touch and the computer's keyboard. */

const PAD = ['1', '2', '3', 'cancel', '4', '5', '6', 'clear', '7', '8', '9', 'menu', '*', '0', '#', 'enter'];
const MARKS = { cancel: '✕', clear: '|', enter: 'O' };
const KEYBOARD = { Enter: 'enter', Backspace: 'clear', Delete: 'clear', Escape: 'cancel', m: 'menu', M: 'menu' };

const pad = document.querySelector('#keys');
const buttons = new Map();
/** Keys of the keyboard that are down, each with the terminal's key that it holds. */
const held = new Map();

export function showKeys() {
  for (const key of PAD) {
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.key = key;
    buttons.set(key, button);
    pad.append(button);
    byHand(button, key);
  }
  whenLanguageChanges(() => {
    for (const [key, button] of buttons) label(button, key);
  });
  hear('key', ({ key, down }) => buttons.get(key)?.classList.toggle('down', down));
  document.addEventListener('keydown', keyDown);
  document.addEventListener('keyup', keyUp);
  window.addEventListener('blur', liftAll);
}

function label(button, key) {
  if (key.length === 1) {
    button.textContent = key;
    return;
  }
  button.textContent = text(`key.${key}`);
  if (MARKS[key] === undefined) return;
  const mark = document.createElement('span');
  mark.className = 'mark';
  mark.ariaHidden = 'true';
  mark.textContent = MARKS[key];
  button.append(mark);
}

function byHand(button, key) {
  // A click must not take the keyboard's focus: the next Enter is meant for the terminal.
  button.addEventListener('mousedown', (event) => event.preventDefault());
  button.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    button.setPointerCapture(event.pointerId);
    moveKey(key, true);
  });
  for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
    button.addEventListener(end, () => moveKey(key, false));
  }
  button.addEventListener('contextmenu', (event) => event.preventDefault());
  // A click without a pointer: Enter or space on a focused key, or a screen reader.
  button.addEventListener('click', (event) => {
    if (event.detail !== 0) return;
    moveKey(key, true);
    moveKey(key, false);
  });
}

function keyDown(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const key = keyFor(event);
  if (key === undefined || belongsElsewhere(event)) return;
  event.preventDefault();
  if (event.repeat || held.has(event.code)) return;
  held.set(event.code, key);
  moveKey(key, true);
}

function keyUp(event) {
  const key = held.get(event.code);
  if (key === undefined) return;
  held.delete(event.code);
  moveKey(key, false);
}

function liftAll() {
  for (const key of held.values()) moveKey(key, false);
  held.clear();
}

function keyFor({ key }) {
  return /^[0-9*#]$/.test(key) ? key : KEYBOARD[key];
}

/** Whether a key belongs to the page: anything typed in a dialog, menu or field, and Enter on a focused control. */
function belongsElsewhere(event) {
  if (event.target.closest('dialog[open], [role="menu"], input, select') !== null) return true;
  return event.key === 'Enter' && event.target.closest('button, a, summary') !== null;
}
