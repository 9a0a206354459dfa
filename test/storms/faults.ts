/** Where the terminal touches the world: each has its calls (or bytes) numbered from 1 within an operation. */
export const PORTS = [
  'disk', // a write, sync or truncation that SQLite asks of the journal's disk
  'files', // a file that is replaced as a whole: the marker, the vault's
  'connect', // a connection to the bank
  'line-out', // a byte to the bank
  'bank', // a message that the bank has whole
  'answer', // a message that the bank has made
  'line-in', // a byte from the bank
  'printer', // a byte to the printer
  'display', // a transfer to the customer's display
  'key', // a key that goes down
  'slot', // a card in the stripe reader
] as const;
export type Port = (typeof PORTS)[number];

/** What can happen to the world at any call of any port. */
const ANYWHERE = [
  'power', // the plug is pulled before the call has any effect
  'power-after', // and after it, with no time for another
  'bank-restart', // the bank's memory is gone, its books are not
  'line-down', // both lines, for a minute or two
  'primary-down', // the first line alone
  'paper-out',
  'cover-open',
  'printer-off',
  'reader-off',
  'display-off',
  'disk-full',
  'disk-read-only',
  'clock-forward', // by an hour and a bit
  'clock-back',
  'key-bounce', // the contacts of the next key spring for long
  'finger', // Cancel and Enter, by a child's hand
] as const;

const AT = {
  disk: ['io-error', 'full-once', 'read-only-once'],
  files: ['full-once', 'read-only-once'],
  connect: ['refused', 'hang'],
  'line-out': ['cut'],
  // `moved`: two of its people take the batch away that the terminal settles
  bank: ['silent', 'restart-before', 'restart-after', 'delayed', 'twice', 'moved'],
  answer: [
    'lost',
    'late',
    'doubled',
    'bad-mac',
    'no-mac',
    'garbled',
    'other-trace',
    'other-amount',
    'other-code',
    'stale-first',
  ],
  'line-in': ['cut'],
  printer: [],
  display: [],
  key: [],
  slot: ['worn'],
} as const satisfies Record<Port, readonly string[]>;

export type FaultName = (typeof ANYWHERE)[number] | (typeof AT)[Port][number];

/** The faults of a port, those that hurt most first. */
export function faultsOf(port: Port): readonly FaultName[] {
  return [...ANYWHERE.slice(0, 2), ...AT[port], ...ANYWHERE.slice(2)];
}

/** One thing that goes wrong: at the `at`-th call (or byte) of a port in an operation. */
export interface Strike {
  readonly port: Port;
  readonly at: number;
  readonly fault: FaultName;
}

export function nameOf(flow: string, strikes: readonly Strike[]): string {
  return [flow, ...strikes.map(({ port, at, fault }) => `${port}#${at} ${fault}`)].join(' + ');
}

/** Counts the calls of each port within one operation, and says which of them something happens to. */
export interface Meter {
  begin(strikes: readonly Strike[]): void;
  /** What happens to this call. */
  call(port: Port): FaultName | null;
  /** As `call`, where somebody else counts. */
  numbered(port: Port, at: number): FaultName | null;
  /** What happens within so many bytes, and after how many of them. */
  bytes(port: Port, count: number): { readonly after: number; readonly fault: FaultName } | null;
  /** Nothing happens any more until the next `begin`. */
  disarm(): void;
  readonly struck: readonly Strike[];
  readonly counts: Readonly<Record<Port, number>>;
}

export function meter(): Meter {
  let armed: Strike[] = [];
  let struck: Strike[] = [];
  const counts = Object.fromEntries(PORTS.map((port) => [port, 0])) as Record<Port, number>;
  const strike = (found: Strike): FaultName => {
    armed = armed.filter((other) => other !== found);
    struck.push(found);
    return found.fault;
  };
  const numbered = (port: Port, at: number): FaultName | null => {
    counts[port] = at;
    const found = armed.find((other) => other.port === port && other.at === at);
    return found === undefined ? null : strike(found);
  };
  return {
    begin(strikes) {
      armed = [...strikes];
      struck = [];
      for (const port of PORTS) counts[port] = 0;
    },
    call: (port) => numbered(port, counts[port] + 1),
    numbered,
    bytes(port, count) {
      const from = counts[port];
      counts[port] += count;
      const found = armed.find((other) => other.port === port && other.at > from && other.at <= from + count);
      return found === undefined ? null : { after: found.at - from, fault: strike(found) };
    },
    disarm() {
      armed = [];
    },
    get struck() {
      return struck;
    },
    counts,
  };
}
