/** The page's texts, from texts/zh-CN.json and texts/en.json; the language can be switched while the page runs. */

const KEPT_AS = 'guitai.language';
const OTHER = { 'zh-CN': 'en', en: 'zh-CN' };

let language = localStorage.getItem(KEPT_AS) === 'en' ? 'en' : 'zh-CN';
let rows = {};
const renewals = new Set();

export function languageNow() {
  return language;
}

/** The text of a row, with its {names} filled in. A missing row shows its id, so that a test finds it. */
export function text(id, values = {}) {
  return (rows[id] ?? id).replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

export function hasText(id) {
  return id in rows;
}

/** Calls `renew` now and whenever the language changes. */
export function whenLanguageChanges(renew) {
  renewals.add(renew);
  renew();
}

export async function loadTexts() {
  rows = await (await fetch(`/texts/${language}.json`)).json();
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll('[data-text]')) element.textContent = text(element.dataset.text);
  for (const element of document.querySelectorAll('[data-name]')) {
    element.setAttribute('aria-label', text(element.dataset.name));
  }
  for (const renew of renewals) renew();
}

export async function switchLanguage() {
  language = OTHER[language];
  localStorage.setItem(KEPT_AS, language);
  document.querySelector('#language').lang = OTHER[language];
  await loadTexts();
}
