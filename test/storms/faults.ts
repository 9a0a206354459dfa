/** Where the terminal touches the world: each has its calls (or bytes) numbered from 1 within an operation. */
export const PORTS = [
  'disk', // a write, sync or truncation that SQLite asks of the journal's disk
  'files', // a file that is replaced as a whole (the marker, the vault's), renamed, or lengthened
  'connect', // a connection to the bank
  'line-out', // a byte to the bank
  'bank', // a whole message that has reached the bank
  'answer', // an answer that the bank has made
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
  'power-after', // the plug is pulled right after the call, before any other
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
  'key-bounce', // the contacts of the next key bounce for long
  'finger', // Cancel and Enter, by a child's hand
] as const;

const AT = {
  // `unread`: the next few reads of the journal or its archive fail, whenever they come
  // `sync-lost`: like `io-error`; at a sync also what it was to write counts as written from then on, though it is not
  disk: ['io-error', 'sync-lost', 'full-once', 'read-only-once', 'unread'],
  files: ['full-once', 'read-only-once'],
  connect: ['refused', 'hang'],
  'line-out': ['cut'],
  // `moved`: two of the bank's people take away the batch of the message
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

/**
 * A further fault, at the `soon`-th call after the strike before it, at whatever port that call is; `salt` draws the
 * fault. Of the disk's calls only the next few count, not every one of a long commit.
 */
export interface Soon {
  readonly soon: number;
  readonly salt: number;
}

/** A fault as it is planned; one that has come about is a `Strike`. */
export type Planned = Strike | Soon;

export function nameOf(flow: string, planned: readonly Planned[]): string {
  return [flow, ...planned.map(said)].join(' + ');
}

function said(one: Planned): string {
  return 'port' in one ? `${one.port}#${one.at} ${one.fault}` : `another ${one.soon} calls later (${one.salt})`;
}

/** Counts the calls of each port within one operation, and says which of them something happens to. */
export interface Meter {
  begin(planned: readonly Planned[]): void;
  /** Counts this call; the fault that happens to it, or null. */
  call(port: Port): FaultName | null;
  /** Like `call`, for a port whose calls are counted elsewhere. */
  numbered(port: Port, at: number): FaultName | null;
  /** Counts so many bytes; the fault that happens among them, and after how many, or null. */
  bytes(port: Port, count: number): { readonly after: number; readonly fault: FaultName } | null;
  /** Nothing more goes wrong until the next `begin`. */
  disarm(): void;
  readonly struck: readonly Strike[];
  readonly counts: Readonly<Record<Port, number>>;
}

/** `watchDisk` asks the disk, which counts its calls itself, to report the next few of them. */
export function meter(watchDisk: () => void): Meter {
  let armed: Strike[] = [];
  let later: Soon[] = [];
  /** Calls until the first of `later` comes about; null while the strike before it has not. */
  let left: number | null = null;
  let struck: Strike[] = [];
  const counts = Object.fromEntries(PORTS.map((port) => [port, 0])) as Record<Port, number>;

  const cameAbout = (strike: Strike): FaultName => {
    armed = armed.filter((other) => other !== strike);
    struck.push(strike);
    left = later[0]?.soon ?? null;
    if (left !== null) watchDisk();
    return strike.fault;
  };
  /** Counts one more call after the last strike; the next fault if it is due. `place` says at which call or byte. */
  const isDue = (port: Port, place: (salt: number) => number): Strike | null => {
    if (left === null) return null;
    left--;
    if (port === 'disk') watchDisk();
    if (left > 0) return null;
    const { salt = 0 } = later.shift() ?? {};
    const faults = faultsOf(port);
    return { port, at: place(salt), fault: faults[salt % faults.length] as FaultName };
  };
  const numbered = (port: Port, at: number): FaultName | null => {
    counts[port] = at;
    const found = armed.find((other) => other.port === port && other.at === at) ?? isDue(port, () => at);
    return found === null ? null : cameAbout(found);
  };
  return {
    begin(planned) {
      armed = planned.flatMap((one) => ('port' in one ? [one] : []));
      later = planned.flatMap((one) => ('port' in one ? [] : [one]));
      left = null;
      struck = [];
      for (const port of PORTS) counts[port] = 0;
    },
    call: (port) => numbered(port, counts[port] + 1),
    numbered,
    bytes(port, count) {
      const from = counts[port];
      if (count === 0) return null;
      counts[port] += count;
      const found =
        armed.find((other) => other.port === port && other.at > from && other.at <= from + count) ??
        isDue(port, (salt) => from + 1 + ((salt >>> 8) % count));
      return found === null ? null : { after: found.at - from, fault: cameAbout(found) };
    },
    disarm() {
      armed = [];
      later = [];
      left = null;
    },
    get struck() {
      return struck;
    },
    counts,
  };
}
