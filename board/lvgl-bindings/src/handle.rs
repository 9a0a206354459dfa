//! Handles: what JavaScript holds instead of pointers. A u32 carries a slot's index and its generation,
//! so a handle to something deleted is told apart from a handle to what took its place.

use std::cell::RefCell;
use std::collections::{HashMap, VecDeque};
use std::ffi::c_void;

use lightvgl_sys as lv;

use crate::event;
use crate::ffi;
use crate::owned;

const INDEX_BITS: u32 = 18;
const INDEX_MASK: u32 = (1 << INDEX_BITS) - 1;
const GENERATION_MASK: u32 = (1 << (32 - INDEX_BITS)) - 1;

/// A C type that JavaScript names by handle.
pub trait Kind {
    const NAME: &'static str;
    const TAG: u8;
}

macro_rules! kinds {
    ($($type:ty = $name:literal, $tag:literal;)*) => { $(
        impl Kind for $type {
            const NAME: &'static str = $name;
            const TAG: u8 = $tag;
        }
    )* };
}

kinds! {
    lv::lv_obj_t = "object", 1;
    lv::lv_display_t = "display", 2;
    lv::lv_indev_t = "input device", 3;
    lv::lv_group_t = "group", 4;
    lv::lv_style_t = "style", 5;
    lv::lv_font_t = "font", 6;
    lv::lv_theme_t = "theme", 7;
    lv::lv_chart_series_t = "chart series", 8;
    lv::lv_chart_cursor_t = "chart cursor", 9;
    lv::lv_scale_section_t = "scale section", 10;
    lv::lv_span_t = "span", 11;
    crate::font::Typeface = "typeface", 12;
    crate::panel::Panel = "panel", 13;
}

struct Slot {
    pointer: *mut c_void,
    tag: u8,
    generation: u32,
}

pub struct Handles {
    slots: Vec<Slot>,
    /// Freed slots wait in line, so a generation comes round again as late as possible.
    free: VecDeque<u32>,
    of_pointer: HashMap<(usize, u8), u32>,
    /// Series, cursors, sections and spans die with the widget that they are part of.
    parts: HashMap<usize, Vec<(usize, u8)>>,
}

thread_local! {
    static HANDLES: RefCell<Handles> = RefCell::new(Handles::new());
}

impl Handles {
    fn new() -> Self {
        // Slot 0 stays empty: 0 is no handle.
        let slots = vec![Slot { pointer: std::ptr::null_mut(), tag: 0, generation: 0 }];
        Handles { slots, free: VecDeque::new(), of_pointer: HashMap::new(), parts: HashMap::new() }
    }

    fn insert(&mut self, pointer: *mut c_void, tag: u8) -> u32 {
        let index = self.free.pop_front().unwrap_or_else(|| {
            self.slots.push(Slot { pointer: std::ptr::null_mut(), tag: 0, generation: 0 });
            (self.slots.len() - 1) as u32
        });
        let slot = &mut self.slots[index as usize];
        slot.pointer = pointer;
        slot.tag = tag;
        let handle = index | slot.generation << INDEX_BITS;
        self.of_pointer.insert((pointer as usize, tag), handle);
        handle
    }

    fn remove(&mut self, pointer: usize, tag: u8) -> Option<u32> {
        let handle = self.of_pointer.remove(&(pointer, tag))?;
        let index = handle & INDEX_MASK;
        let slot = &mut self.slots[index as usize];
        slot.pointer = std::ptr::null_mut();
        slot.generation = (slot.generation + 1) & GENERATION_MASK;
        self.free.push_back(index);
        Some(handle)
    }
}

/// The pointer that `handle` names, or None when it is stale or of another kind.
pub fn pointer_of<T: Kind>(handle: u32) -> Option<*mut T> {
    HANDLES.with_borrow(|h| {
        let slot = h.slots.get((handle & INDEX_MASK) as usize)?;
        let alive = slot.tag == T::TAG && slot.generation == handle >> INDEX_BITS && !slot.pointer.is_null();
        alive.then_some(slot.pointer.cast())
    })
}

/// The handle of `pointer`, made at its first sight. 0 for null.
pub fn handle_of<T: Kind>(pointer: *mut T) -> u32 {
    if pointer.is_null() {
        return 0;
    }
    known_handle(pointer).unwrap_or_else(|| {
        if T::TAG == lv::lv_obj_t::TAG {
            let event = lv::lv_event_code_t_LV_EVENT_DELETE;
            unsafe { ffi::lv_obj_add_event_cb(pointer.cast(), Some(forget_deleted), event, std::ptr::null_mut()) };
        }
        HANDLES.with_borrow_mut(|h| h.insert(pointer.cast(), T::TAG))
    })
}

/// The handle of `pointer` if JavaScript has seen it before.
pub fn known_handle<T: Kind>(pointer: *mut T) -> Option<u32> {
    HANDLES.with_borrow(|h| h.of_pointer.get(&(pointer as usize, T::TAG)).copied())
}

/// As `handle_of`, for a part that is freed together with `owner`.
pub fn handle_of_part<T: Kind>(pointer: *mut T, owner: *mut lv::lv_obj_t) -> u32 {
    let handle = handle_of(pointer);
    HANDLES.with_borrow_mut(|h| {
        let parts = h.parts.entry(owner as usize).or_default();
        if handle != 0 && !parts.contains(&(pointer as usize, T::TAG)) {
            parts.push((pointer as usize, T::TAG));
        }
    });
    handle
}

pub fn is_part<T: Kind>(pointer: *mut T, owner: *mut lv::lv_obj_t) -> bool {
    HANDLES.with_borrow(|h| h.parts.get(&(owner as usize)).is_some_and(|parts| parts.contains(&(pointer as usize, T::TAG))))
}

/// Makes every handle of `pointer` stale.
pub fn forget<T: Kind>(pointer: *mut T) {
    HANDLES.with_borrow_mut(|h| {
        for parts in h.parts.values_mut() {
            parts.retain(|part| *part != (pointer as usize, T::TAG));
        }
        h.remove(pointer as usize, T::TAG)
    });
}

pub fn forget_all() {
    HANDLES.with_borrow_mut(|h| {
        let pointers: Vec<_> = h.of_pointer.keys().copied().collect();
        for (pointer, tag) in pointers {
            h.remove(pointer, tag);
        }
        h.parts.clear();
    });
}

/// How many things JavaScript can name at present.
pub fn count() -> u32 {
    HANDLES.with_borrow(|h| h.of_pointer.len() as u32)
}

unsafe extern "C" fn forget_deleted(e: *mut lv::lv_event_t) {
    let target = unsafe { lv::lv_event_get_target(e) };
    if target != unsafe { lv::lv_event_get_current_target(e) } {
        return;
    }
    let handle = HANDLES.with_borrow_mut(|h| {
        for (pointer, tag) in h.parts.remove(&(target as usize)).unwrap_or_default() {
            h.remove(pointer, tag);
        }
        h.remove(target as usize, lv::lv_obj_t::TAG)
    });
    event::object_deleted(handle);
    owned::object_deleted(target as usize);
}
