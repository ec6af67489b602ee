/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/summary.h"

#include <string.h>

#include "base/map.h"
#include "base/memory.h"

#define TEXT_MAX 1024
#define KEY_MAX 512
#define NAMES_MAX 4
#define NAME_OCTETS 256

#define SEEN_MAX 256
#define FIGURE_MAX 128

struct exhibit {
	const char *kind;
	uint16_t seen_len, figure_len, held_against_len;
	uint8_t seen[SEEN_MAX], figure[FIGURE_MAX], held_against[FIGURE_MAX];
};

struct kept {
	usec_t began;
	struct alert alert; /* its slices are set when it is said */
	struct session session;
	bool has_session;
	uint16_t key_len, reason_len, name_count, host_count, name_len[2 * NAMES_MAX];
	uint8_t key[KEY_MAX], reason[TEXT_MAX], names[2 * NAMES_MAX][NAME_OCTETS]; /* users, then hosts */
	size_t exhibit_count;
	struct exhibit exhibits[SUMMARY_EXHIBITS];
};

struct summaries {
	summary_handler *handler;
	void *arg;
	struct map *kept; /* by finding, in the order in which their windows began */
};

struct summaries *
summaries_new(summary_handler *handler, void *arg)
{
	struct summaries *s = memory_take_zeroed(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->handler = handler;
	s->arg = arg;
	s->kept = map_new(sizeof(struct identity), sizeof(struct kept), SUMMARIES_MAX, NULL, NULL);
	if (s->kept == NULL) {
		memory_give_back(s);
		return NULL;
	}
	return s;
}

void
summaries_free(struct summaries *s)
{
	if (s == NULL)
		return;
	map_free(s->kept);
	memory_give_back(s);
}

static uint16_t
copy(uint8_t *to, size_t room, struct bytes text)
{
	text = bytes_first(text, room);
	/* Not half a character at the end. */
	while (text.len > 0 && text.len == room && (text.at[text.len - 1] & 0x80) != 0)
		text.len--;
	if (text.len > 0)
		memcpy(to, text.at, text.len);
	return (uint16_t)text.len;
}

static uint16_t
copy_names(struct kept *k, size_t first, const struct slices *names)
{
	uint16_t n = 0;

	for (; n < names->len && n < NAMES_MAX; n++)
		k->name_len[first + n] = copy(k->names[first + n], NAME_OCTETS, names->at[n]);
	return n;
}

/* Takes it out and says it. */
static void
say_out(struct summaries *s, struct kept *out)
{
	struct identity finding = *(const struct identity *)map_key(s->kept, out);
	struct bytes users[NAMES_MAX], hosts[NAMES_MAX];
	struct evidence evidence[SUMMARY_EXHIBITS];
	struct kept k = *out;

	map_remove(s->kept, out);
	k.alert.key_text = bytes_of(k.key, k.key_len);
	k.alert.reason_text = bytes_of(k.reason, k.reason_len);
	k.alert.session = k.has_session ? &k.session : NULL;
	for (size_t i = 0; i < NAMES_MAX; i++) {
		users[i] = bytes_of(k.names[i], k.name_len[i]);
		hosts[i] = bytes_of(k.names[NAMES_MAX + i], k.name_len[NAMES_MAX + i]);
	}
	k.alert.users = (struct slices){ .at = users, .len = k.name_count };
	k.alert.hosts = (struct slices){ .at = hosts, .len = k.host_count };
	for (size_t i = 0; i < k.exhibit_count; i++) {
		const struct exhibit *x = &k.exhibits[i];

		evidence[i] = (struct evidence){ .kind = x->kind,
			.seen_text = bytes_of(x->seen, x->seen_len),
			.figure_text = bytes_of(x->figure, x->figure_len),
			.held_against_text = bytes_of(x->held_against, x->held_against_len) };
	}
	k.alert.evidence = evidence;
	k.alert.evidence_count = k.exhibit_count;
	s->handler(s->arg, finding, &k.alert);
}

/* Among it the names that the reason speaks of: what hides them asks the evidence. */
static void
keep_evidence(struct kept *k, const struct alert *a)
{
	size_t n = a->evidence_count < SUMMARY_EXHIBITS ? a->evidence_count : SUMMARY_EXHIBITS;

	for (size_t i = 0; i < n; i++) {
		const struct evidence *e = &a->evidence[i];
		struct exhibit *x = &k->exhibits[i];

		x->kind = e->kind;
		x->seen_len = copy(x->seen, SEEN_MAX, e->seen_text);
		x->figure_len = copy(x->figure, FIGURE_MAX, e->figure_text);
		x->held_against_len = copy(x->held_against, FIGURE_MAX, e->held_against_text);
	}
	k->exhibit_count = n;
}

void
summaries_keep(struct summaries *s, struct identity finding, const struct alert *a, usec_t now)
{
	struct kept *k = map_find(s->kept, &finding);

	if (k == NULL && map_len(s->kept) == SUMMARIES_MAX)
		say_out(s, map_oldest(s->kept, 0));
	if (k == NULL) {
		k = map_put(s->kept, &finding, 0, 0, NULL);
		if (k == NULL)
			return; /* the count is kept, and said with the next */
		k->began = now;
	}
	k->alert = *a;
	keep_evidence(k, a);
	k->has_session = a->session != NULL;
	if (k->has_session)
		k->session = *a->session;
	k->key_len = copy(k->key, KEY_MAX, a->key_text);
	k->reason_len = copy(k->reason, TEXT_MAX, a->reason_text);
	k->name_count = copy_names(k, 0, &a->users);
	k->host_count = copy_names(k, NAMES_MAX, &a->hosts);
}

void
summaries_drop(struct summaries *s, struct identity finding)
{
	struct kept *k = map_find(s->kept, &finding);

	if (k != NULL)
		map_remove(s->kept, k);
}

void
summaries_say_one(struct summaries *s, struct identity finding)
{
	struct kept *k = map_find(s->kept, &finding);

	if (k != NULL)
		say_out(s, k);
}

void
summaries_say(struct summaries *s, usec_t began_until)
{
	struct kept *oldest;

	while ((oldest = map_oldest(s->kept, 0)) != NULL && oldest->began <= began_until)
		say_out(s, oldest);
}
