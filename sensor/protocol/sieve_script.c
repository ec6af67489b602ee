/* SPDX-License-Identifier: Apache-2.0 */
#include "protocol/sieve_script.h"

#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "protocol/texts.h"

#define WORD_ROOM 512 /* of an identifier or a string */

enum reading_state {
	IN_SPACE,
	IN_WORD,          /* an identifier, a number, a tag */
	IN_STRING,
	IN_STRING_ESCAPE,
	IN_HASH_COMMENT,  /* to the end of the line */
	IN_SLASH,         /* "/": a comment, perhaps */
	IN_COMMENT,
	IN_COMMENT_STAR,
	IN_TEXT_BEGIN,    /* behind "text:", to the end of the line */
	IN_TEXT,          /* lines up to a dot alone */
	IN_NOTHING,       /* octets are missing: to the end of the line */
};

/* What the command under way does with a string. */
enum action { ACTION_NONE, ACTION_REDIRECT, ACTION_PIPE };

struct sieve_script {
	const struct protocol_limits *limits;
	enum reading_state state;
	struct buffer word;
	enum action action;
	bool copy;
	bool argument_taken;  /* of :tag that has one */
	struct texts targets;
	uint8_t *flags;       /* by target: of enum target_flag */
	size_t flag_room;
	uint64_t bytes;
	uint8_t line_begin;   /* of text: octets of ".\r\n" that stand at the beginning of the line; 255: others */
	bool lossy;
};

enum target_flag { TARGET_COPY = 1, TARGET_PIPE = 2 };

struct sieve_script *
sieve_script_new(const struct protocol_limits *limits)
{
	struct sieve_script *s = memory_take_zeroed(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->limits = limits;
	buffer_init(&s->word, WORD_ROOM);
	texts_init(&s->targets, limits->recipients);
	return s;
}

void
sieve_script_free(struct sieve_script *s)
{
	if (s == NULL)
		return;
	buffer_clear(&s->word);
	texts_clear(&s->targets);
	memory_give_back(s->flags);
	memory_give_back(s);
}

/* --- words --- */

static void
add_target(struct sieve_script *s)
{
	size_t n = s->targets.len;
	uint8_t *more;
	struct buffer text;

	if (n == s->flag_room) {
		more = memory_resize(s->flags, n == 0 ? 4 : 2 * n);
		if (more == NULL) {
			s->targets.dropped++;
			return;
		}
		s->flags = more;
		s->flag_room = n == 0 ? 4 : 2 * n;
	}
	buffer_init(&text, WORD_ROOM);
	(void)text_append(&text, buffer_bytes(&s->word), WORD_ROOM);
	if (texts_add(&s->targets, buffer_bytes(&text)))
		s->flags[n] = (uint8_t)((s->copy ? TARGET_COPY : 0) | (s->action == ACTION_PIPE ? TARGET_PIPE : 0));
	buffer_clear(&text);
}

/* A tag that has an argument of its own: the next string is not where mail goes. */
static bool
has_argument(struct bytes tag)
{
	static const char *const tags[] = { ":notify", ":ret", ":bytimerelative", ":bytimeabsolute", ":bymode", NULL };

	for (size_t i = 0; tags[i] != NULL; i++)
		if (bytes_equal_nocase(tag, bytes_str(tags[i])))
			return true;
	return false;
}

static void
end_word(struct sieve_script *s)
{
	struct bytes w = buffer_bytes(&s->word);

	if (bytes_equal_nocase(w, BYTES("redirect")) || bytes_equal_nocase(w, BYTES("pipe"))) {
		s->action = (w.at[0] | 0x20) == 'r' ? ACTION_REDIRECT : ACTION_PIPE;
		s->copy = s->argument_taken = false;
	} else if (s->action != ACTION_NONE && bytes_equal_nocase(w, BYTES(":copy"))) {
		s->copy = true;
	} else if (s->action != ACTION_NONE && has_argument(w)) {
		s->argument_taken = true;
	}
	buffer_reset(&s->word);
}

static void
end_string(struct sieve_script *s)
{
	if (s->action != ACTION_NONE && !s->argument_taken && s->word.len > 0)
		add_target(s);
	/* A pipe's further strings are arguments of the program. */
	if (s->action == ACTION_PIPE && !s->argument_taken)
		s->action = ACTION_NONE;
	s->argument_taken = false;
	buffer_reset(&s->word);
}

static bool
is_word_octet(uint8_t c)
{
	return ascii_is_alnum(c) || c == '_' || c == ':' || c == '.' || c == '-';
}

/* An octet between words. */
static void
in_space(struct sieve_script *s, uint8_t c)
{
	if (c == '"')
		s->state = IN_STRING;
	else if (c == '#')
		s->state = IN_HASH_COMMENT;
	else if (c == '/')
		s->state = IN_SLASH;
	else if (c == ';' || c == '{' || c == '}')
		s->action = ACTION_NONE;
	else if (is_word_octet(c)) {
		s->state = IN_WORD;
		(void)buffer_append_octet(&s->word, c);
	}
}

static void
in_word(struct sieve_script *s, uint8_t c)
{
	/* A tag may follow without a blank; "text:" is one word. */
	if (c == ':' && !bytes_equal_nocase(buffer_bytes(&s->word), BYTES("text")))
		end_word(s);
	if (is_word_octet(c)) {
		(void)buffer_append_octet(&s->word, c);
		return;
	}
	if (bytes_equal_nocase(buffer_bytes(&s->word), BYTES("text:"))) {
		buffer_reset(&s->word);
		s->state = c == '\n' ? IN_TEXT : IN_TEXT_BEGIN;
		s->line_begin = 0;
		return;
	}
	end_word(s);
	s->state = IN_SPACE;
	in_space(s, c);
}

/* Text of several lines; a dot that begins a line is stuffed, one alone ends it. */
static void
in_text(struct sieve_script *s, uint8_t c)
{
	if (s->line_begin == 0 && c == '.') {
		s->line_begin = 1;
		return;
	}
	if (s->line_begin == 1 && c == '\r')
		return;
	if (s->line_begin == 1 && c == '\n') {
		while (s->word.len > 0 && (s->word.at[s->word.len - 1] == '\n' || s->word.at[s->word.len - 1] == '\r'))
			s->word.len--;
		end_string(s);
		s->state = IN_SPACE;
		return;
	}
	(void)buffer_append_octet(&s->word, c);
	s->line_begin = c == '\n' ? 0 : 255;
}

static void
step(struct sieve_script *s, uint8_t c)
{
	switch (s->state) {
	case IN_SPACE:
		in_space(s, c);
		break;
	case IN_WORD:
		in_word(s, c);
		break;
	case IN_STRING:
		if (c == '"') {
			end_string(s);
			s->state = IN_SPACE;
		} else if (c == '\\') {
			s->state = IN_STRING_ESCAPE;
		} else {
			(void)buffer_append_octet(&s->word, c);
		}
		break;
	case IN_STRING_ESCAPE:
		(void)buffer_append_octet(&s->word, c);
		s->state = IN_STRING;
		break;
	case IN_SLASH:
		s->state = c == '*' ? IN_COMMENT : IN_SPACE;
		if (c != '*')
			in_space(s, c);
		break;
	case IN_COMMENT:
	case IN_COMMENT_STAR:
		s->state = s->state == IN_COMMENT_STAR && c == '/' ? IN_SPACE : c == '*' ? IN_COMMENT_STAR : IN_COMMENT;
		break;
	case IN_HASH_COMMENT:
	case IN_NOTHING:
		s->state = c == '\n' ? IN_SPACE : s->state;
		break;
	case IN_TEXT_BEGIN:
		s->state = c == '\n' ? IN_TEXT : IN_TEXT_BEGIN;
		break;
	case IN_TEXT:
		in_text(s, c);
		break;
	}
}

void
sieve_script_data(struct sieve_script *s, struct bytes in)
{
	s->bytes += in.len;
	for (size_t i = 0; i < in.len; i++)
		step(s, in.at[i]);
}

void
sieve_script_gap(struct sieve_script *s)
{
	s->lossy = true;
	s->state = IN_NOTHING;
	s->action = ACTION_NONE;
	buffer_reset(&s->word);
}

void
sieve_script_report(const struct sieve_script *s, struct script_report *r, struct arena *arena)
{
	struct slices targets = texts_slices(&s->targets);
	struct script_target *at = arena_room(arena, targets.len, sizeof(*at));

	r->bytes = s->bytes;
	r->complete = !s->lossy;
	r->targets = at;
	r->target_count = at == NULL ? 0 : targets.len;
	r->targets_dropped = targets.dropped;
	for (size_t i = 0; at != NULL && i < targets.len; i++)
		at[i] = (struct script_target){ .address_text = targets.at[i], .copy = (s->flags[i] & TARGET_COPY) != 0,
			.pipe = (s->flags[i] & TARGET_PIPE) != 0 };
}
