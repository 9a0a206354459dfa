// Turns the addon's queue of events into calls of handlers, outside of LVGL: a handler may delete any object.
import { EVENT } from './generated/constants.js';
import { native } from './native.js';

/** Map of object to a map of event code to the set of its handlers. */
const handlers = new Map();
const queued = new Int32Array(4);
let dispatching = false;

export function listen(object, code, handler) {
  const codes = handlers.get(object) ?? new Map();
  if (!codes.has(code)) native.listen(object, code);
  const listening = codes.get(code) ?? new Set();
  handlers.set(object, codes.set(code, listening.add(handler)));
  return () => listening.delete(handler);
}

export function dispatchEvents() {
  // A handler may send input itself; what that causes waits its turn.
  if (dispatching) return;
  dispatching = true;
  try {
    for (let event = next(); event !== null; event = next()) {
      const codes = handlers.get(event.current);
      const called = [...(codes?.get(event.code) ?? []), ...(codes?.get(EVENT.ALL) ?? [])];
      if (event.code === EVENT.DELETE) handlers.delete(event.current);
      for (const handler of called) handler(event);
    }
  } finally {
    dispatching = false;
  }
}

// One at a time: when a handler throws, the events after it stay queued for the next tick.
function next() {
  if (native.takeEvents(queued) === 0) return null;
  const [current, code, key, target] = queued;
  return { current: current >>> 0, code, key: key >>> 0, target: target >>> 0 };
}

export function forgetHandlers() {
  handlers.clear();
}
