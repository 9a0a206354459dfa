/** The page's line to the virtual board: what happens comes in, what a hand does goes out. */

const token = document.querySelector('meta[name="token"]').content;
const listeners = new Map();
const waiting = new Map();
let socket = null;
let asked = 0;
/** What comes of an action that no answer can reach any more. */
const LOST = { ok: false, problem: { kind: 'lost' } };

/** Calls `hear` with every message of that kind; `screen-pixels` is the binary one. */
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

/** The board keeps everything that the page shows, so a page that lost it begins anew as soon as it answers. */
async function comeBack() {
  const answered = await fetch('/api/state').then(
    (response) => response.ok,
    () => false,
  );
  if (answered) location.reload();
  else setTimeout(comeBack, 1000);
}

/** Does what `POST /api/…` does; resolves with what that answers and `ok`, or with `{ok: false, error, remedy, problem}`. */
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

/** A key goes down or up; the board does not answer a finger. */
export function moveKey(key, down) {
  if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ do: 'key', key, down }));
}

function tell(what, message) {
  for (const listener of listeners.get(what) ?? []) listener(message);
}
