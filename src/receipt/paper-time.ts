/** `2026/11/23 09:41:07`, in the terminal's own time zone, which is the counter's. */
export function paperTime(at: number): string {
  const time = new Date(at);
  return `${time.getFullYear()}/${two(time.getMonth() + 1)}/${two(time.getDate())} ${paperClock(at)}`;
}

/** `09:41:07`. */
export function paperClock(at: number): string {
  const time = new Date(at);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
