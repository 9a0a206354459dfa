import { BANK_FAULTS, type BankFault, type BankLink } from './bank-link.ts';
import { DEVICE_FAULTS, type DeviceFault, type FarEnds } from './far-ends.ts';
import type { TerminalLines } from './lines.ts';

const LINE_FAULTS = { 'line-primary-down': 'primary', 'line-backup-down': 'backup' } as const;
type LineFault = keyof typeof LINE_FAULTS;

export type FaultName = DeviceFault | LineFault | BankFault;
/** Every fault that a switch of the board can play, in the order of the page. */
export const FAULTS: readonly FaultName[] = [
  ...DEVICE_FAULTS,
  ...(Object.keys(LINE_FAULTS) as LineFault[]),
  ...BANK_FAULTS,
];

export interface FaultSwitch {
  readonly fault: FaultName;
  readonly on: boolean;
}

export interface Faults {
  set(fault: FaultName, on: boolean): Promise<void>;
  /** The bank's own switches are read from the bank: somebody else may have turned them. */
  list(): Promise<readonly FaultSwitch[]>;
  watch(changed: () => void): () => void;
}

export function boardFaults(devices: Pick<FarEnds, 'fault'>, lines: TerminalLines, bank: BankLink): Faults {
  const broken = new Set<DeviceFault>();
  const watchers = new Set<() => void>();

  const turn = async (fault: FaultName, on: boolean): Promise<void> => {
    if (isDeviceFault(fault)) {
      devices.fault(fault, on);
      if (on) broken.add(fault);
      else broken.delete(fault);
    } else if (isLineFault(fault)) {
      await lines.setDown(LINE_FAULTS[fault], on);
    } else {
      await bank.fault(fault, on);
    }
  };

  return {
    async set(fault, on) {
      await turn(fault, on);
      for (const changed of watchers) changed();
    },
    async list() {
      // Without a bank its faults count as off; the page shows the bank's absence elsewhere.
      const atBank = await bank.faults().catch((): Readonly<Record<string, boolean>> => ({}));
      return FAULTS.map((fault) => {
        if (isDeviceFault(fault)) return { fault, on: broken.has(fault) };
        if (isLineFault(fault)) return { fault, on: lines.isDown(LINE_FAULTS[fault]) };
        return { fault, on: atBank[fault] === true };
      });
    },
    watch(changed) {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
  };
}

function isDeviceFault(fault: FaultName): fault is DeviceFault {
  return (DEVICE_FAULTS as readonly string[]).includes(fault);
}

function isLineFault(fault: FaultName): fault is LineFault {
  return fault in LINE_FAULTS;
}
