import { act, hear } from './live.js';
import { noticeRefusal } from './notice.js';
import { text, whenLanguageChanges } from './texts.js';

/** The controls of a replay: play, pause, step, speed, and the list of its frames with the differences. */

const bar = document.querySelector('#replay');
const list = bar.querySelector('ol');
const said = bar.querySelector('output');
const speed = bar.querySelector('select');
/** The number of frames shown around the current one: a day of trade has more than a page can hold. */
const SHOWN = 300;
let frames = [];
let state = null;
let first = 0;

export function showReplay() {
  for (const button of bar.querySelectorAll('[data-act]')) {
    button.addEventListener('click', () => run({ act: button.dataset.act }));
  }
  speed.addEventListener('change', () => run({ act: 'as-it-is', speed: Number(speed.value) }));
  hear('whole', ({ replay }) => {
    bar.hidden = replay === null;
    document.body.classList.toggle('replayed', replay !== null);
    if (replay === null) return;
    frames = replay.list;
    show(replay, true);
  });
  hear('replay', ({ replay }) => show(replay, false));
  whenLanguageChanges(() => {
    if (state !== null) show(state, true);
  });
}

async function run(body) {
  noticeRefusal(await act({ do: 'replay', ...body }));
}

function show(fresh, anew) {
  state = fresh;
  const { at, playing, over, differences } = state;
  bar.dataset.playing = String(playing);
  speed.value = String(state.speed);
  bar.querySelector('[data-act="play"]').disabled = playing || over;
  bar.querySelector('[data-act="pause"]').disabled = !playing || over;
  bar.querySelector('[data-act="step"]').disabled = over;
  said.textContent = text(over ? 'replay.over' : 'replay.at', {
    at,
    frames: state.frames,
    differences: differences.length,
  });
  said.className = differences.length > 0 ? 'bad' : '';
  if (anew || at - 1 < first || at - 1 >= first + SHOWN - 20) draw(Math.max(0, at - SHOWN / 2));
  for (const { n, words } of differences) mark(n, words);
  list.querySelector('[aria-current]')?.removeAttribute('aria-current');
  const current = list.querySelector(`[data-place="${at - 1}"]`);
  current?.setAttribute('aria-current', 'step');
  current?.scrollIntoView({ block: 'nearest' });
}

function draw(from) {
  first = from;
  list.replaceChildren(...frames.slice(first, first + SHOWN).map((frame, place) => line(frame, first + place)));
}

function line({ n, at, role, words }, place) {
  const element = document.createElement('li');
  element.dataset.place = String(place);
  element.dataset.n = String(n);
  element.dataset.role = role;
  const parts = [String(n), new Date(at).toTimeString().slice(0, 8), text(`frame.${role}`), words];
  element.append(
    ...parts.map((part) => {
      const span = document.createElement('span');
      span.textContent = part;
      return span;
    }),
  );
  return element;
}

function mark(n, words) {
  const element = list.querySelector(`[data-n="${n}"]`);
  if (element === null || [...element.querySelectorAll('.differs')].some((one) => one.textContent === words)) return;
  const told = document.createElement('span');
  told.className = 'differs';
  told.textContent = words;
  element.append(told);
}
