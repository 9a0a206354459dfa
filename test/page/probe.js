/** What the tests look at from inside the page; put there before the page's own scripts. */
globalThis.probe = {
  /** Controls and pictures without a name that a screen reader could say. */
  nameless() {
    const controls = document.querySelectorAll(
      'button, a, input, select, summary, canvas, img, [role], section, fieldset, form',
    );
    const nameOf = (element) => {
      const by = element.getAttribute('aria-labelledby');
      const label = element.getAttribute('aria-label') ?? element.getAttribute('alt');
      // A field is named by the label that it stands in.
      const written = element.labels?.[0]?.textContent;
      const given = by === null ? (label ?? written) : document.getElementById(by)?.textContent;
      const legend = element.querySelector(':scope > legend')?.textContent;
      return element.matches('section, canvas, img, fieldset, form, input, select')
        ? (given ?? legend)
        : (given ?? element.textContent);
    };
    return [...controls]
      .filter((element) => element.checkVisibility() && element.id !== 'notice')
      .filter((element) => (nameOf(element) ?? '').trim() === '')
      .map((element) => element.outerHTML.slice(0, 100));
  },

  /** Chinese words on an English page, the brand and the way back to Chinese apart. */
  chinese() {
    const words = [...document.querySelectorAll('main .left, header, #desks, .panel')]
      .filter((part) => part.checkVisibility())
      .map((part) => part.textContent)
      .join(' ');
    return (
      words
        .replace('柜台', '')
        .replace('中文', '')
        .match(/\p{Script=Han}+/gu) ?? []
    );
  },

  /** Elements that move by themselves or glide. */
  moving() {
    return [...document.querySelectorAll('*')].filter((element) => {
      const { transitionDuration, animationDuration } = getComputedStyle(element);
      return `${transitionDuration} ${animationDuration}`.split(/[ ,]+/).some((time) => Number.parseFloat(time) > 0);
    }).length;
  },

  /** How many colours a canvas shows: a dead one has one. */
  colours(selector) {
    const canvas = document.querySelector(selector);
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return new Set(new Uint32Array(data.buffer)).size;
  },

  /** Whether every key's sign has the same colour as its word. */
  clearMarks: () =>
    [...document.querySelectorAll('#keys .mark')].every(
      (mark) => getComputedStyle(mark).color === getComputedStyle(mark.parentElement).color,
    ),

  pixels: (selector) => document.querySelector(selector).toDataURL(),
  fitsWidth: () => document.documentElement.scrollWidth <= innerWidth,
  focused: () => document.activeElement?.id || document.activeElement?.dataset.card || '',
  paperHeight: () => document.querySelector('#paper img').naturalHeight,
};
