import { whyNot } from './refused.js';

const element = document.querySelector('#notice');
let timer;

/** Says one thing for a few seconds. */
export function notice(words) {
  clearTimeout(timer);
  element.textContent = words;
  timer = setTimeout(() => {
    element.textContent = '';
  }, 6000);
}

/** Says why something was not done, where it was not. Returns whether it was. */
export function noticeRefusal({ ok, ...refusal }) {
  if (!ok) notice(whyNot(refusal));
  return ok;
}
