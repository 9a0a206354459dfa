import { timeOfDay } from '../values/time-of-day.ts';

/** `2026/11/23 09:41:07`, in the terminal's own time zone, which is the counter's. */
export function paperTime(at: number): string {
  const time = new Date(at);
  return `${time.getFullYear()}/${two(time.getMonth() + 1)}/${two(time.getDate())} ${timeOfDay(at)}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
