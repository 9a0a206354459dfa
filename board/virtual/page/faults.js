import { act, hear } from './live.js';
import { noticeRefusal } from './notice.js';
import { text, whenLanguageChanges } from './texts.js';

/** Each fault is a switch; the board says how it stands, so two pages never differ. */

const group = document.querySelector('#faults');
const switches = new Map();

export function showFaults() {
  hear('whole', ({ faults }) => show(faults));
  hear('faults', ({ faults }) => show(faults));
  whenLanguageChanges(() => {
    for (const [fault, button] of switches) button.lastChild.textContent = text(`fault.${fault}`);
  });
}

function show(faults) {
  for (const { fault, on } of faults) switchFor(fault).setAttribute('aria-checked', String(on));
}

function switchFor(fault) {
  const known = switches.get(fault);
  if (known !== undefined) return known;
  const button = document.createElement('button');
  button.type = 'button';
  button.dataset.fault = fault;
  button.setAttribute('role', 'switch');
  button.append(document.createElement('i'), text(`fault.${fault}`));
  button.addEventListener('click', async () => {
    noticeRefusal(await act({ do: 'fault', fault, on: button.getAttribute('aria-checked') !== 'true' }));
  });
  switches.set(fault, button);
  group.append(button);
  return button;
}
