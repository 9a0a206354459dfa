/**
 * `09:41:07` in the terminal's own time zone, which is the counter's. Not made by `toTimeString`, which adds the zone's
 * name and takes five times as long, for each status bar of each screen.
 */
export function timeOfDay(at: number): string {
  const time = new Date(at);
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function two(number: number): string {
  return number < 10 ? `0${number}` : String(number);
}
