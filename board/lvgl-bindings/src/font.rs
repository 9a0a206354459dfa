//! TrueType fonts: one file mapped into memory serves every size. Fonts live as long as LVGL does, because any object
//! or style may name them.

use std::ffi::c_void;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::ptr::null_mut;

use lightvgl_sys as lv;

use crate::call::{Handle, Text, expose};
use crate::fault::{Fault, guarded, last_log};
use crate::ffi;

/// A font file in memory, mapped: pages come from the page cache and can be dropped again.
pub struct Typeface {
    data: *const c_void,
    length: usize,
}

expose! { TABLE via enter {
    c"typefaceOpen" typeface_open(Text);
    c"fontCreate" font_create(Handle<Typeface>, i32);
    c"fontBuiltin" font_builtin(i32);
    c"fontSetFallback" font_set_fallback(Handle<lv::lv_font_t>, Handle<lv::lv_font_t>);
    c"fontSetLine" font_set_line(Handle<lv::lv_font_t>, i32, i32);
    c"fontGetBaseLine" font_get_base_line(Handle<lv::lv_font_t>);
    c"fontHasGlyph" font_has_glyph(Handle<lv::lv_font_t>, u32);
    c"textGetSize" text_get_size(Text, Handle<lv::lv_font_t>, i32, i32, Option<i32>);
} }

const LARGEST_SIZE: i32 = 1000;
const SMALLEST_FILE: usize = 12;

fn typeface_open(path: Text) -> Result<*mut Typeface, Fault> {
    let shown = path.as_c_str().to_string_lossy().into_owned();
    let fault = |why: &dyn std::fmt::Display| Fault::File(format!("{shown}: {why}"));
    let file = File::open(&shown).map_err(|e| fault(&e))?;
    let length = file.metadata().map_err(|e| fault(&e))?.len() as usize;
    if length < SMALLEST_FILE {
        return Err(fault(&"not a TrueType font"));
    }
    let data = unsafe { libc::mmap(null_mut(), length, libc::PROT_READ, libc::MAP_PRIVATE, file.as_raw_fd(), 0) };
    if data == libc::MAP_FAILED {
        return Err(fault(&std::io::Error::last_os_error()));
    }
    // OpenType 1.9, "Table directory": 0x00010000 or "true" announces TrueType outlines.
    let tag = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), 4) };
    if tag != [0, 1, 0, 0] && tag != b"true" {
        unsafe { libc::munmap(data, length) };
        return Err(fault(&"not a TrueType font"));
    }
    Ok(Box::into_raw(Box::new(Typeface { data, length })))
}

fn font_create(typeface: Handle<Typeface>, size: i32) -> Result<*mut lv::lv_font_t, Fault> {
    if !(1..=LARGEST_SIZE).contains(&size) {
        return Err(Fault::Argument(format!("expected a size of 1 to {LARGEST_SIZE} pixels")));
    }
    let typeface = unsafe { &*typeface.pointer() };
    let font = guarded(|| unsafe { ffi::lv_tiny_ttf_create_data(typeface.data, typeface.length, size) })?;
    match font.is_null() {
        false => Ok(font),
        true => Err(Fault::File(format!("the font cannot be used: {}", last_log()))),
    }
}

fn builtin(size: i32) -> Option<*const lv::lv_font_t> {
    match size {
        14 => Some(&raw const lv::lv_font_montserrat_14),
        16 => Some(&raw const lv::lv_font_montserrat_16),
        20 => Some(&raw const lv::lv_font_montserrat_20),
        28 => Some(&raw const lv::lv_font_montserrat_28),
        _ => None,
    }
}

/// Montserrat: Latin letters and LVGL's symbols.
fn font_builtin(size: i32) -> Result<*const lv::lv_font_t, Fault> {
    builtin(size).ok_or(Fault::argument("14, 16, 20 or 28"))
}

/// Built-in fonts lie in read-only memory.
fn check_writable(font: &Handle<lv::lv_font_t>) -> Result<(), Fault> {
    match [14, 16, 20, 28].into_iter().filter_map(builtin).any(|b| b == font.pointer().cast_const()) {
        true => Err(Fault::argument("a font made by fontCreate")),
        false => Ok(()),
    }
}

/// `fallback` draws what `font` lacks.
fn font_set_fallback(font: Handle<lv::lv_font_t>, fallback: Handle<lv::lv_font_t>) -> Result<(), Fault> {
    check_writable(&font)?;
    let mut link = fallback.pointer().cast_const();
    while !link.is_null() {
        if link == font.pointer().cast_const() {
            return Err(Fault::argument("a fallback that does not lead back to the font"));
        }
        link = unsafe { (*link).fallback };
    }
    unsafe { (*font.pointer()).fallback = fallback.pointer() };
    Ok(())
}

/// Sets the height of a line and the distance of the base line from its bottom, in pixels.
fn font_set_line(font: Handle<lv::lv_font_t>, height: i32, base_line: i32) -> Result<(), Fault> {
    check_writable(&font)?;
    if !(1..=2 * LARGEST_SIZE).contains(&height) || !(0..=height).contains(&base_line) {
        return Err(Fault::argument("a positive height that holds the base line"));
    }
    unsafe {
        (*font.pointer()).line_height = height;
        (*font.pointer()).base_line = base_line;
    }
    Ok(())
}

fn font_get_base_line(font: Handle<lv::lv_font_t>) -> Result<i32, Fault> {
    Ok(unsafe { (*font.pointer()).base_line })
}

/// Whether the font or its fallbacks can draw `letter`.
fn font_has_glyph(font: Handle<lv::lv_font_t>, letter: u32) -> Result<bool, Fault> {
    guarded(|| unsafe {
        let mut glyph: lv::lv_font_glyph_dsc_t = std::mem::zeroed();
        ffi::lv_font_get_glyph_dsc(font.pointer(), &mut glyph, letter, 0) && glyph.is_placeholder() == 0
    })
}

/// The size that `text` takes when it wraps at `width` (never, when left out).
fn text_get_size(
    text: Text,
    font: Handle<lv::lv_font_t>,
    letter_space: i32,
    line_space: i32,
    width: Option<i32>,
) -> Result<lv::lv_point_t, Fault> {
    guarded(|| unsafe {
        let mut size: lv::lv_point_t = std::mem::zeroed();
        let width = width.unwrap_or(lv::LV_COORD_MAX as i32);
        ffi::lv_text_get_size(
            &mut size,
            text.pointer(),
            font.pointer(),
            letter_space,
            line_space,
            width,
            lv::lv_text_flag_t_LV_TEXT_FLAG_NONE,
        );
        size
    })
}
