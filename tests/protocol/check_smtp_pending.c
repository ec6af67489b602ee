/* SPDX-License-Identifier: Apache-2.0
 *
 * Commands that never get a reply: every ceiling is held, said once, and the dialogue can be followed on.
 */
#include <stdio.h>
#include <string.h>

#include "protocol/smtp.h"
#include "support/check_main.h"
#include "support/script.h"

static struct session session = { .protocol = MAIL_SMTP };

static struct smtp_parser *
begin(struct recorder *r, const struct protocol_limits *limits)
{
	static struct protocol_context context;
	struct smtp_parser *s;
	size_t used;

	context = (struct protocol_context){ .session = &session, .limits = limits,
		.message_limits = &script_message_limits, .observe = recorder_observe, .observe_arg = r };
	s = protocol_smtp.open(&context);

	recorder_init(r);
	(void)protocol_smtp.data(s, FROM_SERVER, BYTES("220 mx ESMTP\r\n"), 1, &used);
	return s;
}

static void
say(struct smtp_parser *s, enum direction from, const char *text)
{
	size_t used;

	(void)protocol_smtp.data(s, from, bytes_str(text), 1, &used);
}

static void
end(struct smtp_parser *s, struct recorder *r)
{
	protocol_smtp.finish(s, 2);
	protocol_smtp.close(s);
	recorder_clear(r);
}

/* A message behind all of it is still told of as it is. */
static void
assert_followed(struct smtp_parser *s, struct recorder *r)
{
	say(s, FROM_CLIENT, "RSET\r\n");
	say(s, FROM_SERVER, "221 what\r\n"); /* whatever was due */
	while (s->busy != NULL && s->busy->queue.len > 0)
		say(s, FROM_SERVER, "250 OK\r\n");
	say(s, FROM_CLIENT, "MAIL FROM:<z@x>\r\nRCPT TO:<w@y>\r\nDATA\r\n");
	say(s, FROM_SERVER, "250 OK\r\n250 OK\r\n354 go\r\n");
	say(s, FROM_CLIENT, ".\r\n");
	say(s, FROM_SERVER, "250 safe\r\n");
	ck_assert_msg(strstr(recorder_text(r), "accepted whole from=<z@x> to=<w@y> refused=<> helo=[] reply=[250 safe]") != NULL,
	    "%s", recorder_text(r));
}

START_TEST(commands)
{
	struct protocol_limits limits = script_limits;
	struct recorder r;
	struct smtp_parser *s = begin(&r, &limits);

	for (size_t i = 0; i < limits.pending; i++)
		say(s, FROM_CLIENT, "NOOP\r\n");
	ck_assert_uint_eq(s->busy->queue.len, limits.pending);
	ck_assert_uint_eq(r.anomalies, 0);
	say(s, FROM_CLIENT, "NOOP\r\n");
	ck_assert_uint_eq(s->busy->queue.len, 1);
	ck_assert_str_eq(recorder_text(&r), "anomaly pending_ceiling client\n");
	for (size_t i = 0; i < 10 * limits.pending; i++) {
		say(s, FROM_CLIENT, "NOOP\r\n");
		ck_assert_uint_le(s->busy->queue.len, limits.pending);
	}
	ck_assert_uint_eq(r.anomalies, 1);
	assert_followed(s, &r);
	end(s, &r);
}
END_TEST

START_TEST(octets)
{
	struct protocol_limits limits = script_limits;
	char line[1100];
	struct recorder r;
	struct smtp_parser *s;

	limits.pending = 100000;
	limits.recipients = 3;
	s = begin(&r, &limits);
	snprintf(line, sizeof(line), "RCPT TO:<%01000d@x>\r\n", 1);
	say(s, FROM_CLIENT, "MAIL FROM:<a@x>\r\n");
	for (int i = 0; i < 300; i++) {
		say(s, FROM_CLIENT, line);
		ck_assert_uint_le(s->busy->queue.octets, SMTP_PENDING_OCTETS);
	}
	ck_assert_uint_lt(s->busy->queue.len, 100);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly pending_ceiling client\n"));
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly recipient_ceiling client\n"));
	ck_assert_uint_eq(s->busy->transaction.to.len, 3);
	assert_followed(s, &r);
	end(s, &r);
}
END_TEST

START_TEST(messages)
{
	struct protocol_limits limits = script_limits;
	struct recorder r;
	struct smtp_parser *s;

	limits.pending = 100000;
	s = begin(&r, &limits);
	for (int i = 0; i < 100; i++) {
		say(s, FROM_CLIENT, "MAIL FROM:<a@x>\r\nRCPT TO:<b@y>\r\nBDAT 2 LAST\r\nx\n");
		ck_assert_uint_le(s->busy->queue.deliveries, SMTP_DELIVERIES_MAX);
	}
	/* What gave way was told of as unanswered. */
	ck_assert_uint_eq(r.messages, 100 - s->busy->queue.deliveries);
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly pending_ceiling client\n"));
	ck_assert_ptr_null(strstr(recorder_text(&r), "accepted"));
	assert_followed(s, &r);
	end(s, &r);
}
END_TEST

/* Behind a gap a command may be passed over whose reply was thought to decide what is held; and what is held may be more than
 * is kept track of, so that nothing is left of what was to be passed over. */
START_TEST(passed_over_with_more_held_than_can_await)
{
	struct protocol_limits limits = script_limits;
	struct recorder r;
	struct smtp_parser *s;

	limits.pending = 5;
	s = begin(&r, &limits);
	say(s, FROM_CLIENT, "DATA\r\nRSET\r\n");
	(void)protocol_smtp.gap(s, FROM_CLIENT, 1, 1);
	say(s, FROM_CLIENT, "\r\nNOOP\r\nQUIT\r\nDATA\r\nRSET\r\nRSET\r\n");
	ck_assert_uint_eq(s->busy->queue.len, 5);
	say(s, FROM_SERVER, "221 what\r\n");
	ck_assert_ptr_nonnull(strstr(recorder_text(&r), "anomaly pending_ceiling client\n"));
	assert_followed(s, &r);
	end(s, &r);
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, commands);
	tcase_add_test(tests, passed_over_with_more_held_than_can_await);
	tcase_add_test(tests, octets);
	tcase_add_test(tests, messages);
}

CHECK_MAIN("protocol/smtp_pending", add_tests)
