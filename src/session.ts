import type { CheckupRow } from './checkup/checkup.ts';
import type { Config } from './config/config.ts';
import type { Language } from './config/texts.ts';
import type { Host } from './host/host.ts';
import type { Journal } from './journal/journal.ts';
import type { BarFacts, PaperState } from './operator/screens/bar.ts';
import type { PaperDesk } from './paper/paper-desk.ts';
import type { Clock } from './values/clock.ts';
import { timeOfDay } from './values/time-of-day.ts';

/** What part of the day the terminal is in: the flow that has the counter. */
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

/** What changes while the terminal runs and is not money: it goes with the power, and nothing is lost by that. */
export interface Session {
  flow: FlowName;
  /** The self-check has been through and an operator could sign in. */
  ready: boolean;
  operator: string | null;
  language: Language;
  /** The bank wants a sign-in before the next request. */
  signInAgain: boolean;
  checkup: readonly CheckupRow[];
  /** The files' configuration with what the key centre sent down. */
  config: Config;
}

/** A session at power-on. `moved` is told whenever another flow or another operator has the counter. */
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

/** What every screen's status bar says. */
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
