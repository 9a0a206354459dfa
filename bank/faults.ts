export const FAULTS = ['host-silent', 'answer-lost', 'answer-bad-mac', 'slow'] as const;
export type FaultName = (typeof FAULTS)[number];

/** Lab faults of the host's side of the line, each on until it is turned off, or for a number of messages. */
export interface Faults {
  set(fault: FaultName, how: { on: boolean; times?: number; mti?: string }): void;
  list(): { fault: FaultName; on: boolean; times: number | null; mti: string | null }[];
  /** True where the fault meets this message; counts it. */
  meets(fault: FaultName, mti: string): boolean;
}

export const SLOW_MS = 8000;

export function faults(): Faults {
  const active = new Map<FaultName, { times: number | null; mti: string | null }>();
  return {
    set(fault, { on, times, mti }) {
      if (on) active.set(fault, { times: times ?? null, mti: mti ?? null });
      else active.delete(fault);
    },
    list: () =>
      FAULTS.map((fault) => {
        const state = active.get(fault);
        return { fault, on: state !== undefined, times: state?.times ?? null, mti: state?.mti ?? null };
      }),
    meets(fault, mti) {
      const state = active.get(fault);
      if (state === undefined || (state.mti !== null && state.mti !== mti)) return false;
      if (state.times !== null) {
        state.times--;
        if (state.times <= 0) active.delete(fault);
      }
      return true;
    },
  };
}
