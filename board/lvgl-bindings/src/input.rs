//! Keypads and pointers that are fed by JavaScript. LVGL reads a device exactly when something is sent to it
//! (LV_INDEV_MODE_EVENT); while a pointer is held, LVGL's own timer reads it again for long presses and scrolling.

use std::cell::RefCell;
use std::collections::HashMap;

use lightvgl_sys as lv;

use crate::call::{Handle, expose};
use crate::fault::{Fault, guarded};
use crate::ffi;

#[derive(Clone, Copy, Default)]
struct Reading {
    key: u32,
    x: i32,
    y: i32,
    pressed: bool,
}

thread_local! {
    static READINGS: RefCell<HashMap<usize, Reading>> = RefCell::new(HashMap::new());
}

expose! { TABLE via enter {
    c"keypadCreate" keypad_create(Handle<lv::lv_display_t>);
    c"keypadSend" keypad_send(Handle<lv::lv_indev_t>, u32, bool);
    c"pointerCreate" pointer_create(Handle<lv::lv_display_t>);
    c"pointerSend" pointer_send(Handle<lv::lv_indev_t>, i32, i32, bool);
    c"indevSetGroup" indev_set_group(Handle<lv::lv_indev_t>, Option<Handle<lv::lv_group_t>>);
    c"indevDelete" indev_delete(Handle<lv::lv_indev_t>);
    c"groupCreate" group_create();
    c"groupDelete" group_delete(Handle<lv::lv_group_t>);
} }

fn keypad_create(display: Handle<lv::lv_display_t>) -> Result<*mut lv::lv_indev_t, Fault> {
    create(display, lv::lv_indev_type_t_LV_INDEV_TYPE_KEYPAD)
}

fn pointer_create(display: Handle<lv::lv_display_t>) -> Result<*mut lv::lv_indev_t, Fault> {
    create(display, lv::lv_indev_type_t_LV_INDEV_TYPE_POINTER)
}

fn create(display: Handle<lv::lv_display_t>, kind: lv::lv_indev_type_t) -> Result<*mut lv::lv_indev_t, Fault> {
    let indev = guarded(|| unsafe {
        let indev = ffi::lv_indev_create();
        ffi::lv_indev_set_type(indev, kind);
        ffi::lv_indev_set_display(indev, display.pointer());
        ffi::lv_indev_set_read_cb(indev, Some(read));
        ffi::lv_indev_set_mode(indev, lv::lv_indev_mode_t_LV_INDEV_MODE_EVENT);
        indev
    })?;
    READINGS.with_borrow_mut(|r| r.insert(indev as usize, Reading::default()));
    Ok(indev)
}

/// A key goes down or up; the focused object of the keypad's group gets it.
fn keypad_send(indev: Handle<lv::lv_indev_t>, key: u32, pressed: bool) -> Result<(), Fault> {
    send(indev, lv::lv_indev_type_t_LV_INDEV_TYPE_KEYPAD, Reading { key, pressed, ..Reading::default() })
}

fn pointer_send(indev: Handle<lv::lv_indev_t>, x: i32, y: i32, pressed: bool) -> Result<(), Fault> {
    send(indev, lv::lv_indev_type_t_LV_INDEV_TYPE_POINTER, Reading { x, y, pressed, ..Reading::default() })
}

fn send(indev: Handle<lv::lv_indev_t>, kind: lv::lv_indev_type_t, reading: Reading) -> Result<(), Fault> {
    if unsafe { lv::lv_indev_get_type(indev.pointer()) } != kind {
        return Err(Fault::Class("the input device is of the other type".to_owned()));
    }
    READINGS.with_borrow_mut(|r| r.insert(indev.pointer() as usize, reading));
    guarded(|| unsafe { ffi::lv_indev_read(indev.pointer()) })
}

unsafe extern "C" fn read(indev: *mut lv::lv_indev_t, data: *mut lv::lv_indev_data_t) {
    let reading = READINGS.with_borrow(|r| r.get(&(indev as usize)).copied().unwrap_or_default());
    let data = unsafe { &mut *data };
    data.key = reading.key;
    data.point = lv::lv_point_t { x: reading.x, y: reading.y };
    data.state = match reading.pressed {
        true => lv::lv_indev_state_t_LV_INDEV_STATE_PRESSED,
        false => lv::lv_indev_state_t_LV_INDEV_STATE_RELEASED,
    };
}

fn indev_set_group(indev: Handle<lv::lv_indev_t>, group: Option<Handle<lv::lv_group_t>>) -> Result<(), Fault> {
    guarded(|| unsafe { ffi::lv_indev_set_group(indev.pointer(), Handle::or_null(&group)) })
}

fn indev_delete(indev: Handle<lv::lv_indev_t>) -> Result<(), Fault> {
    guarded(|| unsafe { ffi::lv_indev_delete(indev.pointer()) })?;
    READINGS.with_borrow_mut(|r| r.remove(&(indev.pointer() as usize)));
    indev.forget();
    Ok(())
}

fn group_create() -> Result<*mut lv::lv_group_t, Fault> {
    guarded(|| unsafe { ffi::lv_group_create() })
}

fn group_delete(group: Handle<lv::lv_group_t>) -> Result<(), Fault> {
    guarded(|| unsafe { ffi::lv_group_delete(group.pointer()) })?;
    group.forget();
    Ok(())
}

pub fn forget_all() {
    READINGS.take();
}
