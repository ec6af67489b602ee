/* SPDX-License-Identifier: Apache-2.0
 *
 * What becomes of a message: it is sent only when the server says so, behind its end, with 2yz; and chunk sizes past their
 * ceiling are counted.
 */
#include "protocol/smtp_delivery.h"

#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "protocol/smtp.h"
#include "support/check_main.h"
#include "support/recorder.h"
#include "support/script.h"

#define CHUNKS_KEPT 4096

/* A parser with its observer, which keeps what it heard of the latest message. */
struct stage {
	struct session session;
	struct protocol_context context;
	void *parser;
	unsigned told;
	enum message_status status;
	size_t chunk_count;
	uint64_t chunks_dropped;
	bool exact;         /* its envelope is the one that was sent */
	unsigned anomalies;
	uint64_t dropped;   /* entries of its lists that were not kept */
};

static void
observe(void *arg, const struct observation *o)
{
	struct stage *s = arg;
	const struct smtp_envelope *e = &o->message->envelope;

	s->anomalies += o->kind == OBSERVED_ANOMALY;
	if (o->kind != OBSERVED_MESSAGE)
		return;
	s->told++;
	s->status = o->message->status;
	s->chunk_count = e->chunk_count;
	s->chunks_dropped = e->chunks_dropped;
	s->dropped = e->to.dropped + e->refused.dropped + e->chunks_dropped;
	s->exact = e->has_sender && bytes_equal(e->from, BYTES("a@x")) && e->to.len == 1 && bytes_equal(e->to.at[0], BYTES("b@y")) &&
	    e->refused.len == 1 && bytes_equal(e->refused.at[0], BYTES("c@y")) && e->chunk_count == 2 &&
	    bytes_equal(e->helo_text, BYTES("me")) && bytes_equal(e->reply_text, BYTES("250 OK"));
}

static void
stage_begin(struct stage *s)
{
	*s = (struct stage){ .session = { .protocol = MAIL_SMTP } };
	s->context = (struct protocol_context){ .session = &s->session, .limits = &script_limits,
		.message_limits = &script_message_limits, .observe = observe, .observe_arg = s };
	s->parser = protocol_smtp.open(&s->context);
}

static void
say(struct stage *s, enum direction from, const char *text)
{
	size_t used;

	(void)protocol_smtp.data(s->parser, from, bytes_str(text), 1, &used);
}

/* Ends it; returns how many messages were sent. */
static uint32_t
stage_end(struct stage *s)
{
	struct session_report report = { .end = SESSION_FIN };
	struct arena arena;

	arena_init(&arena);
	protocol_smtp.finish(s->parser, 2);
	protocol_smtp.report(s->parser, &report, &arena);
	arena_clear(&arena);
	protocol_smtp.close(s->parser);
	return report.messages_sent;
}

static const struct {
	const char *end, *reply; /* what the client sends behind the header, and what the server answers */
	enum message_status status;
	uint32_t sent;
} fates[] = {
	{ ".\r\n", "250 2.0.0 queued\r\n", MESSAGE_ACCEPTED, 1 },
	{ ".\r\n", "251 forwarded\r\n", MESSAGE_ACCEPTED, 1 },
	{ ".\r\n", "450 4.2.1 later\r\n", MESSAGE_REFUSED, 0 },
	{ ".\r\n", "554 5.7.1 no\r\n", MESSAGE_REFUSED, 0 },
	{ ".\r\n", "354 go\r\n", MESSAGE_UNANSWERED, 0 },
	{ ".\r\n", "", MESSAGE_UNANSWERED, 0 },
	{ "text", "", MESSAGE_INCOMPLETE, 0 },
	{ "text", "552 too big\r\n", MESSAGE_REFUSED, 0 },
};

START_TEST(fate_of_a_message)
{
	struct stage s;

	stage_begin(&s);
	say(&s, FROM_SERVER, "220 mx ESMTP\r\n");
	say(&s, FROM_CLIENT, "HELO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\n");
	say(&s, FROM_SERVER, "250 OK\r\n250 OK\r\n250 OK\r\n354 go\r\n");
	say(&s, FROM_CLIENT, "Subject: s\r\n\r\n");
	say(&s, FROM_CLIENT, fates[_i].end);
	say(&s, FROM_SERVER, fates[_i].reply);
	ck_assert_uint_eq(stage_end(&s), fates[_i].sent);
	ck_assert_uint_eq(s.told, 1);
	ck_assert_int_eq(s.status, fates[_i].status);
}
END_TEST

/* The server's side alone was not captured: nobody knows. */
START_TEST(the_server_is_not_heard)
{
	struct stage s;

	stage_begin(&s);
	say(&s, FROM_CLIENT, "HELO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nDATA\r\nSubject: s\r\n\r\n.\r\nQUIT\r\n");
	ck_assert_uint_eq(stage_end(&s), 0);
	ck_assert_int_eq(s.status, MESSAGE_UNANSWERED);
}
END_TEST

START_TEST(lmtp_is_sent_when_one_recipient_is)
{
	struct stage s;

	stage_begin(&s);
	say(&s, FROM_SERVER, "220 mx LMTP\r\n");
	say(&s, FROM_CLIENT, "LHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nRCPT TO:<c@y>\r\nDATA\r\n");
	say(&s, FROM_SERVER, "250 OK\r\n250 OK\r\n250 OK\r\n250 OK\r\n354 go\r\n");
	say(&s, FROM_CLIENT, ".\r\n");
	say(&s, FROM_SERVER, "550 no\r\n250 yes\r\n");
	ck_assert_uint_eq(stage_end(&s), 1);
	ck_assert_int_eq(s.status, MESSAGE_ACCEPTED);
}
END_TEST

START_TEST(chunk_sizes_past_the_ceiling_are_counted)
{
	struct stage s;

	stage_begin(&s);
	say(&s, FROM_SERVER, "220 mx ESMTP\r\n");
	say(&s, FROM_CLIENT, "EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\n");
	say(&s, FROM_SERVER, "250 OK\r\n250 OK\r\n250 OK\r\n");
	for (int i = 0; i < CHUNKS_KEPT + 3; i++) {
		say(&s, FROM_CLIENT, "BDAT 1\r\nx");
		say(&s, FROM_SERVER, "250 OK\r\n");
	}
	say(&s, FROM_CLIENT, "BDAT 0 LAST\r\n");
	say(&s, FROM_SERVER, "250 OK\r\n");
	ck_assert_uint_eq(stage_end(&s), 1);
	ck_assert_uint_eq(s.chunk_count, CHUNKS_KEPT);
	ck_assert_uint_eq(s.chunks_dropped, 4);
}
END_TEST

/* Whichever allocation fails: a message is not told of, or what is told of it is exact, or it is said that something was
 * lost. */
START_TEST(memory_is_short)
{
	long needed = 0;

	for (long successes = 0; needed == 0; successes++) {
		struct stage s;

		memory_fail_after(successes);
		stage_begin(&s);
		if (s.parser == NULL)
			continue;
		say(&s, FROM_SERVER, "220 mx ESMTP\r\n");
		say(&s, FROM_CLIENT, "EHLO me\r\nMAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nRCPT TO:<c@y>\r\nBDAT 12\r\nSubject: s\r\n");
		say(&s, FROM_SERVER, "250 OK\r\n250 OK\r\n250 OK\r\n550 no\r\n250 OK\r\n");
		say(&s, FROM_CLIENT, "BDAT 6 LAST\r\n\r\nab\r\n");
		say(&s, FROM_SERVER, "250 OK\r\n");
		memory_fail_after(-1);
		if (stage_end(&s) == 1 && s.exact && s.anomalies == 0)
			needed = successes;
		ck_assert_msg(s.told == 0 || s.exact || s.anomalies > 0 || s.dropped > 0, "after %ld allocations", successes);
	}
	ck_assert_int_gt(needed, 10);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_loop_test(tests, fate_of_a_message, 0, (int)(sizeof(fates) / sizeof(fates[0])));
	tcase_add_test(tests, the_server_is_not_heard);
	tcase_add_test(tests, lmtp_is_sent_when_one_recipient_is);
	tcase_add_test(tests, memory_is_short);
	tcase_add_test(tests, chunk_sizes_past_the_ceiling_are_counted);
}

CHECK_MAIN("protocol/smtp_delivery", add_tests)
