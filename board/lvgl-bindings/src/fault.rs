//! What can go wrong in a call, and how it reaches JavaScript: an Error with a code, never an abort.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, CString, c_char, c_int};
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use lightvgl_sys as lv;
use napi::sys;

pub enum Fault {
    /// An argument of the wrong type or out of range.
    Argument(String),
    /// A handle that is deleted, null, or of another kind.
    Stale(&'static str),
    /// An object of another widget class.
    Class(String),
    /// An LVGL assertion, or a refusal of LVGL without one.
    Assert(String),
    /// LVGL is not initialised, or an assertion in `tick()` left it unusable.
    State(&'static str),
    /// A file or device that cannot be opened or used.
    File(String),
    /// A JavaScript exception is pending already.
    Pending,
}

impl Fault {
    pub fn argument(expected: &str) -> Self {
        Fault::Argument(format!("expected {expected}"))
    }

    /// Throws this fault as a JavaScript Error with `code`, the function's name before the message.
    pub unsafe fn throw(self, env: sys::napi_env, function: &str) {
        let (code, message) = match self {
            Fault::Argument(m) => (c"LV_EARG", m),
            Fault::Stale(kind) => (c"LV_ESTALE", format!("the {kind} is deleted, or no {kind}")),
            Fault::Class(m) => (c"LV_ECLASS", m),
            Fault::Assert(m) => (c"LV_EASSERT", m),
            Fault::State(m) => (c"LV_ESTATE", m.to_owned()),
            Fault::File(m) => (c"LV_EFILE", m),
            Fault::Pending => return,
        };
        let text = CString::new(format!("{function}: {message}").replace('\0', " ")).unwrap_or_default();
        unsafe { sys::napi_throw_error(env, code.as_ptr(), text.as_ptr()) };
    }
}

/// The payload of the unwinding that an LVGL assertion starts.
struct Assertion(String);

thread_local! {
    /// An assertion may have left an object half made: it can be seen again when LVGL takes everything down.
    static SUSPECT: Cell<bool> = const { Cell::new(false) };
    static LAST_LOG: RefCell<String> = const { RefCell::new(String::new()) };
}

/// LV_ASSERT_HANDLER: unwinds through LVGL's frames (compiled with -fexceptions) up to `guarded`.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn lvgl_bindings_assert_failed(file: *const c_char, line: c_int, function: *const c_char) -> ! {
    let (file, function) = unsafe { (CStr::from_ptr(file).to_string_lossy(), CStr::from_ptr(function).to_string_lossy()) };
    let file = file.rsplit('/').next().unwrap_or_default();
    let reason = LAST_LOG.take();
    resume_unwind(Box::new(Assertion(format!("{} in {function}, {file}:{line}", reason_of(&reason)))));
}

/// LVGL logs `[Error] (time) function: text file:line` just before it asserts; the text is what matters.
fn reason_of(log: &str) -> &str {
    let text = log.trim().split_once(": ").map_or(log.trim(), |(_, rest)| rest);
    text.rsplit_once(' ').map_or(text, |(before, _)| before.trim_end())
}

pub unsafe extern "C" fn remember_log(_level: lv::lv_log_level_t, text: *const c_char) {
    LAST_LOG.set(unsafe { CStr::from_ptr(text) }.to_string_lossy().into_owned());
}

/// The last thing that LVGL logged, worded for a message; empty when nothing was.
pub fn last_log() -> String {
    let log = LAST_LOG.take();
    reason_of(&log).to_owned()
}

/// Whether an assertion has failed in this process.
pub fn suspect() -> bool {
    SUSPECT.get()
}

/// Runs LVGL code; an assertion in it ends here.
pub fn guarded<R>(body: impl FnOnce() -> R) -> Result<R, Fault> {
    // LVGL links the events being sent through stack frames; frames that unwind must leave that list too.
    let (events, layout) = unsafe { (lv::lv_global.event_header, lv::lv_global.layout_update_mutex) };
    catch_unwind(AssertUnwindSafe(body)).map_err(|payload| {
        SUSPECT.set(true);
        unsafe {
            lv::lv_global.event_header = events;
            lv::lv_global.layout_update_mutex = layout;
        }
        match payload.downcast::<Assertion>() {
            Ok(assertion) => Fault::Assert(assertion.0),
            Err(_) => Fault::Assert("the addon panicked".to_owned()),
        }
    })
}
