// Makes generated/ from the LVGL headers: npm run generate [bindings.rs].
// Without an argument it compiles the crate lightvgl-sys first and takes the bindings.rs of that build.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { bindingsOfCrate } from './generate/crate.mjs';
import { constantsJs, constantsTypes, enumerationObjects, functionTypes, rustWrappers } from './generate/emit.mjs';
import { readHeaders } from './generate/headers.mjs';
import { shapeAll } from './generate/shapes.mjs';

const headers = readHeaders(readFileSync(process.argv[2] ?? bindingsOfCrate(), 'utf8'));
const { exposed, left } = shapeAll(headers);

/** Macros that bindgen cannot evaluate, or that belong to no enumeration (lv_area.h, lv_grid.h, lv_style.h, lv_timer.h). */
const COORD_MAX = (1 << 29) - 1;
const PLAIN = [
  ['SIZE_CONTENT', COORD_MAX | (1 << 29)],
  ['GRID_CONTENT', COORD_MAX - 101],
  ['RADIUS_CIRCLE', 0x7fff],
  ['SCALE_NONE', 256],
  ['NO_TIMER_READY', 0xffffffff],
  ['BUTTONMATRIX_BUTTON_NONE', 0xffff],
  ['CHART_POINT_NONE', 0x7fffffff],
];

/** Enumerations that no exposed function or callback speaks of. */
const INTERNAL_ENUMERATIONS =
  /^lv_(?:style_id|str_symbol_id|rb_|cache_|fs_|thread_|draw_|tree_|image_compress|image_src|style_res|style_state|cover_res|obj_class|obj_tree|layer_type|text_cmd|subject|font_fmt|font_glyph|font_subpx|animimg|obj_tree_walk|result|text_flag|lvimage_flags)/;
const enumerations = new Map([...headers.enumerations].filter(([type]) => !INTERNAL_ENUMERATIONS.test(type)));
const objects = enumerationObjects(enumerations);

const target = new URL('../generated/', import.meta.url);
mkdirSync(target, { recursive: true });
const write = (name, text) => writeFileSync(new URL(name, target), text);
write('wrappers.rs', rustWrappers(exposed));
write('functions.d.ts', functionTypes(exposed, objects));
write('constants.js', constantsJs(objects, headers.symbols, PLAIN));
write('constants.d.ts', constantsTypes(objects, headers.symbols, PLAIN));
write('left.json', `${JSON.stringify(left, null, 1)}\n`);

const counts = Object.entries(left).map(([reason, names]) => `${names.length} ${reason}`);
console.log(
  `${exposed.length} of ${headers.functions.length} functions; left: ${counts.join(', ')}; ${objects.size} enumerations`,
);
