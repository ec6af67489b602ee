/* SPDX-License-Identifier: Apache-2.0
 *
 * An entry is one octet for what is common; two for a reply code; a kind and a length before anything else:
 *
 *	00vvvvvv               a command by the number of its verb, or "*", "." or "?" by its octet (they lie above the verbs)
 *	01mmmmmm               a mechanism by its number
 *	10----kk  length text  another command, another mechanism
 *	10----kk  length (2) text        a recipient
 *	11----cc  cccccccc     a reply code
 */
#include "protocol/smtp_journal.h"


#include "base/memory.h"
#include "protocol/smtp_command.h"

#define SIGNS "*.?"

enum form { FORM_COMMAND = 0, FORM_MECHANISM = 0x40, FORM_TEXT = 0x80, FORM_CODE = 0xc0 };

#define FORM_MASK 0xc0

_Static_assert(SMTP_VERBS <= '*', "no verb is a sign");

/* Mechanisms that servers offer; only their order here matters, and that only while the program runs. */
static const char *const mechanisms[] = { "PLAIN", "LOGIN", "CRAM-MD5", "DIGEST-MD5", "NTLM", "XOAUTH2", "OAUTHBEARER",
	"GSSAPI", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-1-PLUS", "SCRAM-SHA-256-PLUS", "EXTERNAL", "PLAIN-CLIENTTOKEN",
	"X-MS-GSSAPI", "GSS-SPNEGO" };

#define MECHANISMS (sizeof(mechanisms) / sizeof(mechanisms[0]))

/* What is counted. A word is a command, too: in another form. */
enum list { COMMANDS, CODES, REFUSED, OFFERS, LISTS };

struct smtp_journal {
	uint32_t len;            /* octets; what is allocated follows from it */
	uint32_t noted[LISTS];   /* entries by enum list, also those that were not kept */
	uint16_t text_len[SMTP_JOURNAL_TEXTS];
	uint8_t octets[];
};

#define HEAD offsetof(struct smtp_journal, octets)

/* What is allocated for so many octets. Small journals are kept tight to what an allocation is made of, large ones have a
 * quarter more, in coarse steps. */
static size_t
allocated(size_t len)
{
	size_t step = 16;

	while (step * 16 < len)
		step *= 4;
	return (HEAD + len + 8 + step - 1) / step * step - 8;
}

/* Opens a hole of `more` octets at `at`. NULL when memory is short. */
static uint8_t *
make_hole(struct smtp_journal **journal, size_t at, size_t more)
{
	struct smtp_journal *j = *journal;
	size_t len = j == NULL ? 0 : j->len, need = len + more;

	if (j == NULL || allocated(need) != allocated(len)) {
		if (need > UINT32_MAX || (j = memory_resize(j, allocated(need))) == NULL)
			return NULL;
		if (*journal == NULL)
			memset(j, 0, HEAD);
		*journal = j;
	}
	memmove(j->octets + at + more, j->octets + at, len - at);
	j->len = (uint32_t)need;
	return j->octets + at;
}

/* Takes octets out. Where memory_resize() cannot make it smaller, more is allocated than follows from the length. */
static void
close_hole(struct smtp_journal **journal, size_t at, size_t less)
{
	struct smtp_journal *j = *journal, *smaller;
	size_t len = j->len - less;

	memmove(j->octets + at, j->octets + at + less, len - at);
	smaller = allocated(len) == allocated(j->len) ? j : memory_resize(j, allocated(len));
	if (smaller != NULL)
		*journal = smaller;
	(*journal)->len = (uint32_t)len;
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
		close_hole(journal, at, j->text_len[text]);
		(*journal)->text_len[text] = 0;
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
add_octet(struct smtp_journal **journal, enum list list, uint8_t octet, size_t ceiling)
{
	uint8_t *entry = make_entry(journal, list, 1, ceiling);

	if (entry != NULL)
		entry[0] = octet;
}

/* Octets of the length of such a text. */
static size_t
length_octets(enum list list)
{
	return list == REFUSED ? 2 : 1;
}

static void
add_text(struct smtp_journal **journal, enum list list, struct bytes text, size_t ceiling)
{
	size_t head = 1 + length_octets(list);
	uint8_t *entry;

	text = bytes_first(text, list == REFUSED ? UINT16_MAX : UINT8_MAX);
	entry = make_entry(journal, list, head + text.len, ceiling);
	if (entry == NULL)
		return;
	entry[0] = (uint8_t)(FORM_TEXT | list);
	if (list == REFUSED)
		entry[1] = (uint8_t)(text.len >> 8);
	entry[head - 1] = (uint8_t)text.len;
	if (text.len > 0)
		memcpy(entry + head, text.at, text.len);
}

void
smtp_journal_command(struct smtp_journal **journal, struct bytes verb, size_t ceiling)
{
	uint8_t number = verb.len == 1 && bytes_find(BYTES(SIGNS), verb.at[0]) != BYTES_NOWHERE
	    ? verb.at[0]
	    : (uint8_t)smtp_verb_of(verb);

	if (number == SMTP_UNKNOWN)
		add_text(journal, COMMANDS, verb, ceiling);
	else
		add_octet(journal, COMMANDS, number, ceiling);
}

void
smtp_journal_code(struct smtp_journal **journal, uint16_t code, size_t ceiling)
{
	uint8_t *entry = make_entry(journal, CODES, 2, ceiling);

	if (entry == NULL)
		return;
	entry[0] = (uint8_t)(FORM_CODE | (code >> 8 & 3));
	entry[1] = (uint8_t)code;
}

void
smtp_journal_refused(struct smtp_journal **journal, struct bytes address, size_t ceiling)
{
	add_text(journal, REFUSED, address, ceiling);
}

void
smtp_journal_offer(struct smtp_journal **journal, struct bytes mechanism, size_t ceiling)
{
	for (size_t i = 0; i < MECHANISMS; i++) {
		if (bytes_equal(mechanism, bytes_str(mechanisms[i]))) {
			add_octet(journal, OFFERS, (uint8_t)(FORM_MECHANISM | i), ceiling);
			return;
		}
	}
	add_text(journal, OFFERS, mechanism, ceiling);
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

	switch ((enum form)(first & FORM_MASK)) {
	case FORM_COMMAND:
		e.text = first < SMTP_VERBS ? bytes_str(smtp_verb_name((enum smtp_verb)first)) : bytes_first(*rest, 1);
		break;
	case FORM_MECHANISM:
		e.list = OFFERS;
		e.text = bytes_str(mechanisms[first & 0x3f]);
		break;
	case FORM_CODE:
		e.list = CODES;
		e.code = (uint16_t)((first & 3) << 8 | rest->at[1]);
		len = 2;
		break;
	case FORM_TEXT:
		e.list = (enum list)(first & 3);
		len = 1 + length_octets(e.list);
		e.text = bytes_first(bytes_skip(*rest, len), e.list == REFUSED ? (size_t)rest->at[1] << 8 | rest->at[2]
									      : rest->at[1]);
		len += e.text.len;
		break;
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
