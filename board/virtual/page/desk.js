import { showBatches } from './batches.js';
import { showCases } from './cases.js';
import { showClearing } from './clearing.js';
import { hear } from './live.js';
import { whenLanguageChanges } from './texts.js';
import { showTrades } from './trades.js';

/** The bank's side of the page: tabs with its books and with the work of its clerks, one at a time. */

const tabs = [...document.querySelectorAll('#desks [role="tab"]')];
const panels = new Map(tabs.map((tab) => [tab, document.getElementById(tab.getAttribute('aria-controls'))]));
/** How to renew each panel; the books panel is not here, as the board sends its news. */
const renewals = { trades: showTrades(), clearing: showClearing(), cases: showCases(), batches: showBatches() };
const KEPT_AS = 'guitai.desk';
let asking = false;
let again = false;
let timer;

export function showDesk() {
  for (const tab of tabs) tab.addEventListener('click', () => choose(tab));
  document.querySelector('#desks').addEventListener('keydown', move);
  for (const what of ['whole', 'books']) hear(what, renew);
  // The board informs every page of a change; the page that made it renews at once.
  document.addEventListener('told', renew);
  whenLanguageChanges(renew);
  // After a reload the page shows the same tab again.
  choose(tabs.find(({ id }) => id === sessionStorage.getItem(KEPT_AS)) ?? tabs[0]);
}

function choose(chosen) {
  sessionStorage.setItem(KEPT_AS, chosen.id);
  for (const tab of tabs) {
    const here = tab === chosen;
    tab.setAttribute('aria-selected', String(here));
    tab.tabIndex = here ? 0 : -1;
    panels.get(tab).hidden = !here;
  }
  renew();
}

function move(event) {
  const at = tabs.indexOf(document.activeElement);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: -1 }[event.key];
  if (at < 0 || to === undefined) return;
  event.preventDefault();
  const tab = tabs.at(to % tabs.length);
  tab.focus();
  choose(tab);
}

/** Renews the chosen panel. If called again meanwhile, renews once more afterwards. */
async function renew() {
  again = asking;
  if (asking) return;
  const chosen = tabs.find((tab) => tab.getAttribute('aria-selected') === 'true');
  const tell = renewals[chosen?.getAttribute('aria-controls')];
  if (tell === undefined) return;
  asking = true;
  clearTimeout(timer);
  // A panel may resolve to the time, in ms, after which it will change by itself.
  const next_ms = await tell().finally(() => {
    asking = false;
  });
  if (again) renew();
  else if (next_ms !== undefined) timer = setTimeout(renew, Math.min(Math.max(next_ms, 200), 3_600_000));
}
