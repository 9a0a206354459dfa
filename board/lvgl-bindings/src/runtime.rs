//! The life of LVGL in this process: which thread owns it, init and deinit, the tick, the wake-up of the loop.

use std::cell::{Cell, RefCell};
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Mutex;
use std::thread::ThreadId;

use lightvgl_sys as lv;
use napi::bindgen_prelude::{Env, Object};
use napi::{Error, JsValue, sys};
use napi_derive::napi;

use crate::call::{Environment, FromJs, Handle, expose};
use crate::fault::{Fault, guarded, remember_log, suspect};
use crate::{display, event, ffi, font, handle, image, input, owned, panel, widget, wrappers};

#[derive(Clone, Copy, PartialEq)]
enum State {
    Down,
    Up,
    /// An assertion unwound while LVGL drew.
    Broken,
}

thread_local! {
    static STATE: Cell<State> = const { Cell::new(State::Down) };
    /// The loop knows that there is work; it need not be told again before the next tick.
    static AWAKE: Cell<bool> = const { Cell::new(true) };
    static WAKE: RefCell<Option<(sys::napi_env, sys::napi_ref)>> = const { RefCell::new(None) };
}

/// LVGL's state is global to the process, so only one thread may ever hold it at a time.
static OWNER: Mutex<Option<ThreadId>> = Mutex::new(None);

#[napi(module_exports)]
pub fn register(exports: Object, env: Env) -> napi::Result<()> {
    let this = std::thread::current().id();
    let mut owner = OWNER.lock().map_err(|_| Error::from_reason("lvgl-bindings: the owner is unknown"))?;
    if owner.is_some_and(|other| other != this) {
        return Err(Error::from_reason("lvgl-bindings is loaded in another thread already; LVGL has one owner"));
    }
    if owner.is_none() {
        *owner = Some(this);
        unsafe { sys::napi_add_env_cleanup_hook(env.raw(), Some(release), null_mut()) };
    }
    let tables =
        [wrappers::TABLE, TABLE, LOOP, display::TABLE, event::TABLE, font::TABLE, image::TABLE, input::TABLE, panel::TABLE, widget::TABLE];
    for (name, function) in tables.into_iter().flatten() {
        unsafe { define(env.raw(), exports.raw(), name, *function) };
    }
    Ok(())
}

unsafe fn define(
    env: sys::napi_env,
    exports: sys::napi_value,
    name: &'static std::ffi::CStr,
    function: unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value,
) {
    let mut value = null_mut();
    unsafe {
        sys::napi_create_function(env, name.as_ptr(), -1, Some(function), null_mut(), &mut value);
        sys::napi_set_named_property(env, exports, name.as_ptr(), value);
    }
}

/// The thread that owns LVGL ends: another may have it from now on, if LVGL can still be taken down.
unsafe extern "C" fn release(_: *mut c_void) {
    WAKE.take();
    let down = match STATE.get() {
        State::Down => true,
        State::Up => !suspect() && deinit().is_ok(),
        State::Broken => false,
    };
    if let (true, Ok(mut owner)) = (down, OWNER.lock()) {
        *owner = None;
    }
}

pub fn check_ready() -> Result<(), Fault> {
    match STATE.get() {
        State::Up => Ok(()),
        State::Down => Err(Fault::State("LVGL is not initialised: call lv.init() first")),
        State::Broken => Err(Fault::State("an assertion failed while LVGL drew; restart the process")),
    }
}

pub fn is_up() -> bool {
    STATE.get() == State::Up
}

expose! { TABLE via enter_in_any_state {
    c"init" init();
    c"deinit" deinit();
    c"setWake" set_wake(Function, Environment);
    c"handleCount" handle_count();
} }

expose! { LOOP via enter {
    c"tick" tick();
    c"displayRefresh" refresh(Handle<lv::lv_display_t>);
    c"isAlive" is_alive(u32);
} }

fn init() -> Result<(), Fault> {
    if STATE.get() != State::Down {
        return check_ready();
    }
    guarded(|| unsafe {
        ffi::lv_init();
        lv::lv_log_register_print_cb(Some(remember_log));
        lv::lv_tick_set_cb(Some(now_ms));
        lv::lv_timer_handler_set_resume_cb(Some(resumed), null_mut());
    })?;
    STATE.set(State::Up);
    Ok(())
}

fn deinit() -> Result<(), Fault> {
    if STATE.get() == State::Down {
        return Ok(());
    }
    check_ready()?;
    guarded(|| unsafe { ffi::lv_deinit() })?;
    STATE.set(State::Down);
    handle::forget_all();
    display::forget_all();
    input::forget_all();
    event::forget_all();
    owned::sweep();
    Ok(())
}

/// LVGL's clock: milliseconds, wrapping, from the monotonic clock.
unsafe extern "C" fn now_ms() -> u32 {
    let mut t = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &mut t) };
    (t.tv_sec as u64 * 1000 + t.tv_nsec as u64 / 1_000_000) as u32
}

/// Renders and runs what is due; gives the milliseconds until more is due, NO_TIMER_READY for never.
fn tick() -> Result<u32, Fault> {
    // The tick itself resumes timers; the caller learns of that from the result.
    AWAKE.set(true);
    let next_ms = guard_drawing(|| unsafe { ffi::lv_timer_handler() })?;
    AWAKE.set(false);
    owned::sweep();
    Ok(next_ms)
}

/// Draws what changed now: the next pixel does not wait for the refresh period. Timers do not run.
fn refresh(display: Handle<lv::lv_display_t>) -> Result<(), Fault> {
    guarded(|| unsafe { ffi::lv_refr_now(display.pointer()) }).inspect_err(|_| STATE.set(State::Broken))?;
    owned::sweep();
    Ok(())
}

/// Runs code of LVGL that draws; after an assertion in it, LVGL is in the middle of a frame for ever.
pub fn guard_drawing<R>(body: impl FnOnce() -> R) -> Result<R, Fault> {
    guarded(body).inspect_err(|_| STATE.set(State::Broken))
}

fn is_alive(object: u32) -> Result<bool, Fault> {
    Ok(handle::pointer_of::<lv::lv_obj_t>(object).is_some())
}

fn handle_count() -> Result<u32, Fault> {
    Ok(handle::count())
}

struct Function(sys::napi_value);

impl FromJs for Function {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let mut kind = 0;
        unsafe { sys::napi_typeof(env, value, &mut kind) };
        (kind == sys::ValueType::napi_function).then_some(Function(value)).ok_or(Fault::argument("a function"))
    }
}

/// Sets the function that is called, from within a call into LVGL, when the loop has work again.
/// It must not call LVGL back: the package's own one only schedules.
fn set_wake(function: Function, environment: Environment) -> Result<(), Fault> {
    let mut reference = null_mut();
    if unsafe { sys::napi_create_reference(environment.0, function.0, 1, &mut reference) } != 0 {
        return Err(Fault::Pending);
    }
    WAKE.set(Some((environment.0, reference)));
    Ok(())
}

unsafe extern "C" fn resumed(_: *mut c_void) {
    wake();
}

/// Tells the loop that a tick is worth while; at most once between two ticks.
pub fn wake() {
    if AWAKE.replace(true) {
        return;
    }
    WAKE.with_borrow(|wake| {
        let Some((env, reference)) = *wake else { return };
        let (mut function, mut this) = (null_mut(), null_mut());
        unsafe {
            sys::napi_get_reference_value(env, reference, &mut function);
            sys::napi_get_undefined(env, &mut this);
            sys::napi_call_function(env, this, function, 0, std::ptr::null(), null_mut());
        }
    });
}
