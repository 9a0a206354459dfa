// Decides which LVGL functions are exposed, and how each of their types crosses between C and JavaScript.

import { CLASS_OF, denied, ENUMERATION_OF, NULLABLE, OPEN } from './denied.mjs';

/** Opaque pointers that JavaScript holds as handles. A kind is here only if something exposed creates it. */
export const HANDLES = {
  lv_obj_t: 'Obj',
  lv_display_t: 'Display',
  lv_indev_t: 'Indev',
  lv_group_t: 'Group',
  lv_style_t: 'Style',
  lv_font_t: 'Font',
  lv_theme_t: 'Theme',
  lv_chart_series_t: 'ChartSeries',
  lv_chart_cursor_t: 'ChartCursor',
  lv_scale_section_t: 'ScaleSection',
  lv_span_t: 'Span',
};
/** Handles of what belongs to a widget, is freed with it and is of use with it alone. */
export const PARTS = new Set(['lv_chart_series_t', 'lv_chart_cursor_t', 'lv_scale_section_t', 'lv_span_t']);
const STRUCTS = { lv_area_t: 'Area', lv_point_t: 'Point' };
const NUMBERS = /^(?:[iu](?:8|16|32|size)|f32|::core::ffi::c_(?:int|uint|uchar|ulong|long))$/;

/** Name prefixes of the public API beside the widgets' own. */
const PUBLIC =
  /^lv_(?:style|group|indev|display|screen|layer|theme|gridnav|palette|span|spangroup)_|^lv_(?:pct|dpx|grid_fr|pct_to_px|font_get_line_height|color_(?:mix|white|black|lighten|darken|luminance|brightness))$/;

/** Functions that delete what their second argument names. */
export const DELETES_SECOND = new Set([
  'lv_chart_remove_series',
  'lv_chart_remove_cursor',
  'lv_scale_remove_section',
  'lv_spangroup_delete_span',
]);

/** Sorts LVGL's functions into `exposed` (with their shapes) and `left` (with the reason). */
export function shapeAll(headers) {
  const exposed = [];
  const left = { internal: [], unsafe: [], variadic: [], callback: [], pointer: [] };
  for (const f of headers.functions) {
    const reason = whyNot(f, headers);
    if (reason) {
      left[reason].push(f.name);
      continue;
    }
    const parameters = f.parameters.map((p) => ({ ...p, shape: shapeOf(p.type, headers, `${f.name}.${p.name}`) }));
    const returns = shapeOfReturn(f.returns, headers);
    const outs = parameters.filter((p) => p.shape?.out);
    const expressible = parameters.every((p) => p.shape) && returns;
    if (!expressible || outs.length > 1 || (outs.length === 1 && f.returns !== '()')) left.pointer.push(f.name);
    else exposed.push({ ...f, parameters, result: outs[0]?.shape ?? returns, guard: classOf(f, parameters, headers) });
  }
  return { exposed, left };
}

function whyNot(f, { classes }) {
  const widget = [...classes].some((c) => f.name.startsWith(`${c}_`));
  if (!(widget || PUBLIC.test(f.name))) return 'internal';
  const reason = denied(f.name);
  if (reason) return reason;
  if (f.parameters.some((p) => p.type === '...' || p.type.includes('va_list'))) return 'variadic';
  if (f.parameters.some((p) => /_x?cb_t$|Option<|_f_t$/.test(p.type)) || /_cb_t$|Option</.test(f.returns))
    return 'callback';
  return null;
}

function shapeOf(type, headers, place) {
  const number = numberShape(type, headers);
  if (number) return ranged(number, place, headers);
  if (type === 'lv_color_t') return { rust: 'Color', ts: 'Color' };
  if (type === '*const ::core::ffi::c_char') return { rust: 'Text', ts: 'string' };
  const [, qualifier, target] = type.match(/^\*(mut|const) (\w+)$/) ?? [];
  if (HANDLES[target]) {
    const nullable = NULLABLE.test(place);
    const rust = nullable ? `Option<Handle<${target}>>` : `Handle<${target}>`;
    const ts = nullable ? `${HANDLES[target]} | null` : HANDLES[target];
    return { rust, ts, handle: target, part: PARTS.has(target), guard: CLASS_OF[place] };
  }
  if (STRUCTS[target]) return { rust: target, ts: STRUCTS[target], out: qualifier === 'mut' };
  return null;
}

/** A number that must lie within its enumeration: LVGL takes such numbers for indices. */
function ranged(number, place, { enumerations }) {
  const enumeration = ENUMERATION_OF[place] ?? number.enumeration;
  if (!enumeration || OPEN.test(enumeration)) return { ...number, enumeration };
  const values = enumerations.get(enumeration).map(([, value]) => value);
  return { ...number, enumeration, range: [Math.min(...values), Math.max(...values)] };
}

function shapeOfReturn(type, headers) {
  if (type === '()') return { ts: 'void' };
  const number = numberShape(type, headers);
  if (number) return number;
  if (type === 'lv_color_t') return { ts: 'Color' };
  if (/^\*(?:const|mut) ::core::ffi::c_char$/.test(type)) return { ts: 'string | null' };
  const target = type.match(/^\*(?:mut|const) (\w+)$/)?.[1];
  return HANDLES[target] ? { ts: `${HANDLES[target]} | null`, handle: target } : null;
}

function numberShape(type, { aliases, enumerations }) {
  let base = type;
  let named = null;
  while (aliases.has(base) && !NUMBERS.test(base) && base !== 'bool') {
    if (enumerations.has(base)) named = base;
    base = aliases.get(base);
  }
  if (base === 'bool') return { rust: 'bool', ts: 'boolean' };
  if (!NUMBERS.test(base)) return null;
  return { rust: type.replace('::core::ffi::', 'std::ffi::'), ts: 'number', enumeration: named };
}

/** The widget class that the first argument must have: the longest class name that begins the function's name. */
function classOf(f, parameters, { classes }) {
  if (parameters[0]?.shape.handle !== 'lv_obj_t' || f.name.endsWith('_create')) return null;
  for (let prefix = f.name; prefix.includes('_'); ) {
    prefix = prefix.slice(0, prefix.lastIndexOf('_'));
    if (classes.has(prefix)) return prefix === 'lv_obj' ? null : `${prefix}_class`;
  }
  return null;
}
