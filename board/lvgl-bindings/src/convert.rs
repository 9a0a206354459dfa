//! JavaScript values to C values and back. Numbers outside the C type's range are refused, not wrapped.

use std::ffi::{CStr, c_char};
use std::ptr::null_mut;

use lightvgl_sys as lv;
use napi::sys;

use crate::fault::Fault;
use crate::handle::{self, Kind};

pub trait FromJs: Sized {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault>;
}

pub trait ToJs {
    unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value;
}

macro_rules! numbers {
    ($($type:ident)*) => { $(
        impl FromJs for $type {
            unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
                let mut number = 0f64;
                let status = unsafe { sys::napi_get_value_double(env, value, &mut number) };
                // NaN fails both comparisons.
                if status == 0 && number >= $type::MIN as f64 && number <= $type::MAX as f64 {
                    return Ok(number as $type);
                }
                Err(Fault::argument(concat!("a number of type ", stringify!($type))))
            }
        }
        impl ToJs for $type {
            unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value {
                let mut value = null_mut();
                unsafe { sys::napi_create_double(env, self as f64, &mut value) };
                value
            }
        }
    )* };
}
numbers!(u8 i8 u16 i16 u32 i32 u64 i64 usize isize f32);

impl FromJs for bool {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let mut flag = false;
        match unsafe { sys::napi_get_value_bool(env, value, &mut flag) } {
            0 => Ok(flag),
            _ => Err(Fault::argument("a boolean")),
        }
    }
}

impl ToJs for bool {
    unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value {
        let mut value = null_mut();
        unsafe { sys::napi_get_boolean(env, self, &mut value) };
        value
    }
}

impl ToJs for () {
    unsafe fn to_js(self, _: sys::napi_env) -> sys::napi_value {
        null_mut()
    }
}

/// A value that JavaScript code made already.
impl ToJs for sys::napi_value {
    unsafe fn to_js(self, _: sys::napi_env) -> sys::napi_value {
        self
    }
}

/// A colour; 0xRRGGBB in JavaScript.
pub struct Color(pub lv::lv_color_t);

impl FromJs for Color {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let rgb = unsafe { u32::from_js(env, value) }.map_err(|_| Fault::argument("a colour 0xRRGGBB"))?;
        Ok(Color(lv::lv_color_t { red: (rgb >> 16) as u8, green: (rgb >> 8) as u8, blue: rgb as u8 }))
    }
}

impl ToJs for lv::lv_color_t {
    unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value {
        let rgb = u32::from(self.red) << 16 | u32::from(self.green) << 8 | u32::from(self.blue);
        unsafe { rgb.to_js(env) }
    }
}

/// A C string for the length of a call; short ones need no allocation.
pub enum Text {
    Short([u8; Text::SHORT]),
    Long(Vec<u8>),
}

impl Text {
    const SHORT: usize = 128;

    pub fn pointer(&self) -> *const c_char {
        self.bytes().as_ptr().cast()
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Text::Short(bytes) => bytes,
            Text::Long(bytes) => bytes,
        }
    }

    pub fn as_c_str(&self) -> &CStr {
        CStr::from_bytes_until_nul(self.bytes()).unwrap_or_default()
    }
}

impl FromJs for Text {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let mut short = [0u8; Text::SHORT];
        let mut length = 0;
        let status = unsafe { sys::napi_get_value_string_utf8(env, value, short.as_mut_ptr().cast(), Text::SHORT, &mut length) };
        if status != 0 {
            return Err(Fault::argument("a string"));
        }
        // A full buffer may have been cut within the last character.
        let text = if length < Text::SHORT - 4 {
            Text::Short(short)
        } else {
            unsafe { sys::napi_get_value_string_utf8(env, value, null_mut(), 0, &mut length) };
            let mut long = vec![0u8; length + 1];
            unsafe { sys::napi_get_value_string_utf8(env, value, long.as_mut_ptr().cast(), length + 1, &mut length) };
            Text::Long(long)
        };
        match text.bytes()[..length].contains(&0) {
            false => Ok(text),
            true => Err(Fault::argument("a string without U+0000")),
        }
    }
}

impl ToJs for *const c_char {
    unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value {
        let mut value = null_mut();
        match self.is_null() {
            true => unsafe { sys::napi_get_null(env, &mut value) },
            false => unsafe { sys::napi_create_string_utf8(env, self, -1, &mut value) },
        };
        value
    }
}

impl ToJs for *mut c_char {
    unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value {
        unsafe { self.cast_const().to_js(env) }
    }
}

/// A checked handle: the pointer is alive for the length of the call.
pub struct Handle<T: Kind>(*mut T);

impl<T: Kind> Handle<T> {
    pub fn pointer(&self) -> *mut T {
        self.0
    }

    pub fn or_null(handle: &Option<Self>) -> *mut T {
        handle.as_ref().map_or(null_mut(), Handle::pointer)
    }

    /// Makes the handle stale: what it names has been deleted.
    pub fn forget(&self) {
        handle::forget(self.0);
    }
}

impl<T: Kind> FromJs for Handle<T> {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let number = unsafe { u32::from_js(env, value) }.map_err(|_| Fault::Argument(format!("expected the handle of a {}", T::NAME)))?;
        handle::pointer_of(number).map(Handle).ok_or(Fault::Stale(T::NAME))
    }
}

impl<T: FromJs> FromJs for Option<T> {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let mut kind = 0;
        unsafe { sys::napi_typeof(env, value, &mut kind) };
        if kind == sys::ValueType::napi_null || kind == sys::ValueType::napi_undefined {
            return Ok(None);
        }
        unsafe { T::from_js(env, value) }.map(Some)
    }
}

impl<T: Kind> ToJs for *mut T {
    unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value {
        unsafe { handle_value(env, handle::handle_of(self)) }
    }
}

impl<T: Kind> ToJs for *const T {
    unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value {
        unsafe { self.cast_mut().to_js(env) }
    }
}

/// `handle` as a number, 0 as null.
pub unsafe fn handle_value(env: sys::napi_env, handle: u32) -> sys::napi_value {
    let mut value = null_mut();
    match handle {
        0 => unsafe { sys::napi_get_null(env, &mut value) },
        _ => unsafe { sys::napi_create_uint32(env, handle, &mut value) },
    };
    value
}

macro_rules! structs {
    ($($type:ident { $($field:ident)* })*) => { $(
        impl FromJs for lv::$type {
            unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
                Ok(lv::$type { $($field: unsafe { field(env, value, stringify!($field))? },)* })
            }
        }
        impl ToJs for lv::$type {
            unsafe fn to_js(self, env: sys::napi_env) -> sys::napi_value {
                let mut object = null_mut();
                unsafe {
                    sys::napi_create_object(env, &mut object);
                    $(set_field(env, object, concat!(stringify!($field), "\0"), self.$field.to_js(env));)*
                }
                object
            }
        }
    )* };
}
structs! {
    lv_area_t { x1 y1 x2 y2 }
    lv_point_t { x y }
}

unsafe fn field(env: sys::napi_env, object: sys::napi_value, name: &str) -> Result<i32, Fault> {
    let mut value = null_mut();
    let mut key = null_mut();
    unsafe {
        sys::napi_create_string_utf8(env, name.as_ptr().cast(), name.len() as isize, &mut key);
        if sys::napi_get_property(env, object, key, &mut value) != 0 {
            return Err(Fault::Argument(format!("expected an object with {name}")));
        }
        i32::from_js(env, value).map_err(|_| Fault::Argument(format!("expected a number as {name}")))
    }
}

/// Sets a property; `name` ends with a NUL.
pub unsafe fn set_field(env: sys::napi_env, object: sys::napi_value, name: &str, value: sys::napi_value) {
    unsafe { sys::napi_set_named_property(env, object, name.as_ptr().cast(), value) };
}

/// The memory of a Uint8Array, or of an Int32Array, for the length of the call.
pub struct Bytes(pub &'static [u8]);
pub struct Integers(pub &'static mut [i32]);

impl FromJs for Bytes {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let (data, length) = unsafe { typed_array(env, value, sys::TypedarrayType::uint8_array) }.ok_or(Fault::argument("a Uint8Array"))?;
        match length {
            0 => Ok(Bytes(&[])),
            _ => Ok(Bytes(unsafe { std::slice::from_raw_parts(data, length) })),
        }
    }
}

impl FromJs for Integers {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let (data, length) =
            unsafe { typed_array(env, value, sys::TypedarrayType::int32_array) }.ok_or(Fault::argument("an Int32Array"))?;
        match length {
            0 => Ok(Integers(&mut [])),
            _ => Ok(Integers(unsafe { std::slice::from_raw_parts_mut(data.cast(), length) })),
        }
    }
}

unsafe fn typed_array(env: sys::napi_env, value: sys::napi_value, wanted: i32) -> Option<(*mut u8, usize)> {
    let mut kind = 0;
    let mut length = 0;
    let mut data = null_mut();
    let status = unsafe { sys::napi_get_typedarray_info(env, value, &mut kind, &mut length, &mut data, null_mut(), null_mut()) };
    (status == 0 && kind == wanted).then_some((data.cast(), length))
}

/// An array of strings.
pub struct Texts(pub Vec<Text>);

impl FromJs for Texts {
    unsafe fn from_js(env: sys::napi_env, value: sys::napi_value) -> Result<Self, Fault> {
        let mut length = 0;
        if unsafe { sys::napi_get_array_length(env, value, &mut length) } != 0 {
            return Err(Fault::argument("an array of strings"));
        }
        let texts = (0..length).map(|i| unsafe {
            let mut element = null_mut();
            sys::napi_get_element(env, value, i, &mut element);
            Text::from_js(env, element)
        });
        texts.collect::<Result<_, _>>().map(Texts)
    }
}
