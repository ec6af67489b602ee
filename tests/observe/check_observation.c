/* SPDX-License-Identifier: Apache-2.0
 *
 * Ids are stable, and no two events share one.
 */
#include "observe/observation.h"

#include "support/check_main.h"

START_TEST(ids)
{
	struct session one = { .id = identity_of(BYTES("s"), BYTES("1")) }, two = { .id = identity_of(BYTES("s"), BYTES("2")) };
	struct session_report end = { .end = SESSION_FIN }, alive = { .end = SESSION_LIVES };
	struct message_report first = { .ordinal = 0 }, second = { .ordinal = 1 };
	struct login_report login = { .ordinal = 0 };
	struct script_report script = { .ordinal = 0 }, script_two = { .ordinal = 1 };
	struct tls_report tls = { .ordinal = 0 }, tls_two = { .ordinal = 1 };
	struct anomaly_report anomaly = { .ordinal = 0 };
	struct observation all[] = {
		{ .kind = OBSERVED_SESSION, .time = 5, .session = &one, .report = &end },
		{ .kind = OBSERVED_SESSION, .time = 5, .session = &one, .report = &alive },
		{ .kind = OBSERVED_SESSION, .time = 6, .session = &one, .report = &alive },
		{ .kind = OBSERVED_SESSION, .time = 5, .session = &two, .report = &end },
		{ .kind = OBSERVED_MESSAGE, .time = 5, .session = &one, .message = &first },
		{ .kind = OBSERVED_MESSAGE, .time = 5, .session = &one, .message = &second },
		{ .kind = OBSERVED_MESSAGE, .time = 5, .session = &two, .message = &first },
		{ .kind = OBSERVED_LOGIN, .time = 5, .session = &one, .login = &login },
		{ .kind = OBSERVED_ANOMALY, .time = 5, .session = &one, .anomaly = &anomaly },
		{ .kind = OBSERVED_SCRIPT, .time = 5, .session = &one, .script = &script },
		{ .kind = OBSERVED_SCRIPT, .time = 5, .session = &one, .script = &script_two },
		{ .kind = OBSERVED_TLS, .time = 5, .session = &one, .tls = &tls },
		{ .kind = OBSERVED_TLS, .time = 5, .session = &one, .tls = &tls_two },
	};
	enum { COUNT = sizeof(all) / sizeof(all[0]) };

	for (size_t i = 0; i < COUNT; i++) {
		struct observation later = all[i];

		for (size_t k = 0; k < i; k++)
			ck_assert_msg(!identity_equal(observation_id(&all[i]), observation_id(&all[k])), "%zu and %zu", i, k);
		/* The end of a session has one id whenever it is noticed; a detector can name it before. */
		later.time = 99;
		if (i == 0 || all[i].kind != OBSERVED_SESSION)
			ck_assert(identity_equal(observation_id(&all[i]), observation_id(&later)));
	}
}
END_TEST

START_TEST(names)
{
	ck_assert_ptr_null(mail_protocol_name(MAIL_UNKNOWN));
	ck_assert_str_eq(mail_protocol_name(MAIL_SMTP), "smtp");
	ck_assert_str_eq(mail_protocol_name(MAIL_MANAGESIEVE), "managesieve");
	ck_assert_str_eq(session_end_name(SESSION_LIVES), "alive");
	ck_assert_str_eq(session_end_name(SESSION_STOP), "stop");
	ck_assert_str_eq(message_transfer_name(TRANSFER_SMTP_BDAT), "smtp-bdat");
	ck_assert_str_eq(message_transfer_name(TRANSFER_POP3_TOP), "pop3-top");
	ck_assert_str_eq(message_status_name(MESSAGE_UNANSWERED), "unanswered");
	ck_assert_ptr_null(reading_order_name(ORDER_UNKNOWN));
	ck_assert_str_eq(reading_order_name(ORDER_MIXED), "mixed");
	ck_assert_str_eq(script_action_name(SCRIPT_CHECKED), "checked");
	ck_assert_str_eq(script_outcome_name(SCRIPT_REFUSED), "failure");
	ck_assert_str_eq(tls_version_name(0x0304), "TLS 1.3");
	ck_assert_ptr_null(tls_version_name(0x0305));
	ck_assert_str_eq(estimate_pattern_name(ESTIMATE_BATCH), "batch");
}
END_TEST

static void
add_tests(TCase *tests)
{
	tcase_add_test(tests, ids);
	tcase_add_test(tests, names);
}

CHECK_MAIN("observe/observation", add_tests)
