//! The way from the pixels to a panel: /dev/fb0 mapped into memory, or a plain file of the same layout.

use std::ffi::c_void;
use std::fs::{File, OpenOptions};
use std::os::fd::AsRawFd;
use std::os::unix::fs::OpenOptionsExt;
use std::ptr::null_mut;

use napi::sys;

use crate::call::{Environment, Handle, Text, ToJs, expose};
use crate::convert::{Bytes, Integers, set_field};
use crate::fault::Fault;

/// linux/fb.h
const FBIOGET_VSCREENINFO: libc::Ioctl = 0x4600;
const FBIOGET_FSCREENINFO: libc::Ioctl = 0x4602;

#[repr(C)]
#[derive(Default)]
struct VariableInfo {
    width: u32,
    height: u32,
    virtual_width: u32,
    virtual_height: u32,
    x_offset: u32,
    y_offset: u32,
    bits_per_pixel: u32,
    grayscale: u32,
    /// Offset, length and bit order of red, green, blue and transparency.
    channels: [[u32; 3]; 4],
    rest: [u32; 20],
}

#[repr(C)]
struct FixedInfo {
    id: [u8; 16],
    memory_start: libc::c_ulong,
    memory_length: u32,
    kind: [u32; 3],
    pan_steps: [u16; 3],
    line_length: u32,
    io_start: libc::c_ulong,
    io_length: u32,
    accelerator: u32,
    capabilities: u16,
    reserved: [u16; 2],
}

/// Where the pixels of a panel lie in memory.
struct Layout {
    width: usize,
    height: usize,
    bits: usize,
    stride: usize,
    /// Of the visible part from the beginning of the memory.
    offset: usize,
    length: usize,
}

pub struct Panel {
    memory: *mut u8,
    layout: Layout,
    rotation: u32,
    _file: File,
}

impl Drop for Panel {
    fn drop(&mut self) {
        unsafe { libc::munmap(self.memory.cast::<c_void>(), self.layout.length) };
    }
}

expose! { TABLE via enter_in_any_state {
    c"panelOpen" open(Text, u32, u32, u32, u32, u32);
    c"panelGetInfo" info(Handle<Panel>, Environment);
    c"panelPresent" present(Handle<Panel>, Bytes, Integers);
    c"panelClose" close(Handle<Panel>);
} }

/// Opens a panel. A device tells its own geometry; the other arguments hold for a plain file, which is made to fit.
fn open(path: Text, rotation: u32, width: u32, height: u32, bits: u32, stride: u32) -> Result<*mut Panel, Fault> {
    if rotation % 90 != 0 || rotation > 270 {
        return Err(Fault::argument("a rotation of 0, 90, 180 or 270"));
    }
    let shown = path.as_c_str().to_string_lossy().into_owned();
    let fault = |why: &dyn std::fmt::Display| Fault::File(format!("{shown}: {why}"));
    let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(&shown).map_err(|e| fault(&e))?;
    let layout = match device_layout(&file) {
        Some(layout) => layout,
        None => {
            let layout = file_layout(width as usize, height as usize, bits as usize, stride as usize)?;
            file.set_len(layout.length as u64).map_err(|e| fault(&e))?;
            layout
        }
    };
    if ![16, 24, 32].contains(&layout.bits) {
        return Err(fault(&format_args!("{} bits per pixel; 16, 24 and 32 are supported", layout.bits)));
    }
    let protection = libc::PROT_READ | libc::PROT_WRITE;
    let memory = unsafe { libc::mmap(null_mut(), layout.length, protection, libc::MAP_SHARED, file.as_raw_fd(), 0) };
    if memory == libc::MAP_FAILED {
        return Err(fault(&std::io::Error::last_os_error()));
    }
    Ok(Box::into_raw(Box::new(Panel { memory: memory.cast(), layout, rotation, _file: file })))
}

fn device_layout(file: &File) -> Option<Layout> {
    let mut variable = VariableInfo::default();
    let mut fixed: FixedInfo = unsafe { std::mem::zeroed() };
    let fd = file.as_raw_fd();
    let answered =
        unsafe { libc::ioctl(fd, FBIOGET_VSCREENINFO, &mut variable) == 0 && libc::ioctl(fd, FBIOGET_FSCREENINFO, &mut fixed) == 0 };
    let (bits, stride) = (variable.bits_per_pixel as usize, fixed.line_length as usize);
    answered.then_some(Layout {
        width: variable.width as usize,
        height: variable.height as usize,
        bits,
        stride,
        offset: variable.y_offset as usize * stride + variable.x_offset as usize * bits / 8,
        length: fixed.memory_length as usize,
    })
}

fn file_layout(width: usize, height: usize, bits: usize, stride: usize) -> Result<Layout, Fault> {
    let least = width * bits / 8;
    let stride = if stride == 0 { least } else { stride };
    let sized = (1..=8192).contains(&width) && (1..=8192).contains(&height) && [16, 24, 32].contains(&bits);
    if !sized || stride < least || stride > 65536 {
        return Err(Fault::argument("width, height, 16, 24 or 32 bits per pixel, and a stride that holds a row"));
    }
    Ok(Layout { width, height, bits, stride, offset: 0, length: stride * height })
}

/// Width and height as the viewer sees them (after rotation), bits per pixel, stride.
fn info(panel: Handle<Panel>, environment: Environment) -> Result<sys::napi_value, Fault> {
    let panel = unsafe { &*panel.pointer() };
    let (width, height) = panel.viewed();
    let env = environment.0;
    let mut object = null_mut();
    unsafe {
        sys::napi_create_object(env, &mut object);
        set_field(env, object, "width\0", (width as u32).to_js(env));
        set_field(env, object, "height\0", (height as u32).to_js(env));
        set_field(env, object, "bitsPerPixel\0", (panel.layout.bits as u32).to_js(env));
        set_field(env, object, "stride\0", (panel.layout.stride as u32).to_js(env));
    }
    Ok(object)
}

/// Copies the given rectangles (x1 y1 x2 y2 each, inclusive) of an XRGB8888 image of the viewed size to the panel.
fn present(panel: Handle<Panel>, pixels: Bytes, rectangles: Integers) -> Result<(), Fault> {
    let panel = unsafe { &mut *panel.pointer() };
    let (width, height) = panel.viewed();
    if pixels.0.len() != width * height * 4 {
        return Err(Fault::Argument(format!("argument 2: expected {width} × {height} pixels of 4 bytes")));
    }
    for rectangle in rectangles.0.chunks_exact(4) {
        let [x1, y1, x2, y2] = [rectangle[0], rectangle[1], rectangle[2], rectangle[3]];
        let columns = x1.max(0) as usize..(x2 + 1).clamp(0, width as i32) as usize;
        for y in y1.max(0) as usize..(y2 + 1).clamp(0, height as i32) as usize {
            panel.copy_row(&pixels.0[y * width * 4..(y + 1) * width * 4], y, columns.clone());
        }
    }
    Ok(())
}

impl Panel {
    fn viewed(&self) -> (usize, usize) {
        match self.rotation {
            90 | 270 => (self.layout.height, self.layout.width),
            _ => (self.layout.width, self.layout.height),
        }
    }

    /// Where pixel (x, y) of the viewed image lies on the panel; rotation is clockwise.
    fn place(&self, x: usize, y: usize) -> (usize, usize) {
        let (right, bottom) = (self.layout.width - 1, self.layout.height - 1);
        match self.rotation {
            90 => (right - y, x),
            180 => (right - x, bottom - y),
            270 => (y, bottom - x),
            _ => (x, y),
        }
    }

    fn copy_row(&mut self, row: &[u8], y: usize, columns: std::ops::Range<usize>) {
        let Layout { stride, offset, length, bits, .. } = self.layout;
        let memory = unsafe { std::slice::from_raw_parts_mut(self.memory, length) };
        if self.rotation == 0 && bits == 32 {
            let start = offset + y * stride;
            let bytes = columns.start * 4..columns.end.max(columns.start) * 4;
            memory[start + bytes.start..start + bytes.end].copy_from_slice(&row[bytes]);
            return;
        }
        for x in columns {
            let (px, py) = self.place(x, y);
            let at = offset + py * stride + px * bits / 8;
            put(&mut memory[at..at + bits / 8], &row[x * 4..x * 4 + 4]);
        }
    }
}

/// Writes one pixel, whose bytes are B, G, R, X, in the panel's depth.
fn put(target: &mut [u8], pixel: &[u8]) {
    match target.len() {
        2 => {
            let packed = u16::from(pixel[2] >> 3) << 11 | u16::from(pixel[1] >> 2) << 5 | u16::from(pixel[0] >> 3);
            target.copy_from_slice(&packed.to_le_bytes());
        }
        n => target.copy_from_slice(&pixel[..n]),
    }
}

fn close(panel: Handle<Panel>) -> Result<(), Fault> {
    panel.forget();
    drop(unsafe { Box::from_raw(panel.pointer()) });
    Ok(())
}
