declare const trace_brand: unique symbol;
declare const batch_brand: unique symbol;

/** A trace number (field 11): six digits, `000001` … `999999`. With its batch it names one request for ever. */
export type Trace = string & { readonly [trace_brand]: 'Trace' };

/** A batch number (field 60.2): six digits, `000001` … `999999`. */
export type Batch = string & { readonly [batch_brand]: 'Batch' };

/** Throws a RangeError on anything but six digits that are not all zero. */
export function trace(digits: string): Trace {
  if (!isNumber6(digits)) throw new RangeError(`not a trace number: ${JSON.stringify(digits)}`);
  return digits as Trace;
}

/** Throws a RangeError on anything but six digits that are not all zero. */
export function batch(digits: string): Batch {
  if (!isNumber6(digits)) throw new RangeError(`not a batch number: ${JSON.stringify(digits)}`);
  return digits as Batch;
}

/** The number after this one: 999999 wraps to 000001, never to 000000. */
export function following<Kind extends Trace | Batch>(number: Kind): Kind {
  return String((Number(number) % 999_999) + 1).padStart(6, '0') as Kind;
}

function isNumber6(digits: string): boolean {
  return /^\d{6}$/.test(digits) && digits !== '000000';
}
