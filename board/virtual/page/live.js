/** The page's WebSocket to the virtual board: receives what happens, sends what the user does. */

const token = document.querySelector('meta[name="token"]').content;
const listeners = new Map();
const waiting = new Map();
let socket = null;
let asked = 0;
/** The result of an action whose answer can no longer arrive. */
const LOST = { ok: false, problem: { kind: 'lost' } };

/** Calls `listener` with every message of that kind; `screen-pixels` is the binary one. */
export function hear(what, listener) {
  listeners.set(what, [...(listeners.get(what) ?? []), listener]);
}

export function connectLive() {
  socket = new WebSocket(`ws://${location.host}/live?token=${encodeURIComponent(token)}`);
  socket.binaryType = 'arraybuffer';
  socket.addEventListener('message', ({ data }) => {
    if (typeof data !== 'string') {
      tell('screen-pixels', data);
      return;
    }
    const message = JSON.parse(data);
    if (message.what === 'answer') {
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
    } else {
      tell(message.what, message);
    }
  });
  socket.addEventListener('close', () => {
    for (const settle of waiting.values()) settle(LOST);
    waiting.clear();
    tell('lost', {});
    comeBack();
  });
}

/** Reloads the page as soon as the board answers again: the board holds everything that the page shows. */
async function comeBack() {
  const answered = await fetch('/api/state').then(
    (response) => response.ok,
    () => false,
  );
  if (answered) location.reload();
  else setTimeout(comeBack, 1000);
}

/** Does the same as `POST /api/…`; resolves to its answer with `ok`, or to `{ok: false, error, remedy, problem}`. */
export function act(action) {
  return new Promise((resolve) => {
    if (socket?.readyState !== WebSocket.OPEN) {
      resolve(LOST);
      return;
    }
    const id = ++asked;
    waiting.set(id, resolve);
    socket.send(JSON.stringify({ id, ...action }));
  });
}

/** Moves a key down or up; the board sends no answer to this. */
export function moveKey(key, down) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ do: 'key', key, down }));
}

function tell(what, message) {
  for (const listener of listeners.get(what) ?? []) listener(message);
}
