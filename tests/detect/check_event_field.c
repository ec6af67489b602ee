/* SPDX-License-Identifier: Apache-2.0
 *
 * What rules read is what documents hold: every field of the table, and every path of config/schema.
 */
#include "detect/event_field.h"

#include <glob.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "detect/event_cases.h"
#include "detect/shipped_rules.h"
#include "publish/ecs.h"
#include "support/check_main.h"

static struct event_case x;
static struct forward_rules rules;
static struct detect_settings settings;
static struct network home[1];
static struct site site = { .home = { home, 1 } };
static struct detector_context context = { .settings = &settings, .site = &site, .forward_rules = &rules };

static void
setup(void)
{
	event_case_init(&x);
	settings = plain_settings();
	rules = shipped_rules();
	home[0] = network_of("10.0.0.0/8");
}

static void
teardown(void)
{
	forward_rules_clear(&rules);
}

struct texts {
	char text[8192];
	size_t count;
	const char *evidence;
};

static void
note(struct texts *t, struct bytes value)
{
	size_t len = strlen(t->text);

	snprintf(t->text + len, sizeof(t->text) - len, "%.*s\n", (int)value.len, (const char *)value.at);
	t->count++;
}

static bool
note_value(void *arg, const struct event_value *v)
{
	char out[EVENT_VALUE_TEXT_MAX];
	struct texts *t = arg;

	note(t, event_value_text(v, out));
	t->evidence = v->evidence;
	return true;
}

static struct texts
read_field(const struct observation *o, const char *path)
{
	struct texts t = { 0 };
	struct event e;
	struct event_place place;

	event_init(&e, o, &context);
	ck_assert_msg(event_place_find(path, &place), "%s", path);
	event_visit(&e, &place, note_value, &t);
	event_place_clear(&place);
	return t;
}

/* The values under a dotted path of a document, in order; lists are walked through. */
static void
read_document(json_t *value, const char *path, struct texts *t)
{
	char out[EVENT_VALUE_TEXT_MAX], key[64];
	size_t i, len = strcspn(path, ".");
	struct event_value v = { 0 };
	json_t *entry;

	if (json_is_array(value)) {
		json_array_foreach(value, i, entry) read_document(entry, path, t);
	} else if (path[0] != '\0') {
		snprintf(key, sizeof(key), "%.*s", (int)len, path);
		entry = json_object_get(value, key);
		if (entry != NULL)
			read_document(entry, path + len + (path[len] == '.'), t);
	} else if (json_is_string(value)) {
		note(t, bytes_str(json_string_value(value)));
	} else if (json_is_boolean(value)) {
		note(t, bytes_str(json_is_true(value) ? "true" : "false"));
	} else if (json_is_number(value)) {
		v.kind = EVENT_NUMBER;
		v.number = json_number_value(value);
		note(t, event_value_text(&v, out));
	}
}

static json_t *
document_of(const struct observation *o)
{
	const struct ecs_context ecs = { .sensor_name = "sensor", .version = "1", .detect = &context };
	struct document d;
	struct buffer line;
	json_t *document;

	buffer_init(&line, ECS_DOCUMENT_MAX);
	ck_assert(ecs_event(&ecs, o, &line, &d));
	document = json_loadb((const char *)d.json.at, d.json.len, 0, NULL);
	ck_assert_ptr_nonnull(document);
	buffer_clear(&line);
	return document;
}

/* Every leaf of the document is a field, or is said to be none for rules. */
static void
walk_document(json_t *value, const char *path)
{
	char below[256];
	const char *key;
	size_t i;
	json_t *entry;
	struct event_place place;

	if (json_is_object(value)) {
		json_object_foreach(value, key, entry)
		{
			snprintf(below, sizeof(below), "%s%s%s", path, path[0] == '\0' ? "" : ".", key);
			walk_document(entry, below);
		}
	} else if (json_is_array(value)) {
		json_array_foreach(value, i, entry) walk_document(entry, path);
	} else {
		ck_assert_msg(event_place_find(path, &place) || event_field_unavailable(path) != NULL, "%s", path);
		event_place_clear(&place);
	}
}

static bool had[512];

/* What a field of few words is, is one of them. */
static void
expect_words(const struct event_field *f, const char *text)
{
	const struct event_words *known = event_words_find(f);
	size_t len = strcspn(text, "\n"), i = 0;

	if (known == NULL || len == 0)
		return;
	while (i < EVENT_WORDS_MAX && known->words[i] != NULL &&
	       (strlen(known->words[i]) != len || strncmp(known->words[i], text, len) != 0))
		i++;
	ck_assert_msg(i < EVENT_WORDS_MAX && known->words[i] != NULL, "%s: %s", f->path, text);
}

static void
compare(enum observation_kind kind)
{
	struct observation o = event_case_of(&x, kind);
	json_t *document = document_of(&o);

	walk_document(document, "");
	for (size_t i = 0; event_fields[i].path != NULL; i++) {
		struct texts want = { 0 }, got = read_field(&o, event_fields[i].path);

		read_document(document, event_fields[i].path, &want);
		expect_words(&event_fields[i], got.text);
		ck_assert_msg(strcmp(got.text, want.text) == 0, "%s of %s: rules read\n%sthe document has\n%s",
		    event_fields[i].path, event_dataset_name(kind), got.text, want.text);
		had[i] |= got.count > 0;
		ck_assert(got.count == 0 || (event_fields[i].of & EVENT_KIND(kind)) != 0);
	}
	json_decref(document);
}

START_TEST(values_are_those_of_the_documents)
{
	static const enum observation_kind kinds[] = { OBSERVED_SESSION, OBSERVED_MESSAGE, OBSERVED_LOGIN,
		OBSERVED_SCRIPT, OBSERVED_TLS, OBSERVED_ANOMALY };

	for (size_t i = 0; i < 6; i++)
		compare(kinds[i]);
	/* The other ways that a message can be. */
	x.message.has_item = true;
	x.content.headers = NULL;
	x.content.header_count = 0;
	compare(OBSERVED_MESSAGE);
	x.report.collection.widest = UINT64_MAX;
	x.report.is_imap = x.report.is_sieve = false;
	compare(OBSERVED_SESSION);
	x.session.addresses_only = true;
	x.session.client.port = x.session.server.port = 0;
	compare(OBSERVED_ANOMALY);
	/* Nothing is compared with nothing alone. */
	for (size_t i = 0; event_fields[i].path != NULL; i++)
		ck_assert_msg(had[i] || strcmp(event_fields[i].path, "mailtap.forward.quiet_because") == 0, "%s",
		    event_fields[i].path);
}
END_TEST

START_TEST(empty_reports_have_no_values)
{
	x.report = (struct session_report){ 0 };
	x.content = (struct message_content){ 0 };
	x.message = (struct message_report){ .content = &x.content };
	x.login = (struct login_report){ 0 };
	x.script = (struct script_report){ 0 };
	x.tls = (struct tls_report){ 0 };
	compare(OBSERVED_SESSION);
	compare(OBSERVED_MESSAGE);
	compare(OBSERVED_LOGIN);
	compare(OBSERVED_SCRIPT);
	compare(OBSERVED_TLS);
}
END_TEST

static unsigned judged;

/* Each word of the schema's enumeration is known. */
static void
judge_words(json_t *schema, const char *path)
{
	json_t *words = json_object_get(schema, "enum");
	struct event_place place;
	const struct event_words *known;
	size_t k;

	if (words == NULL || !event_place_find(path, &place) || (known = event_words_find(place.field)) == NULL)
		return;
	for (size_t i = 0; i < json_array_size(words); i++) {
		const char *word = json_string_value(json_array_get(words, i));

		/* Alerts and statistics have datasets of their own. */
		if (strcmp(path, "event.dataset") == 0 && !event_dataset_find(word, &(enum observation_kind){ 0 }))
			continue;
		for (k = 0; k < EVENT_WORDS_MAX && known->words[k] != NULL; k++)
			if (strcmp(known->words[k], word) == 0)
				break;
		ck_assert_msg(k < EVENT_WORDS_MAX && known->words[k] != NULL, "%s: %s", path, word);
	}
	judged++;
}

static void
walk_schema(json_t *schema, const char *file, const char *path, unsigned *leaves)
{
	json_t *properties = json_object_get(schema, "properties"), *items = json_object_get(schema, "items"), *entry;
	struct event_place place;
	const char *key;
	char below[256];

	if (properties == NULL && json_object_get(items, "properties") != NULL) {
		walk_schema(items, file, path, leaves);
		return;
	}
	judge_words(schema, path);
	json_object_foreach(properties, key, entry)
	{
		snprintf(below, sizeof(below), "%s%s%s", path, path[0] == '\0' ? "" : ".", key);
		walk_schema(entry, file, below, leaves);
	}
	if (properties != NULL)
		return;
	(*leaves)++;
	ck_assert_msg(event_place_find(path, &place) || event_field_unavailable(path) != NULL,
	    "%s: %s: neither a field for rules nor named as none", file, path);
	event_place_clear(&place);
}

START_TEST(every_path_of_the_schemas)
{
	unsigned leaves = 0;
	glob_t found;

	ck_assert_int_eq(glob("config/schema/*.json", 0, NULL, &found), 0);
	ck_assert_uint_ge(found.gl_pathc, 8);
	for (size_t i = 0; i < found.gl_pathc; i++) {
		json_t *schema = json_load_file(found.gl_pathv[i], 0, NULL);

		ck_assert_ptr_nonnull(schema);
		walk_schema(schema, found.gl_pathv[i], "", &leaves);
		json_decref(schema);
	}
	ck_assert_uint_gt(leaves, 400);
	ck_assert_uint_gt(judged, 30);
	globfree(&found);
}
END_TEST

START_TEST(rows_stand_once)
{
	for (size_t i = 0; event_fields[i].path != NULL; i++) {
		ck_assert_uint_ne(event_fields[i].of, 0);
		ck_assert_ptr_null(event_field_unavailable(event_fields[i].path));
		for (size_t j = i + 1; event_fields[j].path != NULL; j++)
			ck_assert_str_ne(event_fields[i].path, event_fields[j].path);
	}
}
END_TEST

START_TEST(a_header_by_its_name)
{
	struct observation o = event_case_of(&x, OBSERVED_MESSAGE);
	struct event_place place;
	char text[128];

	ck_assert_str_eq(read_field(&o, "mailtap.headers.thread-topic").text, "the topic\n");
	ck_assert_str_eq(read_field(&o, "mailtap.headers.thread-topic").evidence, "subject");
	ck_assert_str_eq(read_field(&o, "mailtap.headers.X-Other").text, "\n");
	ck_assert_str_eq(read_field(&o, "mailtap.headers.X-Other").evidence, "field");
	ck_assert_uint_eq(read_field(&o, "mailtap.headers.X-Oth").count, 0);
	ck_assert_uint_eq(read_field(&o, "mailtap.headers.value").count, 4);
	ck_assert(!event_place_find("mailtap.headers.", &place));
	ck_assert(!event_place_find("mailtap.headers", &place));
	ck_assert(event_place_find("mailtap.headers.X-A", &place));
	ck_assert_str_eq(event_place_text(&place, text, sizeof(text)), "mailtap.headers.X-A");
	event_place_clear(&place);
	ck_assert(event_place_find("email.subject", &place));
	ck_assert_str_eq(event_place_text(&place, text, sizeof(text)), "email.subject");
}
END_TEST

START_TEST(what_makes_private_evidence)
{
	struct observation o = event_case_of(&x, OBSERVED_MESSAGE);

	ck_assert_str_eq(read_field(&o, "email.subject").evidence, "subject");
	ck_assert_str_eq(read_field(&o, "email.attachments.file.name").evidence, "file");
	ck_assert_str_eq(read_field(&o, "mailtap.envelope.to").evidence, "user");
	ck_assert_str_eq(read_field(&o, "source.port").evidence, "field");
}
END_TEST

static bool
only_one(void *arg, const struct event_value *v)
{
	(void)v;
	++*(unsigned *)arg;
	return false;
}

START_TEST(a_visitor_that_has_heard_enough)
{
	for (enum observation_kind kind = OBSERVED_SESSION; kind <= OBSERVED_ANOMALY; kind++) {
		struct observation o = event_case_of(&x, kind);
		struct event e;

		if (event_dataset_name(kind) == NULL)
			continue;
		event_init(&e, &o, &context);
		for (size_t i = 0; event_fields[i].path != NULL; i++) {
			struct event_place place = { &event_fields[i], NULL };
			unsigned heard = 0;

			event_visit(&e, &place, only_one, &heard);
			ck_assert_msg(heard <= 1, "%s", event_fields[i].path);
		}
	}
}
END_TEST

START_TEST(datasets)
{
	enum observation_kind kind = OBSERVED_LOSS;

	ck_assert(event_dataset_find("message", &kind) && kind == OBSERVED_MESSAGE);
	ck_assert(event_dataset_find("mailtap.tls", &kind) && kind == OBSERVED_TLS);
	ck_assert(!event_dataset_find("stats", &kind) && !event_dataset_find("", &kind));
	ck_assert_ptr_null(event_dataset_name(OBSERVED_VOLUME));
	ck_assert_str_eq(event_dataset_name(OBSERVED_ANOMALY), "anomaly");
	ck_assert_ptr_nonnull(strstr(event_field_unavailable("related.ip"), "other fields"));
	ck_assert_ptr_nonnull(event_field_unavailable("mailtap.smtp.commands_dropped"));
	ck_assert_ptr_null(event_field_unavailable("email.subjct"));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_test(tests, values_are_those_of_the_documents);
	tcase_add_test(tests, empty_reports_have_no_values);
	tcase_add_test(tests, every_path_of_the_schemas);
	tcase_add_test(tests, rows_stand_once);
	tcase_add_test(tests, a_header_by_its_name);
	tcase_add_test(tests, what_makes_private_evidence);
	tcase_add_test(tests, a_visitor_that_has_heard_enough);
	tcase_add_test(tests, datasets);
}

CHECK_MAIN("detect/event_field", add_tests)
