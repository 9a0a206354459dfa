import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Pin } from './buses.ts';

export const GPIO_ROOT = '/sys/class/gpio';

/**
 * The kernel-wide number of a pin, which sysfs wants: its chip's base plus its line. Bases are not the same on every
 * kernel (512 since Linux 6.6 on a Raspberry Pi, 0 before, 399 or 571 on a Pi 5), labels are.
 */
export function gpioNumber({ chip, line }: Pin, root = GPIO_ROOT): number {
  const chips = chipsOf(root);
  const found = chips.find(({ label }) => label === chip);
  if (found === undefined) {
    const labels = chips.map(({ label }) => label).join(', ') || 'none';
    throw new Error(`${root}: no gpiochip is labelled ${chip} (there are: ${labels}); correct the board description`);
  }
  if (line < 0 || line >= found.lines) {
    throw new Error(`${root}: ${chip} has lines 0 to ${found.lines - 1}, not ${line}; correct the board description`);
  }
  return found.base + line;
}

interface Chip {
  label: string;
  base: number;
  lines: number;
}

function chipsOf(root: string): Chip[] {
  let names: string[];
  try {
    names = readdirSync(root);
  } catch (cause) {
    throw new Error(`${root}: this kernel has no GPIO in sysfs; one with CONFIG_GPIO_SYSFS is needed`, { cause });
  }
  return names
    .filter((name) => name.startsWith('gpiochip'))
    .sort()
    .map((name) => {
      const fact = (file: string) => readFileSync(join(root, name, file), 'utf8').trim();
      return { label: fact('label'), base: Number(fact('base')), lines: Number(fact('ngpio')) };
    });
}
