//! One call from JavaScript: its arguments, its checks, its result or exception.

use std::ffi::CStr;
use std::ptr::null_mut;

use lightvgl_sys as lv;
use napi::sys;

use crate::convert::handle_value;
pub use crate::convert::{Color, FromJs, Handle, Text, ToJs};
use crate::display;
use crate::fault::{Fault, guarded};
use crate::handle::{Kind, handle_of_part, is_part};
use crate::runtime;

pub type Entry = (&'static CStr, unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value);

/// The longest parameter list of LVGL's public API fits.
const MOST_ARGUMENTS: usize = 12;

pub struct Call {
    pub env: sys::napi_env,
    arguments: [sys::napi_value; MOST_ARGUMENTS],
}

/// Runs `body` for a call of the function `name` while LVGL is up; what it refuses becomes an exception.
pub unsafe fn enter(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    name: &str,
    body: impl FnOnce(&Call) -> Result<sys::napi_value, Fault>,
) -> sys::napi_value {
    unsafe { enter_in_any_state(env, info, name, |call| runtime::check_ready().and_then(|()| body(call))) }
}

/// As `enter`, for the functions that make sense before `init()`.
pub unsafe fn enter_in_any_state(
    env: sys::napi_env,
    info: sys::napi_callback_info,
    name: &str,
    body: impl FnOnce(&Call) -> Result<sys::napi_value, Fault>,
) -> sys::napi_value {
    let mut call = Call { env, arguments: [null_mut(); MOST_ARGUMENTS] };
    let mut count = MOST_ARGUMENTS;
    // Arguments that the caller left out are filled with undefined.
    unsafe { sys::napi_get_cb_info(env, info, &mut count, call.arguments.as_mut_ptr(), null_mut(), null_mut()) };
    body(&call).unwrap_or_else(|fault| {
        unsafe { fault.throw(env, name) };
        null_mut()
    })
}

impl Call {
    pub fn argument<T: FromJs>(&self, position: usize) -> Result<T, Fault> {
        unsafe { T::from_js(self.env, self.arguments[position]) }.map_err(|fault| match fault {
            Fault::Argument(m) => Fault::Argument(format!("argument {}: {m}", position + 1)),
            other => other,
        })
    }

    /// An object that must be of `class` or of one derived from it.
    pub fn object(&self, position: usize, class: *const lv::lv_obj_class_t) -> Result<Handle<lv::lv_obj_t>, Fault> {
        let object: Handle<lv::lv_obj_t> = self.argument(position)?;
        if unsafe { lv::lv_obj_has_class(object.pointer(), class) } {
            return Ok(object);
        }
        let (wanted, found) = unsafe { (class_name(class), class_name(lv::lv_obj_get_class(object.pointer()))) };
        Err(Fault::Class(format!("the object is a {found}, not a {wanted}")))
    }

    pub fn object_or_null(&self, position: usize, class: *const lv::lv_obj_class_t) -> Result<Option<Handle<lv::lv_obj_t>>, Fault> {
        match self.argument::<Option<Handle<lv::lv_obj_t>>>(position)? {
            Some(_) => self.object(position, class).map(Some),
            None => Ok(None),
        }
    }

    /// An object without a parent.
    pub fn screen(&self, position: usize) -> Result<Handle<lv::lv_obj_t>, Fault> {
        let object: Handle<lv::lv_obj_t> = self.argument(position)?;
        match unsafe { lv::lv_obj_get_parent(object.pointer()) }.is_null() {
            true => Ok(object),
            false => Err(Fault::Class("the object is no screen: it has a parent".to_owned())),
        }
    }

    /// An object that may be deleted: not a layer or the screen that a display shows, without which LVGL cannot go on.
    pub fn deletable(&self, position: usize) -> Result<Handle<lv::lv_obj_t>, Fault> {
        let object: Handle<lv::lv_obj_t> = self.argument(position)?;
        match display::shows(object.pointer()) {
            false => Ok(object),
            true => Err(Fault::Argument("the display shows this screen or layer: load another screen first".to_owned())),
        }
    }

    /// A part that must belong to `owner`: LVGL would take it for one of the owner's in any case.
    pub fn part<T: Kind>(&self, position: usize, owner: *mut lv::lv_obj_t) -> Result<Handle<T>, Fault> {
        let part: Handle<T> = self.argument(position)?;
        match is_part(part.pointer(), owner) {
            true => Ok(part),
            false => Err(Fault::Argument(format!("argument {}: the {} belongs to another object", position + 1, T::NAME))),
        }
    }

    pub fn part_or_null<T: Kind>(&self, position: usize, owner: *mut lv::lv_obj_t) -> Result<Option<Handle<T>>, Fault> {
        match self.argument::<Option<Handle<T>>>(position)? {
            Some(_) => self.part(position, owner).map(Some),
            None => Ok(None),
        }
    }

    /// A member of an enumeration, whose values lie in `range`: LVGL takes such numbers for indices unchecked.
    pub fn within<T: FromJs + Copy + Into<i64>>(&self, position: usize, range: std::ops::RangeInclusive<i64>) -> Result<T, Fault> {
        let value: T = self.argument(position)?;
        match range.contains(&value.into()) {
            true => Ok(value),
            false => Err(Fault::Argument(format!("argument {}: expected {} to {}", position + 1, range.start(), range.end()))),
        }
    }

    /// Runs LVGL code; an assertion becomes a fault.
    pub fn run<R>(&self, body: impl FnOnce() -> R) -> Result<R, Fault> {
        guarded(body)
    }

    pub fn give(&self, result: impl ToJs) -> Result<sys::napi_value, Fault> {
        Ok(unsafe { result.to_js(self.env) })
    }

    /// Gives a part of `owner`: its handle goes stale together with the owner's.
    pub fn give_part<T: Kind>(&self, part: *mut T, owner: *mut lv::lv_obj_t) -> Result<sys::napi_value, Fault> {
        Ok(unsafe { handle_value(self.env, handle_of_part(part, owner)) })
    }
}

/// `lv_label` for a label's class.
pub unsafe fn class_name(class: *const lv::lv_obj_class_t) -> String {
    let name = unsafe { (*class).name };
    if name.is_null() {
        return "lv_obj".to_owned();
    }
    unsafe { CStr::from_ptr(name) }.to_string_lossy().into_owned()
}

/// Declares hand-written functions: `c"name" function(Argument, …);` each a `fn(…) -> Result<impl ToJs, Fault>`.
macro_rules! expose {
    ($table:ident via $enter:ident { $($name:literal $function:ident($($argument:ty),*);)* }) => {
        pub const $table: &[$crate::call::Entry] = &[$(($name, {
            unsafe extern "C" fn entry(env: napi::sys::napi_env, info: napi::sys::napi_callback_info) -> napi::sys::napi_value {
                let name = $name.to_str().unwrap_or_default();
                unsafe { $crate::call::$enter(env, info, name, |call| {
                    #[allow(unused_mut, unused_variables)]
                    let mut position = 0..;
                    call.give($function($(call.argument::<$argument>(position.next().unwrap_or_default())?),*)?)
                }) }
            }
            entry
        })),*];
    };
}
pub(crate) use expose;

/// The environment, for functions that make JavaScript values themselves; their last parameter.
pub struct Environment(pub sys::napi_env);

impl FromJs for Environment {
    unsafe fn from_js(env: sys::napi_env, _: sys::napi_value) -> Result<Self, Fault> {
        Ok(Environment(env))
    }
}
