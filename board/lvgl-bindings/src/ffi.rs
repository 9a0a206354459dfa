//! LVGL's functions that the hand-written modules call and that may assert, declared so that they may unwind.

use std::ffi::{c_char, c_void};

use lightvgl_sys::*;

unsafe extern "C-unwind" {
    pub fn lv_init();
    pub fn lv_deinit();
    pub fn lv_timer_handler() -> u32;
    pub fn lv_refr_now(display: *mut lv_display_t);

    pub fn lv_display_create(width: i32, height: i32) -> *mut lv_display_t;
    pub fn lv_display_delete(display: *mut lv_display_t);
    pub fn lv_display_set_color_format(display: *mut lv_display_t, format: lv_color_format_t);
    pub fn lv_display_set_buffers(
        display: *mut lv_display_t,
        first: *mut c_void,
        second: *mut c_void,
        size: u32,
        mode: lv_display_render_mode_t,
    );
    pub fn lv_display_set_flush_cb(display: *mut lv_display_t, callback: lv_display_flush_cb_t);

    pub fn lv_indev_create() -> *mut lv_indev_t;
    pub fn lv_indev_delete(indev: *mut lv_indev_t);
    pub fn lv_indev_set_type(indev: *mut lv_indev_t, kind: lv_indev_type_t);
    pub fn lv_indev_set_mode(indev: *mut lv_indev_t, mode: lv_indev_mode_t);
    pub fn lv_indev_set_display(indev: *mut lv_indev_t, display: *mut lv_display_t);
    pub fn lv_indev_set_group(indev: *mut lv_indev_t, group: *mut lv_group_t);
    pub fn lv_indev_set_read_cb(indev: *mut lv_indev_t, callback: lv_indev_read_cb_t);
    pub fn lv_indev_read(indev: *mut lv_indev_t);
    pub fn lv_group_create() -> *mut lv_group_t;
    pub fn lv_group_delete(group: *mut lv_group_t);

    pub fn lv_obj_add_event_cb(
        object: *mut lv_obj_t,
        callback: lv_event_cb_t,
        filter: lv_event_code_t,
        data: *mut c_void,
    ) -> *mut lv_event_dsc_t;
    pub fn lv_obj_send_event(object: *mut lv_obj_t, code: lv_event_code_t, parameter: *mut c_void) -> lv_result_t;

    pub fn lv_tiny_ttf_create_data(data: *const c_void, size: usize, font_size: i32) -> *mut lv_font_t;
    pub fn lv_font_get_glyph_dsc(font: *const lv_font_t, out: *mut lv_font_glyph_dsc_t, letter: u32, next: u32) -> bool;
    pub fn lv_text_get_size(
        out: *mut lv_point_t,
        text: *const c_char,
        font: *const lv_font_t,
        letter_space: i32,
        line_space: i32,
        max_width: i32,
        flag: lv_text_flag_t,
    );

    pub fn lv_image_set_src(object: *mut lv_obj_t, source: *const c_void);
    pub fn lv_image_decoder_get_info(source: *const c_void, header: *mut lv_image_header_t) -> lv_result_t;
    pub fn lv_image_cache_drop(source: *const c_void);
    pub fn lv_canvas_set_buffer(object: *mut lv_obj_t, buffer: *mut c_void, width: i32, height: i32, format: lv_color_format_t);
    pub fn lv_snapshot_take(object: *mut lv_obj_t, format: lv_color_format_t) -> *mut lv_draw_buf_t;
    pub fn lv_draw_buf_destroy(buffer: *mut lv_draw_buf_t);

    pub fn lv_style_init(style: *mut lv_style_t);
    pub fn lv_line_set_points(object: *mut lv_obj_t, points: *const lv_point_precise_t, count: u32);
    pub fn lv_obj_set_parent(object: *mut lv_obj_t, parent: *mut lv_obj_t);
    pub fn lv_obj_set_grid_dsc_array(object: *mut lv_obj_t, columns: *const i32, rows: *const i32);
    pub fn lv_buttonmatrix_set_map(object: *mut lv_obj_t, map: *const *const c_char);
    pub fn lv_dropdown_set_text(object: *mut lv_obj_t, text: *const c_char);
    pub fn lv_dropdown_get_selected_str(object: *const lv_obj_t, buffer: *mut c_char, size: u32);
    pub fn lv_roller_get_selected_str(object: *const lv_obj_t, buffer: *mut c_char, size: u32);
    pub fn lv_list_add_button(list: *mut lv_obj_t, icon: *const c_void, text: *const c_char) -> *mut lv_obj_t;
    pub fn lv_qrcode_update(object: *mut lv_obj_t, data: *const c_void, length: u32) -> lv_result_t;
}
