//! Events: LVGL's callbacks only queue `current, code, parameter, target`; JavaScript takes them after the call or the
//! tick, so its handlers run outside LVGL and may delete anything.

use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::ptr::null_mut;

use lightvgl_sys as lv;

use crate::call::{Handle, expose};
use crate::convert::Integers;
use crate::fault::{Fault, guarded};
use crate::ffi;
use crate::handle::{handle_of, known_handle};
use crate::runtime;

#[derive(Default)]
struct Queue {
    waiting: VecDeque<[u32; 4]>,
    /// Objects with a listener; JavaScript hears of their end.
    listened: HashSet<u32>,
}

thread_local! {
    static QUEUE: RefCell<Queue> = RefCell::new(Queue::default());
}

const DELETE: u32 = lv::lv_event_code_t_LV_EVENT_DELETE;

expose! { TABLE via enter {
    c"listen" listen(Handle<lv::lv_obj_t>, u32);
    c"takeEvents" take(Integers);
    c"objSendEvent" send(Handle<lv::lv_obj_t>, u32);
} }

/// Queues every event of `code` (0: all) that `object` gets from now on. Once for each pair.
fn listen(object: Handle<lv::lv_obj_t>, code: u32) -> Result<(), Fault> {
    QUEUE.with_borrow_mut(|q| q.listened.insert(handle_of(object.pointer())));
    if code != DELETE {
        guarded(|| unsafe { ffi::lv_obj_add_event_cb(object.pointer(), Some(enqueue), code, null_mut()) })?;
    }
    Ok(())
}

/// Moves waiting events into `events`, four numbers each, oldest first; gives how many were moved.
fn take(events: Integers) -> Result<u32, Fault> {
    let mut taken = 0;
    QUEUE.with_borrow_mut(|q| {
        for place in events.0.chunks_exact_mut(4) {
            let Some(event) = q.waiting.pop_front() else { break };
            place.copy_from_slice(&event.map(|part| part as i32));
            taken += 1;
        }
    });
    Ok(taken)
}

fn send(object: Handle<lv::lv_obj_t>, code: u32) -> Result<bool, Fault> {
    // The codes after _LV_EVENT_LAST belong to nobody, and those that carry a pointer cannot come from JavaScript.
    let sendable = [
        lv::lv_event_code_t_LV_EVENT_CLICKED,
        lv::lv_event_code_t_LV_EVENT_VALUE_CHANGED,
        lv::lv_event_code_t_LV_EVENT_READY,
        lv::lv_event_code_t_LV_EVENT_CANCEL,
        lv::lv_event_code_t_LV_EVENT_REFRESH,
    ];
    if !sendable.contains(&code) {
        return Err(Fault::argument("CLICKED, VALUE_CHANGED, READY, CANCEL or REFRESH"));
    }
    guarded(|| unsafe { ffi::lv_obj_send_event(object.pointer(), code, null_mut()) } == lv::lv_result_t_LV_RESULT_OK)
}

unsafe extern "C" fn enqueue(e: *mut lv::lv_event_t) {
    let (code, current, target) = unsafe { (lv::lv_event_get_code(e), lv::lv_event_get_current_target(e), lv::lv_event_get_target(e)) };
    // An object that is being deleted has no handle any more, and must not get a new one.
    let Some(current) = known_handle::<lv::lv_obj_t>(current.cast()) else { return };
    let dying = unsafe { (*target.cast::<lv::lv_obj_t>()).is_deleting() } != 0;
    if code == DELETE || dying {
        return;
    }
    let parameter = if code == lv::lv_event_code_t_LV_EVENT_KEY { unsafe { lv::lv_event_get_key(e) } } else { 0 };
    push([current, code, parameter, handle_of::<lv::lv_obj_t>(target.cast())]);
}

/// The end of an object, told where somebody listened to it.
pub fn object_deleted(handle: Option<u32>) {
    let Some(handle) = handle else { return };
    if QUEUE.with_borrow_mut(|q| q.listened.remove(&handle)) {
        push([handle, DELETE, 0, handle]);
    }
}

fn push(event: [u32; 4]) {
    QUEUE.with_borrow_mut(|q| q.waiting.push_back(event));
    runtime::wake();
}

pub fn forget_all() {
    QUEUE.take();
}
