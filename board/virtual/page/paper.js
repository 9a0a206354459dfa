import { hear } from './live.js';
import { text, whenLanguageChanges } from './texts.js';

/** The paper as it comes out: the newest slip hangs in the mouth, older ones can be looked through. */

const paper = document.querySelector('#paper');
const picture = paper.querySelector('img');
const controls = document.querySelector('#slips');
const [older, newer, whole] = ['#older', '#newer', '#whole'].map((id) => controls.querySelector(id));
const dialog = document.querySelector('#slip');
/** The least time between two pictures: lines are printed faster than the eye needs new pictures. */
const FRAME_MS = 90;

const slips = new Map();
let shown = 0;
let drawing = false;
let again = false;

export function showPaper() {
  hear('whole', (message) => {
    slips.clear();
    for (const slip of message.slips) slips.set(slip.n, slip);
    turnTo(Math.max(0, ...slips.keys()));
  });
  hear('paper', ({ slip }) => {
    slips.set(slip.n, slip);
    turnTo(slip.n);
  });
  older.addEventListener('click', () => turnTo(beside(-1)));
  newer.addEventListener('click', () => turnTo(beside(1)));
  whole.addEventListener('click', openWhole);
  picture.addEventListener('click', openWhole);
  whenLanguageChanges(label);
}

function beside(step) {
  const numbers = [...slips.keys()].sort((a, b) => a - b);
  return numbers[numbers.indexOf(shown) + step] ?? shown;
}

function turnTo(n) {
  const same = n === shown;
  shown = n;
  label();
  if (n !== 0) draw(same);
}

function label() {
  paper.hidden = controls.hidden = shown === 0;
  const numbers = [...slips.keys()].sort((a, b) => a - b);
  const place = numbers.indexOf(shown) + 1;
  controls.querySelector('output').textContent = text('slips.count', { n: place, all: numbers.length });
  older.disabled = place <= 1;
  newer.disabled = place >= numbers.length;
  const slip = slips.get(shown);
  if (slip !== undefined) picture.alt = text('slip.alt', { n: slip.n, text: slip.text.trim() });
}

/** Loads the newest picture, one at a time; a call meanwhile makes it load once more. */
async function draw(grows) {
  if (drawing) {
    again = true;
    return;
  }
  drawing = true;
  again = false;
  const slip = slips.get(shown);
  const fresh = new Image();
  fresh.src = pictureOf(slip);
  const before = picture.height;
  const ready = await fresh.decode().then(
    () => true,
    () => false,
  );
  if (ready) {
    picture.src = fresh.src;
    await picture.decode().catch(() => undefined);
    picture.dataset.n = slip.n;
    paper.classList.toggle('cut', slip.cut);
    feed(grows ? picture.height - before : 0);
  }
  await new Promise((resolve) => setTimeout(resolve, FRAME_MS));
  drawing = false;
  if (again) draw(true);
}

/** Animates the new piece of paper sliding out of the printer. */
function feed(height) {
  paper.scrollTop = 0;
  paper.classList.remove('feeding');
  if (height <= 0) return;
  paper.style.setProperty('--fed', `${height}px`);
  // Reading a size makes the browser notice that the class was removed, so that the animation starts again.
  void paper.offsetHeight;
  paper.classList.add('feeding');
}

function pictureOf({ n, text, cut }) {
  return `/api/paper/${n}.png?grown=${text.length}${cut ? 'c' : ''}`;
}

function openWhole() {
  const large = dialog.querySelector('img');
  large.src = pictureOf(slips.get(shown));
  large.alt = picture.alt;
  dialog.showModal();
}
