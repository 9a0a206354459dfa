//! Pictures: files, PNG bytes and pixels as sources of images; canvases that JavaScript draws into; snapshots.

use std::ffi::CString;
use std::ptr::null_mut;
use std::rc::Rc;

use lightvgl_sys as lv;
use napi::sys;

use crate::call::{Environment, Handle, Text, ToJs, expose};
use crate::convert::{Bytes, set_field};
use crate::display::{address, array_buffer, check_size, new_pixels};
use crate::fault::{Fault, guarded};
use crate::ffi;
use crate::owned::keep;
use crate::runtime;
use crate::widget::check_class;

expose! { TABLE via enter {
    c"imageSetFile" set_file(Handle<lv::lv_obj_t>, Text);
    c"imageSetPng" set_png(Handle<lv::lv_obj_t>, Bytes);
    c"imageSetPixels" set_pixels(Handle<lv::lv_obj_t>, i32, i32, Bytes);
    c"imageSetSymbol" set_symbol(Handle<lv::lv_obj_t>, Text);
    c"canvasAllocate" canvas_allocate(Handle<lv::lv_obj_t>, i32, i32, Environment);
    c"objTakeSnapshot" take_snapshot(Handle<lv::lv_obj_t>, Environment);
} }

/// An image in memory. LVGL caches what it decoded by the address of `descriptor`.
struct Picture {
    descriptor: lv::lv_image_dsc_t,
    _bytes: Vec<u8>,
}

impl Drop for Picture {
    fn drop(&mut self) {
        if runtime::is_up() {
            // An assertion here would only mean that nothing was cached.
            let _ = guarded(|| unsafe { ffi::lv_image_cache_drop((&raw const self.descriptor).cast()) });
        }
    }
}

/// Shows the PNG file at an absolute `path`.
fn set_file(image: Handle<lv::lv_obj_t>, path: Text) -> Result<(), Fault> {
    check_class(&image, &raw const lv::lv_image_class)?;
    let shown = path.as_c_str().to_string_lossy();
    // 'A' is the letter of LVGL's POSIX file system (lv_conf.h).
    let source = CString::new(format!("A:{shown}")).unwrap_or_default();
    guarded(|| unsafe {
        let mut header: lv::lv_image_header_t = std::mem::zeroed();
        if ffi::lv_image_decoder_get_info(source.as_ptr().cast(), &mut header) != lv::lv_result_t_LV_RESULT_OK {
            return Err(Fault::File(format!("{shown}: not an image that LVGL can read")));
        }
        ffi::lv_image_set_src(image.pointer(), source.as_ptr().cast());
        Ok(())
    })?
}

/// Shows a PNG image; `bytes` are copied.
fn set_png(image: Handle<lv::lv_obj_t>, bytes: Bytes) -> Result<(), Fault> {
    // PNG, third edition, 5.2; LVGL itself looks only when it draws.
    if !bytes.0.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Err(Fault::argument("the bytes of a PNG image"));
    }
    let mut header: lv::lv_image_header_t = unsafe { std::mem::zeroed() };
    header.set_magic(lv::LV_IMAGE_HEADER_MAGIC);
    header.set_cf(lv::lv_color_format_t_LV_COLOR_FORMAT_RAW_ALPHA);
    set_picture(image, header, bytes.0.to_vec())
}

/// Shows ARGB8888 pixels (bytes B, G, R, A), rows without gaps; they are copied.
fn set_pixels(image: Handle<lv::lv_obj_t>, width: i32, height: i32, bytes: Bytes) -> Result<(), Fault> {
    check_size(width, height)?;
    let needed = width as usize * height as usize * 4;
    if bytes.0.len() != needed {
        return Err(Fault::Argument(format!("argument 4: expected {needed} bytes")));
    }
    let mut header: lv::lv_image_header_t = unsafe { std::mem::zeroed() };
    header.set_magic(lv::LV_IMAGE_HEADER_MAGIC);
    header.set_cf(lv::lv_color_format_t_LV_COLOR_FORMAT_ARGB8888);
    header.set_w(width as u32);
    header.set_h(height as u32);
    header.set_stride(width as u32 * 4);
    set_picture(image, header, bytes.0.to_vec())
}

fn set_picture(image: Handle<lv::lv_obj_t>, header: lv::lv_image_header_t, bytes: Vec<u8>) -> Result<(), Fault> {
    check_class(&image, &raw const lv::lv_image_class)?;
    let descriptor =
        lv::lv_image_dsc_t { header, data_size: bytes.len() as u32, data: bytes.as_ptr(), reserved: null_mut(), reserved_2: null_mut() };
    let picture = Box::new(Picture { descriptor, _bytes: bytes });
    let source = (&raw const picture.descriptor).cast();
    guarded(|| unsafe {
        let mut header: lv::lv_image_header_t = std::mem::zeroed();
        if ffi::lv_image_decoder_get_info(source, &mut header) != lv::lv_result_t_LV_RESULT_OK {
            return Err(Fault::argument("an image that LVGL can read"));
        }
        ffi::lv_image_set_src(image.pointer(), source);
        Ok(())
    })??;
    keep(image.pointer() as usize, "image", picture);
    Ok(())
}

/// Shows an icon of the object's font (SYMBOL).
fn set_symbol(image: Handle<lv::lv_obj_t>, symbol: Text) -> Result<(), Fault> {
    check_class(&image, &raw const lv::lv_image_class)?;
    // LVGL tells symbols from paths by the first byte: symbols begin above U+007F.
    if symbol.as_c_str().to_bytes().first().is_none_or(|first| *first < 0x80) {
        return Err(Fault::argument("a member of SYMBOL"));
    }
    guarded(|| unsafe { ffi::lv_image_set_src(image.pointer(), symbol.pointer().cast()) })
}

/// Gives a canvas its pixels: ARGB8888 as an ArrayBuffer. Invalidate the canvas after drawing into it.
fn canvas_allocate(canvas: Handle<lv::lv_obj_t>, width: i32, height: i32, environment: Environment) -> Result<sys::napi_value, Fault> {
    check_class(&canvas, &raw const lv::lv_canvas_class)?;
    check_size(width, height)?;
    let pixels = new_pixels(width, height);
    let format = lv::lv_color_format_t_LV_COLOR_FORMAT_ARGB8888;
    guarded(|| unsafe { ffi::lv_canvas_set_buffer(canvas.pointer(), address(&pixels), width, height, format) })?;
    keep(canvas.pointer() as usize, "canvas", Box::new(Rc::clone(&pixels)));
    unsafe { array_buffer(environment.0, pixels) }
}

/// Draws an object and its children into memory: ARGB8888.
fn take_snapshot(object: Handle<lv::lv_obj_t>, environment: Environment) -> Result<sys::napi_value, Fault> {
    let env = environment.0;
    let buffer =
        runtime::guard_drawing(|| unsafe { ffi::lv_snapshot_take(object.pointer(), lv::lv_color_format_t_LV_COLOR_FORMAT_ARGB8888) })?;
    if buffer.is_null() {
        return Err(Fault::Assert("no memory for the snapshot, or the object has no size".to_owned()));
    }
    let (width, height, stride) = unsafe { ((*buffer).header.w(), (*buffer).header.h(), (*buffer).header.stride()) };
    let (mut data, mut memory, mut bytes, mut result) = (null_mut(), null_mut(), null_mut(), null_mut());
    let length = (width * height * 4) as usize;
    unsafe {
        if sys::napi_create_arraybuffer(env, length, &mut data, &mut memory) == 0 {
            for row in 0..height as usize {
                let source = (*buffer).data.add(row * stride as usize);
                let target = data.cast::<u8>().add(row * width as usize * 4);
                std::ptr::copy_nonoverlapping(source, target, width as usize * 4);
            }
            sys::napi_create_typedarray(env, sys::TypedarrayType::uint8_array, length, memory, 0, &mut bytes);
            sys::napi_create_object(env, &mut result);
            set_field(env, result, "width\0", width.to_js(env));
            set_field(env, result, "height\0", height.to_js(env));
            set_field(env, result, "pixels\0", bytes);
        }
        ffi::lv_draw_buf_destroy(buffer);
    }
    match result.is_null() {
        false => Ok(result),
        true => Err(Fault::Pending),
    }
}
