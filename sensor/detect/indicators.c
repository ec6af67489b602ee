/* SPDX-License-Identifier: Apache-2.0
 *
 * Each indicator is an identity of its kind and its text in lower case; the identities are sorted. A network is the
 * identity of its address and its prefix, and the prefixes that occur are known, so that an address is looked up once
 * for each of those, a domain once for each of its labels.
 */
#include "detect/indicators.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/text.h"

#define TEXT_MAX 512 /* of an indicator, and of what is looked up */

/* What tells one state of a file from another. */
struct state {
	bool there;
	dev_t device;
	ino_t inode;
	off_t size;
	struct timespec changed;
};

struct set {
	struct identity *at;
	size_t len, room;
	bool v4[33], v6[129]; /* prefixes that occur */
};

struct indicators {
	char *path;
	struct set set;
	struct state read, seen; /* when it was read; when it was last looked at */
};

static const struct bytes no_bytes = { NULL, 0 };

static struct identity
network_identity(const struct network *n)
{
	uint8_t text[18];

	text[0] = n->address.family;
	text[1] = n->prefix;
	memcpy(text + 2, n->address.ip, 16);
	return identity_of(BYTES("network"), bytes_of(text, sizeof(text)));
}

/* The text in lower case, without a dot at its end; empty when it is too long. */
static struct bytes
folded(struct bytes text, uint8_t out[TEXT_MAX])
{
	if (text.len > TEXT_MAX || text.len == 0)
		return no_bytes;
	memcpy(out, text.at, text.len);
	text_lower(out, text.len);
	return bytes_of(out, out[text.len - 1] == '.' ? text.len - 1 : text.len);
}

static bool
is_hash(struct bytes text)
{
	if (text.len != 32 && text.len != 40 && text.len != 64)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = ascii_lower(text.at[i]);

		if (!ascii_is_digit(c) && (c < 'a' || c > 'f'))
			return false;
	}
	return true;
}

/* Labels of letters, digits, "-", "_" and what is not ASCII, with dots in between. */
static bool
is_domain(struct bytes text)
{
	bool dot = true;

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.at[i];

		if (c == '.' ? dot : !ascii_is_alnum(c) && c != '-' && c != '_' && c < 0x80)
			return false;
		dot = c == '.';
	}
	return text.len > 0 && text.len <= 255 && !dot;
}

/* "*.evil.example" and ".evil.example" are how others write a domain and what is below it. */
static struct bytes
without_star(struct bytes text)
{
	if (bytes_starts(text, BYTES("*.")))
		return bytes_skip(text, 2);
	return text.len > 1 && text.at[0] == '.' ? bytes_skip(text, 1) : text;
}

/* What the text is an identity of; false: it is nothing. */
static bool
identify(struct bytes text, struct set *set, struct identity *out)
{
	uint8_t lower[TEXT_MAX];
	struct network n;
	struct bytes t;
	size_t at;

	if (network_parse(text, &n)) {
		if (n.address.family == 4)
			set->v4[n.prefix] = true;
		else
			set->v6[n.prefix] = true;
		*out = network_identity(&n);
		return true;
	}
	t = folded(without_star(text), lower);
	at = bytes_find_last(t, '@');
	if (is_hash(t))
		*out = identity_of(BYTES("hash"), t);
	else if (at != BYTES_NOWHERE && at > 0 && is_domain(bytes_skip(t, at + 1)))
		*out = identity_of(BYTES("mailbox"), t);
	else if (at == BYTES_NOWHERE && is_domain(t))
		*out = identity_of(BYTES("domain"), t);
	else
		return false;
	return true;
}

static int
by_words(const void *one, const void *other)
{
	const struct identity *a = one, *b = other;

	if (a->word[0] != b->word[0])
		return a->word[0] < b->word[0] ? -1 : 1;
	return (a->word[1] > b->word[1]) - (a->word[1] < b->word[1]);
}

static bool
has(const struct set *set, struct identity id)
{
	return set->len > 0 && bsearch(&id, set->at, set->len, sizeof(id), by_words) != NULL;
}

static bool
add(struct set *set, struct identity id)
{
	struct identity *grown;

	if (set->len == set->room) {
		set->room = set->room == 0 ? 64 : set->room * 2;
		grown = reallocarray(set->at, set->room, sizeof(*grown));
		if (grown == NULL)
			return false;
		set->at = grown;
	}
	set->at[set->len++] = id;
	return true;
}

/* Fills the set; false after a complaint. */
static bool
take_text(struct set *set, struct bytes text, indicators_complaint *complain, void *arg)
{
	struct identity id;
	char what[256];
	bool fine = true;

	for (unsigned line = 1; text.len > 0; line++) {
		struct bytes rest = bytes_split(&text, '\n'), entry = bytes_trim(bytes_split(&rest, '#'));

		if (entry.len == 0)
			continue;
		if (!identify(entry, set, &id)) {
			struct buffer shown;

			buffer_init(&shown, 120);
			text_append_escaped(&shown, bytes_first(entry, 100));
			snprintf(what, sizeof(what), "\"%.*s\" is no domain, mail address, address, network or hash",
			    (int)shown.len, shown.len > 0 ? (const char *)shown.at : "");
			buffer_clear(&shown);
			complain(arg, line, what);
			fine = false;
		} else if (set->len == INDICATORS_MAX) {
			snprintf(what, sizeof(what), "more than %d indicators: split the file", INDICATORS_MAX);
			complain(arg, line, what);
			return false;
		} else if (!add(set, id)) {
			complain(arg, 0, "not enough memory");
			return false;
		}
	}
	if (set->len > 0)
		qsort(set->at, set->len, sizeof(*set->at), by_words);
	return fine;
}

static struct state
state_of(const struct stat *s)
{
	return (struct state){ true, s->st_dev, s->st_ino, s->st_size, s->st_mtim };
}

static bool
same_state(const struct state *a, const struct state *b)
{
	return a->there == b->there && a->device == b->device && a->inode == b->inode && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec && a->changed.tv_nsec == b->changed.tv_nsec;
}

/* The whole file in *text, which the caller frees; false with the cause in errno. */
static bool
slurp(int fd, size_t size, struct bytes *text)
{
	uint8_t *at = malloc(size + 1);
	size_t len = 0;
	ssize_t got = at == NULL ? -1 : 1;

	while (got > 0 && len < size) {
		got = read(fd, at + len, size - len);
		if (got < 0 && errno == EINTR)
			got = 1;
		else if (got > 0)
			len += (size_t)got;
	}
	if (got < 0) {
		free(at);
		return false;
	}
	*text = bytes_of(at, len);
	return true;
}

/* Reads the file into a new set, and what state it was in; false after a complaint. */
static bool
read_file(const char *path, struct set *set, struct state *state, indicators_complaint *complain, void *arg)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct bytes text = no_bytes;
	struct stat s;
	bool fine = false;

	*set = (struct set){ 0 };
	if (fd < 0 || fstat(fd, &s) != 0) {
		complain(arg, 0, strerror(errno));
	} else if (!S_ISREG(s.st_mode)) {
		complain(arg, 0, "is not a file");
	} else if (s.st_size > INDICATORS_FILE_MAX) {
		complain(arg, 0, "is larger than 64 MiB: split it");
	} else if (!slurp(fd, (size_t)s.st_size, &text)) {
		complain(arg, 0, strerror(errno));
	} else {
		*state = state_of(&s);
		fine = take_text(set, text, complain, arg);
	}
	free((uint8_t *)(uintptr_t)text.at);
	if (fd >= 0)
		(void)close(fd);
	if (!fine) {
		free(set->at);
		*set = (struct set){ 0 };
	}
	return fine;
}

struct indicators *
indicators_new(const char *path, indicators_complaint *complain, void *arg)
{
	struct indicators *i = calloc(1, sizeof(*i));

	if (i == NULL || (i->path = strdup(path)) == NULL) {
		complain(arg, 0, "not enough memory");
		free(i);
		return NULL;
	}
	if (!read_file(path, &i->set, &i->read, complain, arg)) {
		indicators_free(i);
		return NULL;
	}
	i->seen = i->read;
	return i;
}

enum indicators_news
indicators_look(struct indicators *i, indicators_complaint *complain, void *arg)
{
	struct state now = { 0 };
	struct stat s;
	struct set fresh;
	bool settled;

	if (stat(i->path, &s) == 0)
		now = state_of(&s);
	settled = same_state(&now, &i->seen);
	i->seen = now;
	if (!settled || same_state(&now, &i->read))
		return INDICATORS_SAME;
	i->read = now;
	if (!read_file(i->path, &fresh, &i->read, complain, arg))
		return INDICATORS_BAD;
	free(i->set.at);
	i->set = fresh;
	return INDICATORS_NEW;
}

size_t
indicators_len(const struct indicators *i)
{
	return i->set.len;
}

const char *
indicators_path(const struct indicators *i)
{
	return i->path;
}

/* Makes the bits behind the prefix zero. */
static void
mask(struct address *a, unsigned prefix)
{
	for (unsigned octet = 0; octet < 16; octet++) {
		unsigned bits = prefix > octet * 8 ? prefix - octet * 8 : 0;

		a->ip[octet] &= (uint8_t)(bits >= 8 ? 0xff : 0xff00u >> bits);
	}
}

bool
indicators_have_address(const struct indicators *i, const struct address *a)
{
	bool v4 = a->family == 4;
	const bool *occurs = v4 ? i->set.v4 : i->set.v6;

	for (unsigned prefix = 0; a->family != 0 && prefix <= (v4 ? 32 : 128); prefix++) {
		struct network n = { *a, (uint8_t)prefix };

		if (!occurs[prefix])
			continue;
		mask(&n.address, prefix);
		if (has(&i->set, network_identity(&n)))
			return true;
	}
	return false;
}

/* The domain, or one that it is below. */
static bool
have_domain(const struct indicators *i, struct bytes domain)
{
	while (domain.len > 0) {
		if (has(&i->set, identity_of(BYTES("domain"), domain)))
			return true;
		(void)bytes_split(&domain, '.');
	}
	return false;
}

bool
indicators_have_text(const struct indicators *i, struct bytes text)
{
	uint8_t lower[TEXT_MAX];
	struct bytes t = folded(bytes_trim(text), lower), bare = t;
	struct address a;
	size_t at = bytes_find_last(t, '@');

	if (t.len == 0)
		return false;
	if (t.len > 2 && t.at[0] == '[' && t.at[t.len - 1] == ']')
		bare = bytes_first(bytes_skip(t, 1), t.len - 2);
	if (address_parse(bare, &a))
		return indicators_have_address(i, &a);
	if (is_hash(t) && has(&i->set, identity_of(BYTES("hash"), t)))
		return true;
	if (at == BYTES_NOWHERE)
		return have_domain(i, t);
	return has(&i->set, identity_of(BYTES("mailbox"), t)) || have_domain(i, bytes_skip(t, at + 1));
}

void
indicators_free(struct indicators *i)
{
	if (i == NULL)
		return;
	free(i->set.at);
	free(i->path);
	free(i);
}
