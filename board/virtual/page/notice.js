import { whyNot } from './refused.js';

const element = document.querySelector('#notice');
let timer;

/** Shows one sentence for a few seconds. */
export function notice(words) {
  clearTimeout(timer);
  element.textContent = words;
  timer = setTimeout(() => {
    element.textContent = '';
  }, 6000);
}

/** Shows why something was not done. Returns `ok`. */
export function noticeRefusal({ ok, ...refusal }) {
  if (!ok) notice(whyNot(refusal));
  return ok;
}
