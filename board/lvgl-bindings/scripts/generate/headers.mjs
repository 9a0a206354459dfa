// Reads what bindgen made of LVGL's headers: functions, type aliases, enumerations, widget classes, symbols.

const FUNCTION =
  /unsafe extern "C" \{\s*((?:#\[(?:[^\]"]|"(?:[^"\\]|\\.)*")*\]\s*)*)pub fn (\w+)\s*\(([\s\S]*?)\)\s*(?:->\s*([^;]+?))?;\s*\}/g;
const DOCUMENTATION = /#\[doc = "((?:[^"\\]|\\.)*)"\]/;

export function readHeaders(bindings) {
  // Types named _lv_x_t are the same as lv_x_t; bindgen writes either.
  const text = bindings.replace(/\b_lv_(obj|display|group|indev|font|theme)_t\b/g, 'lv_$1_t');
  return {
    functions: functionsOf(text),
    aliases: new Map([...text.matchAll(/pub type (\w+) = ([^;]+);/g)].map((m) => [m[1], oneLine(m[2])])),
    classes: new Set([...text.matchAll(/pub static (lv_\w+)_class: lv_obj_class_t/g)].map((m) => m[1])),
    enumerations: enumerationsOf(text),
    symbols: symbolsOf(text),
  };
}

function functionsOf(text) {
  const functions = [];
  for (const [, attributes, name, parameters, returns] of text.matchAll(FUNCTION)) {
    if (!name.startsWith('lv_')) continue;
    functions.push({
      name,
      documentation: documentationOf(attributes),
      parameters: splitParameters(parameters).map(parameterOf),
      returns: oneLine(returns ?? '()'),
    });
  }
  return functions;
}

function documentationOf(attributes) {
  const raw = attributes.match(DOCUMENTATION)?.[1] ?? '';
  return raw.replace(/\\n/g, '\n').replace(/\\"/g, '"').replace(/\\\\/g, '\\').replace(/\*\//g, '* /').trim();
}

function splitParameters(text) {
  const parts = [];
  let depth = 0;
  let current = '';
  for (const c of text) {
    if ('(<['.includes(c)) depth++;
    if (')>]'.includes(c) && !(c === '>' && current.endsWith('-'))) depth--;
    if (c === ',' && depth === 0) {
      parts.push(current);
      current = '';
    } else {
      current += c;
    }
  }
  return [...parts, current].map((p) => p.trim()).filter(Boolean);
}

function parameterOf(text) {
  if (text === '...') return { name: '...', type: '...' };
  const colon = text.indexOf(':');
  return { name: text.slice(0, colon).trim().replace(/^r#/, ''), type: oneLine(text.slice(colon + 1)) };
}

/** Map of C type name (lv_event_code_t) to its members [[LV_EVENT_CLICKED, 10], …]. */
function enumerationsOf(text) {
  const found = new Map();
  for (const [, owner, name, type, value] of text.matchAll(/pub const (\w+?_t)_(LV_\w+): (\w+_t) = (-?\d+);/g)) {
    if (owner !== type) continue;
    const key = type.replace(/^_/, '');
    found.set(key, [...(found.get(key) ?? []), [name, Number(value)]]);
  }
  return found;
}

function symbolsOf(text) {
  const symbols = [];
  for (const [, name, body] of text.matchAll(/pub const LV_SYMBOL_(\w+): &\[u8; \d+\] = b"((?:[^"\\]|\\.)*)\\0";/g)) {
    const bytes = [...body.matchAll(/\\x([0-9A-F]{2})|([\s\S])/g)].map((m) =>
      m[1] ? Number.parseInt(m[1], 16) : m[2].charCodeAt(0),
    );
    symbols.push([name, Buffer.from(bytes).toString('utf8')]);
  }
  return symbols;
}

const oneLine = (text) => text.replace(/\s+/g, ' ').replace(/, \)/g, ')').trim();
