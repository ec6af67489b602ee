/* SPDX-License-Identifier: Apache-2.0
 *
 * An entry is one octet for a verb that is known and for the signs "*", "." and "?"; two for a reply code; a kind and a
 * length before anything else:
 *
 *	0vvvvvvv                      a verb by its number, or a sign by its octet (all signs lie above the verbs)
 *	11----cc cccccccc             a reply code
 *	10---- kk  length (2)  text   another word, a mechanism, a recipient
 */
#include "protocol/smtp_journal.h"


#include "base/memory.h"
#include "protocol/smtp_command.h"

#define SIGNS "*.?"
#define LONG_ENTRY 0x80
#define CODE_ENTRY 0xc0
#define LONG_HEAD 3

_Static_assert(SMTP_VERBS <= '*', "no verb is a sign");

/* What is counted. A word is a command, too: in another form. */
enum list { COMMANDS, CODES, REFUSED, OFFERS, LISTS };

struct smtp_journal {
	uint32_t len, room;      /* octets */
	uint32_t noted[LISTS];   /* entries by enum list, also those that were not kept */
	uint16_t text_len[SMTP_JOURNAL_TEXTS];
	uint8_t octets[];
};

#define HEAD offsetof(struct smtp_journal, octets)

/* Opens a hole of `more` octets at `at`. NULL when memory is short. Small journals are kept tight to what an allocation is
 * made of, large ones grow by a quarter. */
static uint8_t *
make_hole(struct smtp_journal **journal, size_t at, size_t more)
{
	struct smtp_journal *j = *journal;
	size_t len = j == NULL ? 0 : j->len, need = len + more, room;

	if (j == NULL || need > j->room) {
		room = HEAD + need + (need > 512 ? need / 4 : 0);
		room = (room + 23) / 16 * 16 - 8;
		if (room - HEAD > UINT32_MAX || (j = memory_resize(j, room)) == NULL)
			return NULL;
		if (*journal == NULL)
			memset(j, 0, HEAD);
		j->room = (uint32_t)(room - HEAD);
		*journal = j;
	}
	memmove(j->octets + at + more, j->octets + at, len - at);
	j->len = (uint32_t)need;
	return j->octets + at;
}

static size_t
text_at(const struct smtp_journal *j, enum smtp_journal_text text)
{
	size_t at = 0;

	for (int t = 0; t < (int)text; t++)
		at += j->text_len[t];
	return at;
}

struct bytes
smtp_journal_text(const struct smtp_journal *j, enum smtp_journal_text text)
{
	if (j == NULL)
		return bytes_of(NULL, 0);
	return bytes_of(j->octets + text_at(j, text), j->text_len[text]);
}

void
smtp_journal_set(struct smtp_journal **journal, enum smtp_journal_text text, struct bytes value)
{
	struct smtp_journal *j = *journal;
	size_t at = 0;
	uint8_t *hole;

	value = bytes_first(value, UINT16_MAX);
	if (bytes_equal(smtp_journal_text(j, text), value))
		return;
	if (j != NULL) {
		at = text_at(j, text);
		j->len -= j->text_len[text];
		memmove(j->octets + at, j->octets + at + j->text_len[text], j->len - at);
		j->text_len[text] = 0;
	}
	if (value.len == 0 || (hole = make_hole(journal, at, value.len)) == NULL)
		return;
	memcpy(hole, value.at, value.len);
	(*journal)->text_len[text] = (uint16_t)value.len;
}

/* Room for one more entry at the end, which is counted in any case. */
static uint8_t *
make_entry(struct smtp_journal **journal, enum list list, size_t len, size_t ceiling)
{
	uint8_t *entry = NULL;

	/* Counting, too, needs a journal. */
	if (*journal == NULL && make_hole(journal, 0, 0) == NULL)
		return NULL;
	if ((*journal)->noted[list] < ceiling)
		entry = make_hole(journal, (*journal)->len, len);
	if ((*journal)->noted[list] < UINT32_MAX)
		(*journal)->noted[list]++;
	return entry;
}

static void
add_long(struct smtp_journal **journal, enum list list, struct bytes text, size_t ceiling)
{
	uint8_t *entry;

	text = bytes_first(text, UINT16_MAX);
	entry = make_entry(journal, list, LONG_HEAD + text.len, ceiling);
	if (entry == NULL)
		return;
	entry[0] = (uint8_t)(LONG_ENTRY | list);
	entry[1] = (uint8_t)(text.len >> 8);
	entry[2] = (uint8_t)text.len;
	if (text.len > 0)
		memcpy(entry + LONG_HEAD, text.at, text.len);
}

void
smtp_journal_command(struct smtp_journal **journal, struct bytes verb, size_t ceiling)
{
	uint8_t number = verb.len == 1 && bytes_find(BYTES(SIGNS), verb.at[0]) != BYTES_NOWHERE
	    ? verb.at[0]
	    : (uint8_t)smtp_verb_of(verb);
	uint8_t *entry;

	if (number == SMTP_UNKNOWN) {
		add_long(journal, COMMANDS, verb, ceiling);
		return;
	}
	entry = make_entry(journal, COMMANDS, 1, ceiling);
	if (entry != NULL)
		entry[0] = number;
}

void
smtp_journal_code(struct smtp_journal **journal, uint16_t code, size_t ceiling)
{
	uint8_t *entry = make_entry(journal, CODES, 2, ceiling);

	if (entry == NULL)
		return;
	entry[0] = (uint8_t)(CODE_ENTRY | (code >> 8 & 3));
	entry[1] = (uint8_t)code;
}

void
smtp_journal_refused(struct smtp_journal **journal, struct bytes address, size_t ceiling)
{
	add_long(journal, REFUSED, address, ceiling);
}

void
smtp_journal_offer(struct smtp_journal **journal, struct bytes mechanism, size_t ceiling)
{
	add_long(journal, OFFERS, mechanism, ceiling);
}

bool
smtp_journal_has_offers(const struct smtp_journal *j)
{
	return j != NULL && j->noted[OFFERS] > 0;
}

/* --- reading --- */

struct entry {
	enum list list;
	struct bytes text;
	uint16_t code;
};

/* The entry at the front of *rest, which is taken off. */
static struct entry
next_entry(struct bytes *rest)
{
	uint8_t first = rest->at[0];
	struct entry e = { .list = COMMANDS };
	size_t len = 1;

	if ((first & LONG_ENTRY) == 0) {
		e.text = first < SMTP_VERBS ? bytes_str(smtp_verb_name((enum smtp_verb)first)) : bytes_first(*rest, 1);
	} else if ((first & CODE_ENTRY) == CODE_ENTRY) {
		e.list = CODES;
		e.code = (uint16_t)((first & 3) << 8 | rest->at[1]);
		len = 2;
	} else {
		e.list = (enum list)(first & 3);
		e.text = bytes_first(bytes_skip(*rest, LONG_HEAD), (size_t)rest->at[1] << 8 | rest->at[2]);
		len = LONG_HEAD + e.text.len;
	}
	*rest = bytes_skip(*rest, len);
	return e;
}

static struct bytes
entries(const struct smtp_journal *j)
{
	return bytes_skip(bytes_of(j->octets, j->len), text_at(j, SMTP_JOURNAL_TEXTS));
}

static struct slices
slices_of(const struct smtp_journal *j, enum list list, const struct bytes *at, size_t len)
{
	return (struct slices){ .at = at, .len = len, .dropped = j->noted[list] - len };
}

void
smtp_journal_report(const struct smtp_journal *j, struct smtp_report *r, struct arena *arena)
{
	size_t kept[LISTS] = { 0 }, filled[LISTS] = { 0 };
	struct bytes *texts[LISTS] = { NULL };
	uint16_t *codes = NULL;

	if (j == NULL)
		return;
	r->banner_text = smtp_journal_text(j, SMTP_JOURNAL_GREETING);
	r->helo_text = smtp_journal_text(j, SMTP_JOURNAL_HELO);
	r->auth = smtp_journal_text(j, SMTP_JOURNAL_AUTH);
	for (struct bytes rest = entries(j); rest.len > 0;)
		kept[next_entry(&rest).list]++;
	for (int list = 0; list < LISTS; list++)
		if (list != CODES && kept[list] > 0)
			texts[list] = arena_room(arena, kept[list], sizeof(*texts[list]));
	if (kept[CODES] > 0)
		codes = arena_room(arena, kept[CODES], sizeof(*codes));
	for (struct bytes rest = entries(j); rest.len > 0;) {
		struct entry e = next_entry(&rest);

		if (e.list == CODES && codes != NULL)
			codes[filled[CODES]++] = e.code;
		else if (texts[e.list] != NULL)
			texts[e.list][filled[e.list]++] = e.text;
	}
	r->commands = slices_of(j, COMMANDS, texts[COMMANDS], filled[COMMANDS]);
	r->rcpt_refused = slices_of(j, REFUSED, texts[REFUSED], filled[REFUSED]);
	r->auth_mechanisms = slices_of(j, OFFERS, texts[OFFERS], filled[OFFERS]);
	r->reply_codes = codes;
	r->reply_code_count = filled[CODES];
	r->reply_codes_dropped = j->noted[CODES] - filled[CODES];
}

void
smtp_journal_free(struct smtp_journal *j)
{
	memory_give_back(j);
}
