import type { Clock } from '../values/clock.ts';

/** One thing that crossed a wire, already masked: what is noted here is shown on pages and kept in memory. */
export interface WireEvent {
  readonly n: number;
  /** ISO 8601. */
  readonly time: string;
  readonly wire: 'host' | 'key-centre' | 'journal' | 'printer' | 'stripe-reader' | 'display' | 'buzzer';
  readonly text: string;
}

export interface WireLog {
  note(wire: WireEvent['wire'], text: string): void;
  since(n: number): readonly WireEvent[];
}

/** A bounded memory of what crossed the wires; the oldest events make room. */
export function wireLog(clock: Clock, most = 500): WireLog {
  const events: WireEvent[] = [];
  let count = 0;
  return {
    note(wire, text) {
      count += 1;
      events.push({ n: count, time: new Date(clock.now()).toISOString(), wire, text: text.slice(0, 1000) });
      if (events.length > most) events.shift();
    },
    since: (n) => events.filter((event) => event.n > n),
  };
}
