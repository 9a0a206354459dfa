import type { Key } from '../src/operator/keypad.ts';

export const keysOf = (digits: string) => [...digits] as Key[];
