/*
 * The files of storm.c, in memory: as they read now (`live`), as they would be after a power cut (`kept`), and the writes
 * since the last sync, of which `cut` keeps what the seed says.
 */
#ifndef STORM_IMAGES_H
#define STORM_IMAGES_H
#include <stdint.h>
#include <string.h>

enum { SECTOR = 512, PAGE = 4096, MOST_FILES = 16 };

typedef struct Change {
  struct Change *next;
  sqlite3_int64 at; /* -1: a truncation to `size` */
  int size;
  int lost; /* a sync of it has failed: no later one writes it, unless its page is written to again */
  unsigned char bytes[];
} Change;

typedef struct Image {
  unsigned char *bytes;
  sqlite3_int64 size, room;
} Image;

typedef struct File {
  char name[128]; /* empty: no such file */
  Image live, kept;
  Change *first, *last; /* since the last sync, oldest first */
  int linked;           /* its name is on the disk too */
  int open;             /* how many handles have it open since the last power-on */
} File;

/* One disk for the process: a storm has one terminal at a time. */
static File files[MOST_FILES];

static int grow(Image *image, sqlite3_int64 size) {
  if (size > image->room) {
    sqlite3_int64 room = size + size / 2 + 4096;
    unsigned char *bytes = sqlite3_realloc64(image->bytes, (sqlite3_uint64)room);
    if (bytes == NULL) return SQLITE_NOMEM;
    image->bytes = bytes;
    image->room = room;
  }
  if (size > image->size) {
    memset(image->bytes + image->size, 0, (size_t)(size - image->size));
    image->size = size;
  }
  return SQLITE_OK;
}

static int put(Image *image, sqlite3_int64 at, const unsigned char *bytes, int size) {
  int end = grow(image, at + size);
  if (end == SQLITE_OK) memcpy(image->bytes + at, bytes, (size_t)size);
  return end;
}

static int copy(Image *to, const Image *from) {
  to->size = 0;
  int end = grow(to, from->size);
  if (end == SQLITE_OK && from->size > 0) memcpy(to->bytes, from->bytes, (size_t)from->size);
  return end;
}

static File *found(const char *name) {
  for (int n = 0; n < MOST_FILES; n++)
    if (files[n].name[0] != 0 && strcmp(files[n].name, name) == 0) return &files[n];
  return NULL;
}

static File *made(const char *name) {
  for (int n = 0; n < MOST_FILES; n++)
    if (files[n].name[0] == 0)
      return sqlite3_snprintf(sizeof files[n].name, files[n].name, "%s", name), &files[n];
  return NULL;
}

static void forget_changes(File *file) {
  for (Change *change = file->first, *next; change != NULL; change = next) next = change->next, sqlite3_free(change);
  file->first = file->last = NULL;
}

static void forget(File *file) {
  forget_changes(file);
  sqlite3_free(file->live.bytes);
  sqlite3_free(file->kept.bytes);
  memset(file, 0, sizeof *file);
}

/* The copy that `remember` makes of a disk without power, with everything on it synced; `recall` puts it back. */
static File remembered[MOST_FILES];

static int synced(File *file);

static int remember(void) {
  int end = SQLITE_OK;
  for (int n = 0; n < MOST_FILES && end == SQLITE_OK; n++) {
    forget(&remembered[n]);
    if (files[n].name[0] == 0) continue;
    end = synced(&files[n]);
    if (end == SQLITE_OK) end = copy(&remembered[n].kept, &files[n].kept);
    memcpy(remembered[n].name, files[n].name, sizeof files[n].name);
  }
  return end;
}

static int recall(void) {
  int end = SQLITE_OK;
  for (int n = 0; n < MOST_FILES && end == SQLITE_OK; n++) {
    forget(&files[n]);
    if (remembered[n].name[0] == 0) continue;
    end = copy(&files[n].kept, &remembered[n].kept);
    if (end == SQLITE_OK) end = copy(&files[n].live, &remembered[n].kept);
    memcpy(files[n].name, remembered[n].name, sizeof files[n].name);
    files[n].linked = 1;
  }
  return end;
}

static int note(File *file, sqlite3_int64 at, const void *bytes, int size) {
  Change *change = sqlite3_malloc64(sizeof *change + (at < 0 ? 0 : (sqlite3_uint64)size));
  if (change == NULL) return SQLITE_NOMEM;
  change->next = NULL;
  change->at = at;
  change->size = size;
  change->lost = 0;
  if (at >= 0) memcpy(change->bytes, bytes, (size_t)size);
  if (file->last == NULL) file->first = change;
  else file->last->next = change;
  file->last = change;
  return SQLITE_OK;
}

/*
 * A sync has failed. Linux then marks its pages as clean and does not write them again
 * (wiki.postgresql.org/wiki/Fsync_Errors): splits the changes by page and marks each piece as lost.
 */
static int lose(File *file) {
  Change *change = file->first;
  int end = SQLITE_OK;
  file->first = file->last = NULL;
  for (Change *next; change != NULL; change = next) {
    next = change->next;
    if (change->at < 0 && end == SQLITE_OK) end = note(file, -1, NULL, change->size);
    for (sqlite3_int64 at = change->at, last = change->at + change->size; change->at >= 0 && at < last && end == SQLITE_OK;) {
      sqlite3_int64 to = (at / PAGE + 1) * PAGE;
      if (to > last) to = last;
      end = note(file, at, change->bytes + (at - change->at), (int)(to - at));
      if (end == SQLITE_OK) file->last->lost = 1;
      at = to;
    }
    sqlite3_free(change);
  }
  return end;
}

/* Whether its page has been written to since: then the next sync writes the whole page. Lost changes are the oldest. */
static int dirty_again(const File *file, const Change *lost) {
  for (const Change *change = file->first; change != NULL; change = change->next)
    if (!change->lost && change->at >= 0 && change->at / PAGE <= lost->at / PAGE &&
        lost->at / PAGE <= (change->at + change->size - 1) / PAGE)
      return 1;
  return 0;
}

static int synced(File *file) {
  int end = SQLITE_OK;
  Change *first = NULL, *last = NULL;
  for (Change *change = file->first; change != NULL && end == SQLITE_OK; change = change->next) {
    if (change->lost && !dirty_again(file, change)) continue;
    if (change->at < 0) {
      if (change->size < file->kept.size) file->kept.size = change->size;
      else end = grow(&file->kept, change->size);
    } else end = put(&file->kept, change->at, change->bytes, change->size);
    change->size = change->lost ? 0 : change->size; /* saved */
  }
  for (Change *change = file->first, *next; change != NULL; change = next) {
    next = change->next;
    change->next = NULL;
    if (!change->lost || change->size == 0) sqlite3_free(change);
    else if (last == NULL) first = last = change;
    else last = last->next = change;
  }
  file->first = first;
  file->last = last;
  file->linked = 1;
  return end;
}

static uint64_t mixed(uint64_t x) { /* splitmix64 */
  x += 0x9e3779b97f4a7c15u;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

/* How many of the changes since the last sync a sector has seen: none, all, or some, as the seed says. */
static int seen(uint64_t seed, int of, sqlite3_int64 sector, int changes) {
  switch (mixed(seed) % 4) {
    case 0: return 0;
    case 1: return changes;
    default: return (int)(mixed(seed ^ mixed((uint64_t)of * 1000003u + (uint64_t)sector)) % (uint64_t)(changes + 1));
  }
}

static int cut(File *file, int of, uint64_t seed) {
  int changes = 0, n = 0, end = SQLITE_OK;
  for (Change *change = file->first; change != NULL; change = change->next) changes++;
  int named = file->linked || (mixed(seed ^ 77) & 1);
  int sized = seen(seed, of, -1, changes);
  for (Change *change = file->first; change != NULL && end == SQLITE_OK; change = change->next, n++) {
    if (change->at < 0) {
      if (n < sized && change->size < file->kept.size) file->kept.size = change->size;
      continue;
    }
    for (sqlite3_int64 at = change->at, last = change->at + change->size; at < last && end == SQLITE_OK;) {
      sqlite3_int64 next = (at / SECTOR + 1) * SECTOR;
      if (next > last) next = last;
      if (n < seen(seed, of, at / SECTOR, changes))
        end = put(&file->kept, at, change->bytes + (at - change->at), (int)(next - at));
      at = next;
    }
  }
  forget_changes(file);
  if (!named) forget(file);
  else {
    file->linked = 1;
    if (end == SQLITE_OK) end = copy(&file->live, &file->kept);
  }
  return end;
}

#endif
