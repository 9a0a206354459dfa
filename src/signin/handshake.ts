import { acknowledged } from '../operator/ask.ts';
import type { Operator } from '../operator/operator.ts';
import {
  type HandshakeStep,
  type HandshakeWhy,
  handshakeFailed,
  handshakeLocked,
  handshakeRunning,
} from '../operator/screens/handshake.ts';
import { Fault, type Problem } from '../values/problem.ts';
import { refusals } from '../vault/centre-messages.ts';
import type { HandshakeEnd } from '../vault/handshake.ts';
import type { Vault } from '../vault/vault.ts';

export interface HandshakeDesk {
  readonly operator: Operator;
  readonly vault: Vault;
  readonly serial: string;
  /** One handshake; `step` is told how far it is. */
  shake(step: (step: HandshakeStep) => void): Promise<HandshakeEnd>;
}

/**
 * Refusals after which no key of this terminal may be used: one side is not who it claims to be, or a key is not the
 * centre's.
 */
const locking: readonly HandshakeWhy[] = ['wrong-ca', 'bad-signature', 'kcv-mismatch', 'revoked', 'replayed-token'];

/**
 * Shakes hands with the key centre. If the centre cannot be reached and a master key is loaded, the terminal goes on
 * with that key (null). A proof that fails or a check value that does not match locks the terminal and says so.
 */
export async function meetKeyCentre(desk: HandshakeDesk): Promise<HandshakeEnd | null> {
  const { operator, vault, serial } = desk;
  for (;;) {
    try {
      return await desk.shake((step) => operator.show((text, bar) => handshakeRunning(text, bar, { step })));
    } catch (error) {
      if (!(error instanceof Fault)) throw error;
      const why = whyOf(error.problem);
      operator.beep('refused');
      if (locking.includes(why)) {
        operator.show((text, bar) => handshakeLocked(text, bar, { why, serial }));
        // Nothing on this terminal unlocks it: the key centre does, at the next power-on.
        for (;;) await operator.press();
      }
      if (vault.stateOf('TMK') === 'loaded' && (why === 'no-line' || why === 'silent')) return null;
      const detail = error.problem.kind === 'key-centre' ? error.problem.why : '';
      // Drops keys that were typed before this screen was shown.
      operator.flush();
      operator.show((text, bar) => handshakeFailed(text, bar, { why, serial, detail }));
      await acknowledged(operator, ['enter']);
    }
  }
}

function whyOf(problem: Problem): HandshakeWhy {
  switch (problem.kind) {
    case 'line-down':
      return 'no-line';
    case 'host-silent':
      return 'silent';
    case 'keys-mismatch':
      return 'kcv-mismatch';
    case 'key-centre':
      if (problem.step === 'identity') return 'identity';
      return outOfReach(problem.why) ?? refusals.find((why) => problem.why.startsWith(why)) ?? 'malformed';
    default:
      return 'malformed';
  }
}

/** A centre that falls silent or hangs up during the handshake counts as out of reach; null for any other reason. */
function outOfReach(why: string): HandshakeWhy | null {
  if (why.startsWith('silent')) return 'silent';
  return why.startsWith('hung up') ? 'no-line' : null;
}
