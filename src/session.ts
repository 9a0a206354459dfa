import type { CheckupRow } from './checkup/checkup.ts';
import type { Config } from './config/config.ts';
import type { Language } from './config/texts.ts';
import type { Host } from './host/host.ts';
import type { Journal } from './journal/journal.ts';
import type { BarFacts, PaperState } from './operator/screens/bar.ts';
import type { PaperDesk } from './paper/paper-desk.ts';
import type { Clock } from './values/clock.ts';
import { timeOfDay } from './values/time-of-day.ts';

/** The flow that has the counter. */
export type FlowName =
  | 'checkup'
  | 'signin'
  | 'idle'
  | 'menu'
  | 'sale'
  | 'refund'
  | 'preauth'
  | 'advice'
  | 'balance'
  | 'charged'
  | 'printing'
  | 'settlement'
  | 'exceptions';

/** State that changes while the terminal runs and is not money: it is lost with the power, which does no harm. */
export interface Session {
  flow: FlowName;
  /** True once the self-check and the key centre are done and an operator can sign in. */
  ready: boolean;
  operator: string | null;
  language: Language;
  /** The bank wants a sign-in before the next request. */
  signInAgain: boolean;
  checkup: readonly CheckupRow[];
  /** The configuration from the files, with the parameters that the key centre sent. */
  config: Config;
}

/** A session at power-on. `moved` is called whenever another flow or another operator has the counter. */
export function openSession(
  { language, config }: Pick<Session, 'language' | 'config'>,
  moved: (session: Pick<Session, 'flow' | 'operator'>) => void,
): Session {
  const at: { flow: FlowName; operator: string | null } = { flow: 'checkup', operator: null };
  const move = (next: Partial<typeof at>) => {
    const { flow, operator } = at;
    Object.assign(at, next);
    if (at.flow !== flow || at.operator !== operator) moved(at);
  };
  return {
    get flow() {
      return at.flow;
    },
    set flow(flow) {
      move({ flow });
    },
    get operator() {
      return at.operator;
    },
    set operator(operator) {
      move({ operator });
    },
    ...{ ready: false, language, signInAgain: false, checkup: [], config },
  };
}

interface Known {
  readonly host: Pick<Host, 'line'>;
  readonly journal: Pick<Journal, 'batch'>;
  readonly paper: Pick<PaperDesk, 'problem'>;
  readonly clock: Clock;
}

/** The facts for the status bar of every screen. */
export function barOf({ flow, operator, config, checkup }: Session, { host, journal, paper, clock }: Known): BarFacts {
  const tried = checkup.some((row) => row.part === 'line' && row.state !== 'pending');
  return {
    operator,
    batch: operator === null ? null : journal.batch,
    line: flow === 'checkup' && !tried ? null : host.line,
    paper: flow === 'checkup' ? null : paperState(paper),
    lab: config.profile.lab,
    time: timeOfDay(clock.now()).slice(0, 5),
    support: config.terminal.support,
  };
}

function paperState({ problem }: Pick<PaperDesk, 'problem'>): PaperState {
  if (problem === null) return 'good';
  if (problem.kind === 'paper-out') return 'out';
  return problem.kind === 'cover-open' ? 'cover-open' : 'fault';
}
