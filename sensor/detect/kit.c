/* SPDX-License-Identifier: Apache-2.0 */
#include "detect/kit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/text.h"

#define KEYS_LEAST 16
#define MAP_BOOKKEEPING 48

static void **
place(const void *self, const struct kit_row *row)
{
	return (void **)(void *)((char *)(uintptr_t)self + row->at);
}

static usec_t
span_of(const struct kit_row *row, const struct detect_settings *s)
{
	return row->span_option == 0 ? row->span : *(const usec_t *)(const void *)((const char *)s + row->span_option);
}

static size_t
entry_size(const struct kit_row *row)
{
	switch (row->kind) {
	case KIT_WINDOW:
		return window_entry_size();
	case KIT_SPREAD:
		return spread_entry_size();
	case KIT_SEEN:
		return first_seen_entry_size();
	case KIT_BASELINE:
		return baselines_entry_size(row->shape);
	case KIT_MAP:
		break;
	}
	return sizeof(struct identity) + row->value_size + MAP_BOOKKEEPING;
}

static size_t
keys_of(const struct kit_row *row, const struct detect_settings *s)
{
	size_t keys = s->memory / 1000 * row->share / entry_size(row);

	return keys > KEYS_LEAST ? keys : KEYS_LEAST;
}

static void *
make(const struct kit_row *row, const struct detect_settings *s)
{
	size_t keys = keys_of(row, s);
	struct baseline_shape shape;

	switch (row->kind) {
	case KIT_WINDOW:
		return window_new(keys, span_of(row, s));
	case KIT_SPREAD:
		return spread_new(keys, span_of(row, s));
	case KIT_SEEN:
		return first_seen_new(keys, span_of(row, s));
	case KIT_BASELINE:
		shape = *row->shape;
		shape.learning = s->learning;
		return baselines_new(keys, &shape);
	case KIT_MAP:
		break;
	}
	return map_new(sizeof(struct identity), row->value_size, keys, NULL, NULL);
}

static void
drop(const struct kit_row *row, void *table)
{
	switch (row->kind) {
	case KIT_WINDOW:
		window_free(table);
		break;
	case KIT_SPREAD:
		spread_free(table);
		break;
	case KIT_SEEN:
		first_seen_free(table);
		break;
	case KIT_BASELINE:
		baselines_free(table);
		break;
	case KIT_MAP:
		map_free(table);
		break;
	}
}

static uint64_t
evicted(const struct kit_row *row, const void *table)
{
	switch (row->kind) {
	case KIT_WINDOW:
		return window_evicted(table);
	case KIT_SPREAD:
		return spread_evicted(table);
	case KIT_SEEN:
		return first_seen_evicted(table);
	case KIT_BASELINE:
		return baselines_evicted(table);
	case KIT_MAP:
		break;
	}
	return map_evicted(table);
}

void
kit_close(void *self)
{
	struct kit *k = self;

	for (size_t i = 0; i < k->row_count; i++)
		drop(&k->rows[i], *place(self, &k->rows[i]));
	free(self);
}

void *
kit_open(const struct detector_context *context, size_t size, const struct kit_row *rows, size_t row_count)
{
	struct kit *k = calloc(1, size);

	if (k == NULL)
		return NULL;
	k->context = *context;
	k->rows = rows;
	k->row_count = row_count;
	k->learning = context->settings->learning;
	for (size_t i = 0; i < row_count; i++) {
		void *table = make(&rows[i], context->settings);

		if (table == NULL) {
			kit_close(k);
			return NULL;
		}
		*place(k, &rows[i]) = table;
		k->spans[i] = span_of(&rows[i], context->settings);
		k->keys[i] = keys_of(&rows[i], context->settings);
	}
	return k;
}

/* A table of another span or size begins anew: what it holds means nothing in the new one. Without memory for it the
 * old one goes on. */
void
kit_reload(void *self, const struct detector_context *context)
{
	struct kit *k = self;
	const struct detect_settings *s = context->settings;

	k->context = *context;
	for (size_t i = 0; i < k->row_count; i++) {
		const struct kit_row *row = &k->rows[i];
		void *fresh;

		if (k->spans[i] == span_of(row, s) && k->keys[i] == keys_of(row, s) &&
		    (row->kind != KIT_BASELINE || k->learning == s->learning))
			continue;
		fresh = make(row, s);
		if (fresh == NULL)
			continue;
		k->forgotten += evicted(row, *place(self, row));
		drop(row, *place(self, row));
		*place(self, row) = fresh;
		k->spans[i] = span_of(row, s);
		k->keys[i] = keys_of(row, s);
	}
	k->learning = s->learning;
}

uint64_t
kit_forgotten(const void *self)
{
	const struct kit *k = self;
	uint64_t sum = k->forgotten;

	for (size_t i = 0; i < k->row_count; i++)
		sum += evicted(&k->rows[i], *place(self, &k->rows[i]));
	return sum;
}

static void
expire_map(struct map *m, usec_t now, usec_t span)
{
	usec_t *last;

	while ((last = map_oldest(m, 0)) != NULL && now - *last > span)
		map_remove(m, last);
}

void
kit_tick(void *self, usec_t now)
{
	const struct kit *k = self;

	for (size_t i = 0; i < k->row_count; i++) {
		void *table = *place(self, &k->rows[i]);

		switch (k->rows[i].kind) {
		case KIT_WINDOW:
			window_expire(table, now);
			break;
		case KIT_SPREAD:
			spread_expire(table, now);
			break;
		case KIT_SEEN:
			first_seen_expire(table, now);
			break;
		case KIT_BASELINE:
			break; /* what gives way is the least recently taught */
		case KIT_MAP:
			expire_map(table, now, k->spans[i]);
			break;
		}
	}
}

static void
save_table(const struct kit_row *row, const void *table, struct state_out *out)
{
	switch (row->kind) {
	case KIT_WINDOW:
		window_save(table, out);
		break;
	case KIT_SPREAD:
		spread_save(table, out);
		break;
	case KIT_SEEN:
		first_seen_save(table, out);
		break;
	case KIT_BASELINE:
		baselines_save(table, out);
		break;
	case KIT_MAP:
		state_put_map(out, table, sizeof(struct identity), row->value_size);
		break;
	}
}

/* A time before 1970 is none. */
static bool
have_times(struct map *m)
{
	const usec_t *last;
	bool fine = true;

	for (last = map_oldest(m, 0); last != NULL && fine; last = map_newer(m, last))
		fine = *last >= 0;
	while (!fine && (last = map_oldest(m, 0)) != NULL)
		map_remove(m, (void *)(uintptr_t)last);
	return fine;
}

static bool
load_table(const struct kit_row *row, void *table, struct state_in *in)
{
	switch (row->kind) {
	case KIT_WINDOW:
		return window_load(table, in);
	case KIT_SPREAD:
		return spread_load(table, in);
	case KIT_SEEN:
		return first_seen_load(table, in);
	case KIT_BASELINE:
		return baselines_load(table, in);
	case KIT_MAP:
		break;
	}
	return state_get_map(in, table, sizeof(struct identity), row->value_size, row->fits) && have_times(table);
}

void
kit_save(const void *self, struct state_out *out)
{
	const struct kit *k = self;

	for (size_t i = 0; i < k->row_count; i++) {
		state_begin(out, k->rows[i].name);
		state_put_u64(out, (uint64_t)k->began);
		save_table(&k->rows[i], *place(self, &k->rows[i]), out);
		state_end(out);
	}
}

unsigned
kit_load(void *self, struct bytes image)
{
	struct kit *k = self;
	unsigned refused = 0;

	for (size_t i = 0; i < k->row_count; i++) {
		struct state_in in;
		uint64_t began;

		if (!state_find(image, k->rows[i].name, &in))
			continue;
		began = state_get_u64(&in);
		if (!load_table(&k->rows[i], *place(self, &k->rows[i]), &in))
			refused++;
		else if (began <= INT64_MAX)
			k->began = (usec_t)began;
	}
	return refused;
}

bool
kit_learns(struct kit *k, usec_t now)
{
	if (k->began == 0)
		k->began = now;
	return now - k->began < k->context.settings->learning;
}

void
kit_mind_loss(struct kit *k, const struct observation *o)
{
	const struct sensor_loss_settings *s = &k->context.settings->sensor_loss;

	if (o->kind != OBSERVED_LOSS || !baseline_loses(o->loss, s->share))
		return;
	for (size_t i = 0; i < k->row_count; i++)
		if (k->rows[i].kind == KIT_BASELINE)
			baselines_freeze(*place(k, &k->rows[i]), o->time + s->window);
}

bool
kit_excuses(const struct kit *k, const struct allow_list *own, unsigned roles, const struct observation *o,
    const struct bytes *who, size_t who_count)
{
	const struct session *s = o->session;
	struct allow_subject subject = { .time = o->time, .client = &s->client.address, .server = &s->server.address };

	for (size_t i = 0; i < who_count && i < ALLOW_WHO; i++)
		subject.who[i] = who[i];
	return allow_covers(own, &k->context.settings->allow, &subject) ||
	       (roles != 0 && (site_roles(k->context.site, &s->client.address, o->time) & roles) != 0);
}

bool
kit_note_said(struct map *m, struct identity subject, enum severity severity, usec_t now, usec_t span)
{
	struct kit_said *said = map_put(m, &subject, 0, 0, NULL);

	if (said == NULL)
		return true; /* memory is short: better said twice than not at all */
	map_touch(m, said, 0);
	if (said->severity_plus_one > (unsigned)severity && now - said->last <= span)
		return false;
	said->severity_plus_one = (unsigned)severity + 1;
	said->last = now;
	return true;
}

bool
kit_fill(struct map *m, struct identity subject, usec_t now, usec_t span, uint64_t amount, uint64_t *finished)
{
	struct kit_bucket *b = map_put(m, &subject, 0, 0, NULL);
	int64_t number = now / span;
	bool another;

	if (b == NULL)
		return false;
	map_touch(m, b, 0);
	another = b->last != 0 && number > b->number;
	if (another)
		*finished = b->amount;
	if (b->last == 0 || another)
		*b = (struct kit_bucket){ .number = number };
	b->last = now;
	b->amount = amount > UINT64_MAX / 2 - b->amount ? UINT64_MAX / 2 : b->amount + amount;
	return another;
}

struct identity
kit_key(const char *space, struct bytes one, struct bytes other)
{
	uint8_t both[2 * KIT_ACCOUNT_MAX + 1];
	size_t len = 0;
	struct bytes parts[2] = { one, other };

	for (int i = 0; i < 2; i++) {
		struct bytes part = bytes_first(parts[i], KIT_ACCOUNT_MAX);

		if (part.len > 0)
			memcpy(both + len, part.at, part.len);
		len += part.len;
		if (i == 0)
			both[len++] = 0;
	}
	return identity_of(bytes_str(space), bytes_of(both, len));
}

struct address
kit_network(const struct address *a)
{
	struct address n = *a;

	if (n.family == 4)
		n.ip[3] = 0;
	else
		memset(n.ip + 8, 0, 8);
	return n;
}

struct bytes
kit_address_bytes(const struct address *a)
{
	return bytes_of(a, sizeof(*a));
}

char *
kit_network_text(char out[KIT_NETWORK_TEXT_MAX], const struct address *a)
{
	struct address n = kit_network(a);
	char text[ADDRESS_TEXT_MAX];

	snprintf(out, KIT_NETWORK_TEXT_MAX, "%s/%d", address_text(text, &n), n.family == 4 ? 24 : 64);
	return out;
}

struct bytes
kit_account(char out[KIT_ACCOUNT_MAX], struct bytes user, struct bytes domain)
{
	bool joined = user.len > 0 && domain.len > 0 && bytes_find(user, '@') == BYTES_NOWHERE;
	int n = snprintf(out, KIT_ACCOUNT_MAX, "%.*s%s%.*s", (int)(user.len < 200 ? user.len : 200),
	    user.len > 0 ? (const char *)user.at : "", joined ? "@" : "",
	    joined ? (int)(domain.len < 200 ? domain.len : 200) : 0, joined ? (const char *)domain.at : "");
	size_t len = n < 0 ? 0 : (size_t)n < KIT_ACCOUNT_MAX ? (size_t)n : KIT_ACCOUNT_MAX - 1;

	/* Not half a character at the end. */
	for (int i = 0; i < 3 && len > 0 && !text_is_utf8(bytes_of(out, len)); i++)
		len--;
	text_lower((uint8_t *)out, len);
	return bytes_of(out, len);
}

struct identity
kit_pair(struct bytes account, const struct session *s)
{
	struct address ends[2] = { kit_network(&s->client.address), s->server.address };

	return kit_key("pair", account, bytes_of(ends, sizeof(ends)));
}

bool
kit_is_reading(const struct observation *o)
{
	return o->kind == OBSERVED_MESSAGE && o->message->has_item && !o->message->item.part &&
	       (o->message->transfer == TRANSFER_IMAP_FETCH || o->message->transfer == TRANSFER_POP3_RETR);
}

struct identity
kit_message(const struct observation *o)
{
	const struct message_report *m = o->message;
	const struct mailbox_item *item = &m->item;
	struct {
		struct identity session;
		uint32_t number, ordinal;
	} here = { o->session->id, item->number, item->number == 0 ? m->ordinal : 0 };

	if (item->has_uid)
		return kit_key("uid", item->mailbox_text, bytes_of(&item->uid, sizeof(item->uid)));
	if (item->unique_text.len > 0)
		return kit_key("uidl", item->unique_text, item->mailbox_text);
	if (m->content != NULL && m->content->hashed)
		return kit_key("content", bytes_of(m->content->sha256, sizeof(m->content->sha256)), bytes_of(NULL, 0));
	return kit_key("number", bytes_of(&here, sizeof(here)), item->mailbox_text);
}
