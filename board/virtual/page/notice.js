import { text } from './texts.js';

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
export function noticeRefusal({ ok, error, remedy }) {
  if (!ok) notice(text('failed', { error: [error, remedy].filter((part) => part).join(' → ') }));
  return ok;
}
