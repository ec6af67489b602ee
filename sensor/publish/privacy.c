/* SPDX-License-Identifier: Apache-2.0
 *
 * Two walks over the document. The first reads the fields that hold nothing but an address, a subject or a file name
 * and notes what each is to become. The second rewrites: those fields as noted, and in every other text the addresses
 * and whatever was noted, where it stands as a word of its own.
 */
#include "publish/privacy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buffer.h"
#include "base/hash.h"

#define KEY_LEAST 16
#define KEY_MOST 512
#define WITHHELD "withheld"
#define NOTES_MAX 512
#define PATH_MAX_LEN 256
#define TEXT_MAX (64u << 10)

enum kind {
	KIND_TEXT,    /* anything: addresses inside are replaced */
	KIND_SUBJECT,
	KIND_ADDRESS, /* or the name of a user */
	KIND_FILE,
	KIND_PEOPLE,  /* of a header that names people: only the addresses stay */
	KIND_KEEP,    /* looks like an address and is none, or is not from the wire */
};

static const struct {
	const char *path; /* "*" at its end: all below it */
	enum kind kind;
} fields[] = {
	{ "email.subject", KIND_SUBJECT },
	{ "mailtap.imap.searches", KIND_SUBJECT },
	{ "email.from.address", KIND_ADDRESS },
	{ "email.sender.address", KIND_ADDRESS },
	{ "email.to.address", KIND_ADDRESS },
	{ "email.cc.address", KIND_ADDRESS },
	{ "email.bcc.address", KIND_ADDRESS },
	{ "email.reply_to.address", KIND_ADDRESS },
	{ "mailtap.envelope.from", KIND_ADDRESS },
	{ "mailtap.envelope.to", KIND_ADDRESS },
	{ "mailtap.envelope.refused", KIND_ADDRESS },
	{ "mailtap.smtp.rcpt_refused", KIND_ADDRESS },
	{ "mailtap.forward.victim", KIND_ADDRESS },
	{ "mailtap.forward.target", KIND_ADDRESS },
	{ "mailtap.script.targets.address", KIND_ADDRESS },
	{ "user.name", KIND_ADDRESS },
	{ "related.user", KIND_ADDRESS },
	{ "mailtap.from", KIND_PEOPLE },
	{ "email.attachments.file.name", KIND_FILE },
	{ "mailtap.parts.filename", KIND_FILE },
	{ "email.message_id", KIND_KEEP },
	{ "mailtap.in_reply_to", KIND_KEEP },
	{ "mailtap.references", KIND_KEEP },
	{ "observer.*", KIND_KEEP },
	{ "rule.*", KIND_KEEP },
	{ "threat.*", KIND_KEEP },
	{ "mailtap.pivot.*", KIND_KEEP },
};

/* Of {name, value} of a header, and {kind, seen} of evidence: what the one says of the other. */
static const struct {
	const char *name;
	enum kind kind;
} headers[] = {
	{ "Subject", KIND_SUBJECT },
	{ "Thread-Topic", KIND_SUBJECT },
	{ "From", KIND_PEOPLE },
	{ "Sender", KIND_PEOPLE },
	{ "Reply-To", KIND_PEOPLE },
	{ "To", KIND_PEOPLE },
	{ "Cc", KIND_PEOPLE },
	{ "Resent-From", KIND_PEOPLE },
	{ "Resent-To", KIND_PEOPLE },
	{ "Resent-Cc", KIND_PEOPLE },
	{ "Message-ID", KIND_KEEP },
	{ "References", KIND_KEEP },
	{ "In-Reply-To", KIND_KEEP },
	{ "X-Forwarded-Message-Id", KIND_KEEP },
	{ "X-MS-Exchange-Parent-Message-Id", KIND_KEEP },
}, evidence[] = {
	{ "subject", KIND_SUBJECT },
	{ "file", KIND_FILE },
	{ "user", KIND_ADDRESS },
};

struct privacy {
	struct privacy_settings settings;
	struct hash_key key;
};

struct note {
	char *clear, *hidden;
};

struct walk {
	const struct privacy *p;
	struct note notes[NOTES_MAX];
	size_t count;
	bool rewriting;
};

static bool
needs_key(const struct privacy_settings *s)
{
	return s->subject == PRIVACY_HASHED || s->addresses == PRIVACY_HASHED || s->filenames == PRIVACY_HASHED;
}

static bool
read_key(struct privacy *p, char *error, size_t error_room)
{
	const char *path = p->settings.key_file;
	FILE *f = path == NULL || path[0] == '\0' ? NULL : fopen(path, "re");
	char line[KEY_MOST] = "";
	struct identity id;

	if (f != NULL) {
		if (fgets(line, sizeof(line), f) == NULL)
			line[0] = '\0';
		fclose(f);
	}
	line[strcspn(line, "\r\n")] = '\0';
	if (strlen(line) < KEY_LEAST) {
		snprintf(error, error_room,
		    "privacy.key_file %s: a secret of %d characters or more is needed in its first line to hash with; make one "
		    "with: openssl rand -hex 32",
		    path != NULL && path[0] != '\0' ? path : "is not set", KEY_LEAST);
		explicit_bzero(line, sizeof(line));
		return false;
	}
	id = identity_of(BYTES("mailtap.privacy"), bytes_str(line));
	explicit_bzero(line, sizeof(line));
	p->key = (struct hash_key){ id.word[0], id.word[1] };
	return true;
}

struct privacy *
privacy_open(const struct privacy_settings *settings, char *error, size_t error_room)
{
	struct privacy *p = calloc(1, sizeof(*p));

	if (p == NULL) {
		snprintf(error, error_room, "not enough memory");
		return NULL;
	}
	p->settings = *settings;
	if (needs_key(settings) && !read_key(p, error, error_room)) {
		free(p);
		return NULL;
	}
	p->settings.key_file = NULL; /* borrowed, and needed no more */
	return p;
}

void
privacy_close(struct privacy *p)
{
	if (p == NULL)
		return;
	explicit_bzero(&p->key, sizeof(p->key));
	free(p);
}

/* --- what a value becomes --- */

static enum privacy_mode
mode_of(const struct privacy *p, enum kind kind)
{
	if (kind == KIND_SUBJECT)
		return p->settings.subject;
	return kind == KIND_FILE ? p->settings.filenames : p->settings.addresses;
}

/* Sixteen digits; letters of ASCII count alike in both cases. */
static void
append_hash(const struct privacy *p, struct bytes what, struct buffer *out)
{
	struct buffer lower;
	char text[17];

	buffer_init(&lower, TEXT_MAX);
	for (size_t i = 0; i < what.len; i++) {
		uint8_t c = what.at[i];

		(void)buffer_append_octet(&lower, c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c);
	}
	snprintf(text, sizeof(text), "%016llx", (unsigned long long)hash_bytes(&p->key, buffer_bytes(&lower)));
	buffer_clear(&lower);
	(void)buffer_append(out, bytes_str(text));
}

/* The part that names nobody: "@domain", ".ext". */
static struct bytes
rest_that_stays(enum kind kind, struct bytes value)
{
	size_t at = kind == KIND_ADDRESS ? bytes_find_last(value, '@') : kind == KIND_FILE ? bytes_find_last(value, '.')
										   : BYTES_NOWHERE;

	if (at == BYTES_NOWHERE || (kind == KIND_FILE && (at == 0 || value.len - at > 16)))
		return (struct bytes){ 0 };
	return bytes_skip(value, at);
}

static void
append_hidden(const struct privacy *p, enum kind kind, struct bytes value, struct buffer *out)
{
	if (mode_of(p, kind) == PRIVACY_OFF)
		(void)buffer_append(out, BYTES(WITHHELD));
	else
		append_hash(p, value, out);
	(void)buffer_append(out, rest_that_stays(kind, value));
}

/* --- addresses inside a text --- */

static bool
is_local_octet(uint8_t c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
	    strchr("!#$%&'*+/=?^_`{|}~.-", c) != NULL;
}

static bool
is_domain_octet(uint8_t c)
{
	return c >= 0x80 || c == '.' || c == '-' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The first address from `from` on; false when there is none. */
static bool
find_address(struct bytes text, size_t from, size_t *begin, size_t *end)
{
	for (size_t at = from; at < text.len; at++) {
		if (text.at[at] != '@')
			continue;
		for (*begin = at; *begin > from && text.at[*begin - 1] != 0 && is_local_octet(text.at[*begin - 1]);)
			(*begin)--;
		for (*end = at + 1; *end < text.len && is_domain_octet(text.at[*end]);)
			(*end)++;
		while (*end > at + 1 && text.at[*end - 1] == '.')
			(*end)--;
		if (*begin < at && *end > at + 1)
			return true;
	}
	return false;
}

/* The addresses of a text, and nothing of what stands between them. */
static void
append_addresses(const struct privacy *p, struct bytes text, struct buffer *out)
{
	size_t done = 0, begin, end;

	for (; find_address(text, done, &begin, &end); done = end) {
		if (out->len > 0)
			(void)buffer_append(out, BYTES(", "));
		append_hidden(p, KIND_ADDRESS, bytes_of(text.at + begin, end - begin), out);
	}
}

/* --- notes --- */

static void
note(struct walk *w, enum kind kind, const char *value)
{
	struct buffer hidden;

	if (w->count == NOTES_MAX || value[0] == '\0' || mode_of(w->p, kind) == PRIVACY_CLEAR)
		return;
	buffer_init(&hidden, TEXT_MAX);
	append_hidden(w->p, kind, bytes_str(value), &hidden);
	(void)buffer_append_octet(&hidden, 0);
	w->notes[w->count] = (struct note){ strdup(value), strdup((const char *)hidden.at) };
	if (w->notes[w->count].clear != NULL && w->notes[w->count].hidden != NULL)
		w->count++;
	else {
		free(w->notes[w->count].clear);
		free(w->notes[w->count].hidden);
	}
	buffer_clear(&hidden);
}

static bool
is_word_octet(uint8_t c)
{
	return c >= 0x80 || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* The longest note that stands here as a word of its own, or NULL. */
static const struct note *
noted_at(const struct walk *w, struct bytes text, size_t at)
{
	const struct note *best = NULL;

	if (at > 0 && is_word_octet(text.at[at - 1]))
		return NULL;
	for (size_t i = 0; i < w->count; i++) {
		struct bytes clear = bytes_str(w->notes[i].clear), rest = bytes_skip(text, at);

		if (bytes_starts(rest, clear) && (rest.len == clear.len || !is_word_octet(rest.at[clear.len])) &&
		    (best == NULL || clear.len > strlen(best->clear)))
			best = &w->notes[i];
	}
	return best;
}

/* A text with what was noted, and the addresses in it, hidden; the longer of two that begin in one place. */
static void
append_text(const struct walk *w, struct bytes text, struct buffer *out)
{
	size_t begin = 0, end = 0, at = 0;
	bool more = w->p->settings.addresses != PRIVACY_CLEAR;

	while (at < text.len) {
		const struct note *noted = noted_at(w, text, at);

		if (more && begin < at)
			more = find_address(text, at, &begin, &end);
		else if (more && at == 0)
			more = find_address(text, 0, &begin, &end);
		if (more && begin == at && (noted == NULL || strlen(noted->clear) <= end - begin)) {
			append_hidden(w->p, KIND_ADDRESS, bytes_of(text.at + begin, end - begin), out);
			at = end;
		} else if (noted != NULL) {
			(void)buffer_append(out, bytes_str(noted->hidden));
			at += strlen(noted->clear);
		} else {
			(void)buffer_append_octet(out, text.at[at++]);
		}
	}
}

/* --- the walks --- */

static enum kind
kind_of(const char *path)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		size_t len = strlen(fields[i].path);

		if (fields[i].path[len - 1] == '*' ? strncmp(path, fields[i].path, len - 1) == 0
						   : strcmp(path, fields[i].path) == 0)
			return fields[i].kind;
	}
	return KIND_TEXT;
}

/* The value that its neighbour in the object explains. */
static enum kind
kind_by_neighbour(const char *path, const json_t *object, enum kind kind)
{
	const char *name;

	if (strcmp(path, "mailtap.headers.value") == 0 && (name = json_string_value(json_object_get(object, "name"))) != NULL)
		for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
			if (strcasecmp(name, headers[i].name) == 0)
				return headers[i].kind;
	if (strcmp(path, "mailtap.alert.evidence.seen") == 0 &&
	    (name = json_string_value(json_object_get(object, "kind"))) != NULL)
		for (size_t i = 0; i < sizeof(evidence) / sizeof(evidence[0]); i++)
			if (strcmp(name, evidence[i].name) == 0)
				return evidence[i].kind;
	return kind;
}

/* A string in its place; NULL: it stays. */
static json_t *
rewritten(const struct walk *w, enum kind kind, const char *value)
{
	struct buffer out;
	json_t *fresh;

	if (kind == KIND_KEEP || (kind != KIND_TEXT && mode_of(w->p, kind) == PRIVACY_CLEAR))
		return NULL;
	buffer_init(&out, TEXT_MAX);
	if (kind == KIND_TEXT)
		append_text(w, bytes_str(value), &out);
	else if (kind == KIND_PEOPLE)
		append_addresses(w->p, bytes_str(value), &out);
	else
		append_hidden(w->p, kind, bytes_str(value), &out);
	fresh = json_stringn(out.at != NULL ? (const char *)out.at : "", out.len);
	buffer_clear(&out);
	return fresh;
}

/* Whether a field is left out as a whole. */
static bool
is_left_out(const struct walk *w, enum kind kind)
{
	return kind != KIND_TEXT && kind != KIND_KEEP && kind != KIND_PEOPLE && mode_of(w->p, kind) == PRIVACY_OFF;
}

static void walk_object(struct walk *, json_t *, const char *path);

static void
walk_array(struct walk *w, json_t *array, const char *path, enum kind kind)
{
	json_t *value, *fresh;
	size_t i;

	json_array_foreach(array, i, value) {
		if (json_is_object(value))
			walk_object(w, value, path);
		else if (json_is_string(value) && !w->rewriting && kind != KIND_TEXT && kind != KIND_KEEP && kind != KIND_PEOPLE)
			note(w, kind, json_string_value(value));
		else if (json_is_string(value) && w->rewriting && (fresh = rewritten(w, kind, json_string_value(value))) != NULL)
			(void)json_array_set_new(array, i, fresh);
	}
}

static void
walk_object(struct walk *w, json_t *object, const char *path)
{
	const char *key;
	json_t *value, *fresh;
	void *next;

	json_object_foreach_safe(object, next, key, value) {
		char inner[PATH_MAX_LEN];
		enum kind kind;

		snprintf(inner, sizeof(inner), "%s%s%s", path, path[0] != '\0' ? "." : "", key);
		kind = kind_by_neighbour(inner, object, kind_of(inner));
		if (w->rewriting && is_left_out(w, kind) && strcmp(inner, "mailtap.alert.evidence.seen") != 0) {
			(void)json_object_del(object, key);
			continue;
		}
		if (json_is_object(value))
			walk_object(w, value, inner);
		else if (json_is_array(value))
			walk_array(w, value, inner, kind);
		else if (json_is_string(value) && !w->rewriting && kind != KIND_TEXT && kind != KIND_KEEP && kind != KIND_PEOPLE)
			note(w, kind, json_string_value(value));
		else if (json_is_string(value) && w->rewriting && (fresh = rewritten(w, kind, json_string_value(value))) != NULL)
			(void)json_object_set_new(object, key, fresh);
	}
}

void
privacy_apply(const struct privacy *p, json_t *document)
{
	struct walk w = { .p = p };

	if (p == NULL || document == NULL ||
	    (p->settings.subject == PRIVACY_CLEAR && p->settings.addresses == PRIVACY_CLEAR &&
		p->settings.filenames == PRIVACY_CLEAR))
		return;
	walk_object(&w, document, "");
	w.rewriting = true;
	walk_object(&w, document, "");
	for (size_t i = 0; i < w.count; i++) {
		free(w.notes[i].clear);
		free(w.notes[i].hidden);
	}
}
