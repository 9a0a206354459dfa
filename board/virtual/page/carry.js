/** Dragging a card, by mouse or finger, to one of the terminal's readers. */

const START_PX = 6;
/** The part of the slot's length along which the card must be pulled to be read. */
const PULL = 0.55;

/** Calls `drop(how)` when the card is released at a reader or pulled through the slot, and `tap()` on a click. */
export function carry(plastic, { drop, tap }) {
  let from = null;

  // The focus stays where it was, so that the next keys still go to the terminal.
  plastic.addEventListener('mousedown', (event) => event.preventDefault());
  plastic.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    from = { x: event.clientX, y: event.clientY, copy: null, entered: null };
    plastic.setPointerCapture(event.pointerId);
  });
  plastic.addEventListener('pointermove', (event) => {
    if (from === null) return;
    if (from.copy === null && Math.hypot(event.clientX - from.x, event.clientY - from.y) < START_PX) return;
    from.copy ??= lift(plastic);
    const zone = move(from.copy, event);
    if (pulledThrough(from, zone, event)) {
      put();
      drop('swipe');
    }
  });
  plastic.addEventListener('pointerup', (event) => {
    if (from === null) return;
    const carried = from.copy !== null;
    const zone = carried ? move(from.copy, event) : null;
    put();
    if (zone !== null) drop(zone.dataset.how);
    else if (!carried) tap();
  });
  plastic.addEventListener('pointercancel', put);

  function put() {
    from?.copy?.remove();
    from = null;
    plastic.classList.remove('lifted');
    document.body.classList.remove('carrying');
    for (const zone of document.querySelectorAll('.zone.near')) zone.classList.remove('near');
  }
}

function lift(plastic) {
  const copy = plastic.cloneNode(true);
  copy.classList.add('flying');
  copy.removeAttribute('data-card');
  copy.ariaHidden = 'true';
  copy.tabIndex = -1;
  document.body.append(copy);
  document.body.classList.add('carrying');
  plastic.classList.add('lifted');
  return copy;
}

/** Moves the copy under the pointer; returns the reader that the card touches, or null. */
function move(copy, { clientX, clientY }) {
  copy.style.left = `${clientX - copy.offsetWidth / 2}px`;
  copy.style.top = `${clientY - copy.offsetHeight / 2}px`;
  let touched = null;
  for (const zone of document.querySelectorAll('.zone')) {
    const { left, right, top, bottom } = zone.getBoundingClientRect();
    // The margins allow for the size of the card around the pointer.
    const near = clientX > left - 34 && clientX < right + 34 && clientY > top - 26 && clientY < bottom + 26;
    zone.classList.toggle('near', near && touched === null);
    if (near) touched ??= zone;
  }
  copy.classList.toggle('over-stripe', touched?.dataset.how === 'swipe');
  return touched;
}

function pulledThrough(from, zone, { clientY }) {
  if (zone?.dataset.how !== 'swipe') {
    from.entered = null;
    return false;
  }
  from.entered ??= clientY;
  return Math.abs(clientY - from.entered) > zone.offsetHeight * PULL;
}
