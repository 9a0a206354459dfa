import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { type Message, type MessageFields, message, packFrame, unpack } from '../src/host/codec.ts';
import { type Host, type HostTools, openHost } from '../src/host/host.ts';
import { systemClock } from '../src/values/clock.ts';
import { fen } from '../src/values/fen.ts';
import type { Connect } from '../src/values/stream.ts';
import { batch, type Trace } from '../src/values/trace.ts';
import { vaultFiles } from '../src/vault/files.ts';
import type { PinBlock } from '../src/vault/pin-entry.ts';
import { sealerFor } from '../src/vault/seal.ts';
import { openSlots } from '../src/vault/slots.ts';
import { openVault, type Vault } from '../src/vault/vault.ts';
import { cardOf, hostSettings, vaultSettings } from './bank-countertop.ts';

export const PAN = '6222020010011234';
export const PIK = Buffer.from('A1A2A3A4A5A6A7A8B1B2B3B4B5B6B7B8', 'hex');
export const trace = '000042' as Trace;
export const one = batch('000001');

export function vaultWith(t: { teardown(work: () => void): void }, algorithm: '3des' | 'sm4' = '3des'): Vault {
  const folder = mkdtempSync(join(tmpdir(), 'guitai-host-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  openVault(vaultSettings(folder));
  const files = vaultFiles(folder);
  const slots = openSlots(
    files,
    sealerFor('slots', files.read('device.key') ?? PIK, vaultSettings(folder).random),
    false,
  );
  const key = { algorithm, key: PIK, live: false };
  slots.change({ TMK: key, PIK: key, MAK: key, TDK: key });
  return openVault(vaultSettings(folder));
}

export interface Way {
  algorithm?: '3des' | 'sm4';
  answer_ms?: number;
  onLate?: HostTools['onLate'];
  onSignInAgain?: () => void;
  /** The answers' MACs are under other keys. */
  spoilt?: boolean;
}

/** A far end without a network: `reply` makes the answer to each message. */
export function hostBench(
  t: { teardown(work: () => void): void },
  reply: (asked: Message) => MessageFields | null,
  { algorithm = '3des', answer_ms = 0, onLate, onSignInAgain, spoilt = false }: Way = {},
) {
  const vault = vaultWith(t, algorithm);
  const sent: Message[] = [];
  const frames: Uint8Array[] = [];
  const wire: string[] = [];
  const connect: Connect = async () => {
    let receive: (bytes: Uint8Array) => void = () => undefined;
    let hangUp: () => void = () => undefined;
    const closed = new Promise<void>((resolve) => {
      hangUp = resolve;
    });
    return {
      closed,
      async write(frame) {
        const asked = unpack(Uint8Array.from(frame.subarray(2)));
        frames.push(Uint8Array.from(frame));
        sent.push(asked);
        const answer = reply(asked);
        if (answer === null) return;
        const seal = spoilt ? () => Buffer.from('00000000') : vault.mac;
        const sealed = asked.mac === undefined ? undefined : seal;
        const bytes = Uint8Array.from(packFrame(message(answer), sealed));
        setTimeout(() => receive(bytes), answer_ms);
      },
      listen(to) {
        receive = to;
        return () => undefined;
      },
      async close() {
        hangUp();
      },
    };
  };
  const settings = hostSettings('tcp://one:1', 'tcp://two:2', 60);
  const host: Host = openHost(settings, {
    vault,
    connect,
    clock: systemClock,
    ...(onLate && { onLate }),
    ...(onSignInAgain && { onSignInAgain }),
    onWire: (event) => wire.push(inspect(event)),
  });
  return { vault, host, sent, frames, wire };
}

export const mirrored = (asked: Message, changes: Partial<MessageFields> = {}): MessageFields => ({
  ...{ tpdu: '6000000003', header: asked.header, mti: `${asked.mti.slice(0, 2)}${Number(asked.mti[2]) + 1}0` },
  ...{ processing: asked.processing, amount: asked.amount, trace: asked.trace, code: '00' },
  ...{ terminal: asked.terminal, merchant: asked.merchant, ...changes },
});

export function pinFor(vault: Vault): PinBlock | null {
  const entry = vault.pinEntry();
  for (const digit of '123456') entry.digit(Number(digit));
  return entry.block(cardOf(PAN).pan);
}

export const sale = (vault: Vault, pin = true) => ({
  trace,
  batch: one,
  amount: fen(12850),
  card: cardOf(PAN),
  pin: pin ? pinFor(vault) : null,
});
