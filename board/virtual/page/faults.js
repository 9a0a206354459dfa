import { act, hear } from './live.js';
import { noticeRefusal } from './notice.js';
import { text, whenLanguageChanges } from './texts.js';

/** One switch for each fault. The board says which are on, so that all open pages agree. */

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
