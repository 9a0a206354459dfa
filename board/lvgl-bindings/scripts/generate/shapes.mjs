// Decides which LVGL functions are exposed, and how each of their types crosses between C and JavaScript.

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
const STRUCTS = { lv_area_t: 'Area', lv_point_t: 'Point' };
const NUMBERS = /^(?:[iu](?:8|16|32|size)|f32|::core::ffi::c_(?:int|uint|uchar|ulong|long))$/;

/** Name prefixes of the public API beside the widgets' own. */
const PUBLIC =
  /^lv_(?:style|group|indev|display|screen|layer|theme|gridnav|palette|span|spangroup)_|^lv_(?:pct|dpx|grid_fr|pct_to_px|font_get_line_height|color_(?:mix|white|black|lighten|darken|luminance|brightness))$/;

/**
 * Not exposed. LVGL keeps the pointer that these are given, and JavaScript's memory is gone after the call:
 * `_static`, `set_text` of a dropdown (offered again as dropdownSetText, which owns its copy).
 */
const KEEPS_POINTER = /_static$|^lv_dropdown_set_text$|^lv_obj_set_style_bitmap_mask/;
/** Not exposed: they would free or move what a handle or the framebuffer still names; offered again by hand where useful. */
const FREES =
  /^lv_(?:display_(?:delete|set_(?:resolution|physical_resolution|offset|rotation|color_format|render_mode|tile_cnt|matrix_rotation|antialiasing|default|user_data)|flush_\w+|remove_event\w*|trigger_\w+|get_(?:draw_buf_size|invalidated_draw_buf_size))|group_(?:delete|create|init|deinit|swap_obj)|indev_(?:delete|create|read|set_(?:type|mode|display|group|driver_data|user_data)|remove_event\w*)|style_(?:init|is_const|register_prop|get_\w+|remove_prop|reset)|theme_\w+_(?:deinit|is_inited)|theme_(?:apply|set_parent|get_\w+|delete|create|copy)|obj_(?:delete_anim_completed_cb|remove_event\w*|assign_id|free_id|set_id|stringify_id|set_user_data|replace_style_\w+))$/;
/** Internals, visible only because the crate compiles with LV_USE_PRIVATE_API. */
const INTERNAL =
  /_(?:ctor|dtor|constructor|destructor|event_cb|init_private|deinit_private|core|internal|private)$|_core_(?:init|deinit)$|^lv_obj_(?:construct|destruct|class_\w+|event_base|destruct_children|refr|redraw|enable_style_refresh|style_\w+|update_layer_type|get_layer_type|layout_\w+|init_draw_\w+|invalidate_area|area_is_visible|calculate_\w+|set_state|move_children_by|null_on_delete|dump_tree|get_transformed_area|transform_point\w*|get_ext_draw_size|calculate_ext_draw_size|refresh_ext_draw_size|allocate_spec_attr|scroll_by_raw|update_flag|add_to_tree\w*|tree_\w+|delete_core|readjust_scroll|property\w*|get_property\w*|set_property\w*)$|^lv_display_(?:get_(?:layer|refr_timer|buf_active|screen_loading|dpi_\w+)|refr\w*|enable_invalidation|register_vsync\w*|unregister_\w*|send_vsync\w*|create|delete_refr_timer|get_next|is_invalidation_enabled|is_double_buffered|add_event\w*|send_event|get_event\w*|layer_\w+|rotate_\w+|set_3rd_draw_buffer)$|^lv_indev_(?:get_(?:driver_data|user_data|event\w*|read_timer|cursor|next)|add_event\w*|send_event|scroll_\w+|find_scroll_obj|gesture\w*|active|get_active_obj|search_obj|set_cursor|read_timer\w*|init|deinit)$|^lv_group_(?:get_(?:user_data|obj_by_index|next)|set_user_data|by_index|get_count|by_\w+)$|^lv_(?:style_prop_\w+|style_prop_lookup_flags|style_get_num_custom_props|layer_(?:init|reset)|gridnav_get_\w+|span_stack_(?:init|deinit)|theme_simple_\w+|theme_mono_\w+|event_\w+)$/;

/** Arguments that may be null: `function.parameter`. */
const NULLABLE =
  /(?:_create\.parent|^lv_obj_align_to\.base|^lv_group_set_default\.group|^lv_obj_remove_style\.style|^lv_chart_set_cursor_point\.ser|^lv_keyboard_set_textarea\.ta|^lv_menu_set_(?:sidebar_)?page\.page)$/;

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
  if (!(widget || PUBLIC.test(f.name)) || INTERNAL.test(f.name)) return 'internal';
  if (KEEPS_POINTER.test(f.name) || FREES.test(f.name)) return 'unsafe';
  if (f.parameters.some((p) => p.type === '...' || p.type.includes('va_list'))) return 'variadic';
  if (f.parameters.some((p) => /_x?cb_t$|Option<|_f_t$/.test(p.type)) || /_cb_t$|Option</.test(f.returns))
    return 'callback';
  return null;
}

function shapeOf(type, headers, place) {
  const number = numberShape(type, headers);
  if (number) return number;
  if (type === 'lv_color_t') return { rust: 'Color', ts: 'Color' };
  if (type === '*const ::core::ffi::c_char') return { rust: 'Text', ts: 'string' };
  const [, qualifier, target] = type.match(/^\*(mut|const) (\w+)$/) ?? [];
  if (HANDLES[target]) {
    const nullable = NULLABLE.test(place);
    const rust = nullable ? `Option<Handle<${target}>>` : `Handle<${target}>`;
    return { rust, ts: nullable ? `${HANDLES[target]} | null` : HANDLES[target], handle: target };
  }
  if (STRUCTS[target]) return { rust: target, ts: STRUCTS[target], out: qualifier === 'mut' };
  return null;
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
