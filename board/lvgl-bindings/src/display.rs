//! A display whose pixels JavaScript sees: LVGL draws straight into the memory of an ArrayBuffer (DIRECT mode),
//! and the flush callback only notes which rectangles changed.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::rc::Rc;

use lightvgl_sys as lv;
use napi::sys;

use crate::call::{Environment, Handle, expose};
use crate::convert::Integers;
use crate::fault::{Fault, guarded, last_log};
use crate::ffi;
use crate::runtime::guard_drawing;

/// LVGL joins the areas of a frame to at most this many (LV_INV_BUF_SIZE).
const MOST_RECTANGLES: usize = 32;
const LARGEST_SIDE: i32 = 8192;

/// Pixels shared by LVGL and JavaScript; freed when both have let go.
pub type Pixels = Rc<[std::cell::UnsafeCell<u32>]>;

struct Display {
    pointer: *mut lv::lv_display_t,
    pixels: Pixels,
    dirty: Vec<[i32; 4]>,
}

thread_local! {
    static DISPLAYS: RefCell<Vec<Display>> = const { RefCell::new(Vec::new()) };
}

expose! { TABLE via enter {
    c"displayCreate" create(i32, i32);
    c"displayDelete" delete(Handle<lv::lv_display_t>);
    c"displayGetPixels" pixels(Handle<lv::lv_display_t>, Environment);
    c"displayRefreshNow" refresh_now(Handle<lv::lv_display_t>);
    c"displayTakeDirty" take_dirty(Handle<lv::lv_display_t>, Integers);
} }

fn create(width: i32, height: i32) -> Result<*mut lv::lv_display_t, Fault> {
    check_size(width, height)?;
    let pixels = new_pixels(width, height);
    let pointer = guarded(|| unsafe {
        let display = ffi::lv_display_create(width, height);
        ffi::lv_display_set_color_format(display, lv::lv_color_format_t_LV_COLOR_FORMAT_XRGB8888);
        let mode = lv::lv_display_render_mode_t_LV_DISPLAY_RENDER_MODE_DIRECT;
        ffi::lv_display_set_buffers(display, address(&pixels), null_mut(), (pixels.len() * 4) as u32, mode);
        ffi::lv_display_set_flush_cb(display, Some(note_flush));
        display
    })?;
    DISPLAYS.with_borrow_mut(|d| d.push(Display { pointer, pixels, dirty: Vec::with_capacity(MOST_RECTANGLES) }));
    Ok(pointer)
}

fn delete(display: Handle<lv::lv_display_t>) -> Result<(), Fault> {
    guarded(|| unsafe { ffi::lv_display_delete(display.pointer()) })?;
    display.forget();
    DISPLAYS.with_borrow_mut(|d| d.retain(|one| one.pointer != display.pointer()));
    Ok(())
}

/// The display's pixels as an ArrayBuffer: XRGB8888, rows without gaps.
fn pixels(display: Handle<lv::lv_display_t>, environment: Environment) -> Result<sys::napi_value, Fault> {
    let found = DISPLAYS.with_borrow(|d| d.iter().find(|one| one.pointer == display.pointer()).map(|one| Rc::clone(&one.pixels)));
    unsafe { array_buffer(environment.0, found.ok_or(Fault::Stale("display"))?) }
}

/// Draws what changed without waiting for the next frame.
fn refresh_now(display: Handle<lv::lv_display_t>) -> Result<(), Fault> {
    guard_drawing(|| unsafe { ffi::lv_refr_now(display.pointer()) })
}

/// Moves the rectangles drawn since the last call into `rectangles`, x1 y1 x2 y2 each; gives their number.
fn take_dirty(display: Handle<lv::lv_display_t>, rectangles: Integers) -> Result<u32, Fault> {
    DISPLAYS.with_borrow_mut(|d| {
        let one = d.iter_mut().find(|one| one.pointer == display.pointer()).ok_or(Fault::Stale("display"))?;
        if rectangles.0.len() < one.dirty.len() * 4 {
            return Err(Fault::Argument(format!("expected room for {MOST_RECTANGLES} rectangles")));
        }
        for (place, rectangle) in rectangles.0.chunks_exact_mut(4).zip(&one.dirty) {
            place.copy_from_slice(rectangle);
        }
        Ok(std::mem::replace(&mut one.dirty, Vec::with_capacity(MOST_RECTANGLES)).len() as u32)
    })
}

/// Whether `object` is a layer or the active screen of a display.
pub fn shows(object: *mut lv::lv_obj_t) -> bool {
    DISPLAYS.with_borrow(|d| {
        d.iter().map(|one| one.pointer).any(|display| unsafe {
            let layers =
                [lv::lv_display_get_layer_top(display), lv::lv_display_get_layer_sys(display), lv::lv_display_get_layer_bottom(display)];
            lv::lv_display_get_screen_active(display) == object || layers.contains(&object)
        })
    })
}

unsafe extern "C" fn note_flush(display: *mut lv::lv_display_t, area: *const lv::lv_area_t, _: *mut u8) {
    let area = unsafe { &*area };
    DISPLAYS.with_borrow_mut(|d| {
        if let Some(one) = d.iter_mut().find(|one| one.pointer == display) {
            note(&mut one.dirty, [area.x1, area.y1, area.x2, area.y2]);
        }
    });
    unsafe { lv::lv_display_flush_ready(display) };
}

/// Adds a rectangle; when nobody takes them, they become the one that holds them all.
fn note(dirty: &mut Vec<[i32; 4]>, area: [i32; 4]) {
    if dirty.contains(&area) {
        return;
    }
    if dirty.len() < MOST_RECTANGLES {
        dirty.push(area);
        return;
    }
    let all = dirty.iter().fold(area, |a, b| [a[0].min(b[0]), a[1].min(b[1]), a[2].max(b[2]), a[3].max(b[3])]);
    dirty.clear();
    dirty.push(all);
}

pub fn forget_all() {
    DISPLAYS.take();
}

pub fn check_size(width: i32, height: i32) -> Result<(), Fault> {
    match (1..=LARGEST_SIDE).contains(&width) && (1..=LARGEST_SIDE).contains(&height) {
        true => Ok(()),
        false => Err(Fault::Argument(format!("expected a width and a height of 1 to {LARGEST_SIDE}"))),
    }
}

pub fn new_pixels(width: i32, height: i32) -> Pixels {
    (0..width * height).map(|_| std::cell::UnsafeCell::new(0)).collect()
}

pub fn address(pixels: &Pixels) -> *mut c_void {
    pixels[0].get().cast()
}

/// An ArrayBuffer over `pixels`; it keeps them until JavaScript's collector has taken it.
pub unsafe fn array_buffer(env: sys::napi_env, pixels: Pixels) -> Result<sys::napi_value, Fault> {
    let (data, length) = (address(&pixels), pixels.len() * 4);
    let kept = Box::into_raw(Box::new(pixels));
    let mut value = null_mut();
    let status = unsafe { sys::napi_create_external_arraybuffer(env, data, length, Some(let_go), kept.cast(), &mut value) };
    if status != 0 {
        drop(unsafe { Box::from_raw(kept) });
        return Err(Fault::Assert(format!("no ArrayBuffer over external memory (status {status}) {}", last_log())));
    }
    Ok(value)
}

unsafe extern "C" fn let_go(_: sys::napi_env, _: *mut c_void, kept: *mut c_void) {
    drop(unsafe { Box::from_raw(kept.cast::<Pixels>()) });
}
