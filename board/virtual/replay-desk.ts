/** What the page shows of a replay, and its controls. The replay itself is not part of the board. */
export interface ReplayDesk {
  state(): ReplayState;
  list(): readonly ReplayFrame[];
  act(act: ReplayAct): void;
  setSpeed(times: number): void;
  watch(changed: () => void): () => void;
}

/** `step` runs one frame and stops. `as-it-is` changes nothing: for a call that only sets the speed. */
export const REPLAY_ACTS = ['play', 'pause', 'step', 'as-it-is'] as const;
export type ReplayAct = (typeof REPLAY_ACTS)[number];
export const MOST_SPEED = 1000;

export interface ReplayState {
  readonly playing: boolean;
  readonly over: boolean;
  /** How many times faster than recorded. */
  readonly speed: number;
  /** How many frames have run or are running. */
  readonly at: number;
  readonly frames: number;
  readonly differences: readonly { readonly n: number; readonly words: string }[];
}

/** A line of the list. */
export interface ReplayFrame {
  readonly n: number;
  /** ISO 8601. */
  readonly at: string;
  /** `hand`: somebody did it; `power`; `shown`: the terminal did it; `note`: it is not run again. */
  readonly role: 'hand' | 'power' | 'shown' | 'note';
  readonly words: string;
}
