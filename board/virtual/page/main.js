import { showBooks } from './books.js';
import { showDesk } from './desk.js';
import { showDisplay } from './display.js';
import { showFaults } from './faults.js';
import { showKeys } from './keys.js';
import { connectLive } from './live.js';
import { showPaper } from './paper.js';
import { showPower } from './power.js';
import { showReplay } from './replay.js';
import { showScreen } from './screen.js';
import { playSounds } from './sounds.js';
import { loadTexts, switchLanguage } from './texts.js';
import { showWallet } from './wallet.js';
import { showWires } from './wires.js';

await loadTexts();
document.querySelector('#language').addEventListener('click', switchLanguage);
for (const show of [
  showReplay,
  showScreen,
  showKeys,
  showPower,
  showFaults,
  showPaper,
  showDisplay,
  showBooks,
  showDesk,
  showWires,
])
  show();
playSounds();
await showWallet();
connectLive();
