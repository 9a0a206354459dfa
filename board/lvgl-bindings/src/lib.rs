//! LVGL for Node. `generated/wrappers.rs` carries LVGL's own functions; the modules here carry what a generator
//! cannot make: the framebuffer, injected input, events, fonts, images, and the rules that keep JavaScript safe.

mod call;
mod convert;
mod display;
mod event;
mod fault;
mod ffi;
mod font;
mod handle;
mod image;
mod input;
mod owned;
mod panel;
mod runtime;
mod widget;

#[path = "../generated/wrappers.rs"]
#[allow(unsafe_op_in_unsafe_fn, clippy::missing_safety_doc, non_snake_case)]
#[rustfmt::skip]
mod wrappers;
