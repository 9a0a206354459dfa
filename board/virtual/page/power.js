import { act, hear } from './live.js';
import { noticeRefusal } from './notice.js';
import { hasText, text, whenLanguageChanges } from './texts.js';

/** The power switch, the terminal's state, and what covers the screen while the terminal is off or has crashed. */

const plug = document.querySelector('#power');
const words = document.querySelector('#state');
const over = document.querySelector('#over');
let state = null;

export function showPower() {
  hear('whole', (message) => show(message.state));
  hear('state', (message) => show(message.state));
  hear('lost', () => {
    document.querySelector('#lost').hidden = false;
  });
  plug.addEventListener('click', () => turn(plug.getAttribute('aria-checked') !== 'true'));
  whenLanguageChanges(() => {
    if (state !== null) show(state);
  });
}

async function turn(on) {
  noticeRefusal(await act({ do: 'power', on }));
}

function show(fresh) {
  state = fresh;
  const on = state.power === 'on';
  const crashed = state.flow === 'crashed';
  plug.setAttribute('aria-checked', String(on && !crashed));
  words.dataset.mood = moodOf(state);
  words.replaceChildren(...sentence(state).map((part) => element('span', part)));
  document.body.dataset.flow = on ? state.flow : 'off';
  over.hidden = on && !crashed;
  over.className = crashed ? 'crash' : '';
  if (crashed) over.replaceChildren(...crashWords(state.crash));
  else if (!on) over.replaceChildren(element('h3', text('off.title')), turnOn('off.on'));
}

function moodOf({ power, flow, line, ready }) {
  if (power === 'off') return 'off';
  if (flow === 'crashed' || line === 'down') return 'bad';
  return ready ? 'good' : 'wait';
}

function sentence({ power, flow, operator, line }) {
  if (power === 'off') return [text('state.off')];
  if (flow === 'crashed' || flow === 'starting') return [text(`state.${flow}`)];
  const parts = [hasText(`state.flow.${flow}`) ? text(`state.flow.${flow}`) : flow];
  if (operator) parts.push(text('state.operator', { operator }));
  if (hasText(`state.line.${line}`)) parts.push(text(`state.line.${line}`));
  return parts;
}

function crashWords({ code, signal, log }) {
  const title = element('h3', text('crash.title', { how: signal ?? `code ${code}` }));
  return [title, element('pre', log.join('\n')), turnOn('crash.again')];
}

function turnOn(id) {
  const button = element('button', text(id));
  button.type = 'button';
  button.addEventListener('click', () => turn(true));
  return button;
}

function element(tag, content) {
  const made = document.createElement(tag);
  made.textContent = content;
  return made;
}
