//! Functions of LVGL that a generator cannot wrap: they take arrays or keep the pointer that they are given.

use std::ffi::{CStr, CString, c_char};

use lightvgl_sys as lv;

use crate::call::{Environment, Handle, Text, ToJs, class_name, expose};
use crate::convert::{Bytes, Integers, Texts};
use crate::fault::{Fault, guarded};
use crate::ffi;
use crate::owned::keep;

type Object = Handle<lv::lv_obj_t>;

expose! { TABLE via enter {
    c"objGetClassName" class_name_of(Object, Environment);
    c"objSetParent" set_parent(Object, Object);
    c"objSetGrid" set_grid(Object, Integers, Integers);
    c"lineSetPoints" line_set_points(Object, Integers);
    c"buttonmatrixSetMap" buttonmatrix_set_map(Object, Texts);
    c"dropdownSetText" dropdown_set_text(Object, Text);
    c"dropdownGetSelectedText" dropdown_get_selected_text(Object, Environment);
    c"rollerGetSelectedText" roller_get_selected_text(Object, Environment);
    c"listAddButton" list_add_button(Object, Option<Text>, Text);
    c"qrcodeUpdate" qrcode_update(Object, Bytes);
    c"styleCreate" style_create();
} }

pub fn check_class(object: &Object, class: *const lv::lv_obj_class_t) -> Result<(), Fault> {
    if unsafe { lv::lv_obj_has_class(object.pointer(), class) } {
        return Ok(());
    }
    let (wanted, found) = unsafe { (class_name(class), class_name(lv::lv_obj_get_class(object.pointer()))) };
    Err(Fault::Class(format!("the object is a {found}, not a {wanted}")))
}

/// `lv_label` for a label.
fn class_name_of(object: Object, environment: Environment) -> Result<napi::sys::napi_value, Fault> {
    let name = CString::new(unsafe { class_name(lv::lv_obj_get_class(object.pointer())) }).unwrap_or_default();
    Ok(unsafe { name.as_ptr().to_js(environment.0) })
}

fn set_parent(object: Object, parent: Object) -> Result<(), Fault> {
    // LVGL follows parents until there is none: a circle would hang it.
    let mut ancestor = parent.pointer();
    while !ancestor.is_null() {
        if ancestor == object.pointer() {
            return Err(Fault::argument("a parent outside of the object itself"));
        }
        ancestor = unsafe { lv::lv_obj_get_parent(ancestor) };
    }
    guarded(|| unsafe { ffi::lv_obj_set_parent(object.pointer(), parent.pointer()) })
}

/// Columns and rows of a grid layout in pixels, `gridFr()` or GRID_CONTENT.
fn set_grid(object: Object, columns: Integers, rows: Integers) -> Result<(), Fault> {
    let ended = |tracks: Integers| {
        let mut all = tracks.0.to_vec();
        all.push(lv::LV_GRID_TEMPLATE_LAST as i32);
        all
    };
    let tracks = Box::new((ended(columns), ended(rows)));
    guarded(|| unsafe { ffi::lv_obj_set_grid_dsc_array(object.pointer(), tracks.0.as_ptr(), tracks.1.as_ptr()) })?;
    keep(object.pointer() as usize, "grid", tracks);
    Ok(())
}

/// `points` are x, y for each point of the line.
fn line_set_points(line: Object, points: Integers) -> Result<(), Fault> {
    check_class(&line, &raw const lv::lv_line_class)?;
    if points.0.len() % 2 != 0 {
        return Err(Fault::argument("x and y of each point"));
    }
    let points: Vec<_> = points.0.chunks_exact(2).map(|p| lv::lv_point_precise_t { x: p[0] as _, y: p[1] as _ }).collect();
    guarded(|| unsafe { ffi::lv_line_set_points(line.pointer(), points.as_ptr(), points.len() as u32) })?;
    keep(line.pointer() as usize, "line", Box::new(points));
    Ok(())
}

/// One text for each button; "\n" begins a new row.
fn buttonmatrix_set_map(matrix: Object, texts: Texts) -> Result<(), Fault> {
    check_class(&matrix, &raw const lv::lv_buttonmatrix_class)?;
    let texts: Vec<CString> = texts.0.iter().map(|t| t.as_c_str().to_owned()).collect();
    if texts.iter().any(|t| t.is_empty()) {
        return Err(Fault::argument("texts that are not empty"));
    }
    // LVGL's map ends with an empty text.
    let pointers: Vec<*const c_char> = texts.iter().map(|t| t.as_ptr()).chain([c"".as_ptr()]).collect();
    guarded(|| unsafe { ffi::lv_buttonmatrix_set_map(matrix.pointer(), pointers.as_ptr()) })?;
    keep(matrix.pointer() as usize, "map", Box::new((texts, pointers)));
    Ok(())
}

/// A fixed text on the button of the drop-down list, instead of the selected option.
fn dropdown_set_text(dropdown: Object, text: Text) -> Result<(), Fault> {
    check_class(&dropdown, &raw const lv::lv_dropdown_class)?;
    let text = text.as_c_str().to_owned();
    guarded(|| unsafe { ffi::lv_dropdown_set_text(dropdown.pointer(), text.as_ptr()) })?;
    keep(dropdown.pointer() as usize, "text", Box::new(text));
    Ok(())
}

const LONGEST_OPTION: usize = 1024;

fn dropdown_get_selected_text(dropdown: Object, environment: Environment) -> Result<napi::sys::napi_value, Fault> {
    check_class(&dropdown, &raw const lv::lv_dropdown_class)?;
    selected(environment, |buffer, size| unsafe { ffi::lv_dropdown_get_selected_str(dropdown.pointer(), buffer, size) })
}

fn roller_get_selected_text(roller: Object, environment: Environment) -> Result<napi::sys::napi_value, Fault> {
    check_class(&roller, &raw const lv::lv_roller_class)?;
    selected(environment, |buffer, size| unsafe { ffi::lv_roller_get_selected_str(roller.pointer(), buffer, size) })
}

fn selected(environment: Environment, read: impl FnOnce(*mut c_char, u32)) -> Result<napi::sys::napi_value, Fault> {
    let mut buffer = [0u8; LONGEST_OPTION];
    guarded(|| read(buffer.as_mut_ptr().cast(), LONGEST_OPTION as u32))?;
    let text = CStr::from_bytes_until_nul(&buffer).unwrap_or_default();
    Ok(unsafe { text.as_ptr().to_js(environment.0) })
}

/// `symbol` is a member of SYMBOL, or null.
fn list_add_button(list: Object, symbol: Option<Text>, text: Text) -> Result<*mut lv::lv_obj_t, Fault> {
    check_class(&list, &raw const lv::lv_list_class)?;
    // Anything else would be read as the path of a file, or as an image in memory.
    if symbol.as_ref().is_some_and(|s| s.as_c_str().to_bytes().first().is_none_or(|first| *first < 0x80)) {
        return Err(Fault::argument("a member of SYMBOL, or null"));
    }
    let icon = symbol.as_ref().map_or(std::ptr::null(), |s| s.pointer().cast());
    guarded(|| unsafe { ffi::lv_list_add_button(list.pointer(), icon, text.pointer()) })
}

/// Encodes `bytes`; false when they do not fit into a code.
fn qrcode_update(code: Object, bytes: Bytes) -> Result<bool, Fault> {
    check_class(&code, &raw const lv::lv_qrcode_class)?;
    guarded(
        || unsafe { ffi::lv_qrcode_update(code.pointer(), bytes.0.as_ptr().cast(), bytes.0.len() as u32) } == lv::lv_result_t_LV_RESULT_OK,
    )
}

/// A style that any number of objects share. It lives as long as LVGL does.
fn style_create() -> Result<*mut lv::lv_style_t, Fault> {
    let style = Box::into_raw(Box::new(unsafe { std::mem::zeroed::<lv::lv_style_t>() }));
    guarded(|| unsafe { ffi::lv_style_init(style) })?;
    Ok(style)
}
