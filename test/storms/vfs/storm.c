/*
 * A disk for SQLite that forgets. Files live in memory twice: as they read now (`live`), and as they would be after a
 * power cut (`kept`, plus any part of what was written since the last sync). `storm_cut` pulls the plug: of every
 * 512-byte sector that was written and not synced the seed keeps the old content, the new, or one in between.
 *
 * It is loaded into node:sqlite as an extension; the connection that loads it is the one that steers it, by the SQL
 * functions at the end of this file. Every write, sync and truncation has a number; one that was asked for by
 * `storm_arm` first asks the JavaScript function `storm_hit(kind, number)` what becomes of it.
 */
#include <sqlite3ext.h>
SQLITE_EXTENSION_INIT1
#include "images.h"

enum { MOST_ARMED = 8 };

typedef struct Handle {
  sqlite3_file base;
  File *file;
  int power; /* the count of power cuts when it was opened */
} Handle;

static sqlite3_int64 calls, armed[MOST_ARMED];
static int power = 1, dead, full, read_only;
static sqlite3 *steering;
static sqlite3_stmt *ask;
static sqlite3_vfs *system_vfs;

/* The next `good` reads of this file succeed, and the `bad` ones after them fail. */
static struct { char name[128]; sqlite3_int64 good, bad; } unreadable;

static int is_unreadable(const File *file) {
  if (unreadable.bad == 0 || strcmp(file->name, unreadable.name) != 0) return 0;
  return unreadable.good > 0 ? (unreadable.good--, 0) : (unreadable.bad--, 1);
}

/* What `storm_hit` answers. */
enum { GO_ON, DEAD_BEFORE, DEAD_AFTER, NO_ROOM, READ_ONLY, BROKEN, LOST };
enum { WRITE, SYNC, TRUNCATE };

/* What becomes of the call that is about to be made. */
static int verdict(int kind) {
  calls++;
  for (int n = 0; n < MOST_ARMED; n++) {
    if (armed[n] != calls) continue;
    if (ask == NULL && sqlite3_prepare_v2(steering, "SELECT storm_hit(?, ?)", -1, &ask, NULL) != SQLITE_OK) return BROKEN;
    sqlite3_bind_int(ask, 1, kind);
    sqlite3_bind_int64(ask, 2, calls);
    int answer = sqlite3_step(ask) == SQLITE_ROW ? sqlite3_column_int(ask, 0) : BROKEN;
    sqlite3_reset(ask);
    return answer;
  }
  return GO_ON;
}

static int refusal(int answer) {
  return answer == NO_ROOM ? SQLITE_FULL : answer == READ_ONLY ? SQLITE_READONLY : SQLITE_IOERR_WRITE;
}

static int is_dead(const Handle *handle) { return dead || handle->power != power; }

static int closed(sqlite3_file *base) {
  if (((Handle *)base)->power == power) ((Handle *)base)->file->open--;
  return SQLITE_OK;
}

static int readable(sqlite3_file *base, void *to, int size, sqlite3_int64 at) {
  Handle *handle = (Handle *)base;
  if (is_dead(handle) || is_unreadable(handle->file)) return SQLITE_IOERR_READ;
  const Image *image = &handle->file->live;
  sqlite3_int64 there = at >= image->size ? 0 : image->size - at;
  if (there > size) there = size;
  if (there > 0) memcpy(to, image->bytes + at, (size_t)there);
  if (there == size) return SQLITE_OK;
  memset((char *)to + there, 0, (size_t)(size - there));
  return SQLITE_IOERR_SHORT_READ;
}

static int written(sqlite3_file *base, const void *bytes, int size, sqlite3_int64 at) {
  Handle *handle = (Handle *)base;
  if (is_dead(handle)) return SQLITE_IOERR_WRITE;
  if (read_only) return SQLITE_READONLY;
  /* A full disk still lets bytes be overwritten that have their room already. */
  if (full && at + size > handle->file->live.size) return SQLITE_FULL;
  int answer = verdict(WRITE);
  if (answer != GO_ON && answer != DEAD_AFTER) return refusal(answer);
  int end = put(&handle->file->live, at, bytes, size);
  if (end == SQLITE_OK) end = note(handle->file, at, bytes, size);
  return answer == DEAD_AFTER ? SQLITE_IOERR_WRITE : end;
}

static int truncated(sqlite3_file *base, sqlite3_int64 size) {
  Handle *handle = (Handle *)base;
  if (is_dead(handle) || read_only) return read_only ? SQLITE_READONLY : SQLITE_IOERR_TRUNCATE;
  int answer = verdict(TRUNCATE);
  if (answer != GO_ON && answer != DEAD_AFTER) return refusal(answer);
  if (size < handle->file->live.size) handle->file->live.size = size;
  int end = note(handle->file, -1, NULL, (int)size);
  return answer == DEAD_AFTER ? SQLITE_IOERR_TRUNCATE : end;
}

static int sync_file(sqlite3_file *base, int flags) {
  (void)flags;
  Handle *handle = (Handle *)base;
  if (is_dead(handle)) return SQLITE_IOERR_FSYNC;
  int answer = verdict(SYNC);
  if (answer == LOST) lose(handle->file);
  if (answer != GO_ON && answer != DEAD_AFTER) return SQLITE_IOERR_FSYNC;
  int end = synced(handle->file);
  return answer == DEAD_AFTER ? SQLITE_IOERR_FSYNC : end;
}

static int size_of(sqlite3_file *base, sqlite3_int64 *size) {
  Handle *handle = (Handle *)base;
  if (is_dead(handle)) return SQLITE_IOERR_FSTAT;
  *size = handle->file->live.size;
  return SQLITE_OK;
}

static int no_lock(sqlite3_file *base, int level) { return (void)base, (void)level, SQLITE_OK; }
static int no_reserve(sqlite3_file *base, int *out) { return (void)base, *out = 0, SQLITE_OK; }
static int no_control(sqlite3_file *base, int op, void *arg) { return (void)base, (void)op, (void)arg, SQLITE_NOTFOUND; }
static int sector_size(sqlite3_file *base) { return (void)base, SECTOR; }
/* The bytes beside a write in its sector survive a power cut, as on every disk of today (sqlite.org/psow.html). */
static int characteristics(sqlite3_file *base) { return (void)base, SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

static const sqlite3_io_methods methods = {
  .iVersion = 1, .xClose = closed, .xRead = readable, .xWrite = written, .xTruncate = truncated, .xSync = sync_file,
  .xFileSize = size_of, .xLock = no_lock, .xUnlock = no_lock, .xCheckReservedLock = no_reserve,
  .xFileControl = no_control, .xSectorSize = sector_size, .xDeviceCharacteristics = characteristics,
};

static int opened(sqlite3_vfs *vfs, const char *name, sqlite3_file *base, int flags, int *out) {
  (void)vfs;
  Handle *handle = (Handle *)base;
  base->pMethods = NULL;
  if (dead || name == NULL) return SQLITE_CANTOPEN;
  File *file = found(name);
  if (file == NULL) {
    if (!(flags & SQLITE_OPEN_CREATE) || read_only) return SQLITE_CANTOPEN;
    if (full) return SQLITE_FULL;
    file = made(name);
    if (file == NULL) return SQLITE_CANTOPEN;
  }
  handle->file = file;
  handle->power = power;
  file->open++;
  base->pMethods = &methods;
  if (out != NULL) *out = flags;
  return SQLITE_OK;
}

static int removed(sqlite3_vfs *vfs, const char *name, int sync) {
  (void)vfs, (void)sync;
  if (dead) return SQLITE_IOERR_DELETE;
  File *file = found(name);
  /* SQLite deletes the files beside a database with its last connection. One from before a power cut, closed late,
     must not delete those of the terminal that runs now. */
  char beside[sizeof file->name];
  sqlite3_snprintf(sizeof beside, beside, "%s", name);
  if (strrchr(beside, '-') != NULL) *strrchr(beside, '-') = 0;
  File *database = found(beside);
  if (database == NULL || database->open == 0 || (file != NULL && file->open > 0)) return SQLITE_IOERR_DELETE;
  if (file != NULL) forget(file);
  return SQLITE_OK;
}

static int there(sqlite3_vfs *vfs, const char *name, int flags, int *out) {
  return (void)vfs, (void)flags, *out = found(name) != NULL, SQLITE_OK;
}

static int full_name(sqlite3_vfs *vfs, const char *name, int room, char *out) {
  return (void)vfs, sqlite3_snprintf(room, out, "%s", name), SQLITE_OK;
}

static int randomness(sqlite3_vfs *vfs, int size, char *out) {
  return (void)vfs, system_vfs->xRandomness(system_vfs, size, out);
}
static int slept(sqlite3_vfs *vfs, int us) { return (void)vfs, us; }
static int time_now(sqlite3_vfs *vfs, double *now) { return (void)vfs, system_vfs->xCurrentTime(system_vfs, now); }
static int last_error(sqlite3_vfs *vfs, int size, char *out) { return (void)vfs, (void)size, (void)out, 0; }

static sqlite3_vfs storm = {
  .iVersion = 1, .szOsFile = sizeof(Handle), .mxPathname = 120, .zName = "storm", .xOpen = opened, .xDelete = removed,
  .xAccess = there, .xFullPathname = full_name, .xRandomness = randomness, .xSleep = slept, .xCurrentTime = time_now,
  .xGetLastError = last_error,
};

typedef sqlite3_context Context; typedef sqlite3_value Value;
/* storm_arm(number …): the calls at which `storm_hit` is asked; none takes all back. */
static void do_arm(Context *context, int count, Value **values) {
  (void)context;
  memset(armed, 0, sizeof armed);
  for (int n = 0; n < count && n < MOST_ARMED; n++) armed[n] = sqlite3_value_int64(values[n]);
}

/* storm_calls(): how many writes, syncs and truncations there have been. */
static void do_calls(Context *context, int count, Value **values) {
  (void)count, (void)values, sqlite3_result_int64(context, calls);
}

/* storm_plug(in): 0, and nothing is read or written any more; 1 gives the power back, after storm_cut. */
static void do_plug(Context *context, int count, Value **values) {
  (void)context, (void)count, dead = !sqlite3_value_int(values[0]);
}

/* storm_cut(seed): what a power cut leaves. */
static void do_cut(Context *context, int count, Value **values) {
  (void)count;
  uint64_t seed = (uint64_t)sqlite3_value_int64(values[0]);
  power++;
  for (int n = 0; n < MOST_FILES; n++) {
    files[n].open = 0;
    if (files[n].name[0] != 0 && cut(&files[n], n, seed) != SQLITE_OK) sqlite3_result_error_nomem(context);
  }
}

/* storm_trouble(full, read_only): a disk without room, or one that takes no writes. */
static void do_trouble(Context *context, int count, Value **values) {
  (void)context, (void)count;
  full = sqlite3_value_int(values[0]);
  read_only = sqlite3_value_int(values[1]);
}

/* storm_unreadable(name, good, bad): the next `good` reads of this file succeed, and the `bad` after them fail. */
static void do_unreadable(Context *context, int count, Value **values) {
  (void)context, (void)count;
  sqlite3_snprintf(sizeof unreadable.name, unreadable.name, "%s", (const char *)sqlite3_value_text(values[0]));
  unreadable.good = sqlite3_value_int64(values[1]);
  unreadable.bad = sqlite3_value_int64(values[2]);
}

/* storm_size(name): null where there is no such file. */
static void do_size(Context *context, int count, Value **values) {
  (void)count;
  File *file = found((const char *)sqlite3_value_text(values[0]));
  if (file != NULL) sqlite3_result_int64(context, file->live.size);
}

/* storm_lengthen(name, size): extends the file with zeros up to there, already synced. */
static void do_lengthen(Context *context, int count, Value **values) {
  (void)count;
  File *file = found((const char *)sqlite3_value_text(values[0]));
  sqlite3_int64 size = sqlite3_value_int64(values[1]);
  if (file == NULL || synced(file) != SQLITE_OK || grow(&file->live, size) != SQLITE_OK || grow(&file->kept, size) != SQLITE_OK)
    sqlite3_result_error(context, "no such file", -1);
}

/* storm_rename(from, to) */
static void do_rename(Context *context, int count, Value **values) {
  (void)context, (void)count;
  File *file = found((const char *)sqlite3_value_text(values[0]));
  if (file != NULL) sqlite3_snprintf(sizeof file->name, file->name, "%s", (const char *)sqlite3_value_text(values[1]));
}

/* storm_link(): the folder is synced: every file keeps its name. */
static void do_link(Context *context, int count, Value **values) {
  (void)context, (void)count, (void)values;
  for (int n = 0; n < MOST_FILES; n++) files[n].linked = 1;
}

/* storm_wipe(): another terminal, with an empty disk. */
static void do_wipe(Context *context, int count, Value **values) {
  (void)context, (void)count, (void)values;
  for (int n = 0; n < MOST_FILES; n++) forget(&files[n]);
  power++;
  calls = dead = full = read_only = 0;
  unreadable.bad = 0;
  memset(armed, 0, sizeof armed);
}

/* storm_remember() and storm_recall(): this disk, put back after a storm_wipe. */
static void do_remember(Context *context, int count, Value **values) {
  (void)count, (void)values;
  if (remember() != SQLITE_OK) sqlite3_result_error_nomem(context);
}
static void do_recall(Context *context, int count, Value **values) {
  (void)count, (void)values;
  if (recall() != SQLITE_OK) sqlite3_result_error_nomem(context);
}

__attribute__((visibility("default"))) int sqlite3_storm_init(sqlite3 *database, char **error, const sqlite3_api_routines *api) {
  SQLITE_EXTENSION_INIT2(api);
  (void)error;
  static const struct { const char *name; int arguments; void (*act)(Context *, int, Value **); } functions[] = {
    {"storm_arm", -1, do_arm}, {"storm_calls", 0, do_calls}, {"storm_plug", 1, do_plug}, {"storm_cut", 1, do_cut},
    {"storm_trouble", 2, do_trouble}, {"storm_unreadable", 3, do_unreadable}, {"storm_size", 1, do_size},
    {"storm_lengthen", 2, do_lengthen}, {"storm_rename", 2, do_rename}, {"storm_link", 0, do_link}, {"storm_wipe", 0, do_wipe},
    {"storm_remember", 0, do_remember}, {"storm_recall", 0, do_recall},
  };
  for (unsigned n = 0; n < sizeof functions / sizeof functions[0]; n++) {
    int end = sqlite3_create_function(database, functions[n].name, functions[n].arguments, SQLITE_UTF8, NULL, functions[n].act, NULL, NULL);
    if (end != SQLITE_OK) return end;
  }
  steering = database;
  system_vfs = sqlite3_vfs_find(NULL);
  sqlite3_vfs_register(&storm, 0);
  return SQLITE_OK_LOAD_PERMANENTLY;
}
