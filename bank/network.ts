import type { Message } from '../src/host/codec.ts';
import type { Office } from './office.ts';
import { answerTo, hostTime, type Outcome, type Request } from './request.ts';
import { KEY_SETS, type KeySet } from './terminals.ts';

/** 0800, F60.3 001, 003, 004: working keys under the master key, the batch, the bank's time. Carries no MAC. */
export function signIn(office: Office, { message, terminal, network, at }: Request): Outcome {
  const id = terminal.terminal;
  const refused = (code: string, why: string): Outcome => ({
    code,
    answer: answerTo(office, message, code, null, hostTime(office, at)),
    facts: { why },
  });
  if (message.trace === undefined) return refused('30', 'F11 is missing');
  if (!isKeySet(network)) return refused('40', 'F60.3 asks for keys that are not offered');
  if (!office.terminals.hasMasterKey(id))
    return refused('A7', 'no master key: the key centre has not seen this terminal');

  const operator = (message.operator ?? '').trim();
  const { payload } = office.terminals.signIn(id, operator, network, at);
  const batch = `00${office.terminals.batch(id)}${network}`;
  const { time, date } = hostTime(office, at);
  return {
    code: '00',
    answer: answerTo(office, message, '00', null, {
      time,
      date,
      batch,
      reference: referenceOfSignIn(message, time),
      payload,
    }),
    facts: { operator, keys: network },
  };
}

/** 0820/002: signs the operator out and deletes the working keys. */
export function signOut(office: Office, { message, terminal, at }: Request): Outcome {
  office.terminals.signOut(terminal.terminal);
  return { code: '00', answer: answerTo(office, message, '00', null, hostTime(office, at)), facts: {} };
}

/** 0820/301: shows that the line and the host work. */
export function echo(office: Office, { message, at }: Request): Outcome {
  return { code: '00', answer: answerTo(office, message, '00', null, hostTime(office, at)), facts: {} };
}

function isKeySet(network: string): network is KeySet {
  return Object.hasOwn(KEY_SETS, network);
}

/** F37 of a sign-in, of which no row is kept: its time and its trace. */
function referenceOfSignIn({ trace = '000000' }: Message, time: string): string {
  return `${time}${trace}`;
}
