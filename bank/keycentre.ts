import { constants, createHash, publicEncrypt, sign, verify, X509Certificate } from 'node:crypto';
import { createServer, type Socket } from 'node:net';
import { type Authority, holderOf, issuedBy, validAt } from './authority.ts';
import type { Certificates } from './certificates.ts';
import { wrapMasterKey } from './keyblock.ts';
import { type Fields, type KeyLine, keyLine, malformed, Refusal, textOf } from './keyline.ts';
import type { Log } from './log.ts';
import type { Office } from './office.ts';
import type { Merchant, TerminalRow } from './seed.ts';

const TOKEN = /^[\dA-F]{32}$/;
const KCV = /^[\dA-F]{8}$/;
const SIGNATURE = /^[\dA-F]{512}$/;
const MAX_LINES = 64;
const IDLE_MS = 30_000;

export interface KeyCentre {
  readonly port: number;
  /** At its next handshake the terminal gets a key whose check value is not the one it is told: a lab fault. */
  corruptNext(terminal: string): void;
  close(): Promise<void>;
}

interface Centre {
  readonly office: Office;
  readonly authority: Authority;
  readonly certificates: Certificates;
  readonly log: Log;
  readonly corrupt: Set<string>;
}

interface Who {
  serial: string | null;
  step: string;
  proven: boolean;
}

/** A terminal that has shown its certificate, but has not yet proved that it holds the key. */
interface Caller {
  readonly serial: string;
  readonly certificate: X509Certificate;
  /** RT, the terminal's token. */
  readonly theirs: string;
  /** The centre's token. */
  readonly ours: string;
  readonly row: TerminalRow;
  readonly merchant: Merchant;
}

export async function listenForHandshakes(
  where: { host: string; port: number },
  parts: Omit<Centre, 'corrupt'>,
): Promise<KeyCentre> {
  const centre: Centre = { ...parts, corrupt: new Set() };
  const lines = new Set<Socket>();
  const exchanges = new Set<Promise<void>>();
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    if (lines.size >= MAX_LINES) {
      socket.destroy();
      return;
    }
    lines.add(socket);
    // Hangs up on a peer that was answered and stays on the line.
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.once('close', () => lines.delete(socket));
    const exchange = serve(centre, socket).finally(() => exchanges.delete(exchange));
    exchanges.add(exchange);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(where.port, where.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    corruptNext: (terminal) => void centre.corrupt.add(terminal),
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const socket of lines) socket.destroy();
      await closed;
      // Each writes its last audit record before the books are closed.
      await Promise.allSettled(exchanges);
    },
  };
}

async function serve(centre: Centre, socket: Socket): Promise<void> {
  const line = keyLine(socket);
  // The caller, for the audit, as far as it has said and proved who it is.
  const who: Who = { serial: null, step: 'hello', proven: false };
  const failed = (error: unknown): void =>
    centre.log('failed', { serial: who.serial, step: who.step, error: error instanceof Error ? error.message : '' });
  const record = (outcome: string, detail: string): void => {
    const { serial, step, proven } = who;
    centre.log('key-centre', { serial, step, outcome, detail });
    try {
      centre.certificates.audit({ holder: serial, step, outcome, detail, proven }, centre.office.clock.now());
    } catch (error) {
      // Books that cannot be written must end neither the exchange nor the bank: the log has the event.
      failed(error);
    }
  };
  try {
    record('done', await handshake(centre, line, who));
  } catch (error) {
    if (error instanceof Refusal) {
      const { problem, detail, remedy, theirs } = error;
      if (!theirs) line.send('refused', { problem, detail, remedy });
      record(theirs ? `refused by the terminal: ${problem}` : problem, detail);
    } else {
      // The line died, or the books cannot be written: the terminal starts anew.
      failed(error);
    }
  } finally {
    socket.end();
  }
}

/** Both ends prove who they are; then the terminal gets a master key, or keeps its own. Returns what was done. */
async function handshake(centre: Centre, line: KeyLine, who: Who): Promise<string> {
  const { office, authority } = centre;
  const hello = await line.next('hello');
  if (hello === null) return 'hung up';
  who.serial = textOf(hello, 'serial', /^[\w-]{1,64}$/);
  const caller = callerOf(centre, who.serial, hello);

  who.step = 'centre-proof';
  const { theirs, ours, serial } = caller;
  line.send('centre-proof', {
    certificate: authority.centre.pem,
    token: ours,
    signature: signed(centre, `guitai-kc1|centre|${theirs}|${ours}|${serial}`),
  });

  who.step = 'terminal-proof';
  const proof = await line.next('terminal-proof');
  if (proof === null) return 'hung up';
  const held = heldKcv(proof);
  prove(caller, proof, `guitai-kc1|terminal|${ours}|${theirs}|${serial}|TMK:${held ?? '-'}`);
  who.proven = true;

  who.step = 'key';
  const kcv = give(centre, line, caller, held);

  who.step = 'stored';
  const stored = await line.next('stored');
  if (stored === null) return 'hung up before the key was confirmed';
  const said = textOf(stored, 'kcv', KCV);
  prove(caller, stored, `guitai-kc1|stored|${ours}|${said}`);
  if (said !== kcv) throw new Refusal('kcv-mismatch', 'the terminal holds another key', 'do the handshake again');
  office.books.atomically(() => office.terminals.confirmMaster(caller.row.terminal, kcv));
  line.send('done');
  return `${held === kcv ? 'kept' : 'gave'} the master key ${kcv}; merchant ${String(caller.merchant.name.zh)}`;
}

function callerOf({ office, authority, certificates }: Centre, serial: string, hello: Fields): Caller {
  const now = office.clock.now();
  const token = textOf(hello, 'token', TOKEN);
  const certificate = certificateOf(textOf(hello, 'certificate', /BEGIN CERTIFICATE/));
  const anew = 'provision the terminal anew';
  if (!issuedBy(authority.root.certificate, certificate)) {
    throw new Refusal('wrong-ca', "the certificate was not issued by this key centre's root", anew);
  }
  if (!validAt(certificate, now)) {
    throw new Refusal(
      'expired',
      `the certificate is valid from ${certificate.validFrom} to ${certificate.validTo}`,
      anew,
    );
  }
  if (holderOf(certificate) !== serial) {
    throw new Refusal('unknown-terminal', 'the certificate names another machine', anew);
  }
  if (certificates.revoked(certificate)) {
    throw new Refusal('revoked', 'the certificate was revoked', `${anew}, after asking the acquirer why`);
  }
  const { row, merchant } = customerOf(office, serial, hello);
  // Only the tokens of callers with a valid certificate are remembered: a stranger has nothing to replay.
  if (!certificates.firstSeen(token, now)) {
    throw new Refusal('replayed-token', 'this token was used before', 'do the handshake again with a fresh token');
  }
  const ours = Buffer.from(office.random(16)).toString('hex').toUpperCase();
  return { serial, certificate, theirs: token, ours, row, merchant };
}

function customerOf({ seed }: Office, serial: string, hello: Fields): { row: TerminalRow; merchant: Merchant } {
  const row = [...seed.terminals.values()].find((terminal) => terminal.serial === serial);
  const merchant = seed.merchants.get(row?.merchant ?? '');
  if (row === undefined || merchant === undefined) {
    throw new Refusal(
      'unknown-terminal',
      `no terminal has serial number ${serial}`,
      'add it to terminals.json of the bank',
    );
  }
  const claimed = hello.merchant;
  if (typeof claimed !== 'object' || claimed === null) throw malformed('"merchant" is missing');
  const { id, terminal } = claimed as Fields;
  if (id !== merchant.id || terminal !== row.terminal) {
    throw new Refusal(
      'unknown-terminal',
      `${serial} is terminal ${row.terminal} of merchant ${merchant.id} here`,
      'correct the merchant in terminal.json of the terminal, or terminals.json of the bank',
    );
  }
  if (row.status === 'blocked') {
    throw new Refusal('revoked', `terminal ${row.terminal} is blocked`, 'ask the acquirer why');
  }
  return { row, merchant };
}

function certificateOf(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch {
    throw malformed('"certificate" is no certificate');
  }
}

/** The check value of the slot TMK, or null where it is empty. */
function heldKcv({ slots }: Fields): string | null {
  if (!Array.isArray(slots)) throw malformed('"slots" is no list');
  const slot: Fields | undefined = slots.find((row: unknown) => (row as Fields | null)?.slot === 'TMK');
  if (slot === undefined) throw malformed('"slots" has no TMK');
  return slot.kcv === null ? null : textOf(slot, 'kcv', KCV);
}

function prove({ certificate }: Caller, message: Fields, text: string): void {
  const signature = Buffer.from(textOf(message, 'signature', SIGNATURE), 'hex');
  if (!verify('sha256', Buffer.from(text), certificate.publicKey, signature)) {
    throw new Refusal(
      'bad-signature',
      'the signature is not of the certificate that was shown',
      'provision the terminal anew',
    );
  }
}

/** Sends a new key, or tells the terminal to keep its own. Returns the check value that the terminal must confirm. */
function give(centre: Centre, line: KeyLine, caller: Caller, held: string | null): string {
  const { office, corrupt } = centre;
  const { theirs, ours, row } = caller;
  const { current, next, rotate } = office.terminals.master(row.terminal);
  const parameters = parametersOf(office, caller.merchant);
  const hash = createHash('sha256').update(canonical(parameters)).digest('hex').toUpperCase();

  // A next key that the terminal has stored, and whose confirmation was lost on the way, is as good as the current one.
  const known = held !== null && (held === next || (held === current && !rotate));
  if (known && !corrupt.has(row.terminal)) {
    const signature = signed(centre, `guitai-kc1|keep|${theirs}|${ours}|${held}|${hash}`);
    line.send('keep', { kcv: held, parameters, signature });
    return held;
  }

  const { key, kcv } = office.books.atomically(() => office.terminals.nextMaster(row.terminal));
  const told = corrupt.delete(row.terminal) ? otherKcv(kcv) : kcv;
  const kbpk = Buffer.from(office.random(32));
  const block = wrapMasterKey(kbpk, key, office.random);
  const wrapped = publicEncrypt(
    { key: caller.certificate.publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' },
    kbpk,
  )
    .toString('hex')
    .toUpperCase();
  key.fill(0);
  kbpk.fill(0);
  const signature = signed(centre, `guitai-kc1|key|${theirs}|${ours}|${wrapped}|${block}|${told}|${hash}`);
  line.send('key', { wrapped, block, kcv: told, parameters, signature });
  return kcv;
}

function otherKcv(kcv: string): string {
  return `${kcv.startsWith('0') ? '1' : '0'}${kcv.slice(1)}`;
}

function parametersOf({ seed: { acquirer } }: Office, merchant: Merchant): Record<string, string | number> {
  return {
    merchant_name: merchant.name.zh,
    limit_fen: merchant.saleLimit,
    phone_machine: acquirer.phoneMachine,
    phone_accounts: acquirer.phoneAccounts,
    answer_timeout_ms: acquirer.answerTimeoutMs,
    reversal_retries: acquirer.reversalRetries,
  };
}

/** Keys sorted, no spaces: the same bytes at both ends. */
export function canonical(values: Readonly<Record<string, string | number>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(values).sort(([one], [other]) => (one < other ? -1 : 1))));
}

function signed({ authority }: Centre, text: string): string {
  return sign('sha256', Buffer.from(text), authority.centre.key).toString('hex').toUpperCase();
}
