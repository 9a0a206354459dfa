/* LVGL's assertions end here. The function is in src/fault.rs; it never returns: it unwinds. */
#ifndef LV_ASSERT_FAILED_H
#define LV_ASSERT_FAILED_H
__attribute__((noreturn)) void lvgl_bindings_assert_failed(const char *file, int line, const char *function);
#endif
