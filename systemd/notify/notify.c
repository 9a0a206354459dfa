/*
 * sd_notify(3) for Node: one datagram to $NOTIFY_SOCKET. Node has no Unix datagram sockets, and libsystemd would be a
 * dependency for forty lines; the protocol is a stable interface (systemd, sd_notify(3), "Notes").
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAPI_VERSION 8
#include <node_api.h>

static napi_value fail(napi_env env, const char *what) {
  napi_throw_error(env, "SD_NOTIFY", what);
  return NULL;
}

/* notify(state: string): boolean; false where the process was not started by systemd, throws where the send fails. */
static napi_value notify(napi_env env, napi_callback_info info) {
  napi_value argument, answer;
  size_t count = 1, length = 0;
  char state[4096];
  if (napi_get_cb_info(env, info, &count, &argument, NULL, NULL) != napi_ok || count < 1 ||
      napi_get_value_string_utf8(env, argument, NULL, 0, &length) != napi_ok)
    return fail(env, "notify takes one string, such as READY=1");
  if (length >= sizeof state) return fail(env, "the state is longer than 4095 bytes");
  napi_get_value_string_utf8(env, argument, state, sizeof state, &length);

  const char *path = getenv("NOTIFY_SOCKET");
  if (path == NULL || path[0] == '\0') {
    napi_get_boolean(env, false, &answer);
    return answer;
  }
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  size_t size = strlen(path);
  if ((path[0] != '/' && path[0] != '@') || size >= sizeof address.sun_path)
    return fail(env, "NOTIFY_SOCKET is neither an absolute path nor an abstract name of a fitting length");
  memcpy(address.sun_path, path, size);
  /* A leading @ stands for the zero byte of the abstract name space. */
  if (path[0] == '@') address.sun_path[0] = '\0';

  int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return fail(env, strerror(errno));
  ssize_t sent = sendto(fd, state, length, MSG_NOSIGNAL, (struct sockaddr *)&address,
                        (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size));
  int reason = errno;
  close(fd);
  if (sent != (ssize_t)length) return fail(env, strerror(reason));
  napi_get_boolean(env, true, &answer);
  return answer;
}

NAPI_MODULE_INIT() {
  napi_value function;
  if (napi_create_function(env, "notify", NAPI_AUTO_LENGTH, notify, NULL, &function) != napi_ok ||
      napi_set_named_property(env, exports, "notify", function) != napi_ok)
    return fail(env, "notify could not be registered");
  return exports;
}
