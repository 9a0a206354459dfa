/* What differs from LVGL's defaults (lvgl/src/lv_conf_internal.h). Every other option keeps its default. */
#ifndef LV_CONF_H
#define LV_CONF_H

/* 32-bit pixels: XRGB8888, as JavaScript, PNG and most panels want them. */
#define LV_COLOR_DEPTH 32

/* The C library's allocator grows with the need; LVGL's own pool of 64 KiB would abort. */
#define LV_USE_STDLIB_MALLOC LV_STDLIB_CLIB
#define LV_USE_STDLIB_STRING LV_STDLIB_CLIB
#define LV_USE_STDLIB_SPRINTF LV_STDLIB_CLIB

/* One thread owns LVGL; the addon refuses a second one. */
#define LV_USE_OS LV_OS_NONE

/* A frame every 16 ms while something changes. */
#define LV_DEF_REFR_PERIOD 16

/* Warnings go to the last-log slot of the addon, which words its exceptions with them. */
#define LV_USE_LOG 1
#define LV_LOG_LEVEL LV_LOG_LEVEL_WARN
#define LV_LOG_PRINTF 0

/* An assertion unwinds to the call that caused it and becomes an exception, instead of hanging in while(1). */
#define LV_ASSERT_HANDLER_INCLUDE "lv_assert_failed.h"
#define LV_ASSERT_HANDLER lvgl_bindings_assert_failed(__FILE__, __LINE__, __func__);
#define LV_USE_ASSERT_NULL 1
#define LV_USE_ASSERT_MALLOC 1
#define LV_USE_ASSERT_STYLE 1

/* Speed: styles looked up once per object, decoded images and drawn corners kept. */
#define LV_OBJ_STYLE_CACHE 1
#define LV_CACHE_DEF_SIZE (4 * 1024 * 1024)
#define LV_IMAGE_HEADER_CACHE_DEF_CNT 32
#define LV_DRAW_SW_SHADOW_CACHE_SIZE 64
#define LV_DRAW_SW_CIRCLE_CACHE_SIZE 16
#if defined(__aarch64__)
#define LV_USE_DRAW_SW_ASM LV_DRAW_SW_ASM_NEON
#endif

/* Fonts: bitmap fonts of any size, four sizes of the built-in one (Latin and LVGL's symbols), TrueType from memory. */
#define LV_FONT_FMT_TXT_LARGE 1
#define LV_USE_FONT_COMPRESSED 1
#define LV_FONT_MONTSERRAT_14 1
#define LV_FONT_MONTSERRAT_16 1
#define LV_FONT_MONTSERRAT_20 1
#define LV_FONT_MONTSERRAT_28 1
#define LV_USE_TINY_TTF 1
#define LV_TINY_TTF_CACHE_GLYPH_CNT 512

/* Files as "A:/path"; without the cache a font of 4 MB takes seconds to load. */
#define LV_USE_FS_POSIX 1
#define LV_FS_POSIX_LETTER 'A'
#define LV_FS_POSIX_CACHE_SIZE 65536

#define LV_USE_LODEPNG 1
#define LV_USE_QRCODE 1
#define LV_USE_BARCODE 1
#define LV_USE_SNAPSHOT 1
#define LV_USE_GRIDNAV 1

#define LV_BUILD_EXAMPLES 0
#define LV_BUILD_DEMOS 0

#endif
