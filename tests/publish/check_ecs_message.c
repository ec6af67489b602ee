/* SPDX-License-Identifier: Apache-2.0
 *
 * What an event says of a message; above all that whatever was cut or left out because of a ceiling shows in it.
 */
#include "publish/ecs.h"

#include <jansson.h>
#include <string.h>

#include "detect/shipped_rules.h"
#include "message/message.h"
#include "support/check_main.h"
#include "support/observations.h"

static const struct bytes wanted[] = { { (const uint8_t *)"X-Test", 6 } };

static struct message_limits limits;
static struct detect_settings settings;
static struct forward_rules rules;
static struct site site;
static struct detector_context detect;
static struct ecs_context context;
static struct scene scene;
static struct buffer out;
static json_t *event;

static void
setup(void)
{
	limits = (struct message_limits){ .header_bytes = 4096, .header_fields = 4, .value_bytes = 100, .addresses = 3,
		.received = 2, .urls = 2, .parts = 4, .nesting = 2, .hash_bytes = 100, .hash_message = true, .hash_attachments = true,
		.wanted = wanted, .wanted_count = 1 };
	settings = plain_settings();
	rules = shipped_rules();
	detect = (struct detector_context){ .settings = &settings, .site = &site, .forward_rules = &rules };
	context = (struct ecs_context){ .sensor_name = "test", .version = "1", .detect = &detect };
	scene_init(&scene, "10.0.0.5", "198.51.100.25");
	buffer_init(&out, ECS_DOCUMENT_MAX);
}

static void
teardown(void)
{
	json_decref(event);
	event = NULL;
	buffer_clear(&out);
	forward_rules_clear(&rules);
}

/* The event of this message, into `event`: with a gap of 9 octets where `behind` begins, unless that is NULL. */
static void
tell_gapped(const char *octets, const char *behind)
{
	struct message *m = message_new(&limits);
	struct observation o = { .kind = OBSERVED_MESSAGE, .session = &scene.session, .message = &scene.report };
	struct document document;

	message_push(m, bytes_str(octets));
	if (behind != NULL) {
		message_gap(m, 9);
		message_push(m, bytes_str(behind));
	}
	scene.report.content = message_finish(m);
	ck_assert(ecs_event(&context, &o, &out, &document));
	json_decref(event);
	event = json_loadb((const char *)out.at, out.len, 0, NULL);
	ck_assert_ptr_nonnull(event);
	message_free(m);
}

static void
tell(const char *octets)
{
	tell_gapped(octets, NULL);
}

/* What stands at a dotted path; a number in it is an index. */
static const json_t *
at(const char *path)
{
	const json_t *j = event;
	struct bytes rest = bytes_str(path);

	while (rest.len > 0 && j != NULL) {
		struct bytes step = bytes_split(&rest, '.');
		char key[64] = "";

		memcpy(key, step.at, step.len);
		j = json_is_array(j) ? json_array_get(j, (size_t)(key[0] - '0')) : json_object_get(j, key);
	}
	return j;
}

static const char *
text(const char *path)
{
	const char *value = json_string_value(at(path));

	return value == NULL ? "" : value;
}

static bool
is_truncated(const char *field)
{
	const json_t *list = at("mailtap.truncated");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), field) == 0)
			return true;
	return false;
}

#define PARTS "Content-Type: multipart/mixed; boundary=b\n\n"

/* A message inside every ceiling, and one past it: the field that says so. */
static const struct {
	const char *inside, *past, *field;
} ceilings[] = {
	{ "X-Test: 1\nX-Test: 2\nX-Test: 3\nX-Test: 4\n\n", "X-Test: 1\nX-Test: 2\nX-Test: 3\nX-Test: 4\nX-Test: 5\n\n",
	    "mailtap.headers" },
	{ "Subject: s\n\n", "Subject: 45678901234567890123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123\n\n",
	    "email.subject" },
	{ "To: a@x, b@x, c@x\n\n", "To: a@x, b@x, c@x, d@x\n\n", "email.addresses" },
	{ "References: <1@x> <2@x> <3@x>\n\n", "References: <1@x> <2@x> <3@x> <4@x>\n\n", "mailtap.references" },
	{ "Received: 1\nReceived: 2\n\n", "Received: 1\nReceived: 2\nReceived: 3\n\n", "mailtap.received" },
	{ "\nhttp://1.example http://1.example http://2.example\n", "\nhttp://1.example http://2.example http://3.example", "mailtap.urls" },
	{ PARTS "--b\n\n--b\n\n--b\n\n", PARTS "--b\n\n--b\n\n--b\n\n--b\n\n", "mailtap.parts" },
	{ PARTS "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\n",
	    PARTS "--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\nContent-Type: multipart/mixed; boundary=d\n\n--d\n\n",
	    "mailtap.parts" },
	{ "\n1234567890", "\n123456789012345678901234567890123456789012345678901234567890123456789012345678901234567890123456789012",
	    "email.attachments.file.hash" },
};

START_TEST(every_ceiling_shows)
{
	tell(ceilings[_i].inside);
	ck_assert_ptr_null(at("mailtap.truncated"));
	tell(ceilings[_i].past);
	ck_assert_msg(is_truncated(ceilings[_i].field), "%s", ceilings[_i].field);
}
END_TEST

/* Of no header field that a rule asks for was anything read: that shows all the same. */
START_TEST(a_header_past_its_ceiling_shows)
{
	limits.header_bytes = 1024;
	tell("Subject: s\n\n");
	ck_assert_ptr_null(at("mailtap.truncated"));
	limits.header_bytes = 20;
	tell("Subject: s\nX-Other: 12345678901234567890\nTo: lost@x\n\n");
	ck_assert(is_truncated("mailtap.headers"));
	ck_assert_ptr_null(at("email.to"));
	ck_assert_str_eq(text("email.subject"), "s");
}
END_TEST

START_TEST(an_envelope_that_was_cut_shows)
{
	static const uint64_t chunks[] = { 5, 6 };
	static const struct bytes to[] = { { (const uint8_t *)"aa\xe2\x80\xa6", 5 } };

	scene.report.envelope = (struct smtp_envelope){ .has_sender = true, .from = BYTES("a@x"), .chunks = chunks, .chunk_count = 2 };
	tell("\n");
	ck_assert_ptr_null(at("mailtap.truncated"));
	ck_assert_int_eq(json_integer_value(at("mailtap.envelope.chunks.1")), 6);
	scene.report.envelope.chunks_dropped = 7;
	scene.report.envelope.from = BYTES("bb\xe2\x80\xa6");
	scene.report.envelope.to = (struct slices){ .at = to, .len = 1 };
	scene.report.envelope.refused = (struct slices){ .dropped = 3 };
	tell("\n");
	ck_assert(is_truncated("mailtap.envelope.chunks"));
	ck_assert_int_eq(json_integer_value(at("mailtap.envelope.chunks_dropped")), 7);
	ck_assert(is_truncated("mailtap.envelope.from"));
	ck_assert(is_truncated("mailtap.envelope.to"));
	ck_assert(is_truncated("mailtap.envelope.refused"));
	ck_assert_int_eq(json_integer_value(at("mailtap.envelope.refused_dropped")), 3);
}
END_TEST

START_TEST(the_way_it_came)
{
	tell("Received: from b by c;\n\tMon\nReceived: from a by b\n\n");
	ck_assert_str_eq(text("mailtap.received.0"), "from b by c;\tMon");
	ck_assert_str_eq(text("mailtap.received.1"), "from a by b");
	ck_assert_int_eq(json_integer_value(at("mailtap.received_count")), 2);
	limits.received = 0;
	tell("Received: from b by c\nReceived: from a by b\n\n");
	ck_assert_ptr_null(at("mailtap.received"));
	ck_assert_ptr_null(at("mailtap.received_dropped"));
	ck_assert_ptr_null(at("mailtap.truncated"));
	ck_assert_int_eq(json_integer_value(at("mailtap.received_count")), 2);
}
END_TEST

/* What has no name is no attachment, but is told of as much. */
START_TEST(inline_and_attached)
{
	limits.hash_sha1 = true;
	tell(PARTS "--b\nContent-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n"
		   "--b\nContent-Type: application/pdf; name=a.pdf\n\nhello\n--b--\n");
	ck_assert(json_is_true(at("mailtap.parts.1.inline")));
	ck_assert_str_eq(text("mailtap.parts.1.detected_type"), "image/png");
	ck_assert_str_eq(text("mailtap.parts.1.md5"), "e9dd2797018cad79186e03e8c5aec8dc");
	ck_assert_str_eq(text("mailtap.parts.1.sha1"), "4caece539b039b16e16206ea2478f8c5ffb2ca05");
	ck_assert_str_eq(text("mailtap.parts.1.sha256"), "4c4b6a3be1314ab86138bef4314dde022e600960d8689a2c8f8631802d20dab6");
	ck_assert(json_is_true(at("mailtap.parts.1.complete")));
	ck_assert_ptr_null(at("mailtap.parts.0.inline"));
	ck_assert_ptr_null(at("mailtap.parts.2.inline"));
	ck_assert_uint_eq(json_array_size(at("email.attachments")), 1);
	ck_assert_str_eq(text("email.attachments.0.file.name"), "a.pdf");
	ck_assert_str_eq(text("email.attachments.0.file.extension"), "pdf");
	ck_assert_str_eq(text("email.attachments.0.file.hash.md5"), "5d41402abc4b2a76b9719d911017c592");
	ck_assert_int_eq(json_integer_value(at("email.attachments.0.file.size")), 5);
}
END_TEST

/* An attachment that a gap or a ceiling cut is marked, and so is what is around the gap; the others are not. */
START_TEST(incomplete_marks)
{
	tell_gapped(PARTS "--b\nContent-Type: a/b; name=whole\n\nhello\n--b\nContent-Type: a/b; name=gap\n\nhe",
	    "llo\n--b\n\nhello\n--b--\n");
	ck_assert(json_is_true(at("email.attachments.0.file.complete")));
	ck_assert(json_is_false(at("email.attachments.1.file.complete")));
	ck_assert(json_is_true(at("mailtap.parts.1.complete")));
	ck_assert(json_is_false(at("mailtap.parts.2.complete")));
	ck_assert(json_is_true(at("mailtap.parts.3.complete")));
	ck_assert_int_eq(json_integer_value(at("mailtap.gap_bytes")), 9);
	ck_assert_ptr_null(at("mailtap.hash"));
	limits.hash_bytes = 4;
	tell(PARTS "--b\nContent-Type: a/b; name=whole\n\nhell\n--b\nContent-Type: a/b; name=long\n\nhello\n--b--\n");
	ck_assert(json_is_true(at("email.attachments.0.file.complete")));
	ck_assert(json_is_false(at("email.attachments.1.file.complete")));
	ck_assert_int_eq(json_integer_value(at("email.attachments.1.file.size")), 5);
	ck_assert_str_eq(text("email.attachments.1.file.hash.md5"), text("email.attachments.0.file.hash.md5"));
	ck_assert(is_truncated("email.attachments.file.hash"));
	ck_assert_ptr_nonnull(at("mailtap.hash.sha256"));
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_checked_fixture(tests, setup, teardown);
	tcase_add_loop_test(tests, every_ceiling_shows, 0, (int)(sizeof(ceilings) / sizeof(ceilings[0])));
	tcase_add_test(tests, a_header_past_its_ceiling_shows);
	tcase_add_test(tests, an_envelope_that_was_cut_shows);
	tcase_add_test(tests, the_way_it_came);
	tcase_add_test(tests, inline_and_attached);
	tcase_add_test(tests, incomplete_marks);
}

CHECK_MAIN("publish/ecs_message", add_tests)
