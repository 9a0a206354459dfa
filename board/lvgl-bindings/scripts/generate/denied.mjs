// Which of LVGL's functions are not exposed, and which of their arguments are checked beyond their C types.

/**
 * LVGL keeps the pointer that these are given, while JavaScript's memory is gone after the call, and an object may be
 * gone before its event: `_static`, the button points, a screen to load later. `lv_dropdown_set_text` is offered again
 * as dropdownSetText, which owns its copy.
 */
const KEEPS_POINTER =
  /_static$|^lv_(?:dropdown_set_text|obj_set_style_bitmap_mask.*|indev_set_button_points|obj_add_screen_load_event|menu_set_load_page_event)$/;

/**
 * They free or move what a handle or the framebuffer still names, or corrupt the tree when misused; what is useful of
 * them is offered again by hand.
 */
const FREES = namesOf(`
  display_delete display_delete_event display_set_(?:resolution|physical_resolution|offset|rotation|color_format|render_mode|tile_cnt)
  display_set_(?:matrix_rotation|antialiasing|default|user_data) display_flush_\\w+ display_remove_event\\w* display_trigger_\\w+
  display_get_(?:draw_buf_size|invalidated_draw_buf_size) group_(?:delete|create|init|deinit|swap_obj)
  indev_(?:delete|create|read|remove_event\\w*) indev_set_(?:type|mode|display|group|driver_data|user_data)
  style_(?:init|is_const|register_prop|get_\\w+|remove_prop|reset)
  theme_(?:apply|set_parent|get_\\w+|delete|create|copy) theme_\\w+_(?:deinit|is_inited)
  obj_(?:delete_anim_completed_cb|remove_event\\w*|assign_id|free_id|set_id|stringify_id|set_user_data|swap|set_parent|is_valid)`);

/** Internals, visible only because the crate compiles with LV_USE_PRIVATE_API, or of no use without their other half. */
const INTERNAL = namesOf(`
  \\w+_(?:ctor|dtor|constructor|destructor|event_cb|init_private|deinit_private|core|internal|private) \\w+_core_(?:init|deinit)
  image_(?:cache|header_cache|decoder|buf|src)_\\w+ canvas_buf_size event_\\w+ span_stack_(?:init|deinit) layer_(?:init|reset)
  obj_(?:construct|destruct|class_\\w+|event_base|destruct_children|refr|refr_\\w+|redraw|enable_style_refresh|style_\\w+|refresh_style)
  obj_(?:update_layer_type|get_layer_type|layout_\\w+|mark_layout_as_dirty|init_draw_\\w+|invalidate_area|area_is_visible|calculate_\\w+)
  obj_(?:calc_\\w+|set_state|move_to|move_children_by|null_on_delete|dump_tree|get_transformed_area|transform_point\\w*|get_ext_draw_size)
  obj_(?:calculate_ext_draw_size|refresh_ext_draw_size|allocate_spec_attr|scroll_by_raw|scrollbar_invalidate|update_flag|update_snap)
  obj_(?:add_to_tree\\w*|tree_\\w+|delete_core|readjust_scroll|property\\w*|get_property\\w*|set_property\\w*|get_event_count|reset_transform)
  obj_(?:report_style_change|has_style_prop|remove_local_style_prop)
  display_get_(?:layer|refr_timer|buf_active|screen_loading|dpi_\\w+|next|event\\w*) display_(?:refr\\w*|enable_invalidation|create|send_event)
  display_(?:register_vsync\\w*|unregister_\\w*|send_vsync\\w*|delete_refr_timer|is_invalidation_enabled|is_double_buffered|add_event\\w*)
  display_(?:layer_\\w+|rotate_\\w+|set_3rd_draw_buffer)
  indev_get_(?:driver_data|user_data|event\\w*|read_timer|cursor|next|active_obj) indev_(?:add_event\\w*|send_event|scroll_\\w+|find_scroll_obj)
  indev_(?:gesture\\w*|active|search_obj|set_cursor|read_timer\\w*|init|deinit)
  group_get_(?:user_data|obj_by_index|next|count) group_(?:set_user_data|by_\\w+)
  style_(?:prop_\\w+|get_num_custom_props) gridnav_get_\\w+ theme_(?:simple|mono)_\\w+`);

/** Why the function `name` is not exposed; null when nothing speaks against it. */
export function denied(name) {
  if (INTERNAL.test(name)) return 'internal';
  return KEEPS_POINTER.test(name) || FREES.test(name) ? 'unsafe' : null;
}

/** Arguments that may be null: `function.parameter`. */
export const NULLABLE =
  /(?:(?<!menu_page)_create\.parent|^lv_obj_align_to\.base|^lv_group_set_default\.group|^lv_obj_remove_style\.style|^lv_chart_set_cursor_point\.ser|^lv_keyboard_set_textarea\.ta|^lv_menu_set_(?:sidebar_)?page\.page)$/;

/**
 * Arguments that must be of a class which the function's name does not tell. `screen`: an object without a parent;
 * `deletable`: not what a display shows.
 */
export const CLASS_OF = {
  'lv_keyboard_set_textarea.ta': 'lv_textarea_class',
  'lv_menu_page_create.parent': 'lv_menu_class',
  'lv_menu_set_page.page': 'lv_menu_page_class',
  'lv_menu_set_sidebar_page.page': 'lv_menu_page_class',
  'lv_obj_delete.obj': 'deletable',
  'lv_obj_delete_async.obj': 'deletable',
  'lv_obj_delete_delayed.obj': 'deletable',
  'lv_scale_set_line_needle_value.needle_line': 'lv_line_class',
  'lv_scale_set_image_needle_value.needle_img': 'lv_image_class',
  'lv_screen_load.scr': 'screen',
  'lv_screen_load_anim.scr': 'screen',
  'lv_tileview_set_tile.tile_obj': 'lv_tileview_tile_class',
};

/** Arguments that are a plain number in C and a member of an enumeration in truth. */
export const ENUMERATION_OF = {
  'lv_obj_set_layout.layout': 'lv_layout_t',
  'lv_obj_set_style_layout.value': 'lv_layout_t',
  'lv_style_set_layout.value': 'lv_layout_t',
};

/** Enumerations whose members are combined by |, or go on without names. */
export const OPEN =
  /^lv_(?:state|part|obj_flag|dir|border_side|text_decor|buttonmatrix_ctrl|table_cell_ctrl|gridnav_ctrl|event_code|key|opacity_level|scroll_snap)_t$/;

function namesOf(patterns) {
  return new RegExp(`^lv_(?:${patterns.trim().split(/\s+/).join('|')})$`);
}
