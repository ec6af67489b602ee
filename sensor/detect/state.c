/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/state.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"

#define MAGIC "mailtap state\n\x1a\0"
#define MAGIC_LEN 16

/* Numbers lie in the image as they lie in memory: another order of octets, or other sizes, is another layout. */
#define LAYOUT (UINT64_C(0x0102030405060708) ^ sizeof(size_t) << 4 ^ sizeof(double))

struct header {
	uint8_t magic[MAGIC_LEN];
	uint64_t version, layout;
};

#define SPACE BYTES("mailtap.state")

void
state_out_init(struct state_out *s, size_t ceiling)
{
	struct header h = { .version = STATE_VERSION, .layout = LAYOUT };

	buffer_init(&s->image, ceiling);
	s->section = 0;
	memcpy(h.magic, MAGIC, MAGIC_LEN);
	state_put(s, &h, sizeof(h));
}

void
state_put(struct state_out *s, const void *at, size_t len)
{
	(void)buffer_append(&s->image, bytes_of(at, len));
}

void
state_put_u64(struct state_out *s, uint64_t n)
{
	state_put(s, &n, sizeof(n));
}

void
state_begin(struct state_out *s, const char *name)
{
	size_t len = strnlen(name, STATE_NAME_MAX);

	state_put_u64(s, len);
	state_put(s, name, len);
	s->section = s->image.len;
	state_put_u64(s, 0);
}

void
state_end(struct state_out *s)
{
	uint64_t len = s->image.len - s->section - sizeof(len);

	if (!s->image.cut)
		memcpy(s->image.at + s->section, &len, sizeof(len));
	s->section = 0;
}

bool
state_finish(struct state_out *s)
{
	struct identity sum = identity_of(SPACE, buffer_bytes(&s->image));

	state_put(s, &sum, sizeof(sum));
	return !s->image.cut;
}

void
state_out_clear(struct state_out *s)
{
	buffer_clear(&s->image);
}

void
state_put_map(struct state_out *s, const struct map *m, size_t key_size, size_t value_size)
{
	uint64_t count = 0;

	for (const void *v = map_oldest(m, 0); v != NULL; v = map_newer(m, v))
		count++;
	state_put_u64(s, key_size);
	state_put_u64(s, value_size);
	state_put_u64(s, count);
	for (const void *v = map_oldest(m, 0); v != NULL && !s->image.cut; v = map_newer(m, v)) {
		state_put(s, map_key(m, v), key_size);
		state_put(s, v, value_size);
	}
}

static bool
because(char *error, const char *what)
{
	snprintf(error, STATE_ERROR_MAX, "%s", what);
	return false;
}

bool
state_check(struct bytes image, char *error)
{
	struct header h;
	struct identity sum, right;
	struct bytes body;

	if (image.len < sizeof(h) + sizeof(sum))
		return because(error, "it is too short to be a state of mailtapd");
	memcpy(&h, image.at, sizeof(h));
	if (memcmp(h.magic, MAGIC, MAGIC_LEN) != 0)
		return because(error, "it is not a state of mailtapd");
	if (h.layout != LAYOUT)
		return because(error, "it was written by another kind of machine");
	if (h.version != STATE_VERSION) {
		snprintf(error, STATE_ERROR_MAX, "it is of version %llu, and this program reads version %d",
		    (unsigned long long)h.version, STATE_VERSION);
		return false;
	}
	body = bytes_first(image, image.len - sizeof(sum));
	memcpy(&sum, image.at + body.len, sizeof(sum));
	right = identity_of(SPACE, body);
	if (!identity_equal(sum, right))
		return because(error, "it is damaged: its checksum is wrong");
	return true;
}

uint64_t
state_get_u64(struct state_in *s)
{
	uint64_t n = 0;

	(void)state_get(s, &n, sizeof(n));
	return n;
}

bool
state_get(struct state_in *s, void *at, size_t len)
{
	struct bytes b = cursor_take(&s->left, len);

	if (b.len != len)
		return false;
	if (len > 0)
		memcpy(at, b.at, len);
	return true;
}

bool
state_find(struct bytes image, const char *name, struct state_in *out)
{
	struct state_in all = { .left = cursor_of(bytes_skip(
				    bytes_first(image, image.len - sizeof(struct identity)), sizeof(struct header))) };

	while (!all.left.failed && all.left.left.len > 0) {
		uint64_t name_len = state_get_u64(&all), len;
		struct bytes found = cursor_take(&all.left, name_len <= STATE_NAME_MAX ? (size_t)name_len : SIZE_MAX),
			     body;

		len = state_get_u64(&all);
		body = cursor_take(&all.left, len <= SIZE_MAX ? (size_t)len : SIZE_MAX);
		if (!all.left.failed && bytes_equal(found, bytes_str(name))) {
			out->left = cursor_of(body);
			return true;
		}
	}
	return false;
}

static bool
empty_map(struct map *m)
{
	void *v;

	while ((v = map_oldest(m, 0)) != NULL)
		map_remove(m, v);
	return false;
}

bool
state_get_map(struct state_in *s, struct map *m, size_t key_size, size_t value_size, bool (*fits)(const void *value))
{
	uint64_t has_key = state_get_u64(s), has_value = state_get_u64(s), count = state_get_u64(s);

	if (s->left.failed || has_key != key_size || has_value != value_size ||
	    count > s->left.left.len / (key_size + value_size))
		return false;
	/* What would give way at once need not come in. */
	while (count > map_ceiling(m)) {
		cursor_skip(&s->left, key_size + value_size);
		count--;
	}
	for (; count > 0; count--) {
		struct bytes key = cursor_take(&s->left, key_size), value = cursor_take(&s->left, value_size);
		/* Both as aligned as their types may ask for. */
		max_align_t room[64];
		void *aligned = key_size <= sizeof(room) ? memcpy(room, key.at, key_size) : NULL, *to;

		to = aligned == NULL ? NULL : map_put(m, aligned, 0, 0, NULL);
		if (to == NULL)
			return empty_map(m);
		memcpy(to, value.at, value_size);
		if (fits != NULL && !fits(to))
			return empty_map(m);
		map_touch(m, to, 0);
	}
	return true;
}

static bool
failed(char *error, const char *what, const char *path)
{
	snprintf(error, STATE_ERROR_MAX, "%s %.120s: %s", what, path, strerror(errno));
	return false;
}

static bool
write_all(int fd, struct bytes image)
{
	while (image.len > 0) {
		ssize_t n = write(fd, image.at, image.len < (1u << 30) ? image.len : (1u << 30));

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return false;
		image = bytes_skip(image, (size_t)n);
	}
	return fsync(fd) == 0;
}

/* The rename itself must last, too. */
static void
sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
}

bool
state_save(const char *path, struct bytes image, char *error)
{
	char fresh[PATH_MAX];
	bool fine;
	int fd;

	if ((size_t)snprintf(fresh, sizeof(fresh), "%s.new", path) >= sizeof(fresh)) {
		errno = ENAMETOOLONG;
		return failed(error, "cannot write", path);
	}
	/* What an interrupted run left behind goes; a link that somebody put there is not followed. */
	(void)unlink(fresh);
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return failed(error, "cannot create", fresh);
	fine = write_all(fd, image);
	if (!fine)
		(void)failed(error, "cannot write", fresh);
	if (close(fd) != 0 && fine)
		fine = failed(error, "cannot write", fresh);
	if (fine && rename(fresh, path) != 0)
		fine = failed(error, "cannot replace", path);
	if (!fine) {
		(void)unlink(fresh);
		return false;
	}
	sync_directory(path);
	return true;
}

static enum state_file
read_all(int fd, struct buffer *out, const char *path, char *error)
{
	uint8_t piece[65536];
	struct stat s;
	ssize_t n;

	if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode)) {
		(void)because(error, "it is not a regular file");
		return STATE_REFUSED;
	}
	while ((n = read(fd, piece, sizeof(piece))) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			(void)failed(error, "cannot read", path);
			return STATE_REFUSED;
		}
		if (!buffer_append(out, bytes_of(piece, (size_t)n))) {
			(void)because(error, "it is larger than a state may be");
			return STATE_REFUSED;
		}
	}
	return state_check(buffer_bytes(out), error) ? STATE_READ : STATE_REFUSED;
}

enum state_file
state_load(const char *path, struct buffer *out, char *error)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	enum state_file result;

	if (fd < 0 && errno == ENOENT)
		return STATE_ABSENT;
	if (fd < 0) {
		(void)failed(error, "cannot open", path);
		return STATE_REFUSED;
	}
	result = read_all(fd, out, path, error);
	(void)close(fd);
	return result;
}
