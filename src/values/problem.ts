/**
 * What can go wrong at the counter, said as data. A `Fault` carries one; each flow catches it once and shows the text
 * that the kind's row in the texts names. Never show `error.message` to an operator.
 */
export type Problem =
  | { kind: 'line-down'; tried: readonly string[] }
  | { kind: 'host-silent'; waited_ms: number }
  | { kind: 'host-garbled'; field: string; why: string }
  | { kind: 'mac-wrong' }
  | { kind: 'keys-missing'; slot: string }
  | { kind: 'keys-mismatch'; slot: string; expected: string; found: string }
  | { kind: 'key-centre'; step: string; why: string }
  | { kind: 'part-silent'; part: string; waited_ms: number }
  | { kind: 'clock-behind'; now: string; latest: string }
  | { kind: 'device-silent'; device: Device; waited_ms: number }
  | { kind: 'device-lost'; device: Device }
  | { kind: 'device-garbled'; device: Device; why: string }
  | { kind: 'key-stuck'; keys: readonly string[] }
  | { kind: 'paper-out' }
  | { kind: 'cover-open' }
  | { kind: 'print-head-hot' }
  | { kind: 'printer-error'; why: string }
  | { kind: 'disk-full'; file: string }
  | { kind: 'disk-read-only'; file: string }
  | { kind: 'disk-broken'; file: string; why: string }
  | { kind: 'journal-missing'; file: string; set_aside: string | null }
  | { kind: 'journal-broken'; file: string; why: string; set_aside: string | null }
  | { kind: 'journal-behind'; file: string; found: string; expected: string }
  | { kind: 'journal-newer'; file: string; found: number; reads: number }
  | { kind: 'bank-ahead'; batch: string; trace: string; found: string }
  | { kind: 'newest-unsaid'; code: string }
  | { kind: 'batch-full'; rows: number }
  | { kind: 'request-changed'; trace: string }
  | { kind: 'batch-closed'; batch: string }
  | { kind: 'settlement-open' }
  | { kind: 'archive-broken'; file: string; why: string; set_aside: string | null; in_place?: boolean }
  | { kind: 'configuration'; file: string; key: string; why: string; remedy: string };

export type Device = 'keypad' | 'display' | 'stripe-reader' | 'printer' | 'buzzer' | 'screen' | 'speaker';

/** Problems that spoil every answer until the next sign-in. */
export const SPOILT: readonly Problem['kind'][] = ['mac-wrong', 'keys-missing'];

export class Fault extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(problem.kind, options);
    this.name = 'Fault';
    this.problem = problem;
  }
}
