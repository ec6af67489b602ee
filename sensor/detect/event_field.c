/* SPDX-License-Identifier: Apache-2.0 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detect/event_field_shapes.h"

#define HEADERS "mailtap.headers."

static const char *const kind_names[] = {
	[EVENT_TEXT] = "text",
	[EVENT_NUMBER] = "number",
	[EVENT_FLAG] = "true or false",
	[EVENT_ADDRESS] = "address",
};

const char *
event_field_kind_name(enum event_field_kind kind)
{
	return kind_names[kind];
}

static const struct {
	const char *name;
	enum observation_kind kind;
} datasets[] = {
	{ "session", OBSERVED_SESSION },
	{ "message", OBSERVED_MESSAGE },
	{ "login", OBSERVED_LOGIN },
	{ "script", OBSERVED_SCRIPT },
	{ "tls", OBSERVED_TLS },
	{ "anomaly", OBSERVED_ANOMALY },
};

#define DATASETS (sizeof(datasets) / sizeof(datasets[0]))

const char *
event_dataset_name(enum observation_kind kind)
{
	for (size_t i = 0; i < DATASETS; i++)
		if (datasets[i].kind == kind)
			return datasets[i].name;
	return NULL;
}

bool
event_dataset_find(const char *name, enum observation_kind *out)
{
	const char *bare = strncmp(name, "mailtap.", 8) == 0 ? name + 8 : name;

	for (size_t i = 0; i < DATASETS; i++) {
		if (strcmp(datasets[i].name, bare) == 0) {
			*out = datasets[i].kind;
			return true;
		}
	}
	return false;
}

struct bytes
event_value_text(const struct event_value *v, char out[EVENT_VALUE_TEXT_MAX])
{
	switch (v->kind) {
	case EVENT_TEXT:
		return v->text;
	case EVENT_FLAG:
		return bytes_str(v->flag ? "true" : "false");
	case EVENT_ADDRESS:
		address_text(out, v->address);
		break;
	case EVENT_NUMBER:
		if (fabs(v->number) < 9e15 && fabs(v->number - nearbyint(v->number)) < 1e-9)
			snprintf(out, EVENT_VALUE_TEXT_MAX, "%.0f", v->number);
		else
			snprintf(out, EVENT_VALUE_TEXT_MAX, "%.6g", v->number);
		break;
	}
	return bytes_str(out);
}

void
event_init(struct event *e, const struct observation *o, const struct detector_context *context)
{
	e->o = o;
	e->context = context;
	e->assessed = false;
}

const struct forward_assessment *
event_forward(struct event *e)
{
	if (!e->assessed)
		forward_assess(e->context, e->o->session, e->o->message, &e->forward);
	e->assessed = true;
	return &e->forward;
}

bool
event_say_text(event_visitor *visit, void *arg, struct bytes text)
{
	return visit(arg, &(struct event_value){ .kind = EVENT_TEXT, .text = text });
}

bool
event_say_word(event_visitor *visit, void *arg, const char *word)
{
	return word == NULL || event_say_text(visit, arg, bytes_str(word));
}

bool
event_say_number(event_visitor *visit, void *arg, double number)
{
	return visit(arg, &(struct event_value){ .kind = EVENT_NUMBER, .number = number });
}

bool
event_say_flag(event_visitor *visit, void *arg, bool flag)
{
	return visit(arg, &(struct event_value){ .kind = EVENT_FLAG, .flag = flag });
}

bool
event_place_find(const char *path, struct event_place *out)
{
	size_t len = sizeof(HEADERS) - 1;
	bool header = strncmp(path, HEADERS, len) == 0 && path[len] != '\0' && strcmp(path + len, "name") != 0 &&
		      strcmp(path + len, "value") != 0;

	*out = (struct event_place){ 0 };
	for (const struct event_field *f = event_fields; f->path != NULL; f++) {
		if (strcmp(f->path, header ? HEADERS "value" : path) != 0)
			continue;
		if (header && (out->header = strdup(path + len)) == NULL)
			return false;
		out->field = f;
		return true;
	}
	return false;
}

void
event_place_clear(struct event_place *p)
{
	free(p->header);
	*p = (struct event_place){ 0 };
}

const char *
event_place_text(const struct event_place *p, char *out, size_t room)
{
	if (p->header == NULL)
		return p->field->path;
	snprintf(out, room, HEADERS "%s", p->header);
	return out;
}

const struct event_words *
event_words_find(const struct event_field *f)
{
	for (const struct event_words *w = event_words; w->path != NULL; w++)
		if (strcmp(w->path, f->path) == 0)
			return w;
	return NULL;
}

const char *
event_field_unavailable(const char *path)
{
	for (const struct event_unavailable *u = event_unavailable; u->path != NULL; u++) {
		size_t len = strlen(u->path), has = strlen(path);
		bool same = strcmp(u->path, path) == 0;

		if (u->path[0] == '*')
			same = has >= len - 1 && strcmp(path + has - (len - 1), u->path + 1) == 0;
		else if (u->path[len - 1] == '*')
			same = strncmp(u->path, path, len - 1) == 0;
		if (same)
			return u->why;
	}
	return NULL;
}

/* --- values by their shape --- */

struct visit {
	const struct event_field *field;
	const char *header; /* only the header of this name; NULL: any */
	event_visitor *visit;
	void *arg;
};

/* The two headers that say the subject again are as private as it is. */
static const char *
header_evidence(struct bytes name)
{
	static const char *const subjects[] = { "Subject", "Thread-Topic" };

	for (size_t i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++)
		if (bytes_equal_nocase(name, bytes_str(subjects[i])))
			return "subject";
	return NULL;
}

struct relay {
	const struct visit *v;
	const char *evidence;
};

static bool
relay(void *arg, const struct event_value *value)
{
	const struct relay *r = arg;
	struct event_value with = *value;

	with.evidence = r->evidence != NULL ? r->evidence : "field";
	return r->v->visit(r->v->arg, &with);
}

static bool
say_hex(struct relay *r, const uint8_t *at, size_t len)
{
	char text[65];

	for (size_t i = 0; i < len && i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", at[i]);
	return event_say_text(relay, r, bytes_of(text, 2 * len));
}

/* What stands after the last dot of a name, when it is short enough to be an extension. */
static struct bytes
extension_of(struct bytes name)
{
	size_t dot = bytes_find_last(name, '.');
	struct bytes extension = dot == BYTES_NOWHERE || dot == 0 ? bytes_first(name, 0) : bytes_skip(name, dot + 1);

	return extension.len <= 16 ? extension : bytes_first(extension, 0);
}

static bool
say_list(struct relay *r, enum event_shape shape, const void *at)
{
	const struct slices *slices = at;
	const struct mailboxes *boxes = at;
	bool more = true;

	for (size_t i = 0; more && shape == SHAPE_SLICES && i < slices->len; i++)
		more = event_say_text(relay, r, slices->at[i]);
	for (size_t i = 0; more && shape == SHAPE_MAILBOXES && i < boxes->len; i++)
		more = event_say_text(relay, r, boxes->at[i].address);
	return more;
}

static bool
say_some(struct relay *r, uint64_t number)
{
	return number == 0 || event_say_number(relay, r, (double)number);
}

static bool
say_filled(struct relay *r, struct bytes text)
{
	return text.len == 0 || event_say_text(relay, r, text);
}

/* A number of a registry as it is written there. */
static bool
say_code(struct relay *r, uint16_t code)
{
	char text[8];

	snprintf(text, sizeof(text), "0x%04x", code);
	return code == 0 || event_say_word(relay, r, text);
}

static bool
say_date(struct relay *r, int64_t seconds)
{
	char text[CLOCK_TEXT_MAX];

	if (seconds < 0 || seconds > INT64_C(253402300799)) /* the end of the year 9999 */
		return true;
	return event_say_word(relay, r, clock_text(text, seconds * USEC_PER_SEC));
}

static bool
say(struct relay *r, enum event_shape shape, const void *at)
{
	switch (shape) {
	case SHAPE_TEXT:
		return say_filled(r, *(const struct bytes *)at);
	case SHAPE_TEXT_ALWAYS:
		return event_say_text(relay, r, *(const struct bytes *)at);
	case SHAPE_STRING:
		return event_say_word(relay, r, *(const char *const *)at);
	case SHAPE_CHARS:
		return say_filled(r, bytes_str(at));
	case SHAPE_SLICES:
	case SHAPE_MAILBOXES:
		return say_list(r, shape, at);
	case SHAPE_BOOL:
		return event_say_flag(relay, r, *(const bool *)at);
	case SHAPE_NOT:
		return event_say_flag(relay, r, !*(const bool *)at);
	case SHAPE_U16:
		return event_say_number(relay, r, *(const uint16_t *)at);
	case SHAPE_U32:
		return event_say_number(relay, r, *(const uint32_t *)at);
	case SHAPE_UNSIGNED:
		return event_say_number(relay, r, *(const unsigned *)at);
	case SHAPE_U64:
		return event_say_number(relay, r, (double)*(const uint64_t *)at);
	case SHAPE_U64_SOME:
		return say_some(r, *(const uint64_t *)at);
	case SHAPE_U16_SOME:
		return say_some(r, *(const uint16_t *)at);
	case SHAPE_USEC:
		return event_say_number(relay, r, (double)*(const usec_t *)at / 1e6);
	case SHAPE_CODE:
		return say_code(r, *(const uint16_t *)at);
	case SHAPE_DATE:
		return say_date(r, *(const int64_t *)at);
	case SHAPE_MD5:
		return say_hex(r, at, 16);
	case SHAPE_SHA1:
		return say_hex(r, at, 20);
	case SHAPE_SHA256:
		return say_hex(r, at, 32);
	case SHAPE_ADDRESS:
		return relay(r, &(struct event_value){ .kind = EVENT_ADDRESS, .address = at });
	case SHAPE_EXTENSION:
		return say_filled(r, extension_of(*(const struct bytes *)at));
	}
	return true;
}

static const void *
base_of(const struct observation *o, enum event_base base)
{
	switch (base) {
	case BASE_CONNECTION:
		return o->session;
	case BASE_SESSION:
		return o->report;
	case BASE_MESSAGE:
		return o->message;
	case BASE_CONTENT:
		return o->message->content;
	case BASE_LOGIN:
		return o->login;
	case BASE_SCRIPT:
		return o->script;
	case BASE_TLS:
		return o->tls;
	case BASE_ANOMALY:
		return o->anomaly;
	}
	return NULL;
}

static bool
has_sha1(const struct message_part *p)
{
	for (size_t i = 0; i < sizeof(p->sha1); i++)
		if (p->sha1[i] != 0)
			return true;
	return false;
}

static bool
part_is_one(const struct message_part *p, enum event_each each)
{
	bool is_inline = !p->is_branch && !p->is_attachment;

	switch (each) {
	case EACH_INLINE:
		return is_inline;
	case EACH_INLINE_HASHED:
		return is_inline && p->hashed;
	case EACH_INLINE_SHA1:
		return is_inline && p->hashed && has_sha1(p);
	case EACH_LEAF:
		return !p->is_branch;
	case EACH_LEAF_HASHED:
		return !p->is_branch && p->hashed;
	case EACH_ATTACHMENT:
		return p->is_attachment;
	case EACH_ATTACHMENT_HASHED:
		return p->is_attachment && p->hashed;
	case EACH_ATTACHMENT_SHA1:
		return p->is_attachment && p->hashed && has_sha1(p);
	default:
		return true;
	}
}

static void
say_headers(const struct visit *v, const struct message_content *m)
{
	bool more = true;

	for (size_t i = 0; more && i < m->header_count; i++) {
		const struct header_text *h = &m->headers[i];
		struct relay r = { v, v->field->offset == offsetof(struct header_text, value_text)
					  ? header_evidence(h->name)
					  : NULL };

		if (v->header == NULL || bytes_equal_nocase(h->name, bytes_str(v->header)))
			more = say(&r, SHAPE_TEXT_ALWAYS, (const char *)h + v->field->offset);
	}
}

static void
say_each(const struct visit *v, const void *base)
{
	const struct event_field *f = v->field;
	struct relay r = { v, f->evidence };
	const struct collection_report *c = &((const struct session_report *)base)->collection;
	const struct script_report *s = base;
	const struct tls_report *t = base;
	const struct message_content *m = base;
	bool more = true;

	switch ((enum event_each)f->each) {
	case EACH_NONE:
		(void)say(&r, (enum event_shape)f->shape, (const char *)base + f->offset);
		break;
	case EACH_FOLDER:
		for (size_t i = 0; more && i < c->folder_count; i++)
			more = say(&r, (enum event_shape)f->shape, (const char *)&c->folders[i] + f->offset);
		break;
	case EACH_TARGET:
		for (size_t i = 0; more && i < s->target_count; i++)
			more = say(&r, (enum event_shape)f->shape, (const char *)&s->targets[i] + f->offset);
		break;
	case EACH_CERTIFICATE:
		for (size_t i = 0; more && i < t->certificate_count; i++)
			more = say(&r, (enum event_shape)f->shape, (const char *)&t->certificates[i] + f->offset);
		break;
	case EACH_HEADER:
		say_headers(v, m);
		break;
	default:
		for (size_t i = 0; more && i < m->part_count; i++)
			if (part_is_one(&m->parts[i], (enum event_each)f->each))
				more = say(&r, (enum event_shape)f->shape, (const char *)&m->parts[i] + f->offset);
		break;
	}
}

void
event_visit(struct event *e, const struct event_place *place, event_visitor *visit, void *arg)
{
	const struct event_field *f = place->field;
	struct visit v = { f, place->header, visit, arg };
	struct relay r = { &v, f->evidence };
	const void *base;

	if ((f->of & EVENT_KIND(e->o->kind)) == 0)
		return;
	if (f->get != NULL) {
		f->get(e, relay, &r);
		return;
	}
	base = base_of(e->o, (enum event_base)f->base);
	if (f->when == EVENT_ALWAYS || *(const bool *)((const char *)base + f->when))
		say_each(&v, base);
}
