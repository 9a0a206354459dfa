import t from 'tap';
import { timeOfDay } from '../../src/values/time-of-day.ts';

t.test('the time of day is the zone’s own, each part in two digits', async (t) => {
  for (const at of [0, 59_999, Date.UTC(2026, 10, 29, 1, 2, 3), Date.UTC(2026, 6, 1, 15, 59, 59), 86_399_999]) {
    t.equal(timeOfDay(at), new Date(at).toTimeString().slice(0, 8));
  }
  t.equal(timeOfDay(new Date(2026, 10, 29, 9, 5, 7).getTime()), '09:05:07');
});
