//! Memory that LVGL keeps a pointer to on behalf of an object: points of a line, a button map, an image's bytes.
//! It is freed when the object is gone, at the next quiet moment: LVGL still looks at it while it deletes.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;

type Owned = Box<dyn Any>;

#[derive(Default)]
struct Store {
    of_object: HashMap<usize, Vec<(&'static str, Owned)>>,
    discarded: Vec<Owned>,
}

thread_local! {
    static STORE: RefCell<Store> = RefCell::new(Store::default());
}

/// Keeps `memory` for the object at `object`; what it had kept under the same `purpose` is discarded.
pub fn keep(object: usize, purpose: &'static str, memory: Owned) {
    STORE.with_borrow_mut(|s| {
        let kept = s.of_object.entry(object).or_default();
        match kept.iter_mut().find(|(p, _)| *p == purpose) {
            Some(entry) => {
                let old = std::mem::replace(&mut entry.1, memory);
                s.discarded.push(old);
            }
            None => kept.push((purpose, memory)),
        }
    });
}

pub fn object_deleted(object: usize) {
    STORE.with_borrow_mut(|s| {
        if let Some(kept) = s.of_object.remove(&object) {
            s.discarded.extend(kept.into_iter().map(|(_, memory)| memory));
        }
    });
}

/// Frees what was discarded. Only between calls into LVGL.
pub fn sweep() {
    // Taken out first: dropping an image calls back into LVGL's image cache.
    let discarded = STORE.with_borrow_mut(|s| std::mem::take(&mut s.discarded));
    drop(discarded);
}
